"""Statistics of objectivity as rows of the table, with what a work's schools were measured by."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from itertools import pairwise
from typing import Any

import numpy as np

from monitoring.computation.storing import NULL, Table, replace
from monitoring.models import SystemNotch
from monitoring.queries.regions import Region
from monitoring.stats.arrays import BoolArray, FloatArray, IntArray
from monitoring.stats.engine import Examined, Tested
from monitoring.stats.fdr import q_values
from monitoring.stats.findings import METHOD_VERSION, Findings, Method
from monitoring.stats.packing import pack
from monitoring.stats.reference import Reference
from monitoring.stats.responsibility import Notch
from procedures.models import Work

Level = SystemNotch.Level
Row = tuple[Any, ...]

STATISTICS = Table(
    "monitoring_statistic",
    key=("organization_id", "year", "work_id", "method"),
    values=(
        "status",
        "statistic",
        "p_value",
        "q_value",
        "effect",
        "n",
        "class_numbers",
        "class_statistics",
        "class_p_values",
        "class_effects",
        "class_n",
        "method_version",
    ),
    along=("run_id",),
    is_stamped=True,
)

# Found when works are set against each other, for the year as a whole.
LINKED = (Method.EXTERNAL_GAP, Method.COHORT_JUMP)
ALONE = [method for method in Method if method not in LINKED]

REFERENCE_ARRAYS = tuple(field.name for field in fields(Reference))

REFERENCES = Table(
    "monitoring_workreference",
    key=("work_id", "organization_id"),
    values=(*REFERENCE_ARRAYS, "findings", "method_version"),
    along=("run_id",),
    is_stamped=True,
)

NOTCHES = Table(
    "monitoring_systemnotch",
    key=("work_id", "organization_id", "border"),
    values=("level", "share_missing", "z", "placebo", "method_version"),
    along=("run_id",),
    is_stamped=True,
)


def store_examined(
    work: Work,
    region: Region,
    schools: IntArray,
    examined: Examined | None,
    run_id: int | None,
) -> None:
    """What was found in a work of a region; `schools` are the keys of the engine's indices.

    None, where nobody wrote, takes away what was stored before.
    """
    tested = examined.tested.values() if examined else ()
    rows = [row for one in tested for row in statistic_rows(work.year, work.pk, schools,
            examined, one, run_id)]  # fmt: skip
    own = {"work_id": work.pk, "organization_id": region.nodes, "method": ALONE}
    replace(STATISTICS, rows, of=own)
    replace(
        REFERENCES,
        _reference_rows(work, region, schools, examined, run_id),
        of={"work_id": work.pk, "organization_id": [region.pk]},
    )
    notches = examined.notches if examined else ()
    replace(
        NOTCHES,
        _notch_rows(work, region, schools, notches, run_id),
        of={"work_id": work.pk, "organization_id": region.nodes},
    )


def statistic_rows(
    year: int,
    work_id: int | None,
    schools: IntArray,
    examined: Examined | None,
    tested: Tested,
    run_id: int | None,
) -> Iterator[Row]:
    """One row a school; numbers only where the method gave them, and of classes it could test.

    As text, column by column: a region has ten thousand such rows a work.
    """
    found = tested.schools
    ok, counted = found.ok, found.counted
    columns = (
        schools.tolist(),
        found.status.tolist(),
        _where(counted, found.statistic),
        _where(ok, found.p_value),
        _where(ok, q_values(found.p_value, ok)),
        _where(counted, found.effect),
        map(str, found.n.tolist()),
    )
    classes = _by_school(len(schools), examined, tested.classes)
    method, version = str(found.method), found.method_version
    for (school, *numbers), own in zip(zip(*columns, strict=True), classes, strict=True):
        yield (school, year, work_id, method, *numbers, *own, version, run_id)


def _where(shown: BoolArray, numbers: FloatArray) -> list[str]:
    return [str(number) if is_shown else NULL
            for is_shown, number in zip(shown.tolist(), numbers.tolist(), strict=True)]  # fmt: skip


def _by_school(
    n_schools: int, examined: Examined | None, classes: Findings | None
) -> Iterable[list[str]]:
    """Of each school's classes that could be tested: number, statistic, p-value, effect, n."""
    if examined is None or classes is None:
        return [["{}"] * 5] * n_schools
    ok = np.flatnonzero(classes.ok)
    at = ok[np.lexsort((examined.class_number[ok], examined.class_school[ok]))]
    arrays = (
        examined.class_number, classes.statistic, classes.p_value, classes.effect, classes.n,
    )  # fmt: skip
    columns = [list(map(str, array[at].tolist())) for array in arrays]
    ends = np.searchsorted(examined.class_school[at], np.arange(n_schools + 1)).tolist()
    return [
        ["{" + ",".join(column[first:last]) + "}" for column in columns]
        for first, last in pairwise(ends)
    ]


def _reference_rows(
    work: Work, region: Region, schools: IntArray, examined: Examined | None, run_id: int | None
) -> Iterator[Row]:
    if examined is not None:
        arrays = [getattr(examined.reference, name).ravel().tolist() for name in REFERENCE_ARRAYS]
        yield (work.pk, region.pk, *arrays, pack(examined, schools), METHOD_VERSION, run_id)


def _notch_rows(
    work: Work, region: Region, schools: IntArray, notches: Iterable[Notch], run_id: int | None
) -> Iterator[Row]:
    """Of units that are organizations; a school right under the region has no municipality."""
    units = {
        Level.REGION: lambda unit: region.pk,
        Level.MUNICIPALITY: lambda unit: int(region.towns[unit]),
        Level.SCHOOL: lambda unit: int(schools[unit]),
    }
    for notch in notches:
        if notch.level in units and (organization := units[Level(notch.level)](notch.unit)):
            numbers = map(float, (notch.share_missing, notch.z, notch.placebo))
            key = (work.pk, organization, notch.border)
            yield (*key, str(notch.level), *numbers, METHOD_VERSION, run_id)
