"""Control of schedules by those above: who has published, what clashes, the workbook of all."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from organizations.access import Permission
from organizations.attachments import XLSX, attachment
from organizations.errors import Conflict
from organizations.exchange import workbook
from organizations.http import PortalRequest, for_members
from organizations.models import Kind, Level, Organization
from organizations.models.organization import OrganizationQuerySet
from organizations.views.sections import open_only_with
from procedures import schedule_reads as reads
from procedures.clashes import RULES, by_rule
from procedures.exchange.schedule_book import MOST_SCHOOLS, table
from procedures.schedule_forms import ControlFilter, ScheduleFilter
from procedures.services import schedule as service

PER_PAGE = 30
STANDINGS = (
    ("", "все", ""),
    (reads.PUBLISHED, "опубликован", "accepted"),
    (reads.DRAFT, "черновик", "work"),
    (reads.NONE, "графика нет", "late"),
)


def _schools(request: PortalRequest, asked: dict[str, Any]) -> OrganizationQuerySet:
    rows = Organization.objects.visible_to(request.viewer).schools().working(timezone.localdate())
    if municipality := asked.get("municipality"):
        rows = rows.filter(parent__code=municipality)
    return rows


@for_members
def control(request: PortalRequest) -> HttpResponse:
    """Schools by the alphabet: what each has published, and how often each rule is broken."""
    open_only_with(Permission.SCHEDULE_READ, request.viewer)
    asked = ControlFilter(request.GET).asked
    years, usual = reads.years(request.viewer, timezone.localdate())
    year = asked["year"] if asked.get("year") in years else usual
    schools, standing = _schools(request, asked), asked.get("standing", "")
    rows = reads.with_standing(schools, year, standing).select_related("parent")
    page = Paginator(rows.order_by("short_name", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    sheets = reads.sheets_of(list(page), year, in_force_first=True)
    at_region = request.viewer.level == Level.REGION
    towns = Organization.objects.visible_to(request.viewer).filter(kind=Kind.MUNICIPALITY)
    context = {
        "year": year,
        "years": years,
        "page": page,
        "rows": [_row(school, sheets[school.pk]) for school in page],
        "rules": list(RULES.items()),
        "filters": [_filter(request, schools, year, standing, *one) for one in STANDINGS],
        "municipalities": list(towns.order_by("short_name")) if at_region else [],
        "asked": asked,
        "may_remind": request.viewer.may(Permission.SCHEDULE_EDIT)
        and request.viewer.level != Level.SCHOOL,
        "xlsx": _xlsx_query(request, asked, year),
    }
    return render(request, "procedures/schedule_control.html", context)


def _row(school: Any, sheet: reads.Sheet) -> dict[str, Any]:
    counts = by_rule(sheet.findings)
    shape, word = (
        ("accepted", "опубликован")
        if school.has_published
        else ("work", "черновик")
        if school.has_draft
        else ("late", "графика нет")
    )
    return {
        "school": school,
        "schedule": sheet.schedule,
        "shape": shape,
        "word": word,
        "counts": list(counts.values()),
        "unchecked": len(sheet.unchecked),
        "has_schedule": sheet.schedule is not None,
    }


def _filter(
    request: PortalRequest,
    schools: OrganizationQuerySet,
    year: int,
    current: str,
    name: str,
    title: str,
    shape: str,
) -> dict[str, Any]:
    query = request.GET.copy()
    query.pop("page", None)
    query.pop("standing", None)
    if name:
        query["standing"] = name
    return {
        "title": title,
        "shape": shape,
        "url": f"?{query.urlencode()}",
        "current": name == current,
        "count": reads.with_standing(schools, year, name).count(),
    }


def _xlsx_query(request: PortalRequest, asked: dict[str, Any], year: int) -> str:
    """The workbook of a municipality's schools; the region picks a municipality first."""
    if request.viewer.level == Level.MUNICIPALITY:
        return f"year={year}"
    municipality = asked.get("municipality")
    return f"year={year}&municipality={municipality}" if municipality else ""


@require_POST
@for_members
def remind(request: PortalRequest) -> HttpResponse:
    """Tell the schools without a published schedule; nobody hears of one year twice."""
    asked = ControlFilter(request.POST).asked
    year = asked.get("year") or reads.year_of(timezone.localdate())
    rows = reads.with_standing(_schools(request, asked), year, reads.MISSING)
    service.remind(list(rows), year, by=request.viewer)
    return redirect(f"{reverse('procedures:schedule_control')}?year={year}")


@for_members
def xlsx(request: PortalRequest) -> HttpResponse:
    """The schedule as the workbook that schools annex to their orders: one school's, or those
    published by all schools of a municipality."""
    open_only_with(Permission.SCHEDULE_READ, request.viewer)
    asked = ScheduleFilter(request.GET).asked | ControlFilter(request.GET).asked
    years, usual = reads.years(request.viewer, timezone.localdate())
    year = asked["year"] if asked.get("year") in years else usual
    schools = Organization.objects.visible_to(request.viewer).schools().select_related("parent")
    if code := asked.get("school"):
        chosen = [get_object_or_404(schools, code=code)]
    elif request.viewer.level == Level.SCHOOL:
        chosen = [get_object_or_404(schools, pk=request.viewer.territory_id)]
    else:
        town = asked.get("municipality")
        if request.viewer.level == Level.REGION and not town:
            raise Conflict("Книга собирается по муниципалитету: выберите его на странице контроля.")
        narrowed = schools.filter(parent__code=town) if town else schools
        rows = reads.with_standing(narrowed, year, reads.PUBLISHED)
        chosen = list(rows.order_by("short_name", "pk")[:MOST_SCHOOLS])
    whole = len(chosen) != 1
    is_own = not whole and chosen[0].pk == request.viewer.territory_id
    sheets = reads.sheets_of(chosen, year, published=whole, in_force_first=not is_own)
    book = workbook.write({"График": table([sheets[school.pk] for school in chosen])})
    name = "Единый график" if whole else f"График {chosen[0].code}"
    return attachment(book, f"{name} {year - 1}-{year}.xlsx", content_type=XLSX)
