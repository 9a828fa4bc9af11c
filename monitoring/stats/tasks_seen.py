"""Full marks of one class or school, task by task, beside what its own scores let expect."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from monitoring.stats.arrays import BoolArray, FloatArray, IntArray
from monitoring.stats.errors import StatisticsError
from monitoring.stats.reference import Reference
from monitoring.stats.shares import ratio

# Share of honest units all of whose tasks lie in their intervals: 19 of 20, our own decision.
COVERED = 0.95


@dataclass(frozen=True, eq=False)
class TasksSeen:
    """J tasks of one unit: `full` pupils of `pupils` got the maximum, `expected` ± `spread`.

    `low` and `high` hold all J tasks together in 19 honest units of 20; all are pupils, (J,).
    """

    pupils: int
    full: IntArray
    expected: FloatArray
    spread: FloatArray
    low: FloatArray
    high: FloatArray

    @property
    def is_above(self) -> BoolArray:
        return np.asarray(self.full > self.high)

    @property
    def is_below(self) -> BoolArray:
        return np.asarray(self.full < self.low)

    @property
    def strength(self) -> FloatArray:
        """How many spreads each task lies above its expectation; 0 where nothing can vary."""
        return ratio(self.full - self.expected, self.spread)


def tasks_seen(
    histogram: IntArray,
    full_scores: IntArray,
    max_points: IntArray,
    reference: Reference,
    between: FloatArray,
) -> TasksSeen:
    """Set the full marks of a unit against those of all pupils with the same primary scores.

    Parameters
    ----------
    histogram : shape (S + 1,), pupils of the unit by primary score
    full_scores : shape (J,), pupils of the unit who got the task's maximum
    max_points : shape (J,)
    reference : expectations by score; the unit may be a small part of it
    between : shape (J, J)
        Honest covariance of units' mean surplus points: `reference.between_classes` or
        `reference.between_schools`.

    Returns
    -------
    TasksSeen
        The spread holds chance among pupils with equal scores and honest differences between
        units. These are known in points; a unit whose mean point in a task is one more has
        `cov(full, points) / var(points)` more full marks (exponential tilting, first order).

    Raises
    ------
    StatisticsError
        If nobody wrote, or the shapes do not fit the reference.
    """
    _check(histogram, full_scores, max_points, reference)
    pupils = int(histogram.sum())
    expected = histogram @ reference.full
    together = histogram @ (reference.full * (max_points - reference.means))
    alone = histogram @ np.diagonal(reference.covariance, axis1=1, axis2=2)
    tilt = ratio(np.maximum(together, 0), alone)
    chance = histogram @ (reference.full * (1 - reference.full))
    honest = pupils**2 * tilt**2 * np.maximum(np.diagonal(between), 0)
    spread = np.sqrt(chance + honest)
    width = stats.norm.isf((1 - COVERED ** (1 / len(max_points))) / 2) * spread
    low, high = np.clip(expected - width, 0, pupils), np.clip(expected + width, 0, pupils)
    return TasksSeen(pupils, full_scores, expected, spread, low, high)


def _check(
    histogram: IntArray, full_scores: IntArray, max_points: IntArray, reference: Reference
) -> None:
    if histogram.sum() == 0:
        raise StatisticsError("nobody of the unit wrote the work")
    shape = (len(histogram), len(max_points))
    if reference.full.shape != shape or full_scores.shape != max_points.shape:
        raise StatisticsError(f"the reference has {reference.full.shape}, the unit has {shape}")
