"""What the lists of this app can be narrowed by."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from monitoring.indicators.catalog import CATALOG
from monitoring.models import Case, IndicatorValue, Signal
from monitoring.passports import METHODS
from monitoring.queries.objectivity import rests_on
from organizations.api.filtersets import LEVEL_NAMES, LEVEL_VALUES

METHOD_NAMES = [(str(method), passport.title) for method, passport in METHODS.items()]


class IndicatorValueFilters(filters.FilterSet):
    indicator = filters.ChoiceFilter(choices=[(row.code, row.title) for row in CATALOG])
    organization = filters.CharFilter(field_name="organization__code")
    level = filters.ChoiceFilter(choices=LEVEL_NAMES, method="by_level")
    municipality = filters.CharFilter(method="by_municipality")
    year = filters.NumberFilter()
    work = filters.CharFilter(field_name="work__code")
    updated_since = filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte")

    class Meta:
        model = IndicatorValue
        fields = [
            "indicator", "organization", "level", "municipality", "year", "work", "updated_since",
        ]  # fmt: skip

    def by_level(self, rows: QuerySet[IndicatorValue], name: str, value: str) -> Any:
        return rows.filter(organization__level=LEVEL_VALUES[value])

    def by_municipality(self, rows: QuerySet[IndicatorValue], name: str, value: str) -> Any:
        """The municipality itself and its schools."""
        return rows.filter(Q(organization__code=value) | Q(organization__parent__code=value))


class CaseFilters(filters.FilterSet):
    year = filters.NumberFilter()
    organization = filters.CharFilter(field_name="organization__code")
    status = filters.ChoiceFilter(field_name="state", choices=Case.State.choices)
    method = filters.ChoiceFilter(choices=METHOD_NAMES, method="by_method")

    class Meta:
        model = Case
        fields = ["year", "organization", "status", "method"]

    def by_method(self, rows: QuerySet[Case], name: str, value: str) -> Any:
        """The cases that rest on this method, among others."""
        return rows.filter(evidence__contains=[{"method": value}])


class SignalFilters(filters.FilterSet):
    """`status` is the tier; `method` finds the signals that rest on it."""

    year = filters.NumberFilter()
    organization = filters.CharFilter(field_name="organization__code")
    status = filters.ChoiceFilter(field_name="tier", choices=Signal.Tier.choices)
    method = filters.ChoiceFilter(choices=METHOD_NAMES, method="by_method")

    class Meta:
        model = Signal
        fields = ["year", "organization", "status", "method"]

    def by_method(self, rows: QuerySet[Signal], name: str, value: str) -> Any:
        return rows.filter(rests_on(method=value))
