"""The board of a plan: organizations by how far they are, and the cards of one that is picked."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from organizations.errors import Conflict
from organizations.http import PortalRequest, for_members
from organizations.models import State
from roadmaps import queries
from roadmaps.forms.executions import MoveForm
from roadmaps.forms.filters import BoardFilter
from roadmaps.models import Execution, Item, Roadmap
from roadmaps.queries import COLUMN_TITLES, BoardRow, Column
from roadmaps.services import executions as service
from roadmaps.views import items as item_views

PER_PAGE = 50


@dataclass(frozen=True)
class Card:
    """One execution on the board, with the columns into which the viewer may bring it."""

    execution: Execution
    days_late: int
    read: str
    moves: list[tuple[str, str]]


@dataclass(frozen=True)
class Lane:
    """A column of the picked row with its cards; `more` stand there besides."""

    column: Column
    title: str
    cards: list[Card]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.cards)


@for_members
def board(request: PortalRequest, pk: int) -> HttpResponse:
    """Counts for each organization; the cards of the picked organization or item."""
    plans = Roadmap.objects.visible_to(request.viewer).select_related("owner__parent", "order")
    plan, asked = get_object_or_404(plans, pk=pk), BoardFilter(request.GET).asked
    every = list(Item.objects.visible_to(request.viewer).filter(roadmap=plan).order_by("position"))
    item = next((one for one in every if one.pk == asked.get("item")), None)
    chosen = [item] if item else every
    rows = queries.board(chosen, request.viewer, day=timezone.localdate())
    place = next((row for row in rows if row.organization.code == asked.get("place")), None)
    place = place or (rows[0] if len(rows) == 1 else None)
    context = {
        "roadmap": plan,
        "items": every,
        "item": item,
        "rows": rows,
        "place": place,
        "columns": list(COLUMN_TITLES.items()),
        "totals": [(one, sum(row.counts[one] for row in rows)) for one in Column],
        "late": sum(row.late for row in rows),
    }
    if place or item:
        context |= _picked(request, chosen, rows, place, asked.get("column"))
    return render(request, "roadmaps/board.html", context)


def _picked(
    request: PortalRequest,
    items: list[Item],
    rows: list[BoardRow],
    place: BoardRow | None,
    column: Column | None,
) -> dict[str, Any]:
    """The lanes of what is picked: all of them in short, or one whole and paged."""
    found = queries.cards(
        items, request.viewer, place=place.organization.pk if place else None, column=column
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page")) if column else None
    told = [(one, _card(request, one)) for one in (page or found)]
    counted = [place] if place else rows
    lanes = [
        Lane(
            column=one,
            title=title,
            cards=[card for execution, card in told if queries.column_of(execution) is one],
            total=sum(row.counts[one] for row in counted),
        )
        for one, title in COLUMN_TITLES.items()
        if column in (None, one)
    ]
    return {"lanes": lanes, "column": column, "page": page}


def _card(request: PortalRequest, execution: Execution) -> Card:
    _, days_late = queries.line_of(execution, day=timezone.localdate())
    columns = queries.moves(execution, request.viewer)
    return Card(
        execution=execution,
        days_late=days_late,
        read=service.revision(execution),
        moves=[(column.value, COLUMN_TITLES[column]) for column in columns],
    )


@require_POST
@for_members
def move(request: PortalRequest, pk: int) -> HttpResponse:
    """Bring a card into another column: an act of its own, or the form that the act needs."""
    rows = Execution.objects.visible_to(request.viewer).select_related("item__roadmap")
    execution, form = get_object_or_404(rows, pk=pk), MoveForm(request.POST)
    if not form.is_valid():
        raise Conflict("Выберите столбец, в который переместить карточку.")
    match form.cleaned_data["to"]:
        case Column.WORK if execution.state != State.RETURNED:
            return item_views.start(request, pk)
        case Column.ACCEPTED:
            return item_views.accept(request, pk)
        case Column.RETURNED if queries.may_decide(execution, request.viewer):
            return redirect(f"{reverse('roadmaps:execution', args=[pk])}#return")
        case Column.DONE if Column.DONE in queries.moves(execution, request.viewer):
            page = reverse("roadmaps:item", args=[execution.item.roadmap_id, execution.item_id])
            return redirect(f"{page}#report")
    title = COLUMN_TITLES[form.cleaned_data["to"]]
    raise Conflict(f"В столбец «{title}» эту карточку переместить нельзя: обновите доску.")
