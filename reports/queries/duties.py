"""What the year asked for besides works: actions of the plans, documents of the schools."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Q, QuerySet

from organizations.models import TREE, Document, Organization, State
from organizations.vsoko import LASTING, MONITORED
from reports.queries.tree import NODES, Tree, with_territories, worked
from roadmaps.models import Execution, Item, Roadmap
from roadmaps.queries import Standing, standing_on, together
from roadmaps.queries.answers import answers


class Paper(NamedTuple):
    """Documents of one kind: of so many schools, and how they stand."""

    expected: int = 0
    accepted: int = 0
    sent: int = 0
    returned: int = 0

    @property
    def missing(self) -> int:
        return self.expected - self.accepted - self.sent - self.returned


Papers = dict[tuple[int, str], Paper]


def papers(tree: Tree, year: int, on: datetime.date) -> Papers:
    """The watched documents that hold in the calendar year, by place and kind. One query.

    A calendar year touches two school years; the newer document of the two counts.
    """
    holds = Q(year__in=(year, year + 1)) | Q(kind__in=list(LASTING))
    rows = Document.objects.filter(holds, organization__in=tree.schools, kind__in=MONITORED)
    rows = rows.exclude(state=State.DRAFT)
    states = {
        (school, kind): state
        for school, kind, state in rows.order_by("year", "pk").values_list(
            "organization", "kind", "state"
        )
    }
    found = {}
    for pk, school in tree.schools.items():
        for kind in MONITORED:
            state = states.get((pk, kind), State.DRAFT)
            is_in = state != State.DRAFT
            found[pk, kind.value] = Paper(
                expected=int(worked(school, on) or is_in),
                accepted=int(state == State.ACCEPTED),
                sent=int(state == State.SENT),
                returned=int(state == State.RETURNED),
            )
    return with_territories(found, tree, Paper)


@dataclass(frozen=True)
class Duty:
    """One action as it concerns one place; `missed` is the oldest day that somebody missed."""

    item: Item
    standing: Standing
    missed: datetime.date | None = None


@dataclass
class Tally:
    """How many organizations stand where, and the oldest day that one of the late has missed."""

    counts: Counter[Standing] = field(default_factory=Counter)
    missed: datetime.date | None = None

    def add(self, standing: Standing, due_on: datetime.date | None) -> None:
        self.counts[standing] += 1
        if standing == Standing.LATE and due_on:
            self.missed = min(self.missed or due_on, due_on)


Told = tuple[int, int, str, datetime.date | None]  # item, organization, standing, day it is due
Stand = dict[tuple[int, int], Tally]  # by item and place


@dataclass(frozen=True)
class Plans:
    """The plans of a region and its parts, and how the executions in each place stand.

    `direct` counts what was asked on an item itself, `whole` also what lower plans took from it.
    """

    items: list[Item]
    direct: Stand
    whole: Stand

    def duties(self, place: Organization) -> list[Duty]:
        """The actions that concern a place, in the order of the plans: those of its own plans
        with all that is done below, those of plans above as far as they ask the place itself."""
        found = [(item, self._tally(item, place)) for item in self.items]
        return [Duty(item, together(one.counts), one.missed) for item, one in found if one]

    def _tally(self, item: Item, place: Organization) -> Tally | None:
        is_own = item.roadmap.owner.territory_id == place.pk
        above = item.roadmap.owner.level < place.level
        tallies = self.whole if is_own else self.direct if above else {}
        return tallies.get((item.pk, place.pk))


def plans(tree: Tree, year: int, of: Collection[Organization], on: datetime.date) -> Plans:
    """The plans that touch the year, with the executions in these places on a day. Five queries."""
    starts, ends = datetime.date(year, 1, 1), datetime.date(year, 12, 31)
    line = {place.pk for one in of for place in tree.line(one)}
    beside = ~Q(roadmap__owner__kind__in=list(TREE)) & Q(roadmap__owner__parent__in=line)
    rows = Item.objects.filter(
        Q(roadmap__owner__in=line) | beside,
        Q(ends_on=None) | Q(ends_on__gte=starts),
        Q(starts_on=None) | Q(starts_on__lte=ends),
        Q(roadmap__ends_on=None) | Q(roadmap__ends_on__gte=starts),
        Q(roadmap__starts_on=None) | Q(roadmap__starts_on__lte=ends),
        roadmap__status__in=(Roadmap.Status.APPROVED, Roadmap.Status.CLOSED),
    )
    items = list(rows.select_related("roadmap__owner", "roadmap__order"))
    inside = Execution.objects.filter(_within([place.pk for place in of]))
    told = answers(items, inside, day=on)
    whole = _by_place(tree, told)
    return Plans(items, _by_place(tree, _asked_itself(items, inside, on)), whole)


def _within(places: Collection[int]) -> Q:
    return (
        Q(organization__in=places)
        | Q(organization__parent__in=places)
        | Q(organization__parent__parent__in=places)
    )


def _asked_itself(
    items: Collection[Item], executions: QuerySet[Execution], on: datetime.date
) -> Iterable[Told]:
    """What is owed on the items themselves and not carried out under a plan below. One query."""
    rows = executions.filter(item__in=items, is_carried=False).annotate(standing=standing_on(on))
    return rows.order_by().values_list("item", "organization", "standing", "due_on")


def _by_place(tree: Tree, told: Iterable[Told]) -> Stand:
    """How many organizations stand where: by item and every place of the tree they lie in."""
    found: Stand = defaultdict(Tally)
    bodies = Organization.objects.under(tree.region).exclude(kind__in=NODES)
    beside = dict(bodies.values_list("pk", "parent"))
    for item, organization, standing, due_on in told:
        node = tree.places.get(organization) or tree.places.get(beside.get(organization) or 0)
        for place in tree.line(node) if node else []:
            found[item, place.pk].add(Standing(standing), due_on)
    return found
