"""The invented pupils: repeatable, coded as in the form, and spread as real ones are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procedures.scales import marks_of
from rsoko.demo import population
from rsoko.demo.place import Scale, SchoolType
from rsoko.demo.places import schools_of
from rsoko.demo.population import SUBJECT_SD, cohort, honest_results, results, sitting
from rsoko.demo.works import YEAR, works

SEED = 2026
SCHOOLS = schools_of(Scale.REGION)
BY_CODE = {school.code: school for school in SCHOOLS}
SPECS = {work.spec.code: work.spec for work in works(Scale.REGION)}
FIELDS = ("class_number", "participant", "variant", "points", "journal_mark", "present")


def same(one, other):
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in FIELDS)


@pytest.fixture(scope="module")
def grade_4():
    """Russian of grade 4 in every school of the region."""
    return {school.code: results(school, SPECS["ru4-2026"], SEED) for school in SCHOOLS}


def test_results_do_not_depend_on_what_was_made_before():
    school, spec = BY_CODE["edu420102"], SPECS["ma6-2026"]
    first = results(school, spec, SEED)

    cohort.cache_clear()
    results(BY_CODE["edu420301"], spec, SEED)

    assert same(results(school, spec, SEED), first)


def test_another_seed_makes_other_pupils():
    school, spec = BY_CODE["edu420102"], SPECS["ma6-2026"]

    assert not same(results(school, spec, SEED), results(school, spec, SEED + 1))


@settings(max_examples=60, deadline=None)
@given(
    school=st.sampled_from(SCHOOLS), spec=st.sampled_from(list(SPECS.values())), seed=st.integers(0)
)
def test_results_are_what_the_collection_form_can_hold(school, spec, seed):
    pupils = results(school, spec, seed)
    present = pupils.present

    assert pupils.points.shape == (len(pupils), len(spec.tasks))
    assert (pupils.points <= np.array(spec.max_points)).all()
    assert (pupils.points[present] >= -1).all()
    assert (pupils.points[~present] == -2).all()
    assert set(pupils.variant[present]) <= {1, 2}
    assert not pupils.variant[~present].any()
    assert set(pupils.journal_mark) <= {0, 2, 3, 4, 5}
    assert (np.diff(pupils.class_number) >= 0).all()


@settings(max_examples=60, deadline=None)
@given(school=st.sampled_from(SCHOOLS), spec=st.sampled_from(list(SPECS.values())))
def test_codes_have_five_digits_begin_with_the_grade_and_are_unique(school, spec):
    codes = [str(code) for code in results(school, spec, SEED).participant]

    assert len(set(codes)) == len(codes)
    assert all(len(code) == 5 and code.startswith(str(spec.grade)) for code in codes)


def test_a_pupil_keeps_the_code_in_all_works_of_the_grade():
    school = BY_CODE["edu420001"]

    russian, mathematics = (results(school, SPECS[code], SEED) for code in ("ru7-2026", "ma7-2026"))
    history = results(school, SPECS["is7-2026"], SEED)

    assert np.array_equal(russian.participant, mathematics.participant)
    assert 0 < len(history) < len(russian)
    assert np.isin(history.participant, russian.participant).all()


def test_a_year_of_the_region_has_about_600_000_works():
    """Kuzbass: 0.55–0.65 million by cohorts; earlier years a tenth of it each."""
    counts = dict.fromkeys((2024, 2025, 2026), 0)
    for school in SCHOOLS:
        for spec in SPECS.values():
            counts[spec.year] += len(sitting(school, spec, SEED)[1])

    assert 550_000 < counts[2026] < 650_000
    assert 0.08 < counts[2024] / counts[2026] < 0.12
    assert 0.08 < counts[2025] / counts[2026] < 0.12


def test_schools_differ_by_a_fifth_of_the_variance_of_ability():
    """The simulation protocol asks for 0.15–0.25 of the variance of ability in one subject."""
    rng = np.random.default_rng(7)
    general = [cohort(school, YEAR - 4, SEED).ability for school in SCHOOLS]
    groups = [ability + rng.normal(0, SUBJECT_SD, len(ability)) for ability in general]

    assert np.concatenate(groups).var() == pytest.approx(1, abs=0.1)
    assert 0.15 < intraclass(groups) < 0.25


def test_schools_differ_in_scores_nearly_as_much(grade_4):
    """Scores are less reliable than ability, so the share is somewhat lower."""
    groups = [p.score[p.present] for p in grade_4.values() if p.present.sum() > 1]

    assert 0.10 < intraclass(groups) < 0.22


def intraclass(groups):
    """Donner (1986), Int. Stat. Rev. 54, 67–82: the analysis-of-variance estimator."""
    sizes = np.array([len(group) for group in groups])
    means = np.array([group.mean() for group in groups])
    total, k = sizes.sum(), len(groups)
    between = (sizes * (means - np.concatenate(groups).mean()) ** 2).sum() / (k - 1)
    within = sum(((g - g.mean()) ** 2).sum() for g in groups) / (total - k)
    typical = (total - (sizes**2).sum() / total) / (k - 1)
    return (between - within) / (between + (typical - 1) * within)


def test_marks_and_absences_are_as_common_as_in_reality(grade_4):
    scores = np.concatenate([p.score[p.present] for p in grade_4.values()])
    absent = 1 - np.concatenate([p.present for p in grade_4.values()]).mean()
    shares = np.bincount(marks_of(scores, SPECS["ru4-2026"].borders), minlength=6) / len(scores)

    assert 0.60 < scores.mean() / 24 < 0.72
    assert 0.05 < absent < 0.08
    assert 0.03 < shares[2] < 0.15
    assert 0.20 < shares[3] < 0.40
    assert 0.30 < shares[4] < 0.50
    assert 0.10 < shares[5] < 0.30


def test_the_weak_are_absent_and_leave_tasks_untouched_more_often(grade_4):
    marks = np.concatenate([p.journal_mark for p in grade_4.values()])
    present = np.concatenate([p.present for p in grade_4.values()])
    points = np.concatenate([p.points for p in grade_4.values()])
    weak, strong = (marks == 2) | (marks == 3), marks == 5

    def untouched(group):
        """Of the tasks without a point, the share that was not begun."""
        failed = points[group & present]
        return (failed == -1).sum() / (failed <= 0).sum()

    assert present[weak].mean() < present[strong].mean()
    assert untouched(weak) > 1.5 * untouched(strong)


def test_journal_marks_agree_with_the_work_for_a_half_of_pupils(grade_4):
    pupils = grade_4.values()
    journal = np.concatenate([p.journal_mark[p.present] for p in pupils])
    marks = marks_of(
        np.concatenate([p.score[p.present] for p in pupils]), SPECS["ru4-2026"].borders
    )
    rated = journal > 0

    assert 0.45 < (journal == marks)[rated].mean() < 0.75
    assert abs((journal - marks)[rated].mean()) < 0.4


def test_the_two_variants_are_dealt_evenly(grade_4):
    variants = np.concatenate([p.variant[p.present] for p in grade_4.values()])

    assert 0.48 < (variants == 1).mean() < 0.52


def test_what_a_class_was_taught_better_shows_in_both_of_its_halves(monkeypatch):
    taught = agreement_of_halves()
    monkeypatch.setattr(population, "DIF_SD", 0)

    assert taught > 2 * agreement_of_halves() > 0


def agreement_of_halves():
    """Correlation of the task profiles of each class's even and odd pupils.

    A little remains without class × task effects: ability moves easy and hard tasks unequally.
    """
    spec = SPECS["ru4-2026"]
    halves = [[], []]
    for school in SCHOOLS[:100]:
        pupils = honest_results(school, spec, SEED)
        shares = np.maximum(pupils.points, 0) / np.array(spec.max_points)
        for number in np.unique(pupils.class_number):
            rows = shares[(pupils.class_number == number) & pupils.present]
            if len(rows) > 15:
                halves[0].append(rows[::2].mean(axis=0))
                halves[1].append(rows[1::2].mean(axis=0))
    profiles = [np.array(half) - np.mean(half, axis=0) for half in halves]
    profiles = [profile - profile.mean(axis=1, keepdims=True) for profile in profiles]
    return np.corrcoef(profiles[0].ravel(), profiles[1].ravel())[0, 1]


def test_lyceums_stand_above_and_villages_below_the_ordinary_town_schools(grade_4):
    def mean(chosen):
        scores = [p.score[p.present] for code, p in grade_4.items() if chosen(BY_CODE[code])]
        return np.concatenate(scores).mean()

    lyceum = mean(lambda school: school.school_type is SchoolType.LYCEUM)
    town = mean(lambda s: s.school_type is SchoolType.SECONDARY and not s.rural)
    village = mean(lambda s: s.school_type is SchoolType.SECONDARY and s.rural)

    assert village < town - 0.3
    assert lyceum > town + 2


def test_a_cohort_is_the_same_children_a_year_later():
    school = BY_CODE["edu420001"]
    before = honest_results(school, SPECS["ru4-2025"], SEED)
    after = honest_results(school, SPECS["ru5-2026"], SEED)
    both = before.present & after.present

    assert len(before) == len(after)
    assert np.corrcoef(before.score[both], after.score[both])[0, 1] > 0.4
