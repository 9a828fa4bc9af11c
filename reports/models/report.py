"""The yearly complex report (Положение о РСОКО, п. 3.3) and its files."""

from django.db import models

from organizations.access import Permission
from organizations.models import Organization, Run, ScopedQuerySet
from organizations.models.document import storage_name


class YearlyReportQuerySet(ScopedQuerySet["YearlyReport"]):
    sight = Permission.REPORT_READ


def report_name(_report: "YearlyReport", _name: str) -> str:
    return storage_name("reports")


class YearlyReport(models.Model):
    """One organization's report for one year: its content as it was frozen, and its files."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="reports")
    year = models.PositiveSmallIntegerField("год")
    template_version = models.CharField("версия шаблона", max_length=16)
    content = models.JSONField("содержание")
    docx = models.FileField(upload_to=report_name)
    pdf = models.FileField(upload_to=report_name)
    built_at = models.DateTimeField("собран", auto_now=True)
    run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+")

    objects = YearlyReportQuerySet.as_manager()

    class Meta:
        verbose_name = "ежегодный отчёт"
        ordering = ["-year", "organization"]
        constraints = [
            models.UniqueConstraint(name="yearly_report_once", fields=["organization", "year"])
        ]

    def __str__(self) -> str:
        return f"Ежегодный отчёт за {self.year} год: {self.organization}"
