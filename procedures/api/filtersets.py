"""What the lists of this app can be narrowed by."""

import datetime
from typing import Any

import django_filters as filters
from django.db.models import Exists, OuterRef, Q, QuerySet

from organizations.access import Viewer
from procedures.models import Procedure, Result, Work

YEARS = {"min_value": 2000, "max_value": 2100}
GRADES = {"min_value": 1, "max_value": 12}


class OfProcedures(filters.FilterSet):
    """What procedures and works are narrowed by alike."""

    year = filters.NumberFilter(method="in_year", **YEARS)
    level = filters.ChoiceFilter(choices=Procedure.Level.choices, method="at_level")
    subject = filters.CharFilter(method="of_subject")
    grade = filters.NumberFilter(method="of_grade", **GRADES)
    organization = filters.CharFilter(
        method="of_organization", help_text="Работы, в которых у организации есть результаты."
    )

    @property
    def viewer(self) -> Viewer:
        viewer: Viewer = self.request.viewer
        return viewer

    def results_of(self, code: str, work: str) -> Exists:
        """Results that the caller sees of an organization or of the schools below it."""
        within = Q(organization__code=code) | Q(organization__parent__code=code)
        within |= Q(organization__parent__parent__code=code)
        rows = Result.objects.visible_to(self.viewer).filter(within)
        return Exists(rows.filter(**{work: OuterRef("pk")}))


class ProcedureFilters(OfProcedures):
    """`from` and `to`: in force on some day of the span; subject and grade: of its works."""

    class Meta:
        model = Procedure
        fields = ["year", "level", "subject", "grade", "organization"]

    def in_year(self, rows: Any, name: str, value: Any) -> Any:
        year = int(value)
        return rows.valid_between(datetime.date(year, 1, 1), datetime.date(year, 12, 31))

    def at_level(self, rows: Any, name: str, value: str) -> Any:
        return rows.at_level(value)

    def of_subject(self, rows: QuerySet[Procedure], name: str, value: str) -> Any:
        return rows.filter(Exists(Work.objects.filter(procedure=OuterRef("pk"), subject=value)))

    def of_grade(self, rows: QuerySet[Procedure], name: str, value: Any) -> Any:
        return rows.filter(Exists(Work.objects.filter(procedure=OuterRef("pk"), grade=value)))

    def of_organization(self, rows: QuerySet[Procedure], name: str, value: str) -> Any:
        return rows.filter(self.results_of(value, "work__procedure"))

    def valid_from_day(self, rows: Any, name: str, value: datetime.date) -> Any:
        return rows.valid_between(value, None)

    def valid_to_day(self, rows: Any, name: str, value: datetime.date) -> Any:
        return rows.valid_between(None, value)


class WorkFilters(OfProcedures):
    """`from` and `to`: held on a day of the span."""

    procedure = filters.CharFilter(field_name="procedure__code")

    class Meta:
        model = Work
        fields = ["year", "level", "subject", "grade", "organization", "procedure"]

    def in_year(self, rows: QuerySet[Work], name: str, value: Any) -> Any:
        return rows.filter(year=value)

    def at_level(self, rows: QuerySet[Work], name: str, value: str) -> Any:
        return rows.filter(procedure__in=Procedure.objects.at_level(value))

    def of_subject(self, rows: QuerySet[Work], name: str, value: str) -> Any:
        return rows.filter(subject=value)

    def of_grade(self, rows: QuerySet[Work], name: str, value: Any) -> Any:
        return rows.filter(grade=value)

    def of_organization(self, rows: QuerySet[Work], name: str, value: str) -> Any:
        return rows.filter(self.results_of(value, "work"))


# `from` is a word of Python, so these two cannot be written as attributes of the classes.
ProcedureFilters.base_filters |= {
    "from": filters.DateFilter(field_name="from", method="valid_from_day"),
    "to": filters.DateFilter(field_name="to", method="valid_to_day"),
}
WorkFilters.base_filters |= {
    "from": filters.DateFilter(field_name="held_on", lookup_expr="gte"),
    "to": filters.DateFilter(field_name="held_on", lookup_expr="lte"),
}
