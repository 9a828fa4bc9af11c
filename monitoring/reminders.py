"""A night of cases: terms that end are reminded of, signals that nobody confirmed go out.

A notice's key names the case, its term and the night: a night done twice leaves the same notices.
"""

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from monitoring.models import Case, CaseDecision
from organizations.access import Permission
from organizations.models import Organization
from organizations.services import audit, notices
from organizations.services.notices import Wanted
from organizations.templatetags.ru import day_short, plural

S = Case.State
ABOVE = {
    S.AWAITING: "ответа школы нет", S.ANSWERED: "решение", S.RECHECKING: "перепроверка",
    S.APPEALED: "решение по жалобе",
}  # fmt: skip
CASES = "дело,дела,дел"
MONDAY = 0


def remind(region: Organization, *, day: datetime.date | None = None) -> int:
    """Tell schools and the centre of terms that come or are over; gives how many notices are new.

    Six queries under two thousand notices.
    """
    day = day or timezone.localdate()
    days = [day + datetime.timedelta(days=ahead) for ahead in settings.CASE_REMIND_DAYS]
    rows = Case.objects.filter(Q(due_on__in=days) | Q(due_on__lt=day), region=region)
    asked = rows.filter(state=S.AWAITING)
    told = notices.notify_many(_to_school(case, day) for case in asked)
    # An answer that is late is waited for by those who may decide without it.
    waiting = rows.filter(state__in=ABOVE).exclude(state=S.AWAITING, due_on__gte=day)
    return told + notices.notify_many(_to_those_above(region, waiting, day))


def _kind(case: Case, day: datetime.date) -> str:
    return "case.overdue" if case.due_on and case.due_on < day else "case.due"


def _to_school(case: Case, day: datetime.date) -> Wanted:
    until = day_short(case.due_on)
    is_over = _kind(case, day) == "case.overdue"
    return Wanted(
        organization_id=case.organization_id,
        kind=_kind(case, day),
        subject=f"Ответить на сигнал: {'срок прошёл' if is_over else 'до'} {until}",
        text="Ответ принимают и после срока, пока не решено." if is_over else "",
        url=reverse("monitoring:case", args=[case.pk]),
        # Told once that the term is over, whichever night comes to it first.
        key=f"{_kind(case, day)}:{case.pk}:{case.due_on}" + ("" if is_over else f":{day}"),
        permission=Permission.CASE_ANSWER,
    )


def _to_those_above(
    region: Organization, waiting: Iterable[Case], day: datetime.date
) -> Iterator[Wanted]:
    """One notice a night, whatever the number of cases: when a term comes or has just passed, and
    of what is late every Monday until it is done."""
    rows = list(waiting)
    eve = day - datetime.timedelta(days=1)
    is_new = any(case.due_on and case.due_on >= eve for case in rows)
    if not rows or not (is_new or day.weekday() == MONDAY):
        return
    counts = Counter((_end(case, day), ABOVE[S(case.state)]) for case in rows)
    lines = [
        f"{what}, {f'срок {day_short(until)}' if until >= day else 'срок прошёл'}: "
        f"{number} {plural(number, CASES)}"
        for (until, what), number in sorted(counts.items())
    ]
    yield Wanted(
        organization_id=region.pk,
        kind="case.digest",
        subject=f"Дела по сигналам ждут: {len(rows)}",
        text="\n".join(lines),
        url=reverse("monitoring:cases"),
        key=f"case.digest:{region.pk}:{day}",
        permission=Permission.CASE_MANAGE,
    )


def _end(case: Case, day: datetime.date) -> datetime.date:
    """The day the next step is due; all that is late is told together."""
    return max(case.due_on or day, day - datetime.timedelta(days=1))


@transaction.atomic
def expire(region: Organization, *, day: datetime.date | None = None) -> int:
    """Let the signals go out that were not confirmed by their day; gives how many.

    A decision that confirms or clears a signal stands. An appeal is waited for until its term: what
    no second person has confirmed by then goes out as well.
    """
    day = day or timezone.localdate()
    settled = (CaseDecision.Outcome.CONFIRMED, CaseDecision.Outcome.CLEARED)
    newest = CaseDecision.objects.filter(case=OuterRef("pk"))
    second = newest.filter(is_on_appeal=True)
    is_settled = Exists(second.filter(outcome__in=settled)) | (
        ~Exists(second) & Exists(newest.filter(is_on_appeal=False, outcome__in=settled))
    )
    over = Case.objects.filter(region=region, expires_on__lte=day)
    over = over.exclude(state=S.EXPIRED).exclude(~Q(state=S.APPEALED), is_settled)
    over = over.exclude(state=S.APPEALED, due_on__gte=day)
    cases = list(over.select_related("organization").select_for_update(of=("self",)))
    audit.record_all(
        audit.event(
            "case.expired", case, by=None, state=[str(case.get_state_display()), S.EXPIRED.label]
        )
        for case in cases
    )
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(state=S.EXPIRED, due_on=None)
    return len(cases)
