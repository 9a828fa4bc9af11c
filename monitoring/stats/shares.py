"""Shares of pupils and their intervals."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from monitoring.stats.arrays import FloatArray, IntArray
from monitoring.stats.errors import StatisticsError
from monitoring.stats.estimate import Estimates

CONFIDENCE = 0.95


def ratio(part: NDArray[np.number], whole: NDArray[np.number]) -> FloatArray:
    """`part / whole`, and 0 where there is nothing to divide by."""
    out = np.zeros(np.broadcast_shapes(np.shape(part), np.shape(whole)))
    np.divide(part, whole, out=out, where=np.asarray(whole) > 0)
    return out


def wilson(successes: IntArray, pupils: IntArray) -> Estimates:
    """Share of each unit with Wilson's score interval.

    SciPy has this interval for one share at a time (0.8 ms each, as it computes an exact test
    with it); a region has 100 000 shares, so the formula is here for arrays and a test holds
    it to SciPy's values.

    Parameters
    ----------
    successes, pupils : ndarray, shape (n_units,)

    Raises
    ------
    StatisticsError
        If a unit has fewer than no successes or more successes than pupils.

    References
    ----------
    Wilson (1927), JASA 22, 209–212.
    """
    if np.any((successes < 0) | (successes > pupils)):
        raise StatisticsError("successes must lie between 0 and the number of pupils")
    z2 = stats.norm.isf((1 - CONFIDENCE) / 2) ** 2
    share = ratio(successes, pupils)
    centre = ratio(successes + z2 / 2, pupils + z2)
    spread = np.sqrt(z2 * (pupils * share * (1 - share) + z2 / 4)) / (pupils + z2)
    # The exact interval touches 0 and 1 and holds the share; rounding may miss by 1e-17.
    low = np.clip(centre - spread, 0, share)
    high = np.clip(centre + spread, share, 1)
    known = pupils > 0
    return Estimates(share, low * known, high * known, pupils)


def mean_share(
    total: NDArray[np.floating], squares: NDArray[np.floating], pupils: IntArray
) -> Estimates:
    """Mean of pupils' shares of the maximum with Student's interval, kept inside 0 … 1.

    Parameters
    ----------
    total, squares : shape (n_units,)
        Sum and sum of squares of the pupils' shares.
    pupils : shape (n_units,)
        With one pupil nothing is known of the spread, and the interval is 0 … 1.

    References
    ----------
    Student (1908), Biometrika 6, 1–25.
    """
    mean = ratio(total, pupils)
    variance = ratio(np.maximum(squares - pupils * mean**2, 0), np.maximum(pupils - 1, 0))
    error = np.sqrt(ratio(variance, pupils))
    reach = stats.t.isf((1 - CONFIDENCE) / 2, np.maximum(pupils - 1, 1)) * error
    single = pupils == 1
    low = np.where(single, 0, np.clip(mean - reach, 0, 1))
    high = np.where(single, 1, np.clip(mean + reach, 0, 1))
    return Estimates(mean, low, high, pupils)
