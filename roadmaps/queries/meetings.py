"""Events of plans: who sees them, who is invited, how many come, what still has no event."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value, When
from django.utils import timezone

from organizations.access import Permission, Viewer
from organizations.models import TREE, Kind, Level, Organization
from organizations.models.organization import OrganizationQuerySet
from roadmaps.models import Cohort, Execution, Item, Meeting, Participation, Roadmap
from roadmaps.queries.lines import own_places
from roadmaps.queries.proposals import kind_of

MOST_PEOPLE = 999  # of one organization at one event; a larger number is a slip of the hand
MOST_CLAUSES = 10  # points of one body in a closing order; nobody reads the eleventh
_STATE = Meeting.State


class Circle(StrEnum):
    """Who may be invited at once."""

    MUNICIPALITIES = "municipalities"
    SCHOOLS = "schools"
    BODIES = "bodies"
    COHORT = "cohort"
    OWN = "own"


@dataclass(frozen=True)
class Turnout:
    """How many organizations are invited, have answered, came; and how many people that is."""

    invited: int = 0
    answered: int = 0
    registered: int = 0
    present: int = 0
    attended: int = 0


def seen_by(viewer: Viewer) -> QuerySet[Meeting]:
    """The events a viewer sees, with their plans and holders."""
    rows = Meeting.objects.visible_to(viewer)
    return rows.select_related("item__roadmap__order", "item__roadmap__owner", "organization")


def own(viewer: Viewer) -> Q:
    """Events that the viewer's organization holds, or to which it is invited."""
    places = own_places(viewer)
    invited = Participation.objects.filter(organization__in=places).values("meeting")
    return Q(organization__in=places) | Q(pk__in=invited)


def may_hold(meeting: Meeting, viewer: Viewer) -> bool:
    """Whether the event is the viewer's own to prepare and to close."""
    own_one = meeting.organization_id in own_places(viewer)
    return own_one and viewer.may(Permission.EXECUTION_REPORT)


def is_past(meeting: Meeting, now: datetime.datetime) -> bool:
    """Whether it has begun: from then on nobody registers, and who came can be told."""
    return meeting.starts_at <= now


def participations(meeting: Meeting, viewer: Viewer) -> QuerySet[Participation]:
    """The invited organizations of the viewer's territory, by name."""
    if not viewer.may(Permission.EXECUTION_READ):
        return Participation.objects.none()
    rows = Participation.objects.visible_to(viewer).filter(meeting=meeting)
    return rows.select_related("organization__parent", "registered_by").order_by(
        "organization__level", "organization__short_name", "pk"
    )


def own_participation(meeting: Meeting, viewer: Viewer) -> Participation | None:
    """The invitation of the viewer's organization; its own before its territory's. One query."""
    rows = participations(meeting, viewer).filter(organization__in=own_places(viewer))
    ordered = sorted(rows, key=lambda row: row.organization_id != viewer.organization_id)
    return ordered[0] if ordered else None


def turnouts(meetings: Iterable[Meeting], viewer: Viewer) -> dict[int, Turnout]:
    """Event → its numbers over what the viewer sees of it. One query."""
    rows = Participation.objects.visible_to(viewer).filter(meeting__in=[one.pk for one in meetings])
    if not viewer.may(Permission.EXECUTION_READ):
        rows = rows.none()
    counted = (
        rows.order_by()
        .values("meeting")
        .annotate(
            invited=Count("pk"),
            answered=Count("registered"),
            people=Sum("registered"),
            present=Count("pk", Q(attended__gt=0)),
            came=Sum("attended"),
        )
    )
    return {
        row["meeting"]: Turnout(
            row["invited"], row["answered"], row["people"] or 0, row["present"], row["came"] or 0
        )
        for row in counted
    }


def unanswered(viewer: Viewer, now: datetime.datetime | None = None) -> QuerySet[Participation]:
    """Invitations ahead which the viewer's organization has not answered, the nearest first."""
    rows = Participation.objects.visible_to(viewer).filter(
        organization__in=own_places(viewer),
        registered=None,
        meeting__state=_STATE.PLANNED,
        meeting__starts_at__gt=now or timezone.now(),
        meeting__in=seen_by(viewer).values("pk"),
    )
    return (
        rows.exclude(meeting__organization__in=own_places(viewer))
        .select_related("meeting__organization")
        .order_by("meeting__starts_at", "pk")
    )


def unclosed(viewer: Viewer, now: datetime.datetime | None = None) -> QuerySet[Meeting]:
    """Own events that are over and whose outcome nobody has written down, the oldest first."""
    rows = seen_by(viewer).filter(
        organization__in=own_places(viewer),
        state=_STATE.PLANNED,
        starts_at__lte=now or timezone.now(),
    )
    return rows.order_by("starts_at", "pk")


def of_item(item: Item, viewer: Viewer) -> QuerySet[Meeting]:
    """The events of one item, the nearest first."""
    return seen_by(viewer).filter(item=item).order_by("starts_at", "pk")


def without_event(roadmap: Roadmap, viewer: Viewer) -> list[Item]:
    """Items that the viewer's organization owes, that speak of an event, and have none yet."""
    if roadmap.status != Roadmap.Status.APPROVED or not viewer.may(Permission.EXECUTION_REPORT):
        return []
    places = own_places(viewer)
    owed = (
        Execution.objects.visible_to(viewer)
        .unfinished()
        .filter(item=OuterRef("pk"), organization__in=places, is_carried=False)
    )
    held = Meeting.objects.filter(item=OuterRef("pk"), organization__in=places)
    items = Item.objects.visible_to(viewer).filter(
        Exists(owed), ~Exists(held.exclude(state=_STATE.CANCELLED)), roadmap=roadmap
    )
    return [item for item in items.order_by("position") if kind_of(item.title)]


# Whom to invite


def circles(meeting: Meeting) -> tuple[Circle, ...]:
    """The circles that make sense for who holds it; an item for a cohort goes no further."""
    level = meeting.organization.level
    if level == Level.SCHOOL:
        return (Circle.OWN,)
    if meeting.item.cohort_id is not None:
        return (Circle.COHORT, Circle.BODIES, Circle.OWN)
    towns = (Circle.MUNICIPALITIES,) if level == Level.REGION else ()
    return (*towns, Circle.SCHOOLS, Circle.BODIES, Circle.COHORT, Circle.OWN)


def invitees(
    meeting: Meeting, viewer: Viewer, circle: Circle, cohort: Cohort | None = None
) -> OrganizationQuerySet:
    """Working organizations of a circle that are not invited yet. Within the viewer's territory."""
    working = Organization.objects.visible_to(viewer).working(timezone.localdate())
    invited = Participation.objects.filter(meeting=meeting).values("organization")
    seeing = _seeing(meeting)
    return working.filter(seeing, _of_circle(meeting, circle, cohort)).exclude(pk__in=invited)


def _seeing(meeting: Meeting) -> Q:
    """Those who see the plan of the event: who is under its owner, and who is beside the holder.
    An event by a plan from below is no business of the holder's other territories."""
    node = Organization(pk=meeting.item.roadmap.owner.territory_id)
    under = Organization.objects.under(node).values("pk")
    return Q(pk__in=under) | Q(level=meeting.organization.level)


def _of_circle(meeting: Meeting, circle: Circle, cohort: Cohort | None) -> Q:
    match circle:
        case Circle.MUNICIPALITIES:
            return Q(kind=Kind.MUNICIPALITY)
        case Circle.SCHOOLS:
            return Q(kind=Kind.SCHOOL)
        case Circle.BODIES:
            beside = ~Q(kind__in=list(TREE)) & ~Q(pk=meeting.organization_id)
            return beside & Q(level=meeting.organization.level)
        case Circle.COHORT:
            asked = meeting.item.cohort_id or (cohort and cohort.pk)
            return Q(in_cohorts=asked) if asked else Q(pk__in=[])
        case Circle.OWN:
            return Q(pk=meeting.organization_id)


def cohorts_for(meeting: Meeting, viewer: Viewer) -> QuerySet[Cohort]:
    """The groups one may choose from: the item's own, or else those of the viewer's territory."""
    known = Cohort.objects.visible_to(viewer)
    asked = meeting.item.cohort_id
    return known.filter(pk=asked) if asked is not None else known


# What a held event comes to


@dataclass(frozen=True)
class Duty:
    """A point of the plan that is still to be done, and by whom: a level, or a body by name."""

    level: Level
    body: str
    number: str
    title: str
    term: str


@dataclass(frozen=True)
class Held:
    """Everything an order about a held event speaks of, as plain values."""

    kind: Meeting.Kind
    title: str
    starts_at: datetime.datetime
    ends_at: datetime.datetime | None
    place: str
    is_remote: bool
    audience: str
    issuer: str
    town: str
    item: str
    plan: str
    order_number: str
    order_date: datetime.date | None
    turnout: Turnout
    outcome: str
    materials: Sequence[str] = ()
    duties: Sequence[Duty] = ()


def held(meeting: Meeting, viewer: Viewer) -> Held:
    """What is known of a held event, for its closing order. Five queries."""
    plan = meeting.item.roadmap
    order = plan.order
    return Held(
        kind=Meeting.Kind(meeting.kind),
        title=meeting.title,
        starts_at=timezone.localtime(meeting.starts_at),
        ends_at=timezone.localtime(meeting.ends_at) if meeting.ends_at else None,
        place=meeting.place,
        is_remote=bool(meeting.link) and not meeting.place,
        audience=meeting.audience,
        issuer=_issuer(meeting),
        town=_town(meeting.organization),
        item=meeting.item.number,
        plan=plan.title,
        order_number=order.number if order else "",
        order_date=order.signed_on if order else None,
        turnout=turnouts([meeting], viewer).get(meeting.pk, Turnout()),
        outcome=meeting.outcome,
        materials=[one.title for one in meeting.materials.exclude(number=record_number(meeting))],
        duties=remaining(meeting, viewer),
    )


def record_number(meeting: Meeting) -> str:
    """The number under which the portal's own record of an event is kept as its proof."""
    return f"С-{meeting.pk}"


def _issuer(meeting: Meeting) -> str:
    """Who signs: the issuer of the plan's order when the same house holds the event."""
    plan = meeting.item.roadmap
    same = plan.owner.territory_id == meeting.organization.territory_id
    named = plan.order.issuer if plan.order and same else ""
    return named or meeting.organization.name


def _town(organization: Organization) -> str:
    if organization.level == Level.REGION:
        return ""
    above = organization.parent if organization.level == Level.SCHOOL else organization
    return above.short_name if above and above.level == Level.MUNICIPALITY else ""


def remaining(meeting: Meeting, viewer: Viewer) -> list[Duty]:
    """What of the same section of the plan the viewer's territory still has to do.

    Each point once for a level, and for the bodies of the region by name; ten of each at most.
    """
    item = meeting.item
    rows = (
        Execution.objects.visible_to(viewer)
        .unfinished()
        .counted()
        .filter(
            Q(item__cohort=None) | Q(item__cohort=item.cohort_id),
            item__roadmap=item.roadmap_id,
            organization__level__gte=meeting.organization.level,
        )
    )
    if item.section_id is not None:
        rows = rows.filter(item__section=item.section_id)
    named = Case(
        When(organization__kind__in=list(TREE), then=Value("")),
        default=F("organization__short_name"),
    )
    told = rows.exclude(item=item).exclude(organization=meeting.organization_id)
    found = (
        told.order_by("organization__level", "item__position")
        .values_list("organization__level", named, "item__number", "item__title", "item__term_text")
        .distinct()
    )
    return _most(Duty(Level(level), *words) for level, *words in found)


def _most(duties: Iterable[Duty]) -> list[Duty]:
    """The first ten of each body, grouped."""
    grouped: defaultdict[tuple[Level, str], list[Duty]] = defaultdict(list)
    for duty in duties:
        grouped[duty.level, duty.body].append(duty)
    return [duty for some in grouped.values() for duty in some[:MOST_CLAUSES]]
