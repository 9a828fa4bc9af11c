"""Collection forms read in a child process: what is plainly sound comes back as arrays."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from organizations.errors import Refused
from organizations.exchange import gate
from organizations.exchange.faults import Note
from procedures.exchange.protocol import (
    Balance,
    ProtocolTable,
    open_form,
    read_header,
    read_protocol,
)
from procedures.exchange.results import Results, results_of
from procedures.exchange.works import WorkSpec
from procedures.scales import Borders

# The columns of results that a form fills, as they travel between the processes.
COLUMNS = (
    ("class_number", np.int16),
    ("participant", np.int64),
    ("variant", np.int16),
    ("journal_mark", np.int16),
    ("points", np.int16),
)


@dataclass(frozen=True, eq=False, slots=True)
class SoundForm:
    """A form without a fault, for a known work, with the codes that stand in it."""

    work: str
    organization: str
    sha256: str
    results: Results
    notes: tuple[Note, ...]
    balance: Balance

    @property
    def classes(self) -> list[int]:
        return sorted(set(self.results.class_number.tolist()))


def setting_of(works: Mapping[str, WorkSpec]) -> bytes:
    """What a child must know: the works by code."""
    return json.dumps([asdict(work) for work in works.values()]).encode()


def prepare(setting: bytes) -> Callable[[bytes], bytes]:
    """The child's side: the function that reads one file, given as its name, a line and bytes.

    Its answer is empty for whatever is not plainly sound: another reading has to say why.
    """
    works = {item["code"]: _work(item) for item in json.loads(setting)}

    def read(payload: bytes) -> bytes:
        name, _, content = payload.partition(b"\n")
        try:
            return _read(name.decode(), content, works)
        except Refused:
            return b""

    return read


def _work(item: dict[str, Any]) -> WorkSpec:
    borders = Borders(**item["borders"]) if item["borders"] else None
    tasks, maxima = tuple(item["tasks"]), tuple(item["max_points"])
    return WorkSpec(**item | {"tasks": tasks, "max_points": maxima, "borders": borders})


def _read(name: str, content: bytes, works: Mapping[str, WorkSpec]) -> bytes:
    gate.check_upload(content, name, kinds=(gate.Kind.XLSX,))
    sheets = open_form(content, trusted=True)  # this is the child
    header = read_header(sheets)
    work = works.get(header.work)
    if work is None or not header.organization:
        return b""
    table = read_protocol(sheets, work)
    if table.faults or not len(table.results):
        return b""
    return _packed(table, header.work, header.organization, content)


def _packed(table: ProtocolTable, work: str, organization: str, content: bytes) -> bytes:
    head = {
        "work": work,
        "organization": organization,
        "sha256": hashlib.sha256(content).hexdigest(),
        "rows": len(table.results),
        "notes": [asdict(note) for note in table.notes],
        "balance": asdict(table.balance),
    }
    arrays = [
        np.ascontiguousarray(getattr(table.results, name), dtype=kind).tobytes()
        for name, kind in COLUMNS
    ]
    return b"".join([json.dumps(head).encode(), b"\n", *arrays])


def unpacked(answer: bytes, works: Mapping[str, WorkSpec]) -> SoundForm | None:
    """The form of a child's answer; None when the child left it to another reading."""
    if not answer:
        return None
    line, _, body = answer.partition(b"\n")
    head = json.loads(line)
    work, start, columns = works[head["work"]], 0, {}
    for name, kind in COLUMNS:
        width = len(work.tasks) if name == "points" else 1
        columns[name] = np.frombuffer(body, dtype=kind, count=head["rows"] * width, offset=start)
        start += columns[name].nbytes
    return SoundForm(
        head["work"],
        head["organization"],
        head["sha256"],
        results_of(work, **columns),
        tuple(Note(**note) for note in head["notes"]),
        Balance(**head["balance"]),
    )
