"""Carrying an item out: taken up, told of, reported with proof, accepted by the level above."""

import datetime
from collections.abc import Iterable, Sequence
from typing import Final

from django.db import transaction
from django.utils import timezone

from organizations.access import Permission, Viewer
from organizations.errors import Conflict
from organizations.models import Document, Level, State, User
from organizations.services import audit, submissions
from roadmaps.models import Execution, Item, Outcome, Postponement, ProgressNote
from roadmaps.queries import doubts_of_report, to_accept
from roadmaps.services import announcements
from roadmaps.services import evidence as proofs_of
from roadmaps.services.assignment import due_of
from roadmaps.services.evidence import Proof
from roadmaps.services.own import held, held_own, not_handed_in, own_execution, to_carry_out

_REPORT: Final = Permission.EXECUTION_REPORT
_ACCEPT: Final = Permission.EXECUTION_ACCEPT
NEEDED = {
    Outcome.DONE: "Напишите, что сделано: без этого отчёт не примут.",
    Outcome.NOT_APPLICABLE: "Напишите, почему пункт к вам не применим: обоснование читает тот, "
    "кто принимает.",
    Outcome.POSTPONEMENT: "Напишите основание переноса: без него срок не переносят.",
}
AT_ONCE = datetime.timedelta(minutes=1)
LAST_DAY = datetime.date(2200, 12, 31)
attach = proofs_of.attach


def report(
    item: Item,
    *,
    text: str,
    outcome: Outcome = Outcome.DONE,
    postpone_to: datetime.date | None = None,
    evidence: Iterable[Document] = (),
    proofs: Iterable[Proof] = (),
    by: Viewer,
) -> Execution:
    """Hand in what the viewer's organization owes on an item. Raises as `hand_in`."""
    return hand_in(
        own_execution(item, by), text=text, outcome=outcome, postpone_to=postpone_to,
        evidence=evidence, proofs=proofs, by=by,
    )  # fmt: skip


@transaction.atomic
def hand_in(
    execution: Execution,
    *,
    text: str,
    outcome: Outcome = Outcome.DONE,
    postpone_to: datetime.date | None = None,
    evidence: Iterable[Document] = (),
    proofs: Iterable[Proof] = (),
    by: Viewer,
) -> Execution:
    """Hand in what was done, that it does not apply, or that its day must be moved; again after
    a return. `evidence` and `proofs` are added to what is attached already.

    Raises NotAllowed, Conflict without a text or when the plan is not in force, or Refused for
    a file.
    """
    execution = to_carry_out(execution, by)
    if not text.strip():
        raise Conflict(NEEDED[outcome])
    if outcome == Outcome.POSTPONEMENT:
        _later(execution, postpone_to)
    _type(execution, text, outcome, postpone_to)
    attach(execution, [*evidence, *proofs_of.store(execution, proofs, by=by)], by=by)
    sent = submissions.send(execution, by=by, permission=_REPORT)
    announcements.sent([sent], by=by)
    return sent


@transaction.atomic
def keep(
    execution: Execution,
    *,
    text: str,
    outcome: Outcome = Outcome.DONE,
    postpone_to: datetime.date | None = None,
    evidence: Iterable[Document] = (),
    proofs: Iterable[Proof] = (),
    by: Viewer,
) -> Execution:
    """Keep a report that is not ready yet, with its proofs. Raises as `hand_in`, or Conflict when
    it is handed in already."""
    execution = start(execution, by=by)
    _type(execution, text, outcome, postpone_to)
    attach(execution, [*evidence, *proofs_of.store(execution, proofs, by=by)], by=by)
    return execution


def _type(
    execution: Execution, text: str, outcome: Outcome, postpone_to: datetime.date | None
) -> None:
    execution.report, execution.outcome = text.strip(), outcome
    execution.postpone_to = postpone_to if outcome == Outcome.POSTPONEMENT else None
    execution.save(update_fields=["report", "outcome", "postpone_to"])


@transaction.atomic
def start(execution: Execution, *, by: Viewer) -> Execution:
    """Take an execution up. Raises NotAllowed, or Conflict when it is handed in already."""
    execution = to_carry_out(execution, by)
    not_handed_in(execution)
    if execution.started_at is None:
        execution.started_at = timezone.now()
        execution.save(update_fields=["started_at"])
        audit.record("execution.started", execution, by=by)
    return execution


@transaction.atomic
def tell(execution: Execution, *, text: str, by: Viewer) -> ProgressNote:
    """Tell how it goes at the next control point; the execution is then due at the one after.

    Raises NotAllowed, or Conflict without a text or when the report is handed in already.
    """
    if not text.strip():
        raise Conflict("Напишите, что сделано к контрольной точке.")
    execution = start(execution, by=by)
    if (last := execution.notes.first()) and _is_said_again(last, text, by):
        return last
    point = execution.due_on if execution.item.is_window else None
    note = ProgressNote.objects.create(
        execution=execution, point=point, text=text.strip(), written_by_id=by.user_id
    )
    if point is not None and (following := due_of(execution.item, after=point)):
        execution.due_on = following
        execution.save(update_fields=["due_on"])
    audit.record("execution.told", execution, by=by, point=str(point or ""))
    return note


def _is_said_again(note: ProgressNote, text: str, by: Viewer) -> bool:
    """A double click, which must not tick the next control point off too."""
    same = (note.text, note.written_by_id) == (text.strip(), by.user_id)
    return same and timezone.now() - note.written_at < AT_ONCE


@transaction.atomic
def entrust(execution: Execution, *, holder: User | None, by: Viewer) -> Execution:
    """Name the person of the organization who carries it out. Raises NotAllowed, Conflict."""
    execution = held_own(execution, by)
    territory = {execution.organization_id, by.organization_id}
    if holder and not holder.memberships.filter(until=None, organization__in=territory).exists():
        raise Conflict("Этот человек не работает в вашей организации.")
    execution.holder = holder
    execution.save(update_fields=["holder"])
    audit.record("execution.entrusted", execution, by=by, holder=str(holder or ""))
    return execution


@transaction.atomic
def accept(execution: Execution, *, by: Viewer, read: str = "") -> Execution:
    """Accept a report of an organization below one's own; an accepted postponement moves the day.

    `read` is the revision of the report the viewer has read. Raises NotAllowed, or Conflict if
    it is not waiting or has been handed in anew since.
    """
    accepted = _accept(execution, by, read)
    announcements.accepted(_for_good([accepted]), by=by)
    return accepted


def _accept(execution: Execution, by: Viewer, read: str) -> Execution:
    _not_own(execution, by)
    accepted = submissions.accept(execution, by=by, permission=_ACCEPT)
    _same_as_read(accepted, read)
    if accepted.outcome == Outcome.POSTPONEMENT and accepted.postpone_to:
        until, ground = accepted.postpone_to, accepted.report
        accepted = submissions.reopen(accepted, by=by, permission=_ACCEPT)
        accepted.report = ""  # it was the ground, which the postponement keeps
        accepted.save(update_fields=["report"])
        _move(accepted, until, ground, by)
    return accepted


def _for_good(accepted: Iterable[Execution]) -> list[Execution]:
    """Those that are done with; of a day that was moved its people hear otherwise."""
    return [one for one in accepted if one.state == State.ACCEPTED]


@transaction.atomic
def accept_all(executions: Sequence[tuple[Execution, str]], *, by: Viewer) -> int:
    """Accept several reports that leave no doubt, each with the revision read; all or none.

    Raises as `accept`, or Conflict for one that must be read and accepted singly.
    """
    reads = {row.pk: read for row, read in executions}
    waiting = {row.pk: row for row in to_accept(by).filter(pk__in=reads)}
    for execution, _ in executions:
        if execution.pk not in waiting:
            raise Conflict(f"«{execution}» уже не ждёт вашей приёмки. Обновите страницу.")
        if doubts := doubts_of_report(waiting[execution.pk]):
            raise Conflict(f"«{execution}»: {doubts[0]} Прочитайте этот отчёт и примите отдельно.")
    # In one order, so that two people at it do not hold each other up.
    accepted = [_accept(waiting[pk], by, reads[pk]) for pk in sorted(reads)]
    announcements.accepted(_for_good(accepted), by=by)
    return len(reads)


@transaction.atomic
def send_back(execution: Execution, *, remark: str, by: Viewer, read: str = "") -> Execution:
    """Return a report with a remark. Raises as `accept`."""
    _not_own(execution, by)
    returned = submissions.send_back(execution, remark=remark, by=by, permission=_ACCEPT)
    _same_as_read(returned, read)
    announcements.returned(returned, by=by)
    return returned


@transaction.atomic
def postpone(execution: Execution, *, until: datetime.date, ground: str, by: Viewer) -> Execution:
    """Move the day of an unfinished execution from above, on a ground; the old day is kept.

    Raises NotAllowed, or Conflict without a ground, for an earlier day, or after the report.
    """
    _not_own(execution, by)
    if not ground.strip():
        raise Conflict(NEEDED[Outcome.POSTPONEMENT])
    execution = held(execution, by, _ACCEPT)
    not_handed_in(execution)
    _later(execution, until)
    _move(execution, until, ground.strip(), by)
    return execution


def _move(execution: Execution, until: datetime.date, ground: str, by: Viewer) -> None:
    was = execution.due_on
    postponement = Postponement.objects.create(
        execution=execution, was=was, until=until, ground=ground, decided_by_id=by.user_id
    )
    execution.was_due_on = execution.was_due_on or was
    execution.due_on, execution.is_doubtful = until, False
    execution.outcome, execution.postpone_to = Outcome.DONE, None
    execution.save(update_fields=["was_due_on", "due_on", "is_doubtful", "outcome", "postpone_to"])
    audit.record(
        "execution.postponed", execution, by=by, was=str(was or ""), until=str(until), ground=ground
    )
    announcements.postponed(postponement, by=by)


def _later(execution: Execution, until: datetime.date | None) -> None:
    if until is None:
        raise Conflict("Назовите день, на который перенести срок.")
    if until > LAST_DAY:
        raise Conflict(f"Новый срок {until:%d.%m.%Y}: проверьте год.")
    was = execution.due_on
    if was is not None and until <= was:
        raise Conflict(f"Новый срок {until:%d.%m.%Y} не позже прежнего, {was:%d.%m.%Y}.")


def revision(execution: Execution) -> str:
    """What tells one handing-in of a report from the next: the moment it was sent."""
    return execution.sent_at.isoformat() if execution.sent_at else ""


def _same_as_read(execution: Execution, read: str) -> None:
    if read and read != revision(execution):
        raise Conflict("Пока вы читали, отчёт сдан заново. Прочитайте новый и решите по нему.")


def _not_own(execution: Execution, by: Viewer) -> None:
    """The region's own reports have nobody above: there one's own are accepted."""
    own = execution.organization_id in (by.organization_id, by.territory_id)
    if own and execution.organization.level > Level.REGION:
        raise Conflict("Свой отчёт принимает вышестоящий уровень.")
