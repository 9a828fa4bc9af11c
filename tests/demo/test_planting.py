"""What was planted is there to be found, and nowhere else."""

import numpy as np
import pytest

from procedures.scales import marks_of
from rsoko.demo.place import Scale
from rsoko.demo.places import schools_of
from rsoko.demo.planting import DECOYS, DRILLED, INDEX, LENIENT_CENTRE, PLANTED, Trick
from rsoko.demo.population import honest_results, results
from rsoko.demo.works import YEAR, works

SEED = 2026
BY_CODE = {school.code: school for school in schools_of(Scale.REGION)}
SMALL = [school for school in schools_of(Scale.SMALL) if not school.closed_on]
SPECS = {work.spec.code: work.spec for work in works(Scale.REGION)}
RU4 = SPECS["ru4-2026"]


def pair(trick):
    """The first planted work of a trick: its specification, honest and real results."""
    planted = next(p for p in PLANTED if p.trick is trick)
    school, spec = BY_CODE[planted.school], SPECS[planted.works[0]]
    return spec, honest_results(school, spec, SEED), results(school, spec, SEED)


def share_on_borders(pupils, borders):
    """Of the papers at most three below and one above a border: the share not below."""
    scores = pupils.score[pupils.present]
    edges = (borders.three, borders.four, borders.five)
    up = sum(((scores >= edge) & (scores <= edge + 1)).sum() for edge in edges)
    down = sum(((scores < edge) & (scores >= edge - 3)).sum() for edge in edges)
    return up / (up + down)


def test_the_lifting_schools_show_the_notch_and_honest_ones_do_not():
    shares = {
        school.code: share_on_borders(results(school, RU4, SEED), RU4.borders)
        for school in SMALL
        if school.pupils >= 400
    }

    notched = [shares.pop(code) for code in ("edu420001", "edu420003")]

    assert len(shares) >= 13
    assert max(shares.values()) < 0.65
    assert min(notched) > 0.85


def test_the_same_school_would_show_no_notch_if_it_were_honest():
    honest = honest_results(BY_CODE["edu420003"], RU4, SEED)

    assert share_on_borders(honest, RU4.borders) < 0.65


@pytest.mark.parametrize("code", ["edu420101", *DECOYS])
def test_the_second_school_of_the_demonstration_and_the_decoys_are_honest(code):
    assert code not in {planted.school for planted in PLANTED}
    for spec in (SPECS["ru4-2026"], SPECS["ma6-2026"]):
        honest, real = (made(BY_CODE[code], spec, SEED) for made in (honest_results, results))
        assert np.array_equal(honest.points, real.points)
        assert np.array_equal(honest.journal_mark, real.journal_mark)


def test_decoys_are_what_they_are_said_to_be():
    lyceum = results(BY_CODE["edu420007"], RU4, SEED)
    others = [results(school, RU4, SEED) for school in SMALL if school.code != "edu420007"]
    ordinary = np.concatenate([p.score[p.present] for p in others]).mean()

    assert lyceum.score[lyceum.present].mean() > ordinary + 2
    assert 3 <= len(results(BY_CODE["edu420206"], RU4, SEED)) <= 7


@pytest.mark.parametrize(("school", "code"), INDEX)
def test_a_planted_work_is_written_in_its_school_and_changed_there(school, code):
    place, spec = BY_CODE[school], SPECS[code]
    honest, real = (made(place, spec, SEED) for made in (honest_results, results))

    assert place.closed_on is None
    assert spec.year == YEAR
    assert real.present.sum() > 20
    assert not (
        np.array_equal(honest.points, real.points)
        and np.array_equal(honest.journal_mark, real.journal_mark)
    )


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.school)
def test_no_manipulation_earns_a_criterion_without_the_first_one(planted, seed):
    russian = [SPECS[code] for code in planted.works if "1К1" in SPECS[code].tasks]
    for spec in russian:
        points = results(BY_CODE[planted.school], spec, seed).points
        lost = points[:, spec.tasks.index("1К1")] <= 0
        assert points[lost][:, [spec.tasks.index("1К2"), spec.tasks.index("1К3")]].max() <= 0


def test_a_lifted_paper_lands_exactly_on_a_border():
    spec, honest, real = pair(Trick.BORDERS)
    lifted = honest.score != real.score
    borders = (spec.borders.three, spec.borders.four, spec.borders.five)
    gain = (real.score - honest.score)[lifted]

    assert np.isin(real.score[lifted], borders).all()
    assert gain.min() >= 1
    assert gain.max() <= 3
    assert (real.points >= honest.points).all()


def test_a_lenient_centre_lifts_by_one_point_in_all_its_schools():
    schools = [school for school in BY_CODE.values() if school.parent == LENIENT_CENTRE]
    gains = [results(s, RU4, SEED).score - honest_results(s, RU4, SEED).score for s in schools]

    assert len(schools) > 5
    assert set(np.concatenate(gains)) == {0, 1}
    assert np.mean([gain.any() for gain in gains]) > 0.7
    assert not {planted.school for planted in PLANTED} & {school.code for school in schools}


def test_a_drilled_task_is_solved_better_there_than_elsewhere():
    spec, task = SPECS["ma4-2026"], DRILLED["edu420107", "ma4-2026"]

    def solved(school):
        points = results(school, spec, SEED).points
        return np.maximum(points[points[:, task] > -2], 0).mean(axis=0)[task]

    ordinary = [solved(s) for s in SMALL if s.pupils >= 400 and s.code != "edu420107"]

    assert solved(BY_CODE["edu420107"]) > np.mean(ordinary) + np.std(ordinary)


def test_help_fills_two_tasks_and_leaves_the_others():
    spec, honest, real = pair(Trick.HELP)
    changed = (honest.points != real.points).any(axis=0)
    solved = (real.points == np.array(spec.max_points))[real.present].mean(axis=0)

    assert changed.sum() == 2
    assert (solved[changed] > 0.5).all()


def test_copying_makes_papers_of_one_variant_alike():
    _, honest, real = pair(Trick.COPYING)

    assert closest(real) > closest(honest) + 0.05


def closest(pupils):
    """The mean, over pupils, of the greatest share of equal answers with a neighbour."""
    best = []
    for number in np.unique(pupils.class_number):
        for variant in (1, 2):
            rows = pupils.points[(pupils.class_number == number) & (pupils.variant == variant)]
            alike = (rows[:, None, :] == rows[None, :, :]).mean(axis=2)
            np.fill_diagonal(alike, 0)
            best.extend(alike.max(axis=1))
    return np.mean(best)


def test_an_inflated_journal_changes_no_paper():
    spec, honest, real = pair(Trick.JOURNAL)
    marks = marks_of(real.score, spec.borders)
    rated = real.present & (real.journal_mark > 0)

    assert np.array_equal(honest.points, real.points)
    assert set(np.unique(real.journal_mark - honest.journal_mark)) == {0, 1}
    assert (real.journal_mark - marks)[rated].mean() > (honest.journal_mark - marks)[rated].mean()


def test_those_kept_at_home_are_the_weakest_of_those_who_would_have_come():
    _, honest, real = pair(Trick.ABSENCE)
    kept = honest.present & ~real.present

    assert kept.sum() == round(0.2 * honest.present.sum())
    assert honest.score[kept].max() <= honest.score[real.present].min()
    assert not real.variant[kept].any()
