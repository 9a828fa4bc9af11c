"""How the catalogue is told: its rows by direction, its versions with what each changed."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, QuerySet

from organizations.templatetags.ru import day
from procedures.models import Direction, Placement, Procedure, ProcedureVersion

NOTHING = "–"
DAYS = frozenset({"valid_from", "valid_to"})
KIN = frozenset({"part_of", "replaced_by"})
WORDS: dict[str, Mapping[str, str]] = {
    "kind": {value: str(label) for value, label in Procedure.Kind.choices},
    "level": {value: str(label) for value, label in Procedure.Level.choices},
    "also_at": {value: str(label) for value, label in Procedure.Level.choices},
    "products": {value: str(label) for value, label in Procedure.Product.choices},
}
TITLES = {
    "title": "название",
    "short_title": "кратко",
    "kind": "вид",
    "level": "кто проводит",
    "also_at": "кто ещё участвует",
    "directions": "направления",
    "part_of": "входит в процедуру",
    "ground": "правовое основание",
    "products": "результаты",
    "valid_from": "действует с",
    "valid_to": "действовала до",
    "replaced_by": "чем заменена",
}


@dataclass(frozen=True)
class Row:
    """A procedure in the list, by the words of its direction, with what it consists of."""

    procedure: Procedure
    title: str
    parts: list[Procedure] = field(default_factory=list)


@dataclass(frozen=True)
class Group:
    """A direction with its rows in the order of the Положение; none for those outside of п. 4.2."""

    direction: Direction | None
    rows: list[Row]


def groups(level: str = "") -> list[Group]:
    """The whole catalogue by direction, narrowed to a level when one is asked. Four queries."""
    procedures = Procedure.objects.select_related("replaced_by", "part_of")
    kept = procedures.at_level(level) if level in Procedure.Level.values else procedures
    parts: dict[int, list[Procedure]] = {}
    for row in kept.exclude(part_of=None).order_by("short_title"):
        parts.setdefault(row.part_of_id or 0, []).append(row)
    placements = Placement.objects.filter(procedure__in=kept.values("pk"))
    placements = placements.select_related("procedure__replaced_by").order_by("position", "pk")
    found = [
        Group(direction, [_row(place, parts) for place in direction.placements.all()])
        for direction in Direction.objects.prefetch_related(Prefetch("placements", placements))
    ]
    beside = kept.filter(placements=None, part_of=None)
    found.append(Group(None, [Row(row, row.title, parts.get(row.pk, [])) for row in beside]))
    return [group for group in found if group.rows]


def _row(place: Placement, parts: Mapping[int, list[Procedure]]) -> Row:
    title = place.title or place.procedure.title
    return Row(place.procedure, title, parts.get(place.procedure_id, []))


def past(procedure: Procedure, today: datetime.date) -> bool:
    """Whether the procedure is no longer in force."""
    return procedure.valid_to is not None and procedure.valid_to < today


@dataclass(frozen=True)
class Difference:
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Edition:
    """A version with what it changed of the one before; nothing for the first."""

    version: ProcedureVersion
    differences: list[Difference]


def editions(versions: QuerySet[ProcedureVersion]) -> list[Edition]:
    """Versions of one procedure, the newest first, each beside the one before. Two queries."""
    rows = list(versions.select_related("changed_by").order_by("-number"))
    kin = {code for row in rows for name in KIN if (code := row.content.get(name))}
    names = dict(Procedure.objects.filter(code__in=kin).values_list("code", "short_title"))
    places = dict(Direction.objects.values_list("code", "short_title"))
    words = {**WORDS, **dict.fromkeys(KIN, names), "directions": places}
    older = [*rows[1:], None][: len(rows)]
    return [
        Edition(row, differences(before.content, row.content, words) if before else [])
        for row, before in zip(rows, older, strict=True)
    ]


def differences(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    words: Mapping[str, Mapping[str, str]] = WORDS,
) -> list[Difference]:
    """The fields in which two contents differ, in words."""
    return [
        Difference(title, *(told(name, content.get(name), words) for content in (before, after)))
        for name, title in TITLES.items()
        if before.get(name) != after.get(name)
    ]


def told(name: str, value: Any, words: Mapping[str, Mapping[str, str]] = WORDS) -> str:
    """A value of a version's content as a person reads it."""
    if value in (None, "", []):
        return NOTHING
    if name in DAYS:
        return day(datetime.date.fromisoformat(value))
    known = words.get(name, {})
    if isinstance(value, list):
        return _listed(known.get(one, one) for one in value)
    return known.get(value, str(value))


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
