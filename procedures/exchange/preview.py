"""What a checked form would write: its classes, its marks, what it changes in what is stored."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import Count

from organizations.errors import Refused
from procedures.exchange import bulk_store, importer
from procedures.exchange.difference import Difference, Row, compare, rows_of, stored_rows
from procedures.exchange.results import Results
from procedures.models import Protocol, Result
from procedures.queries import newest_scale
from procedures.scales import MARKS

State = Protocol.State
WITH_ROWS = (State.ACCEPTED, State.SUPERSEDED, State.READY, State.CANCELLED)


@dataclass(frozen=True)
class ClassRows:
    """How many pupils of a class the form holds."""

    number: int
    rows: int
    present: int

    @property
    def absent(self) -> int:
        return self.rows - self.present


@dataclass(frozen=True)
class MarkCount:
    """Pupils with a mark by the scale, now and after the writing."""

    mark: int
    before: int
    after: int


@dataclass(frozen=True)
class Preview:
    """What would be written; `replaced` are the protocols that would give way."""

    classes: tuple[ClassRows, ...]
    marks: tuple[MarkCount, ...]  # empty for a work without a scale
    difference: Difference
    replaced: tuple[Protocol, ...]

    @property
    def rows(self) -> int:
        return sum(one.rows for one in self.classes)

    @property
    def versions(self) -> str:
        return ", ".join(str(row.version) for row in self.replaced)


def preview_of(protocol: Protocol) -> Preview:
    """What writing a ready protocol would come to just now. Four queries; reads the file."""
    reading = _reading(protocol)
    current = importer.current_of(protocol.organization_id, protocol.work_id)
    replaced = importer.overlapping_with(current, reading)
    results = reading.results
    before = stored_rows(replaced) if replaced else {}
    return Preview(
        classes=_classes(results),
        marks=_marks(protocol, results, replaced),
        difference=compare(before, rows_of(results), protocol.work.tasks),
        replaced=tuple(replaced),
    )


def _reading(protocol: Protocol) -> importer.Reading:
    with protocol.file.open() as file:
        content = file.read()
    spec = importer.spec_of(protocol.work, newest_scale(protocol.work_id))
    return importer.read(content, spec, protocol.organization.code)


def _classes(results: Results) -> tuple[ClassRows, ...]:
    numbers, places = np.unique(results.class_number, return_inverse=True)
    rows = np.bincount(places)
    present = np.bincount(places, weights=results.present)
    return tuple(
        ClassRows(int(number), int(count), int(there))
        for number, count, there in zip(numbers, rows, present, strict=True)
    )


def _marks(
    protocol: Protocol, results: Results, replaced: Sequence[Protocol]
) -> tuple[MarkCount, ...]:
    scale = newest_scale(protocol.work_id)
    if scale is None:
        return ()
    after = Counter(bulk_store.marks_by(scale, results).tolist())
    counted = (
        Result.objects.filter(protocol__in=list(replaced))
        .order_by()
        .values_list("mark")
        .annotate(pupils=Count("pk"))
    )
    before = dict(counted)
    return tuple(MarkCount(mark, before.get(mark, 0), after[mark]) for mark in MARKS)


def version_rows(protocol: Protocol) -> dict[int, Row] | None:
    """The rows of a version: those stored, or those of its file; None where neither is kept."""
    if protocol.state == State.ACCEPTED:
        return stored_rows([protocol])
    if protocol.state not in WITH_ROWS or not protocol.file:
        return None
    try:
        return rows_of(_reading(protocol).results)
    except Refused:
        return None
