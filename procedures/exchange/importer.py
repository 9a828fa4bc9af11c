"""The work of an import: a collection form checked as a whole, then written or explained."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from organizations.errors import Refused
from organizations.exchange.faults import Fault, Note
from organizations.exchange.gate import clean_name
from organizations.models import Organization
from organizations.services import audit
from organizations.services.runs import Progress
from organizations.templatetags.ru import plural
from procedures.exchange import bulk_store, layout
from procedures.exchange.difference import compare, rows_of, stored_rows
from procedures.exchange.privacy import PersonalData
from procedures.exchange.protocol import Balance, open_form, read_header, read_protocol
from procedures.exchange.results import Results
from procedures.exchange.works import WorkSpec
from procedures.listeners import announce
from procedures.models import Protocol, Result, Scale, Work
from procedures.queries import newest_scale

MOST_KEPT = 1000  # faults and notes kept with a protocol; nobody corrects more by hand
MOST_NAMED = 5  # codes named in one sentence
ROWS = "строка,строки,строк"

State = Protocol.State
LET_GO = (State.SUPERSEDED, State.CANCELLED)  # the same bytes again are a new version


@dataclass(frozen=True, eq=False)
class Reading:
    """What a form holds, before anything is compared with what is stored."""

    results: Results
    faults: tuple[Fault, ...]
    notes: tuple[Note, ...]
    balance: Balance

    @property
    def classes(self) -> list[int]:
        return sorted({int(number) for number in self.results.class_number})


def spec_of(work: Work, scale: Scale | None) -> WorkSpec:
    """The stored work as the readers of forms know it."""
    return WorkSpec(
        code=work.code,
        subject=work.subject,
        grade=work.grade,
        year=work.year,
        tasks=tuple(work.tasks),
        max_points=tuple(work.max_points),
        borders=bulk_store.borders_of(scale),
        track=work.track,
    )


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read(content: bytes, work: WorkSpec, school_code: str, *, trusted: bool = False) -> Reading:
    """The form read for this work and school, every fault found. Raises Refused."""
    sheets = open_form(content, trusted=trusted)
    table = read_protocol(sheets, work)
    faults = list(table.faults)
    if (named := read_header(sheets).organization) and named != school_code:
        message = f"форма выдана школе «{named}», а загружается для «{school_code}»."
        cure = "Выберите другую школу или скачайте её форму."
        faults.append(Fault(layout.SERVICE, None, "", named, school_code, message, cure))
    if not faults and not len(table.results):
        message = "В файле нет ни одной заполненной строки."
        cure = "Заполните варианты и баллы и загрузите файл снова."
        faults.append(Fault(layout.PROTOCOL, None, "", "", "хотя бы одна строка", message, cure))
    return Reading(table.results, tuple(faults), table.notes, table.balance)


@transaction.atomic
def receive(
    school: Organization, work: Work, *, content: bytes, name: str, by_id: int | None
) -> tuple[Protocol, bool]:
    """The protocol of these bytes, to be checked, and whether it is a new one.

    The same bytes twice are one import: those accepted or ready to be written stay as they are,
    those found faulty or still waiting are given back to be checked once more.
    """
    bulk_store.hold_schools([school.pk])
    sha256 = digest_of(content)
    earlier = Protocol.objects.filter(organization=school, work=work).order_by("-version")
    if same := earlier.filter(sha256=sha256, state=State.ACCEPTED).first():
        return same, False
    newest = earlier.first()
    if newest is not None and newest.sha256 == sha256 and newest.state not in LET_GO:
        if newest.state == State.READY:
            return newest, False
        newest.state = State.CHECKING
        newest.save(update_fields=["state"])
        return newest, False
    protocol = Protocol(
        organization=school,
        work=work,
        version=newest.version + 1 if newest else 1,
        name=clean_name(name),
        size=len(content),
        sha256=sha256,
        uploaded_by_id=by_id,
    )
    protocol.file.save(name, ContentFile(content), save=False)
    protocol.save()
    return protocol, True


def process(
    protocol: Protocol,
    *,
    progress: Progress | None = None,
    trusted: bool = False,
    write: bool = True,
) -> Protocol:
    """Check a protocol's file and write its rows, or note why not. Done again, it changes nothing.

    Nothing is written unless the whole file is sound; then one version in one transaction.
    Without `write` a sound file is left ready, to be written when a person has seen it.
    """
    if protocol.state not in _due(write=write):
        return protocol
    scale = newest_scale(protocol.work_id)
    with protocol.file.open() as file:
        content = file.read()
    try:
        reading = read(
            content, spec_of(protocol.work, scale), protocol.organization.code, trusted=trusted
        )
    except Refused as refusal:
        return _refuse(protocol, refusal, progress, write=write)
    if progress is not None:
        progress(reading.balance.sound, reading.balance.in_file)
    return _conclude(protocol, reading, progress, write=write)


def _due(*, write: bool) -> tuple[Protocol.State, ...]:
    """The states in which there is something to do."""
    return (State.CHECKING, State.READY) if write else (State.CHECKING,)


@transaction.atomic
def _refuse(
    protocol: Protocol, refusal: Refused, progress: Progress | None, *, write: bool
) -> Protocol:
    """Note that the file cannot be read; a file that says who the pupils are is not kept.

    A file that was sound before and waits for a person stays so: the refusal is raised.
    """
    bulk_store.hold_schools([protocol.organization_id])
    protocol.refresh_from_db(fields=["state"])
    if protocol.state not in _due(write=write):
        protocol.refresh_from_db()
        return protocol
    tells_names = isinstance(refusal, PersonalData)
    if protocol.state == State.READY and not tells_names:
        raise refusal
    told: dict[str, Any] = {"message": str(refusal), "rows_in": 0, "faults": [], "notes": []}
    if tells_names:
        stored = str(protocol.file.name)
        transaction.on_commit(partial(protocol.file.storage.delete, stored))
        told["file"] = ""
    return _settle(protocol, State.REFUSED, progress, **told)


@transaction.atomic
def _conclude(
    protocol: Protocol, reading: Reading, progress: Progress | None, *, write: bool
) -> Protocol:
    """Compare with what is stored and write, no other import for the school in between."""
    bulk_store.hold_schools([protocol.organization_id])
    protocol.refresh_from_db(fields=["state"])
    if protocol.state not in _due(write=write):  # somebody else came to the verdict meanwhile
        protocol.refresh_from_db()
        return protocol
    current = current_of(protocol.organization_id, protocol.work_id)
    overlapping = overlapping_with(current, reading)
    newer = [row.version for row in overlapping if row.version > protocol.version]
    if newer:
        message = f"Пока файл проверялся, принята версия {max(newer)}: этот файл не записан."
        return _settle(protocol, State.SUPERSEDED, progress, message=message)
    faults = reading.faults or tuple(contradictions(reading, overlapping, current))
    if faults:
        return _settle_faulty(protocol, reading, faults, progress)
    if not write:
        return _settle_ready(protocol, reading, progress)
    return _write(protocol, reading, overlapping, progress)


def current_of(school_id: int, work_id: int) -> list[Protocol]:
    """The protocols whose rows count now, the oldest first."""
    rows = Protocol.objects.current().filter(organization=school_id, work=work_id)
    return list(rows.defer("faults", "notes").order_by("version"))


def overlapping_with(current: Sequence[Protocol], reading: Reading) -> list[Protocol]:
    """Those of the current protocols that a form with these classes would replace."""
    return [row for row in current if set(row.classes) & set(reading.classes)]


def contradictions_now(school: Organization, work: Work, reading: Reading) -> list[Fault]:
    """What would keep a sound form from being written just now."""
    current = current_of(school.pk, work.pk)
    return contradictions(reading, overlapping_with(current, reading), current)


def contradictions(
    reading: Reading, overlapping: Sequence[Protocol], current: Sequence[Protocol]
) -> list[Fault]:
    """What keeps a sound form from replacing the current protocols of the school and work."""
    found = [fault for row in overlapping if (fault := _lost_classes(reading, row))]
    others = [row for row in current if row not in overlapping]
    return found + _taken_codes(reading, others)


def _lost_classes(reading: Reading, earlier: Protocol) -> Fault | None:
    if set(earlier.classes) <= set(reading.classes):
        return None
    message = (
        f"Прежний протокол (версия {earlier.version}) содержит {classes_words(earlier.classes)}, "
        f"в новом только {classes_words(reading.classes)}."
    )
    cure = "Внесите в файл все классы прежнего протокола: новый заменяет его целиком."
    return Fault(layout.PROTOCOL, None, "", "", classes_words(earlier.classes), message, cure)


def _taken_codes(reading: Reading, others: Sequence[Protocol]) -> list[Fault]:
    if not others:
        return []
    taken = Result.objects.filter(
        protocol__in=others, participant__in=reading.results.participant.tolist()
    )
    pairs = list(taken.order_by("participant").values_list("participant", "class_number"))
    if not pairs:
        return []
    named = ", ".join(str(code) for code, _ in pairs[:MOST_NAMED])
    more = f" и ещё {len(pairs) - MOST_NAMED}" if len(pairs) > MOST_NAMED else ""
    where = classes_words(sorted({number for _, number in pairs}))
    message = f"Коды {named}{more} уже стоят в принятом протоколе, где {where}."
    cure = "У каждого участника параллели свой код: исправьте коды или загрузите классы вместе."
    return [Fault(layout.PROTOCOL, None, "", named, "коды без повторов", message, cure)]


def _write(
    protocol: Protocol, reading: Reading, replaced: Sequence[Protocol], progress: Progress | None
) -> Protocol:
    results = reading.results
    bulk_store.hold_scale(protocol.work_id)
    scale = newest_scale(protocol.work_id)
    marks = bulk_store.marks_by(scale, results)
    changed = _told(replaced, results, protocol.work.tasks)
    protocol.classes = reading.classes
    bulk_store.set_aside([protocol])
    bulk_store.supersede(row.pk for row in replaced)
    for row in replaced:
        audit.record("protocol.superseded", row, by=None, version=protocol.version)
    bulk_store.copy(bulk_store.lines(protocol, results, marks))
    announce(protocol.work_id, [protocol.organization_id])
    rows = len(results)
    message = f"Принято {rows} {plural(rows, ROWS)}: {classes_words(reading.classes)}."
    return _settle(
        protocol,
        State.ACCEPTED,
        progress,
        message=f"{message} {changed}".strip(),
        scale=scale,
        accepted_at=timezone.now(),
        classes=reading.classes,
        rows_in=reading.balance.in_file,
        rows_written=rows,
        faults=[],
        notes=_kept(reading.notes),
    )


def _told(replaced: Sequence[Protocol], results: Results, tasks: Sequence[str]) -> str:
    """How the new rows differ from those they replace; empty when they replace none."""
    if not replaced:
        return ""
    found = compare(stored_rows(replaced), rows_of(results), tasks)
    versions = ", ".join(str(row.version) for row in replaced)
    word = "версией" if len(replaced) == 1 else "версиями"
    return (
        f"По сравнению с {word} {versions}: изменено строк {found.changed}, "
        f"добавлено {found.added}, убрано {found.removed}."
    )


def _settle_ready(protocol: Protocol, reading: Reading, progress: Progress | None) -> Protocol:
    """Sound, and not written before a person has seen what it would change."""
    others = Protocol.objects.filter(
        organization=protocol.organization_id,
        work=protocol.work_id,
        state=State.READY,
        classes__overlap=reading.classes,
        version__gt=protocol.version,
    )
    if newer := others.order_by("-version").first():
        message = f"Пока файл проверялся, загружена версия {newer.version}: этот файл не записан."
        return _settle(protocol, State.SUPERSEDED, progress, message=message)
    protocol.classes = reading.classes
    bulk_store.set_aside([protocol])
    rows = len(reading.results)
    message = f"Ошибок нет: {rows} {plural(rows, ROWS)}, {classes_words(reading.classes)}."
    return _settle(
        protocol,
        State.READY,
        progress,
        message=message,
        classes=reading.classes,
        rows_in=reading.balance.in_file,
        faults=[],
        notes=_kept(reading.notes),
    )


def _settle_faulty(
    protocol: Protocol, reading: Reading, faults: Sequence[Fault], progress: Progress | None
) -> Protocol:
    return _settle(
        protocol,
        State.FAULTY,
        progress,
        message=faults_words(len(faults)),
        classes=reading.classes,
        rows_in=reading.balance.in_file,
        faults=_kept(faults),
        notes=_kept(reading.notes),
    )


@transaction.atomic
def _settle(
    protocol: Protocol, state: Protocol.State, progress: Progress | None, **fields: Any
) -> Protocol:
    """Note the verdict; only the worker that holds the run may."""
    if progress is not None:
        progress.hold()
    protocol.state = state
    for name, value in fields.items():
        setattr(protocol, name, value)
    protocol.save(update_fields=["state", *fields])
    audit.record(
        f"protocol.{state}",
        protocol,
        by=None,
        version=protocol.version,
        rows=protocol.rows_written,
        classes=[str(number) for number in protocol.classes],
    )
    return protocol


def _kept(told: Sequence[Fault] | Sequence[Note]) -> list[dict[str, Any]]:
    """As the protocol keeps them; `stored_faults` reads them back."""
    names = ("sheet", "row", "column", "found", "expected", "message", "cure", "title")
    return [
        {name: getattr(item, name) for name in names if hasattr(item, name)}
        for item in told[:MOST_KEPT]
    ]


def stored_faults(protocol: Protocol) -> list[Fault]:
    return [Fault(**fault) for fault in protocol.faults]


def faults_words(count: int) -> str:
    """«В файле 4 ошибки, поэтому ничего не записано.»"""
    word = plural(count, "ошибка,ошибки,ошибок")
    return f"В файле {count} {word}, поэтому ничего не записано."


def classes_words(numbers: Sequence[int]) -> str:
    """«класс 1», «классы 1 и 2», «классы 1, 2 и 3»."""
    if len(numbers) < 2:
        return f"класс {numbers[0]}" if numbers else "ни одного класса"
    *head, last = map(str, numbers)
    return f"классы {', '.join(head)} и {last}"
