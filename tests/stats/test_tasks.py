"""Tasks done better than by pupils with the same totals."""

import numpy as np
import pytest
from scipy import linalg, stats

from monitoring.stats.cells import summarize
from monitoring.stats.findings import Status
from monitoring.stats.reference import fit
from monitoring.stats.tasks import (
    Surplus,
    is_untaught,
    surplus,
    task_contrast,
    task_max,
    task_profile,
    task_scores,
    variety,
)
from tests.stats.honest import MAX_POINTS, honest_pupils

METHODS = (task_profile, task_max)


def cells_of(points, unit, n_units, max_points=MAX_POINTS):
    nothing = np.zeros(len(points), dtype=int)
    present = np.ones(len(points), dtype=bool)
    return summarize(unit, points, nothing, nothing, present, max_points, n_units)


def made_surplus(rng, n_units=400, tasks=6, mixing=0.0):
    """Mean surpluses drawn from their own covariance; they add up to zero, as real ones do.

    Honest variety is `mixing`, (J, J) or the same of each task alone, times independent normals.
    A draw from the covariance would not do: of equal eigenvalues each processor finds others.
    """
    centring = np.eye(tasks) - 1 / tasks
    mixing = centring @ (np.eye(tasks) * mixing if np.isscalar(mixing) else mixing)
    n = rng.integers(12, 60, n_units)
    chance = centring * 0.8 / n[:, None, None]
    by_chance, honest = rng.standard_normal((2, n_units, tasks))
    mean = by_chance * np.sqrt(0.8 / n[:, None]) @ centring + honest @ mixing.T
    return Surplus(mean, chance, n, rng.uniform(0.3, 0.8, n_units)), mixing @ mixing.T


@pytest.fixture(scope="module")
def honest():
    """An honest work by class: pupils, their cells, the reference, honest variety."""
    pupils = honest_pupils(np.random.default_rng(91), 250)
    cells = cells_of(pupils.points, pupils.pupil_class, len(pupils.school))
    reference = fit(pupils.points, MAX_POINTS)
    units = surplus(cells, reference)
    return pupils, units, reference, variety(units, units.n >= 10)


def test_surplus_is_what_going_through_the_pupils_gives():
    """A class so small among so many that it is next to no part of its own yardstick."""
    pupils = honest_pupils(np.random.default_rng(92), 150)
    reference = fit(pupils.points, MAX_POINTS)
    own = pupils.points[pupils.pupil_class == 7]

    found = surplus(cells_of(own, np.zeros(len(own), dtype=int), 1), reference)

    above = [points - reference.means[points.sum()] for points in own]
    chance = sum(reference.covariance[points.sum()] for points in own) / len(own) ** 2
    assert found.mean[0] == pytest.approx(np.mean(above, axis=0), rel=0.01, abs=1e-4)
    assert found.chance[0] == pytest.approx(chance)
    assert found.n[0] == len(own)
    assert found.level[0] == pytest.approx(own.sum() / len(own) / MAX_POINTS.sum())


def test_a_unit_that_is_much_of_its_own_yardstick_gets_what_all_others_would_say():
    pupils = honest_pupils(np.random.default_rng(93), 40)
    big = pupils.pupil_class < 20
    points = pupils.points.copy()
    points[big, 3] = np.minimum(points[big, 3] + 1, MAX_POINTS[3])

    of_big = cells_of(points[big], np.zeros(int(big.sum()), dtype=int), 1)
    among_all = surplus(of_big, fit(points, MAX_POINTS)).mean[0]
    by_others = surplus(of_big, fit(points[~big], MAX_POINTS))
    own = of_big.histogram[0] @ fit(points, MAX_POINTS).means / of_big.pupils[0]
    uncorrected = of_big.task_sums[0] / of_big.pupils[0] - own

    # Seen by the others alone nothing is its own; the correction there is next to one.
    expected = of_big.histogram[0] @ fit(points[~big], MAX_POINTS).means / of_big.pupils[0]
    seen = of_big.task_sums[0] / of_big.pupils[0] - expected
    assert np.abs(among_all - seen).max() < 0.25 * np.abs(uncorrected - seen).max()
    assert by_others.mean.shape == (1, 15)


def test_surpluses_add_up_to_nothing(honest):
    _, units, _, _ = honest

    assert units.mean[units.n >= 10].sum(axis=1) == pytest.approx(0, abs=0.06)


def test_the_order_of_profiles_is_that_of_hotellings_statistic():
    """T² by the pseudo-inverse of SciPy; what follows keeps its order."""
    rng = np.random.default_rng(94)
    units, between = made_surplus(rng, mixing=np.diag([0.22, 0.1, 0.14, 0.17, 0.1, 0.14]))

    found = task_profile(units, between, least=10)

    squared = [
        mean @ linalg.pinvh(chance + between) @ mean
        for mean, chance in zip(units.mean, units.chance, strict=True)
    ]
    assert stats.spearmanr(found.statistic, squared).statistic > 0.999999
    assert found.effect == pytest.approx(units.mean.max(axis=1))


@pytest.mark.parametrize("method", METHODS)
def test_known_covariance_gives_nominal_rates(method):
    """At 1 %, where evidence begins to count. The largest of few tasks that depend on each other
    is no exact score further in: at 5 % it gives 6.7 %."""
    rng = np.random.default_rng(95)
    p = []
    for _ in range(24):
        units, between = made_surplus(rng, mixing=0.14)
        p.append(method(units, between, least=10).p_value)

    assert 0.03 < (np.concatenate(p) < 0.05).mean() < 0.08
    assert 0.003 < (np.concatenate(p) < 0.01).mean() < 0.013


def test_variety_between_units_is_found_again():
    mixing = np.random.default_rng(96).normal(size=(6, 6)) * 0.12
    units, between = made_surplus(np.random.default_rng(97), n_units=3000, mixing=mixing)

    found = variety(units, np.ones(3000, dtype=bool))

    # The units that stand out most are left out, so somewhat less is seen than there is.
    assert np.trace(found) == pytest.approx(np.trace(between), rel=0.2)
    assert np.corrcoef(found.ravel(), between.ravel())[0, 1] > 0.99
    assert np.linalg.eigvalsh(found).min() > -1e-12


def test_chance_alone_is_no_variety_and_nine_units_show_none():
    units, _ = made_surplus(np.random.default_rng(98), n_units=3000)

    found = variety(units, np.ones(3000, dtype=bool))

    assert np.trace(found) < 0.1 * np.trace(units.chance.mean(axis=0))
    assert not variety(units, np.arange(3000) < 9).any()


def test_honest_classes_keep_the_nominal_rates(honest):
    _, units, reference, between = honest

    for found in (
        task_profile(units, between, least=10),
        task_max(units, between, least=10),
        task_contrast(units, between, reference, MAX_POINTS, least=10),
    ):
        p = found.p_value[found.ok]
        assert len(p) > 500
        assert 0.02 < (p < 0.05).mean() < 0.08
        assert (p < 0.01).mean() < 0.02


def test_a_class_helped_in_one_task_is_told_by_that_task():
    pupils = honest_pupils(np.random.default_rng(101), 250)
    points = pupils.points.copy()
    hardest = int((points.mean(axis=0) / MAX_POINTS).argmin())
    helped = np.flatnonzero(np.bincount(pupils.pupil_class) >= 20)[[0, 40, 80]]
    points[np.isin(pupils.pupil_class, helped), hardest] = MAX_POINTS[hardest]
    reference = fit(points, MAX_POINTS)
    units = surplus(cells_of(points, pupils.pupil_class, len(pupils.school)), reference)
    between = variety(units, units.n >= 10)

    found = task_max(units, between, least=10)

    assert set(np.argsort(found.p_value)[:3]) == set(helped.tolist())
    assert (found.p_value[helped] < 0.001).all()
    assert (task_scores(units, between)[helped].argmax(axis=1) == hardest).all()
    assert found.effect[helped] == pytest.approx(units.mean[helped, hardest])


def test_hard_tasks_done_and_easy_ones_not_is_what_contrast_sees(honest):
    pupils, _, reference, between = honest
    hard = np.argsort(reference.pupils @ reference.means / MAX_POINTS)
    points = pupils.points.copy()
    rows = np.flatnonzero(pupils.pupil_class == 12)
    points[np.ix_(rows, hard[:3])] = MAX_POINTS[hard[:3]]
    points[np.ix_(rows, hard[-3:])] = 0
    units = surplus(cells_of(points, pupils.pupil_class, len(pupils.school)), reference)

    found = task_contrast(units, between, reference, MAX_POINTS, least=8)

    difficulty = 1 - reference.pupils @ reference.means / reference.pupils.sum() / MAX_POINTS
    slope = stats.linregress(difficulty, units.mean[12] / MAX_POINTS).slope
    assert found.p_value.argmin() == 12
    assert found.p_value[12] < 0.001
    assert found.effect[12] == pytest.approx(slope)


def test_the_order_of_units_and_tasks_does_not_matter(honest):
    _, units, _, between = honest
    rng = np.random.default_rng(100)
    order, tasks = rng.permutation(len(units.n)), rng.permutation(15)
    mixed = Surplus(
        units.mean[order][:, tasks],
        units.chance[order][:, tasks][:, :, tasks],
        units.n[order],
        units.level[order],
    )

    assert variety(mixed, mixed.n >= 10) == pytest.approx(between[np.ix_(tasks, tasks)])
    for method in METHODS:
        statistic = method(units, between, least=10).statistic[order]
        moved = method(mixed, between[np.ix_(tasks, tasks)], least=10).statistic
        assert moved == pytest.approx(statistic, abs=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_of_one_task_the_total_says_all(method):
    rng = np.random.default_rng(102)
    points, unit = rng.integers(0, 25, (900, 1)).astype(np.int16), np.repeat(np.arange(30), 30)
    most = np.array([24])

    units = surplus(cells_of(points, unit, 30, most), fit(points, most))

    assert not method(units, variety(units, units.n >= 10), least=10).counted.any()


@pytest.mark.parametrize("method", METHODS)
def test_small_units_count_with_other_works_and_nine_are_not_compared(method):
    units, between = made_surplus(np.random.default_rng(101), n_units=40)
    units.n[:3] = 3, 4, 9

    found = method(units, between, least=10)
    assert found.status[:4].tolist() == [Status.TOO_FEW, Status.POOLED, Status.POOLED, Status.OK]
    assert found.p_value[:3].tolist() == [1, 1, 1]

    units.n[9:] = 5
    assert not method(units, between, least=10).counted.any()


def test_a_task_nobody_did_was_untaught_only_where_by_their_totals_some_should_have(honest):
    """Chance of nobody by hand, pupil by pupil; one point of one pupil, and the task was taught."""
    pupils, _, reference, _ = honest
    points = pupils.points.copy()
    easy = int((points > 0).mean(axis=0).argmax())
    large, small = np.bincount(pupils.pupil_class).argsort()[[-1, 0]]
    for unit in (large, small):
        points[pupils.pupil_class == unit, easy] = 0
    touched = points.copy()
    touched[np.flatnonzero(pupils.pupil_class == large)[0], easy] = 1

    def untaught(given):
        return is_untaught(cells_of(given, pupils.pupil_class, len(pupils.school)), reference)

    for unit in (large, small):
        scores = points[pupils.pupil_class == unit].sum(axis=1)
        chance = np.prod(reference.values[scores, easy, 0])
        assert untaught(points)[unit] == (chance < 0.001)
    assert untaught(points)[large]
    assert not untaught(touched)[large]
    assert not untaught(pupils.points).any()
