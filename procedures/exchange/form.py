"""The collection form written: sheets, lists and formulas of the federal one, pre-filled."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from procedures.exchange import layout, tokens
from procedures.exchange.results import (
    ABSENT,
    MISSING,
    MOST_CLASSES,
    MOST_PARTICIPANT,
    NO_MARK,
    NOT_ATTEMPTED,
    Results,
)
from procedures.exchange.works import WorkSpec

FIRST_TASK = 3  # column number: after the code and the variant
VARIANTS = ("1", "2", tokens.AWAY)
MARKS = ("5", "4", "3", "2", tokens.UNMARKED)
ZERO_ONLY = ("0", tokens.SKIPPED)
HEAD = PatternFill("solid", start_color="FFE3E9F2")

# Marks in the skeleton, replaced in each form; no work or organization is called so.
ORGANIZATION_MARK = "organization-code-stands-here"
ROWS_MARK = "</sheetData>"
SIZE_MARK = re.compile(r'<dimension ref="[^"]*"/>')
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the zip epoch: the same form is the same bytes


def write_form(
    work: WorkSpec,
    organization_code: str,
    class_numbers: Sequence[int],
    participants: Sequence[int],
    results: Results | None = None,
) -> bytes:
    """The form of one school: a row a participant with its class, and the results when given.

    Without results there is room for more pupils, to the last row of the federal form. The
    skeleton is built once a work; a filled form of 80 rows then takes a few milliseconds.
    """
    if results is None:
        lines = _empty_lines(work, class_numbers, participants)
    else:
        lines = _filled_lines(work, class_numbers, participants, results)
    rows = [f'<row r="{n}">{cells}</row>' for n, cells in enumerate(lines, start=2)]
    size = f'<dimension ref="A1:{_Columns(work).total}{len(rows) + 1}"/>'
    name, parts = _skeleton(work)
    written = BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as archive:
        for part_name, part in parts:
            if part_name == name:
                part = SIZE_MARK.sub(size, part).replace(ROWS_MARK, "".join(rows) + ROWS_MARK)
            text = part.replace(ORGANIZATION_MARK, escape(organization_code))
            archive.writestr(ZipInfo(part_name, LONG_AGO), text, ZIP_DEFLATED)
    return written.getvalue()


class _Columns:
    """The letters of the form's columns."""

    def __init__(self, work: WorkSpec) -> None:
        after = FIRST_TASK + len(work.tasks)
        self.tasks = [get_column_letter(number) for number in range(FIRST_TASK, after)]
        self.klass, self.journal, self.total = map(get_column_letter, range(after, after + 3))


# rows, written as XML: openpyxl takes ten times as long


def _empty_lines(
    work: WorkSpec, class_numbers: Sequence[int], participants: Sequence[int]
) -> Iterator[str]:
    columns = _Columns(work)
    pupils = list(zip(participants, class_numbers, strict=True))
    for row in range(2, max(layout.LAST_ROW, len(pupils) + 1) + 1):
        known = row - 2 < len(pupils)
        participant, klass = pupils[row - 2] if known else (None, None)
        cells = _number("A", row, participant) + _number(columns.klass, row, klass)
        yield cells + _total(columns, row, 0)


def _filled_lines(
    work: WorkSpec,
    class_numbers: Sequence[int],
    participants: Sequence[int],
    results: Results,
) -> Iterator[str]:
    columns = _Columns(work)
    columns_of = zip(
        participants,
        class_numbers,
        results.variant.tolist(),
        results.points.tolist(),
        results.journal_mark.tolist(),
        results.score.tolist(),
        strict=True,
    )
    for row, (participant, klass, variant, points, mark, score) in enumerate(columns_of, start=2):
        cells = [_number("A", row, participant), _variant(row, variant)]
        if variant != ABSENT:
            pairs = zip(columns.tasks, points, strict=True)
            cells += [_points(letter, row, value) for letter, value in pairs]
        cells.append(_number(columns.klass, row, klass))
        if mark != NO_MARK:
            cells.append(_number(columns.journal, row, mark))
        elif variant != ABSENT:
            cells.append(_text(columns.journal, row, tokens.UNMARKED))
        cells.append(_total(columns, row, score))
        yield "".join(cells)


def _number(letter: str, row: int, value: int | None) -> str:
    return "" if value is None else f'<c r="{letter}{row}"><v>{value}</v></c>'


def _text(letter: str, row: int, text: str) -> str:
    return f'<c r="{letter}{row}" t="inlineStr"><is><t>{text}</t></is></c>'


def _variant(row: int, variant: int) -> str:
    return _text("B", row, tokens.AWAY) if variant == ABSENT else _number("B", row, variant)


def _points(letter: str, row: int, value: int) -> str:
    if value == NOT_ATTEMPTED:
        return _text(letter, row, tokens.SKIPPED)
    if value == MISSING:
        return _text(letter, row, tokens.NOT_COVERED)
    return _number(letter, row, value)


def _total(columns: _Columns, row: int, value: int) -> str:
    summed = f"SUM({columns.tasks[0]}{row}:{columns.tasks[-1]}{row})"  # SUM passes over «X»
    return f'<c r="{columns.total}{row}"><f>{summed}</f><v>{value}</v></c>'


# the skeleton: everything but the rows


@lru_cache(maxsize=64)
def _skeleton(work: WorkSpec) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The name of the part with the rows, and all parts of an empty form."""
    book = Workbook()
    protocol = book.worksheets[0]
    protocol.title = layout.PROTOCOL
    service = book.create_sheet(layout.SERVICE)
    classes = book.create_sheet(layout.CLASSES)
    for number in range(1, MOST_CLASSES + 1):
        classes.append([number])
    lists = _write_service(service, work)
    _write_head(protocol, work)
    _add_lists(protocol, work, lists)
    saved = BytesIO()
    book.save(saved)
    with ZipFile(saved) as archive:
        parts = tuple((name, archive.read(name).decode()) for name in archive.namelist())
    moment = f"{work.year}-01-01T00:00:00Z"
    return "xl/worksheets/sheet1.xml", tuple(
        (name, MOMENT.sub(moment, part) if name == "docProps/core.xml" else part)
        for name, part in parts
    )


def _write_head(sheet: Worksheet, work: WorkSpec) -> None:
    tasks = [layout.task_heading(*task) for task in zip(work.tasks, work.max_points, strict=True)]
    titles = [layout.CODE, layout.VARIANT, *tasks, layout.CLASS, layout.JOURNAL, layout.TOTAL]
    for number, title in enumerate(titles, start=1):
        cell = sheet.cell(1, number, title)
        cell.data_type = "s"  # a label that begins with «=» is no formula
        cell.font = Font(bold=True)
        cell.fill = HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        is_task = FIRST_TASK <= number < FIRST_TASK + len(tasks)
        sheet.column_dimensions[cell.column_letter].width = 8 if is_task else 16
    sheet.freeze_panes = "C2"


def _write_service(sheet: Worksheet, work: WorkSpec) -> dict[tuple[str, ...], str]:
    """Write the lists, a column each, and the codes; the range of each list."""
    choices = [VARIANTS, MARKS, ZERO_ONLY, *map(_choices, sorted(set(work.max_points)))]
    ranges = {}
    for number, choice in enumerate(dict.fromkeys(choices), start=1):
        for row, text in enumerate(choice, start=2):
            sheet.cell(row, number, int(text) if text.isdecimal() else text)
        letter = get_column_letter(number)
        ranges[choice] = f"'{layout.SERVICE}'!${letter}$2:${letter}${len(choice) + 1}"
    labels = (
        (layout.WORK_LABEL, work.code),
        (layout.ORGANIZATION_LABEL, ORGANIZATION_MARK),
    )
    for row, pair in enumerate(labels, start=1):
        for column, text in enumerate(pair, start=len(ranges) + 2):
            sheet.cell(row, column, text).data_type = "s"
    return ranges


def _choices(most: int) -> tuple[str, ...]:
    return (*(str(points) for points in range(most, -1, -1)), tokens.SKIPPED)


def _add_lists(sheet: Worksheet, work: WorkSpec, lists: dict[tuple[str, ...], str]) -> None:
    columns = _Columns(work)
    first = tokens.first_criteria(work)
    classes = f"'{layout.CLASSES}'!$A$1:$A${MOST_CLASSES}"
    _add_list(sheet, "B", lists[VARIANTS], "1, 2 или «отсутствовал»")
    for j, (letter, most) in enumerate(zip(columns.tasks, work.max_points, strict=True)):
        source = lists[_choices(most)]
        if j in first:
            base = f"${columns.tasks[first[j]]}2"
            source = f'IF(OR({base}=0,{base}="{tokens.SKIPPED}"),{lists[ZERO_ONLY]},{source})'
        _add_list(sheet, letter, source, f"баллы от 0 до {most} или {tokens.SKIPPED}")
    _add_list(sheet, columns.klass, classes, "номер класса из списка")
    _add_list(sheet, columns.journal, lists[MARKS], "5, 4, 3, 2 или «нет отметки»")
    codes = DataValidation(
        "whole", operator="between", formula1="1", formula2=str(MOST_PARTICIPANT)
    )
    codes.add(f"A2:A{layout.LAST_ROW}")
    sheet.add_data_validation(codes)


def _add_list(sheet: Worksheet, letter: str, source: str, expected: str) -> None:
    validation = DataValidation("list", formula1=source, allow_blank=True, showErrorMessage=True)
    validation.errorTitle = "Так нельзя"
    validation.error = f"Нужно {expected}."
    validation.add(f"{letter}2:{letter}{layout.LAST_ROW}")
    sheet.add_data_validation(validation)
