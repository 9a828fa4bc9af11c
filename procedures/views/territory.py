"""What the pages of procedures share about the viewer's territory."""

from organizations.http import PortalRequest
from organizations.models import Kind, Level, Organization
from organizations.models.organization import OrganizationQuerySet


def municipalities(request: PortalRequest) -> OrganizationQuerySet:
    """What the region's people may narrow a list by; nothing for everybody else."""
    visible = Organization.objects.visible_to(request.viewer)
    if request.viewer.level != Level.REGION:
        return visible.none()
    return visible.filter(kind=Kind.MUNICIPALITY)
