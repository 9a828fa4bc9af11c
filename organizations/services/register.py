"""Loading the register of organizations: all of a file or nothing, and what it changed."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from organizations.access import Permission, Viewer
from organizations.errors import FaultyUpload, NotAllowed
from organizations.exchange.faults import Fault
from organizations.exchange.gate import Kind as FileKind
from organizations.exchange.gate import check_upload
from organizations.exchange.register import Known, read_register
from organizations.exchange.table import Record
from organizations.models import TREE, Kind, Level, Organization, OrganizationState
from organizations.placement import level_of
from organizations.services import audit
from organizations.services.hierarchy import remember_beginning

PLAIN_FIELDS = (
    "name", "short_name", "profile", "is_rural", "oktmo", "inn", "fis_login", "site", "functions",
    "opened_on", "closed_on",
)  # fmt: skip
HISTORIC = frozenset({"name", "short_name", "parent", "oktmo"})  # what a state of the day keeps
BASIS = "загрузка реестра"


@dataclass(frozen=True)
class Change:
    """An organization that the file changed: field by field, before and after."""

    organization: Organization
    before: dict[str, str]
    after: dict[str, str]


@dataclass
class Loaded:
    """What a file came to; `created` + `changed` + `unchanged` are all its rows."""

    created: list[Organization] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0

    @property
    def rows(self) -> int:
        return len(self.created) + len(self.changed) + self.unchanged


@transaction.atomic
def load(content: bytes, name: str, *, by: Viewer | None, trusted: bool = False) -> Loaded:
    """Write the register of a file. An empty cell changes nothing.

    `by` is None for the operator's own console; `trusted` is a file from their disk.
    Raises NotAllowed, Refused for an unreadable file, FaultyUpload with every fault.
    """
    if by is not None and not by.may(Permission.REGISTER_IMPORT):
        raise NotAllowed("Ваша роль не даёт права загружать реестр организаций.")
    kind = check_upload(content, name, kinds={FileKind.XLSX, FileKind.CSV})
    present = {row.code: row for row in _all_locked()}
    table = read_register(content, kind, _known(present), trusted=trusted)
    if table.faults:
        raise FaultyUpload(table.faults, rows=table.rows, sound=_sound(table.records, table.faults))
    _refuse_foreign(table.records, present, by)

    loaded = _write(table.records, present)
    _record(loaded, name, by)
    return loaded


def _all_locked() -> list[Organization]:
    """Every organization, kept from other loads until the end of the transaction."""
    return list(Organization.objects.select_for_update(of=("self",)).select_related("parent"))


def _known(present: dict[str, Organization]) -> dict[str, Known]:
    return {
        code: Known(
            kind=Kind(row.kind),
            parent=row.parent.code if row.parent else "",
            closed=row.closed_on is not None,
            fis_login=row.fis_login,
        )
        for code, row in present.items()
    }


def _sound(records: Sequence[Record], faults: Sequence[Fault]) -> int:
    """The rows without any fault: a record may still be at fault beside other rows."""
    faulty = {fault.row for fault in faults}
    return sum(record.row not in faulty for record in records)


def _refuse_foreign(
    records: Sequence[Record], present: dict[str, Organization], by: Viewer | None
) -> None:
    """Raise NotAllowed when a row changes, or stands under, what is outside the territory."""
    if by is None:
        return
    open_to = Organization.objects.open_to(by, Permission.REGISTER_IMPORT)
    reachable = set(open_to.values_list("code", flat=True))
    new = {record.values["code"] for record in records} - set(present)
    for record in records:
        code, parent = record.values["code"], record.values["parent"]
        within = code in reachable or (code in new and parent in reachable | new)
        if not within or (parent and parent not in reachable | new):
            raise NotAllowed(f"Строка {record.row}: «{code}» не относится к вашей территории.")


def _write(records: Sequence[Record], present: dict[str, Organization]) -> Loaded:
    _free_logins(records, present)
    loaded = Loaded()
    today = timezone.localdate()
    for record in sorted(records, key=_from_above):
        values = record.values
        above = present[values["parent"]] if values["parent"] else None
        row = present.get(values["code"])
        if row is None:
            present[values["code"]] = _create(record, above)
            loaded.created.append(present[values["code"]])
        elif change := _change(row, record, above, today):
            loaded.changed.append(change)
        else:
            loaded.unchanged += 1
    return loaded


def _free_logins(records: Sequence[Record], present: dict[str, Organization]) -> None:
    """Let go of the logins that change, so that two organizations may exchange theirs."""
    changing = [
        row.pk
        for record in records
        if (row := present.get(record.values["code"]))
        and row.fis_login
        and record.values["fis_login"] not in (None, row.fis_login)
    ]
    if changing:
        Organization.objects.filter(pk__in=changing).update(fis_login="")


def _from_above(record: Record) -> tuple[bool, int]:
    """Nodes of the tree from the region down, then the bodies beside them."""
    kind: Kind = record.values["kind"]
    return kind not in TREE, TREE.get(kind, Level.REGION)


def _create(record: Record, above: Organization | None) -> Organization:
    values = record.values
    kind: Kind = values["kind"]
    filled = {key: values[key] for key in PLAIN_FIELDS if values[key] is not None}
    level = level_of(kind, Level(above.level) if above else None)
    return Organization.objects.create(
        code=values["code"], kind=kind, level=level, parent=above, **filled
    )


def _change(
    row: Organization, record: Record, above: Organization | None, today: datetime.date
) -> Change | None:
    new = {key: record.values[key] for key in PLAIN_FIELDS if record.values[key] is not None}
    new |= {"parent": above}
    changed = {key: value for key, value in new.items() if getattr(row, key) != value}
    if not changed:
        return None
    if HISTORIC & set(changed):
        remember_beginning(row)
    before = {key: _plain(getattr(row, key)) for key in changed}
    for key, value in changed.items():
        setattr(row, key, value)
    row.level = level_of(Kind(row.kind), Level(above.level) if above else None)
    row.save(update_fields=[*changed, "level"])
    if HISTORIC & set(changed):
        _keep_state(row, today)
    return Change(row, before, {key: _plain(value) for key, value in changed.items()})


def _keep_state(row: Organization, today: datetime.date) -> None:
    OrganizationState.objects.update_or_create(
        organization=row,
        since=today,
        defaults={
            "name": row.name,
            "short_name": row.short_name,
            "parent": row.parent,
            "oktmo": row.oktmo,
            "basis": BASIS,
        },
    )


def _plain(value: object) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bool):
        return "да" if value else "нет"
    if isinstance(value, Organization):
        return value.code
    return "" if value is None else str(value)


def _record(loaded: Loaded, name: str, by: Viewer | None) -> None:
    for row in loaded.created:
        audit.record("organization.opened", row, by=by, basis=BASIS)
    for change in loaded.changed:
        audit.record(
            "organization.changed", change.organization, by=by,
            before=change.before, after=change.after, basis=BASIS,
        )  # fmt: skip
    root = Organization.objects.filter(parent=None).order_by("pk").first()
    if root is None:
        return
    audit.record(
        "register.imported", root, by=by, organization=by.organization_id if by else None,
        file=name, created=len(loaded.created), changed=len(loaded.changed),
        unchanged=loaded.unchanged,
    )  # fmt: skip
