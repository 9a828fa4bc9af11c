"""What a dossier shows of one class: full marks, pairs and absence beside what was expected."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from monitoring.stats.absence_seen import absence_seen
from monitoring.stats.errors import StatisticsError
from monitoring.stats.pairs_seen import RARE, pairs_seen
from monitoring.stats.reference import Reference
from monitoring.stats.tasks_seen import tasks_seen

MOST = np.array([1, 2, 3])
TASKS = len(MOST)
NOTHING = np.zeros((TASKS, TASKS))

points_of_many = hnp.arrays(
    np.int64, st.tuples(st.integers(12, 40), st.just(TASKS)), elements=st.integers(0, 3)
).map(lambda points: np.minimum(points, MOST))


def reference_of(points, between=NOTHING) -> Reference:
    """The shares themselves, counted pupil by pupil, without any smoothing."""
    scores, highest = points.sum(axis=1), int(MOST.sum())
    means, full = np.zeros((highest + 1, TASKS)), np.zeros((highest + 1, TASKS))
    covariance = np.zeros((highest + 1, TASKS, TASKS))
    values = np.zeros((highest + 1, TASKS, MOST.max() + 1))
    for score in set(scores.tolist()):
        own = points[scores == score]
        means[score], full[score] = own.mean(axis=0), (own == MOST).mean(axis=0)
        covariance[score] = np.cov(own.T, bias=True)
        for number in range(MOST.max() + 1):
            values[score, :, number] = (own == number).mean(axis=0)
    pupils = np.bincount(scores, minlength=highest + 1)
    return Reference(pupils, means, full, covariance, values, between, between)


def seen(points, reference, between=NOTHING):
    histogram = np.bincount(points.sum(axis=1), minlength=int(MOST.sum()) + 1)
    return tasks_seen(histogram, (points == MOST).sum(axis=0), MOST, reference, between)


# -- Full marks --------------------------------------------------------------------------------
@given(points_of_many, st.integers(1, 11))
def test_what_classes_expect_adds_up_to_what_all_of_them_got(points, first):
    """A conditional mean is unbiased: parts of the whole expect together what the whole has."""
    reference = reference_of(points)

    parts = [seen(part, reference) for part in (points[:first], points[first:])]

    together = sum(part.expected for part in parts)
    assert together == pytest.approx((points == MOST).sum(axis=0), abs=1e-9)


@given(points_of_many)
def test_an_expectation_lies_in_its_interval_inside_the_class(points):
    found = seen(points, reference_of(points))

    assert (found.low >= 0).all()
    assert (found.low <= found.expected + 1e-9).all()
    assert (found.expected <= found.high + 1e-9).all()
    assert (found.high <= found.pupils).all()
    assert not (found.is_above & found.is_below).any()


def test_chance_is_what_drawing_pupils_with_the_same_scores_gives():
    rng = np.random.default_rng(1)
    everybody = np.minimum(rng.integers(0, 4, (4000, TASKS)), MOST)
    own = everybody[:25]
    scores = everybody.sum(axis=1)
    drawn = [
        sum(everybody[rng.choice(np.flatnonzero(scores == score))] == MOST for score in scores[:25])
        for _ in range(4000)
    ]

    found = seen(own, reference_of(everybody))

    assert found.expected == pytest.approx(np.mean(drawn, axis=0), abs=0.15)
    assert found.spread == pytest.approx(np.std(drawn, axis=0), rel=0.06)


def drawn_at(rng, weight):
    return rng.choice(len(weight), p=weight / weight.sum())


def test_honest_differences_between_classes_widen_the_interval():
    """Classes drawn with a bent for each task: their full marks spread as the interval says."""
    rng = np.random.default_rng(2)
    everybody = np.minimum(rng.integers(0, 4, (6000, TASKS)), MOST)
    scores, bent = everybody.sum(axis=1), 0.35
    reference = reference_of(everybody)
    own = everybody[:25]
    counted, surplus = [], []
    for theta in rng.normal(0, bent, (1500, TASKS)):
        weight = np.exp(everybody @ theta)
        got = np.array([everybody[drawn_at(rng, weight * (scores == s))] for s in scores[:25]])
        counted.append((got == MOST).sum(axis=0))
        surplus.append((got - reference.means[scores[:25]]).mean(axis=0))
    chance = reference.covariance[scores[:25]].mean(axis=0) / 25
    between = np.cov(np.array(surplus).T) - chance

    found = seen(own, reference, between)

    assert found.spread == pytest.approx(np.std(counted, axis=0), rel=0.12)
    assert (found.spread > seen(own, reference).spread).all()


def test_nobody_and_foreign_shapes_are_refused():
    reference = reference_of(np.minimum(np.arange(60).reshape(20, 3) % 4, MOST))
    empty = np.zeros(7, dtype=np.int64)
    with pytest.raises(StatisticsError, match="nobody"):
        tasks_seen(empty, MOST, MOST, reference, NOTHING)
    with pytest.raises(StatisticsError, match="reference has"):
        tasks_seen(empty[:5] + 1, MOST, MOST, reference, NOTHING)


# -- Pairs -------------------------------------------------------------------------------------
def moved_to(pupils, values, row):
    """What is usual for the pupil's score, each share times (got + 5 usual)/(due + 5 usual)."""
    moved = []
    for task in range(TASKS):
        shares = []
        for number in range(4):
            due = [values[sum(pupil), task, number] for pupil in pupils]
            got = sum(pupil[task] == number for pupil in pupils)
            own = values[sum(row), task, number]
            shares.append(own and own * (got + np.mean(due) * 5) / (sum(due) + np.mean(due) * 5))
        moved.append([share / sum(shares) for share in shares])
    return moved


@given(points_of_many.map(lambda points: points[:5]), points_of_many)
def test_pairs_are_what_looking_at_every_two_pupils_gives(few, everybody):
    """All 2³ ways in which the tasks of a pair can be equal, one by one."""
    values = reference_of(np.concatenate([few, everybody])).values
    found = pairs_seen(few, values)
    order = sorted(few.tolist(), key=lambda row: (sum(row), row))
    usual = [moved_to(order, values, row) for row in order]
    by_chance = 0.0
    for number, (here, there) in enumerate(combinations(range(5), 2)):
        left, right = order[here], order[there]
        chances = [
            sum(usual[here][task][v] * usual[there][task][v] for v in range(4))
            for task in range(TASKS)
        ]
        mass = np.zeros(TASKS + 1)
        for outcome in product([0, 1], repeat=TASKS):
            mass[sum(outcome)] += np.prod(
                [c if o else 1 - c for c, o in zip(chances, outcome, strict=True)]
            )
        tails = [mass[k:].sum() for k in range(TASKS + 1)]
        equal = sum(a == b for a, b in zip(left, right, strict=True))
        by_chance += max([tail for tail in tails if tail <= RARE], default=0)

        assert found.equal[number] == equal
        assert found.expected[number] == pytest.approx(sum(chances))
        assert found.is_rare[number] == (tails[equal] <= RARE)
    assert found.rare_by_chance == pytest.approx(by_chance, abs=1e-9)


@given(points_of_many, st.randoms(use_true_random=False))
def test_the_order_of_the_list_of_pupils_is_not_seen(points, order):
    values = reference_of(points).values
    shuffled = points.tolist()
    order.shuffle(shuffled)

    here, there = pairs_seen(points, values), pairs_seen(np.array(shuffled), values)

    assert here.equal.tolist() == there.equal.tolist()


def test_a_copied_class_has_more_rare_pairs_than_chance_gives():
    rng = np.random.default_rng(3)
    everybody = (rng.random((3000, 12)) < rng.beta(2, 2, (3000, 1))).astype(np.int64)
    values = np.zeros((13, 12, 2))
    for score in range(13):
        share = everybody[everybody.sum(axis=1) == score].mean(axis=0)
        values[score] = np.stack([1 - share, share], axis=1)
    honest, copied = everybody[:24], everybody[:24].copy()
    copied[:8] = everybody[0]

    assert pairs_seen(honest, values).is_rare.sum() <= 8
    assert pairs_seen(copied, values).is_rare.sum() > 20


def test_a_task_that_all_of_the_class_did_is_no_likeness():
    """Right by half elsewhere and by all here: two of them agree far oftener than by half."""
    values = np.full((2, 2, 2), 0.5)

    taught = pairs_seen(np.tile([1, 0], (30, 1)), values)

    assert taught.expected.min() > 1.7
    assert not taught.is_rare.any()


@pytest.mark.parametrize("points", [np.zeros((1, 3)), np.full((3, 3), 4), np.zeros((3, 2))])
def test_pairs_outside_the_reference_are_refused(points):
    with pytest.raises(StatisticsError):
        pairs_seen(points, np.ones((7, 3, 4)))


# -- Absence -----------------------------------------------------------------------------------
@given(hnp.arrays(np.int64, (3, 5, 2), elements=st.integers(0, 20)))
def test_as_many_are_expected_absent_as_were_absent(attendance):
    found = absence_seen(attendance)
    assert found.expected.sum() == pytest.approx(found.absent.sum())
    assert (found.expected <= found.listed + 1e-9).all()


def test_expected_absence_is_what_shuffling_marks_inside_classes_gives():
    rng = np.random.default_rng(4)
    attendance = rng.integers(0, 9, (3, 5, 2))
    pupils = [
        [(mark, state) for mark in range(5) for state in (0, 1) for _ in range(one[mark, state])]
        for one in attendance
    ]
    counts = []
    for _ in range(4000):
        absent = np.zeros(5)
        for one in pupils:
            marks = rng.permutation([mark for mark, _ in one])
            states = np.array([state for _, state in one])
            absent += np.bincount(marks[states == 0], minlength=5)
        counts.append(absent)

    assert absence_seen(attendance).expected == pytest.approx(np.mean(counts, axis=0), abs=0.2)
