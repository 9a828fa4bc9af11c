"""Indicators of schools, municipalities and regions, in each work and over the whole year."""

from collections.abc import Iterator, Sequence

import numpy as np
from django.db.models import F, Sum
from django.db.models.functions import Round

from monitoring.computation.columns import Column, Columns
from monitoring.computation.storing import Table, replace
from monitoring.indicators.catalog import BY_CODE, CATALOG
from monitoring.indicators.definition import Unit
from monitoring.models import IndicatorValue
from monitoring.queries.cells import ClassCells
from monitoring.queries.regions import Region
from monitoring.stats.arrays import IntArray
from monitoring.stats.cells import add
from monitoring.stats.estimate import Estimates
from monitoring.stats.shares import wilson
from procedures.models import Work

VALUES = Table(
    IndicatorValue,
    key=("organization_id", "indicator", "year", "work_id"),
    values=("value", "low", "high", "pupils", "method_version"),
    along=("run_id",),
    is_stamped=True,
)

# Shares of pupils add up over works. A mean percent does not: works differ in difficulty.
POOLED = [indicator.code for indicator in CATALOG if indicator.unit == Unit.SHARE]


def store_values(
    work: Work, region: Region, owners: list[int], classes: ClassCells | None, run_id: int | None
) -> None:
    """The values of a work for these `owners`: of schools, and from the same cells of all above."""
    values = _of_work(work, region, owners, classes, run_id) if classes else ()
    replace(VALUES, values, of={"work_id": work.pk, "organization_id": owners})


def store_values_of_year(year: int, owners: list[int], run_id: int | None) -> None:
    """The values over a year for these `owners`: the pupils of all its works together.

    A share times its pupils is a whole number of pupils again, so the values of the works are
    all that is needed.
    """
    of_works = IndicatorValue.objects.filter(
        year=year, work__isnull=False, indicator__in=POOLED, organization__in=owners
    )
    counted = (
        of_works.order_by()
        .values_list("organization", "indicator")
        .annotate(hits=Sum(Round(F("value") * F("pupils"))), of=Sum("pupils"))
    )
    units, codes, hits, pupils = zip(*counted, strict=True) if counted else ([], [], [], [])
    estimates = wilson(np.array(hits, dtype=np.int64), np.array(pupils, dtype=np.int64))
    pooled = _columns(year, None, np.array(units, dtype=np.int64), codes, estimates, run_id)
    replace(VALUES, [pooled], of={"year": year, "work_id": None, "organization_id": owners})


def _of_work(
    work: Work, region: Region, owners: list[int], classes: ClassCells, run_id: int | None
) -> Iterator[Columns]:
    for above in _above(classes, region):
        is_owned = np.isin(above, owners)
        units, index = np.unique(above[is_owned], return_inverse=True)
        cells = add(classes.cells.take(np.flatnonzero(is_owned)), index, len(units))
        for indicator in CATALOG:
            estimates, codes = indicator.formula(cells), [indicator.code] * len(units)
            yield _columns(work.year, work.pk, units, codes, estimates, run_id)


def _above(classes: ClassCells, region: Region) -> Iterator[IntArray]:
    """Whose each class is at the three levels, shape (K,); 0 for nobody's."""
    yield classes.school
    yield region.town_of(classes.school)
    yield np.full(len(classes), region.pk)


def _columns(
    year: int,
    work_id: int | None,
    owners: IntArray,
    codes: Sequence[str],
    estimates: Estimates,
    run_id: int | None,
) -> Columns:
    """Rows of the table; a unit without pupils has none."""
    counted = np.flatnonzero(estimates.pupils)
    told = [codes[at] for at in counted.tolist()]
    columns: dict[str, Column] = {
        "organization_id": owners[counted],
        "indicator": told,
        "year": year,
        "work_id": work_id,
        "value": estimates.value[counted],
        "low": estimates.low[counted],
        "high": estimates.high[counted],
        "pupils": estimates.pupils[counted],
        "method_version": [BY_CODE[code].method_version for code in told],
        "run_id": run_id,
    }
    return Columns(len(counted), columns)
