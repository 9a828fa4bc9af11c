"""What an observer saw while a class wrote a work: facts and incidents, no names."""

from typing import Self

from django.db import models
from django.db.models import Q

from organizations.access import Permission, Viewer
from organizations.models import Organization, ScopedQuerySet, User
from procedures.models.work import Work


class ObservationQuerySet(ScopedQuerySet["Observation"]):
    sight = Permission.HOLDING_READ

    def visible_to(self, viewer: Viewer | None) -> Self:
        """The protocols about the territory, and those the viewer sent from another one."""
        found = super().visible_to(viewer)
        if viewer is None:
            return found
        return self.filter(Q(pk__in=found.values("pk")) | Q(sent_by=viewer.user_id))


class Observation(models.Model):
    """One observer's protocol: answers to a checklist, incidents in words, then who read it.

    `answers` hold «yes», «no» or «unseen» for every question of the checklist of `checklist`.
    """

    class State(models.TextChoices):
        SENT = "sent", "ждёт прочтения"
        READ = "read", "прочитан"

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="observations")
    work = models.ForeignKey(Work, models.PROTECT, related_name="observations")
    class_name = models.CharField("класс", max_length=8)
    room = models.CharField("аудитория", max_length=20)
    held_on = models.DateField("день")
    checklist = models.CharField("перечень вопросов", max_length=20)
    answers = models.JSONField("ответы")
    incidents = models.TextField("что случилось", max_length=2000, blank=True)
    state = models.CharField("состояние", max_length=8, choices=State, default=State.SENT)
    sent_at = models.DateTimeField(auto_now_add=True)
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    conclusion = models.CharField("вывод", max_length=500, blank=True)

    objects = ObservationQuerySet.as_manager()

    class Meta:
        verbose_name = "протокол наблюдения"
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="observation_read_at_a_moment",
                condition=Q(state="sent", read_at=None) | Q(state="read", read_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}, {self.work}, {self.class_name}"
