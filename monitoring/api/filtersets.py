"""What the lists of this app can be narrowed by."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from monitoring.indicators.catalog import CATALOG
from monitoring.models import IndicatorValue
from organizations.api.filtersets import LEVEL_NAMES, LEVEL_VALUES


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
