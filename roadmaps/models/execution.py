"""How an organization carries an item out, handed in and accepted by the level above."""

import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from organizations.access import Permission
from organizations.models import Document, Organization, ScopedQuerySet, State, Submission, User
from roadmaps.models.roadmap import Item


class Outcome(models.TextChoices):
    """What an organization hands in on an item."""

    DONE = "done", "исполнено"
    NOT_APPLICABLE = "not_applicable", "не применимо"
    POSTPONEMENT = "postponement", "прошу перенести срок"


class ExecutionQuerySet(ScopedQuerySet["Execution"]):
    sight = Permission.EXECUTION_READ

    def counted(self) -> Self:
        """Without those which the organization carries out under a plan of its own level."""
        return self.filter(is_carried=False)

    def unfinished(self) -> Self:
        return self.filter(state__in=[State.DRAFT, State.RETURNED])

    def answerable(self, day: datetime.date) -> Self:
        """Without what organizations closed by this day have left undone: nobody can report it."""
        left = Q(state__in=[State.DRAFT, State.RETURNED], organization__closed_on__lte=day)
        return self.exclude(left)

    def overdue(self, day: datetime.date) -> Self:
        return self.unfinished().answerable(day).filter(due_on__lt=day)


class Execution(Submission):
    """One organization's part in one item: made when the plan comes into force, then reported.

    `due_on` is the day after which it is late: the next control point, or the end of the term;
    None for a term that has neither, which never is.
    """

    item = models.ForeignKey(Item, models.CASCADE, related_name="executions")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="executions")
    is_lead = models.BooleanField("головной исполнитель", default=False)
    holder = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="кто исполняет"
    )
    starts_on = models.DateField("с", null=True, blank=True)
    due_on = models.DateField("срок", null=True, blank=True)
    was_due_on = models.DateField("прежний срок", null=True, blank=True)
    is_doubtful = models.BooleanField("срок под вопросом", default=False)
    is_carried = models.BooleanField("исполняется по своему плану", default=False)
    started_at = models.DateTimeField("взято в работу", null=True, blank=True)
    outcome = models.CharField("итог", max_length=16, choices=Outcome, default=Outcome.DONE)
    report = models.TextField("что сделано", blank=True)
    postpone_to = models.DateField("перенести на", null=True, blank=True)
    evidence = models.ManyToManyField(
        Document, blank=True, related_name="proves", verbose_name="подтверждения"
    )

    objects = ExecutionQuerySet.as_manager()

    class Meta:
        verbose_name = "исполнение"
        ordering = ["item", "organization"]
        constraints = [
            models.UniqueConstraint(
                name="execution_once",
                fields=["item", "organization"],
                violation_error_message="Исполнение этого пункта вашей организацией уже заведено.",
            )
        ]
        indexes = [
            models.Index(
                name="execution_due",
                fields=["due_on"],
                condition=Q(state__in=["draft", "returned"], is_carried=False),
            ),
            models.Index(name="execution_of_place", fields=["organization", "state"]),
        ]

    def __str__(self) -> str:
        return f"{self.item}, {self.organization}"


class ProgressNote(models.Model):
    """What was told at a control point of a long item, before its final report."""

    execution = models.ForeignKey(Execution, models.CASCADE, related_name="notes")
    point = models.DateField("контрольная точка", null=True, blank=True)
    text = models.TextField("что сделано")
    written_at = models.DateTimeField(auto_now_add=True)
    written_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "ход исполнения"
        ordering = ["execution", "-written_at", "-pk"]

    def __str__(self) -> str:
        return self.text[:200]


class Postponement(models.Model):
    """A term moved with its ground; the old day is kept."""

    execution = models.ForeignKey(Execution, models.CASCADE, related_name="postponements")
    was = models.DateField("прежний срок", null=True)
    until = models.DateField("новый срок")
    ground = models.TextField("основание")
    decided_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "перенос срока"
        ordering = ["execution", "-decided_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.was} → {self.until}"
