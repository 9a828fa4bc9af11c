"""One line of RESULTS.csv read cell by cell: what is wrong with it is told in full."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from monitoring.exchange.offline.schools import MOST_SIGNS, is_code
from organizations.errors import Refused
from organizations.exchange.cells import Unexpected, shown
from organizations.exchange.faults import Fault
from procedures.exchange.bulk_row import FIXED, MARKS, MOST_SCORE, TASK
from procedures.exchange.results import MISSING, NOT_ATTEMPTED

NEEDED = ("work", "school", "participant")
NO_SCORE = -1
FNV_OFFSET, FNV_PRIME, FNV_MASK = 0xCBF29CE484222325, 0x100000001B3, 2**64 - 1


@dataclass(frozen=True)
class Layout:
    """Where each known column stands; columns that are not known are not read."""

    names: Sequence[str]
    places: Mapping[str, int]
    tasks: Sequence[int]
    unread: Sequence[str]


def layout_of(header: Sequence[str]) -> Layout:
    """The places of the columns, in whatever order. Raises Refused for another table."""
    names = [name.strip().casefold() for name in header]
    known = [name for name in names if name in FIXED or TASK.fullmatch(name)]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise Refused(
            f"Это не таблица результатов: нет столбцов {', '.join(missing)}. "
            f"Нужен заголовок {','.join(FIXED)},t1,t2,… через запятую."
        )
    if len(set(known)) < len(known):
        raise Refused("В таблице результатов столбцы повторяются. Удалите лишние.")
    count = len(set(known) - set(FIXED))
    tasks = [f"t{number}" for number in range(1, count + 1)]
    if not tasks or not set(tasks) <= set(known):
        raise Refused("Столбцы заданий должны идти подряд: t1, t2, t3, … Добавьте недостающие.")
    places = {name: names.index(name) for name in known}
    unread = [shown(name) for name in names if name not in known]
    return Layout(names, places, [places[name] for name in tasks], unread)


@dataclass(frozen=True, slots=True)
class Pupil:
    """What one sound line says of a pupil."""

    school: str
    class_name: str
    participant: int  # a key of the code, see `key_of`
    present: bool
    journal_mark: int
    mark: int
    points: list[int]


@dataclass(slots=True)
class Line:
    """A line while it is read: its cells by name, and what is wrong with them."""

    number: int
    cells: Mapping[str, str]
    tasks: Sequence[str]
    faults: list[Fault] = field(default_factory=list)

    def cell(self, name: str) -> str:
        return self.cells.get(name, "")

    def blame(self, name: str, expected: str, message: str = "", found: str = "") -> None:
        stands = found or self.cell(name)
        told = message or str(Unexpected(expected, stands))
        self.faults.append(Fault("", self.number, name, shown(stands), expected, told))

    def pupil(self, max_points: Sequence[int]) -> Pupil:
        """The pupil of the line; anything once something is blamed."""
        school, code, name = self.cell("school"), self.cell("participant"), self.cell("class")
        if not is_code(school):
            self.blame("school", f"код школы без пробелов, до {MOST_SIGNS} знаков")
        if not 0 < len(code) <= MOST_SIGNS:
            self.blame("participant", f"код участника до {MOST_SIGNS} знаков")
        if len(name) > MOST_SIGNS:
            self.blame("class", f"название класса до {MOST_SIGNS} знаков")
        journal_mark, mark = self._mark("journal_mark"), self._mark("mark")
        points = self._points(max_points)
        score = self._score(points)
        present = bool(self.cell("variant") or mark or score >= 0) or set(points) != {MISSING}
        return Pupil(school, class_name(name), key_of(code), present, journal_mark, mark, points)

    def _mark(self, name: str) -> int:
        if (found := MARKS.get(self.cell(name))) is None:
            self.blame(name, "отметка 2, 3, 4, 5 или пусто")
        return found or 0

    def _points(self, max_points: Sequence[int]) -> list[int]:
        own, points = len(max_points), []
        for j, text in enumerate(self.tasks):
            found = tokens(max_points[j]).get(text) if j < own else MISSING if not text else None
            if found is None:
                wanted = f"от 0 до {max_points[j]}, X или пусто" if j < own else beyond(own)
                self.blame(f"t{j + 1}", wanted, found=text)
            points.append(MISSING if found is None else found)
        return points

    def _score(self, points: Sequence[int]) -> int:
        text, added = self.cell("score"), sum(value for value in points if value > 0)
        if not text:
            return NO_SCORE
        if text not in tokens(MOST_SCORE) or text in "XxХх":
            self.blame("score", "сумма баллов за задания или пусто")
        elif tokens(MOST_SCORE)[text] != added and not self.faults:
            told = f"сумма баллов за задания {added}, а здесь «{text}»."
            self.blame("score", str(added), told)
        return added


def beyond(own: int) -> str:
    return f"пусто: в работе заданий {own}"


def class_name(text: str) -> str:
    """The name of a class; «4.0» is what programs write that keep gaps as NaN."""
    head = text.removesuffix(".0")
    return head if head.isdecimal() else text


def key_of(code: str) -> int:
    """A key of 64 bits for a pupil's code: the hash FNV-1a of its bytes."""
    key = FNV_OFFSET
    for sign in code.encode():
        key = ((key ^ sign) * FNV_PRIME) & FNV_MASK
    return key


@cache
def tokens(most: int) -> dict[str, int]:
    """What may stand in the cell of a task, and what it means."""
    points = {f"{n}{end}": n for n in range(most + 1) for end in ("", ".0", ",0")}
    return {"": MISSING, **dict.fromkeys("XxХх", NOT_ATTEMPTED), **points}
