"""Many files given to a command: forms read by several children, written together."""

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from django.db import IntegrityError, OperationalError

from organizations.errors import Conflict, PortalError, Refused
from organizations.exchange.child import Pool
from organizations.models import Organization
from procedures.exchange import form_batch, form_reader
from procedures.exchange.form_batch import Handed
from procedures.exchange.form_reader import SoundForm
from procedures.exchange.importer import spec_of
from procedures.exchange.sources import Source
from procedures.exchange.works import WorkSpec
from procedures.models import Protocol, Work
from procedures.services import imports
from procedures.services.files import FORM, FileVerdict, Intake
from procedures.services.imports import Outcome, Verdict

FEW = 8  # files: for fewer the children are not worth their start
BATCH = 64  # forms written together: what a kill in the middle may cost
AHEAD = 96  # files handed to the children before their turn
MOST_BYTES = 16 * 2**20  # of either, where the files are large


@dataclass(frozen=True, eq=False)
class _File:
    """A file read from its place, and what a child makes of it if one was asked."""

    source: Source
    content: bytes = b""
    answer: "Future[bytes] | None" = None
    refusal: str = ""


def take_all(intake: Intake, sources: Sequence[Source]) -> Iterator[FileVerdict]:
    """The verdict on each file in turn, the same that `intake.take` gives on it alone.

    Sound forms that are new are written some dozens at a time, each as its own version, and told
    once they are written; everything else goes the way of single files.
    """
    forms = sum(source.name.lower().endswith(".xlsx") for source in sources)
    plain = intake.by is None and not (intake.dry_run or intake.organization or intake.work)
    if not plain or forms < FEW:
        yield from (take_one(intake, source) for source in sources)
        return
    works = {work.code: work for work in Work.objects.all()}
    specs = {code: spec_of(work, None) for code, work in works.items()}
    setting = form_reader.setting_of(specs)
    children = max(2, min(4, os.cpu_count() or 2))
    with Pool(form_reader.__name__, "prepare", setting, children=children) as pool:
        yield from _Taking(intake, works, specs, pool).run(sources)


def take_one(intake: Intake, source: Source) -> FileVerdict:
    """The verdict on one file; a table is read from its place as it goes."""
    try:
        if source.name.lower().endswith(".csv"):
            with source.open() as stream:
                return intake.table(source.label, source.name, stream)
        return intake.take(source.label, source.name, source.read())
    except PortalError as refusal:
        return _refused(source, str(refusal))


def _size(files: Iterable[_File]) -> int:
    return sum(len(file.content) for file in files)


def _refused(source: Source, words: str) -> FileVerdict:
    return FileVerdict(source.label, Outcome(Verdict.REFUSED, words))


class _Taking:
    """The state of one taking: what waits for its turn, what waits to be written."""

    def __init__(
        self, intake: Intake, works: dict[str, Work], specs: dict[str, WorkSpec],
        pool: Pool,
    ) -> None:  # fmt: skip
        self.intake = intake
        self.works = works
        self.specs = specs
        self.pool = pool
        self.schools: dict[str, Organization | None] = {}
        self.batch: list[tuple[_File, Handed]] = []

    def run(self, sources: Sequence[Source]) -> Iterator[FileVerdict]:
        ahead: deque[_File] = deque()
        for source in sources:
            ahead.append(self._begun(source))
            while len(ahead) >= AHEAD or _size(ahead) > MOST_BYTES:
                yield from self._take(ahead.popleft())
        while ahead:
            yield from self._take(ahead.popleft())
        yield from self._written()

    def _begun(self, source: Source) -> _File:
        """The file, given to a child when it may be a form."""
        if not source.name.lower().endswith(".xlsx"):
            return _File(source)
        try:
            content = source.read()
        except Refused as refusal:
            return _File(source, refusal=str(refusal))
        payload = source.name.replace("\n", " ").encode(errors="replace") + b"\n" + content
        return _File(source, content, self.pool.submit(payload))

    def _take(self, file: _File) -> Iterator[FileVerdict]:
        """Put the file into the batch; the verdicts that this makes known."""
        try:
            form = self._form(file)
        except Refused as refusal:  # the child died of it
            yield from self._written()
            yield _refused(file.source, str(refusal))
            return
        handed = self._handed(file, form) if form else None
        if handed is None:
            yield from self._written()
            yield self._alone(file)
            return
        if any(handed.key == other.key for _, other in self.batch):
            yield from self._written()
        self.batch.append((file, handed))
        if len(self.batch) >= BATCH or _size(file for file, _ in self.batch) > MOST_BYTES:
            yield from self._written()

    def _form(self, file: _File) -> SoundForm | None:
        return form_reader.unpacked(file.answer.result(), self.specs) if file.answer else None

    def _handed(self, file: _File, form: SoundForm) -> Handed | None:
        """The form with its school; None where the school cannot hand it in."""
        code = form.organization
        if code not in self.schools:
            self.schools[code] = Organization.objects.filter(code=code).first()
        school = self.schools[code]
        if school is None:
            return None
        try:
            imports.refuse_closed(school)
        except Conflict:
            return None
        return Handed(school, self.works[form.work], form, file.source.name, file.content)

    def _written(self) -> Iterator[FileVerdict]:
        """Write the batch; the verdicts on its files in their order."""
        batch, self.batch = self.batch, []
        if not batch:
            return
        try:
            written = form_batch.write([handed for _, handed in batch])
        except (
            IntegrityError,
            OperationalError,
        ):  # another import came in between: each has to say for itself
            written = [(None, False)] * len(batch)
        for (file, handed), (protocol, fresh) in zip(batch, written, strict=True):
            if protocol is None:
                yield self._alone(file)
            else:
                yield _verdict(file, handed, protocol, fresh=fresh)

    def _alone(self, file: _File) -> FileVerdict:
        if file.refusal:
            return _refused(file.source, file.refusal)
        if not file.content:
            return take_one(self.intake, file.source)
        try:
            return self.intake.take(file.source.label, file.source.name, file.content)
        except PortalError as refusal:
            return _refused(file.source, str(refusal))


def _verdict(file: _File, handed: Handed, protocol: Protocol, *, fresh: bool) -> FileVerdict:
    outcome = imports.outcome_of(protocol) if fresh else imports.unchanged(protocol)
    codes = (handed.form.work, handed.form.organization)
    return FileVerdict(file.source.label, outcome, FORM, *codes)
