"""What falls on which day: deadlines, control points and meetings, as a viewer sees them."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q, QuerySet
from django.utils import timezone

from organizations.access import Viewer
from organizations.models import State
from roadmaps.models import Execution, Item, Meeting, Roadmap
from roadmaps.queries.lines import own_places
from roadmaps.queries.standing import Standing, standing_of
from roadmaps.terms import WINDOWS

MEETINGS_SINCE = datetime.timedelta(days=90)  # a calendar is also looked back into


class Sort(StrEnum):
    """What falls on a day."""

    DEADLINE = "deadline"
    CONTROL = "control"
    MEETING = "meeting"


class Whose(StrEnum):
    """Which plans are looked into; without one of these, those of the viewer's level and above."""

    MINE = "mine"
    BELOW = "below"


@dataclass(frozen=True)
class Occasion:
    """One thing of one day; `execution` and `standing` for what the viewer's own place owes."""

    day: datetime.date
    sort: Sort
    item: Item
    meeting: Meeting | None = None
    execution: Execution | None = None
    standing: Standing | None = None

    @property
    def title(self) -> str:
        return self.meeting.title if self.meeting else self.item.title

    @property
    def name(self) -> str:
        """Its own name among all; what is due next keeps it when the day is moved."""
        if self.meeting is not None:
            return f"meeting-{self.meeting.pk}"
        owed = f"item-{self.item.pk}"
        if self.execution is not None:
            owed = f"execution-{self.execution.pk}"
            if self.day == self.execution.due_on:
                return owed
        return f"{owed}-{self.day:%Y%m%d}"


def occasions(
    viewer: Viewer,
    first: datetime.date,
    last: datetime.date,
    *,
    plan: Roadmap | None = None,
    whose: str = "",
) -> list[Occasion]:
    """What falls on the days from first to last. Two queries."""
    if whose == Whose.MINE:
        terms = _owed(viewer, plan)
    else:
        terms = _printed(viewer, first, last, plan, below=whose == Whose.BELOW)
    met = _meetings(viewer, own=whose == Whose.MINE)
    if plan is not None:
        met = met.filter(item__roadmap=plan)
    starts, ends = _moment(first), _moment(last + datetime.timedelta(days=1))
    met = met.filter(starts_at__gte=starts, starts_at__lt=ends)
    found = [one for one in terms if first <= one.day <= last]
    return ordered([*found, *map(_met, met)])


def duties(viewer: Viewer, *, day: datetime.date) -> list[Occasion]:
    """What the viewer's own place still owes and the meetings it is invited to. Two queries."""
    owed = (one for one in _owed(viewer, None) if _is_open(one))
    met = _meetings(viewer, own=True).filter(starts_at__gte=_moment(day - MEETINGS_SINCE))
    return ordered([*owed, *map(_met, met)])


def ordered(found: Iterable[Occasion]) -> list[Occasion]:
    """By day; in a day what has an hour comes first."""
    return sorted(found, key=lambda one: (one.day, one.meeting is None, _hour(one), one.item.pk))


def _hour(one: Occasion) -> float:
    return one.meeting.starts_at.timestamp() if one.meeting else float(one.item.position)


def _is_open(one: Occasion) -> bool:
    return one.execution is not None and one.execution.state in (State.DRAFT, State.RETURNED)


def _owed(viewer: Viewer, plan: Roadmap | None) -> Iterator[Occasion]:
    """The days of what the viewer's own place has to do: as moved, not as printed."""
    today = timezone.localdate()
    rows = Execution.objects.visible_to(viewer).counted()
    rows = rows.filter(
        organization__in=own_places(viewer), item__roadmap__status=Roadmap.Status.APPROVED
    )
    if plan is not None:
        rows = rows.filter(item__roadmap=plan)
    for execution in rows.select_related("item__roadmap__owner"):
        yield from _days_of(execution, standing_of(execution, day=today))


def _days_of(execution: Execution, standing: Standing) -> Iterator[Occasion]:
    item, due = execution.item, execution.due_on
    if due is None:
        return
    sort = Sort.CONTROL if item.is_window else Sort.DEADLINE
    yield Occasion(due, sort, item, execution=execution, standing=standing)
    for point in item.control_points:
        if point > due and item.is_window:
            yield Occasion(point, Sort.CONTROL, item, execution=execution, standing=standing)


def _printed(
    viewer: Viewer,
    first: datetime.date,
    last: datetime.date,
    plan: Roadmap | None,
    *,
    below: bool,
) -> Iterator[Occasion]:
    """The days that plans in force name for everybody."""
    days = [first + datetime.timedelta(days=n) for n in range((last - first).days + 1)]
    windows = Q(term_kind__in=[kind.value for kind in WINDOWS])
    exact = ~windows & Q(ends_on__range=(first, last))
    rows = Item.objects.visible_to(viewer).filter(
        exact | (windows & Q(control_points__overlap=days)),
        roadmap__status=Roadmap.Status.APPROVED,
    )
    if plan is not None:
        rows = rows.filter(roadmap=plan)
    elif not below:
        rows = rows.filter(roadmap__owner__level__lte=viewer.level)
    for item in rows.select_related("roadmap__owner"):
        if item.is_window:
            yield from (Occasion(point, Sort.CONTROL, item) for point in item.control_points)
        elif item.ends_on:
            yield Occasion(item.ends_on, Sort.DEADLINE, item)


def _meetings(viewer: Viewer, *, own: bool) -> QuerySet[Meeting]:
    rows = Meeting.objects.visible_to(viewer).exclude(state=Meeting.State.CANCELLED)
    if own:
        places = own_places(viewer)
        invited = Q(participations__organization__in=places)
        rows = rows.filter(invited | Q(organization__in=places)).distinct()
    return rows.select_related("item__roadmap__owner", "organization")


def _met(meeting: Meeting) -> Occasion:
    day = timezone.localdate(meeting.starts_at)
    return Occasion(day, Sort.MEETING, meeting.item, meeting=meeting)


def _moment(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
