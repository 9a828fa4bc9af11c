"""Routes of this app."""

from typing import Any

import django_filters as filters
from django.db.models import Count, QuerySet
from django.utils import timezone
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin

from organizations.api.base import ScopedViewSet
from roadmaps.models import Item, Responsible, Roadmap, Section
from roadmaps.queries import overdue


class ResponsibleSerializer(serializers.ModelSerializer[Responsible]):
    class Meta:
        model = Responsible
        fields = ["text", "body"]


class SectionSerializer(serializers.ModelSerializer[Section]):
    class Meta:
        model = Section
        fields = ["number", "title"]


class ItemSerializer(serializers.ModelSerializer[Item]):
    section = serializers.CharField(source="section.number", default=None)
    responsible = ResponsibleSerializer(many=True)

    class Meta:
        model = Item
        fields = [
            "number", "section", "title", "term_text", "term_kind", "starts_on", "ends_on",
            "recurrence", "result", "responsible",
        ]  # fmt: skip


class RoadmapSerializer(serializers.ModelSerializer[Roadmap]):
    owner = serializers.CharField(source="owner.code")
    order_number = serializers.CharField(source="order.number", default=None)
    order_date = serializers.DateField(source="order.signed_on", default=None)
    order_issuer = serializers.CharField(source="order.issuer", default=None)
    item_count = serializers.IntegerField()

    class Meta:
        model = Roadmap
        fields = [
            "id", "owner", "title", "status", "order_number", "order_date", "order_issuer",
            "starts_on", "ends_on", "item_count", "updated_at",
        ]  # fmt: skip


class RoadmapDetailSerializer(RoadmapSerializer):
    sections = SectionSerializer(many=True)
    items = ItemSerializer(many=True)

    class Meta(RoadmapSerializer.Meta):
        fields = [*RoadmapSerializer.Meta.fields, "sections", "items"]


class RoadmapFilters(filters.FilterSet):
    year = filters.NumberFilter(method="in_year", min_value=2000, max_value=2100)
    owner = filters.CharFilter(field_name="owner__code")
    body = filters.CharFilter(field_name="items__responsible__body", distinct=True)
    overdue = filters.BooleanFilter(method="with_overdue")
    updated_since = filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte")

    class Meta:
        model = Roadmap
        fields = ["year", "owner", "status", "body", "overdue", "updated_since"]

    def in_year(self, rows: QuerySet[Roadmap], name: str, value: Any) -> Any:
        return rows.filter(starts_on__year__lte=value, ends_on__year__gte=value)

    def with_overdue(self, rows: QuerySet[Roadmap], name: str, value: bool) -> Any:
        """Plans in force with an item whose last day is over and on which nothing was handed in."""
        late = overdue(self.request.viewer, day=timezone.localdate())
        return rows.filter(late) if value else rows.exclude(late)


class RoadmapViewSet(ListModelMixin, RetrieveModelMixin, ScopedViewSet[Roadmap]):
    """Plans of the caller's territory, and the approved ones that come down to it."""

    queryset = Roadmap.objects.order_by("pk")
    serializer_class = RoadmapSerializer
    filterset_class = RoadmapFilters

    def get_serializer_class(self) -> type[serializers.ModelSerializer[Roadmap]]:
        return RoadmapDetailSerializer if self.action == "retrieve" else RoadmapSerializer

    def get_queryset(self) -> QuerySet[Roadmap]:
        rows = super().get_queryset().select_related("owner", "order")
        rows = rows.annotate(item_count=Count("items", distinct=True))
        if self.action == "retrieve":
            return rows.prefetch_related("sections", "items__section", "items__responsible")
        return rows
