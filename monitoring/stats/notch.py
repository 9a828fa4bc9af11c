"""Notch at the borders of marks: works gathered on the first scores of a mark (border_notch).

One-sided test of the pupils on the two scores from a border up, among those on these and the
three scores below, against what the peers' histogram makes likely at the unit's own level.
Where borders stand closer than five scores the lower sides are shorter, so that no pupil is
counted twice; closer than three, one score is left of a side and belongs to both borders.
"""

from collections.abc import Sequence

import numpy as np

from monitoring.stats.arrays import BoolArray, FloatArray, IntArray
from monitoring.stats.counts import Counts, upper_p
from monitoring.stats.disclosure import MIN_UNITS
from monitoring.stats.errors import StatisticsError
from monitoring.stats.findings import Findings, Method, Status, found, not_tested
from monitoring.stats.peers import others
from monitoring.stats.shares import ratio

# Scores on each side of a border: works are lifted by one to three points.
ABOVE = 2
BELOW = 3

# Least pupils in the windows, from our own power study on real examination results: of classes
# of 15 that lift nine works in ten it finds 76 %, of classes of 10 only 46 %.
SCHOOL_LEAST = 30
CLASS_LEAST = 15

# From here on the normal tail serves; below, the tail is exact. Same study.
EXACT_BELOW = 60

# With e² = 7 times more pupils on each next score a unit is as far from its peers as the
# search needs to go: whole classes at the maximum lie well inside. Nothing overflows either,
# up to 300 points a work.
STEEPEST = 2.0
HALVINGS = 40


def border_counts(
    histogram: IntArray, borders: Sequence[int], peers: IntArray | None = None
) -> Counts:
    """Pupils above each border, among those in its window, with the share expected.

    Parameters
    ----------
    histogram : shape (n_units, max_score + 1)
    borders : lowest scores of the marks 3, 4, 5, or as many of them as there are
    peers : shape (n_units, max_score + 1), optional
        Histogram each unit is compared with; by default all other units together. For classes
        give the stratum without the class's own school.

    Notes
    -----
    The peers' histogram f(s) is tilted to f(s)·exp(λs) so that its mean is the unit's when all
    scores of one window count as their middle; one peer pupil is added to the unit's own, so
    that a unit all of whose pupils share a score still has a finite tilt, and one to each
    window, so that what no peer did is rare and not impossible. Counts of a border that cannot
    be compared are 0.
    """
    _check(borders, histogram.shape[1] - 1)
    peers = others(histogram) if peers is None else peers
    above, below = windows(list(borders), histogram.shape[1])
    coarse = _coarse(above | below)
    hits, totals = histogram @ above.T, histogram @ (above | below).T
    known = (peers @ (above | below).T) * _anchored(peers, coarse)[:, None]
    tilted = _tilted(histogram, peers, coarse)
    share = ratio(tilted @ above.T, tilted @ (above | below).T)
    usual = ABOVE / (ABOVE + BELOW)
    return Counts(hits * (known > 0), totals * (known > 0), (share * known + usual) / (known + 1))


def expected_histogram(
    histogram: IntArray, borders: Sequence[int], peers: IntArray | None = None
) -> FloatArray:
    """Pupils expected at each score: the peers' histogram at the unit's own level and size.

    Parameters as for `border_counts`; the answer has the shape of `histogram`.
    """
    _check(borders, histogram.shape[1] - 1)
    peers = others(histogram) if peers is None else peers
    above, below = windows(list(borders), histogram.shape[1])
    tilted = _tilted(histogram, peers, _coarse(above | below))
    pupils = histogram.sum(axis=1, keepdims=True)
    return ratio(tilted * pupils, tilted.sum(axis=1, keepdims=True))


def judge(counts: Counts, *, least: int = SCHOOL_LEAST, rho: float | None = None) -> Findings:
    """Test every unit of one stratum, all borders together.

    The statistic is z; the p-value is exact below 60 pupils in the windows; the effect is the
    share missing below the borders, (expected − observed) / expected; n counts the pupils in
    the windows. With fewer than ten units that have enough, none is tested.

    The overdispersion rho, unless given, is estimated from the units below expectation only:
    lifting moves pupils up, so that side shows honest spread even where many lift.
    """
    enough = counts.n >= least
    if enough.sum() < MIN_UNITS and rho is None:
        return not_tested(Method.BORDER_NOTCH, counts.n, Status.TOO_FEW)
    if rho is None:
        rho = counts.rho(enough & (counts.excess < 0))
    due_below = (counts.totals * (1 - counts.expected)).sum(axis=1)
    return found(
        Method.BORDER_NOTCH,
        tested=enough,
        statistic=counts.z(rho),
        p_value=upper_p(counts, rho, exact_below=EXACT_BELOW),
        effect=ratio(counts.excess, due_below),
        n=counts.n,
    )


def border_notch(
    histogram: IntArray,
    borders: Sequence[int] | None,
    *,
    peers: IntArray | None = None,
    least: int = SCHOOL_LEAST,
) -> Findings:
    """Test the units of one work; without borders nothing is guessed, the status says so."""
    if not borders:
        return not_tested(Method.BORDER_NOTCH, histogram.sum(axis=1), Status.NO_SCALE)
    return judge(border_counts(histogram, borders, peers), least=least)


def _check(borders: Sequence[int], max_score: int) -> None:
    rising = list(borders) == sorted(set(borders))
    if not borders or not rising or not 0 < min(borders) <= max(borders) <= max_score:
        raise StatisticsError(f"borders must rise inside 1…{max_score}, not {list(borders)}")


def windows(borders: list[int], n_scores: int) -> tuple[BoolArray, BoolArray]:
    """Masks of the scores above and below each border, shapes (B, n_scores).

    Windows of borders three scores apart and more do not overlap: where they stand close, the
    lower side is the shorter.
    """
    distance = np.arange(n_scores) - np.array(borders)[:, None]
    room = np.diff(borders, prepend=borders[0] - ABOVE - BELOW) - ABOVE
    below = np.clip(room, 1, BELOW)[:, None]
    return (distance >= 0) & (distance < ABOVE), (distance < 0) & (distance >= -below)


def _coarse(windows: BoolArray) -> FloatArray:
    """Each score's place, one for a whole window: lifting inside it does not move the level.

    `windows` is (B, n_scores).
    """
    scores = np.arange(windows.shape[1], dtype=np.float64)
    place = scores.copy()
    for window in windows:
        if window.any():
            place[window] = scores[window].mean()
    return place


def _anchored(peers: IntArray, coarse: FloatArray) -> BoolArray:
    """Whether the peers have two different places to tell a level by, shape (K,)."""
    first = np.append(True, np.diff(coarse) != 0)
    groups = np.add.reduceat(peers, np.flatnonzero(first), axis=1)
    return np.asarray((groups > 0).sum(axis=1) >= 2)


def _tilted(histogram: IntArray, peers: IntArray, coarse: FloatArray) -> FloatArray:
    """The peers' histograms brought to the units' level, shape (K, n_scores)."""
    usual = ratio(peers @ coarse, peers.sum(axis=1))
    wanted = (histogram @ coarse + usual) / (histogram.sum(axis=1) + 1)
    tilt = _tilt_for(wanted, coarse, peers)
    tilted: FloatArray = peers * np.exp(np.outer(tilt, np.arange(histogram.shape[1])))
    return tilted


def _tilt_for(wanted: FloatArray, coarse: FloatArray, weights: IntArray) -> FloatArray:
    """λ at which coarse places weighted by weights·exp(λs) have the wanted mean, by halving."""
    scores = np.arange(len(coarse))
    low: FloatArray = np.full(len(wanted), -STEEPEST)
    high: FloatArray = np.full(len(wanted), STEEPEST)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        tilted = weights * np.exp(np.outer(middle, scores))
        too_low = ratio(tilted @ coarse, tilted.sum(axis=1)) < wanted
        low, high = np.where(too_low, middle, low), np.where(too_low, high, middle)
    return np.asarray((low + high) / 2)
