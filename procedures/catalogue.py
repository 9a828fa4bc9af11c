"""The catalogue that comes with the portal: `catalogue.json`, and how it gets into the tables."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import Max, Model

FILE = Path(__file__).with_name("catalogue.json")
OWN = (
    "code", "title", "short_title", "kind", "level", "also_at", "ground", "products",
    "valid_from", "valid_to",
)  # fmt: skip
CONTENT = (*OWN[1:], "part_of", "replaced_by", "directions")  # what a version keeps


@cache
def listed() -> dict[str, Any]:
    """The file: `basis`, `directions`, `procedures`, `placements` (38 rows of п. 4.2)."""
    data: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return data


def codes() -> set[str]:
    """The codes of the procedures of the file."""
    return {entry["code"] for entry in listed()["procedures"]}


def fill(
    directions: type[Model],
    procedures: type[Model],
    placements: type[Model],
    versions: type[Model],
) -> int:
    """Write what the tables lack, each new procedure with its version 1; returns how many.

    A procedure that has a version already was loaded before, and may have been edited since: it
    stays as it is. The models are arguments, because a migration has models of its own.
    """
    data = listed()
    places = {entry["code"]: _direction(directions, entry) for entry in data["directions"]}
    done = set(versions._default_manager.values_list("procedure__code", flat=True))
    fresh = [entry for entry in data["procedures"] if entry["code"] not in done]
    rows = {entry["code"]: _procedure(procedures, entry) for entry in fresh}
    known = {row.code: row for row in procedures._default_manager.all()}  # type: ignore[attr-defined]  # a Procedure
    for entry in fresh:
        _relate(rows[entry["code"]], entry, known)
    for place in data["placements"]:
        if place["procedure"] in rows:
            placements._default_manager.update_or_create(
                direction=places[place["direction"]],
                procedure=rows[place["procedure"]],
                defaults={"position": place["position"], "title": place["title"]},
            )
    versions._default_manager.bulk_create(
        versions(
            procedure=rows[entry["code"]], number=1, content=_content(entry), basis=data["basis"]
        )
        for entry in fresh
    )
    return len(fresh)


def _direction(model: type[Model], entry: dict[str, Any]) -> Model:
    defaults = {name: entry[name] for name in ("number", "title", "short_title")}
    return model._default_manager.get_or_create(code=entry["code"], defaults=defaults)[0]


def _procedure(model: type[Model], entry: dict[str, Any]) -> Model:
    defaults = {name: entry.get(name) for name in OWN if name != "code"}
    return model._default_manager.update_or_create(code=entry["code"], defaults=defaults)[0]


def _relate(row: Any, entry: dict[str, Any], known: dict[str, Model]) -> None:
    names = [name for name in ("part_of", "replaced_by") if entry.get(name)]
    for name in names:
        setattr(row, name, known[entry[name]])
    if names:
        row.save(update_fields=names)


def _content(entry: dict[str, Any]) -> dict[str, Any]:
    """The content of version 1, of the same shape as `services.catalogue.content_of` gives."""
    own = {name: entry.get(name) for name in CONTENT if name != "directions"}
    held = [row for row in listed()["placements"] if row["procedure"] == entry["code"]]
    return own | {"directions": [row["direction"] for row in held]}


def next_number(versions: Any, procedure: Any) -> int:
    """The number of a procedure's next version."""
    newest = versions.filter(procedure=procedure).aggregate(newest=Max("number"))["newest"]
    return int(newest or 0) + 1
