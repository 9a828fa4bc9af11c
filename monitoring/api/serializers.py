"""Rows of this app as the API shows them: flat, with codes instead of inner numbers."""

from typing import Any

from rest_framework import serializers

from monitoring.indicators.definition import Indicator
from monitoring.models import Case, IndicatorValue, Signal
from monitoring.queries import cases as queries
from monitoring.signal_words import told
from monitoring.stats.disclosure import publishable
from organizations.api.serializers import LEVELS
from organizations.models import Level

NUMBERS = ("value", "low", "high", "pupils")
SIGNAL_NUMBERS = ("index", "p_value", "q_value", "participants")
# What a school could steer by; of its evidence it is told what was found, not how far it counts.
HIDDEN_FROM_SCHOOLS = ("index", "p_value", "q_value")
TOLD_TO_SCHOOLS = ("family", "method", "work", "class_number", "effect", "n")


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


class CaseSerializer(serializers.ModelSerializer[Case]):
    """A case with its texts, which never go apart; without a number that could be fitted."""

    number = serializers.CharField()
    organization = serializers.CharField(source="organization.code")
    organization_name = serializers.CharField(source="organization.short_name")
    status = serializers.CharField(source="state")
    methods = serializers.SerializerMethodField()
    outcome = serializers.CharField(source="last_decision.outcome", default=None)

    class Meta:
        model = Case
        fields = [
            "id", "number", "organization", "organization_name", "year", "status", "tier",
            "methods", "method_version", "due_on", "expires_on", "outcome",
        ]  # fmt: skip

    def get_methods(self, row: Case) -> str:
        return ", ".join(part["method"] for part in row.evidence)

    def to_representation(self, instance: Case) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        return shown | _texts(instance)


def _texts(case: Case) -> dict[str, str]:
    said = queries.texts(case)
    texts = {
        "signal": said.signal, "answer": said.answer, "decision": said.decision,
        "appeal": said.appeal, "second_decision": said.second,
    }  # fmt: skip
    return {name: one.line if one else "" for name, one in texts.items()}


class SignalSerializer(serializers.ModelSerializer[Signal]):
    """A school's year. Numbers over few pupils are left out; a school is not told p and q."""

    organization = serializers.CharField(source="organization.code")
    organization_name = serializers.CharField(source="organization.short_name")
    municipality = serializers.SerializerMethodField()
    status = serializers.CharField(source="tier")
    is_out = serializers.BooleanField(source="out", help_text="Сигнал снят или погас.")
    families = serializers.SerializerMethodField(help_text="Признаки через запятую.")
    expires_on = serializers.DateField()
    suppressed = serializers.SerializerMethodField()
    case = serializers.SerializerMethodField()

    class Meta:
        model = Signal
        fields = [
            "id", "organization", "organization_name", "municipality", "year", "status", "is_out",
            "index", "p_value", "q_value", "participants", "suppressed", "families", "evidence",
            "expires_on", "case", "method_version", "inputs_hash", "updated_at",
        ]  # fmt: skip

    def get_municipality(self, row: Signal) -> str | None:
        above = row.organization.parent
        return above.code if above and above.level == Level.MUNICIPALITY else None

    def get_suppressed(self, row: Signal) -> bool:
        return not publishable(row.participants)

    def get_families(self, row: Signal) -> str:
        return ",".join(row.families)

    def get_case(self, row: Signal) -> dict[str, str] | None:
        """The case's texts, which never go apart from the signal; none while there is no case."""
        cases: list[Case] = row.organization.asked_cases  # type: ignore[attr-defined]
        of_year = [case for case in cases if case.year == row.year]
        return {"number": of_year[0].number, **_texts(of_year[0])} if of_year else None

    def to_representation(self, instance: Signal) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        if shown["suppressed"]:
            shown |= dict.fromkeys(SIGNAL_NUMBERS) | {"families": "", "evidence": []}
            return shown
        shown["evidence"] = [told(part) for part in shown["evidence"]]
        if self.context["viewer"].level == Level.SCHOOL:
            shown |= dict.fromkeys(HIDDEN_FROM_SCHOOLS)
            shown["evidence"] = [
                {name: part[name] for name in TOLD_TO_SCHOOLS} for part in shown["evidence"]
            ]
        return shown
