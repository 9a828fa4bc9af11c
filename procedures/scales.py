"""Primary scores to marks, by the borders of a work's scale."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

MARKS = (2, 3, 4, 5)


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
