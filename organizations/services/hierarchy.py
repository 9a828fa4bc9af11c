"""Changes of the tree: open, close, rename, move, merge, split; the past stays readable."""

import datetime

from django.db import transaction
from django.utils import timezone

from organizations.access import Permission, Viewer
from organizations.errors import Conflict
from organizations.models import Kind, Level, Organization, OrganizationState, Succession
from organizations.placement import fits_under, level_of
from organizations.services import audit, guard


@transaction.atomic
def close(organization: Organization, *, on: datetime.date, by: Viewer) -> Organization:
    """Close an organization from the given day; its data stays and takes no more entries.

    Raises NotAllowed, or Conflict while an organization below it is open.
    """
    guard.require(by, Permission.ORGANIZATION_MANAGE, organization)
    open_children = organization.children.filter(closed_on=None)
    if name := open_children.values_list("short_name", flat=True).first():
        raise Conflict(f"Ниже ещё открыта организация «{name}». Сначала закройте её.")
    if organization.opened_on and on < organization.opened_on:
        raise Conflict("Дата закрытия раньше даты открытия.")

    organization.closed_on = on
    organization.save(update_fields=["closed_on"])
    audit.record("organization.closed", organization, by=by, on=on.isoformat())
    return organization


@transaction.atomic
def change(
    organization: Organization,
    *,
    since: datetime.date,
    by: Viewer,
    name: str = "",
    short_name: str = "",
    parent: Organization | None = None,
    oktmo: str = "",
    basis: str = "",
) -> OrganizationState:
    """Rename, re-subordinate or give a new status from a day on; what is left out stays.

    Raises NotAllowed, or Conflict for a day to come and when a later change is already written.
    """
    guard.require(by, Permission.ORGANIZATION_MANAGE, organization)
    if parent is not None:
        guard.require(by, Permission.ORGANIZATION_MANAGE, parent)
        _refuse_misplaced(organization, parent)
    if since > timezone.localdate():
        raise Conflict("День изменения ещё не наступил. Запишите его, когда оно вступит в силу.")
    organization = Organization.objects.select_for_update().get(pk=organization.pk)
    remember_beginning(organization)
    if organization.states.filter(since__gte=since).exists():
        raise Conflict("На этот день или позже изменение уже записано.")

    new = {
        "name": name or organization.name,
        "short_name": short_name or organization.short_name,
        "parent": parent or organization.parent,
        "oktmo": oktmo or organization.oktmo,
    }
    changed = {key: value for key, value in new.items() if getattr(organization, key) != value}
    before = {key: str(getattr(organization, key)) for key in changed}
    for key, value in changed.items():
        setattr(organization, key, value)
    organization.save(update_fields=list(changed))
    state = OrganizationState.objects.create(
        organization=organization, since=since, basis=basis, **new
    )
    after = {key: str(value) for key, value in changed.items()}
    audit.record(
        "organization.changed", organization, by=by, before=before, after=after, basis=basis
    )
    return state


@transaction.atomic
def succeed(
    predecessor: Organization,
    successor: Organization,
    *,
    kind: Succession.Kind,
    on: datetime.date,
    by: Viewer,
    basis: str = "",
) -> Succession:
    """Note that one organization carries another on; a merged one closes on that day.

    Raises NotAllowed or Conflict.
    """
    guard.require(by, Permission.ORGANIZATION_MANAGE, predecessor)
    guard.require(by, Permission.ORGANIZATION_MANAGE, successor)
    if predecessor.successions.filter(successor=successor).exists():
        raise Conflict("Это преемство уже записано.")
    succession = Succession.objects.create(
        predecessor=predecessor, successor=successor, kind=kind, on=on, basis=basis
    )
    if kind != Succession.Kind.SPLIT and predecessor.closed_on is None:
        close(predecessor, on=on, by=by)
    audit.record(
        "organization.succeeded",
        predecessor,
        by=by,
        successor=successor.code,
        kind=kind,
        basis=basis,
    )
    return succession


def _refuse_misplaced(organization: Organization, parent: Organization) -> None:
    kind, above = Kind(organization.kind), Kind(parent.kind)
    fits = fits_under(kind, above) and level_of(kind, Level(parent.level)) == organization.level
    if not fits:
        raise Conflict(f"«{organization}» не может стоять под «{parent}»: не тот уровень.")


def remember_beginning(organization: Organization) -> None:
    """Before its first change, write down what the organization was from the beginning."""
    if not organization.states.exists():
        OrganizationState.objects.create(
            organization=organization,
            since=organization.opened_on or datetime.date(1900, 1, 1),
            name=organization.name,
            short_name=organization.short_name,
            parent=organization.parent,
            oktmo=organization.oktmo,
        )
