"""Rows of a plan's table put together into items: repeated headings, sections, broken rows."""

import re
from collections.abc import Sequence

from roadmaps.bodies import are_bodies
from roadmaps.exchange.blocks import Block, Row
from roadmaps.exchange.drafts import (
    Column,
    Draft,
    ItemDraft,
    SectionDraft,
    is_heading,
    next_number,
    number_of,
    section_of,
    with_sections,
)
from roadmaps.letters import plain
from roadmaps.terms import TermKind, read_term

HEADINGS = {
    Column.NUMBER: r"№|\bn\b|п/п|номер",
    Column.TITLE: r"мероприяти|содержание|наименование|действи",
    Column.TERM: r"\bсрок|\bдата|\bпериод",
    Column.BODIES: r"ответственн|исполнител",
    Column.RESULT: r"результат|показател|документ|продукт",
}
LONGEST_HEADING = 120  # signs; a longer cell is not a heading, whatever words it has
PARAGRAPH = re.compile(r"</?p\b[^<>]*>", re.IGNORECASE)
MARKUP = re.compile(r"</?\w+[^<>]*>|\*\*")
OWN_NUMBER = re.compile(r"(\d{1,4}(?:\.\d{1,4})*)[.)]\s+(.+)", re.DOTALL)

Columns = tuple[Column | None, ...]


def columns_of(row: Sequence[str]) -> Columns | None:
    """What each column says, if the row is the heading of a plan."""
    columns: list[Column | None] = []
    for cell in row:
        column = _column(plain(cell).lower())
        columns.append(None if column in columns else column)
    said = set(columns)
    is_plan = Column.TITLE in said and said & {Column.TERM, Column.BODIES}
    return tuple(columns) if is_plan else None


def _column(heading: str) -> Column | None:
    """The column whose word stands first: «Срок проведения мероприятия» is a term."""
    if len(heading) > LONGEST_HEADING:
        return None
    places = {
        found.start(): column
        for column, words in HEADINGS.items()
        if (found := re.search(words, heading))
    }
    return places[min(places)] if places else None


def clean(text: str) -> str:
    """The text of a cell on one line, without markup."""
    return plain(MARKUP.sub(" ", text))


def read_table(blocks: Sequence[Block]) -> Draft | None:
    """The items of the plan's table; None if no row is a plan's heading."""
    reader = _Reader()
    for block in blocks:
        if isinstance(block, tuple):
            reader.take_row(block)
        elif reader.columns:
            reader.take_line(clean(block))
    if not reader.columns:
        return None
    found = frozenset(column for column in reader.columns if column)
    return Draft(found, with_sections(reader.items), reader.unread)


class _Reader:
    """What has been read so far: rows come one by one and join what stands before them."""

    def __init__(self) -> None:
        self.columns: Columns = ()
        self.items: list[ItemDraft] = []
        self.unread: list[str] = []
        self.section: SectionDraft | None = None
        self.fresh_section = False  # nothing has followed the last heading yet

    def take_row(self, row: Row) -> None:
        if columns := columns_of(row):
            self.columns = columns
        elif self.columns and any(row) and not _counts_columns(row):
            self._take_cells(row)

    def take_line(self, line: str) -> None:
        """A line outside cells: the rest of a broken cell, or a heading."""
        if not line or line.isdecimal():
            return
        if self.fresh_section and self.section and line[:1].islower():
            self.section.title = plain(f"{self.section.title} {line}")
        elif self.items and not self.fresh_section and _goes_on(line):
            self._join(self.items[-1], [(None, line)])
        else:
            self._open_section(line)

    def _take_cells(self, row: Row) -> None:
        filled = [(place, cell) for place, cell in enumerate(row) if cell]
        number = self._number(row)
        if len(filled) == 1 and self._is_heading(*filled[0]):
            self._open_section(clean(filled[0][1]))
        elif number or self._starts_item(row):
            self._open_item(row, number)
        elif self.items and not self._cell(row, Column.NUMBER):
            self._join(self.items[-1], self._placed(row, filled))
        else:
            self.unread.append(clean(" ".join(row)))

    def _cell(self, row: Row, column: Column) -> str:
        place = self.columns.index(column) if column in self.columns else len(row)
        return row[place] if place < len(row) else ""

    def _number(self, row: Row) -> str | None:
        if Column.NUMBER in self.columns:
            return number_of(clean(self._cell(row, Column.NUMBER)))
        found = OWN_NUMBER.fullmatch(clean(self._cell(row, Column.TITLE)))
        return found[1] if found else None

    def _is_heading(self, place: int, cell: str) -> bool:
        """Whether the only cell of a row stands where a section's heading may."""
        first = next(n for n, column in enumerate(self.columns) if column)
        there = place <= first or self._column_at(place) == Column.TITLE
        return there and is_heading(clean(cell))

    def _column_at(self, place: int) -> Column | None:
        return self.columns[place] if place < len(self.columns) else None

    def _starts_item(self, row: Row) -> bool:
        """Whether a row without a number is an item: Word's own numbers are no text."""
        if self._cell(row, Column.NUMBER):
            return False
        said = [column for column in (Column.TERM, Column.BODIES) if self._cell(row, column)]
        return bool(said) and clean(self._cell(row, Column.TITLE))[:1].isupper()

    def _open_section(self, title: str) -> None:
        self.section, self.fresh_section = section_of(title), True

    def _open_item(self, row: Row, number: str | None) -> None:
        item = ItemDraft(number or next_number(self.items, self.section), self.section)
        for place, cell in enumerate(row):
            column = self._column_at(place)
            paragraphs = [text for part in PARAGRAPH.split(cell) if (text := clean(part))]
            if column and len(paragraphs) > 1 and not any(row[place + 1 :]):
                self._spread(item, place, paragraphs)
            elif column and column != Column.NUMBER and cell:
                item.cells[column] = clean(cell)
            elif place >= len(self.columns) and cell:
                self.unread.append(clean(cell))
        if Column.NUMBER not in self.columns and number:
            item.cells[Column.TITLE] = item.said(Column.TITLE)[len(number) + 1 :].strip()
        self.items.append(item)
        self.fresh_section = False

    def _spread(self, item: ItemDraft, place: int, paragraphs: list[str]) -> None:
        """Give paragraphs of a cell that swallowed its neighbours back to their columns."""
        columns = [column for column in self.columns[place:] if column]
        item.collapsed = len(columns) > 1
        if len(columns) == len(paragraphs):
            item.cells.update(zip(columns, paragraphs, strict=True))
        elif item.collapsed:
            for text in paragraphs:
                item.add(self._meant(item, text), text)
        else:
            item.cells[columns[0]] = " ".join(paragraphs)

    def _placed(self, row: Row, filled: list[tuple[int, str]]) -> list[tuple[Column | None, str]]:
        """Cells with their columns; a row shorter than the heading has lost its places."""
        whole = len(row) >= len(self.columns)
        columns = [(self._column_at(place), clean(cell)) for place, cell in filled]
        return [
            (column if whole or column == Column.TITLE else None, text) for column, text in columns
        ]

    def _join(self, item: ItemDraft, cells: Sequence[tuple[Column | None, str]]) -> None:
        for column, text in cells:
            item.add(column or self._meant(item, text), text)
        item.broken = True

    def _meant(self, item: ItemDraft, text: str) -> Column:
        """The column a piece of text belongs to by what it says."""
        if not item.said(Column.TERM) and _is_term(text):
            return Column.TERM
        if are_bodies(text):
            return Column.BODIES
        return Column.RESULT if Column.RESULT in self.columns else Column.TITLE


def _counts_columns(row: Row) -> bool:
    """The row «1 2 3 4» that some forms have under their heading."""
    filled = [cell for cell in row if cell]
    return len(filled) > 1 and filled == [str(n) for n in range(1, len(filled) + 1)]


def _is_term(text: str) -> bool:
    return read_term(text, period=None).kind != TermKind.UNKNOWN


def _goes_on(line: str) -> bool:
    return line[:1].islower() or are_bodies(line)
