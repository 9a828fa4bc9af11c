"""The tables of the standard reports, column for column as ФИС ОКО prints them.

Percents have two decimals, as there. There is no row of all Russia: its numbers are not ours.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from monitoring.federal import kinds
from monitoring.queries.federal import Sums, Unit, login
from monitoring.stats import standard
from monitoring.stats.arrays import FloatArray, IntArray
from monitoring.stats.disclosure import MIN_PUPILS, publishable

if TYPE_CHECKING:
    from organizations.models import Organization
    from procedures.models import Result, Work
    from procedures.scales import Borders

Value = str | int | float | None

UNITS, SCHOOLS, PUPILS = "Группы участников", "Кол-во ОО", "Кол-во участников"
SIDES = (
    "Понизили (Отметка < Отметка по журналу)",
    "Подтвердили (Отметка = Отметке по журналу)",
    "Повысили (Отметка > Отметка по журналу)",
)
# The head of the column changed with the models of 2025 (objectivity.md, section 2).
SKILLS_UNTIL_2024 = "Блоки ПООП: выпускник научится / получит возможность научиться"
SKILLS_SINCE_2025 = "Проверяемые требования ФОП"
COUNTRY = "РФ"

HIDDEN = f"меньше {MIN_PUPILS} участников"
# Own numbers taken off a total above, so few others would stay that they are told from it.
HIDDEN_REST = f"без ваших меньше {MIN_PUPILS} участников"
# ФИОКО, recommendations of 2026, p. 24: the analysis of a group tells something from 10 pupils on.
FEW = "мало участников"

CODE_COLUMN = 2  # where the code stands among a pupil's values: a name, not a number

# Values of Result.points that are not points.
NOT_POINTS = {-1: "X", -2: ""}


@dataclass(frozen=True)
class Line:
    """One row: a unit, or a part of it with a label; a note stands where numbers may not.

    It may have fewer values than the head: the rest is empty.
    """

    values: tuple[Value, ...]
    unit: Unit | None = None
    label: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        return self.label or (self.unit.federal_name if self.unit else "")


@dataclass(frozen=True)
class Table:
    """The head (row 8 of the workbook first) and the rows; `over` is what stands in row 7."""

    head: tuple[tuple[Value, ...], ...]
    lines: tuple[Line, ...]
    over: tuple[Value, ...] = ()


@dataclass(frozen=True, eq=False)
class Given:
    """What a table is made of.

    `open_school` is the school that sees its own small numbers. The first `foreign` units lie
    above the viewer's territory, each around the next.
    """

    work: "Work"
    borders: "Borders | None"
    units: Sequence[Unit]
    sums: Sums
    open_school: int | None = None
    is_full_score: bool = False
    foreign: int = 0

    @property
    def max_points(self) -> IntArray:
        return np.array(self.work.max_points, dtype=np.int64)

    @property
    def completion(self) -> FloatArray:
        """What the report on tasks shows, shape (U, J): points earned, or full scores."""
        if self.is_full_score:
            return standard.full_score(self.sums["full_scores"], self.sums.pupils)
        return standard.completion(self.sums["task_sums"], self.sums.pupils, self.max_points)

    def why_hidden(self, number: int, resting: IntArray) -> str:
        """Why the unit's numbers may not be shown to the viewer; "" when they may.

        `resting` is how many pupils each unit's numbers rest on, shape (U,).
        """
        pupils = int(resting[number])
        if not publishable(pupils):
            return "" if self.units[number].place.pk == self.open_school else HIDDEN
        rest = pupils - int(resting[number + 1]) if number < self.foreign else 0
        return HIDDEN_REST if 0 < rest < MIN_PUPILS else ""


def build(report: kinds.Report, given: Given) -> Table:
    """The table of a report on units (all but the one on pupils)."""
    return {
        kinds.MARKS: _marks,
        kinds.JOURNAL: _journal,
        kinds.SCORES: _scores,
        kinds.TASKS: _tasks,
        kinds.SKILLS: _skills,
        kinds.GROUPS: _groups,
    }[report](given)


def percents(shares: FloatArray) -> list[float]:
    return [round(100 * share, 2) for share in shares.tolist()]


def _marks(given: Given) -> Table:
    shares = standard.shares(given.sums["marks"])
    rows = [(*_counts(given, k), *percents(shares[k])) for k in range(len(given.units))]
    return Table(((UNITS, SCHOOLS, PUPILS, "2", "3", "4", "5"),), _lines(given, rows))


def _journal(given: Given) -> Table:
    counts = standard.against_journal(given.sums["journal"])
    shares, pairs = standard.shares(counts), counts.sum(axis=1)
    head = [UNITS, f"{PUPILS}(всего)"]
    for side in SIDES:
        head += [f"{side} %", f"{side} {PUPILS}"]
    rows: list[tuple[Value, ...]] = []
    for k, pupils in enumerate(pairs.tolist()):
        both = zip(percents(shares[k]), counts[k].tolist(), strict=True)
        rows.append((pupils, *(value for pair in both for value in pair)))
    return Table((tuple(head),), _lines(given, rows, pairs))


def _scores(given: Given) -> Table:
    shares = standard.shares(given.sums["histogram"])
    pupils = given.sums.pupils.tolist()
    rows = [(pupils[k], *percents(shares[k])) for k in range(len(given.units))]
    scores = [str(score) for score in range(given.work.max_score + 1)]
    return Table(((UNITS, PUPILS, *scores),), _lines(given, rows), _borders(given))


def _borders(given: Given) -> tuple[Value, ...]:
    """The marks over their first scores; nothing without a scale."""
    if given.borders is None:
        return ()
    firsts = {0: "2", given.borders.three: "3", given.borders.four: "4", given.borders.five: "5"}
    marks = [firsts.get(score) for score in range(given.work.max_score + 1)]
    return ("Отметка по шкале, с балла", None, *marks)


def _tasks(given: Given) -> Table:
    shares = given.completion
    rows = [(*_counts(given, k), *percents(shares[k])) for k in range(len(given.units))]
    head: tuple[Value, ...] = (UNITS, SCHOOLS, PUPILS, *given.work.tasks)
    most: tuple[Value, ...] = ("Макс балл", None, None, *given.work.max_points)
    return Table((head, most), _lines(given, rows))


def _skills(given: Given) -> Table:
    work = given.work
    hidden = [given.why_hidden(k, given.sums.pupils) for k in range(len(given.units))]
    shares = [percents(row) for row in given.completion]
    title = SKILLS_SINCE_2025 if work.year >= 2025 else SKILLS_UNTIL_2024
    names = [unit.federal_name for unit in given.units]
    head: tuple[Value, ...] = ("№ задания", title, "Макс балл", *names, COUNTRY)
    skills: list[Value] = [skill or None for skill in work.skills] or [None] * len(work.tasks)
    lines = []
    for task, label in enumerate(work.tasks):
        here: list[Value] = [why or shares[k][task] for k, why in enumerate(hidden)]
        lines.append(Line((skills[task], work.max_points[task], *here, None), label=label))
    return Table((head,), tuple(lines))


def _groups(given: Given) -> Table:
    marks = given.sums["marks"]
    shares = standard.group_completion(given.sums["group_sums"], marks, given.max_points)
    lines: list[Line] = []
    for k, unit in enumerate(given.units):
        pupils = int(given.sums.pupils[k])
        if why := given.why_hidden(k, given.sums.pupils):
            lines.append(Line((), unit, note=why))
            continue
        lines.append(Line((pupils,), unit))
        whys = [given.why_hidden(k, marks[:, group]) for group in range(marks.shape[1])]
        lines += _of_groups(unit, marks[k], shares[k], whys)
    return Table(((UNITS, PUPILS, *given.work.tasks),), tuple(lines))


def _of_groups(
    unit: Unit, marks: IntArray, shares: FloatArray, whys: Sequence[str]
) -> Iterator[Line]:
    """The four groups of one unit; a small one says nothing, whoever looks."""
    for group, n in enumerate(marks.tolist()):
        label = f"«{group + 2}»"
        if not publishable(n):
            yield Line((), unit, label, FEW)
        elif whys[group]:
            yield Line((), unit, label, whys[group])
        else:
            yield Line((n, *percents(shares[group])), unit, label)


def _counts(given: Given, k: int) -> tuple[Value, Value]:
    schools = None if given.units[k].is_school else int(given.sums.schools[k])
    return schools, int(given.sums.pupils[k])


def _lines(
    given: Given, rows: Sequence[tuple[Value, ...]], pupils: IntArray | None = None
) -> tuple[Line, ...]:
    """The rows of the units; without numbers where they rest on too few of `pupils`."""
    resting = given.sums.pupils if pupils is None else pupils
    whys = [given.why_hidden(k, resting) for k in range(len(given.units))]
    return tuple(
        Line((), unit, note=why) if why else Line(row, unit)
        for row, unit, why in zip(rows, given.units, whys, strict=True)
    )


def by_years(tables: Mapping[int, Table]) -> Table:
    """Tables of one unit as one, a row a year; of several rows a unit, the last table alone."""
    *_, last = tables.values()
    if any(len(table.lines) > 1 for table in tables.values()):
        return last
    lines = [
        replace(line, unit=None, label=str(year))
        for year, table in tables.items()
        for line in table.lines
    ]
    return replace(last, lines=tuple(lines))


def pupils_table(work: "Work", school: "Organization", results: Sequence["Result"]) -> Table:
    """The report on pupils: a row of the school, then a row for each pupil who wrote."""
    tasks = [f"{task} ({most}б)" for task, most in zip(work.tasks, work.max_points, strict=True)]
    head = ("ОО", "Муниципалитет", "Название ОО", "Код участника", "Класс", "Вариант", *tasks,
            "Первичный балл", "Отметка", "Отметка по журналу")  # fmt: skip
    levels: list[Value] = [level or None for level in work.levels] or [None] * len(tasks)
    over = ("Уровень сложности задания", *[None] * 5, *levels)
    above = school.parent.short_name if school.parent else ""
    whose = (above, school.short_name)
    lines = [
        Line(
            (*whose, row.participant, row.class_number, row.variant,
             *(NOT_POINTS.get(point, point) for point in row.points),
             row.score, row.mark, row.journal_mark),
            label=login(school),
        )
        for row in results
    ]  # fmt: skip
    return Table((head,), tuple(lines), over)
