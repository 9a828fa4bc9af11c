"""Federal markers: the lists «ВПР с признаками необъективности» as they were received."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from organizations.access import Permission
from organizations.models import Organization, ScopedQuerySet, User
from organizations.models.document import storage_name

MARKERS = ("ru4", "ma4", "ru5", "ma5")


class MarkerListQuerySet(ScopedQuerySet["MarkerList"]):
    sight = Permission.OBJECTIVITY_READ


def marker_list_name(_row: "MarkerList", _name: str) -> str:
    return storage_name("markers")


class MarkerList(models.Model):
    """A federal list that was written, kept as it came.

    `rows` of the file = `written` + `repeated` (the same row again) + `unchanged` (of years that
    stand in the portal already).
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    file = models.FileField(upload_to=marker_list_name)
    name = models.CharField("имя файла", max_length=200)
    sha256 = models.CharField(max_length=64)
    years = ArrayField(models.PositiveSmallIntegerField(), default=list)
    rows = models.PositiveIntegerField("строк в файле", default=0)
    written = models.PositiveIntegerField("записано", default=0)
    repeated = models.PositiveIntegerField("повторов", default=0)
    unchanged = models.PositiveIntegerField("без изменений", default=0)
    uploaded_at = models.DateTimeField(auto_now_add=True)
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = MarkerListQuerySet.as_manager()

    class Meta:
        verbose_name = "федеральный список"
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        return self.name


class FederalMarkerQuerySet(ScopedQuerySet["FederalMarker"]):
    sight = Permission.OBJECTIVITY_READ

    def current(self) -> Self:
        """The rows of each year's newest list; the others are what it replaced."""
        return self.filter(is_current=True)

    def marked(self) -> Self:
        """The rows with at least one marker: one is enough to be listed."""
        return self.filter(Q(ru4=True) | Q(ma4=True) | Q(ru5=True) | Q(ma5=True))


class FederalMarker(models.Model):
    """One school of the list of one year. An empty cell is None: it says nothing, a zero does."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="federal_markers")
    year = models.PositiveSmallIntegerField("год")
    ru4 = models.BooleanField("РУ4", null=True)
    ma4 = models.BooleanField("МА4", null=True)
    ru5 = models.BooleanField("РУ5", null=True)
    ma5 = models.BooleanField("МА5", null=True)
    is_current = models.BooleanField("действует", default=True)
    received = models.ForeignKey(MarkerList, models.PROTECT, related_name="markers")

    objects = FederalMarkerQuerySet.as_manager()

    class Meta:
        verbose_name = "федеральный маркер"
        ordering = ["-year", "organization"]
        constraints = [
            models.UniqueConstraint(
                name="federal_marker_once_a_list", fields=["received", "organization", "year"]
            ),
            models.UniqueConstraint(
                name="federal_marker_current_once",
                fields=["organization", "year"],
                condition=Q(is_current=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}, {self.year}"

    @property
    def values(self) -> dict[str, bool | None]:
        return {name: getattr(self, name) for name in MARKERS}
