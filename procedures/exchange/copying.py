"""Results as rows of PostgreSQL's binary COPY, laid out column by column with numpy.

Format: PostgreSQL documentation, COPY, «Binary Format», and `array_recv`. Every number is
big-endian; a value is its length in bytes and the bytes, NULL is the length −1 alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from procedures.exchange.results import ABSENT, NO_MARK

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # signature, flags, length of the extension
TRAILER = b"\xff\xff"
COLUMNS = (
    ("protocol_id", ">i8"),
    ("organization_id", ">i8"),
    ("work_id", ">i8"),
    ("class_number", ">i2"),
    ("participant", ">i4"),
    ("variant", ">i2"),
    ("points", ""),
    ("score", ">i2"),
    ("mark", ">i2"),
    ("journal_mark", ">i2"),
)
COPY = (
    f"COPY procedures_result ({', '.join(name for name, _ in COLUMNS)})"
    " FROM STDIN WITH (FORMAT binary)"
)
SMALLINT = 21  # the number of the type of an element (pg_type.oid of int2)
ARRAY_HEAD = 20  # bytes: dimensions, flag of NULLs, type, length, lowest index
ELEMENT = 6  # bytes: length and value
NULL = -1


@dataclass(frozen=True, eq=False, slots=True)
class Columns:
    """n rows of results of works of J tasks, one array a column; 0 is NULL where NULL may be."""

    owners: NDArray[np.int64]  # (n, 3): protocol, organization, work
    class_number: NDArray[Any]
    participant: NDArray[Any]
    variant: NDArray[Any]
    points: NDArray[Any]  # (n, J)
    score: NDArray[Any]
    mark: NDArray[Any]
    journal_mark: NDArray[Any]


def joined(parts: Sequence[Columns]) -> Columns:
    """The rows of parts with the same number of tasks, one after another."""
    if len(parts) == 1:
        return parts[0]
    return Columns(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in Columns.__dataclass_fields__
        )
    )


def packed(rows: Columns) -> bytes:
    """The rows as bytes, without the header and the trailer of the whole."""
    count, tasks = rows.points.shape
    laid = np.zeros(count, dtype=_layout(tasks))
    laid["fields"] = len(COLUMNS)
    for name, kind in COLUMNS:
        laid[f"{name} bytes"] = int(kind[-1]) if kind else ARRAY_HEAD + ELEMENT * tasks
    for number, name in enumerate(("protocol_id", "organization_id", "work_id")):
        laid[name] = rows.owners[:, number]
    for name in ("class_number", "participant", "variant", "score", "mark", "journal_mark"):
        laid[name] = getattr(rows, name)
    points = laid["points"]
    points["dimensions"], points["type"], points["length"], points["lowest"] = 1, SMALLINT, tasks, 1
    points["elements"]["bytes"] = 2
    points["elements"]["value"] = rows.points
    return _without_nulls(laid, _nulls(rows))


def _layout(tasks: int) -> np.dtype[Any]:
    element = np.dtype([("bytes", ">i4"), ("value", ">i2")])
    array = np.dtype(
        [
            *((name, ">i4") for name in ("dimensions", "nulls", "type", "length", "lowest")),
            ("elements", element, (tasks,)),
        ]
    )
    columns = [
        field
        for name, kind in COLUMNS
        for field in ((f"{name} bytes", ">i4"), (name, kind or array))
    ]
    return np.dtype([("fields", ">i2"), *columns])


def _nulls(rows: Columns) -> dict[str, NDArray[np.bool_]]:
    absent = rows.variant == ABSENT
    return {
        "variant": absent,
        "score": absent,
        "mark": rows.mark == NO_MARK,
        "journal_mark": rows.journal_mark == NO_MARK,
    }


def _without_nulls(laid: NDArray[Any], nulls: dict[str, NDArray[np.bool_]]) -> bytes:
    """The bytes of the rows, those of the NULL values left out."""
    if not any(missing.any() for missing in nulls.values()):
        return laid.tobytes()
    signs = laid.view(np.uint8).reshape(len(laid), -1)
    fields = cast(Mapping[str, tuple[np.dtype[Any], int]], laid.dtype.fields)
    kept = np.ones(signs.shape, dtype=bool)
    for name, missing in nulls.items():
        laid[f"{name} bytes"][missing] = NULL
        kind, offset = fields[name][:2]
        kept[missing, offset : offset + kind.itemsize] = False
    return signs[kept].tobytes()
