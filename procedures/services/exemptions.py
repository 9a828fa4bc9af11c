"""Who does not take part in a work, and why: recorded and taken back."""

from django.db import transaction

from organizations.access import Permission, Viewer
from organizations.errors import Conflict
from organizations.models import Organization
from organizations.services import audit, guard
from procedures.models import Exemption, Protocol, Work


@transaction.atomic
def exempt(
    school: Organization,
    work: Work,
    *,
    reason: str,
    by: Viewer,
    class_number: int | None = None,
) -> Exemption:
    """Record that the school, or one class of it, does not write the work.

    Recorded twice, the reason is the later one. Raises NotAllowed, or Conflict where results of
    the same pupils are stored.
    """
    guard.require(by, Permission.RESULT_IMPORT, school)
    held = Protocol.objects.current().filter(organization=school, work=work)
    if class_number is not None:
        held = held.filter(classes__contains=[class_number])
    if held.exists():
        whose = "школы" if class_number is None else f"класса {class_number}"
        raise Conflict(f"Результаты {whose} по этой работе уже записаны: неучастие не отметить.")
    row, is_new = Exemption.objects.get_or_create(
        organization=school,
        work=work,
        class_number=class_number,
        defaults={"reason": reason, "made_by_id": by.user_id},
    )
    if not is_new and row.reason == reason:
        return row
    row.reason, row.made_by_id = reason, by.user_id
    row.save(update_fields=["reason", "made_by"])
    classes = [] if class_number is None else [str(class_number)]
    audit.record("exemption.made", row, by=by, reason=reason, classes=classes)
    return row


@transaction.atomic
def take_back(exemption: Exemption, *, by: Viewer) -> None:
    """The school takes part after all. Raises NotAllowed."""
    guard.require(by, Permission.RESULT_IMPORT, exemption)
    audit.record("exemption.removed", exemption, by=by, reason=exemption.reason)
    exemption.delete()
