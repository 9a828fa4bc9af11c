"""Reads of federal markers: of a school, of a year, of three years; by name, never by number."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from monitoring.models import FederalMarker
from monitoring.queries.objectivity import region_of
from organizations.access import Viewer
from organizations.models import Organization

PERIOD = 3  # years a list is looked at over (docs/decisions/0021)


def markers_of(school: Organization) -> dict[int, dict[str, bool | None]]:
    """Year → the four markers as received; None is an empty cell. One query."""
    rows = FederalMarker.objects.current().filter(organization=school).order_by("year")
    return {row.year: row.values for row in rows}


def years_received(viewer: Viewer) -> list[int]:
    """The years of which the viewer's region has a list, newest first. Two queries.

    Which years came is no secret of a school: a school not listed has to learn it, too.
    """
    lists = FederalMarker.objects.current().filter(received__organization=region_of(viewer))
    return list(lists.order_by("-year").values_list("year", flat=True).distinct())


def of_year(viewer: Viewer, year: int) -> QuerySet[FederalMarker]:
    """The viewer's schools with a marker in the list of the year, by name."""
    rows = FederalMarker.objects.visible_to(viewer).current().marked().filter(year=year)
    return rows.select_related("organization__parent").order_by(
        "organization__short_name", "organization"
    )


def marked_in(schools: Iterable[Organization], year: int) -> set[int]:
    """Which of these schools have a marker in the list of a year, by key. One query."""
    rows = FederalMarker.objects.current().marked().filter(year=year, organization__in=schools)
    return set(rows.values_list("organization", flat=True))


@dataclass(frozen=True)
class Stability:
    """A school's markers over the years of a period."""

    school: Organization
    years: dict[int, FederalMarker]

    @property
    def times(self) -> int:
        return len(self.years)


def over_period(viewer: Viewer, last: int, *, least: int = 1) -> list[Stability]:
    """The viewer's schools with a marker in at least so many of the three years to `last`.

    By name. Two queries at most.
    """
    rows = FederalMarker.objects.visible_to(viewer).current().marked()
    rows = rows.filter(year__gt=last - PERIOD, year__lte=last)
    by_school: dict[Organization, dict[int, FederalMarker]] = defaultdict(dict)
    for row in rows.select_related("organization__parent").order_by("year"):
        by_school[row.organization][row.year] = row
    found = [Stability(school, years) for school, years in by_school.items() if len(years) >= least]
    return sorted(found, key=lambda one: (one.school.short_name, one.school.pk))
