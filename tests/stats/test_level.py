"""Level of schools in a funnel."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from monitoring.stats.cells import Cells, add, summarize
from monitoring.stats.errors import StatisticsError, TooFew
from monitoring.stats.findings import Status
from monitoring.stats.level import ALARM, WARNING, Means, funnel, level, school_means
from tests.stats.honest import honest_region

BCG = Path(__file__).parent / "reference" / "bcg.csv"

values = hnp.arrays(float, 15, elements=st.floats(0, 1))
errors = hnp.arrays(float, 15, elements=st.floats(0.01, 0.2))


def log_risk_ratios():
    tpos, tneg, cpos, cneg = np.loadtxt(BCG, delimiter=",", skiprows=2).T
    ratio = np.log(tpos / (tpos + tneg) / (cpos / (cpos + cneg)))
    return ratio, np.sqrt(1 / tpos - 1 / (tpos + tneg) + 1 / cpos - 1 / (cpos + cneg))


def one_task(scores, class_index, n_classes, most=10) -> Cells:
    n = len(scores)
    no_marks = np.zeros(n, dtype=int)
    points = np.array(scores, dtype=np.int16)[:, None]
    return summarize(
        class_index, points, no_marks, no_marks, no_marks == 0, np.array([most]), n_classes
    )


def test_the_spread_of_thirteen_trials_is_the_published_one():
    """BCG trials: Paule–Mandel τ² 0.318, as meta-analysis programs print for these data."""
    effects, standard_errors = log_risk_ratios()

    fitted = funnel(effects, standard_errors, winsorised=0)

    assert fitted.tau2 == pytest.approx(0.318, abs=5e-4)
    assert fitted.target == pytest.approx(-0.715, abs=5e-4)
    assert (fitted.z**2).sum() == pytest.approx(12)


@pytest.mark.parametrize("n_units", [24, 400])
def test_honest_units_of_any_size_leave_the_95_limits_5_times_in_100(n_units):
    rng = np.random.default_rng(11)
    outside = []
    for _ in range(4800 // n_units):
        se = np.sqrt(0.8 / np.clip(rng.lognormal(3.6, 0.8, n_units), 10, 200))
        honest = rng.normal(0, 0.2**0.5, n_units) + rng.normal(0, se)
        outside.append((funnel(honest, se).p < 0.05).mean())

    assert 0.035 < np.mean(outside) < 0.06


def test_a_few_inflated_schools_hardly_widen_the_funnel():
    rng = np.random.default_rng(12)
    se = rng.uniform(0.02, 0.06, 300)
    honest = rng.normal(0.6, 0.05, 300) + rng.normal(0, se)
    inflated = honest + 0.3 * (np.arange(300) < 15)

    assert funnel(inflated, se).tau2 < 1.5 * funnel(honest, se).tau2
    assert funnel(inflated, se, winsorised=0).tau2 > 2 * funnel(honest, se, winsorised=0).tau2


@given(values, errors)
def test_p_values_and_limits_tell_the_same(drawn, standard_errors):
    fitted = funnel(drawn, standard_errors)

    for coverage in (WARNING, ALARM):
        low, high = fitted.limits(standard_errors, coverage)
        inside = (low <= drawn) & (drawn <= high)
        doubtful = np.isclose(fitted.p, 1 - coverage, rtol=1e-6)
        assert np.array_equal(inside | doubtful, (fitted.p >= 1 - coverage) | doubtful)


@given(values, errors, st.floats(0.1, 10), st.floats(-5, 5))
def test_another_scale_of_points_changes_no_z(drawn, standard_errors, scale, start):
    one = funnel(drawn, standard_errors)
    other = funnel(drawn * scale + start, standard_errors * scale)

    assert np.allclose(one.z, other.z, atol=1e-5)


@given(values, errors)
def test_the_spread_between_units_is_never_negative_and_limits_hold_the_centre(drawn, se):
    fitted = funnel(drawn, se)

    low, high = fitted.limits(np.array([0.01, 0.1]), WARNING)
    assert fitted.tau2 >= 0
    assert (low < fitted.target).all()
    assert (fitted.target < high).all()
    assert high[0] - low[0] < high[1] - low[1]


def test_nine_units_make_no_funnel():
    with pytest.raises(TooFew, match="10 units, not 9"):
        funnel(np.zeros(9), np.ones(9))


def test_a_value_without_error_is_refused():
    with pytest.raises(StatisticsError, match="standard error"):
        funnel(np.zeros(10), np.zeros(10))


def test_class_variances_are_those_of_a_textbook_analysis_of_variance():
    """Two schools of two classes of three; the mean squares worked out by hand.

    Within: (0+1+1 + 0+1+1 + …)/8 = 1; between classes of a school: 3·(0.5² + 0.5²)·2/2 … = 13.5,
    so that the class variance is (13.5 − 1)/3.
    """
    scores = [1, 2, 3, 4, 5, 6, 2, 3, 4, 5, 6, 7]
    cells = one_task(scores, np.repeat(np.arange(4), 3), 4)

    means = school_means(cells, np.array([0, 0, 1, 1]), 2)

    between = (13.5 - 1) / 3
    expected = np.sqrt(1 / 6 + between * (9 + 9) / 36) / 10
    assert means.value == pytest.approx([0.35, 0.45])
    assert means.standard_error == pytest.approx([expected, expected])


@given(st.lists(st.integers(0, 10), min_size=12, max_size=40))
def test_with_one_class_a_school_the_error_is_the_simple_one(scores):
    class_index = np.arange(len(scores)) % 3
    cells = one_task(scores, class_index, 3)

    means = school_means(cells, np.arange(3), 3)

    groups = [np.array(scores)[class_index == k] for k in range(3)]
    pooled = sum(((g - g.mean()) ** 2).sum() for g in groups) / (len(scores) - 3)
    simple = [np.sqrt(pooled / len(g)) / 10 for g in groups]
    assert means.standard_error == pytest.approx(simple, abs=1e-9)


def test_the_error_of_a_school_mean_is_what_repeated_drawing_of_classes_shows():
    rng = np.random.default_rng(13)
    n_schools = 3000
    school = np.repeat(np.arange(n_schools), 3)
    size = np.tile([8, 16, 24], n_schools)
    class_index = np.repeat(np.arange(len(school)), size)
    level_of_class = rng.normal(0, 3, len(school))
    scores = np.rint(50 + level_of_class[class_index] + rng.normal(0, 8, len(class_index)))
    cells = one_task(scores, class_index, len(school), most=100)

    means = school_means(cells, school, n_schools)

    assert means.standard_error.mean() == pytest.approx(means.value.std(), rel=0.04)


def test_level_of_honest_schools_is_rarely_remarkable():
    rng = np.random.default_rng(14)
    findings = [
        level(school_means(region.classes, region.school, 200))
        for region in (honest_region(rng, 200) for _ in range(6))
    ]

    p = np.concatenate([found.p_value[found.ok] for found in findings])
    assert 0.03 < (p < 0.05).mean() < 0.07


def test_small_schools_are_left_out_and_do_not_move_the_others():
    region = honest_region(np.random.default_rng(15), 40)
    means = school_means(region.classes, region.school, 40)
    tiny = Means(
        np.append(means.value, 0.99),
        np.append(means.standard_error, 0.01),
        np.append(means.pupils, 9),
    )

    with_tiny, without = level(tiny), level(means)

    assert with_tiny.status[-1] == Status.TOO_FEW
    assert (with_tiny.statistic[-1], with_tiny.p_value[-1], with_tiny.effect[-1]) == (0, 1, 0)
    assert np.array_equal(with_tiny.statistic[:-1], without.statistic)


def test_nine_schools_are_not_compared():
    region = honest_region(np.random.default_rng(16), 9)

    assert not level(school_means(region.classes, region.school, 9)).ok.any()


def test_a_school_is_judged_by_all_its_classes():
    region = honest_region(np.random.default_rng(17), 30)
    schools = add(region.classes, region.school, 30)

    means = school_means(region.classes, region.school, 30)

    assert np.allclose(means.value, schools.mean_score / 24)
    assert np.array_equal(means.pupils, schools.pupils)
