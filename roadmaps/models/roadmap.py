"""An order's action plan (дорожная карта): its sections, items and responsible bodies."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from organizations.access import Permission, Viewer
from organizations.models import Document, Organization, ScopedQuerySet, User
from roadmaps.models.cohort import Cohort
from roadmaps.terms import WINDOWS, TermKind


class Status(models.TextChoices):
    """How far a plan is: put into force by its order, later replaced or closed with a summary."""

    DRAFT = "draft", "черновик"
    APPROVED = "approved", "действует"
    SUPERSEDED = "superseded", "заменена"
    CLOSED = "closed", "завершена"


IN_FORCE_ONCE = (Status.APPROVED, Status.SUPERSEDED, Status.CLOSED)


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
        approved = Q(status__in=IN_FORCE_ONCE, owner__in=above.values("pk"))
        own = Q(owner__in=within.values("pk"))
        if not viewer.may(Permission.ROADMAP_EDIT):
            own &= ~Q(status=Roadmap.Status.DRAFT)
        return self.filter(own | approved)


class Roadmap(models.Model):
    """A plan of actions that an order approves: its owner, its period and its items."""

    Status = Status

    owner = models.ForeignKey(Organization, models.PROTECT, related_name="roadmaps")
    order = models.ForeignKey(Document, models.PROTECT, null=True, related_name="roadmaps")
    title = models.CharField("название", max_length=600)
    status = models.CharField("состояние", max_length=12, choices=Status, default=Status.DRAFT)
    starts_on = models.DateField("начало", null=True)
    ends_on = models.DateField("конец", null=True)
    above = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="below", verbose_name="выше"
    )
    version = models.PositiveSmallIntegerField("версия", default=1)
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="successors",
        verbose_name="заменяет",
    )  # fmt: skip
    approved_at = models.DateTimeField("утверждена", null=True, blank=True)
    closed_at = models.DateTimeField("завершена", null=True, blank=True)
    summary = models.TextField("итоги", blank=True)
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
            ),
            models.UniqueConstraint(
                name="roadmap_adopted_once",
                fields=["owner", "above"],
                condition=Q(status__in=["draft", "approved"], supersedes=None),
                violation_error_message="План из этого вышестоящего плана уже заведён.",
            ),
            models.UniqueConstraint(
                name="roadmap_one_next_version",
                fields=["supersedes"],
                violation_error_message="Новая версия этого плана уже заведена.",
            ),
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
        """The items of visible plans; one for a named cohort only where the viewer has a part."""
        plans = Roadmap.objects.visible_to(viewer).values("pk")
        mine = Organization.objects.open_to(viewer, Permission.EXECUTION_READ)
        named = Cohort.members.through.objects.filter(
            cohort=OuterRef("cohort"), organization__in=mine.values("pk")
        )
        return self.filter(Q(cohort=None) | Exists(named), roadmap__in=plans)


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
    evidence = models.CharField("вид подтверждающего документа", max_length=300, blank=True)
    control_points = ArrayField(models.DateField(), verbose_name="контрольные точки", default=list)
    cohort = models.ForeignKey(
        Cohort, models.PROTECT, null=True, blank=True, related_name="items",
        verbose_name="только для группы",
    )  # fmt: skip
    replaces = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="replaced_by",
        verbose_name="в прежней версии",
    )  # fmt: skip
    above = models.ManyToManyField(
        "self", through="Link", through_fields=("lower", "upper"), symmetrical=False,
        related_name="below", verbose_name="в плане выше",
    )  # fmt: skip

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

    @property
    def is_window(self) -> bool:
        """Whether its term names no day by which it must be done."""
        return self.term_kind in WINDOWS


class Responsible(models.Model):
    """A body named beside an item: its words, its code, and the organization it is, if known."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="responsible")
    position = models.PositiveSmallIntegerField()
    text = models.CharField("как в приказе", max_length=300)
    body = models.CharField("код", max_length=24)
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    is_lead = models.BooleanField("головной исполнитель", default=False)

    class Meta:
        ordering = ["item", "position"]
        constraints = [
            models.UniqueConstraint(
                name="responsible_one_lead",
                fields=["item"],
                condition=Q(is_lead=True),
                violation_error_message="Головной исполнитель у пункта один.",
            )
        ]

    def __str__(self) -> str:
        return self.text


class Link(models.Model):
    """An item of a lower plan that carries out an item of the plan above."""

    upper = models.ForeignKey(Item, models.CASCADE, related_name="taken")
    lower = models.ForeignKey(Item, models.CASCADE, related_name="links")

    class Meta:
        ordering = ["upper", "lower"]
        constraints = [
            models.UniqueConstraint(name="link_once", fields=["upper", "lower"]),
            models.CheckConstraint(name="link_of_two", condition=~Q(upper=F("lower"))),
        ]

    def __str__(self) -> str:
        return f"{self.upper_id} → {self.lower_id}"


class OmissionQuerySet(ScopedQuerySet["Omission"]):
    owner_path = "roadmap__owner"
    sight = Permission.EXECUTION_READ


class Omission(models.Model):
    """An item of the plan above that a lower plan leaves out, with the reason."""

    roadmap = models.ForeignKey(Roadmap, models.CASCADE, related_name="omissions")
    item = models.ForeignKey(Item, models.CASCADE, related_name="omitted_by")
    reason = models.TextField("почему пункта нет")
    stated_at = models.DateTimeField(auto_now=True)
    stated_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = OmissionQuerySet.as_manager()

    class Meta:
        ordering = ["item"]
        constraints = [models.UniqueConstraint(name="omission_once", fields=["roadmap", "item"])]

    def __str__(self) -> str:
        return self.reason[:200]
