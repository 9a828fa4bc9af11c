"""The stored form as a page shows it: faulty rows between their neighbours, or all rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from organizations.exchange.cells import folded
from organizations.exchange.table import find_header, letter
from procedures.exchange import layout, tokens
from procedures.exchange.protocol import FIXED, Balance, open_form, read_protocol
from procedures.exchange.works import WorkSpec

MOST_ROWS = 200  # on one page; the file with marks has them all
KNOWN = {folded(title) for column in FIXED for title in (column.title, *column.also)}


@dataclass(frozen=True)
class Cell:
    """A cell with its address and, when something was said of it, the number of the fault."""

    address: str
    text: str
    fault: int | None = None
    is_noted: bool = False


@dataclass(frozen=True)
class Line:
    """A row of the sheet, or, without cells, a sentence about the rows left out."""

    number: int
    cells: tuple[Cell, ...] = ()
    gap: str = ""


@dataclass(frozen=True)
class Excerpt:
    """What is shown of the sheet; columns the form does not know are not."""

    sheet: str
    letters: tuple[str, ...]
    titles: tuple[str, ...]
    lines: tuple[Line, ...]
    faulty_rows: int
    rows: int
    is_cut: bool
    balance: Balance

    @property
    def addresses(self) -> set[str]:
        """The cells that stand on the page."""
        return {cell.address for line in self.lines for cell in line.cells}


def excerpt_of(
    content: bytes,
    work: WorkSpec,
    faults: Sequence[Mapping[str, Any]],
    notes: Sequence[Mapping[str, Any]],
    *,
    everything: bool = False,
) -> Excerpt:
    """The rows of a stored form with what was found in it. Raises Refused when it is no form."""
    sheets = open_form(content)
    balance = read_protocol(sheets, work).balance
    name = next(name for name in sheets if folded(name) == folded(layout.PROTOCOL))
    rows = sheets[name].rows
    header = find_header(rows, FIXED[:2]) or 0
    shown = [place for place, text in enumerate(rows[header]) if _is_known(text)]
    numbers = _numbers(name, faults)
    noted = {(note["row"], note["column"]) for note in notes if note["sheet"] == name}
    filled = [n for n in range(header + 1, len(rows)) if _has_entries(rows[n], shown)]
    faulty = sorted({row - 1 for row, _ in numbers if row})
    wanted = filled if everything else _worth_seeing(faulty, _rows_of(noted), header, filled)
    kept = wanted[:MOST_ROWS]

    def line(index: int) -> Line:
        cells = (_cell(rows[index], index, place, numbers, noted) for place in shown)
        return Line(index + 1, tuple(cells))

    lines = _with_gaps([line(index) for index in kept], header + 2, filled[-1] + 1 if filled else 0)
    return Excerpt(
        sheet=name,
        letters=tuple(letter(place) for place in shown),
        titles=tuple(rows[header][place] for place in shown),
        lines=tuple(lines),
        faulty_rows=len(faulty),
        rows=len(filled),
        is_cut=len(wanted) > len(kept),
        balance=balance,
    )


def address_of(fault: Mapping[str, Any]) -> str:
    """«D17»; empty for what is said of a row or of the whole table."""
    return f"{fault['column']}{fault['row']}" if fault["column"] and fault["row"] else ""


def _is_known(title: str) -> bool:
    if not title:
        return False
    known = folded(title) in KNOWN or folded(title) == folded(layout.TOTAL)
    return known or tokens.heading_of(title) is not None


def _numbers(sheet: str, faults: Sequence[Mapping[str, Any]]) -> dict[tuple[int | None, str], int]:
    """The number of the first fault of each cell, as the list of faults counts."""
    found: dict[tuple[int | None, str], int] = {}
    for number, fault in enumerate(faults, start=1):
        if fault["sheet"] == sheet:
            found.setdefault((fault["row"], fault["column"]), number)
    return found


def _rows_of(places: set[tuple[int | None, str]]) -> list[int]:
    return sorted({row - 1 for row, column in places if row and column})


def _has_entries(row: Sequence[str], shown: Sequence[int]) -> bool:
    return any(row[place] for place in shown[:-1] if place < len(row))


def _worth_seeing(
    faulty: Sequence[int], noted: Sequence[int], header: int, filled: Sequence[int]
) -> list[int]:
    """Faulty rows between their neighbours; noted ones too, while there is room for them."""
    near = _with_neighbours(faulty, header, filled)
    both = sorted({*near, *noted})
    return both if len(both) <= MOST_ROWS else near


def _with_neighbours(rows: Sequence[int], header: int, filled: Sequence[int]) -> list[int]:
    allowed = {*filled, *rows}
    near = {index for row in rows for index in (row - 1, row, row + 1)}
    return sorted(index for index in near & allowed if index > header or index in rows)


def _cell(
    row: Sequence[str],
    index: int,
    place: int,
    numbers: Mapping[tuple[int | None, str], int],
    noted: set[tuple[int | None, str]],
) -> Cell:
    key = (index + 1, letter(place))
    return Cell(
        address=f"{key[1]}{key[0]}",
        text=row[place] if place < len(row) else "",
        fault=numbers.get(key),
        is_noted=key in noted,
    )


def _with_gaps(lines: Sequence[Line], first: int, last: int) -> Iterator[Line]:
    """The lines with a sentence wherever rows between them are left out."""
    expected = first
    for line in lines:
        if line.number > expected:
            yield _gap(expected, line.number - 1)
        yield line
        expected = max(line.number + 1, first)
    if expected <= last:
        yield _gap(expected, last)


def _gap(first: int, last: int) -> Line:
    words = f"Строка {first}" if first == last else f"Строки {first}–{last}"
    return Line(first, gap=f"{words} без ошибок")
