"""Meetings, seminars, webinars, courses and consultations by which items are carried out."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from organizations.access import Viewer
from organizations.models import Document, Organization, ScopedQuerySet, User
from roadmaps.models.roadmap import Item


class MeetingQuerySet(ScopedQuerySet["Meeting"]):
    def visible_to(self, viewer: Viewer | None) -> Self:
        """Those held in the viewer's territory, and those to which somebody in it is invited; by
        items that the viewer sees."""
        within = Organization.objects.visible_to(viewer).values("pk")
        invited = Participation.objects.filter(organization__in=within).values("meeting")
        near = Q(organization__in=within) | Q(pk__in=invited)
        return self.filter(near, item__in=Item.objects.visible_to(viewer).values("pk"))


class Meeting(models.Model):
    """An event of the cycle: when, where, for whom, and what came of it."""

    class Kind(models.TextChoices):
        CONFERENCE = "conference", "совещание"
        SEMINAR = "seminar", "семинар"
        WEBINAR = "webinar", "вебинар"
        COURSE = "course", "курсы"
        CONSULTATION = "consultation", "консультация"

    class State(models.TextChoices):
        PLANNED = "planned", "назначено"
        HELD = "held", "проведено"
        CANCELLED = "cancelled", "отменено"

    item = models.ForeignKey(Item, models.PROTECT, related_name="meetings")
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="meetings", verbose_name="кто проводит"
    )
    kind = models.CharField("вид", max_length=16, choices=Kind)
    title = models.CharField("тема", max_length=400)
    starts_at = models.DateTimeField("начало")
    ends_at = models.DateTimeField("окончание", null=True, blank=True)
    place = models.CharField("место", max_length=300, blank=True)
    link = models.URLField("ссылка", blank=True)
    audience = models.CharField("для кого", max_length=300, blank=True)
    state = models.CharField("состояние", max_length=10, choices=State, default=State.PLANNED)
    outcome = models.TextField("что решили", blank=True)
    materials = models.ManyToManyField(
        Document, blank=True, related_name="used_at", verbose_name="материалы"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = "событие"
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="meeting_ends_after_start",
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                violation_error_message="Окончание раньше начала.",
            )
        ]

    def __str__(self) -> str:
        return self.title


class ParticipationQuerySet(ScopedQuerySet["Participation"]):
    pass


class Participation(models.Model):
    """An organization invited to a meeting: how many it registered, how many came. No names."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="participations")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="participations")
    registered = models.PositiveSmallIntegerField("заявлено", null=True, blank=True)
    attended = models.PositiveSmallIntegerField("присутствовало", null=True, blank=True)
    registered_at = models.DateTimeField(null=True, blank=True)
    registered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = "участие"
        ordering = ["meeting", "organization"]
        constraints = [
            models.UniqueConstraint(name="participation_once", fields=["meeting", "organization"])
        ]

    def __str__(self) -> str:
        return f"{self.organization}: {self.meeting}"
