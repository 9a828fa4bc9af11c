"""Scores that differ less than in units of the same level (dispersion).

Spread depends on the level: near the floor and the ceiling it is small in every honest unit. So
a unit is set against units of its own mean, never against one spread for all.
"""

import numpy as np

from monitoring.stats.arrays import BoolArray, FloatArray
from monitoring.stats.cells import Cells
from monitoring.stats.disclosure import MIN_UNITS
from monitoring.stats.findings import Findings, Method, Status, found, not_tested
from monitoring.stats.null import empirical, heaviness, tamed, upper
from monitoring.stats.shares import ratio

# From our own power study: fewer pupils have no spread to speak of.
LEAST = 12

# Nearer than a tenth to the floor or the ceiling all spreads are small. Our own choice.
ROOM = 0.4

# Kurtosis of scores between floor and ceiling; a normal has 3, a uniform 1.8.
KURTOSIS = 2.5


def dispersion(cells: Cells, *, least: int = LEAST) -> Findings:
    """Whether the spread of scores is below that of units of the same mean.

    The statistic is z (upwards: less spread), the effect the missing share of the standard
    deviation (0 to 1), n counts pupils.

    References
    ----------
    The variance of ln s² is about (κ − 1 + 2/(n − 1))/n: Mood, Graybill & Boes (1974), ch. 6.
    """
    pupils = cells.pupils
    squares = cells.score_squares - ratio(cells.score_sum**2, pupils)
    variance = ratio(squares, np.maximum(pupils - 1, 1))
    enough = (pupils >= least) & (variance > 0) & (np.abs(cells.level - 0.5) <= ROOM)
    if enough.sum() < MIN_UNITS:
        return not_tested(Method.DISPERSION, pupils, Status.TOO_FEW)
    log = np.log(np.maximum(variance, 1e-6))
    expected = _expected(log, cells.level, enough)
    error2 = (KURTOSIS - 1 + 2 / np.maximum(pupils - 1, 1)) / np.maximum(pupils, 1)
    deficit = expected - log
    tau2 = _spread(deficit[enough], error2[enough])
    z = _normal_score(deficit, 2 / (error2 + tau2))
    z = empirical(z, enough).standardise(z)
    z = tamed(z, heaviness(-z[enough]))
    return found(
        Method.DISPERSION,
        tested=enough,
        statistic=z,
        p_value=upper(z),
        effect=1 - np.exp(-deficit / 2),
        n=pupils,
    )


def _normal_score(deficit: FloatArray, freedom: FloatArray) -> FloatArray:
    """Normal scores of variances so far below their expectation (logarithms): upwards is less.

    References
    ----------
    Wilson & Hilferty (1931), PNAS 17, 684–688: the cube root of a χ² is nearly normal.
    """
    step = 2 / (9 * freedom)
    return np.asarray((1 - step - np.exp(-deficit / 3)) / np.sqrt(step))


def _expected(log: FloatArray, level: FloatArray, enough: BoolArray) -> FloatArray:
    """ln of the variance usual at each level: a cubic, fitted without the outer units."""
    design = np.stack([level**power for power in range(4)], axis=1)
    kept = enough
    fitted: FloatArray = np.zeros(4)
    for _ in range(3):
        fitted = np.linalg.lstsq(design[kept], log[kept], rcond=None)[0].astype(np.float64)
        away = log - design @ fitted
        low, high = np.quantile(away[enough], [0.1, 0.98])
        kept = enough & (away >= low) & (away <= high)
    return np.asarray(design @ fitted)


def _spread(deficit: FloatArray, error2: FloatArray) -> float:
    """Honest variance between units beyond chance, from the units with more spread than usual."""
    honest = deficit < np.median(deficit)
    seen = (deficit[honest] - np.median(deficit)) ** 2
    return max(0.0, float(np.mean(seen - error2[honest])))
