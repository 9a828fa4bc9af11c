"""Regions as a computation sees them: all nodes, and the schools as arrays."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from monitoring.stats.arrays import IntArray
from monitoring.stats.engine import Schools
from organizations.models import Level, Organization, Profile

# Whom a school is compared with first: schools of towns, of the country, of strong intakes.
ORDINARY, RURAL, STRONG = range(3)
STRONG_PROFILES = (Profile.LYCEUM, Profile.GYMNASIUM)


@dataclass(frozen=True, eq=False)
class Region:
    """A region with all below it, as it is now.

    `schools` are the keys of its schools in order, shape (n,); `town` indexes `towns`, in which 0
    stands for none: a school right under the region.
    """

    pk: int
    nodes: list[int]
    towns: IntArray
    schools: IntArray
    town: IntArray
    stratum: IntArray

    def of(self, schools: IntArray) -> Schools:
        """These of its schools as the engine takes them."""
        at = np.searchsorted(self.schools, schools)
        return Schools(self.town[at], self.stratum[at])

    def town_of(self, schools: IntArray) -> IntArray:
        """The key of each school's municipality, 0 for none."""
        return self.towns[self.town[np.searchsorted(self.schools, schools)]]

    def owners(self, schools: Collection[int] | None) -> list[int]:
        """Whose numbers rest on these of its schools: they, those above them, and itself."""
        if schools is None:
            return self.nodes
        own = self.schools[np.isin(self.schools, list(schools))]
        return sorted({self.pk, *own.tolist(), *self.town_of(own).tolist()} & set(self.nodes))


def regions_of(schools: Collection[int]) -> list[int]:
    """The regions in which these schools lie, by key. One query."""
    rows = Organization.objects.filter(pk__in=schools).values_list(
        "parent", "parent__parent", "parent__level"
    )
    found = {above if level == Level.MUNICIPALITY else parent for parent, above, level in rows}
    return sorted(pk for pk in found if pk)


def region_by_key(pk: int) -> Region:
    """The region with all below it. One query."""
    rows = list(
        Organization.objects.under(Organization(pk=pk))
        .order_by("pk")
        .values_list("pk", "level", "parent", "profile", "is_rural")
    )
    schools = [row for row in rows if row[1] == Level.SCHOOL]
    above = np.array([parent if parent != pk else 0 for _, _, parent, _, _ in schools], np.int64)
    towns, town = np.unique(above, return_inverse=True)
    return Region(
        pk,
        [row[0] for row in rows],
        towns,
        np.array([row[0] for row in schools], np.int64),
        town,
        np.array([_stratum(profile, rural) for *_, profile, rural in schools], np.int64),
    )


def _stratum(profile: str, is_rural: bool) -> int:
    if profile in STRONG_PROFILES:
        return STRONG
    return RURAL if is_rural else ORDINARY
