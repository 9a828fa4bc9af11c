"""Stratified samples: allocation by its laws, reproducible draws, equal chances by χ²."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy.stats import chi2

from procedures.sampling import SamplingError, Unit, allocate, draw, frame_hash, generator

strata = st.dictionaries(st.sampled_from("абвгдежз"), st.integers(1, 40), min_size=1)


@st.composite
def asked(draw_from):
    sizes = draw_from(strata)
    return sizes, draw_from(st.integers(len(sizes), sum(sizes.values())))


@given(asked())
@example(({"а": 1, "б": 40}, 2))
@example(({"а": 1, "б": 1, "в": 40}, 42))
def test_every_stratum_gives_at_least_one_school_and_at_most_all(case):
    sizes, size = case

    parts = allocate(sizes, size)

    assert parts.keys() == sizes.keys()
    assert sum(parts.values()) == size
    assert all(1 <= parts[name] <= sizes[name] for name in sizes)


@given(asked())
def test_a_part_is_within_one_school_of_its_fair_share_when_no_stratum_is_too_small(case):
    sizes, size = case
    total = sum(sizes.values())
    assume(all(size * count >= total for count in sizes.values()))

    parts = allocate(sizes, size)

    assert all(abs(parts[name] - size * count / total) < 1 for name, count in sizes.items())


@given(asked())
def test_a_larger_stratum_never_gives_fewer_schools(case):
    sizes, size = case

    parts = allocate(sizes, size)

    ordered = sorted(sizes, key=lambda name: sizes[name])
    pairs = pairwise(ordered)
    assert all(parts[a] <= parts[b] or sizes[a] == sizes[b] for a, b in pairs)


def test_hamilton_s_worked_example_is_reached():
    """The U.S. House by Hamilton's bill of 1792: 15 states by the census of 1790, 120 seats.

    Balinski and Young, Fair Representation (1982), on the apportionment of 1791. Every state's
    quota is above one, so the least of one changes nothing.
    """
    people = {
        "Connecticut": 236841, "Delaware": 55540, "Georgia": 70835, "Kentucky": 68705,
        "Maryland": 278514, "Massachusetts": 475327, "New Hampshire": 141822,
        "New Jersey": 179570, "New York": 331589, "North Carolina": 353523,
        "Pennsylvania": 432879, "Rhode Island": 68446, "South Carolina": 206236,
        "Vermont": 85533, "Virginia": 630560,
    }  # fmt: skip
    seats = {
        "Connecticut": 8, "Delaware": 2, "Georgia": 2, "Kentucky": 2, "Maryland": 9,
        "Massachusetts": 16, "New Hampshire": 5, "New Jersey": 6, "New York": 11,
        "North Carolina": 12, "Pennsylvania": 14, "Rhode Island": 2, "South Carolina": 7,
        "Vermont": 3, "Virginia": 21,
    }  # fmt: skip

    assert allocate(people, 120) == seats


@pytest.mark.parametrize(
    ("sizes", "size", "words"),
    [
        ({}, 1, "ни одной школы"),
        ({"а": 5, "б": 5}, 1, "Страт 2"),
        ({"а": 5, "б": 5}, 11, "10 школ"),
    ],
)
def test_a_sample_that_cannot_be_drawn_says_why(sizes, size, words):
    with pytest.raises(SamplingError, match=words):
        allocate(sizes, size)


def units(*sizes: int) -> list[Unit]:
    return [
        Unit(f"{stratum}{n:03}", f"страта {stratum}")
        for stratum, count in enumerate(sizes)
        for n in range(count)
    ]


@given(
    sizes=st.lists(st.integers(1, 12), min_size=1, max_size=4),
    seed=st.integers(0, 2**62),
    order=st.randoms(),
)
def test_the_same_frame_and_seed_give_the_same_sample_in_whatever_order_it_is_listed(
    sizes, seed, order
):
    frame = units(*sizes)
    size = max(len(sizes), len(frame) // 2)
    mixed = [*frame]
    order.shuffle(mixed)

    assert frame_hash(mixed) == frame_hash(frame)
    assert draw(mixed, size, generator(seed)) == draw(frame, size, generator(seed))


@given(
    sizes=st.lists(st.integers(1, 12), min_size=1, max_size=4),
    seed=st.integers(0, 2**62),
)
def test_strata_are_exhausted_by_sample_and_reserve_and_no_school_comes_twice(sizes, seed):
    frame = units(*sizes)
    size = max(len(sizes), len(frame) // 2)

    found = draw(frame, size, generator(seed))

    codes = [one.code for one in found]
    assert len(set(codes)) == len(codes)
    assert {(one.code, one.stratum) for one in found} <= {(u.code, u.stratum) for u in frame}
    assert sum(not one.is_reserve for one in found) == size
    assert {one.stratum for one in found if not one.is_reserve} == {u.stratum for u in frame}
    assert sum(one.probability for one in found if not one.is_reserve) == pytest.approx(
        sum(
            sum(not one.is_reserve for one in found if one.stratum == name) ** 2 / count
            for name, count in ((f"страта {n}", size_) for n, size_ in enumerate(sizes))
        )
    )


def test_every_school_of_a_stratum_is_drawn_as_often_as_its_probability_says():
    """Counts over 4000 fixed seeds against n/N by χ².

    Draws without replacement spread less than independent ones: dividing by 1 − n/N and by
    N/(N − 1) makes the statistic χ² with N − 1 degrees of freedom again.
    """
    frame, times = units(12, 5, 3), 4000
    counts = dict.fromkeys((unit.code for unit in frame), 0)
    probability = {}
    for seed in range(times):
        for one in draw(frame, 8, generator(seed)):
            probability[one.stratum] = one.probability
            counts[one.code] += not one.is_reserve

    for stratum, chance in probability.items():
        members = [unit.code for unit in frame if unit.stratum == stratum]
        if chance == 1:
            assert all(counts[code] == times for code in members)
            continue
        seen = np.array([counts[code] for code in members])
        free = len(members) - 1
        spread = times * chance * (1 - chance) * len(members) / free
        statistic = ((seen - times * chance) ** 2).sum() / spread
        assert chi2.ppf(0.001, free) < statistic < chi2.ppf(0.999, free)


def test_a_frame_with_a_code_twice_is_refused():
    with pytest.raises(SamplingError, match="повторяется код"):
        draw([Unit("1", "а"), Unit("1", "б")], 2, generator(1))


def test_another_frame_has_another_hash():
    assert frame_hash(units(3)) != frame_hash(units(4))
    assert frame_hash([Unit("1", "а")]) != frame_hash([Unit("1", "б")])
