"""Funnels from computed values (pure): the curves of chance, and who lies beyond them."""

from dataclasses import dataclass

import numpy as np

from monitoring.charts import Limits
from monitoring.stats.arrays import BoolArray, FloatArray, IntArray
from monitoring.stats.disclosure import MIN_PUPILS
from monitoring.stats.errors import StatisticsError
from monitoring.stats.level import ALARM, WARNING, Funnel, funnel
from monitoring.stats.shares import ratio

STEPS = 60  # points of a curve: smooth at 868 px
LEAST_P = 1 - ALARM  # two-sided p below which a unit lies beyond the outer limits


@dataclass(frozen=True, eq=False)
class Fitted:
    """The limits of a funnel, and for each unit whether chance hardly explains it."""

    limits: Limits
    is_beyond: BoolArray


def fit(values: FloatArray, standard_errors: FloatArray, pupils: IntArray) -> Fitted | None:
    """A funnel through units; None when there are too few or nothing varies. Shapes (n,)."""
    counted = (pupils >= MIN_PUPILS) & (standard_errors > 0)
    try:
        fitted = funnel(values[counted], standard_errors[counted])
    except StatisticsError:
        return None
    chance = float(np.median(standard_errors[counted] ** 2 * pupils[counted]))
    is_beyond = np.zeros(len(values), dtype=bool)
    is_beyond[counted] = fitted.p < LEAST_P
    return Fitted(_limits(fitted, chance, int(pupils.max())), is_beyond)


def from_findings(
    values: FloatArray, effects: FloatArray, z: FloatArray, p: FloatArray, pupils: IntArray
) -> Fitted | None:
    """The funnel that stored findings of the level method came from; None without spread.

    A school's z is its effect over √(σ²/n + τ²), so effect/z gives back what a line through
    1/n splits into chance and honest spread.
    """
    known = np.abs(z) > 1e-6
    if known.sum() < 2 or np.ptp(1 / pupils[known]) == 0:
        return None
    variance = (effects[known] / z[known]) ** 2
    slope, intercept = np.polyfit(1 / pupils[known], variance, 1)
    target = float(np.median(values - effects))
    fitted = Funnel(target, max(0.0, float(intercept)), z, p)
    limits = _limits(fitted, max(0.0, float(slope)), int(pupils.max()))
    return Fitted(limits, np.asarray(p < LEAST_P))


def _limits(fitted: Funnel, chance: float, largest: int) -> Limits:
    """The curves at sizes up to a little beyond the largest unit; `chance` is se² · n."""
    sizes = np.geomspace(MIN_PUPILS, max(1.05 * largest, MIN_PUPILS + 1), STEPS)
    errors = np.sqrt(chance / sizes)
    low95, high95 = fitted.limits(errors, WARNING)
    low998, high998 = fitted.limits(errors, ALARM)
    curves = (sizes, low95, high95, low998, high998)
    return Limits(fitted.target, *(curve.tolist() for curve in curves))


def share_errors(values: FloatArray, pupils: IntArray) -> FloatArray:
    """Standard errors that chance gives shares of so many pupils around their common share."""
    common = float(ratio((values * pupils).sum(), pupils.sum()))
    return np.sqrt(ratio(np.full(len(pupils), common * (1 - common)), pupils))
