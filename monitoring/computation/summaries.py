"""Pupils' rows of one work: read once as columns, checked, and kept as class cells."""

from collections.abc import Collection
from dataclasses import dataclass
from io import BytesIO
from math import prod

import numpy as np
from django.db import connection

from monitoring.computation.columns import Column, Columns, Lists
from monitoring.computation.storing import Table, replace
from monitoring.models import Cell
from monitoring.queries.cells import ARRAYS, ClassCells
from monitoring.stats.arrays import BoolArray, IntArray
from monitoring.stats.engine import Rows
from procedures.models import Work

CELLS = Table(Cell, ("work_id", "organization_id", "class_number"), ARRAYS)

# School, class, mark, journal mark, present, fits the work; the points follow.
FIRST_POINTS = 6

ROWS = """
COPY (
    SELECT organization_id, class_number, coalesce(mark, 0), coalesce(journal_mark, 0),
           (score IS NOT NULL)::int, (score IS NULL OR cardinality(points) = {tasks})::int,
           CASE WHEN score IS NOT NULL AND cardinality(points) = {tasks}
                THEN array_to_string(points, ' ') ELSE '{nothing}' END
    FROM procedures_result WHERE work_id = %s AND organization_id = ANY(%s)
    ORDER BY organization_id, participant
) TO STDOUT
"""


@dataclass(frozen=True, eq=False)
class Written:
    """What these schools wrote in a work; `rows.school` indexes `schools`, keys in order.

    Schools left out have rows that contradict the work (another number of tasks, points beyond
    the maximum): nothing can be counted of them, and nobody else waits for them.
    """

    schools: IntArray
    rows: Rows
    left_out: list[int]


def read_rows(work: Work, schools: Collection[int]) -> Written:
    """The rows of the schools' pupils. One query; memory is that of the work's rows."""
    numbers = _numbers(work, schools)
    left_out = np.unique(numbers[_unsound(work, numbers), 0])
    sound = numbers[~np.isin(numbers[:, 0], left_out)]
    keys, school = np.unique(sound[:, 0], return_inverse=True)
    rows = Rows(
        school=school,
        class_number=sound[:, 1],
        points=sound[:, FIRST_POINTS:].astype(np.int16),
        marks=sound[:, 2],
        journal_marks=sound[:, 3],
        present=sound[:, 4] == 1,
    )
    return Written(keys, rows, left_out.tolist())


def _numbers(work: Work, schools: Collection[int]) -> IntArray:
    """One row a pupil, shape (n, 6 + tasks), always in one order: sums of floats depend on it.

    Numbers as text with blanks between: NumPy reads that some ten times faster than the driver
    makes objects of it.
    """
    tasks = len(work.tasks)
    # Only numbers of our own stand in the braces; COPY takes no parameters, so they are bound here.
    query = ROWS.format(tasks=tasks, nothing=" ".join(["0"] * tasks))
    text = BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(cursor.mogrify(query, [work.pk, list(schools)]).decode(), text)
    numbers = np.fromstring(text.getvalue(), dtype=np.int64, sep=" ")
    return numbers.reshape(-1, FIRST_POINTS + tasks)


def _unsound(work: Work, rows: IntArray) -> BoolArray:
    points = rows[:, FIRST_POINTS:]
    outside = ((points < -2) | (points > np.array(work.max_points))).any(axis=1)
    return np.asarray(outside | (rows[:, 5] == 0))


def store_cells(work: Work, schools: Collection[int], found: ClassCells | None) -> None:
    """Make the stored classes of these schools be those of `found` that are theirs."""
    own = [_own(work, schools, found)] if found else ()
    replace(CELLS, own, of={"work_id": work.pk, "organization_id": list(schools)})


def _own(work: Work, schools: Collection[int], found: ClassCells) -> Columns:
    own = np.flatnonzero(np.isin(found.school, list(schools)))
    cells = {name: getattr(found.cells, name)[own] for name in ARRAYS}
    columns: dict[str, Column] = {
        "work_id": work.pk,
        "organization_id": found.school[own],
        "class_number": found.number[own],
        **{name: Lists.of_rows(units.reshape(len(own), prod(units.shape[1:])))
           for name, units in cells.items()},
    }  # fmt: skip
    return Columns(len(own), columns)
