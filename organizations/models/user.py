"""People: an account, the one place where it acts, who stands in for whom, who was invited."""

import datetime
from typing import ClassVar, Self

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from knox.models import AbstractAuthToken

from organizations.access import ROLE_TITLES, Role
from organizations.models.organization import Organization
from organizations.models.scoping import ScopedQuerySet

ROLES = [(role.value, ROLE_TITLES[role]) for role in Role]


class User(AbstractUser):  # type: ignore[django-manager-missing]  # knox has no types for its manager
    """A person's account. What they may do comes from their membership alone."""

    class Meta:
        verbose_name = "пользователь"
        ordering = ["last_name", "username"]

    @property
    def full_name(self) -> str:
        return self.get_full_name() or self.username


class MembershipQuerySet(ScopedQuerySet["Membership"]):
    def current(self) -> Self:
        return self.filter(until=None)


class Membership(models.Model):
    """A person's place: the organization and the role; one at a time, earlier ones are kept."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="memberships")
    role = models.CharField("роль", max_length=16, choices=ROLES)
    position = models.CharField("должность", max_length=160, blank=True)
    since = models.DateField("с")
    until = models.DateField("по", null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "участник"
        ordering = ["user__last_name", "user__username"]
        constraints = [
            models.UniqueConstraint(
                name="membership_one_at_a_time",
                fields=["user"],
                condition=Q(until=None),
                violation_error_message="У человека уже есть место. Сначала закройте прежнее.",
            ),
            models.CheckConstraint(
                name="membership_until_after_since",
                condition=Q(until=None) | Q(until__gte=F("since")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.full_name}, {self.organization}"


class SubstitutionQuerySet(ScopedQuerySet["Substitution"]):
    owner_path = "membership__organization"

    def on(self, day: datetime.date) -> Self:
        return self.filter(since__lte=day, until__gte=day, membership__until=None)


class Substitution(models.Model):
    """Somebody who acts in another person's place for some days."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="substitutions")
    substitute = models.ForeignKey(User, models.PROTECT, related_name="substitutions")
    since = models.DateField("с")
    until = models.DateField("по")

    objects = SubstitutionQuerySet.as_manager()

    class Meta:
        ordering = ["-since"]
        constraints = [
            models.CheckConstraint(
                name="substitution_until_after_since",
                condition=Q(until__gte=F("since")),
                violation_error_message="Последний день замещения раньше первого.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.substitute.full_name} за {self.membership.user.full_name}"


class InvitationQuerySet(ScopedQuerySet["Invitation"]):
    def open(self) -> Self:
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())


class Invitation(models.Model):
    """A link by which one person may take one place; only its digest is kept."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="invitations")
    role = models.CharField("роль", max_length=16, choices=ROLES)
    position = models.CharField("должность", max_length=160, blank=True)
    email = models.EmailField("почта")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "приглашение"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.email}, {self.organization}"


class ApiToken(AbstractAuthToken):
    """A REST client's key: kept as a digest, limited in scope and in time."""

    class Scope(models.TextChoices):
        READ = "read", "чтение"
        WRITE = "write", "чтение и запись"

    name = models.CharField("название", max_length=80)
    scope = models.CharField("область", max_length=8, choices=Scope, default=Scope.READ)
    last_used_on = models.DateField(null=True)

    class Meta:
        ordering: ClassVar = ["-created"]

    def __str__(self) -> str:
        return self.name
