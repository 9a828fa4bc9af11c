"""Carrying an item out: reported by an organization, accepted or returned by the level above."""

from django.db import transaction

from organizations.access import Permission, Viewer
from organizations.errors import Conflict, NotAllowed
from organizations.models import Level, Organization
from organizations.services import guard, submissions
from roadmaps.models import Execution, Item, Roadmap
from roadmaps.queries import concerns


@transaction.atomic
def report(item: Item, *, text: str, link: str = "", by: Viewer) -> Execution:
    """Hand in what the viewer's organization did on an item; again after a return.

    Raises NotAllowed, or Conflict without a text or when the plan is not in force.
    """
    own = Organization.objects.get(pk=by.organization_id)
    guard.require(by, Permission.EXECUTION_REPORT, own)
    if not concerns(item, by):
        raise NotAllowed("Этот пункт исполняют другие: вашей организации нет среди ответственных.")
    if item.roadmap.status != Roadmap.Status.APPROVED:
        now = item.roadmap.get_status_display()
        raise Conflict(f"План сейчас не действует ({now}): отчитаться по нему нельзя.")
    if not text.strip():
        raise Conflict("Напишите, что сделано: без этого отчёт не примут.")
    execution, _ = Execution.objects.get_or_create(item=item, organization=own)
    execution.report, execution.link = text.strip(), link
    execution.save(update_fields=["report", "link"])
    return submissions.send(execution, by=by, permission=Permission.EXECUTION_REPORT)


@transaction.atomic
def accept(execution: Execution, *, by: Viewer, read: str = "") -> Execution:
    """Accept a report of an organization below one's own.

    `read` is the revision of the report the viewer has read. Raises NotAllowed, or Conflict if
    it is not waiting or has been handed in anew since.
    """
    _not_own(execution, by)
    accepted = submissions.accept(execution, by=by, permission=Permission.EXECUTION_ACCEPT)
    _same_as_read(accepted, read)
    return accepted


@transaction.atomic
def send_back(execution: Execution, *, remark: str, by: Viewer, read: str = "") -> Execution:
    """Return a report with a remark. Raises as `accept`."""
    _not_own(execution, by)
    returned = submissions.send_back(
        execution, remark=remark, by=by, permission=Permission.EXECUTION_ACCEPT
    )
    _same_as_read(returned, read)
    return returned


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
