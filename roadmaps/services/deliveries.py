"""Passing an order down: region to municipalities, municipality to schools, school to people."""

from collections.abc import Collection, Iterable

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from organizations.access import Permission, Viewer
from organizations.errors import Conflict, NotAllowed
from organizations.models import Level, Organization, User
from organizations.services import audit, guard, notices
from organizations.services.notices import Wanted
from roadmaps.models import Delivery, Roadmap
from roadmaps.queries import own_places
from roadmaps.queries.deliveries import Circle, people_to_tell, recipients


@transaction.atomic
def pass_on(roadmap: Roadmap, *, by: Viewer, circle: Circle = Circle.OWING) -> int:
    """Give a plan in force to the organizations one level down that do not have it yet.

    Tells how many are new; done twice, it adds nobody. `circle` matters from a municipality on
    down. Raises NotAllowed, or Conflict when the plan is not in force or is not passed from here.
    """
    roadmap = _held(roadmap, by)
    if by.level == Level.SCHOOL:
        raise Conflict("Ниже школы организаций нет: выберите людей, которых знакомите с приказом.")
    found = list(recipients(roadmap, by, circle))
    _give(roadmap, [(one.pk, None) for one in found], by)
    _note(roadmap, by, organizations=[str(one) for one in found])
    return len(found)


@transaction.atomic
def pass_to(roadmap: Roadmap, people: Collection[User], *, by: Viewer) -> int:
    """Give a plan in force to people of the viewer's own school by name; tells how many are new.

    Raises NotAllowed, or Conflict as `pass_on` and for somebody who is not of this school.
    """
    roadmap = _held(roadmap, by)
    if not people:
        raise Conflict("Отметьте хотя бы одного человека.")
    place = by.territory_id
    given = Delivery.objects.filter(roadmap=roadmap, organization=place, person__in=people)
    had = set(given.values_list("person", flat=True))
    new = [one for one in people if one.pk not in had]
    known = set(people_to_tell(roadmap, by).values_list("user", flat=True))
    if strangers := [one.full_name for one in new if one.pk not in known]:
        names = ", ".join(strangers)
        raise Conflict(f"Не работают в вашей организации или не видят планов: {names}.")
    _give(roadmap, [(place, one.pk) for one in new], by)
    _note(roadmap, by, people=[one.full_name for one in new])
    return len(new)


def _held(roadmap: Roadmap, by: Viewer) -> Roadmap:
    """The plan as it is now; whoever passes it on at the same moment waits."""
    guard.require(by, Permission.ROADMAP_EDIT, Organization.objects.get(pk=by.territory_id))
    if not Roadmap.objects.visible_to(by).filter(pk=roadmap.pk).exists():
        raise NotAllowed("Этот план вам не виден.")
    rows = Roadmap.objects.select_for_update(of=("self",), no_key=True)
    roadmap = rows.select_related("owner", "order").get(pk=roadmap.pk)
    if roadmap.status != Roadmap.Status.APPROVED:
        now = roadmap.get_status_display()
        raise Conflict(f"План сейчас не действует ({now}): доводят только действующий.")
    if roadmap.owner.level > by.level:
        raise Conflict(f"Свой план доводит его владелец: {roadmap.owner}.")
    return roadmap


def _give(roadmap: Roadmap, to: Iterable[tuple[int, int | None]], by: Viewer) -> None:
    rows = [
        Delivery(roadmap=roadmap, organization_id=place, person_id=person, passed_by_id=by.user_id)
        for place, person in to
    ]
    Delivery.objects.bulk_create(rows)
    notices.notify_many(_told(roadmap, row) for row in rows)


def _told(roadmap: Roadmap, row: Delivery) -> Wanted:
    order = roadmap.order
    number = f" № {order.number}" if order and order.number else ""
    return Wanted(
        organization_id=row.organization_id,
        kind="roadmap.passed_on",
        subject=f"Ознакомьтесь с приказом{number}",
        text=roadmap.title,
        url=reverse("roadmaps:roadmap", args=[roadmap.pk]),
        key=f"roadmap.passed_on:{roadmap.pk}:{row.person_id or ''}",
        permission=Permission.EXECUTION_READ,
        user_id=row.person_id,
    )


def _note(roadmap: Roadmap, by: Viewer, **names: list[str]) -> None:
    if any(names.values()):
        audit.record("roadmap.passed_on", roadmap, by=by, organization=by.territory_id, **names)


@transaction.atomic
def acknowledge(delivery: Delivery, *, by: Viewer) -> Delivery:
    """Note that the order was read: by somebody of the organization, or by the person named.

    The first reading stays: said again, it changes nothing. Raises NotAllowed.
    """
    guard.require(by, Permission.EXECUTION_READ, delivery)
    if delivery.organization_id not in own_places(by):
        raise NotAllowed("Знакомится сама организация: вы видите, прочитала ли она приказ.")
    if delivery.person_id not in (None, by.user_id):
        raise NotAllowed("Этот приказ доведён до другого человека: знакомится он сам.")
    row = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if row.read_at is None:
        row.read_at, row.read_by_id = timezone.now(), by.user_id
        row.save(update_fields=["read_at", "read_by"])
        audit.record("delivery.read", row, by=by)
    return row
