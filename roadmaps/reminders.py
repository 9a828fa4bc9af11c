"""A night of reminders: days that come and pass to who carries items out, long delays a level up.

A notice's key names its occasion («three days before this day», «the second week after it») and
not the night. So a night done twice, or killed and done again, leaves the same notices, and one
that was missed is made up for by the next.
"""

import datetime
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from organizations.access import Permission
from organizations.models import Organization, Substitution
from organizations.services import notices
from organizations.services.notices import Member, Wanted
from organizations.services.runs import unwatched
from organizations.templatetags.ru import day_short, plural
from roadmaps.queries.deadlines import SOON_DAYS, Due, due_in

EXECUTIONS_AT_ONCE = 1000
NEAR_DAYS = 3
WEEK = 7
MOST_NUMBERS = 30  # of one notice about an organization's late items; the others are counted
DAYS = "день,дня,дней"

Watch = Callable[[int, int], None]


def remind(
    region: Organization, *, day: datetime.date | None = None, progress: Watch = unwatched
) -> int:
    """Tell a region's people what is due soon, today or over; gives how many notices are new.

    Ten queries, and three more for each further thousand of executions.
    """
    day = day or timezone.localdate()
    due = due_in(region, day)
    people = _people(due, day)
    told = 0
    for start in range(0, len(due), EXECUTIONS_AT_ONCE):
        progress(start, len(due))
        some = due[start : start + EXECUTIONS_AT_ONCE]
        told += notices.notify_many(one for row in some for one in _of_day(row, day, people))
    told += notices.notify_many(escalated(due, day))
    progress(len(due), len(due))
    return told


# To whom


@dataclass(frozen=True)
class People:
    """Who works where today, and who stands in for whom."""

    at: Mapping[int, Collection[int]]
    instead: Mapping[int, Collection[int]]

    def named(self, due: Due) -> Collection[int]:
        """Who carries it out by name, and who stands in for them; nobody once they have left."""
        if due.holder is None or due.holder not in self.at.get(due.organization, ()):
            return ()
        return (due.holder, *self.instead.get(due.holder, ()))


def _people(due: Iterable[Due], day: datetime.date) -> People:
    held = {row.organization for row in due if row.holder is not None}
    members = notices.members_of(held)
    at = {place: {one.user_id for one in found} for place, found in members.items()}
    return People(at, _standing_in(day) if held else {})


def _standing_in(day: datetime.date) -> Mapping[int, Collection[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    rows = Substitution.objects.on(day).values_list("membership__user", "substitute")
    for person, substitute in rows:
        found[person].add(substitute)
    return found


# Of what


def _of_day(due: Due, day: datetime.date, people: People) -> Iterator[Wanted]:
    """The notices of one execution on a day: to whoever is named, and to all once it is late."""
    named, is_late = people.named(due), due.day < day
    if is_late or not named:
        yield _wanted(due, day, permission=Permission.EXECUTION_REPORT)
    for person in named:
        yield _wanted(due, day, user_id=person)


def _wanted(
    due: Due,
    day: datetime.date,
    *,
    permission: Permission | None = None,
    user_id: int | None = None,
) -> Wanted:
    kind, occasion, words = _occasion(due, day)
    return Wanted(
        organization_id=due.organization,
        kind=kind,
        subject=f"п. {due.number}{words}: {due.title}",
        text=due.plan,
        url=_page(due.roadmap, due.item),
        key=f"{kind}:{due.execution}:{due.day}:{occasion}",
        permission=permission,
        user_id=user_id,
    )


@lru_cache(maxsize=4096)
def _page(roadmap: int, item: int) -> str:
    """Made once an item, not once an organization."""
    return reverse("roadmaps:item", args=[roadmap, item])


def _occasion(due: Due, day: datetime.date) -> tuple[str, int, str]:
    """The kind of notice, which of its kind for this day of the execution, and what it says."""
    left = (due.day - day).days
    if left < 0:
        return "deadline.passed", (-left - 1) // WEEK, f", просрочено на {_days(-left)}"
    if left == 0:
        return ("deadline.control" if due.is_control else "deadline.today"), 0, ""
    step = NEAR_DAYS if left <= NEAR_DAYS else SOON_DAYS
    until = "до контрольной точки" if due.is_control else "до срока"
    rest = f"{plural(left, 'остался,осталось,осталось')} {_days(left)}"
    return "deadline.soon", step, f", {until} {day_short(due.day)} {rest}"


def _days(number: int) -> str:
    return f"{number} {plural(number, DAYS)}"


# One level up


def escalated(due: Sequence[Due], day: datetime.date) -> Iterator[Wanted]:
    """What has been late for long, told to who accepts it: once a week for a plan and organization.

    `due` stands in the order of its organizations and plans.
    """
    limit = day - datetime.timedelta(days=settings.ROADMAP_ESCALATE_DAYS)
    late = [row for row in due if row.day < limit and row.above is not None]
    above = notices.members_with(
        {row.above for row in late if row.above}, Permission.EXECUTION_ACCEPT
    )
    for (organization, _), rows in groupby(late, lambda row: (row.organization, row.roadmap)):
        some = list(rows)
        for member in above.get(some[0].above or 0, ()):
            if member.organization_id != organization:
                yield _upward(some, member, day)


def _upward(late: Sequence[Due], member: Member, day: datetime.date) -> Wanted:
    first = late[0]
    year, week, _ = day.isocalendar()
    page = reverse("roadmaps:roadmap", args=[first.roadmap])
    return Wanted(
        organization_id=member.organization_id,
        kind="escalation",
        subject=f"{first.organization_name}, {_count(late)}: {_numbers(late)}",
        text=first.plan,
        url=f"{page}?show=late&place={first.organization_code}",
        key=f"escalation:{first.roadmap}:{first.organization}:{year}-{week}",
        user_id=member.user_id,
    )


def _count(late: Sequence[Due]) -> str:
    """«3 пункта просрочены более 7 дней»"""
    number = len(late)
    said = plural(number, "пункт просрочен,пункта просрочены,пунктов просрочено")
    days = settings.ROADMAP_ESCALATE_DAYS
    return f"{number} {said} более {days} {plural(days, 'дня,дней,дней')}"


def _numbers(late: Sequence[Due]) -> str:
    """«2.15, 3.1 и ещё 5»"""
    more = len(late) - MOST_NUMBERS
    numbers = ", ".join(row.number for row in late[:MOST_NUMBERS])
    return f"{numbers} и ещё {more}" if more > 0 else numbers
