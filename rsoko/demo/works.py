"""The works that the demonstration region wrote: 28 of 2026 and a few of two years before.

The number of task columns is that of the real works of 2026. Points and borders are
invented, except for Russian in grade 4, whose tasks and borders 10, 16, 21 are the real ones.
"""

import datetime
from dataclasses import dataclass
from functools import cache

from procedures.exchange.works import WorkSpec
from procedures.scales import Borders
from rsoko.demo.place import Place, Scale, SchoolType

YEAR = 2026
EARLIER_YEARS = (2024, 2025)

SUBJECTS = {
    "ru": "Русский язык",
    "ma": "Математика",
    "om": "Окружающий мир",
    "li": "Литература",
    "is": "История",
    "ge": "География",
    "bi": "Биология",
    "fi": "Физика",
    "hi": "Химия",
    "ob": "Обществознание",
}

# grade → subject → number of task columns in 2026
COLUMNS = {
    4: {"ru": 15, "ma": 14, "om": 22},
    5: {"ru": 10, "ma": 18, "is": 8, "ge": 17, "bi": 29},
    6: {"ru": 10, "ma": 18, "is": 9, "ge": 17, "li": 11},
    7: {"ru": 13, "ma": 19, "is": 10, "ge": 17, "fi": 10},
    8: {"ru": 16, "ma": 18, "bi": 29, "hi": 21, "ob": 15},
    10: {"ru": 16, "ma": 17, "fi": 14, "ob": 15, "li": 19},
}
DRAWN_FROM = 5  # in grade 4 all write all three; later all write two and two of the other three
SMALL_CODES = {f"{subject}{grade}" for subject in ("ru", "ma") for grade in (4, 5, 6, 7)}

RU4_TASKS = (*"12345678", "9.1", "9.2", "10.1", "10.2", "11", "12.1", "12.2")
RU4_POINTS = (2, 1, 2, 3, 2, 1, 1, 2, 1, 2, 1, 2, 1, 2, 1)
RU4_BORDERS = Borders(10, 16, 21)

CRITERIA = ("1К1", "1К2", "1К3")  # the first task of Russian from grade 5 is marked by criteria
CRITERIA_POINTS = (3, 3, 2)
POINTS_CYCLE = (1, 2, 1, 1, 2, 1, 3)  # invented: most tasks give a point, some two, a few three
BORDER_SHARES = (0.36, 0.64, 0.87)  # invented, near those of Russian in grade 4
SCIENCE_SHARES = (0.27, 0.52, 0.80)  # invented, near those of mathematics in grade 4 before 2025
LEVEL_SHARES = (0.6, 0.85)  # invented: up to which part of the work tasks are Б, then П
SKILLS = (
    "Находить нужное в тексте и в условии",
    "Применять правило в знакомом случае",
    "Сравнивать и объединять в группы",
    "Объяснять свой выбор",
    "Применять знание в новом случае",
)  # invented, in general words
SCIENCES = {"ma", "fi", "hi"}

SATURDAY = 5
HELD_FROM = {
    # periods of 2025 and 2026 as published; that of 2024 is invented alike
    2024: datetime.date(2024, 4, 15),
    2025: datetime.date(2025, 4, 11),
    2026: datetime.date(2026, 4, 20),
}


@dataclass(frozen=True)
class DemoWork:
    """A work, the day it was written and whether its scale was invented."""

    spec: WorkSpec
    held_on: datetime.date
    invented_scale: bool

    @property
    def school_year(self) -> str:
        """«2025/26» for a work written in the spring of 2026."""
        return f"{self.spec.year - 1}/{self.spec.year % 100:02}"


def works(scale: Scale) -> tuple[DemoWork, ...]:
    """The works of this year, then those of the years before."""
    now = [_work(subject, grade, YEAR) for grade in COLUMNS for subject in COLUMNS[grade]]
    if scale is Scale.SMALL:
        now = [work for work in now if work.spec.code.split("-")[0] in SMALL_CODES]
    before = [
        _work(subject, grade, year)
        for year in EARLIER_YEARS
        for grade in (4, 5)
        for subject in ("ru", "ma")
    ]
    return (*now, *before)


def _work(subject: str, grade: int, year: int) -> DemoWork:
    return DemoWork(
        spec=_spec(subject, grade, year),
        held_on=_day(list(COLUMNS[grade]).index(subject), year),
        invented_scale=(subject, grade, year) != ("ru", 4, 2026),
    )


def _day(place: int, year: int) -> datetime.date:
    """Every second school day a subject of a grade, so that no class writes twice a day."""
    days = (HELD_FROM[year] + datetime.timedelta(days=n) for n in range(21))
    return [day for day in days if day.weekday() < SATURDAY][2 * place]


@cache
def _spec(subject: str, grade: int, year: int) -> WorkSpec:
    tasks, points = _tasks(subject, grade)
    most = sum(points)
    shares = SCIENCE_SHARES if subject in SCIENCES else BORDER_SHARES
    ru4 = (subject, grade) == ("ru", 4)
    return WorkSpec(
        code=f"{subject}{grade}-{year}",
        subject=SUBJECTS[subject],
        grade=grade,
        year=year,
        tasks=tasks,
        max_points=points,
        borders=RU4_BORDERS if ru4 else Borders(*(round(share * most) for share in shares)),
    )


def _tasks(subject: str, grade: int) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Printed labels and greatest points of the columns."""
    if (subject, grade) == ("ru", 4):
        return RU4_TASKS, RU4_POINTS
    columns = COLUMNS[grade][subject]
    points = tuple(POINTS_CYCLE[n % len(POINTS_CYCLE)] for n in range(columns))
    if subject != "ru":
        return tuple(str(n + 1) for n in range(columns)), points
    rest = columns - len(CRITERIA)
    return (*CRITERIA, *(str(n + 2) for n in range(rest))), (*CRITERIA_POINTS, *points[:rest])


def levels_of(spec: WorkSpec) -> list[str]:
    """Invented levels: the first tasks basic, the last ones high, raised between them."""
    basic, raised = (round(share * len(spec.tasks)) for share in LEVEL_SHARES)
    return ["Б" if n < basic else "П" if n < raised else "В" for n in range(len(spec.tasks))]


def skills_of(spec: WorkSpec) -> list[str]:
    """Invented skills in general words, the same for every subject."""
    return [SKILLS[n % len(SKILLS)] for n in range(len(spec.tasks))]


def takes_part(school: Place, work: WorkSpec) -> bool:
    """Whether the school wrote the work: open then, with that grade, and asked that year.

    In earlier years every second school was asked: about a tenth of a year's works.
    """
    if not school.is_open(HELD_FROM[work.year]):
        return False
    if work.grade > 9 and school.school_type is SchoolType.BASIC:
        return False
    return work.year == YEAR or school.number % 2 == 1


def writes(school: Place, class_number: int, work: WorkSpec) -> bool:
    """Whether a class writes the work: from grade 5 each leaves out one of three drawn subjects."""
    drawn = list(COLUMNS[work.grade])[2:]
    subject = work.code[:2]
    if work.grade < DRAWN_FROM or subject not in drawn:
        return True
    return (class_number + school.number + work.year) % len(drawn) != drawn.index(subject)
