"""How an organization carries an item out, handed in and accepted by the level above."""

from django.db import models

from organizations.access import Permission
from organizations.models import Organization, ScopedQuerySet, Submission
from roadmaps.models.roadmap import Item


class ExecutionQuerySet(ScopedQuerySet["Execution"]):
    sight = Permission.EXECUTION_READ


class Execution(Submission):
    """One organization's report on one item: what was done and where it can be seen."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="executions")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="executions")
    report = models.TextField("что сделано", blank=True)
    link = models.URLField("подтверждение", blank=True)

    objects = ExecutionQuerySet.as_manager()

    class Meta:
        verbose_name = "исполнение"
        ordering = ["item", "organization"]
        constraints = [
            models.UniqueConstraint(
                name="execution_once",
                fields=["item", "organization"],
                violation_error_message="Исполнение этого пункта вашей организацией уже заведено.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.item}, {self.organization}"
