"""Reads of the organizations app: who looks, and the tree as of a day."""

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from organizations.access import Permission, Role, Viewer
from organizations.models import (
    TREE,
    Event,
    Kind,
    Level,
    Membership,
    Organization,
    OrganizationState,
    Substitution,
    User,
)
from organizations.models.organization import OrganizationQuerySet

OTHERS = [kind for kind in TREE if TREE[kind] == Level.SCHOOL and kind != Kind.SCHOOL]


def viewer_of(user: User, *, acting: int | None = None) -> Viewer | None:
    """The viewer a signed-in person is; None without a place. One query.

    `acting` is the substitution they have chosen to act under; it counts while it lasts.
    """
    membership = _acting_place(user, acting) if acting else None
    if membership is None:
        places = Membership.objects.current().filter(user=user, user__is_active=True)
        membership = places.select_related("organization").first()
    if membership is None:
        return None
    place = membership.organization
    return Viewer(
        user_id=user.pk,
        name=user.full_name,
        role=Role(membership.role),
        organization_id=place.pk,
        organization_name=place.short_name,
        territory_id=place.territory_id,
        level=place.level,
    )


def _acting_place(user: User, acting: int) -> Membership | None:
    valid = Substitution.objects.on(timezone.localdate()).filter(pk=acting, substitute=user)
    substitution = valid.select_related("membership__organization").first()
    return substitution.membership if substitution else None


@dataclass(frozen=True)
class Place:
    """An organization as it was on a day."""

    organization: Organization
    name: str
    full_name: str
    parent_id: int | None
    parent_code: str
    oktmo: str


def tree_as_of(organizations: OrganizationQuerySet, day: datetime.date) -> list[Place]:
    """These organizations that were open on the day, named and placed as they were then.

    One query; an organization without a recorded state on the day is taken as it is now.
    """
    return places_as_of(organizations.working(day), day)


def places_as_of(organizations: OrganizationQuerySet, day: datetime.date) -> list[Place]:
    """These organizations, closed ones too, named and placed as they were on the day. One query."""
    states = OrganizationState.objects.filter(organization=OuterRef("pk"), since__lte=day)
    newest = states.order_by("-since")
    rows: Any = organizations.select_related(
        "parent"
    ).annotate(  # the rows carry these too
        then_name=Subquery(newest.values("name")[:1]),
        then_short_name=Subquery(newest.values("short_name")[:1]),
        then_parent=Subquery(newest.values("parent")[:1]),
        then_parent_code=Subquery(newest.values("parent__code")[:1]),
        then_oktmo=Subquery(newest.values("oktmo")[:1]),
    )
    return [
        Place(
            organization=row,
            name=row.then_short_name or row.short_name,
            full_name=row.then_name or row.name,
            parent_id=row.then_parent or row.parent_id,
            parent_code=row.then_parent_code or (row.parent.code if row.parent else ""),
            oktmo=row.then_oktmo or row.oktmo,
        )
        for row in rows
    ]


def narrowed(
    places: Iterable[Place], *, words: str = "", kind: str = "", territory: int | None = None
) -> list[Place]:
    """The places directly in a territory, of a kind, in whose names or codes the words stand."""
    wanted = words.casefold().split()
    return [
        place
        for place in places
        if (territory is None or place.parent_id == territory)
        and (not kind or place.organization.kind == kind)
        and all(word in _searched(place) for word in wanted)
    ]


def _searched(place: Place) -> str:
    row = place.organization
    return f"{place.name} {place.full_name} {row.code} {row.inn} {row.fis_login}".casefold()


@dataclass(frozen=True)
class Territory:
    """A municipality on a day: how many schools and other organizations stand in it."""

    place: Place
    schools: int
    others: int
    closed: int


def territories(working: Iterable[Place], closed: Iterable[Place]) -> list[Territory]:
    """The municipalities among these places, by name, with what stands directly in each."""
    working = list(working)
    counts = Counter((place.parent_id, place.organization.kind) for place in working)
    ended = Counter(place.parent_id for place in closed)
    found = [
        Territory(
            place=place,
            schools=counts[place.organization.pk, Kind.SCHOOL],
            others=sum(counts[place.organization.pk, kind] for kind in OTHERS),
            closed=ended[place.organization.pk],
        )
        for place in working
        if place.organization.kind == Kind.MUNICIPALITY
    ]
    return sorted(found, key=lambda territory: territory.place.name)


def colleagues_at(territory: int, viewer: Viewer) -> QuerySet[Membership]:
    """Those who work for one node of the tree and may stand in for one another."""
    beside = Q(organization__parent=territory) & ~Q(organization__kind__in=list(TREE))
    current = Membership.objects.visible_to(viewer).current().filter(user__is_active=True)
    there = current.filter(Q(organization=territory) | beside)
    return there.select_related("user", "organization")


def acts_seen_by(viewer: Viewer) -> QuerySet[Event]:
    """The journal of the territory, or for a role without it: what was done with one's own."""
    if viewer.may(Permission.JOURNAL_READ):
        return Event.objects.visible_to(viewer)
    own = (viewer.organization_id, viewer.territory_id)
    return Event.objects.fit_for(viewer).filter(organization_id__in=own)
