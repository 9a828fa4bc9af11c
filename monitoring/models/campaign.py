"""The September comparison of a year's works with the journal, asked of all schools of a region."""

from typing import Self

from django.db import models

from organizations.access import Permission, Viewer
from organizations.models import Organization, ScopedQuerySet, User


class CampaignQuerySet(ScopedQuerySet["Campaign"]):
    sight = Permission.RESULT_READ

    def visible_to(self, viewer: Viewer | None) -> Self:
        """Those of the viewer's territory, and those that come down to it from the region."""
        if viewer is None or not viewer.may(Permission.RESULT_READ):
            return self.none()
        above = Organization.objects.above(viewer).values("pk")
        own = Organization.objects.visible_to(viewer).values("pk")
        return self.filter(models.Q(organization__in=above) | models.Q(organization__in=own))


class Campaign(models.Model):
    """A region's wish that journal marks stand beside the marks of a year's works by a day."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="campaigns")
    year = models.PositiveSmallIntegerField("год работ")
    due_on = models.DateField("срок")
    opened_at = models.DateTimeField(auto_now_add=True)
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = "сопоставление с журналом"
        ordering = ["-year", "organization"]
        constraints = [
            models.UniqueConstraint(
                name="campaign_once_a_year",
                fields=["organization", "year"],
                violation_error_message="Сопоставление этого года уже объявлено.",
            )
        ]

    def __str__(self) -> str:
        return f"Сопоставление с журналом, {self.year}"
