"""What a region's work was measured by: expected values of every task, and notches of the whole."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from organizations.access import Permission
from organizations.models import Organization, Run, ScopedQuerySet
from procedures.models import Work


class WorkReferenceQuerySet(ScopedQuerySet["WorkReference"]):
    sight = Permission.OBJECTIVITY_READ


class WorkReference(models.Model):
    """What pupils of the region with the same total did in each task of a work.

    The arrays are those of `monitoring.stats.reference.Reference`, each flattened row by row, so
    that a page shows expected values without reading pupils. `findings` are all statistics of the
    work once more, as `monitoring.stats.packing` writes them: a year is assessed from a few such
    rows instead of a third of a million statistics.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="references")
    work = models.ForeignKey(Work, models.CASCADE, related_name="references")
    pupils = ArrayField(models.IntegerField())
    means = ArrayField(models.FloatField())
    full = ArrayField(models.FloatField())
    covariance = ArrayField(models.FloatField())
    values = ArrayField(models.FloatField())
    between_classes = ArrayField(models.FloatField())
    between_schools = ArrayField(models.FloatField())
    findings = models.BinaryField()
    method_version = models.CharField("версия метода", max_length=16)
    run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+", db_index=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = WorkReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = "ожидания по работе"
        constraints = [
            models.UniqueConstraint(name="work_reference_once", fields=["work", "organization"])
        ]

    def __str__(self) -> str:
        return f"{self.work}, {self.organization}"


class SystemNotchQuerySet(ScopedQuerySet["SystemNotch"]):
    sight = Permission.OBJECTIVITY_READ


class SystemNotch(models.Model):
    """Pupils missing right below a mark's border, of a region or a unit inside it, in one work.

    `share_missing` is of the pupils expected there, `placebo` the same measure where no border is.
    """

    class Level(models.TextChoices):
        REGION = "region", "регион"
        MUNICIPALITY = "municipality", "муниципалитет"
        SCHOOL = "school", "школа"

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="notches")
    work = models.ForeignKey(Work, models.CASCADE, related_name="notches")
    border = models.PositiveSmallIntegerField("граница")
    level = models.CharField("уровень", max_length=12, choices=Level)
    share_missing = models.FloatField("доля недостающих")
    z = models.FloatField()
    placebo = models.FloatField("то же без границы")
    method_version = models.CharField("версия метода", max_length=16)
    run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+", db_index=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = SystemNotchQuerySet.as_manager()

    class Meta:
        verbose_name = "скопление у границы"
        constraints = [
            models.UniqueConstraint(
                name="system_notch_once", fields=["work", "organization", "border"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.work}, {self.border}: {self.organization}"
