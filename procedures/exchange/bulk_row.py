"""One line of a table of results, read cell by cell: what is wrong with it is told in full."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from organizations.errors import Refused
from organizations.exchange.cells import Unexpected, shown, whole
from organizations.exchange.faults import Fault
from procedures.exchange.results import (
    ABSENT,
    MISSING,
    MOST_PARTICIPANT,
    NO_MARK,
    NOT_ATTEMPTED,
)

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
MARKS = {"": NO_MARK} | {f"{mark}{end}": mark for mark in (2, 3, 4, 5) for end in ("", ".0")}


@dataclass(frozen=True, slots=True)
class Places:
    """The names of the columns as they stand, and where those of the tasks are."""

    names: Sequence[str]
    tasks: Sequence[int]


def places_of(header: Sequence[str]) -> Places:
    """Where each column stands. Raises Refused for another table."""
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
    return Places(names, [names.index(name) for name in tasks])


@dataclass(frozen=True, slots=True)
class Pupil:
    """What one sound line says of a pupil."""

    participant: int
    class_number: int
    variant: int
    journal_mark: int
    mark: int  # 0 when the line gives none
    points: list[int]


class Row:
    """One line while it is read: its cells by name and what is wrong with them."""

    def __init__(self, line: int, cells: Mapping[str, str]) -> None:
        self.line = line
        self.cells = cells
        self.faults: list[Fault] = []

    def blame(self, name: str, expected: str, message: str = "") -> None:
        found = self.cells.get(name, "")
        told = message or str(Unexpected(expected, found))
        self.faults.append(Fault("", self.line, name, shown(found), expected, told))

    def pupil(self, max_points: Sequence[int], texts: Sequence[str]) -> Pupil:
        """The pupil of the line; anything once something is blamed. `texts` are the tasks'."""
        participant = self._whole("participant", 1, MOST_PARTICIPANT)
        class_number = self._whole("class", 1, MOST_CLASS_NUMBER)
        variant = self._whole("variant", 1, MOST_VARIANT) if self.cells["variant"] else ABSENT
        journal_mark, mark = self._mark("journal_mark"), self._mark("mark")
        points = self._points(max_points, texts)
        self._check_agreement(variant, points)
        return Pupil(participant, class_number, variant, journal_mark, mark, points)

    def _whole(self, name: str, least: int, most: int) -> int:
        try:
            # programs that keep gaps as NaN write whole numbers as «3.0»
            return whole(self.cells[name].removesuffix(".0"), least=least, most=most)
        except Unexpected as error:
            self.blame(name, error.expected)
            return least

    def _mark(self, name: str) -> int:
        if (found := MARKS.get(self.cells[name])) is None:
            self.blame(name, "отметка 2, 3, 4, 5 или пусто")
        return found or NO_MARK

    def _points(self, max_points: Sequence[int], texts: Sequence[str]) -> list[int]:
        own = len(max_points)
        known = [_tokens(most) for most in max_points]
        points = [here.get(text) for here, text in zip(known, texts, strict=False)]
        if None in points or any(texts[own:]):
            self._blame_points(max_points, texts)
        return [MISSING if value is None else value for value in points]

    def _blame_points(self, max_points: Sequence[int], texts: Sequence[str]) -> None:
        own = len(max_points)
        for j, text in enumerate(texts):
            if j >= own and text:
                self.blame(f"t{j + 1}", f"пусто: в работе заданий {own}")
            elif j < own and text not in _tokens(max_points[j]):
                self.blame(f"t{j + 1}", f"от 0 до {max_points[j]}, X или пусто")

    def _check_agreement(self, variant: int, points: Sequence[int]) -> None:
        """Blame a line that contradicts itself."""
        score, mark = self.cells["score"], self.cells["mark"]
        if variant == ABSENT:
            if score or mark or any(value != MISSING for value in points):
                message = "вариант пуст (участник отсутствовал), а баллы или отметка стоят."
                self.blame("variant", f"от 1 до {MOST_VARIANT}", message)
            return
        added = sum(value for value in points if value > 0)
        if score and self._whole("score", 0, MOST_SCORE) != added and not self.faults:
            self.blame("score", str(added), f"сумма баллов за задания {added}, а здесь «{score}».")


@cache
def _tokens(most: int) -> dict[str, int]:
    """What may stand in the cell of a task, and what it means."""
    points = {f"{n}{end}": n for n in range(most + 1) for end in ("", ".0")}
    return {"": MISSING, **dict.fromkeys("XxХх", NOT_ATTEMPTED), **points}
