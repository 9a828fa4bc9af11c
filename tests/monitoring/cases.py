"""What people do with the case of Lake school, and how it stands then."""

import datetime

from django.utils import timezone

from monitoring.models import Case, CaseDecision, Explanation, Recheck
from monitoring.services import answers, decisions, rechecks
from organizations.models import Event
from organizations.queries import viewer_of

Outcome, Proposal, S = CaseDecision.Outcome, Explanation.Proposal, Case.State
YEAR = 2026
SAID = "Задание совпало с темой урока, журнал приложен."
WHY = "Перепроверка двенадцати работ: баллы те же."


def answer(cast, case, **kwargs):
    typed = {"text": SAID, "proposal": Proposal.RECHECK} | kwargs
    return answers.send(case, **typed, by=viewer_of(cast.nina))


def decide(case, who, outcome=Outcome.CONFIRMED, motivation=WHY, **kwargs):
    return decisions.decide(
        case, outcome=outcome, motivation=motivation, by=viewer_of(who), **kwargs
    )


def decided(cast, case, outcome=Outcome.CONFIRMED, who=None):
    answer(cast, case)
    return decide(case, who or cast.boris, outcome)


def overdue(case, days=1):
    yesterday = timezone.localdate() - datetime.timedelta(days=days)
    Case.objects.filter(pk=case.pk).update(due_on=yesterday)


def now(case) -> Case:
    return Case.objects.whole().get(pk=case.pk)


def acts() -> list[str]:
    rows = Event.objects.filter(object_type="monitoring.case").order_by("pk")
    return list(rows.values_list("action", flat=True))


def ordered(cast, case, work, **kwargs) -> Recheck:
    answer(cast, case)
    return rechecks.order(case, work=work, by=viewer_of(cast.boris), **kwargs)
