"""The catalogue of procedures (Положение о РСОКО, п. 4.2): directions, procedures, versions."""

import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, QuerySet

from organizations.models import User


class Direction(models.Model):
    """One of the directions of assessment of the Положение, in its order."""

    code = models.SlugField("код", unique=True)
    number = models.PositiveSmallIntegerField("номер", unique=True)
    title = models.CharField("название", max_length=400)
    short_title = models.CharField("кратко", max_length=60)

    class Meta:
        verbose_name = "направление"
        ordering = ["number"]

    def __str__(self) -> str:
        return self.short_title


class ProcedureQuerySet(models.QuerySet["Procedure"]):
    def at_level(self, level: str) -> QuerySet["Procedure"]:
        """Those that this level holds or takes part in."""
        return self.filter(Q(level=level) | Q(also_at__contains=[level]))

    def valid_between(
        self, first: datetime.date | None, last: datetime.date | None
    ) -> QuerySet["Procedure"]:
        """Those in force on some day of the span; None leaves that end open."""
        rows = self
        if first is not None:
            rows = rows.filter(Q(valid_to=None) | Q(valid_to__gte=first))
        if last is not None:
            rows = rows.filter(Q(valid_from=None) | Q(valid_from__lte=last))
        return rows


class Procedure(models.Model):
    """An assessment procedure of the catalogue, such as the ВПР; its fields are the newest version.

    `level` is who holds it, `also_at` the other levels that take part. A procedure that came in
    the place of another is named by the older one's `replaced_by`.
    """

    class Level(models.TextChoices):
        FEDERAL = "federal", "федеральный"
        REGIONAL = "regional", "региональный"
        MUNICIPAL = "municipal", "муниципальный"
        SCHOOL = "school", "уровень организации"

    class Kind(models.TextChoices):
        ASSESSMENT = "assessment", "оценка подготовки обучающихся"
        STUDY = "study", "мониторинговое исследование, опрос"
        MONITORING = "monitoring", "мониторинг"
        MECHANISM = "mechanism", "мониторинг механизмов управления"
        STAFF = "staff", "аттестация и сертификация работников"
        CONTEST = "contest", "конкурс, олимпиада"
        SUPERVISION = "supervision", "надзор, лицензирование, аккредитация"
        SELF_STUDY = "self_study", "самообследование"
        INDEPENDENT = "independent", "независимая оценка"
        ANALYSIS = "analysis", "анализ результатов"

    class Product(models.TextChoices):
        """What РСОКО yields (Положение, п. 5.2)."""

        DATABASE = "database", "база данных"
        OPINION = "opinion", "экспертное или аналитическое заключение"
        STATISTICS = "statistics", "информационно-статистические материалы"
        REVIEW = "review", "информационно-аналитические материалы"
        INDICATORS = "indicators", "анализ результатов мониторинга по показателям"
        RECOMMENDATIONS = "recommendations", "адресные рекомендации"
        EFFECT = "effect", "анализ эффективности принятых мер и решений"
        COMPARISON = "comparison", "сравнительный анализ систем и организаций"

    code = models.SlugField("код", unique=True)
    title = models.CharField("название", max_length=300)
    short_title = models.CharField("кратко", max_length=60)
    kind = models.CharField("вид", max_length=12, choices=Kind, default=Kind.ASSESSMENT)
    level = models.CharField("кто проводит", max_length=12, choices=Level)
    also_at = ArrayField(
        models.CharField(max_length=12, choices=Level),
        default=list,
        blank=True,
        verbose_name="кто ещё участвует",
    )
    directions = models.ManyToManyField(Direction, through="Placement", related_name="procedures")
    part_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name="входит в процедуру",
    )
    ground = models.CharField("правовое основание", max_length=500, blank=True)
    products = ArrayField(
        models.CharField(max_length=16, choices=Product),
        default=list,
        blank=True,
        verbose_name="результаты (продукты)",
    )
    valid_from = models.DateField("действует с", null=True, blank=True)
    valid_to = models.DateField("действовала до", null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaces",
        verbose_name="чем заменена",
    )

    objects = ProcedureQuerySet.as_manager()

    class Meta:
        verbose_name = "процедура"
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(
                name="procedure_ends_after_it_begins",
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="Процедура кончается раньше, чем начинается.",
            ),
            models.CheckConstraint(
                name="procedure_is_not_its_own_part_or_heir",
                condition=(Q(part_of=None) | ~Q(part_of=F("pk")))
                & (Q(replaced_by=None) | ~Q(replaced_by=F("pk"))),
                violation_error_message="Процедура не входит сама в себя и не заменяет себя.",
            ),
        ]

    def __str__(self) -> str:
        return self.short_title

    @property
    def levels(self) -> list[str]:
        """All levels, in the order from the federation down."""
        held = {self.level, *self.also_at}
        return [level for level in self.Level.values if level in held]

    @property
    def level_words(self) -> str:
        return ", ".join(str(self.Level(level).label) for level in self.levels)


class Placement(models.Model):
    """One row of the table of п. 4.2: a procedure in a direction, by the words printed there."""

    direction = models.ForeignKey(Direction, models.CASCADE, related_name="placements")
    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="placements")
    position = models.PositiveSmallIntegerField("место")
    title = models.CharField("как названа в этом направлении", max_length=300, blank=True)

    class Meta:
        verbose_name = "место процедуры в направлении"
        ordering = ["direction__number", "position", "pk"]
        constraints = [
            models.UniqueConstraint(name="placement_once", fields=["direction", "procedure"]),
        ]

    def __str__(self) -> str:
        return self.title or str(self.procedure)


class ProcedureVersion(models.Model):
    """What the catalogue said of a procedure from one change to the next; never rewritten."""

    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField("версия")
    content = models.JSONField("содержание")
    basis = models.CharField("основание", max_length=300)
    changed_at = models.DateTimeField(auto_now_add=True)
    changed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="кем изменена"
    )

    class Meta:
        verbose_name = "версия процедуры"
        ordering = ["procedure", "-number"]
        constraints = [
            models.UniqueConstraint(name="procedure_version_once", fields=["procedure", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.procedure}, версия {self.number}"
