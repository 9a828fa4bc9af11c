"""The apps' API routes together under /api/v1/."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.routers import SimpleRouter

import organizations.api.schema  # noqa: F401 - registers itself with the description
from monitoring.api.views import (
    CaseViewSet,
    IndicatorValueViewSet,
    IndicatorViewSet,
    SignalViewSet,
)
from organizations.api.views import OrganizationViewSet, RunViewSet
from procedures.api.schedule import ScheduleViewSet
from procedures.api.views import ProcedureViewSet, WorkViewSet
from roadmaps.api.views import ExecutionViewSet, ItemViewSet, RoadmapViewSet

app_name = "api"

router = SimpleRouter()
router.register("organizations", OrganizationViewSet, basename="organization")
router.register("roadmaps", RoadmapViewSet, basename="roadmap")
router.register("roadmap-items", ItemViewSet, basename="roadmap-item")
router.register("executions", ExecutionViewSet, basename="execution")
router.register("schedule", ScheduleViewSet, basename="schedule")
router.register("procedures", ProcedureViewSet, basename="procedure")
router.register("works", WorkViewSet, basename="work")
router.register("indicators", IndicatorViewSet, basename="indicator")
router.register("indicator-values", IndicatorValueViewSet, basename="indicator-value")
router.register("signals", SignalViewSet, basename="signal")
router.register("cases", CaseViewSet, basename="case")
router.register("runs", RunViewSet, basename="run")

urlpatterns = [
    path("", include(router.urls)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api:schema"), name="docs"),
]
