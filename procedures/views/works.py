"""Works of a year and what schools handed in of them."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from organizations.access import Permission
from organizations.attachments import XLSX, attachment
from organizations.http import PortalRequest, for_members
from organizations.models import Level, Organization
from organizations.models.organization import OrganizationQuerySet
from organizations.services import guard
from organizations.views.sections import open_only_with
from procedures import queries
from procedures.forms import BlankFormRequest, SchoolsFilter, WorksFilter
from procedures.models import Reopening, Work
from procedures.scales import MIN_PUPILS
from procedures.services import deadlines, scales
from procedures.services import forms as blank_forms
from procedures.services.forms import USUAL_PUPILS
from procedures.views.territory import municipalities
from procedures.wording import Told, told

PER_PAGE = 50
FILTERS = (
    ("", "все", ""),
    ("none", "ждём протокол", "planned"),
    ("faulty", "с ошибками", "late"),
    ("accepted", "принят", "accepted"),
)


@for_members
def works(request: PortalRequest) -> HttpResponse:
    """The works of a year: a school's own protocols, or how many schools handed in."""
    open_only_with(Permission.RESULT_READ, request.viewer)
    asked = WorksFilter(request.GET).asked
    years = queries.years()
    year = asked["year"] if asked.get("year") in years else (years[0] if years else None)
    context = {"year": year, "years": years}
    if request.viewer.level == Level.SCHOOL:
        return _of_school(request, request.viewer.territory_id, context)
    if code := asked.get("school"):
        school = get_object_or_404(_schools(request), code=code)
        return _of_school(request, school.pk, context)
    return _of_territory(request, context)


def _of_school(request: PortalRequest, pk: int, context: dict[str, Any]) -> HttpResponse:
    visible = Organization.objects.visible_to(request.viewer).select_related("parent")
    school = get_object_or_404(visible, pk=pk)
    year = context["year"] or 0
    page = Paginator(queries.works_of(year, school), PER_PAGE).get_page(request.GET.get("page"))
    standings = queries.standings_of_school(school, page)
    rows = [(standing, told(standing)) for standing in standings]
    context |= {
        "school": school,
        "page": page,
        "rows": rows,
        "waiting": sum(standing.is_awaited for standing in standings),
        "faulty": [standing for standing in standings if standing.is_faulty],
        "accepted": sum(bool(standing.current) for standing in standings),
        "may_import": _may_import(request, school),
    }
    return render(request, "procedures/works_of_school.html", context)


def _of_territory(request: PortalRequest, context: dict[str, Any]) -> HttpResponse:
    page = Paginator(queries.works_of(context["year"] or 0), PER_PAGE).get_page(
        request.GET.get("page")
    )
    counts = queries.counts_by_work(request.viewer, page)
    context |= {
        "page": page,
        "rows": [(work, counts.get(work.pk, queries.Counts())) for work in page],
        "schools": _schools(request).working(timezone.localdate()).count(),
        "faulty": sum(row.faulty for row in counts.values()),
    }
    return render(request, "procedures/works.html", context)


@for_members
def work(request: PortalRequest, code: str) -> HttpResponse:
    """One work: its tasks, its scales, the protocols of the viewer's territory."""
    open_only_with(Permission.RESULT_READ, request.viewer)
    row = get_object_or_404(Work.objects.select_related("procedure"), code=code)
    context: dict[str, Any] = {
        "work": row,
        "tasks": list(zip(row.tasks, row.max_points, strict=True)),
        "scales": list(row.scales.order_by("-version")),
        "may_import": request.viewer.may(Permission.RESULT_IMPORT),
        "may_edit": request.viewer.may(Permission.WORK_EDIT),
        "skills": [pair for pair in zip(row.tasks, row.skills, strict=False) if pair[1]],
        **_test_points(request, row),
        "is_over": row.due_on is not None and row.due_on < timezone.localdate(),
    }
    if request.viewer.level == Level.SCHOOL:
        school = get_object_or_404(_schools(request), pk=request.viewer.territory_id)
        standing = queries.standings_of_school(school, [row])[0]
        context |= {"standing": standing, "state": told(standing), "school": school}
        context |= _opening(request, school, row)
    else:
        context |= _handed_in(request, row)
    return render(request, "procedures/work.html", context)


def _test_points(request: PortalRequest, row: Work) -> dict[str, Any]:
    """The table of test points in force, and who of the territory passed by it."""
    conversion = row.conversions.order_by("-version").first()
    if conversion is None:
        return {}
    passed = scales.passed(row, conversion, request.viewer)
    return {"conversion": conversion, "passed": passed, "least_pupils": MIN_PUPILS}


def _opening(request: PortalRequest, school: Organization, row: Work) -> dict[str, Any]:
    """Whether the school may still hand the work in, and what it asked about that."""
    asked = Reopening.objects.visible_to(request.viewer).filter(organization=school, work=row)
    return {"is_locked": deadlines.is_locked(school, row), "reopening": asked.first()}


def _handed_in(request: PortalRequest, row: Work) -> dict[str, Any]:
    """The schools of the territory with what each handed in, narrowed as asked."""
    asked = SchoolsFilter(request.GET).asked
    schools = _schools(request).working(timezone.localdate()).select_related("parent")
    if municipality := asked.get("municipality"):
        schools = schools.filter(parent__code=municipality)
    standing = asked.get("standing", "")
    narrowed = queries.schools_standing(schools, row, standing)
    ordered = narrowed.order_by("parent__short_name", "short_name", "pk")
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    counts = queries.counts_by_work(request.viewer, [row]).get(row.pk, queries.Counts())
    return {
        "asked": asked,
        "page": page,
        "rows": _told(row, page),
        "counts": counts,
        "filters": _filters(request, standing),
        "municipalities": municipalities(request),
    }


def _told(row: Work, schools: Any) -> list[tuple[queries.Standing, Told]]:
    return [(found, told(found)) for found in queries.standings_of_work(row, schools)]


def _filters(request: PortalRequest, current: str) -> list[dict[str, Any]]:
    found = []
    for name, title, shape in FILTERS:
        query = request.GET.copy()
        query.pop("page", None)
        query.pop("standing", None)
        if name:
            query["standing"] = name
        found.append(
            {
                "title": title,
                "shape": shape,
                "url": f"?{query.urlencode()}",
                "current": name == current,
            }
        )
    return found


def _schools(request: PortalRequest) -> OrganizationQuerySet:
    return Organization.objects.visible_to(request.viewer).schools()


def _may_import(request: PortalRequest, school: Organization) -> bool:
    open_schools = Organization.objects.open_to(request.viewer, Permission.RESULT_IMPORT)
    return school.closed_on is None and open_schools.filter(pk=school.pk).exists()


@for_members
def form(request: PortalRequest, code: str) -> HttpResponse:
    """The collection form of a school, pre-filled with the codes the portal knows."""
    row = get_object_or_404(Work, code=code)
    asked = BlankFormRequest(request.GET).asked
    school = school_asked_for(request, asked.get("organization", ""))
    guard.require(request.viewer, Permission.RESULT_IMPORT, school)
    content = blank_forms.blank_form(
        row,
        school,
        classes=range(1, asked["classes"] + 1) if "classes" in asked else (),
        pupils=asked.get("pupils", USUAL_PUPILS),
    )
    name = f"Форма {row.code} {school.code}.xlsx"
    return attachment(content, name, content_type=XLSX)


def school_asked_for(request: PortalRequest, code: str) -> Organization:
    """The visible school of this code; the viewer's own when none is named."""
    schools = _schools(request)
    if code:
        return get_object_or_404(schools, code=code)
    return get_object_or_404(schools, pk=request.viewer.territory_id)
