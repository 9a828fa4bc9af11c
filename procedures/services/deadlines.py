"""The day until which a work is handed in: set, kept to, opened again for a school that asks."""

import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from organizations.access import Permission, Viewer
from organizations.errors import Conflict, NotAllowed
from organizations.models import Organization
from organizations.services import audit, guard, notices
from organizations.templatetags.ru import day as day_words
from procedures.models import Reopening, Work

State = Reopening.State


@transaction.atomic
def set_due(work: Work, due_on: datetime.date | None, *, by: Viewer) -> Work:
    """Set the day until which schools hand the work in; None: no day. Raises NotAllowed, Conflict.

    The same day again changes nothing.
    """
    if not by.may(Permission.WORK_EDIT):
        raise NotAllowed("Срок сдачи назначает оператор центра мониторинга.")
    row = Work.objects.select_for_update().get(pk=work.pk)
    if due_on is not None and row.held_on is not None and due_on < row.held_on:
        raise Conflict(
            f"Срок {day_words(due_on)} раньше дня работы {day_words(row.held_on)}: "
            "укажите день работы или позже."
        )
    if row.due_on == due_on:
        return row
    before, row.due_on = row.due_on, due_on
    row.save(update_fields=["due_on"])
    audit.record("work.due", row, by=by, until=[str(before or ""), str(due_on or "")])
    return row


def is_locked(school: Organization, work: Work, day: datetime.date | None = None) -> bool:
    """Whether the work's day is over for the school and was not opened again. One query."""
    day = day or timezone.localdate()
    if work.due_on is None or day <= work.due_on:
        return False
    opened = Reopening.objects.filter(
        organization=school, work=work, state=State.GRANTED, until__gte=day
    )
    return not opened.exists()


def refuse_late(school: Organization, work: Work, *, by: Viewer) -> None:
    """Raise Conflict when the day is over; who may open the intake again is not held by it."""
    if by.may(Permission.RESULT_REOPEN) or not is_locked(school, work) or work.due_on is None:
        return
    raise Conflict(
        f"Приём протоколов этой работы закончился {day_words(work.due_on)}: файл не принят. "
        "Попросите открыть приём на странице работы, решит координатор."
    )


@transaction.atomic
def ask(school: Organization, work: Work, *, reason: str, by: Viewer) -> Reopening:
    """Ask for the intake to be opened again; asked twice, it is one wish.

    Raises NotAllowed, or Conflict while the intake is open.
    """
    guard.require(by, Permission.RESULT_IMPORT, school)
    Organization.objects.select_for_update(no_key=True).get(pk=school.pk)
    if not is_locked(school, work):
        raise Conflict("Приём по этой работе открыт: загрузите протокол.")
    waiting = Reopening.objects.filter(organization=school, work=work, state=State.ASKED).first()
    if waiting is not None:
        return waiting
    row = Reopening.objects.create(
        organization=school, work=work, reason=reason, asked_by_id=by.user_id
    )
    audit.record("reopening.asked", row, by=by, reason=reason)
    notices.notify(
        school.parent or school,
        kind="reopening.asked",
        subject=f"{school} просит открыть приём: {work}",
        text=reason,
        url=f"{reverse('procedures:completeness')}?year={work.year}",
        key=f"reopening.asked:{row.pk}",
        permission=Permission.RESULT_REOPEN,
    )
    return row


@transaction.atomic
def grant(reopening: Reopening, *, until: datetime.date, by: Viewer) -> Reopening:
    """Open the intake for the school up to a day. Raises NotAllowed, or Conflict."""
    if until < timezone.localdate():
        raise Conflict(f"День {day_words(until)} уже прошёл: укажите сегодня или позже.")
    return _decide(reopening, State.GRANTED, by=by, until=until)


@transaction.atomic
def refuse(reopening: Reopening, *, remark: str, by: Viewer) -> Reopening:
    """Leave the intake closed, with words for the school. Raises NotAllowed, or Conflict."""
    return _decide(reopening, State.REFUSED, by=by, remark=remark)


def _decide(
    reopening: Reopening,
    state: Reopening.State,
    *,
    by: Viewer,
    until: datetime.date | None = None,
    remark: str = "",
) -> Reopening:
    guard.require(by, Permission.RESULT_REOPEN, reopening)
    row = Reopening.objects.select_for_update(of=("self",)).get(pk=reopening.pk)
    if row.state == state and (row.until, row.remark) == (until, remark):
        return row
    if row.state != State.ASKED:
        raise Conflict(f"Об этой просьбе уже решено: {row.get_state_display()}.")
    row.state, row.until, row.remark = state, until, remark
    row.decided_by_id, row.decided_at = by.user_id, timezone.now()
    row.save(update_fields=["state", "until", "remark", "decided_by", "decided_at"])
    audit.record(f"reopening.{state}", row, by=by, until=str(until or ""), remark=remark)
    words = f"приём открыт по {day_words(until)}" if until else "приём не открыт"
    notices.notify(
        row.organization,
        kind="reopening.decided",
        subject=f"{row.work}: {words}",
        text=remark,
        url=reverse("procedures:work", args=[row.work.code]),
        key=f"reopening.decided:{row.pk}",
        permission=Permission.RESULT_IMPORT,
    )
    return row
