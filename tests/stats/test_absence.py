"""Whether the weaker ones stayed away."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from monitoring.stats.absence import absence, gather, missing
from monitoring.stats.findings import Status

marks_of_a_class = st.lists(st.integers(2, 5), min_size=2, max_size=7)


def cell(marks, away) -> np.ndarray:
    """Attendance of one class: journal mark none, 2…5 × absent, present."""
    table = np.zeros((5, 2), dtype=int)
    for pupil, mark in enumerate(marks):
        table[mark - 1, 0 if pupil in away else 1] += 1
    return table


def honest_classes(rng, n_classes, rate=0.08):
    """Marks at random, absences at random and a little more likely with a «2»."""
    tables = np.zeros((n_classes, 5, 2), dtype=int)
    for table in tables:
        marks = rng.choice([2, 3, 4, 5], size=rng.integers(12, 30), p=[0.08, 0.38, 0.38, 0.16])
        away = rng.random(len(marks)) < np.where(marks == 2, 1.3 * rate, rate)
        np.add.at(table, (marks - 1, (~away).astype(int)), 1)
    return tables


@given(marks_of_a_class, st.data())
def test_mean_and_variance_are_those_over_all_ways_to_draw_the_absent(marks, data):
    number = data.draw(st.integers(0, len(marks)))
    ways = np.stack([cell(marks, away) for away in combinations(range(len(marks)), number)])

    found = missing(ways)

    assert found.deficit.mean() == pytest.approx(0, abs=1e-9)
    assert found.chance == pytest.approx(np.mean(found.deficit**2), abs=1e-9)


def test_with_two_marks_the_variance_is_that_of_a_fourfold_table():
    """Each class is a hypergeometric draw, as in the test of Mantel and Haenszel."""
    marks = [3] * 9 + [4] * 11

    found = missing(cell(marks, {0, 1, 2, 9})[None])

    threes = stats.hypergeom(20, 9, 4)
    assert found.deficit[0] == pytest.approx(3 - threes.mean())
    assert found.chance[0] == pytest.approx(threes.var())


@given(st.lists(marks_of_a_class, min_size=3, max_size=5), st.integers(0, 4))
def test_classes_gathered_are_their_sum(classes, first):
    tables = np.stack([cell(marks, {0, first}) for marks in classes])
    alone = missing(tables)

    schools = gather(alone, np.array([0, 1, 1, 1, 0][: len(classes)]), 3)

    for name in ("deficit", "chance", "absent", "pupils"):
        own = getattr(alone, name)
        rest = own[4:].sum()
        assert getattr(schools, name) == pytest.approx([own[0] + rest, own[1:4].sum(), 0])


def test_pupils_without_a_journal_mark_are_not_counted():
    table = cell([2, 3, 4, 5], {0})
    table[0] = [7, 9]

    found = missing(table[None])

    assert (found.absent[0], found.pupils[0]) == (1, 4)
    assert found.deficit[0] == pytest.approx(1.5)


def test_honest_schools_keep_the_nominal_rates():
    classes = missing(honest_classes(np.random.default_rng(81), 6000))
    found = absence(gather(classes, np.arange(6000) // 3, 2000), least=10)

    assert found.ok.mean() > 0.95
    p = found.p_value[found.ok]
    assert 0.015 < (p < 0.05).mean() < 0.065
    assert (p < 0.01).mean() < 0.015
    assert (p < 0.001).mean() < 0.003


def test_a_class_of_which_not_two_are_due_is_not_judged_alone():
    """One or two absent would decide all: such a class counts with the school's other works."""
    found = absence(missing(honest_classes(np.random.default_rng(83), 500)), least=10)

    small = found.status == Status.POOLED
    assert small.any()
    assert (found.p_value[small] == 1).all()
    assert found.statistic[small].any()


def test_schools_that_kept_their_weakest_at_home_are_found():
    rng = np.random.default_rng(82)
    school = np.repeat(np.arange(200), 3)
    tables = honest_classes(rng, 600)
    for table in tables[:30]:
        kept = rng.binomial(table[1:3, 1], [0.9, 0.25])
        table[1:3, 0] += kept
        table[1:3, 1] -= kept

    found = absence(gather(missing(tables), school, 200), least=30)

    assert (found.p_value[:10] < 0.01).all()
    assert (found.p_value[10:] < 0.01).mean() < 0.02
    assert (found.effect[:10] > found.effect[10:].mean()).all()


def test_the_strongest_at_home_are_no_signal():
    tables = honest_classes(np.random.default_rng(83), 300)
    tables[0] = cell([2] * 5 + [3] * 8 + [4] * 5 + [5] * 5, set(range(18, 23)))

    assert absence(missing(tables), least=10).p_value[0] > 0.9


def test_nobody_absent_nobody_there_and_all_alike_give_nothing_to_compare():
    present = np.tile(cell([2, 3, 3, 4, 4, 4, 5, 5, 3, 4], set()), (12, 1, 1))
    away = present[:, :, ::-1]

    alike = np.tile(cell([4] * 12, {0, 1}), (12, 1, 1))
    rarely = np.tile(present[0], (20, 1, 1))
    rarely[0] = cell([2, 3, 3, 4, 4, 4, 5, 5, 3, 4], {0})
    for tables in (present, away, 0 * present, alike, rarely):
        found = absence(missing(tables), least=10)
        assert (found.status == Status.TOO_FEW).all()
        assert np.isfinite(found.effect).all()
