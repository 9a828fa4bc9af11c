"""Scores that differ less than in units of the same level."""

import numpy as np
import pytest
from scipy import stats

from monitoring.stats.cells import Cells, summarize
from monitoring.stats.dispersion import dispersion
from monitoring.stats.findings import Status

SCORES = 60


def units_of(scores, unit, n_units) -> Cells:
    """Cells of units of which only the scores matter: one task of many points."""
    nothing = np.zeros(len(scores), dtype=int)
    return summarize(
        unit,
        scores[:, None].astype(np.int16),
        nothing,
        nothing,
        np.ones(len(scores), dtype=bool),
        np.array([SCORES]),
        n_units,
    )


def binomial_units(rng, n_units=2000):
    """Spread falls towards floor and ceiling, as it does in every honest unit."""
    unit = np.repeat(np.arange(n_units), rng.integers(12, 60, n_units))
    level = rng.uniform(0.15, 0.85, n_units)[unit]
    share = rng.beta(level * 8, (1 - level) * 8)
    return rng.binomial(SCORES, share), unit


def test_honest_units_of_any_level_keep_the_nominal_rates():
    scores, unit = binomial_units(np.random.default_rng(121))

    cells = units_of(scores, unit, 2000)
    found = dispersion(cells)

    p = found.p_value[found.ok]
    assert len(p) > 1900
    assert 0.03 < (p < 0.05).mean() < 0.07
    assert (p < 0.01).mean() < 0.017
    low, high = (
        found.p_value[found.ok & side] for side in (cells.level < 0.35, cells.level > 0.65)
    )
    assert (low < 0.05).mean() == pytest.approx((high < 0.05).mean(), abs=0.03)


def test_normal_scores_get_the_p_values_of_their_chi_square():
    """Where all units have one variance it is that of σ²χ², and SciPy knows its tail."""
    rng = np.random.default_rng(122)
    scores = np.clip(np.rint(rng.normal(30, 7, (800, 25))), 0, SCORES)
    found = dispersion(units_of(scores.ravel(), np.repeat(np.arange(800), 25), 800))

    tail = stats.chi2.cdf(24 * scores.var(axis=1, ddof=1) / 49, 24)
    assert stats.spearmanr(found.p_value, tail).statistic > 0.97
    assert stats.kstest(found.p_value[found.p_value < 0.5] * 2, "uniform").pvalue > 0.01


def test_units_drawn_together_are_found_and_those_drawn_apart_are_not():
    rng = np.random.default_rng(123)
    scores, unit = binomial_units(rng)
    chosen = np.flatnonzero(np.bincount(unit) >= 30)[:20]
    for one in chosen[:10]:
        own = scores[unit == one]
        scores[unit == one] = np.rint(own.mean() + 0.3 * (own - own.mean()))
    for one in chosen[10:]:
        own = scores[unit == one]
        scores[unit == one] = np.clip(np.rint(own.mean() + 2 * (own - own.mean())), 0, SCORES)

    found = dispersion(units_of(scores, unit, 2000))

    drawn = found.ok[chosen[:10]]
    assert (found.p_value[chosen[:10]][drawn] < 0.001).all()
    assert found.effect[chosen[:10]][drawn].mean() == pytest.approx(0.7, abs=0.08)
    assert (found.p_value[chosen[10:]] > 0.5).all()


def test_without_room_below_or_above_nothing_is_said():
    rng = np.random.default_rng(124)
    scores, unit = binomial_units(rng, 40)
    scores[unit == 0] = rng.integers(56, 61, (unit == 0).sum())
    scores[unit == 1] = rng.integers(0, 4, (unit == 1).sum())
    scores[unit == 2] = 30
    found = dispersion(units_of(scores, unit, 40))

    assert (found.status[:3] == Status.TOO_FEW).all()
    assert (found.p_value[:3] == 1).all()


def test_eleven_pupils_are_too_few_and_nine_units_too():
    scores, unit = binomial_units(np.random.default_rng(125), 40)
    kept = np.ones(len(unit), dtype=bool)
    for one, size in ((0, 11), (1, 12)):
        kept[np.flatnonzero(unit == one)[size:]] = False
    cells = units_of(scores[kept], unit[kept], 40)

    assert dispersion(cells).status[:2].tolist() == [Status.TOO_FEW, Status.OK]
    assert not dispersion(cells.take(slice(1, 10))).ok.any()


def test_everybody_alike_is_no_trouble():
    found = dispersion(units_of(np.full(600, 30), np.repeat(np.arange(20), 30), 20))

    assert not found.ok.any()
