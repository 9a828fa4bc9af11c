"""What an official paper says, as plain frozen data: lines set left or centred, tables with heads.

Unlike a report (`content.py`) it has no numbered parts and no captions: an order, or the table
that is put to an order.
"""

import datetime
from dataclasses import dataclass
from enum import StrEnum


class Look(StrEnum):
    """How a line of a paper is set."""

    TEXT = "text"
    LEFT = "left"
    CENTRE = "centre"
    TITLE = "title"
    RIGHT = "right"


@dataclass(frozen=True)
class Paragraph:
    text: str
    look: Look = Look.TEXT


@dataclass(frozen=True)
class Heading:
    """A row of a table that runs across all columns and names those below it."""

    text: str


@dataclass(frozen=True)
class Grid:
    """A table that fills the page; `shares` tell how wide each column is against the others.

    A line break in a cell begins a line; `align` has one letter a column: l, c or r.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...] | Heading, ...]
    shares: tuple[int, ...]
    align: str = ""

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows, start=1):
            if not isinstance(row, Heading) and len(row) != len(self.head):
                raise ValueError(f"row {number} does not fit the head {self.head}")
        if len(self.shares) != len(self.head) or len(self.alignment) != len(self.head):
            raise ValueError(f"widths or align do not fit the head {self.head}")

    @property
    def alignment(self) -> str:
        return self.align or "l" * len(self.head)


@dataclass(frozen=True)
class Signature:
    """Who signs: an empty name is left to be written in."""

    name: str = ""


@dataclass(frozen=True)
class PageBreak:
    """What follows begins a page."""


Block = Paragraph | Grid | Signature | PageBreak


@dataclass(frozen=True)
class Paper:
    """A whole paper; `is_wide` lays the sheet on its side, for tables of many columns."""

    title: str
    author: str
    made_on: datetime.date
    blocks: tuple[Block, ...]
    is_wide: bool = False
