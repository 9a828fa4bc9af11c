"""Rows of texts to records by declared columns: all faults at once, every row accounted for."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from organizations.errors import FaultyTable
from organizations.exchange.cells import Unexpected, folded, shown
from organizations.exchange.faults import Fault, Note

Rows = Sequence[Sequence[str]]

HEADER_WITHIN = 30  # rows in which the header is looked for; federal reports have it in row 8
MOST_NOTES = 200  # notes are a comfort, not the protocol: more of them nobody reads

REMOVE = "Удалите этот столбец и загрузите файл снова."
RESTORE = "Верните столбец, как в выданной форме."
FILL = "Заполните клетку."
COMPARE = "Сверьте обе строки и исправьте одну из них."
TYPE = "Впишите значение вместо формулы."


@dataclass(frozen=True)
class Column:
    """One column of a form: its heading and what its cells mean.

    `parse` gets a filled cell's text and gives its value or raises ValueError.
    """

    name: str
    title: str
    parse: Callable[[str], object]
    required: bool = True  # whether every row must fill it
    may_miss: bool = False  # whether the whole column may be missing
    formula: bool = False  # whether a computed cell is welcome
    also: tuple[str, ...] = ()  # other headings of the same column
    note: Callable[[str], str] | None = None  # what to tell about a text that was accepted


@dataclass(frozen=True, slots=True)
class Record:
    """One sound row: its number in the sheet, its values and the texts they were read from."""

    row: int
    values: dict[str, Any]
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a check of a whole row says about one of its columns."""

    name: str
    expected: str
    message: str
    cure: str = ""


@dataclass
class Table:
    """What was read: rows in = records + rows with faults + blanks that a note explains."""

    sheet: str
    records: list[Record] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    letters: dict[str, str] = field(default_factory=dict)
    rows: int = 0
    blank: int = 0

    @property
    def faulty(self) -> int:
        return self.rows - len(self.records) - self.blank

    def sound(self) -> list[Record]:
        """The records, once the whole table is sound. Raises FaultyTable otherwise."""
        if self.faults:
            raise FaultyTable(self.faults)
        return self.records


def letter(index: int) -> str:
    """The name of a column by its number from 0: A, B, …, Z, AA."""
    head, last = divmod(index, 26)
    return (letter(head - 1) if head else "") + chr(ord("A") + last)


def read(
    rows: Rows,
    columns: Sequence[Column],
    *,
    sheet: str = "",
    unique: str = "",
    check: Callable[[Record], Iterable[Complaint]] | None = None,
    skip: Callable[[Mapping[str, str]], str | None] | None = None,
    unheaded: Callable[[str], bool] | None = None,
    formulas: Collection[tuple[int, int]] = (),
) -> Table:
    """Read a table whose header stands anywhere in the first rows, its columns in any order.

    `unique` names a column whose values may not repeat. `check` sees each row whose cells are
    sound. `skip` says why a row is not a record: "" when nothing was written there, a sentence
    when something was; None for a record. `unheaded` lets a text pass in a column without a
    heading. `formulas` are the computed cells, by row and column from 0.
    """
    return _Reading(
        rows, columns, sheet, unique=unique, check=check, skip=skip, formulas=frozenset(formulas)
    ).run(unheaded)


def find_header(rows: Rows, columns: Iterable[Column]) -> int | None:
    """The row, from 0, in which most of the headings stand; None when there is not one."""
    return _header(rows, columns)[0]


def headings_in(rows: Rows, columns: Iterable[Column]) -> int:
    """How many columns have their heading in that row."""
    return _header(rows, columns)[1]


def _header(rows: Rows, columns: Iterable[Column]) -> tuple[int | None, int]:
    wanted = _by_heading(columns)
    everything = len(set(wanted.values()))
    best, most = None, 0
    for index, row in enumerate(rows[:HEADER_WITHIN]):
        matched = len({wanted.get(folded(text), "") for text in row if text} - {""})
        if matched > most:
            best, most = index, matched
        if matched == everything:
            break
    return best, most


def _by_heading(columns: Iterable[Column]) -> dict[str, str]:
    """The name of the column of each heading."""
    return {
        folded(title): column.name for column in columns for title in (column.title, *column.also)
    }


class _Reading:
    """The state of one reading: where each column stands, what was seen, what was found."""

    def __init__(
        self,
        rows: Rows,
        columns: Sequence[Column],
        sheet: str,
        *,
        unique: str,
        check: Callable[[Record], Iterable[Complaint]] | None,
        skip: Callable[[Mapping[str, str]], str | None] | None,
        formulas: frozenset[tuple[int, int]],
    ) -> None:
        self.rows = rows
        self.columns = columns
        self.by_name = {column.name: column for column in columns}
        self.unique = unique
        self.check = check
        self.skip = skip
        self.formulas = formulas
        self.stray: set[tuple[int, int]] = set()  # formulas where a value has to stand
        self.stray_rows: set[int] = set()  # never blank, even if nothing was computed yet
        self.table = Table(sheet)
        self.places: dict[str, int] = {}
        self.first_rows: dict[object, int] = {}
        # value and note of each text of a column: a form repeats few different texts
        self.known: dict[tuple[str, str], tuple[object, str]] = {}
        # the texts of each column about which there is nothing to tell, and their values
        self.plain: dict[str, dict[str, object]] = {
            column.name: {} if column.required else {"": None} for column in columns
        }

    def run(self, unheaded: Callable[[str], bool] | None) -> Table:
        header = find_header(self.rows, self.columns)
        if header is None:
            titles = ", ".join(f"«{column.title}»" for column in self.columns)
            self._fault(None, "", "", f"столбцы {titles}", "Не найдена строка заголовков.")
            return self.table
        self._place(header)
        self._refuse_unheaded(header, unheaded)
        if all(column.name in self.places or column.may_miss for column in self.columns):
            for index in range(header + 1, len(self.rows)):
                if any(self.rows[index]) or index in self.stray_rows:
                    self._read_row(index)
        return self.table

    # the header

    def _place(self, header: int) -> None:
        names = _by_heading(self.columns)
        for index, text in enumerate(self.rows[header]):
            name = names.get(folded(text)) if text else ""
            if name is None:
                self._fault(header, letter(index), text, "", "Такого столбца в форме нет.", REMOVE)
            elif name in self.places:
                self._fault(header, letter(index), text, "", "Такой столбец уже есть.", REMOVE)
            elif name:
                self.places[name] = index
        strict = {place for name, place in self.places.items() if not self.by_name[name].formula}
        self.stray = {cell for cell in self.formulas if cell[0] > header and cell[1] in strict}
        self.stray_rows = {row for row, _ in self.stray}
        self.table.letters = {name: letter(index) for name, index in self.places.items()}
        for column in self.columns:
            if column.name not in self.places and not column.may_miss:
                message = f"Нет столбца «{column.title}»."
                self._fault(header, "", "", f"столбец «{column.title}»", message, RESTORE)

    def _refuse_unheaded(self, header: int, allowed: Callable[[str], bool] | None) -> None:
        """Fault each column with data and no heading; its values are nobody's to repeat."""
        heading = self.rows[header]
        bare: set[int] = set()
        for row in self.rows[header + 1 :]:
            if any(row):
                bare |= {
                    index
                    for index, text in enumerate(row)
                    if text
                    and index not in bare
                    and (index >= len(heading) or not heading[index])
                    and not (allowed and allowed(text))
                }
        for index in sorted(bare):
            message = "В столбце без заголовка есть данные."
            self._fault(header, letter(index), "", "пустой столбец", message, REMOVE)

    # the rows

    def _read_row(self, index: int) -> None:
        row = self.rows[index]
        texts = {
            name: row[place] if place < len(row) else "" for name, place in self.places.items()
        }
        reason = None if index in self.stray_rows else self._reason_to_skip(texts)
        if reason == "":
            return
        self.table.rows += 1
        if reason is not None:
            self.table.blank += 1
            self._note(index, "", reason)
            return
        told = len(self.table.faults)
        values = self._values(index, texts)
        record = Record(index + 1, values, texts)
        self._check_repeat(index, record)
        if len(self.table.faults) == told and self.check is not None:
            self._complain(index, record, self.check(record))
        if len(self.table.faults) == told:
            self.table.records.append(record)

    def _reason_to_skip(self, texts: Mapping[str, str]) -> str | None:
        if self.skip is not None:
            return self.skip(texts)
        return None if any(texts.values()) else ""

    def _values(self, index: int, texts: Mapping[str, str]) -> dict[str, object]:
        """The values of a row; texts that were plain before are not looked at again."""
        stray = index in self.stray_rows
        values = {}
        for column in self.columns:
            name = column.name
            text = texts.get(name, "")
            plain = self.plain[name]
            if text in plain and not stray:
                values[name] = plain[text]
            else:
                values[name] = self._value(index, column, texts)
        return values

    def _value(self, index: int, column: Column, texts: Mapping[str, str]) -> object:
        text = texts.get(column.name, "")
        if self.stray and (index, self.places.get(column.name, -1)) in self.stray:
            message = "нужно само значение, а здесь формула."
            self._cell_fault(index, column, shown(text), "значение, не формула", message, TYPE)
            return None
        if not text:
            if column.required:
                self._cell_fault(index, column, "", "заполненная клетка", "пусто.", FILL)
            return None
        return self._parsed(index, column, text)

    def _parsed(self, index: int, column: Column, text: str) -> object:
        key = (column.name, text)
        if key not in self.known:
            try:
                value = column.parse(text)
            except ValueError as error:
                self._parse_fault(index, column, text, error)
                return None
            self.known[key] = (value, column.note(text) if column.note else "")
            if not self.known[key][1]:
                self.plain[column.name][text] = value
        value, told = self.known[key]
        if told:
            self._note(index, self.table.letters[column.name], told)
        return value

    def _complain(self, index: int, record: Record, complaints: Iterable[Complaint]) -> None:
        for complaint in complaints:
            found = shown(record.texts.get(complaint.name, ""))
            self._cell_fault(
                index,
                self.by_name[complaint.name],
                found,
                complaint.expected,
                complaint.message,
                complaint.cure,
            )

    def _check_repeat(self, index: int, record: Record) -> None:
        value = record.values.get(self.unique)
        if value is None:
            return
        first = self.first_rows.setdefault(value, index)
        if first != index:
            found = shown(record.texts[self.unique])
            message = f"«{found}» уже есть в строке {first + 1}."
            column = self.by_name[self.unique]
            self._cell_fault(index, column, found, "значение без повторов", message, COMPARE)

    # what is told

    def _parse_fault(self, index: int, column: Column, text: str, error: ValueError) -> None:
        expected = error.expected if isinstance(error, Unexpected) else ""
        cure = error.cure if isinstance(error, Unexpected) else ""
        self._cell_fault(index, column, shown(text), expected, str(error), cure)

    def _cell_fault(
        self, index: int, column: Column, found: str, expected: str, message: str, cure: str
    ) -> None:
        place = self.table.letters.get(column.name, "")
        fault = Fault(
            self.table.sheet, index + 1, place, found, expected, message, cure, column.title
        )
        self.table.faults.append(fault)

    def _fault(
        self, row: int | None, place: str, found: str, expected: str, message: str, cure: str = ""
    ) -> None:
        number = None if row is None else row + 1
        found = shown(found)
        fault = Fault(self.table.sheet, number, place, found, expected, message, cure, found)
        self.table.faults.append(fault)

    def _note(self, index: int, place: str, message: str) -> None:
        if len(self.table.notes) < MOST_NOTES:
            self.table.notes.append(Note(self.table.sheet, index + 1, place, message))
