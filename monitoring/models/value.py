"""Computed numbers with the version of their method: indicators, and statistics of objectivity."""

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

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="values")
    indicator = models.CharField("показатель", max_length=40)
    year = models.PositiveSmallIntegerField("год")
    work = models.ForeignKey(Work, models.CASCADE, null=True, related_name="values")
    value = models.FloatField("значение")
    low = models.FloatField("нижняя граница")
    high = models.FloatField("верхняя граница")
    pupils = models.PositiveIntegerField("участников")
    method_version = models.CharField("версия метода", max_length=16)
    run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+")
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


class StatisticQuerySet(ScopedQuerySet["Statistic"]):
    sight = Permission.OBJECTIVITY_READ


class Statistic(models.Model):
    """One method applied to one school's results in one work: a number, never a verdict."""

    class Status(models.TextChoices):
        OK = "ok", "посчитано"
        TOO_FEW = "too_few", "данных недостаточно"
        NO_SCALE = "no_scale", "не рассчитывается"

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="statistics")
    work = models.ForeignKey(Work, models.CASCADE, related_name="statistics")
    method = models.CharField("метод", max_length=20)
    status = models.CharField(max_length=10, choices=Status)
    statistic = models.FloatField(null=True)
    p_value = models.FloatField(null=True)
    q_value = models.FloatField(null=True)
    effect = models.FloatField(null=True)
    n = models.PositiveIntegerField(default=0)
    method_version = models.CharField("версия метода", max_length=16)
    run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    objects = StatisticQuerySet.as_manager()

    class Meta:
        verbose_name = "статистика"
        ordering = ["work", "method", "organization"]
        constraints = [
            models.UniqueConstraint(
                name="statistic_once", fields=["organization", "work", "method"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.organization} {self.work}"
