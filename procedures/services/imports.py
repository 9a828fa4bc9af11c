"""Results taken in: a form uploaded on a page, a file given to a command, many schools at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from organizations.access import Permission, Viewer
from organizations.errors import Conflict, NotAllowed, Refused
from organizations.exchange import gate
from organizations.exchange.faults import Fault
from organizations.models import Kind, Organization
from organizations.services import audit, guard, runs
from procedures.exchange import bulk_store, importer, privacy
from procedures.exchange.protocol import refuse_people
from procedures.listeners import announce
from procedures.models import Protocol, Work
from procedures.queries import newest_scale
from procedures.services import deadlines

TASK = "procedures.tasks.import_results"
FORMS = (gate.Kind.XLSX,)


class Verdict(StrEnum):
    """What a file given to a command came to."""

    ACCEPTED = "accepted"
    UNCHANGED = "unchanged"
    FAULTY = "faulty"
    REFUSED = "refused"


@dataclass(frozen=True)
class Outcome:
    """The verdict on a file, in full; `version` is None where nothing was stored."""

    verdict: Verdict
    message: str
    rows: int = 0
    version: int | None = None
    faults: tuple[Fault, ...] = ()


@transaction.atomic
def upload(school: Organization, work: Work, *, content: bytes, name: str, by: Viewer) -> Protocol:
    """Keep a form and have it checked in the background; the same bytes again change nothing.

    A sound one then waits for `confirm`. Raises NotAllowed, Refused for a file that is not a safe
    workbook, or Conflict, also once the work's day is over.
    """
    guard.require(by, Permission.RESULT_IMPORT, school)
    refuse_closed(school)
    deadlines.refuse_late(school, work, by=by)
    gate.check_upload(content, name, kinds=FORMS)
    privacy.refuse_name_of_file(name)
    refuse_people(content)
    protocol, fresh = importer.receive(school, work, content=content, name=name, by_id=by.user_id)
    if fresh:
        audit.record("protocol.uploaded", protocol, by=by, version=protocol.version, name=name)
    if protocol.state == Protocol.State.CHECKING and not (protocol.run and protocol.run.is_active):
        protocol.run = runs.request(
            TASK,
            subject=protocol,
            title=f"Проверка файла «{protocol.name}»",
            organization=school,
            by=by,
            unit="строка,строки,строк",
            protocol=protocol.pk,
        )
        protocol.save(update_fields=["run"])
    return protocol


@transaction.atomic
def confirm(protocol: Protocol, *, by: Viewer) -> Protocol:
    """Write the rows of a checked file; done twice, it is written once.

    Everything is compared with what is stored once more: the verdict may be another by now.
    Raises NotAllowed, or Conflict for a file that does not wait to be written.
    """
    guard.require(by, Permission.RESULT_IMPORT, protocol.organization)
    bulk_store.hold_schools([protocol.organization_id])
    protocol.refresh_from_db(fields=["state", "rows_written", "message"])
    if protocol.rows_written:
        return protocol
    if protocol.state != Protocol.State.READY:
        raise Conflict(f"Этот файл не ждёт записи: {protocol.get_state_display()}.")
    refuse_closed(protocol.organization)
    deadlines.refuse_late(protocol.organization, protocol.work, by=by)
    audit.record("protocol.confirmed", protocol, by=by, version=protocol.version)
    return importer.process(protocol)


@transaction.atomic
def cancel(protocol: Protocol, *, by: Viewer) -> Protocol:
    """Leave a checked file unwritten; done twice, it changes nothing.

    Raises NotAllowed, or Conflict for a file that does not wait to be written.
    """
    guard.require(by, Permission.RESULT_IMPORT, protocol.organization)
    bulk_store.hold_schools([protocol.organization_id])
    protocol.refresh_from_db(fields=["state"])
    if protocol.state == Protocol.State.CANCELLED:
        return protocol
    if protocol.state != Protocol.State.READY:
        raise Conflict(f"Этот файл не ждёт записи: {protocol.get_state_display()}.")
    protocol.state = Protocol.State.CANCELLED
    protocol.message = "Файл не записан: его отменили."
    protocol.save(update_fields=["state", "message"])
    audit.record("protocol.cancelled", protocol, by=by, version=protocol.version)
    return protocol


def restore(protocol: Protocol, *, by: Viewer) -> Protocol:
    """Hand an earlier file in again, to be looked at and written as the newest version.

    Raises as `upload`.
    """
    if not protocol.file:
        raise Conflict("Файла этой версии на портале нет: строки пришли общим файлом.")
    with protocol.file.open() as file:
        content = file.read()
    return upload(protocol.organization, protocol.work, content=content, name=protocol.name, by=by)


def take(
    school: Organization, work: Work, *, content: bytes, name: str, by: Viewer | None
) -> Outcome:
    """Check a form and write its rows at once; for commands, whose files are trusted."""
    if by is not None:
        guard.require(by, Permission.RESULT_IMPORT, school)
    try:
        refuse_closed(school)
        gate.check_upload(content, name, kinds=FORMS)
    except (Conflict, Refused) as refusal:
        return Outcome(Verdict.REFUSED, str(refusal))
    by_id = by.user_id if by else None
    protocol, fresh = importer.receive(school, work, content=content, name=name, by_id=by_id)
    if protocol.state == Protocol.State.ACCEPTED:
        return unchanged(protocol)
    if fresh:
        audit.record("protocol.uploaded", protocol, by=by, version=protocol.version, name=name)
    importer.process(protocol, trusted=True)
    return outcome_of(protocol)


def try_out(school: Organization, work: Work, *, content: bytes, name: str) -> Outcome:
    """The verdict `take` would give; nothing is written."""
    same = Protocol.objects.current().filter(
        organization=school, work=work, sha256=importer.digest_of(content)
    )
    if (protocol := same.first()) is not None:
        return unchanged(protocol)
    try:
        refuse_closed(school)
        gate.check_upload(content, name, kinds=FORMS)
        spec = importer.spec_of(work, newest_scale(work.pk))
        reading = importer.read(content, spec, school.code, trusted=True)
    except (Conflict, Refused) as refusal:
        return Outcome(Verdict.REFUSED, str(refusal))
    faults = reading.faults or tuple(importer.contradictions_now(school, work, reading))
    if faults:
        return Outcome(Verdict.FAULTY, importer.faults_words(len(faults)), faults=faults)
    return Outcome(Verdict.ACCEPTED, "Файл без ошибок.", rows=len(reading.results))


@transaction.atomic
def store(parts: Iterable[bulk_store.Part], *, name: str, by: Viewer | None) -> bulk_store.Stored:
    """Write the results of many schools and works, all or nothing; tell who computes from them.

    Raises NotAllowed, or Conflict as `bulk_store.store`.
    """
    stored = bulk_store.store(parts, name=name, by_id=by.user_id if by else None)
    if by is not None:
        _require_all(by, {school for schools in stored.schools.values() for school in schools})
    for work_id, schools in sorted(stored.schools.items()):
        announce(work_id, sorted(schools))
    return stored


def _require_all(by: Viewer, schools: set[int]) -> None:
    own = Organization.objects.open_to(by, Permission.RESULT_IMPORT)
    if len(schools) > own.filter(pk__in=schools).count():
        raise NotAllowed("Среди школ есть не относящиеся к вашей территории: ничего не записано.")


def refuse_other(organization: Organization) -> None:
    """Raise Conflict where no results belong: what is not a school."""
    if organization.kind != Kind.SCHOOL:
        raise Conflict(f"«{organization}» — не школа. Результаты работ загружают по школам.")


def refuse_closed(school: Organization) -> None:
    """Raise Conflict for a school that is closed, or for what is not a school."""
    refuse_other(school)
    if school.closed_on and school.closed_on <= timezone.localdate():
        raise Conflict(f"Школа «{school}» закрыта: её результаты хранятся, новых она не сдаёт.")


def unchanged(protocol: Protocol) -> Outcome:
    """The outcome for the bytes of a protocol that was accepted before."""
    message = f"Этот же файл уже принят как версия {protocol.version}: ничего не изменилось."
    return Outcome(Verdict.UNCHANGED, message, protocol.rows_written, protocol.version)


def outcome_of(protocol: Protocol) -> Outcome:
    """What the state of a checked protocol means for the file."""
    verdicts = {
        Protocol.State.ACCEPTED: Verdict.ACCEPTED,
        Protocol.State.FAULTY: Verdict.FAULTY,
    }
    return Outcome(
        verdict=verdicts.get(Protocol.State(protocol.state), Verdict.REFUSED),
        message=protocol.message,
        rows=protocol.rows_written,
        version=protocol.version,
        faults=tuple(importer.stored_faults(protocol)),
    )
