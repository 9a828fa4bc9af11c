"""Databases by organization of the first demonstration municipality; every number is invented."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from organizations.models import Organization
from procedures.exchange.tables import written
from procedures.services import tables
from procedures.tables import ATTESTATION, CERTIFICATION, NOKO, OLYMPIADS, TableKind, Type
from rsoko.demo.settle import acting_as

MUNICIPALITY = "reg42_m001"
YEARS = (2025, 2026)
SEED = 42
STAGES = (("региональный", "Математика"), ("региональный", "Русский язык"))

Line = tuple[str, str, int, dict[str, Any]]


def bring_tables() -> int:
    """Four databases of two years through the coordinator's own way in; returns how many rows."""
    by = acting_as("coordinator")
    brought = 0
    for kind in (OLYMPIADS, ATTESTATION, CERTIFICATION, NOKO):
        places = tables.circle_of(kind, by).filter(parent__code=MUNICIPALITY, closed_on=None)
        schools = list(places.schools().order_by("code"))
        content = written(kind, list(lines(kind, schools)))
        brought += len(tables.load(kind, content, f"{kind.title}.xlsx", by=by).added)
    return brought


def lines(kind: TableKind, schools: list[Organization]) -> Iterator[Line]:
    """The rows of a database for these schools, the same at every call."""
    chance = np.random.default_rng([SEED, len(kind.title)])
    for school in schools:
        for year in YEARS:
            for own in _keys(kind):
                yield school.code, school.short_name, year, own | _numbers(kind, chance)


def _keys(kind: TableKind) -> list[dict[str, str]]:
    if kind is OLYMPIADS:
        return [{"stage": stage, "subject": subject} for stage, subject in STAGES]
    if kind is CERTIFICATION:
        return [{"staff": choice} for choice in kind.column("staff").choices]
    return [{}]


def _numbers(kind: TableKind, chance: np.random.Generator) -> dict[str, Any]:
    """Numbers that fit together: parts are drawn as shares of their whole."""
    if kind is NOKO:
        points = [column.name for column in kind.columns if column.type == Type.DECIMAL]
        drawn = {name: round(float(chance.uniform(70, 99)), 1) for name in points}
        return drawn | {"respondents": int(chance.integers(60, 400))}
    most = int(chance.integers(30, 70)) if kind is ATTESTATION else int(chance.integers(4, 13))
    values: dict[str, Any] = {whole: most for _, whole in kind.within}
    for parts, whole in kind.within:
        shares = chance.dirichlet([2.0] * (len(parts) + 1))[: len(parts)]
        values |= {
            name: int(share * values[whole]) for name, share in zip(parts, shares, strict=True)
        }
    return values
