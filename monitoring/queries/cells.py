"""Class cells as arrays, and where in the tree the schools they belong to stand."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np

from monitoring.models import Cell
from monitoring.stats.arrays import IntArray
from monitoring.stats.cells import Cells
from procedures.models import Work

ARRAYS = tuple(field.name for field in fields(Cells))


@dataclass(frozen=True, eq=False)
class ClassCells:
    """Classes of one work: whose they are, shape (K,), and what was counted in them."""

    school: IntArray
    number: IntArray
    cells: Cells

    def __len__(self) -> int:
        return len(self.school)


def shapes(max_score: int, tasks: int) -> dict[str, tuple[int, ...]]:
    """The shape of one unit's arrays in a work of so many points and tasks."""
    return {
        "histogram": (max_score + 1,),
        "task_sums": (tasks,),
        "task_squares": (tasks,),
        "omissions": (tasks,),
        "marks": (4,),
        "journal": (4, 4),
        "attendance": (5, 2),
        "group_sums": (4, tasks),
        "full_scores": (tasks,),
    }


def has_uncounted(work: Work) -> bool:
    """Whether cells of the work were counted before all arrays were there. One query."""
    return Cell.objects.filter(work=work, full_scores=[]).exists()


def class_cells(work: Work, schools: Iterable[int] | None = None) -> ClassCells:
    """The stored cells of a work, of all schools or of some, by school and class. One query.

    What a cell counted earlier does not have is zeros here: the computation counts such cells
    anew before it looks at them, and who shows the arrays asks `has_uncounted` first.
    """
    rows = Cell.objects.filter(work=work).order_by("organization", "class_number")
    if schools is not None:
        rows = rows.filter(organization__in=list(schools))
    found = list(rows.values_list("organization", "class_number", *ARRAYS))
    columns = list(zip(*found, strict=True)) or [()] * (2 + len(ARRAYS))
    shape = shapes(work.max_score, len(work.tasks))
    arrays = {
        name: _array(column, shape[name]) for name, column in zip(ARRAYS, columns[2:], strict=True)
    }
    return ClassCells(
        np.array(columns[0], dtype=np.int64), np.array(columns[1], dtype=np.int64), Cells(**arrays)
    )


def _array(column: Sequence[list[int]], shape: tuple[int, ...]) -> IntArray:
    nothing = [0] * math.prod(shape)
    rows = [row or nothing for row in column]
    return np.array(rows, dtype=np.int64).reshape(len(column), *shape)
