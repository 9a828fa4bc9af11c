"""Schools gathered by their signals: what was proposed, what a person made of it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from organizations.access import Permission
from organizations.models import Organization, ScopedQuerySet, User
from roadmaps.models import Cohort


class SchoolGroupQuerySet(ScopedQuerySet["SchoolGroup"]):
    sight = Permission.OBJECTIVITY_READ


class SchoolGroup(models.Model):
    """How a group of schools came about; the plan knows its `cohort` only, without the ground.

    The list is `proposed` without `dropped` and with `added`, all codes; a `reason` stands behind
    each difference.
    """

    class Purpose(models.TextChoices):
        ROADMAP = "roadmap", "адресная дорожная карта"
        CONTROL = "control", "федеральная выборка с контролем объективности"
        OBSERVERS = "observers", "направление наблюдателей"

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="school_groups")
    cohort = models.OneToOneField(Cohort, models.SET_NULL, null=True, related_name="+")
    title = models.CharField("название", max_length=200)
    purpose = models.CharField("для чего", max_length=10, choices=Purpose)
    criteria = models.JSONField("по каким признакам")
    proposed = ArrayField(models.CharField(max_length=32), default=list)
    dropped = ArrayField(models.CharField(max_length=32), default=list)
    added = ArrayField(models.CharField(max_length=32), default=list)
    reason = models.CharField("почему список изменён", max_length=400, blank=True)
    gathered_at = models.DateTimeField(auto_now_add=True)
    gathered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = SchoolGroupQuerySet.as_manager()

    class Meta:
        verbose_name = "группа школ по сигналам"
        ordering = ["-gathered_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="school_group_change_has_a_reason",
                condition=models.Q(dropped=[], added=[]) | ~models.Q(reason=""),
                violation_error_message="У изменения списка должна быть причина.",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def codes(self) -> list[str]:
        return sorted({*self.proposed, *self.added} - {*self.dropped})
