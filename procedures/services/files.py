"""Files of results given to a command: recognised by content, each with its own verdict."""

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, BinaryIO

from organizations.access import Viewer
from organizations.errors import Conflict, PortalError, Refused
from organizations.exchange import gate
from organizations.exchange.sheets import Sheet
from organizations.models import Organization
from procedures.exchange import federal, privacy
from procedures.exchange.protocol import has_form, open_form, read_header
from procedures.models import Work
from procedures.services import imports
from procedures.services.bulk import BulkIntake
from procedures.services.exports import ExportIntake
from procedures.services.imports import Outcome, Verdict

FORM, TABLE = "form", "csv"
NOTHING_KNOWN = (
    "Это не форма сбора результатов (нет листа «Протокол») и не отчёт ФИС ОКО, известный порталу: "
    "«Индивидуальные результаты», «Статистика по отметкам», «Сравнение отметок с отметками по "
    "журналу», «Распределение первичных баллов». Скачайте форму заново или выгрузите отчёт."
)


@dataclass(frozen=True)
class FileVerdict:
    """What one file came to, as other programs read it."""

    file: str
    outcome: Outcome
    kind: str = ""
    work: str = ""
    organization: str = ""

    @property
    def is_good(self) -> bool:
        return self.outcome.verdict in (Verdict.ACCEPTED, Verdict.UNCHANGED)

    def as_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "verdict": str(self.outcome.verdict),
            "kind": self.kind or None,
            "work": self.work or None,
            "organization": self.organization or None,
            "rows": self.outcome.rows,
            "version": self.outcome.version,
            "message": self.outcome.message,
            "faults": [fault.as_json() for fault in self.outcome.faults],
        }


@dataclass(frozen=True)
class Intake:
    """How files are taken in: by whom, for which school and work when they do not say."""

    by: Viewer | None = None
    organization: str = ""
    work: str = ""
    dry_run: bool = False
    _schools: dict[str, Organization | None] = field(default_factory=dict)
    _works: dict[str, Work | None] = field(default_factory=dict)
    _exports: list[ExportIntake] = field(default_factory=list)

    def take(self, file: str, name: str, content: bytes) -> FileVerdict:
        """The verdict on one file; a fault of the file never raises."""
        if name.lower().endswith(".csv"):
            return self.table(file, name, BytesIO(content))
        return self._workbook(file, name, content)

    def _workbook(self, file: str, name: str, content: bytes) -> FileVerdict:
        try:
            gate.check_upload(content, name, kinds=imports.FORMS)
            privacy.refuse_name_of_file(name)
            sheets = open_form(content, trusted=True)
            export = None if has_form(sheets) else federal.recognise(sheets)
            if export is None and not has_form(sheets):
                return _refused(file, NOTHING_KNOWN)
        except Refused as refusal:
            return _refused(file, str(refusal))
        if export is not None:
            return self._export(file, name, content, export)
        return self._form(file, name, content, sheets)

    # an export of ФИС ОКО

    def _export(self, file: str, name: str, content: bytes, export: federal.Export) -> FileVerdict:
        try:
            work = self._work(self.work) if self.work else None
            taken = self._taker.take(export, name=name, content=content, work=work)
        except PortalError as refusal:
            return _refused(file, str(refusal), str(export.report), self.work)
        return FileVerdict(file, taken.outcome, str(export.report), taken.work, taken.organization)

    @property
    def _taker(self) -> ExportIntake:
        if not self._exports:  # made once: it remembers works
            self._exports.append(ExportIntake(self.by, self.dry_run))
        return self._exports[0]

    # one form

    def _form(self, file: str, name: str, content: bytes, sheets: dict[str, Sheet]) -> FileVerdict:
        try:
            header = read_header(sheets)
        except Refused as refusal:
            return _refused(file, str(refusal))
        codes = (self.work or header.work, self.organization or header.organization)
        try:
            work, school = self._work(codes[0]), self._school(codes[1])
        except Conflict as refusal:
            return _refused(file, str(refusal), FORM, *codes)
        if self.dry_run:
            outcome = imports.try_out(school, work, content=content, name=name)
        else:
            outcome = imports.take(school, work, content=content, name=name, by=self.by)
        return FileVerdict(file, outcome, FORM, *codes)

    def _work(self, code: str) -> Work:
        if not code:
            raise Conflict(
                "В форме нет кода работы: она не с портала. Назовите работу: --work КОД."
            )
        if code not in self._works:
            self._works[code] = Work.objects.filter(code=code).first()
        if (work := self._works[code]) is None:
            raise Conflict(f"Работы с кодом «{code}» нет. Загрузите её: import_works.")
        return work

    def _school(self, code: str) -> Organization:
        if not code:
            raise Conflict(
                "В форме нет кода школы: она не с портала. Назовите школу: --organization КОД."
            )
        if code not in self._schools:
            self._schools[code] = Organization.objects.filter(code=code).first()
        if (school := self._schools[code]) is None:
            raise Conflict(f"Организации с кодом «{code}» нет. Проверьте код или загрузите реестр.")
        return school

    # a table of many schools

    def table(self, file: str, name: str, stream: BinaryIO) -> FileVerdict:
        """The verdict on one CSV, read from a stream that can be sought in."""
        taking = BulkIntake(self._school, self._work, self.by, self.dry_run)
        try:
            return FileVerdict(file, taking.take(stream, name), TABLE)
        except Refused as refusal:
            return _refused(file, str(refusal), TABLE)


def _refused(
    file: str, message: str, kind: str = "", work: str = "", organization: str = ""
) -> FileVerdict:
    return FileVerdict(file, Outcome(Verdict.REFUSED, message), kind, work, organization)
