"""Reads of plans: where each item stands, counted and dated, for one viewer."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
    When,
)

from organizations.access import Permission, Viewer
from organizations.models import Level, Organization, State
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
    ELSEWHERE = "na"


WORDS = {
    Standing.PLANNED: "не начато",
    Standing.WORK: "в работе",
    Standing.DONE: "ждёт приёмки",
    Standing.ACCEPTED: "принято",
    Standing.RETURNED: "возвращено",
    Standing.LATE: "просрочено",
    Standing.DOUBT: "срок под вопросом",
    Standing.ELSEWHERE: "исполняют другие",
}
UNFINISHED = {Standing.PLANNED, Standing.WORK, Standing.RETURNED}

DOUBTS_OF_TERM = {"deadline_before_order", "impossible_date", "no_deadline", "year_not_known"}

# The words of a plan that mean every organization of a level.
COMMON_BODIES = {2: {"mouo", "mms"}, 3: {"school", "school_coordinator", "teachers"}}
UNKNOWN_BODY = "other"


@dataclass(frozen=True)
class Body:
    """A responsible body in the plan's words, and whether it is the viewer's own."""

    text: str
    is_own: bool


@dataclass(frozen=True)
class Line:
    """One item as a page shows it."""

    item: Item
    standing: Standing
    days_late: int
    bodies: Sequence[Body]
    reports: Mapping[State, int]
    doubts: Sequence[str]
    is_running: bool

    @property
    def is_mine(self) -> bool:
        return any(body.is_own for body in self.bodies)

    @property
    def waiting(self) -> int:
        return self.reports.get(State.SENT, 0)


def standing_of(
    item: Item, executions: Iterable[Execution], *, day: datetime.date, doubtful: bool = False
) -> Standing:
    """The standing of an item on a day; the least advanced of several reports decides."""
    return _standing(item, {State(one.state) for one in executions}, day, doubtful)


def _standing(
    item: Item, states: Collection[State], day: datetime.date, doubtful: bool
) -> Standing:
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


def lines(
    roadmap: Roadmap, viewer: Viewer, *, day: datetime.date, only: Item | None = None
) -> list[Line]:
    """The items of a plan, or only one, as they stand in the viewer's territory. Three queries."""
    items = _with_bodies(roadmap.items.select_related("section"))
    if only is not None:
        items = items.filter(pk=only.pk)
    reports = _reports(Execution.objects.filter(item__in=items.values("pk")), viewer)
    return [_line(roadmap, item, reports[item.pk], viewer, day) for item in items]


def _with_bodies(items: QuerySet[Item]) -> QuerySet[Item]:
    named = Responsible.objects.select_related("organization")
    return items.prefetch_related(Prefetch("responsible", named))


def _reports(executions: QuerySet[Execution], viewer: Viewer) -> defaultdict[int, Counter[State]]:
    """How many reports the viewer's territory handed in on each item, by state. One query."""
    seen = Execution.objects.visible_to(viewer).exclude(state=State.DRAFT)
    rows = seen.filter(pk__in=executions.values("pk")).order_by().values_list("item", "state")
    found: defaultdict[int, Counter[State]] = defaultdict(Counter)
    for item, state, number in rows.annotate(number=Count("pk")):
        found[item][State(state)] = number
    return found


def _line(
    roadmap: Roadmap, item: Item, reports: Counter[State], viewer: Viewer, day: datetime.date
) -> Line:
    standing = _in_territory(roadmap, item, reports, viewer, day)
    late = (day - item.ends_on).days if item.ends_on and standing is Standing.LATE else 0
    bodies = [Body(body.text, _is_viewers(body, viewer)) for body in item.responsible.all()]
    return Line(
        item=item,
        standing=standing,
        days_late=late,
        bodies=bodies,
        reports=reports,
        doubts=_doubts_of(roadmap, item),
        is_running=_is_running(roadmap, item, standing, day),
    )


def _in_territory(
    roadmap: Roadmap, item: Item, reports: Counter[State], viewer: Viewer, day: datetime.date
) -> Standing:
    """The standing for a viewer: a plan not in force has no lateness, others' items no state."""
    standing = _standing(item, reports, day, _is_doubtful(roadmap, item))
    if roadmap.status != Roadmap.Status.APPROVED and standing in (Standing.WORK, Standing.LATE):
        return Standing.PLANNED
    if not reports and not _concerns(roadmap, item, viewer):
        return Standing.ELSEWHERE
    return standing


def _is_running(roadmap: Roadmap, item: Item, standing: Standing, day: datetime.date) -> bool:
    """Whether the plan is in force, the day is in the item's window and it is not yet accepted."""
    starts, ends = item.starts_on or day, item.ends_on or day
    unfinished = standing in UNFINISHED | {Standing.DONE}
    return roadmap.status == Roadmap.Status.APPROVED and unfinished and starts <= day <= ends


def _doubts_of(roadmap: Roadmap, item: Item) -> list[str]:
    return [one["message"] for one in roadmap.doubts if str(one["item"]) == item.number]


def _is_doubtful(roadmap: Roadmap, item: Item) -> bool:
    return any(
        str(one["item"]) == item.number and one["code"] in DOUBTS_OF_TERM for one in roadmap.doubts
    )


def concerns(item: Item, viewer: Viewer) -> bool:
    """Whether the viewer's organization carries the item out: it is named, or it is the owner's."""
    if item.roadmap.owner_id in {viewer.organization_id, viewer.territory_id}:
        return True
    return any(_is_viewers(body, viewer) for body in item.responsible.all())


def _is_viewers(body: Responsible, viewer: Viewer) -> bool:
    if body.organization is not None:
        own = body.organization_id in (viewer.organization_id, viewer.territory_id)
        beside = body.organization.territory_id == viewer.territory_id
        return own or (beside and body.body in COMMON_BODIES.get(viewer.level, ()))
    return body.body in COMMON_BODIES.get(viewer.level, ())


def _concerns(roadmap: Roadmap, item: Item, viewer: Viewer) -> bool:
    """Whether anyone in the viewer's territory is to carry the item out; in doubt, yes."""
    bodies = item.responsible.all()
    if roadmap.owner.level >= viewer.level or not bodies:
        return True
    return any(_works_below(body, viewer) for body in bodies)


def _works_below(body: Responsible, viewer: Viewer) -> bool:
    if (place := body.organization) is not None:
        return viewer.territory_id in (place.territory_id, place.parent_id)
    common = [codes for level, codes in COMMON_BODIES.items() if level >= viewer.level]
    return body.body == UNKNOWN_BODY or any(body.body in codes for codes in common)


@dataclass(frozen=True)
class Summary:
    """A plan in a list: how its items stand, and the nearest day by which one must be done."""

    roadmap: Roadmap
    counts: Counter[Standing]
    nearest: datetime.date | None
    waiting: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def summaries(roadmaps: Iterable[Roadmap], viewer: Viewer, *, day: datetime.date) -> list[Summary]:
    """Plans with their counts by standing. Three queries, whatever the number of plans."""
    found = list(roadmaps)
    items: dict[int, list[Item]] = defaultdict(list)
    rows = Item.objects.filter(roadmap__in=found)
    for item in _with_bodies(rows.defer("title", "result")):
        items[item.roadmap_id].append(item)
    reports = _reports(Execution.objects.filter(item__roadmap__in=found), viewer)
    return [_summary(roadmap, items[roadmap.pk], reports, viewer, day) for roadmap in found]


def _summary(
    roadmap: Roadmap,
    items: list[Item],
    reports: Mapping[int, Counter[State]],
    viewer: Viewer,
    day: datetime.date,
) -> Summary:
    told = [_line(roadmap, item, reports[item.pk], viewer, day) for item in items]
    ahead = [line.item.ends_on for line in told if line.standing in UNFINISHED]
    return Summary(
        roadmap=roadmap,
        counts=Counter(line.standing for line in told),
        nearest=min((end for end in ahead if end and end >= day), default=None),
        waiting=sum(line.waiting for line in told),
    )


def overdue(viewer: Viewer, *, day: datetime.date) -> Q:
    """Plans in force with an item past its end on which the viewer sees nothing handed in."""
    handed_in = Execution.objects.visible_to(viewer).exclude(state=State.DRAFT)
    ended = Item.objects.filter(roadmap=OuterRef("pk"), ends_on__lt=day)
    late = Exists(ended.exclude(pk__in=handed_in.values("item")))
    return Q(late, status=Roadmap.Status.APPROVED)


def readers(roadmap: Roadmap) -> int:
    """How many organizations of the tree see the plan once it is approved."""
    node = roadmap.owner.parent if roadmap.owner.is_body else roadmap.owner
    return Organization.objects.under(node or roadmap.owner).in_tree().count()


def reports_on(item: Item, viewer: Viewer) -> QuerySet[Execution]:
    """What the viewer's territory handed in on an item: what waits first, then by name."""
    order = Case(
        When(state=State.SENT, then=Value(0)),
        When(state=State.RETURNED, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    rows = Execution.objects.visible_to(viewer).filter(item=item).exclude(state=State.DRAFT)
    people = ("organization__parent", "sent_by", "decided_by")
    return rows.select_related(*people).order_by(order, "organization__short_name", "pk")


def may_decide(execution: Execution, viewer: Viewer) -> bool:
    """Whether this report, seen by the viewer, waits for their decision."""
    own = execution.organization_id in (viewer.organization_id, viewer.territory_id)
    return (
        viewer.may(Permission.EXECUTION_ACCEPT)
        and execution.state == State.SENT
        and (not own or viewer.level == Level.REGION)
    )


def to_accept(viewer: Viewer) -> QuerySet[Execution]:
    """The reports of which `may_decide` is true, the longest waiting first."""
    rows = Execution.objects.open_to(viewer, Permission.EXECUTION_ACCEPT)
    waiting = rows.filter(state=State.SENT)
    if viewer.level > Level.REGION:
        own = (viewer.organization_id, viewer.territory_id)
        waiting = waiting.exclude(organization__in=own)
    return waiting.select_related("item__roadmap", "organization__parent").order_by("sent_at", "pk")
