"""The audit trail: who did what, when, on what, and what changed; written once, never altered."""

from typing import Self

from django.db import models

from organizations.access import Permission, Viewer
from organizations.models.organization import Organization

# Acts on these are read only by those who read signals: a line of the journal must not tell what
# the page is closed for.
OF_SIGNALS = ("monitoring.case", "monitoring.schoolgroup", "monitoring.methodsettings")

# What a school does with an answer that is not sent; the answer and its files are then on a page.
OF_DRAFTS = ("case.drafted", "case.proved", "case.unproved")


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, viewer: Viewer | None) -> Self:
        """The controller's journal: the events of the viewer's territory."""
        return self.open_to(viewer, Permission.JOURNAL_READ)

    def open_to(self, viewer: Viewer | None, permission: Permission) -> Self:
        owners = Organization.objects.open_to(viewer, permission)
        return self.fit_for(viewer).filter(organization_id__in=owners.values("pk"))

    def fit_for(self, viewer: Viewer | None) -> Self:
        """Without the acts on signals for a role that reads none, and on drafts of answers to them
        for a role that writes none."""
        if viewer is None or viewer.may(Permission.CASE_ANSWER):
            return self
        if viewer.may(Permission.OBJECTIVITY_READ):
            return self.exclude(action__in=OF_DRAFTS)
        return self.exclude(object_type__in=OF_SIGNALS)

    def about(self, row: models.Model) -> Self:
        """The history of one object, for that object's page."""
        return self.filter(object_type=row._meta.label_lower, object_id=str(row.pk))


class Event(models.Model):
    """One act. No foreign keys, so that it outlives what it speaks of; the database refuses
    to change or delete it."""

    at = models.DateTimeField(auto_now_add=True)
    action = models.CharField(max_length=64)
    user_id = models.BigIntegerField(null=True)
    user_name = models.CharField(max_length=200)
    role = models.CharField(max_length=16, blank=True)
    organization_id = models.BigIntegerField(null=True)
    object_type = models.CharField(max_length=64)
    object_id = models.CharField(max_length=64)
    object_name = models.CharField(max_length=400)
    changes = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="event_object"),
            models.Index(fields=["organization_id", "-at"], name="event_organization"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_name}"
