"""A background computation that can be watched, repeated and cancelled: the queue of record."""

import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from organizations.access import Permission
from organizations.models.organization import Organization
from organizations.models.scoping import ScopedQuerySet
from organizations.models.user import User


class RunQuerySet(ScopedQuerySet["Run"]):
    sight = Permission.RUN_READ

    def active(self) -> Self:
        return self.filter(status__in=Run.ACTIVE)

    def claimable(self) -> Self:
        """Wished for and not begun, or begun by a worker that has been silent too long."""
        silent = timezone.now() - datetime.timedelta(seconds=settings.RUN_LEASE_SECONDS)
        return self.filter(
            Q(status=Run.Status.REQUESTED) | Q(status=Run.Status.RUNNING, heartbeat_at__lt=silent)
        )


class Run(models.Model):
    """One wish for background work and what became of it.

    `task` names the Celery task that does the work, `subject` the thing it is about; at most one
    run of a task and a subject is under way. `attempt` is the fencing number: a worker whose
    attempt is no longer the row's own may write nothing more.
    """

    class Status(models.TextChoices):
        REQUESTED = "requested", "в очереди"
        RUNNING = "running", "выполняется"
        DONE = "done", "готово"
        FAILED = "failed", "не удалось"
        CANCELLED = "cancelled", "отменено"

    ACTIVE = (Status.REQUESTED, Status.RUNNING)

    task = models.CharField(max_length=100)
    subject = models.CharField(max_length=100)
    title = models.CharField("что делается", max_length=240)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="runs")
    parameters = models.JSONField(default=dict)
    requested_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="runs")
    requested_at = models.DateTimeField(auto_now_add=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.REQUESTED)
    attempt = models.PositiveIntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    unit = models.CharField("что считается", max_length=60, default="шаг,шага,шагов")
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = "запуск"
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="run_one_active_per_subject",
                fields=["task", "subject"],
                condition=Q(status__in=["requested", "running"]),
                violation_error_message="Это уже выполняется.",
            )
        ]
        indexes = [
            models.Index(
                fields=["heartbeat_at"],
                name="run_active",
                condition=Q(status__in=["requested", "running"]),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_active(self) -> bool:
        return self.status in self.ACTIVE
