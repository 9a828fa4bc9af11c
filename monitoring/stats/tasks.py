"""Which tasks a unit did better than pupils with the same totals (task_profile, _contrast, _max).

Only surplus at equal totals counts, so a strong or a weak unit is not suspected for its level.
Classes honestly differ in what they were taught: how much is estimated from the classes
themselves, and a unit has to stand out from that.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from monitoring.stats.arrays import BoolArray, FloatArray, IntArray
from monitoring.stats.cells import Cells
from monitoring.stats.disclosure import MIN_UNITS
from monitoring.stats.findings import Findings, Method, Status, found, not_tested
from monitoring.stats.null import empirical, heaviness, tamed, trend, upper
from monitoring.stats.reference import Reference
from monitoring.stats.shares import ratio

# From our own power study: classes of 10 find help on two tasks for 60 % with power 0.67.
LEAST = 10

# Fewer have no profile to speak of, not even together with other works.
POOLED_LEAST = 4

# Nobody of a class has a point in a task where by their totals that happens to one class in a
# thousand: it was not taught. What the others did at the same totals is then no yardstick.
UNTAUGHT = 1e-3

# Units that stand out most are left out when honest variety is estimated.
TRIMMED = 0.05
ROUNDS = 3

# Variety is estimated for J(J + 1)/2 pairs of tasks; with few units it is drawn to its diagonal.
PRIOR_UNITS = 40


@dataclass(frozen=True, eq=False)
class Surplus:
    """Points above expectation per pupil: `mean` (K, J), its chance covariance (K, J, J), n (K,).

    `level` (K,) is the units' mean share of all points.
    """

    mean: FloatArray
    chance: FloatArray
    n: IntArray
    level: FloatArray

    def covariance(self, between: FloatArray) -> FloatArray:
        return self.chance + between


def surplus(cells: Cells, reference: Reference) -> Surplus:
    """What the units' pupils got in each task above those with the same totals.

    A unit is part of its own yardstick; what it adds to it is taken out to first order. In a work
    of one task the total says all, so nobody counts.
    """
    n = np.maximum(cells.pupils, 1)
    share = cells.histogram / n[:, None]
    expected = share @ reference.means
    chance = np.tensordot(share, reference.covariance, axes=1) / n[:, None, None]
    own = _own_share(cells.histogram, reference.pupils)
    mean = (cells.task_sums / n[:, None] - expected) / (1 - own)[:, None]
    return Surplus(mean, chance, cells.pupils * (mean.shape[1] > 1), cells.level)


def is_untaught(cells: Cells, reference: Reference) -> BoolArray:
    """Units in which a task was not taught, or given without being marked; shape (K,)."""
    nothing = np.log(np.clip(reference.values[:, :, 0], 1e-6, 1))
    chance = cells.histogram @ nothing
    return np.asarray(((cells.task_sums == 0) & (chance < np.log(UNTAUGHT))).any(axis=1))


def variety(found_surplus: Surplus, enough: BoolArray) -> FloatArray:
    """Honest covariance of mean surplus between units beyond chance, shape (J, J).

    By moments over the units, those that stand out most left out; never below zero in any
    direction.
    """
    tasks = found_surplus.mean.shape[1]
    kept = np.flatnonzero(enough)
    between = np.zeros((tasks, tasks))
    if len(kept) < MIN_UNITS:
        return between
    for _ in range(ROUNDS):
        between = _moments(found_surplus, kept)
        distance = _distance(found_surplus, between)
        limit = np.quantile(distance[enough], 1 - TRIMMED)
        kept = np.flatnonzero(enough & (distance <= limit))
    return between


def task_profile(units: Surplus, between: FloatArray, *, least: int = LEAST) -> Findings:
    """Whether the profile of tasks as a whole stands out, either way.

    The statistic is the normal score of T² = dᵀΩ⁺d; the effect is the largest surplus of a task
    in points a pupil; n counts pupils.
    """
    enough = units.n >= least
    if enough.sum() < MIN_UNITS:
        return not_tested(Method.TASK_PROFILE, units.n, Status.TOO_FEW)
    squared = _distance(units, between)
    z = _normal_score(squared, units.mean.shape[1] - 1)
    z = empirical(z, enough).standardise(z)
    z = tamed(z, _honest_tail(units, between, enough) / 2)
    return _judged(Method.TASK_PROFILE, z, enough, units.mean.max(axis=1), units.n)


def task_contrast(
    units: Surplus,
    between: FloatArray,
    reference: Reference,
    max_points: IntArray,
    *,
    least: int = LEAST,
) -> Findings:
    """Whether hard tasks were done better and easy ones worse than at the same totals elsewhere.

    The effect is the slope of surplus (share of the maximum) on difficulty (0 to 1).
    """
    enough = units.n >= least
    if enough.sum() < MIN_UNITS:
        return not_tested(Method.TASK_CONTRAST, units.n, Status.TOO_FEW)
    pupils = reference.pupils / max(reference.pupils.sum(), 1)
    difficulty = 1 - (pupils @ reference.means) / max_points
    weight = (difficulty - difficulty.mean()) / max_points
    variance = np.einsum("i,kij,j->k", weight, units.covariance(between), weight)
    z = ratio(units.mean @ weight, np.sqrt(np.maximum(variance, 0)))
    slope = (units.mean @ weight) / max(float(((difficulty - difficulty.mean()) ** 2).sum()), 1e-9)
    z = z - trend(z, units.level, units.n, enough)
    z = empirical(z, enough).standardise(z)
    z = tamed(z, heaviness(-z[enough]))
    return _judged(Method.TASK_CONTRAST, z, enough, slope, units.n)


def task_max(units: Surplus, between: FloatArray, *, least: int = LEAST) -> Findings:
    """Whether one task was done far better than at the same totals elsewhere.

    The statistic is the normal score of the largest z among the tasks, the effect its surplus in
    points a pupil.
    """
    enough = units.n >= least
    if enough.sum() < MIN_UNITS:
        return not_tested(Method.TASK_MAX, units.n, Status.TOO_FEW)
    z = task_scores(units, between)
    best = z.argmax(axis=1)
    score = _largest(z)
    score = empirical(score, enough).standardise(score)
    score = tamed(score, _honest_tail(units, between, enough))
    effect = np.take_along_axis(units.mean, best[:, None], axis=1)[:, 0]
    return _judged(Method.TASK_MAX, score, enough, effect, units.n)


def task_scores(units: Surplus, between: FloatArray) -> FloatArray:
    """z of each task's surplus, chance and honest variety in it; shape (K, J)."""
    variance = np.diagonal(units.covariance(between), axis1=1, axis2=2)
    return ratio(units.mean, np.sqrt(np.maximum(variance, 0)))


def _largest(z: FloatArray) -> FloatArray:
    """Normal score of the largest of J z's, as if they were independent."""
    tasks = z.shape[1]
    tail = special.ndtr(-z.max(axis=1))
    p = -np.expm1(tasks * np.log1p(-np.minimum(tail, 1 - 1e-16)))
    return np.asarray(-special.ndtri(np.clip(p, 1e-300, 1 - 1e-16)))


def _honest_tail(units: Surplus, between: FloatArray, enough: BoolArray) -> float:
    """How long the tails of honest variety are, by the tasks units did worst.

    A topic left out moves a task down as one taught well moves it up; help moves up only.
    """
    score = _largest(-task_scores(units, between))
    return heaviness(empirical(score, enough).standardise(score)[enough])


def _judged(
    method: Method, z: FloatArray, enough: BoolArray, effect: FloatArray, n: IntArray
) -> Findings:
    pooled = n >= POOLED_LEAST
    return found(
        method,
        tested=enough,
        statistic=z,
        p_value=upper(z),
        effect=effect,
        n=n,
        pooled=pooled,
    )


def _own_share(histogram: IntArray, pupils: IntArray) -> FloatArray:
    """How much of its own yardstick a unit is, shape (K,)."""
    weight = ratio(histogram**2, pupils).sum(axis=1)
    return np.minimum(ratio(weight, histogram.sum(axis=1)), 0.5)


def _moments(units: Surplus, kept: IntArray) -> FloatArray:
    weight = units.n[kept] / units.n[kept].sum()
    mean, chance = units.mean[kept], units.chance[kept]
    seen = np.einsum("k,ki,kj->ij", weight, mean, mean) - np.tensordot(weight, chance, axes=1)
    faith = len(kept) / (len(kept) + PRIOR_UNITS)
    drawn = faith * seen + (1 - faith) * np.diag(np.maximum(np.diag(seen), 0))
    values, vectors = np.linalg.eigh((drawn + drawn.T) / 2)
    return np.asarray((vectors * np.maximum(values, 0)) @ vectors.T)


def _distance(units: Surplus, between: FloatArray) -> FloatArray:
    """T² of each unit, shape (K,). Surpluses add up to zero, so one direction carries nothing."""
    covariance = units.covariance(between)
    tasks = covariance.shape[1]
    # The empty direction gets the size of the others: what little lies there weighs little.
    size = np.trace(covariance, axis1=1, axis2=2) / tasks
    filled = covariance + (size / tasks)[:, None, None]
    solved = np.linalg.solve(filled + 1e-9 * np.eye(tasks), units.mean[:, :, None])[:, :, 0]
    return np.asarray((units.mean * solved).sum(axis=1))


def _normal_score(squared: FloatArray, freedom: int) -> FloatArray:
    """z with the tail of a χ² of so many degrees of freedom."""
    tail = np.clip(special.chdtrc(max(freedom, 1), squared), 1e-36, 1 - 1e-16)
    return np.asarray(-special.ndtri(tail))
