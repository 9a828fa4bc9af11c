"""Databases by organization (Положение о РСОКО, п. 5.2.1): the files taken in and their rows."""

from typing import Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from organizations.access import Permission
from organizations.models import Organization, ScopedQuerySet, User
from organizations.models.document import storage_name


class TableFileQuerySet(ScopedQuerySet["TableFile"]):
    sight = Permission.TABLE_READ


def table_file_name(_row: "TableFile", _name: str) -> str:
    return storage_name("tables")


class TableFile(models.Model):
    """A file of a database that was written whole, kept as it came; `organization` brought it in.

    Its kind is a code of `procedures/tables.py`.
    """

    kind = models.SlugField("база данных")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    file = models.FileField(upload_to=table_file_name)
    name = models.CharField("имя файла", max_length=200)
    sha256 = models.CharField(max_length=64)
    added = models.PositiveIntegerField("новых строк", default=0)
    changed = models.PositiveIntegerField("изменённых строк", default=0)
    unchanged = models.PositiveIntegerField("строк без изменений", default=0)
    uploaded_at = models.DateTimeField(auto_now_add=True)
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = TableFileQuerySet.as_manager()

    class Meta:
        verbose_name = "файл базы данных"
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        return self.name


class TableRowQuerySet(ScopedQuerySet["TableRow"]):
    sight = Permission.TABLE_READ

    def current(self) -> Self:
        """The rows that count now; the others are their earlier versions."""
        return self.filter(is_current=True)


class TableRow(models.Model):
    """One version of one line of a database: an organization, a year, numbers without names.

    `key` tells lines of one organization and year apart where the kind has several (a stage and a
    subject of an olympiad); it is empty where there is one.
    """

    kind = models.SlugField("база данных")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="table_rows")
    year = models.PositiveSmallIntegerField("год")
    key = models.CharField("ключ строки", max_length=200, blank=True)
    values = models.JSONField("значения", encoder=DjangoJSONEncoder)
    version = models.PositiveSmallIntegerField("версия")
    is_current = models.BooleanField("действует", default=True)
    file = models.ForeignKey(TableFile, models.PROTECT, related_name="rows")

    objects = TableRowQuerySet.as_manager()

    class Meta:
        verbose_name = "строка базы данных"
        ordering = ["kind", "-year", "organization", "key", "-version"]
        constraints = [
            models.UniqueConstraint(
                name="table_row_version_once",
                fields=["kind", "organization", "year", "key", "version"],
            ),
            models.UniqueConstraint(
                name="table_row_current_once",
                fields=["kind", "organization", "year", "key"],
                condition=Q(is_current=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.organization}, {self.year}"
