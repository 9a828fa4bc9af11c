"""WORKS.json of the offline analysis: the portal's list of works, and what only analysis takes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from monitoring.stats.engine import Holding, Work
from organizations.errors import FaultyTable
from organizations.exchange.faults import Fault
from procedures.exchange.works import WorkSpec, read_works

MOST_BORDERS = 3  # of the marks 3, 4, 5; an examination may have the pass mark alone
BORDERS_EXPECTED = "от одной до трёх возрастающих границ отметок 3, 4, 5 или null"
HOLDINGS = ", ".join(Holding)


@dataclass(frozen=True, eq=False)
class ListedWork:
    """A work as the engine takes it, and the printed labels of its tasks."""

    work: Work
    tasks: tuple[str, ...]

    @property
    def code(self) -> str:
        return self.work.code


def read_list(content: bytes) -> list[ListedWork]:
    """The works in the order of the list. Raises FaultyTable with every fault.

    Beside `works.json` of the portal an item may have `holding`, and fewer than three borders.
    """
    items = _items(content)
    own = [fault for number, item in enumerate(items, start=1) for fault in _faults(number, item)]
    try:
        specs = read_works(json.dumps([_without_extras(item) for item in items]).encode())
    except FaultyTable as error:
        own += error.faults
    if own:
        raise FaultyTable(sorted(own, key=lambda fault: fault.row or 0))
    return [_listed(spec, item) for spec, item in zip(specs, items, strict=True)]


def _items(content: bytes) -> list[Any]:
    try:
        items = json.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        items = None
    if not isinstance(items, list):
        read_works(content)  # says what is wrong with it
        raise FaultyTable([], "Список работ должен быть массивом JSON: [{…}, {…}].")
    return items


def _borders(item: object) -> list[Any] | None:
    """The borders of an item without the empty ones at the end; None when it is no list."""
    value = item.get("mark_borders") if isinstance(item, dict) else None
    if not isinstance(value, list):
        return None
    borders = list(value)
    while borders and borders[-1] is None:
        borders.pop()
    return borders


def _without_extras(item: object) -> object:
    """The item as the portal's own list has it: borders that only analysis takes are left out."""
    if not isinstance(item, dict):
        return item
    bare = {name: value for name, value in item.items() if name != "holding"}
    borders = _borders(item)
    return (
        bare if borders is None or len(borders) == MOST_BORDERS else bare | {"mark_borders": None}
    )


def _faults(number: int, item: object) -> Iterator[Fault]:
    if not isinstance(item, dict):
        return
    holding, borders = item.get("holding"), _borders(item)
    if holding is not None and holding not in list(Holding):
        yield _fault(number, "holding", holding, f"одно из: {HOLDINGS}, или без этого поля")
    if borders is not None and len(borders) != MOST_BORDERS and not _is_rising(borders, item):
        yield _fault(number, "mark_borders", item["mark_borders"], BORDERS_EXPECTED)


def _is_rising(borders: list[Any], item: dict[str, Any]) -> bool:
    """Whether one or two borders rise from 1 to no more than all the points of the work."""
    if not 0 < len(borders) < MOST_BORDERS or not all(type(one) is int for one in borders):
        return False
    maxima = item.get("max_points")
    most = sum(one for one in maxima if type(one) is int) if isinstance(maxima, list) else 0
    return borders[0] > 0 and borders[-1] <= most and all(a < b for a, b in pairwise(borders))


def _fault(number: int, name: str, value: object, expected: str) -> Fault:
    found = json.dumps(value, ensure_ascii=False)[:60]
    message = f"нужно {expected}, а здесь «{found}»."
    return Fault("", number, name, found, expected, message, words=("работа", "поле"))


def _listed(spec: WorkSpec, item: dict[str, Any]) -> ListedWork:
    borders = _borders(item)
    work = Work(
        spec.code,
        spec.subject,
        spec.grade,
        spec.year,
        np.array(spec.max_points, dtype=np.int64),
        tuple(borders) if borders else None,
        Holding(item.get("holding") or Holding.USUAL),
    )
    return ListedWork(work, spec.tasks)
