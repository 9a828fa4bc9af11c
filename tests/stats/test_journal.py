"""Marks in the journal against marks for the work."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from monitoring.stats.findings import Status
from monitoring.stats.journal import (
    CLASS_LEAST,
    gap_counts,
    journal_gap2,
    journal_shift,
    shift,
)
from monitoring.stats.peers import others
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


@given(tables.filter(lambda table: table.sum() > 0), full_tables)
def test_shift_is_what_going_through_the_pupils_gives(own, peers):
    by_mark = {
        mark: [journal - work for journal, work in pairs(peers) if work == mark]
        for mark in range(2, 6)
    }
    pupils = pairs(own)
    surplus = [journal - work - np.mean(by_mark[work]) for journal, work in pupils]
    variance = sum(np.var(by_mark[work]) for _, work in pupils)

    effect, error = shift(own[None], peers[None])

    assert effect[0] == pytest.approx(np.mean(surplus), abs=1e-9)
    assert error[0] == pytest.approx(np.sqrt(variance) / len(pupils), abs=1e-9)


@given(tables, full_tables)
def test_gaps_are_counted_as_going_through_the_pupils_counts_them(own, peers):
    counts = gap_counts(own[None], peers[None])

    for column, work in enumerate(range(2, 6)):
        journals = [journal for journal, mark in pairs(own) if mark == work]
        assert counts.totals[0, column] == len(journals)
        assert counts.hits[0, column] == sum(abs(journal - work) >= 2 for journal in journals)
    assert (counts.expected > 0).all()
    assert (counts.expected < 1).all()


@given(full_tables)
def test_a_school_like_its_peers_has_no_shift(table):
    effect, _ = shift(table[None], 7 * table[None])

    assert effect[0] == pytest.approx(0, abs=1e-9)


def test_the_level_of_a_school_is_no_shift():
    """A school of only strong or only weak pupils, marked as everywhere, meets expectation."""
    peers = np.array(
        [[300, 80, 0, 0], [200, 1500, 300, 10], [10, 700, 2000, 300], [0, 40, 600, 960]]
    )
    strong = peers * np.array([0, 0, 1, 4])

    effect, _ = shift(strong[None], peers[None])

    assert effect[0] == pytest.approx(0, abs=1e-9)


def test_honest_schools_and_classes_keep_the_nominal_rates():
    rng = np.random.default_rng(31)
    shifts, class_shifts, gaps = [], [], []
    for _ in range(4):
        region = honest_region(rng, 300)
        schools = region.schools.journal
        found = journal_shift(schools)
        shifts.append(found.p_value[found.ok])
        found = journal_gap2(schools)
        gaps.append(found.p_value[found.ok])
        found = journal_shift(
            region.classes.journal, peers=others(schools)[region.school], least=CLASS_LEAST
        )
        class_shifts.append(found.p_value[found.ok])

    for p in map(np.concatenate, (shifts, class_shifts, gaps)):
        assert len(p) > 700
        assert 0.025 < (p < 0.05).mean() < 0.07
        assert (p < 0.01).mean() < 0.02


def test_generous_journals_are_found_and_honest_ones_are_not():
    journal = honest_region(np.random.default_rng(32), 300).schools.journal
    inflated = np.arange(300) < 12
    journal[inflated] = np.array([generous(table) for table in journal[inflated]])

    shifted, gaps = journal_shift(journal), journal_gap2(journal)

    suspect, honest = (shifted.statistic[shifted.ok & group] for group in (inflated, ~inflated))
    assert (suspect[:, None] > honest).mean() > 0.97
    assert (shifted.p_value[shifted.ok & ~inflated] < 0.01).mean() < 0.02
    assert (shifted.effect[shifted.ok & inflated] > 0.4).all()
    assert gaps.effect[gaps.ok & inflated].mean() > gaps.effect[gaps.ok & ~inflated].mean()


def test_a_stern_journal_is_no_signal():
    journal = honest_region(np.random.default_rng(33), 100).schools.journal
    journal[0] = generous(journal[0][::-1])[::-1]

    found = journal_shift(journal)

    assert found.statistic[0] < -2
    assert found.p_value[0] > 0.95


@pytest.mark.parametrize("method", [journal_shift, journal_gap2])
def test_29_pairs_are_too_few_and_30_are_not(method):
    journal = np.tile(
        np.array([[4, 1, 0, 0], [2, 6, 2, 0], [1, 3, 5, 1], [0, 1, 2, 2]]), (12, 1, 1)
    )
    journal[0, 0, 0] -= 1

    found = method(journal)

    assert found.n[:2].tolist() == [29, 30]
    assert found.status[:2].tolist() == [Status.TOO_FEW, Status.OK]


@pytest.mark.parametrize("method", [journal_shift, journal_gap2])
def test_nine_schools_are_not_compared(method):
    assert not method(np.full((9, 4, 4), 5)).ok.any()


@pytest.mark.parametrize("method", [journal_shift, journal_gap2])
def test_pupils_with_a_mark_no_peer_has_are_left_out(method):
    journal = np.zeros((12, 4, 4), dtype=int)
    journal[:, :, :3] = 4
    journal[0, 3, 3] = 9

    assert method(journal).n[0] == 48


def test_a_first_gap_among_many_schools_is_no_proof():
    journal = np.tile(np.diag([8, 8, 8, 8]), (12, 1, 1))
    journal[:, 1, 0] = 2
    journal[0, 3, 1] = 1

    assert journal_gap2(journal).p_value[0] > 0.01


def test_schools_whose_peers_all_agree_cannot_be_told_apart():
    found = journal_shift(np.tile(np.diag([8, 8, 8, 8]), (12, 1, 1)))

    assert (found.status == Status.TOO_FEW).all()
