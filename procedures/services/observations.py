"""Protocols of observers: sent once with answers and incidents, read by those above the school."""

import datetime
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from organizations.access import Permission, Viewer
from organizations.errors import Conflict, NotAllowed
from organizations.models import Kind, Level, Organization
from organizations.services import audit, guard
from procedures.anonymity import WORDS, named_person
from procedures.checklists import CURRENT, remarks
from procedures.holdings import places_of
from procedures.models import Observation, Work


@transaction.atomic
def send(
    school: Organization,
    work: Work,
    *,
    class_name: str,
    room: str,
    held_on: datetime.date,
    answers: Mapping[str, str],
    incidents: str,
    by: Viewer,
) -> Observation:
    """Send the protocol of one class; an observer of the portal sends it for the school they were
    sent to, others for schools of their territory.

    Raises NotAllowed; Conflict when the place is no school or a closed one, a person is named, the
    day has not come, or something has to be told in words and is not.
    """
    if not places_of(by).filter(organization=school, staffing__work=work).exists():
        guard.require(by, Permission.HOLDING_MANAGE, school)
    _refuse_place(school)
    if found := named_person(incidents):
        raise Conflict(WORDS.format(found=found))
    if held_on > timezone.localdate():
        raise Conflict("День ещё не наступил: протокол пишут в день работы или после неё.")
    row = Observation(
        organization=school,
        work=work,
        class_name=class_name,
        room=room,
        held_on=held_on,
        checklist=CURRENT,
        answers=dict(answers),
        incidents=incidents.strip(),
        sent_by_id=by.user_id,
    )
    against = remarks(row.checklist, row.answers)
    if against and not row.incidents:
        listed = "; ".join(question.text.lower() for question in against)
        raise Conflict(f"Опишите, что случилось: {listed}.")
    row.save()
    audit.record("observation.sent", row, by=by, classes=[class_name], remarks=len(against))
    return row


def _refuse_place(school: Organization) -> None:
    if school.kind != Kind.SCHOOL:
        raise Conflict(f"«{school}» — не школа: работы пишут в школах.")
    if school.closed_on and school.closed_on <= timezone.localdate():
        raise Conflict(f"Школа «{school}» закрыта.")


@transaction.atomic
def read(row: Observation, *, conclusion: str, by: Viewer) -> Observation:
    """Note that the protocol is read, and what follows from it.

    A school does not read the protocol about itself. Raises NotAllowed, or Conflict when it is
    read already.
    """
    guard.require(by, Permission.HOLDING_MANAGE, row)
    if by.level == Level.SCHOOL:
        raise NotAllowed("Протоколы наблюдения читают муниципалитет и центр мониторинга.")
    locked = Observation.objects.select_for_update().get(pk=row.pk)
    if locked.state == Observation.State.READ:
        raise Conflict("Этот протокол уже прочитан.")
    locked.state, locked.read_at = Observation.State.READ, timezone.now()
    locked.read_by_id, locked.conclusion = by.user_id, conclusion.strip()
    locked.save(update_fields=["state", "read_at", "read_by", "conclusion"])
    audit.record("observation.read", locked, by=by, result=locked.conclusion)
    return locked
