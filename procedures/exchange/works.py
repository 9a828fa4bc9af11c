"""What a form must know of a work, and the list of works in `works.json`."""

import datetime
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from organizations.errors import FaultyTable
from organizations.exchange.faults import Fault
from procedures.scales import Borders

GRADES = range(1, 12)  # classes of a Russian school
YEARS = range(2000, 2101)
MOST_TASK_POINTS = 100  # the whole of a state examination; no single task gives more
MOST_CODE, MOST_SUBJECT, MOST_LABEL = 50, 80, 12  # signs
MOST_SKILL = 300  # signs
# Levels of tasks: basic, raised, high; «B» is what a Latin keyboard gives for «В».
LEVEL_SIGNS = {"": "", "Б": "Б", "П": "П", "В": "В", "B": "В"}
TRACKS = ("", "basic", "advanced")
MOST_TASKS = 100  # the longest work of 2026 has 29 task columns


@dataclass(frozen=True)
class WorkSpec:
    """One work: its tasks as printed, their maxima, the borders of its marks.

    `levels` (Б, П, В) and `skills` are one a task, or empty where nothing is known.
    """

    code: str
    subject: str
    grade: int
    year: int
    tasks: tuple[str, ...]
    max_points: tuple[int, ...]
    borders: Borders | None
    track: str = ""
    levels: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    due_on: datetime.date | None = None

    def __post_init__(self) -> None:
        if len(self.tasks) != len(self.max_points):
            raise ValueError(f"{self.code}: {len(self.tasks)} tasks, {len(self.max_points)} maxima")
        if self.borders is not None:
            self.borders.within(self.most)

    @cached_property
    def most(self) -> int:
        """The greatest possible primary score."""
        return sum(self.max_points)

    @property
    def title(self) -> str:
        return f"{self.subject}, {self.grade} класс, {self.year} год"


def read_works(content: bytes) -> list[WorkSpec]:
    """All works of a list, or FaultyTable with every fault, told by the item it is in."""
    items = _items(content)
    faults: list[Fault] = []
    works = [work for n, item in enumerate(items, start=1) if (work := _work(n, item, faults))]
    faults += _repeated(items)
    if faults:
        raise FaultyTable(sorted(faults, key=lambda fault: fault.row or 0))
    return works


def _items(content: bytes) -> list[Any]:
    try:
        items = json.loads(content)
    except UnicodeDecodeError:
        raise _unreadable("Список работ не в UTF-8. Сохраните его в кодировке UTF-8.") from None
    except json.JSONDecodeError as error:
        where = f"строка {error.lineno}, знак {error.colno}"
        raise _unreadable(f"Список работ — не JSON: {where}. Исправьте запись там.") from None
    except RecursionError:
        raise _unreadable("В списке работ слишком много вложенных скобок.") from None
    if not isinstance(items, list) or not items:
        raise _unreadable("Список работ должен быть непустым массивом JSON: [{…}, {…}].")
    return items


def _unreadable(message: str) -> FaultyTable:
    return FaultyTable([Fault("", None, "", "", "список работ", message)], message)


def _work(number: int, item: object, faults: list[Fault]) -> WorkSpec | None:
    """The work of one item; None when it has faults, which are added to the list."""
    if not isinstance(item, dict):
        faults.append(_fault(number, "", item, "описание работы в фигурных скобках"))
        return None
    found = [
        _fault(number, name, item.get(name), expected)
        for name, (sound, expected) in FIELDS.items()
        if not sound(item.get(name))
    ]
    if "mark_borders" not in item:
        found.append(_fault(number, "mark_borders", None, f"{BORDERS_EXPECTED} (поля нет)"))
    found = found or list(_disagreements(number, item))
    faults.extend(found)
    return None if found else _built(item)


def _built(item: dict[str, Any]) -> WorkSpec:
    maxima = tuple(item["max_points"])
    tasks = item.get("tasks") or [str(n) for n in range(1, len(maxima) + 1)]
    borders = item["mark_borders"]
    return WorkSpec(
        code=item["code"],
        subject=item["subject"].strip(),
        grade=item["grade"],
        year=item["year"],
        tasks=tuple(tasks),
        max_points=maxima,
        borders=None if borders is None else Borders(*borders),
        track=item.get("track") or "",
        levels=tuple(folded_level(level) for level in item.get("levels") or ()),
        skills=tuple(skill.strip() for skill in item.get("skills") or ()),
        due_on=datetime.date.fromisoformat(item["due_on"]) if item.get("due_on") else None,
    )


def _disagreements(number: int, item: dict[str, Any]) -> Iterator[Fault]:
    """Faults of fields that are sound one by one and do not fit together."""
    tasks, maxima, borders = item.get("tasks"), item["max_points"], item["mark_borders"]
    if tasks is not None and len(tasks) != len(maxima):
        expected = f"столько же меток, сколько максимумов: {len(maxima)}"
        yield _fault(number, "tasks", f"{len(tasks)} меток", expected)
    if tasks is not None and len(set(tasks)) != len(tasks):
        yield _fault(number, "tasks", tasks, "метки без повторов")
    for name in ("levels", "skills"):
        if item.get(name) and len(item[name]) != len(maxima):
            expected = f"столько же значений, сколько заданий: {len(maxima)}"
            yield _fault(number, name, f"{len(item[name])} значений", expected)
    if borders is not None and borders[2] > sum(maxima):
        expected = f"границы не выше суммы максимумов: {sum(maxima)}"
        yield _fault(number, "mark_borders", borders, expected)


def _repeated(items: list[Any]) -> Iterator[Fault]:
    codes = [item.get("code") if isinstance(item, dict) else None for item in items]
    counts = Counter(code for code in codes if isinstance(code, str) and code)
    for number, code in enumerate(codes, start=1):
        if isinstance(code, str) and counts[code] > 1 and code in codes[: number - 1]:
            first = codes.index(code) + 1
            yield _fault(number, "code", code, f"код без повторов (он уже в работе {first})")


def _fault(number: int, field: str, value: object, expected: str) -> Fault:
    """A fault of the item's field; `row` is the item's number in the list."""
    found = "" if value is None else str(value)[:60]
    message = f"нужно {expected}, а здесь «{found}»." if found else f"пусто, а нужно {expected}."
    return Fault("", number, field, found, expected, message, words=("работа", "поле"))


def _whole(value: object, allowed: range) -> bool:
    # bool is an int to Python: `true` for a grade must not pass as 1
    return isinstance(value, int) and not isinstance(value, bool) and value in allowed


def _text(value: object, most: int) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= most


def _code(value: object) -> bool:
    return _text(value, MOST_CODE) and str(value) == "".join(str(value).split())


def _maxima(value: object) -> bool:
    points = range(1, MOST_TASK_POINTS + 1)
    return (
        isinstance(value, list)
        and 0 < len(value) <= MOST_TASKS
        and all(_whole(item, points) for item in value)
    )


def _labels(value: object) -> bool:
    if value is None:
        return True
    return isinstance(value, list) and all(_text(item, MOST_LABEL) for item in value)


def folded_level(text: str) -> str:
    """Б, П or В, whatever case or look-alike Latin letter was typed; raises KeyError."""
    return LEVEL_SIGNS[text.strip().upper()]


def _levels(value: object) -> bool:
    if value is None:
        return True
    return isinstance(value, list) and all(
        isinstance(item, str) and item.strip().upper() in LEVEL_SIGNS for item in value
    )


def _skills(value: object) -> bool:
    if value is None:
        return True
    return isinstance(value, list) and all(
        isinstance(item, str) and len(item.strip()) <= MOST_SKILL for item in value
    )


def _day(value: object) -> bool:
    if value is None:
        return True
    try:
        return isinstance(value, str) and bool(datetime.date.fromisoformat(value))
    except ValueError:
        return False


def _borders(value: object) -> bool:
    if value is None:
        return True
    scores = range(1, MOST_TASK_POINTS * MOST_TASKS + 1)
    if not isinstance(value, list) or len(value) != 3:
        return False
    return all(_whole(item, scores) for item in value) and value[0] < value[1] < value[2]


BORDERS_EXPECTED = "три возрастающие границы отметок 3, 4, 5 больше нуля или null"

FIELDS: dict[str, tuple[Callable[[object], bool], str]] = {
    "code": (_code, f"код работы без пробелов, до {MOST_CODE} знаков"),
    "subject": (lambda value: _text(value, MOST_SUBJECT), "название предмета"),
    "grade": (lambda value: _whole(value, GRADES), "класс: целое число от 1 до 11"),
    "year": (lambda value: _whole(value, YEARS), "год: целое число от 2000 до 2100"),
    "max_points": (_maxima, f"список целых чисел от 1 до {MOST_TASK_POINTS}"),
    "tasks": (_labels, f"список меток заданий, каждая до {MOST_LABEL} знаков"),
    "mark_borders": (_borders, BORDERS_EXPECTED),
    "track": (lambda value: value is None or value in TRACKS, "basic, advanced или пустая строка"),
    "levels": (_levels, "список уровней заданий: Б, П, В или пустая строка"),
    "skills": (_skills, f"список умений по заданиям, каждое до {MOST_SKILL} знаков"),
    "due_on": (_day, "день в виде 2026-05-20"),
}
