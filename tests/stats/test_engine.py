"""The engine: rows to findings, findings to signals."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.stats.combination import index
from monitoring.stats.engine import (
    COUNTED,
    LEADING,
    Examined,
    Holding,
    Rows,
    Schools,
    Tier,
    Work,
    assess,
    examine,
    linked,
)
from monitoring.stats.findings import FAMILY, Family, Method, Status
from monitoring.stats.settings import Settings
from tests.stats.honest import BORDERS, MAX_POINTS, honest_rows, marks_of

N = 120
SCHOOLS = Schools(np.arange(N) % 8, np.arange(N) % 3)


def work(code="w0", **changes) -> Work:
    return replace(Work(code, "mathematics", 6, 2026, MAX_POINTS, BORDERS), **changes)


def same_findings(one: Examined, other: Examined, schools=slice(None)) -> bool:
    """Pairs are weighed in single precision, so sums in another order differ in the sixth digit."""
    return all(
        np.allclose(
            getattr(one.tested[m].schools, name),
            getattr(found.schools, name)[schools],
            rtol=1e-5,
            atol=1e-5,
        )
        for m, found in other.tested.items()
        for name in ("statistic", "p_value", "effect", "n")
    )


def remarked(rows: Rows, points) -> Rows:
    """The same pupils with other points, and the marks these give."""
    return replace(rows, points=points, marks=marks_of(np.maximum(points, 0).sum(axis=1)))


def lifted_over_borders(rows: Rows, who) -> Rows:
    """Pupils one to three points below a border get what they miss, task after task."""
    points = rows.points.copy()
    for row in np.flatnonzero(who):
        missing = min((b - points[row].sum() for b in BORDERS if b > points[row].sum()), default=9)
        for task in np.argsort(-(MAX_POINTS - points[row]), kind="stable"):
            if missing > 3 or missing <= 0:
                break
            added = min(missing, MAX_POINTS[task] - points[row, task])
            points[row, task] += added
            missing -= added
    return remarked(rows, points)


@pytest.fixture(scope="module")
def honest_works():
    rng = np.random.default_rng(141)
    return [honest_rows(rng, N) for _ in range(3)]


@pytest.fixture(scope="module")
def honest(honest_works):
    return [examine(work(f"w{n}"), rows, SCHOOLS) for n, rows in enumerate(honest_works)]


@pytest.fixture(scope="module")
def suspects(honest_works):
    """Schools 0–5 lift over borders and are helped in two tasks, in every work."""
    chosen = np.arange(6)
    works = []
    for number, rows in enumerate(honest_works):
        points = rows.points.copy()
        helped = np.isin(rows.school, chosen)
        hard = np.argsort(points.mean(axis=0) / MAX_POINTS)[:2]
        points[np.ix_(helped, hard)] = MAX_POINTS[hard]
        moved = lifted_over_borders(remarked(rows, points), helped)
        works.append(examine(work(f"w{number}"), moved, SCHOOLS))
    return works


def test_honest_schools_keep_the_nominal_rates():
    rng = np.random.default_rng(142)
    p, red, amber, index_ = [], 0, 0, []
    for _ in range(4):
        rows = [honest_rows(rng, 250) for _ in range(3)]
        schools = Schools(np.arange(250) % 15, np.arange(250) % 3)
        found = assess([examine(work(f"w{n}"), r, schools) for n, r in enumerate(rows)], schools)
        p.append(found.p_value)
        index_.append(found.index)
        red += (found.tier == Tier.RED).sum()
        amber += (found.tier == Tier.AMBER).sum()

    p = np.concatenate(p)
    assert 0.02 < (p < 0.05).mean() < 0.09
    assert (p < 0.01).mean() < 0.02
    assert red <= 1
    assert amber <= 12
    assert np.median(np.concatenate(index_)) < 10


def test_schools_that_lift_and_help_are_signals_and_hardly_any_other(suspects):
    found = assess(suspects, SCHOOLS)

    assert (found.tier[:6] == Tier.RED).all()
    assert (found.tier[6:] == Tier.RED).sum() <= 1
    assert found.index[:6].min() > np.sort(found.index[6:])[-5]
    for family in (Family.BORDERS, Family.TASKS):
        assert (found.evidence[family].p_value[:6] < 0.01).mean() > 0.8


def test_evidence_names_where_it_lies(suspects):
    found = assess(suspects, SCHOOLS)

    for family, evidence in found.evidence.items():
        assert all(FAMILY[Method(str(name))] == family for name in evidence.method)
        for school in range(6):
            at, klass = evidence.work[school], evidence.class_number[school]
            assert -1 <= at < len(suspects)
            if klass >= 0:
                one = suspects[at]
                [place] = np.flatnonzero(one.class_number == klass)
                assert one.class_school[place] == school


# Order and names.


def test_the_order_of_rows_does_not_matter(honest_works, honest):
    order = np.random.default_rng(143).permutation(len(honest_works[0].school))
    rows = Rows(*(getattr(honest_works[0], field.name)[order] for field in fields(Rows)))

    again = examine(work(), rows, SCHOOLS)

    assert same_findings(again, honest[0])
    assert np.array_equal(again.class_number, honest[0].class_number)


def test_the_numbers_of_classes_do_not_matter(honest_works, honest):
    rows = honest_works[0]
    name = np.random.default_rng(144).permutation(int(rows.class_number.max()) + 1)

    again = examine(work(), replace(rows, class_number=name[rows.class_number]), SCHOOLS)

    assert same_findings(again, honest[0])


def test_the_order_of_schools_does_not_matter(honest_works, suspects):
    order = np.random.default_rng(145).permutation(N)
    place = np.argsort(order)
    schools = Schools(SCHOOLS.municipality[order], SCHOOLS.stratum[order])
    before = [examine(work(f"w{n}"), r, SCHOOLS) for n, r in enumerate(honest_works)]
    after = [
        examine(work(f"w{n}"), replace(r, school=place[r.school]), schools)
        for n, r in enumerate(honest_works)
    ]

    assert all(same_findings(b, a, place) for b, a in zip(before, after, strict=True))
    one, other = assess(before, SCHOOLS), assess(after, schools)
    assert other.p_value == pytest.approx(one.p_value[order], rel=1e-6)
    assert other.index == pytest.approx(one.index[order])
    assert np.array_equal(other.tier, one.tier[order])


@given(order=st.permutations(range(3)))
def test_the_order_of_works_does_not_matter(order, suspects):
    before = assess(suspects, SCHOOLS)
    after = assess([suspects[at] for at in order], SCHOOLS)

    assert after.p_value == pytest.approx(before.p_value, rel=1e-9)
    assert after.index == pytest.approx(before.index)
    assert np.array_equal(after.tier, before.tier)
    for family in Family:
        seen, was = after.evidence[family], before.evidence[family]
        assert [order[at] if at >= 0 else -1 for at in seen.work] == was.work.tolist()


def test_absent_pupils_points_are_not_looked_at(honest_works, honest):
    rows = honest_works[0]
    points = np.where(rows.present[:, None], rows.points, 0).astype(np.int16)

    assert same_findings(examine(work(), replace(rows, points=points), SCHOOLS), honest[0])


# More of it is never less of it.


def test_works_together_find_what_single_works_miss(honest_works):
    rng = np.random.default_rng(151)
    few = np.arange(N) < 8
    works = []
    for number, rows in enumerate(honest_works):
        some = few[rows.school] & (rng.random(len(rows.school)) < 0.5)
        works.append(examine(work(f"w{number}"), lifted_over_borders(rows, some), SCHOOLS))

    together = assess(works, SCHOOLS).pooled[Method.BORDER_NOTCH]
    alone = [one.tested[Method.BORDER_NOTCH].schools for one in works]

    assert np.median(together.p_value[few]) < min(np.median(one.p_value[few]) for one in alone)
    assert (together.p_value[~few] < 0.01).mean() < 0.03
    assert np.array_equal(together.n, sum(one.n for one in alone))


@pytest.mark.parametrize("school", [4, 17, 60])
def test_the_more_works_a_school_lifts_the_further_its_notch_stands_out(honest_works, school):
    rows = honest_works[0]
    own = np.flatnonzero(rows.school == school)
    own = np.random.default_rng(146).permutation(own)
    z = []
    for share in (0, 0.3, 0.6, 1):
        who = np.isin(np.arange(len(rows.school)), own[: int(share * len(own))])
        tested = examine(work(), lifted_over_borders(rows, who), SCHOOLS).tested
        z.append(tested[Method.BORDER_NOTCH].schools.statistic[school])

    assert (np.diff(z) > -0.1).all()
    assert z[-1] > z[0] + 1


def test_raised_journals_stand_out_the_more_the_more_are_raised(honest_works):
    rows = honest_works[0]
    own = np.flatnonzero(rows.school == 17)
    z = []
    for share in (0, 0.5, 1):
        journal = rows.journal_marks.copy()
        some = own[: int(share * len(own))]
        journal[some] = np.minimum(journal[some] + 1, 5)
        tested = examine(work(), replace(rows, journal_marks=journal), SCHOOLS).tested
        z.append(tested[Method.JOURNAL_SHIFT].schools.statistic[17])

    assert (np.diff(z) > 0.2).all()


# Tiers and the index.


def test_the_index_is_its_parts_added_up(suspects):
    """What is shown beside a school adds up to its index: prior odds times those of each part."""
    rules = Settings()
    found = assess(suspects, SCHOOLS, rules)

    for school in range(0, N, 7):
        odds = rules.prior / (1 - rules.prior)
        for family in Family:
            odds *= 10 ** (rules.weights[family] * found.evidence[family].decibans[school] / 10)
        assert found.index[school] == pytest.approx(100 * odds / (1 + odds))
    nothing = index(np.zeros((1, 6)), rules.prior)
    assert found.index.min() < nothing[0] < found.index.max()


def test_a_signal_needs_two_families_and_one_of_the_leading(suspects):
    rules = Settings()
    found = assess(suspects, SCHOOLS, rules)
    p = {family: found.evidence[family].p_value for family in Family}
    strong = np.sum([p[family] < rules.family_p for family in COUNTED], axis=0)
    leading = np.any([p[family] < rules.family_p for family in LEADING], axis=0)

    red = found.tier == Tier.RED
    assert red.any()
    assert (strong[red] >= 2).all()
    assert leading[red].all()
    assert (found.q_value[red] <= rules.red_q).all()


def only(examined, *methods) -> list[Examined]:
    return [replace(one, tested={m: one.tested[m] for m in methods}) for one in examined]


@pytest.mark.parametrize("family", Family)
def test_one_family_alone_is_never_a_signal(suspects, family):
    own = (method for method in suspects[0].tested if FAMILY[method] == family)

    found = assess(only(suspects, *own), SCHOOLS)

    assert (found.tier != Tier.RED).all()


def test_level_alone_never_flags():
    """Four schools far above and four far below all others, in all works, honestly."""
    rng = np.random.default_rng(147)
    stronger = np.where(np.arange(N) < 4, 1.5, 0.0) - np.where(np.arange(N) >= N - 4, 1.2, 0.0)
    works = [
        examine(work(f"w{number}"), honest_rows(rng, N, stronger), SCHOOLS) for number in range(4)
    ]

    found, by_level = assess(works, SCHOOLS), assess(only(works, Method.LEVEL), SCHOOLS)

    assert (found.pooled[Method.LEVEL].statistic[:4] > 2).all()
    assert (found.tier[:4] == Tier.NONE).all()
    assert (found.tier[-4:] == Tier.NONE).all()
    assert (by_level.tier == Tier.INSUFFICIENT).all()
    assert (by_level.index <= 5 + 1e-9).all()


def test_nine_pupils_in_all_works_are_insufficient_and_ten_are_not(honest_works):
    rows = honest_works[0]
    kept = np.ones(len(rows.school), dtype=bool)
    for school, size in ((3, 9), (4, 10)):
        wrote = np.flatnonzero((rows.school == school) & rows.present)
        kept[rows.school == school] = False
        kept[wrote[:size]] = True
    few = Rows(*(getattr(rows, field.name)[kept] for field in fields(Rows)))

    found = assess([examine(work(), few, SCHOOLS)], SCHOOLS)

    assert found.participants[[3, 4]].tolist() == [9, 10]
    assert found.tier[3] == Tier.INSUFFICIENT
    assert found.tier[4] != Tier.INSUFFICIENT
    assert found.p_value[3] == 1


def test_stricter_settings_never_add_signals(suspects):
    usual = assess(suspects, SCHOOLS)
    strict = assess(suspects, SCHOOLS, Settings(red_q=0.001, amber_q=0.005, amber_p=1e-7))

    order = [Tier.INSUFFICIENT, Tier.NONE, Tier.AMBER, Tier.RED]
    for before, after in zip(usual.tier, strict.tier, strict=True):
        assert order.index(after) <= order.index(before)


def test_a_method_without_a_share_is_not_heard(suspects):
    shares = Settings().shares | {Method.TASK_PROFILE: 0.0}
    silenced = [
        replace(one, tested={m: t for m, t in one.tested.items() if m != Method.TASK_PROFILE})
        for one in suspects
    ]

    unheard = assess(suspects, SCHOOLS, Settings(shares=shares))

    assert unheard.p_value == pytest.approx(assess(silenced, SCHOOLS).p_value)


# Works without this or that.


@pytest.mark.parametrize("code", [-2, -1, 0])
def test_a_class_that_was_not_taught_a_task_is_not_held_to_the_totals_of_others(honest_works, code):
    """Without its points in one task it seems to do better in all others; however that is coded."""
    rows = honest_works[0]
    large = int(np.flatnonzero(np.bincount(rows.school) > 60)[0])
    first = int(rows.class_number[rows.school == large].min())
    of_class = (rows.school == large) & (rows.class_number == first)
    points = rows.points.copy()
    points[of_class, 3] = code

    found = examine(work(), remarked(rows, points), SCHOOLS)

    at = (found.class_school == large) & (found.class_number == first)
    for method in (Method.TASK_PROFILE, Method.TASK_MAX, Method.TASK_CONTRAST, Method.SIMILARITY):
        one = found.tested[method]
        assert not one.classes.counted[at].any()
        assert one.classes.counted[(found.class_school == large) & ~at].any()
        assert one.schools.ok[large]
        left = (rows.present & (rows.school == large) & ~of_class).sum()
        assert one.schools.n[large] == left
    assert found.participants[large] == (rows.present & (rows.school == large)).sum()


def test_a_work_without_borders_has_no_notch_and_nothing_is_guessed(honest_works):
    rows = replace(honest_works[0], marks=0 * honest_works[0].marks)

    one = examine(work(borders=None), rows, SCHOOLS)
    found = assess([one], SCHOOLS)

    notch = one.tested[Method.BORDER_NOTCH]
    assert (notch.schools.status == Status.NO_SCALE).all()
    assert (notch.classes.status == Status.NO_SCALE).all()
    assert one.notches == ()
    assert (found.evidence[Family.BORDERS].p_value == 1).all()
    assert not found.evidence[Family.BORDERS].decibans.any()
    assert (one.tested[Method.JOURNAL_MIRROR].schools.status == Status.NO_SCALE).all()


def taken(rows: Rows, which) -> Rows:
    return Rows(*(getattr(rows, field.name)[which] for field in fields(Rows)))


STRANGE = {
    "nobody": lambda rows: taken(rows, np.zeros(len(rows.school), dtype=bool)),
    "all absent": lambda rows: replace(rows, present=np.zeros(len(rows.school), dtype=bool)),
    "one school": lambda rows: taken(rows, rows.school == 0),
    "nine schools": lambda rows: taken(rows, rows.school < 9),
    "ten schools": lambda rows: taken(rows, rows.school < 10),
    "classes of one": lambda rows: taken(rows, np.unique(rows.class_number, return_index=True)[1]),
    "all at the maximum": lambda rows: remarked(
        rows, np.tile(MAX_POINTS, (len(rows.school), 1)).astype(np.int16)
    ),
    "all at nothing": lambda rows: remarked(rows, 0 * rows.points),
    "nothing attempted": lambda rows: remarked(rows, 0 * rows.points - 1),
    "all alike": lambda rows: replace(
        remarked(rows, np.tile(rows.points[:1], (len(rows.school), 1))),
        journal_marks=0 * rows.journal_marks + 4,
    ),
    "no journal": lambda rows: replace(rows, journal_marks=0 * rows.journal_marks),
    "one journal mark": lambda rows: replace(rows, journal_marks=0 * rows.journal_marks + 5),
    "no marks": lambda rows: replace(rows, marks=0 * rows.marks),
    "few journals": lambda rows: replace(
        rows, journal_marks=np.where(rows.school < 12, rows.journal_marks, 0)
    ),
    "nobody absent": lambda rows: replace(rows, present=np.ones(len(rows.school), dtype=bool)),
}


def is_sound(one: Examined) -> bool:
    """No number is missing, and no p-value is any but one."""
    parts = [f for t in one.tested.values() for f in (t.schools, t.classes) if f is not None]
    numbers = [getattr(f, name) for f in parts for name in ("statistic", "p_value", "effect")]
    numbers += [getattr(one.reference, field.name) for field in fields(one.reference)]
    numbers += [np.array([n.share_missing, n.z, n.placebo]) for n in one.notches]
    return all(np.isfinite(n).all() for n in numbers) and all(
        ((f.p_value >= 0) & (f.p_value <= 1)).all() for f in parts
    )


@pytest.mark.parametrize("case", STRANGE)
def test_strange_works_are_no_trouble_and_no_signal(honest_works, case):
    one = examine(work(), STRANGE[case](honest_works[0]), SCHOOLS)
    found = assess([one], SCHOOLS)

    assert is_sound(one)
    assert np.isfinite(found.index).all()
    assert ((found.p_value >= 0) & (found.p_value <= 1)).all()
    assert (found.tier == Tier.RED).sum() <= 1


@pytest.mark.parametrize(
    ("max_points", "borders"),
    [([24], BORDERS), ([1], None), ([12, 12], BORDERS), ([1, 1], None), ([2, 1, 2], (2, 3, 5))],
)
def test_works_of_few_tasks_are_no_trouble_and_no_signal(honest_works, max_points, borders):
    rows, most = honest_works[0], np.array(max_points)
    share = rows.points.sum(axis=1) / MAX_POINTS.sum()
    draws = np.random.default_rng(148).normal(0, 0.1, (len(share), len(most)))
    points = np.clip(np.rint((share[:, None] + draws) * most), 0, most).astype(np.int16)

    one = examine(
        work(max_points=most, borders=borders),
        replace(rows, points=points, marks=0 * rows.marks),
        SCHOOLS,
    )

    assert is_sound(one)
    assert (assess([one], SCHOOLS).tier == Tier.RED).sum() <= 1


def test_a_year_without_works_says_nothing():
    found = assess([], SCHOOLS)

    assert (found.tier == Tier.INSUFFICIENT).all()
    assert found.index == pytest.approx(np.full(N, 5))
    assert not found.participants.any()


def test_schools_are_set_against_their_own_stratum(honest_works):
    """Where a whole kind of schools marks its journals mildly, none of them stands out by it."""
    mild = np.arange(N) < N // 2
    works = []
    for number, rows in enumerate(honest_works):
        raised = mild[rows.school] & (np.random.default_rng(152).random(len(rows.school)) < 0.4)
        journal = np.where(raised & (rows.journal_marks > 0), rows.journal_marks + 1, 0)
        journal = np.where(raised, np.minimum(journal, 5), rows.journal_marks)
        works.append(examine(work(f"w{number}"), replace(rows, journal_marks=journal), SCHOOLS))

    def usual(stratum):
        schools = Schools(SCHOOLS.municipality, stratum)
        return np.median(assess(works, schools).pooled[Method.JOURNAL_SHIFT].statistic[mild])

    together, apart = usual(np.zeros(N, dtype=int)), usual(mild.astype(int))

    assert together > 0.3
    assert abs(apart) < 0.6 * together
    # Kinds of fewer than thirty schools are no yardstick of their own.
    assert usual(np.arange(N) // 20) == pytest.approx(together)


def test_a_work_few_schools_wrote_leaves_the_others_as_they_were(suspects, honest_works):
    rows = taken(honest_works[1], honest_works[1].school >= N - 5)
    extra = examine(work("extra"), rows, SCHOOLS)

    before, after = assess(suspects, SCHOOLS), assess([*suspects, extra], SCHOOLS)

    assert after.p_value[:6] == pytest.approx(before.p_value[:6], rel=0.05)
    assert np.array_equal(after.tier[:6], before.tier[:6])


# Works that others are set against.


def with_means(examined: Examined, means, **changes) -> Examined:
    return replace(examined, work=replace(examined.work, **changes), mean=means, tested={})


def test_a_controlled_work_is_a_yardstick_and_says_nothing_against_a_school(suspects):
    usual = suspects[0]
    drop = np.where(np.arange(N) < 6, 0.25, 0.0)
    noise = np.random.default_rng(149).normal(0, 0.02, N)
    watched = with_means(
        suspects[1],
        np.clip(usual.mean - drop + noise, 0, 1),
        code="watched",
        holding=Holding.CONTROLLED,
    )
    watched = replace(watched, tested=suspects[1].tested)

    joined = linked([usual, watched])

    gaps = joined[0].tested[Method.EXTERNAL_GAP].schools
    assert not joined[1].tested
    assert set(np.argsort(gaps.p_value)[:6]) == set(range(6))
    assert gaps.effect[:6].mean() == pytest.approx(0.25, abs=0.06)
    again = linked(joined)
    assert same_findings(again[0], joined[0])
    assert not again[1].tested
    assert all(m == Method.EXTERNAL_GAP or m in usual.tested for m in joined[0].tested)


@pytest.mark.parametrize(
    "other",
    [
        {"subject": "russian", "holding": Holding.CONTROLLED},
        {"grade": 7, "holding": Holding.CONTROLLED},
        {"year": 2025, "holding": Holding.CONTROLLED},
        {"grade": 7, "year": 2026, "holding": Holding.EXTERNAL},
        {"holding": Holding.USUAL},
    ],
)
def test_works_of_other_pupils_are_no_yardstick(honest, other):
    watched = with_means(honest[1], honest[1].mean, code="other", **other)

    assert Method.EXTERNAL_GAP not in linked([honest[0], watched])[0].tested


def test_the_exam_a_year_later_is_a_yardstick(honest):
    exam = with_means(
        honest[0], honest[0].mean, code="exam", grade=7, year=2027, holding=Holding.EXTERNAL
    )

    assert linked([honest[0], exam])[0].tested[Method.EXTERNAL_GAP].schools.ok.any()


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_yardsticks_the_one_that_more_schools_can_be_held_to_counts(honest, order):
    """Two pupils a school sit the other exam, whose code comes after or before."""
    holding = {"grade": 7, "year": 2027, "holding": Holding.EXTERNAL}
    exam = with_means(honest[1], honest[1].mean, code="exam", **holding)
    rare = with_means(honest[1], honest[1].mean, code="rare", **holding)
    rare = replace(rare, participants=np.minimum(rare.participants, 2))

    joined = linked([honest[0]], [exam, rare][::order])

    alone = linked([honest[0]], [exam])
    found, expected = (one[0].tested[Method.EXTERNAL_GAP].schools for one in (joined, alone))
    assert found.ok.any()
    assert np.array_equal(found.statistic, expected.statistic)


def test_last_years_fourth_grade_is_set_against_this_years_fifth(honest):
    jump = np.where(np.arange(N) < 5, 0.3, 0.0)
    fifth = replace(honest[0], work=work("fifth", grade=5))
    noise = np.random.default_rng(150).normal(0, 0.02, N)
    fourth = with_means(
        honest[0], np.clip(fifth.mean + jump + noise, 0, 1), code="fourth", grade=4, year=2025
    )

    [joined] = linked([fifth], [fourth])
    found = joined.tested[Method.COHORT_JUMP].schools

    assert set(np.argsort(found.p_value)[:5]) == set(range(5))
    with_year, without = assess([fifth], SCHOOLS, before=[fourth]), assess([fifth], SCHOOLS)
    assert with_year.pooled[Method.COHORT_JUMP].ok.any()
    assert not without.pooled[Method.COHORT_JUMP].ok.any()
    # Level counts for the index and never for the p-value of a school.
    assert with_year.p_value == pytest.approx(without.p_value)
    assert np.array_equal(with_year.participants, fifth.participants)


def test_a_drop_never_weighs_more_than_the_leading_signs(honest):
    fifth = replace(honest[0], work=work("fifth", grade=5))
    jump = np.where(np.arange(N) < 5, 0.4, 0.0)
    fourth = with_means(
        honest[0], np.clip(fifth.mean + jump, 0, 1), code="fourth", grade=4, year=2025
    )

    evidence = assess([fifth], SCHOOLS, before=[fourth]).evidence

    leading = np.max([evidence[family].decibans for family in LEADING], axis=0, initial=0.0)
    assert (evidence[Family.LEVEL].decibans <= leading).all()


def test_schools_under_control_show_what_is_usual_for_all(honest_works):
    """Where nearly all lift, only those who were watched look as they should."""
    rows = honest_works[0]
    watched = np.arange(N) < 80
    all_else = ~watched[rows.school] & (rows.school % 2 == 0)
    moved = lifted_over_borders(rows, all_else)

    alone = examine(work(), moved, SCHOOLS).tested[Method.BORDER_NOTCH].schools
    beside = examine(work(), moved, SCHOOLS, watched).tested[Method.BORDER_NOTCH].schools

    sample = beside.statistic[watched & beside.ok]
    assert np.median(sample) == pytest.approx(0, abs=1e-9)
    lifting = ~watched & (np.arange(N) % 2 == 0) & alone.ok
    assert (beside.statistic[lifting].mean() - np.median(sample)) > 1
    # Of too few nothing is taken.
    few = examine(work(), moved, SCHOOLS, np.arange(N) < 20)
    assert np.array_equal(few.tested[Method.BORDER_NOTCH].schools.statistic, alone.statistic)


def test_calibration_counts_all_that_was_tested(honest):
    found = assess(honest, SCHOOLS)

    shares = found.calibration["methods"]
    assert set(shares) == set(Method)
    tested = sum(one.tested[Method.SIMILARITY].classes.ok.sum() for one in honest)
    assert shares[Method.SIMILARITY]["tested"] > tested
    assert 0.02 < shares[Method.SIMILARITY]["p<0.05"] < 0.08
    assert shares[Method.COHORT_JUMP] == {
        "tested": 0, "p<0.05": None, "p<0.01": None, "p<0.001": None
    }  # fmt: skip
