"""Workbooks in and out: sheets as texts, the faulty file marked, tables written for download."""

import json
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES, ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from organizations.exchange import child, sheets
from organizations.exchange.faults import Fault
from organizations.exchange.sheets import Sheet

Value = str | int | float | bool | None

# Signs with which a spreadsheet begins a formula when a text is typed or pasted (OWASP, CSV
# injection), their full-width forms among them.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MOST_TEXT = 32_767  # signs in a cell (Excel's limit)


def read_sheets(content: bytes, *, trusted: bool = False) -> dict[str, Sheet]:
    """All sheets of a workbook by name, hidden ones too.

    Parsed in a limited child process (about 0.1 s); a trusted file, one from the operator's own
    disk, in this one. Raises Refused.
    """
    if trusted:
        return sheets.parse(content)
    return sheets.from_json(child.run(sheets.__name__, "as_json", content))


def marked(content: bytes, faults: Iterable[Fault]) -> bytes:
    """The same workbook with each faulty cell filled and noted, and a first sheet of faults."""
    lines = [
        {
            "sheet": fault.sheet,
            "row": fault.row,
            "column": fault.column,
            "found": fault.found,
            "text": f"{fault.message} {fault.cure}".strip(),
        }
        for fault in faults
    ]
    payload = json.dumps(lines).encode() + b"\n" + content
    return child.run("organizations.exchange.marking", "mark", payload)


def write(tables: Mapping[str, Iterable[Sequence[Value]]]) -> bytes:
    """A workbook of the given sheets, the first row of each a heading; no text is a formula."""
    book = Workbook(write_only=True)
    for title, rows in tables.items():
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        for number, row in enumerate(rows):
            sheet.append([_cell(sheet, value, heading=number == 0) for value in row])
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _cell(sheet: WriteOnlyWorksheet, value: Value, *, heading: bool) -> object:
    """The value, or a cell made for it where openpyxl would read a text as something else."""
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)[:MOST_TEXT]
    acts = text.startswith(FORMULA_SIGNS)
    if not acts and not heading and text not in ERROR_CODES:
        return text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    cell.quotePrefix = acts  # stays a text when the person edits the cell, too
    if heading:
        cell.font = Font(bold=True)
    return cell
