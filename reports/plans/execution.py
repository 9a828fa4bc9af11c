"""A plan as it was carried out by a day: read once, for the page, the files and the orders."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from django.db.models import Q
from django.utils import timezone

from organizations.access import Viewer
from organizations.models import Level, Organization
from reports.plans import past
from reports.plans.figures import Answer, Fate, Figures, answers_of, counted
from reports.plans.past import Part, end_of
from roadmaps.models import IN_FORCE_ONCE, Item, Roadmap
from roadmaps.queries import Standing, with_bodies

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Taken:
    """A territory next below that the plan asks, and the plan it had made of it by the day."""

    place: Organization
    plan: Roadmap | None


@dataclass(frozen=True)
class Execution:
    """A plan on a day in the viewer's territory, or in the part of it named by `within`.

    `places` are the territories or schools by which it is told; what the plan's own level carries
    out itself has none.
    """

    roadmap: Roadmap
    day: datetime.date
    within: Organization | None
    level: int
    items: Sequence[Item]
    answers: Sequence[Answer]
    places: Mapping[int, Organization]
    taken: Sequence[Taken]

    @cached_property
    def figures(self) -> Figures:
        return counted(self.answers)

    @cached_property
    def by_item(self) -> dict[int, list[Answer]]:
        return _grouped(self.answers, lambda answer: answer.item)

    @cached_property
    def by_place(self) -> dict[int | None, list[Answer]]:
        return _grouped(self.answers, lambda answer: place_of(answer.parts[0], self.level))

    @cached_property
    def overdue(self) -> list[Answer]:
        return [answer for answer in self.answers if answer.fate is Fate.OVERDUE]

    @property
    def is_late(self) -> bool:
        return self.figures.standings[Standing.LATE] > 0


def _grouped(answers: Iterable[Answer], key: Callable[[Answer], K]) -> dict[K, list[Answer]]:
    found: dict[K, list[Answer]] = defaultdict(list)
    for answer in answers:
        found[key(answer)].append(answer)
    return found


def place_of(part: Part, level: int) -> int | None:
    """Where an answer is told: below the region by municipality, or by the region's own school;
    below that by school."""
    if level > Level.REGION or part.parent_level == Level.REGION == part.level - 2:
        return part.execution.organization_id if part.level == Level.SCHOOL else None
    if part.level == Level.SCHOOL:
        return part.parent
    return part.execution.organization_id if part.level == Level.MUNICIPALITY else None


def executed(
    roadmap: Roadmap,
    viewer: Viewer,
    *,
    day: datetime.date,
    within: Organization | None = None,
) -> Execution:
    """How a plan that has been in force stood at the end of a day. Six queries."""
    items = list(with_bodies(Item.objects.visible_to(viewer).filter(roadmap=roadmap)))
    plans = {roadmap.pk: roadmap} | plans_below(roadmap, viewer)
    answers = answers_of(past.read(items, plans, viewer, day=day, within=within), day=day)
    level = max(roadmap.owner.level, viewer.level, within.level if within else 0)
    asked = {next_below(part, roadmap) for answer in answers for part in answer.parts}
    told = {place_of(answer.parts[0], level) for answer in answers}
    places = _places(asked | told, viewer)
    return Execution(
        roadmap=roadmap,
        day=day,
        within=within,
        level=level,
        items=sorted(items, key=lambda item: item.position),
        answers=answers,
        places=places,
        taken=_taken(roadmap, plans, [places[pk] for pk in asked if pk in places], day),
    )


def next_below(part: Part, roadmap: Roadmap) -> int | None:
    """The territory next below the plan's owner to which an answer belongs; none below a school."""
    below = roadmap.owner.level < Level.SCHOOL
    return place_of(part, roadmap.owner.level) if below else None


def plans_below(roadmap: Roadmap, viewer: Viewer) -> dict[int, Roadmap]:
    """The plans taken from a plan, one level down and two, in all their versions. One query."""
    rows = Roadmap.objects.visible_to(viewer).filter(
        Q(above=roadmap) | Q(above__above=roadmap), status__in=IN_FORCE_ONCE
    )
    return {row.pk: row for row in rows.select_related("owner", "order")}


def _places(keys: set[int | None], viewer: Viewer) -> dict[int, Organization]:
    rows = Organization.objects.visible_to(viewer).filter(pk__in=[pk for pk in keys if pk])
    return {row.pk: row for row in rows.order_by("short_name", "pk")}


def _taken(
    roadmap: Roadmap,
    plans: Mapping[int, Roadmap],
    places: Sequence[Organization],
    day: datetime.date,
) -> list[Taken]:
    """For each place its plan in force on the day, by name; the latest version of then."""
    found: dict[int, Roadmap] = {}
    asked = {place.pk for place in places}
    for plan in sorted(plans.values(), key=lambda plan: plan.version):
        is_next = plan.pk != roadmap.pk and plan.owner.territory_id in asked
        if is_next and (plan.approved_at is None or plan.approved_at < end_of(day)):
            found[plan.owner.territory_id] = plan
    named = sorted(places, key=lambda place: (place.short_name.casefold(), place.pk))
    return [Taken(place, found.get(place.pk)) for place in named]


def approved_on(roadmap: Roadmap) -> datetime.date | None:
    """The first day on which the plan's executions are known."""
    return timezone.localdate(roadmap.approved_at) if roadmap.approved_at else None
