"""Many findings joined to one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from monitoring.stats.combination import MOST_P, cauchy, decibans, index

p_values = st.lists(st.floats(1e-14, MOST_P), min_size=2, max_size=5)


@given(p_values, st.data())
def test_joined_p_values_are_the_tail_of_a_cauchy_variable(drawn, data):
    weights = np.array([data.draw(st.floats(0.1, 3)) for _ in drawn])

    joined = cauchy(np.array(drawn), weights)

    variable = np.average(stats.cauchy.isf(drawn), weights=weights)
    assert joined == pytest.approx(stats.cauchy.sf(variable), rel=1e-6)


def test_independent_honest_p_values_join_to_a_uniform_one():
    p = np.random.default_rng(1).uniform(size=(20_000, 4))

    joined = cauchy(p, np.broadcast_to([1.0, 2.0, 0.5, 1.0], p.shape))

    # Large p-values are held at MOST_P, so that only the small ones are uniform.
    for level in (0.001, 0.01, 0.05):
        rate = stats.binomtest(int((joined < level).sum()), len(p), level)
        assert rate.pvalue > 0.01


@pytest.mark.parametrize("correlation", [0.5, 0.9, 0.999])
def test_dependence_hardly_moves_the_small_p_values(correlation):
    """What the method is for: Liu & Xie (2020), theorem 1."""
    rng = np.random.default_rng(2)
    common = rng.normal(size=(40_000, 1)) * np.sqrt(correlation)
    z = common + rng.normal(size=(40_000, 5)) * np.sqrt(1 - correlation)

    joined = cauchy(stats.norm.sf(z), np.ones(z.shape))

    assert 0.0075 < (joined < 0.01).mean() < 0.0125


@given(st.floats(1e-14, MOST_P), st.integers(1, 6))
def test_p_values_that_agree_say_what_each_says(p, number):
    assert cauchy(np.full(number, p), np.ones(number)) == pytest.approx(p, rel=1e-6)


@given(p_values)
def test_what_has_no_weight_is_not_heard(drawn):
    p, ones = np.array(drawn), np.ones(len(drawn))

    assert cauchy(np.append(p, 1e-12), np.append(ones, 0)) == pytest.approx(cauchy(p, ones))
    assert cauchy(p, 0 * ones) == 1


@given(p_values, st.integers(0, 1), st.floats(0.01, 1))
def test_a_smaller_p_value_never_makes_the_whole_larger(drawn, which, times):
    smaller = np.array(drawn)
    smaller[which] *= times

    before, after = (cauchy(np.array(p), np.ones(len(drawn))) for p in (drawn, smaller))

    assert after <= before * (1 + 1e-9)


@pytest.mark.parametrize("p", [0.9, 0.5, 0.1, 0.05, 0.01, 0.001])
def test_decibans_are_the_average_over_all_alternatives(p):
    """How much likelier p is if p-values have the density κ·p^(κ − 1), for κ from 0 to 1."""
    likelier, _ = integrate.quad(lambda kappa: kappa * p ** (kappa - 1), 0, 1)

    assert decibans(np.array([p])) == pytest.approx(10 * np.log10(likelier))


def test_among_the_honest_the_evidence_is_no_more_than_one_on_average():
    """Whatever p-values of the honest are, uniform or larger: one family exaggerates nothing."""
    p = np.random.default_rng(2).uniform(size=200_000)

    for honest in (p, np.sqrt(p)):
        odds = 10 ** (decibans(honest) / 10)
        assert 0.5 < odds.mean() <= 1.01


def test_what_was_not_tested_weighs_nothing_and_nothing_weighs_more_than_30():
    assert decibans(np.array([1.0])).tolist() == [0]
    assert decibans(np.array([1e-9, 0.0])) == pytest.approx([30, 30])
    assert decibans(np.array([0.5])) < 0


@given(st.lists(st.floats(0, 0.999), min_size=2, max_size=20))
def test_less_likely_never_weighs_less(drawn):
    assert (np.diff(decibans(np.sort(drawn))) <= 1e-12).all()


def test_the_index_is_bayes_rule():
    """One school in twenty beforehand, signs 10 and 2 times likelier there than elsewhere."""
    points = np.array([[10.0, 10 * np.log10(2)]])

    suspected, others = 5 * 10 * 2, 95
    assert index(points, prior=0.05) == pytest.approx(100 * suspected / (suspected + others))
    assert index(0 * points, prior=0.05) == pytest.approx(5)
