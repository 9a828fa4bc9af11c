"""A document with its requisites and its versions: a file with a checksum, served by permission."""

import uuid
from typing import Self

from django.db import models

from organizations.access import Permission
from organizations.models.organization import Organization
from organizations.models.scoping import ScopedQuerySet
from organizations.models.submission import State, Submission
from organizations.models.user import User


class DocumentKind(models.TextChoices):
    """Orders, and the local acts of a school's own quality assessment (ВСОКО)."""

    ORDER = "order", "Приказ"
    PROVISION = "provision", "Положение о ВСОКО"
    CONTROL_FORMS = "control_forms", "Положение о формах, периодичности и порядке контроля"
    WORKING_GROUP = "working_group", "Приказ об утверждении ВСОКО и рабочей группе"
    CRITERIA = "criteria", "Перечень критериев и показателей"
    CYCLE = "cycle", "Циклограмма ВСОКО"
    YEAR_PLAN = "year_plan", "План-график ВСОКО на учебный год"
    SCHEDULE = "schedule", "Единый график оценочных процедур"
    PROGRAMME = "programme", "Программа ВСОКО"
    CONTROL_PLAN = "control_plan", "План внутришкольного контроля"
    OBJECTIVITY_ORDER = "objectivity_order", "Приказ об обеспечении объективности"
    RULES = "rules", "Регламент оценочной процедуры"
    ANALYSIS = "analysis", "Аналитическая справка по итогам ВСОКО"
    DECISION = "decision", "Приказ по итогам ВСОКО"
    SELF_REVIEW = "self_review", "Отчёт о самообследовании"
    EVIDENCE = "evidence", "Подтверждающий документ"


# What belongs to the execution of plans and not to a school's own quality assessment.
OF_PLANS = (DocumentKind.ORDER, DocumentKind.EVIDENCE)


class DocumentQuerySet(ScopedQuerySet["Document"]):
    sight = Permission.DOCUMENT_READ

    def of_schools(self) -> Self:
        return self.exclude(kind__in=OF_PLANS)

    def waiting(self) -> Self:
        return self.filter(state=State.SENT)


class Document(Submission):
    """One document of one organization; its newest version is the one that counts."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="documents")
    kind = models.CharField("вид", max_length=20, choices=DocumentKind)
    title = models.CharField("название", max_length=400)
    number = models.CharField("номер", max_length=40, blank=True)
    signed_on = models.DateField("дата", null=True, blank=True)
    issuer = models.CharField("кем издан", max_length=200, blank=True)
    link = models.URLField("адрес на сайте", blank=True)
    year = models.PositiveSmallIntegerField("год", null=True, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "документ"
        ordering = ["kind", "-year", "pk"]

    def __str__(self) -> str:
        return self.title


def storage_name(folder: str) -> str:
    """Where a file lies: a name made by the server, outside the web root, nothing typed in it."""
    fresh = uuid.uuid4().hex
    return f"{folder}/{fresh[:2]}/{fresh}"


def version_name(_version: "DocumentVersion", _name: str) -> str:
    return storage_name("documents")


class DocumentVersionQuerySet(ScopedQuerySet["DocumentVersion"]):
    owner_path = "document__organization"
    sight = Permission.DOCUMENT_READ


class DocumentVersion(models.Model):
    """One file of a document; never changed, only followed by the next."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField("версия")
    file = models.FileField(upload_to=version_name)
    name = models.CharField("имя файла", max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField("байт")
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField(auto_now_add=True)
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = DocumentVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "версия документа"
        ordering = ["document", "-number"]
        constraints = [
            models.UniqueConstraint(name="document_version_once", fields=["document", "number"])
        ]

    def __str__(self) -> str:
        return f"{self.name}, версия {self.number}"
