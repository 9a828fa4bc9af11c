"""Statistics of objectivity as rows of the table, with what a work's schools were measured by."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields

import numpy as np

from monitoring.computation.columns import Columns, Lists
from monitoring.computation.storing import Table, replace
from monitoring.models import Statistic, SystemNotch, WorkReference
from monitoring.queries.regions import Region
from monitoring.stats.arrays import IntArray
from monitoring.stats.engine import Examined
from monitoring.stats.fdr import q_values
from monitoring.stats.findings import METHOD_VERSION, Findings, Method
from monitoring.stats.packing import pack
from monitoring.stats.reference import Reference
from monitoring.stats.responsibility import Notch
from procedures.models import Work

Level = SystemNotch.Level

OF_CLASSES = ("class_numbers", "class_statistics", "class_p_values", "class_effects", "class_n")

STATISTICS = Table(
    Statistic,
    key=("organization_id", "year", "work_id", "method"),
    values=(
        "status",
        "statistic",
        "p_value",
        "q_value",
        "effect",
        "n",
        *OF_CLASSES,
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
    WorkReference,
    key=("work_id", "organization_id"),
    values=(*REFERENCE_ARRAYS, "findings", "method_version"),
    along=("run_id",),
    is_stamped=True,
)

NOTCHES = Table(
    SystemNotch,
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
    replace(
        STATISTICS,
        _of_work(work, schools, examined, run_id) if examined else (),
        of={"work_id": work.pk, "organization_id": region.nodes, "method": ALONE},
    )
    replace(
        REFERENCES,
        [_reference(work, region, schools, examined, run_id)] if examined else (),
        of={"work_id": work.pk, "organization_id": [region.pk]},
    )
    replace(
        NOTCHES,
        [_notches(work, region, schools, examined.notches, run_id)] if examined else (),
        of={"work_id": work.pk, "organization_id": region.nodes},
    )


def _of_work(
    work: Work, schools: IntArray, examined: Examined, run_id: int | None
) -> Iterator[Columns]:
    everyone = np.arange(len(schools))
    for tested in examined.tested.values():
        found, of_classes = tested.schools, _of_classes(len(schools), examined, tested.classes)
        yield statistics_of(found, work.year, work.pk, schools, everyone, of_classes, run_id)


def statistics_of(
    found: Findings,
    year: int,
    work_id: int | None,
    schools: IntArray,
    told: IntArray,
    of_classes: Mapping[str, Lists],
    run_id: int | None,
) -> Columns:
    """One row for each of the schools that are `told`, indices of `schools`; numbers only where
    the method gave them."""
    q_value = q_values(found.p_value, found.ok)
    columns = {
        "organization_id": schools[told],
        "year": year,
        "work_id": work_id,
        "method": str(found.method),
        "status": found.status[told].tolist(),
        "statistic": np.where(found.counted, found.statistic, np.nan)[told],
        "p_value": np.where(found.ok, found.p_value, np.nan)[told],
        "q_value": np.where(found.ok, q_value, np.nan)[told],
        "effect": np.where(found.counted, found.effect, np.nan)[told],
        "n": found.n[told],
        **of_classes,
        "method_version": found.method_version,
        "run_id": run_id,
    }
    return Columns(len(told), columns)


def no_classes(count: int) -> dict[str, Lists]:
    """So many schools of whose classes nothing is told."""
    return dict.fromkeys(OF_CLASSES, Lists.empty(count))


def _of_classes(count: int, examined: Examined, classes: Findings | None) -> Mapping[str, Lists]:
    """Of each school's classes that could be tested: number, statistic, p-value, effect, n."""
    if classes is None:
        return no_classes(count)
    ok = np.flatnonzero(classes.ok)
    at = ok[np.lexsort((examined.class_number[ok], examined.class_school[ok]))]
    ends = np.searchsorted(examined.class_school[at], np.arange(count + 1))
    arrays = (
        examined.class_number, classes.statistic, classes.p_value, classes.effect, classes.n,
    )  # fmt: skip
    return {name: Lists(array[at], ends) for name, array in zip(OF_CLASSES, arrays, strict=True)}


def _reference(
    work: Work, region: Region, schools: IntArray, examined: Examined, run_id: int | None
) -> Columns:
    arrays = {name: getattr(examined.reference, name) for name in REFERENCE_ARRAYS}
    columns = {
        "work_id": work.pk,
        "organization_id": region.pk,
        **{name: Lists.of_rows(array.reshape(1, -1)) for name, array in arrays.items()},
        "findings": [pack(examined, schools)],
        "method_version": METHOD_VERSION,
        "run_id": run_id,
    }
    return Columns(1, columns)


def _notches(
    work: Work, region: Region, schools: IntArray, notches: Iterable[Notch], run_id: int | None
) -> Columns:
    """Of units that are organizations; a school right under the region has no municipality."""
    units = {
        Level.REGION: lambda unit: region.pk,
        Level.MUNICIPALITY: lambda unit: int(region.towns[unit]),
        Level.SCHOOL: lambda unit: int(schools[unit]),
    }
    owned = [
        (owner, notch)
        for notch in notches
        if notch.level in units and (owner := units[Level(notch.level)](notch.unit))
    ]
    columns = {
        "work_id": work.pk,
        "organization_id": np.array([owner for owner, _ in owned], dtype=np.int64),
        "border": np.array([notch.border for _, notch in owned], dtype=np.int64),
        "level": [str(notch.level) for _, notch in owned],
        **{name: np.array([getattr(notch, name) for _, notch in owned], dtype=np.float64)
           for name in ("share_missing", "z", "placebo")},
        "method_version": METHOD_VERSION,
        "run_id": run_id,
    }  # fmt: skip
    return Columns(len(owned), columns)
