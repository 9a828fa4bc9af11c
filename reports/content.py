"""What a report says, as plain frozen data: numbers are ready text, nothing is looked up later."""

import datetime
from dataclasses import dataclass

# What a portrait page of 180 mm holds across in 9 points: columns of numbers, and characters.
MOST_COLUMNS = 14
PAGE = 98
PADDING = 2

# A column of prose wraps: beyond so many characters it asks for no more width.
WIDEST = 60


@dataclass(frozen=True)
class Sentence:
    text: str


@dataclass(frozen=True)
class Table:
    """Rows of text under a head; `align` has one letter a column: l, c or r."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    align: str = ""

    def __post_init__(self) -> None:
        faulty = [n for n, row in enumerate(self.rows, start=1) if len(row) != len(self.head)]
        if faulty:
            raise ValueError(f"«{self.caption}»: row {faulty[0]} does not fit the head")
        if self.align and len(self.align) != len(self.head):
            raise ValueError(f"«{self.caption}»: align «{self.align}» does not fit the head")

    @property
    def alignment(self) -> str:
        """`align`, or names to the left and numbers to the right."""
        return self.align or "l" + "r" * (len(self.head) - 1)

    @property
    def widths(self) -> tuple[float, ...]:
        """Each column as a share of the page's width; narrow tables do not fill the page.

        A column has room for its longest word; what is left goes to the columns of prose.
        """
        columns = list(zip(self.head, *self.rows, strict=True))
        least = [_longest_word(column) + PADDING for column in columns]
        wanted = [min(WIDEST, max(map(len, column)) + PADDING) for column in columns]
        extra = [max(0, want - need) for want, need in zip(wanted, least, strict=True)]
        spare = max(0, PAGE - sum(least))
        part = min(1, spare / max(1, sum(extra)))
        across = max(PAGE, sum(least))
        return tuple((need + more * part) / across for need, more in zip(least, extra, strict=True))

    def for_page(self) -> "Table":
        """The table turned over when it has too many columns for a page."""
        if len(self.head) <= MOST_COLUMNS:
            return self
        head, *rows = zip(self.head, *self.rows, strict=True)
        return Table(self.caption, head, tuple(rows), self.note)


def _longest_word(column: tuple[str, ...]) -> int:
    return max(len(word) for text in column for word in text.split(" "))


@dataclass(frozen=True)
class Figure:
    """A drawn chart with what it shows in words and, for those who cannot see it, in a table.

    `narrow` is the same chart drawn for a phone; paper has no use for it.
    """

    caption: str
    svg: str
    label: str
    table: Table
    narrow: str = ""


Block = Sentence | Table | Figure


@dataclass(frozen=True)
class Section:
    """A numbered part; the dots of the number give its level: «3», «3.1»."""

    number: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def level(self) -> int:
        return self.number.count(".") + 1

    @property
    def heading(self) -> str:
        return f"{self.number}\u00a0{self.title}" if self.number else self.title


@dataclass(frozen=True)
class Report:
    """A whole report; `requisites` are pairs such as («Утверждён», «приказ № 88»).

    `year` is None for a report that is not a year's but a day's.
    """

    title: str
    organization: str
    year: int | None
    requisites: tuple[tuple[str, str], ...]
    passages: tuple[Section, ...]
    data_on: datetime.date
