"""Whom a unit is compared with: all others of its stratum."""

import numpy as np

from monitoring.stats.arrays import IntArray


def others(counts: IntArray) -> IntArray:
    """What all other units have together, for each unit: a unit is no yardstick for itself."""
    return np.asarray(counts.sum(axis=0) - counts)
