"""An order's action plan (дорожная карта): its sections, items and responsible bodies."""

import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from organizations.access import Permission, Viewer
from organizations.models import Document, Organization, ScopedQuerySet
from roadmaps.terms import TermKind


class RoadmapQuerySet(ScopedQuerySet["Roadmap"]):
    owner_path = "owner"

    def visible_to(self, viewer: Viewer | None) -> Self:
        """The plans of the viewer's territory, and the approved ones of the levels above it.

        A plan goes down: what a region or a municipality has approved is read by all below.
        Drafts are seen by those who may edit plans.
        """
        if viewer is None:
            return self.none()
        within = Organization.objects.visible_to(viewer)
        above = Organization.objects.above(viewer)
        approved = Q(status=Roadmap.Status.APPROVED, owner__in=above.values("pk"))
        own = Q(owner__in=within.values("pk"))
        if not viewer.may(Permission.ROADMAP_EDIT):
            own &= ~Q(status=Roadmap.Status.DRAFT)
        return self.filter(own | approved)


class Roadmap(models.Model):
    """A plan of actions that an order approves: its owner, its period and its items."""

    class Status(models.TextChoices):
        DRAFT = "draft", "черновик"
        APPROVED = "approved", "действует"
        SUPERSEDED = "superseded", "заменена"

    owner = models.ForeignKey(Organization, models.PROTECT, related_name="roadmaps")
    order = models.ForeignKey(Document, models.PROTECT, null=True, related_name="roadmaps")
    title = models.CharField("название", max_length=600)
    status = models.CharField("состояние", max_length=12, choices=Status, default=Status.DRAFT)
    starts_on = models.DateField("начало", null=True)
    ends_on = models.DateField("конец", null=True)
    above = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="below", verbose_name="выше"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    doubts = models.JSONField("сомнения чтения", default=list)

    objects = RoadmapQuerySet.as_manager()

    class Meta:
        verbose_name = "дорожная карта"
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="roadmap_period_in_order",
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="Конец плана раньше его начала.",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Section(models.Model):
    """A heading that groups items of a plan."""

    roadmap = models.ForeignKey(Roadmap, models.CASCADE, related_name="sections")
    number = models.CharField("номер", max_length=20, blank=True)
    title = models.CharField("название", max_length=400)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.title


class ItemQuerySet(ScopedQuerySet["Item"]):
    owner_path = "roadmap__owner"

    def visible_to(self, viewer: Viewer | None) -> Self:
        return self.filter(roadmap__in=Roadmap.objects.visible_to(viewer).values("pk"))

    def due_by(self, day: datetime.date) -> Self:
        """Items whose printed term has an end, not later than this day."""
        return self.filter(ends_on__lte=day)


class Item(models.Model):
    """One action (мероприятие) with its term: as printed, and as we read it."""

    roadmap = models.ForeignKey(Roadmap, models.CASCADE, related_name="items")
    section = models.ForeignKey(Section, models.CASCADE, null=True, related_name="items")
    position = models.PositiveSmallIntegerField()
    number = models.CharField("№", max_length=20)
    title = models.TextField("мероприятие")
    term_text = models.CharField("срок, как в приказе", max_length=300, blank=True)
    term_kind = models.CharField(
        max_length=16, choices=[(kind.value, kind.value) for kind in TermKind]
    )
    starts_on = models.DateField("с", null=True)
    ends_on = models.DateField("по", null=True)
    recurrence = models.CharField("повторение", max_length=20, blank=True)
    result = models.TextField("результат", blank=True)

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = "мероприятие"
        ordering = ["roadmap", "position"]
        constraints = [
            models.UniqueConstraint(name="item_position_once", fields=["roadmap", "position"]),
            models.CheckConstraint(
                name="item_term_in_order",
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="Конец срока раньше его начала.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"[:200]


class Responsible(models.Model):
    """A body named beside an item: its words, its code, and the organization it is, if known."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="responsible")
    position = models.PositiveSmallIntegerField()
    text = models.CharField("как в приказе", max_length=300)
    body = models.CharField("код", max_length=24)
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["item", "position"]

    def __str__(self) -> str:
        return self.text
