"""Decisions about signals: one with its reason, and one more when the school disagrees."""

from typing import Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from monitoring.models import Appeal, Case, CaseDecision
from monitoring.queries.cases import may_appeal
from monitoring.services.cases import checked, held, is_overdue, nameless
from monitoring.working_days import working_day
from organizations.access import Permission, Role, Viewer
from organizations.errors import Conflict, NotAllowed
from organizations.services import audit, notices

_MANAGE: Final = Permission.CASE_MANAGE
S = Case.State
NEEDED = "Напишите, почему так решено: без этого решения нет."
NEEDED_OF_SCHOOL = "Напишите, с чем школа не согласна."
OTHER_PERSON = (
    "Первое решение приняли вы: жалобу рассматривает другой человек. Передайте её коллеге."
)


@transaction.atomic
def decide(
    case: Case, *, outcome: CaseDecision.Outcome, motivation: str, by: Viewer, read: str = ""
) -> CaseDecision:
    """Decide about a signal; `read` is the state in which the viewer has read the case.

    A second person who decides meanwhile is refused, and told who was first. Raises NotAllowed, or
    Conflict without a reason, with a verdict over people in it, before the school's term has
    ended, while works are still marked anew, or when the case has moved on since it was read.
    """
    case = held(case, by, _MANAGE, [S.AWAITING, S.ANSWERED, S.RECHECKING, S.APPEALED])
    if read and read != case.state:
        raise Conflict(
            f"Пока вы читали, дело изменилось: {case.get_state_display()}. Прочитайте его."
        )
    said = checked(motivation, NEEDED)
    _may_be_decided(case, by)
    made = CaseDecision.objects.create(
        case=case,
        is_on_appeal=case.state == S.APPEALED,
        outcome=outcome,
        motivation=said,
        decided_by_id=by.user_id,
    )
    can_be_appealed = not made.is_on_appeal and outcome != CaseDecision.Outcome.CLEARED
    today = timezone.localdate()
    case.state = S.DECIDED
    case.due_on = working_day(today, settings.CASE_APPEAL_DAYS) if can_be_appealed else None
    case.save(update_fields=["state", "due_on"])
    audit.record("case.decided", case, by=by, outcome=str(made.get_outcome_display()), reason=said)
    _tell(case, made)
    return made


def _may_be_decided(case: Case, by: Viewer) -> None:
    if case.state == S.APPEALED:
        _second(case, by)
    elif case.state == S.AWAITING and not is_overdue(case):
        raise Conflict("Школа ещё отвечает: решают после её ответа или срока.")
    elif case.state == S.RECHECKING and case.recheck.done_at is None:
        raise Conflict("Работы ещё перепроверяют: решают, когда внесены итоги.")


def _second(case: Case, by: Viewer) -> None:
    first = case.first_decision
    if by.role != Role.MINISTRY:
        raise NotAllowed("Жалобу на решение рассматривает министерство.")
    if first and first.decided_by_id == by.user_id:
        raise NotAllowed(OTHER_PERSON)


@transaction.atomic
def appeal(case: Case, *, text: str, by: Viewer) -> Appeal:
    """Disagree with a decision within its term. Raises NotAllowed, or Conflict without a text,
    after the term, or when the signal is cleared."""
    case = held(case, by, Permission.CASE_ANSWER, [S.DECIDED])
    said = nameless(text, NEEDED_OF_SCHOOL)
    if not may_appeal(case):
        raise Conflict("Это решение не обжалуют: срок прошёл, сигнал снят или решено по жалобе.")
    row = Appeal.objects.create(case=case, text=said, filed_by_id=by.user_id)
    case.state = S.APPEALED
    case.due_on = working_day(timezone.localdate(), settings.CASE_DECISION_DAYS)
    case.save(update_fields=["state", "due_on"])
    audit.record("case.appealed", case, by=by)
    notices.notify(
        case.region,
        kind="case.appealed",
        subject=f"Школа обжаловала решение: {case}",
        url=reverse("monitoring:case", args=[case.pk]),
        key=f"case.appealed:{case.pk}",
        permission=_MANAGE,
    )
    return row


def _tell(case: Case, made: CaseDecision) -> None:
    notices.notify(
        case.organization,
        kind="case.decided",
        subject=f"Решение по сигналу: {made.get_outcome_display()}. {case}",
        text=made.motivation,
        url=reverse("monitoring:case", args=[case.pk]),
        key=f"case.decided:{case.pk}:{made.pk}",
        permission=Permission.CASE_ANSWER,
    )
