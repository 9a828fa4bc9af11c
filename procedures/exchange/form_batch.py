"""Sound collection forms of many schools written at once; each remains a version of its own."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from organizations.exchange.gate import clean_name
from organizations.models import Event, Organization
from organizations.services import audit
from organizations.templatetags.ru import plural
from procedures.exchange import bulk_store
from procedures.exchange.form_reader import SoundForm
from procedures.exchange.importer import MOST_KEPT, classes_words
from procedures.listeners import announce
from procedures.models import Protocol, Result, Scale, Work
from procedures.queries import newest_scale

State = Protocol.State


@dataclass(frozen=True, eq=False)
class Handed:
    """A sound form, whose it is, and its file."""

    school: Organization
    work: Work
    form: SoundForm
    name: str
    content: bytes

    @property
    def key(self) -> tuple[int, int]:
        return self.school.pk, self.work.pk


@dataclass
class Earlier:
    """What a school handed in of a work before."""

    version: int = 0
    accepted: dict[str, Protocol] = field(default_factory=dict)  # by the digest of the file
    is_open: bool = False  # whether one is still to be checked, or waits for a person
    waiting: bool = False  # one is open, or the newest was not taken
    codes: set[int] = field(default_factory=set)  # of the pupils whose rows count


@transaction.atomic
def write(batch: Sequence[Handed]) -> list[tuple[Protocol | None, bool]]:
    """The protocol of each form, and whether it was accepted just now or before.

    None for a form that replaces or meets something: it has to go the way of single forms.

    A school and work may stand in a batch once. All that is written is written together.
    """
    bulk_store.hold_schools({handed.school.pk for handed in batch})
    earlier = _earlier(batch)
    found: list[tuple[Protocol | None, bool]] = []
    fresh: list[tuple[Handed, Protocol]] = []
    scales: dict[int, Scale | None] = {}
    for handed in batch:
        before = earlier[handed.key]
        protocol = before.accepted.get(handed.form.sha256)
        is_new = protocol is None and _is_new(handed, before)
        if is_new:
            protocol = _protocol(handed, before.version + 1, _scale(handed.work, scales))
            fresh.append((handed, protocol))
        found.append((protocol, is_new))
    if fresh:
        _store(fresh)
    return found


def _earlier(batch: Sequence[Handed]) -> dict[tuple[int, int], Earlier]:
    earlier: dict[tuple[int, int], Earlier] = defaultdict(Earlier)
    rows = Protocol.objects.filter(
        organization__in={handed.school.pk for handed in batch},
        work__in={handed.work.pk for handed in batch},
    )
    for row in rows.defer("faults", "notes").order_by("version"):
        here = earlier[row.organization_id, row.work_id]
        here.version = row.version
        here.is_open = here.is_open or row.state in (State.READY, State.CHECKING)
        here.waiting = here.is_open or row.state not in (State.ACCEPTED, State.SUPERSEDED)
        if row.state == State.ACCEPTED:
            here.accepted[row.sha256] = row
    counted = [row.pk for here in earlier.values() for row in here.accepted.values()]
    if counted:
        codes = Result.objects.filter(protocol__in=counted).order_by()
        for school, work, code in codes.values_list("organization", "work", "participant"):
            earlier[school, work].codes.add(code)
    return earlier


def _is_new(handed: Handed, before: Earlier) -> bool:
    """Whether the form brings classes and pupils that nothing was handed in of."""
    classes = {number for row in before.accepted.values() for number in row.classes}
    return (
        not before.waiting
        and classes.isdisjoint(handed.form.classes)
        and before.codes.isdisjoint(handed.form.results.participant.tolist())
    )


def _scale(work: Work, scales: dict[int, Scale | None]) -> Scale | None:
    if work.pk not in scales:
        bulk_store.hold_scale(work.pk)
        scales[work.pk] = newest_scale(work.pk)
    return scales[work.pk]


def _protocol(handed: Handed, version: int, scale: Scale | None) -> Protocol:
    form, rows = handed.form, len(handed.form.results)
    words = plural(rows, "строка,строки,строк")
    protocol = Protocol(
        organization=handed.school,
        work=handed.work,
        scale=scale,
        version=version,
        classes=form.classes,
        state=State.ACCEPTED,
        accepted_at=timezone.now(),
        name=clean_name(handed.name),
        size=len(handed.content),
        sha256=form.sha256,
        rows_in=form.balance.in_file,
        rows_written=rows,
        notes=[asdict(note) for note in form.notes[:MOST_KEPT]],
        message=f"Принято {rows} {words}: {classes_words(form.classes)}.",
    )
    protocol.file.save(handed.name, ContentFile(handed.content), save=False)
    return protocol


def _store(fresh: Sequence[tuple[Handed, Protocol]]) -> None:
    Protocol.objects.bulk_create([protocol for _, protocol in fresh])
    bulk_store.copy(
        bulk_store.columns_of(protocol, results, bulk_store.marks_by(protocol.scale, results))
        for protocol, results in ((protocol, handed.form.results) for handed, protocol in fresh)
    )
    audit.record_all(event for _, protocol in fresh for event in _events(protocol))
    schools = defaultdict(set)
    for handed, _ in fresh:
        schools[handed.work.pk].add(handed.school.pk)
    for work_id, ids in sorted(schools.items()):
        announce(work_id, sorted(ids))


def _events(protocol: Protocol) -> list[Event]:
    """What the journal says of a form that was received and accepted."""
    return [
        audit.event(
            "protocol.uploaded", protocol, by=None, version=protocol.version, name=protocol.name
        ),
        audit.event(
            "protocol.accepted",
            protocol,
            by=None,
            version=protocol.version,
            rows=protocol.rows_written,
            classes=[str(number) for number in protocol.classes],
        ),
    ]
