"""A year of a region: what was found in its works becomes a signal of each school."""

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from django.db.models import QuerySet

from monitoring.computation.columns import Columns
from monitoring.computation.statistics import LINKED, STATISTICS, no_classes, statistics_of
from monitoring.computation.storing import Table, replace
from monitoring.models import Signal
from monitoring.queries.examined import Found, found_in
from monitoring.queries.regions import Region
from monitoring.stats import engine
from monitoring.stats.findings import METHOD_VERSION, Family, Findings, Method
from monitoring.stats.settings import Settings
from procedures.models import Work

Part = dict[str, Any]

POOLED = -1  # among the numbers of works and classes: none
PLACES = 6  # of the numbers that explain a signal; the statistics have them in full

SIGNALS = Table(
    Signal,
    key=("organization_id", "year"),
    values=(
        "tier",
        "index",
        "p_value",
        "q_value",
        "participants",
        "families",
        "evidence",
        "method_version",
        "inputs_hash",
    ),
    along=("run_id",),
    is_stamped=True,
)


def store_signals(year: int, region: Region, settings: Settings, run_id: int | None) -> None:
    """Assess the year from what is stored of its works alone."""
    found, assessed = assessed_year(region, year, settings)
    pooled = assessed.pooled.values() if assessed else ()
    replace(
        STATISTICS,
        [_statistics(one, year, None, found, run_id) for one in pooled],
        of={"year": year, "work_id": None, "organization_id": region.nodes},
    )
    replace(
        STATISTICS,
        _linked_works(year, found, run_id),
        of={
            "year": year, "work_id": list(_works_of(year)), "organization_id": region.nodes,
            "method": list(LINKED),
        },
    )  # fmt: skip
    rests_on = _hash(found, region, settings)
    signals = [_signals(found, assessed, year, settings, rests_on, run_id)] if assessed else ()
    replace(SIGNALS, signals, of={"year": year, "organization_id": region.nodes})


def assessed_year(
    region: Region, year: int, settings: Settings
) -> tuple[Found, engine.Assessment | None]:
    """What was found in a year's works and what it comes to; nothing is written."""
    found = _linked(found_in(region, year))
    return found, _assess(found, region, settings)


def _linked(found: Found) -> Found:
    """With what comparing the works with each other finds in them."""
    return dataclasses.replace(found, examined=engine.linked(found.examined, found.beside))


def _works_of(year: int) -> QuerySet[Work, int]:
    return Work.objects.filter(year=year).values_list("pk", flat=True)


def _linked_works(year: int, found: Found, run_id: int | None) -> Iterator[Columns]:
    """Findings that need other works, of each work that has them."""
    for key, examined in zip(found.keys, found.examined, strict=True):
        for method in LINKED:
            if method in examined.tested:
                yield _statistics(examined.tested[method].schools, year, key, found, run_id)


def _statistics(
    findings: Findings, year: int, work: int | None, found: Found, run_id: int | None
) -> Columns:
    """Of the schools that have results of the year."""
    told = np.flatnonzero(found.is_of_year)
    of_classes = no_classes(len(told))
    return statistics_of(findings, year, work, found.schools, told, of_classes, run_id)


def _assess(found: Found, region: Region, settings: Settings) -> engine.Assessment | None:
    """None where nobody has results of the year."""
    if not found.examined:
        return None
    schools = region.of(found.schools)
    return engine.assess(found.examined, schools, settings, found.beside)


def _signals(
    found: Found,
    assessed: engine.Assessment,
    year: int,
    settings: Settings,
    rests_on: str,
    run_id: int | None,
) -> Columns:
    """One row for each school that has results of the year."""
    told = np.flatnonzero(found.is_of_year)
    parts = [_evidence(found, assessed, at, settings) for at in told.tolist()]
    is_tested = assessed.tier != engine.Tier.INSUFFICIENT
    columns = {
        "organization_id": found.schools[told],
        "year": year,
        "tier": assessed.tier[told].tolist(),
        **{name: np.where(is_tested, getattr(assessed, name), np.nan)[told]
           for name in ("index", "p_value", "q_value")},
        "participants": assessed.participants[told],
        "families": [_strong(own, settings) for own in parts],
        "evidence": [json.dumps(own, ensure_ascii=False) for own in parts],
        "method_version": METHOD_VERSION,
        "inputs_hash": rests_on,
        "run_id": run_id,
    }  # fmt: skip
    return Columns(len(told), columns)


def _strong(parts: list[Part], settings: Settings) -> list[str]:
    """The families that count towards a signal."""
    return [
        part["family"]
        for part in parts
        if part["family"] in engine.COUNTED and part["p_value"] < settings.family_p
    ]


def _hash(found: Found, region: Region, settings: Settings) -> str:
    """Of everything the signals rest on: findings with borders, thresholds, methods' version, and
    which schools are compared, with their municipalities and strata."""
    thresholds = json.dumps(dataclasses.asdict(settings), sort_keys=True)
    sha = hashlib.sha256(f"{METHOD_VERSION}{thresholds}{found.inputs_hash}".encode())
    schools = found.schools
    for held in (schools, region.town_of(schools), region.of(schools).stratum):
        sha.update(held.tobytes())
    return sha.hexdigest()


def _evidence(found: Found, assessed: engine.Assessment, at: int, settings: Settings) -> list[Part]:
    """The parts of a school's index, the strongest first."""
    parts = [
        _part(found, assessed, family, evidence, at, settings)
        for family, evidence in assessed.evidence.items()
        if evidence.p_value[at] < 1  # one is what could not be tested
    ]
    return sorted(parts, key=lambda part: (-part["points"], part["family"]))


def _part(
    found: Found,
    assessed: engine.Assessment,
    family: Family,
    evidence: engine.Evidence,
    at: int,
    settings: Settings,
) -> Part:
    """One family's finding with the numbers of the statistic it is."""
    method, work = Method(evidence.method[at]), int(evidence.work[at])
    class_number = int(evidence.class_number[at])
    decibans, weight = float(evidence.decibans[at]), settings.weights[family]
    findings, unit = _behind(found, assessed, method, work, class_number, at)
    return {
        "family": str(family),
        "points": round(weight * decibans, PLACES),
        "decibans": round(decibans, PLACES),
        "weight": weight,
        "p_value": float(evidence.p_value[at]),
        "method": str(method),
        "work": None if work == POOLED else found.examined[work].work.code,
        "class_number": None if class_number == POOLED else class_number,
        "statistic": round(float(findings.statistic[unit]), PLACES),
        "effect": round(float(findings.effect[unit]), PLACES),
        "n": int(findings.n[unit]),
    }


def _behind(
    found: Found,
    assessed: engine.Assessment,
    method: Method,
    work: int,
    class_number: int,
    at: int,
) -> tuple[Findings, int]:
    """The findings the evidence is taken from, and which of their units it is."""
    if work == POOLED:
        return assessed.pooled[method], at
    examined = found.examined[work]
    tested = examined.tested[method]
    if class_number == POOLED or tested.classes is None:
        return tested.schools, at
    own = (examined.class_school == at) & (examined.class_number == class_number)
    return tested.classes, int(np.flatnonzero(own)[0])
