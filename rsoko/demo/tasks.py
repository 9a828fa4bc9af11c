"""The tasks of a work as a graded-response model: how hard, how telling, how they depend."""

import re
import zlib
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit

from procedures.exchange.works import WorkSpec
from rsoko.demo.pupils import NOT_ATTEMPTED

SLOPES = (0.8, 1.6)  # invented: discriminations on the logistic scale of ability
SPREAD = 1.0  # SD of task difficulties on that scale
STEP = 0.7  # distance between neighbouring points of one task
EASY_CRITERION = 1.5  # К1 is earned by most, or К2 and К3 would be lost with it
EASE_WITHOUT_SCALE = 0.6
CRITERION = re.compile(r"^(?P<task>.+)К(?P<number>[2-9]\d*)$")


@dataclass(frozen=True, eq=False)
class Tasks:
    """Samejima's graded responses: P(points ≥ k | θ) = logistic(slope·θ − step_k)."""

    slopes: NDArray[np.float32]  # (J,)
    steps: NDArray[np.float32]  # (J, greatest points) infinite beyond a task's own points
    first: NDArray[np.intp]  # (J,) the criterion К1 a column depends on, or the column itself

    @property
    def free(self) -> NDArray[np.bool_]:
        """The columns that depend on no other."""
        free: NDArray[np.bool_] = self.first == np.arange(len(self.first))
        return free

    def settle(self, points: NDArray[np.int16]) -> None:
        """In place: where К1 is not earned, the other criteria of the task cannot be."""
        if not self.free.all():
            points[(points[:, self.first] <= 0) & (points > 0)] = 0


def key_of(work: WorkSpec) -> int:
    """A number for the work, the same in every process (`hash` is not)."""
    return zlib.crc32(work.code.encode())


@cache
def tasks_of(work: WorkSpec, seed: int) -> Tasks:
    """The model of a work, as hard as its borders ask for."""
    rng = np.random.default_rng([seed, key_of(work)])
    maxima = np.array(work.max_points)
    slopes = rng.uniform(*SLOPES, len(maxima))
    point = np.arange(1, maxima.max() + 1)
    first = _first(work.tasks)
    middles = rng.normal(0, SPREAD, len(maxima))
    middles[first[first != np.arange(len(first))]] = -EASY_CRITERION
    places = middles[:, None] + STEP * (point - (maxima[:, None] + 1) / 2)
    shift = brentq(lambda by: _mean(slopes, places + by, maxima) - _aim(work), -9, 9)
    steps = np.where(point <= maxima[:, None], slopes[:, None] * (places + shift), np.inf)
    return Tasks(slopes.astype(np.float32), steps.astype(np.float32), first)


def _aim(work: WorkSpec) -> float:
    """The mean score: a little above the middle mark, as in the published distributions."""
    if work.borders is None:
        return EASE_WITHOUT_SCALE * work.most
    borders = work.borders
    return 0.02 * work.most + (borders.three + 2 * borders.four + borders.five) / 4


def _mean(
    slopes: NDArray[np.float64], places: NDArray[np.float64], maxima: NDArray[np.int_]
) -> float:
    """The mean score of a standard normal population, by Gauss–Hermite quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(15)
    reached = expit(slopes[:, None] * (nodes[:, None, None] - places))
    within = np.arange(1, places.shape[1] + 1) <= maxima[:, None]
    return float(weights @ (reached * within).sum(axis=(1, 2)) / weights.sum())


def _first(labels: tuple[str, ...]) -> NDArray[np.intp]:
    """For «1К2» the column of «1К1»; for any other column itself."""
    first = np.arange(len(labels))
    for column, label in enumerate(labels):
        if match := CRITERION.match(label):
            first[column] = labels.index(f"{match['task']}К1")
    return first


def answers(
    tasks: Tasks,
    ability: NDArray[np.float64],
    shifts: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.int16]:
    """Points (N, J) of pupils of the given ability (N,).

    `shifts` (N, J) are logits by which a task is easier for a pupil than for the region.
    """
    latent = tasks.slopes * ability[:, None] + shifts - rng.logistic(size=shifts.shape)
    reached = latent[:, :, None] > tasks.steps
    points: NDArray[np.int16] = reached.sum(axis=2, dtype=np.int16)
    tasks.settle(points)
    failed = points == 0
    points[failed & (rng.random(points.shape) < _skipping(ability)[:, None])] = NOT_ATTEMPTED
    return points


def _skipping(ability: NDArray[np.float64]) -> NDArray[np.float64]:
    """The chance that a failed task was not even begun: a quarter, more of the weak."""
    chance: NDArray[np.float64] = expit(-1.1 - 0.8 * ability)
    return chance
