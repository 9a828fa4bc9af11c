"""Counts against their expectation, with more spread than chance."""

from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from monitoring.stats.counts import LEAST_P, Counts, upper_p

comparisons = st.lists(
    st.integers(0, 6).flatmap(
        lambda total: st.tuples(st.integers(0, total), st.just(total), st.floats(0.02, 0.98))
    ),
    min_size=3,
    max_size=3,
)


def one_unit(drawn) -> Counts:
    hits, totals, expected = (np.array([column]) for column in zip(*drawn, strict=True))
    return Counts(hits, totals, expected.astype(float))


def drawn_counts(rng, n_units: int, rho: float) -> Counts:
    totals = rng.integers(5, 40, (n_units, 3))
    expected = np.tile([0.35, 0.42, 0.45], (n_units, 1))
    strength = (1 - rho) / rho
    shares = rng.beta(expected * strength, (1 - expected) * strength)
    return Counts(rng.binomial(totals, shares), totals, expected)


@given(comparisons, st.floats(0.001, 0.5))
def test_the_exact_tail_is_that_of_all_outcomes_listed(drawn, rho):
    counts = one_unit(drawn)
    strength = (1 - rho) / rho
    masses = [
        stats.betabinom.pmf(np.arange(total + 1), total, p * strength, (1 - p) * strength)
        for _, total, p in drawn
    ]
    outcomes = product(*(enumerate(mass) for mass in masses))
    tail = sum(
        prod(chance for _, chance in outcome)
        for outcome in outcomes
        if sum(hits for hits, _ in outcome) >= counts.hits.sum()
    )

    p = upper_p(counts, rho, exact_below=60)[0]
    assert p == pytest.approx(max(tail, LEAST_P), rel=1e-9, abs=1e-13)


def test_without_overdispersion_the_exact_tail_is_the_binomial_one():
    counts = Counts(np.array([[9]]), np.array([[12]]), np.array([[0.4]]))

    p = upper_p(counts, 0, exact_below=60)[0]

    assert p == pytest.approx(stats.binomtest(9, 12, 0.4, alternative="greater").pvalue)


def test_a_beta_binomial_is_a_binomial_with_an_uncertain_share():
    """The tail by its definition: binomial tails averaged over the beta distribution."""
    rho, share = 0.05, 0.4
    beta = stats.beta(share * (1 - rho) / rho, (1 - share) * (1 - rho) / rho)
    by_integral, _ = integrate.quad(lambda s: beta.pdf(s) * stats.binom.sf(17, 30, s), 0, 1)

    p = upper_p(
        Counts(np.array([[18]]), np.array([[30]]), np.array([[share]])), rho, exact_below=60
    )

    assert p[0] == pytest.approx(by_integral, rel=1e-6)


@given(comparisons, st.floats(0, 0.3))
def test_more_hits_are_never_less_remarkable(drawn, rho):
    counts = one_unit(drawn)
    fewer = Counts(np.maximum(counts.hits - 1, 0), counts.totals, counts.expected)

    more, less = (upper_p(c, rho, exact_below=60)[0] for c in (counts, fewer))
    assert 0 < more <= less + 1e-12 <= 1 + 1e-12


@pytest.mark.parametrize("rho", [0.02, 0.1])
def test_overdispersion_is_found_again_in_data_made_with_it(rho):
    """Shares of the three comparisons are drawn apart, so each holds its own overdispersion."""
    counts = drawn_counts(np.random.default_rng(3), 20_000, rho)

    everyone = np.ones(20_000, dtype=bool)
    assert counts.rho(everyone) == pytest.approx(rho, rel=0.06)
    assert counts.rho(counts.excess < 0) == pytest.approx(rho, rel=0.1)
    assert counts.z(rho).std() == pytest.approx(1, abs=0.02)


def test_honest_counts_without_overdispersion_show_next_to_none():
    rng = np.random.default_rng(4)
    totals = rng.integers(5, 40, (5000, 3))
    counts = Counts(rng.binomial(totals, 0.4), totals, np.full((5000, 3), 0.4))

    assert counts.rho(np.ones(5000, dtype=bool)) < 0.002


@pytest.mark.parametrize("exact_below", [10**6, 0])
def test_exact_and_normal_tails_keep_their_rate_in_honest_data(exact_below):
    counts = drawn_counts(np.random.default_rng(6), 20_000, 0.03)

    p = upper_p(counts, 0.03, exact_below=exact_below)

    assert 0.038 < (p < 0.05).mean() < 0.056
