"""Writes the audit trail: one line for each act, in the same transaction as the act."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from organizations.access import Viewer
from organizations.models import Event, Organization


def record(
    action: str,
    row: models.Model,
    *,
    by: Viewer | None,
    organization: Organization | int | None = None,
    **changes: Any,
) -> None:
    """Note that `action` was done to `row`; `changes` are plain values that JSON can hold.

    `by` is None for the portal's own acts. The organization decides in whose journal the line
    stands; left out, it is the row's own.
    """
    event(action, row, by=by, organization=organization, **changes).save(force_insert=True)


def record_all(events: Iterable[Event]) -> None:
    """Note many acts at once, each made by `event`."""
    Event.objects.bulk_create(events)


def event(
    action: str,
    row: models.Model,
    *,
    by: Viewer | None,
    organization: Organization | int | None = None,
    **changes: Any,
) -> Event:
    """The line that `record` writes, to be written with others."""
    return Event(
        action=action,
        user_id=by.user_id if by else None,
        user_name=by.name if by else "портал",
        role=by.role if by else "",
        organization_id=_owner_id(row, organization),
        object_type=row._meta.label_lower,
        object_id=str(row.pk),
        object_name=str(row)[:400],
        changes=changes,
    )


def _owner_id(row: models.Model, organization: Organization | int | None) -> int | None:
    if isinstance(organization, int):
        return organization
    if organization is not None:
        return organization.pk
    if isinstance(row, Organization):
        return row.pk
    return getattr(row, "organization_id", None)
