"""An order on its way down: who was given it, who has read it, and where it stopped."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, When
from django.utils import timezone

from organizations.access import GRANTS, Permission, Role, Viewer
from organizations.models import Kind, Level, Membership, Organization
from organizations.models.organization import OrganizationQuerySet
from roadmaps.models import Delivery, Execution, Roadmap
from roadmaps.queries.lines import own_places

READERS = [role for role in Role if Permission.EXECUTION_READ in GRANTS[role]]


class Circle(StrEnum):
    """To which of its schools a municipality passes an order."""

    OWING = "owing"
    ALL = "all"


@dataclass(frozen=True)
class Below:
    """How many organizations under one are working, were given the order, and have read it."""

    working: int = 0
    passed: int = 0
    read: int = 0

    @property
    def unread(self) -> int:
        return self.passed - self.read


@dataclass(frozen=True)
class Hop:
    """An organization on an order's way down; `delivery` is None where it has not come yet."""

    organization: Organization
    delivery: Delivery | None
    people: Sequence[Delivery] = ()
    below: Below = Below()

    @property
    def is_closed(self) -> bool:
        closed = self.organization.closed_on
        return closed is not None and closed <= timezone.localdate()

    @property
    def is_municipality(self) -> bool:
        return self.organization.kind == Kind.MUNICIPALITY


def unread(viewer: Viewer) -> QuerySet[Delivery]:
    """Orders in force that the viewer's organization, or the viewer by name, has not read yet."""
    rows = Delivery.objects.visible_to(viewer).filter(
        Q(person=None) | Q(person=viewer.user_id),
        organization__in=own_places(viewer),
        read_at=None,
        roadmap__status=Roadmap.Status.APPROVED,
    )
    people = ("roadmap__order", "roadmap__owner", "organization", "passed_by")
    return rows.select_related(*people).order_by("passed_at", "pk")


def waiting_acknowledgement(roadmap: Roadmap, viewer: Viewer) -> Delivery | None:
    """What the viewer has to acknowledge on a plan, one's own name first. One query."""
    return unread(viewer).filter(roadmap=roadmap).order_by(F("person").asc(nulls_last=True)).first()


def days_unread(delivery: Delivery, today: datetime.date) -> int:
    return (today - timezone.localdate(delivery.passed_at)).days


def acquainted(roadmap: Roadmap, viewer: Viewer) -> Below:
    """How many organizations of the viewer's territory were given a plan and read it. One query."""
    rows = Delivery.objects.visible_to(viewer).filter(_counts(), roadmap=roadmap, person=None)
    found = rows.aggregate(passed=Count("pk"), read=Count("read_at"))
    return Below(passed=found["passed"], read=found["read"])


def _counts() -> Q:
    """Organizations that work today: closed ones stay in the list and out of the numbers."""
    return Q(organization__closed_on=None) | Q(organization__closed_on__gt=timezone.localdate())


# To whom


def may_pass_on(roadmap: Roadmap, viewer: Viewer) -> bool:
    """Whether a plan that the viewer sees is theirs to pass one level down."""
    in_force = roadmap.status == Roadmap.Status.APPROVED
    return in_force and viewer.may(Permission.ROADMAP_EDIT) and roadmap.owner.level <= viewer.level


def recipients(roadmap: Roadmap, viewer: Viewer, circle: Circle) -> OrganizationQuerySet:
    """Working organizations one level below the viewer which have not been given the plan.

    From the region: the municipalities, the region's own schools, and its bodies that the plan
    names. From a municipality: the schools that have items in it, or all. Items for a cohort
    widen no circle, or it would show by who was told.
    """
    working = Organization.objects.visible_to(viewer).working(timezone.localdate())
    given = Delivery.objects.filter(roadmap=roadmap, person=None)
    return (
        working.filter(_concerned(roadmap, viewer, circle))
        .exclude(pk=roadmap.owner_id)
        .exclude(pk__in=given.values("organization"))
        .order_by("level", "short_name", "pk")
    )


def _concerned(roadmap: Roadmap, viewer: Viewer, circle: Circle) -> Q:
    owing = Execution.objects.filter(item__roadmap=roadmap, item__cohort=None)
    asked = Q(pk__in=owing.values("organization"))
    match viewer.level:
        case Level.REGION:
            nodes = Q(kind__in=[Kind.MUNICIPALITY, Kind.SCHOOL])
            return Q(parent=viewer.territory_id) & (nodes | asked)
        case Level.MUNICIPALITY:
            schools = Q(parent=viewer.territory_id, level=Level.SCHOOL)
            return (
                schools & (asked | Q(kind=Kind.SCHOOL))
                if circle is Circle.ALL
                else (schools & asked)
            )
        case _:
            return Q(pk__in=[])


def readers_at(viewer: Viewer) -> QuerySet[Membership]:
    """Members of the viewer's school who may read plans; nobody at the levels above."""
    if viewer.level != Level.SCHOOL:
        return Membership.objects.none()
    members = Membership.objects.visible_to(viewer).current().select_related("user")
    return members.filter(organization=viewer.territory_id, user__is_active=True, role__in=READERS)


def people_to_tell(roadmap: Roadmap, viewer: Viewer) -> QuerySet[Membership]:
    """Those of them who have not been given this plan."""
    given = Delivery.objects.filter(roadmap=roadmap, organization=viewer.territory_id)
    return readers_at(viewer).exclude(user__in=given.exclude(person=None).values("person"))


# The tree


def first_hops(
    roadmap: Roadmap, viewer: Viewer, *, only_unread: bool = False
) -> OrganizationQuerySet:
    """The organizations directly below the region, those that are still to be given it as well."""
    below = Organization.objects.visible_to(viewer).filter(
        _concerned(roadmap, viewer, Circle.ALL) | Exists(_given(roadmap)),
        parent=viewer.territory_id,
    )
    return _shown(below.exclude(pk=roadmap.owner_id), roadmap, only_unread=only_unread).order_by(
        "-level", "short_name", "pk"
    )


def schools_of(
    roadmap: Roadmap, viewer: Viewer, place: int, *, only_unread: bool = False
) -> OrganizationQuerySet:
    """The schools of a municipality, and whatever else in it was given the plan."""
    inside = Organization.objects.visible_to(viewer).filter(parent=place, level=Level.SCHOOL)
    inside = inside.filter(Q(kind=Kind.SCHOOL) | Exists(_given(roadmap)))
    return _shown(inside, roadmap, only_unread=only_unread).order_by("short_name", "pk")


def everyone(
    roadmap: Roadmap, viewer: Viewer, place: int | None, *, only_unread: bool = False
) -> OrganizationQuerySet:
    """All hops of a branch, or of the viewer's territory, each town followed by its schools."""
    node = place or viewer.territory_id
    inside = Organization.objects.visible_to(viewer).filter(
        Q(pk=node) | Q(parent=node) | Q(parent__parent=node)
    )
    ways = Q(kind__in=[Kind.MUNICIPALITY, Kind.SCHOOL]) | Exists(_given(roadmap))
    town = Case(When(level=Level.SCHOOL, then=F("parent__short_name")), default=F("short_name"))
    rows = _shown(inside.filter(ways), roadmap, only_unread=only_unread).exclude(
        pk=roadmap.owner_id
    )
    return rows.select_related("parent").order_by(town, "level", "short_name", "pk")


def _shown(
    places: OrganizationQuerySet, roadmap: Roadmap, *, only_unread: bool
) -> OrganizationQuerySet:
    """Working organizations and closed ones that were given the plan; or only unread branches."""
    if not only_unread:
        working = Organization.objects.working(timezone.localdate())
        return places.filter(Q(pk__in=working.values("pk")) | Exists(_given(roadmap)))
    inside = Delivery.objects.filter(_counts(), roadmap=roadmap, read_at=None)
    here = inside.filter(organization=OuterRef("pk"))
    under = inside.filter(organization__parent=OuterRef("pk"), organization__level=Level.SCHOOL)
    return places.filter(Exists(here) | (Q(kind=Kind.MUNICIPALITY) & Exists(under)))


def _given(roadmap: Roadmap) -> QuerySet[Delivery]:
    return Delivery.objects.filter(roadmap=roadmap, organization=OuterRef("pk"))


def hops(places: Iterable[Organization], roadmap: Roadmap, viewer: Viewer) -> list[Hop]:
    """These organizations with what they were given, their people, and the schools under them.

    Three queries, whatever the number of organizations.
    """
    found = list(places)
    towns = [one.pk for one in found if one.kind == Kind.MUNICIPALITY]
    own, people = _deliveries(found, roadmap, viewer)
    below = _below(towns, roadmap, viewer)
    return [Hop(one, own.get(one.pk), people[one.pk], below.get(one.pk, Below())) for one in found]


def _deliveries(
    places: Sequence[Organization], roadmap: Roadmap, viewer: Viewer
) -> tuple[dict[int, Delivery], Mapping[int, list[Delivery]]]:
    rows = Delivery.objects.visible_to(viewer).filter(roadmap=roadmap, organization__in=places)
    own: dict[int, Delivery] = {}
    people: defaultdict[int, list[Delivery]] = defaultdict(list)
    for row in rows.select_related("person", "passed_by", "read_by").order_by("passed_at", "pk"):
        if row.person_id is None:
            own[row.organization_id] = row
        else:
            people[row.organization_id].append(row)
    return own, people


def _below(towns: Sequence[int], roadmap: Roadmap, viewer: Viewer) -> dict[int, Below]:
    """Municipality → its schools counted. Two queries."""
    schools = Organization.objects.visible_to(viewer).filter(parent__in=towns, kind=Kind.SCHOOL)
    working = _by_town(schools.working(timezone.localdate()), "parent", number=Count("pk"))
    given = Delivery.objects.visible_to(viewer).filter(
        _counts(), roadmap=roadmap, person=None,
        organization__parent__in=towns, organization__level=Level.SCHOOL,
    )  # fmt: skip
    passed = _by_town(given, "organization__parent", passed=Count("pk"), read=Count("read_at"))
    return {
        town: Below(working=working.get(town, {}).get("number", 0), **passed.get(town, {}))
        for town in towns
    }


def _by_town(rows: QuerySet[Any], town: str, **counts: Count) -> dict[int, dict[str, int]]:
    counted = rows.order_by().values(town).annotate(**counts)
    return {row.pop(town): row for row in map(dict, counted)}
