"""The evaluation of the engine: its figures by another road, its baselines, its page."""

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from bench.baselines import BASELINES
from bench.evaluation import QUICK, evaluate
from bench.evaluation_page import BEGINS, DECOYS, ENDS, KINDS, PAGE, page_with, tables
from bench.outcomes import ENGINE, Outcome, auc, false_discoveries, power
from monitoring.stats.engine import Tier
from monitoring.stats.settings import Settings
from monitoring.stats.simulate import region, sitting
from monitoring.stats.simulation.plan import DOSES, LYCEUM, Decoy, Dose, Kind, Plan


def outcome(kind, score, *, tier=None, number=None):
    """Schools with these scores; nothing else is looked at."""
    n = len(kind)
    empty = np.full(n, "")
    zero = np.zeros(n, dtype=int)
    tiers = np.full(n, Tier.NONE) if tier is None else np.array(tier)
    where = zero if number is None else np.array(number)
    scores, flagged = {ENGINE: np.array(score, dtype=float)}, {ENGINE: tiers == Tier.RED}
    return Outcome(where, np.array(kind), empty, empty, zero, zero, zero, tiers, zero + 1.0,
                   scores, {}, flagged)  # fmt: skip


@pytest.fixture(scope="module")
def quick():
    return evaluate(QUICK)


@pytest.fixture(scope="module")
def honest():
    """One work of a region in which nobody interferes."""
    plan = Plan(schools=400, works=1, manipulated=0, decoys=0, lenient_centres=0)
    invented = region(plan, seed=11)
    made = sitting(invented, 0)
    return made.work, made.rows, invented.schools


# figures


def test_auc_is_the_mann_whitney_statistic_as_a_share():
    rng = np.random.default_rng(1)
    kind = np.repeat([Kind.HELP, Kind.HONEST], [30, 70])
    score = rng.integers(0, 20, 100) + 4 * (kind == Kind.HELP)  # with ties
    expected = mannwhitneyu(score[:30], score[30:]).statistic / (30 * 70)

    assert auc(outcome(kind, score), ENGINE, kind == Kind.HELP) == pytest.approx(expected)


def test_power_counts_those_above_the_score_one_honest_school_in_a_hundred_exceeds():
    kind = np.repeat([Kind.HONEST, Kind.HELP], [1000, 4])
    score = [*range(1000), 5, 989, 990, 2000]
    found = power(outcome(kind, score), ENGINE, kind == Kind.HELP)

    assert found == 0.25  # the 99 % quantile of 0…999, rounded up, is 990


def test_false_discoveries_are_the_mean_over_regions_and_none_flagged_means_none_false():
    kind = [Kind.HONEST, Kind.HELP, Kind.HELP, Kind.HONEST]
    made = outcome(kind, [0] * 4, tier=[Tier.RED, Tier.RED, Tier.NONE, Tier.NONE],
                   number=[1, 1, 2, 2])  # fmt: skip

    assert false_discoveries(made, made.tier == Tier.RED) == 0.25


def test_schools_with_too_little_data_are_not_judged():
    kind = np.array([Kind.HONEST, Kind.HONEST, Kind.HELP, Kind.HELP])
    made = outcome(kind, [1, 9, 5, 0], tier=[Tier.NONE, Tier.INSUFFICIENT, Tier.NONE,
                                             Tier.INSUFFICIENT])  # fmt: skip

    assert auc(made, ENGINE, kind == Kind.HELP) == 1


# baselines


def flagged(name, world):
    work, rows, schools = world
    score = BASELINES[name].score(work, rows, schools)
    known = ~np.isnan(score)
    return (score[known] >= BASELINES[name].limit), known


def test_a_sample_interval_flags_a_fifth_of_honest_schools_and_more():
    """Between schools lies a fifth of the variance, and the interval does not know of it."""
    plan = Plan(schools=400, works=1, manipulated=0, decoys=0, lenient_centres=0)
    invented = region(plan, seed=11)
    made = sitting(invented, 0)

    assert flagged("interval", (made.work, made.rows, invented.schools))[0].mean() > 0.2


def test_two_sigma_flags_no_lyceum_and_about_one_ordinary_school_in_forty(honest):
    found, known = flagged("two_sigma", honest)
    lyceum = honest[2].stratum[known] == LYCEUM

    assert not found[lyceum].any()
    assert 0.005 < found[~lyceum].mean() < 0.06


def test_a_column_half_as_high_again_stands_at_a_border_in_most_honest_schools(honest):
    assert flagged("border_peak", honest)[0].mean() > 0.5


def test_fit_of_honest_papers_is_standard_normal_but_for_honest_variety(honest):
    work, rows, schools = honest
    score = BASELINES["person_fit"].score(work, rows, schools)
    score = score[~np.isnan(score)]

    assert abs(np.median(score)) < 0.25
    assert 0.8 < score.std() < 2


def test_fit_finds_tasks_told_better_than_the_interval_does():
    plan = Plan(schools=300, works=1, manipulated=0.2, kinds=(Kind.HELP,), doses=(Dose.MEDIUM,))
    invented = region(plan, seed=2)
    made = sitting(invented, 0)
    told = ~invented.truth.honest

    def separation(name):
        score = BASELINES[name].score(made.work, made.rows, invented.schools)
        known = ~np.isnan(score)
        pairs = mannwhitneyu(score[known & told], score[known & ~told])
        return pairs.statistic / ((known & told).sum() * (known & ~told).sum())

    assert separation("person_fit") > max(0.75, separation("interval"))


def test_clusters_of_classes_point_at_the_high_and_even_ones(honest):
    work, rows, schools = honest
    score = BASELINES["invalsi"].score(work, rows, schools)
    points = np.maximum(rows.points, 0).sum(axis=1)
    mean = np.bincount(rows.school, points) / np.bincount(rows.school)
    known = ~np.isnan(score)

    assert score[known].min() >= 0
    assert score[known].max() <= 1
    assert np.corrcoef(score[known], mean[known])[0, 1] > 0.4


# the whole


def test_the_engine_separates_better_than_any_baseline(quick):
    strong = np.isin(quick.main.kind, list(KINDS)) & (quick.main.dose == Dose.HIGH)
    found = {name: auc(quick.main, name, strong) for name in (ENGINE, *BASELINES)}

    assert max(found, key=found.get) == ENGINE
    assert found[ENGINE] > 0.85


def test_a_quick_run_has_every_kind_dose_and_decoy(quick):
    main = quick.main

    assert len(main.kind) == QUICK.regions * QUICK.plan.schools
    assert {str(kind) for kind in main.kind} == set(Kind)
    assert all(main.of(kind, dose).any() for kind in DOSES for dose in Dose)
    assert set(main.decoy) >= set(Decoy) - {Decoy.TINY_CLASS}


def test_every_table_names_what_it_is_about(quick):
    page = tables(quick)

    for title in (*KINDS.values(), *DECOYS.values(), *(b.title for b in BASELINES.values())):
        assert title in page
    assert "nan" not in page.lower()
    widths = [
        {line.count("|") for line in table.splitlines() if line.startswith("|")}
        for table in page.split("### ")
    ]
    assert all(len(width) <= 1 for width in widths)


# the page


def test_new_tables_leave_the_words_around_them():
    page = f"до\n{BEGINS}\nстарое\n{ENDS}\nпосле\n"

    renewed = page_with(page, "новое")

    assert renewed.startswith(f"до\n{BEGINS}")
    assert renewed.endswith(f"{ENDS}\nпосле\n")
    assert "новое" in renewed
    assert "старое" not in renewed
    assert page_with(renewed, "новое") == renewed


def test_the_page_gives_the_thresholds_of_the_engine():
    page, rules = PAGE.read_text(encoding="utf-8"), Settings()

    def told(value):
        return f"{value:.10f}".rstrip("0").replace(".", ",")

    assert f"q ≤ {told(rules.red_q)} " in page
    assert f"q ≤ {told(rules.amber_q).ljust(4, '0')} " in page
    assert f"p < {told(rules.family_p)}" in page
    assert f"p < {told(rules.amber_p)}" in page
    assert f"доли {100 * rules.prior:.0f} %" in page


def test_the_page_gives_the_doses_of_the_simulator():
    page = PAGE.read_text(encoding="utf-8")

    for kind, doses in DOSES.items():
        [line] = [row for row in page.splitlines() if row.startswith(f"| {KINDS[kind]} |")]
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert cells[2:] == [f"{100 * value:.0f} %" for value in doses.values()]
