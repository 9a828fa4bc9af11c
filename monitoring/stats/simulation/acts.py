"""What may be done to the results of a work, act by act; each changes what it names, no more.

Used on invented pupils only: by the simulator and by the demonstration. All acts take the N
pupils of one work at once; `share` is the dose for each pupil, 0 where nothing was done.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from monitoring.stats.arrays import BoolArray, FloatArray, IntArray, PointsArray
from monitoring.stats.cells import MARKS

# Works are lifted by one to three points: Dee, Dobbie, Jacob & Rockoff (2019).
LARGEST_LIFT = 3

# Who copies does not copy everything: four tasks of five, as in our evaluation protocol.
COPIED_SHARE = 0.8


def scores_of(points: PointsArray) -> IntArray:
    """Primary scores; a task that was not attempted or has no entry gives 0."""
    return np.asarray(np.maximum(points, 0).sum(axis=1, dtype=np.int64))


def told(points: PointsArray, max_points: NDArray[np.integer], which: BoolArray) -> PointsArray:
    """Help: full points where `which` (N, J) says that the pupil was told the task."""
    return np.where(which, max_points, points).astype(np.int16)


def copied(
    points: PointsArray,
    present: BoolArray,
    group: NDArray[np.integer],
    share: FloatArray,
    rng: np.random.Generator,
) -> PointsArray:
    """Copying: this share takes four tasks of five from the best paper of its group.

    `group` (N,) tells who could copy from whom: pupils of one class and variant.
    """
    best = _best_of_group(scores_of(points), present, group)
    copying = present & (rng.random(len(points)) < share) & (best != np.arange(len(points)))
    taken = rng.random((int(copying.sum()), points.shape[1])) < COPIED_SHARE
    result = points.copy()
    result[copying] = np.where(taken, points[best[copying]], points[copying])
    return result


def lifted(
    points: PointsArray,
    present: BoolArray,
    max_points: NDArray[np.integer],
    borders: Sequence[int],
    share: FloatArray,
    rng: np.random.Generator,
    *,
    free: BoolArray | None = None,
    largest: int = LARGEST_LIFT,
) -> PointsArray:
    """Borders: this share of papers 1 … `largest` points below a mark gets the missing points.

    They are added one by one to tasks with room, of those that `free` (J,) lets be changed.
    """
    lacking = _lacking(scores_of(points), borders)
    near = present & (lacking <= largest) & (rng.random(len(points)) < share)
    raised, wanted = points[near], lacking[near]
    changeable = np.ones(len(max_points), dtype=bool) if free is None else free
    for step in range(largest):
        room = (raised < max_points) & changeable
        draw = np.where(room, rng.random(raised.shape), -1.0).argmax(axis=1)
        rows = np.flatnonzero((wanted > step) & room.any(axis=1))
        raised[rows, draw[rows]] = np.maximum(raised[rows, draw[rows]], 0) + 1
    result = points.copy()
    result[near] = raised
    return result


def kept_away(
    present: BoolArray, strength: NDArray[np.number], school: NDArray[np.integer], share: FloatArray
) -> BoolArray:
    """Absence: who is left when this share of each school's pupils, the weakest, stays away."""
    order = np.lexsort((strength, ~present, school))
    first = np.searchsorted(school[order], school[order], side="left")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - first
    came = np.bincount(school, weights=present)[school]
    return np.asarray(present & (rank >= np.rint(share * came)))


def raised(
    journal_marks: NDArray[np.integer], share: FloatArray, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Journal: this share of the marks below the highest becomes one mark higher."""
    known = (journal_marks >= MARKS[0]) & (journal_marks < MARKS[-1])
    return np.asarray(journal_marks + (known & (rng.random(len(journal_marks)) < share)))


def _lacking(score: IntArray, borders: Sequence[int]) -> IntArray:
    """How many points each score is below the next mark; very many at the highest one."""
    edges = np.array([*borders, np.iinfo(np.int32).max])
    return np.asarray(edges[np.searchsorted(edges, score, side="right")] - score)


def _best_of_group(
    score: IntArray, present: BoolArray, group: NDArray[np.integer]
) -> NDArray[np.intp]:
    """For each pupil the one of the group who has most points, of those present."""
    order = np.lexsort((score, present, group))
    last = np.searchsorted(group[order], group, side="right") - 1
    return np.asarray(order[last])
