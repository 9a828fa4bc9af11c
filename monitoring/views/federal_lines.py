"""A table of a standard report as a page prints it: texts, links, one note for hidden numbers."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from monitoring.federal.tables import Line, Table, Value
from monitoring.queries.federal import login
from monitoring.wording import decimal
from organizations.models import Level, Organization

NOTHING = "–"


@dataclass(frozen=True)
class ShownLine:
    """One row of the page; `note` spans the place of the numbers."""

    name: str
    code: str
    url: str
    cells: tuple[str, ...]
    note: str
    shape: str  # of the row: own, above, part


@dataclass(frozen=True)
class Shown:
    """The head's rows and the rows of numbers; `width` is how many cells a note spans."""

    over: tuple[str, ...]
    head: tuple[tuple[str, ...], ...]
    lines: tuple[ShownLine, ...]
    width: int


def shown(
    table: Table,
    opened: Organization,
    address: Callable[[Organization], str] | None = None,
    open_to: Collection[int] = (),
) -> Shown:
    """The table printed; rows of the units in `open_to` lead where `address` says."""
    lines = tuple(_line(line, opened, address, open_to) for line in table.lines)
    head = tuple(tuple(map(_head, row)) for row in table.head)
    return Shown(tuple(map(_head, table.over)), head, lines, len(table.head[0]) - 1)


def _line(
    line: Line,
    opened: Organization,
    address: Callable[[Organization], str] | None,
    open_to: Collection[int],
) -> ShownLine:
    cells = tuple(map(text, line.values))
    if line.unit is None or line.label:
        return ShownLine(line.label, "", "", cells, line.note, "part" if line.unit else "")
    place, is_class = line.unit.place, line.unit.class_number is not None
    may_open = not is_class and place.pk in open_to and address is not None
    return ShownLine(
        name=line.unit.name,
        code="" if is_class or place.level == Level.REGION else login(place),
        url=address(place) if may_open and address else "",
        cells=cells,
        note=line.note,
        shape=_shape(place, opened, is_class=is_class),
    )


def _shape(place: Organization, opened: Organization, *, is_class: bool) -> str:
    if place.pk == opened.pk and not is_class:
        return "own"
    return "above" if place.level < opened.level else ""


def _head(value: Value) -> str:
    return "" if value is None else str(value)


def text(value: Value) -> str:
    """A value as it is read: percents with at most two decimals, nothing as a dash."""
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return decimal(value, 0)
    said = decimal(value, 2).rstrip("0")
    return said.removesuffix(",")
