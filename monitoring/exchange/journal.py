"""Marks of the journal by pupils' codes, as a school takes them out: two columns, no names."""

from organizations.errors import Refused
from organizations.exchange import workbook
from organizations.exchange.cells import WHOLE, folded, is_dash
from organizations.exchange.gate import Kind
from organizations.exchange.separated import read_rows
from organizations.exchange.table import Column, Table, read

MOST_CODE = 2**31 - 1  # what the column of codes can hold
MARKS = {"5": 5, "4": 4, "3": 3, "2": 2, folded("нет отметки"): 0}


def read_marks(content: bytes, kind: Kind) -> Table:
    """The rows of the first sheet with all faults. Raises Refused for what is not a table.

    No fault repeats what stands in a cell: it may be a name that has no business here.
    """
    sheet, rows = _rows(content, kind)
    return read(rows, COLUMNS, sheet=sheet, unique="participant")


def _rows(content: bytes, kind: Kind) -> tuple[str, list[list[str]]]:
    if kind == Kind.XLSX:
        book = workbook.read_sheets(content)
        if not book:
            raise Refused("В книге нет ни одного листа с данными.")
        name, sheet = next(iter(book.items()))
        return name, [list(row) for row in sheet.rows]
    return "", read_rows(content, COLUMNS)


def _code(text: str) -> int:
    if not WHOLE.fullmatch(text) or not 0 < int(text) <= MOST_CODE:
        raise ValueError("нужен код участника: только цифры, без имени.")
    return int(text)


def _mark(text: str) -> int:
    """The mark; 0 where there is none."""
    found = 0 if is_dash(text) else MARKS.get(folded(text))
    if found is None:
        raise ValueError("нужна отметка 5, 4, 3, 2 или «нет отметки».")
    return found


COLUMNS = (
    Column("participant", "Код участника", _code),
    Column("mark", "Отметка по журналу", _mark, also=("Отметка в журнале", "Отметка")),
)
