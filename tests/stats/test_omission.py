"""Tasks left untouched less often than at the same totals."""

import numpy as np
import pytest

from monitoring.stats.cells import summarize
from monitoring.stats.findings import Status
from monitoring.stats.omission import omission, usual_omissions
from tests.stats.honest import MAX_POINTS, honest_pupils


def with_omissions(rng, rate=0.5):
    """An honest work in which half of what got no points was not attempted."""
    pupils = honest_pupils(rng, 200)
    left = (pupils.points == 0) & (rng.random(pupils.points.shape) < rate)
    return np.where(left, -1, pupils.points).astype(np.int16), pupils


def omissions_of(points, pupils):
    nothing = np.zeros(len(points), dtype=int)
    present = np.ones(len(points), dtype=bool)
    cells = summarize(
        pupils.pupil_class, points, nothing, nothing, present, MAX_POINTS, len(pupils.school)
    )
    return omission(cells, usual_omissions(points, np.maximum(points, 0).sum(axis=1), 25))


def test_usual_omissions_are_those_of_going_through_the_pupils():
    points = np.array([[-1, 2, 0], [0, 2, -2], [-1, -1, 2], [1, 1, 1]], dtype=np.int16)

    usual = usual_omissions(points, np.maximum(points, 0).sum(axis=1), 5)

    assert usual.tolist() == [[0, 0, 1, 0, 0], [0, 0, 5 / 3, 0, 0]]


def test_honest_classes_leave_tasks_at_the_nominal_rates():
    found = omissions_of(*with_omissions(np.random.default_rng(126)))

    p = found.p_value[found.ok]
    assert len(p) > 400
    assert 0.02 < (p < 0.05).mean() < 0.08
    assert (p < 0.01).mean() < 0.02


def test_classes_that_left_nothing_untouched_are_found():
    points, pupils = with_omissions(np.random.default_rng(127))
    busy = np.flatnonzero(np.bincount(pupils.pupil_class) >= 20)[:5]
    rows = np.isin(pupils.pupil_class, busy)
    touched = points.copy()
    touched[rows] = np.maximum(points[rows], 0)

    found = omissions_of(touched, pupils)

    assert (found.p_value[busy] < 0.001).all()
    for one in busy:
        own = points[pupils.pupil_class == one]
        assert found.effect[one] == pytest.approx((own == -1).sum(axis=1).mean(), rel=0.4)


def test_where_zeros_and_untouched_are_not_told_apart_nothing_is_compared():
    found = omissions_of(*with_omissions(np.random.default_rng(128), rate=0.0))

    assert (found.status == Status.NOT_HELD).all()
