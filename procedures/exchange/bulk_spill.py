"""Rows of a table too large to keep: laid aside on disk as they come, read back by group."""

import weakref
from array import array
from collections import defaultdict
from tempfile import SpooledTemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray

IN_MEMORY = 16 * 2**20  # bytes kept before the disk is used
SEGMENT = 2  # numbers of a segment: where it begins and how many rows it has


class Spill:
    """Rows of results by the number of their group, some 25 bytes a row and one a task.

    In memory stay 16 bytes for each run of rows of one group in one block.
    """

    def __init__(self, tasks: int) -> None:
        self.kind = np.dtype(
            [
                ("group", np.int32),
                ("line", np.int64),
                ("participant", np.int32),
                ("class_number", np.int16),
                ("variant", np.int8),
                ("journal_mark", np.int8),
                ("mark", np.int8),
                ("points", np.int8, (tasks,)),
            ]
        )
        self.file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed with the spill
        weakref.finalize(self, self.file.close)
        self.end = 0  # rows written
        self.segments: dict[int, array[int]] = defaultdict(lambda: array("q"))

    def add(self, rows: NDArray[Any]) -> None:
        """Lay rows aside; within a group they keep their order."""
        if not len(rows):
            return
        groups = rows["group"]
        if (groups[1:] < groups[:-1]).any():
            rows = rows[np.argsort(groups, kind="stable")]
            groups = rows["group"]
        starts = np.flatnonzero(np.diff(groups, prepend=-1))
        ends = np.append(starts[1:], len(rows))
        for group, start, end in zip(
            groups[starts].tolist(), starts.tolist(), ends.tolist(), strict=True
        ):
            self._note(group, self.end + start, end - start)
        self.file.seek(self.end * self.kind.itemsize)
        self.file.write(rows.tobytes())
        self.end += len(rows)

    def _note(self, group: int, start: int, count: int) -> None:
        segments = self.segments[group]
        if segments and segments[-2] + segments[-1] == start:
            segments[-1] += count
        else:
            segments.extend((start, count))

    def count(self, group: int) -> int:
        """How many rows the group has."""
        return sum(self.segments[group][1::SEGMENT])

    def rows(self, group: int) -> NDArray[Any]:
        """All rows of a group in the order in which they came."""
        found = self.segments[group]
        parts = []
        for start, count in zip(found[::SEGMENT], found[1::SEGMENT], strict=True):
            self.file.seek(start * self.kind.itemsize)
            parts.append(self.file.read(count * self.kind.itemsize))
        return np.frombuffer(b"".join(parts), dtype=self.kind)
