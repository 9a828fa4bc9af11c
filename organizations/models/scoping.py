"""Rows are narrowed here and nowhere else: what a viewer sees, and on what they may act."""

from typing import Self, TypeVar

from django.db import models

from organizations.access import Permission, Viewer
from organizations.models.organization import Organization

M = TypeVar("M", bound=models.Model)


class ScopedQuerySet(models.QuerySet[M]):
    """Rows that belong to an organization, found from the row by `owner_path`.

    `sight` is the permission without which nobody sees any of them; None where membership in the
    territory is enough.
    """

    owner_path = "organization"
    sight: Permission | None = None

    def visible_to(self, viewer: Viewer | None) -> Self:
        """The rows of the viewer's territory; nothing for no viewer or for a role without sight."""
        if self.sight is not None:
            return self.open_to(viewer, self.sight)
        return self._of(Organization.objects.visible_to(viewer))

    def open_to(self, viewer: Viewer | None, permission: Permission) -> Self:
        """The rows on which the viewer's role allows this."""
        return self._of(Organization.objects.open_to(viewer, permission))

    def _of(self, owners: models.QuerySet[Organization]) -> Self:
        return self.filter(**{f"{self.owner_path}__in": owners.values("pk")})
