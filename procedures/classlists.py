"""The classes of a registration as a school types them: «4А 25» a line, no names; pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from procedures.holding_rules import MOST_CLASSES, MOST_PUPILS

LINE = re.compile(
    r"^(?P<name>(?P<grade>\d{1,2})[ -]?[«\"]?(?P<letter>[А-ЯЁа-яёA-Za-z0-9]{0,4})[»\"]?)"
    r"\s*[;:,\t —–-]\s*(?P<pupils>\d{1,4})$"
)
SAMPLE = "4А 25"
LETTERS = "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЭЮЯ"  # classes are lettered without Ё, Й, Ъ, Ы, Ь


class ClassListError(ValueError):
    """Lines that are no list of classes; one sentence a fault, with the number of the line."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__(" ".join(faults))


@dataclass(frozen=True)
class ListedClass:
    """One class: its serial number in the parallel, its name, how many pupils are to write."""

    number: int
    name: str
    pupils: int


def read_classes(text: str, grade: int) -> list[ListedClass]:
    """The classes of a parallel in the order of the lines; empty lines are passed over.

    The number is the letter's place in the alphabet (А is 1), as protocols number classes: a work
    that only 5Б writes has class 2. Without a letter of that kind it is the least number not taken.
    Raises ClassListError with every fault: what stands in the line, what was expected.
    """
    found: list[tuple[str, int]] = []
    faults: list[str] = []
    names: set[str] = set()
    for row, raw in enumerate(text.splitlines(), start=1):
        line = " ".join(raw.split())
        if not line:
            continue
        try:
            name, pupils = _read(line, row, grade)
        except ClassListError as error:
            faults += error.faults
            continue
        if name in names:
            faults.append(f"Строка {row}: класс {name} уже указан выше. Уберите повтор.")
        names.add(name)
        found.append((name, pupils))
    if not found and not faults:
        faults.append(f"Не указано ни одного класса. Напишите по классу на строке: {SAMPLE}.")
    if len(found) > MOST_CLASSES.value:
        faults.append(f"Классов {len(found)}, а в параллели их не больше {MOST_CLASSES.value}.")
    if faults:
        raise ClassListError(faults)
    numbers = _numbers([name for name, _ in found])
    return [ListedClass(numbers[name], name, pupils) for name, pupils in found]


def _numbers(names: list[str]) -> dict[str, int]:
    """Class name → number: by letter first, then the least free ones in the order given."""
    letters = {name: name.lstrip("0123456789") for name in names}
    known = {
        name: LETTERS.index(letter) + 1
        for name, letter in letters.items()
        if len(letter) == 1 and letter in LETTERS
    }
    free = iter(sorted(set(range(1, len(LETTERS) + len(names) + 1)) - set(known.values())))
    return known | {name: next(free) for name in names if name not in known}


def _read(line: str, row: int, grade: int) -> tuple[str, int]:
    match = LINE.match(line)
    if match is None:
        raise ClassListError(
            [f"Строка {row}: «{line[:40]}». Нужны класс и число учеников, например: {SAMPLE}."]
        )
    if int(match["grade"]) != grade:
        raise ClassListError(
            [f"Строка {row}: класс {match['name']}, а работу пишет {grade} класс. Уберите строку."]
        )
    pupils = int(match["pupils"])
    if not 1 <= pupils <= MOST_PUPILS.value:
        raise ClassListError(
            [f"Строка {row}: учеников {pupils}, а бывает от 1 до {MOST_PUPILS.value}."]
        )
    return f"{grade}{match['letter'].upper()}", pupils


def written(classes: Iterable[tuple[str, int]]) -> str:
    """The classes as `read_classes` reads them."""
    return "\n".join(f"{name} {pupils}" for name, pupils in classes)
