"""The figures of the standard reports: laws they obey on random classes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitoring.stats import standard
from monitoring.stats.cells import MARKS, add, summarize

MAX_POINTS = np.array([2, 1, 3])
marks = st.sampled_from([2, 3, 4, 5])
pupils = st.lists(
    st.tuples(
        st.integers(0, 2), st.tuples(*(st.integers(-2, m) for m in MAX_POINTS)), marks, marks
    ),
    min_size=1,
    max_size=30,
)


def cells_of(drawn):
    unit, points, work, journal = (np.array(column) for column in zip(*drawn, strict=True))
    points = points.astype(np.int16)
    return summarize(unit, points, work, journal, np.ones(len(unit), bool), MAX_POINTS, 3)


@given(pupils)
def test_completion_of_all_is_that_of_the_groups_weighted_by_their_pupils(drawn):
    cells = cells_of(drawn)

    whole = standard.completion(cells.task_sums, cells.pupils, MAX_POINTS)
    groups = standard.group_completion(cells.group_sums, cells.marks, MAX_POINTS)

    weighted = (groups * cells.marks[:, :, None]).sum(axis=1)
    assert np.allclose(whole * cells.pupils[:, None], weighted)


@given(pupils)
def test_full_scores_never_exceed_completion(drawn):
    cells = cells_of(drawn)

    full = standard.full_score(cells.full_scores, cells.pupils)

    assert (full <= standard.completion(cells.task_sums, cells.pupils, MAX_POINTS) + 1e-12).all()


@given(pupils)
def test_the_three_sides_of_the_journal_are_all_its_pairs(drawn):
    cells = cells_of(drawn)

    sides = standard.against_journal(cells.journal)

    for k in range(3):
        own = [(work, journal) for unit, _, work, journal in drawn if unit == k]
        assert sides[k].tolist() == [
            sum(work < journal for work, journal in own),
            sum(work == journal for work, journal in own),
            sum(work > journal for work, journal in own),
        ]


@given(pupils)
def test_shares_are_of_the_pupils_and_add_up_with_the_units(drawn):
    cells = cells_of(drawn)
    together = add(cells, np.zeros(3, dtype=int), 1)

    assert standard.participants(cells.attendance).tolist() == cells.pupils.tolist()
    assert np.isclose(standard.shares(together.marks).sum(), 1)
    share = standard.shares(together.marks)[0]
    assert np.allclose(share * len(drawn), [sum(p[2] == mark for p in drawn) for mark in MARKS])
