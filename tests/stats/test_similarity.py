"""Classes whose answers agree with one paper beyond their totals and their class."""

from itertools import product
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from monitoring.stats import similarity as module
from monitoring.stats.findings import Status
from monitoring.stats.reference import fit
from monitoring.stats.similarity import (
    chance_ratios,
    class_ratios,
    likelihood_ratios,
    one_source,
    similarity,
)
from tests.stats.honest import MAX_POINTS, honest_pupils

SMALL = np.array([1, 2, 1, 3])
classes_of_six = hnp.arrays(np.int16, (6, 4), elements=st.integers(0, 3)).map(
    lambda drawn: np.minimum(drawn, SMALL).astype(np.int16)
)


@pytest.fixture(scope="module")
def honest():
    pupils = honest_pupils(np.random.default_rng(111), 250)
    return pupils, fit(pupils.points, MAX_POINTS)


@pytest.fixture(scope="module")
def small_reference():
    points = np.random.default_rng(112).integers(0, SMALL + 1, (400, 4))
    return fit(points.astype(np.int16), SMALL)


def looked(class_index, points, reference, n_classes):
    """What is found in the classes of one work."""
    given = class_index, points, reference, n_classes
    return similarity(class_ratios(*given), chance_ratios(*given))


def ratio_by_hand(own, reference):
    """The likelihood ratio of each pair, pupil by pupil and task by task."""
    n, tasks = own.shape
    usual = np.maximum(reference.values[own.sum(axis=1)], 1e-4)
    chances = np.zeros((n, tasks))
    for task in range(tasks):
        mean = usual[:, task].mean(axis=0)
        moved = []
        for value in range(len(mean)):
            seen = sum(own[pupil, task] == value for pupil in range(n))
            due = sum(usual[pupil, task, value] for pupil in range(n))
            moved.append((seen + 5 * mean[value]) / (due + 5 * mean[value]))
        for pupil in range(n):
            adjusted = usual[pupil, task] * moved
            chances[pupil, task] = adjusted[own[pupil, task]] / adjusted.sum()
    ratios = np.zeros((n, n))
    for one in range(n):
        for other in range(n):
            for task in range(tasks):
                alone = chances[one, task]
                copied = 0.3 * alone + 0.7 * (own[one, task] == own[other, task])
                ratios[one, other] += log(copied / alone)
    return ratios


@given(own=classes_of_six)
def test_likelihood_ratios_are_those_of_going_through_the_pairs(own, small_reference):
    found = likelihood_ratios(own[None], own[None].sum(axis=2), small_reference)[0]

    by_hand = ratio_by_hand(own, small_reference)
    off = ~np.eye(6, dtype=bool)
    assert found[off] == pytest.approx(by_hand[off], abs=1e-3)


@given(own=classes_of_six, order=st.permutations(range(6)))
def test_the_order_of_pupils_does_not_matter(own, order, small_reference):
    def ratio(points):
        found = class_ratios(np.zeros(6, dtype=int), points, small_reference, 1)
        return found.ratio[0]

    assert ratio(own[order]) == pytest.approx(ratio(own), abs=1e-4)


def test_a_long_work_copied_whole_is_a_large_number_and_not_none():
    """Of nine hundred in one direction e to that power is no number any more."""
    pairs = np.full((1, 6, 6), 900, dtype=np.float32)

    assert one_source(pairs) == pytest.approx(5 * (900 + log(0.5)))


@given(pairs=hnp.arrays(np.float32, (5, 5), elements=st.floats(-20, 20, width=32)))
def test_a_paper_that_went_round_is_a_mean_over_its_author_and_who_copied(pairs):
    """Every source with every set of copiers, all as likely."""
    likely = []
    for source in range(5):
        others = [pupil for pupil in range(5) if pupil != source]
        for copies in product((False, True), repeat=4):
            copiers = [pupil for pupil, does in zip(others, copies, strict=True) if does]
            likely.append(np.exp(pairs[copiers, source].astype(np.float64).sum()))

    assert one_source(pairs[None])[0] == pytest.approx(np.log(np.mean(likely)), abs=1e-4)


def test_two_works_alike_in_rare_answers_say_more_than_two_alike_in_usual_ones(honest):
    pupils, reference = honest
    own = pupils.points[:40].copy()
    score = 13
    likely = reference.values[score].argmax(axis=1)
    hard = np.argsort(reference.pupils @ reference.means / MAX_POINTS)
    rare = np.zeros(15, dtype=np.int16)
    for task in hard:
        rare[task] = min(MAX_POINTS[task], score - rare.sum())
    own[0] = own[1] = likely
    own[2] = own[3] = rare

    found = likelihood_ratios(own[None], own[None].sum(axis=2), reference)[0]

    assert found[2, 3] > found[0, 1] + 5


def test_numbering_and_batches_change_nothing(honest, monkeypatch):
    pupils, reference = honest
    n_classes = len(pupils.school)
    before = class_ratios(pupils.pupil_class, pupils.points, reference, n_classes)
    rng = np.random.default_rng(113)
    name, order = rng.permutation(n_classes), rng.permutation(len(pupils.points))

    monkeypatch.setattr(module, "ROWS_AT_ONCE", 1)
    after = class_ratios(
        name[pupils.pupil_class][order], pupils.points[order], reference, n_classes
    )

    assert after.ratio[name] == pytest.approx(before.ratio, abs=1e-4)
    assert np.array_equal(after.n[name], before.n)
    assert after.level[name] == pytest.approx(before.level)


def test_classes_by_chance_are_the_same_in_whatever_order_and_by_whatever_number(honest):
    pupils, reference = honest
    n_classes = len(pupils.school)
    before = chance_ratios(pupils.pupil_class, pupils.points, reference, n_classes)
    rng = np.random.default_rng(133)
    name, order = rng.permutation(n_classes), rng.permutation(len(pupils.points))

    after = chance_ratios(
        name[pupils.pupil_class][order], pupils.points[order], reference, n_classes
    )

    each = n_classes * np.arange(len(before.n) // n_classes)[:, None]
    assert after.ratio[each + name] == pytest.approx(before.ratio[each + np.arange(n_classes)])


def test_classes_by_chance_have_the_sizes_and_totals_of_the_classes(honest, monkeypatch):
    pupils, reference = honest
    seen = []
    monkeypatch.setattr(module, "class_ratios", lambda *given: seen.append(given))

    chance_ratios(pupils.pupil_class, pupils.points, reference, len(pupils.school))

    (index, points, _, units) = seen[0]
    times = units // len(pupils.school)
    assert units - times * np.sum(np.bincount(pupils.pupil_class) < 5) >= 1000
    for own in np.split(points, times):
        assert np.array_equal(own.sum(axis=1), pupils.points.sum(axis=1))
        assert np.array_equal(np.sort(own, axis=0), np.sort(pupils.points, axis=0))
        moved = (own != pupils.points).any(axis=1)
        assert moved.mean() > 0.8
    assert np.array_equal(np.bincount(index), np.tile(np.bincount(pupils.pupil_class), times))


def of_topics(rng, topics, tasks, points):
    """400 honest classes of 22 pupils who know a topic and do its tasks, or neither."""
    ability = rng.normal(0, 0.4, (400, 1, 1)) + rng.normal(0, 1, (400, 22, 1))
    known = rng.random((400, 22, topics)) < 1 / (1 + np.exp(-1.5 * ability))
    chance = np.where(np.repeat(known, tasks, axis=2), 0.9, 0.1)
    got = rng.binomial(points, chance).astype(np.int16)
    return np.repeat(np.arange(400), 22), got.reshape(-1, topics * tasks)


@pytest.mark.parametrize(("topics", "tasks", "points"), [(8, 2, 2), (12, 1, 3), (4, 4, 1)])
def test_pupils_who_know_a_topic_or_do_not_have_not_copied(topics, tasks, points):
    """They agree in all of a topic at once: how far chance goes is another thing in each work."""
    p = []
    for seed in range(134, 144):
        unit, got = of_topics(np.random.default_rng(seed), topics, tasks, points)
        reference = fit(got, np.full(topics * tasks, points))
        p.append(looked(unit, got, reference, 400).p_value)

    assert 0.04 < (np.concatenate(p) < 0.05).mean() < 0.065
    assert 0.006 < (np.concatenate(p) < 0.01).mean() < 0.015


@pytest.mark.parametrize("sizes", [(5, 19), (15, 33)])
def test_long_works_in_small_classes_keep_the_nominal_rates(sizes):
    """Of 47 points honest pairs say so little that most ratios lie in a clump and few far out."""
    most = np.array([4, 3, 2, 3, 3, 3, 1, 1, 2, 2, 3, 1, 2, 1, 2, 2, 2, 2, 3, 2, 1, 2])
    p = []
    for seed in range(144, 148):
        rng = np.random.default_rng(seed)
        unit = np.repeat(np.arange(700), rng.integers(*sizes, 700))
        ability = rng.normal(size=(len(unit), 1))
        logit = rng.uniform(0.8, 1.6, 22) * (ability - rng.normal(-0.2, 1, 22))
        points = rng.binomial(most, 1 / (1 + np.exp(-logit))).astype(np.int16)
        found = looked(unit, points, fit(points, most), 700)
        p.append(found.p_value[found.ok])

    assert (np.concatenate(p) < 0.01).mean() < 0.014
    assert (np.concatenate(p) < 0.001).mean() < 0.003


@given(
    usual=hnp.arrays(np.float64, 40, elements=st.floats(-5, 5)),
    z=hnp.arrays(np.float64, 12, elements=st.floats(-50, 50)),
)
def test_who_lies_further_out_than_chance_is_placed_further_out(usual, z):
    placed = module._placed(np.sort(z), usual)

    assert (np.diff(placed) >= -1e-9).all()
    assert np.isfinite(placed).all()
    assert module._placed(np.array([np.median(usual)]), usual)[0] < 2.06


def test_places_among_normal_ones_are_normal_scores():
    usual = np.random.default_rng(148).normal(size=20_000)
    z = np.array([-2.0, -1.0, 0.0, 1.0, 2.0, 3.0])

    assert module._placed(z, usual) == pytest.approx(z, abs=0.15)


def test_honest_classes_keep_the_nominal_rates():
    p = []
    for seed in (114, 115, 116):
        pupils = honest_pupils(np.random.default_rng(seed), 250)
        found = looked(
            pupils.pupil_class, pupils.points, fit(pupils.points, MAX_POINTS), len(pupils.school)
        )
        p.append(found.p_value[found.ok])

    assert len(np.concatenate(p)) > 1500
    assert 0.03 < (np.concatenate(p) < 0.05).mean() < 0.07
    assert (np.concatenate(p) < 0.01).mean() < 0.017


def with_copying(points, rows, sources, rng):
    """Each of these rows takes nine tasks of ten from its source."""
    copied = points.copy()
    for row, source in zip(rows, sources, strict=True):
        taken = rng.random(15) < 0.9
        copied[row, taken] = points[source, taken]
    return copied


@pytest.mark.parametrize("sources", [1, 6])
def test_classes_that_copied_are_found(sources, honest):
    """Six pupils from one paper, which the statistic is for, or each from another one."""
    pupils, reference = honest
    points = pupils.points
    copied = np.flatnonzero(np.bincount(pupils.pupil_class) >= 20)[[0, 40, 80]]
    rng = np.random.default_rng(117)
    for unit in copied:
        rows = np.flatnonzero(pupils.pupil_class == unit)
        rows = rows[points[rows].sum(axis=1).argsort(kind="stable")]
        points = with_copying(points, rows[:6], np.resize(rows[6 : 6 + sources], 6), rng)

    found = looked(pupils.pupil_class, points, reference, len(pupils.school))

    assert (found.p_value[copied] < (0.001 if sources == 1 else 0.05)).all()
    assert (found.effect[copied] > 0).all()
    before = looked(pupils.pupil_class, pupils.points, reference, len(pupils.school))
    others = np.delete(np.arange(len(pupils.school)), copied)
    others = others[before.statistic[others] > 0]
    assert found.statistic[others] == pytest.approx(before.statistic[others], abs=0.3)


def test_each_further_copier_of_one_paper_says_more(honest):
    pupils, reference = honest
    rows = np.flatnonzero(pupils.pupil_class == np.bincount(pupils.pupil_class).argmax())
    own = pupils.points[rows]
    by_score = own.sum(axis=1).argsort(kind="stable")
    source, ratios = by_score[len(rows) // 2], []
    for copiers in (0, 2, 4, 6, 8):
        points = with_copying(
            own, by_score[:copiers], [source] * copiers, np.random.default_rng(119)
        )
        ratios.append(class_ratios(np.zeros(len(rows), int), points, reference, 1).ratio[0])

    assert (np.diff(ratios) > 1).all()


@pytest.mark.parametrize("kind", ["small", "strong"])
def test_honest_classes_unlike_the_others_keep_the_nominal_rates(kind):
    """A sum over few pupils leans more, and the strong agree in being right."""
    p = []
    for seed in range(120, 132):
        pupils = honest_pupils(np.random.default_rng(seed), 250)
        given = (
            pupils.pupil_class, pupils.points, fit(pupils.points, MAX_POINTS), len(pupils.school)
        )  # fmt: skip
        classes, found = class_ratios(*given), looked(*given)
        unlike = {"small": classes.n <= 10, "strong": classes.level > 0.75}[kind]
        p.append(found.p_value[found.ok & unlike])

    assert len(np.concatenate(p)) > 400
    assert (np.concatenate(p) < 0.01).mean() < 0.02


def test_what_the_whole_class_was_helped_with_is_not_copying(honest):
    """The same five tasks done in full by everyone: agreement, but of the class."""
    pupils, reference = honest
    points = pupils.points.copy()
    rows = pupils.pupil_class == 8
    points[np.ix_(rows, [1, 4, 6, 9, 12])] = MAX_POINTS[[1, 4, 6, 9, 12]]

    found = looked(pupils.pupil_class, points, reference, len(pupils.school))

    assert found.p_value[8] > 0.01


def test_four_pupils_are_too_few_and_five_are_not(honest):
    pupils, reference = honest
    kept = np.ones(len(pupils.points), dtype=bool)
    for unit, size in ((0, 4), (1, 5)):
        kept[np.flatnonzero(pupils.pupil_class == unit)[size:]] = False
    found = looked(pupils.pupil_class[kept], pupils.points[kept], reference, len(pupils.school))

    assert found.status[:2].tolist() == [Status.TOO_FEW, Status.OK]


def test_classes_too_small_to_be_looked_at_are_not_put_together_by_chance_either(honest):
    """Else a thousand copies of all their pupils would be made in vain."""
    pupils, reference = honest
    points = pupils.points[:4000]
    in_fours = np.arange(4000) // 4

    none = chance_ratios(in_fours, points, reference, 1000)
    found = looked(in_fours, points, reference, 1000)

    assert none.n.sum() == 0
    assert (found.status == Status.TOO_FEW).all()


def test_of_one_task_the_total_says_all():
    points = np.random.default_rng(118).integers(0, 25, (900, 1)).astype(np.int16)
    reference = fit(points, np.array([24]))

    found = looked(np.repeat(np.arange(30), 30), points, reference, 30)

    assert not found.counted.any()


def test_everybody_at_the_maximum_shows_nothing():
    points = np.tile(MAX_POINTS.astype(np.int16), (300, 1))
    found = looked(np.repeat(np.arange(15), 20), points, fit(points, MAX_POINTS), 15)

    assert np.isfinite(found.statistic).all()
    assert (found.p_value > 0.1).all()
