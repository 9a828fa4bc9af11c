"""Indicators of schools, municipalities and regions, in each work and over the whole year."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from django.db.models import F, Sum
from django.db.models.functions import Round

from monitoring.computation.storing import Table, replace
from monitoring.indicators.catalog import BY_CODE, CATALOG
from monitoring.indicators.definition import Indicator, Unit
from monitoring.models import IndicatorValue
from monitoring.queries.cells import ClassCells
from monitoring.queries.regions import Region
from monitoring.stats.arrays import IntArray
from monitoring.stats.cells import Cells, add
from monitoring.stats.estimate import Estimates
from monitoring.stats.shares import wilson
from procedures.models import Work

Row = tuple[Any, ...]

VALUES = Table(
    "monitoring_indicatorvalue",
    key=("organization_id", "indicator", "year", "work_id"),
    values=("value", "low", "high", "pupils", "method_version"),
    along=("run_id",),
    is_stamped=True,
)

# Shares of pupils add up over works. A mean percent does not: works differ in difficulty.
POOLED = [indicator.code for indicator in CATALOG if indicator.unit == Unit.SHARE]


def store_values(
    work: Work, region: Region, classes: ClassCells | None, run_id: int | None
) -> None:
    """The values of a work: of each school, and from the same cells of all above it."""
    rows = _rows_of_work(work, region, classes, run_id) if classes else ()
    replace(VALUES, rows, of={"work_id": work.pk, "organization_id": region.nodes})


def store_values_of_year(year: int, region: Region, run_id: int | None) -> None:
    """The values over a year: the pupils of all its works together.

    A share times its pupils is a whole number of pupils again, so the values of the works are
    all that is needed.
    """
    of_works = IndicatorValue.objects.filter(
        year=year, work__isnull=False, indicator__in=POOLED, organization__in=region.nodes
    )
    counted = (
        of_works.order_by()
        .values_list("organization", "indicator")
        .annotate(hits=Sum(Round(F("value") * F("pupils"))), of=Sum("pupils"))
    )
    found = list(counted)
    hits, pupils = (np.array([row[i] for row in found], dtype=np.int64) for i in (2, 3))
    estimates = wilson(hits, pupils)
    owners = [(owner, BY_CODE[code]) for owner, code, _, _ in found]
    rows = _rows(year, None, owners, estimates, run_id)
    replace(VALUES, rows, of={"year": year, "work_id": None, "organization_id": region.nodes})


def _rows_of_work(
    work: Work, region: Region, classes: ClassCells, run_id: int | None
) -> Iterator[Row]:
    for owners in _owners(classes, region):
        is_owned = owners > 0
        units, index = np.unique(owners[is_owned], return_inverse=True)
        cells = add(classes.cells.take(np.flatnonzero(is_owned)), index, len(units))
        yield from _values(work, units.tolist(), cells, run_id)


def _owners(classes: ClassCells, region: Region) -> Iterator[IntArray]:
    """Whose each class is at the three levels, shape (K,); 0 for nobody's."""
    yield classes.school
    yield region.town_of(classes.school)
    yield np.full(len(classes), region.pk)


def _values(work: Work, units: list[int], cells: Cells, run_id: int | None) -> Iterator[Row]:
    for indicator in CATALOG:
        owners = [(unit, indicator) for unit in units]
        yield from _rows(work.year, work.pk, owners, indicator.formula(cells), run_id)


def _rows(
    year: int,
    work_id: int | None,
    owners: Iterable[tuple[int, Indicator]],
    estimates: Estimates,
    run_id: int | None,
) -> Iterator[Row]:
    """Rows of the table; a unit without pupils has none."""
    numbers = (estimates.value, estimates.low, estimates.high, estimates.pupils)
    columns = (array.tolist() for array in numbers)
    for (owner, indicator), *number in zip(owners, *columns, strict=True):
        if number[-1]:
            version = indicator.method_version
            yield (owner, indicator.code, year, work_id, *number, version, run_id)
