"""Who is to write a work: what a school registers before the day, numbers only."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from organizations.access import Permission
from organizations.models import Organization, ScopedQuerySet, User
from procedures.holding_rules import MOST_PUPILS, MOST_ROOMS
from procedures.models.work import Work


class RegistrationQuerySet(ScopedQuerySet["Registration"]):
    sight = Permission.HOLDING_READ


class Registration(models.Model):
    """What one school registered for one work: its day, its rooms, or why it takes no part."""

    class State(models.TextChoices):
        REGISTERED = "registered", "заявлена"
        ABSENT = "absent", "не участвует"

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="registrations")
    work = models.ForeignKey(Work, models.PROTECT, related_name="registrations")
    state = models.CharField("состояние", max_length=12, choices=State)
    held_on = models.DateField("день проведения", null=True, blank=True)
    rooms = models.PositiveSmallIntegerField(
        "аудиторий",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_ROOMS.value)],
    )
    reason = models.CharField("почему не участвует", max_length=300, blank=True)
    registered_at = models.DateTimeField(auto_now=True)
    registered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = "заявка на участие"
        ordering = ["work", "organization"]
        constraints = [
            models.UniqueConstraint(name="registration_once", fields=["work", "organization"]),
            models.CheckConstraint(
                name="registration_has_a_day_or_a_reason",
                condition=Q(state="registered", held_on__isnull=False, rooms__gte=1, reason="")
                | (Q(state="absent", held_on=None, rooms=None) & ~Q(reason="")),
                violation_error_message="У заявки есть день и аудитории, у отказа — причина.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work}, {self.organization}"


class RegisteredClassQuerySet(ScopedQuerySet["RegisteredClass"]):
    owner_path = "registration__organization"
    sight = Permission.HOLDING_READ


class RegisteredClass(models.Model):
    """One class of a registration: its serial number, its name, how many pupils are to write."""

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="classes")
    number = models.PositiveSmallIntegerField("номер класса")
    name = models.CharField("класс", max_length=8)
    pupils = models.PositiveSmallIntegerField("учеников")

    objects = RegisteredClassQuerySet.as_manager()

    class Meta:
        verbose_name = "класс заявки"
        ordering = ["registration", "number"]
        constraints = [
            models.UniqueConstraint(
                name="registered_class_once", fields=["registration", "number"]
            ),
            models.CheckConstraint(
                name="registered_class_size",
                condition=Q(pupils__range=(1, MOST_PUPILS.value)),
                violation_error_message="Учеников в классе от 1 до 60.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.pupils}"
