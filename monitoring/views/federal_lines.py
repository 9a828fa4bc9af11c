"""A table of a standard report as a page prints it: texts, links, one note for hidden numbers."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from monitoring.federal.tables import Line, Table, Value
from monitoring.queries.federal import login
from monitoring.wording import decimal
from organizations.models import Level, Organization

NOTHING = "–"


@dataclass(frozen=True)
class ShownLine:
    """One row of the page; `note` spans the place of the numbers, `rest` what has none."""

    name: str
    code: str
    url: str
    cells: tuple[str, ...]
    note: str
    rest: int
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
    *,
    code_column: int | None = None,
) -> Shown:
    """The table printed; rows of the units in `open_to` lead where `address` says."""
    width = len(table.head[0]) - 1
    printed = (_with_code(line, code_column) for line in table.lines)
    lines = tuple(_line(line, width, opened, address, open_to) for line in printed)
    head = tuple(tuple(map(_head, row)) for row in table.head)
    return Shown(tuple(map(_head, table.over)), head, lines, width)


def _with_code(line: Line, column: int | None) -> Line:
    """The line with a code as a text, which has no thousands to set apart."""
    if column is None:
        return line
    values = [str(value) if n == column else value for n, value in enumerate(line.values)]
    return replace(line, values=tuple(values))


def _line(
    line: Line,
    width: int,
    opened: Organization,
    address: Callable[[Organization], str] | None,
    open_to: Collection[int],
) -> ShownLine:
    cells = tuple(map(text, line.values))
    rest = width - len(cells)
    if line.unit is None or line.label:
        return ShownLine(line.label, "", "", cells, line.note, rest, "part" if line.unit else "")
    place, is_class = line.unit.place, line.unit.class_number is not None
    may_open = not is_class and place.pk in open_to and address is not None
    return ShownLine(
        name=line.unit.name,
        code="" if is_class or place.level == Level.REGION else login(place),
        url=address(place) if may_open and address else "",
        cells=cells,
        note=line.note,
        rest=rest,
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
