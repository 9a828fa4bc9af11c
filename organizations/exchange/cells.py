"""What a cell's text means: whole and decimal numbers, days, codes, choices."""

import datetime
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

V = TypeVar("V")

MOST_SHOWN = 40  # signs of a wrong value that a fault repeats
NOTHING = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")  # signs that no one can see
SPACES = re.compile(r"\s+")
WHOLE = re.compile(r"[0-9]{1,15}")  # ASCII only: int() also reads «٢» and «0_1»
DECIMAL = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]{1,15})?")
DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})|([0-9]{4})-([0-9]{2})-([0-9]{2})")
DASHES = frozenset("-‐‑‒–—−")

# Cyrillic letters that look like Latin ones, for comparing what a person sees.
LOOKALIKES = str.maketrans("авекмнорстухё", "abekmhopctyxe")


class Unexpected(ValueError):
    """A cell that holds something else: what stands there and what was expected."""

    def __init__(self, expected: str, found: str, cure: str = "") -> None:
        self.expected = expected
        self.found = shown(found)
        self.cure = cure
        super().__init__(f"нужно {expected}, а здесь «{self.found}».")


def shown(text: str) -> str:
    """The beginning of a text, for repeating it to the person."""
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"


def plain(value: object) -> str:
    """The text of a cell as a person reads it; a number that is whole has no «.0»."""
    if isinstance(value, str):
        return SPACES.sub(" ", NOTHING.sub("", value)).strip()
    if isinstance(value, bool):
        return "ИСТИНА" if value else "ЛОЖЬ"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime.datetime) and value.time() != datetime.time():
        return f"{value:%d.%m.%Y %H:%M}"
    if isinstance(value, datetime.date):
        return f"{value:%d.%m.%Y}"
    return "" if value is None else str(value)


@lru_cache(maxsize=2048)  # the same headings stand in every file
def folded(text: str) -> str:
    """A key for comparing headings and words: case, spaces and look-alike letters are one."""
    return "".join(plain(text).casefold().split()).translate(LOOKALIKES)


def whole(text: str, *, least: int, most: int) -> int:
    """A whole number from `least` to `most`."""
    if not WHOLE.fullmatch(text) or not least <= int(text) <= most:
        raise Unexpected(f"целое число от {least} до {most}", text)
    return int(text)


def decimal(text: str, *, least: float, most: float) -> float:
    """A number with a decimal comma or point, from `least` to `most`."""
    if not DECIMAL.fullmatch(text) or not least <= _number(text) <= most:
        raise Unexpected(f"число от {_comma(least)} до {_comma(most)}", text)
    return _number(text)


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _comma(number: float) -> str:
    return f"{number:g}".replace(".", ",")


def day(text: str) -> datetime.date:
    """A date as 01.09.2026 or 2026-09-01."""
    found = DAY.fullmatch(text)
    try:
        if found and found[1]:
            return datetime.date(int(found[3]), int(found[2]), int(found[1]))
        if found:
            return datetime.date(int(found[4]), int(found[5]), int(found[6]))
    except ValueError:  # 31.02: told below in the same words
        pass
    raise Unexpected("дату в виде 01.09.2026", text)


def code(text: str, *, pattern: str, example: str) -> str:
    """A code of the given shape; leading zeros stay."""
    if not re.fullmatch(pattern, text, re.ASCII):
        raise Unexpected(f"код вида {example}", text)
    return text


def word(text: str, *, most: int) -> str:
    """Any text up to `most` signs."""
    if len(text) > most:
        raise Unexpected(f"текст до {most} знаков", text)
    return text


def choice(text: str, *, choices: Mapping[str, V]) -> V:
    """One of the printed choices, whatever its case; look-alike letters are the same."""
    found = {folded(name): value for name, value in choices.items()}
    if folded(text) not in found:
        names = ", ".join(f"«{name}»" for name in choices)
        raise Unexpected(f"одно из: {names}", text)
    return found[folded(text)]


def is_dash(text: str) -> bool:
    """Whether the cell holds a dash of any length and nothing else."""
    return text in DASHES
