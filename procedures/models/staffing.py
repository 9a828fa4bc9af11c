"""Observers and checkers: who may be sent, who was proposed, who was approved, where to."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from organizations.access import Permission
from organizations.models import Organization, ScopedQuerySet, User
from procedures.holding_rules import MOST_LOAD
from procedures.models.work import Work


class StaffKind(models.TextChoices):
    """What a person does in the holding of a work."""

    OBSERVER = "observer", "независимый наблюдатель"
    CHECKER = "checker", "проверяющий"


class CandidateQuerySet(ScopedQuerySet["Candidate"]):
    sight = Permission.HOLDING_READ


class Candidate(models.Model):
    """One who may observe or check, known by a post or as a user of the portal; no other data.

    `interests` are schools, besides the own one, to which they are never sent.
    """

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="candidates", verbose_name="где работает"
    )
    kind = models.CharField("кем", max_length=12, choices=StaffKind)
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="на портале"
    )
    post = models.CharField("должность", max_length=160, blank=True)
    interests = models.ManyToManyField(
        Organization, blank=True, related_name="+", verbose_name="личная заинтересованность"
    )
    most = models.PositiveSmallIntegerField(
        "назначений на одну работу, не больше",
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_LOAD.value)],
    )
    is_active = models.BooleanField("можно назначать", default=True)

    objects = CandidateQuerySet.as_manager()

    class Meta:
        verbose_name = "кандидат"
        ordering = ["organization", "kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="candidate_user_once",
                fields=["user", "kind"],
                condition=Q(user__isnull=False),
                violation_error_message="Этот человек уже в списке.",
            ),
            models.CheckConstraint(
                name="candidate_known_by_user_or_post",
                condition=Q(user__isnull=False) | ~Q(post=""),
                violation_error_message="Укажите должность или человека с портала.",
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}, {self.user.full_name if self.user else self.post}"


class StaffingQuerySet(ScopedQuerySet["Staffing"]):
    sight = Permission.HOLDING_READ


class Staffing(models.Model):
    """A list of who goes where for one work in one territory: proposed, then approved."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", "предложено"
        APPROVED = "approved", "утверждено"

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="staffings")
    work = models.ForeignKey(Work, models.PROTECT, related_name="staffings")
    kind = models.CharField("кого", max_length=12, choices=StaffKind)
    status = models.CharField("состояние", max_length=12, choices=Status, default=Status.PROPOSED)
    method = models.CharField("алгоритм", max_length=40)
    is_proven = models.BooleanField("доказано, что лучше нельзя")
    made_at = models.DateTimeField(auto_now=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = StaffingQuerySet.as_manager()

    class Meta:
        verbose_name = "назначение на работу"
        ordering = ["work", "organization", "kind"]
        constraints = [
            models.UniqueConstraint(name="staffing_once", fields=["organization", "work", "kind"]),
            models.CheckConstraint(
                name="staffing_approved_at_a_moment",
                condition=Q(status="proposed", approved_at=None)
                | Q(status="approved", approved_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.work}, {self.organization}"


class AssignmentQuerySet(ScopedQuerySet["Assignment"]):
    owner_path = "staffing__organization"
    sight = Permission.HOLDING_READ


class Assignment(models.Model):
    """One place of a staffing: a school, a day, and who goes there, if anybody could."""

    staffing = models.ForeignKey(Staffing, models.CASCADE, related_name="assignments")
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="assignments", verbose_name="школа"
    )
    held_on = models.DateField("день")
    place = models.PositiveSmallIntegerField("место")
    candidate = models.ForeignKey(
        Candidate, models.PROTECT, null=True, blank=True, related_name="assignments"
    )
    reason = models.CharField("почему назначено вручную", max_length=300, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = "место назначения"
        ordering = ["staffing", "organization", "place"]
        constraints = [
            models.UniqueConstraint(
                name="assignment_once", fields=["staffing", "organization", "place"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}, место {self.place}"
