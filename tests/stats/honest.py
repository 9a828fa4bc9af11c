"""A region in which nobody cheats, for rates of false alarms; and one way of cheating in it."""

from dataclasses import dataclass

import numpy as np

from monitoring.stats.arrays import FloatArray, IntArray, PointsArray
from monitoring.stats.cells import Cells, add, summarize
from monitoring.stats.engine import Rows

MAX_POINTS = np.array([2, 1, 2, 3, 2, 1, 1, 2, 1, 2, 1, 2, 1, 2, 1])
BORDERS = (10, 16, 21)


@dataclass(frozen=True, eq=False)
class Pupils:
    """`school` of each class; class, points and journal mark of each pupil."""

    school: IntArray
    pupil_class: IntArray
    points: PointsArray
    journal: IntArray


@dataclass(frozen=True, eq=False)
class Region:
    """Schools of 1–4 classes of 8–28 pupils."""

    school: IntArray
    classes: Cells

    @property
    def schools(self) -> Cells:
        return add(self.classes, self.school, int(self.school.max()) + 1)


def honest_pupils(
    rng: np.random.Generator, n_schools: int, stronger: FloatArray | float = 0.0
) -> Pupils:
    """Two-parameter tasks; 20 % of ability's variance lies between schools, 7 % between classes.

    Classes differ honestly in single tasks (0.3 logit), schools in how they mark the journal.
    `stronger` is added to the ability of a school's pupils, in their standard deviations.
    """
    school = np.repeat(np.arange(n_schools), rng.integers(1, 5, n_schools))
    pupil_class = np.repeat(np.arange(len(school)), rng.integers(8, 29, len(school)))
    n_pupils = len(pupil_class)
    ability = (
        (stronger + rng.normal(0, 0.20**0.5, n_schools))[school[pupil_class]]
        + rng.normal(0, 0.07**0.5, len(school))[pupil_class]
        + rng.normal(0, 0.73**0.5, n_pupils)
    )
    slope, difficulty = rng.uniform(0.8, 1.6, 15), rng.normal(-0.4, 0.9, 15)
    honest_difference = rng.normal(0, 0.3, (len(school), 15))[pupil_class]
    logit = slope * (ability[:, None] - difficulty) + honest_difference
    points = rng.binomial(MAX_POINTS, 1 / (1 + np.exp(-logit))).astype(np.int16)
    leniency = rng.normal(0, 0.25, n_schools)[school[pupil_class]]
    journal = np.clip(np.rint(3.5 + 0.8 * ability + leniency + rng.normal(0, 0.5, n_pupils)), 2, 5)
    return Pupils(school, pupil_class, points, journal.astype(np.int64))


def honest_region(rng: np.random.Generator, n_schools: int) -> Region:
    pupils = honest_pupils(rng, n_schools)
    cells = summarize(
        pupils.pupil_class,
        pupils.points,
        marks_of(pupils.points.sum(axis=1)),
        pupils.journal,
        np.ones(len(pupils.points), dtype=bool),
        MAX_POINTS,
        len(pupils.school),
    )
    return Region(pupils.school, cells)


def honest_rows(
    rng: np.random.Generator, n_schools: int, stronger: FloatArray | float = 0.0
) -> Rows:
    """One work of such a region as the engine reads it; one pupil in fifteen is absent."""
    pupils = honest_pupils(rng, n_schools, stronger)
    return Rows(
        pupils.school[pupils.pupil_class],
        pupils.pupil_class,
        pupils.points,
        marks_of(pupils.points.sum(axis=1)),
        pupils.journal,
        rng.random(len(pupils.points)) > 1 / 15,
    )


def marks_of(scores: IntArray) -> IntArray:
    return 2 + (scores[:, None] >= np.array(BORDERS)).sum(axis=1)


def lifted(rng: np.random.Generator, histogram: IntArray, share: float) -> IntArray:
    """One school's histogram after this share of works 1–3 points below a border were lifted."""
    result = histogram.copy()
    for border in BORDERS:
        for score in range(border - 3, border):
            moved = rng.binomial(result[score], share)
            onto = rng.binomial(moved, 0.5)
            result[score] -= moved
            result[[border, border + 1]] += onto, moved - onto
    return result
