"""The case of a signal: what the school answers, what marking anew shows, what is decided."""

import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from monitoring.models.signal import Signal
from organizations.access import Permission, Viewer
from organizations.models import Organization, ScopedQuerySet, User
from organizations.models.document import storage_name
from procedures.models import Work


class CaseQuerySet(ScopedQuerySet["Case"]):
    sight = Permission.OBJECTIVITY_READ

    def current(self) -> Self:
        """The newest case of each school and year: those that no other case follows."""
        return self.filter(followed_by=None)

    def whole(self) -> Self:
        """With everything that is read beside the case. Six queries for any number of cases."""
        rows = self.select_related(
            "organization__parent", "explanation", "recheck__work", "appeal",
        )  # fmt: skip
        return rows.prefetch_related(
            "decisions__decided_by", "explanation__files", "recheck__works"
        )


class Case(models.Model):
    """What a signal starts: an answer, a look at the works, a decision; one a school and year,
    and one more when the signal of a cleared case has grown stronger: it follows the earlier, which
    stays as it is.

    What the signal said is kept as it stood when the case was opened: a later computation does
    not change what the school was asked. `due_on` ends the term of the next step; None when
    nobody is waited for.
    """

    class State(models.TextChoices):
        AWAITING = "awaiting", "ждёт ответа школы"
        ANSWERED = "answered", "школа ответила"
        RECHECKING = "rechecking", "идёт перепроверка"
        DECIDED = "decided", "решение принято"
        APPEALED = "appealed", "обжалуется"
        EXPIRED = "expired", "погас"

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="cases")
    region = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField("год")
    serial = models.PositiveIntegerField("номер в году")
    follows = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="followed_by", verbose_name="прежнее дело"
    )
    state = models.CharField("состояние", max_length=12, choices=State, default=State.AWAITING)
    tier = models.CharField("что показал расчёт", max_length=12, choices=Signal.Tier)
    # What the signal rested on when the case was opened, the strongest first.
    evidence = models.JSONField("слагаемые", default=list)
    sentences = ArrayField(models.TextField(), default=list, verbose_name="сигнал словами")
    ground = models.TextField("почему открыто вручную", blank=True)
    method_version = models.CharField("версия метода", max_length=16, blank=True)
    inputs_hash = models.CharField(max_length=64, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    due_on = models.DateField("срок следующего шага", null=True)
    expires_on = models.DateField("погаснет")

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = "дело"
        ordering = ["organization__short_name", "-year"]
        constraints = [
            models.UniqueConstraint(
                name="case_once",
                fields=["organization", "year"],
                condition=models.Q(follows=None),
                violation_error_message="Дело этой школы за этот год уже открыто.",
            ),
            models.UniqueConstraint(name="case_number_once", fields=["region", "year", "serial"]),
        ]
        indexes = [models.Index(name="case_due", fields=["due_on"])]

    def __str__(self) -> str:
        return f"Дело № {self.number}, {self.organization}"

    @property
    def number(self) -> str:
        """«26-118»: the year and the number in it."""
        return f"{self.year % 100:02}-{self.serial}"

    @property
    def answer(self) -> "Explanation | None":
        """What the school has sent; its draft is nobody else's."""
        one: Explanation | None = getattr(self, "explanation", None)
        return one if one and one.sent_at else None

    @property
    def first_decision(self) -> "CaseDecision | None":
        return next((one for one in self.decisions.all() if not one.is_on_appeal), None)

    @property
    def second_decision(self) -> "CaseDecision | None":
        return next((one for one in self.decisions.all() if one.is_on_appeal), None)

    @property
    def last_decision(self) -> "CaseDecision | None":
        return self.second_decision or self.first_decision

    def is_late(self, day: datetime.date) -> bool:
        return self.due_on is not None and self.due_on < day and self.state != self.State.DECIDED


class Explanation(models.Model):
    """The school's answer to its signal: a draft until it is sent, then never changed."""

    class Proposal(models.TextChoices):
        RECHECK = "recheck", "перепроверить работы с наблюдателем"
        REPEAT = "repeat", "провести работу повторно"
        NOTHING = "nothing", "ничего: картина объяснена"

    case = models.OneToOneField(Case, models.CASCADE, related_name="explanation")
    text = models.TextField("как школа объясняет картину", blank=True)
    proposal = models.CharField(
        "что школа предлагает", max_length=8, choices=Proposal, default=Proposal.RECHECK
    )
    saved_at = models.DateTimeField("черновик сохранён")
    sent_at = models.DateTimeField("отправлен", null=True)
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "ответ школы"

    def __str__(self) -> str:
        return self.text[:200]


class ExplanationFileQuerySet(ScopedQuerySet["ExplanationFile"]):
    owner_path = "explanation__case__organization"
    sight = Permission.OBJECTIVITY_READ

    def visible_to(self, viewer: Viewer | None) -> Self:
        """As the case; what is attached to a draft is seen by who writes it only."""
        rows = super().visible_to(viewer)
        if viewer is not None and viewer.may(Permission.CASE_ANSWER):
            return rows
        return rows.filter(explanation__sent_at__isnull=False)


def explanation_file_name(_file: "ExplanationFile", _name: str) -> str:
    return storage_name("explanations")


class ExplanationFile(models.Model):
    """A paper that bears the school's answer out; seen by those who see the case, not by all who
    read documents."""

    explanation = models.ForeignKey(Explanation, models.CASCADE, related_name="files")
    file = models.FileField(upload_to=explanation_file_name)
    name = models.CharField("имя файла", max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField("байт")
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField(auto_now_add=True)
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = ExplanationFileQuerySet.as_manager()

    class Meta:
        verbose_name = "файл ответа"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="explanation_file_once",
                fields=["explanation", "sha256"],
                violation_error_message="Этот файл уже приложен.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Recheck(models.Model):
    """Works of one school drawn by lot and marked anew; anyone can draw them again.

    `frame` holds the codes of all works the lot could fall on, `seed` is where chance came from.
    """

    case = models.OneToOneField(Case, models.CASCADE, related_name="recheck")
    work = models.ForeignKey(Work, models.PROTECT, related_name="+")
    class_number = models.PositiveSmallIntegerField("номер класса", null=True)
    frame = ArrayField(models.PositiveIntegerField(), verbose_name="коды всех работ")
    frame_sha256 = models.CharField(max_length=64)
    seed = models.BigIntegerField("зерно")
    algorithm = models.CharField("алгоритм", max_length=32)
    ordered_at = models.DateTimeField(auto_now_add=True)
    ordered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    checked_by = models.CharField("кто перепроверил", max_length=300, blank=True)
    done_at = models.DateTimeField("внесены итоги", null=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "перепроверка"

    def __str__(self) -> str:
        return f"{self.work}: перепроверка"


class RecheckedWork(models.Model):
    """One drawn work: its points as they were when it was drawn, and after marking anew."""

    recheck = models.ForeignKey(Recheck, models.CASCADE, related_name="works")
    place = models.PositiveSmallIntegerField("по счёту")
    participant = models.PositiveIntegerField("код участника")
    class_number = models.PositiveSmallIntegerField("номер класса")
    points = ArrayField(models.SmallIntegerField(), verbose_name="баллы")
    score = models.PositiveSmallIntegerField("первичный балл")
    new_points = ArrayField(models.SmallIntegerField(), null=True, verbose_name="новые баллы")
    new_score = models.PositiveSmallIntegerField("новый первичный балл", null=True)

    class Meta:
        verbose_name = "перепроверенная работа"
        ordering = ["recheck", "place"]
        constraints = [
            models.UniqueConstraint(name="rechecked_once", fields=["recheck", "participant"])
        ]

    def __str__(self) -> str:
        return f"{self.participant}: {self.score} → {self.new_score}"


class CaseDecision(models.Model):
    """What is decided about a signal and why: once, and once more when it was appealed against."""

    class Outcome(models.TextChoices):
        CLEARED = "cleared", "снят"
        WATCHED = "watched", "под наблюдением"
        CONFIRMED = "confirmed", "подтверждён"

    case = models.ForeignKey(Case, models.CASCADE, related_name="decisions")
    is_on_appeal = models.BooleanField("по жалобе", default=False)
    outcome = models.CharField("решение", max_length=10, choices=Outcome)
    motivation = models.TextField("почему")
    decided_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "решение по сигналу"
        ordering = ["case", "is_on_appeal"]
        constraints = [
            models.UniqueConstraint(name="case_decision_once", fields=["case", "is_on_appeal"]),
            models.CheckConstraint(
                name="case_decision_says_why", condition=~models.Q(motivation="")
            ),
        ]

    def __str__(self) -> str:
        return self.get_outcome_display()


class Appeal(models.Model):
    """The school disagrees with a decision, and why; the ministry then decides once more."""

    case = models.OneToOneField(Case, models.CASCADE, related_name="appeal")
    text = models.TextField("с чем школа не согласна")
    filed_at = models.DateTimeField(auto_now_add=True)
    filed_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "жалоба на решение"

    def __str__(self) -> str:
        return self.text[:200]
