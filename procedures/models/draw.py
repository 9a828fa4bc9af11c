"""A drawn sample of schools, kept with all that is needed to draw it again."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from organizations.access import Permission, Viewer
from organizations.models import Organization, ScopedQuerySet, User


class DrawQuerySet(ScopedQuerySet["Draw"]):
    sight = Permission.HOLDING_READ

    def visible_to(self, viewer: Viewer | None) -> Self:
        """The draws of the viewer's territory, and published ones in which its schools are."""
        own = super().visible_to(viewer).values("pk")
        concerned = DrawnSchool.objects.of_schools(viewer).values("draw")
        return self.filter(Q(pk__in=own) | Q(pk__in=concerned))


class Draw(models.Model):
    """One drawing of schools for works held under control; it is never drawn anew in its place.

    `frame` holds [code, stratum] of every school that could have been drawn; with `frame_sha256`,
    `seed` and `algorithm` anyone draws the same sample again.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="draws")
    title = models.CharField("название", max_length=200)
    year = models.PositiveSmallIntegerField("год проведения")
    number = models.PositiveSmallIntegerField("номер за год")
    size = models.PositiveSmallIntegerField("школ в выборке")
    traits = ArrayField(models.CharField(max_length=12), verbose_name="признаки")
    frame = models.JSONField("список школ")
    frame_sha256 = models.CharField("контрольная сумма списка", max_length=64)
    seed = models.BigIntegerField("зерно")
    algorithm = models.CharField("алгоритм", max_length=40)
    reason = models.CharField("почему жеребьёвка повторная", max_length=300, blank=True)
    drawn_at = models.DateTimeField(auto_now_add=True)
    drawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField("опубликована", null=True, blank=True)

    objects = DrawQuerySet.as_manager()

    class Meta:
        verbose_name = "жеребьёвка школ"
        ordering = ["-drawn_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="draw_number_once", fields=["organization", "year", "number"]
            ),
            models.CheckConstraint(
                name="draw_again_has_a_reason",
                condition=Q(number=1) | ~Q(reason=""),
                violation_error_message="У повторной жеребьёвки должна быть причина.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.year}, жеребьёвка № {self.number}"


class DrawnSchoolQuerySet(ScopedQuerySet["DrawnSchool"]):
    sight = Permission.HOLDING_READ

    def of_schools(self, viewer: Viewer | None) -> Self:
        """The viewer's own schools in published samples; a reserve is not told beforehand."""
        found = super().visible_to(viewer)
        return found.filter(draw__published_at__isnull=False, is_reserve=False)

    def visible_to(self, viewer: Viewer | None) -> Self:
        """All rows of the territory's own draws; of others its own schools once published."""
        owners = Organization.objects.open_to(viewer, Permission.HOLDING_READ)
        told = DrawnSchool.objects.of_schools(viewer)
        return self.filter(
            Q(draw__organization__in=owners.values("pk")) | Q(pk__in=told.values("pk"))
        )


class DrawnSchool(models.Model):
    """One school of a draw: in the sample or in reserve, with its stratum and its place there."""

    draw = models.ForeignKey(Draw, models.CASCADE, related_name="schools")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="drawn")
    stratum = models.CharField("страта", max_length=200)
    place = models.PositiveSmallIntegerField("место в страте")
    is_reserve = models.BooleanField("в запасе", default=False)
    probability = models.FloatField("вероятность попасть в выборку")

    objects = DrawnSchoolQuerySet.as_manager()

    class Meta:
        verbose_name = "школа выборки"
        ordering = ["draw", "stratum", "is_reserve", "place"]
        constraints = [
            models.UniqueConstraint(name="drawn_school_once", fields=["draw", "organization"]),
            models.CheckConstraint(
                name="drawn_school_probability",
                condition=Q(probability__gt=0, probability__lte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}, {self.stratum}"
