"""Shares and their intervals."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from monitoring.stats.errors import StatisticsError, TooFew
from monitoring.stats.shares import mean_share, wilson

pairs = st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("successes", "pupils", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_intervals(successes, pupils, low, high):
    """Newcombe (1998), Stat. Med. 17, 857–872, table I, method 3."""
    share = wilson(np.array([successes]), np.array([pupils]))[0]

    assert (share.low, share.high) == pytest.approx((low, high), abs=6e-5)


@given(st.lists(pairs.filter(lambda pair: pair[1] > 0), min_size=1, max_size=5))
def test_wilson_of_many_shares_is_scipys_of_each(drawn):
    successes, pupils = np.array(drawn).T

    shares = wilson(successes, pupils)

    for unit, (k, n) in enumerate(drawn):
        interval = stats.binomtest(k, n).proportion_ci(method="wilson")
        assert shares[unit].value == k / n
        assert (shares[unit].low, shares[unit].high) == pytest.approx(tuple(interval), abs=1e-12)


@given(pairs)
@example((0, 3))
@example((16, 16))
def test_a_share_lies_in_its_interval_inside_0_and_1(pair):
    shares = wilson(*np.array([pair]).T)

    assert 0 <= shares.low[0] <= shares.value[0] <= shares.high[0] <= 1


def test_a_share_of_nobody_is_no_number():
    shares = wilson(np.array([0]), np.array([0]))

    assert not shares.known[0]
    assert np.isfinite([shares.value[0], shares.low[0], shares.high[0]]).all()
    with pytest.raises(TooFew, match="unit 0 has no pupils"):
        shares[0]


def test_more_successes_than_pupils_are_refused():
    with pytest.raises(StatisticsError):
        wilson(np.array([3]), np.array([2]))


@given(st.lists(st.floats(0, 1), min_size=2, max_size=40))
@example([0.0, 0.0])
@example([1.0, 1.0, 1.0])
def test_the_mean_has_scipys_t_interval_cut_to_0_and_1(drawn):
    values = np.array(drawn)

    mean = mean_share(
        np.array([values.sum()]), np.array([(values**2).sum()]), np.array([len(values)])
    )[0]

    error = stats.sem(values)
    low, high = values.mean() - error * 50, values.mean() + error * 50
    if error > 1e-6:
        low, high = stats.t.interval(0.95, len(values) - 1, values.mean(), error)
    assert mean.value == pytest.approx(values.mean())
    assert (mean.low, mean.high) == pytest.approx((max(low, 0), min(high, 1)), abs=1e-4)
    assert mean.low <= mean.value <= mean.high


def test_one_pupil_tells_nothing_of_the_spread():
    mean = mean_share(np.array([0.4]), np.array([0.16]), np.array([1]))[0]

    assert (mean.low, mean.high) == (0, 1)


def test_the_interval_of_a_mean_holds_the_truth_95_times_in_100():
    rng = np.random.default_rng(5)
    values = rng.beta(4, 3, (4000, 25))

    means = mean_share(values.sum(axis=1), (values**2).sum(axis=1), np.full(4000, 25))

    held = (means.low <= 4 / 7) & (means.high >= 4 / 7)
    assert held.mean() == pytest.approx(0.95, abs=0.012)
