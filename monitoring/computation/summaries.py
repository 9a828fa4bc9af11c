"""Pupils' rows of one work become class cells: read once as columns, counted, stored."""

from collections.abc import Collection
from io import BytesIO

import numpy as np
from django.db import connection

from monitoring.computation.storing import Table, replace
from monitoring.queries.cells import ARRAYS, ClassCells
from monitoring.stats.arrays import BoolArray, IntArray
from monitoring.stats.cells import summarize
from procedures.models import Work

CELLS = Table("monitoring_cell", ("work_id", "organization_id", "class_number"), ARRAYS)

# School, class, mark, journal mark, present, fits the work; the points follow.
FIRST_POINTS = 6
MOST_CLASSES = 1 << 16  # class numbers are 16-bit

ROWS = """
COPY (
    SELECT organization_id, class_number, coalesce(mark, 0), coalesce(journal_mark, 0),
           (score IS NOT NULL)::int, (score IS NULL OR cardinality(points) = {tasks})::int,
           CASE WHEN score IS NOT NULL AND cardinality(points) = {tasks}
                THEN array_to_string(points, ' ') ELSE '{nothing}' END
    FROM procedures_result WHERE {where}
) TO STDOUT
"""


def refresh_cells(work: Work, schools: Collection[int] | None) -> list[int]:
    """Count the classes of these schools (of all for None) anew; the schools left out.

    Left out are schools whose rows contradict the work (another number of tasks, points beyond
    the maximum): nothing can be counted of them, and nobody else waits for them. Memory is that
    of one work's rows.
    """
    rows = _rows(work, schools)
    unsound = _unsound(work, rows)
    left_out = np.unique(rows[unsound, 0])
    sound = rows[~np.isin(rows[:, 0], left_out)]
    _store(work, schools, _summary(work, sound))
    return [int(school) for school in left_out]


def _rows(work: Work, schools: Collection[int] | None) -> IntArray:
    """One row a pupil, shape (n, 6 + tasks), by school. One query.

    Numbers as text with blanks between: NumPy reads that some ten times faster than the driver
    makes objects of it.
    """
    tasks = len(work.tasks)
    where, parameters = _where(work, schools)
    # Only numbers of our own stand in the braces; COPY takes no parameters, so they are bound here.
    query = ROWS.format(tasks=tasks, nothing=" ".join(["0"] * tasks), where=where)
    text = BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(cursor.mogrify(query, parameters).decode(), text)
    numbers = np.fromstring(text.getvalue(), dtype=np.int64, sep=" ")
    return numbers.reshape(-1, FIRST_POINTS + tasks)


def _where(work: Work, schools: Collection[int] | None) -> tuple[str, list[object]]:
    if schools is None:
        return "work_id = %s", [work.pk]
    return "work_id = %s AND organization_id = ANY(%s)", [work.pk, list(schools)]


def _unsound(work: Work, rows: IntArray) -> BoolArray:
    points = rows[:, FIRST_POINTS:]
    outside = ((points < -2) | (points > np.array(work.max_points))).any(axis=1)
    return np.asarray(outside | (rows[:, 5] == 0))


def _summary(work: Work, rows: IntArray) -> ClassCells:
    classes, index = np.unique(rows[:, 0] * MOST_CLASSES + rows[:, 1], return_inverse=True)
    cells = summarize(
        index,
        rows[:, FIRST_POINTS:].astype(np.int16),
        rows[:, 2],
        rows[:, 3],
        rows[:, 4] == 1,
        np.array(work.max_points),
        len(classes),
    )
    return ClassCells(classes // MOST_CLASSES, classes % MOST_CLASSES, cells)


def _store(work: Work, schools: Collection[int] | None, found: ClassCells) -> None:
    arrays = [[unit.ravel().tolist() for unit in getattr(found.cells, name)] for name in ARRAYS]
    keys = ([work.pk] * len(found), found.school.tolist(), found.number.tolist())
    rows = zip(*keys, *arrays, strict=True)
    some = {} if schools is None else {"organization_id": list(schools)}
    replace(CELLS, rows, of={"work_id": work.pk, **some})
