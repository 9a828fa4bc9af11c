"""Works marked again: how many to draw, and what the drawn ones say of all."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from monitoring.stats.errors import StatisticsError, TooFew
from monitoring.stats.estimate import Estimate
from monitoring.stats.shares import CONFIDENCE

# Fewer unchanged scores than this are a reason to look at how works were marked. Our own decision
# after indicator П1 (works marked objectively, at least 90 %) in the РСОКО of Khakassia, order of
# 08.02.2023 № 100-128, which does not tell when one work is; our region's acts name no number.
SAME_SHARE = 0.90

# Our own decision: when a fifth of the works would change, a draw may show none of them no more
# often than once in twenty. For a parallel of 87 works this is 13.
CHANGED_SHARE = 0.20
MISS = 0.05


def drawn_size(works: int) -> int:
    """How many of the works to draw, so that a fifth of them changed is hardly ever missed.

    The smallest k with P(none of the changed ones is among k drawn) ≤ 0.05, by the hypergeometric
    distribution; all works when there is no smaller one.

    Raises
    ------
    TooFew
        If there are no works.
    """
    if works < 1:
        raise TooFew("there are no works to draw from")
    changed = max(1, round(CHANGED_SHARE * works))
    missed = (stats.hypergeom.pmf(0, works, changed, size) for size in range(1, works + 1))
    return next(size for size, chance in enumerate(missed, start=1) if chance <= MISS)


def unchanged_share(unchanged: int, checked: int, works: int) -> Estimate:
    """The share of all works whose score stays, with the exact interval of a draw without return.

    The interval holds every share that would give so many unchanged works, or fewer, and so many,
    or more, with a chance above 2.5 %.

    Parameters
    ----------
    unchanged, checked, works : int
        Drawn works with the same score, drawn works, all works they were drawn from.

    Raises
    ------
    StatisticsError
        If not 0 ≤ unchanged ≤ checked ≤ works, or nothing was checked.

    References
    ----------
    Cochran (1977), Sampling Techniques, ch. 3.6 (confidence limits by the hypergeometric).
    """
    if not 0 <= unchanged <= checked <= works or checked == 0:
        raise StatisticsError(f"{unchanged} unchanged of {checked} checked of {works} works")
    possible = np.arange(unchanged, works - (checked - unchanged) + 1)
    chance = stats.hypergeom(works, possible, checked)
    tail = (1 - CONFIDENCE) / 2
    # Rounding in the tails must not drop the counts that the data themselves name.
    likely = possible[(chance.sf(unchanged - 1) > tail) & (chance.cdf(unchanged) > tail)]
    value = unchanged / checked
    low, high = float(likely.min()) / works, float(likely.max()) / works
    return Estimate(value, min(low, value), max(high, value), checked)


def mean_change(changes: NDArray[np.integer], works: int) -> Estimate:
    """Mean signed change of the score, new less old, in points; below 0 marking had been milder.

    Student's interval with the correction for a draw without return from `works` works.

    Parameters
    ----------
    changes : ndarray, shape (k,)
        New score less old of each drawn work.
    works : int
        All works they were drawn from; with k equal to it the mean is known.

    Raises
    ------
    TooFew
        If there are fewer than two works.
    StatisticsError
        If all changes are equal though not all works were drawn: nothing tells the spread.

    References
    ----------
    Cochran (1977), Sampling Techniques, ch. 2 (finite population correction).
    """
    size = len(changes)
    if size < 2:
        raise TooFew(f"a mean change needs 2 works, not {size}")
    mean, spread = float(changes.mean()), float(changes.std(ddof=1))
    if size == works:
        return Estimate(mean, mean, mean, size)
    if spread == 0:
        raise StatisticsError(f"all {size} changes are {mean:g}: nothing tells the spread")
    error = spread / math.sqrt(size) * math.sqrt(1 - size / works)
    reach = float(stats.t.isf((1 - CONFIDENCE) / 2, size - 1)) * error
    return Estimate(mean, mean - reach, mean + reach, size)
