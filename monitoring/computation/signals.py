"""A year of a region: what was found in its works becomes a signal of each school."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from django.db.models import QuerySet

from monitoring.computation.statistics import LINKED, STATISTICS, Row, statistic_rows
from monitoring.computation.storing import Table, replace
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
    "monitoring_signal",
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
        _statistic_rows(year, None, found, map(engine.Tested, pooled), run_id),
        of={"year": year, "work_id": None, "organization_id": region.nodes},
    )
    replace(
        STATISTICS,
        _linked_rows(year, found, run_id),
        of={
            "year": year, "work_id": list(_works_of(year)), "organization_id": region.nodes,
            "method": list(LINKED),
        },
    )  # fmt: skip
    rests_on = _hash(found, region, settings)
    rows = _signal_rows(found, assessed, year, settings, rests_on, run_id) if assessed else ()
    replace(SIGNALS, rows, of={"year": year, "organization_id": region.nodes})


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


def _linked_rows(year: int, found: Found, run_id: int | None) -> Iterator[Row]:
    """Findings that need other works, of each work that has them."""
    for key, examined in zip(found.keys, found.examined, strict=True):
        tested = [one for method, one in examined.tested.items() if method in LINKED]
        yield from _statistic_rows(year, key, found, tested, run_id)


def _statistic_rows(
    year: int, work: int | None, found: Found, tested: Iterable[engine.Tested], run_id: int | None
) -> Iterator[Row]:
    """Rows of the schools that have results of the year."""
    of_year = set(found.schools[found.is_of_year].tolist())
    for one in tested:
        rows = statistic_rows(year, work, found.schools, None, one, run_id)
        yield from (row for row in rows if row[0] in of_year)


def _assess(found: Found, region: Region, settings: Settings) -> engine.Assessment | None:
    """None where nobody has results of the year."""
    if not found.examined:
        return None
    schools = region.of(found.schools)
    return engine.assess(found.examined, schools, settings, found.beside)


def _signal_rows(
    found: Found,
    assessed: engine.Assessment,
    year: int,
    settings: Settings,
    rests_on: str,
    run_id: int | None,
) -> Iterator[Row]:
    """One row for each school that has results of the year."""
    for at in np.flatnonzero(found.is_of_year).tolist():
        parts = _evidence(found, assessed, at, settings)
        strong = [
            part["family"]
            for part in parts
            if part["family"] in engine.COUNTED and part["p_value"] < settings.family_p
        ]
        numbers = (assessed.index[at], assessed.p_value[at], assessed.q_value[at])
        is_tested = assessed.tier[at] != engine.Tier.INSUFFICIENT
        yield (
            int(found.schools[at]),
            year,
            str(assessed.tier[at]),
            *(float(number) if is_tested else None for number in numbers),
            int(assessed.participants[at]),
            f"{{{','.join(strong)}}}",
            json.dumps(parts, ensure_ascii=False),
            METHOD_VERSION,
            rests_on,
            run_id,
        )


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
