"""The apps' pages together."""

from django.urls import include, path

from roadmaps.views.calendars import feed
from rsoko import health
from rsoko.home import views as home

urlpatterns = [
    path("", home.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("account/", include("allauth.urls")),
    path("organizations/", include("organizations.urls")),
    path("roadmaps/", include("roadmaps.urls")),
    path("calendar/<slug:token>.ics", feed, name="calendar_feed"),
    path("procedures/", include("procedures.urls")),
    path("monitoring/", include("monitoring.urls")),
    path("reports/", include("reports.urls")),
    path("api/v1/", include("rsoko.api")),
]
