"""Results into the database: rows by COPY, many schools and works in one transaction."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from typing import Any
from typing import Protocol as Interface

import numpy as np
from django.db import IntegrityError, connection, transaction
from django.db.models import Max
from django.utils import timezone
from numpy.typing import NDArray

from organizations.errors import Conflict
from organizations.models import Organization
from organizations.services import audit
from procedures.exchange import copying
from procedures.exchange.results import NO_MARK
from procedures.models import Protocol, Result, Scale, Work
from procedures.queries import newest_scale
from procedures.scales import Borders, marks_of

BATCH_ROWS = 20_000  # rows of one COPY: a few MB, whatever the size of the whole


class Pupils(Interface):
    """The results of n pupils in a work of J tasks, one a row; `Results` is one."""

    @property
    def class_number(self) -> NDArray[np.int16]: ...
    @property
    def participant(self) -> NDArray[Any]: ...
    @property
    def variant(self) -> NDArray[np.int16]: ...
    @property
    def points(self) -> NDArray[np.int16]: ...
    @property
    def journal_mark(self) -> NDArray[np.int16]: ...
    @property
    def present(self) -> NDArray[np.bool_]: ...
    def __len__(self) -> int: ...


@dataclass(frozen=True, eq=False)
class Part:
    """What one school's pupils wrote in one work.

    `marks` are those a file brought along; without them the work's newest scale gives them.
    """

    organization_id: int
    work: Work
    pupils: Pupils
    marks: NDArray[np.int16] | None = None

    @property
    def key(self) -> tuple[int, int]:
        return self.organization_id, self.work.pk

    @cached_property
    def classes(self) -> list[int]:
        return sorted(set(self.pupils.class_number.tolist()))

    @cached_property
    def digest(self) -> str:
        """The same for the same results, in whatever file they come."""
        found = hashlib.sha256()
        pupils = self.pupils
        order = np.argsort(pupils.participant, kind="stable")
        columns = (pupils.participant, pupils.class_number, pupils.variant, pupils.journal_mark)
        for column in (*columns, pupils.points):
            found.update(np.ascontiguousarray(column[order], dtype="<i4").tobytes())
        if self.marks is not None:
            found.update(np.ascontiguousarray(self.marks[order], dtype="<i4").tobytes())
        return found.hexdigest()


@dataclass
class Stored:
    """What became of the parts."""

    rows: int = 0
    written: int = 0  # parts
    unchanged: int = 0  # parts that were there already
    schools: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))  # by work


def borders_of(scale: Scale | None) -> Borders | None:
    return Borders(scale.three, scale.four, scale.five) if scale else None


@transaction.atomic
def store(parts: Iterable[Part], *, name: str, by_id: int | None = None) -> Stored:
    """Write the parts, all or nothing; each is one version of its school's results in its work.

    A part may come once. What was there of the same school and work is superseded, an equal part
    is left as it is. `name` says in the protocol where the rows came from. Takes some 8 µs a row
    and the memory of one batch. Raises Conflict when a part has fewer classes than it replaces.
    """
    storing = _Storing(name, by_id)
    try:
        for batch in _batches(parts):
            storing.write(batch)
    except IntegrityError as error:
        raise Conflict(
            "Код участника уже занят: он стоит в принятом протоколе другого класса той же школы. "
            "Загрузите все классы школы сразу или исправьте коды."
        ) from error
    return storing.stored


def _batches(parts: Iterable[Part]) -> Iterator[list[Part]]:
    batch: list[Part] = []
    rows = 0
    for part in parts:
        if len(part.pupils):
            batch.append(part)
            rows += len(part.pupils)
        if rows >= BATCH_ROWS:
            yield batch
            batch, rows = [], 0
    if batch:
        yield batch


class _Storing:
    """The state of one storing: the scales already read, what was written so far."""

    def __init__(self, name: str, by_id: int | None) -> None:
        self.name = name
        self.by_id = by_id
        self.stored = Stored()
        self.scales: dict[int, Scale | None] = {}

    def write(self, batch: list[Part]) -> None:
        hold_schools({part.organization_id for part in batch})
        now = self._protocols(batch)
        fresh = [part for part in batch if part.digest not in {p.sha256 for p in now[part.key]}]
        self.stored.unchanged += len(batch) - len(fresh)
        superseded = [p.pk for part in fresh for p in _replaced(part, now[part.key])]
        supersede(superseded)
        marks = [self._marks(part) for part in fresh]
        protocols = [self._protocol(*pair) for pair in zip(fresh, marks, strict=True)]
        self._number(protocols)
        Protocol.objects.bulk_create(protocols)
        set_aside(protocols)
        copy(
            columns_of(protocol, part.pupils, given)
            for protocol, part, given in zip(protocols, fresh, marks, strict=True)
        )
        for part in fresh:
            self.stored.rows += len(part.pupils)
            self.stored.written += 1
            self.stored.schools[part.work.pk].add(part.organization_id)

    def _protocols(self, batch: list[Part]) -> dict[tuple[int, int], list[Protocol]]:
        """The protocols that count now, by school and work."""
        found = defaultdict(list)
        rows = Protocol.objects.current().filter(
            organization__in={part.organization_id for part in batch},
            work__in={part.work.pk for part in batch},
        )
        for row in rows.defer("faults", "notes"):
            found[row.organization_id, row.work_id].append(row)
        return found

    def _protocol(self, part: Part, marks: NDArray[np.int16]) -> Protocol:
        rows = len(part.pupils)
        own = part.marks is None or np.array_equal(marks, self._by_scale(part))
        return Protocol(
            organization_id=part.organization_id,
            work=part.work,
            scale=self._scale(part.work) if own else None,
            classes=part.classes,
            state=Protocol.State.ACCEPTED,
            accepted_at=timezone.now(),
            name=self.name,
            sha256=part.digest,
            rows_in=rows,
            rows_written=rows,
            message="" if own else "Отметки взяты из файла: они не по шкале работы.",
            uploaded_by_id=self.by_id,
        )

    def _number(self, protocols: list[Protocol]) -> None:
        """Give each protocol the number after the last of its school and work."""
        last = (
            Protocol.objects.filter(
                organization__in={row.organization_id for row in protocols},
                work__in={row.work_id for row in protocols},
            )
            .order_by()
            .values_list("organization", "work")
            .annotate(Max("version"))
        )
        numbers = {(organization, work): number for organization, work, number in last}
        for row in protocols:
            row.version = numbers.get((row.organization_id, row.work_id), 0) + 1

    def _scale(self, work: Work) -> Scale | None:
        if work.pk not in self.scales:
            hold_scale(work.pk)
            self.scales[work.pk] = newest_scale(work.pk)
        return self.scales[work.pk]

    def _marks(self, part: Part) -> NDArray[np.int16]:
        return self._by_scale(part) if part.marks is None else part.marks

    def _by_scale(self, part: Part) -> NDArray[np.int16]:
        return marks_by(self._scale(part.work), part.pupils)


def _replaced(part: Part, current: list[Protocol]) -> list[Protocol]:
    """Those of the current protocols whose classes the part brings anew."""
    classes = set(part.classes)
    replaced = [row for row in current if classes & set(row.classes)]
    for row in replaced:
        if lost := set(row.classes) - classes:
            raise Conflict(
                f"{row}: прежний протокол содержит и классы {', '.join(map(str, sorted(lost)))}, "
                "а новые данные нет. Загрузите все классы сразу."
            )
    return replaced


# one protocol's rows; the import of a single form uses these too


def hold_schools(ids: Iterable[int]) -> None:
    """Keep other imports for these schools away until the end of the transaction."""
    rows = Organization.objects.filter(pk__in=ids).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))


def hold_scale(work_id: int) -> None:
    """Keep the work's scale as it is until the end of the transaction; imports share the hold."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM procedures_work WHERE id = %s FOR SHARE", [work_id])


def set_aside(protocols: Sequence[Protocol]) -> None:
    """Files of the same classes that still wait to be written give way to these later ones.

    One query where none waits.
    """
    later = defaultdict(list)
    for protocol in protocols:
        later[protocol.organization_id, protocol.work_id].append(protocol)
    waiting = Protocol.objects.filter(
        state=Protocol.State.READY,
        organization__in={protocol.organization_id for protocol in protocols},
        work__in={protocol.work_id for protocol in protocols},
    )
    for row in waiting.order_by("pk"):
        for protocol in later[row.organization_id, row.work_id]:
            if row.version < protocol.version and set(row.classes) & set(protocol.classes):
                row.state = Protocol.State.SUPERSEDED
                row.message = f"Загружена версия {protocol.version}: этот файл не записан."
                row.save(update_fields=["state", "message"])
                audit.record("protocol.superseded", row, by=None, version=protocol.version)
                break


def supersede(protocols: Iterable[int]) -> None:
    """Take these protocols' rows out of the results; their files stay."""
    ids = list(protocols)
    if ids:
        Result.objects.filter(protocol__in=ids).delete()
        Protocol.objects.filter(pk__in=ids).update(state=Protocol.State.SUPERSEDED)


def scores_of(pupils: Pupils) -> NDArray[np.int16]:
    """Primary scores (n,): the points above 0 summed."""
    scores: NDArray[np.int16] = np.maximum(pupils.points, 0).sum(axis=1).astype(np.int16)
    return scores


def marks_by(scale: Scale | None, pupils: Pupils) -> NDArray[np.int16]:
    """Marks (n,) by the scale; 0 for the absent and without a scale."""
    marks = marks_of(scores_of(pupils), borders_of(scale))
    return np.where(pupils.present, marks, np.int16(NO_MARK))


def columns_of(protocol: Protocol, pupils: Pupils, marks: NDArray[np.int16]) -> copying.Columns:
    """The rows of a protocol as the table of results keeps them."""
    owners = np.array([protocol.pk, protocol.organization_id, protocol.work_id], dtype=np.int64)
    return copying.Columns(
        owners=np.broadcast_to(owners, (len(pupils), 3)),
        class_number=pupils.class_number,
        participant=pupils.participant,
        variant=pupils.variant,
        points=pupils.points,
        score=scores_of(pupils),
        mark=marks,
        journal_mark=pupils.journal_mark,
    )


def lines(
    protocol: Protocol, pupils: Pupils, marks: NDArray[np.int16]
) -> Iterator[copying.Columns]:
    """The rows of one protocol, to give to `copy`."""
    yield columns_of(protocol, pupils, marks)


def copy(parts: Iterable[copying.Columns]) -> None:
    """Write the rows of protocols into the table of results."""
    by_tasks: dict[int, list[copying.Columns]] = defaultdict(list)
    for part in parts:
        by_tasks[part.points.shape[1]].append(part)
    rows = [copying.packed(copying.joined(same)) for same in by_tasks.values()]
    whole = BytesIO(b"".join([copying.HEADER, *rows, copying.TRAILER]))
    with connection.cursor() as cursor, connection.wrap_database_errors:
        # Checked now, not at the end: a long transaction would remember every row until then.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.copy_expert(copying.COPY, whole)
