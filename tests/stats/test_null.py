"""The null that honest units show."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from monitoring.stats.null import empirical, heaviness, tamed, trend, unskewed, upper

EVERYONE = np.ones(2000, dtype=bool)


@pytest.mark.parametrize(("share", "near"), [(0, 0.1), (0.05, 0.15), (0.14, 0.35)])
def test_location_and_scale_are_found_again_among_units_that_stand_out(share, near):
    rng = np.random.default_rng(61)
    z = rng.normal(0.4, 1.3, 2000)
    z[: int(share * 2000)] += 5

    found = empirical(z, EVERYONE)

    assert found.location == pytest.approx(0.4, abs=near)
    assert found.scale == pytest.approx(1.3, abs=near)


def test_few_units_stay_near_the_theory_and_next_to_none_on_it():
    z = np.random.default_rng(62).normal(2, 3, 2000)

    nine, forty, many = (empirical(z, np.arange(2000) < units) for units in (9, 40, 2000))

    assert (nine.location, nine.scale) == (0, 1)
    assert 0 < forty.location < many.location
    assert 1 < forty.scale < many.scale


@pytest.mark.parametrize("units", [15, 40, 650])
def test_one_more_honest_unit_is_seldom_far_however_few_showed_what_is_usual(units):
    """The share beyond 1 % over many small groups: Student's t by drawing, not by formula."""
    rng = np.random.default_rng(units)
    beyond = []
    for _ in range(60_000 // units):
        z = rng.normal(size=units)
        beyond.append((empirical(z, z < np.inf).standardise(z) > 2.326).mean())

    assert 0.0003 < np.mean(beyond) < 0.013


def test_a_crowded_middle_does_not_make_everybody_stand_out():
    assert empirical(np.zeros(2000), EVERYONE).scale == 0.7
    assert empirical(np.zeros(2000), EVERYONE, least_scale=1.0).scale == 1.0


@given(st.integers(0, 2000), st.floats(0, 1e6))
def test_how_far_the_far_ones_stand_out_does_not_matter(seed, distance):
    z = np.random.default_rng(seed).normal(size=200)
    upper_fifth = z > np.quantile(z, 0.8)

    moved = empirical(z + distance * upper_fifth, np.ones(200, dtype=bool))

    assert moved == empirical(z, np.ones(200, dtype=bool))


@pytest.mark.parametrize("freedom", [4, 6, 10])
def test_long_honest_tails_are_brought_to_the_nominal_rates(freedom):
    draws = stats.t.rvs(freedom, size=100_000, random_state=63)
    z = draws / (stats.t.ppf(0.8, freedom) / stats.norm.ppf(0.8))

    raw, cured = upper(z), upper(tamed(z, heaviness(-z)))

    assert (raw < 0.001).mean() > 0.002
    assert (cured < 0.01).mean() == pytest.approx(0.01, rel=0.25)
    assert (cured < 0.001).mean() == pytest.approx(0.001, rel=0.6)


def test_normal_tails_are_left_alone():
    z = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)

    assert heaviness(z) == pytest.approx(0, abs=0.01)
    assert heaviness(z / 2) == 0
    assert np.array_equal(tamed(z, 0.0), z)


def test_with_few_units_nothing_is_said_of_tails():
    assert heaviness(np.full(79, 30.0)) == 0


@given(st.floats(0.01, 3), st.floats(0, 5))
def test_taming_keeps_the_order_and_lengthens_nothing(heavy, stretch):
    z = np.linspace(-4, 12, 200)

    cured = tamed(z, heavy)

    assert (np.diff(cured) > 0).all()
    assert (cured <= z + 1e-12).all()
    assert np.array_equal(cured[z <= 1], z[z <= 1])
    assert (tamed(z, heavy + stretch) <= cured + 1e-12).all()


@pytest.mark.parametrize("skewness", [0.1, 0.4, 0.8])
def test_unskewed_gamma_quantiles_are_normal_ones(skewness):
    levels = np.array([0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999])

    z = unskewed(stats.pearson3.ppf(levels, skewness), skewness)

    assert z == pytest.approx(stats.norm.ppf(levels), abs=0.03)


def test_a_chi_square_is_a_gamma_variable_too():
    for freedom in (8, 30):
        chi2 = stats.chi2(freedom)
        z = (chi2.ppf([0.1, 0.9, 0.999]) - freedom) / np.sqrt(2 * freedom)
        score = unskewed(z, float(chi2.stats("s")))
        assert score == pytest.approx(stats.norm.ppf([0.1, 0.9, 0.999]), abs=0.03)


def test_next_to_no_skewness_changes_next_to_nothing():
    z = np.linspace(-3, 5, 50)

    assert unskewed(z, 1e-4) == pytest.approx(z, abs=1e-3)


def test_what_goes_with_the_level_is_found_and_what_stands_out_is_not_taken_along():
    rng = np.random.default_rng(64)
    level, size = rng.uniform(0.2, 0.9, 500), rng.integers(10, 100, 500)
    bend = (1 - 4 * level + 3 * level**2) * np.sqrt(size)
    z = bend + rng.normal(size=500)
    z[:30] += 8

    left = z - trend(z, level, size, np.ones(500, dtype=bool))

    assert left[30:].mean() == pytest.approx(0, abs=0.3)
    assert left[30:].std() == pytest.approx(1, abs=0.15)
    assert left[:30].mean() == pytest.approx(8, abs=0.5)
    # Of a bend without anything else nothing is left.
    assert trend(bend, level, size, np.ones(500, dtype=bool)) == pytest.approx(bend)
