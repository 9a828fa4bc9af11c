"""Schools of an invented region and what is true of each: what was done there, how much.

The doses and the honest decoys are those of our evaluation protocol (docs/objectivity.md).
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from monitoring.stats.arrays import BoolArray, FloatArray, IntArray
from monitoring.stats.engine import Schools


class Kind(StrEnum):
    """What was done in a school."""

    HONEST = "honest"
    HELP = "help"  # pupils are told two of the harder tasks
    COPYING = "copying"  # pupils copy from the best of their class and variant
    BORDERS = "borders"  # papers 1–3 points below a mark are lifted onto it
    ABSENCE = "absence"  # the weakest stay at home
    JOURNAL = "journal"  # marks of the journal are raised by one
    MIXTURE = "mixture"  # help, borders and the journal, each at half its dose


class Dose(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Decoy(StrEnum):
    """What makes an honest school look as if something had been done."""

    NONE = ""
    STRONG_LYCEUM = "strong_lyceum"
    DRILLED_TASK = "drilled_task"  # one task practised by the whole school
    TOPIC_TEACHER = "topic_teacher"  # one class taught one topic (three tasks) very well
    TINY_CLASS = "tiny_class"  # 3–7 pupils
    LENIENT_CENTRE = "lenient_centre"  # the municipality's markers forgive the last point


# The share of pupils (of papers near a border, of marks) concerned.
DOSES: dict[Kind, dict[Dose, float]] = {
    kind: dict(zip(Dose, shares, strict=True))
    for kind, shares in {
        Kind.HELP: (0.3, 0.6, 0.9),
        Kind.COPYING: (0.2, 0.4, 0.7),
        Kind.BORDERS: (0.3, 0.6, 0.9),
        Kind.ABSENCE: (0.06, 0.12, 0.20),
        Kind.JOURNAL: (0.25, 0.5, 0.75),  # about 0.2, 0.35 and 0.55 of a mark
    }.items()
}
MIXED = (Kind.HELP, Kind.BORDERS, Kind.JOURNAL)

STRATA = ("городская", "лицей", "сельская")
ORDINARY, LYCEUM, VILLAGE = range(3)
STRATUM_SHARES = (0.52, 0.10, 0.38)
STANDING = np.array([0.0, 0.75, -0.2])  # of a stratum, before the spread is brought to the ICC
PARALLEL = np.array([77.0, 88.0, 12.0])  # pupils of a grade: median
PARALLEL_SPREAD = np.array([0.4, 0.3, 0.6])  # SD of its logarithm
STRONG = 1.2  # the standing of a strong lyceum


@dataclass(frozen=True)
class Plan:
    """How large a region, and what is done in it.

    `manipulated` and `decoys` (of each kind) are shares of schools; `reach` is the share of its
    works in which a school does what it does, at least one. `controlled` works are written
    once more under control by a tenth of the schools, honestly.
    """

    schools: int = 650
    municipalities: int = 34
    works: int = 28
    years: tuple[int, ...] = (2026,)
    manipulated: float = 0.15
    kinds: tuple[Kind, ...] = (*DOSES, Kind.MIXTURE)
    doses: tuple[Dose, ...] = tuple(Dose)
    reach: float = 1.0
    decoys: float = 0.015
    lenient_centres: int = 1
    icc: float = 0.2
    controlled: int = 0


@dataclass(frozen=True, eq=False)
class Truth:
    """Of S schools: `kind`, `dose` («» of honest ones) and `decoy` («» of the others)."""

    kind: NDArray[np.str_]
    dose: NDArray[np.str_]
    decoy: NDArray[np.str_]

    @property
    def honest(self) -> BoolArray:
        return np.asarray(self.kind == Kind.HONEST)


@dataclass(frozen=True, eq=False)
class Region:
    """S schools; `parallel` (S,) pupils of a grade, `standing` (S,) their mean ability.

    `touched` (S, plan.works) tells in which works a school did what it does.
    """

    plan: Plan
    seed: int
    schools: Schools
    truth: Truth
    parallel: IntArray
    standing: FloatArray
    touched: BoolArray

    def __len__(self) -> int:
        """Works in all, the controlled ones included."""
        return len(self.plan.years) * self.plan.works + self.plan.controlled


def drawn_region(plan: Plan, seed: int) -> Region:
    """Draw the schools of a region; their pupils are drawn with each work."""
    rng = np.random.default_rng([seed, 0])
    n = plan.schools
    stratum = rng.choice(len(STRATUM_SHARES), n, p=STRATUM_SHARES)
    weight = 1 / np.sqrt(1 + np.arange(plan.municipalities))
    municipality = rng.choice(plan.municipalities, n, p=weight / weight.sum())
    schools = Schools(municipality, stratum)
    parallel = np.rint(
        PARALLEL[stratum] * np.exp(PARALLEL_SPREAD[stratum] * rng.normal(size=n))
    ).astype(np.int64)
    standing = _spread(STANDING[stratum] + 0.35 * rng.normal(size=n), parallel, plan.icc)
    truth = _truth(plan, schools, rng)
    tiny = truth.decoy == Decoy.TINY_CLASS
    return Region(
        plan,
        seed,
        schools,
        truth,
        np.where(tiny, rng.integers(3, 8, n), np.maximum(parallel, 3)),
        np.where(truth.decoy == Decoy.STRONG_LYCEUM, STRONG, standing),
        _touched(plan, truth, rng),
    )


def _spread(standing: FloatArray, parallel: IntArray, variance: float) -> FloatArray:
    """Standings moved and stretched to mean 0 and this variance among the pupils."""
    centred = standing - np.average(standing, weights=parallel)
    return np.asarray(centred * np.sqrt(variance / np.average(centred**2, weights=parallel)))


def _truth(plan: Plan, schools: Schools, rng: np.random.Generator) -> Truth:
    n = plan.schools
    decoy = np.full(n, Decoy.NONE, dtype="<U16")
    # Municipalities come by size: a lenient centre marks for one of the middle ones.
    centres = plan.municipalities // 2 + np.arange(plan.lenient_centres)
    decoy[np.isin(schools.municipality, centres)] = Decoy.LENIENT_CENTRE
    for kind, stratum in (
        (Decoy.STRONG_LYCEUM, LYCEUM),
        (Decoy.DRILLED_TASK, ORDINARY),
        (Decoy.TOPIC_TEACHER, ORDINARY),
        (Decoy.TINY_CLASS, VILLAGE),
    ):
        free = np.flatnonzero((decoy == Decoy.NONE) & (schools.stratum == stratum))
        decoy[rng.permutation(free)[: round(plan.decoys * n)]] = kind
    kind_of, dose_of = np.full(n, Kind.HONEST, dtype="<U16"), np.full(n, "", dtype="<U16")
    doing = rng.permutation(np.flatnonzero(decoy == Decoy.NONE))[: round(plan.manipulated * n)]
    for serial, school in enumerate(doing):
        turn, which = divmod(serial, len(plan.kinds))
        kind_of[school] = plan.kinds[which]
        dose_of[school] = plan.doses[turn % len(plan.doses)]
    return Truth(kind_of, dose_of, decoy)


def _touched(plan: Plan, truth: Truth, rng: np.random.Generator) -> BoolArray:
    draw = rng.random((plan.schools, plan.works))
    chosen = (draw < plan.reach) | (draw == draw.min(axis=1, keepdims=True))
    return np.asarray(chosen & ~truth.honest[:, None])
