"""Schedules of the demonstration: the region's ВПР window and diagnostics, the schools' own works.

School 1 of the first municipality has published one and is making changes that clash; school 3
there has none, school 4 a draft. Orders and their numbers are invented.
"""

import datetime
from collections.abc import Callable, Iterator

from django.utils import timezone

from organizations.models import Organization
from procedures.models import (
    Procedure,
    Schedule,
    ScheduleEntry,
    SchoolClass,
    SubjectHours,
    Work,
)
from procedures.services import schedule as service
from rsoko.demo.bodies import ROOT
from rsoko.demo.municipalities import code_of
from rsoko.demo.place import Place, Scale, SchoolType
from rsoko.demo.places import schools_of
from rsoko.demo.population import cohort
from rsoko.demo.settle import deputy_of
from rsoko.demo.works import COLUMNS, HELD_FROM, SUBJECTS, YEAR, DemoWork, works, writes

Tell = Callable[[int, int], None]
SEED = 2026
AT_ONCE = 50
LETTERS = "АБВГДЕЖ"
WITH_CLASHES, WITHOUT_ANY, DRAFT_ONLY = "edu420001", "edu420003", "edu420004"
BY_CLASS_AT_REGION = {code_of(0), code_of(1)}  # elsewhere a parallel is one line
WINDOW_ENDS = datetime.date(YEAR, 5, 20)
ORDER_DATE = datetime.date(YEAR - 1, 9, 12)
LESSONS_A_DAY = [6, 6, 6, 6, 6, 0]
MUCH, LITTLE = (5, 170), (2, 68)  # lessons a week and a year
MAIN = {"ru", "ma"}
# Own works: first Monday of a week, never nearer than 17 days to one another or to the ВПР.
OWN_WEEKS = {
    "Входная контрольная": datetime.date(YEAR - 1, 9, 22),
    "Контрольная за полугодие": datetime.date(YEAR - 1, 12, 8),
    "Контрольная за третью четверть": datetime.date(YEAR, 3, 9),
}
DAY_OF = {"ru": 1, "ma": 3}  # Tuesday and Thursday
DIAGNOSTICS = (
    (8, "ma", datetime.date(YEAR - 1, 11, 12), "Региональная диагностика"),
    (10, "ru", datetime.date(YEAR - 1, 11, 13), "Региональная диагностика"),
)


def bring_schedules(scale: Scale, tell: Tell) -> int:
    """The region's schedule, then the schools'; in bulk. Returns how many lines there are."""
    region = Organization.objects.get(code=ROOT.code)
    rows = {row.code: row for row in Organization.objects.schools()}
    windows = _region(region, scale)
    brought = len(windows) + len(DIAGNOSTICS)
    places = [place for place in schools_of(scale) if place.is_open(HELD_FROM[YEAR])]
    for done in range(0, len(places), AT_ONCE):
        brought += _schools(places[done : done + AT_ONCE], rows, scale, windows)
        tell(min(done + AT_ONCE, len(places)), len(places))
    return brought + _changes(rows[WITH_CLASHES])


def _region(region: Organization, scale: Scale) -> dict[str, ScheduleEntry]:
    """The region's published schedule; its windows by the codes of their works."""
    schedule = Schedule.objects.create(organization=region, year=YEAR, **_ordered(1))
    known = {work.code: work for work in Work.objects.select_related("procedure")}
    windows = [
        ScheduleEntry(
            schedule=schedule,
            level=Procedure.Level.FEDERAL,
            procedure=known[work.spec.code].procedure,
            work=known[work.spec.code],
            title="ВПР",
            subject=work.spec.subject,
            grade=work.spec.grade,
            day=HELD_FROM[YEAR],
            until=WINDOW_ENDS,
            minutes=45,
        )
        for work in works(scale)
        if work.spec.year == YEAR
    ]
    diagnostics = [
        ScheduleEntry(
            schedule=schedule,
            level=Procedure.Level.REGIONAL,
            title=title,
            subject=SUBJECTS[subject],
            grade=grade,
            day=day,
            lesson=3,
            minutes=45,
        )
        for grade, subject, day, title in DIAGNOSTICS
    ]
    ScheduleEntry.objects.bulk_create([*windows, *diagnostics])
    return {row.work.code: row for row in windows if row.work}


def _ordered(number: int) -> dict[str, object]:
    return {
        "state": Schedule.State.APPROVED,
        "order_number": str(number),
        "order_date": ORDER_DATE,
        "published_at": timezone.now(),
    }


def _schools(
    places: list[Place],
    rows: dict[str, Organization],
    scale: Scale,
    windows: dict[str, ScheduleEntry],
) -> int:
    """Schedules, lines, classes and hours of some schools. Four inserts."""
    planned = [place for place in places if place.code != WITHOUT_ANY]
    schedules = Schedule.objects.bulk_create(
        Schedule(
            organization=rows[place.code],
            year=YEAR,
            **({} if place.code == DRAFT_ONLY else _ordered(100 + place.number % 100)),
        )
        for place in planned
    )
    lines = [
        line
        for place, schedule in zip(planned, schedules, strict=True)
        for line in _lines(place, schedule, scale, windows)
    ]
    ScheduleEntry.objects.bulk_create(lines, batch_size=2000)
    told = [place for place in planned if _is_told_by_class(place, scale)]
    SchoolClass.objects.bulk_create(
        SchoolClass(organization=rows[place.code], year=YEAR, name=name, grade=grade,
                    lessons=LESSONS_A_DAY)
        for place in told
        for grade in _grades(place)
        for name in _names(place, grade)
    )  # fmt: skip
    SubjectHours.objects.bulk_create(
        SubjectHours(organization=rows[place.code], year=YEAR, grade=grade,
                     subject=SUBJECTS[subject], weekly=hours[0], yearly=hours[1])
        for place in told
        for grade in _grades(place)
        for subject in COLUMNS[grade]
        for hours in (MUCH if subject in MAIN else LITTLE,)
    )  # fmt: skip
    return len(lines)


def _is_told_by_class(place: Place, scale: Scale) -> bool:
    return scale is Scale.SMALL or place.parent in BY_CLASS_AT_REGION


def _grades(place: Place) -> list[int]:
    """The grades with works that the school has."""
    is_basic = place.school_type is SchoolType.BASIC
    return [grade for grade in COLUMNS if grade <= 9 or not is_basic]


def _names(place: Place, grade: int) -> list[str]:
    classes = 1 if grade > 9 else int(cohort(place, YEAR - grade, SEED).class_number[-1])
    return [f"{grade}{letter}" for letter in LETTERS[:classes]]


def _lines(
    place: Place, schedule: Schedule, scale: Scale, windows: dict[str, ScheduleEntry]
) -> Iterator[ScheduleEntry]:
    """Own works of every class, and the day of each ВПР that it writes."""
    by_class = _is_told_by_class(place, scale)
    listed = [work for work in works(scale) if work.spec.year == YEAR]
    for grade in _grades(place):
        for number, name in enumerate(_names(place, grade) if by_class else [""], start=1):
            yield from _own(schedule, grade, name, number)
            for work in listed:
                if work.spec.grade == grade and (not name or writes(place, number, work.spec)):
                    yield _placed(schedule, work, windows[work.spec.code], name)


def _own(schedule: Schedule, grade: int, name: str, number: int) -> Iterator[ScheduleEntry]:
    for title, monday in OWN_WEEKS.items():
        for subject, weekday in DAY_OF.items():
            yield ScheduleEntry(
                schedule=schedule,
                level=Procedure.Level.SCHOOL,
                title=title,
                subject=SUBJECTS[subject],
                grade=grade,
                class_name=name,
                day=monday + datetime.timedelta(days=weekday),
                lesson=2 + number % 3,
                minutes=45,
            )


def _placed(schedule: Schedule, work: DemoWork, window: ScheduleEntry, name: str) -> ScheduleEntry:
    return ScheduleEntry(
        schedule=schedule,
        level=window.level,
        procedure=window.procedure,
        work=window.work,
        title=window.title,
        subject=window.subject,
        grade=window.grade,
        class_name=name,
        day=work.held_on,
        lesson=3,
        minutes=window.minutes,
        from_above=window,
    )


def _changes(school: Organization) -> int:
    """The draft of a second version, begun by the school, with what the portal should find: too
    near to another work, two on one day, on the first lesson, without the lesson's number."""
    by = deputy_of(school)
    draft = service.start(school, YEAR, by=by)
    tuesday = OWN_WEEKS["Контрольная за полугодие"] + datetime.timedelta(days=1)
    near = tuesday - datetime.timedelta(days=6)
    asked: tuple[tuple[str, str, datetime.date, int | None], ...] = (
        ("Срез знаний", SUBJECTS["ru"], near, 3),
        ("Проверочная работа", SUBJECTS["ma"], tuesday, 4),
        ("Контрольная по теме", SUBJECTS["is"], near, 1),
        ("Зачётная работа", SUBJECTS["ge"], tuesday + datetime.timedelta(days=1), None),
    )
    for title, subject, day, lesson in asked:
        values = {"title": title, "subject": subject, "grade": 5, "class_name": "5А", "day": day,
                  "lesson": lesson, "minutes": 45}  # fmt: skip
        service.add(draft, values, by=by)
    return draft.entries.count()
