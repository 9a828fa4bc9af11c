"""Computed indicators with the version of their method."""

from django.db import models
from django.db.models import F, Q

from organizations.access import Permission
from organizations.models import Organization, Run, ScopedQuerySet
from procedures.models import Work


class IndicatorValueQuerySet(ScopedQuerySet["IndicatorValue"]):
    sight = Permission.INDICATOR_READ


class IndicatorValue(models.Model):
    """One indicator of one organization: in one work, or (without a work) over the whole year.

    Shares are 0 to 1. `low` and `high` bound the 95 % interval, `pupils` is how many it rests on.
    """

    # As of `Statistic`: a region's year has a hundred thousand rows, written by the computation
    # alone, which has just read the keys. Checking them again took as long as storing them.
    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="values", db_constraint=False,
        db_index=False,  # that of `indicator_value_once` begins with it
    )  # fmt: skip
    indicator = models.CharField("показатель", max_length=40)
    year = models.PositiveSmallIntegerField("год")
    work = models.ForeignKey(
        Work, models.CASCADE, null=True, related_name="values", db_constraint=False
    )
    value = models.FloatField("значение")
    low = models.FloatField("нижняя граница")
    high = models.FloatField("верхняя граница")
    pupils = models.PositiveIntegerField("участников")
    method_version = models.CharField("версия метода", max_length=16)
    run = models.ForeignKey(
        Run, models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = IndicatorValueQuerySet.as_manager()

    class Meta:
        verbose_name = "значение показателя"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="indicator_value_once",
                fields=["organization", "indicator", "year", "work"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="indicator_value_in_its_interval",
                condition=Q(low__lte=F("value")) & Q(value__lte=F("high")),
            ),
        ]
        indexes = [
            models.Index(fields=["year", "indicator", "work"], name="value_by_year"),
            models.Index(fields=["updated_at"], name="value_updated"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.organization} {self.year}"
