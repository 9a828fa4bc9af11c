"""The board of a plan: how many executions of each organization stand in which column."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    F,
    Q,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, RowNumber

from organizations.access import Permission, Viewer
from organizations.models import Level, Organization, State
from roadmaps.models import Execution, Item, Roadmap
from roadmaps.queries.acceptance import UNFINISHED_STATES, executions_on, may_decide, told
from roadmaps.queries.answers import PLACE, ROADS, carried_out_by
from roadmaps.queries.lines import own_places

CARDS_OF_COLUMN = 20


class Column(StrEnum):
    """How far an execution has come by what was done with it; the days only turn a card red."""

    PLANNED = "planned"
    WORK = "work"
    DONE = "done"
    RETURNED = "returned"
    ACCEPTED = "accepted"


COLUMN_TITLES = {
    Column.PLANNED: "Не взято в работу",
    Column.WORK: "Взято в работу",
    Column.DONE: "На приёмке",
    Column.RETURNED: "Возвращено",
    Column.ACCEPTED: "Принято",
}


def column_of(execution: Execution) -> Column:
    match State(execution.state):
        case State.SENT:
            return Column.DONE
        case State.RETURNED:
            return Column.RETURNED
        case State.ACCEPTED:
            return Column.ACCEPTED
    return Column.WORK if execution.started_at else Column.PLANNED


def in_column() -> Case:
    """`column_of` as the database computes it."""
    rules = (
        (Q(state=State.SENT), Column.DONE),
        (Q(state=State.RETURNED), Column.RETURNED),
        (Q(state=State.ACCEPTED), Column.ACCEPTED),
        (Q(started_at__isnull=False), Column.WORK),
    )
    return Case(
        *(When(rule, then=Value(column.value)) for rule, column in rules),
        default=Value(Column.PLANNED.value),
        output_field=CharField(),
    )


@dataclass
class BoardRow:
    """One organization of the board; for the region a municipality together with its schools."""

    organization: Organization
    counts: Counter[Column] = field(default_factory=Counter)
    late: int = 0

    @property
    def cells(self) -> list[tuple[Column, int]]:
        return [(column, self.counts[column]) for column in Column]

    @property
    def total(self) -> int:
        return self.counts.total()


def board(items: Sequence[Item], viewer: Viewer, *, day: datetime.date) -> list[BoardRow]:
    """The rows of these items' board, by level and name. Four queries, whatever the numbers."""
    counts: dict[int, Counter[Column]] = defaultdict(Counter)
    late: Counter[int] = Counter()
    for road in ROADS:
        for place, column, number, missed in _counted(road, items, viewer, day):
            counts[place][Column(column)] += number
            late[place] += missed
    named = Organization.objects.visible_to(viewer).filter(pk__in=counts)
    return [
        BoardRow(one, counts[one.pk], late[one.pk])
        for one in named.order_by("level", "short_name", "pk")
    ]


def _counted(
    road: str, items: Sequence[Item], viewer: Viewer, day: datetime.date
) -> QuerySet[Execution, tuple[int, str, int, int]]:
    rows = carried_out_by(road, items, Execution.objects.visible_to(viewer))
    placed = rows.annotate(row=_row(viewer), column=in_column()).order_by()
    missed = Q(state__in=UNFINISHED_STATES, due_on__lt=day)
    counted = placed.values("row", "column").annotate(
        number=Count("pk", distinct=True), late=Count("pk", filter=missed, distinct=True)
    )
    return counted.values_list("row", "column", "number", "late")


def _row(viewer: Viewer) -> Coalesce | F:
    if viewer.level != Level.REGION:
        return F("organization")
    return Coalesce(PLACE, F("organization"), output_field=BigIntegerField())


def cards(
    items: Sequence[Item], viewer: Viewer, *, place: int | None = None, column: Column | None = None
) -> QuerySet[Execution]:
    """The cards of one row, or of all, the earliest day first. Of all columns at once only the
    first few of each."""
    rows = executions_on(items, viewer).filter(is_carried=False)
    rows = rows.annotate(row=_row(viewer), column=in_column())
    if place is not None:
        rows = rows.filter(row=place)
    order = (F("due_on").asc(nulls_last=True), F("pk").asc())
    if column is not None:
        return told(rows.filter(column=column)).order_by(*order)
    first = Window(RowNumber(), partition_by=[F("column")], order_by=order)
    return told(rows.annotate(nth=first).filter(nth__lte=CARDS_OF_COLUMN)).order_by(*order)


def moves(execution: Execution, viewer: Viewer) -> list[Column]:
    """The columns into which the viewer may bring a card; what services would refuse is left out.

    Reads `execution.item.roadmap`.
    """
    if execution.item.roadmap.status != Roadmap.Status.APPROVED:
        return []
    if may_decide(execution, viewer):
        return [Column.ACCEPTED, Column.RETURNED]
    own = execution.organization_id in own_places(viewer)
    if not own or not viewer.may(Permission.EXECUTION_REPORT) or execution.is_carried:
        return []
    match column_of(execution):
        case Column.PLANNED:
            return [Column.WORK, Column.DONE]
        case Column.WORK | Column.RETURNED:
            return [Column.DONE]
    return []
