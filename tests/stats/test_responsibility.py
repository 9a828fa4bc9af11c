"""Whose a notch is."""

from dataclasses import replace

import numpy as np
import pytest

from monitoring.stats.counts import Counts
from monitoring.stats.notch import border_counts
from monitoring.stats.responsibility import (
    against_smooth,
    municipal_part,
    notches,
    over_works,
)
from monitoring.stats.sums import Sums
from tests.stats.honest import BORDERS, honest_region, lifted

CENTRES = 20
MUNICIPALITY = np.arange(200) % CENTRES
LENIENT = MUNICIPALITY == 3


def schools_histogram(seed):
    return honest_region(np.random.default_rng(seed), 200).schools.histogram


def with_lifted(histogram, schools, share, seed=1):
    rng = np.random.default_rng(seed)
    moved = histogram.copy()
    for school in np.flatnonzero(schools):
        moved[school] = lifted(rng, moved[school], share)
    return moved


def smooth_scores(size, seed=None):
    """Pupils by score along a bell, by chance if there is a seed."""
    bell = np.exp(-(((np.arange(41) - 22) / 9) ** 2) / 2)
    due = size * bell / bell.sum()
    return np.rint(due).astype(int) if seed is None else np.random.default_rng(seed).poisson(due)


def test_smooth_scores_show_no_notch_beyond_chance():
    found = [
        one
        for seed in range(200)
        for one in against_smooth(smooth_scores(20_000, seed), (12, 20, 28))
    ]

    _, share, z, placebo = np.array(found).T
    assert z.mean() == pytest.approx(0, abs=0.2)
    assert 0.8 < z.std() < 1.25
    assert (z > 3).mean() < 0.01
    assert np.abs(share).max() < 0.2
    assert np.quantile(np.abs(placebo), 0.9) < 0.15


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_a_notch_made_everywhere_is_found_with_its_size_and_only_at_its_border(share):
    counts = smooth_scores(50_000)
    for score in (17, 18, 19):
        moved = int(share * counts[score])
        counts[score] -= moved
        counts[20:22] += np.array([moved - moved // 2, moved // 2])

    found = {
        border: (missing, z, placebo)
        for border, missing, z, placebo in against_smooth(counts, (12, 20, 28))
    }

    assert found[20][0] == pytest.approx(share, abs=0.07)
    assert found[20][1] > 10
    for border in (12, 28):
        assert abs(found[border][0]) < 0.05
        assert found[border][1] < 3
    assert abs(found[20][2]) < 0.06


def test_the_whole_is_told_as_country_and_region_and_the_same_number():
    histogram = with_lifted(schools_histogram(131), np.ones(200, dtype=bool), 0.5)

    found = notches("work", histogram, BORDERS, MUNICIPALITY)

    whole = [n for n in found if n.level in ("country", "region")]
    assert [(n.border, n.level) for n in whole] == [
        (border, level) for border in BORDERS for level in ("country", "region")
    ]
    assert all(n.z > 4 and n.share_missing > 0.25 for n in whole)
    assert [n.share_missing for n in whole[::2]] == [n.share_missing for n in whole[1::2]]
    # What all have in common is nobody's own.
    below = [n for n in found if n.level in ("municipality", "school")]
    assert (np.array([n.z for n in below]) > 3).mean() < 0.005


def test_a_lenient_centre_is_told_as_its_municipalitys_and_not_as_its_schools():
    histogram = with_lifted(schools_histogram(132), LENIENT, 0.8)

    found = notches("work", histogram, BORDERS, MUNICIPALITY)

    of_centres = {
        unit: [n for n in found if n.level == "municipality" and n.unit == unit]
        for unit in range(CENTRES)
    }
    sums = {unit: sum(n.z for n in own) for unit, own in of_centres.items()}
    assert max(sums, key=sums.get) == 3
    assert all(n.share_missing > 0.25 and n.z > 2 for n in of_centres[3])
    assert np.mean([abs(n.placebo) for n in of_centres[3]]) < 0.15
    own = np.array([n.z for n in found if n.level == "school" and MUNICIPALITY[n.unit] == 3])
    assert len(own) > 10
    assert own.mean() < 0.8
    assert (own > 3).sum() == 0


def test_the_same_schools_scattered_over_municipalities_keep_their_notch():
    scattered = np.isin(np.arange(200), np.flatnonzero(LENIENT) + np.arange(10))
    histogram = with_lifted(schools_histogram(132), scattered, 0.8)

    found = notches("work", histogram, BORDERS, MUNICIPALITY)

    own = np.array([n.z for n in found if n.level == "school" and scattered[n.unit]])
    assert own.mean() > 2


def test_a_school_that_lifts_alone_is_no_part_of_itself_and_little_of_its_neighbours():
    counts = border_counts(schools_histogram(133), BORDERS)
    hits = counts.hits.copy()
    hits[23] = counts.totals[23]

    before, after = (
        municipal_part(one, MUNICIPALITY, np.ones(200, dtype=bool))
        for one in (counts, replace(counts, hits=hits))
    )

    assert after[23] == pytest.approx(before[23], abs=0.02)
    assert np.abs(after - before).max() < 0.1


def test_where_schools_are_large_the_part_is_the_median_of_the_others():
    """Shares of millions of pupils have no noise, and those of one municipality hardly differ."""
    rng = np.random.default_rng(7)
    totals = np.full((40, 1), 10**9)
    shares = 0.1 * (np.arange(40) // 8)[:, None] + rng.uniform(0, 1e-4, (40, 1))
    counts = Counts((totals * (0.4 + 0.6 * shares)).astype(int), totals, np.full((40, 1), 0.4))

    part = municipal_part(counts, np.arange(40) // 8, np.ones(40, dtype=bool))

    own = shares[:, 0]
    centre = np.median([np.median(own[unit : unit + 8]) for unit in range(0, 40, 8)])
    for school in range(40):
        neighbours = np.arange(40) // 8 == school // 8
        others = np.median(own[neighbours & (np.arange(40) != school)])
        if abs(others - centre) > 0.05:
            assert part[school] == pytest.approx(others - centre, abs=1e-6)


def test_honest_municipalities_have_next_to_no_part_and_a_lenient_one_has_its_share():
    histogram = schools_histogram(134)
    everyone = np.ones(200, dtype=bool)

    honest = municipal_part(border_counts(histogram, BORDERS), MUNICIPALITY, everyone)
    lenient = municipal_part(
        border_counts(with_lifted(histogram, LENIENT, 0.8), BORDERS), MUNICIPALITY, everyone
    )

    assert np.abs(honest).mean() < 0.03
    assert lenient[LENIENT].mean() > 0.3
    assert np.abs(lenient[~LENIENT]).mean() < 0.06


def test_municipalities_of_three_schools_have_no_part():
    histogram = schools_histogram(135)[:60]
    counts = border_counts(histogram, BORDERS)

    part = municipal_part(counts, np.arange(60) // 3, np.ones(60, dtype=bool))

    assert not part.any()


def test_the_order_of_schools_and_the_names_of_municipalities_do_not_matter():
    histogram = with_lifted(schools_histogram(136), LENIENT, 0.8)
    rng = np.random.default_rng(2)
    order, name = rng.permutation(200), rng.permutation(CENTRES)

    before = municipal_part(border_counts(histogram, BORDERS), MUNICIPALITY, np.ones(200, bool))
    after = municipal_part(
        border_counts(histogram[order], BORDERS), name[MUNICIPALITY[order]], np.ones(200, bool)
    )

    assert after == pytest.approx(before[order], abs=1e-9)


@pytest.mark.parametrize("schools", [1, 3, 12])
@pytest.mark.parametrize("pupils", [0, 1, 30])
def test_few_schools_and_few_pupils_are_no_trouble(schools, pupils):
    histogram = np.zeros((schools, 25), dtype=int)
    histogram[:, 13] = pupils

    for found in notches("work", histogram, BORDERS, np.zeros(schools, dtype=int)):
        assert np.isfinite([found.share_missing, found.z, found.placebo]).all()


@pytest.mark.parametrize("borders", [(1, 2, 3), (2, 3, 5), (2, 4, 5)])
def test_a_short_scale_is_no_trouble(borders):
    histogram = np.random.default_rng(3).integers(0, 30, (15, 6))

    for found in notches("work", histogram, borders, np.arange(15) // 5):
        assert np.isfinite([found.share_missing, found.z, found.placebo]).all()


TOWNS = np.arange(1000) // 25


def year_of_notches(seed, lenient=0.0, manipulated=0):
    """1,000 schools with z's of a year's borders; the works of one town were marked leniently."""
    rng = np.random.default_rng(seed)
    n = rng.integers(20, 800, 1000)
    z = rng.normal(size=1000) + lenient * np.sqrt(n) * (TOWNS == 7)
    z[rng.choice(np.flatnonzero(TOWNS != 7), manipulated, replace=False)] += 4
    alike = np.zeros(1000, dtype=np.int64)
    return Sums(z, np.full(1000, 2.6), n, np.ones(1000, dtype=bool), alike, TOWNS)


def test_schools_of_a_lenient_centre_keep_the_nominal_rate_over_the_works_of_a_year():
    """A tenth of z's size in each work is nothing there, and 2 in the year's sum of a school."""
    years = [year_of_notches(seed, lenient=0.1, manipulated=50) for seed in range(30)]
    own = TOWNS == 7

    judged = np.concatenate([over_works(year)[own] for year in years])
    left_alone = np.concatenate([year.among_peers()[own] for year in years])

    assert (left_alone > 2.33).mean() > 0.25
    assert (judged > 2.33).mean() < 0.025
    assert (judged > 1.64).mean() < 0.09


def test_what_one_school_does_alone_stays_its_own():
    year = year_of_notches(31)
    lifted_alone = year.become(year.z + 4.0 * (np.arange(1000) == 180))

    before, after = over_works(year), over_works(lifted_alone)

    assert after[180] - before[180] == pytest.approx(4, abs=0.3)
    assert np.abs(np.delete(after - before, 180)).max() < 0.3


def test_where_nobody_was_lenient_the_year_reads_as_without_towns():
    years = [year_of_notches(seed) for seed in range(32, 52)]

    judged = np.concatenate([over_works(year) for year in years])
    plain = np.concatenate([year.among_peers() for year in years])

    assert 0.007 < (judged > 2.33).mean() < 0.013
    assert np.corrcoef(judged, plain)[0, 1] > 0.97


def test_towns_of_three_schools_say_nothing_of_the_fourth():
    year = replace(year_of_notches(53, lenient=0.1), municipality=np.arange(1000) // 3)

    assert over_works(year) == pytest.approx(year.among_peers())
