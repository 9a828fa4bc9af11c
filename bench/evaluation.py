"""The engine on invented regions whose truth is known, beside rules in use on the same data.

`python -m bench objectivity_evaluation` makes the regions of `FULL`, has `examine` and `assess`
look at them, and writes the tables of docs/objectivity.md. The page tells what each figure is.
"""

import os
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from bench.baselines import BASELINES
from bench.evaluation_page import PAGE, page_with, tables
from bench.measure import Measure
from bench.outcomes import ENGINE, Centres, Evaluation, Outcome, auc, joined, share
from monitoring.stats.engine import Examined, Tier, assess, examine
from monitoring.stats.findings import METHOD_VERSION
from monitoring.stats.simulate import region, sittings
from monitoring.stats.simulation.plan import Decoy, Dose, Kind, Plan, Region

RAISED = (Tier.RED, Tier.AMBER)
REACH = 0.4  # share of works in which it is done, in the partial regions
NOTCH_Z = 3.0  # from here on a municipality's notch counts as found


@dataclass(frozen=True)
class Size:
    """`regions` by the plan, `others` each of every other share of manipulated schools.

    In `partial` more regions a school does what it does in some of its works only.
    """

    plan: Plan
    regions: int
    others: int
    partial: int
    prevalences: tuple[float, ...] = (0.0, 0.02, 0.05, 0.3)
    first_seed: int = 1001


FULL = Size(Plan(works=7), regions=20, others=4, partial=6)
QUICK = Size(
    Plan(schools=150, municipalities=8, works=2), regions=2, others=1, partial=1, prevalences=(0.0,)
)


def measure() -> list[Measure]:
    """Write the page; AUC of the engine beside the best baseline's, for each kind and dose."""
    found = evaluate(FULL)
    PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8"), tables(found)), encoding="utf-8")
    return [
        Measure(
            name=f"objectivity_evaluation.auc_{kind}_{dose}",
            ours=auc(found.main, ENGINE, found.main.of(kind, dose)),
            baseline=max(auc(found.main, name, found.main.of(kind, dose)) for name in BASELINES),
            unit="AUC",
            n=int(found.main.of(kind, dose).sum()),
        )
        for kind in Kind
        if kind is not Kind.HONEST
        for dose in Dose
    ]


def evaluate(size: Size) -> Evaluation:
    """All regions of a size, one after another; about 7 s a region of a quarter million works."""
    began = time.perf_counter()
    seeds = iter(range(size.first_seed, 10**6))
    main, centres = [], []
    for _ in range(size.regions):
        outcome, centre = _one(region(size.plan, seed=next(seeds)))
        main.append(outcome)
        centres.append(centre)

    def several(count: int, plan: Plan) -> Outcome:
        return joined([_one(region(plan, seed=next(seeds)))[0] for _ in range(count)])

    others = {
        share: several(size.others, replace(size.plan, manipulated=share))
        for share in size.prevalences
    }
    partial = several(size.partial, replace(size.plan, reach=REACH))
    others[size.plan.manipulated] = whole = joined(main)
    return Evaluation(
        whole,
        dict(sorted(others.items())),
        partial,
        Centres(
            float(np.mean([c.lenient for c in centres])),
            float(np.mean([c.others for c in centres])),
        ),
        size.plan.works,
        _told(size.first_seed, next(seeds) - 1, time.perf_counter() - began),
    )


def _told(first: int, last: int, seconds: float) -> str:
    return (
        f"Методика {METHOD_VERSION}; зёрна {first}–{last}; {platform.machine()}, "
        f"{os.cpu_count()} ядра, Python {platform.python_version()}, NumPy {np.__version__}; "
        f"{seconds:.0f} с."
    )


def _one(invented: Region) -> tuple[Outcome, Centres]:
    """A region from its pupils to what is said of its schools."""
    examined: list[Examined] = []
    said: dict[str, list[NDArray[np.float64]]] = {name: [] for name in BASELINES}
    for sitting in sittings(invented):
        examined.append(examine(sitting.work, sitting.rows, invented.schools))
        for name, baseline in BASELINES.items():
            said[name].append(baseline.score(sitting.work, sitting.rows, invented.schools))
    signals = assess(examined, invented.schools)
    scores, flagged = {ENGINE: signals.index}, {ENGINE: np.isin(signals.tier, RAISED)}
    for name, works in said.items():
        scores[name], flagged[name] = _year(np.stack(works), BASELINES[name].limit)
    truth, n = invented.truth, len(invented.standing)
    outcome = Outcome(
        np.full(n, invented.seed),
        truth.kind,
        truth.dose,
        truth.decoy,
        invented.schools.stratum,
        (rankdata(invented.standing, method="ordinal").astype(int) - 1) * 10 // n,
        signals.participants,
        signals.tier,
        signals.p_value,
        scores,
        {str(family): found.p_value for family, found in signals.evidence.items()},
        flagged,
    )
    return outcome, _centres(invented, examined)


def _year(
    works: NDArray[np.float64], limit: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """A baseline over a year: the mean score; flagged where half of its works are."""
    known = ~np.isnan(works)
    number = known.sum(axis=0)
    mean = np.where(known, works, 0).sum(axis=0) / np.maximum(number, 1)
    over = (np.where(known, works, -np.inf) >= limit).sum(axis=0)
    return np.where(number > 0, mean, -np.inf), (number > 0) & (2 * over >= number)


def _centres(invented: Region, examined: Sequence[Examined]) -> Centres:
    lenient = np.unique(invented.schools.municipality[invented.truth.decoy == Decoy.LENIENT_CENTRE])
    best: dict[tuple[str, int], float] = {}
    for one in examined:
        for notch in one.notches:
            if notch.level == "municipality":
                key = notch.work, notch.unit
                best[key] = max(notch.z, best.get(key, -np.inf))
    theirs = [z for (_, unit), z in best.items() if unit in lenient]
    rest = [z for (_, unit), z in best.items() if unit not in lenient]
    return Centres(share(np.array(theirs) > NOTCH_Z), share(np.array(rest) > NOTCH_Z))
