"""The person's own workbook with its faulty cells filled, noted and listed on a first sheet."""

import json
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

AUTHOR = "РСОКО"
LIST_TITLE = "Ошибки"
FAULTY = PatternFill("solid", start_color="FFF6C6C0")
HEADINGS = ("Лист", "Клетка", "Что стоит", "Что исправить")
WIDTHS = (16, 10, 20, 90)
MOST_MARKED = 2000  # cells; nobody reads more, and each note costs a drawing


def mark(payload: bytes) -> bytes:
    """The marked workbook; the payload is the faults as a line of JSON and then the workbook."""
    line, _, content = payload.partition(b"\n")
    book = load_workbook(BytesIO(content))
    faults = json.loads(line)
    _clear(book)
    for fault in faults[:MOST_MARKED]:
        _mark_cell(book, fault)
    _list(book, faults)
    marked = BytesIO()
    book.save(marked)
    return marked.getvalue()


def _clear(book: Workbook) -> None:
    """Take away the marks of the previous attempt, when its file was corrected and sent again."""
    for sheet in book.worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment = None
                cell.fill = PatternFill()
    if LIST_TITLE in book.sheetnames:
        del book[LIST_TITLE]


def _mark_cell(book: Workbook, fault: dict[str, Any]) -> None:
    if fault["sheet"] not in book.sheetnames or not fault["row"] or not fault["column"]:
        return
    cell = book[fault["sheet"]][_address(fault)]
    cell.fill = FAULTY
    earlier = f"{cell.comment.text}\n" if cell.comment else ""
    cell.comment = Comment(earlier + fault["text"], AUTHOR, height=120, width=320)


def _address(fault: dict[str, Any]) -> str:
    return f"{fault['column']}{fault['row'] or ''}"


def _list(book: Workbook, faults: Sequence[dict[str, Any]]) -> None:
    sheet = book.create_sheet(LIST_TITLE, 0)
    sheet.append(HEADINGS)
    for number, fault in enumerate(faults, start=2):
        for column, text in enumerate(_line(fault), start=1):
            cell = sheet.cell(number, column, text)
            cell.data_type = "s"  # never a formula, whatever stands there
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        _link(sheet, number, fault, book.sheetnames)
    for letter, width in zip("ABCD", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
        sheet[f"{letter}1"].font = Font(bold=True)
    sheet.freeze_panes = "A2"
    book.active = 0


def _line(fault: dict[str, Any]) -> tuple[str, str, str, str]:
    return fault["sheet"], _address(fault), fault["found"], fault["text"]


def _link(sheet: Worksheet, number: int, fault: dict[str, Any], names: Sequence[str]) -> None:
    """Lead from the line to the faulty cell."""
    if fault["sheet"] in names and fault["row"] and fault["column"]:
        name = fault["sheet"].replace("'", "''")
        cell = sheet.cell(number, 2)
        cell.hyperlink = f"#'{name}'!{_address(fault)}"
        cell.font = Font(color="FF1F4E9E", underline="single")
