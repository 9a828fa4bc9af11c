"""Where the schools of a region stand, and how their numbers become their territories'."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from organizations.models import Kind, Level, Organization

NODES = (Kind.REGION, Kind.MUNICIPALITY, Kind.SCHOOL)

K = TypeVar("K", bound=Hashable)
T = TypeVar("T", bound=tuple[int, ...])


@dataclass(frozen=True)
class Tree:
    """One region with its municipalities and schools, closed ones too."""

    region: Organization
    places: Mapping[int, Organization]

    @cached_property
    def schools(self) -> dict[int, Organization]:
        return {pk: place for pk, place in self.places.items() if place.kind == Kind.SCHOOL}

    def chain(self, school: int) -> tuple[int, ...]:
        """The school, its municipality and the region; a boarding school may skip a level."""
        return tuple(dict.fromkeys((school, self.schools[school].parent_id or 0, self.region.pk)))

    def schools_of(self, place: Organization) -> list[Organization]:
        """The schools of a territory by name; of a school, itself."""
        if place.pk in self.schools:
            return [place]
        return [school for pk, school in self.schools.items() if place.pk in self.chain(pk)]

    def working_schools(self, place: Organization, on: datetime.date) -> list[Organization]:
        return [school for school in self.schools_of(place) if worked(school, on)]

    def above(self, place: Organization) -> Organization | None:
        """The level a place is compared with; nothing for the region."""
        return self.places.get(place.parent_id) if place.parent_id else None

    def line(self, place: Organization) -> list[Organization]:
        """The place and the territories above it, from below."""
        above = self.above(place)
        return [place, *(self.line(above) if above else [])]

    def at(self, level: Level) -> list[Organization]:
        return [place for place in self.places.values() if place.level == level]


def region_of(place: Organization) -> Organization:
    """The region a place belongs to; at most two queries."""
    return region_of(place.parent) if place.parent else place


def tree_of(region: Organization) -> Tree:
    """One query."""
    rows = Organization.objects.under(region).filter(kind__in=NODES)
    return Tree(region, {row.pk: row for row in rows.order_by("level", "short_name", "pk")})


def worked(school: Organization, on: datetime.date) -> bool:
    """Whether the school was opened and not yet closed on this day."""
    opened = school.opened_on is None or school.opened_on <= on
    return opened and (school.closed_on is None or school.closed_on > on)


def with_territories(
    rows: Mapping[tuple[int, K], T], tree: Tree, kind: Callable[..., T]
) -> dict[tuple[int, K], T]:
    """Counts of schools, and beside them the sums of their municipalities and of the region."""
    parts: dict[tuple[int, K], list[T]] = defaultdict(list)
    for (school, key), counts in rows.items():
        for place in tree.chain(school):
            parts[place, key].append(counts)
    return {at: kind(*map(sum, zip(*found, strict=True))) for at, found in parts.items()}
