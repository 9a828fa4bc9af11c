"""Numbers of objectivity: what each method found, and the signal a school's year comes to."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models

from organizations.access import Permission
from organizations.models import Organization, Run, ScopedQuerySet
from procedures.models import Work


class StatisticQuerySet(ScopedQuerySet["Statistic"]):
    sight = Permission.OBJECTIVITY_READ


class Statistic(models.Model):
    """One method applied to one school's results: in one work, or (without one) over a year.

    The arrays hold the same of the school's classes, where the method can look at a class.
    """

    class Status(models.TextChoices):
        OK = "ok", "посчитано"
        POOLED = "pooled", "учтено с другими работами"
        TOO_FEW = "too_few", "данных недостаточно"
        NO_SCALE = "no_scale", "не рассчитывается"
        NOT_HELD = "not_held", "сравнить не с чем"

    # No constraints to other tables and no indexes but two: a region's year has a third of a
    # million rows, written by the computation alone, which has just read the keys. A page of the
    # table is half full, so that a work computed anew finds room where its rows stand and no
    # index is written (migration 0010).
    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="statistics", db_constraint=False,
        db_index=False,  # that of `statistic_once` begins with it
    )  # fmt: skip
    year = models.PositiveSmallIntegerField("год")
    work = models.ForeignKey(
        Work, models.CASCADE, null=True, related_name="statistics", db_constraint=False,
        db_index=False,  # that of `statistic_of_work` begins with it
    )  # fmt: skip
    method = models.CharField("метод", max_length=20)
    status = models.CharField(max_length=10, choices=Status)
    statistic = models.FloatField(null=True)
    p_value = models.FloatField(null=True)
    q_value = models.FloatField(null=True)
    effect = models.FloatField(null=True)
    n = models.PositiveIntegerField(default=0)
    class_numbers = ArrayField(models.IntegerField(), default=list)
    class_statistics = ArrayField(models.FloatField(), default=list)
    class_p_values = ArrayField(models.FloatField(), default=list)
    class_effects = ArrayField(models.FloatField(), default=list)
    class_n = ArrayField(models.IntegerField(), default=list)
    method_version = models.CharField("версия метода", max_length=16)
    run = models.ForeignKey(
        Run, models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = StatisticQuerySet.as_manager()

    class Meta:
        verbose_name = "статистика"
        ordering = ["work", "method", "organization"]
        constraints = [
            models.UniqueConstraint(
                name="statistic_once",
                fields=["organization", "year", "work", "method"],
                nulls_distinct=False,
            )
        ]
        indexes = [models.Index(fields=["work", "method"], name="statistic_of_work")]

    def __str__(self) -> str:
        return f"{self.method} {self.organization} {self.work or self.year}"


class SignalQuerySet(ScopedQuerySet["Signal"]):
    sight = Permission.OBJECTIVITY_READ


class Signal(models.Model):
    """What a school's year comes to: a signal, attention, nothing, or too little data.

    `index` is 0 to 100, the named sum of `evidence`: one part a family with the finding it rests
    on. Not confirmed, it goes out on the first of September of the next year.
    """

    class Tier(models.TextChoices):
        RED = "red", "сигнал"
        AMBER = "amber", "внимание"
        NONE = "none", "в пределах случайного разброса"
        INSUFFICIENT = "insufficient", "данных недостаточно"

    # What a school is asked about and a page shows first.
    REMARKABLE = (Tier.RED, Tier.AMBER)

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="signals")
    year = models.PositiveSmallIntegerField("год")
    tier = models.CharField("состояние", max_length=12, choices=Tier)
    index = models.FloatField("индекс", null=True)
    p_value = models.FloatField(null=True)
    q_value = models.FloatField(null=True)
    participants = models.PositiveIntegerField("работ", default=0)
    families = ArrayField(models.CharField(max_length=12), default=list)
    evidence = models.JSONField("слагаемые", default=list)
    method_version = models.CharField("версия метода", max_length=16)
    inputs_hash = models.CharField(max_length=64, blank=True)
    run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+", db_index=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = SignalQuerySet.as_manager()

    class Meta:
        verbose_name = "сигнал"
        ordering = ["-year", "organization"]
        constraints = [models.UniqueConstraint(name="signal_once", fields=["organization", "year"])]

    def __str__(self) -> str:
        return f"{self.get_tier_display()}: {self.organization}, {self.year}"

    @property
    def expires_on(self) -> date:
        return expiry(self.year)


def expiry(year: int) -> date:
    """The day from which signals of a year say nothing more unless they were confirmed."""
    return date(year + 1, 9, 1)


def oldest_standing(day: date) -> int:
    """The oldest year whose signals have not gone out by this day, if nobody confirmed them."""
    return day.year - (day < date(day.year, 9, 1))
