"""Rows of a plan's table put together into items: repeated headings, sections, broken rows."""

import re
from collections.abc import Callable, Sequence

from roadmaps.bodies import are_bodies
from roadmaps.exchange.blocks import Block, Merged, Row
from roadmaps.exchange.drafts import (
    NUMBERED,
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
from roadmaps.exchange.order import ANNEX
from roadmaps.exchange.people import is_signature
from roadmaps.letters import plain
from roadmaps.terms import names_term

HEADINGS = {
    Column.NUMBER: r"№|\bn\b|п/п|\bномер",
    Column.TITLE: r"мероприяти|содержание|наименование|действи|поручени|\bмеры\b"
    r"|\bвид\w* (?:деятельности|работ)|что (?:дела|сдела|нужно)|\bработы\b|\bвопрос",
    Column.TERM: r"\bсрок|\bдат[аы]|\bпериод|\bкогда\b|\bвремя\b",
    Column.BODIES: r"ответств|исполнител|\bкто\b",
    Column.RESULT: r"результат|показател|документ|продукт|\bитог",
    Column.EVIDENCE: r"подтвержда|отч[её]тн|\bвид\w* документ|форма представлени",
    Column.CONTROL: r"контрольн\w+ точк|контрольн\w+ (?:срок|дат)|\bконтрол[ья]\b",
}
GROUP = re.compile(r"\bнаправлени|\bзадач|\bраздел|\bблок\b|\bэтап")
ASIDE = re.compile(r"отметк|примечани|статус\b|факт")
CONTROL_DAY = re.compile(r"(?:дат|срок)\w* .{0,30}контрол")
TIME = re.compile(r"\bдат|\bсрок|\bпериод|^(?:начал|оконч|заверш)")
START, FINISH = re.compile(r"\bначал"), re.compile(r"\b(?:оконч|заверш|конец)")
UNDER = re.compile(
    r"начал|оконч|заверш|конец|план|факт|\bс\b|\bпо\b|дата|срок|исполн|ответств|фио|должн"
)
SAME_AS_ABOVE = re.compile(r"[-–—]?\s*(?:[\"«»″”“]{1,2}|//|то же)\s*[-–—]?", re.IGNORECASE)
NOTHING = re.compile(r"[-–—−_.]*")
CARRIED = (Column.TERM, Column.START, Column.FINISH, Column.BODIES, Column.CONTROL)
CARRIED_TOO = (*CARRIED, Column.RESULT, Column.EVIDENCE)  # by merging, not by a ditto sign
ROMAN_NUMBER = re.compile(r"(?:раздел\s*)?[IVXХ]+[.)]?|раздел\s*\d+[.)]?", re.IGNORECASE)
OFFICIAL = re.compile(
    r"(?:и\.?\s?о\.?\s|врио\b|(?:первый )?заместитель\b|начальник\b|директор\b|министр\b"
    r"|руководитель\b|глава\b|председатель\b|заведующ|ректор\b|исп\.)",
    re.IGNORECASE,
)
LONGEST_HEADING = 120  # signs; a longer cell is not a heading, whatever words it has
PARAGRAPH = re.compile(r"</?p\b[^<>]*>", re.IGNORECASE)
MARKUP = re.compile(r"</?\w+[^<>]*>|\*\*")
LONGEST_MARK = 6  # signs of what may stand for a number: «а)», «1а»
WATCHED = (Column.TERM, Column.START, Column.FINISH, Column.BODIES)
OWN_NUMBER = re.compile(r"(\d{1,4}(?:\.\d{1,4})*)[.)]\s+(.+)", re.DOTALL)

Columns = tuple[Column | None, ...]


def columns_of(row: Sequence[str]) -> Columns | None:
    """What each column says, if the row is the heading of a plan."""
    headings = [plain(cell).lower() for cell in row]
    columns: list[Column | None] = []
    for heading in headings:
        column = _column(heading)
        if column == Column.TITLE and column in columns and "мероприяти" in heading:
            # The column of actions is the title, whatever other contents there are.
            earlier = columns.index(Column.TITLE)
            if "мероприяти" not in headings[earlier]:
                columns[earlier] = None
        repeated = column in columns and column != Column.BODIES
        columns.append(None if repeated else column)
    columns = _instead(columns, Column.TITLE, Column.GROUP)
    columns = _instead(columns, Column.TERM, Column.CONTROL)
    said = set(columns)
    watched = {Column.TERM, Column.BODIES, Column.START, Column.FINISH}
    return tuple(columns) if Column.TITLE in said and said & watched else None


def _instead(columns: list[Column | None], wanted: Column, standing: Column) -> list[Column | None]:
    """Where a wanted column is missing, another one that stands for it then."""
    dated = wanted == Column.TERM and {Column.START, Column.FINISH} & set(columns)
    if wanted in columns or dated:
        return columns
    return [wanted if column == standing else column for column in columns]


def _column(heading: str) -> Column | None:
    """The column whose word stands first: «Срок проведения мероприятия» is a term."""
    if len(heading) > LONGEST_HEADING or ASIDE.match(heading):
        return None
    if GROUP.search(heading) and not re.search("мероприяти|решени", heading):
        return Column.GROUP
    if CONTROL_DAY.match(heading):
        return Column.CONTROL
    if "подтвержда" in heading and "результат" not in heading:
        return Column.EVIDENCE
    if TIME.search(heading) and bool(START.search(heading)) != bool(FINISH.search(heading)):
        return Column.START if START.search(heading) else Column.FINISH
    places = {
        found.start(): column
        for column, words in HEADINGS.items()
        if (found := re.search(words, heading))
    }
    return places[min(places)] if places else None


def _under(upper: Row, lower: Row) -> Row:
    """Two rows of a heading as one: a cell over several columns tells each of them."""
    cells = []
    over = ""
    for place, cell in enumerate(upper):
        below = lower[place] if place < len(lower) else ""
        over = cell or over
        cells.append(plain(f"{over if below else cell} {below}"))
    return tuple(cells)


def _may_head(row: Row) -> bool:
    """Whether a row may be the upper part of a heading."""
    filled = [cell for cell in row if cell]
    return len(filled) > 1 and all(len(cell) <= LONGEST_HEADING for cell in filled)


def clean(text: str) -> str:
    """The text of a cell on one line, without markup."""
    return plain(MARKUP.sub(" ", text))


def lines_of(text: str) -> str:
    """The text of a cell without markup, its lines kept apart."""
    return "\n".join(filter(None, map(clean, text.split("\n"))))


def read_table(blocks: Sequence[Block]) -> Draft | None:
    """The items of the plan's table; None if no row is a plan's heading."""
    reader = _Reader()
    for place, block in enumerate(blocks):
        if isinstance(block, tuple):
            reader.take_row(block, place)
        elif reader.columns:
            reader.take_line(clean(block))
    if not reader.columns:
        return None
    found = frozenset(column for column in reader.columns if column)
    return Draft(found, with_sections(reader.items), reader.unread, reader.above)


class _Reader:
    """What has been read so far: rows come one by one and join what stands before them."""

    def __init__(self, columns: Columns = ()) -> None:
        self.columns = columns
        self.above = 0
        self.items: list[ItemDraft] = []
        self.unread: list[str] = []
        self.section: SectionDraft | None = None
        self.group = ""
        self.fresh_section = False  # nothing has followed the last heading yet
        self.before: Row = ()  # the row above, while it may be a part of the heading
        self.closed = False  # another table or annex has begun
        self.ended = False  # the line of signatures has come; a numbered row opens the plan again
        self.gap = False  # an empty line stands above

    def take_row(self, row: Row, place: int) -> None:
        row = _once(row)
        headed, self.before = self.before, ()
        if self._take_heading(row, headed, place):
            self.closed = self.ended = False
        elif self.columns and any(row) and not _counts_columns(row):
            self.closed = self.closed or self._is_foreign(row)
            if not self.closed:
                self._take_cells(row)
        self.gap = not any(row)

    def _take_heading(self, row: Row, headed: Row, place: int) -> bool:
        if (columns := columns_of(row)) and not self._is_item(row):
            self.above = self.above if self.columns else place
            self.columns, self.before = columns, row
        elif self.columns and headed and self._is_under(row, headed):
            self.columns = columns_of(_under(headed, row)) or self.columns
        elif not self.columns and _may_head(headed) and columns_of(_under(headed, row)):
            self.above = place - 1
            self.columns = columns_of(_under(headed, row)) or ()
        else:
            self.before = () if self.columns else row
            return False
        return True

    def _is_item(self, row: Row) -> bool:
        """Whether a row with the words of a heading is an item: «1. Мероприятие, весь период»."""
        if not self.columns:
            return False
        dated = (cell for cell in map(plain, row) if re.search(r"\d", cell))
        return self._number(row) is not None or any(map(names_term, dated))

    def _is_under(self, row: Row, headed: Row) -> bool:
        """Whether the row goes on with the heading above it: «начало», «окончание»."""
        filled = [plain(cell).lower() for cell in row if cell]
        if self._cell(row, Column.NUMBER) or self._cell(row, Column.TITLE):
            return False
        shared = any(below and not over for over, below in zip(headed, row, strict=False))
        return shared and all(
            len(cell) <= LONGEST_HEADING and UNDER.search(cell) for cell in filled
        )

    def _is_foreign(self, row: Row) -> bool:
        """Whether the row heads a table of something else."""
        filled = [cell for cell in row if cell]
        return len(filled) > 1 and bool(re.fullmatch(r"№(?:\s*п/п\.?)?", plain(filled[0])))

    def take_line(self, line: str) -> None:
        """A line outside cells: the rest of a broken cell, or a heading."""
        gap, self.gap = self.gap, not line
        self.before = ()
        if not line or line.isdecimal() or self.closed:
            return
        if ANNEX.match(line) and self.items:
            self.closed = True
        elif self.items and (is_signature(line) or (gap and OFFICIAL.match(line))):
            self.ended = True
        elif self.ended and not NUMBERED.fullmatch(line):
            return
        elif self.fresh_section and self.section and line[:1].islower():
            self.section.title = plain(f"{self.section.title} {line}")
        elif self.items and not self.fresh_section and _goes_on(line):
            self._join(self.items[-1], [(None, line)])
        else:
            self._open_section(line)

    def _take_cells(self, row: Row) -> None:
        filled = [(place, cell) for place, cell in enumerate(row) if cell]
        number = self._number(row)
        if number:
            self.ended = False
        if self.ended or (self.items and not number and is_signature(clean(" ".join(row)))):
            self.ended = True
        elif len(filled) == 1 and self._is_heading(*filled[0]):
            self._open_section(clean(filled[0][1]))
        elif not number and self._is_numbered_heading(row, len(filled)):
            self._open_section(clean(" ".join(cell for _, cell in filled)))
        elif number or self._starts_item(row):
            self._open_item(row, number)
        elif self.items and not self._cell(row, Column.NUMBER):
            self._join(self.items[-1], self._placed(row, filled))
        elif filled:
            self.unread.append(clean(" ".join(row)))

    def _cell(self, row: Row, column: Column) -> str:
        place = self.columns.index(column) if column in self.columns else len(row)
        return row[place] if place < len(row) else ""

    def _number(self, row: Row) -> str | None:
        printed = clean(self._cell(row, Column.NUMBER))
        if printed:
            return number_of(printed)
        found = OWN_NUMBER.fullmatch(clean(self._cell(row, Column.TITLE)))
        return found[1] if found else None

    def _is_heading(self, place: int, cell: str) -> bool:
        """Whether the only cell of a row stands where a section's heading may."""
        first = next(n for n, column in enumerate(self.columns) if column)
        there = place <= first or self._column_at(place) == Column.TITLE
        return there and is_heading(clean(cell))

    def _is_numbered_heading(self, row: Row, filled: int) -> bool:
        """«II» in the column of numbers and a title beside it, with nothing else."""
        number, title = clean(self._cell(row, Column.NUMBER)), self._cell(row, Column.TITLE)
        return filled == 2 and bool(title) and ROMAN_NUMBER.fullmatch(number) is not None

    def _column_at(self, place: int) -> Column | None:
        return self.columns[place] if place < len(self.columns) else None

    def _starts_item(self, row: Row) -> bool:
        """Whether a row without a number is an item: Word's own numbers are no text."""
        number = self._cell(row, Column.NUMBER)
        said = [column for column in WATCHED if self._cell(row, column)]
        if len(number) > LONGEST_MARK or (number and len(said) < 2):
            return False
        title = clean(self._cell(row, Column.TITLE)).lstrip('-–—•· "«')
        carried = any(isinstance(cell, Merged) for cell in row)
        return bool(said or (carried and not number)) and title[:1].isupper()

    def _open_section(self, title: str) -> None:
        self.section, self.fresh_section = section_of(title), True
        self.group = ""

    def _open_item(self, row: Row, number: str | None) -> None:
        self._take_group(row)
        item = ItemDraft(number or next_number(self.items, self.section), self.section)
        for place, cell in enumerate(row):
            column = self._column_at(place)
            paragraphs = [text for part in PARAGRAPH.split(cell) if (text := clean(part))]
            if column and len(paragraphs) > 1 and not any(row[place + 1 :]):
                self._spread(item, place, paragraphs)
            elif column not in (None, Column.NUMBER, Column.GROUP):
                self._fill(item, column, cell)
            elif place >= len(self.columns) and cell:
                self.unread.append(clean(cell))
        own = OWN_NUMBER.fullmatch(item.said(Column.TITLE))
        if own and own[1] == number and not self._cell(row, Column.NUMBER):
            item.cells[Column.TITLE] = own[2]
        item.cells[Column.TITLE] = item.said(Column.TITLE).lstrip("-–—•· ")
        self.items.append(item)
        self.fresh_section = False

    def _take_group(self, row: Row) -> None:
        """A column of directions or tasks makes a section of the rows it is merged over."""
        group = clean(self._cell(row, Column.GROUP))
        if group and group != self.group:
            self._open_section(group)
            self.group = group

    def _fill(self, item: ItemDraft, column: Column | None, cell: str) -> None:
        if column is None:
            return
        text = lines_of(cell) if column == Column.BODIES else clean(cell)
        if isinstance(cell, Merged) and column in CARRIED_TOO:
            text = lines_of(cell.above) if column == Column.BODIES else clean(cell.above)
        elif self.items and column in CARRIED and text and SAME_AS_ABOVE.fullmatch(text):
            text = self.items[-1].said(column)
        if NOTHING.fullmatch(text):
            return
        said = item.said(column)
        item.cells[column] = f"{said};\n{text}" if said else text

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
        if not item.said(Column.TERM) and names_term(text):
            return Column.TERM
        if are_bodies(text):
            return Column.BODIES
        return Column.RESULT if Column.RESULT in self.columns else Column.TITLE


# A table that has lost its heading.

LEAST_ROWS = 2
MOST_ALIKE = 0.6  # of a column's cells must say the same kind of thing


def read_bare_table(blocks: Sequence[Block]) -> Draft | None:
    """The items of a table without a heading, its columns known by what their cells say."""
    rows = [block for block in blocks if isinstance(block, tuple) and len(block) > 2]
    columns = _inferred(rows)
    if columns is None:
        return None
    reader = _Reader(columns)
    reader.above = next(n for n, block in enumerate(blocks) if block == rows[0])
    for block in blocks[reader.above :]:
        if isinstance(block, tuple):
            reader.take_row(block, 0)
        else:
            reader.take_line(clean(block))
    found = frozenset(column for column in columns if column)
    return Draft(found, with_sections(reader.items), reader.unread, reader.above)


def _inferred(rows: Sequence[Row]) -> Columns | None:
    width = max(map(len, rows), default=0)
    whole = [row for row in rows if len(row) == width and sum(map(bool, row)) > 2]
    if len(whole) < LEAST_ROWS:
        return None
    columns: list[Column | None] = [None] * width
    cells = [[clean(row[place]) for row in whole] for place in range(width)]
    for column, fits in ((Column.TERM, names_term), (Column.BODIES, are_bodies)):
        shares = [_share(told, fits) for told in cells]
        if max(shares) >= MOST_ALIKE and columns[shares.index(max(shares))] is None:
            columns[shares.index(max(shares))] = column
    if Column.TERM not in columns or Column.BODIES not in columns:
        return None
    if columns[0] is None and _share(cells[0], lambda text: number_of(text) is not None) > 0:
        columns[0] = Column.NUMBER
    free = [place for place, column in enumerate(columns) if column is None]
    if not free:
        return None
    columns[max(free, key=lambda place: sum(map(len, cells[place])))] = Column.TITLE
    return tuple(columns)


def _share(cells: Sequence[str], fits: Callable[[str], bool]) -> float:
    return sum(1 for cell in cells if cell and fits(cell)) / len(cells)


def _once(row: Row) -> Row:
    """A row in which a file repeats one text in every column, as some do with merged cells."""
    filled = [cell for cell in row if cell]
    long = len(filled) > 2 and len(set(filled)) == 1 and len(filled[0]) > LONGEST_MARK
    return (filled[0], *[""] * (len(row) - 1)) if long else row


def _counts_columns(row: Row) -> bool:
    """The row «1 2 3 4» that some forms have under their heading."""
    filled = [cell for cell in row if cell]
    return len(filled) > 1 and [cell.strip(" .") for cell in filled] == [
        str(n) for n in range(1, len(filled) + 1)
    ]


def _goes_on(line: str) -> bool:
    return line[:1].islower() or are_bodies(line)
