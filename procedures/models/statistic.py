"""Statistics as ФИС ОКО gives them out: the export that came in, and one row a work and unit."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from organizations.access import Permission, Viewer
from organizations.models import Organization, ScopedQuerySet, User
from organizations.models.document import storage_name
from procedures.models.work import Work


def export_name(_export: "FederalExport", _name: str) -> str:
    return storage_name("exports")


class FederalExport(models.Model):
    """One sound file of statistics; it is kept when a later one replaces its rows."""

    class Kind(models.TextChoices):
        MARKS = "marks", "статистика по отметкам"
        JOURNAL = "journal", "сравнение отметок с журналом"
        DISTRIBUTION = "distribution", "распределение первичных баллов"
        TASKS = "tasks", "выполнение заданий"
        GROUPS = "groups", "выполнение заданий группами"

    kind = models.CharField("отчёт", max_length=16, choices=Kind)
    file = models.FileField(upload_to=export_name)
    name = models.CharField("имя файла", max_length=200)
    size = models.PositiveIntegerField("байт")
    sha256 = models.CharField(max_length=64)
    rows_in = models.PositiveIntegerField("строк в файле")
    rows_written = models.PositiveIntegerField("записано строк")
    notes = models.JSONField("замечания", default=list)
    received_at = models.DateTimeField(auto_now_add=True)
    received_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "отчёт ФИС ОКО"
        ordering = ["-received_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.name}"


class FederalStatisticQuerySet(ScopedQuerySet["FederalStatistic"]):
    sight = Permission.RESULT_READ

    def current(self) -> Self:
        """The rows that no later file replaced."""
        return self.filter(is_current=True)

    def open_to(self, viewer: Viewer | None, permission: Permission) -> Self:
        """The rows of the viewer's territory, and those of units above any: «Вся выборка»."""
        if viewer is None or not viewer.may(permission):
            return self.none()
        owners = Organization.objects.open_to(viewer, permission)
        return self.filter(Q(organization__in=owners.values("pk")) | Q(organization=None))


class FederalStatistic(models.Model):
    """One unit's figures of one work in one report, as they stood in the file.

    `values` follow `columns`: percents of participants, and counts where the column says so; null
    where the file has none. Without an organization the row is of a unit above the region.
    """

    export = models.ForeignKey(FederalExport, models.PROTECT, related_name="statistics")
    kind = models.CharField("отчёт", max_length=16, choices=FederalExport.Kind)
    work = models.ForeignKey(Work, models.PROTECT, related_name="federal_statistics")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, related_name="federal_statistics"
    )
    label = models.CharField("единица в файле", max_length=400)
    group = models.CharField("группа участников", max_length=8, blank=True)
    version = models.PositiveSmallIntegerField("версия")
    is_current = models.BooleanField("действует", default=True)
    schools = models.PositiveIntegerField("школ", null=True)
    participants = models.PositiveIntegerField("участников")
    columns = ArrayField(models.CharField(max_length=40), verbose_name="столбцы")
    values = ArrayField(models.FloatField(null=True), verbose_name="значения")

    objects = FederalStatisticQuerySet.as_manager()

    class Meta:
        verbose_name = "статистика ФИС ОКО"
        ordering = ["work", "kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="federal_statistic_once",
                fields=["work", "kind", "organization", "group"],
                condition=Q(is_current=True, organization__isnull=False),
            ),
            models.UniqueConstraint(
                name="federal_statistic_of_label_once",
                fields=["work", "kind", "label", "group"],
                condition=Q(is_current=True, organization__isnull=True),
            ),
            models.CheckConstraint(
                name="federal_statistic_value_per_column",
                condition=Q(values__len=models.F("columns__len")),
                violation_error_message="Значений и столбцов должно быть поровну.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.get_kind_display()}, версия {self.version}"
