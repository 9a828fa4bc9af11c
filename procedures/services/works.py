"""Works and their scales: the list of works taken in, the newest borders applied to results."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, SmallIntegerField, Value, When

from organizations.access import Permission, Viewer
from organizations.errors import Conflict, NotAllowed
from organizations.services import audit
from procedures import catalogue
from procedures.exchange.works import WorkSpec
from procedures.listeners import announce
from procedures.models import Procedure, Protocol, Result, Scale, Work
from procedures.queries import newest_scale
from procedures.scales import Borders
from procedures.services.catalogue import load

DEFINITION = ("subject", "grade", "year", "track", "tasks", "max_points")
# What a list may leave out, which then stays as it was, and what may change after results.
OPTIONAL = ("levels", "skills", "due_on")
EASY = {"held_on", *OPTIONAL}


class Change(StrEnum):
    """What became of one work of the list."""

    CREATED = "заведена"
    REDEFINED = "задания изменены"
    RESCALED = "новая версия шкалы"
    UNCHANGED = "без изменений"


@dataclass(frozen=True)
class Imported:
    work: Work
    change: Change
    message: str


@transaction.atomic
def import_works(
    specs: Sequence[WorkSpec],
    *,
    by: Viewer | None,
    procedure: str = "vpr",
    source: str = "",
    held_on: Mapping[str, datetime.date] | None = None,
) -> list[Imported]:
    """Take a list of works in, all or nothing; known codes get a new version of their scale.

    `source` says of new scales where their borders come from, `held_on` gives the days of works
    by code. Raises NotAllowed, or Conflict when a work with results would get other tasks.
    """
    if by is not None and not by.may(Permission.WORK_EDIT):
        raise NotAllowed("Работы и шкалы заводит оператор центра мониторинга.")
    owner = _procedure(procedure)
    return [_import(owner, spec, source, (held_on or {}).get(spec.code), by) for spec in specs]


def _procedure(code: str) -> Procedure:
    found = Procedure.objects.filter(code=code).first()
    if found is None and code in catalogue.codes():
        load()
        found = Procedure.objects.filter(code=code).first()
    if found is None:
        raise Conflict(f"Процедуры с кодом «{code}» нет.")
    return found


def _import(
    procedure: Procedure,
    spec: WorkSpec,
    source: str,
    held_on: datetime.date | None,
    by: Viewer | None,
) -> Imported:
    work = Work.objects.select_for_update().filter(code=spec.code).first()
    _refuse_double(procedure, spec)
    if work is None:
        work, change = _created(procedure, spec, held_on), Change.CREATED
    else:
        change = _redefined(work, spec, held_on)
    scale = new_scale(work, spec.borders, source)
    if scale is not None and change is Change.UNCHANGED:
        change = Change.RESCALED
    if change is not Change.UNCHANGED:
        version = scale.version if scale else None
        audit.record("work.imported", work, by=by, version=version, name=str(change))
    return Imported(work, change, _message(work, change, scale))


def _refuse_double(procedure: Procedure, spec: WorkSpec) -> None:
    """The same subject, grade and year may not stand under two codes."""
    same = Work.objects.filter(
        procedure=procedure,
        subject=spec.subject,
        grade=spec.grade,
        year=spec.year,
        track=spec.track,
    )
    if other := same.exclude(code=spec.code).first():
        raise Conflict(
            f"Работа «{other}» уже заведена под кодом «{other.code}», а в списке её код "
            f"«{spec.code}». Исправьте код в списке."
        )


def _created(procedure: Procedure, spec: WorkSpec, held_on: datetime.date | None) -> Work:
    return Work.objects.create(
        procedure=procedure, code=spec.code, held_on=held_on, **_definition(spec)
    )


def _definition(spec: WorkSpec) -> dict[str, object]:
    given = [name for name in OPTIONAL if getattr(spec, name)]
    found = {name: getattr(spec, name) for name in (*DEFINITION, *given)}
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in found.items()
    }


def _redefined(work: Work, spec: WorkSpec, held_on: datetime.date | None) -> Change:
    new = _definition(spec) | ({"held_on": held_on} if held_on else {})
    changed = {name: value for name, value in new.items() if getattr(work, name) != value}
    if not changed:
        return Change.UNCHANGED
    if changed.keys() - EASY and Result.objects.filter(work=work).exists():
        raise Conflict(
            f"У работы «{work.code}» уже есть результаты: её предмет, класс, год, задания "
            "и максимумы не меняются. Заведите другую работу с новым кодом."
        )
    if len(spec.tasks) != len(work.tasks):  # what was said of the old tasks says nothing of these
        changed = {"levels": [], "skills": []} | changed
    for name, value in changed.items():
        setattr(work, name, value)
    work.save(update_fields=list(changed))
    return Change.REDEFINED


def new_scale(work: Work, borders: Borders | None, source: str) -> Scale | None:
    """A new version of the scale, applied to the results; None when nothing new is known."""
    newest = newest_scale(work.pk)
    wanted = (borders.three, borders.four, borders.five) if borders else None
    known = (newest.three, newest.four, newest.five) if newest else None
    if wanted is None or wanted == known:
        return None
    scale = Scale.objects.create(
        work=work,
        version=newest.version + 1 if newest else 1,
        three=wanted[0],
        four=wanted[1],
        five=wanted[2],
        source=source,
    )
    if newest is not None or Result.objects.filter(work=work).exists():
        _mark_anew(work, scale)
    return scale


def _mark_anew(work: Work, scale: Scale) -> None:
    """Give the work's results the marks of the new scale; marks that a file brought stay.

    All its schools are announced: the borders have moved for those, too, whose marks have not.
    """
    protocols = Protocol.objects.filter(
        pk__in=list(marked_by_scale(work).values_list("pk", flat=True))
    )
    mark = Case(
        When(score__gte=scale.five, then=Value(5)),
        When(score__gte=scale.four, then=Value(4)),
        When(score__gte=scale.three, then=Value(3)),
        default=Value(2),
        output_field=SmallIntegerField(),
    )
    results = Result.objects.filter(protocol__in=protocols.values("pk"), score__isnull=False)
    results.update(mark=mark)
    protocols.update(scale=scale)
    schools = Result.objects.filter(work=work).order_by("organization")
    if concerned := list(schools.values_list("organization", flat=True).distinct()):
        announce(work.pk, concerned)


def marked_by_scale(work: Work) -> QuerySet[Protocol]:
    """The current protocols whose marks come from a scale, or that had none to come from."""
    marked = Result.objects.filter(protocol=OuterRef("pk"), mark__isnull=False)
    current = Protocol.objects.current().filter(work=work)
    return current.filter(Q(scale__isnull=False) | ~Exists(marked))


def _message(work: Work, change: Change, scale: Scale | None) -> str:
    borders = f" {scale.version}: {scale.three}, {scale.four}, {scale.five}" if scale else ""
    if change is Change.RESCALED:
        return f"{work.code}: новая версия шкалы{borders}."
    return f"{work.code}: {change}{f', шкала версии{borders}' if scale else ''}."
