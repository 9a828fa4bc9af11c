"""Registrations: a school says how many pupils of which classes write a work, or that none do."""

import datetime
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from organizations.access import Permission, Viewer
from organizations.errors import Conflict
from organizations.models import Kind, Level, Organization
from organizations.services import audit, guard
from procedures.classlists import ListedClass
from procedures.holdings import deadline
from procedures.models import RegisteredClass, Registration, Work


@transaction.atomic
def register(
    school: Organization,
    work: Work,
    *,
    held_on: datetime.date,
    rooms: int,
    classes: Sequence[ListedClass],
    by: Viewer,
) -> Registration:
    """Register the school's classes for the work; an earlier registration is replaced.

    Raises NotAllowed; Conflict for a day of another year, more rooms than pupils, a closed school,
    or when the school comes after the deadline.
    """
    _require(school, work, by)
    if held_on.year != work.year:
        raise Conflict(f"День {held_on:%d.%m.%Y}, а работа {work.year} года. Проверьте день.")
    pupils = sum(one.pupils for one in classes)
    if rooms > pupils:
        raise Conflict(f"Аудиторий {rooms}, а учеников {pupils}. Проверьте число аудиторий.")
    row, _ = Registration.objects.update_or_create(
        organization=school,
        work=work,
        defaults={
            "state": Registration.State.REGISTERED,
            "held_on": held_on,
            "rooms": rooms,
            "reason": "",
            "registered_by_id": by.user_id,
        },
    )
    row.classes.all().delete()
    RegisteredClass.objects.bulk_create(
        RegisteredClass(registration=row, number=one.number, name=one.name, pupils=one.pupils)
        for one in classes
    )
    audit.record(
        "registration.sent", row, by=by, on=held_on.isoformat(), pupils=pupils, rooms=rooms,
        classes=[one.name for one in classes],
    )  # fmt: skip
    return row


@transaction.atomic
def decline(school: Organization, work: Work, *, reason: str, by: Viewer) -> Registration:
    """Note that the school does not write the work, and why. Raises as `register` does."""
    _require(school, work, by)
    if not reason.strip():
        raise Conflict("Напишите, почему школа не пишет работу: причину прочитает координатор.")
    row, _ = Registration.objects.update_or_create(
        organization=school,
        work=work,
        defaults={
            "state": Registration.State.ABSENT,
            "held_on": None,
            "rooms": None,
            "reason": reason.strip(),
            "registered_by_id": by.user_id,
        },
    )
    row.classes.all().delete()
    audit.record("registration.absent", row, by=by, reason=row.reason)
    return row


def _require(school: Organization, work: Work, by: Viewer) -> None:
    guard.require(by, Permission.HOLDING_MANAGE, school)
    today = timezone.localdate()
    if school.kind != Kind.SCHOOL:
        raise Conflict(f"«{school}» — не школа: работы пишут в школах.")
    if school.closed_on and school.closed_on <= today:
        raise Conflict(f"Школа «{school}» закрыта.")
    last = deadline(work)
    if by.level == Level.SCHOOL and last and today > last:
        raise Conflict(
            f"Заявки на работу «{work}» закрыты {date_format(last, 'j E Y')} г. "
            "Изменения внесёт муниципальный координатор: напишите ему."
        )
