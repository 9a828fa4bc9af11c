"""Statistics of ФИС ОКО taken in: a sound export kept, its rows in place of earlier ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.core.files.base import ContentFile
from django.db import connection, transaction

from organizations.access import Permission, Viewer
from organizations.errors import NotAllowed
from organizations.exchange.faults import Note
from organizations.exchange.gate import clean_name
from organizations.models import Organization
from organizations.services import audit
from procedures.exchange.federal_units import Unit
from procedures.exchange.importer import digest_of
from procedures.models import FederalExport, FederalStatistic, Work

MOST_NOTES = 200
LOCK = "procedures.federal_statistics"


@dataclass(frozen=True)
class Placed:
    """One unit with the work and the organization the portal knows it as."""

    unit: Unit
    work: Work
    organization: Organization | None

    @property
    def key(self) -> tuple[int, int | None, str, str]:
        label = "" if self.organization else self.unit.label
        owner = self.organization.pk if self.organization else None
        return self.work.pk, owner, label, self.unit.group


@dataclass(frozen=True)
class Known:
    """How the bytes of an export already stand; `work` is empty where they tell of several."""

    version: int
    work: str
    rows: int


@dataclass(frozen=True)
class Receipt:
    """What became of an export: `export` is None where the same rows of the same bytes stand."""

    export: FederalExport | None
    version: int
    replaced: int = 0


@dataclass(frozen=True)
class Source:
    """The bytes of an export and what was told of them."""

    name: str
    content: bytes
    rows_in: int
    notes: Sequence[Note] = field(default_factory=tuple)


def unchanged(kind: FederalExport.Kind, content: bytes) -> Known | None:
    """What these bytes already stand as in full; None when they do not."""
    found = FederalExport.objects.filter(kind=kind, sha256=digest_of(content)).first()
    if found is None:
        return None
    rows = FederalStatistic.objects.filter(export=found)
    if rows.filter(is_current=False).exists():
        return None
    told = list(rows.order_by("-version").values_list("version", "work__code"))
    works = {code for _, code in told}
    return Known(told[0][0], works.pop() if len(works) == 1 else "", len(told)) if told else None


@transaction.atomic
def receive(
    kind: FederalExport.Kind, placed: Sequence[Placed], source: Source, *, by: Viewer | None
) -> Receipt:
    """Keep the file and put its rows in place of earlier ones, which stay as they were.

    The same bytes twice are one import. Raises NotAllowed when a unit is outside the viewer's
    territory. The number of queries does not depend on that of rows.
    """
    _require_all(by, placed)
    _hold()
    if (known := unchanged(kind, source.content)) is not None:
        return Receipt(None, known.version)
    earlier = _current(kind, placed)
    export = FederalExport(
        kind=kind,
        name=clean_name(source.name),
        size=len(source.content),
        sha256=digest_of(source.content),
        rows_in=source.rows_in,
        rows_written=len(placed),
        notes=[str(note) for note in source.notes[:MOST_NOTES]],
        received_by_id=by.user_id if by else None,
    )
    export.file.save(source.name, ContentFile(source.content), save=False)
    export.save()
    replaced = [row.pk for row in earlier.values()]
    FederalStatistic.objects.filter(pk__in=replaced).update(is_current=False)
    rows = [_row(export, item, earlier.get(item.key)) for item in placed]
    FederalStatistic.objects.bulk_create(rows, batch_size=2_000)
    version = max((row.version for row in rows), default=1)
    audit.record(
        "statistics.received", export, by=by, organization=_owner(placed),
        report=str(kind), rows=len(rows), version=version, name=export.name,
    )  # fmt: skip
    return Receipt(export, version, len(replaced))


def _require_all(by: Viewer | None, placed: Sequence[Placed]) -> None:
    if by is None:
        return
    asked = {item.organization.pk for item in placed if item.organization}
    own = Organization.objects.open_to(by, Permission.RESULT_IMPORT)
    if len(asked) > own.filter(pk__in=asked).count() or not asked:
        raise NotAllowed("В отчёте есть не относящиеся к вашей территории: ничего не записано.")


def _hold() -> None:
    """Keep other imports of statistics away until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [LOCK])


def _current(
    kind: FederalExport.Kind, placed: Sequence[Placed]
) -> Mapping[tuple[int, int | None, str, str], FederalStatistic]:
    rows = FederalStatistic.objects.current().filter(
        kind=kind, work__in={item.work.pk for item in placed}
    )
    asked = {item.key for item in placed}
    found = {
        (row.work_id, row.organization_id, "" if row.organization_id else row.label, row.group): row
        for row in rows.defer("values", "columns")
    }
    return {key: row for key, row in found.items() if key in asked}


def _row(export: FederalExport, item: Placed, earlier: FederalStatistic | None) -> FederalStatistic:
    unit = item.unit
    return FederalStatistic(
        export=export,
        kind=export.kind,
        work=item.work,
        organization=item.organization,
        label=unit.label,
        group=unit.group,
        version=earlier.version + 1 if earlier else 1,
        schools=unit.schools,
        participants=unit.participants,
        columns=list(unit.columns),
        values=list(unit.values),
    )


def _owner(placed: Sequence[Placed]) -> Organization | None:
    """The one organization an export is of; None when there are several."""
    owners = {item.organization for item in placed if item.organization}
    return owners.pop() if len(owners) == 1 else None
