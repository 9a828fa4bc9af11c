"""Who answers for an item and how: each organization once, wherever down the cascade it reports."""

import datetime
from collections.abc import Collection
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from organizations.models import Level
from roadmaps.models import IN_FORCE_ONCE, Execution, Item
from roadmaps.models.execution import ExecutionQuerySet
from roadmaps.queries.standing import MOST_PRESSING, Standing, standing_on

# From an execution to the item of the plan looked at: the item itself, or the one that a
# municipal plan took from it, or the one that a school's plan took from the municipal one.
ROADS = ("item", "item__links__upper", "item__links__upper__links__upper")
MIDDLE = {ROADS[2]: "item__links__upper"}

# The municipality an execution belongs to, or the region's own school; none for its bodies.
PLACE = Case(
    When(
        organization__level=Level.SCHOOL,
        organization__parent__level=Level.REGION,
        then=F("organization"),
    ),
    When(organization__level=Level.MUNICIPALITY, then=F("organization")),
    When(organization__level=Level.SCHOOL, then=F("organization__parent")),
    output_field=IntegerField(),
)
# The school an execution belongs to; none for those above it.
SCHOOL = Case(
    When(organization__level=Level.SCHOOL, then=F("organization")), output_field=IntegerField()
)


class Answer(NamedTuple):
    """Where one organization stands with an item; `missed` is the oldest day it has missed."""

    root: int
    organization: int
    standing: Standing
    missed: datetime.date | None


class Answers(NamedTuple):
    """How many organizations of a place stand so with an item; no place for the owner's own."""

    root: int
    place: int | None
    standing: Standing
    number: int
    missed: datetime.date | None


def carried_out_by(
    road: str, items: Collection[Item], executions: ExecutionQuerySet
) -> QuerySet[Execution]:
    """The counted executions that lead by this road to one of the items, their `root`.

    Who owes an item is settled by its own plan: a lower plan changes by which of its items an
    organization answers, never how many are asked. So an execution of a lower item counts above
    only for an organization whose own execution there is carried.
    """
    rows = executions.answerable(timezone.localdate())
    rows = rows.filter(is_carried=False, item__roadmap__status__in=IN_FORCE_ONCE)
    roots = [item.pk for item in items]
    rows = rows.annotate(root=F(road)).filter(root__in=roots)
    if road == "item":
        return rows
    asked = Execution.objects.filter(organization=OuterRef("organization"))
    above = asked.filter(item__in=roots, item=OuterRef("root"), is_carried=True)
    rows = rows.filter(Exists(above))
    if road in MIDDLE:  # who has handed in between answers there
        rows = rows.annotate(middle=F(MIDDLE[road]))
        rows = rows.filter(~Exists(asked.filter(item=OuterRef("middle"), is_carried=False)))
    return rows


def answers(
    items: Collection[Item], executions: ExecutionQuerySet, *, day: datetime.date
) -> list[Answer]:
    """Every organization that is asked for an item, once for each. One query."""
    rows = _executions(items, executions, day, Level.REGION)
    return [
        Answer(root, organization, MOST_PRESSING[rank - 1], missed)
        for root, organization, rank, missed in _asked(
            "root, organization, standing, missed", "", rows
        )
    ]


def answers_by_place(
    items: Collection[Item],
    executions: ExecutionQuerySet,
    *,
    day: datetime.date,
    level: int = Level.REGION,
) -> list[Answers]:
    """The same counted by place: municipalities for a plan of the region, schools for one below
    it or for who looks from a `level` below. One query."""
    rows = _executions(items, executions, day, level)
    return [
        Answers(root, place, MOST_PRESSING[rank - 1], number, missed)
        for root, place, rank, number, missed in _asked(
            "root, place, standing, count(*), min(missed)", "GROUP BY root, place, standing", rows
        )
    ]


def answers_in_all(
    items: Collection[Item], executions: ExecutionQuerySet, *, day: datetime.date
) -> list[tuple[int, Standing, int]]:
    """Each item, where organizations stand with it, and how many of all do so. One query."""
    rows = _executions(items, executions, day, Level.REGION)
    return [
        (root, MOST_PRESSING[rank - 1], number)
        for root, rank, number in _asked(
            "root, standing, count(*)", "GROUP BY root, standing", rows
        )
    ]


# Several executions of one organization stand as `together` says; a standing is its place in
# MOST_PRESSING, counted from one.
_TOGETHER = """
SELECT {fields} FROM (
    SELECT root, organization, min(place) AS place,
           min(due_on) FILTER (WHERE rank IN {missed}) AS missed,
           CASE WHEN min(rank) IN {begun} AND bool_or(rank = {accepted}) THEN {work}
                ELSE min(rank) END AS standing
    FROM ({rows}) AS execution (root, organization, place, rank, due_on)
    GROUP BY root, organization
) AS answer {grouping}
"""


def _rank(standing: Standing) -> int:
    return MOST_PRESSING.index(standing) + 1


def _asked(fields: str, grouping: str, executions: QuerySet[Any, Any]) -> list[tuple[Any, ...]]:
    """One query over the answers; none where nobody's can be seen."""
    try:
        rows, values = executions.query.sql_with_params()
    except EmptyResultSet:
        return []
    query = _TOGETHER.format(
        fields=fields,
        grouping=grouping,
        rows=rows,
        missed=(_rank(Standing.LATE), _rank(Standing.RETURNED)),
        begun=(_rank(Standing.PLANNED), _rank(Standing.MOVED)),
        accepted=_rank(Standing.ACCEPTED),
        work=_rank(Standing.WORK),
    )
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def _executions(
    items: Collection[Item], executions: ExecutionQuerySet, day: datetime.date, level: int
) -> QuerySet[Any, Any]:
    """What counts for these items, by whichever road: in the order that `_TOGETHER` reads."""
    first, *rest = (
        carried_out_by(road, items, executions)
        .annotate(place=_place(road, level), rank=_ranked(day))
        .order_by()
        .values_list("root", "organization", "place", "rank", "due_on")
        for road in ROADS
    )
    return first.union(*rest, all=True)


def _ranked(day: datetime.date) -> Case:
    """The place of an execution's standing in MOST_PRESSING."""
    named = standing_on(day)
    for when in named.cases:
        when.result = Value(_rank(Standing(when.result.value)))
    named.default = Value(_rank(Standing(named.default.value)))
    return Case(*named.cases, default=named.default, output_field=IntegerField())


def _place(road: str, level: int) -> Case:
    """Where an execution is told: below the region the municipality, below that the school."""
    if level > Level.REGION:
        return SCHOOL
    below = Q(**{f"{road}__roadmap__owner__level__gt": Level.REGION})
    return Case(When(below, then=SCHOOL), default=PLACE, output_field=IntegerField())
