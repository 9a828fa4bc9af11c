"""Marks for a work beside marks of the journal, by pupils' codes: no names, no teachers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from monitoring.stats.arrays import IntArray
from monitoring.stats.journal import WIDE_GAP
from monitoring.stats.standard import against_journal


@dataclass(frozen=True)
class Pair:
    """One pupil who has a mark for the work; the journal's may be missing."""

    participant: int
    class_number: int
    mark: int
    journal: int | None

    @property
    def is_wide(self) -> bool:
        """Two marks and more apart: ФИОКО, recommendations of 2026, p. 11."""
        return self.journal is not None and abs(self.mark - self.journal) >= WIDE_GAP


@dataclass(frozen=True, eq=False)
class Compared:
    """The pairs of a school counted: `table` is journal mark × mark for the work, (4, 4)."""

    table: IntArray
    wide: tuple[Pair, ...]
    unmarked: int  # pupils with a mark for the work and none in the journal

    @property
    def pairs(self) -> int:
        return int(self.table.sum())

    @property
    def sides(self) -> list[int]:
        """Below the journal, equal, above it."""
        return [int(count) for count in against_journal(self.table[None])[0]]


def compared(pairs: Iterable[Pair]) -> Compared:
    """Count the pairs; the wide ones by class and code."""
    table, wide, unmarked = np.zeros((4, 4), dtype=np.int64), [], 0
    for pair in pairs:
        if pair.journal is None:
            unmarked += 1
            continue
        table[pair.journal - 2, pair.mark - 2] += 1
        if pair.is_wide:
            wide.append(pair)
    wide.sort(key=lambda pair: (pair.class_number, pair.participant))
    return Compared(table, tuple(wide), unmarked)


@dataclass(frozen=True, eq=False)
class FromFile:
    """A file of journal marks set against the work: its rows = compared + explained."""

    result: Compared
    rows: int
    unknown: int  # codes that have no mark for the work
    without: int  # rows that say there is no mark


def with_marks(pairs: Iterable[Pair], marks: Mapping[int, int]) -> FromFile:
    """The same pupils with the journal's marks of a file, by code; 0 is no mark."""
    own = {pair.participant: pair for pair in pairs}
    laid = [
        Pair(pair.participant, pair.class_number, pair.mark, marks.get(code) or None)
        for code, pair in own.items()
    ]
    known = [code for code in marks if code in own]
    return FromFile(
        compared(laid),
        rows=len(marks),
        unknown=len(marks) - len(known),
        without=sum(not marks[code] for code in known),
    )
