"""What the standard reports of ФИС ОКО say of a unit, from its cells.

Shares are 0 to 1, and 0 where there is nobody to divide by.
"""

import numpy as np

from monitoring.stats.arrays import FloatArray, IntArray
from monitoring.stats.journal import DIFFERENCE
from monitoring.stats.shares import ratio


def participants(attendance: IntArray) -> IntArray:
    """Pupils who wrote the work: (K, 5, 2) → (K,)."""
    return np.asarray(attendance[:, :, 1].sum(axis=1))


def shares(counts: IntArray) -> FloatArray:
    """Each count as a share of its row: (K, m) → (K, m)."""
    return ratio(counts, counts.sum(axis=1, keepdims=True))


def against_journal(journal: IntArray) -> IntArray:
    """Pupils whose mark for the work is below, equal to, above the journal's: → (K, 3).

    `journal` is journal mark × mark for the work, shape (K, 4, 4).
    """
    sides = (DIFFERENCE > 0, DIFFERENCE == 0, DIFFERENCE < 0)
    return np.stack([journal[:, side].sum(axis=1) for side in sides], axis=1)


def completion(task_sums: IntArray, pupils: IntArray, max_points: IntArray) -> FloatArray:
    """The federal completion of tasks: points earned of those that could be; → (K, J).

    Σ scores / (participants · maximum), `task_sums` (K, J), `pupils` (K,), `max_points` (J,).
    """
    return ratio(task_sums, pupils[:, None] * max_points)


def full_score(full_scores: IntArray, pupils: IntArray) -> FloatArray:
    """The share of pupils who got a task's maximum: (K, J), (K,) → (K, J).

    Some regions call this «completion»; it is another number and has another name here.
    """
    return ratio(full_scores, pupils[:, None])


def group_completion(group_sums: IntArray, marks: IntArray, max_points: IntArray) -> FloatArray:
    """Completion of tasks by those with each mark: (K, 4, J), (K, 4), (J,) → (K, 4, J)."""
    return ratio(group_sums, marks[:, :, None] * max_points)
