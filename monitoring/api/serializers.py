"""Rows of this app as the API shows them: flat, with codes instead of inner numbers."""

from typing import Any

from rest_framework import serializers

from monitoring.indicators.definition import Indicator
from monitoring.models import IndicatorValue
from monitoring.stats.disclosure import publishable
from organizations.api.serializers import LEVELS
from organizations.models import Level

NUMBERS = ("value", "low", "high", "pupils")


class IndicatorSerializer(serializers.Serializer[Indicator]):
    code = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField()
    better = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field named as DRF's own attribute
    method_version = serializers.CharField()
    explanation = serializers.CharField()


class IndicatorValueSerializer(serializers.ModelSerializer[IndicatorValue]):
    """A number over fewer pupils than may be published is left out, and that is said."""

    organization = serializers.CharField(source="organization.code")
    organization_name = serializers.CharField(source="organization.short_name")
    level = serializers.SerializerMethodField()
    municipality = serializers.SerializerMethodField()
    work = serializers.CharField(source="work.code", default=None)
    suppressed = serializers.SerializerMethodField()

    class Meta:
        model = IndicatorValue
        fields = [
            "id", "indicator", "organization", "organization_name", "level", "municipality",
            "year", "work", "value", "low", "high", "pupils", "suppressed", "method_version",
            "updated_at",
        ]  # fmt: skip

    def get_level(self, row: IndicatorValue) -> str:
        return LEVELS[row.organization.level]

    def get_municipality(self, row: IndicatorValue) -> str | None:
        places = (row.organization, row.organization.parent)
        found = (place.code for place in places if place and place.level == Level.MUNICIPALITY)
        return next(found, None)

    def get_suppressed(self, row: IndicatorValue) -> bool:
        return not publishable(row.pupils)

    def to_representation(self, instance: IndicatorValue) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        if shown["suppressed"]:
            shown |= dict.fromkeys(NUMBERS)
        return shown
