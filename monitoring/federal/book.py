"""A standard report as the workbook ФИС ОКО gives: one sheet, the head in rows 1 to 8."""

import datetime
from typing import TYPE_CHECKING

from monitoring.federal.kinds import Report
from monitoring.federal.tables import PUPILS, Line, Table
from monitoring.queries.federal import login
from organizations.exchange import workbook

if TYPE_CHECKING:
    from organizations.models import Organization
    from procedures.models import Work

MOST_NAME = 31  # signs in the name of a sheet (Excel's limit)

Row = list[workbook.Value]


def book(
    report: Report, work: "Work", table: Table, *, school: "Organization | None" = None
) -> bytes:
    """The workbook; `school` is whose pupils the rows are, in the report on pupils."""
    group: list[Row] = []
    if school is not None:
        named = f"{school.short_name}({login(school)})"
        group = [[named, f"{PUPILS}: {len(table.lines)}"]]
    rows = [
        *_top(report, work),
        list(table.over),
        *(list(row) for row in table.head),
        *group,
        *map(_row, table.lines),
    ]
    return workbook.write({sheet_name(report, work): rows})


def sheet_name(report: Report, work: "Work") -> str:
    """«МА 4 Сравнение отметок с отметк»."""
    return f"{work.subject[:2].upper()} {work.grade} {report.title}"[:MOST_NAME]


def heading(work: "Work") -> str:
    """«ВПР 2026 Русский язык 4 класс»."""
    return f"{work.procedure.short_title} {work.year} {work.subject} {work.grade} класс"


def _top(report: Report, work: "Work") -> list[Row]:
    """Rows 1 to 6."""
    return [
        [report.title],
        [],
        [heading(work)],
        ["Предмет:", work.subject],
        ["Максимальный первичный балл:", work.max_score],
        ["Дата:", _day(work.held_on)],
    ]


def _day(date: datetime.date | None) -> str:
    return f"{date:%d.%m.%Y}" if date else ""


def _row(line: Line) -> Row:
    return [line.name, line.note] if line.note else [line.name, *line.values]
