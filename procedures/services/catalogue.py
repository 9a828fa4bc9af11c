"""Acts on the catalogue of procedures: loaded, added to, changed; each change is a version."""

import datetime
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Max

from organizations.access import Permission, Viewer
from organizations.errors import Conflict, NotAllowed
from organizations.services import audit
from procedures import catalogue
from procedures.models import Direction, Placement, Procedure, ProcedureVersion

PLAIN = (
    "title", "short_title", "kind", "level", "also_at", "ground", "products", "valid_from",
    "valid_to", "part_of", "replaced_by",
)  # fmt: skip


@transaction.atomic
def load() -> int:
    """Write the procedures of `catalogue.json` that the portal lacks; returns how many."""
    return catalogue.fill(Direction, Procedure, Placement, ProcedureVersion)


@transaction.atomic
def create(
    code: str,
    values: dict[str, Any],
    *,
    directions: Collection[Direction],
    basis: str,
    by: Viewer,
) -> Procedure:
    """Add a procedure with its version 1. Raises NotAllowed, or Conflict for a code in use."""
    _require(by)
    if Procedure.objects.filter(code=code).exists():
        raise Conflict(f"Процедура с кодом «{code}» уже есть. Дайте новой другой код.")
    procedure = Procedure(code=code, **{name: values[name] for name in PLAIN})
    _check(procedure)
    procedure.save()
    _place(procedure, directions)
    _remember(procedure, basis, by)
    audit.record("procedure.added", procedure, by=by, organization=by.organization_id, basis=basis)
    return procedure


@transaction.atomic
def change(
    procedure: Procedure,
    values: dict[str, Any],
    *,
    directions: Collection[Direction],
    basis: str,
    read: int,
    by: Viewer,
) -> ProcedureVersion | None:
    """Give a procedure its next version; None when nothing is different.

    `read` is the number of the version that was edited. Raises NotAllowed, or Conflict when
    somebody changed it meanwhile or the procedure would lead back to itself.
    """
    _require(by)
    procedure = Procedure.objects.select_for_update().get(pk=procedure.pk)
    newest = procedure.versions.aggregate(newest=Max("number"))["newest"] or 0
    if newest != read:
        raise Conflict(
            f"Пока вы правили, процедуру изменили: теперь у неё версия {newest}. "
            "Откройте правку снова и внесите своё."
        )
    before = content_of(procedure)
    for name in PLAIN:
        setattr(procedure, name, values[name])
    _check(procedure)
    procedure.save(update_fields=PLAIN)
    _place(procedure, directions)
    if content_of(procedure) == before:
        return None
    version = _remember(procedure, basis, by)
    audit.record(
        "procedure.changed", procedure, by=by, organization=by.organization_id,
        version=version.number, basis=basis,
    )  # fmt: skip
    return version


def content_of(procedure: Procedure) -> dict[str, Any]:
    """Everything the catalogue says of a procedure, as JSON holds it; related rows by code."""
    held = Placement.objects.filter(procedure=procedure).order_by("direction__number")
    content = {name: _plain(getattr(procedure, name)) for name in PLAIN}
    return content | {"directions": list(held.values_list("direction__code", flat=True))}


def _plain(value: Any) -> Any:
    if isinstance(value, Procedure):
        return value.code
    if isinstance(value, datetime.date):
        return value.isoformat()
    return list(value) if isinstance(value, list) else value


def _require(by: Viewer) -> None:
    if not by.may(Permission.PROCEDURE_EDIT):
        raise NotAllowed("Каталог процедур ведёт оператор центра мониторинга.")


def _check(procedure: Procedure) -> None:
    """Raise Conflict when parts or heirs would go in a circle, or the days in the wrong order."""
    for name, words in (("part_of", "входит сама в себя"), ("replaced_by", "заменяет сама себя")):
        seen, above = {procedure.code}, getattr(procedure, name)
        while above is not None:
            if above.code in seen:
                raise Conflict(f"Так процедура {words} через «{above}». Выберите другую.")
            seen.add(above.code)
            above = getattr(above, name)
    first, last = procedure.valid_from, procedure.valid_to
    if first is not None and last is not None and last < first:
        raise Conflict("Процедура кончается раньше, чем начинается. Сверьте обе даты.")


def _place(procedure: Procedure, directions: Collection[Direction]) -> None:
    """Stand the procedure in these directions; where it stood already its printed words stay."""
    kept = Placement.objects.filter(procedure=procedure)
    kept.exclude(direction__in=directions).delete()
    held = set(kept.values_list("direction", flat=True))
    for direction in directions:
        if direction.pk not in held:
            last = direction.placements.aggregate(last=Max("position"))["last"] or 0
            Placement.objects.create(direction=direction, procedure=procedure, position=last + 1)


def _remember(procedure: Procedure, basis: str, by: Viewer) -> ProcedureVersion:
    return ProcedureVersion.objects.create(
        procedure=procedure,
        number=catalogue.next_number(ProcedureVersion.objects, procedure),
        content=content_of(procedure),
        basis=basis,
        changed_by_id=by.user_id,
    )
