"""Routes of this app."""

from typing import Generic, TypeVar

from django.db.models import Max, Model, Prefetch, QuerySet
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.viewsets import GenericViewSet

from organizations.access import Permission
from organizations.api.base import ScopedViewSet
from procedures.api.filtersets import ProcedureFilters, WorkFilters
from procedures.api.serializers import ProcedureSerializer, WorkSerializer
from procedures.models import Placement, Procedure, Scale, Work

M = TypeVar("M", bound=Model)


class ReferenceViewSet(ScopedViewSet[M], Generic[M]):
    """Rows of the whole installation: no organization owns them, a role sees all or none."""

    sight: Permission | None = None

    def get_queryset(self) -> QuerySet[M]:
        rows: QuerySet[M] = GenericViewSet.get_queryset(self)
        if getattr(self, "swagger_fake_view", False):
            return rows.none()
        return rows if self.sight is None or self.viewer.may(self.sight) else rows.none()


class ProcedureViewSet(ListModelMixin, RetrieveModelMixin, ReferenceViewSet[Procedure]):
    """The catalogue of procedures, those that are no longer in force among them."""

    queryset = (
        Procedure.objects.select_related("part_of", "replaced_by")
        .prefetch_related(Prefetch("placements", Placement.objects.select_related("direction")))
        .annotate(version=Max("versions__number"))
        .order_by("pk")
    )
    serializer_class = ProcedureSerializer
    filterset_class = ProcedureFilters


class WorkViewSet(ListModelMixin, RetrieveModelMixin, ReferenceViewSet[Work]):
    """Works with their tasks and scales, for those who see results."""

    sight = Permission.RESULT_READ
    queryset = (
        Work.objects.select_related("procedure")
        .prefetch_related(Prefetch("scales", Scale.objects.order_by("-version")))
        .order_by("pk")
    )
    serializer_class = WorkSerializer
    filterset_class = WorkFilters
