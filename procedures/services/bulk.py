"""Tables of results of many schools taken in from a stream, all or nothing, in flat memory."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO

from django.db import transaction

from organizations.access import Viewer
from organizations.errors import Conflict, PortalError
from organizations.exchange import gate
from organizations.exchange.faults import Fault
from organizations.models import Organization
from procedures.exchange import privacy
from procedures.exchange.bulk import Bulk, SchoolResults, read_bulk_stream
from procedures.exchange.bulk_store import Part
from procedures.exchange.importer import faults_words, spec_of
from procedures.exchange.works import WorkSpec
from procedures.models import Work
from procedures.queries import newest_scale
from procedures.services import imports
from procedures.services.imports import Outcome, Verdict

MOST_BYTES = 512 * 2**20  # a region's year is about 60 MB


@dataclass(frozen=True)
class BulkIntake:
    """How a table is taken in: by whom; how schools and works are found by their codes.

    `school` and `work` raise Conflict for a code that the portal does not know.
    """

    school: Callable[[str], Organization]
    work: Callable[[str], Work]
    by: Viewer | None = None
    dry_run: bool = False

    def take(self, stream: BinaryIO, name: str) -> Outcome:
        """The verdict on one table, from a stream that can be sought in.

        Raises Refused for what is not a table of results.
        """
        gate.check_csv(stream, name, most_bytes=MOST_BYTES)
        privacy.refuse_names_in_stream(stream)
        bulk = read_bulk_stream(stream, _known_works())
        if not bulk.rows:
            return Outcome(Verdict.REFUSED, "В таблице нет ни одной строки результатов.")
        faults = bulk.faults or self._strangers(bulk)
        if faults:
            return Outcome(Verdict.FAULTY, faults_words(len(faults)), faults=tuple(faults))
        return self._store(bulk, name)

    def _strangers(self, bulk: Bulk) -> list[Fault]:
        """Schools of the table that the portal does not know or that may hand nothing in."""
        found = []
        for code in dict.fromkeys(part.school for part in bulk.protocols):
            try:
                imports.refuse_other(self.school(code))
            except Conflict as refusal:
                expected = "код школы из реестра"
                found.append(Fault("", None, "school", code, expected, str(refusal)))
        return found

    def _store(self, bulk: Bulk, name: str) -> Outcome:
        rows = sum(part.count for part in bulk.protocols)
        try:
            with transaction.atomic():
                stored = imports.store(self._parts(bulk.protocols), name=name, by=self.by)
                transaction.set_rollback(self.dry_run)
        except PortalError as refusal:
            return Outcome(Verdict.REFUSED, str(refusal))
        if not stored.written:
            return Outcome(Verdict.UNCHANGED, "Эти же результаты уже приняты.", rows=rows)
        if self.dry_run:
            return Outcome(Verdict.ACCEPTED, "Файл без ошибок.", rows=rows)
        message = f"Принято строк {stored.rows}, протоколов {stored.written}."
        if stored.unchanged:
            message += f" Без изменений протоколов {stored.unchanged}."
        return Outcome(Verdict.ACCEPTED, message, rows=rows)

    def _parts(self, protocols: Iterable[SchoolResults]) -> Iterable[Part]:
        for part in protocols:
            results = part.results
            yield Part(
                self.school(part.school).pk, self.work(part.work.code), results, results.mark
            )


def _known_works() -> list[WorkSpec]:
    return [spec_of(work, newest_scale(work.pk)) for work in Work.objects.all()]
