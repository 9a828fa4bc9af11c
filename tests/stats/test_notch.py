"""Notch at the borders of marks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import optimize

from monitoring.stats.counts import Counts
from monitoring.stats.errors import StatisticsError
from monitoring.stats.findings import Status
from monitoring.stats.notch import (
    CLASS_LEAST,
    border_counts,
    border_notch,
    expected_histogram,
    judge,
    windows,
)
from tests.stats.honest import BORDERS, honest_region, lifted

histograms = hnp.arrays(np.int64, (3, 25), elements=st.integers(0, 9))


def expected_by_root_finding(own, peers, borders):
    """The recipe for one unit and plain loops, its tilt found by SciPy."""
    scores = range(len(own))
    # Lifting a work inside a window moves no level: its scores all count as the middle one.
    place = {s: s for s in scores} | {s: b - 1 for b in borders for s in range(b - 3, b + 2)}
    usual = sum(peers[s] * place[s] for s in scores) / sum(peers)
    wanted = (sum(own[s] * place[s] for s in scores) + usual) / (sum(own) + 1)

    def distance(tilt):
        weights = [peers[s] * np.exp(tilt * (s - 12)) for s in scores]
        return np.average([place[s] for s in scores], weights=weights) - wanted

    tilt = optimize.brentq(distance, -2, 2, xtol=1e-13)
    shares = []
    for b in borders:
        above, below = (
            sum(peers[s] * np.exp(tilt * (s - b)) for s in window)
            for window in (range(b, b + 2), range(b - 3, b))
        )
        known = sum(peers[s] for s in range(b - 3, b + 2))
        shares.append((above / (above + below) * known + 0.4) / (known + 1))
    return shares


@given(histograms)
def test_the_expected_share_is_that_of_the_recipe_unit_by_unit(drawn):
    histogram = drawn + 1

    counts = border_counts(histogram, BORDERS)

    for unit, own in enumerate(histogram):
        peers = histogram.sum(axis=0) - own
        assert counts.expected[unit] == pytest.approx(
            expected_by_root_finding(own, peers, BORDERS), abs=1e-9
        )
        assert counts.hits[unit].tolist() == [own[b] + own[b + 1] for b in BORDERS]
        assert counts.totals[unit].tolist() == [own[b - 3 : b + 2].sum() for b in BORDERS]


@given(st.floats(-0.2, 0.2), st.integers(2000, 5000))
def test_a_unit_that_is_its_peers_tilted_meets_its_expectation(tilt, size):
    """Whoever differs from the peers by level alone, however much, shows no notch."""
    scores = np.arange(25)
    peers = np.rint(1e6 * np.exp(-(((scores - 14) / 6) ** 2) / 2)).astype(int)
    own = peers * np.exp(tilt * scores)
    own = np.rint(own / own.sum() * size).astype(int)

    counts = border_counts(own[None], BORDERS, peers[None])

    assert abs(counts.z(0)[0]) < 0.5


def test_honest_schools_and_classes_keep_the_nominal_rates():
    rng = np.random.default_rng(21)
    of_schools, of_classes = [], []
    for _ in range(4):
        region = honest_region(rng, 300)
        schools = region.schools.histogram
        others = (schools.sum(axis=0) - schools)[region.school]
        found = border_notch(schools, BORDERS)
        of_schools.append(found.p_value[found.ok])
        found = border_notch(region.classes.histogram, BORDERS, peers=others, least=CLASS_LEAST)
        of_classes.append(found.p_value[found.ok])

    for p in map(np.concatenate, (of_schools, of_classes)):
        assert len(p) > 700
        assert 0.012 < (p < 0.05).mean() < 0.06
        assert (p < 0.01).mean() < 0.015


def test_schools_that_lift_works_over_the_borders_are_found_and_honest_ones_are_not():
    rng = np.random.default_rng(22)
    histogram = honest_region(rng, 300).schools.histogram
    for unit in range(15):
        histogram[unit] = lifted(rng, histogram[unit], 0.9)

    found = border_notch(histogram, BORDERS)

    lifting = np.arange(300) < 15
    assert (found.p_value[found.ok & lifting] < 0.001).all()
    assert (found.p_value[found.ok & ~lifting] < 0.01).mean() <= 0.01
    assert (found.effect[found.ok & lifting] > 0.3).all()


def test_a_tenth_of_lifting_schools_does_not_pass_for_honest_spread():
    rng = np.random.default_rng(24)
    histogram = honest_region(rng, 300).schools.histogram
    for unit in range(30):
        histogram[unit] = lifted(rng, histogram[unit], 0.9)

    found = border_notch(histogram, BORDERS)

    assert (found.p_value[:30][found.ok[:30]] < 0.001).mean() > 0.95


@given(histograms, st.integers(0, 2), st.integers(0, 2), st.integers(1, 5))
def test_a_work_moved_over_its_border_never_looks_more_honest(drawn, unit, border, pupils):
    """Others are the yardstick, so what moves inside a unit's window does not move it."""
    histogram = drawn * 2
    score = BORDERS[border]
    histogram[unit, score - 1] += pupils
    moved = histogram.copy()
    moved[unit, score - 1] -= pupils
    moved[unit, score] += pupils

    counts = [border_counts(h, BORDERS) for h in (histogram, moved)]
    before, after = (judge(one, least=1, rho=0.02) for one in counts)

    assert counts[1].expected[unit] == pytest.approx(counts[0].expected[unit], abs=1e-9)
    if before.ok[unit]:
        assert after.statistic[unit] >= before.statistic[unit]
        assert after.p_value[unit] <= before.p_value[unit] + 1e-12
        assert after.effect[unit] >= before.effect[unit]


def test_without_borders_nothing_is_guessed():
    found = border_notch(np.ones((12, 25), dtype=int), None)

    assert (found.status == Status.NO_SCALE).all()
    assert (found.p_value == 1).all()


def test_a_school_with_29_works_at_the_borders_is_too_small_and_with_30_is_not():
    histogram = np.tile(np.ones(25, dtype=int) * 2, (12, 1))
    histogram[0, 9] -= 1

    found = border_notch(histogram, BORDERS)

    assert found.n[:2].tolist() == [29, 30]
    assert found.status[:2].tolist() == [Status.TOO_FEW, Status.OK]


def test_nine_schools_are_not_compared():
    found = border_notch(np.full((9, 25), 5), BORDERS)

    assert (found.status == Status.TOO_FEW).all()


def test_a_border_no_peer_came_near_is_not_counted():
    histogram = np.zeros((12, 25), dtype=int)
    histogram[:, :12] = 4
    histogram[0, 18:23] = 6

    counts = border_counts(histogram, BORDERS)

    assert counts.totals[0].tolist() == [20, 0, 0]
    assert counts.totals[1].tolist() == [20, 0, 0]


def test_what_no_peer_did_is_rare_and_not_impossible():
    histogram = np.full((12, 25), 4)
    histogram[:, [21, 22]] = 0
    histogram[0, 21] = 1

    found = border_notch(histogram, BORDERS)

    assert found.p_value[0] > 0.01


def test_a_scale_that_is_one_window_has_no_level_to_compare_at():
    found = border_notch(np.full((12, 4), 20), (2,))

    assert (found.status == Status.TOO_FEW).all()
    assert (found.n == 0).all()


@given(st.lists(st.integers(3, 8), min_size=3, max_size=3), st.integers(0, 6))
def test_no_pupil_is_counted_twice_where_borders_stand_three_scores_apart(steps, first):
    borders = np.cumsum([first + 3, *steps[:2]]).tolist()

    above, below = windows(borders, 40)

    assert ((above | below).sum(axis=0) <= 1).all()
    assert (above.sum(axis=1) == 2).all()
    assert below.sum(axis=1).tolist() == [3, *(min(3, step - 2) for step in steps[:2])]
    for at, border in enumerate(borders):
        assert np.flatnonzero(above[at] | below[at]).max() == border + 1


def test_lifting_is_found_where_borders_stand_close_too():
    histogram = honest_region(np.random.default_rng(25), 200).schools.histogram
    for unit in range(10):
        for border in (14, 11, 8):
            histogram[unit, border] += histogram[unit, border - 1]
            histogram[unit, border - 1] = 0

    found = border_notch(histogram, (8, 11, 14))

    assert (found.p_value[:10][found.ok[:10]] < 0.001).all()
    assert (found.p_value[10:] < 0.01).mean() < 0.015


@pytest.mark.parametrize("borders", [(10, 10, 21), (16, 10, 21), (0, 5, 9), (10, 16, 25)])
def test_impossible_borders_are_refused(borders):
    with pytest.raises(StatisticsError, match="borders must rise inside 1…24"):
        border_notch(np.ones((12, 25), dtype=int), borders)


def test_the_worked_statistic_is_that_of_the_formula_for_large_counts():
    """One border: z reduces to the textbook one of a single share."""
    counts = Counts(np.array([[90]]), np.array([[225]]), np.array([[0.36]]))

    found = judge(counts, rho=0.0)

    assert found.statistic[0] == pytest.approx(1.25)
    assert found.p_value[0] == pytest.approx(0.10565, abs=1e-5)
    assert found.effect[0] == pytest.approx(9 / 144)


@given(histograms, st.data())
def test_the_expected_curve_has_the_units_pupils_and_the_expected_shares(histogram, data):
    peers = histogram.sum(axis=0) - histogram + 40

    curve = expected_histogram(histogram, BORDERS, peers)

    assert curve.sum(axis=1) == pytest.approx(histogram.sum(axis=1))
    shares = border_counts(histogram, BORDERS, peers)
    unit = data.draw(st.integers(0, len(histogram) - 1))
    for border, expected in zip(BORDERS, shares.expected[unit], strict=True):
        above = curve[unit, border : border + 2].sum()
        inside = curve[unit, border - 3 : border + 2].sum()
        if inside > 0:
            assert above / inside == pytest.approx(expected, abs=0.01)


def test_the_expected_curve_of_a_unit_like_its_peers_is_its_own_histogram():
    own = [1, 2, 4, 7, 9, 12, 14, 15, 14, 12, 9, 7, 4, 2, 1, 1, 2, 3, 3, 2, 1, 1, 1, 1, 0]
    unit = np.array([own])

    assert expected_histogram(unit, BORDERS, unit * 20) == pytest.approx(unit, abs=0.35)
