"""The tree region → municipality → school, the bodies beside it, and how both changed."""

import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from organizations.access import Permission, Viewer


class Level(models.IntegerChoices):
    """The three levels of the regional system (Положение о РСОКО, п. 3.1)."""

    REGION = 1, "региональный уровень"
    MUNICIPALITY = 2, "муниципальный уровень"
    SCHOOL = 3, "уровень образовательной организации"


class Kind(models.TextChoices):
    """What an organization is (Положение о РСОКО, п. 3.1.1–3.1.3)."""

    REGION = "region", "регион"
    MUNICIPALITY = "municipality", "муниципальное образование"
    SCHOOL = "school", "общеобразовательная организация"
    COLLEGE = "college", "профессиональная образовательная организация"
    KINDERGARTEN = "kindergarten", "дошкольная образовательная организация"
    SUPPLEMENTARY = "supplementary", "организация дополнительного образования"
    MINISTRY = "ministry", "министерство образования"
    CENTRE = "centre", "центр мониторинга качества образования"
    INSTITUTE = "institute", "институт повышения квалификации"
    VOCATIONAL_INSTITUTE = "vocational_institute", "институт развития профессионального образования"
    PSYCHOLOGICAL_CENTRE = "psychological_centre", "психолого-педагогический центр"
    SUPPLEMENTARY_CENTRE = "supplementary_centre", "центр дополнительного образования"
    TALENT_CENTRE = "talent_centre", "центр выявления и поддержки одарённых детей"
    MOUO = "mouo", "орган местного самоуправления в сфере образования"
    MMS = "mms", "муниципальная методическая служба"
    PUBLIC_BODY = "public_body", "орган государственно-общественного управления"


# Nodes of the tree; every other kind is a body that works for the territory it stands beside.
TREE = {
    Kind.REGION: Level.REGION,
    Kind.MUNICIPALITY: Level.MUNICIPALITY,
    Kind.SCHOOL: Level.SCHOOL,
    Kind.COLLEGE: Level.SCHOOL,
    Kind.KINDERGARTEN: Level.SCHOOL,
    Kind.SUPPLEMENTARY: Level.SCHOOL,
}


class Profile(models.TextChoices):
    """The type of a school that matters when it is compared with others."""

    ORDINARY = "ordinary", "средняя школа"
    BASIC = "basic", "основная школа"
    LYCEUM = "lyceum", "лицей"
    GYMNASIUM = "gymnasium", "гимназия"


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def visible_to(self, viewer: Viewer | None) -> Self:
        """The viewer's territory with all below it and the bodies beside it; nothing for none."""
        if viewer is None:
            return self.none()
        own = viewer.territory_id
        return self.filter(Q(pk=own) | Q(parent=own) | Q(parent__parent=own))

    def open_to(self, viewer: Viewer | None, permission: Permission) -> Self:
        """The organizations in which the viewer's role allows this."""
        if viewer is None or not viewer.may(permission):
            return self.none()
        return self.visible_to(viewer)

    def above(self, viewer: Viewer | None) -> Self:
        """The levels above the viewer's territory with their bodies: whose acts come down to it."""
        if viewer is None:
            return self.none()
        own = viewer.territory_id
        nodes = Organization.objects.filter(Q(children=own) | Q(children__children=own))
        beside = Q(parent__in=nodes.values("pk")) & ~Q(kind__in=list(TREE))
        return self.filter(Q(pk__in=nodes.values("pk")) | beside)

    def in_tree(self) -> Self:
        return self.filter(kind__in=list(TREE))

    def schools(self) -> Self:
        return self.filter(kind=Kind.SCHOOL)

    def working(self, on: datetime.date) -> Self:
        """Opened and not yet closed on this day."""
        return self.filter(
            Q(opened_on=None) | Q(opened_on__lte=on), Q(closed_on=None) | Q(closed_on__gt=on)
        )

    def under(self, organization: "Organization") -> Self:
        """An organization with all below it."""
        own = organization.pk
        return self.filter(Q(pk=own) | Q(parent=own) | Q(parent__parent=own))


class Organization(models.Model):
    """A node of the tree or a body beside it, as it is now; `states` tell what it was before."""

    code = models.CharField("код", max_length=32, unique=True)
    name = models.CharField("полное наименование", max_length=400)
    short_name = models.CharField("краткое наименование", max_length=160)
    kind = models.CharField("вид", max_length=24, choices=Kind)
    level = models.PositiveSmallIntegerField("уровень", choices=Level)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="выше"
    )
    functions = models.TextField("функции", blank=True)
    profile = models.CharField("тип школы", max_length=12, choices=Profile, blank=True)
    is_rural = models.BooleanField("сельская", default=False)
    oktmo = models.CharField("ОКТМО", max_length=11, blank=True)
    inn = models.CharField("ИНН", max_length=12, blank=True)
    fis_login = models.CharField("логин ФИС ОКО", max_length=32, blank=True)
    site = models.URLField("сайт", blank=True)
    opened_on = models.DateField("открыта", null=True, blank=True)
    closed_on = models.DateField("закрыта", null=True, blank=True)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = "организация"
        ordering = ["level", "short_name"]
        constraints = [
            models.CheckConstraint(
                name="organization_region_has_no_parent",
                condition=Q(kind=Kind.REGION, parent=None)
                | (~Q(kind=Kind.REGION) & Q(parent__isnull=False)),
                violation_error_message="Выше региона нет никого, у остальных есть вышестоящая.",
            ),
            models.CheckConstraint(
                name="organization_closed_after_opened",
                condition=Q(closed_on=None) | Q(opened_on=None) | Q(closed_on__gte=F("opened_on")),
                violation_error_message="Дата закрытия раньше даты открытия.",
            ),
            models.UniqueConstraint(
                name="organization_fis_login_once",
                fields=["fis_login"],
                condition=~Q(fis_login=""),
                violation_error_message="Такой логин ФИС ОКО уже есть у другой организации.",
            ),
        ]

    def __str__(self) -> str:
        return self.short_name

    @property
    def is_body(self) -> bool:
        return self.kind not in TREE

    @property
    def territory_id(self) -> int:
        """The node of the tree it works in: itself, or for a body the node it stands beside."""
        return self.parent_id if self.is_body and self.parent_id else self.pk


class OrganizationState(models.Model):
    """What an organization was called and where it belonged from a day on."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="states")
    since = models.DateField("с")
    name = models.CharField("полное наименование", max_length=400)
    short_name = models.CharField("краткое наименование", max_length=160)
    parent = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+"
    )
    oktmo = models.CharField("ОКТМО", max_length=11, blank=True)
    basis = models.CharField("основание", max_length=400, blank=True)

    class Meta:
        ordering = ["organization", "since"]
        constraints = [
            models.UniqueConstraint(
                name="organization_state_once_a_day",
                fields=["organization", "since"],
                violation_error_message="На этот день изменение уже записано.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.short_name} с {self.since}"


class Succession(models.Model):
    """One organization carried on by another: who came before, who after, and why."""

    class Kind(models.TextChoices):
        MERGED = "merged", "присоединена к"
        SPLIT = "split", "выделена из"
        REORGANIZED = "reorganized", "преобразована в"

    kind = models.CharField(max_length=12, choices=Kind)
    predecessor = models.ForeignKey(Organization, models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Organization, models.PROTECT, related_name="origins")
    on = models.DateField("с")
    basis = models.CharField("основание", max_length=400, blank=True)

    class Meta:
        ordering = ["on"]
        constraints = [
            models.UniqueConstraint(name="succession_once", fields=["predecessor", "successor"]),
            models.CheckConstraint(
                name="succession_of_another",
                condition=~Q(predecessor=F("successor")),
                violation_error_message="Организация не может быть преемником самой себя.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"
