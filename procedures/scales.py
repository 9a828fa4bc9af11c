"""Primary scores to marks by the borders of a work, and to test points by its table."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

MARKS = (2, 3, 4, 5)
# ФИОКО, recommendations of 2026, p. 24: fewer pupils are not told as a number (as in
# monitoring/stats/disclosure.py, which this app must not know).
MIN_PUPILS = 10
TEST_POINTS = range(101)  # the hundred-point scale of the ЕГЭ


@dataclass(frozen=True, slots=True)
class Borders:
    """The lowest primary scores of the marks 3, 4 and 5."""

    three: int
    four: int
    five: int

    def __post_init__(self) -> None:
        if not 0 < self.three < self.four < self.five:
            raise ValueError(
                f"нужны границы отметок по возрастанию и больше нуля, а здесь «{self}»."
            )

    def __str__(self) -> str:
        return f"{self.three}, {self.four}, {self.five}"

    def within(self, most: int) -> "Borders":
        """The same borders, once it is known that the mark 5 can be reached with `most` points."""
        if self.five > most:
            raise ValueError(f"нужны границы отметок не выше максимума {most}, а здесь «{self}».")
        return self


def marks_of(scores: ArrayLike, borders: Borders | None) -> NDArray[np.int16]:
    """The mark of each primary score; 0 throughout when the work has no scale.

    Scores of any shape; the answer has the same shape.
    """
    points = np.asarray(scores)
    if borders is None:
        return np.zeros(points.shape, dtype=np.int16)
    edges = (borders.three, borders.four, borders.five)
    return (2 + np.searchsorted(edges, points, side="right")).astype(np.int16)


@dataclass(frozen=True, slots=True)
class PointScale:
    """Primary scores to test points: `points[n]` of the score n, and the lowest that passes."""

    points: tuple[int, ...]
    threshold: int

    def __post_init__(self) -> None:
        if any(point not in TEST_POINTS for point in self.points):
            raise ValueError("нужны тестовые баллы от 0 до 100.")
        if any(later < earlier for earlier, later in pairwise(self.points)):
            raise ValueError("нужны тестовые баллы, которые не убывают с первичными.")
        if not 0 < self.threshold <= max(self.points, default=0):
            raise ValueError(
                f"нужен минимальный балл, который есть в таблице, а здесь «{self.threshold}»."
            )

    @property
    def least(self) -> int:
        """The lowest primary score that passes."""
        return next(n for n, point in enumerate(self.points) if point >= self.threshold)


def to_test_points(scores: ArrayLike, scale: PointScale) -> NDArray[np.int16]:
    """The test points of each primary score. Scores of any shape; the answer has the same.

    Raises ValueError for a score outside of the table.
    """
    primary = np.asarray(scores)
    if primary.size and (primary.min() < 0 or primary.max() >= len(scale.points)):
        raise ValueError(
            f"a score outside of 0…{len(scale.points) - 1}: {primary.min()}…{primary.max()}"
        )
    table: NDArray[np.int16] = np.asarray(scale.points, dtype=np.int16)
    return np.take(table, primary)
