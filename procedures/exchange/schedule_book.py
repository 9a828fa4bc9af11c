"""The unified schedule as a sheet: a row a class, a column a day, counts of each half-year.

The shape is that of the workbooks which schools annex to the order of their schedule
(НП, ОО, класс, форма освоения, days, counts and percent, date and order of changes).
"""

import datetime
from collections.abc import Iterator, Sequence

from organizations.exchange.workbook import Value
from procedures.schedule_reads import Line, Sheet

MOST_SCHOOLS = 120  # of one workbook: the largest municipality has fewer
SECOND_HALF_FROM = 1  # January: the first half-year is September to December
HEAD = ("НП (муниципалитет)", "ОО", "Класс", "Форма освоения")
TAIL = (
    "1 полугодие: процедур", "1 полугодие: % учебного времени",
    "2 полугодие: процедур", "2 полугодие: % учебного времени",
    "Дата изменений", "Приказ об изменениях",
)  # fmt: skip


def table(sheets: Sequence[Sheet]) -> list[list[Value]]:
    """Heading and rows. Percent is lessons of procedures of half the yearly hours of the parallel;
    a cell is empty where the hours are not known."""
    days = sorted({line.checked.day for sheet in sheets for line in sheet.lines})
    head: list[Value] = [*HEAD, *(f"{day:%d.%m.%Y}" for day in days), *TAIL]
    return [head, *(row for sheet in sheets for row in _rows(sheet, days))]


def _rows(sheet: Sheet, days: list[datetime.date]) -> Iterator[list[Value]]:
    forms = {one.name: one.form for one in sheet.classes}
    parent = sheet.organization.parent
    for grade, name in sheet.places:
        lines = [line for line in sheet.lines if line.checked.class_name == name]
        yield [
            parent.short_name if parent else "",
            sheet.organization.short_name,
            name,
            forms.get(name, "очная"),
            *(_cell([line for line in lines if line.checked.day == day]) for day in days),
            *_halves(sheet, grade, lines),
            *_changes(sheet),
        ]


def _cell(lines: list[Line]) -> str:
    return "; ".join(f"{line.entry.subject}: {line.entry.title}" for line in lines)


def _halves(sheet: Sheet, grade: int, lines: list[Line]) -> list[Value]:
    hours = sum(own.yearly or 0 for (of, _), own in sheet.facts.hours.items() if of == grade)
    found: list[Value] = []
    for is_second in (False, True):
        within = [
            line for line in lines if (SECOND_HALF_FROM <= line.checked.day.month < 9) is is_second
        ]
        taken = sum(line.checked.lessons for line in within)
        found += [len(within), round(200 * taken / hours, 1) if hours else None]
    return found


def _changes(sheet: Sheet) -> list[Value]:
    """The day and the order of the changes; the first version has changed nothing."""
    schedule = sheet.schedule
    if schedule is None or schedule.version == 1 or schedule.order_date is None:
        return ["", ""]
    return [f"{schedule.order_date:%d.%m.%Y}", schedule.order_number]
