"""Carrying an item out: reported by an organization, accepted or returned by the level above."""

from django.db import transaction

from organizations.access import Permission, Viewer
from organizations.errors import Conflict
from organizations.models import Organization
from organizations.services import guard, submissions
from roadmaps.models import Execution, Item, Roadmap


@transaction.atomic
def report(item: Item, *, text: str, link: str = "", by: Viewer) -> Execution:
    """Hand in what the viewer's organization did on an item; again after a return.

    Raises NotAllowed, or Conflict without a text or when the plan is not in force.
    """
    own = Organization.objects.get(pk=by.organization_id)
    guard.require(by, Permission.EXECUTION_REPORT, own)
    if item.roadmap.status != Roadmap.Status.APPROVED:
        raise Conflict("План ещё не утверждён: отчитываться рано.")
    if not text.strip():
        raise Conflict("Напишите, что сделано: без этого отчёт не примут.")
    execution, _ = Execution.objects.get_or_create(item=item, organization=own)
    execution.report, execution.link = text.strip(), link
    execution.save(update_fields=["report", "link"])
    return submissions.send(execution, by=by, permission=Permission.EXECUTION_REPORT)


def accept(execution: Execution, *, by: Viewer) -> Execution:
    """Accept a report of an organization below one's own. Raises NotAllowed or Conflict."""
    _not_own(execution, by)
    return submissions.accept(execution, by=by, permission=Permission.EXECUTION_ACCEPT)


def send_back(execution: Execution, *, remark: str, by: Viewer) -> Execution:
    """Return a report with a remark. Raises NotAllowed or Conflict."""
    _not_own(execution, by)
    return submissions.send_back(
        execution, remark=remark, by=by, permission=Permission.EXECUTION_ACCEPT
    )


def _not_own(execution: Execution, by: Viewer) -> None:
    """The region's own reports have nobody above: there one's own are accepted."""
    own = execution.organization_id == by.organization_id
    if own and execution.organization.level > 1:
        raise Conflict("Свой отчёт принимает вышестоящий уровень.")
