"""Indicators of schools, municipalities and regions, in each work and over the whole year."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from django.db.models import F, Sum
from django.db.models.functions import Round

from monitoring.computation.storing import Table, hold, replace
from monitoring.indicators.catalog import BY_CODE, CATALOG
from monitoring.indicators.definition import Indicator, Unit
from monitoring.models import IndicatorValue
from monitoring.queries.cells import ClassCells, Stand
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
    work: Work, classes: ClassCells, stand: dict[int, Stand], run_id: int | None
) -> None:
    """The values of a work: of each school, and from the same cells of all above it."""
    rows: list[Row] = []
    for owners in _owners(classes, stand):
        is_owned = owners > 0
        if not is_owned.any():
            continue
        units, index = np.unique(owners[is_owned], return_inverse=True)
        cells = add(classes.cells.take(np.flatnonzero(is_owned)), index, len(units))
        rows += _values(work, units.tolist(), cells, run_id)
    replace(VALUES, rows, of={"work_id": work.pk})


def store_year(year: int, run_id: int | None) -> None:
    """The values over a year: the pupils of all its works together. Waits for its own turn.

    A share times its pupils is a whole number of pupils again, so the values of the works are
    all that is needed.
    """
    hold(f"indicator values of {year}")
    of_works = IndicatorValue.objects.filter(year=year, work__isnull=False, indicator__in=POOLED)
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
    replace(VALUES, rows, of={"year": year, "work_id": None})


def _owners(classes: ClassCells, stand: dict[int, Stand]) -> Iterator[np.ndarray[Any, Any]]:
    """Whose each class is at the three levels, shape (K,); 0 for nobody's."""
    yield classes.school
    schools, index = np.unique(classes.school, return_inverse=True)
    stands = [stand[school] for school in schools.tolist()]
    for above in ([s.municipality or 0 for s in stands], [s.region for s in stands]):
        yield np.array(above, dtype=np.int64)[index]


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
