"""What an objectivity method found: one result per unit, the same shape for all methods."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from monitoring.stats.arrays import BoolArray, FloatArray, IntArray

# Stored with every number; changes when any method or threshold changes.
METHOD_VERSION = "2026.4"


class Method(StrEnum):
    """Names under which findings are stored; they never change meaning."""

    BORDER_NOTCH = "border_notch"
    LEVEL = "level"
    DISPERSION = "dispersion"
    TASK_PROFILE = "task_profile"
    TASK_CONTRAST = "task_contrast"
    TASK_MAX = "task_max"
    SIMILARITY = "similarity"
    OMISSION = "omission"
    JOURNAL_SHIFT = "journal_shift"
    JOURNAL_MIRROR = "journal_mirror"
    JOURNAL_GAP2 = "journal_gap2"
    ABSENCE = "absence"
    EXTERNAL_GAP = "external_gap"
    COHORT_JUMP = "cohort_jump"


class Family(StrEnum):
    """Kinds of evidence: methods of one family look at the same thing, two families do not."""

    BORDERS = "borders"
    TASKS = "tasks"
    SIMILARITY = "similarity"
    LEVEL = "level"
    MARKS = "marks"
    ATTENDANCE = "attendance"


FAMILY = {
    Method.BORDER_NOTCH: Family.BORDERS,
    Method.TASK_PROFILE: Family.TASKS,
    Method.TASK_CONTRAST: Family.TASKS,
    Method.TASK_MAX: Family.TASKS,
    Method.OMISSION: Family.TASKS,
    Method.SIMILARITY: Family.SIMILARITY,
    Method.DISPERSION: Family.SIMILARITY,
    Method.LEVEL: Family.LEVEL,
    Method.EXTERNAL_GAP: Family.LEVEL,
    Method.COHORT_JUMP: Family.LEVEL,
    Method.JOURNAL_SHIFT: Family.MARKS,
    Method.JOURNAL_MIRROR: Family.MARKS,
    Method.JOURNAL_GAP2: Family.MARKS,
    Method.ABSENCE: Family.ATTENDANCE,
}


class Status(StrEnum):
    """Whether a unit could be tested, and if not, why."""

    OK = "ok"
    POOLED = "pooled"  # too few to be judged alone, counted with the other works
    TOO_FEW = "too_few"
    NO_SCALE = "no_scale"
    NOT_HELD = "not_held"  # nothing to compare with: no other work, no code for omissions


@dataclass(frozen=True, eq=False)
class Findings:
    """Results of one method for K units, as arrays of shape (K,).

    `n` is what the test rests on and `effect` has the method's own unit; the method says both.
    Where the status is neither OK nor POOLED the numbers are neutral (0, p-value 1) and mean
    nothing; a POOLED unit has a statistic and an effect, but no p-value of its own.
    """

    method: Method
    statistic: FloatArray
    p_value: FloatArray
    effect: FloatArray
    n: IntArray
    status: NDArray[np.str_]
    method_version: str = METHOD_VERSION

    @cached_property
    def ok(self) -> BoolArray:
        return np.asarray(self.status == Status.OK)

    @cached_property
    def counted(self) -> BoolArray:
        """Units that are tested, alone or with other works."""
        return np.asarray(self.ok | (self.status == Status.POOLED))

    def __len__(self) -> int:
        return len(self.n)


def found(
    method: Method,
    *,
    tested: BoolArray,
    statistic: FloatArray,
    p_value: FloatArray,
    effect: FloatArray,
    n: IntArray,
    pooled: BoolArray | None = None,
) -> Findings:
    """Findings in which units that were not tested are too few, or `pooled` with other works."""
    counted = tested if pooled is None else tested | pooled
    few = np.where(counted, Status.POOLED, Status.TOO_FEW)
    return Findings(
        method,
        np.where(counted, statistic, 0.0),
        np.where(tested, p_value, 1.0),
        np.where(counted, effect, 0.0),
        n,
        np.where(tested, Status.OK, few),
    )


def not_tested(method: Method, n: IntArray, why: Status) -> Findings:
    """Findings of units none of which could be tested."""
    zeros = np.zeros(len(n))
    return Findings(method, zeros, zeros + 1, zeros, n, np.full(len(n), why))
