"""Answers of organizations counted: what fell due, what came of it, how late it was."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from organizations.models import State
from reports.plans.past import Part
from roadmaps.queries import FINISHED, Standing, standing_of, together

UNFINISHED = (State.DRAFT, State.RETURNED)


class Fate(StrEnum):
    """What came of an answer whose day has come; each has exactly one."""

    IN_TIME = "in_time"
    AFTER = "after"
    NOT_APPLICABLE = "not_applicable"
    WAITING = "waiting"
    RETURNED = "returned"
    OVERDUE = "overdue"
    LAST_DAY = "last_day"


@dataclass(frozen=True)
class Answer:
    """One organization's answer for one item of the plan; several parts where a plan below has
    split the item."""

    parts: Sequence[Part]
    day: datetime.date

    @property
    def item(self) -> int:
        return self.parts[0].root

    @property
    def organization(self) -> int:
        return self.parts[0].execution.organization_id

    @property
    def name(self) -> str:
        return self.parts[0].name

    @cached_property
    def standing(self) -> Standing:
        return together(Counter(standing_of(one.execution, day=self.day) for one in self.parts))

    @cached_property
    def due_on(self) -> datetime.date | None:
        """The nearest day of what is not handed in; the last one when all of it is."""
        open_ = [one for one in self.parts if one.execution.state in UNFINISHED]
        days = [one.execution.due_on for one in open_ or self.parts if one.execution.due_on]
        return min(days, default=None) if open_ else max(days, default=None)

    @property
    def is_due(self) -> bool:
        return self.due_on is not None and self.due_on <= self.day

    @property
    def fate(self) -> Fate | None:
        """None while the day is still to come."""
        if not self.is_due:
            return None
        if self.standing is Standing.ACCEPTED:
            return Fate.AFTER if self.days_after else Fate.IN_TIME
        return {
            Standing.NOT_APPLICABLE: Fate.NOT_APPLICABLE,
            Standing.DONE: Fate.WAITING,
            Standing.RETURNED: Fate.RETURNED,
            Standing.LATE: Fate.OVERDUE,
        }.get(self.standing, Fate.LAST_DAY)

    @property
    def days_after(self) -> int:
        """By how many days what was handed in came after its day."""
        pairs = ((one.sent_on, one.execution.due_on) for one in self.parts)
        return max((max((sent - due).days, 0) for sent, due in pairs if sent and due), default=0)

    @property
    def days_overdue(self) -> int:
        """By how many days it is late and still not there."""
        late = self.standing is Standing.LATE and self.due_on is not None
        return (self.day - self.due_on).days if late and self.due_on else 0

    @property
    def is_moved(self) -> bool:
        moved = ((one.execution.was_due_on, one.execution.due_on) for one in self.parts)
        return any(was and due and was < due for was, due in moved)

    @property
    def is_handed_in(self) -> bool:
        """Whether it is told to be done, accepted or not yet."""
        return self.standing in (Standing.DONE, Standing.ACCEPTED)

    @property
    def is_proved(self) -> bool:
        return any(one.is_proved for one in self.parts)


def answers_of(parts: Iterable[Part], *, day: datetime.date) -> list[Answer]:
    """Each organization's answer for each item, once."""
    found: dict[tuple[int, int], dict[int, Part]] = defaultdict(dict)
    for part in parts:
        found[part.key][part.execution.pk] = part
    return [Answer(list(some.values()), day) for some in found.values()]


@dataclass
class Figures:
    """Answers counted."""

    total: int = 0
    fates: Counter[Fate] = field(default_factory=Counter)
    standings: Counter[Standing] = field(default_factory=Counter)
    moved: int = 0
    handed_in: int = 0
    proved: int = 0
    returns: int = 0
    decisions: int = 0
    days_after: list[int] = field(default_factory=list)
    days_overdue: list[int] = field(default_factory=list)

    @property
    def due(self) -> int:
        return self.fates.total()

    @property
    def finished(self) -> int:
        return sum(self.standings[one] for one in FINISHED)

    def add(self, answer: Answer) -> None:
        self.total += 1
        self.standings[answer.standing] += 1
        if answer.fate is not None:
            self.fates[answer.fate] += 1
        self.moved += answer.is_moved
        self.handed_in += answer.is_handed_in
        self.proved += answer.is_handed_in and answer.is_proved
        self.returns += sum(part.returns for part in answer.parts)
        self.decisions += sum(part.decisions for part in answer.parts)
        if answer.fate is Fate.AFTER:
            self.days_after.append(answer.days_after)
        if answer.fate is Fate.OVERDUE:
            self.days_overdue.append(answer.days_overdue)


def counted(answers: Iterable[Answer]) -> Figures:
    figures = Figures()
    for answer in answers:
        figures.add(answer)
    return figures


def mean(numbers: Sequence[int]) -> float | None:
    return sum(numbers) / len(numbers) if numbers else None
