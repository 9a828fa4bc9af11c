"""What pupils with the same total do in each task."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from monitoring.stats.reference import WIDTH, fit, smoother
from tests.stats.honest import MAX_POINTS, honest_pupils

pupils_by_score = hnp.arrays(np.int64, 12, elements=st.integers(0, 30)).filter(
    lambda pupils: (pupils > 0).sum() >= 2
)


def with_chance(probabilities):
    """Distribution of the number of tasks done, each with its own probability."""
    total = np.array([1.0])
    for p in probabilities:
        total = np.convolve(total, [1 - p, p])
    return total


@given(pupils_by_score)
def test_the_smoother_is_a_weighted_line_at_each_score(pupils):
    scores = np.arange(12)
    values = np.sin(scores)
    held = pupils > 0
    smooth = smoother(pupils) @ np.where(held, values, 999.0)

    assert np.isfinite(smooth).all()
    for at in scores[held]:
        kernel = (np.exp(-(((scores - at) / WIDTH) ** 2) / 2) + 1e-9) * pupils
        if np.average((scores - at) ** 2, weights=kernel) < 0.1:
            continue  # next to nobody has another score: a line is badly told
        line = np.polyfit(scores[held], values[held], 1, w=np.sqrt(kernel[held]))
        assert smooth[at] == pytest.approx(np.polyval(line, at), abs=1e-6)


@given(pupils_by_score, st.floats(-3, 3), st.floats(-3, 3))
def test_a_straight_line_comes_through_the_smoother_unchanged(pupils, base, slope):
    weights = smoother(pupils)
    line = base + slope * np.arange(12)

    assert weights.sum(axis=1) == pytest.approx(np.ones(12), abs=1e-6)
    held = (pupils > 0) & (np.abs(weights @ np.arange(12) - np.arange(12)) < 1e-6)
    assert (weights @ line)[held] == pytest.approx(line[held], abs=1e-5)


def test_where_all_pupils_share_a_score_it_is_their_mean():
    pupils = np.zeros(8, dtype=int)
    pupils[3] = 20

    assert smoother(pupils) @ (np.arange(8) == 3) == pytest.approx(np.ones(8))


def test_expected_points_are_the_exact_ones_of_independent_tasks():
    """P(task done | k done in all), by convolution over the other tasks."""
    chances = np.array([0.9, 0.75, 0.6, 0.55, 0.4, 0.35, 0.25, 0.8, 0.5, 0.3])
    rng = np.random.default_rng(5)
    points = (rng.random((60_000, 10)) < chances).astype(np.int16)

    fitted = fit(points, np.ones(10, dtype=int))

    whole = with_chance(chances)
    for task, p in enumerate(chances):
        rest = with_chance(np.delete(chances, task))
        exact = p * rest[2:8] / whole[3:9]
        assert fitted.means[3:9, task] == pytest.approx(exact, abs=0.03)
    assert fitted.full == pytest.approx(fitted.means, abs=0.02)


@pytest.fixture(scope="module")
def honest():
    points = honest_pupils(np.random.default_rng(51), 60).points
    return points, fit(points, MAX_POINTS)


def test_expected_points_add_up_to_the_total(honest):
    _, fitted = honest
    scores = np.flatnonzero(fitted.pupils > 5)

    assert np.abs(fitted.means.sum(axis=1) - np.arange(25))[scores] == pytest.approx(0, abs=0.25)
    assert np.abs(fitted.means.sum(axis=1) - np.arange(25))[5:20] == pytest.approx(0, abs=1e-6)


def test_shares_of_points_are_shares(honest):
    _, fitted = honest

    assert (fitted.values >= 0).all()
    assert fitted.values.sum(axis=2) == pytest.approx(1)
    for task, most in enumerate(MAX_POINTS):
        assert fitted.values[:, task, most + 1 :] == pytest.approx(0)
        assert fitted.full[:, task] == pytest.approx(fitted.values[:, task, most])
    # The same pupils by another road: points expected from the shares of each number of points.
    assert (fitted.values @ np.arange(4))[5:20] == pytest.approx(fitted.means[5:20], abs=0.02)


def test_covariance_is_that_of_going_through_the_pupils():
    points = np.array([[0, 1, 2], [1, 1, 1], [0, 0, 3], [1, 0, 0], [0, 1, 0], [1, 1, 3]], np.int16)
    fitted = fit(points, np.array([1, 1, 3]))

    for score in range(6):
        total, weight = np.zeros((3, 3)), 0.0
        for own in points:
            kernel = np.exp(-(((own.sum() - score) / WIDTH) ** 2) / 2) + 1e-9
            away = own - fitted.means[own.sum()]
            total += kernel * np.outer(away, away)
            weight += kernel
        assert fitted.covariance[score] == pytest.approx(total / weight)


def test_where_totals_are_given_one_direction_carries_nothing(honest):
    _, fitted = honest

    along = fitted.covariance[5:20].sum(axis=(1, 2)) / 15
    assert (along < 0.01 * np.trace(fitted.covariance[5:20], axis1=1, axis2=2)).all()


@pytest.mark.parametrize("points", [np.zeros((0, 3)), np.zeros((4, 3)), np.full((4, 3), 2)])
def test_nobody_nothing_and_everything_are_no_trouble(points):
    fitted = fit(points.astype(np.int16), np.array([2, 2, 2]))

    for array in (fitted.means, fitted.full, fitted.covariance, fitted.values):
        assert np.isfinite(array).all()
