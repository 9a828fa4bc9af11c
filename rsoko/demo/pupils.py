"""What the pupils of one school wrote in one work, as arrays with an entry for each pupil."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NOT_ATTEMPTED = -1
MISSING = -2


@dataclass(frozen=True, eq=False)
class PupilArrays:
    """N pupils and J tasks; empty when no class of the school wrote the work."""

    class_number: NDArray[np.int16]  # (N,)
    participant: NDArray[np.int32]  # (N,) five digits, the same in all works of a pupil
    variant: NDArray[np.int16]  # (N,) 1 or 2; 0 of those absent
    points: NDArray[np.int16]  # (N, J) -1 not attempted, -2 absent
    journal_mark: NDArray[np.int16]  # (N,) 2…5, 0 without a mark
    present: NDArray[np.bool_]  # (N,)

    @property
    def score(self) -> NDArray[np.int16]:
        """Primary scores; 0 of those absent."""
        total: NDArray[np.int16] = np.maximum(self.points, 0).sum(axis=1, dtype=np.int16)
        return total

    def __len__(self) -> int:
        return len(self.participant)
