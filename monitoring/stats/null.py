"""The null a statistic really has among honest units, taken from the units themselves."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from monitoring.stats.arrays import BoolArray, FloatArray, IntArray

# Quantiles the null is read from: manipulation moves the upper ones, the middle and the lower
# ones are honest even where one school in seven is not.
QUANTILES = np.arange(0.10, 0.66, 0.05)

# So many units are worth as much as the theory: with fewer the null stays near (0, 1).
PRIOR_UNITS = 30

# A unit is worth this much of one in a mean and standard deviation: quantiles waste the rest.
WORTH = 0.5

# Tails beyond this are not known from a few hundred units.
LEAST_P = 1e-9


@dataclass(frozen=True)
class Null:
    """Location and scale of honest z-scores, found from so many units."""

    location: float
    scale: float
    units: int

    def standardise(self, z: FloatArray) -> FloatArray:
        """Normal scores; what is not known of location and scale makes the tails longer.

        References
        ----------
        Student (1908), Biometrika 6, 1–25: one more draw beside a mean and deviation estimated.
        """
        worth = self.units * WORTH
        freedom = max(worth - 1, 2.0)
        away = (z - self.location) / self.scale / np.sqrt(1 + 1 / (worth + 1))
        tail = np.clip(special.stdtr(freedom, -np.abs(away)), 1e-300, 0.5)
        return np.asarray(np.copysign(-special.ndtri(tail), away))


def empirical(z: FloatArray, tested: BoolArray, *, least_scale: float = 0.7) -> Null:
    """Location and scale of the honest part of z, by its lower and middle quantiles.

    A line is fitted through the quantiles of z against those of the normal distribution; many
    units that stand out above do not move it much. With few units it is drawn to (0, 1).

    References
    ----------
    Efron (2004), J. Am. Stat. Assoc. 99, 96–104.
    """
    units = int(tested.sum())
    if units < 10:
        return Null(0.0, 1.0, units)
    seen = np.quantile(z[tested], QUANTILES)
    scale, location = np.polyfit(special.ndtri(QUANTILES), seen, 1)
    weight = units / (units + PRIOR_UNITS)
    return Null(
        float(weight * location),
        max(float(weight * scale + (1 - weight)), least_scale),
        units,
    )


def trend(z: FloatArray, level: FloatArray, size: IntArray, enough: BoolArray) -> FloatArray:
    """What of z goes with the level of a unit: a comparison is never quite fair to far-off ones.

    A parabola in the mean share of points times the root of the pupils, as z grows with it;
    fitted without the outer units.
    """
    weight = np.sqrt(np.maximum(size, 1))
    design = weight[:, None] * np.stack([np.ones(len(z)), level, level**2], axis=1)
    kept, fitted = enough, np.zeros(3)
    for _ in range(3):
        fitted, *_ = np.linalg.lstsq(design[kept], z[kept], rcond=None)
        away = z - design @ fitted
        low, high = np.quantile(away[enough], [0.05, 0.85])
        kept = enough & (away >= low) & (away <= high)
    return np.asarray(design @ fitted)


def rising_line(x: FloatArray, y: FloatArray) -> tuple[float, float]:
    """Slope and base of y over x ≥ 0 by least squares, neither below 0; shape (n,) both."""
    design = np.stack([x, np.ones(len(x))], axis=1)
    slope, base = (float(part) for part in np.linalg.lstsq(design, y, rcond=None)[0])
    if slope <= 0:
        return 0.0, float(y.mean())
    if base <= 0:
        return float(y @ x / (x**2).sum()), 0.0
    return slope, base


def upper(z: FloatArray) -> FloatArray:
    """One-sided p-value of so large a z."""
    return np.clip(special.ndtr(-z), LEAST_P, 1)


def unskewed(z: FloatArray, skewness: FloatArray | float) -> FloatArray:
    """Normal scores of a standardised variable with a gamma-like upper tail.

    References
    ----------
    Wilson & Hilferty (1931), PNAS 17, 684–688.
    """
    inner = np.maximum(1 + skewness * z / 2, 1e-6)
    return np.asarray((6 / skewness) * (np.cbrt(inner) - 1) + skewness / 6)


# Where tails are compared: far enough out to show, near enough for some units to lie beyond.
TAIL = (0.95, 0.975, 0.99, 0.995)
LEAST_BEYOND = 4


def heaviness(mirrored: FloatArray) -> float:
    """How much longer than normal an honest tail is: c ≥ 0 of `tamed`.

    Parameters
    ----------
    mirrored : normal scores whose upper tail is honest, such as −z of a statistic that honest
        variety moves both ways and manipulation upwards only

    Notes
    -----
    c is the one at which the quantiles of the tamed tail are the normal ones, averaged over
    TAIL; the classes of one region show honest tails to about one in two hundred.
    """
    levels = np.array([level for level in TAIL if len(mirrored) * (1 - level) >= LEAST_BEYOND])
    if not len(levels):
        return 0.0
    due = special.ndtri(levels)
    found = map(_stretch, np.quantile(mirrored, levels).tolist(), due.tolist())
    # What the quantile's own chance error does to c is least far out, where units are few.
    error2 = levels * (1 - levels) / stats.norm.pdf(due) ** 2
    return max(0.0, float(np.average(list(found), weights=(due - 1) ** 4 / error2)))


def tamed(z: FloatArray, heavy: float) -> FloatArray:
    """Scores brought back to normal tails: 1 + ln(1 + c(z − 1))/c above 1, unchanged below."""
    if heavy < 1e-6:
        return z
    return np.where(z > 1, 1 + np.log1p(heavy * np.maximum(z - 1, 0)) / heavy, z)


def _stretch(seen: float, due: float) -> float:
    """c at which `seen` is tamed to `due`; below 0, to first order, where the tail is shorter."""
    if seen <= due:
        return 2 * (seen - due) / (due - 1) ** 2
    low, high = 0.0, 5.0
    for _ in range(40):
        middle = (low + high) / 2
        is_long = 1 + math.log1p(middle * (seen - 1)) / middle > due
        low, high = (middle, high) if is_long else (low, middle)
    return (low + high) / 2
