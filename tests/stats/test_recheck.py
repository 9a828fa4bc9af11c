"""Works marked anew: how many are drawn, and how often the intervals hold the truth."""

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from monitoring.stats.errors import StatisticsError, TooFew
from monitoring.stats.recheck import drawn_size, mean_change, unchanged_share

sizes = st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n)))


def chances(works: int, same: int, checked: int) -> list[float]:
    """P(x unchanged among the drawn) for each x, by counting draws."""
    return [
        comb(same, x) * comb(works - same, checked - x) / comb(works, checked)
        for x in range(checked + 1)
    ]


@given(sizes)
def test_the_interval_of_the_share_holds_the_truth_in_95_of_100_draws(drawn):
    """Exact for every possible truth: all draws are counted, none is simulated."""
    works, checked = drawn
    for same in range(works + 1):
        held = 0.0
        for x, chance in enumerate(chances(works, same, checked)):
            if chance:
                found = unchanged_share(x, checked, works)
                held += chance * (found.low - 1e-12 <= same / works <= found.high + 1e-12)
        assert held >= 0.95 - 1e-9


def test_the_interval_comes_close_to_the_binomial_one_when_works_are_many():
    found = unchanged_share(9, 12, 200_000)
    exact = stats.binomtest(9, 12).proportion_ci(method="exact")

    assert (found.low, found.high) == pytest.approx((exact.low, exact.high), abs=2e-4)


@given(sizes)
def test_all_works_marked_anew_leave_nothing_to_guess(drawn):
    works, same = drawn
    found = unchanged_share(same, works, works)

    assert found.low == found.value == found.high == same / works


@given(st.integers(1, 400))
def test_a_fifth_of_changed_works_is_missed_at_most_once_in_twenty(works):
    size, changed = drawn_size(works), max(1, round(works / 5))

    assert chances(works, changed, size)[0] <= 0.05
    if size > 1:
        assert chances(works, changed, size - 1)[0] > 0.05


def test_a_mean_of_all_drawn_from_few_is_students_with_the_finite_correction():
    """Against SciPy's interval, whose error is shortened by √(1 − k/N)."""
    changes, works = np.array([0, -1, 0, -2, 0, 1, -3, 0, 0, -1, 0, 0]), 87
    plain = stats.ttest_1samp(changes, 0).confidence_interval(0.95)
    shorter = (1 - 12 / works) ** 0.5

    found = mean_change(changes, works)

    half = (plain.high - plain.low) / 2 * shorter
    assert (found.low, found.high) == pytest.approx((found.value - half, found.value + half))
    assert found.value == pytest.approx(-0.5)


def test_the_interval_of_the_mean_holds_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(5)
    population = rng.choice([-3, -2, -1, 0, 0, 0, 0, 1], size=90)
    held = 0
    for _ in range(2000):
        found = mean_change(rng.choice(population, size=20, replace=False), 90)
        held += found.low <= population.mean() <= found.high

    assert 0.93 <= held / 2000 <= 0.97


def test_what_cannot_be_told_is_not_told():
    with pytest.raises(TooFew):
        drawn_size(0)
    with pytest.raises(TooFew):
        mean_change(np.array([1]), 20)
    with pytest.raises(StatisticsError, match="nothing tells the spread"):
        mean_change(np.array([0, 0, 0]), 20)
    for impossible in ((1, 0, 5), (3, 2, 5), (2, 6, 5), (-1, 2, 5)):
        with pytest.raises(StatisticsError):
            unchanged_share(*impossible)


def test_known_changes_of_all_works_have_no_interval():
    found = mean_change(np.array([0, -2]), 2)

    assert (found.low, found.value, found.high) == (-1, -1, -1)
