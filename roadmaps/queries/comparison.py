"""A plan beside the plan above it, and the plans below beside it, as a viewer may see them."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q, QuerySet

from organizations.access import Permission, Viewer
from organizations.models import Level, Organization, State
from roadmaps.cascade import Kind, Line, Pair, Row, difference, propose
from roadmaps.models import Execution, Item, Link, Omission, Outcome, Roadmap
from roadmaps.queries.answers import PLACE, SCHOOL
from roadmaps.queries.lines import is_doubtful

IN_WORK = (Roadmap.Status.DRAFT, Roadmap.Status.APPROVED, Roadmap.Status.CLOSED)


def asked_in(upper: Roadmap, owner: Organization) -> QuerySet[Item]:
    """The items of a plan that ask the owner's territory: itself or anybody below it."""
    node = owner.territory_id
    within = Q(organization=node) | Q(organization__parent=node)
    asked = Execution.objects.filter(within, item__roadmap=upper)
    return Item.objects.filter(roadmap=upper, pk__in=asked.values("item"))


@dataclass(frozen=True)
class Reason:
    """Why an item is left out, when that was said, and how the level above took it."""

    text: str
    stated_at: datetime.datetime
    state: State | None = None
    decided_at: datetime.datetime | None = None
    remark: str = ""


@dataclass(frozen=True)
class Comparison:
    """Two plans side by side. `asked` are the items above that ask the territory of the lower
    plan; `reasons` are known to those alone whose territory it is."""

    above: Roadmap
    ours: Roadmap
    rows: Sequence[Row]
    items: dict[int, Item]
    asked: frozenset[int]
    doubtful: frozenset[int]
    reasons: dict[int, Reason]
    knows_reasons: bool

    def is_elsewhere(self, row: Row) -> bool:
        """Whether the row is left out because it asks nobody here."""
        return Kind.DROPPED in row.kinds and row.above[0].key not in self.asked

    def lacks_reason(self, row: Row) -> bool:
        return self.knows_reasons and row.lacks_reason and not self.is_elsewhere(row)

    @cached_property
    def open(self) -> list[Row]:
        """Rows for which a reason is still to be named."""
        return [row for row in self.rows if self.lacks_reason(row)]


def line_of_item(item: Item) -> Line:
    """An item as the pure comparison takes it; `responsible` is prefetched."""
    bodies = tuple(body.text for body in item.responsible.all())
    return Line(
        key=item.pk,
        number=item.number,
        title=item.title,
        term_text=item.term_text,
        start=item.starts_on,
        end=item.ends_on,
        bodies=bodies,
    )


def shown_items(roadmap: Roadmap, viewer: Viewer) -> list[Item]:
    """The items of a plan that a viewer sees, in its order, with their bodies. Two queries."""
    items = Item.objects.visible_to(viewer).filter(roadmap=roadmap)
    return list(items.prefetch_related("responsible").order_by("position"))


def compared(roadmap: Roadmap, viewer: Viewer) -> Comparison:
    """A plan beside the one above it, which the viewer sees, too. Eight queries."""
    above = roadmap.above
    assert above is not None  # noqa: S101 - the caller asks for a plan that has one
    upper, lower = shown_items(above, viewer), shown_items(roadmap, viewer)
    reasons = _reasons(roadmap, viewer)
    rows = difference(
        [line_of_item(one) for one in upper],
        [line_of_item(one) for one in lower],
        links_of(roadmap, [one.pk for one in upper], [one.pk for one in lower]),
        {pk: reason.text for pk, reason in reasons.items()},
    )
    return Comparison(
        above=above,
        ours=roadmap,
        rows=rows,
        items={one.pk: one for one in [*upper, *lower]},
        asked=frozenset(asked_in(above, roadmap.owner).values_list("pk", flat=True)),
        doubtful=frozenset(one.pk for one in upper if is_doubtful(above, one)),
        reasons=reasons,
        knows_reasons=_knows_reasons(roadmap, viewer),
    )


def _knows_reasons(roadmap: Roadmap, viewer: Viewer) -> bool:
    open_ = Organization.objects.open_to(viewer, Permission.EXECUTION_READ)
    return open_.filter(pk=roadmap.owner_id).exists()


def links_of(roadmap: Roadmap, upper: Iterable[int], lower: Iterable[int]) -> list[tuple[int, int]]:
    """The links of a plan between these items. One query."""
    links = Link.objects.filter(lower__roadmap=roadmap, upper__in=upper, lower__in=lower)
    return list(links.values_list("upper", "lower"))


def _reasons(roadmap: Roadmap, viewer: Viewer) -> dict[int, Reason]:
    """Why items are left out, with what the level above said of it, by item above. Two queries."""
    stated = list(Omission.objects.visible_to(viewer).filter(roadmap=roadmap))
    handed_in = Execution.objects.visible_to(viewer).filter(
        item__in=[one.item_id for one in stated], organization=roadmap.owner.territory_id
    )
    answers = {one.item_id: one for one in handed_in}
    return {one.item_id: _reason(one, answers.get(one.item_id)) for one in stated}


def _reason(omission: Omission, answer: Execution | None) -> Reason:
    given_up = answer is not None and answer.outcome == Outcome.NOT_APPLICABLE
    if answer is None or not given_up or answer.state == State.DRAFT:
        return Reason(omission.reason, omission.stated_at)
    return Reason(
        omission.reason,
        omission.stated_at,
        State(answer.state),
        answer.decided_at,
        answer.remark,
    )


# Links proposed


@dataclass(frozen=True)
class Proposal:
    """An item above with the items of the lower plan that carry it out, stored or proposed."""

    item: Item
    ours: Sequence[int]
    pairs: Sequence[Pair]


def proposals(roadmap: Roadmap, viewer: Viewer) -> tuple[list[Proposal], list[Item], bool]:
    """Each item above with its pairs, the items of the lower plan, and whether links are stored;
    where none are, they are proposed by likeness. Five queries."""
    assert roadmap.above is not None  # noqa: S101 - the caller asks for a plan that has one
    upper, lower = shown_items(roadmap.above, viewer), shown_items(roadmap, viewer)
    stored = links_of(roadmap, [one.pk for one in upper], [one.pk for one in lower])
    alike: dict[int, list[Pair]] = defaultdict(list)
    for pair in propose([line_of_item(one) for one in upper], [line_of_item(one) for one in lower]):
        alike[pair.above].append(pair)
    links: dict[int, list[int]] = defaultdict(list)
    proposed = [(pair.above, pair.ours) for pairs in alike.values() for pair in pairs]
    for above, ours in stored or proposed:
        links[above].append(ours)
    found = [Proposal(one, links[one.pk], alike[one.pk]) for one in upper]
    return found, lower, bool(stored)


# The plans below


@dataclass(frozen=True)
class Adopted:
    """A territory below a plan with what it made of it; `plan` is None where it made nothing yet.

    `taken` counts items that ask the territory and have a counterpart; `omitted` and `silent` are
    the numbers of those left out with a reason and without one; `own` counts added items.
    """

    place: Organization
    plan: Roadmap | None
    asked: int
    taken: int
    omitted: Sequence[str]
    silent: Sequence[str]
    own: int


def adopted_below(upper: Roadmap, viewer: Viewer) -> list[Adopted]:
    """The territories next below a plan's owner that it asks, by name. Seven queries."""
    numbers = {one.pk: one.number for one in _numbered(upper, viewer)}
    asked = _asked_by_place(upper, viewer, numbers)
    plans = plans_below(upper, viewer)
    pks = [plan.pk for plan in plans.values()]
    links = Link.objects.filter(lower__roadmap__in=pks, upper__in=numbers)
    omissions = Omission.objects.visible_to(viewer).filter(roadmap__in=pks, item__in=numbers)
    own = Item.objects.visible_to(viewer).filter(roadmap__in=pks, links=None)
    taken = _by_plan(links.values_list("lower__roadmap", "upper"))
    omitted = _by_plan(omissions.values_list("roadmap", "item"))
    added = _by_plan(own.values_list("roadmap", "pk"))
    places = Organization.objects.visible_to(viewer).filter(pk__in=asked)
    return [
        _adopted(place, plans.get(place.pk), asked[place.pk], numbers, (taken, omitted, added))
        for place in places.order_by("short_name", "pk")
    ]


def _numbered(upper: Roadmap, viewer: Viewer) -> QuerySet[Item]:
    items = Item.objects.visible_to(viewer).filter(roadmap=upper)
    return items.only("number").order_by("position")


def _asked_by_place(upper: Roadmap, viewer: Viewer, items: Collection[int]) -> dict[int, set[int]]:
    """Territory next below the plan's owner → the items that ask anybody in it."""
    place = PLACE if upper.owner.level == Level.REGION else SCHOOL
    rows = Execution.objects.visible_to(viewer).filter(item__in=items).order_by()
    found: dict[int, set[int]] = defaultdict(set)
    for where, item in rows.annotate(place=place).values_list("place", "item").distinct():
        if where is not None:
            found[where].add(item)
    return found


def plans_below(upper: Roadmap, viewer: Viewer) -> dict[int, Roadmap]:
    """The plans that the territories next below have made of a plan, by territory. One query."""
    rows = Roadmap.objects.visible_to(viewer).filter(above=upper, status__in=IN_WORK)
    # A plan of the region is taken by its own schools, too.
    below = Q(owner__level=upper.owner.level + 1) | Q(owner__parent=upper.owner.territory_id)
    rows = rows.filter(below).select_related("owner", "order")
    # A plan in force comes before its next version, which is still a draft.
    ordered = sorted(rows, key=lambda plan: plan.status != Roadmap.Status.DRAFT)
    return {plan.owner.territory_id: plan for plan in ordered}


def _by_plan(pairs: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for plan, item in pairs:
        found[plan].add(item)
    return found


def _adopted(
    place: Organization,
    plan: Roadmap | None,
    asked: set[int],
    numbers: dict[int, str],
    made: tuple[dict[int, set[int]], dict[int, set[int]], dict[int, set[int]]],
) -> Adopted:
    if plan is None:
        return Adopted(place, None, len(asked), 0, [], [], 0)
    taken, omitted, added = (found.get(plan.pk, set()) for found in made)
    left = asked - taken
    return Adopted(
        place=place,
        plan=plan,
        asked=len(asked),
        taken=len(asked & taken),
        omitted=[number for pk, number in numbers.items() if pk in left & omitted],
        silent=[number for pk, number in numbers.items() if pk in left - omitted],
        own=len(added),
    )
