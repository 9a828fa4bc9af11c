"""Reads of the indicator pages: one's own value beside the levels above, and a territory's."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from django.db.models import F, Q, QuerySet

from monitoring.models import IndicatorValue
from monitoring.queries.objectivity import region_of
from monitoring.stats.arrays import FloatArray, IntArray
from organizations.access import Viewer
from organizations.models import Kind, Level, Organization
from procedures.models import Work


def ladder(viewer: Viewer) -> list[Organization]:
    """The viewer's own node of the tree and those it lies in, the region last. One query."""
    own = viewer.territory_id
    around = Q(pk=own) | Q(children=own) | Q(children__children=own)
    nodes = Organization.objects.filter(around).in_tree().distinct()
    return list(nodes.order_by("-level"))


def years_of(organization: Organization) -> list[int]:
    """The years of which the organization has values, the last first."""
    rows = IndicatorValue.objects.filter(organization=organization, work=None)
    return list(rows.order_by("-year").values_list("year", flat=True).distinct())


def works_of(organization: Organization, year: int) -> QuerySet[Work]:
    """The works of the year in which the organization has values."""
    works = Work.objects.filter(year=year, values__organization=organization).distinct()
    return works.order_by("grade", "subject", "pk")


def values_of(
    organizations: Iterable[Organization], year: int, work: Work | None
) -> dict[tuple[int, str], IndicatorValue]:
    """The values by organization and indicator. One query."""
    rows = IndicatorValue.objects.filter(organization__in=list(organizations), year=year, work=work)
    return {(row.organization_id, row.indicator): row for row in rows}


def values_of_territory(
    viewer: Viewer, indicator: str, year: int, work: Work | None, *, level: Level, municipality: str
) -> QuerySet[IndicatorValue]:
    """The values of the viewer's organizations of one level, by name."""
    rows = IndicatorValue.objects.visible_to(viewer).filter(
        indicator=indicator, year=year, work=work, organization__level=level
    )
    if municipality:
        rows = rows.filter(organization__parent__code=municipality)
    rows = rows.select_related("organization__parent")
    return rows.order_by("organization__short_name", "organization")


def history(organization: Organization, indicator: str) -> QuerySet[IndicatorValue]:
    """All values of one organization: by year, the last first; the year itself before its works."""
    rows = IndicatorValue.objects.filter(organization=organization, indicator=indicator)
    return rows.select_related("work").order_by(
        "-year", F("work__grade").asc(nulls_first=True), "work__subject", "work"
    )


@dataclass(frozen=True, eq=False)
class SchoolValues:
    """One indicator of all schools of a region, without their names; shapes (n,)."""

    owner: IntArray
    value: FloatArray
    low: FloatArray
    high: FloatArray
    pupils: IntArray


def values_of_region(viewer: Viewer, indicator: str, year: int, work: Work | None) -> SchoolValues:
    """What a funnel compares with: points and nothing else. Two queries."""
    schools = Organization.objects.under(region_of(viewer)).filter(kind=Kind.SCHOOL)
    rows = IndicatorValue.objects.filter(
        indicator=indicator, year=year, work=work, organization__in=schools.values("pk")
    ).order_by("organization")
    found = list(rows.values_list("organization", "value", "low", "high", "pupils"))
    columns = [np.array(column) for column in zip(*found, strict=True)] or [np.array([])] * 5
    owner, value, low, high, pupils = columns
    return SchoolValues(owner, value, low, high, pupils)
