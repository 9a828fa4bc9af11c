"""Reads of plans: where each item stands, counted and dated, for one viewer."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Prefetch, QuerySet

from organizations.access import Viewer
from organizations.models import State
from roadmaps.models import Execution, Item, Responsible, Roadmap
from roadmaps.terms import TermKind

# A term without a printed day is a window: it is in work, and never late, while it lasts.
WINDOWS = {
    TermKind.SCHOOL_YEAR, TermKind.YEAR, TermKind.CONTINUOUS, TermKind.RECURRING,
    TermKind.ON_SCHEDULE, TermKind.ON_DEMAND,
}  # fmt: skip


class Standing(StrEnum):
    """Where an item stands: derived from its dates and its reports, never typed."""

    PLANNED = "planned"
    WORK = "work"
    DONE = "done"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    LATE = "late"
    DOUBT = "doubt"


WORDS = {
    Standing.PLANNED: "не начато",
    Standing.WORK: "в работе",
    Standing.DONE: "ждёт приёмки",
    Standing.ACCEPTED: "принято",
    Standing.RETURNED: "возвращено",
    Standing.LATE: "просрочено",
    Standing.DOUBT: "срок под вопросом",
}


@dataclass(frozen=True)
class Line:
    """One item as a page shows it."""

    item: Item
    standing: Standing
    days_late: int
    bodies: Sequence[Responsible]
    executions: Sequence[Execution]
    is_mine: bool

    @property
    def waiting(self) -> int:
        return sum(one.state == State.SENT for one in self.executions)


def standing_of(
    item: Item, executions: Iterable[Execution], *, day: datetime.date, doubtful: bool = False
) -> Standing:
    """The standing of an item on a day; the least advanced of several reports decides."""
    states = {State(one.state) for one in executions if one.state != State.DRAFT}
    if State.RETURNED in states:
        return Standing.RETURNED
    if State.SENT in states:
        return Standing.DONE
    if State.ACCEPTED in states:
        return Standing.ACCEPTED
    if doubtful or item.term_kind == TermKind.UNKNOWN:
        return Standing.DOUBT
    if item.ends_on is not None and item.ends_on < day:
        return Standing.LATE
    if item.starts_on is None or item.starts_on <= day:
        return Standing.WORK
    return Standing.PLANNED


DOUBTS_OF_TERM = {"deadline_before_order", "impossible_date", "no_deadline", "year_not_known"}


def lines(roadmap: Roadmap, viewer: Viewer, *, day: datetime.date) -> list[Line]:
    """Every item of a plan with its standing in the viewer's territory. Three queries."""
    seen = Execution.objects.visible_to(viewer).select_related("organization")
    items = roadmap.items.select_related("section").prefetch_related(
        Prefetch("responsible", Responsible.objects.select_related("organization")),
        Prefetch("executions", seen, to_attr="seen"),
    )
    doubtful = {str(doubt["item"]) for doubt in roadmap.doubts if doubt["code"] in DOUBTS_OF_TERM}
    return [_line(item, viewer, day, item.number in doubtful) for item in items]


def _line(item: Item, viewer: Viewer, day: datetime.date, doubtful: bool) -> Line:
    executions: list[Execution] = item.seen  # type: ignore[attr-defined]  # prefetched by lines()
    standing = standing_of(item, executions, day=day, doubtful=doubtful)
    late = standing is Standing.LATE and item.ends_on is not None
    bodies = list(item.responsible.all())
    return Line(
        item=item,
        standing=standing,
        days_late=(day - item.ends_on).days if late and item.ends_on else 0,
        bodies=bodies,
        executions=executions,
        is_mine=any(_is_viewers(body, viewer) for body in bodies),
    )


# The words of a plan that mean every organization of a level.
COMMON_BODIES = {2: {"mouo", "mms"}, 3: {"school", "school_coordinator", "teachers"}}


def _is_viewers(body: Responsible, viewer: Viewer) -> bool:
    if body.organization_id is not None:
        return body.organization_id == viewer.organization_id
    return body.body in COMMON_BODIES.get(viewer.level, set())


@dataclass(frozen=True)
class Summary:
    """A plan in a list: how its items stand."""

    roadmap: Roadmap
    counts: Counter[Standing]
    nearest: datetime.date | None

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def summaries(roadmaps: QuerySet[Roadmap], viewer: Viewer, *, day: datetime.date) -> list[Summary]:
    """Plans with their counts by standing. Three queries, whatever the number of plans."""
    found = list(roadmaps.select_related("owner", "order"))
    seen = Execution.objects.visible_to(viewer).only("item", "state")
    items: dict[int, list[Item]] = defaultdict(list)
    rows = Item.objects.filter(roadmap__in=found).defer("title", "result")
    for item in rows.prefetch_related(Prefetch("executions", seen, to_attr="seen")):
        items[item.roadmap_id].append(item)
    return [_summary(roadmap, items[roadmap.pk], day) for roadmap in found]


def _summary(roadmap: Roadmap, items: list[Item], day: datetime.date) -> Summary:
    doubtful = {str(one["item"]) for one in roadmap.doubts if one["code"] in DOUBTS_OF_TERM}
    standings = [
        standing_of(item, item.seen, day=day, doubtful=item.number in doubtful)  # type: ignore[attr-defined]  # prefetched above
        for item in items
    ]
    ahead = [item.ends_on for item in items if item.ends_on and item.ends_on >= day]
    return Summary(roadmap, Counter(standings), min(ahead, default=None))
