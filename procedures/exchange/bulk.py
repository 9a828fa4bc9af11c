"""Results of many schools and works in one CSV: `work,school,class,participant,…,t1,t2,…`."""

import csv
import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from organizations.errors import FaultyTable, Refused
from organizations.exchange.cells import Unexpected, shown, whole
from organizations.exchange.faults import Fault, Note
from procedures.exchange.results import (
    ABSENT,
    MISSING,
    MOST_PARTICIPANT,
    NO_MARK,
    NOT_ATTEMPTED,
    Results,
    results_of,
)
from procedures.exchange.works import WorkSpec

FIXED = (
    "work",
    "school",
    "class",
    "participant",
    "gender",
    "variant",
    "journal_mark",
    "mark",
    "score",
)
TASK = re.compile(r"t([1-9][0-9]{0,2})")
MOST_CLASS_NUMBER = 999
MOST_VARIANT = 9
MOST_SCORE = 32_767  # what the database keeps as a small integer
MOST_CODE = 50  # signs in a school's code
MOST_FAULTS = 1000  # told one by one; of the rest only their number
MARKS = {"": NO_MARK} | {f"{mark}{end}": mark for mark in (2, 3, 4, 5) for end in ("", ".0")}


@dataclass(frozen=True, eq=False, slots=True)
class SchoolResults:
    """One school's results in one work: what a protocol holds."""

    work: WorkSpec
    school: str
    results: Results


@dataclass
class Bulk:
    """A whole file: rows = sound + faulty; the sound ones by work and school."""

    protocols: list[SchoolResults] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    rows: int = 0
    faulty: int = 0

    def sound(self) -> list[SchoolResults]:
        """The results, once the whole file is sound. Raises FaultyTable otherwise."""
        if self.faults:
            raise FaultyTable(self.faults)
        return self.protocols


def read_bulk_file(path: Path, works: Iterable[WorkSpec]) -> Bulk:
    """The results in a file in UTF-8. Raises Refused when it is not such a table."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return read_bulk(lines, works)


def read_bulk(lines: Iterable[str], works: Iterable[WorkSpec]) -> Bulk:
    """The results in lines of CSV, row by row, in whatever order the rows come.

    A row is kept as 2 bytes a task and about 30 more. Raises Refused when it is not such a table.
    """
    rows = csv.reader(lines)
    try:
        header = next(rows, [])
        return _Reading(_places(header), {work.code: work for work in works}).read(rows)
    except UnicodeDecodeError:
        raise Refused("Файл не в UTF-8. Сохраните его как «CSV UTF-8».") from None
    except csv.Error as error:
        raise Refused(f"Строка {rows.line_num} не читается как CSV: {error}.") from None


@dataclass(frozen=True, slots=True)
class _Places:
    """The names of the columns as they stand, and where those of the tasks are."""

    names: Sequence[str]
    tasks: Sequence[int]


def _places(header: Sequence[str]) -> _Places:
    names = [name.strip().casefold() for name in header]
    missing = [name for name in FIXED if name not in names]
    if missing:
        raise Refused(
            f"Это не таблица результатов: нет столбцов {', '.join(missing)}. "
            f"Нужен заголовок {','.join(FIXED)},t1,t2,… через запятую."
        )
    unknown = [shown(name) for name in names if name not in FIXED and not TASK.fullmatch(name)]
    if unknown or len(set(names)) < len(names):
        what = f"лишние столбцы: {', '.join(unknown)}" if unknown else "столбцы повторяются"
        raise Refused(f"В таблице результатов {what}. Удалите их и загрузите файл снова.")
    tasks = [f"t{number}" for number in range(1, len(names) - len(FIXED) + 1)]
    if not tasks or not set(tasks) <= set(names):
        raise Refused("Столбцы заданий должны идти подряд: t1, t2, t3, … Добавьте недостающие.")
    return _Places(names, [names.index(name) for name in tasks])


@dataclass
class _Group:
    """The rows of one work and school so far, as flat arrays."""

    work: WorkSpec
    school: str
    tokens: list[dict[str, int]]  # what may stand in each task's cell
    line: "array[int]" = field(default_factory=lambda: array("q"))
    participant: "array[int]" = field(default_factory=lambda: array("q"))
    # class number, variant, journal mark, mark given or 0
    person: "array[int]" = field(default_factory=lambda: array("h"))
    points: "array[int]" = field(default_factory=lambda: array("h"))


class _Row:
    """One line while it is read: its cells by name and what is wrong with them."""

    def __init__(self, line: int, cells: Mapping[str, str]) -> None:
        self.line = line
        self.cells = cells
        self.faults: list[Fault] = []

    def blame(self, name: str, expected: str, message: str = "") -> None:
        found = self.cells.get(name, "")
        told = message or str(Unexpected(expected, found))
        self.faults.append(Fault("", self.line, name, shown(found), expected, told))

    def whole(self, name: str, least: int, most: int) -> int:
        """The number in a cell; anything once it is blamed."""
        try:
            # programs that keep gaps as NaN write whole numbers as «3.0»
            return whole(self.cells[name].removesuffix(".0"), least=least, most=most)
        except Unexpected as error:
            self.blame(name, error.expected)
            return least

    def mark(self, name: str) -> int:
        if (found := MARKS.get(self.cells[name])) is None:
            self.blame(name, "отметка 2, 3, 4, 5 или пусто")
        return found or NO_MARK

    def points(self, group: _Group, texts: Sequence[str]) -> list[int]:
        own = len(group.tokens)
        points = [known.get(text) for known, text in zip(group.tokens, texts, strict=False)]
        if None in points or any(texts[own:]):
            self._blame_points(group, texts)
        return [MISSING if value is None else value for value in points]

    def _blame_points(self, group: _Group, texts: Sequence[str]) -> None:
        for j, text in enumerate(texts):
            if j >= len(group.tokens) and text:
                self.blame(f"t{j + 1}", f"пусто: в работе заданий {len(group.tokens)}")
            elif j < len(group.tokens) and text not in group.tokens[j]:
                self.blame(f"t{j + 1}", f"от 0 до {group.work.max_points[j]}, X или пусто")


class _Reading:
    """The state of one reading."""

    def __init__(self, places: _Places, works: Mapping[str, WorkSpec]) -> None:
        self.places = places
        self.works = works
        self.groups: dict[tuple[str, str], _Group] = {}
        self.bulk = Bulk()
        self.off_scale = 0
        self.untold = 0

    def read(self, rows: Iterable[Sequence[str]]) -> Bulk:
        for line, cells in enumerate(rows, start=2):
            if any(cells):
                self.bulk.rows += 1
                self._read_row(line, [text.strip() for text in cells])
        for group in self.groups.values():
            self._finish(group)
        self._sum_up()
        return self.bulk

    def _read_row(self, line: int, texts: list[str]) -> None:
        row = _Row(line, {})
        if len(texts) == len(self.places.names):
            row.cells = dict(zip(self.places.names, texts, strict=True))
            if (group := self._group(row)) is not None:
                self._read_pupil(row, group, [texts[place] for place in self.places.tasks])
        else:
            wanted = len(self.places.names)
            row.blame("", f"{wanted} клеток", f"клеток {len(texts)}, а нужно {wanted}.")
        if row.faults:
            self._tell(row.faults)

    def _group(self, row: _Row) -> _Group | None:
        key = (row.cells["work"], row.cells["school"])
        return self.groups.get(key) or self._new_group(row, *key)

    def _new_group(self, row: _Row, code: str, school: str) -> _Group | None:
        work = self.works.get(code)
        if work is None:
            row.blame("work", "код известной работы")
        elif len(self.places.tasks) < len(work.tasks):
            row.blame("work", f"столбцы до t{len(work.tasks)}: столько в этой работе заданий")
        if not school or len(school) > MOST_CODE or len(school.split()) > 1:
            row.blame("school", f"код школы без пробелов, до {MOST_CODE} знаков")
        if work is None or row.faults:
            return None
        self.groups[code, school] = _Group(work, school, [_tokens(n) for n in work.max_points])
        return self.groups[code, school]

    def _read_pupil(self, row: _Row, group: _Group, texts: Sequence[str]) -> None:
        participant = row.whole("participant", 1, MOST_PARTICIPANT)
        class_number = row.whole("class", 1, MOST_CLASS_NUMBER)
        variant = row.whole("variant", 1, MOST_VARIANT) if row.cells["variant"] else ABSENT
        marks = row.mark("journal_mark"), row.mark("mark")
        points = row.points(group, texts)
        _check_agreement(row, variant, points)
        if not row.faults:
            group.line.append(row.line)
            group.participant.append(participant)
            group.person.extend((class_number, variant, *marks))
            group.points.extend(points)

    def _finish(self, group: _Group) -> None:
        """Turn a group's rows into results, the first row of each pupil."""
        if not group.line:
            return
        kept = self._first_rows(group)
        person = np.array(group.person, dtype=np.int16).reshape(-1, 4)[kept]
        results = results_of(
            group.work,
            class_number=person[:, 0],
            participant=np.array(group.participant)[kept],
            variant=person[:, 1],
            journal_mark=person[:, 2],
            points=np.array(group.points, dtype=np.int16).reshape(-1, len(group.tokens))[kept],
        )
        given = person[:, 3]
        self.off_scale += int(((given != NO_MARK) & (given != results.mark)).sum())
        mark = np.where(given == NO_MARK, results.mark, given)
        self.bulk.protocols.append(
            SchoolResults(group.work, group.school, replace(results, mark=mark))
        )

    def _first_rows(self, group: _Group) -> NDArray[np.bool_]:
        participants = np.array(group.participant)
        _, first, back = np.unique(participants, return_index=True, return_inverse=True)
        kept: NDArray[np.bool_] = first[back] == np.arange(len(participants))
        for index in np.flatnonzero(~kept):
            row = _Row(group.line[index], {"participant": str(participants[index])})
            earlier = group.line[int(first[back[index]])]
            message = f"у этой школы и работы «{participants[index]}» уже есть в строке {earlier}."
            row.blame("participant", "код без повторов", message)
            self._tell(row.faults)
        return kept

    def _tell(self, faults: Sequence[Fault]) -> None:
        """Take the faults of one row."""
        self.bulk.faulty += 1
        room = MOST_FAULTS - len(self.bulk.faults)
        self.bulk.faults += faults[:room]
        self.untold += len(faults[room:])

    def _sum_up(self) -> None:
        self.bulk.faults.sort(key=lambda fault: fault.row or 0)
        if self.untold:
            message = f"И ещё {self.untold} ошибок: исправьте эти, остальные будут названы потом."
            self.bulk.faults.append(Fault("", None, "", "", "", message))
        if self.off_scale:
            message = f"Отметка не по шкале работы в {self.off_scale} строках: взята из файла."
            self.bulk.notes.append(Note("", None, "mark", message))


def _check_agreement(row: _Row, variant: int, points: Sequence[int]) -> None:
    """Blame a row that contradicts itself."""
    score, mark = row.cells["score"], row.cells["mark"]
    if variant == ABSENT:
        if score or mark or any(value != MISSING for value in points):
            message = "вариант пуст (участник отсутствовал), а баллы или отметка стоят."
            row.blame("variant", f"от 1 до {MOST_VARIANT}", message)
        return
    added = sum(value for value in points if value > 0)
    if score and row.whole("score", 0, MOST_SCORE) != added and not row.faults:
        row.blame("score", str(added), f"сумма баллов за задания {added}, а здесь «{score}».")


@cache
def _tokens(most: int) -> dict[str, int]:
    """What may stand in the cell of a task, and what it means."""
    points = {f"{n}{end}": n for n in range(most + 1) for end in ("", ".0")}
    return {"": MISSING, **dict.fromkeys("XxХх", NOT_ATTEMPTED), **points}
