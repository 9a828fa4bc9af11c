"""Assessment works: their tasks, their versioned scale of marks and of test points."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from procedures.models.catalogue import Procedure


class Work(models.Model):
    """One work of a procedure: a subject, a grade, a year, its tasks and their maximum points.

    Works are reference data of the whole installation: no organization owns them. `levels` are
    Б, П or В a task and `skills` what each task checks; both are empty where they are not known.
    """

    class Track(models.TextChoices):
        """Which of two works of one subject and grade it is."""

        COMMON = "", "единый"
        BASIC = "basic", "базовый"
        ADVANCED = "advanced", "углублённый"

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="works")
    code = models.SlugField("код", unique=True)
    subject = models.CharField("предмет", max_length=80)
    grade = models.PositiveSmallIntegerField("класс")
    year = models.PositiveSmallIntegerField("год проведения")
    track = models.CharField(
        "уровень работы", max_length=8, choices=Track, default=Track.COMMON, blank=True
    )
    tasks = ArrayField(models.CharField(max_length=12), verbose_name="задания")
    max_points = ArrayField(models.PositiveSmallIntegerField(), verbose_name="максимум баллов")
    levels = ArrayField(
        models.CharField(max_length=1, blank=True),
        default=list,
        blank=True,
        verbose_name="уровни сложности",
    )
    skills = ArrayField(
        models.CharField(max_length=300, blank=True),
        default=list,
        blank=True,
        verbose_name="проверяемые умения",
    )
    held_on = models.DateField("день проведения", null=True, blank=True)
    due_on = models.DateField("срок сдачи результатов", null=True, blank=True)

    class Meta:
        verbose_name = "работа"
        ordering = ["-year", "grade", "subject"]
        constraints = [
            models.UniqueConstraint(
                name="work_once",
                fields=["procedure", "subject", "grade", "year", "track"],
                violation_error_message="Такая работа уже заведена.",
            ),
            models.CheckConstraint(
                name="work_points_per_task",
                condition=Q(tasks__len=F("max_points__len")) & Q(tasks__len__gt=0),
                violation_error_message="Число заданий и число максимумов различаются.",
            ),
            models.CheckConstraint(
                name="work_levels_and_skills_per_task",
                condition=(Q(levels__len=0) | Q(levels__len=F("tasks__len")))
                & (Q(skills__len=0) | Q(skills__len=F("tasks__len"))),
                violation_error_message="Уровней и умений должно быть столько же, сколько заданий.",
            ),
        ]

    def __str__(self) -> str:
        track = f", {self.get_track_display()} уровень" if self.track else ""
        return f"{self.subject}, {self.grade} класс{track}, {self.year}"

    @property
    def max_score(self) -> int:
        return sum(self.max_points)


class Scale(models.Model):
    """A version of a work's mark scale: the lowest score of each mark, and where it comes from."""

    work = models.ForeignKey(Work, models.CASCADE, related_name="scales")
    version = models.PositiveSmallIntegerField("версия")
    three = models.PositiveSmallIntegerField("«3» с балла")
    four = models.PositiveSmallIntegerField("«4» с балла")
    five = models.PositiveSmallIntegerField("«5» с балла")
    source = models.CharField("источник", max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "шкала"
        ordering = ["work", "-version"]
        constraints = [
            models.UniqueConstraint(name="scale_version_once", fields=["work", "version"]),
            models.CheckConstraint(
                name="scale_borders_in_order",
                condition=Q(three__gt=0) & Q(four__gt=F("three")) & Q(five__gt=F("four")),
                violation_error_message="Границы отметок должны расти: «3», «4», «5».",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work}: {self.three}/{self.four}/{self.five}"


class Conversion(models.Model):
    """A version of a work's table from primary scores to test points, with the passing point.

    `points[n]` are the test points of the primary score n, from 0 to the work's maximum; of the
    ЕГЭ they end at 100. Who has at least `threshold` test points has passed.
    """

    work = models.ForeignKey(Work, models.CASCADE, related_name="conversions")
    version = models.PositiveSmallIntegerField("версия")
    points = ArrayField(models.PositiveSmallIntegerField(), verbose_name="тестовые баллы")
    threshold = models.PositiveSmallIntegerField("минимальный тестовый балл")
    source = models.CharField("источник", max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "таблица перевода баллов"
        ordering = ["work", "-version"]
        constraints = [
            models.UniqueConstraint(name="conversion_version_once", fields=["work", "version"]),
            models.CheckConstraint(
                name="conversion_has_points_and_threshold",
                condition=Q(points__len__gt=1) & Q(threshold__range=(1, 100)),
                violation_error_message="Нужны тестовые баллы и минимальный балл от 1 до 100.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work}: таблица перевода, версия {self.version}"
