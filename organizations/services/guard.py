"""The one check before an act: does the role allow it, and on this row."""

from typing import Protocol, cast

from django.db import models

from organizations.access import Permission, Viewer
from organizations.errors import NotAllowed


class _Scoped(Protocol):
    def open_to(
        self, viewer: Viewer | None, permission: Permission
    ) -> models.QuerySet[models.Model]: ...


def require(viewer: Viewer, permission: Permission, row: models.Model) -> None:
    """Raise NotAllowed unless the viewer's role allows this and the row is in their territory."""
    if not viewer.may(permission):
        raise NotAllowed("Ваша роль не даёт права на это действие.")
    rows = cast(_Scoped, type(row)._default_manager).open_to(viewer, permission)
    if not rows.filter(pk=row.pk).exists():
        raise NotAllowed(f"«{row}» не относится к вашей территории ({viewer.organization_name}).")
