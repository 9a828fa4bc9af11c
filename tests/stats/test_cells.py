"""Additive summaries of classes."""

from dataclasses import fields
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.stats.cells import Cells, add, stack, summarize
from monitoring.stats.errors import StatisticsError

MAX_POINTS = np.array([2, 1, 3])
N_CLASSES = 4


class Pupils(NamedTuple):
    class_index: np.ndarray
    points: np.ndarray
    marks: np.ndarray
    journal_marks: np.ndarray
    present: np.ndarray


marks = st.sampled_from([0, 2, 3, 4, 5])
rows = st.tuples(
    st.integers(0, N_CLASSES - 1),
    st.tuples(*(st.integers(-2, most) for most in MAX_POINTS)),
    marks,
    marks,
    st.booleans(),
)


def columns(drawn) -> Pupils:
    class_index, points, work, journal, present = zip(*drawn, strict=True)
    return Pupils(
        np.array(class_index),
        np.array(points, dtype=np.int16),
        np.array(work),
        np.array(journal),
        np.array(present),
    )


classes_of_pupils = st.lists(rows, min_size=1, max_size=30).map(columns)


def summarized(pupils: Pupils, n_classes: int = N_CLASSES) -> Cells:
    return summarize(*pupils, MAX_POINTS, n_classes)


def counted_by_hand(pupils: Pupils) -> Cells:
    """The same summary, pupil by pupil and task by task."""
    shapes = [(7,), (3,), (3,), (3,), (4,), (4, 4), (5, 2), (4, 3), (3,)]
    cells = Cells(*(np.zeros((N_CLASSES, *shape), dtype=np.int64) for shape in shapes))
    for k, points, mark, journal, present in zip(*pupils, strict=True):
        cells.attendance[k, 0 if journal == 0 else journal - 1, 1 if present else 0] += 1
        if not present:
            continue
        cells.histogram[k, sum(p for p in points if p > 0)] += 1
        for task, p in enumerate(points):
            cells.task_sums[k, task] += p if p > 0 else 0
            cells.task_squares[k, task] += p**2 if p > 0 else 0
            cells.omissions[k, task] += 1 if p == -1 else 0
            cells.full_scores[k, task] += 1 if p == MAX_POINTS[task] else 0
            if mark:
                cells.group_sums[k, mark - 2, task] += p if p > 0 else 0
        if mark:
            cells.marks[k, mark - 2] += 1
        if mark and journal:
            cells.journal[k, journal - 2, mark - 2] += 1
    return cells


def same(one: Cells, other: Cells) -> bool:
    return all(
        np.array_equal(getattr(one, field.name), getattr(other, field.name))
        for field in fields(Cells)
    )


@given(classes_of_pupils)
def test_a_summary_is_what_counting_by_hand_gives(pupils):
    assert same(summarized(pupils), counted_by_hand(pupils))


@given(classes_of_pupils, st.lists(st.integers(0, 2), min_size=N_CLASSES, max_size=N_CLASSES))
def test_adding_classes_equals_summarizing_their_pupils_at_once(pupils, group):
    school = np.array(group)

    added = add(summarized(pupils), school, 3)

    at_once = summarized(pupils._replace(class_index=school[pupils.class_index]), 3)
    assert same(added, at_once)


@given(classes_of_pupils, st.integers(0, 30))
def test_pupils_read_in_two_parts_give_the_same_cells(pupils, cut):
    parts = [summarized(Pupils(*(column[:cut] for column in pupils)))]
    parts.append(summarized(Pupils(*(column[cut:] for column in pupils))))

    together = add(stack(parts), np.tile(np.arange(N_CLASSES), 2), N_CLASSES)

    assert same(together, summarized(pupils))


@given(classes_of_pupils)
def test_scores_and_tasks_hold_the_same_points(pupils):
    cells = summarized(pupils)

    assert np.array_equal(cells.score_sum, cells.task_sums.sum(axis=1))
    assert cells.pupils.sum() == pupils.present.sum()
    assert cells.attendance.sum() == len(pupils.present)


def test_of_no_classes_schools_have_nothing():
    nobody = Pupils(*(column[:0] for column in columns([(0, (2, 1, 3), 5, 5, True)])))

    added = add(summarized(nobody, 0), np.zeros(0, dtype=int), 2)

    assert added.pupils.tolist() == [0, 0]
    assert added.group_sums.shape == (2, 4, 3)


def test_taken_units_stand_in_the_order_asked():
    cells = summarized(columns([(0, (2, 1, 3), 5, 5, True), (3, (0, -1, -2), 2, 3, True)]))

    some = cells.take([3, 0])

    assert some.mean_score.tolist() == [0, 6]
    assert some.omissions.tolist() == [[0, 1, 0], [0, 0, 0]]


SOUND = columns([(0, (2, 1, 3), 5, 5, True)])


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"class_index": np.array([4])}, "class numbers"),
        ({"points": np.array([[2, 2, 3]], dtype=np.int16)}, "points lie outside"),
        ({"points": np.array([[-3, 0, 0]], dtype=np.int16)}, "points lie outside"),
        ({"marks": np.array([1])}, "marks must be"),
        ({"journal_marks": np.array([6])}, "marks must be"),
    ],
)
def test_impossible_rows_are_refused(fault, message):
    with pytest.raises(StatisticsError, match=message):
        summarized(SOUND._replace(**fault))


def test_a_work_without_points_is_refused():
    with pytest.raises(StatisticsError, match="at least one point"):
        summarize(*SOUND._replace(points=SOUND.points * 0), np.zeros(3, dtype=int), 1)


@given(pupils=classes_of_pupils, emptied=st.lists(st.booleans(), min_size=3, max_size=3))
def test_units_left_out_are_as_if_nobody_had_written_there(pupils, emptied):
    mask = np.resize(emptied, N_CLASSES)
    kept = ~mask[pupils.class_index]
    there = Pupils(*(column[kept] for column in pupils))

    assert same(summarized(pupils).without(mask), summarized(there))
