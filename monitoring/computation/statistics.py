"""Statistics of objectivity: every method for every school, compared inside its region."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from monitoring.computation.storing import Table, replace
from monitoring.queries.cells import ClassCells, Stand
from monitoring.stats.cells import add
from monitoring.stats.fdr import q_values
from monitoring.stats.findings import Findings, Method, Status, not_tested
from monitoring.stats.journal import journal_gap2, journal_shift
from monitoring.stats.level import level, school_means
from monitoring.stats.notch import border_notch
from procedures.models import Work
from procedures.scales import Borders

Row = tuple[Any, ...]

STATISTICS = Table(
    "monitoring_statistic",
    key=("organization_id", "work_id", "method"),
    values=("status", "statistic", "p_value", "q_value", "effect", "n", "method_version"),
    along=("run_id",),
    is_stamped=True,
)


def store_statistics(
    work: Work,
    borders: Borders | None,
    classes: ClassCells,
    stand: dict[int, Stand],
    run_id: int | None,
) -> None:
    """Test the schools of each region against each other; every school gets every method's row."""
    regions = np.array([stand[school].region for school in classes.school.tolist()], dtype=np.int64)
    rows: list[Row] = []
    for region in np.unique(regions):
        inside = np.flatnonzero(regions == region)
        schools, index = np.unique(classes.school[inside], return_inverse=True)
        region_classes = ClassCells(index, classes.number[inside], classes.cells.take(inside))
        for findings in _findings(region_classes, borders, len(schools)):
            rows += _rows(work, schools.tolist(), findings, run_id)
    replace(STATISTICS, rows, of={"work_id": work.pk})


def _findings(classes: ClassCells, borders: Borders | None, n_schools: int) -> Iterator[Findings]:
    """Each method in turn; `classes.school` is an index 0 … n_schools − 1 here."""
    schools = add(classes.cells, classes.school, n_schools)
    yield level(school_means(classes.cells, classes.school, n_schools))
    edges = [borders.three, borders.four, borders.five] if borders else None
    yield border_notch(schools.histogram, edges)
    if schools.marks.any():
        yield journal_shift(schools.journal)
        yield journal_gap2(schools.journal)
    else:
        pairs = schools.journal.sum(axis=(1, 2))
        for method in (Method.JOURNAL_SHIFT, Method.JOURNAL_GAP2):
            yield not_tested(method, pairs, Status.NO_SCALE)


def _rows(work: Work, schools: list[int], found: Findings, run_id: int | None) -> Iterator[Row]:
    """Rows of the table; numbers only where the method could test the school."""
    q = q_values(found.p_value, found.ok)
    numbers = (found.statistic, found.p_value, q, found.effect)
    columns = (array.tolist() for array in (found.ok, found.status, found.n, *numbers))
    for school, ok, status, n, *number in zip(schools, *columns, strict=True):
        shown = number if ok else [None] * len(number)
        key = (school, work.pk, str(found.method))
        yield (*key, str(status), *shown, n, found.method_version, run_id)
