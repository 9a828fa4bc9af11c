"""Lines of schedules: one route, rows of what the caller sees."""

from typing import Any

import django_filters as filters
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin

from organizations.api.base import ScopedViewSet
from procedures.models import Procedure, Schedule, ScheduleEntry


class ScheduleEntrySerializer(serializers.ModelSerializer[ScheduleEntry]):
    """A line, flat, with codes instead of inner numbers."""

    organization = serializers.CharField(source="schedule.organization.code")
    year = serializers.IntegerField(source="schedule.year")
    version = serializers.IntegerField(source="schedule.version")
    state = serializers.CharField(source="schedule.state")
    procedure = serializers.CharField(source="procedure.code", default=None)
    work = serializers.CharField(source="work.code", default=None)

    class Meta:
        model = ScheduleEntry
        fields = [
            "id", "organization", "year", "version", "state", "level", "procedure", "work",
            "title", "subject", "grade", "class_name", "day", "until", "lesson", "lessons",
            "minutes", "whole_class",
        ]  # fmt: skip


class ScheduleFilters(filters.FilterSet):
    """`from` and `to` keep what touches these days: a window touches all of its own."""

    year = filters.NumberFilter(field_name="schedule__year", min_value=2000, max_value=2100)
    level = filters.ChoiceFilter(choices=Procedure.Level.choices)
    subject = filters.CharFilter()
    grade = filters.NumberFilter(min_value=1, max_value=11)
    organization = filters.CharFilter(field_name="schedule__organization__code")
    state = filters.ChoiceFilter(choices=Schedule.State.choices, field_name="schedule__state")
    to = filters.DateFilter(field_name="day", lookup_expr="lte")

    class Meta:
        model = ScheduleEntry
        fields = ["year", "level", "subject", "grade", "organization", "state", "to"]


def _touching(rows: QuerySet[ScheduleEntry], name: str, value: Any) -> QuerySet[ScheduleEntry]:
    return rows.annotate(last=Coalesce(F("until"), F("day"))).filter(Q(last__gte=value))


# The word is Python's own, so the filter cannot be written as an attribute.
ScheduleFilters.base_filters["from"] = filters.DateFilter(method=_touching)


class ScheduleViewSet(ListModelMixin, RetrieveModelMixin, ScopedViewSet[ScheduleEntry]):
    """Lines of the schedules of the caller's territory, and of the published ones above it."""

    queryset = ScheduleEntry.objects.select_related(
        "schedule__organization", "procedure", "work"
    ).order_by("pk")
    serializer_class = ScheduleEntrySerializer
    filterset_class = ScheduleFilters
