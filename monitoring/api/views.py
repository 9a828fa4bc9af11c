"""Routes of this app."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring.api.filtersets import CaseFilters, IndicatorValueFilters, SignalFilters
from monitoring.api.serializers import (
    CaseSerializer,
    IndicatorSerializer,
    IndicatorValueSerializer,
    SignalSerializer,
)
from monitoring.indicators.catalog import CATALOG
from monitoring.models import Case, IndicatorValue, Signal
from monitoring.queries.cases import is_out
from organizations.api.base import ScopedViewSet


class IndicatorValueViewSet(ListModelMixin, RetrieveModelMixin, ScopedViewSet[IndicatorValue]):
    """Computed indicators of the organizations the caller may see."""

    queryset = IndicatorValue.objects.select_related("organization__parent", "work").order_by("pk")
    serializer_class = IndicatorValueSerializer
    filterset_class = IndicatorValueFilters


class IndicatorViewSet(ListModelMixin, ScopedViewSet[IndicatorValue]):
    """The catalog of indicators: the same for everybody, in one page."""

    queryset = IndicatorValue.objects.order_by("pk")
    serializer_class = IndicatorSerializer  # type: ignore[assignment]  # rows of the catalog

    @extend_schema(responses=IndicatorSerializer(many=True))
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The catalog stands in the code, so there is nothing to narrow and nothing to turn."""
        # Refuses unknown parameters; the rows of the database are not read.
        self.filter_queryset(self.get_queryset())
        rows = self.get_serializer(CATALOG, many=True).data
        if request.accepted_renderer.format in {"csv", "xlsx"}:
            return Response(rows)
        return Response({"next": None, "previous": None, "results": rows})


class CaseViewSet(ListModelMixin, RetrieveModelMixin, ScopedViewSet[Case]):
    """Cases of signals with their texts: the signal, the school's answer, the decision."""

    queryset = Case.objects.whole().order_by("pk")
    serializer_class = CaseSerializer
    filterset_class = CaseFilters


class SignalViewSet(ListModelMixin, RetrieveModelMixin, ScopedViewSet[Signal]):
    """What the years of schools come to; a signal asks for a look and proves nothing."""

    queryset = Signal.objects.order_by("pk")
    serializer_class = SignalSerializer
    filterset_class = SignalFilters

    def get_queryset(self) -> QuerySet[Signal]:
        rows = super().get_queryset().select_related("organization__parent")
        if getattr(self, "swagger_fake_view", False):
            return rows
        told = Prefetch(
            "organization__cases",
            Case.objects.visible_to(self.viewer).current().whole(),
            "asked_cases",
        )
        return rows.annotate(out=is_out()).prefetch_related(told)  # what counts: as of today

    def get_serializer_context(self) -> dict[str, Any]:
        viewer = getattr(self.request, "viewer", None)  # none for the description of the API
        return {**super().get_serializer_context(), "viewer": viewer}
