"""A work against another work of the same pupils."""

import numpy as np
import pytest
from scipy import stats

from monitoring.stats.cohorts import gap
from monitoring.stats.findings import Method, Status


def two_works(rng, n_schools=300):
    """Mean shares of both works and their pupils; the second is a harder one."""
    n, other_n = rng.integers(10, 120, (2, n_schools))
    ability = rng.normal(0.55, 0.1, n_schools)
    mean = ability + rng.normal(0, 0.2 / np.sqrt(n))
    other = 0.1 + 0.7 * ability + rng.normal(0, 0.2 / np.sqrt(other_n)) + rng.normal(0, 0.02)
    return mean, n, other, other_n


def test_what_is_expected_is_the_line_through_the_schools():
    other = np.linspace(0.2, 0.8, 40)
    mean = 0.15 + 0.8 * other
    mean[[3, 20]] += 0.3
    clean = np.delete(np.arange(40), [3, 20])

    found = gap(Method.EXTERNAL_GAP, mean, np.full(40, 25), other, np.full(40, 25))

    line = stats.linregress(other[clean], mean[clean])
    assert found.effect == pytest.approx(mean - line.intercept - line.slope * other, abs=1e-9)


def test_honest_schools_keep_the_nominal_rates():
    rng = np.random.default_rng(71)
    p = np.concatenate([gap(Method.EXTERNAL_GAP, *two_works(rng)).p_value for _ in range(20)])

    assert 0.03 < (p < 0.05).mean() < 0.08
    assert (p < 0.01).mean() < 0.022


def test_schools_that_drop_under_other_eyes_are_found():
    rng = np.random.default_rng(72)
    mean, n, other, other_n = two_works(rng)
    n[:15] = other_n[:15] = 60
    mean[:15] += 0.25

    found = gap(Method.EXTERNAL_GAP, mean, n, other, other_n)

    assert (found.p_value[:15] < 0.01).all()
    assert (found.p_value[15:] < 0.01).mean() < 0.02
    assert found.effect[:15].mean() == pytest.approx(0.25, abs=0.05)


def test_a_school_that_rises_is_no_signal():
    mean, n, other, other_n = two_works(np.random.default_rng(73))
    mean[0] -= 0.3

    assert gap(Method.COHORT_JUMP, mean, n, other, other_n).p_value[0] > 0.9


def test_nine_pupils_in_either_work_and_nine_schools_are_too_few():
    mean, other = np.linspace(0.3, 0.7, (12)), np.linspace(0.35, 0.65, 12)
    n, other_n = np.full(12, 20), np.full(12, 20)
    n[0], other_n[1] = 9, 9

    found = gap(Method.EXTERNAL_GAP, mean, n, other, other_n)
    assert found.n[:3].tolist() == [9, 9, 20]
    assert found.status[:3].tolist() == [Status.TOO_FEW, Status.TOO_FEW, Status.OK]

    n[2] = 0
    found = gap(Method.EXTERNAL_GAP, mean, n, other, other_n)
    assert (found.status == Status.TOO_FEW).all()


def test_works_with_no_school_in_common_have_nothing_to_be_set_against():
    n = np.full(12, 20)

    found = gap(Method.EXTERNAL_GAP, np.full(12, 0.5), n, np.zeros(12), 0 * n)

    assert (found.status == Status.NOT_HELD).all()


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_schools_all_alike_give_no_nonsense(level):
    n = np.full(30, 20)

    found = gap(Method.EXTERNAL_GAP, np.full(30, level), n, np.full(30, level), n)

    assert np.isfinite(found.statistic).all()
    assert (found.p_value > 0.3).all()
