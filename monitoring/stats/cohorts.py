"""A school's work against another work of the same pupils (external_gap, cohort_jump)."""

import numpy as np

from monitoring.stats.arrays import BoolArray, FloatArray, IntArray
from monitoring.stats.disclosure import MIN_PUPILS, MIN_UNITS
from monitoring.stats.findings import Findings, Method, Status, found, not_tested
from monitoring.stats.null import empirical, rising_line, upper
from monitoring.stats.shares import ratio

# Schools that stand out most do not shape what is usual.
KEPT = (0.05, 0.9)


def gap(
    method: Method, mean: FloatArray, n: IntArray, other_mean: FloatArray, other_n: IntArray
) -> Findings:
    """Whether schools did better than the other work of the same pupils lets expect.

    Parameters
    ----------
    mean, other_mean : shape (S,), mean shares of all points in the work and in the other one
    n, other_n : shape (S,), pupils who wrote them

    Returns
    -------
    Findings
        statistic: z; effect: share of the points above the expected one; n: the smaller number
        of pupils.

    Notes
    -----
    What is expected is a line through all schools. Squared distances from it are fitted by
    chance (falls with pupils) and honest change (does not), both not below 0.
    """
    both = np.minimum(n, other_n)
    enough = both >= MIN_PUPILS
    if enough.sum() < MIN_UNITS:
        return not_tested(method, both, Status.TOO_FEW if enough.any() else Status.NOT_HELD)
    away = mean - _line(mean, other_mean, both, enough)
    chance = ratio(np.ones(len(n)), n) + ratio(np.ones(len(n)), other_n)
    z = ratio(away, np.sqrt(_variance(away, chance, enough)))
    z = empirical(z, enough).standardise(z)
    return found(method, tested=enough, statistic=z, p_value=upper(z), effect=away, n=both)


def _line(mean: FloatArray, other: FloatArray, n: IntArray, enough: BoolArray) -> FloatArray:
    design = np.stack([np.ones(len(mean)), other], axis=1)
    weight = np.sqrt(n)
    kept = enough
    fitted = np.zeros(2)
    for _ in range(3):
        rows = weight[kept]
        fitted, *_ = np.linalg.lstsq(design[kept] * rows[:, None], mean[kept] * rows, rcond=None)
        away = mean - design @ fitted
        low, high = np.quantile(away[enough], KEPT)
        kept = enough & (away >= low) & (away <= high)
    return np.asarray(design @ fitted)


def _variance(away: FloatArray, chance: FloatArray, enough: BoolArray) -> FloatArray:
    """Chance and honest change in squared distances, by least squares over the lower half."""
    lower = enough & (away <= np.median(away[enough]))
    square = (away - np.median(away[enough])) ** 2
    slope, base = rising_line(chance[lower], square[lower])
    return np.asarray(np.maximum(base + slope * chance, 1e-8))
