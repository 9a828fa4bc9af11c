"""Thresholds tried on a copy: on invented regions whose truth is known, and on this year's list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from monitoring.computation.signals import assessed_year
from monitoring.models import MethodSettings, Statistic
from monitoring.queries.regions import region_by_key
from monitoring.stats.arrays import BoolArray
from monitoring.stats.engine import Assessment, Examined, Schools, Tier, assess, examine
from monitoring.stats.findings import METHOD_VERSION
from monitoring.stats.settings import Settings
from monitoring.stats.simulate import region, sittings
from monitoring.stats.simulation.plan import Kind, Plan, Truth

# Smaller than those of the evaluation (docs/objectivity.md) and of other seeds: a person waits.
PLAN = Plan(schools=300, municipalities=16, works=5)
HONEST_SEEDS = (90_001, 90_002)
MIXED_SEEDS = (90_011, 90_012, 90_013, 90_014)
RAISED = (Tier.RED, Tier.AMBER)
STEPS = len(HONEST_SEEDS) + len(MIXED_SEEDS) + 2  # every invented region, both sides of the list


@dataclass(frozen=True, eq=False)
class Invented:
    """A region whose truth is known, examined; thresholds come after that."""

    schools: Schools
    truth: Truth
    examined: tuple[Examined, ...]


def try_out(
    region_key: int, draft: Settings, current: Settings, *, progress: Callable[[int, int], object]
) -> dict[str, Any]:
    """What the draft would change beside the current thresholds, as plain data for JSON."""
    worlds = []
    for number, (seed, share) in enumerate(_seeds(), start=1):
        worlds.append(invented(seed, share, PLAN))
        progress(number, STEPS)
    honest, mixed = worlds[: len(HONEST_SEEDS)], worlds[len(HONEST_SEEDS) :]
    sides = {
        name: {"honest": false_alarms(honest, settings), "mixed": power(mixed, settings)}
        for name, settings in (("before", current), ("after", draft))
    }
    progress(STEPS - 1, STEPS)
    year = newest_year(region_key)
    change = year_change(region_key, year, draft, current) if year else None
    progress(STEPS, STEPS)
    return {"method_version": METHOD_VERSION, "simulated": sides, "year": change}


def keep_trial(row: MethodSettings, tried: dict[str, Any], trial: dict[str, Any]) -> None:
    """Keep what a trial came to together with the thresholds it was of."""
    row.tried, row.trial = tried, trial
    row.save(update_fields=["tried", "trial"])


def _seeds() -> list[tuple[int, float]]:
    honest = [(seed, 0.0) for seed in HONEST_SEEDS]
    return honest + [(seed, PLAN.manipulated) for seed in MIXED_SEEDS]


@lru_cache(maxsize=STEPS)
def invented(seed: int, manipulated: float, plan: Plan) -> Invented:
    """An invented region examined. Kept as long as the worker lives: its engine cannot change."""
    drawn = region(replace(plan, manipulated=manipulated), seed=seed)
    examined = tuple(
        # Only findings are assessed; what they were made of is left behind.
        replace(
            examine(sitting.work, sitting.rows, drawn.schools),
            cells=None, reference=None, notches=(),
        )
        for sitting in sittings(drawn)
    )  # fmt: skip
    return Invented(drawn.schools, drawn.truth, examined)


def false_alarms(worlds: Sequence[Invented], settings: Settings) -> dict[str, int]:
    """In regions where all are honest: how many were judged, how many got a signal, attention."""
    tiers = np.concatenate([_assessed(world, settings).tier for world in worlds])
    return {
        "schools": int((tiers != Tier.INSUFFICIENT).sum()),
        "red": int((tiers == Tier.RED).sum()),
        "amber": int((tiers == Tier.AMBER).sum()),
    }


def power(worlds: Sequence[Invented], settings: Settings) -> dict[str, Any]:
    """Where something was done: how many of each kind were noticed, how many of the list honest."""
    tiers = np.concatenate([_assessed(world, settings).tier for world in worlds])
    kinds = np.concatenate([world.truth.kind for world in worlds])
    raised, honest = np.isin(tiers, RAISED), kinds == Kind.HONEST
    return {
        "listed": int(raised.sum()),
        "honest_listed": int((raised & honest).sum()),
        "red": int((tiers == Tier.RED).sum()),
        "honest_red": int(((tiers == Tier.RED) & honest).sum()),
        "kinds": {
            str(kind): _noticed(kinds == kind, raised) for kind in Kind if kind != Kind.HONEST
        },
    }


def _noticed(of_kind: BoolArray, raised: BoolArray) -> list[int]:
    return [int((of_kind & raised).sum()), int(of_kind.sum())]


def _assessed(world: Invented, settings: Settings) -> Assessment:
    return assess(world.examined, world.schools, settings)


def newest_year(region_key: int) -> int | None:
    """The last year of which the region's works have statistics. Two queries."""
    nodes = region_by_key(region_key).nodes
    rows = Statistic.objects.filter(organization__in=nodes, work__isnull=False)
    return rows.order_by("-year").values_list("year", flat=True).first()


def year_change(region_key: int, year: int, draft: Settings, current: Settings) -> dict[str, Any]:
    """How the list of a year would change: schools of each tier, and who moves, by key.

    From the stored statistics, as the computation of signals does; nothing is written.
    """
    place = region_by_key(region_key)
    found, then = assessed_year(place, year, current)
    _, now = assessed_year(place, year, draft)
    before, after = (
        side.tier[found.is_of_year] if side else np.array([], dtype=str) for side in (then, now)
    )
    keys = found.schools[found.is_of_year]
    listed_before, listed_after = np.isin(before, RAISED), np.isin(after, RAISED)
    moved = (before != after) & (listed_before | listed_after)
    moves = zip(keys[moved].tolist(), before[moved].tolist(), after[moved].tolist(), strict=True)
    return {
        "year": year,
        "before": {str(tier): int((before == tier).sum()) for tier in Tier},
        "after": {str(tier): int((after == tier).sum()) for tier in Tier},
        "moves": [list(one) for one in moves],
    }
