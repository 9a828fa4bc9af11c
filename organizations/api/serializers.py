"""Rows of this app as the API shows them: flat, with codes instead of inner numbers."""

from rest_framework import serializers

from organizations.models import Organization, Run


class OrganizationSerializer(serializers.ModelSerializer[Organization]):
    level = serializers.SerializerMethodField()
    parent = serializers.SerializerMethodField()  # type: ignore[assignment]  # a column, not the tree of serializers

    class Meta:
        model = Organization
        fields = [
            "id", "code", "name", "short_name", "kind", "level", "parent", "profile", "is_rural",
            "oktmo", "inn", "fis_login", "site", "opened_on", "closed_on",
        ]  # fmt: skip

    def get_parent(self, row: Organization) -> str | None:
        return row.parent.code if row.parent else None

    def get_level(self, row: Organization) -> str:
        return LEVELS[row.level]


LEVELS = {1: "region", 2: "municipality", 3: "school"}


class RunSerializer(serializers.ModelSerializer[Run]):
    organization = serializers.CharField(source="organization.code")

    class Meta:
        model = Run
        fields = [
            "id", "task", "title", "organization", "status", "done", "total", "error",
            "requested_at", "started_at", "ended_at",
        ]  # fmt: skip
