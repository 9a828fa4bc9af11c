"""Thresholds of the engine as versioned data: tried on a copy, published by an order."""

from django.db import models
from django.db.models import F, Q

from organizations.access import Permission
from organizations.models import Organization, Run, ScopedQuerySet, User


class MethodSettingsQuerySet(ScopedQuerySet["MethodSettings"]):
    sight = Permission.METHOD_EDIT


class MethodSettings(models.Model):
    """One version of a region's thresholds: published, it counts for years `from_year` on.

    `thresholds` are the fields of `monitoring.stats.settings.Settings`; `sources` say of each where
    it comes from. A draft is tried (`trial` is of the thresholds in `tried`) and then published
    with an order; what was published stays as it is.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="method_settings")
    version = models.PositiveSmallIntegerField("версия")
    thresholds = models.JSONField("пороги")
    sources = models.JSONField("источники", default=dict)
    note = models.CharField("что изменено и почему", max_length=400, blank=True)
    tried = models.JSONField("пороги, которые проверены", null=True)
    trial = models.JSONField("итог проверки", null=True)
    trial_run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+")
    order_number = models.CharField("номер приказа", max_length=50, blank=True)
    order_date = models.DateField("дата приказа", null=True)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField("опубликована", null=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = MethodSettingsQuerySet.as_manager()

    class Meta:
        verbose_name = "пороги методики"
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                name="method_settings_version_once", fields=["organization", "version"]
            ),
            models.UniqueConstraint(
                name="method_settings_one_draft",
                fields=["organization"],
                condition=Q(published_at=None),
                violation_error_message="Копия порогов уже заведена.",
            ),
            models.CheckConstraint(
                name="method_settings_published_by_order",
                condition=Q(published_at=None)
                | Q(
                    ~Q(order_number=""),
                    order_date__isnull=False,
                    tried__isnull=False,
                    tried=F("thresholds"),
                ),
                violation_error_message="Публикуют проверенные пороги, приказом с номером и датой.",
            ),
        ]

    def __str__(self) -> str:
        return f"Пороги методики, версия {self.version}"

    @property
    def from_year(self) -> int:
        """The year whose list the trial showed; lists of years before keep what made them."""
        of_year = (self.trial or {}).get("year")
        return int(of_year["year"]) if of_year else 0

    @property
    def is_tried(self) -> bool:
        """Whether the last trial is of the thresholds as they stand now."""
        return self.tried is not None and self.tried == self.thresholds
