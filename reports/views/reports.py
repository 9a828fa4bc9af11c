"""Pages of the yearly reports: the list, one report, its files, the wish to build."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from organizations.access import Permission, Viewer
from organizations.attachments import attachment
from organizations.errors import Conflict
from organizations.http import PortalRequest, for_members
from organizations.models import Kind, Level, Organization, Run
from organizations.templatetags.ru import school_year
from organizations.views.sections import open_only_with
from reports.forms import LEVELS, BuildForm, ReportFilter, year_choices
from reports.models import YearlyReport
from reports.queries.listing import lines, places_with_reports
from reports.rendering import docx, pdf
from reports.services import yearly
from reports.views.shown import passages, seen_by

PER_PAGE = 50
RUNS_SHOWN = 5
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMS = {"docx": (docx.render, DOCX), "pdf": (pdf.render, "application/pdf")}


@for_members
def reports(request: PortalRequest) -> HttpResponse:
    """The reports of a year: the viewer's own place and all below it."""
    open_only_with(Permission.REPORT_READ, request.viewer)
    viewer, years = request.viewer, year_choices()
    asked = ReportFilter(request.GET).asked
    year = asked.get("year") or (years[0][0] if years else None)
    places = _narrowed(places_with_reports(viewer), asked)
    page = Paginator(places, PER_PAGE).get_page(request.GET.get("page"))
    may_build = viewer.may(Permission.REPORT_BUILD)
    context = {
        "asked": asked,
        "year": year,
        "years": years,
        "school_year": school_year(year),
        "page": page,
        "lines": lines(list(page), year) if year else [],
        "runs": _under_way(viewer),
        "municipalities": _municipalities(viewer),
        "may_build": may_build and year is not None,
        "own": _own(viewer),
        "levels": [pair for pair in LEVELS if yearly.LEVELS[pair[0]] > viewer.level],
        "built": _built(viewer, year),
        "total": places_with_reports(viewer).count(),
    }
    return render(request, "reports/reports.html", context)


def _narrowed(places: QuerySet[Organization], asked: dict[str, Any]) -> QuerySet[Organization]:
    if code := asked.get("municipality"):
        places = places.filter(Q(code=code) | Q(parent__code=code))
    if words := asked.get("q"):
        places = places.filter(Q(short_name__icontains=words) | Q(code__icontains=words))
    return places


def _under_way(viewer: Viewer) -> list[Run]:
    ours = Run.objects.visible_to(viewer).active().filter(task__in=yearly.TASKS.values())
    return list(ours.select_related("organization")[:RUNS_SHOWN])


def _municipalities(viewer: Viewer) -> QuerySet[Organization]:
    """What the region's people may narrow the list by; nothing for the others."""
    seen = Organization.objects.visible_to(viewer if viewer.level == Level.REGION else None)
    return seen.filter(kind=Kind.MUNICIPALITY).order_by("short_name")


def _own(viewer: Viewer) -> Organization | None:
    return Organization.objects.visible_to(viewer).filter(pk=viewer.territory_id).first()


def _built(viewer: Viewer, year: int | None) -> int:
    return YearlyReport.objects.visible_to(viewer).filter(year=year).count() if year else 0


@require_POST
@for_members
def build(request: PortalRequest) -> HttpResponse:
    """Have a report built, or those of a whole level."""
    form = BuildForm(request.POST)
    if not form.is_valid():
        raise Conflict("Выберите организацию и год из списка на странице отчётов.")
    asked = form.cleaned_data
    seen = Organization.objects.visible_to(request.viewer)
    place = get_object_or_404(seen, code=asked["organization"])
    if asked["level"]:
        run = yearly.request_all(place, asked["year"], asked["level"], by=request.viewer)
    else:
        run = yearly.request(place, asked["year"], by=request.viewer)
    messages.success(request, f"«{run}»: сборка началась. Ждать на странице не нужно.")
    return redirect(f"{reverse('reports:reports')}?year={asked['year']}")


@for_members
def report(request: PortalRequest, pk: int) -> HttpResponse:
    """One report as a page: the same parts as in its files."""
    row = _found(request, pk)
    content = seen_by(request.viewer, row)
    context = {
        "report": row,
        "content": content,
        "passages": passages(content),
        "is_partial": not request.viewer.may(Permission.OBJECTIVITY_READ),
        "line": lines([row.organization], row.year)[0],
        "may_build": request.viewer.may(Permission.REPORT_BUILD),
    }
    return render(request, "reports/report.html", context)


@for_members
def download(request: PortalRequest, pk: int, form: str) -> HttpResponse:
    """A report's file; without the part on objectivity for those to whom it is closed."""
    row = _found(request, pk)
    if form not in FORMS:
        raise Http404
    render_as, content_type = FORMS[form]
    name = f"Отчёт РСОКО {row.year}, {row.organization.short_name}.{form}"
    if not request.viewer.may(Permission.OBJECTIVITY_READ):
        return attachment(render_as(seen_by(request.viewer, row)), name, content_type=content_type)
    stored = row.docx if form == "docx" else row.pdf
    try:
        return attachment(stored.open(), name, content_type=content_type)
    except FileNotFoundError as error:
        raise Conflict("Файл отчёта не найден в хранилище. Соберите отчёт ещё раз.") from error


def _found(request: PortalRequest, pk: int) -> YearlyReport:
    rows = YearlyReport.objects.visible_to(request.viewer)
    return get_object_or_404(rows.select_related("organization__parent"), pk=pk)
