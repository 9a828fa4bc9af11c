"""A method's z's added up over the works of a school, and what such sums are among the honest."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from monitoring.stats.arrays import BoolArray, FloatArray, IntArray
from monitoring.stats.null import PRIOR_UNITS, empirical, rising_line

# Peers of a stratum are a yardstick of their own from so many schools on: merge smaller ones.
STRATUM_LEAST = 30

# A distance from the middle counts as no more than so many median ones, 2.7 deviations of a
# normal: sums of few rare events have one value far below the others.
FARTHEST = 4.0


@dataclass(frozen=True, eq=False)
class Sums:
    """Of each school, shape (S,).

    z        sum of the works' z's, with variance 1 if they were independent
    most     its standard deviation if all works were one: √works where they weigh the same
    n        what the works rest on, in all
    tested   whether the school is judged
    stratum, municipality  whose schools are its peers and its neighbours
    """

    z: FloatArray
    most: FloatArray
    n: IntArray
    tested: BoolArray
    stratum: IntArray
    municipality: IntArray

    def become(self, z: FloatArray) -> Self:
        """The same sums brought to another form."""
        return replace(self, z=z)

    def standardised(self) -> FloatArray:
        """Normal scores by what the sums are among the honest of all schools."""
        z = self.z / self._spread()
        return empirical(z, self.tested).standardise(z)

    def among_peers(self) -> FloatArray:
        """Normal scores less what is usual in a school's stratum beyond the region's usual."""
        z = self.standardised()
        usual = np.zeros(len(z))
        for kind in np.unique(self.stratum):
            peers = self.tested & (self.stratum == kind)
            number = int(peers.sum())
            if STRATUM_LEAST <= number < self.tested.sum():
                drawn = np.median(z[peers]) * number / (number + STRATUM_LEAST)
                usual[self.stratum == kind] = drawn
        return z - usual

    def _spread(self) -> FloatArray:
        """How much wider the sums of many works are than those of few, relative to the middle.

        What a school is like is in all its works, so their z's go together; by how much is read
        from the lower half, which manipulation does not move.
        """
        middle = np.median(self.z[self.tested])
        lower = self.tested & (self.z <= middle)
        away = middle - self.z[lower]
        away = np.minimum(away, FARTHEST * np.median(away))
        slope, base = rising_line(self.most[lower], away)
        fitted = slope * self.most + base
        usual = float(fitted[lower].mean())
        if usual <= 0:
            return np.ones(len(fitted))
        known = lower.sum() / (lower.sum() + PRIOR_UNITS)
        return np.asarray(1 + known * (fitted / usual - 1))
