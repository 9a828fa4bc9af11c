"""A named group of organizations to which some items of a plan are addressed."""

from django.db import models

from organizations.access import Permission
from organizations.models import Organization, ScopedQuerySet


class CohortQuerySet(ScopedQuerySet["Cohort"]):
    owner_path = "owner"
    sight = Permission.ROADMAP_EDIT


class Cohort(models.Model):
    """Schools with something in common; who is in it is known to its owner and its members."""

    owner = models.ForeignKey(Organization, models.PROTECT, related_name="cohorts")
    title = models.CharField("название", max_length=200)
    basis = models.CharField("основание", max_length=400, blank=True)
    members = models.ManyToManyField(Organization, related_name="in_cohorts", verbose_name="состав")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CohortQuerySet.as_manager()

    class Meta:
        verbose_name = "группа организаций"
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title
