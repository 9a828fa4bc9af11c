"""Handing in, returning, accepting: the only code that changes a submission's state."""

from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from organizations.access import Permission, Viewer
from organizations.errors import Conflict
from organizations.models import MOVES, State, Submission
from organizations.services import audit, guard

S = TypeVar("S", bound=Submission)


@transaction.atomic
def send(row: S, *, by: Viewer, permission: Permission) -> S:
    """Hand the row in to the level above. Raises NotAllowed."""
    row = _locked(row, by, permission, State.SENT)
    row.sent_at, row.sent_by_id = timezone.now(), by.user_id
    row.decided_at, row.decided_by, row.remark = None, None, ""
    fields = ["state", "sent_at", "sent_by", "decided_at", "decided_by", "remark"]
    return _moved(row, State.SENT, fields, by)


@transaction.atomic
def accept(row: S, *, by: Viewer, permission: Permission) -> S:
    """Accept what was handed in. Raises NotAllowed, or Conflict if it is not waiting."""
    row = _locked(row, by, permission, State.ACCEPTED)
    row.decided_at, row.decided_by_id = timezone.now(), by.user_id
    return _moved(row, State.ACCEPTED, ["state", "decided_at", "decided_by"], by)


@transaction.atomic
def send_back(row: S, *, remark: str, by: Viewer, permission: Permission) -> S:
    """Give the row back with a remark. Raises NotAllowed, or Conflict if it is not waiting."""
    if not remark.strip():
        raise Conflict("Напишите, что исправить: без замечания вернуть нельзя.")
    row = _locked(row, by, permission, State.RETURNED)
    row.decided_at, row.decided_by_id, row.remark = timezone.now(), by.user_id, remark.strip()
    return _moved(row, State.RETURNED, ["state", "decided_at", "decided_by", "remark"], by)


@transaction.atomic
def reopen(row: S, *, by: Viewer, permission: Permission) -> S:
    """Make an accepted row one that is still to be handed in. Raises NotAllowed, or Conflict."""
    row = _locked(row, by, permission, State.DRAFT)
    return _moved(row, State.DRAFT, ["state"], by)


def _locked(row: S, by: Viewer, permission: Permission, to: State) -> S:
    """The row as it is now, kept from others until the end of the transaction."""
    guard.require(by, permission, row)
    row = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if to not in MOVES[State(row.state)]:
        raise Conflict(f"«{row}»: {State(row.state).label}. Это действие сейчас невозможно.")
    return row


def _moved(row: S, to: State, fields: list[str], by: Viewer) -> S:
    before, row.state = row.state, to
    row.save(update_fields=fields)
    name = type(row).__name__.lower()
    audit.record(f"{name}.{to}", row, by=by, state=[before, to], remark=row.remark)
    return row
