"""Taking in the federal list of markers: looked through first, then whole years or nothing."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field

from django.core.files.base import ContentFile
from django.db import transaction

from monitoring.exchange.markers import MarkerTable, read_markers
from monitoring.models import FederalMarker, MarkerList
from monitoring.models.marker import MARKERS
from organizations.access import Permission, Viewer
from organizations.errors import FaultyUpload, NotAllowed
from organizations.exchange.gate import Kind as FileKind
from organizations.exchange.gate import check_upload
from organizations.models import Organization
from organizations.services import audit

Values = dict[str, bool | None]


@dataclass(frozen=True)
class YearChange:
    """The list of one year beside the one the portal has of it."""

    year: int
    values: dict[Organization, Values]
    before: dict[Organization, Values]

    @property
    def is_same(self) -> bool:
        return self.values == self.before

    @property
    def added(self) -> list[Organization]:
        return _by_name(set(self.values) - set(self.before))

    @property
    def gone(self) -> list[Organization]:
        return _by_name(set(self.before) - set(self.values))

    @property
    def changed(self) -> list[Organization]:
        both = set(self.values) & set(self.before)
        return _by_name({one for one in both if self.values[one] != self.before[one]})


def _by_name(schools: set[Organization]) -> list[Organization]:
    return sorted(schools, key=lambda one: (one.short_name, one.pk))


@dataclass
class Preview:
    """What a list comes to; `rows` = `written` + `repeated` + `unchanged`."""

    years: list[YearChange] = field(default_factory=list)
    repeated: int = 0

    @property
    def written(self) -> int:
        return sum(len(one.values) for one in self.years if not one.is_same)

    @property
    def unchanged(self) -> int:
        return sum(len(one.values) for one in self.years if one.is_same)

    @property
    def rows(self) -> int:
        return self.written + self.repeated + self.unchanged

    @property
    def is_idle(self) -> bool:
        """Whether writing it would change nothing."""
        return all(one.is_same for one in self.years)


def look(content: bytes, name: str, *, by: Viewer) -> Preview:
    """What the list would change; nothing is written.

    Raises NotAllowed, Refused for an unreadable file, FaultyUpload with every fault.
    """
    _require(by)
    kind = check_upload(content, name, kinds={FileKind.XLSX, FileKind.CSV})
    schools = _schools(by)
    found = read_markers(content, kind, {login: one.pk for login, one in schools.items()})
    if found.faults:
        faulty = len({fault.row for fault in found.faults if fault.row})
        rows = found.table.rows
        raise FaultyUpload(found.faults, rows=rows, sound=rows - min(faulty, rows))
    return _compared(found, {one.pk: one for one in schools.values()}, by)


@transaction.atomic
def load(content: bytes, name: str, *, by: Viewer) -> Preview:
    """Write the list: a year that differs replaces the one the portal has, which stays readable.

    The same list again changes nothing and is not kept twice. Raises as `look` does.
    """
    _require(by)
    # Two loads must not both find the same year's rows in force.
    list(Organization.objects.select_for_update().filter(pk=by.territory_id))
    preview = look(content, name, by=by)
    if preview.is_idle:
        return preview
    replaced = [one for one in preview.years if not one.is_same]
    received = MarkerList.objects.create(
        organization_id=by.territory_id,
        file=ContentFile(content, name=name),
        name=name[:200],
        sha256=hashlib.sha256(content).hexdigest(),
        years=[one.year for one in replaced],
        rows=preview.rows,
        written=preview.written,
        repeated=preview.repeated,
        unchanged=preview.unchanged,
        uploaded_by_id=by.user_id,
    )
    for change in replaced:
        _write(change, received)
    audit.record(
        "markers.imported", received, by=by, organization=by.organization_id,
        years=received.years, written=preview.written, repeated=preview.repeated,
        unchanged=preview.unchanged,
    )  # fmt: skip
    return preview


def _require(by: Viewer) -> None:
    if not by.may(Permission.MARKER_IMPORT):
        raise NotAllowed("Ваша роль не даёт права загружать федеральные списки.")


def _schools(by: Viewer) -> dict[str, Organization]:
    """The schools of the territory by login or by their own code, closed ones too. One query."""
    rows = list(Organization.objects.open_to(by, Permission.MARKER_IMPORT).schools())
    codes = {row.code.casefold(): row for row in rows}
    return codes | {row.fis_login.casefold(): row for row in rows if row.fis_login}


def _compared(found: MarkerTable, schools: dict[int, Organization], by: Viewer) -> Preview:
    values: dict[int, dict[Organization, Values]] = defaultdict(dict)
    for record in found.records:
        school = schools[record.values["login"]]
        values[record.values["year"]][school] = {name: record.values[name] for name in MARKERS}
    stored: dict[int, dict[Organization, Values]] = defaultdict(dict)
    current = FederalMarker.objects.open_to(by, Permission.MARKER_IMPORT).current()
    for row in current.filter(year__in=values).select_related("organization"):
        stored[row.year][row.organization] = row.values
    years = [YearChange(year, values[year], stored[year]) for year in sorted(values)]
    return Preview(years, repeated=len(found.repeated))


def _write(change: YearChange, received: MarkerList) -> None:
    old = FederalMarker.objects.current().filter(year=change.year, organization__in=change.before)
    old.update(is_current=False)
    FederalMarker.objects.bulk_create(
        FederalMarker(organization=school, year=change.year, received=received, **values)
        for school, values in change.values.items()
    )
