"""Graded responses of pupils to the tasks of a work: Samejima's model, drawn at random.

P(points ≥ k | θ) = logistic(slope·(θ − place_k)): a two-parameter model for a task of one
point, a graded one for more.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from monitoring.stats.arrays import FloatArray, IntArray, PointsArray
from monitoring.stats.cells import NOT_ATTEMPTED

TASKS = (8, 18)  # in a work
POINTS, POINTS_SHARES = (1, 2, 3), (0.5, 0.35, 0.15)
SLOPES = (1.0, 2.0)
SPREAD = 0.9  # SD of the tasks' difficulties
STEP = 0.7  # between neighbouring points of one task
EASE, CEILING_EASE = 0.55, 2.2  # by how much works, and very easy ones, lie below the pupils
PILOT = 4000  # pupils on whom borders are set
BORDER_SHARES = (0.10, 0.42, 0.80)  # of them below the marks 3, 4, 5
SKIPPING, SKIPPING_SLOPE = -1.1, -0.8  # logits: a failed task is not begun by a quarter


@dataclass(frozen=True, eq=False)
class Tasks:
    """J tasks: `max_points` and `slopes` (J,), `places` (J, 3), infinite beyond the maximum."""

    max_points: IntArray
    slopes: FloatArray
    places: FloatArray

    def __len__(self) -> int:
        return len(self.slopes)


def drawn_tasks(rng: np.random.Generator, *, ceiling: bool = False) -> Tasks:
    """The tasks of a work; with a ceiling nearly every pupil solves nearly all."""
    count = int(rng.integers(TASKS[0], TASKS[1] + 1))
    max_points = rng.choice(POINTS, count, p=POINTS_SHARES)
    middles = rng.normal(0, SPREAD, count) - (CEILING_EASE if ceiling else EASE)
    point = np.arange(1, POINTS[-1] + 1)
    places = middles[:, None] + STEP * (point - (max_points[:, None] + 1) / 2)
    return Tasks(
        max_points,
        rng.uniform(*SLOPES, count),
        np.where(point <= max_points[:, None], places, np.inf),
    )


def answers(
    tasks: Tasks, ability: FloatArray, shifts: FloatArray, rng: np.random.Generator
) -> PointsArray:
    """Points (N, J) of pupils of the given ability (N,); none is left out.

    `shifts` (N, J) are logits by which a task is easier for a pupil than for the region.
    """
    chance = rng.random((len(ability), len(tasks)), dtype=np.float32)
    np.clip(chance, 1e-7, 1 - 1e-7, out=chance)
    latent = tasks.slopes.astype(np.float32) * ability.astype(np.float32)[:, None]
    latent += shifts.astype(np.float32) - np.log(chance / (1 - chance))
    points = np.zeros(latent.shape, dtype=np.int16)
    for place in tasks.places.T:
        points += latent > (tasks.slopes * place).astype(np.float32)
    return points


def skipped(
    points: PointsArray, ability: FloatArray, shifts: FloatArray, rng: np.random.Generator
) -> PointsArray:
    """Points with «не приступал» for some of the tasks without a point, more of the weak's.

    `shifts` (N,) are logits by which a pupil skips more readily than the region's.
    """
    chance = expit(SKIPPING + SKIPPING_SLOPE * ability + shifts).astype(np.float32)
    skips = (points == 0) & (rng.random(points.shape, dtype=np.float32) < chance[:, None])
    return np.where(skips, np.int16(NOT_ATTEMPTED), points)


def borders_of(tasks: Tasks, rng: np.random.Generator) -> tuple[int, int, int]:
    """Lowest scores of the marks 3, 4, 5: those that a pilot of ordinary pupils asks for."""
    pilot = answers(tasks, rng.normal(0, 1, PILOT), np.zeros((PILOT, len(tasks))), rng)
    three, four, five = np.quantile(pilot.sum(axis=1), BORDER_SHARES).astype(int)
    most = int(tasks.max_points.sum())
    three = min(max(three, 1), most - 2)
    four = min(max(four, three + 1), most - 1)
    return int(three), int(four), int(min(max(five, four + 1), most))
