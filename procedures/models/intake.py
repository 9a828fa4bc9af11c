"""What is agreed about an intake: who does not take part, and for whom it is opened again."""

from django.db import models
from django.db.models import Q

from organizations.access import Permission
from organizations.models import Organization, ScopedQuerySet, User
from procedures.models.work import Work


class ExemptionQuerySet(ScopedQuerySet["Exemption"]):
    sight = Permission.RESULT_READ


class Exemption(models.Model):
    """A school, or a class of it, does not write a work, and why: nothing is expected of it."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="exemptions")
    work = models.ForeignKey(Work, models.CASCADE, related_name="exemptions")
    class_number = models.PositiveSmallIntegerField("номер класса", null=True, blank=True)
    reason = models.CharField("почему", max_length=300)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    objects = ExemptionQuerySet.as_manager()

    class Meta:
        verbose_name = "неучастие в работе"
        ordering = ["work", "class_number"]
        constraints = [
            models.UniqueConstraint(
                name="exemption_once",
                fields=["organization", "work", "class_number"],
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        part = f", класс {self.class_number}" if self.class_number else ""
        return f"{self.work}{part}: {self.reason}"


class ReopeningQuerySet(ScopedQuerySet["Reopening"]):
    sight = Permission.RESULT_READ


class Reopening(models.Model):
    """A school's wish to hand a work in after its day, and what was decided about it."""

    class State(models.TextChoices):
        ASKED = "asked", "ждёт решения"
        GRANTED = "granted", "приём открыт"
        REFUSED = "refused", "отказано"

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="reopenings")
    work = models.ForeignKey(Work, models.CASCADE, related_name="reopenings")
    reason = models.CharField("почему", max_length=500)
    state = models.CharField("решение", max_length=8, choices=State, default=State.ASKED)
    until = models.DateField("открыт по", null=True, blank=True)
    remark = models.CharField("пояснение", max_length=500, blank=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = ReopeningQuerySet.as_manager()

    class Meta:
        verbose_name = "просьба открыть приём"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="reopening_asked_once",
                fields=["organization", "work"],
                condition=Q(state="asked"),
            ),
            models.CheckConstraint(
                name="reopening_granted_until",
                condition=~Q(state="granted") | Q(until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work}, {self.organization}"
