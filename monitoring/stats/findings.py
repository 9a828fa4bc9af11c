"""What an objectivity method found: one result per unit, the same shape for all methods."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from monitoring.stats.arrays import BoolArray, FloatArray, IntArray

# Stored with every number; changes when any method or threshold changes.
METHOD_VERSION = "2026.1"


class Method(StrEnum):
    """Names under which findings are stored; they never change meaning."""

    BORDER_NOTCH = "border_notch"
    LEVEL = "level"
    JOURNAL_SHIFT = "journal_shift"
    JOURNAL_GAP2 = "journal_gap2"


class Status(StrEnum):
    """Whether a unit could be tested, and if not, why."""

    OK = "ok"
    TOO_FEW = "too_few"
    NO_SCALE = "no_scale"


@dataclass(frozen=True, eq=False)
class Findings:
    """Results of one method for K units, as arrays of shape (K,).

    `n` is what the test rests on and `effect` has the method's own unit; the method says both.
    Where the status is not OK the numbers are neutral (0, p-value 1) and mean nothing.
    """

    method: Method
    statistic: FloatArray
    p_value: FloatArray
    effect: FloatArray
    n: IntArray
    status: NDArray[np.str_]
    method_version: str = METHOD_VERSION

    @property
    def ok(self) -> BoolArray:
        return np.asarray(self.status == Status.OK)

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
) -> Findings:
    """Findings in which units that were not tested are marked as too few."""
    return Findings(
        method,
        np.where(tested, statistic, 0.0),
        np.where(tested, p_value, 1.0),
        np.where(tested, effect, 0.0),
        n,
        np.where(tested, Status.OK, Status.TOO_FEW),
    )


def not_tested(method: Method, n: IntArray, why: Status) -> Findings:
    """Findings of units none of which could be tested."""
    zeros = np.zeros(len(n))
    return Findings(method, zeros, zeros + 1, zeros, n, np.full(len(n), why))
