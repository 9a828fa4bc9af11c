"""Where an execution stands on a day: derived from its state and its dates, never typed."""

import datetime
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum

from django.db.models import Case, CharField, Q, Value, When

from organizations.models import State
from roadmaps.models import Execution, Outcome


class Standing(StrEnum):
    """Where an execution, or an item by all its executions, stands."""

    PLANNED = "planned"
    WORK = "work"
    DONE = "done"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    LATE = "late"
    MOVED = "moved"
    NOT_APPLICABLE = "na"
    DOUBT = "doubt"
    ELSEWHERE = "elsewhere"
    PAST = "past"


WORDS = {
    Standing.PLANNED: "не начато",
    Standing.WORK: "в работе",
    Standing.DONE: "ждёт приёмки",
    Standing.ACCEPTED: "принято",
    Standing.RETURNED: "возвращено",
    Standing.LATE: "просрочено",
    Standing.MOVED: "перенесено",
    Standing.NOT_APPLICABLE: "не применимо",
    Standing.DOUBT: "срок под вопросом",
    Standing.ELSEWHERE: "исполняют другие",
    Standing.PAST: "срок прошёл",
}
UNFINISHED = frozenset(
    {Standing.PLANNED, Standing.WORK, Standing.RETURNED, Standing.LATE, Standing.MOVED}
)
FINISHED = frozenset({Standing.ACCEPTED, Standing.NOT_APPLICABLE})
# Several executions together stand where the first of these stands that any of them has: what
# somebody must act on comes before what goes its way.
MOST_PRESSING = (
    Standing.LATE, Standing.RETURNED, Standing.DONE, Standing.DOUBT, Standing.WORK,
    Standing.MOVED, Standing.PLANNED, Standing.ACCEPTED, Standing.NOT_APPLICABLE,
)  # fmt: skip


def standing_of(execution: Execution, *, day: datetime.date) -> Standing:
    """The standing of one execution on a day."""
    match State(execution.state):
        case State.ACCEPTED:
            given_up = execution.outcome == Outcome.NOT_APPLICABLE
            return Standing.NOT_APPLICABLE if given_up else Standing.ACCEPTED
        case State.SENT:
            return Standing.DONE
        case State.RETURNED:
            return Standing.RETURNED
    if execution.due_on is not None and execution.due_on < day:
        return Standing.LATE
    if execution.is_doubtful:
        return Standing.DOUBT
    if execution.was_due_on is not None:
        return Standing.MOVED
    if execution.started_at or execution.starts_on is None or execution.starts_on <= day:
        return Standing.WORK
    return Standing.PLANNED


def standing_on(day: datetime.date) -> Case:
    """`standing_of` as the database computes it, for counting thousands at once."""
    accepted = Q(state=State.ACCEPTED)
    begun = Q(started_at__isnull=False) | Q(starts_on=None) | Q(starts_on__lte=day)
    rules = (
        (accepted & Q(outcome=Outcome.NOT_APPLICABLE), Standing.NOT_APPLICABLE),
        (accepted, Standing.ACCEPTED),
        (Q(state=State.SENT), Standing.DONE),
        (Q(state=State.RETURNED), Standing.RETURNED),
        (Q(due_on__lt=day), Standing.LATE),
        (Q(is_doubtful=True), Standing.DOUBT),
        (Q(was_due_on__isnull=False), Standing.MOVED),
        (begun, Standing.WORK),
    )
    return Case(
        *(When(rule, then=Value(standing.value)) for rule, standing in rules),
        default=Value(Standing.PLANNED.value),
        output_field=CharField(),
    )


def together(counts: Mapping[Standing, int]) -> Standing:
    """The standing of several executions as one; a part accepted and a part not begun is work."""
    found = Counter(counts)
    if not found.total():
        return Standing.ELSEWHERE
    first = next(one for one in MOST_PRESSING if found[one])
    begun = first in (Standing.PLANNED, Standing.MOVED) and found[Standing.ACCEPTED]
    return Standing.WORK if begun else first
