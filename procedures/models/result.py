"""What came in: the file a school handed in (Protocol) and one row a pupil and work (Result)."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from organizations.access import Permission
from organizations.models import Organization, Run, ScopedQuerySet, User
from organizations.models.document import storage_name
from procedures.models.work import Scale, Work


class ProtocolQuerySet(ScopedQuerySet["Protocol"]):
    sight = Permission.RESULT_READ

    def current(self) -> Self:
        """The protocols whose rows are the results now."""
        return self.filter(state=Protocol.State.ACCEPTED)


def protocol_name(_protocol: "Protocol", _name: str) -> str:
    return storage_name("protocols")


class Protocol(models.Model):
    """One file with results of one work in some classes of one school, sound or not.

    A sound file uploaded on a page waits, ready, until a person has seen what it would change.
    A later sound file of the same classes supersedes this one; the file itself is kept.
    """

    class State(models.TextChoices):
        CHECKING = "checking", "проверяется"
        READY = "ready", "ждёт записи"
        ACCEPTED = "accepted", "принят"
        FAULTY = "faulty", "есть ошибки"
        REFUSED = "refused", "файл не подошёл"
        SUPERSEDED = "superseded", "заменён"
        CANCELLED = "cancelled", "не записан"

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="protocols")
    work = models.ForeignKey(Work, models.PROTECT, related_name="protocols")
    scale = models.ForeignKey(Scale, models.PROTECT, null=True)
    version = models.PositiveSmallIntegerField("версия")
    classes = ArrayField(models.PositiveSmallIntegerField(), default=list, verbose_name="классы")
    state = models.CharField("состояние", max_length=12, choices=State, default=State.CHECKING)
    file = models.FileField(upload_to=protocol_name, blank=True)
    name = models.CharField("имя файла", max_length=200)
    size = models.PositiveIntegerField("байт", default=0)
    sha256 = models.CharField(max_length=64)
    rows_in = models.PositiveIntegerField("строк в файле", default=0)
    rows_written = models.PositiveIntegerField("записано строк", default=0)
    faults = models.JSONField("ошибки", default=list)
    notes = models.JSONField("замечания", default=list)
    message = models.TextField("итог", blank=True)
    run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    accepted_at = models.DateTimeField("записан", null=True)
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = ProtocolQuerySet.as_manager()

    class Meta:
        verbose_name = "протокол"
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="protocol_version_once", fields=["organization", "work", "version"]
            ),
            models.UniqueConstraint(
                name="protocol_same_bytes_once",
                fields=["organization", "work", "sha256"],
                condition=Q(state="accepted"),
            ),
            # what the rows of results refer to
            models.UniqueConstraint(
                name="protocol_with_owner", fields=["id", "organization", "work"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work}, {self.organization}, версия {self.version}"


class ResultQuerySet(ScopedQuerySet["Result"]):
    sight = Permission.RESULT_READ


class Result(models.Model):
    """One pupil's result in one work; the pupil is a code.

    `points` hold one number a task: 0 and more are points, −1 is «не приступал» (X), −2 is no
    entry. Without a `score` the pupil was absent.
    """

    # One constraint of the database ties all three to the protocol and its own school and work
    # (migration 0004): one check a row instead of three, and no row can contradict its protocol.
    protocol = models.ForeignKey(
        Protocol, models.CASCADE, related_name="results", db_constraint=False
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="results", db_constraint=False
    )
    # without an index of its own: that of `result_once` begins with the work
    work = models.ForeignKey(
        Work, models.PROTECT, related_name="results", db_constraint=False, db_index=False
    )
    class_number = models.PositiveSmallIntegerField("номер класса")
    participant = models.PositiveIntegerField("код участника")
    variant = models.PositiveSmallIntegerField("вариант", null=True)
    points = ArrayField(models.SmallIntegerField(), verbose_name="баллы")
    score = models.PositiveSmallIntegerField("первичный балл", null=True)
    mark = models.PositiveSmallIntegerField("отметка", null=True)
    journal_mark = models.PositiveSmallIntegerField("отметка в журнале", null=True)

    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = "результат"
        ordering = ["organization", "work", "class_number", "participant"]
        constraints = [
            models.UniqueConstraint(
                name="result_once", fields=["work", "organization", "participant"]
            ),
            models.CheckConstraint(
                name="result_marks_2_to_5",
                condition=(Q(mark=None) | Q(mark__range=(2, 5)))
                & (Q(journal_mark=None) | Q(journal_mark__range=(2, 5))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant}: {self.score}"
