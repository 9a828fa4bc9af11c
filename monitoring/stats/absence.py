"""Whether those who stayed away are the weaker ones by their journal marks (absence)."""

from dataclasses import dataclass

import numpy as np

from monitoring.stats.arrays import FloatArray, IntArray
from monitoring.stats.cells import MARKS
from monitoring.stats.disclosure import MIN_UNITS
from monitoring.stats.findings import Findings, Method, Status, found, not_tested
from monitoring.stats.null import empirical, unskewed, upper
from monitoring.stats.shares import ratio
from monitoring.stats.sums import Sums

# Least pupils with a journal mark: our own choice, as for every comparison with the journal;
# from the smaller number on a unit counts together with other works.
LEAST = 10
POOLED_LEAST = 3

# Share of units, those with the fewest absent, that show what is usual.
USUAL = 0.85

# Fewer absent pupils due say nothing by themselves, only together with other works.
LEAST_DUE = 2.0

# Skewness of a sum of deficits of which one is due; of k due it is this over √k.
SKEW = 1.25

# Share of pupils usually absent: how many are due tells how skewed a sum over works is.
USUALLY_ABSENT = 0.08


@dataclass(frozen=True, eq=False)
class Missing:
    """Of each unit: marks by which absent pupils lie below their classmates, in all.

    deficit  (K,)  sum over the absent of (class mean − own mark)
    chance   (K,)  its variance if the absent were drawn at random inside their classes
    absent   (K,)  absent pupils with a journal mark
    pupils   (K,)  all pupils with a journal mark
    """

    deficit: FloatArray
    chance: FloatArray
    absent: IntArray
    pupils: IntArray


def missing(attendance: IntArray) -> Missing:
    """Compare absent pupils with their own class; `attendance` is (K, 5, 2) of class cells.

    References
    ----------
    The extended test of Mantel (1963), J. Am. Stat. Assoc. 58, 690–700, one stratum a class.
    """
    by_mark = attendance[:, 1:, :].astype(np.int64)
    absent, everyone = by_mark[:, :, 0], by_mark.sum(axis=2)
    away, all_pupils = absent.sum(axis=1), everyone.sum(axis=1)
    mean = ratio(everyone @ MARKS, all_pupils)
    variance = ratio(everyone @ MARKS**2, all_pupils) - mean**2
    left = ratio(away * (all_pupils - away), np.maximum(all_pupils - 1, 1))
    return Missing(away * mean - absent @ MARKS, np.maximum(variance, 0) * left, away, all_pupils)


def gather(classes: Missing, school: IntArray, n_schools: int) -> Missing:
    """Classes added up to schools."""

    def total(values: FloatArray | IntArray) -> FloatArray:
        summed = np.bincount(school, weights=values, minlength=n_schools)
        return np.asarray(summed, dtype=np.float64)

    return Missing(
        total(classes.deficit),
        total(classes.chance),
        total(classes.absent).astype(np.int64),
        total(classes.pupils).astype(np.int64),
    )


def absence(units: Missing, *, least: int = LEAST) -> Findings:
    """Whether more of the weaker stayed away than do elsewhere.

    The sum of deficits grows with how many are absent and with how weak they are; it is set
    against the usual share of absent pupils and their usual deficit. The statistic is z, the
    effect how many marks the absent lie below their classmates on average; n counts all pupils
    with a journal mark.
    """
    enough = (units.pupils >= least) & (units.pupils > units.absent)
    away = ratio(units.absent, units.pupils)
    if enough.sum() < MIN_UNITS:
        return not_tested(Method.ABSENCE, units.pupils, Status.TOO_FEW)
    # Where pupils were kept away the rate is high: the usual one is that of the others.
    usual = enough & (away <= np.quantile(away[enough], USUAL))
    # Nobody is away, or all have one mark: nothing shows how the absent usually differ.
    if not units.chance[usual].any():
        return not_tested(Method.ABSENCE, units.pupils, Status.TOO_FEW)
    rate = units.absent[usual].sum() / max(int(units.pupils[usual].sum()), 1)
    tendency = units.deficit[usual].sum() / max(int(units.absent[usual].sum()), 1)
    square = units.chance[usual].sum() / max(int(units.absent[usual].sum()), 1) + tendency**2
    due = np.maximum(rate * units.pupils, 1e-9)
    z = (units.deficit - tendency * due) / np.sqrt(square * due)
    score = normal_scores(z, due)
    return found(
        Method.ABSENCE,
        # Where not two absent are due, one or two decide all, and no curve tells how often.
        tested=enough & (due >= LEAST_DUE),
        statistic=z,
        p_value=upper(empirical(score, enough).standardise(score)),
        effect=ratio(units.deficit, units.absent),
        n=units.pupils,
        pooled=units.pupils >= POOLED_LEAST,
    )


def over_works(sums: Sums) -> FloatArray:
    """Works are added raw, and their sum is made normal: it is less skewed than they."""
    due = np.asarray(USUALLY_ABSENT * sums.n, dtype=np.float64)
    return sums.become(normal_scores(sums.z, due)).among_peers()


def normal_scores(z: FloatArray, due: FloatArray) -> FloatArray:
    """A sum of few rare deficits leans to the right the more, the fewer are due."""
    return unskewed(z, np.minimum(SKEW / np.sqrt(np.maximum(due, 1e-9)), 1.0))
