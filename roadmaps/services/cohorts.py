"""Groups of schools to which single items of a plan go: made, changed, thrown away."""

from collections.abc import Sequence

from django.db import transaction

from organizations.access import Permission, Viewer
from organizations.errors import Conflict, NotAllowed
from organizations.models import Level, Organization
from organizations.services import audit, guard
from roadmaps.models import Cohort
from roadmaps.queries.cohorts import candidates, in_force


@transaction.atomic
def create(
    owner: Organization,
    *,
    title: str,
    members: Sequence[Organization],
    basis: str = "",
    by: Viewer,
) -> Cohort:
    """Name a group of schools of the owner's territory. Raises NotAllowed, Conflict."""
    guard.require(by, Permission.ROADMAP_EDIT, owner)
    if owner.level == Level.SCHOOL:
        raise NotAllowed("Группы школ собирают муниципалитет и регион.")
    _check(owner, members, by)
    cohort = Cohort.objects.create(owner=owner, title=title, basis=basis)
    cohort.members.set(members)
    audit.record("cohort.created", cohort, by=by, organization=owner, schools=_codes(members))
    return cohort


@transaction.atomic
def change(
    cohort: Cohort, *, title: str, members: Sequence[Organization], basis: str = "", by: Viewer
) -> Cohort:
    """Change a group. Raises NotAllowed, or Conflict when other schools would be asked by a plan
    that is in force already."""
    cohort = _held(cohort, by)
    before = list(cohort.members.all())
    if set(before) != set(members):
        _check(cohort.owner, members, by)
        _check_free(cohort, "Состав меняют в новой версии плана: заведите для неё другую группу.")
        cohort.members.set(members)
    cohort.title, cohort.basis = title, basis
    cohort.save(update_fields=["title", "basis"])
    audit.record(
        "cohort.changed", cohort, by=by, organization=cohort.owner,
        before={"schools": _codes(before)}, after={"schools": _codes(members)},
    )  # fmt: skip
    return cohort


@transaction.atomic
def delete(cohort: Cohort, *, by: Viewer) -> None:
    """Throw a group away. Raises NotAllowed, or Conflict while an item goes to it."""
    cohort = _held(cohort, by)
    _check_free(cohort, "Такая группа остаётся вместе с планом.")
    if item := cohort.items.select_related("roadmap").first():
        raise Conflict(
            f"Группа стоит в черновике «{item.roadmap}», пункт {item.number}. "
            "Сначала уберите её оттуда."
        )
    audit.record("cohort.deleted", cohort, by=by, organization=cohort.owner)
    cohort.delete()


def _held(cohort: Cohort, by: Viewer) -> Cohort:
    guard.require(by, Permission.ROADMAP_EDIT, cohort)
    return Cohort.objects.select_for_update(of=("self",)).select_related("owner").get(pk=cohort.pk)


def _check(owner: Organization, members: Sequence[Organization], by: Viewer) -> None:
    """An item for a group of nobody would be seen by nobody, and a foreign school owes nothing."""
    if not members:
        raise Conflict("Назовите хотя бы одну школу.")
    allowed = {one.pk for one in candidates(owner, by)}
    if foreign := [str(one) for one in members if one.pk not in allowed]:
        raise Conflict(f"Не из школ территории: {', '.join(foreign)}.")


def _check_free(cohort: Cohort, cure: str) -> None:
    if item := in_force(cohort).first():
        raise Conflict(
            f"Группа стоит в действующем плане «{item.roadmap}», пункт {item.number}. {cure}"
        )


def _codes(members: Sequence[Organization]) -> str:
    return ", ".join(sorted(one.code for one in members))
