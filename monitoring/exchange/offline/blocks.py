"""A block of lines of RESULTS.csv read column by column, as the import of results does it.

Only what is plainly sound is read here; every other line is left to `Line`, which alone knows
what to say about it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.exchange.offline.lines import FNV_OFFSET, FNV_PRIME, NO_SCORE, Layout
from monitoring.exchange.offline.schools import MOST_SIGNS
from procedures.exchange.bulk_blocks import (
    Cells,
    Columns,
    Numbers,
    Sound,
    cells_of,
    is_plain,
    parted,
    points_of,
)
from procedures.exchange.bulk_row import MOST_SCORE
from procedures.exchange.results import MISSING

UNKNOWN = -1  # the number of a text that is not plainly a code
SPACE, QUOTE = ord(" "), ord('"')
BEGINS, ENDS = tuple(b",\n"), tuple(b",\r\n")

Lookup = Callable[[bytes], int]


def plain_cells(block: bytes, columns: int) -> Cells | None:
    """The cells of a block in which nothing but quotes around whole cells is special, or None.

    Some programs put quotes around every text; without them all lines must be even.
    """
    if is_plain(block):
        return cells_of(block, columns)
    bare = block.replace(b'"', b"")
    if not (is_plain(bare) and _around_cells(block)):
        return None
    cells = cells_of(bare, columns)
    return cells if len(cells.even) == len(cells.line_ends) else None


def _around_cells(block: bytes) -> bool:
    """Whether each opening quote begins a cell and each closing one ends it."""
    signs = np.frombuffer(b"\n" + block, dtype=np.uint8)  # a block ends with the end of a line
    quotes = np.flatnonzero(signs == QUOTE)
    before, after = signs[quotes[::2] - 1], signs[quotes[1::2] + 1]
    paired = len(before) == len(after)
    return paired and bool(np.isin(before, BEGINS).all() and np.isin(after, ENDS).all())


@dataclass(frozen=True, eq=False)
class Lookups:
    """Numbers of codes; a code met for the first time gets one, UNKNOWN is left to `Line`."""

    work: Lookup
    school: Lookup
    class_name: Lookup


def read_block(
    cells: Cells, layout: Layout, lookups: Lookups, limits: NDArray[np.int8], kind: np.dtype[Any]
) -> Sound:
    """The sound lines as rows of `kind`; `limits` (works, tasks) as `Reading` keeps them."""
    reading = _Reading(cells, layout)
    work = reading.numbers("work", lookups.work)
    school = reading.numbers("school", lookups.school)
    class_name = reading.numbers("class", lookups.class_name)
    participant = reading.keys("participant")
    journal_mark, mark = reading.mark("journal_mark"), reading.mark("mark")
    score = reading.whole("score", MOST_SCORE, NO_SCORE)
    points = points_of(cells, layout.tasks)
    added = np.maximum(points, 0).sum(axis=1)
    sound = reading.sound & (work >= 0) & (school >= 0) & (class_name >= 0)
    sound &= (points <= limits[work]).all(axis=1) & ((score == NO_SCORE) | (score == added))
    present = reading.filled("variant") | (mark > 0) | (score >= 0)
    present |= (points != MISSING).any(axis=1)

    named: dict[str, NDArray[Any]] = {
        "work": work,
        "school": school,
        "class_name": class_name,
        "participant": participant,
        "present": present,
        "journal_mark": journal_mark,
        "mark": mark,
        "points": points,
    }
    return parted(cells, sound, named, kind)


class _Reading:
    """The columns of a block, of which some may not be there, and which lines are sound."""

    def __init__(self, cells: Cells, layout: Layout) -> None:
        self.cells, self.layout = cells, layout
        self.columns = Columns(cells, layout.names)
        self.count = len(cells.even)

    @property
    def sound(self) -> NDArray[np.bool_]:
        return self.columns.sound

    def whole(self, name: str, most: int, empty: int) -> Numbers:
        if name not in self.layout.places:
            return np.full(self.count, empty, dtype=np.int64)
        return self.columns.whole(name, 0, most, empty=empty)

    def mark(self, name: str) -> Numbers:
        if name not in self.layout.places:
            return np.zeros(self.count, dtype=np.int64)
        return self.columns.whole(name, 2, 5, empty=0, digits=1)

    def filled(self, name: str) -> NDArray[np.bool_]:
        if name not in self.layout.places:
            return np.zeros(self.count, dtype=bool)
        starts, ends = self._bounds(name)
        return ends > starts

    def numbers(self, name: str, lookup: Lookup) -> NDArray[np.int32]:
        """The numbers of the texts of a column; each run of one text is looked up once."""
        if name not in self.layout.places:
            return np.full(self.count, lookup(b""), dtype=np.int32)
        signs, lengths = self._signs(name)
        differs = (signs[1:] != signs[:-1]).any(axis=1) | (lengths[1:] != lengths[:-1])
        heads = np.append(0, np.flatnonzero(differs) + 1)[: self.count]
        starts, ends = self._bounds(name)
        block = self.cells.block
        bounds = zip(starts[heads].tolist(), ends[heads].tolist(), strict=True)
        found = np.array([lookup(block[start:end]) for start, end in bounds], dtype=np.int32)
        return np.repeat(found, np.diff(np.append(heads, self.count)))

    def keys(self, name: str) -> NDArray[np.uint64]:
        """The keys of the codes of a column, as `key_of` makes them."""
        signs, lengths = self._signs(name)
        keys = np.full(self.count, FNV_OFFSET, dtype=np.uint64)
        prime = np.uint64(FNV_PRIME)
        for place in range(signs.shape[1]):
            here = place < lengths
            keys = np.where(here, (keys ^ signs[:, place]) * prime, keys)
        self.columns.sound &= lengths > 0
        return keys

    def _bounds(self, name: str) -> tuple[Numbers, Numbers]:
        place = self.layout.places[name]
        return self.cells.starts[:, place], self.cells.ends[:, place]

    def _signs(self, name: str) -> tuple[NDArray[np.uint8], Numbers]:
        """The bytes of a column (even lines, most), 0 beyond the end; odd cells are noted.

        A text with a space on either side, or too long, is not plain.
        """
        starts, ends = self._bounds(name)
        lengths = ends - starts
        all_signs = self.cells.signs
        self.columns.sound &= lengths <= MOST_SIGNS
        self.columns.sound &= (lengths == 0) | (
            (all_signs[starts] > SPACE) & (all_signs[ends - 1] > SPACE)
        )
        width = min(int(lengths.max(initial=0)), MOST_SIGNS)
        places = np.arange(width)
        at = np.minimum(starts[:, None] + places, len(all_signs) - 1)
        return np.where(places < lengths[:, None], all_signs[at], np.uint8(0)), lengths
