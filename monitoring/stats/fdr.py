"""Many tests at once: how many of the remarkable ones are chance."""

import numpy as np
from scipy import stats

from monitoring.stats.arrays import BoolArray, FloatArray


def q_values(p_values: FloatArray, tested: BoolArray | None = None) -> FloatArray:
    """Benjamini–Hochberg q-value of each test: those with q ≤ 0.05 hold at most 5 % of chance.

    Parameters
    ----------
    p_values : ndarray, shape (n,)
    tested : ndarray of bool, shape (n,), optional
        Where a test was made at all; elsewhere q is 1 and the p-value does not count.

    References
    ----------
    Benjamini & Hochberg (1995), J. R. Stat. Soc. B 57, 289–300.
    """
    counted = np.ones(p_values.shape, dtype=bool) if tested is None else tested
    q = np.ones(p_values.shape)
    if counted.any():
        q[counted] = stats.false_discovery_control(p_values[counted], method="bh")
    return q
