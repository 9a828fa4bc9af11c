"""The unified schedule: the grid of classes by days with what clashes, and the published page."""

import calendar
import datetime
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from organizations.access import Permission
from organizations.http import PortalRequest, for_members
from organizations.models import Level, Organization
from organizations.views.sections import open_only_with
from procedures import schedule_reads as reads
from procedures.clashes import Finding, Rule, Slot
from procedures.models import Procedure
from procedures.schedule_forms import MONTH, WEEK, ScheduleFilter, YearFilter
from procedures.schedule_reads import Line, Sheet

FINDINGS_PER_PAGE = 20
SUNDAY = 6
WEEKDAYS = ("Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс")
SHORT_SUBJECT = 3  # letters of a subject in the narrow cells of a month
MENDED_BY_MOVING = frozenset({Rule.DAILY, Rule.INTERVAL, Rule.EDGE})
MOST_MOVABLE = 2  # entries of a finding for which free places are looked for


LEVELS = {
    Procedure.Level.FEDERAL: "федеральная",
    Procedure.Level.REGIONAL: "региональная",
    Procedure.Level.MUNICIPAL: "муниципальная",
    Procedure.Level.SCHOOL: "школьная",
}


@dataclass(frozen=True)
class Mark:
    """An entry in a cell of the grid."""

    line: Line
    is_broken: bool
    short: str


@dataclass(frozen=True)
class Told:
    """A finding with its entries, and the free places for those that may still be moved."""

    finding: Finding
    lines: list[Line]
    places: list[tuple[Line, list[Slot]]]


@dataclass(frozen=True)
class Column:
    day: datetime.date
    weekday: str
    is_today: bool


@dataclass(frozen=True)
class Together:
    """Classes that write the same work on the same day, as parents read it."""

    day: datetime.date
    classes: str
    subject: str
    title: str
    level: str


@for_members
def schedule(request: PortalRequest) -> HttpResponse:
    """The grid of a school, or of a territory's own procedures by parallels."""
    open_only_with(Permission.SCHEDULE_READ, request.viewer)
    asked, today = ScheduleFilter(request.GET).asked, timezone.localdate()
    organization = _whose(request, asked.get("school", ""))
    years, usual = reads.years(request.viewer, today)
    year = asked["year"] if asked.get("year") in years else usual
    is_own = organization.pk == request.viewer.territory_id
    may_edit = is_own and request.viewer.may(Permission.SCHEDULE_EDIT)
    sheet = reads.sheet_of(
        organization, year, published=bool(asked.get("published")), in_force_first=not is_own
    )
    view, start = asked.get("view", WEEK), asked.get("from")
    if start is None or reads.year_of(start) != year:
        start = _start(sheet, today)
    days = days_of(view, start)
    grade = asked.get("grade")
    told = Paginator(_of_days(sheet, days, grade), FINDINGS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    known: dict[int, list[Slot]] = {}
    kept = _kept(asked, organization, request, year)
    context = {
        "organization": organization,
        "sheet": sheet,
        "year": year,
        "years": years,
        "view": view,
        "columns": [Column(day, WEEKDAYS[day.weekday()], day == today) for day in days],
        "rows": (rows := grid(sheet, days, grade)),
        "by_day": _by_day(rows, days),
        "grades": sorted({number for number, _ in sheet.places}),
        "grade": grade,
        "page": told,
        "told": [_told(sheet, one, known, may_edit=may_edit) for one in told],
        # A territory has no timetable: there is nothing that it could tell of one.
        "unchecked": _unchecked(sheet) if organization.level == Level.SCHOOL else [],
        "elsewhere": _first_clash(sheet) if not told.object_list else None,
        "windows": sheet.windows,
        "outside": sheet.outside,
        "links": _links(kept, view, start, grade),
        "may_edit": may_edit,
        "is_school": organization.level == Level.SCHOOL,
        "versions": list(reads.versions(organization, year)),
        "published": bool(asked.get("published")),
    }
    return render(request, "procedures/schedule.html", context)


def _whose(request: PortalRequest, code: str) -> Organization:
    """The school that is asked for, or the viewer's own territory."""
    rows = Organization.objects.visible_to(request.viewer).select_related("parent")
    if code:
        return get_object_or_404(rows.schools(), code=code)
    return get_object_or_404(rows, pk=request.viewer.territory_id)


def _start(sheet: Sheet, today: datetime.date) -> datetime.date:
    """Today within the year; otherwise the first clash, or the first entry, or September."""
    first, last = reads.span(sheet.year)
    if first <= today <= last:
        return today
    if clash := _first_clash(sheet):
        return clash
    return min((line.checked.day for line in sheet.lines), default=first)


def _first_clash(sheet: Sheet) -> datetime.date | None:
    broken = sheet.broken
    return sheet.lines_of(broken[0])[0].checked.day if broken else None


def days_of(view: str, start: datetime.date) -> list[datetime.date]:
    """Monday to Saturday of the week, or every day but Sundays of the month, of this day."""
    if view == WEEK:
        monday = start - datetime.timedelta(days=start.weekday())
        return [monday + datetime.timedelta(days=number) for number in range(6)]
    length = calendar.monthrange(start.year, start.month)[1]
    days = [start.replace(day=number) for number in range(1, length + 1)]
    return [day for day in days if day.weekday() != SUNDAY]


def grid(
    sheet: Sheet, days: list[datetime.date], grade: int | None = None
) -> list[tuple[str, list[list[Mark]]]]:
    """A row a class with the marks of each day."""
    broken = {key for finding in sheet.broken for key in finding.keys}
    cells: dict[tuple[str, datetime.date], list[Mark]] = {}
    for line in sheet.lines:
        one = line.checked
        mark = Mark(line, one.key in broken, f"{one.subject[:SHORT_SUBJECT]}.")
        cells.setdefault((one.class_name, one.day), []).append(mark)
    return [
        (name, [cells.get((name, day), []) for day in days])
        for number, name in sheet.places
        if grade in (None, number)
    ]


def _by_day(
    rows: list[tuple[str, list[list[Mark]]]], days: list[datetime.date]
) -> list[tuple[datetime.date, list[tuple[str, Mark]]]]:
    """The same marks as a list for a narrow screen; days without any are left out."""
    found = [
        (day, [(name, mark) for name, cells in rows for mark in cells[number]])
        for number, day in enumerate(days)
    ]
    return [(day, marks) for day, marks in found if marks]


def _of_days(sheet: Sheet, days: list[datetime.date], grade: int | None) -> list[Finding]:
    """The broken advice that concerns an entry of these days, and the volume of the year."""
    shown = set(days)
    return [
        one
        for one in sheet.broken
        if any(line.checked.day in shown for line in sheet.lines_of(one))
        and grade in (None, sheet.lines_of(one)[0].checked.parallel)
    ]


def _told(sheet: Sheet, finding: Finding, known: dict[int, list[Slot]], *, may_edit: bool) -> Told:
    """A finding in words; `known` keeps the free places of an entry, which is in several."""
    lines = sheet.lines_of(finding)
    draft = may_edit and sheet.schedule is not None and sheet.schedule.is_draft
    may_move = draft and finding.rule in MENDED_BY_MOVING
    movable = [line for line in lines if may_move and line.is_own][:MOST_MOVABLE]
    places = []
    for line in movable:
        if line.entry.pk not in known:
            known[line.entry.pk] = reads.free_days(sheet, line, after=line.checked.day)
        places.append((line, known[line.entry.pk]))
    return Told(finding, lines, [(line, slots) for line, slots in places if slots])


def _unchecked(sheet: Sheet) -> list[tuple[str, str, int, list[Line]]]:
    """What could not be checked: reason, act, how often, the first few entries."""
    grouped: dict[tuple[str, str], list[Finding]] = {}
    for one in sheet.unchecked:
        grouped.setdefault((one.reason, one.act), []).append(one)
    return [
        (reason, act, len(found), [sheet.lines_of(one)[0] for one in found[:5]])
        for (reason, act), found in grouped.items()
    ]


def _kept(
    asked: dict[str, Any], organization: Organization, request: PortalRequest, year: int
) -> dict[str, Any]:
    """What every link of the page keeps of the address."""
    kept: dict[str, Any] = {"year": year}
    if organization.pk != request.viewer.territory_id:
        kept["school"] = organization.code
    if asked.get("published"):
        kept["published"] = "on"
    return kept


def _links(
    kept: dict[str, Any], view: str, start: datetime.date, grade: int | None
) -> dict[str, str]:
    days = days_of(view, start)
    step = datetime.timedelta(days=7) if view == WEEK else datetime.timedelta(days=1)
    before, after = days[0] - step, days[-1] + datetime.timedelta(days=2)
    if view == MONTH:
        before = start.replace(day=1) - datetime.timedelta(days=1)
        after = start.replace(day=28) + datetime.timedelta(days=4)
    whole = kept | ({"grade": grade} if grade else {})

    def to(**changes: Any) -> str:
        return "?" + urlencode(whole | {"view": view, "from": start.isoformat()} | changes)

    return {
        "previous": to(**{"from": before.isoformat()}),
        "following": to(**{"from": after.isoformat()}),
        "week": to(view=WEEK),
        "month": to(view=MONTH),
        "all": "?" + urlencode(kept | {"view": view, "from": start.isoformat()}),
        "kept": urlencode(kept),
    }


def public(request: HttpRequest, code: str) -> HttpResponse:
    """The published schedule of a school: open to everyone, nothing but the plan itself."""
    found = reads.published_of(code, YearFilter(request.GET).asked.get("year"))
    if found is None:
        raise Http404
    sheet = reads.sheet_of(found.organization, found.year, published=True)
    context = {"schedule": found, "sheet": sheet, "months": _months(sheet)}
    return render(request, "procedures/schedule_public.html", context)


def _months(sheet: Sheet) -> list[tuple[datetime.date, list[Together]]]:
    """The lines of each month, classes that write the same on the same day in one row."""
    rows: dict[tuple[datetime.date, str, str, str], list[tuple[int, str]]] = {}
    for line in sheet.lines:
        entry, one = line.entry, line.checked
        same = (entry.day, entry.subject, entry.title, LEVELS[Procedure.Level(entry.level)])
        rows.setdefault(same, []).append((one.parallel, one.class_name))
    months: dict[datetime.date, list[Together]] = {}
    for (day, subject, title, level), classes in sorted(rows.items()):
        names = ", ".join(name for _, name in sorted(classes))
        row = Together(day, names, subject, title, level)
        months.setdefault(day.replace(day=1), []).append(row)
    return list(months.items())
