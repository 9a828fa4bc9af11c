"""Columns as rows of PostgreSQL's binary COPY.

Format: PostgreSQL documentation, COPY, «Binary Format», and `array_recv`, `jsonb_recv`. Every
number is big-endian; a value is its length in bytes and the bytes, NULL is the length −1 alone.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.stats.arrays import IntArray

NULL = b"\xff\xff\xff\xff"
NUMBERS = {"smallint": ">i2", "integer": ">i4", "bigint": ">i8", "double precision": ">f8"}
TYPES = {"integer": 23, "double precision": 701, "varchar": 1043}  # pg_type.oid of elements
JSONB = b"\x01"  # the version of the format
LOWEST = 1  # index of a list


@dataclass(frozen=True, eq=False)
class Lists:
    """n lists of numbers one after another; list i is `flat[ends[i]:ends[i + 1]]`."""

    flat: NDArray[Any]
    ends: IntArray

    @classmethod
    def of_rows(cls, rows: NDArray[Any]) -> "Lists":
        """The rows of a matrix."""
        count, width = rows.shape
        return cls(rows.ravel(), np.arange(count + 1) * width)

    @classmethod
    def empty(cls, count: int) -> "Lists":
        return cls(np.zeros(0, dtype=np.int64), np.zeros(count + 1, dtype=np.int64))


Column = NDArray[Any] | Lists | Sequence[Any] | str | int | None


@dataclass(frozen=True, eq=False)
class Columns:
    """`count` rows; a column is an array, lists, a sequence, or one value that all rows have.

    A NaN is NULL.
    """

    count: int
    columns: Mapping[str, Column]


def packed(block: Columns, types: Mapping[str, str]) -> bytes:
    """The rows as bytes, without the header and the trailer of the whole.

    `types` are the columns in the order of the rows with the database's names of their types.
    """
    cells = [_cells(block.columns[name], kind, block.count) for name, kind in types.items()]
    head = struct.pack(">h", len(cells))
    return b"".join(chain.from_iterable(zip(repeat(head, block.count), *cells, strict=True)))


def _cells(column: Column, kind: str, count: int) -> Iterable[bytes]:
    name, is_list = kind.removesuffix("[]").partition("(")[0], kind.endswith("[]")
    if column is None:
        return repeat(NULL, count)
    if isinstance(column, Lists):
        return _lists(column, name)
    if isinstance(column, np.ndarray):
        return _numbers(column, name)
    if isinstance(column, str | int):
        return repeat(_value(_octets(column, name)), count)
    if is_list:
        return [_words(words, name) for words in column]
    known = {one: _value(_octets(one, name)) for one in set(column)}  # few words for many rows
    return [known[one] for one in column]


def _octets(value: str | bytes | int, name: str) -> bytes:
    if isinstance(value, int):
        return np.array(value, dtype=NUMBERS[name]).tobytes()
    octets = value.encode() if isinstance(value, str) else value
    return JSONB + octets if name == "jsonb" else octets


def _value(octets: bytes) -> bytes:
    return struct.pack(">i", len(octets)) + octets


def _numbers(numbers: NDArray[Any], name: str) -> list[bytes]:
    octets, width = _laid(numbers, name)
    cells = [octets[at : at + width] for at in range(0, len(octets), width)]
    for at in np.flatnonzero(np.isnan(numbers)).tolist():
        cells[at] = NULL
    return cells


def _lists(lists: Lists, name: str) -> list[bytes]:
    octets, width = _laid(lists.flat, name)
    counts, ends = np.diff(lists.ends).tolist(), (lists.ends * width).tolist()
    heads = {count: _head(count, count * width, name) for count in set(counts)}
    return [
        heads[count] + octets[first:last]
        for count, (first, last) in zip(counts, pairwise(ends), strict=True)
    ]


def _words(words: Sequence[str], name: str) -> bytes:
    octets = b"".join([_value(word.encode()) for word in words])
    return _head(len(words), len(octets), name) + octets


def _head(count: int, size: int, name: str) -> bytes:
    """What stands before the elements of a list: its length, dimensions, NULLs, type, bounds."""
    if not count:
        return struct.pack(">iiii", 12, 0, 0, TYPES[name])
    return struct.pack(">iiiiii", 20 + size, 1, 0, TYPES[name], count, LOWEST)


def _laid(numbers: NDArray[Any], name: str) -> tuple[bytes, int]:
    """The numbers, each with its length before it, and how many bytes one takes."""
    kind = np.dtype(NUMBERS[name])
    laid = np.empty(len(numbers), dtype=[("bytes", ">i4"), ("value", kind)])
    laid["bytes"], laid["value"] = kind.itemsize, numbers
    if kind.kind == "i" and (laid["value"] != numbers).any():
        raise OverflowError(f"a number does not fit into {name}")
    return laid.tobytes(), laid.itemsize
