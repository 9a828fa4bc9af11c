"""Works of a school added up: their z's go together, and many works are no accusation."""

from dataclasses import fields, replace

import numpy as np
import pytest

from monitoring.stats.null import rising_line
from monitoring.stats.sums import Sums

SCHOOLS = 3000
HELD = np.repeat([2, 3, 8], SCHOOLS // 3)
ALL = np.ones(SCHOOLS, dtype=bool)


def sums(together: float, seed: int = 5) -> Sums:
    """Sums of 2, 3 or 8 works of which this share of the variance is the school's own."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=SCHOOLS) * np.sqrt(together)
    alone = rng.normal(size=SCHOOLS) * np.sqrt(1 - together)
    zeros = np.zeros(SCHOOLS, dtype=np.int64)
    most = np.sqrt(HELD)
    return Sums(shared * most + alone, most, 50 * HELD, ALL, zeros, zeros)


def deviations(z: np.ndarray) -> np.ndarray:
    return np.array([z[of == HELD].std() for of in (2, 3, 8)])


@pytest.mark.parametrize("together", [0.0, 0.3, 1.0])
def test_schools_of_few_and_of_many_works_are_as_wide(together):
    given = sums(together)

    found = deviations(given.standardised())

    assert found == pytest.approx(1, abs=0.12)
    assert deviations(given.z)[2] / deviations(given.z)[0] > 1.3 or together == 0


def test_who_stands_out_above_does_not_make_many_works_look_wide():
    given = sums(0.0)
    raised = (np.arange(SCHOOLS) % 7 == 0) * 4.0

    found = given.become(given.z + raised * (HELD == 8)).standardised()

    assert deviations(found)[:2] == pytest.approx(1, abs=0.15)


def test_few_schools_do_not_know_whether_works_go_together():
    given = sums(1.0)
    few = np.random.default_rng(1).permutation(SCHOOLS)[:15]
    of_few = replace(
        given, **{field.name: getattr(given, field.name)[few] for field in fields(given)}
    )
    alike = of_few.become(np.zeros(15))

    assert set(HELD[few]) == {2, 3, 8}
    assert np.ptp(of_few._spread()) < np.ptp(given._spread()) / 2
    assert (alike.among_peers() == 0).all()


def test_a_line_never_falls_nor_starts_below_nothing():
    x = np.arange(1.0, 6.0)

    assert rising_line(x, 2 * x + 1) == pytest.approx((2, 1))
    assert rising_line(x, 9 - x) == pytest.approx((0, 6))
    assert rising_line(x, x**2) == pytest.approx((225 / 55, 0))
