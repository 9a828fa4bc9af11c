"""Pairs of pupils of one class, how many tasks give both the same points; nobody is named."""

from dataclasses import dataclass

import numpy as np

from monitoring.stats.arrays import BoolArray, FloatArray, IntArray, PointsArray
from monitoring.stats.errors import StatisticsError
from monitoring.stats.shares import ratio

# A pair stands out when chance gives so many equal tasks to at most one pair in a hundred: our
# own decision, for the picture only. Whether a class is tested as alike, the method decides.
RARE = 0.01

# The class's own habits in a task weigh against as many pupils of the reference.
PRIOR_PUPILS = 5.0


@dataclass(frozen=True, eq=False)
class PairsSeen:
    """All P pairs of n pupils, who stand in the order of their scores; arrays have shape (P,).

    `left` and `right` are places in that order, `equal` tasks with the same points,
    `expected` as many as two pupils with such scores have by chance.
    """

    pupils: int
    left: IntArray
    right: IntArray
    equal: IntArray
    expected: FloatArray
    is_rare: BoolArray
    rare_by_chance: float

    def __len__(self) -> int:
        return len(self.left)

    @property
    def surplus(self) -> FloatArray:
        return self.equal - self.expected


def pairs_seen(points: PointsArray, values: FloatArray) -> PairsSeen:
    """Compare every two pupils of a class.

    Parameters
    ----------
    points : shape (n, J); −1 and −2 count as 0
    values : shape (S + 1, J, V), of a `Reference`: share of pupils with each number of points

    Returns
    -------
    PairsSeen
        Two pupils are taken as independent given their scores, so the number of equal tasks is
        a sum of J independent trials (Poisson's binomial), as in Wollack's ω (1997) and van der
        Linden & Sotaridona (2006), with observed shares in place of a model. The shares are
        moved to what this class does in each task: what all were taught is no likeness.
        Pupils with one score stand by their points, never by code.

    Raises
    ------
    StatisticsError
        If there is no pair, or a score or a number of points is outside the reference.
    """
    earned = np.maximum(points, 0).astype(np.int64)
    _check(earned, values)
    earned = earned[np.lexsort((*earned.T[::-1], earned.sum(axis=1)))]
    left, right = np.triu_indices(len(earned), k=1)
    usual = _moved(values[earned.sum(axis=1)], earned)
    chances = (usual[left] * usual[right]).sum(axis=2)
    equal = (earned[left] == earned[right]).sum(axis=1)
    tails = _tails(chances)
    return PairsSeen(
        pupils=len(earned),
        left=left,
        right=right,
        equal=equal,
        expected=chances.sum(axis=1),
        is_rare=np.take_along_axis(tails, equal[:, None], axis=1)[:, 0] <= RARE,
        rare_by_chance=float(np.where(tails <= RARE, tails, 0).max(axis=1).sum()),
    )


def _moved(usual: FloatArray, earned: IntArray) -> FloatArray:
    """What each pupil's score lets expect, shape (n, J, V), brought to what the class got."""
    got = (earned[..., None] == np.arange(usual.shape[2])).sum(axis=0)
    prior = PRIOR_PUPILS * usual.mean(axis=0)
    moved = usual * ratio(got + prior, usual.sum(axis=0) + prior)
    return ratio(moved, moved.sum(axis=2, keepdims=True))


def _tails(chances: FloatArray) -> FloatArray:
    """P(K ≥ k) for k = 0 … J, where K sums independent trials; shape (P, J) → (P, J + 1)."""
    pairs, tasks = chances.shape
    mass = np.zeros((pairs, tasks + 1))
    mass[:, 0] = 1
    for chance in np.clip(chances, 0, 1).T[:, :, None]:
        moved = mass[:, :-1] * chance
        mass *= 1 - chance
        mass[:, 1:] += moved
    return np.cumsum(mass[:, ::-1], axis=1)[:, ::-1]


def _check(earned: IntArray, values: FloatArray) -> None:
    scores, tasks, points = values.shape
    if len(earned) < 2:
        raise StatisticsError("a class needs two pupils to have a pair")
    if earned.shape[1] != tasks or earned.max() >= points or earned.sum(axis=1).max() >= scores:
        raise StatisticsError("points lie outside the reference")
