"""The tables of a plan as papers on a wide sheet: the plan itself, its differences, its matrix."""

import datetime
from collections.abc import Iterable, Sequence

from organizations.exchange.workbook import Value
from organizations.templatetags.ru import day as named_day
from reports.paper import Block, Grid, Heading, Look, Paper, Paragraph
from reports.plans.wording import order_of
from roadmaps.models import Roadmap
from roadmaps.queries.matrix import Cell, Matrix
from roadmaps.queries.matrix import Row as MatrixRow
from roadmaps.queries.standing import Standing
from roadmaps.views.rows import Row, grouped

HEAD = ("№", "Мероприятие", "Срок", "Ответственные", "Состояние")
SHARES = (7, 50, 27, 30, 26)
PLACES_ACROSS = 9  # columns of a matrix that stay readable on one sheet
ITEM_SHARES = (6, 36)
PLACE_SHARE = 11


def plan_paper(roadmap: Roadmap, rows: Sequence[Row], *, day: datetime.date) -> Paper:
    """The order's table with the state of each item: sections run across, the head is repeated."""
    filled: list[tuple[str, ...] | Heading] = []
    for group in grouped(rows):
        if group.section is not None:
            filled.append(Heading(f"{group.section.number} {group.section.title}".strip()))
        filled += [_item(row) for row in group.rows]
    table = Grid(HEAD, tuple(filled), SHARES)
    return _wide(roadmap, roadmap.title, day, (*_approval(roadmap), *_headed(roadmap, day), table))


def _item(row: Row) -> tuple[str, ...]:
    item = row.line.item
    title = f"{item.title}\nРезультат: {item.result}" if item.result else item.title
    return (
        item.number,
        title,
        _lines(item.term_text or "не указан", row.reading),
        ", ".join(body.text for body in row.line.bodies),
        _lines(row.word, row.reason),
    )


def _lines(*texts: str) -> str:
    return "\n".join(text for text in texts if text)


def _approval(roadmap: Roadmap) -> tuple[Block, ...]:
    """Which order the table belongs to, or that it is a draft still."""
    if roadmap.status == Roadmap.Status.DRAFT:
        return (Paragraph("Черновик", Look.RIGHT),)
    order = roadmap.order
    signed = order_of(roadmap)
    lines = ("Приложение к приказу", order.issuer if order else "", signed)
    return tuple(Paragraph(line, Look.RIGHT) for line in lines if line) if signed else ()


def _headed(roadmap: Roadmap, day: datetime.date) -> tuple[Block, ...]:
    return (
        Paragraph(roadmap.title, Look.TITLE),
        Paragraph(f"{roadmap.owner.name}. Данные на {named_day(day)}", Look.CENTRE),
    )


def _wide(roadmap: Roadmap, title: str, day: datetime.date, blocks: tuple[Block, ...]) -> Paper:
    return Paper(title, roadmap.owner.name, day, blocks, is_wide=True)


def difference_paper(
    roadmap: Roadmap, table: Sequence[Sequence[Value]], summary: str, *, day: datetime.date
) -> Paper:
    """A plan beside the plan above: the rows of the page's own sheet, none folded."""
    head, *rows = [tuple(_text(value) for value in row) for row in table]
    title = f"Сравнение планов: {roadmap.title}"
    return _wide(
        roadmap,
        title,
        day,
        (
            Paragraph("Сравнение планов", Look.TITLE),
            Paragraph(_compared(roadmap), Look.CENTRE),
            Paragraph(f"{summary}. Данные на {named_day(day)}", Look.CENTRE),
            Grid(head, tuple(rows), shares=(8, 38, 18, 8, 38, 18, 16, 24)),
        ),
    )


def _compared(roadmap: Roadmap) -> str:
    """«План выше: приказ от … № …; наш план: приказ от … № …»"""
    plans = (("План выше", roadmap.above), ("наш план", roadmap))
    told = [
        f"{words}: {plan.owner.short_name}, приказ {order_of(plan) or 'не назван'}"
        for words, plan in plans
        if plan is not None
    ]
    return "; ".join(told)


def _text(value: Value) -> str:
    return "" if value is None else str(value)


def matrix_paper(roadmap: Roadmap, matrix: Matrix, *, day: datetime.date) -> Paper:
    """The matrix, so many places to a table as a sheet holds, with the items repeated."""
    grids = tuple(_sheet(matrix, first) for first in range(0, len(matrix.places), PLACES_ACROSS))
    blocks = (Paragraph("Матрица плана", Look.TITLE), *_headed(roadmap, day), *grids)
    return _wide(roadmap, f"Матрица плана: {roadmap.title}", day, blocks)


def _sheet(matrix: Matrix, first: int) -> Grid:
    shown = slice(first, first + PLACES_ACROSS)
    places = matrix.places[shown]
    head = ("№", "Пункт", *(place.name for place in places))
    rows = tuple(_matrix_row(row, row.cells[shown]) for row in matrix.rows)
    return Grid(head, rows, (*ITEM_SHARES, *(PLACE_SHARE for _ in places)))


def _matrix_row(row: MatrixRow, cells: Iterable[Cell]) -> tuple[str, ...]:
    item = row.line.item
    words = ("" if cell.standing is Standing.ELSEWHERE else cell.word for cell in cells)
    return (item.number, _lines(item.title, item.term_text), *words)
