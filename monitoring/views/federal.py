"""The standard reports of ФИС ОКО over our own data: choose, read, take the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from monitoring.federal import book, tables, years
from monitoring.federal.kinds import (
    BY_CODE,
    JOURNAL,
    PUPILS,
    REPORTS,
    SCORES,
    SKILLS,
    TASKS,
    Report,
)
from monitoring.forms import FederalFilter, WorkFilter
from monitoring.queries import federal as queries
from monitoring.queries.federal import RegionCells, Unit
from monitoring.views import federal_charts
from monitoring.views.federal_lines import Shown, shown
from organizations.access import Permission
from organizations.attachments import XLSX, attachment
from organizations.errors import NotAllowed
from organizations.http import PortalRequest, for_members
from organizations.models import Level, Organization
from organizations.views.sections import open_only_with
from procedures.models import Work
from procedures.queries import newest_scale, works_of
from procedures.queries import years as years_of_works
from procedures.scales import Borders

PER_PAGE = 50
OWN_ONLY = "Индивидуальные результаты видит только сама школа."
NO_SCALE = "Официальной шкалы нет"


@dataclass(frozen=True)
class Choice:
    """A year and one of its works in which the territory has results."""

    years: list[int]
    year: int
    works: list[Work]
    work: Work | None


@for_members
def federal_reports(request: PortalRequest) -> HttpResponse:
    """The choice of a work and of one of the seven reports on it."""
    open_only_with(Permission.RESULT_READ, request.viewer)
    asked = _choice(request)
    reports = [
        {"number": number, "report": report, "url": _address(asked.work, report)}
        for number, report in enumerate(REPORTS, start=1)
        if asked.work and (report is not PUPILS or request.viewer.level == Level.SCHOOL)
    ]
    context = {"asked": asked, "reports": reports}
    return render(request, "monitoring/federal_reports.html", context)


def _choice(request: PortalRequest) -> Choice:
    typed = WorkFilter(request.GET).asked
    found = years_of_works()
    year = typed["year"] if typed.get("year") in found else next(iter(found), 0)
    works = list(queries.with_results(request.viewer, works_of(year)))
    work = next((one for one in works if one.code == typed.get("work")), None)
    return Choice(found, year, works, work or next(iter(works), None))


@dataclass(frozen=True, eq=False)
class Opened:
    """One report on one work, opened at one unit, with what it needs of the database."""

    report: Report
    work: Work
    borders: Borders | None
    path: list[Organization]
    below: list[Organization]
    cells: RegionCells
    is_full_score: bool
    own_school: int | None
    foreign: int = 0  # how many of the path lie above the viewer's territory

    @property
    def place(self) -> Organization:
        return self.path[-1]

    @property
    def classes(self) -> list[int]:
        is_school = self.place.level == Level.SCHOOL
        return self.cells.classes(self.place) if is_school else []

    @property
    def unavailable(self) -> str:
        """Why there are no numbers, in a sentence; "" when there are."""
        if not self.cells.of(Unit(self.place)).any():
            return "Результатов этой работы здесь нет."
        if not self.cells.is_counted:
            return "Для этого отчёта пересчитайте работу в разделе «Объективность»."
        if self.report.needs_scale and self.borders is None:
            return f"{NO_SCALE}: отметки по этой работе не показываем и не угадываем."
        return ""

    def given(self, units: Sequence[Unit]) -> tables.Given:
        return tables.Given(
            self.work,
            self.borders,
            units,
            queries.sums_of(self.cells, units),
            self.own_school,
            self.is_full_score,
            min(self.foreign, len(units) - 1),  # none when the place stands alone
        )

    @property
    def path_units(self) -> list[Unit]:
        return [Unit(place) for place in self.path]

    @property
    def units(self) -> list[Unit]:
        """All rows: the levels above, the place itself, all directly below it."""
        below = [Unit(place) for place in self.below]
        return [*self.path_units, *below, *(Unit(self.place, n) for n in self.classes)]


def _opened(request: PortalRequest, code: str, report: str) -> Opened:
    """Raises NotAllowed, or Http404 for what is not there to be seen."""
    viewer = request.viewer
    open_only_with(Permission.RESULT_READ, viewer)
    kind = BY_CODE.get(report)
    if kind is None:
        raise Http404
    work = get_object_or_404(Work.objects.select_related("procedure"), code=code)
    asked = FederalFilter(request.GET).asked
    is_named = {"code": asked["unit"]} if "unit" in asked else {"pk": viewer.territory_id}
    place = get_object_or_404(queries.places(viewer), **is_named)
    is_own = viewer.level == Level.SCHOOL and place.pk == viewer.territory_id
    if kind is PUPILS and not is_own:
        raise NotAllowed(OWN_ONLY)
    path = queries.ladder(place)
    cells = queries.region_cells(work, path[0], kind.arrays)
    present = cells.present
    scale = newest_scale(work.pk)
    return Opened(
        report=kind,
        work=work,
        borders=Borders(scale.three, scale.four, scale.five) if scale else None,
        path=path,
        below=[one for one in queries.below(viewer, place) if one.pk in present],
        cells=cells,
        is_full_score=kind is TASKS and asked.get("measure") == "full",
        own_school=place.pk if is_own else None,
        foreign=sum(one.level < viewer.level for one in path),
    )


@for_members
def federal_report(request: PortalRequest, code: str, report: str) -> HttpResponse:
    """One report: the chart, the table with the levels above and the units below."""
    opened = _opened(request, code, report)
    context = {
        "opened": opened,
        "report": opened.report,
        "work": opened.work,
        "heading": book.heading(opened.work),
        "path": _path(request, opened),
        "tabs": _tabs(request, opened),
        "choices": _choices(request, opened),
        "unavailable": opened.unavailable,
        "xlsx": _address(opened.work, opened.report, "federal_report_xlsx"),
        "is_tasks": opened.report is TASKS,
        "is_skills": opened.report is SKILLS,
        "is_journal": opened.report is JOURNAL,
        "measures": _measures(request, opened),
    }
    if not opened.unavailable:
        context |= _numbers(request, opened)
    return render(request, "monitoring/federal_report.html", context)


def _numbers(request: PortalRequest, opened: Opened) -> dict[str, Any]:
    if opened.report is PUPILS:
        return _pupils(request, opened)
    # The levels above stand on every page of the list.
    above, rest = opened.path_units, opened.units[len(opened.path) :]
    page = Paginator(rest, PER_PAGE).get_page(request.GET.get("page"))
    units = above if opened.report is SKILLS else [*above, *page]
    given = opened.given(units)
    return {
        "page": page,
        "table": _shown(request, opened, tables.build(opened.report, given)),
        "figure": federal_charts.chart(opened.report, given, len(opened.path) - 1),
        **_year_before(request, opened),
    }


def _pupils(request: PortalRequest, opened: Opened) -> dict[str, Any]:
    results = queries.pupils_of(request.viewer, opened.place, opened.work)
    page = Paginator(results, PER_PAGE).get_page(request.GET.get("page"))
    table = tables.pupils_table(opened.work, opened.place, list(page))
    given = opened.given([Unit(opened.place)])
    return {
        "page": page,
        "pager_noun": "ученика,учеников,учеников",
        "table": shown(table, opened.place, code_column=tables.CODE_COLUMN),
        "figure": federal_charts.chart(SCORES, given, 0),
    }


def _shown(request: PortalRequest, opened: Opened, table: tables.Table) -> Shown:
    """The table as the page prints it; units the viewer may open are links."""
    own = request.viewer.territory_id
    names = [place.pk for place in opened.path]
    hers = names[names.index(own) :] if own in names else names
    open_to = {*hers, *(place.pk for place in opened.below)} - {opened.place.pk}
    address = _address(opened.work, opened.report)
    return shown(table, opened.place, lambda place: f"{address}?unit={place.code}", open_to)


def _year_before(request: PortalRequest, opened: Opened) -> dict[str, Any]:
    """The same report of the opened unit a year before, or why it is not set beside."""
    earlier = queries.previous(opened.work)
    scale = newest_scale(earlier.pk) if earlier else None
    borders = Borders(scale.three, scale.four, scale.five) if scale else None
    reason = years.why_not(opened.report, opened.work, earlier, opened.borders, borders)
    if reason or earlier is None:
        return {"why_no_year": reason}
    cells = queries.region_cells(earlier, opened.path[0], opened.report.arrays)
    before = Opened(
        opened.report, earlier, borders, opened.path, [], cells, opened.is_full_score,
        opened.own_school,
    )  # fmt: skip
    if before.unavailable:
        return {"why_no_year": f"{earlier.year} год: {before.unavailable}"}
    unit = [Unit(opened.place)]
    now, then = (tables.build(one.report, one.given(unit)) for one in (opened, before))
    both = tables.by_years({opened.work.year: now, earlier.year: then})
    return {"beside": shown(both, opened.place), "year_before": earlier.year}


@for_members
def federal_report_xlsx(request: PortalRequest, code: str, report: str) -> HttpResponse:
    """The report as a workbook, all its rows, laid out as ФИС ОКО does."""
    opened = _opened(request, code, report)
    if opened.unavailable:
        raise Http404
    if opened.report is PUPILS:
        results = list(queries.pupils_of(request.viewer, opened.place, opened.work))
        table = tables.pupils_table(opened.work, opened.place, results)
        content = book.book(opened.report, opened.work, table, school=opened.place)
    else:
        units = opened.path_units if opened.report is SKILLS else opened.units
        table = tables.build(opened.report, opened.given(units))
        content = book.book(opened.report, opened.work, table)
    name = f"{opened.report.title} {opened.work.code} {opened.place.code}.xlsx"
    return attachment(content, name, content_type=XLSX)


# What leads elsewhere
def _address(work: Work | None, report: Report, name: str = "federal_report") -> str:
    code = work.code if work else ""
    return reverse(f"monitoring:{name}", args=[code, report.code])


def _tabs(request: PortalRequest, opened: Opened) -> list[dict[str, Any]]:
    """The seven reports on the same unit; the one on pupils only where it may be opened."""
    query = f"?unit={opened.place.code}"
    return [
        {
            "title": report.tab,
            "url": f"{_address(opened.work, report)}{query}",
            "current": report is opened.report,
        }
        for report in REPORTS
        if report is not PUPILS or opened.own_school
    ]


def _path(request: PortalRequest, opened: Opened) -> list[dict[str, Any]]:
    """The levels from the region down, links where the viewer may go."""
    own, address = request.viewer.level, _address(opened.work, opened.report)
    return [
        {
            "title": place.short_name,
            "url": f"{address}?unit={place.code}"
            if place.level >= own and place != opened.place
            else "",
        }
        for place in opened.path
    ]


def _choices(request: PortalRequest, opened: Opened) -> list[Organization]:
    """Where the viewer may go from here: down, or back up to their own territory."""
    if not opened.below:
        return []
    up = [place for place in opened.path if place.level >= request.viewer.level]
    return [*up, *opened.below]


def _measures(request: PortalRequest, opened: Opened) -> list[dict[str, Any]]:
    """The two ways to say how a task was done."""
    if opened.report is not TASKS:
        return []
    found = []
    for value, title in (("", "процент выполнения"), ("full", "получили максимум")):
        query = request.GET.copy()
        query.pop("page", None)
        query.pop("measure", None)
        if value:
            query["measure"] = value
        is_current = opened.is_full_score == bool(value)
        found.append({"title": title, "url": f"?{query.urlencode()}", "current": is_current})
    return found
