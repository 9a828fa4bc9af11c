"""The unified schedule of procedures: its rules, facts of a school's timetable, versions."""

import datetime
import uuid
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from organizations.access import Permission, Viewer
from organizations.models import Level, Organization, ScopedQuerySet
from procedures.models.catalogue import Procedure
from procedures.models.work import Work

LAST_GRADE, MOST_LESSONS_A_DAY = 11, 12


class ScheduleRules(models.Model):
    """A version of the numbers by which schedules are checked; reference data like the works."""

    version = models.PositiveSmallIntegerField("версия", unique=True)
    gap_days = models.PositiveSmallIntegerField(
        "дней между процедурами одного предмета",
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text="2,5 недели — это 17,5 дня: 17 или 18.",
    )
    most_percent = models.PositiveSmallIntegerField(
        "доля учебного времени предмета, %",
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    most_a_day = models.PositiveSmallIntegerField(
        "процедур в день на класс", validators=[MinValueValidator(1), MaxValueValidator(8)]
    )
    least_minutes = models.PositiveSmallIntegerField(
        "процедура длится не меньше, минут",
        validators=[MinValueValidator(1), MaxValueValidator(240)],
    )
    most_lessons = models.PositiveSmallIntegerField(
        "уроков на одну работу", validators=[MinValueValidator(1), MaxValueValidator(8)]
    )
    source = models.CharField("источник", max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "правила графика"
        ordering = ["-version"]
        constraints = [
            models.CheckConstraint(
                name="schedule_rules_name_their_source",
                condition=~Q(source=""),
                violation_error_message="Назовите документ, из которого взяты числа.",
            ),
        ]

    def __str__(self) -> str:
        return f"правила графика, версия {self.version}"


class OwnFactQuerySet(ScopedQuerySet[Any]):
    """What a school says of its timetable: for those who read schedules of the territory."""

    sight = Permission.SCHEDULE_READ


class SchoolClass(models.Model):
    """A class of a school in a school year: its grade and how many lessons each weekday has."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="school_classes")
    year = models.PositiveSmallIntegerField("учебный год, конец")
    name = models.CharField("класс", max_length=12)
    grade = models.PositiveSmallIntegerField("параллель")
    lessons = ArrayField(
        models.PositiveSmallIntegerField(), default=list, blank=True, verbose_name="уроков по дням"
    )
    form = models.CharField("форма освоения", max_length=40, default="очная")

    objects = OwnFactQuerySet.as_manager()

    class Meta:
        verbose_name = "класс школы"
        ordering = ["grade", "name"]
        constraints = [
            models.UniqueConstraint(
                name="school_class_once", fields=["organization", "year", "name"]
            ),
            models.CheckConstraint(
                name="school_class_of_a_grade", condition=Q(grade__gte=1, grade__lte=LAST_GRADE)
            ),
            models.CheckConstraint(
                name="school_class_lessons_from_monday",
                condition=Q(lessons__len=0) | Q(lessons__len=6),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SubjectHours(models.Model):
    """A subject's lessons a week and a year in a parallel of a school; empty is not known."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="subject_hours")
    year = models.PositiveSmallIntegerField("учебный год, конец")
    grade = models.PositiveSmallIntegerField("параллель")
    subject = models.CharField("предмет", max_length=80)
    weekly = models.DecimalField(
        "уроков в неделю", max_digits=4, decimal_places=1, null=True, blank=True
    )
    yearly = models.PositiveSmallIntegerField("уроков в год", null=True, blank=True)
    at_edge = models.BooleanField("урок первый или последний", null=True, blank=True)

    objects = OwnFactQuerySet.as_manager()

    class Meta:
        verbose_name = "часы предмета"
        ordering = ["grade", "subject"]
        constraints = [
            models.UniqueConstraint(
                name="subject_hours_once", fields=["organization", "year", "grade", "subject"]
            ),
            models.CheckConstraint(
                name="subject_hours_of_a_grade", condition=Q(grade__gte=1, grade__lte=LAST_GRADE)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject}, {self.grade} класс"


class ScheduleQuerySet(ScopedQuerySet["Schedule"]):
    sight = Permission.SCHEDULE_READ

    def visible_to(self, viewer: Viewer | None) -> Self:
        """Schedules of the viewer's territory, and the approved ones that come down to it."""
        own = super().visible_to(viewer)
        if viewer is None or not viewer.may(Permission.SCHEDULE_READ):
            return own
        above = Organization.objects.above(viewer).values("pk")
        return own | self.filter(organization__in=above, state=Schedule.State.APPROVED)

    def approved(self) -> Self:
        return self.filter(state=Schedule.State.APPROVED)


class Schedule(models.Model):
    """One version of an organization's schedule of a school year; approved, it never changes."""

    class State(models.TextChoices):
        DRAFT = "draft", "черновик"
        APPROVED = "approved", "опубликован"
        SUPERSEDED = "superseded", "заменён"

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="schedules")
    year = models.PositiveSmallIntegerField("учебный год, конец")
    version = models.PositiveSmallIntegerField("версия", default=1)
    state = models.CharField("состояние", max_length=12, choices=State, default=State.DRAFT)
    order_number = models.CharField("номер приказа", max_length=40, blank=True)
    order_date = models.DateField("дата приказа", null=True, blank=True)
    published_at = models.DateTimeField("опубликован", null=True, blank=True)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        verbose_name = "график оценочных процедур"
        ordering = ["organization", "-year", "-version"]
        constraints = [
            models.UniqueConstraint(
                name="schedule_version_once", fields=["organization", "year", "version"]
            ),
            models.UniqueConstraint(
                name="schedule_one_draft",
                fields=["organization", "year"],
                condition=Q(state="draft"),
                violation_error_message="Черновик графика на этот год уже есть.",
            ),
            models.UniqueConstraint(
                name="schedule_one_in_force",
                fields=["organization", "year"],
                condition=Q(state="approved"),
                violation_error_message="Опубликованный график на этот год уже есть.",
            ),
            models.CheckConstraint(
                name="schedule_approved_by_an_order",
                condition=Q(state="draft", published_at=None)
                | (
                    ~Q(state="draft")
                    & ~Q(order_number="")
                    & Q(order_date__isnull=False, published_at__isnull=False)
                ),
                violation_error_message="У опубликованного графика есть номер и дата приказа.",
            ),
        ]

    def __str__(self) -> str:
        return f"график {self.year - 1}/{self.year % 100:02}, версия {self.version}"

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT


class ScheduleEntryQuerySet(ScopedQuerySet["ScheduleEntry"]):
    owner_path = "schedule__organization"
    sight = Permission.SCHEDULE_READ

    def visible_to(self, viewer: Viewer | None) -> Self:
        """Entries of the schedules that the viewer sees."""
        return self.filter(schedule__in=Schedule.objects.visible_to(viewer).values("pk"))


class ScheduleEntry(models.Model):
    """One procedure in a schedule: of a class, or with no class of the whole parallel.

    With `until` it is a window in which each school picks a day of its own; the school's entry
    then names the window as `from_above`. The same entry has the same `thread` in all versions.
    """

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="entries")
    level = models.CharField("уровень", max_length=12, choices=Procedure.Level)
    procedure = models.ForeignKey(
        Procedure, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="процедура"
    )
    work = models.ForeignKey(
        Work, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="работа"
    )
    title = models.CharField("название", max_length=200)
    subject = models.CharField("предмет", max_length=80)
    grade = models.PositiveSmallIntegerField("параллель")
    class_name = models.CharField("класс", max_length=12, blank=True)
    day = models.DateField("дата")
    until = models.DateField("по", null=True, blank=True)
    lesson = models.PositiveSmallIntegerField("номер урока", null=True, blank=True)
    lessons = models.PositiveSmallIntegerField("сколько уроков", default=1)
    minutes = models.PositiveSmallIntegerField("минут", null=True, blank=True)
    whole_class = models.BooleanField("пишет весь класс", default=True)
    from_above = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="placed"
    )
    thread = models.UUIDField(default=uuid.uuid4, editable=False, db_index=True)

    objects = ScheduleEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "строка графика"
        ordering = ["day", "grade", "class_name", "lesson", "pk"]
        constraints = [
            models.CheckConstraint(
                name="schedule_entry_of_a_grade",
                condition=Q(grade__gte=1, grade__lte=LAST_GRADE),
                violation_error_message="Параллель — от 1 до 11.",
            ),
            models.CheckConstraint(
                name="schedule_entry_window_in_order",
                condition=Q(until=None) | Q(until__gte=F("day")),
                violation_error_message="Окно кончается раньше, чем начинается.",
            ),
            models.CheckConstraint(
                name="schedule_entry_of_one_to_eight_lessons",
                condition=Q(lessons__gte=1, lessons__lte=8),
                violation_error_message="Работа занимает от 1 до 8 уроков.",
            ),
            models.CheckConstraint(
                name="schedule_entry_lesson_of_the_day",
                condition=Q(lesson=None) | Q(lesson__gte=1, lesson__lte=MOST_LESSONS_A_DAY),
                violation_error_message="Номер урока — от 1 до 12.",
            ),
            models.UniqueConstraint(
                name="schedule_entry_thread_once", fields=["schedule", "thread"]
            ),
        ]
        indexes = [models.Index(fields=["schedule", "day"], name="schedule_entry_days")]

    def __str__(self) -> str:
        return f"{self.subject}, {self.place}, {self.day:%d.%m.%Y}"

    @property
    def place(self) -> str:
        """The class, or the parallel as a whole."""
        return self.class_name or f"{self.grade} класс"

    def covers(self, day: datetime.date) -> bool:
        return self.day <= day <= (self.until or self.day)


LEVEL_OF = {
    Level.REGION: Procedure.Level.REGIONAL,
    Level.MUNICIPALITY: Procedure.Level.MUNICIPAL,
    Level.SCHOOL: Procedure.Level.SCHOOL,
}
