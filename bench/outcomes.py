"""What is true of invented schools, what was said of them, and how well the two agree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from monitoring.stats.engine import Tier
from monitoring.stats.simulation.plan import Kind

ENGINE = "engine"
FALSE_ALARMS = 0.01
NAMED = ("scores", "family_p", "flagged")  # kept by a name: a rule or a family


@dataclass(frozen=True, eq=False)
class Outcome:
    """What is true of N schools of one or more regions, and what was said of them."""

    region: NDArray[np.int64]
    kind: NDArray[np.str_]
    dose: NDArray[np.str_]
    decoy: NDArray[np.str_]
    stratum: NDArray[np.int64]
    decile: NDArray[np.int64]  # of the schools' true ability, 0 the weakest
    participants: NDArray[np.int64]
    tier: NDArray[np.str_]
    p_value: NDArray[np.float64]
    scores: dict[str, NDArray[np.float64]]  # of the engine and of each baseline
    family_p: dict[str, NDArray[np.float64]]
    flagged: dict[str, NDArray[np.bool_]]

    @property
    def honest(self) -> NDArray[np.bool_]:
        return self.kind == Kind.HONEST

    @property
    def judged(self) -> NDArray[np.bool_]:
        return self.tier != Tier.INSUFFICIENT

    def of(self, kind: str, dose: str) -> NDArray[np.bool_]:
        return (self.kind == kind) & (self.dose == dose)


@dataclass(frozen=True, eq=False)
class Centres:
    """Shares of works in which a municipality's notch was found: the lenient one's, others'."""

    lenient: float
    others: float


@dataclass(frozen=True, eq=False)
class Evaluation:
    main: Outcome
    by_prevalence: dict[float, Outcome]
    partial: Outcome
    centres: Centres
    works: int
    told: str  # machine, versions, seeds


def joined(parts: Sequence[Outcome]) -> Outcome:
    """Several regions as one."""

    def together(name: str) -> NDArray[np.generic]:
        return np.concatenate([getattr(part, name) for part in parts])

    def by_name(name: str) -> dict[str, NDArray[np.generic]]:
        dicts = [getattr(part, name) for part in parts]
        return {key: np.concatenate([each[key] for each in dicts]) for key in dicts[0]}

    return Outcome(
        **{
            field.name: by_name(field.name) if field.name in NAMED else together(field.name)
            for field in fields(Outcome)
        }
    )


def auc(outcome: Outcome, name: str, positive: NDArray[np.bool_]) -> float:
    """Chance that such a school scores above an honest one; ties count a half."""
    above, below = _scores(outcome, name, positive)
    ranks = rankdata(np.concatenate([above, below]))[: len(above)]
    return float((ranks.sum() - len(above) * (len(above) + 1) / 2) / (len(above) * len(below)))


def power(outcome: Outcome, name: str, positive: NDArray[np.bool_]) -> float:
    """Share of such schools above the score that one honest school in a hundred exceeds."""
    above, below = _scores(outcome, name, positive)
    limit = np.quantile(below, 1 - FALSE_ALARMS, method="higher")
    return float((above > limit).mean())


def _scores(
    outcome: Outcome, name: str, positive: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Scores of these schools and of the honest ones, of those the engine could judge."""
    scores = outcome.scores[name]
    return scores[positive & outcome.judged], scores[outcome.honest & outcome.judged]


def false_discoveries(outcome: Outcome, flagged: NDArray[np.bool_]) -> float:
    """Share of honest schools among the flagged, mean over regions; 0 where none is flagged."""
    return float(
        np.mean(
            [share(outcome.honest[own & flagged]) for own in _each_region(outcome)],
        )
    )


def _each_region(outcome: Outcome) -> Iterator[NDArray[np.bool_]]:
    return (outcome.region == number for number in np.unique(outcome.region))


def share(values: NDArray[np.bool_]) -> float:
    """0 of none."""
    return float(values.mean()) if len(values) else 0.0
