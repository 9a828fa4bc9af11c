"""Exports of ФИС ОКО given to a command: the work and the units found, then written or told."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction

from organizations.access import Viewer
from organizations.errors import Conflict, PortalError
from organizations.exchange.cells import folded, shown
from organizations.exchange.faults import Fault, Note
from organizations.models import Kind, Organization
from procedures.exchange import federal, federal_individual, federal_statistics
from procedures.exchange.bulk_store import Part
from procedures.exchange.federal import Export, Report
from procedures.exchange.federal_individual import Individual
from procedures.exchange.federal_statistics import ALL, Statistics
from procedures.exchange.federal_units import Unit
from procedures.exchange.importer import faults_words, spec_of
from procedures.exchange.works import WorkSpec
from procedures.models import FederalExport, Work
from procedures.queries import newest_scale
from procedures.services import imports, statistics
from procedures.services.imports import Outcome, Verdict
from procedures.services.statistics import Placed, Source

MOST_TOLD = 5  # notes in the message; the rest as a number


@dataclass(frozen=True)
class Taken:
    """The outcome of an export, and the one work and school it is of, if it is of one."""

    outcome: Outcome
    work: str = ""
    organization: str = ""


@dataclass(frozen=True)
class ExportIntake:
    """How exports are taken in: by whom, for which work when a file does not say."""

    by: Viewer | None = None
    dry_run: bool = False
    _works: dict[tuple[int, str, int], list[Work]] = field(default_factory=dict)
    _specs: dict[int, WorkSpec] = field(default_factory=dict)

    def take(self, export: Export, *, name: str, content: bytes, work: Work | None) -> Taken:
        """The verdict on one export. Raises Conflict when its work is not known."""
        if export.report != Report.INDIVIDUAL:
            return self._statistics(export, name, content, work)
        return self._individual(export, name, work or self._work_of(export))

    def _work_of(self, export: Export) -> Work:
        """The work the head of an export names. Raises Conflict with the way out."""
        head = export.head
        if head.year is None or head.grade is None or not head.subject:
            raise Conflict(
                "В отчёте не названы год, предмет и класс работы (строка «ВПР 2026 Русский язык "
                "4 класс»). Назовите работу: --work КОД."
            )
        found = self._named(head.year, head.subject, head.grade)
        if not found:
            raise Conflict(
                f"Работы «{shown(head.words)}» нет. Загрузите её: import_works, "
                "или назовите работу: --work КОД."
            )
        if len(found) > 1:
            codes = ", ".join(work.code for work in found)
            raise Conflict(
                f"Работ «{shown(head.words)}» несколько: {codes}. Назовите одну: --work КОД."
            )
        return found[0]

    def _named(self, year: int, subject: str, grade: int) -> list[Work]:
        key = (year, subject, grade)
        if key not in self._works:
            works = Work.objects.filter(year=year, grade=grade).order_by("code")
            same = federal.same_subject
            self._works[key] = [work for work in works if same(subject, work.subject)]
        return self._works[key]

    def _spec(self, work: Work) -> WorkSpec:
        if work.pk not in self._specs:
            self._specs[work.pk] = spec_of(work, newest_scale(work.pk))
        return self._specs[work.pk]

    # pupils

    def _individual(self, export: Export, name: str, work: Work) -> Taken:
        found = federal_individual.read_individual(export, self._spec(work))
        logins = [part.school for part in found.parts]
        schools = organizations_by_code(logins)
        faults = found.faults or _strangers(export, found, schools)
        code = schools[logins[0]].code if len(logins) == 1 and logins[0] in schools else ""
        if faults:
            return Taken(_faulty(faults), work.code, code)
        words = _balance_words(found.in_file, found.written, found.repeated)
        notes = _told(found.notes, found.off_scale)
        parts = (
            Part(schools[part.school].pk, work, part.results, part.results.mark)
            for part in found.parts
        )
        try:
            with transaction.atomic():
                stored = imports.store(parts, name=name, by=self.by)
                transaction.set_rollback(self.dry_run)
        except PortalError as refusal:
            return Taken(Outcome(Verdict.REFUSED, str(refusal)), work.code, code)
        if not stored.written:
            message = "Эти же результаты уже приняты."
            return Taken(Outcome(Verdict.UNCHANGED, message, rows=found.written), work.code, code)
        if self.dry_run:
            message = " ".join(("Файл без ошибок.", words, notes)).strip()
            return Taken(Outcome(Verdict.ACCEPTED, message, rows=found.written), work.code, code)
        message = f"Принято строк {stored.rows}, протоколов {stored.written}."
        if stored.unchanged:
            message += f" Без изменений протоколов {stored.unchanged}."
        message = " ".join((message, words, notes)).strip()
        return Taken(Outcome(Verdict.ACCEPTED, message, rows=found.written), work.code, code)

    # statistics

    def _statistics(self, export: Export, name: str, content: bytes, work: Work | None) -> Taken:
        kind = FederalExport.Kind(str(export.report))
        if (known := statistics.unchanged(kind, content)) is not None:
            return Taken(_unchanged(known.version, known.rows), known.work)
        if work is None and not export.is_listed:
            work = self._work_of(export)
        spec = self._spec(work) if work else None
        found = federal_statistics.read_statistics(export, spec, self._find)
        works = {unit.work.code for unit in found.units}
        code = work.code if work else works.pop() if len(works) == 1 else ""
        placed, strangers = ([], []) if found.faults else self._placed(export, found)
        if faults := found.faults or strangers:
            return Taken(_faulty(faults), code)
        return Taken(self._stored(kind, placed, found, name, content), code)

    def _stored(
        self,
        kind: FederalExport.Kind,
        placed: Sequence[Placed],
        found: Statistics,
        name: str,
        content: bytes,
    ) -> Outcome:
        notes = _told(found.notes, 0)
        if self.dry_run:
            message = f"Файл без ошибок. {notes}".strip()
            return Outcome(Verdict.ACCEPTED, message, rows=len(placed))
        source = Source(name, content, found.in_file, found.notes)
        try:
            receipt = statistics.receive(kind, placed, source, by=self.by)
        except PortalError as refusal:
            return Outcome(Verdict.REFUSED, str(refusal))
        if receipt.export is None:
            return _unchanged(receipt.version, len(placed))
        message = f"Принята статистика: единиц {len(placed)}, заменено прежних {receipt.replaced}."
        return Outcome(Verdict.ACCEPTED, f"{message} {notes}".strip(), len(placed), receipt.version)

    def _find(self, year: int, subject: str, grade: int) -> WorkSpec | None:
        found = self._named(year, subject, grade)
        return self._spec(found[0]) if len(found) == 1 else None

    def _placed(self, export: Export, found: Statistics) -> tuple[list[Placed], list[Fault]]:
        """Each unit with its organization, and a fault for each the portal does not know."""
        known = organizations_by_code({unit.code for unit in found.units if unit.code})
        regions = list(Organization.objects.filter(kind=Kind.REGION))
        works = Work.objects.in_bulk({unit.work.code for unit in found.units}, field_name="code")
        nameless = {folded(unit.label) for unit in found.units if not unit.code} - {folded(ALL)}
        only = _region_of(known, regions) if len(nameless) == 1 else None
        placed, faults = [], []
        for unit in found.units:
            owner = known.get(unit.code) if unit.code else _region_named(unit, regions) or only
            is_above = not unit.code and (folded(unit.label) == folded(ALL) or len(nameless) == 1)
            if folded(unit.label) == folded(ALL) and not unit.code:
                owner = None
            if owner is None and not is_above:
                faults.append(_unknown(export, unit))
            else:
                placed.append(Placed(unit, works[unit.work.code], owner))
        return placed, faults


def organizations_by_code(codes: Sequence[str] | set[str]) -> dict[str, Organization]:
    """Organizations by the codes files call them: their own, or the login of ФИС ОКО.

    Two queries, however many codes.
    """
    wanted = list(codes)
    rows = Organization.objects.select_related("parent__parent")
    found = {row.fis_login: row for row in rows.filter(fis_login__in=wanted) if row.fis_login}
    return found | {row.code: row for row in rows.filter(code__in=wanted)}


def _region_of(
    known: dict[str, Organization], regions: Sequence[Organization]
) -> Organization | None:
    """The region above the units of a file; the only one of the portal when there are none."""
    for unit in known.values():
        above = [unit, unit.parent, unit.parent.parent if unit.parent else None]
        if region := next((row for row in above if row and row.kind == Kind.REGION), None):
            return region
    return regions[0] if len(regions) == 1 else None


def _region_named(unit: Unit, regions: Sequence[Organization]) -> Organization | None:
    key = folded(unit.label)
    return next((row for row in regions if key in (folded(row.name), folded(row.short_name))), None)


def _unknown(export: Export, unit: Unit) -> Fault:
    text = f"{unit.label}({unit.code})" if unit.code else unit.label
    message = f"организации «{shown(text)}» портал не знает: нужен её код в скобках из реестра."
    cure = "Проверьте код или загрузите реестр: import_organizations."
    return Fault(export.sheet, unit.row, unit.column, shown(text), "код из реестра", message, cure)


def _strangers(export: Export, found: Individual, schools: dict[str, Organization]) -> list[Fault]:
    """Schools of Ф1 that the portal does not know or that may hand nothing in."""
    faults = []
    for part in found.parts:
        row, column = found.places[part.school]
        message = ""
        if part.school not in schools:
            message = f"школы с логином «{shown(part.school)}» портал не знает. Проверьте логин."
        else:
            try:
                imports.refuse_other(schools[part.school])
            except Conflict as refusal:
                message = str(refusal)
        if message:
            login = shown(part.school)
            faults.append(
                Fault(export.sheet, row, column, login, "логин школы из реестра", message)
            )
    return faults


def _faulty(faults: Sequence[Fault]) -> Outcome:
    return Outcome(Verdict.FAULTY, faults_words(len(faults)), faults=tuple(faults))


def _unchanged(version: int, rows: int) -> Outcome:
    message = f"Этот же файл уже принят как версия {version}: ничего не изменилось."
    return Outcome(Verdict.UNCHANGED, message, rows, version)


def _balance_words(in_file: int, written: int, repeated: int) -> str:
    if not repeated:
        return ""
    return f"Строк в файле {in_file}: записано {written}, повторов {repeated}."


def _told(notes: Sequence[Note], off_scale: int) -> str:
    said = [str(note) for note in notes[:MOST_TOLD]]
    if len(notes) > MOST_TOLD:
        said.append(f"И ещё замечаний: {len(notes) - MOST_TOLD}.")
    if off_scale:
        said.append(f"Отметка не по шкале работы в {off_scale} строках: взята из файла.")
    return " ".join(said)
