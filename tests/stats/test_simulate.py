"""The simulator: its laws, what it is known to look like, and that doses do what they say."""

import csv
import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from monitoring.stats.engine import Holding
from monitoring.stats.simulate import region, sitting, sittings
from monitoring.stats.simulation import acts
from monitoring.stats.simulation.files import school_code, write
from monitoring.stats.simulation.plan import DOSES, LYCEUM, Decoy, Dose, Kind, Plan
from monitoring.stats.simulation.pupils import honest

SMALL = Plan(schools=60, municipalities=4, works=3, lenient_centres=0)
LARGE = Plan(schools=300, works=6)
ALL = "school", "class_number", "points", "marks", "journal_marks", "present"


def same(one, other, *names):
    return all(np.array_equal(getattr(one.rows, n), getattr(other.rows, n)) for n in names or ALL)


def only(kind, dose=Dose.MEDIUM, **more):
    """A region in which a fifth of the schools does one thing at one dose, and no decoys are."""
    plan = Plan(schools=80, municipalities=4, works=2, manipulated=0.2, kinds=(kind,),
                doses=(dose,), decoys=0, lenient_centres=0, **more)  # fmt: skip
    return region(plan, seed=5)


def alpha(points):
    """Cronbach (1951), eq. 2."""
    earned = np.maximum(points, 0)
    items = earned.shape[1]
    return items / (items - 1) * (1 - earned.var(axis=0).sum() / earned.sum(axis=1).var())


def intraclass(values, group):
    """Donner (1986), Int. Stat. Rev. 54, 67–82: the analysis-of-variance estimator."""
    sizes = np.bincount(group)
    sizes, means = (
        sizes[sizes > 0],
        np.bincount(group, weights=values)[sizes > 0] / sizes[sizes > 0],
    )
    total, k = sizes.sum(), len(sizes)
    between = (sizes * (means - values.mean()) ** 2).sum() / (k - 1)
    within = ((values**2).sum() - (sizes * means**2).sum()) / (total - k)
    typical = (total - (sizes**2).sum() / total) / (k - 1)
    return (between - within) / (between + (typical - 1) * within)


# seeds


def test_the_same_seed_makes_the_same_region_in_any_order():
    first = list(sittings(region(SMALL, seed=3)))

    again = region(SMALL, seed=3)
    backwards = [sitting(again, number) for number in (2, 1, 0)][::-1]

    assert all(same(one, other) for one, other in zip(first, backwards, strict=True))


def test_another_seed_makes_another_region():
    one, other = (sitting(region(SMALL, seed=seed), 0) for seed in (3, 4))

    assert one.work.max_points.tolist() != other.work.max_points.tolist()


# what rows look like


@pytest.mark.parametrize("number", range(3))
def test_rows_hold_together(number):
    made = sitting(region(SMALL, seed=1), number)
    rows, here = made.rows, made.rows.present
    score = np.maximum(rows.points, 0).sum(axis=1)

    assert 8 <= len(made.work.max_points) <= 18
    assert (rows.points <= made.work.max_points).all()
    assert (rows.points[here] >= -1).all()
    assert (rows.points[~here] == -2).all()
    assert not made.variant[~here].any()
    assert set(made.variant[here]) == {1, 2}
    assert set(rows.journal_marks) <= {0, 2, 3, 4, 5}
    for mark, low, high in zip(
        (2, 3, 4, 5), (0, *made.work.borders), (*made.work.borders, 99), strict=True
    ):
        assert ((score[rows.marks == mark] >= low) & (score[rows.marks == mark] < high)).all()
    assert not rows.marks[~here].any()


def test_a_pupil_keeps_the_code_in_works_and_years_and_shares_it_with_no_schoolmate():
    plan = Plan(schools=30, municipalities=3, works=6, years=(2025, 2026))
    made = list(sittings(region(plan, seed=1)))
    fourth, fifth = made[0], made[7]  # grade 4 in 2025, grade 5 in 2026

    for one in made:
        pairs = set(zip(one.rows.school.tolist(), one.participant.tolist(), strict=True))
        assert len(pairs) == len(one.participant)
    assert (fourth.work.grade, fifth.work.grade) == (4, 5)
    assert np.array_equal(fourth.participant, fifth.participant)
    both = fourth.rows.present & fifth.rows.present
    scores = [np.maximum(one.rows.points, 0).sum(axis=1)[both] for one in (fourth, fifth)]
    assert np.corrcoef(*scores)[0, 1] > 0.4


def test_works_are_as_reliable_as_school_examinations_are():
    """Works of 8–18 tasks in the grades 4–8 have an alpha of 0.65–0.9, longer ones a higher."""
    made = [one.rows.points[one.rows.present] for one in sittings(region(LARGE, seed=2))]
    alphas = [alpha(points) for points in made]

    assert 0.65 < min(alphas) < max(alphas) < 0.9
    assert np.corrcoef(alphas, [points.shape[1] for points in made])[0, 1] > 0.5


@pytest.mark.parametrize("icc", [0.15, 0.25])
def test_schools_differ_by_the_share_asked_for(icc):
    """By another road: scores between schools, corrected for the scores' unreliability.

    Classes (0.09) and subjects (0.01) put a little of their own between schools.
    """
    plan = Plan(schools=600, works=1, manipulated=0, decoys=0, lenient_centres=0, icc=icc)
    made = sitting(region(plan, seed=7), 0)
    points = made.rows.points[made.rows.present]
    scores = np.maximum(points, 0).sum(axis=1).astype(float)

    found = intraclass(scores, made.rows.school[made.rows.present]) / alpha(points)

    assert found == pytest.approx(icc + 0.03, abs=0.04)


def test_marks_absences_and_journals_are_as_common_as_in_reality():
    """Published distributions: few «2», half of the journal's marks confirmed, 5–8 % absent."""
    for one in list(sittings(region(LARGE, seed=2)))[:3]:
        here = one.rows.present & (one.rows.journal_marks > 0)
        shares = np.bincount(one.rows.marks[one.rows.present], minlength=6) / one.rows.present.sum()
        agree = (one.rows.marks == one.rows.journal_marks)[here].mean()

        assert 0.02 < shares[2] < 0.15
        assert 0.1 < shares[5] < 0.4
        assert 0.4 < agree < 0.75
        assert 0.05 < 1 - one.rows.present.mean() < 0.09


def test_a_controlled_work_is_honest_and_written_by_a_tenth_of_the_schools():
    invented = region(Plan(schools=300, works=2, controlled=1), seed=1)
    usual, controlled = sitting(invented, 0), sitting(invented, 2)

    assert len(invented) == 3
    assert controlled.work.holding is Holding.CONTROLLED
    assert (controlled.work.subject, controlled.work.grade) == (
        usual.work.subject,
        usual.work.grade,
    )
    assert 15 < len(np.unique(controlled.rows.school)) < 50
    assert same(controlled, honest(invented, 2))


# what is done


@pytest.mark.parametrize("kind", DOSES)
def test_only_the_schools_of_the_truth_are_touched(kind):
    invented = only(kind)
    for number, made in enumerate(sittings(invented)):
        before, after = honest(invented, number).rows, made.rows
        changed = (before.points != after.points).any(axis=1)
        changed |= before.journal_marks != after.journal_marks

        assert changed.any()
        assert not invented.truth.honest[after.school[changed]].any()


@pytest.mark.parametrize(
    ("kind", "untouched"),
    [
        (Kind.HELP, ("school", "journal_marks", "present")),
        (Kind.COPYING, ("school", "journal_marks", "present")),
        (Kind.BORDERS, ("school", "journal_marks", "present")),
        (Kind.ABSENCE, ("school", "journal_marks")),
        (Kind.JOURNAL, ("school", "points", "marks", "present")),
    ],
)
def test_an_act_changes_what_it_names_and_nothing_else(kind, untouched):
    invented = only(kind)

    assert same(sitting(invented, 0), honest(invented, 0), *untouched)


def effects(kind, dose):
    """Honest and real rows of the pupils whom the act could concern, and the work."""
    invented = only(kind, dose)
    before, made = honest(invented, 0), sitting(invented, 0)
    return made.work, before.rows, made.rows, ~invented.truth.honest[made.rows.school]


@pytest.mark.parametrize("dose", Dose)
def test_help_tells_two_tasks_of_a_school_to_the_share_of_pupils(dose):
    work, before, after, there = effects(Kind.HELP, dose)
    rows = there & before.present
    gained = (after.points > before.points)[rows]
    full = (after.points == work.max_points)[rows]
    for school in np.unique(before.school[rows]):
        own = before.school[rows] == school
        assert gained[own].any(axis=0).sum() <= 2

    lacking = (before.points < work.max_points)[rows] & gained.any(axis=0)
    assert (after.points >= before.points)[rows].all()
    assert full[gained].all()
    told = [
        gained[own := before.school[rows] == school].sum()
        / lacking[own][:, gained[own].any(axis=0)].sum()
        for school in np.unique(before.school[rows])
        if (before.school[rows] == school).sum() > 60
    ]
    assert np.mean(told) == pytest.approx(DOSES[Kind.HELP][dose], abs=0.08)


@pytest.mark.parametrize("dose", Dose)
def test_that_share_of_near_papers_lands_exactly_on_a_border(dose):
    work, before, after, there = effects(Kind.BORDERS, dose)
    old, new = (np.maximum(rows.points, 0).sum(axis=1) for rows in (before, after))
    edges = np.array(work.borders)
    below = edges - old[:, None]
    near = there & before.present & ((below >= 1) & (below <= 3)).any(axis=1)

    assert not (new != old)[~near].any()
    assert np.isin(new[new != old], edges).all()
    assert (new != old)[near].mean() == pytest.approx(DOSES[Kind.BORDERS][dose], abs=0.08)


@pytest.mark.parametrize("dose", Dose)
def test_that_share_of_the_journals_marks_is_one_higher(dose):
    _, before, after, there = effects(Kind.JOURNAL, dose)
    could = there & (before.journal_marks >= 2) & (before.journal_marks < 5)
    step = (after.journal_marks - before.journal_marks)[could]

    assert set(step) == {0, 1}
    assert step.mean() == pytest.approx(DOSES[Kind.JOURNAL][dose], abs=0.05)


@pytest.mark.parametrize("dose", Dose)
def test_that_share_of_pupils_stays_away_and_they_are_the_weak(dose):
    _, before, after, there = effects(Kind.ABSENCE, dose)
    came, kept = there & before.present, there & before.present & ~after.present
    score = np.maximum(before.points, 0).sum(axis=1)

    assert kept.sum() / came.sum() == pytest.approx(DOSES[Kind.ABSENCE][dose], abs=0.02)
    assert score[kept].mean() < score[came].mean() - 1.2 * score[came].std()


def closest(rows, there, group):
    """The mean, over pupils, of the largest share of equal answers with a classmate."""
    best = []
    for number in np.unique(group[there]):
        answers = rows.points[there & (group == number)]
        alike = (answers[:, None, :] == answers[None, :, :]).mean(axis=2)
        np.fill_diagonal(alike, 0)
        best.extend(alike.max(axis=1))
    return np.mean(best)


def test_the_more_is_copied_the_more_alike_papers_are():
    found = []
    for dose in Dose:
        _, before, after, there = effects(Kind.COPYING, dose)
        group = 100 * after.school + after.class_number
        found.append(closest(after, there & after.present, group))
        plain = closest(before, there & before.present, group)

    assert plain < found[0] < found[1] < found[2]


def test_reach_is_the_share_of_works_in_which_a_school_does_it():
    wide = region(Plan(schools=400, works=10, reach=0.3), seed=1)
    doing = wide.touched[~wide.truth.honest]

    assert doing.any(axis=1).all()
    assert doing.mean() == pytest.approx(0.3, abs=0.03)
    assert not wide.touched[wide.truth.honest].any()


# truth


def test_the_truth_counts_what_the_plan_asked_for():
    truth = region(Plan(schools=600, decoys=0.02), seed=1).truth
    kinds, decoys = Counter(truth.kind.tolist()), Counter(truth.decoy.tolist())
    doses = Counter(truth.dose[~truth.honest].tolist())

    assert 600 - kinds["honest"] == 90
    assert {kinds[kind] for kind in (*DOSES, Kind.MIXTURE)} == {15}
    assert set(doses.values()) == {30}
    assert all(
        decoys[decoy] == 12 for decoy in Decoy if decoy not in (Decoy.NONE, Decoy.LENIENT_CENTRE)
    )
    assert truth.honest[truth.decoy != Decoy.NONE].all()


def test_decoys_are_what_they_are_said_to_be():
    invented = region(Plan(schools=600, works=3, decoys=0.02), seed=1)
    made = sitting(invented, 0)
    rows, decoy = made.rows, invented.truth.decoy
    score = np.maximum(rows.points, 0).sum(axis=1)

    def scores(schools):
        return score[rows.present & schools[rows.school]]

    strong = decoy == Decoy.STRONG_LYCEUM
    assert (invented.schools.stratum[strong] == LYCEUM).all()
    assert scores(strong).mean() > scores(~strong).mean() + 0.8 * score[rows.present].std()
    sizes = np.bincount(rows.school, minlength=600)
    assert sizes[decoy == Decoy.TINY_CLASS].max() <= 8
    three, four, five = made.work.borders
    just_below = [(s == [[three - 1], [four - 1], [five - 1]]).any(axis=0).mean() for s in
                  (scores(decoy == Decoy.LENIENT_CENTRE), scores(decoy == Decoy.NONE))]  # fmt: skip
    assert just_below[0] < 0.75 * just_below[1]
    assert len(np.unique(invented.schools.municipality[decoy == Decoy.LENIENT_CENTRE])) == 1


# acts on any data

MAXIMA = np.array([1, 2, 3, 1, 2])
PAPERS = hnp.arrays(np.int16, (12, 5), elements=st.integers(-1, 1)).map(
    lambda points: np.minimum(points, MAXIMA).astype(np.int16)
)
HERE = hnp.arrays(np.bool_, 12)


@settings(max_examples=100, deadline=None)
@given(points=PAPERS, present=HERE, seed=st.integers(0, 99))
def test_lifting_never_lowers_a_task_nor_exceeds_its_maximum(points, present, seed):
    rng = np.random.default_rng(seed)
    after = acts.lifted(points, present, MAXIMA, (3, 5, 7), np.ones(12), rng)
    scores = acts.scores_of(after)

    assert (after >= points).all()
    assert (after <= MAXIMA).all()
    assert np.array_equal(after[~present], points[~present])
    # every score from 0 to 6 here is within three points of a border and has room to reach it
    assert np.isin(scores[present], [3, 5, 7, 8, 9]).all()


@settings(max_examples=100, deadline=None)
@given(points=PAPERS, free=hnp.arrays(np.bool_, 5), seed=st.integers(0, 99))
def test_lifting_leaves_tasks_that_may_not_be_changed(points, free, seed):
    rng, all_present = np.random.default_rng(seed), np.ones(12, dtype=bool)
    after = acts.lifted(points, all_present, MAXIMA, (3, 5, 7), np.ones(12), rng, free=free)

    assert np.array_equal(after[:, ~free], points[:, ~free])


@settings(max_examples=100, deadline=None)
@given(
    present=HERE,
    strength=hnp.arrays(np.int64, 12, elements=st.integers(0, 9)),
    school=hnp.arrays(np.int64, 12, elements=st.integers(0, 2)),
    share=st.floats(0, 1),
)
def test_of_each_school_the_weakest_stay_away(present, strength, school, share):
    stayed = acts.kept_away(present, strength, school, np.full(12, share))

    assert not (stayed & ~present).any()
    for number in range(3):
        came, away = present & (school == number), present & ~stayed & (school == number)
        assert away.sum() == np.rint(share * came.sum())
        if away.any() and (came & stayed).any():
            assert strength[away].max() <= strength[came & stayed].min()


@settings(max_examples=100, deadline=None)
@given(points=PAPERS, present=HERE, seed=st.integers(0, 99))
def test_who_copies_only_repeats_the_best_of_the_group(points, present, seed):
    group = np.repeat([0, 1], 6)
    after = acts.copied(points, present, group, np.ones(12), np.random.default_rng(seed))
    scores = acts.scores_of(points)

    assert np.array_equal(after[~present], points[~present])
    for number in (0, 1):
        here = present & (group == number)
        if here.any():
            best = [row for row in points[here] if row.clip(0).sum() == scores[here].max()]
            assert any(((after[here] == row) | (after[here] == points[here])).all() for row in best)


# files


def test_files_hold_the_rows_and_nothing_else(tmp_path):
    invented = region(SMALL, seed=1)
    made = list(sittings(invented))

    count = write(invented, sittings(invented), tmp_path)

    with (tmp_path / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert count == len(rows) == sum(len(one.participant) for one in made)
    works = json.loads((tmp_path / "works.json").read_text())
    assert [work["code"] for work in works] == [one.work.code for one in made]
    assert works[1]["mark_borders"] == list(made[1].work.borders)
    second = [row for row in rows if row["work"] == made[1].work.code]
    for index, row in enumerate(second):
        one = made[1].rows
        assert row["school"] == school_code(one.school[index])
        assert row["participant"] == str(made[1].participant[index])
        tasks = [row[f"t{number}"] for number in range(1, 19)]
        own = one.points[index].tolist()
        if one.present[index]:
            assert tasks[: len(own)] == [("X" if point == -1 else str(point)) for point in own]
            assert row["score"] == str(sum(point for point in own if point > 0))
            assert row["mark"] == str(one.marks[index])
        else:
            assert row["variant"] == row["mark"] == row["score"] == ""
            assert not any(tasks)
        assert not any(tasks[len(own) :])


def test_the_file_of_schools_names_each_with_its_place(tmp_path):
    invented = region(SMALL, seed=1)

    write(invented, [], tmp_path)

    with (tmp_path / "schools.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["school"] for row in rows] == [school_code(number) for number in range(60)]
    assert {row["stratum"] for row in rows} == {"городская", "лицей", "сельская"}
    assert {len(row["municipality"]) for row in rows} == {10}
