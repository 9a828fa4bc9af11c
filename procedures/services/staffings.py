"""Observers and checkers: their register, a proposal of who goes where, changes, approval."""

from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from organizations.access import Permission, Viewer
from organizations.errors import Conflict, NotAllowed
from organizations.models import Level, Organization, User
from organizations.services import audit, guard, notices
from organizations.services.notices import Wanted
from organizations.templatetags.ru import day
from procedures import assignment
from procedures.assignment import AssignmentError, Person, Seat
from procedures.models import Assignment, Candidate, Registration, Staffing, StaffKind, Work

PER_SCHOOL, PER_ROOM = "school", "room"


@transaction.atomic
def enter(
    organization: Organization,
    *,
    kind: str,
    post: str,
    user: User | None,
    interests: Iterable[Organization],
    most: int,
    by: Viewer,
    is_active: bool = True,
) -> Candidate:
    """Enter a candidate who works in the organization. Raises NotAllowed, or Conflict."""
    guard.require(by, Permission.HOLDING_MANAGE, organization)
    _refuse_unknown(post, user, organization, kind)
    row = Candidate.objects.create(
        organization=organization, kind=kind, post=post, user=user, most=most, is_active=is_active
    )
    row.interests.set(interests)
    audit.record("candidate.entered", row, by=by, kind=StaffKind(kind).label)
    return row


@transaction.atomic
def change(
    row: Candidate,
    *,
    post: str,
    interests: Iterable[Organization],
    most: int,
    is_active: bool,
    by: Viewer,
) -> Candidate:
    """Correct a candidate; who they are on the portal and where they work stay."""
    guard.require(by, Permission.HOLDING_MANAGE, row)
    if row.user_id is None and not post:
        raise Conflict("Укажите должность: без неё непонятно, кто это.")
    row.post, row.most, row.is_active = post, most, is_active
    row.save(update_fields=["post", "most", "is_active"])
    before = _codes(row)
    row.interests.set(interests)
    audit.record("candidate.changed", row, by=by, interests=[before, _codes(row)])
    return row


def _codes(row: Candidate) -> str:
    codes = row.interests.order_by("code").values_list("code", flat=True)
    return ", ".join(codes) or "нет"


def _refuse_unknown(post: str, user: User | None, organization: Organization, kind: str) -> None:
    if user is None and not post:
        raise Conflict("Укажите должность или человека с портала.")
    if user is None:
        return
    if not user.memberships.current().filter(organization=organization).exists():
        raise Conflict(f"{user.full_name} не работает в организации «{organization}».")
    if Candidate.objects.filter(user=user, kind=kind).exists():
        raise Conflict(f"{user.full_name} уже в списке.")


@transaction.atomic
def propose(territory: Organization, work: Work, *, kind: str, each: str, by: Viewer) -> Staffing:
    """Propose who goes where: to every registered school of the territory, or to every room.

    A new proposal replaces one that is not approved. Raises NotAllowed, or Conflict when there is
    nobody, nowhere to go, or the list is approved already.
    """
    guard.require(by, Permission.HOLDING_MANAGE, territory)
    if territory.level == Level.SCHOOL:
        raise NotAllowed("Наблюдателей и проверяющих назначают муниципалитет и центр мониторинга.")
    Organization.objects.select_for_update().get(pk=territory.pk)
    old = Staffing.objects.filter(organization=territory, work=work, kind=kind).first()
    if old and old.status == Staffing.Status.APPROVED:
        raise Conflict("Назначение уже утверждено. Меняйте людей в нём по одному, с причиной.")
    places = _places(territory, work, each)
    people = _people(Candidate.objects.open_to(by, Permission.HOLDING_MANAGE), kind, old)
    if not places:
        raise Conflict("Ни одна школа территории ещё не заявила классы на эту работу.")
    if not people:
        raise Conflict(f"В списке нет ни одного кандидата ({StaffKind(kind).label}). Внесите их.")
    seats = [_seat(number, place) for number, place in enumerate(places)]
    try:
        found = assignment.assign(people, seats)
    except AssignmentError as error:
        raise Conflict(str(error)) from error
    row = _kept(territory, work, kind, found.is_proven, by)
    Assignment.objects.bulk_create(
        Assignment(
            staffing=row,
            organization=place.organization,
            held_on=place.held_on,
            place=place.place,
            candidate_id=found.people[number],
        )
        for number, place in enumerate(places)
    )
    filled = sum(key is not None for key in found.people.values())
    audit.record("staffing.proposed", row, by=by, places=len(places), filled=filled)
    return row


def _kept(territory: Organization, work: Work, kind: str, is_proven: bool, by: Viewer) -> Staffing:
    row, created = Staffing.objects.update_or_create(
        organization=territory,
        work=work,
        kind=kind,
        defaults={"method": assignment.METHOD, "is_proven": is_proven, "made_by_id": by.user_id},
    )
    if not created:
        row.assignments.all().delete()
    return row


def _places(territory: Organization, work: Work, each: str) -> list[Assignment]:
    """The places to fill, school by school; not saved yet."""
    schools = Organization.objects.under(territory).values("pk")
    rows = (
        Registration.objects.filter(
            work=work, organization__in=schools, state=Registration.State.REGISTERED
        )
        .select_related("organization")
        .order_by("organization__code")
    )
    return [
        Assignment(organization=row.organization, held_on=row.held_on, place=place)
        for row in rows
        if row.held_on
        for place in range(1, 1 + ((row.rooms or 1) if each == PER_ROOM else 1))
    ]


def _people(candidates: QuerySet[Candidate], kind: str, staffing: Staffing | None) -> list[Person]:
    """The candidates who may be sent, with the days another list has them. Three queries."""
    rows = list(
        candidates.filter(kind=kind, is_active=True)
        .select_related("organization")
        .prefetch_related("interests")
        .order_by("pk")
    )
    busy: dict[int, set[int]] = defaultdict(set)
    elsewhere = Assignment.objects.filter(candidate__in=rows).exclude(staffing=staffing)
    for key, held_on in elsewhere.values_list("candidate", "held_on"):
        busy[key].add(held_on.toordinal())
    return [_person(row, busy[row.pk]) for row in rows]


def _person(row: Candidate, busy: Iterable[int]) -> Person:
    return Person(
        key=row.pk,
        organization=row.organization_id,
        municipality=_municipality(row.organization),
        most=row.most,
        interests=frozenset(one.pk for one in row.interests.all()),
        busy=frozenset(busy),
    )


def _municipality(organization: Organization) -> int:
    """The municipality of a school or of a body beside one; the region for the region's bodies."""
    if organization.level == Level.SCHOOL and organization.parent_id:
        return organization.parent_id
    return organization.territory_id


def _seat(number: int, place: Assignment) -> Seat:
    school = place.organization
    return Seat(number, school.pk, _municipality(school), place.held_on.toordinal())


@transaction.atomic
def replace(row: Assignment, candidate: Candidate | None, *, reason: str, by: Viewer) -> Assignment:
    """Send another person, or nobody, and say why; the rules of the proposal hold by hand too.

    Raises NotAllowed, or Conflict with the rule that would be broken.
    """
    guard.require(by, Permission.HOLDING_MANAGE, row)
    if not reason.strip():
        raise Conflict("Напишите, почему назначаете вручную.")
    staffing = Staffing.objects.select_for_update().get(pk=row.staffing_id)
    if candidate is not None:
        guard.require(by, Permission.HOLDING_MANAGE, candidate)
        if words := _broken(staffing, row, candidate):
            raise Conflict(f"{candidate}: {words}. Выберите другого.")
    was, row.candidate, row.reason = row.candidate_id, candidate, reason.strip()
    row.save(update_fields=["candidate", "reason"])
    audit.record(
        "staffing.replaced", staffing, by=by,
        candidate=[f"№ {was}" if was else "никто", f"№ {candidate.pk}" if candidate else "никто"],
        place=str(row), reason=row.reason,
    )  # fmt: skip
    if staffing.status == Staffing.Status.APPROVED:
        _tell(staffing.assignments.filter(pk=row.pk))
    return row


def _broken(staffing: Staffing, row: Assignment, candidate: Candidate) -> str:
    if candidate.kind != staffing.kind or not candidate.is_active:
        return "этого человека сейчас нельзя назначить сюда"
    others = list(
        staffing.assignments.exclude(pk=row.pk)
        .exclude(candidate=None)
        .select_related("organization")
    )
    keys = {candidate.pk, *(other.candidate_id for other in others if other.candidate_id)}
    rows = Candidate.objects.filter(pk__in=keys)
    people = {one.key: one for one in _people(rows, staffing.kind, staffing)} | _retired(rows)
    taken = [
        (people[other.candidate_id], _seat(number, other))
        for number, other in enumerate(others, start=1)
        if other.candidate_id
    ]
    return assignment.broken_rule(people[candidate.pk], _seat(0, row), taken)


def _retired(rows: QuerySet[Candidate]) -> dict[int, Person]:
    """Those assigned before they were taken off the list: they still hold their places."""
    gone = rows.filter(is_active=False).select_related("organization")
    return {row.pk: _person(row, ()) for row in gone.prefetch_related("interests")}


@transaction.atomic
def approve(row: Staffing, *, by: Viewer) -> Staffing:
    """Approve a proposal: from now on people are changed in it one by one.

    Raises NotAllowed, or Conflict when it is approved already or nobody is in it.
    """
    guard.require(by, Permission.HOLDING_MANAGE, row)
    locked = Staffing.objects.select_for_update().get(pk=row.pk)
    if locked.status == Staffing.Status.APPROVED:
        raise Conflict("Это назначение уже утверждено.")
    filled = locked.assignments.exclude(candidate=None).count()
    if not filled:
        raise Conflict("В назначении нет ни одного человека: утверждать нечего.")
    locked.status, locked.approved_at = Staffing.Status.APPROVED, timezone.now()
    locked.approved_by_id = by.user_id
    locked.save(update_fields=["status", "approved_at", "approved_by"])
    audit.record("staffing.approved", locked, by=by, filled=filled)
    _tell(locked.assignments.all())
    return locked


def _tell(places: QuerySet[Assignment]) -> None:
    """A notice to each observer who has an account: where to go. Five queries."""
    known = places.filter(
        candidate__user__isnull=False, staffing__kind=StaffKind.OBSERVER
    ).select_related("candidate", "organization", "staffing__work")
    notices.notify_many(
        Wanted(
            organization_id=place.candidate.organization_id,
            kind="holding.sent",
            subject=f"{place.organization}, {day(place.held_on)}: {place.staffing.work}",
            text="Заполните протокол наблюдения в день работы. Имён не пишите.",
            url=reverse("procedures:holding_observations"),
            key=f"holding.sent:{place.pk}:{place.candidate_id}",
            user_id=place.candidate.user_id,
        )
        for place in known
        if place.candidate
    )
