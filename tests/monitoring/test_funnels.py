"""Funnels drawn from computed values are those the statistics were computed with."""

import numpy as np
import pytest

from monitoring import funnels
from monitoring.stats.level import ALARM, funnel
from monitoring.stats.shares import wilson


@pytest.fixture
def region():
    """Sixty schools whose honest spread is known."""
    rng = np.random.default_rng(7)
    pupils = rng.integers(12, 300, 60)
    errors = np.sqrt(0.04 / pupils)
    values = 0.6 + rng.normal(0, 0.05, 60) + rng.normal(0, errors)
    return values, errors, pupils


def test_limits_from_stored_findings_are_those_of_the_funnel_itself(region):
    values, errors, pupils = region
    fitted = funnel(values, errors)

    found = funnels.from_findings(values, values - fitted.target, fitted.z, fitted.p, pupils)

    assert found is not None
    sizes = np.array(found.limits.sizes)
    low, high = fitted.limits(np.sqrt(0.04 / sizes), ALARM)
    assert found.limits.centre == pytest.approx(fitted.target)
    assert found.limits.low998 == pytest.approx(low, abs=1e-6)
    assert found.limits.high998 == pytest.approx(high, abs=1e-6)


def test_whoever_lies_beyond_the_curve_is_said_to_and_nobody_else(region):
    values, errors, pupils = region
    values[5], values[9] = 0.98, 0.2

    found = funnels.fit(values, errors, pupils)

    assert found is not None
    limits = found.limits
    low = np.interp(pupils, limits.sizes, limits.low998)
    high = np.interp(pupils, limits.sizes, limits.high998)
    assert set(np.flatnonzero(found.is_beyond)) == set(
        np.flatnonzero((values < low) | (values > high))
    )
    assert {5, 9} <= set(np.flatnonzero(found.is_beyond))


def test_schools_too_small_to_be_shown_do_not_shape_the_funnel(region):
    values, errors, pupils = region
    whole = funnels.fit(values, errors, pupils)
    extended = funnels.fit(
        np.append(values, [0.0, 1.0]), np.append(errors, [0.01, 0.01]), np.append(pupils, [5, 9])
    )

    assert whole is not None
    assert extended is not None
    assert extended.limits == whole.limits
    assert not extended.is_beyond[-2:].any()


def test_few_or_equal_schools_have_no_funnel(region):
    values, errors, pupils = region
    assert funnels.fit(values[:9], errors[:9], pupils[:9]) is None
    assert funnels.fit(np.ones(20), np.zeros(20), np.full(20, 50)) is None
    same = np.zeros(20)
    assert funnels.from_findings(same, same, same, same + 1, np.full(20, 50)) is None


def test_the_error_of_a_share_is_the_half_width_of_a_large_schools_interval():
    """Wilson's interval comes to p ± 1.96 · se as the school grows."""
    pupils = np.full(3, 100_000)
    values = np.full(3, 0.3)
    interval = wilson((values * pupils).astype(int), pupils)

    half = (interval.high - interval.low) / 2 / 1.959964

    assert funnels.share_errors(values, pupils) == pytest.approx(half, rel=1e-3)
