import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from procedures.scales import Borders, marks_of

# Russian, grade 4, 2026: 0–9, 10–15, 16–20, 21–24 by the published demonstration version.
RUSSIAN_4 = Borders(10, 16, 21)

borders = st.lists(st.integers(1, 60), min_size=3, max_size=3, unique=True).map(
    lambda three: Borders(*sorted(three))
)
scores = hnp.arrays(np.int16, st.integers(0, 40), elements=st.integers(0, 60))


def test_the_published_scale_gives_the_published_marks():
    table = {2: range(10), 3: range(10, 16), 4: range(16, 21), 5: range(21, 25)}

    for mark, points in table.items():
        assert set(marks_of(list(points), RUSSIAN_4)) == {mark}


@given(scores, borders)
def test_a_mark_counts_the_borders_that_were_reached(points, scale):
    reached = sum(
        (points >= border).astype(int) for border in (scale.three, scale.four, scale.five)
    )

    assert (marks_of(points, scale) == 2 + reached).all()


@given(scores, borders)
def test_more_points_never_give_a_worse_mark(points, scale):
    assert (np.diff(marks_of(np.sort(points), scale)) >= 0).all()


@given(hnp.arrays(np.int16, hnp.array_shapes(max_dims=3), elements=st.integers(0, 60)))
def test_without_a_scale_there_are_no_marks_and_the_shape_stays(points):
    marks = marks_of(points, None)

    assert marks.shape == points.shape
    assert not marks.any()


@pytest.mark.parametrize("three", [(0, 5, 9), (5, 5, 9), (5, 9, 9), (9, 5, 3), (-1, 2, 3)])
def test_borders_rise_and_begin_above_zero(three):
    with pytest.raises(ValueError, match="по возрастанию и больше нуля"):
        Borders(*three)


def test_a_mark_5_that_cannot_be_reached_is_refused():
    assert RUSSIAN_4.within(24) == RUSSIAN_4
    with pytest.raises(ValueError, match="не выше максимума 20, а здесь «10, 16, 21»"):
        RUSSIAN_4.within(20)
