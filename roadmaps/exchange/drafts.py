"""Items and sections while a file is being read, before their words are understood."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import zip_longest

from roadmaps.letters import plain


class Column(StrEnum):
    """What a column of a plan says."""

    NUMBER = "number"
    TITLE = "title"
    TERM = "term"
    BODIES = "bodies"
    RESULT = "result"
    EVIDENCE = "evidence"
    CONTROL = "control"
    START = "start"
    FINISH = "finish"
    GROUP = "group"


@dataclass(slots=True, eq=False)
class SectionDraft:
    """A heading inside a plan."""

    number: str | None
    title: str


@dataclass(slots=True, eq=False)
class ItemDraft:
    """An item whose cells may still grow; `broken` and `collapsed` tell what was mended."""

    number: str
    section: SectionDraft | None = None
    cells: dict[Column, str] = field(default_factory=dict)
    broken: bool = False
    collapsed: bool = False

    def said(self, column: Column) -> str:
        return self.cells.get(column, "")

    def add(self, column: Column, text: str) -> None:
        """Join text to what the column already says."""
        self.cells[column] = f"{self.said(column)} {text}".strip()


@dataclass(frozen=True, slots=True)
class Draft:
    """What was read of a plan's table; `unread` are rows that fit nowhere."""

    columns: frozenset[Column]
    items: list[ItemDraft]
    unread: list[str] = field(default_factory=list)
    above: int = 0  # blocks that stand before the plan


NUMBERED = re.compile(
    r"(?:(?:Раздел|Направление|Задача|Блок|Этап|Модуль|Часть)\s+(?:№\s*)?)?"
    r"(\d+(?:\.\d+)*|[IVXХ]+)(?:[.):]\s*[–—-]?\s*|\s+[–—-]?\s*)(?=[«\"A-ZА-ЯЁ])(.+)",
    re.S,
)
COMPOUND = re.compile(r"(?<=[а-яё]о)\s+[-–—]\s+(?=[а-яё])")


def is_heading(text: str) -> bool:
    """Whether a text may be a section's heading and not the rest of a broken cell."""
    return text[:1].isupper() or NUMBERED.fullmatch(text) is not None


def section_of(text: str) -> SectionDraft:
    """A heading with its number, if it has one: «2. Организационно – методические меры»."""
    text = COMPOUND.sub("-", plain(text))
    found = NUMBERED.fullmatch(text)
    if not found:
        return SectionDraft(None, text)
    return SectionDraft(found[1].replace("Х", "X"), found[2])


def number_of(text: str) -> str | None:
    """The number of an item in its cell, without its last dot; None if it is not a number."""
    if day := re.fullmatch(r"(\d\d)\.(\d\d)\.\d{4}", text):
        # A workbook turns «1.2» typed into a cell into the first of February or so.
        return f"{int(day[1])}.{int(day[2])}"
    found = re.fullmatch(r"(?:№|п\.)?\s*(\d{1,4}(?:\s*[.,]\s*\d{1,4})*)\s*[.),]*", text)
    return re.sub(r"\s", "", found[1]).replace(",", ".") if found else None


def parts_of(number: str) -> tuple[int, ...]:
    return tuple(map(int, number.split(".")))


def next_number(items: Sequence[ItemDraft], section: SectionDraft | None) -> str:
    """The number Word would give to a row whose number is not text but made by Word."""
    if items and items[-1].section is section:
        *upper, last = parts_of(items[-1].number)
        return ".".join(map(str, (*upper, last + 1)))
    if section and section.number and section.number.isdecimal():
        return f"{section.number}.1"
    return str(parts_of(items[-1].number)[0] + 1) if items else "1"


def with_sections(items: Sequence[ItemDraft]) -> list[ItemDraft]:
    """Items, where a row that only has a title and stands over «2.1» becomes a section."""
    kept: list[ItemDraft] = []
    section: SectionDraft | None = None
    for item, following in zip_longest(items, items[1:]):
        if following and _heads(item, following):
            section = section_of(f"{item.number}. {item.said(Column.TITLE)}")
            continue
        if section and item.section is None:
            item.section = section
        kept.append(item)
    return kept


def _heads(item: ItemDraft, following: ItemDraft) -> bool:
    bare = not any(item.said(column) for column in (Column.TERM, Column.BODIES, Column.RESULT))
    return bare and following.number.startswith(f"{item.number}.")
