"""What a night of reminders goes by: unfinished executions whose day is near or over."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from organizations.models import Level, Organization
from roadmaps.models import Cohort, Execution, Roadmap
from roadmaps.models.execution import ExecutionQuerySet
from roadmaps.terms import WINDOWS

SOON_DAYS = 7
_COLUMNS = (
    "pk", "due_on", "holder",
    "organization", "organization__short_name", "organization__code", "organization__parent",
    "item", "item__number", "item__title", "item__term_kind", "item__ends_on",
    "item__control_points",
    "item__roadmap", "item__roadmap__title",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Due:
    """One execution with its day, as plain values."""

    execution: int
    day: datetime.date
    holder: int | None
    organization: int
    organization_name: str
    organization_code: str
    above: int | None
    item: int
    number: str
    title: str
    term_kind: str
    ends_on: datetime.date | None
    points: Sequence[datetime.date]
    roadmap: int
    plan: str

    @property
    def is_control(self) -> bool:
        """Whether its day is one on which a long item is only looked at, not its end."""
        return self.day in self.points and (self.term_kind in WINDOWS or self.day != self.ends_on)


def due_in(region: Organization, day: datetime.date) -> list[Due]:
    """What is late in a region on this day or will be due within a week, by organization.

    Each organization's part once: what it carries out under a plan of its own is counted there.
    One query.
    """
    rows = _asked(region, day).filter(due_on__lte=day + datetime.timedelta(days=SOON_DAYS))
    ordered = rows.order_by("organization", "item__roadmap", "item__position", "pk")
    return [Due(*row) for row in ordered.values_list(*_COLUMNS)]


def _asked(region: Organization, day: datetime.date) -> ExecutionQuerySet:
    """What the working organizations of a region still owe under plans in force."""
    working = Organization.objects.under(region).working(day)
    rows = Execution.objects.counted().unfinished()
    return rows.filter(
        _of_its_cohort(),
        item__roadmap__status=Roadmap.Status.APPROVED,
        organization__in=working.values("pk"),
    )


def _of_its_cohort() -> Q:
    """An item for a named cohort is spoken of to its members, those above them and the region."""
    members = Cohort.members.through.objects.filter(
        Q(organization=OuterRef("organization")) | Q(organization__parent=OuterRef("organization")),
        cohort=OuterRef("item__cohort"),
    )
    return Q(item__cohort=None) | Q(organization__level=Level.REGION) | Q(Exists(members))
