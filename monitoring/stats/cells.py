"""Additive summaries of classes: what is kept of pupils' rows, and adds up to any larger unit."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.stats.arrays import BoolArray, FloatArray, IntArray, PointsArray
from monitoring.stats.errors import StatisticsError
from monitoring.stats.shares import ratio

NOT_ATTEMPTED = -1
MARKS = np.array([2, 3, 4, 5])
NO_MARK = 0


@dataclass(frozen=True, eq=False)
class Cells:
    """Counts of K units in one work with J tasks and S points at most; all entries add up.

    histogram    (K, S + 1)  pupils by primary score
    task_sums    (K, J)      points by task
    task_squares (K, J)      squared points by task
    omissions    (K, J)      pupils who did not attempt the task
    marks        (K, 4)      pupils by mark for the work 2…5
    journal      (K, 4, 4)   pupils by journal mark 2…5 × mark for the work 2…5
    attendance   (K, 5, 2)   pupils by journal mark none, 2…5 × absent, present
    group_sums   (K, 4, J)   points by mark for the work 2…5 × task
    full_scores  (K, J)      pupils who got the task's maximum
    """

    histogram: IntArray
    task_sums: IntArray
    task_squares: IntArray
    omissions: IntArray
    marks: IntArray
    journal: IntArray
    attendance: IntArray
    group_sums: IntArray
    full_scores: IntArray

    def __len__(self) -> int:
        return len(self.histogram)

    @property
    def pupils(self) -> IntArray:
        """Pupils who wrote the work, shape (K,)."""
        return np.asarray(self.histogram.sum(axis=1))

    @property
    def max_score(self) -> int:
        return int(self.histogram.shape[1]) - 1

    @property
    def score_sum(self) -> IntArray:
        return self.histogram @ np.arange(self.max_score + 1)

    @property
    def score_squares(self) -> IntArray:
        return self.histogram @ np.arange(self.max_score + 1) ** 2

    @property
    def mean_score(self) -> FloatArray:
        """Mean primary score, shape (K,); 0 where nobody wrote."""
        return ratio(self.score_sum, self.pupils)

    @property
    def level(self) -> FloatArray:
        """Mean score as a share of the maximum, shape (K,); 0 where nobody wrote."""
        return self.mean_score / self.max_score

    def take(self, units: IntArray | Sequence[int] | slice) -> "Cells":
        """The cells of some of the units, in the order asked."""
        return Cells(*(array[units] for array in _arrays(self)))

    def without(self, units: BoolArray) -> "Cells":
        """The same units, those of the mask (K,) empty: as if nobody had written there."""
        kept = Cells(*(array.copy() for array in _arrays(self)))
        for array in _arrays(kept):
            array[units] = 0
        return kept


def summarize(
    class_index: NDArray[np.integer],
    points: PointsArray,
    marks: NDArray[np.integer],
    journal_marks: NDArray[np.integer],
    present: BoolArray,
    max_points: NDArray[np.integer],
    n_classes: int,
) -> Cells:
    """Sum up the pupils of one work by class.

    Parameters
    ----------
    class_index : shape (n_pupils,), 0 … n_classes − 1
    points : shape (n_pupils, n_tasks)
        0 … maximum; −1 not attempted, −2 not covered or missing, both count as 0.
        Rows of absent pupils are not looked at.
    marks, journal_marks : shape (n_pupils,), 2 … 5, and 0 for no mark
    present : shape (n_pupils,)
    max_points : shape (n_tasks,)

    Raises
    ------
    StatisticsError
        If points, marks or class numbers lie outside these limits, or no point can be earned.
    """
    _check(class_index, points, marks, journal_marks, max_points, n_classes)
    wrote, got = class_index[present], points[present]
    earned = np.maximum(got, 0).astype(np.int64)
    work, journal = _mark_index(marks)[present], _mark_index(journal_marks)
    both = np.stack([journal[present], work])
    return Cells(
        _counts(n_classes, wrote, (earned.sum(axis=1), int(np.sum(max_points)) + 1)),
        _sums(wrote, earned, n_classes),
        _sums(wrote, earned**2, n_classes),
        _sums(wrote, got == NOT_ATTEMPTED, n_classes),
        _counts(n_classes, wrote, (work, 5))[:, 1:],
        _counts(n_classes, wrote, (both[0], 5), (both[1], 5))[:, 1:, 1:],
        _counts(n_classes, class_index, (journal, 5), (present, 2)),
        _sums(wrote * 5 + work, earned, n_classes * 5).reshape(n_classes, 5, earned.shape[1])[
            :, 1:
        ],
        _sums(wrote, got == max_points, n_classes),
    )


def add(cells: Cells, group: NDArray[np.integer], n_groups: int) -> Cells:
    """Cells of larger units: unit k belongs to group[k], 0 … n_groups − 1."""
    return Cells(*(_added(array, group, n_groups) for array in _arrays(cells)))


def stack(parts: Sequence[Cells]) -> Cells:
    """The units of several cells of one work, one after another."""
    return Cells(*(np.concatenate(arrays) for arrays in zip(*map(_arrays, parts), strict=True)))


def _arrays(cells: Cells) -> list[IntArray]:
    return [getattr(cells, field.name) for field in fields(Cells)]


def _mark_index(marks: NDArray[np.integer]) -> IntArray:
    """0 for no mark, 1 … 4 for the marks 2 … 5."""
    return np.maximum(marks.astype(np.int64) - 1, 0)


def _counts(n_units: int, unit: NDArray[np.integer], *keys: tuple[NDArray[Any], int]) -> IntArray:
    """Rows counted by unit and by each (key, number of its values)."""
    shape = (n_units, *(size for _, size in keys))
    flat = np.ravel_multi_index((unit, *(key.astype(np.int64) for key, _ in keys)), shape)
    return np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape).astype(np.int64)


def _added(array: IntArray, group: NDArray[np.integer], n_groups: int) -> IntArray:
    rest = array.shape[1:]
    flat = array.reshape(len(array), math.prod(rest))
    return _sums(group, flat, n_groups).reshape(n_groups, *rest)


def _sums(unit: NDArray[np.integer], columns: NDArray[Any], n_units: int) -> IntArray:
    """Columns summed by unit: (n, m) → (n_units, m). Exact, as no sum comes near 2**53."""
    sums = np.empty((n_units, columns.shape[1]), dtype=np.int64)
    for number, column in enumerate(columns.T):
        sums[:, number] = np.bincount(unit, weights=column, minlength=n_units)
    return sums


def _check(
    class_index: NDArray[np.integer],
    points: PointsArray,
    marks: NDArray[np.integer],
    journal_marks: NDArray[np.integer],
    max_points: NDArray[np.integer],
    n_classes: int,
) -> None:
    if np.any(max_points < 0) or np.sum(max_points) == 0:
        raise StatisticsError("a work needs at least one point to be earned")
    if len(class_index) and not 0 <= class_index.min() <= class_index.max() < n_classes:
        raise StatisticsError(f"class numbers must lie in 0…{n_classes - 1}")
    if np.any((points < -2) | (points > max_points)):
        raise StatisticsError("points lie outside −2…maximum of the task")
    known = [NO_MARK, *MARKS]
    if not (np.isin(marks, known).all() and np.isin(journal_marks, known).all()):
        raise StatisticsError("marks must be 2, 3, 4, 5, or 0 for none")
