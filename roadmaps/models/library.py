"""Standard items from which a plan can be put together."""

from typing import Self

from django.db import models
from django.db.models import Q

from organizations.access import Viewer
from organizations.models import Organization, ScopedQuerySet


class StandardItemQuerySet(ScopedQuerySet["StandardItem"]):
    owner_path = "owner"

    def visible_to(self, viewer: Viewer | None) -> Self:
        """Those of the viewer's territory and of the levels above it."""
        within = Organization.objects.visible_to(viewer)
        above = Organization.objects.above(viewer)
        return self.filter(Q(owner__in=within.values("pk")) | Q(owner__in=above.values("pk")))


class StandardItem(models.Model):
    """An action as it may stand in any plan: its words, its usual term and bodies."""

    owner = models.ForeignKey(Organization, models.PROTECT, related_name="standard_items")
    title = models.TextField("мероприятие")
    term_text = models.CharField("срок", max_length=300, blank=True)
    bodies_text = models.CharField("ответственные", max_length=600, blank=True)
    result = models.TextField("результат", blank=True)
    evidence = models.CharField("вид подтверждающего документа", max_length=300, blank=True)

    objects = StandardItemQuerySet.as_manager()

    class Meta:
        verbose_name = "типовой пункт"
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title[:200]
