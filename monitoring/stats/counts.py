"""Counts set against their expectation, when they vary between units more than chance alone."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from monitoring.stats.arrays import BoolArray, FloatArray, IntArray
from monitoring.stats.shares import ratio

# Below this the beta-binomial and the binomial agree to more digits than a double can
# carry through the beta functions.
LEAST_RHO = 1e-6

# So near to 0 or 1 a share is as good as there, and its logarithm still a number.
LEAST_SHARE = 1e-15

# Tails are summed from a Fourier inversion, whose rounding error is about 1e-16.
LEAST_P = 1e-14


@dataclass(frozen=True, eq=False)
class Counts:
    """Of `totals` pupils `hits` did what a share `expected` of them would; shapes (K, B).

    A unit has B such comparisons (borders, marks); where nothing is comparable the total is 0.
    """

    hits: IntArray
    totals: IntArray
    expected: FloatArray

    @property
    def n(self) -> IntArray:
        return np.asarray(self.totals.sum(axis=1))

    @property
    def excess(self) -> FloatArray:
        """Hits above expectation, over all comparisons; shape (K,)."""
        return np.asarray((self.hits - self.expected * self.totals).sum(axis=1))

    @property
    def _spread(self) -> FloatArray:
        return self.expected * (1 - self.expected)

    def variance(self, rho: float) -> FloatArray:
        """Variance of `excess` when hits are beta-binomial with correlation rho; shape (K,)."""
        inflation = 1 + np.maximum(self.totals - 1, 0) * rho
        return np.asarray((self.totals * self._spread * inflation).sum(axis=1))

    def rho(self, units: BoolArray) -> float:
        """Overdispersion between the given units, by moments; never below 0.

        It is taken from the sums over all comparisons, so that what the comparisons of one
        unit have in common is in it too.
        """
        chance = self.variance(0)[units].sum()
        slope = self.variance(1)[units].sum() - chance
        surplus = (self.excess[units] ** 2).sum() - chance
        return float(np.clip(surplus / slope, 0, 0.99)) if slope > 0 else 0.0

    def z(self, rho: float) -> FloatArray:
        return ratio(self.excess, np.sqrt(self.variance(rho)))


def upper_p(counts: Counts, rho: float, *, exact_below: int) -> FloatArray:
    """One-sided p-value of so many hits or more, shape (K,).

    Exact (the sum of independent beta-binomials) for units with fewer than `exact_below`
    pupils, normal above.
    """
    p = special.ndtr(-counts.z(rho))
    # Units of like size together: each has as many masses as the largest of them has pupils.
    size = np.frexp(counts.n)[1]
    for alike in np.unique(size[counts.n < exact_below]):
        units = (size == alike) & (counts.n < exact_below)
        some = Counts(counts.hits[units], counts.totals[units], counts.expected[units])
        p[units] = _exact_tail(some, rho)
    return np.clip(p, LEAST_P, 1)


def _exact_tail(counts: Counts, rho: float) -> FloatArray:
    """P(sum of B beta-binomials ≥ observed sum), for all units at once."""
    width = int(counts.n.max()) + 1
    transforms = np.fft.rfft(_masses(counts, rho, width), axis=2)
    masses = np.fft.irfft(transforms.prod(axis=1), n=width, axis=1)
    reached = np.arange(width) >= counts.hits.sum(axis=1, keepdims=True)
    return np.asarray(np.where(reached, masses, 0).sum(axis=1))


def _masses(counts: Counts, rho: float, width: int) -> FloatArray:
    """Probabilities of 0 … width − 1 hits, shape (K, B, width), each from the one before it."""
    totals, expected = counts.totals[..., None], counts.expected[..., None]
    hits = np.arange(1, width)
    left = np.maximum(totals - hits + 1, 0)
    if rho < LEAST_RHO:
        inner = np.clip(expected, LEAST_SHARE, 1 - LEAST_SHARE)
        none, step = totals * np.log1p(-inner), left * inner / (hits * (1 - inner))
    else:
        # A share of exactly 0 or 1 has no beta distribution, and no variance to inflate either.
        strength, inner = (1 - rho) / rho, np.clip(expected, 1e-9, 1 - 1e-9)
        a, b = inner * strength, (1 - inner) * strength
        none = special.betaln(a, totals + b) - special.betaln(a, b)
        step = left * (a + (hits - 1)) / (hits * (b + (np.maximum(left, 1) - 1)))
    with np.errstate(divide="ignore"):
        logs = np.concatenate([none, np.log(step)], axis=2)
    return np.asarray(np.exp(np.cumsum(logs, axis=2)))
