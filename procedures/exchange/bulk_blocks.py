"""A block of lines of a table of results read column by column: thousands of lines at a time.

Only what is plainly sound is read here; every other line is left to `bulk_row`, which alone
knows what to say about it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from organizations.errors import Refused
from procedures.exchange.bulk_row import MOST_CLASS_NUMBER, MOST_SCORE, MOST_VARIANT, Places
from procedures.exchange.results import ABSENT, MISSING, MOST_PARTICIPANT, NOT_ATTEMPTED

BLOCK = 2**20  # bytes read at once; the arrays made of them take some 10 times as much
MOST_LEFT = 8 * 2**20  # bytes without the end of a line
MOST_LINE = 100_000  # bytes; the reader of CSV allows a cell 131 072 signs
COMMA, NEWLINE, RETURN, POINT, ZERO = b",\n\r.0"
DIGITS = 9  # a code of more digits is left to the other reader
BAD = 127  # a cell that is not plainly sound
NO_GROUP = -1

Numbers = NDArray[np.int64]


def _values() -> NDArray[np.int8]:
    """What a cell of one sign says of a task, by the sign's byte."""
    values = np.full(256, BAD, dtype=np.int8)
    values[ZERO : ZERO + 10] = range(10)
    values[[ord("X"), ord("x")]] = NOT_ATTEMPTED
    return values


VALUES = _values()
CYRILLIC_X = ("Х".encode(), "х".encode())


def blocks(stream: BinaryIO) -> Iterator[bytes]:
    """Whole lines of the stream, about a mebibyte at a time; the last line ends as well."""
    rest = b""
    while read := stream.read(BLOCK):
        whole, end, rest = (rest + read).rpartition(b"\n")
        if end:
            yield whole + end
        if len(rest) > MOST_LEFT:
            raise Refused(
                "В таблице есть строка длиннее 8 МБ. Сохраните её как «CSV UTF-8» заново."
            )
    if rest:
        yield rest + b"\n"


def is_plain(block: bytes) -> bool:
    """Whether lines and cells end where the signs say: no quotes, no returns inside lines."""
    return b'"' not in block and block.count(b"\r") == block.count(b"\r\n")


@dataclass(frozen=True, eq=False, slots=True)
class Cells:
    """The lines of a block: where each begins and ends, and where the cells of the even ones."""

    block: bytes
    signs: NDArray[np.uint8]
    line_starts: Numbers
    line_ends: Numbers
    even: Numbers  # numbers of the lines with as many cells as the header
    starts: Numbers  # (even lines, columns)
    ends: Numbers

    def line(self, number: int) -> str:
        return (
            self.block[self.line_starts[number] : self.line_ends[number]]
            .decode()
            .removesuffix("\r")
        )

    def texts(self, column: int) -> list[bytes]:
        pairs = zip(self.starts[:, column].tolist(), self.ends[:, column].tolist(), strict=True)
        block = self.block
        return [block[start:end] for start, end in pairs]


def cells_of(block: bytes, columns: int) -> Cells:
    """The cells of a plain block."""
    signs = np.frombuffer(block + bytes(4), dtype=np.uint8)  # room to look past the last cell
    ends = np.flatnonzero((signs == COMMA) | (signs == NEWLINE))
    last = np.flatnonzero(signs[ends] == NEWLINE)
    line_ends = ends[last]
    line_starts = np.append(0, line_ends[:-1] + 1)
    fits = (np.diff(last, prepend=-1) == columns) & (line_ends - line_starts <= MOST_LINE)
    even = np.flatnonzero(fits)
    own = ends[last[even][:, None] + np.arange(1 - columns, 1)]
    starts = np.empty_like(own)
    starts[:, 1:] = own[:, :-1] + 1
    starts[:, 0] = line_starts[even]
    own[:, -1] -= (signs[own[:, -1] - 1] == RETURN) & (own[:, -1] > starts[:, -1])
    return Cells(block, signs, line_starts, line_ends, even, starts, own)


@dataclass(frozen=True, eq=False, slots=True)
class Sound:
    """The plainly sound lines of a block, and the numbers of all others."""

    lines: Numbers  # from 0 in the block
    rows: NDArray[Any]  # as the spill keeps them
    others: Numbers


def read_block(
    cells: Cells,
    places: Places,
    groups: NDArray[np.int32],
    limits: NDArray[np.int8],
    kind: np.dtype[Any],
) -> Sound:
    """The sound lines of a block as rows of `kind`.

    `groups` (even lines,) are the numbers of their groups, −1 for none; `limits` (groups, tasks)
    the most points of each task, −2 where the group's work has no such task.
    """
    reading = Columns(cells, places.names)
    participant = reading.whole("participant", 1, MOST_PARTICIPANT)
    class_number = reading.whole("class", 1, MOST_CLASS_NUMBER)
    variant = reading.whole("variant", 1, MOST_VARIANT, empty=ABSENT)
    journal_mark = reading.whole("journal_mark", 2, 5, empty=0, digits=1)
    mark = reading.whole("mark", 2, 5, empty=0, digits=1)
    score = reading.whole("score", 0, MOST_SCORE, empty=-1)
    points = points_of(cells, places.tasks)
    sound = reading.sound & (groups != NO_GROUP)
    if len(limits):
        sound &= (points <= limits[groups]).all(axis=1)
    added = np.maximum(points, 0).sum(axis=1)
    absent = variant == ABSENT
    empty = (score < 0) & (mark == 0) & (points == MISSING).all(axis=1)
    sound &= np.where(absent, empty, (score < 0) | (score == added))

    named: dict[str, NDArray[Any]] = {
        "group": groups,
        "participant": participant,
        "class_number": class_number,
        "variant": variant,
        "journal_mark": journal_mark,
        "mark": mark,
        "points": points,
    }
    return parted(cells, sound, named, kind)


def parted(
    cells: Cells, sound: NDArray[np.bool_], named: Mapping[str, NDArray[Any]], kind: np.dtype[Any]
) -> Sound:
    """The lines that are `sound` (even lines,) with their columns as rows of `kind`."""
    rows = np.empty(int(sound.sum()), dtype=kind)
    for name, values in named.items():
        rows[name] = values[sound]
    lines = cells.even[sound]
    others = np.ones(len(cells.line_ends), dtype=bool)
    others[lines] = False
    return Sound(lines, rows, np.flatnonzero(others))


class Columns:
    """The columns of whole numbers of a block, and the lines in which all of them are sound."""

    def __init__(self, cells: Cells, names: Sequence[str]) -> None:
        self.cells = cells
        self.places: Mapping[str, int] = {name: place for place, name in enumerate(names)}
        self.sound = np.ones(len(cells.even), dtype=bool)

    def whole(
        self, name: str, least: int, most: int, *, empty: int | None = None, digits: int = DIGITS
    ) -> Numbers:
        """The numbers of a column (even lines,); those that are not sound are noted."""
        place, signs = self.places[name], self.cells.signs
        starts, ends = self.cells.starts[:, place], self.cells.ends[:, place]
        long = ends - starts > 2
        if long.any():  # «3.0», as programs write that keep gaps as NaN
            ends = ends - 2 * (long & (signs[ends - 1] == ZERO) & (signs[ends - 2] == POINT))
        lengths = ends - starts
        values = np.zeros(len(lengths), dtype=np.int64)
        fine = lengths <= digits
        for place in range(min(int(lengths.max(initial=0)), digits)):
            here = place < lengths
            digit = signs[ends - 1 - place * here].astype(np.int64) - ZERO
            fine &= ~here | ((digit >= 0) & (digit <= 9))
            values += np.where(here, digit, 0) * 10**place
        fine &= (values >= least) & (values <= most) & (lengths > 0)
        if empty is not None:
            blank = lengths == 0
            values[blank] = empty
            fine |= blank
        self.sound &= fine
        return values


def points_of(cells: Cells, places: Sequence[int]) -> NDArray[np.int8]:
    """What stands in the cells of the tasks (even lines, tasks); 127 for what is not plain."""
    columns = list(places)
    starts, ends = cells.starts[:, columns], cells.ends[:, columns]
    lengths = ends - starts
    points = VALUES[cells.signs[starts]]
    points[lengths == 0] = MISSING
    if (lengths > 1).any():
        points[lengths > 1] = BAD
        _read_longer(cells.signs, starts, lengths, points)
    return points


def _read_longer(
    signs: NDArray[np.uint8], starts: Numbers, lengths: Numbers, points: NDArray[np.int8]
) -> None:
    """Two digits, a Cyrillic Х, «2.0»."""
    at = np.nonzero(lengths == 2)
    first, second = signs[starts[at]], signs[starts[at] + 1]
    tens = (first > ZERO) & (first <= ZERO + 9) & (second >= ZERO) & (second <= ZERO + 9)
    crossed = np.zeros(len(first), dtype=bool)
    for head, tail in CYRILLIC_X:
        crossed |= (first == head) & (second == tail)
    number = (first.astype(np.int16) - ZERO) * 10 + second - ZERO
    points[at] = np.select([tens, crossed], [number, NOT_ATTEMPTED], BAD).astype(np.int8)
    at = np.nonzero(lengths == 3)
    first = signs[starts[at]]
    whole = (signs[starts[at] + 1] == POINT) & (signs[starts[at] + 2] == ZERO)
    digit = (first >= ZERO) & (first <= ZERO + 9)
    points[at] = np.where(whole & digit, VALUES[first], BAD)
