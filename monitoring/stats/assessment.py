"""The works of a year joined: families of evidence, the index, signals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from monitoring.stats.arrays import BoolArray, FloatArray, IntArray
from monitoring.stats.combination import cauchy, decibans, index
from monitoring.stats.disclosure import MIN_PUPILS
from monitoring.stats.examined import Examined, Schools
from monitoring.stats.fdr import q_values
from monitoring.stats.findings import FAMILY, Family, Findings, Method
from monitoring.stats.linking import linked
from monitoring.stats.pooling import Joined, joined, pool
from monitoring.stats.settings import Settings

# Families that can stand for a signal alone; the others support.
LEADING = (Family.BORDERS, Family.TASKS, Family.SIMILARITY)

# Families a school's p-value is made of. Level is none of them: it never flags.
COUNTED = (*LEADING, Family.MARKS, Family.ATTENDANCE)


class Tier(StrEnum):
    RED = "red"
    AMBER = "amber"
    NONE = "none"
    INSUFFICIENT = "insufficient"


@dataclass(frozen=True, eq=False)
class Evidence:
    """The strongest finding of one family for each school, shape (S,).

    `work` indexes the works given to `assess`, −1 for pooled; `class_number` −1 for the school.
    """

    p_value: FloatArray
    decibans: FloatArray
    method: NDArray[np.str_]
    work: IntArray
    class_number: IntArray


@dataclass(frozen=True, eq=False)
class Assessment:
    """Signals of S schools, and what they rest on."""

    participants: IntArray
    tier: NDArray[np.str_]
    index: FloatArray
    p_value: FloatArray
    q_value: FloatArray
    evidence: Mapping[Family, Evidence]
    pooled: Mapping[Method, Findings]
    calibration: Mapping[str, object]


def assess(
    examined: Sequence[Examined],
    schools: Schools,
    settings: Settings | None = None,
    before: Sequence[Examined] = (),
) -> Assessment:
    """Join what was found in the works: signals, their index, what each rests on.

    `before` are works of the year before, of which only means are looked at (cohort_jump).
    """
    rules = settings or Settings()
    usual = linked(examined, before)
    pooled = {method: pool(method, usual, schools) for method in Method}
    over_works = {method: joined(method, usual, pooled[method]) for method in Method}
    evidence = _context({family: _evidence(family, over_works, rules) for family in Family})
    tested = {
        family: np.any([over_works[m].tested for m in Method if FAMILY[m] == family], axis=0)
        for family in Family
    }
    participants = sum((one.participants for one in examined), np.zeros(len(schools), np.int64))
    enough = (participants >= MIN_PUPILS) & np.any([tested[f] for f in COUNTED], axis=0)
    weights = np.stack([rules.weights[f] * tested[f] for f in COUNTED], axis=1)
    p = cauchy(np.stack([evidence[f].p_value for f in COUNTED], axis=1), weights)
    p = np.where(enough, p, 1.0)
    q = q_values(p, enough)
    return Assessment(
        participants,
        _tiers(evidence, p, q, enough, rules),
        index(_points(evidence, rules), rules.prior),
        p,
        q,
        evidence,
        pooled,
        calibration(usual, pooled, schools),
    )


def _evidence(family: Family, joined: Mapping[Method, Joined], rules: Settings) -> Evidence:
    methods = [method for method in Method if FAMILY[method] == family]
    shares = np.array([rules.shares[method] for method in methods])
    tested = np.stack([joined[method].tested for method in methods], axis=1)
    p = np.stack([joined[method].p_value for method in methods], axis=1)
    best = np.where(tested, p, 2.0).argmin(axis=1)

    def of_best(name: str) -> IntArray:
        columns = np.stack([getattr(joined[method], name) for method in methods], axis=1)
        return np.asarray(np.take_along_axis(columns, best[:, None], axis=1)[:, 0])

    family_p = cauchy(p, tested * shares)
    return Evidence(
        family_p,
        decibans(family_p),
        np.array([str(method) for method in methods])[best],
        of_best("work"),
        of_best("class_number"),
    )


def _context(evidence: Mapping[Family, Evidence]) -> dict[Family, Evidence]:
    """The same with the level weighing no more than the leading families: it never leads."""
    leading = np.max([evidence[family].decibans for family in LEADING], axis=0, initial=0.0)
    of_level = evidence[Family.LEVEL]
    capped = replace(of_level, decibans=np.minimum(of_level.decibans, leading))
    return {**evidence, Family.LEVEL: capped}


def _points(evidence: Mapping[Family, Evidence], rules: Settings) -> FloatArray:
    """Weighed decibans of each family, shape (S, 6)."""
    return np.stack([rules.weights[f] * evidence[f].decibans for f in Family], axis=1)


def _tiers(
    evidence: Mapping[Family, Evidence],
    p: FloatArray,
    q: FloatArray,
    enough: BoolArray,
    rules: Settings,
) -> NDArray[np.str_]:
    remarkable = {family: evidence[family].p_value < rules.family_p for family in Family}
    number = np.sum([remarkable[family] for family in COUNTED], axis=0)
    leads = np.any([remarkable[family] for family in LEADING], axis=0)
    alone = np.any([evidence[family].p_value < rules.amber_p for family in LEADING], axis=0)
    red = (q <= rules.red_q) & (number >= 2) & leads
    amber = (q <= rules.amber_q) | alone
    tier = np.where(red, Tier.RED, np.where(amber, Tier.AMBER, Tier.NONE))
    return np.asarray(np.where(enough, tier, Tier.INSUFFICIENT))


def calibration(
    examined: Sequence[Examined], pooled: Mapping[Method, Findings], schools: Schools
) -> dict[str, object]:
    """Shares of small p-values by method, over all cells tested."""
    shares: dict[str, object] = {}
    for method in Method:
        parts = [pooled[method]]
        for one in examined:
            if method in one.tested:
                both = (one.tested[method].schools, one.tested[method].classes)
                parts += [part for part in both if part is not None]
        p = np.concatenate([part.p_value[part.ok] for part in parts])
        shares[str(method)] = {
            "tested": len(p),
            **{
                f"p<{limit:g}": float((p < limit).mean()) if len(p) else None
                for limit in (0.05, 0.01, 0.001)
            },
        }
    return {"methods": shares, "strata": len(np.unique(schools.stratum))}
