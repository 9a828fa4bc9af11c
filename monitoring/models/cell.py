"""Additive class cells: everything the statistics need of a class, without its pupils."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from organizations.access import Permission
from organizations.models import Organization, ScopedQuerySet
from procedures.models import Work


class CellQuerySet(ScopedQuerySet["Cell"]):
    sight = Permission.OBJECTIVITY_READ


class Cell(models.Model):
    """One class in one work. Cells add up: classes to a school, schools to a region.

    The arrays are those of `monitoring.stats.cells.Cells`, each flattened row by row. The last two
    came later: they are empty in a row that was counted before, until the work is counted anew.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="cells")
    work = models.ForeignKey(Work, models.CASCADE, related_name="cells")
    class_number = models.PositiveSmallIntegerField()
    histogram = ArrayField(models.IntegerField())
    task_sums = ArrayField(models.IntegerField())
    task_squares = ArrayField(models.IntegerField())
    omissions = ArrayField(models.IntegerField())
    marks = ArrayField(models.IntegerField())
    journal = ArrayField(models.IntegerField())
    attendance = ArrayField(models.IntegerField())
    group_sums = ArrayField(models.IntegerField(), default=list)
    full_scores = ArrayField(models.IntegerField(), default=list)

    objects = CellQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="cell_once", fields=["work", "organization", "class_number"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.work}, {self.organization}, {self.class_number}"
