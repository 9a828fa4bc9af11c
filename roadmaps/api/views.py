"""Routes of this app."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from organizations.access import Permission
from organizations.api.base import ScopedViewSet
from organizations.models import Document, DocumentKind
from roadmaps.api.filters import ExecutionFilters, ItemFilters, RoadmapFilters
from roadmaps.api.serializers import (
    DecisionSerializer,
    ExecutionDetailSerializer,
    ExecutionSerializer,
    ReportSerializer,
    ReturnSerializer,
    RoadmapDetailSerializer,
    RoadmapItemSerializer,
    RoadmapSerializer,
)
from roadmaps.models import IN_FORCE_ONCE, Execution, Item, Roadmap, Section
from roadmaps.queries import Standing, tallied, together, with_changed_at
from roadmaps.services import executions as service


class RoadmapViewSet(ListModelMixin, RetrieveModelMixin, ScopedViewSet[Roadmap]):
    """Plans of the caller's territory, and the approved ones that come down to it."""

    queryset = Roadmap.objects.order_by("pk")
    serializer_class = RoadmapSerializer
    filterset_class = RoadmapFilters

    def get_serializer_class(self) -> type[serializers.ModelSerializer[Roadmap]]:
        return RoadmapDetailSerializer if self.action == "retrieve" else RoadmapSerializer

    def get_queryset(self) -> QuerySet[Roadmap]:
        """An item for a cohort is neither shown nor counted to those outside it."""
        rows = super().get_queryset().select_related("owner", "order")
        if getattr(self, "swagger_fake_view", False):
            return rows
        items = Item.objects.visible_to(self.viewer)
        seen = Q(items__in=items.values("pk"))
        rows = rows.annotate(item_count=Count("items", filter=seen, distinct=True))
        if self.action == "retrieve":
            told = items.select_related("section").prefetch_related("responsible")
            seen_within = Exists(items.filter(section=OuterRef("pk")))
            sections = Section.objects.annotate(held=Count("items"))
            sections = sections.filter(seen_within | Q(held=0))
            return rows.prefetch_related(Prefetch("sections", sections), Prefetch("items", told))
        return rows


class ItemViewSet(ListModelMixin, RetrieveModelMixin, ScopedViewSet[Item]):
    """Items of the plans that the caller sees, each as it stands in the caller's territory."""

    queryset = Item.objects.order_by("pk")
    serializer_class = RoadmapItemSerializer
    filterset_class = ItemFilters

    def get_queryset(self) -> QuerySet[Item]:
        rows = super().get_queryset().select_related("roadmap__owner", "section")
        return rows.prefetch_related("responsible")

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Where the given items stand is read once for all of them."""
        if args and not getattr(self, "swagger_fake_view", False):
            rows = args[0] if kwargs.get("many") else [args[0]]
            kwargs["context"] = {**self.get_serializer_context(), "told": self._told(list(rows))}
        return super().get_serializer(*args, **kwargs)

    def _told(self, items: Sequence[Item]) -> dict[int, dict[str, Any]]:
        if not self.viewer.may(Permission.EXECUTION_READ):
            return {}
        found = tallied(items, self.viewer, day=timezone.localdate())
        counts = {row.pk: found[row.pk].counts for row in items if _is_in_force(row.roadmap)}
        return {
            pk: {
                "standing": together(one).value,
                "executions": one.total(),
                "overdue": one[Standing.LATE],
            }
            for pk, one in counts.items()
        }


def _is_in_force(roadmap: Roadmap) -> bool:
    return roadmap.status in IN_FORCE_ONCE


class ExecutionViewSet(ListModelMixin, RetrieveModelMixin, ScopedViewSet[Execution]):
    """What organizations of the caller's territory owe and have handed in."""

    queryset = Execution.objects.order_by("pk")
    serializer_class = ExecutionSerializer
    filterset_class = ExecutionFilters

    def get_serializer_class(self) -> type[serializers.ModelSerializer[Execution]]:
        return ExecutionSerializer if self.action == "list" else ExecutionDetailSerializer

    def get_queryset(self) -> QuerySet[Execution]:
        rows = super().get_queryset().select_related("organization", "item__roadmap__owner")
        rows = with_changed_at(rows)
        if self.action == "list":
            return rows.prefetch_related("evidence")
        return rows.prefetch_related("evidence__versions", "notes", "postponements")

    @extend_schema(request=ReportSerializer, responses=ExecutionDetailSerializer)
    @action(detail=True, methods=["post"])
    def report(self, request: Request, pk: int) -> Response:
        """Hand in what the caller's own organization did."""
        execution, typed = self.get_object(), _typed(ReportSerializer, request)
        service.hand_in(
            execution,
            text=typed["text"],
            outcome=typed["outcome"],
            postpone_to=typed["postpone_to"],
            evidence=self._proofs(typed["evidence"]),
            by=self.viewer,
        )
        return self._answer()

    @extend_schema(request=DecisionSerializer, responses=ExecutionDetailSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: int) -> Response:
        """Accept the report that was read; an accepted postponement moves the day."""
        execution, typed = self.get_object(), _typed(DecisionSerializer, request)
        service.accept(execution, by=self.viewer, read=_read(execution, typed["read"]))
        return self._answer()

    @extend_schema(request=ReturnSerializer, responses=ExecutionDetailSerializer)
    @action(detail=True, methods=["post"], url_path="return")
    def send_back(self, request: Request, pk: int) -> Response:
        """Return the report that was read, with a remark."""
        execution, typed = self.get_object(), _typed(ReturnSerializer, request)
        read = _read(execution, typed["read"])
        service.send_back(execution, remark=typed["remark"], by=self.viewer, read=read)
        return self._answer()

    def _answer(self) -> Response:
        """The execution as it is after the act."""
        return Response(self.get_serializer(self.get_object()).data)

    def _proofs(self, keys: Sequence[int]) -> list[Document]:
        rows = Document.objects.visible_to(self.viewer).filter(kind=DocumentKind.EVIDENCE)
        found = list(rows.filter(pk__in=keys))
        if lost := sorted(set(keys) - {row.pk for row in found}):
            named = ", ".join(map(str, lost))
            raise ValidationError({"evidence": f"нет таких подтверждений: {named}."})
        return found


def _typed(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    typed = serializer(data=request.data)
    typed.is_valid(raise_exception=True)
    checked: dict[str, Any] = typed.validated_data
    return checked


def _read(execution: Execution, read: datetime) -> str:
    """The revision of a report that was handed in at this moment."""
    return read.astimezone(execution.sent_at.tzinfo).isoformat() if execution.sent_at else ""
