"""Reads of the organizations app: who looks, and the tree as of a day."""

import datetime
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from organizations.access import Role, Viewer
from organizations.models import (
    Membership,
    Organization,
    OrganizationState,
    Substitution,
    User,
)


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
    parent_id: int | None
    oktmo: str


def tree_as_of(organizations: QuerySet[Organization], day: datetime.date) -> list[Place]:
    """These organizations that were open on the day, named and placed as they were then.

    One query; an organization without a recorded state on the day is taken as it is now.
    """
    states = OrganizationState.objects.filter(organization=OuterRef("pk"), since__lte=day)
    newest = states.order_by("-since")
    rows = organizations.working(day).annotate(  # type: ignore[attr-defined]  # our own queryset
        then_name=Subquery(newest.values("short_name")[:1]),
        then_parent=Subquery(newest.values("parent")[:1]),
        then_oktmo=Subquery(newest.values("oktmo")[:1]),
    )
    return [
        Place(
            organization=row,
            name=row.then_name or row.short_name,
            parent_id=row.then_parent or row.parent_id,
            oktmo=row.then_oktmo or row.oktmo,
        )
        for row in rows
    ]
