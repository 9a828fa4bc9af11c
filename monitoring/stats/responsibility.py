"""Whose a notch is: the whole system's, a municipality's or a school's.

A notch made where works are marked shows in every school whose works were marked there. It is
told of that place, and taken out before its schools are looked at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.stats.arrays import BoolArray, FloatArray, IntArray
from monitoring.stats.counts import Counts
from monitoring.stats.disclosure import MIN_PUPILS
from monitoring.stats.notch import ABOVE, BELOW, border_counts, windows
from monitoring.stats.shares import ratio
from monitoring.stats.sums import Sums

# A municipality's own part is estimated from at least so many of its schools.
LEAST_SCHOOLS = 4

# Degree of the smooth curve of root counts, less where few scores are left outside the windows:
# Chetty et al. (2011), Quarterly Journal of Economics 126, 749–804, fit polynomials likewise.
DEGREE = 5

# A median of n normals varies π/2 times as much as their mean.
MEDIAN = np.pi / 2


@dataclass(frozen=True)
class Notch:
    """Pupils missing below a border beyond what is due, of a unit at one level.

    `level` is country, region, municipality or school; `unit` the municipality's or school's
    number, −1 above them; `share_missing` of those due below; `placebo` the same measure where
    no border is. Of municipalities and schools it is what they have beyond the level above.
    """

    work: str
    border: int
    level: str
    unit: int
    share_missing: float
    z: float
    placebo: float


def municipal_part(counts: Counts, municipality: IntArray, enough: BoolArray) -> FloatArray:
    """Share missing that a school has in common with its municipality's other schools, (S,).

    The median of the others less that of all municipalities, drawn to zero by its own noise:
    one lenient centre among many is no reason to leave a third of its notch with its schools.
    0 where there are too few others to tell.

    References
    ----------
    James & Stein (1961), Proc. Fourth Berkeley Symposium 1, 361–379; the positive part.
    """
    due = _due(counts)
    share = ratio(counts.excess, due)
    error2 = ratio(counts.variance(0), due**2)
    groups = _groups(municipality, enough)
    part = np.zeros(len(due))
    if len(groups) < LEAST_SCHOOLS:
        return part
    inner = _inner_variance(share, groups)
    centre = float(np.median([np.median(share[group]) for group in groups]))
    for group in groups:
        noise = MEDIAN * (inner + float(np.median(error2[group]))) / (len(group) - 1)
        beyond = _medians_of_others(share[group]) - centre
        part[group] = beyond * np.maximum(0, 1 - noise / np.maximum(beyond**2, noise))
    return part


def over_works(sums: Sums) -> FloatArray:
    """Normal scores of what a school has beyond its municipality's other schools in all works.

    In a single work a centre's part stands out little and is mostly left with the schools; over
    the works of a year it is seen. A z grows with the root of the pupils, so it is the rate
    z/√n that schools of a centre share: the median of the others, drawn to zero by its noise,
    and what is not known of it makes the school's own less sure.
    """
    root = np.sqrt(np.maximum(sums.n, 1))
    rate = sums.z / root
    centre = _weighted_median(rate[sums.tested], root[sums.tested])
    left = sums.z.copy()
    for group in _groups(sums.municipality, sums.tested):
        for at, school in enumerate(group):
            others = np.delete(group, at)
            beyond = _weighted_median(rate[others], root[others]) - centre
            noise = MEDIAN / sums.n[others].sum()
            drawn = 1 - min(1.0, noise / max(beyond**2, 1e-12)) ** 2
            error = np.sqrt(1 + drawn * noise * sums.n[school])
            left[school] = (sums.z[school] - drawn * beyond * root[school]) / error
    return sums.become(left).among_peers()


def _weighted_median(values: FloatArray, weight: FloatArray) -> float:
    """With weights as sure as the values are, the surest of medians."""
    order = np.argsort(values, kind="stable")
    mass = np.cumsum(weight[order])
    return float(values[order[np.searchsorted(mass, mass[-1] / 2)]])


def _due(counts: Counts) -> FloatArray:
    """Pupils due below the borders, shape (K,)."""
    due: FloatArray = (counts.totals * (1 - counts.expected)).sum(axis=1)
    return due


def _groups(municipality: IntArray, enough: BoolArray) -> list[IntArray]:
    """Schools of each municipality that has enough of them."""
    schools = np.flatnonzero(enough)
    order = schools[np.argsort(municipality[schools], kind="stable")]
    ends = np.flatnonzero(np.diff(municipality[order])) + 1
    return [group for group in np.split(order, ends) if len(group) >= LEAST_SCHOOLS]


def _medians_of_others(values: FloatArray) -> FloatArray:
    """For each value the median of all others."""
    order = np.argsort(values, kind="stable")
    ranked, left = values[order], len(values) - 1
    place = np.empty(len(values), dtype=np.int64)
    place[order] = np.arange(len(values))

    def of_others(rank: int) -> FloatArray:
        return np.asarray(np.where(place <= rank, ranked[rank + 1], ranked[rank]))

    middle: FloatArray = (of_others((left - 1) // 2) + of_others(left // 2)) / 2
    return middle


def _inner_variance(share: FloatArray, groups: list[IntArray]) -> float:
    """Variance of schools about their municipality, by the middle half of them."""
    away = np.concatenate([share[group] - np.median(share[group]) for group in groups])
    low, high = np.quantile(away, [0.25, 0.75])
    return float(((high - low) / 1.349) ** 2)


def notches(
    work: str, histogram: IntArray, borders: Sequence[int], municipality: IntArray
) -> list[Notch]:
    """Each border at each level; `histogram` is (S, scores) of the schools of one region.

    The whole is set against a smooth curve; the rows of one region cannot tell it from its
    country, so both say the same. Municipalities are set against each other by how much their
    own schools differ, schools against their municipality.
    """
    found: list[Notch] = []
    for border, share, z, placebo in against_smooth(histogram.sum(axis=0), borders):
        found += [
            Notch(work, border, level, -1, share, z, placebo) for level in ("country", "region")
        ]
    free = _placebo_borders(borders, histogram.shape[1])
    counts = border_counts(histogram, borders)
    elsewhere = _missing(border_counts(histogram, free)) if free else np.zeros((2, len(histogram)))
    for at, border in enumerate(borders):
        one = _border(counts, at)
        enough = one.n >= MIN_PUPILS
        found += _of_municipalities(work, border, one, elsewhere, municipality, enough)
        part = municipal_part(one, municipality, enough)
        found += _of_schools(work, border, one, elsewhere, part)
    return found


def _border(counts: Counts, at: int) -> Counts:
    return Counts(counts.hits[:, [at]], counts.totals[:, [at]], counts.expected[:, [at]])


def _missing(counts: Counts) -> FloatArray:
    """Pupils missing below the borders and those due there, shape (2, K)."""
    return np.stack([counts.excess, _due(counts)])


def _of_municipalities(
    work: str,
    border: int,
    counts: Counts,
    elsewhere: FloatArray,
    municipality: IntArray,
    enough: BoolArray,
) -> Iterator[Notch]:
    missing, chance = _missing(counts), counts.variance(0)
    for group in _groups(municipality, enough):
        excess, due = missing[:, group]
        share = ratio(excess.sum(), due.sum())
        # Schools of one municipality are few: their own spread, at least that of chance.
        spread = ((excess - share * due) ** 2).sum() * len(group) / (len(group) - 1)
        z = excess.sum() / np.sqrt(max(spread, chance[group].sum()))
        placebo = ratio(*elsewhere[:, group].sum(axis=1))
        unit = int(municipality[group[0]])
        yield Notch(work, border, "municipality", unit, float(share), float(z), float(placebo))


def _of_schools(
    work: str, border: int, counts: Counts, elsewhere: FloatArray, part: FloatArray
) -> Iterator[Notch]:
    enough = counts.n >= MIN_PUPILS
    if enough.sum() < 2:
        return
    due = _due(counts)
    rho = counts.rho(enough & (counts.excess < 0))
    excess = counts.excess - part * due
    schools = np.flatnonzero(enough)
    numbers = (ratio(excess, due), ratio(excess, np.sqrt(counts.variance(rho))), ratio(*elsewhere))
    for school, *of_school in zip(schools, *(one[schools] for one in numbers), strict=True):
        yield Notch(work, border, "school", int(school), *map(float, of_school))


def _placebo_borders(borders: Sequence[int], scores: int) -> list[int]:
    """Scores whose windows touch no border's window; none where borders stand close."""
    return [
        score
        for score in range(BELOW + 1, scores - ABOVE)
        if all(abs(score - border) >= ABOVE + BELOW for border in borders)
    ][:: ABOVE + BELOW]


def against_smooth(
    counts: IntArray, borders: Sequence[int]
) -> list[tuple[int, float, float, float]]:
    """Border, share missing below it against a smooth curve, z, and the placebo's share.

    Root counts are a polynomial and, at each border, a saw tooth: lower below it, higher from it
    on. Where it was not lifted the tooth is nothing, however closely borders stand. The placebo
    is the largest share missing in size when a tooth is put where no border is.
    """
    free = _placebo_borders(borders, len(counts))
    found = _teeth(counts, borders)
    placebos = [_teeth(counts, [*borders, score])[-1][0] for score in free]
    placebo = max(placebos, key=abs, default=0.0)
    return [(int(b), share, z, placebo) for b, (share, z) in zip(borders, found, strict=True)]


def _teeth(counts: IntArray, borders: Sequence[int]) -> list[tuple[float, float]]:
    """Share missing below each border and its z, all borders fitted together."""
    scores = np.arange(len(counts))
    above, below = windows(list(borders), len(counts))
    tooth = above - below * ratio(above.sum(axis=1), below.sum(axis=1))[:, None]
    inside = (scores > 0) & (scores < len(counts) - 1)
    degree = min(DEGREE, int(inside.sum()) - len(borders) - 3)
    if degree < 2:
        return [(0.0, 0.0)] * len(borders)
    x = 2 * scores / max(len(counts) - 1, 1) - 1
    smooth = np.polynomial.chebyshev.chebvander(x, degree)
    design = np.concatenate([smooth, tooth.T], axis=1)
    root = np.sqrt(counts + 3 / 8)
    fitted, *_ = np.linalg.lstsq(design[inside], root[inside], rcond=None)
    away = (root - design @ fitted)[inside]
    # A root count varies by 1/4 by chance alone; what the curve misses comes on top.
    noise = max(0.25, float((away**2).sum()) / max(int(inside.sum()) - design.shape[1], 1))
    error = np.sqrt(noise * np.diag(np.linalg.pinv(design[inside].T @ design[inside])))
    curve = np.maximum(smooth @ fitted[: degree + 1], 0.0) ** 2
    due = below @ curve
    heights = fitted[degree + 1 :]
    return [
        (
            float(1 - ratio(below[at] @ counts, due[at])) if due[at] > 0 else 0.0,
            float(heights[at] / max(error[degree + 1 + at], 1e-9)),
        )
        for at in range(len(borders))
    ]
