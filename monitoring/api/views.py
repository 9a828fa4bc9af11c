"""Routes of this app."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring.api.filtersets import IndicatorValueFilters
from monitoring.api.serializers import IndicatorSerializer, IndicatorValueSerializer
from monitoring.indicators.catalog import CATALOG
from monitoring.models import IndicatorValue
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
