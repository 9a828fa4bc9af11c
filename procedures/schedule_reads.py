"""Reads of schedules: an organization's year with what comes down to it, ready to be checked."""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Exists, OuterRef, Q, QuerySet

from organizations.access import Viewer
from organizations.models import Level, Organization
from organizations.models.organization import OrganizationQuerySet
from procedures import clashes
from procedures.clashes import Facts, Finding, Hours, Limits
from procedures.models import (
    Schedule,
    ScheduleEntry,
    ScheduleRules,
    SchoolClass,
    SubjectHours,
)

FIRST_MONTH = 9  # a school year begins in September; in August its schedule is being made
PUBLISHED, DRAFT, NONE = "published", "draft", "none"
MISSING = "missing"  # a draft or nothing


@dataclass(frozen=True)
class Line:
    """An entry as it concerns one class; `checked` is the same for the checker."""

    entry: ScheduleEntry
    checked: clashes.Entry
    is_own: bool


@dataclass
class Sheet:
    """An organization's schedule of a year: own entries, those from above, what a check finds.

    `windows` are entries from above with the classes that have no day for them yet, `outside` own
    entries whose day is not within what now comes from above.
    """

    organization: Organization
    year: int
    schedule: Schedule | None
    classes: list[SchoolClass]
    facts: Facts
    limits: Limits
    lines: list[Line] = field(default_factory=list)
    windows: list[tuple[ScheduleEntry, list[str]]] = field(default_factory=list)
    outside: list[tuple[ScheduleEntry, ScheduleEntry]] = field(default_factory=list)

    @cached_property
    def findings(self) -> list[Finding]:
        return clashes.check([line.checked for line in self.lines], self.facts, self.limits)

    @property
    def broken(self) -> list[Finding]:
        return [one for one in self.findings if one.is_broken]

    @property
    def unchecked(self) -> list[Finding]:
        return [one for one in self.findings if not one.is_broken]

    @cached_property
    def places(self) -> list[tuple[int, str]]:
        """Grade and name of every class, or parallel, that has a row, in their order."""
        known = {(one.grade, one.name) for one in self.classes}
        return sorted(
            known | {(one.checked.parallel, one.checked.class_name) for one in self.lines}
        )

    def lines_of(self, finding: Finding) -> list[Line]:
        return [self.lines[key] for key in finding.keys]


def year_of(day: datetime.date) -> int:
    """The school year of a day, named by the year it ends in; August belongs to the next one."""
    return day.year + 1 if day.month >= FIRST_MONTH - 1 else day.year


def span(year: int) -> tuple[datetime.date, datetime.date]:
    """The first and the last day of a school year."""
    return datetime.date(year - 1, FIRST_MONTH, 1), datetime.date(year, 6, 30)


def years(viewer: Viewer, today: datetime.date) -> tuple[list[int], int]:
    """The school years of which the viewer sees a schedule, and the present one, newest first;
    then the usual one: the present, or the newest with a schedule when it has none yet."""
    rows = Schedule.objects.visible_to(viewer).order_by().values_list("year", flat=True)
    seen, present = set(rows.distinct()), year_of(today)
    usual = present if present in seen or not seen else max(seen)
    return sorted({*seen, present}, reverse=True), usual


def limits() -> Limits:
    """The newest numbers of the rules; those of the acts themselves while none are kept."""
    newest = ScheduleRules.objects.order_by("-version").first()
    if newest is None:
        return Limits()
    return Limits(
        gap_days=newest.gap_days,
        most_percent=newest.most_percent,
        most_a_day=newest.most_a_day,
        least_minutes=newest.least_minutes,
        most_lessons=newest.most_lessons,
        source=newest.source,
    )


def sheet_of(
    organization: Organization, year: int, *, published: bool = False, in_force_first: bool = False
) -> Sheet:
    found = sheets_of([organization], year, published=published, in_force_first=in_force_first)
    return found[organization.pk]


def sheets_of(
    organizations: Sequence[Organization],
    year: int,
    *,
    published: bool = False,
    in_force_first: bool = False,
) -> dict[int, Sheet]:
    """The sheets of organizations by their keys: the draft where there is one; only what is
    published; or a draft only where nothing is. Six queries for any number of them."""
    above = _above(organizations)
    every = {one.pk for one in organizations} | {pk for pks in above.values() for pk in pks}
    schedules = _schedules(every, year)
    shown = {
        one.pk: _shown(schedules.get(one.pk, []), published=published, in_force=in_force_first)
        for one in organizations
    }
    from_above = {
        pk: approved
        for pk in every
        if (approved := _shown(schedules.get(pk, []), published=True)) is not None
    }
    wanted = [one.pk for one in [*shown.values(), *from_above.values()] if one]
    entries = _entries(wanted)
    numbers, facts, classes = limits(), _facts(organizations, year), _classes(organizations, year)
    found = {}
    for organization in organizations:
        schedule = shown[organization.pk]
        known = classes.get(organization.pk, [])
        sheet = Sheet(
            organization,
            year,
            schedule,
            known,
            Facts(facts.get(organization.pk, {}), _last_lessons(known)),
            numbers,
        )
        own = entries.get(schedule.pk, []) if schedule else []
        upper = [
            one
            for pk in above[organization.pk]
            if pk in from_above
            for one in entries.get(from_above[pk].pk, [])
        ]
        _fill(sheet, own, upper)
        found[organization.pk] = sheet
    return found


def _above(organizations: Sequence[Organization]) -> dict[int, list[int]]:
    """The nodes over each organization. One query."""
    parents = {one.parent_id for one in organizations if one.parent_id}
    over = dict(Organization.objects.filter(pk__in=parents).values_list("pk", "parent_id"))
    found: dict[int, list[int]] = {}
    for one in organizations:
        chain = [one.parent_id, over.get(one.parent_id or 0)]
        found[one.pk] = [pk for pk in chain if pk]
    return found


def _schedules(pks: Iterable[int], year: int) -> dict[int, list[Schedule]]:
    rows = Schedule.objects.filter(organization__in=list(pks), year=year)
    found: dict[int, list[Schedule]] = defaultdict(list)
    for row in rows.exclude(state=Schedule.State.SUPERSEDED).order_by("version"):
        found[row.organization_id].append(row)
    return found


def _shown(rows: list[Schedule], *, published: bool, in_force: bool = False) -> Schedule | None:
    """The newest of an organization's schedules that may be shown."""
    fit = [row for row in rows if not published or row.state == Schedule.State.APPROVED]
    return (fit[0] if in_force else fit[-1]) if fit else None


def _entries(schedules: list[int]) -> dict[int, list[ScheduleEntry]]:
    rows = ScheduleEntry.objects.filter(schedule__in=schedules).select_related("from_above")
    found: dict[int, list[ScheduleEntry]] = defaultdict(list)
    for row in rows.order_by("day", "grade", "class_name", "pk"):
        found[row.schedule_id].append(row)
    return found


def _classes(organizations: Sequence[Organization], year: int) -> dict[int, list[SchoolClass]]:
    rows = SchoolClass.objects.filter(organization__in=organizations, year=year)
    found: dict[int, list[SchoolClass]] = defaultdict(list)
    for row in rows.order_by("grade", "name"):
        found[row.organization_id].append(row)
    return found


def _facts(
    organizations: Sequence[Organization], year: int
) -> dict[int, dict[tuple[int, str], Hours]]:
    found: dict[int, dict[tuple[int, str], Hours]] = defaultdict(dict)
    for row in SubjectHours.objects.filter(organization__in=organizations, year=year):
        weekly = None if row.weekly is None else float(row.weekly)
        known = Hours(weekly, row.yearly, row.at_edge)
        found[row.organization_id][row.grade, row.subject] = known
    return found


def _last_lessons(classes: list[SchoolClass]) -> dict[tuple[str, int], int]:
    return {
        (one.name, weekday): number
        for one in classes
        for weekday, number in enumerate(one.lessons)
        if number
    }


def _fill(sheet: Sheet, own: list[ScheduleEntry], upper: list[ScheduleEntry]) -> None:
    """Give the sheet its lines: own entries, then those from above that the school has not placed
    on a day of its own; windows that still wait for a day stand apart."""
    names: dict[int, list[str]] = defaultdict(list)
    for one in sheet.classes:
        names[one.grade].append(one.name)
    placed: set[tuple[uuid.UUID, str]] = set()
    for entry in own:
        for name in _names(entry, names):
            _add(sheet, entry, name, is_own=True)
            if entry.from_above:
                placed.add((entry.from_above.thread, name))
    sheet.outside = _outside(own, upper)
    for entry in upper:
        if sheet.classes and entry.grade not in names:
            continue
        waiting = [name for name in _names(entry, names) if (entry.thread, name) not in placed]
        if entry.until is None:
            for name in waiting:
                _add(sheet, entry, name, is_own=False)
        elif waiting:
            sheet.windows.append((entry, waiting))


def _outside(
    own: list[ScheduleEntry], upper: list[ScheduleEntry]
) -> list[tuple[ScheduleEntry, ScheduleEntry]]:
    """Placed entries whose day is not within what now comes from above, each with that."""
    now = {one.thread: one for one in upper}
    pairs = [(one, now.get(one.from_above.thread)) for one in own if one.from_above]
    return [(one, above) for one, above in pairs if above and not above.covers(one.day)]


def _names(entry: ScheduleEntry, names: dict[int, list[str]]) -> list[str]:
    """The classes an entry concerns; the parallel itself where no class of it is known."""
    if entry.class_name:
        return [entry.class_name]
    return names.get(entry.grade) or [f"{entry.grade} класс"]


def _add(sheet: Sheet, entry: ScheduleEntry, name: str, *, is_own: bool) -> None:
    checked = clashes.Entry(
        key=len(sheet.lines),
        class_name=name,
        parallel=entry.grade,
        subject=entry.subject,
        day=entry.day,
        title=entry.title,
        lesson=entry.lesson,
        lessons=entry.lessons,
        minutes=entry.minutes,
        whole_class=entry.whole_class,
        level=entry.level,
    )
    sheet.lines.append(Line(entry, checked, is_own))


def free_days(
    sheet: Sheet, line: Line, *, after: datetime.date, most: int = 3
) -> list[clashes.Slot]:
    """The nearest days on which the entry of this line, with all its classes, clashes with
    nothing: from `after` to the end of the year, then those before it."""
    first, last = span(sheet.year)
    entry = line.entry
    moved = [one.checked for one in sheet.lines if one.entry is entry]
    every = [one.checked for one in sheet.lines]
    days = list(_school_days(max(first, after), last, sheet))
    return clashes.free_slots(moved, every, days, sheet.facts, sheet.limits, most=most)


def _school_days(
    first: datetime.date, last: datetime.date, sheet: Sheet
) -> Iterator[datetime.date]:
    """Days with lessons: those of the timetable, or Monday to Friday where none is known."""
    known = {weekday for _, weekday in sheet.facts.last_lesson} or set(range(5))
    for number in range((last - first).days + 1):
        day = first + datetime.timedelta(days=number)
        if day.weekday() in known:
            yield day


def with_standing(
    schools: OrganizationQuerySet, year: int, standing: str = ""
) -> OrganizationQuerySet:
    """Schools with `has_published` and `has_draft`, narrowed to one standing when it is given."""
    rows = Schedule.objects.filter(organization=OuterRef("pk"), year=year)
    marked = schools.annotate(
        has_published=Exists(rows.filter(state=Schedule.State.APPROVED)),
        has_draft=Exists(rows.filter(state=Schedule.State.DRAFT)),
    )
    wanted = {
        PUBLISHED: Q(has_published=True),
        MISSING: Q(has_published=False),
        DRAFT: Q(has_published=False, has_draft=True),
        NONE: Q(has_published=False, has_draft=False),
    }
    return marked.filter(wanted[standing]) if standing in wanted else marked


def newest_of(entry: ScheduleEntry) -> ScheduleEntry:
    """What an entry from above is in the schedule in force; itself when it is no longer there."""
    rows = ScheduleEntry.objects.filter(
        thread=entry.thread, schedule__state=Schedule.State.APPROVED
    )
    return rows.first() or entry


def published_of(code: str, year: int | None) -> Schedule | None:
    """A school's schedule in force, of the given year or the newest: published for everyone."""
    rows = Schedule.objects.approved().filter(
        organization__code=code, organization__level=Level.SCHOOL
    )
    if year is not None:
        rows = rows.filter(year=year)
    return rows.select_related("organization__parent").order_by("-year").first()


CONTENT = (
    "title", "subject", "grade", "class_name", "day", "until", "lesson", "lessons", "minutes",
    "whole_class",
)  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """What a version changed: entries added, removed, and pairs of before and now."""

    before: Schedule | None
    added: list[ScheduleEntry]
    removed: list[ScheduleEntry]
    changed: list[tuple[ScheduleEntry, ScheduleEntry]]


def difference(schedule: Schedule) -> Difference:
    """A version against the one before it, by the threads of their entries. Three queries."""
    before = (
        Schedule.objects.filter(
            organization=schedule.organization_id, year=schedule.year, version__lt=schedule.version
        )
        .order_by("-version")
        .first()
    )
    now = {row.thread: row for row in schedule.entries.all()}
    old = {row.thread: row for row in before.entries.all()} if before else {}
    kept = [(old[thread], row) for thread, row in now.items() if thread in old]
    return Difference(
        before,
        added=[row for thread, row in now.items() if thread not in old],
        removed=[row for thread, row in old.items() if thread not in now],
        changed=[pair for pair in kept if _content(pair[0]) != _content(pair[1])],
    )


def _content(entry: ScheduleEntry) -> tuple[object, ...]:
    return tuple(getattr(entry, name) for name in CONTENT)


def versions(organization: Organization, year: int) -> QuerySet[Schedule]:
    return Schedule.objects.filter(organization=organization, year=year).order_by("-version")
