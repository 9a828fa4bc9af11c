"""Many tests at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.stats.fdr import q_values

p_lists = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def test_the_published_example_keeps_its_first_four_of_fifteen():
    """Benjamini & Hochberg (1995), section 4: at 0.05 four of these hypotheses are rejected."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    p += [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]

    assert (q_values(np.array(p)) <= 0.05).tolist() == [True] * 4 + [False] * 11


@given(p_lists, st.floats(0.01, 0.5))
def test_q_below_a_level_marks_what_the_step_up_rule_rejects(drawn, level):
    """The rule as first stated: the largest k with p(k) ≤ k·level/m, and all before it."""
    p = np.array(drawn)
    m = len(p)
    passed = [k for k, value in enumerate(np.sort(p), start=1) if value * m / k <= level]
    rejected = p <= np.sort(p)[max(passed) - 1] if passed else np.zeros(m, dtype=bool)

    q = q_values(p)
    on_the_edge = np.isclose(q, level, rtol=1e-12)
    assert np.array_equal((q <= level) | on_the_edge, rejected | on_the_edge)


@given(p_lists, p_lists)
def test_what_was_not_tested_neither_counts_nor_is_found(drawn, untested):
    p = np.array(drawn + untested)
    tested = np.arange(len(p)) < len(drawn)

    q = q_values(p, tested)

    assert np.array_equal(q[tested], q_values(np.array(drawn)))
    assert (q[~tested] == 1).all()


def test_no_tests_give_no_findings():
    assert q_values(np.array([0.001]), np.array([False])) == pytest.approx([1])
