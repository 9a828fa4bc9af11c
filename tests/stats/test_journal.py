"""Marks in the journal against marks for the work."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from monitoring.stats.findings import Status
from monitoring.stats.journal import (
    gap_counts,
    journal_gap2,
    journal_mirror,
    normal_scores,
    shift_by_score,
    with_margins,
)
from tests.stats.honest import honest_region

tables = hnp.arrays(np.int64, (4, 4), elements=st.integers(0, 12))
full_tables = hnp.arrays(np.int64, (4, 4), elements=st.integers(1, 40))


def pairs(table) -> list[tuple[int, int]]:
    """(journal mark, mark for the work) of every pupil of a table."""
    return [
        (row + 2, column + 2)
        for row in range(4)
        for column in range(4)
        for _ in range(table[row, column])
    ]


def generous(table):
    """The same pupils, each journal mark one higher where there is one."""
    raised = np.zeros_like(table)
    raised[1:] += table[:-1]
    raised[-1] += table[-1]
    return raised


@given(tables, full_tables)
def test_gaps_are_counted_as_going_through_the_pupils_counts_them(own, peers):
    counts = gap_counts(own[None], peers[None])

    for column, work in enumerate(range(2, 6)):
        journals = [journal for journal, mark in pairs(own) if mark == work]
        assert counts.totals[0, column] == len(journals)
        assert counts.hits[0, column] == sum(abs(journal - work) >= 2 for journal in journals)
    assert (counts.expected > 0).all()
    assert (counts.expected < 1).all()


def test_honest_schools_keep_the_nominal_rates():
    rng = np.random.default_rng(31)
    found = [journal_gap2(honest_region(rng, 300).schools.journal) for _ in range(4)]

    p = np.concatenate([gaps.p_value[gaps.ok] for gaps in found])
    assert len(p) > 700
    assert 0.025 < (p < 0.05).mean() < 0.07
    assert (p < 0.01).mean() < 0.02


def test_generous_journals_have_more_wide_gaps():
    journal = honest_region(np.random.default_rng(32), 300).schools.journal
    inflated = np.arange(300) < 12
    journal[inflated] = np.array([generous(table) for table in journal[inflated]])

    gaps = journal_gap2(journal)

    assert gaps.effect[gaps.ok & inflated].mean() > gaps.effect[gaps.ok & ~inflated].mean()


@pytest.mark.parametrize("method", [journal_mirror, journal_gap2])
def test_29_pairs_are_too_few_and_30_are_not(method):
    journal = np.tile(
        np.array([[4, 1, 0, 0], [2, 6, 2, 0], [1, 3, 5, 1], [0, 1, 2, 2]]), (12, 1, 1)
    )
    journal[0, 0, 0] -= 1

    found = method(journal)

    assert found.n[:2].tolist() == [29, 30]
    assert found.status[:2].tolist() == [Status.TOO_FEW, Status.OK]


@pytest.mark.parametrize("method", [journal_mirror, journal_gap2])
def test_nine_schools_are_not_compared(method):
    assert not method(np.full((9, 4, 4), 5)).ok.any()


def test_pupils_with_a_mark_no_peer_has_are_left_out():
    journal = np.zeros((12, 4, 4), dtype=int)
    journal[:, :, :3] = 4
    journal[0, 3, 3] = 9

    assert journal_gap2(journal).n[0] == 48


def test_a_first_gap_among_many_schools_is_no_proof():
    journal = np.tile(np.diag([8, 8, 8, 8]), (12, 1, 1))
    journal[:, 1, 0] = 2
    journal[0, 3, 1] = 1

    assert journal_gap2(journal).p_value[0] > 0.01


@given(full_tables, full_tables)
def test_a_fitted_table_has_the_units_margins_and_the_peers_odds_ratios(own, peers):
    """Both together tell a table wholly: Bishop, Fienberg & Holland (1975), ch. 3."""
    fitted = with_margins(own[None], peers[None])[0]

    assert fitted.sum(axis=1) == pytest.approx(own.sum(axis=1), rel=1e-3)
    assert fitted.sum(axis=0) == pytest.approx(own.sum(axis=0), rel=1e-9)
    spread = peers + 1 / 16
    for row, column in product(range(3), range(3)):
        odds = [
            table[row, column]
            * table[row + 1, column + 1]
            / table[row, column + 1]
            / table[row + 1, column]
            for table in (fitted, spread)
        ]
        assert odds[0] == pytest.approx(odds[1])


def test_without_association_among_the_peers_the_margins_say_all():
    own = np.array([[3, 4, 0, 1], [2, 9, 4, 0], [0, 3, 8, 3], [0, 0, 2, 6]])

    fitted = with_margins(own[None], np.full((1, 4, 4), 50))[0]

    independent = stats.contingency.expected_freq(own)
    assert fitted == pytest.approx(independent)


def test_marks_nobody_has_stay_without_pupils():
    own = np.zeros((4, 4), dtype=int)
    own[1:3, 1:3] = [[6, 2], [1, 7]]

    fitted = with_margins(np.stack([own, 0 * own]), np.stack([np.eye(4, dtype=int) * 9] * 2))

    assert fitted[0].sum() == pytest.approx(16)
    assert fitted[0, [0, 3]].sum() == fitted[0, :, [0, 3]].sum() == fitted[1].sum() == 0


def test_a_journal_copied_from_the_works_is_found_and_honest_ones_are_not():
    journal = honest_region(np.random.default_rng(34), 300).schools.journal
    copied = np.arange(300) < 10
    for table in journal[:10]:
        table[:] = np.diag(table.sum(axis=0))

    found = journal_mirror(journal)

    assert (found.p_value[found.ok & copied] < 0.001).all()
    honest = found.p_value[found.ok & ~copied]
    assert 0.02 < (honest < 0.05).mean() < 0.08
    assert (found.effect[found.ok & copied] > 0.2).all()


def scored(rng, n_units=200, raised=()):
    """Unit, score 0…24 and journal mark of pupils; some units' marks are one higher."""
    unit = np.repeat(np.arange(n_units), rng.integers(15, 60, n_units))
    ability = rng.normal(size=len(unit))
    score = np.clip(np.rint(12 + 5 * ability + rng.normal(0, 2, len(unit))), 0, 24).astype(int)
    lenient = rng.normal(0, 0.15, n_units)[unit]
    mark = np.rint(3.5 + 0.8 * ability + lenient + rng.normal(0, 0.5, len(unit)))
    mark += np.isin(unit, raised) & (rng.random(len(unit)) < 0.8)
    return unit, score, np.clip(mark, 2, 5).astype(int)


def test_marks_raised_above_those_at_the_same_scores_are_found():
    found = shift_by_score(
        *scored(np.random.default_rng(35), raised=range(8)), n_units=200, least=10
    )

    assert (found.p_value[:8] < 0.02).all()
    assert np.median(found.p_value[:8]) < 0.001
    assert (found.p_value[8:] < 0.01).mean() < 0.02
    assert found.effect[:8].mean() > 0.25


def test_honest_marks_at_scores_keep_the_nominal_rates():
    p = np.concatenate(
        [
            shift_by_score(*scored(np.random.default_rng(seed)), n_units=200, least=10).p_value
            for seed in range(36, 46)
        ]
    )

    assert 0.03 < (p < 0.05).mean() < 0.07
    assert (p < 0.01).mean() < 0.022


def test_a_journal_seen_in_the_mirror_has_the_opposite_effect():
    """«2» for «5» and the worst score for the best: the strict are then the lenient ones."""
    unit, score, mark = scored(np.random.default_rng(47))

    found = shift_by_score(unit, score, mark, n_units=200, least=10)
    mirrored = shift_by_score(unit, score.max() - score, 7 - mark, n_units=200, least=10)

    assert mirrored.effect == pytest.approx(-found.effect, abs=1e-9)


def test_the_order_of_units_is_that_of_their_likelihood_ratios():
    """By loops over pupils: the chance of the marks if 35 of 100 were one higher than elsewhere."""
    rng = np.random.default_rng(50)
    unit = np.repeat(np.arange(40), 60)
    score = np.where(rng.random(2400) < 0.5, 3, 20)
    mark = rng.choice([2, 3, 4, 5], size=2400, p=[0.2, 0.4, 0.3, 0.1])

    found = shift_by_score(unit, score, mark, n_units=40, least=10)

    usual = {s: [np.mean(mark[score == s] == m) for m in range(2, 6)] for s in (3, 20)}
    told = np.zeros(40)
    for one, s, m in zip(unit, score, mark - 2, strict=True):
        kept = 1.0 if m == 3 else 0.65
        raised = kept * usual[s][m] + (0.35 * usual[s][m - 1] if m else 0)
        told[one] += np.log(raised / usual[s][m])
    assert stats.spearmanr(found.statistic, told).statistic > 0.99


@given(st.integers(1, 500))
def test_scores_without_their_lean_keep_their_order(pairs):
    z = np.linspace(-4, 8, 100)

    score = normal_scores(z, np.full(100, pairs))

    assert (np.diff(score) >= 0).all()
    assert score[-1] < z[-1]


def test_the_effect_is_the_distance_in_marks_from_pupils_with_the_same_score():
    """With two scores far apart and hundreds of pupils the smooth curve is the plain mean."""
    rng = np.random.default_rng(48)
    unit = np.repeat(np.arange(20), 60)
    score = np.where(rng.random(1200) < 0.5, 3, 20)
    mark = np.where(score == 3, rng.integers(2, 5, 1200), rng.integers(3, 6, 1200))

    found = shift_by_score(unit, score, mark, n_units=20, least=10)

    usual = {s: mark[score == s].mean() for s in (3, 20)}
    by_hand = [
        np.mean([m - usual[s] for m, s in zip(mark[unit == u], score[unit == u], strict=True)])
        for u in range(20)
    ]
    # Every mark is thought possible for one in fifty, which moves the usual one a little.
    assert found.effect == pytest.approx(by_hand, abs=0.05)


def test_nine_pupils_with_both_marks_are_too_few_and_ten_are_not():
    unit, score, mark = scored(np.random.default_rng(49), n_units=20)
    kept = np.ones(len(unit), dtype=bool)
    for one, size in ((0, 9), (1, 10)):
        kept[np.flatnonzero(unit == one)[size:]] = False

    found = shift_by_score(unit[kept], score[kept], mark[kept], n_units=20, least=10)

    assert found.n[:2].tolist() == [9, 10]
    assert found.status[:2].tolist() == [Status.TOO_FEW, Status.OK]


def test_no_marks_at_all_and_one_mark_for_all_are_no_trouble():
    nobody = np.zeros(0, dtype=int)
    unit = np.repeat(np.arange(12), 20)

    assert not shift_by_score(nobody, nobody, nobody, n_units=12, least=3).counted.any()
    found = shift_by_score(unit, 0 * unit + 4, 0 * unit + 5, n_units=12, least=3)
    assert np.isfinite(found.statistic).all()
    assert (found.p_value > 0.1).all()
