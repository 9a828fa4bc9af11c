"""What goes into the engine and what a work is after it was examined."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from monitoring.stats.arrays import BoolArray, FloatArray, IntArray, PointsArray
from monitoring.stats.cells import Cells
from monitoring.stats.findings import Findings, Method
from monitoring.stats.reference import Reference
from monitoring.stats.responsibility import Notch


class Holding(StrEnum):
    """Who watched over a work and marked it."""

    USUAL = "usual"
    CONTROLLED = "controlled"  # ВПР с контролем объективности
    EXTERNAL = "external"  # ОГЭ, ЕГЭ: outside the school


@dataclass(frozen=True, eq=False)
class Work:
    """A work: `max_points` of its J tasks, lowest scores of the marks 3, 4, 5 or None."""

    code: str
    subject: str
    grade: int
    year: int
    max_points: IntArray
    borders: tuple[int, int, int] | None
    holding: Holding = Holding.USUAL


@dataclass(frozen=True, eq=False)
class Schools:
    """S schools of one region: their municipality and stratum, as numbers; shape (S,)."""

    municipality: IntArray
    stratum: IntArray

    def __len__(self) -> int:
        return len(self.stratum)


@dataclass(frozen=True, eq=False)
class Rows:
    """N pupils of one work; −1 in points is «не приступал», −2 no entry; 0 is «no mark»."""

    school: IntArray
    class_number: IntArray
    points: PointsArray
    marks: NDArray[np.integer]
    journal_marks: NDArray[np.integer]
    present: BoolArray


@dataclass(frozen=True, eq=False)
class Tested:
    """What one method found in one work: for all S schools, and for the K classes if it can."""

    schools: Findings
    classes: Findings | None = None


@dataclass(frozen=True, eq=False)
class Examined:
    """A work after its rows were read: K classes (`class_school`, `class_number`), findings.

    `reference`, `cells` and `notches` are there when it comes from rows; read back from a
    database, a work has its findings only.
    """

    work: Work
    class_school: IntArray
    class_number: IntArray
    tested: Mapping[Method, Tested]
    participants: IntArray  # (S,) who wrote
    mean: FloatArray  # (S,) mean share of the maximum, 0 where nobody wrote
    cells: Cells | None = None
    reference: Reference | None = None
    notches: Sequence[Notch] = ()
