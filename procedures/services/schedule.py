"""The schedule's acts: a draft begun and filled, an order that publishes it, rules and facts."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from organizations.access import Permission, Viewer
from organizations.errors import Conflict, NotAllowed
from organizations.models import Level, Organization
from organizations.services import audit, guard, notices
from procedures import schedule_reads as reads
from procedures.models import (
    Procedure,
    Schedule,
    ScheduleEntry,
    ScheduleRules,
    SchoolClass,
    SubjectHours,
)
from procedures.models.schedule import LEVEL_OF

OF_SCHOOLS = "Классы и часы указывает школа."
FIELDS = (*reads.CONTENT, "level", "procedure", "work", "from_above")


def _require_own(row: Any, organization: Organization, by: Viewer) -> None:
    """Each level keeps its own schedule: those above read it, but do not write in it."""
    guard.require(by, Permission.SCHEDULE_EDIT, row)
    if organization.pk != by.territory_id:
        raise NotAllowed(f"График ведёт сама организация: {organization.short_name}.")


def _require_draft(schedule: Schedule, by: Viewer) -> Schedule:
    """The draft itself, locked. Raises NotAllowed, or Conflict when it is published already."""
    locked = Schedule.objects.select_for_update().get(pk=schedule.pk)
    _require_own(locked, schedule.organization, by)
    if not locked.is_draft:
        raise Conflict(
            "Опубликованный график не меняется. Нажмите «Внести изменения»: откроется новая версия."
        )
    return locked


@transaction.atomic
def start(organization: Organization, year: int, *, by: Viewer) -> Schedule:
    """Begin a draft: an empty first version, or a copy of the one in force.

    Raises NotAllowed, or Conflict when there is a draft already.
    """
    Organization.objects.select_for_update().get(pk=organization.pk)
    _require_own(organization, organization, by)
    rows = Schedule.objects.filter(organization=organization, year=year)
    if rows.filter(state=Schedule.State.DRAFT).exists():
        raise Conflict("Черновик графика на этот год уже есть: откройте его.")
    newest = rows.order_by("-version").first()
    version = newest.version + 1 if newest else 1
    schedule = Schedule.objects.create(organization=organization, year=year, version=version)
    if newest is not None:
        _copy(newest, schedule)
    audit.record("schedule.started", schedule, by=by, version=version)
    return schedule


def _copy(before: Schedule, schedule: Schedule) -> None:
    """Give a new version the entries of the one before; each keeps its thread."""
    copies = []
    for row in before.entries.all():
        same = {name: getattr(row, f"{name}_id", None) for name in ("procedure", "work")}
        copies.append(
            ScheduleEntry(
                schedule=schedule,
                thread=row.thread,
                level=row.level,
                procedure_id=same["procedure"],
                work_id=same["work"],
                from_above_id=row.from_above_id,
                **{name: getattr(row, name) for name in reads.CONTENT},
            )
        )
    ScheduleEntry.objects.bulk_create(copies, batch_size=2000)


@transaction.atomic
def add(schedule: Schedule, values: Mapping[str, Any], *, by: Viewer) -> ScheduleEntry:
    """Put an entry into a draft; `values` are the fields of the entry by name.

    Raises NotAllowed, or Conflict when the schedule is published.
    """
    draft = _require_draft(schedule, by)
    level = LEVEL_OF[Level(schedule.organization.level)]
    chosen = {"level": level} | {name: values[name] for name in FIELDS if name in values}
    _refuse_outside(schedule, chosen["day"])
    entry = ScheduleEntry.objects.create(schedule=draft, **chosen)
    audit.record("schedule.entry_added", draft, by=by, organization=draft.organization_id,
                 entry=str(entry))  # fmt: skip
    return entry


@transaction.atomic
def change(entry: ScheduleEntry, values: Mapping[str, Any], *, by: Viewer) -> ScheduleEntry:
    """Change an entry of a draft. Raises NotAllowed, or Conflict when it is published."""
    draft = _require_draft(entry.schedule, by)
    kept = ScheduleEntry.objects.select_for_update().get(pk=entry.pk)
    was = str(kept)
    chosen = {name: values[name] for name in FIELDS if name in values}
    _refuse_outside(draft, chosen.get("day", kept.day))
    for name, value in chosen.items():
        setattr(kept, name, value)
    kept.save(update_fields=list(chosen))
    audit.record("schedule.entry_changed", draft, by=by, entry=[was, str(kept)])
    return kept


def _refuse_outside(schedule: Schedule, day: datetime.date) -> None:
    first, last = reads.span(schedule.year)
    if not first <= day <= last:
        raise Conflict(
            f"Дата {day:%d.%m.%Y} не из этого учебного года: нужна от {first:%d.%m.%Y} "
            f"до {last:%d.%m.%Y}. Исправьте дату."
        )


@transaction.atomic
def remove(entry: ScheduleEntry, *, by: Viewer) -> None:
    """Take an entry out of a draft. Raises NotAllowed, or Conflict when it is published."""
    draft = _require_draft(entry.schedule, by)
    audit.record("schedule.entry_removed", draft, by=by, entry=str(entry))
    ScheduleEntry.objects.filter(pk=entry.pk).delete()


@transaction.atomic
def discard(schedule: Schedule, *, by: Viewer) -> None:
    """Throw a draft away. Raises NotAllowed, or Conflict when it is published."""
    draft = _require_draft(schedule, by)
    audit.record("schedule.discarded", draft, by=by, version=draft.version)
    draft.delete()


@transaction.atomic
def approve(schedule: Schedule, *, number: str, signed_on: datetime.date, by: Viewer) -> Schedule:
    """Publish a draft by an order; the version before it is superseded, this one never changes.

    Findings do not stop it: the rules are advice, and the order is the school's own. Raises
    NotAllowed, or Conflict for a published or an empty schedule.
    """
    draft = _require_draft(schedule, by)
    if not draft.entries.exists():
        raise Conflict("В графике нет ни одной строки: публиковать нечего. Добавьте процедуры.")
    Schedule.objects.filter(
        organization=draft.organization_id, year=draft.year, state=Schedule.State.APPROVED
    ).update(state=Schedule.State.SUPERSEDED)
    draft.state = Schedule.State.APPROVED
    draft.order_number, draft.order_date = number, signed_on
    draft.published_at = timezone.now()
    draft.save(update_fields=["state", "order_number", "order_date", "published_at"])
    audit.record("schedule.approved", draft, by=by, version=draft.version, number=number,
                 date=signed_on.isoformat())  # fmt: skip
    return draft


@transaction.atomic
def record_facts(
    organization: Organization,
    year: int,
    *,
    classes: Iterable[SchoolClass],
    hours: Iterable[SubjectHours],
    by: Viewer,
) -> None:
    """Replace what a school says of its classes and hours of a year; rows come unsaved."""
    _require_own(organization, organization, by)
    if organization.level != Level.SCHOOL:
        raise NotAllowed(OF_SCHOOLS)
    of_year = {"organization": organization, "year": year}
    SchoolClass.objects.filter(**of_year).delete()
    SubjectHours.objects.filter(**of_year).delete()
    SchoolClass.objects.bulk_create(_of(organization, year, row) for row in classes)
    SubjectHours.objects.bulk_create(_of(organization, year, row) for row in hours)
    audit.record("schedule.facts", organization, by=by, year=year)


F = TypeVar("F", SchoolClass, SubjectHours)


def _of(organization: Organization, year: int, row: F) -> F:
    row.organization, row.year = organization, year
    return row


@transaction.atomic
def change_rules(values: Mapping[str, Any], *, by: Viewer) -> ScheduleRules:
    """Keep a new version of the numbers of the rules. Raises NotAllowed."""
    if not by.may(Permission.PROCEDURE_EDIT):
        raise NotAllowed("Правила графика меняет оператор центра мониторинга.")
    newest = ScheduleRules.objects.select_for_update().order_by("-version").first()
    version = newest.version + 1 if newest else 1
    rules = ScheduleRules.objects.create(version=version, **values)
    audit.record("schedule.rules", rules, by=by, version=version, source=rules.source)
    return rules


def remind(schools: Iterable[Organization], year: int, *, by: Viewer) -> int:
    """Tell the people of these schools that their schedule is not published; returns how many.

    A person hears of one year once. Raises NotAllowed for a school and for who reads only.
    """
    if not by.may(Permission.SCHEDULE_EDIT) or by.level == Level.SCHOOL:
        raise NotAllowed("О графике напоминают муниципалитет и регион.")
    seen = Organization.objects.open_to(by, Permission.SCHEDULE_EDIT)
    rows = seen.filter(pk__in=[school.pk for school in schools])
    name = f"{year - 1}/{year % 100:02}"
    told = notices.notify_many(
        notices.Wanted(
            school.pk,
            "schedule.missing",
            f"Опубликуйте график оценочных процедур на {name} год",
            f"{reverse('procedures:schedule')}?year={year}",
            f"schedule.missing:{school.pk}:{year}",
            permission=Permission.SCHEDULE_EDIT,
        )
        for school in rows
    )
    territory = Organization.objects.get(pk=by.territory_id)
    audit.record("schedule.reminded", territory, by=by, year=year, told=told)
    return told


PLACED = (
    "title", "subject", "grade", "lessons", "minutes", "whole_class", "level", "procedure", "work",
)  # fmt: skip


def placed_values(window: ScheduleEntry) -> dict[str, Any]:
    """What a school's entry takes from a window that it places on a day of its own."""
    return {name: getattr(window, name) for name in PLACED} | {"from_above": window}


def level_choices(level: int) -> list[tuple[str, str]]:
    """The levels that an organization writes into its schedule itself."""
    own = LEVEL_OF[Level(level)]
    levels = [Procedure.Level.FEDERAL, own] if level == Level.REGION else [own]
    return [(one.value, one.label) for one in levels]
