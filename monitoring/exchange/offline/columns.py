"""All statistics of a region as columns: one row a statistic, in the order of signals.csv."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.stats.arrays import BoolArray, FloatArray, IntArray
from monitoring.stats.engine import Assessment, Examined
from monitoring.stats.findings import Findings, Method

METHODS = tuple(Method)
WHOLE = -1  # the class of a whole school, the work of all works together


@dataclass(frozen=True, eq=False)
class Columns:
    """N statistics; `school`, `work`, `class_number` (−1 whole) and `method` are numbers."""

    school: IntArray
    work: IntArray
    class_number: IntArray
    method: IntArray
    statistic: FloatArray
    p_value: FloatArray
    effect: FloatArray
    n: IntArray

    def __len__(self) -> int:
        return len(self.school)

    def of(self, chosen: BoolArray | IntArray) -> "Columns":
        return Columns(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))

    @property
    def is_class(self) -> BoolArray:
        return np.asarray(self.class_number != WHOLE)


def columns_of(examined: Sequence[Examined], assessment: Assessment) -> Columns:
    """What was found in the works and in all of them together, where a test could be made."""
    parts = list(_parts(examined, assessment))
    if not parts:
        none, empty = np.zeros(0, dtype=np.int64), np.zeros(0)
        return Columns(none, none, none, none, empty, empty, empty, none)
    found = Columns(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in Columns.__dataclass_fields__
        )
    )
    return found.of(np.lexsort((found.method, found.class_number, found.work, found.school)))


def _parts(examined: Sequence[Examined], assessment: Assessment) -> Iterator[Columns]:
    for method, findings in assessment.pooled.items():
        schools = np.arange(len(findings))
        yield _part(method, findings, WHOLE, schools, np.full(len(schools), WHOLE))
    for number, one in enumerate(examined):
        for method, tested in one.tested.items():
            schools = np.arange(len(tested.schools))
            yield _part(method, tested.schools, number, schools, np.full(len(schools), WHOLE))
            if tested.classes is not None:
                where = one.class_school, one.class_number
                yield _part(method, tested.classes, number, *where)


def _part(
    method: Method,
    findings: Findings,
    work: int,
    school: NDArray[np.integer],
    class_number: NDArray[np.integer],
) -> Columns:
    ok = findings.ok
    count = int(ok.sum())
    return Columns(
        school[ok].astype(np.int64),
        np.full(count, work, dtype=np.int64),
        class_number[ok].astype(np.int64),
        np.full(count, METHODS.index(method), dtype=np.int64),
        findings.statistic[ok],
        findings.p_value[ok],
        findings.effect[ok],
        findings.n[ok],
    )
