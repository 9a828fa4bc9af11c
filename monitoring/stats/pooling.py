"""One method over the works of a school and their classes: findings together, one p-value."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from monitoring.stats import absence, journal, responsibility
from monitoring.stats.arrays import BoolArray, FloatArray, IntArray
from monitoring.stats.combination import MOST_P, cauchy
from monitoring.stats.disclosure import MIN_PUPILS, MIN_UNITS
from monitoring.stats.examined import Examined, Schools
from monitoring.stats.findings import Findings, Method, Status, found, not_tested
from monitoring.stats.null import upper
from monitoring.stats.shares import ratio
from monitoring.stats.sums import Sums

# Where the strongest sign may lie: over all works together, in one work, in one class.
POOLED, WORKS, CLASSES = 0.85, 0.1, 0.05

# How the sum of a method's z's becomes normal scores, where not as that of most.
OVER_WORKS: Mapping[Method, Callable[[Sums], FloatArray]] = {
    Method.BORDER_NOTCH: responsibility.over_works,
    Method.JOURNAL_SHIFT: journal.shift_over_works,
    Method.JOURNAL_GAP2: journal.gap2_over_works,
    Method.ABSENCE: absence.over_works,
}


def pool(method: Method, examined: Sequence[Examined], schools: Schools) -> Findings:
    """One method over all works: z's weighed by the square root of what they rest on."""
    parts = [one.tested[method].schools for one in examined if method in one.tested]
    count = len(schools)
    if not parts:
        return not_tested(method, np.zeros(count, dtype=np.int64), Status.NOT_HELD)
    ok = np.stack([part.counted for part in parts])
    weight = np.sqrt(np.stack([part.n for part in parts])) * ok
    n = np.sum([part.n for part in parts], axis=0)
    tested = ok.any(axis=0) & (n >= MIN_PUPILS)
    if tested.sum() < MIN_UNITS:
        return not_tested(method, n, Status(parts[0].status[0]))
    length = np.sqrt((weight**2).sum(axis=0))
    z = ratio((weight * np.stack([part.statistic for part in parts])).sum(axis=0), length)
    most = ratio(weight.sum(axis=0), length)
    scores = OVER_WORKS.get(method, Sums.among_peers)(
        Sums(z, most, n, tested, schools.stratum, schools.municipality)
    )
    effect = ratio(
        (weight**2 * np.stack([part.effect for part in parts])).sum(axis=0),
        (weight**2).sum(axis=0),
    )
    return found(method, tested=tested, statistic=scores, p_value=upper(scores), effect=effect, n=n)


@dataclass(frozen=True, eq=False)
class Joined:
    """One method of a school over works and classes: its p, and where the smallest one lies."""

    tested: BoolArray
    p_value: FloatArray
    least_p: FloatArray
    work: IntArray
    class_number: IntArray


def joined(method: Method, examined: Sequence[Examined], pooled: Findings) -> Joined:
    count = len(pooled)
    least = np.where(pooled.ok, pooled.p_value, 2.0)
    at_work = np.full(count, -1)
    at_class = np.full(count, -1)
    sums = {WORKS: np.zeros((2, count)), CLASSES: np.zeros((2, count))}
    for number, one in enumerate(examined):
        if method not in one.tested:
            continue
        of_schools, of_classes = _upward(one.tested[method].schools), one.tested[method].classes
        _gather(sums[WORKS], of_schools.p_value, of_schools.ok, np.arange(count))
        better = of_schools.ok & (of_schools.p_value < least)
        least = np.where(better, of_schools.p_value, least)
        at_work, at_class = np.where(better, number, at_work), np.where(better, -1, at_class)
        if of_classes is None:
            continue
        _gather(sums[CLASSES], of_classes.p_value, of_classes.ok, one.class_school)
        for unit in np.flatnonzero(of_classes.ok & (of_classes.p_value < least[one.class_school])):
            school = one.class_school[unit]
            if of_classes.p_value[unit] < least[school]:
                least[school] = of_classes.p_value[unit]
                at_work[school], at_class[school] = number, one.class_number[unit]
    ways = [np.where(pooled.ok, pooled.p_value, 1.0)]
    weights = [POOLED * pooled.ok]
    for share, (scores, tests) in sums.items():
        ways.append(_tail(ratio(scores, tests)))
        weights.append(share * (tests > 0))
    p = cauchy(np.stack(ways, axis=1), np.stack(weights, axis=1).astype(np.float64))
    return Joined(pooled.ok, p, np.minimum(least, 1.0), at_work, at_class)


def _upward(findings: Findings) -> Findings:
    """The level is told both ways; only a high one can stand beside other evidence."""
    if findings.method != Method.LEVEL:
        return findings
    return replace(findings, p_value=np.where(findings.ok, upper(findings.statistic), 1.0))


def _gather(sums: FloatArray, p: FloatArray, ok: BoolArray, school: IntArray) -> None:
    """Add Cauchy scores and their number to the schools' sums, shape (2, S)."""
    clipped = np.clip(p, 1e-12, MOST_P)
    scores = np.tan(np.pi * (0.5 - clipped)) * ok
    sums[0] += np.bincount(school, weights=scores, minlength=sums.shape[1])
    sums[1] += np.bincount(school, weights=ok, minlength=sums.shape[1])


def _tail(scores: FloatArray) -> FloatArray:
    return np.asarray(np.arctan2(1, scores) / np.pi)
