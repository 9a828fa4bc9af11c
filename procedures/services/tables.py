"""Taking in a database by organization: looked through first, then all of it or nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from organizations.access import Permission, Viewer
from organizations.errors import FaultyUpload, NotAllowed
from organizations.exchange.gate import Kind as FileKind
from organizations.exchange.gate import check_upload
from organizations.exchange.table import Record
from organizations.models import Organization
from organizations.models.organization import OrganizationQuerySet
from organizations.services import audit
from procedures.exchange.tables import CODE, YEAR, blank, key_of, read_table
from procedures.models import TableFile, TableRow
from procedures.tables import TableKind

Identity = tuple[int, int, str]


@dataclass(frozen=True)
class Line:
    """One row of a file beside what is stored of it; `before` is None for a new one."""

    organization: Organization
    year: int
    key: str
    values: dict[str, Any]
    before: TableRow | None

    @property
    def is_new(self) -> bool:
        return self.before is None

    @property
    def is_changed(self) -> bool:
        return self.before is not None and self.before.values != self.values

    def differences(self, kind: TableKind) -> list[tuple[str, Any, Any]]:
        """The columns that change: heading, before, after."""
        old = self.before.values if self.before else {}
        return [
            (column.title, old.get(column.name), self.values[column.name])
            for column in kind.columns
            if old.get(column.name) != self.values[column.name]
        ]


@dataclass
class Preview:
    """What a file comes to; rows = new + changed + unchanged."""

    lines: list[Line] = field(default_factory=list)

    @property
    def added(self) -> list[Line]:
        return [line for line in self.lines if line.is_new]

    @property
    def changed(self) -> list[Line]:
        return [line for line in self.lines if line.is_changed]

    @property
    def unchanged(self) -> int:
        return len(self.lines) - len(self.added) - len(self.changed)

    @property
    def is_idle(self) -> bool:
        """Whether writing it would change nothing."""
        return not self.added and not self.changed


def circle_of(kind: TableKind, by: Viewer) -> OrganizationQuerySet:
    """The organizations whose rows of a database the viewer may bring in."""
    return Organization.objects.open_to(by, Permission.TABLE_IMPORT).filter(kind__in=kind.circle)


def form(kind: TableKind, year: int, *, by: Viewer) -> bytes:
    """The form of a database with the territory's working organizations. Raises NotAllowed."""
    _require(by)
    places = circle_of(kind, by).working(timezone.localdate())
    ordered = places.order_by("parent__short_name", "short_name", "pk")
    return blank(kind, ordered.values_list("code", "short_name"), year)


def look(kind: TableKind, content: bytes, name: str, *, by: Viewer) -> Preview:
    """What the file would change; nothing is written.

    Raises NotAllowed, Refused for an unreadable file or one with names, FaultyUpload.
    """
    _require(by)
    check_upload(content, name, kinds={FileKind.XLSX})
    places = {row.code: row for row in circle_of(kind, by)}
    table = read_table(content, kind, places.keys())
    if table.faults:
        sound = len(table.records)
        raise FaultyUpload(table.faults, rows=table.rows, sound=sound)
    stored = _stored(kind, table.records, places)
    return Preview([_line(kind, record, places, stored) for record in table.records])


@transaction.atomic
def load(kind: TableKind, content: bytes, name: str, *, by: Viewer) -> Preview:
    """Write the file: each changed row is a new version, the old one stays readable.

    The same file again changes nothing and is not kept twice. Raises as `look` does.
    """
    _require(by)
    # Two loads of one territory must not both find the same row's newest version.
    list(circle_of(kind, by).order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    preview = look(kind, content, name, by=by)
    if preview.is_idle:
        return preview
    file = TableFile.objects.create(
        kind=kind.code,
        organization_id=by.territory_id,
        file=ContentFile(content, name=name),
        name=name[:200],
        sha256=hashlib.sha256(content).hexdigest(),
        added=len(preview.added),
        changed=len(preview.changed),
        unchanged=preview.unchanged,
        uploaded_by_id=by.user_id,
    )
    _write(kind, [*preview.added, *preview.changed], file)
    audit.record(
        "table.imported", file, by=by, organization=by.organization_id, kind=kind.title,
        created=len(preview.added), changed=len(preview.changed), unchanged=preview.unchanged,
    )  # fmt: skip
    return preview


def _require(by: Viewer) -> None:
    if not by.may(Permission.TABLE_IMPORT):
        raise NotAllowed("Базы данных загружают центр мониторинга и муниципальный координатор.")


def _stored(
    kind: TableKind, records: Sequence[Record], places: dict[str, Organization]
) -> dict[Identity, TableRow]:
    years = {record.values[YEAR] for record in records}
    rows = TableRow.objects.current().filter(
        kind=kind.code, year__in=years, organization__in=[row.pk for row in places.values()]
    )
    return {(row.organization_id, row.year, row.key): row for row in rows}


def _line(
    kind: TableKind,
    record: Record,
    places: dict[str, Organization],
    stored: dict[Identity, TableRow],
) -> Line:
    values = record.values
    school, year, key = places[values[CODE]], values[YEAR], key_of(kind, values)
    own = {column.name: values[column.name] for column in kind.columns}
    return Line(school, year, key, own, stored.get((school.pk, year, key)))


def _write(kind: TableKind, lines: Sequence[Line], file: TableFile) -> None:
    old = [line.before.pk for line in lines if line.before]
    TableRow.objects.filter(pk__in=old).update(is_current=False)
    TableRow.objects.bulk_create(
        TableRow(
            kind=kind.code,
            organization=line.organization,
            year=line.year,
            key=line.key,
            values=line.values,
            version=line.before.version + 1 if line.before else 1,
            file=file,
        )
        for line in lines
    )
