"""An order passed down: to whom, when, and when it was read."""

from django.db import models
from django.db.models import Q

from organizations.access import Permission
from organizations.models import Organization, ScopedQuerySet, User
from roadmaps.models.roadmap import Roadmap


class DeliveryQuerySet(ScopedQuerySet["Delivery"]):
    sight = Permission.EXECUTION_READ


class Delivery(models.Model):
    """One hop of an order: an organization that received it, or a person inside one."""

    roadmap = models.ForeignKey(Roadmap, models.CASCADE, related_name="deliveries")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="deliveries")
    person = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    passed_at = models.DateTimeField("доведено", auto_now_add=True)
    passed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    read_at = models.DateTimeField("прочитано", null=True, blank=True)
    read_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = "доведение"
        ordering = ["roadmap", "organization"]
        constraints = [
            models.UniqueConstraint(
                name="delivery_once_to_organization",
                fields=["roadmap", "organization"],
                condition=Q(person=None),
            ),
            models.UniqueConstraint(
                name="delivery_once_to_person",
                fields=["roadmap", "organization", "person"],
                condition=Q(person__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.roadmap}: {self.organization}"
