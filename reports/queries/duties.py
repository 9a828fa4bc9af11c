"""What the year asked for besides works: actions of the plans, documents of the schools."""

import datetime
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q

from organizations.models import TREE, Document, Organization, State
from organizations.vsoko import LASTING, MONITORED
from reports.queries.tree import Tree, with_territories, worked
from roadmaps.models import Execution, Item, Responsible, Roadmap
from roadmaps.queries import COMMON_BODIES, DOUBTS_OF_TERM, Standing, standing_of


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
    """One action as it concerns one place."""

    item: Item
    standing: Standing


@dataclass(frozen=True)
class Plans:
    """The approved plans of a region and its parts with what was reported on them."""

    items: list[Item]
    responsible: dict[int, list[Responsible]]
    executions: dict[tuple[int, int], list[Execution]]
    on: datetime.date

    def duties(self, place: Organization) -> list[Duty]:
        """The actions that concern a place, in the order of the plans."""
        return [
            Duty(item, self._standing(item, place))
            for item in self.items
            if item.roadmap.owner.territory_id == place.pk or self._is_asked(item, place)
        ]

    def _is_asked(self, item: Item, place: Organization) -> bool:
        """Whether a plan of another level names the place, or all places of its kind."""
        meant = COMMON_BODIES.get(place.level, set())
        above = place.parent
        if item.roadmap.owner.territory_id not in (place.parent_id, above and above.parent_id):
            return False
        return any(
            body.organization.territory_id == place.pk if body.organization else body.body in meant
            for body in self.responsible[item.pk]
        )

    def _standing(self, item: Item, place: Organization) -> Standing:
        doubtful = {str(one["item"]) for one in item.roadmap.doubts
                    if one["code"] in DOUBTS_OF_TERM}  # fmt: skip
        reported = self.executions[item.pk, place.pk]
        return standing_of(item, reported, day=self.on, doubtful=item.number in doubtful)


def plans(tree: Tree, year: int, of: Collection[Organization], on: datetime.date) -> Plans:
    """The plans that touch the year, with the executions in these places. Three queries."""
    starts, ends = datetime.date(year, 1, 1), datetime.date(year, 12, 31)
    line = {place.pk for one in of for place in tree.line(one)}
    beside = ~Q(roadmap__owner__kind__in=list(TREE)) & Q(roadmap__owner__parent__in=line)
    rows = Item.objects.filter(
        Q(roadmap__owner__in=line) | beside,
        Q(ends_on=None) | Q(ends_on__gte=starts),
        Q(starts_on=None) | Q(starts_on__lte=ends),
        Q(roadmap__ends_on=None) | Q(roadmap__ends_on__gte=starts),
        Q(roadmap__starts_on=None) | Q(roadmap__starts_on__lte=ends),
        roadmap__status=Roadmap.Status.APPROVED,
    )
    items = list(rows.select_related("roadmap__owner", "roadmap__order"))
    return Plans(items, _responsible(items), _executions(tree, items, of), on)


def _responsible(items: Collection[Item]) -> dict[int, list[Responsible]]:
    found: dict[int, list[Responsible]] = defaultdict(list)
    for body in Responsible.objects.filter(item__in=items).select_related("organization"):
        found[body.item_id].append(body)
    return found


def _executions(
    tree: Tree, items: Collection[Item], of: Collection[Organization]
) -> dict[tuple[int, int], list[Execution]]:
    """What was reported in each place, by item and place."""
    own = [place.pk for place in of]
    inside = (
        Q(organization__in=own)
        | Q(organization__parent__in=own)
        | Q(organization__parent__parent__in=own)
    )
    rows = Execution.objects.filter(inside, item__in=items).select_related("organization")
    found: dict[tuple[int, int], list[Execution]] = defaultdict(list)
    for row in rows:
        node = tree.places.get(row.organization.territory_id)
        for place in tree.line(node) if node else []:
            found[row.item_id, place.pk].append(row)
    return found
