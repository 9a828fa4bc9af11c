"""A plan by territories: the matrix, one cell of it in words, its download."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from organizations.access import Permission
from organizations.attachments import XLSX, attachment
from organizations.exchange import workbook
from organizations.exchange.workbook import Value
from organizations.http import PortalRequest, for_members
from organizations.views.sections import open_only_with
from roadmaps.forms.filters import MatrixFilter
from roadmaps.models import Roadmap
from roadmaps.queries import Standing
from roadmaps.queries import matrix as queries
from roadmaps.queries.matrix import Cell, Matrix, Row
from roadmaps.views import plans

TITLES = {
    "": "Все состояния",
    "waiting": "Ждут приёмки",
    "late": "Просрочено",
    "omitted": "Выпали из плана",
}
SHAPES = {"waiting": "done", "late": "late", "omitted": "na"}
# What the key below the matrix explains, in this order.
KEY = (Standing.ACCEPTED, Standing.DONE, Standing.WORK, Standing.RETURNED, Standing.LATE,
       Standing.PLANNED, Standing.MOVED, Standing.NOT_APPLICABLE, Standing.DOUBT)  # fmt: skip


@for_members
def matrix(request: PortalRequest, pk: int) -> HttpResponse:
    """Items by municipalities, or by schools: what stands where, and what asks for an act."""
    open_only_with(Permission.EXECUTION_READ, request.viewer)
    plan, asked = plans.plan_of(request, pk), MatrixFilter(request.GET)
    whole = queries.matrix(plan, request.viewer, day=timezone.localdate())
    shown = _narrowed(whole, asked.asked)
    context = plans.head(request, plan, "matrix") | {
        "matrix": shown,
        "filters": [_filter(whole, name, asked.asked) for name in TITLES],
        "show": asked.asked,
        "key": [one for one in KEY if any(cell.standing is one for cell in whole.cells)],
        "picked": _picked(request, whole, asked),
        "troubles": queries.troubles(whole),
        "missing": _missing(plan, whole),
        "waiting": _count(whole, "waiting"),
        "late": _count(whole, "late"),
    }
    return render(request, "roadmaps/matrix.html", context)


def _is(cell: Cell, show: str) -> bool:
    """Whether a cell belongs to a saved filter."""
    return {
        "waiting": cell.standing is Standing.DONE,
        "late": cell.standing is Standing.LATE,
        "omitted": cell.omission is not None,
    }.get(show, True)


def _count(whole: Matrix, show: str) -> int:
    return sum(_is(cell, show) for cell in whole.cells)


def _narrowed(whole: Matrix, show: str) -> Matrix:
    return whole.only({cell.key for cell in whole.cells if _is(cell, show)}) if show else whole


def _filter(whole: Matrix, name: str, show: str) -> dict[str, Any]:
    return {
        "title": TITLES[name],
        "url": f"?show={name}" if name else "?",
        "current": name == show,
        "count": _count(whole, name) if name else None,
        "shape": SHAPES.get(name, ""),
    }


def _missing(plan: Roadmap, whole: Matrix) -> list[str]:
    """The places that this plan asks and that have made no plan of it yet."""
    if plan.status != Roadmap.Status.APPROVED:
        return []
    asked = {cell.place for cell in whole.cells if cell.standing is not Standing.ELSEWHERE}
    return [
        place.name
        for place in whole.places
        if place.plan is None and place.pk is not None and place.pk in asked
    ]


def _picked(request: PortalRequest, whole: Matrix, asked: MatrixFilter) -> dict[str, Any] | None:
    """The picked cell in words, with what the place itself reported."""
    if asked.picked is None:
        return None
    cell = whole.find(*asked.picked)
    if cell is None:
        return None
    row = next(row for row in whole.rows if cell in row.cells)
    item = row.line.item
    return {
        "cell": cell,
        "item": item,
        "place": next(place for place in whole.places if place.pk == cell.place),
        "words": queries.in_words(cell.counts),
        "answers": queries.answers_of(item, cell.place, request.viewer) if cell.place else [],
    }


@for_members
def matrix_xlsx(request: PortalRequest, pk: int) -> HttpResponse:
    """The matrix as the page shows it, filter and all."""
    open_only_with(Permission.EXECUTION_READ, request.viewer)
    plan = plans.plan_of(request, pk)
    whole = queries.matrix(plan, request.viewer, day=timezone.localdate())
    shown = _narrowed(whole, MatrixFilter(request.GET).asked)
    head: list[Value] = ["№", "Пункт", "Срок", *(place.name for place in shown.places), "Принято"]
    content = workbook.write({"Матрица": [head, *(_cells(row) for row in shown.rows)]})
    return attachment(content, "Матрица плана.xlsx", content_type=XLSX)


def _cells(row: Row) -> list[Value]:
    item = row.line.item
    words = (
        "" if cell.standing is Standing.ELSEWHERE else f"{cell.word}{_why(cell)}"
        for cell in row.cells
    )
    return [item.number, item.title, item.term_text, *words, row.accepted]


def _why(cell: Cell) -> str:
    return f": {cell.omission.reason}" if cell.omission else ""
