"""Who may open a section of the portal at all."""

from organizations.access import Permission, Viewer
from organizations.errors import NotAllowed


def open_only_with(permission: Permission, viewer: Viewer) -> None:
    """Raise NotAllowed for a role to which this section is closed."""
    if not viewer.may(permission):
        raise NotAllowed("Этот раздел закрыт для вашей роли.")
