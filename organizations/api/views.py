"""Routes of this app."""

from rest_framework.mixins import ListModelMixin, RetrieveModelMixin

from organizations.api.base import ScopedViewSet
from organizations.api.filtersets import OrganizationFilters, RunFilters
from organizations.api.serializers import OrganizationSerializer, RunSerializer
from organizations.models import Organization, Run


class OrganizationViewSet(ListModelMixin, RetrieveModelMixin, ScopedViewSet[Organization]):
    """Organizations of the caller's territory."""

    queryset = Organization.objects.select_related("parent").order_by("pk")
    serializer_class = OrganizationSerializer
    filterset_class = OrganizationFilters


class RunViewSet(ListModelMixin, RetrieveModelMixin, ScopedViewSet[Run]):
    """Background runs of the caller's territory."""

    queryset = Run.objects.select_related("organization").order_by("pk")
    serializer_class = RunSerializer
    filterset_class = RunFilters
