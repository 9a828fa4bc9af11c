"""Plans and their items as a viewer sees them: counted over the viewer's territory and dated."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Prefetch, Q, QuerySet

from organizations.access import Permission, Viewer
from organizations.models import Level, Organization, State
from roadmaps.models import Execution, Item, Responsible, Roadmap
from roadmaps.queries.answers import answers_by_place, answers_in_all
from roadmaps.queries.standing import (
    FINISHED,
    UNFINISHED,
    Standing,
    standing_of,
    together,
)

DOUBTS_OF_TERM = {"deadline_before_order", "impossible_date", "no_deadline", "year_not_known"}

# The words of a plan that mean every organization of a level.
COMMON_BODIES = {2: {"mouo", "mms"}, 3: {"school", "school_coordinator", "teachers"}}

Counts = Counter[Standing]


@dataclass(frozen=True)
class Body:
    """A responsible body in the plan's words, and whether it is the viewer's own."""

    text: str
    is_own: bool
    is_lead: bool = False


@dataclass
class Tally:
    """How many executions of an item stand where, by municipality, and the oldest missed day."""

    places: dict[int | None, Counts] = field(default_factory=lambda: defaultdict(Counter))
    counts: Counts = field(default_factory=Counter)
    missed: datetime.date | None = None

    def add(self, place: int | None, standing: Standing, number: int) -> None:
        self.places[place][standing] += number
        self.counts[standing] += number

    def miss(self, day: datetime.date) -> None:
        self.missed = min(self.missed or day, day)


@dataclass(frozen=True)
class Line:
    """One item as a page shows it. `own` is the execution of the viewer's own organization."""

    item: Item
    standing: Standing
    days_late: int
    bodies: Sequence[Body]
    counts: Counts
    places: Mapping[int | None, Counts]
    own: Execution | None
    doubts: Sequence[str]
    is_running: bool

    @property
    def is_mine(self) -> bool:
        return self.own is not None or any(body.is_own for body in self.bodies)

    @property
    def waiting(self) -> int:
        return self.counts[Standing.DONE]

    @property
    def late(self) -> int:
        return self.counts[Standing.LATE]

    @property
    def finished(self) -> int:
        return sum(self.counts[one] for one in FINISHED)

    @property
    def total(self) -> int:
        return self.counts.total()


def lines(
    roadmap: Roadmap,
    viewer: Viewer,
    *,
    day: datetime.date,
    only: Item | None = None,
    within: Organization | None = None,
) -> list[Line]:
    """The items of a plan, or only one, as they stand in the viewer's territory, or only in the
    part of it that lies `within` an organization. Four queries."""
    items = Item.objects.visible_to(viewer).filter(roadmap=roadmap)
    items = items.select_related("section").order_by("position")
    if only is not None:
        items = items.filter(pk=only.pk)
    return lines_of(items, viewer, day=day, within=within, roadmap=roadmap)


def lines_of(
    items: QuerySet[Item],
    viewer: Viewer,
    *,
    day: datetime.date,
    within: Organization | None = None,
    roadmap: Roadmap | None = None,
) -> list[Line]:
    """Items as they stand in the viewer's territory; of several plans, the rows carry theirs."""
    found = list(with_bodies(items))
    tallies, own = tallied(found, viewer, day=day, within=within), own_executions(found, viewer)
    return [
        _line(roadmap or one.roadmap, one, tallies[one.pk], own.get(one.pk), viewer, day)
        for one in found
    ]


def with_bodies(items: QuerySet[Item]) -> QuerySet[Item]:
    named = Responsible.objects.select_related("organization")
    return items.prefetch_related(Prefetch("responsible", named))


def tallied(
    items: Collection[Item],
    viewer: Viewer,
    *,
    day: datetime.date,
    within: Organization | None = None,
) -> defaultdict[int, Tally]:
    """Where the organizations of the viewer's territory stand with these items, each counted once
    though it may carry an item out under a plan of its own level. One query."""
    found: defaultdict[int, Tally] = defaultdict(Tally)
    visible = Execution.objects.visible_to(viewer)
    if within is not None:
        visible = visible.filter(Q(organization=within) | Q(organization__parent=within))
    for root, place, standing, number, missed in answers_by_place(
        items, visible, day=day, level=viewer.level
    ):
        found[root].add(place, standing, number)
        if missed is not None:
            found[root].miss(missed)
    return found


def own_executions(items: Collection[Item], viewer: Viewer) -> dict[int, Execution]:
    """What the viewer's own organization has to do on these items, by item. One query."""
    rows = Execution.objects.visible_to(viewer).filter(
        item__in=[item.pk for item in items], organization__in=own_places(viewer)
    )
    # The organization a person works in comes before the territory it works for.
    ordered = sorted(rows, key=lambda row: row.organization_id == viewer.organization_id)
    return {row.item_id: row for row in ordered}


def own_places(viewer: Viewer) -> tuple[int, ...]:
    """Where the viewer's own executions stand: their organization and, below the region, the
    node of the tree it works for."""
    if viewer.level == Level.REGION:
        return (viewer.organization_id,)
    return (viewer.organization_id, viewer.territory_id)


def _line(
    roadmap: Roadmap,
    item: Item,
    tally: Tally,
    own: Execution | None,
    viewer: Viewer,
    day: datetime.date,
) -> Line:
    standing = _in_territory(roadmap, item, tally.counts, viewer, day)
    late = (day - tally.missed).days if tally.missed and standing is Standing.LATE else 0
    named = item.responsible.all()
    return Line(
        item=item,
        standing=standing,
        days_late=late,
        bodies=[Body(one.text, _is_viewers(one, viewer), one.is_lead) for one in named],
        counts=tally.counts,
        places=tally.places,
        own=own,
        doubts=_doubts_of(roadmap, item),
        is_running=_is_running(roadmap, item, standing, day),
    )


def _in_territory(
    roadmap: Roadmap, item: Item, counts: Counts, viewer: Viewer, day: datetime.date
) -> Standing:
    """The standing for a viewer; a draft has none yet, and some roles see the dates only."""
    if roadmap.status == Roadmap.Status.DRAFT:
        return Standing.DOUBT if is_doubtful(roadmap, item) else Standing.PLANNED
    if viewer.may(Permission.EXECUTION_READ):
        return together(counts)
    if item.ends_on and item.ends_on < day:
        return Standing.PAST
    begun = item.starts_on is None or item.starts_on <= day
    return Standing.WORK if begun else Standing.PLANNED


def _is_running(roadmap: Roadmap, item: Item, standing: Standing, day: datetime.date) -> bool:
    """Whether the plan is in force, the day is in the item's window and it is not yet accepted."""
    starts, ends = item.starts_on or day, item.ends_on or day
    unfinished = standing in UNFINISHED | {Standing.DONE}
    return roadmap.status == Roadmap.Status.APPROVED and unfinished and starts <= day <= ends


def _doubts_of(roadmap: Roadmap, item: Item) -> list[str]:
    return [one["message"] for one in roadmap.doubts if str(one["item"]) == item.number]


def is_doubtful(roadmap: Roadmap, item: Item) -> bool:
    """Whether the reader or the linter doubts the item's term: such a one never turns red."""
    return any(
        str(one["item"]) == item.number and one["code"] in DOUBTS_OF_TERM for one in roadmap.doubts
    )


def concerns(item: Item, viewer: Viewer) -> bool:
    """Whether the viewer's organization is to carry the item out. One query."""
    return item.pk in own_executions([item], viewer)


def _is_viewers(body: Responsible, viewer: Viewer) -> bool:
    if body.organization is not None:
        own = body.organization_id in (viewer.organization_id, viewer.territory_id)
        beside = body.organization.territory_id == viewer.territory_id
        return own or (beside and body.body in COMMON_BODIES.get(viewer.level, ()))
    return body.body in COMMON_BODIES.get(viewer.level, ())


@dataclass(frozen=True)
class Summary:
    """A plan in a list: how its items stand, and the nearest day by which one must be done."""

    roadmap: Roadmap
    counts: Counts
    executions: Counts
    nearest: datetime.date | None

    @property
    def total(self) -> int:
        return self.counts.total()

    @property
    def waiting(self) -> int:
        return self.executions[Standing.DONE]

    @property
    def percent(self) -> float | None:
        """Finished among all that counts in the viewer's territory, in percent; None of none."""
        return 100 * self.finished / self.owed if self.owed else None

    @property
    def finished(self) -> int:
        return sum(self.executions[one] for one in FINISHED)

    @property
    def owed(self) -> int:
        return self.executions.total()


def summaries(roadmaps: Iterable[Roadmap], viewer: Viewer, *, day: datetime.date) -> list[Summary]:
    """Plans with their counts by standing. Two queries, whatever the number of plans."""
    found = list(roadmaps)
    items: dict[int, list[Item]] = defaultdict(list)
    rows = Item.objects.visible_to(viewer).filter(roadmap__in=found).order_by("position")
    for item in rows.only("roadmap", "number", "starts_on", "ends_on"):
        items[item.roadmap_id].append(item)
    every = [item for some in items.values() for item in some]
    counts: defaultdict[int, Counts] = defaultdict(Counter)
    for root, standing, number in answers_in_all(
        every, Execution.objects.visible_to(viewer), day=day
    ):
        counts[root][standing] = number
    return [_summary(roadmap, items[roadmap.pk], counts, viewer, day) for roadmap in found]


def _summary(
    roadmap: Roadmap,
    items: Sequence[Item],
    counts: defaultdict[int, Counts],
    viewer: Viewer,
    day: datetime.date,
) -> Summary:
    stand = [(item, _in_territory(roadmap, item, counts[item.pk], viewer, day)) for item in items]
    executions: Counts = Counter()
    for item in items:
        executions.update(counts[item.pk])
    ahead = [item.ends_on for item, standing in stand if standing in UNFINISHED]
    return Summary(
        roadmap=roadmap,
        counts=Counter(standing for _, standing in stand),
        executions=executions,
        nearest=min((end for end in ahead if end and end >= day), default=None),
    )


def overdue(viewer: Viewer, *, day: datetime.date) -> Q:
    """Plans in force in which the viewer sees an execution whose day is over."""
    late = Execution.objects.visible_to(viewer).counted().overdue(day)
    return Q(pk__in=late.values("item__roadmap"), status=Roadmap.Status.APPROVED)


def line_of(execution: Execution, *, day: datetime.date) -> tuple[Standing, int]:
    """One execution's standing and by how many days its day is missed."""
    standing = standing_of(execution, day=day)
    unfinished = execution.state in (State.DRAFT, State.RETURNED)
    missed = unfinished and execution.due_on is not None and execution.due_on < day
    return standing, (day - execution.due_on).days if missed and execution.due_on else 0
