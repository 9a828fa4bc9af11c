"""What the lists of this app can be narrowed by."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from organizations.models import Level, Organization, Run

LEVEL_NAMES = [("region", "region"), ("municipality", "municipality"), ("school", "school")]
LEVEL_VALUES = {
    "region": Level.REGION,
    "municipality": Level.MUNICIPALITY,
    "school": Level.SCHOOL,
}


class OrganizationFilters(filters.FilterSet):
    level = filters.ChoiceFilter(choices=LEVEL_NAMES, method="by_level")
    parent = filters.CharFilter(field_name="parent__code")
    municipality = filters.CharFilter(method="by_municipality")
    as_of = filters.DateFilter(method="open_on")
    search = filters.CharFilter(method="by_words")

    class Meta:
        model = Organization
        fields = ["level", "parent", "municipality", "kind", "as_of", "search"]

    def by_level(self, rows: QuerySet[Organization], name: str, value: str) -> Any:
        return rows.filter(level=LEVEL_VALUES[value])

    def by_municipality(self, rows: QuerySet[Organization], name: str, value: str) -> Any:
        return rows.filter(Q(code=value) | Q(parent__code=value))

    def open_on(self, rows: Any, name: str, value: Any) -> Any:
        return rows.working(value)

    def by_words(self, rows: QuerySet[Organization], name: str, value: str) -> Any:
        return rows.filter(Q(name__icontains=value) | Q(code__icontains=value))


class RunFilters(filters.FilterSet):
    kind = filters.CharFilter(field_name="task", lookup_expr="endswith")

    class Meta:
        model = Run
        fields = ["kind", "status"]
