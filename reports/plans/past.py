"""The executions of a plan as they stood at the end of a day: what was done later is undone.

A row holds the present; the journal holds every act with what stood before it. Who owes an item
and which items are joined is taken as it is now.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, IntegerField, OuterRef, Q, QuerySet, Value
from django.utils import timezone

from organizations.access import Viewer
from organizations.models import Event, Organization, State
from roadmaps.models import IN_FORCE_ONCE, Execution, Item, Roadmap
from roadmaps.queries import ROADS, is_doubtful
from roadmaps.queries.answers import MIDDLE

MOVES = ("execution.sent", "execution.accepted", "execution.returned", "execution.draft")
PROOFS = ("execution.proved", "execution.unproved")
ACTS = (*MOVES, *PROOFS, "execution.postponed", "execution.told")
OWN = ("pk", "item", "organization", "state", "outcome", "sent_at", "decided_at", "starts_on",
       "due_on", "was_due_on", "is_doubtful", "started_at", "is_carried")  # fmt: skip
BESIDE = ("item__number", "item__roadmap", "organization__short_name", "organization__level",
          "organization__parent", "organization__parent__level",
          "root", "middle", "proved")  # fmt: skip


@dataclass(frozen=True)
class Act:
    """One line of the journal about an execution."""

    action: str
    at: datetime.datetime
    changes: Mapping[str, Any]


@dataclass
class Part:
    """What one organization owed on one item on a day, and by which road it counts for `root`.

    `execution` is never stored: it bears the state and the days of then.
    """

    execution: Execution
    road: str
    root: int
    middle: int
    plan: int
    number: str
    name: str
    level: int
    parent: int | None
    is_proved: bool
    parent_level: int | None = None
    returns: int = 0
    decisions: int = 0
    moves: Sequence[Act] = ()
    present: str = ""

    @property
    def key(self) -> tuple[int, int]:
        return self.root, self.execution.organization_id

    def was_unfinished(self, at: datetime.datetime) -> bool:
        """Whether nothing was handed in, or it was sent back, at a moment."""
        later = next((act for act in self.moves if act.at >= at), None)
        state = later.changes["state"][0] if later else self.present
        return state in (State.DRAFT, State.RETURNED)

    @property
    def sent_on(self) -> datetime.date | None:
        sent = self.execution.sent_at
        return timezone.localdate(sent) if sent else None


def end_of(day: datetime.date) -> datetime.datetime:
    """The first moment after a day, by the portal's clock."""
    following = day + datetime.timedelta(days=1)
    return timezone.make_aware(datetime.datetime.combine(following, datetime.time()))


def read(
    items: Sequence[Item],
    plans: Mapping[int, Roadmap],
    viewer: Viewer,
    *,
    day: datetime.date,
    within: Organization | None = None,
) -> list[Part]:
    """What the organizations of the viewer's territory, or of a part of it, owed at the end of a
    day on these items; each answer by the road that it took then. `plans` are the plan itself and
    those taken from it. Two queries.
    """
    end, found = end_of(day), _parts(items, viewer, within, day)
    acts = _acts(part.execution.pk for part in found)
    for part in found:
        _rewind(part, acts.get(part.execution.pk, []), plans.get(part.plan), end)
    return _counted(found, _below(plans, end))


def _parts(
    items: Sequence[Item], viewer: Viewer, within: Organization | None, day: datetime.date
) -> list[Part]:
    """All that bear on the items now, those that are carried by plans below among them."""
    rows = Execution.objects.visible_to(viewer).answerable(day)
    rows = rows.filter(item__roadmap__status__in=IN_FORCE_ONCE)
    if within is not None:
        rows = rows.filter(Q(organization=within) | Q(organization__parent=within))
    first, *rest = (_by_road(road, rows, items) for road in ROADS)
    return [_part(row) for row in first.union(*rest, all=True)]


def _by_road(road: str, rows: QuerySet[Execution], items: Iterable[Item]) -> QuerySet[Any, Any]:
    middle = F(MIDDLE[road]) if road in MIDDLE else Value(0, IntegerField())
    proofs = Execution.evidence.through.objects.filter(execution=OuterRef("pk"))
    return (
        rows.annotate(root=F(road), middle=middle, proved=Exists(proofs))
        .annotate(road=Value(ROADS.index(road)))
        .filter(root__in=[item.pk for item in items])
        .order_by()
        .values_list(*OWN, *BESIDE, "road")
    )


def _part(row: tuple[Any, ...]) -> Part:
    own = dict(zip(OWN, row, strict=False))
    number, plan, name, level, parent, parent_level, root, middle, proved, road = row[len(OWN) :]
    item, organization = own.pop("item"), own.pop("organization")
    return Part(
        execution=Execution(item_id=item, organization_id=organization, **own),
        road=ROADS[road],
        root=root,
        middle=middle,
        plan=plan,
        number=number,
        name=name,
        level=level,
        parent=parent,
        parent_level=parent_level,
        is_proved=proved,
    )


def _acts(executions: Iterable[int]) -> dict[int, list[Act]]:
    """The acts that changed executions, the oldest first."""
    keys = sorted({str(pk) for pk in executions})
    rows = Event.objects.filter(
        object_type=Execution._meta.label_lower, object_id__in=keys, action__in=ACTS
    )
    found: dict[int, list[Act]] = defaultdict(list)
    for key, *act in rows.order_by("pk").values_list("object_id", "action", "at", "changes"):
        found[int(key)].append(Act(*act))
    return found


# One execution


def _rewind(part: Part, acts: Sequence[Act], plan: Roadmap | None, end: datetime.datetime) -> None:
    """Undo what was done after the day, the latest act first."""
    kept = [act for act in acts if act.at < end]
    later = acts[len(kept) :]
    execution = part.execution
    part.present = execution.state
    part.moves = [act for act in acts if act.action in MOVES]
    if execution.started_at and execution.started_at >= end:
        execution.started_at = None
    for act in reversed(later):
        _undo(execution, act)
    _sent_anew(execution, kept, later)
    _moved_later(part, kept, later, plan)
    if not part.moves:
        execution.state = _state_by_dates(execution, end)
    if any(act.action in PROOFS for act in later):
        part.is_proved = bool(_proofs(kept))
    part.returns, part.decisions = _decisions(execution, kept)


def _undo(execution: Execution, act: Act) -> None:
    if act.action in MOVES:
        execution.state = act.changes["state"][0]
    elif act.action == "execution.postponed":
        execution.due_on = _day(act.changes["was"])
    elif act.action == "execution.told" and act.changes["point"]:
        execution.due_on = _day(act.changes["point"])


def _day(text: str) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def _sent_anew(execution: Execution, kept: Sequence[Act], later: Sequence[Act]) -> None:
    """A report handed in after the day gives way to the one before it, if there was one."""
    if any(act.action == "execution.sent" for act in later):
        before = [act.at for act in kept if act.action == "execution.sent"]
        execution.sent_at = before[-1] if before else None


def _moved_later(
    part: Part, kept: Sequence[Act], later: Sequence[Act], plan: Roadmap | None
) -> None:
    """A term that was moved after the day was not moved yet, and its doubt was not settled."""
    if not any(act.action == "execution.postponed" for act in later):
        return
    before = [act.changes["was"] for act in kept if act.action == "execution.postponed"]
    part.execution.was_due_on = _day(next((was for was in before if was), ""))
    if not before and plan is not None:
        part.execution.is_doubtful = is_doubtful(plan, Item(number=part.number))


def _state_by_dates(execution: Execution, end: datetime.datetime) -> str:
    """The state of a row that the journal does not know, such as one taken over from elsewhere."""
    if execution.decided_at and execution.decided_at >= end:
        sent = execution.sent_at
        return State.SENT if sent and sent < end else State.DRAFT
    return State.DRAFT if execution.sent_at and execution.sent_at >= end else execution.state


def _proofs(acts: Iterable[Act]) -> Counter[str]:
    found: Counter[str] = Counter()
    for act in acts:
        if act.action in PROOFS:
            named = Counter(act.changes["proofs"].split("; "))
            found = found + named if act.action == PROOFS[0] else found - named
    return found


def _decisions(execution: Execution, acts: Iterable[Act]) -> tuple[int, int]:
    """How often it was returned, and how often decided on at all."""
    counts = Counter(act.action for act in acts)
    returns = counts["execution.returned"]
    decided = returns + counts["execution.accepted"]
    if not decided and execution.state in (State.RETURNED, State.ACCEPTED):
        return int(execution.state == State.RETURNED), 1
    return returns, decided


# Which of them count


@dataclass(frozen=True)
class Below:
    """When the plans taken from a plan came into force, each in all its versions, and the end of
    the day asked for."""

    approved: Mapping[int, Sequence[datetime.datetime | None]]
    end: datetime.datetime

    def is_in_force(self, part: Part) -> bool:
        """Whether the plan of an execution was there by then, in this version or an older one."""
        moments = self.approved.get(part.plan, (None,))
        return any(moment is None or moment < self.end for moment in moments)

    def is_carried(self, part: Part, below: Sequence[Part]) -> bool:
        """Whether it was carried out under a plan below by then.

        A plan that comes into force takes over what is not handed in at that moment.
        """
        if not part.execution.is_carried:
            return False
        moments = [at for one in below for at in self.approved.get(one.plan, (None,))]
        if not moments or self.end > timezone.now():
            return True
        return any(at is None or (at < self.end and part.was_unfinished(at)) for at in moments)


def _below(plans: Mapping[int, Roadmap], end: datetime.datetime) -> Below:
    return Below({pk: _versions(plan, plans) for pk, plan in plans.items()}, end)


def _versions(plan: Roadmap, plans: Mapping[int, Roadmap]) -> list[datetime.datetime | None]:
    """When each version came into force: executions go from one to the next."""
    before = plans.get(plan.supersedes_id or 0)
    return [plan.approved_at, *(_versions(before, plans) if before else [])]


def _counted(parts: Sequence[Part], below: Below) -> list[Part]:
    """Each answer once, by the rule of `roadmaps.queries.carried_out_by`, with the plans below
    that were in force on the day: what a later one carries was still owed above."""
    by_key: dict[tuple[int, int], list[Part]] = defaultdict(list)
    for part in parts:
        by_key[part.key].append(part)
    return [part for some in by_key.values() for part in _answering(some, below)]


def _answering(parts: Sequence[Part], below: Below) -> list[Part]:
    item, taken, twice = ROADS
    top = next((part for part in parts if part.road == item), None)
    if top is None:
        return []
    if not below.is_carried(top, [part for part in parts if part.road != item]):
        return [top]
    known = [part for part in parts if below.is_in_force(part)]
    lowest = [part for part in parts if part.road == twice]
    middle = [
        part
        for part in known
        if part.road == taken
        and not below.is_carried(part, [one for one in lowest if _under(one, part)])
    ]
    owed = {part.execution.item_id for part in middle}
    return middle + [
        part
        for part in known
        if part.road == twice and part.middle not in owed and not part.execution.is_carried
    ]


def _under(lower: Part, upper: Part) -> bool:
    return lower.middle == upper.execution.item_id
