"""Who owes what once a plan is in force: one execution for each item and organization."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from organizations.models import Kind, Level, Organization, State
from roadmaps.models import Cohort, Execution, Item, Link, Responsible, Roadmap
from roadmaps.queries import COMMON_BODIES, is_doubtful, with_bodies

BATCH = 2000


@dataclass(frozen=True)
class Places:
    """The organizations that a plan's common words may mean, by level, and their upper nodes."""

    by_level: dict[int, list[int]]
    upper: dict[int, int | None]


def assign(roadmap: Roadmap, *, day: datetime.date | None = None) -> int:
    """Make the executions that the plan asks for and that are not there yet; tells how many."""
    before = Execution.objects.filter(item__roadmap=roadmap).count()
    rows = owed(roadmap, day=day)
    Execution.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    return Execution.objects.filter(item__roadmap=roadmap).count() - before


def owed(roadmap: Roadmap, *, day: datetime.date | None = None) -> list[Execution]:
    """The executions that the plan asks for, not stored.

    «МОУО» and «ММС» mean the municipality, «ОО» each school, both within the owner's territory;
    a named body means itself. An item without any known body is its owner's. The first body
    named, or the one marked, leads. A constant number of queries.
    """
    day = day or timezone.localdate()
    items = list(with_bodies(roadmap.items.order_by("position")))
    places, members = _places(roadmap.owner, day), _members(items)
    return [
        _execution(roadmap, item, organization, is_lead)
        for item in items
        for organization, is_lead in _owing(roadmap, item, places, members)
    ]


def _places(owner: Organization, day: datetime.date) -> Places:
    node = Organization.objects.get(pk=owner.territory_id)
    rows = Organization.objects.under(node).in_tree().working(day)
    by_level: dict[int, list[int]] = defaultdict(list)
    upper: dict[int, int | None] = {}
    for pk, level, parent, kind in rows.values_list("pk", "level", "parent", "kind"):
        upper[pk] = parent
        if level != Level.SCHOOL or kind == Kind.SCHOOL:
            by_level[level].append(pk)
    return Places(by_level, upper)


def _members(items: Sequence[Item]) -> dict[int, set[int]]:
    """Cohort → its organizations."""
    found: dict[int, set[int]] = defaultdict(set)
    asked = {item.cohort_id for item in items if item.cohort_id}
    rows = Cohort.members.through.objects.filter(cohort__in=asked)
    for cohort, organization in rows.values_list("cohort", "organization"):
        found[cohort].add(organization)
    return found


def _owing(
    roadmap: Roadmap, item: Item, places: Places, members: dict[int, set[int]]
) -> Iterator[tuple[int, bool]]:
    """The organizations that owe an item, each once, with whether it leads."""
    bodies = list(item.responsible.all())
    lead = next((body for body in bodies if body.is_lead), bodies[0] if bodies else None)
    owing: dict[int, bool] = {}
    for body in bodies:
        for organization in _meant(body, places):
            if not _is_bound(roadmap.owner, organization, places):
                continue
            owing[organization] = owing.get(organization, False) or body is lead
    if item.cohort_id is not None:
        owing = _within_cohort(owing, members[item.cohort_id], places)
    if not owing:
        owing = {_own_place(roadmap.owner): True}
    return iter(owing.items())


def _is_bound(owner: Organization, organization: int, places: Places) -> bool:
    """Whether a plan of this owner can ask the organization: below the region, only its own."""
    return owner.level == Level.REGION or organization in places.upper


def _meant(body: Responsible, places: Places) -> Iterable[int]:
    if body.organization is not None:
        return [_own_place(body.organization)]
    return [
        pk
        for level, codes in COMMON_BODIES.items()
        if body.body in codes
        for pk in places.by_level.get(level, ())
    ]


def _own_place(organization: Organization) -> int:
    """A body of the region answers itself; below, the node of the tree answers for its bodies."""
    below = organization.level > Level.REGION
    return organization.territory_id if below else organization.pk


def _within_cohort(owing: dict[int, bool], members: set[int], places: Places) -> dict[int, bool]:
    """Only members of the cohort and the municipalities above them; bodies of the region stay."""
    nodes = members | {upper for pk in members if (upper := places.upper.get(pk))}
    return {pk: lead for pk, lead in owing.items() if pk in nodes or pk not in places.upper}


def _execution(roadmap: Roadmap, item: Item, organization: int, is_lead: bool) -> Execution:
    doubtful = is_doubtful(roadmap, item)
    return Execution(
        item=item,
        organization_id=organization,
        is_lead=is_lead,
        starts_on=item.starts_on,
        due_on=None if doubtful else due_of(item),
        is_doubtful=doubtful,
    )


def due_of(item: Item, after: datetime.date | None = None) -> datetime.date | None:
    """The first control point of an item after a day; the end of a term that has none."""
    if item.control_points:
        return next((one for one in sorted(item.control_points) if not after or one > after), None)
    return None if item.is_window else item.ends_on


def carry(roadmap: Roadmap) -> int:
    """Mark what organizations owe on items above and now carry out under this plan's own items.

    An organization answers once: where a linked item below asks it too, the execution above that
    has not been handed in is counted through the lower one. Tells how many were marked.
    """
    return settle(uppers(roadmap))


def release(roadmap: Roadmap) -> int:
    """Undo `carry`: the plan above asks these organizations itself again, unless another plan
    below it does. Tells how many were released."""
    rows = Execution.objects.filter(item__in=uppers(roadmap), is_carried=True)
    return rows.filter(~_answered_below(apart_from=roadmap)).update(is_carried=False)


def uppers(roadmap: Roadmap) -> set[int]:
    """The items of the plans above, one level and two, that this plan's items carry out."""
    links = Link.objects.filter(lower__roadmap=roadmap)
    found = set(links.values_list("upper", "upper__links__upper"))
    return {pk for pair in found for pk in pair if pk is not None}


def settle(items: Collection[int]) -> int:
    """Bring `is_carried` of these items into line with the links below them.

    Safe to repeat; what has been handed in stays as it is. Tells how many were marked.
    """
    rows = Execution.objects.filter(item__in=items)
    rows.filter(~_answered_below(), is_carried=True).update(is_carried=False)
    unfinished = rows.filter(state__in=[State.DRAFT, State.RETURNED], is_carried=False)
    return unfinished.filter(_answered_below()).update(is_carried=True)


def _answered_below(apart_from: Roadmap | None = None) -> Exists | Q:
    """Whether the same organization has an execution of an item linked below, directly or not."""
    same = Execution.objects.filter(organization=OuterRef("organization"))
    # Under a closed plan nobody can report any more: what it left undone is asked above again.
    same = same.exclude(
        item__roadmap__status=Roadmap.Status.CLOSED, state__in=[State.DRAFT, State.RETURNED]
    )
    if apart_from is not None:
        same = same.exclude(item__roadmap=apart_from)
    direct = same.filter(item__links__upper=OuterRef("item"))
    further = same.filter(item__links__upper__links__upper=OuterRef("item"))
    return Exists(direct) | Exists(further)
