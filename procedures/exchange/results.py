"""Pupils' results in one work as arrays, whatever file they came in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from procedures.exchange.works import WorkSpec
from procedures.scales import marks_of

NOT_ATTEMPTED = -1  # «X»: counts as 0
MISSING = -2  # no entry or «н/п»: counts as 0
ABSENT = 0  # the variant of a pupil who did not come
NO_MARK = 0
MOST_CLASSES = 50  # the list of serial numbers in the federal form
MOST_PARTICIPANT = 2**31 - 1  # what the database keeps as an integer


@dataclass(frozen=True, eq=False, slots=True)
class Results:
    """n pupils, one a row; the work has J tasks.

    An absent pupil has variant 0, every point −2, score 0, mark 0 and `present` False.
    """

    class_number: NDArray[np.int16]
    participant: NDArray[np.int64]
    variant: NDArray[np.int16]
    points: NDArray[np.int16]  # (n, J)
    score: NDArray[np.int16]
    mark: NDArray[np.int16]
    journal_mark: NDArray[np.int16]
    present: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.participant)


def results_of(
    work: WorkSpec,
    *,
    class_number: ArrayLike,
    participant: ArrayLike,
    variant: ArrayLike,
    points: ArrayLike,
    journal_mark: ArrayLike,
    mark: ArrayLike | None = None,
) -> Results:
    """The results with scores summed and, unless given, marks by the work's scale."""
    variants = np.asarray(variant, dtype=np.int16)
    present = variants != ABSENT
    given = np.asarray(points, dtype=np.int16).reshape(len(variants), len(work.tasks))
    score = np.maximum(given, 0).sum(axis=1).astype(np.int16)
    marks = marks_of(score, work.borders) if mark is None else np.asarray(mark, dtype=np.int16)
    return Results(
        class_number=np.asarray(class_number, dtype=np.int16),
        participant=np.asarray(participant, dtype=np.int64),
        variant=variants,
        points=given,
        score=score,
        mark=np.where(present, marks, np.int16(NO_MARK)),
        journal_mark=np.asarray(journal_mark, dtype=np.int16),
        present=present,
    )
