"""Thresholds of the engine: changed on a copy, tried, published by an order."""

import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from monitoring.computation.sandbox import newest_year
from monitoring.models import MethodSettings
from monitoring.queries.settings import Thresholds, current, thresholds_of
from monitoring.stats.settings import SOURCES, Settings
from monitoring.tasks import try_settings, wish_years
from organizations.access import Permission, Viewer
from organizations.errors import Conflict
from organizations.models import Organization, Run
from organizations.services import audit, guard, runs

PUBLISHED = "Опубликованные пороги не меняют: заведите копию."


@transaction.atomic
def copy(region: Organization, *, by: Viewer) -> MethodSettings:
    """A copy of the thresholds in force to change and try; the one there is, if there is one.

    Raises NotAllowed.
    """
    guard.require(by, Permission.METHOD_EDIT, region)
    Organization.objects.select_for_update().get(pk=region.pk)
    own = MethodSettings.objects.filter(organization=region)
    if draft := own.filter(published_at=None).first():
        return draft
    base = current(region.pk)
    last = own.aggregate(last=Max("version"))["last"] or 0
    row = MethodSettings.objects.create(
        organization=region,
        version=last + 1,
        thresholds=base.thresholds if base else thresholds_of(Settings()),
        sources=base.sources if base else SOURCES,
        made_by_id=by.user_id,
    )
    audit.record("method.copied", row, by=by, version=row.version)
    return row


@transaction.atomic
def change(
    row: MethodSettings, *, thresholds: Thresholds, sources: dict[str, str], note: str, by: Viewer
) -> MethodSettings:
    """Change a copy; what is not named stays. A trial of other thresholds counts no more.

    Raises NotAllowed, or Conflict for what is published.
    """
    row = _draft(row, by)
    before = row.thresholds
    row.thresholds, row.note = {**before, **thresholds}, note
    row.sources = {**row.sources, **sources}
    row.save(update_fields=["thresholds", "sources", "note"])
    audit.record("method.changed", row, by=by, before=_told(before), after=_told(row.thresholds))
    return row


@transaction.atomic
def try_out(row: MethodSettings, *, by: Viewer) -> Run:
    """Have a copy tried on invented regions and on this year's list.

    Raises NotAllowed, or Conflict for what is published or while a trial is under way.
    """
    row = _draft(row, by)
    run = runs.request(
        try_settings.name,
        subject=row,
        title=f"Проверка порогов на копии: версия {row.version}",
        organization=row.organization,
        by=by,
        settings=row.pk,
    )
    row.trial_run = run
    row.save(update_fields=["trial_run"])
    audit.record("method.tried", row, by=by, version=row.version, run=run.pk)
    return run


@transaction.atomic
def publish(
    row: MethodSettings, *, order_number: str, order_date: datetime.date, by: Viewer
) -> MethodSettings:
    """Put a tried copy in force and have the years it counts for assessed anew.

    Raises NotAllowed, or Conflict when it was not tried as it stands or says not what changed.
    """
    row = _draft(row, by)
    if not row.is_tried:
        raise Conflict("Сначала посчитайте на копии: эти пороги ещё не проверены.")
    if not row.note.strip():
        raise Conflict("Напишите, что изменено и почему: это прочтут вместе с приказом.")
    if order_date > timezone.localdate():
        raise Conflict("Дата приказа ещё не наступила.")
    now = current(row.organization_id)
    before = now.thresholds if now else thresholds_of(Settings())
    row.order_number, row.order_date = order_number, order_date
    row.published_at, row.published_by_id = timezone.now(), by.user_id
    row.save(update_fields=["order_number", "order_date", "published_at", "published_by"])
    audit.record(
        "method.published", row, by=by, version=row.version, number=order_number,
        on=order_date.isoformat(), note=row.note, before=_told(before), after=_told(row.thresholds),
    )  # fmt: skip
    if newest := newest_year(row.organization_id):
        wish_years(row.organization, range(row.from_year or newest, newest + 1), schools=[])
    return row


@transaction.atomic
def discard(row: MethodSettings, *, by: Viewer) -> None:
    """Throw a copy away. Raises NotAllowed, or Conflict for what is published."""
    row = _draft(row, by)
    audit.record("method.discarded", row, by=by, version=row.version, before=_told(row.thresholds))
    row.delete()


def _told(thresholds: Thresholds) -> dict[str, str]:
    """Thresholds for the journal: a text each, the weights together."""
    found = {name: str(value) for name, value in thresholds.items() if not isinstance(value, dict)}
    weights = thresholds["weights"].items()
    return found | {"weights": ", ".join(f"{family} {value}" for family, value in weights)}


def _draft(row: MethodSettings, by: Viewer) -> MethodSettings:
    guard.require(by, Permission.METHOD_EDIT, row)
    locked = MethodSettings.objects.select_for_update(of=("self",)).select_related("organization")
    row = locked.get(pk=row.pk)
    if row.published_at is not None:
        raise Conflict(PUBLISHED)
    return row
