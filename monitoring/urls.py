"""Addresses of this app's pages."""

from django.urls import URLPattern, path

from monitoring.views import indicators, objectivity, school

app_name = "monitoring"

urlpatterns: list[URLPattern] = [
    path("objectivity/", objectivity.objectivity, name="objectivity"),
    path("objectivity/file/", objectivity.objectivity_xlsx, name="objectivity_xlsx"),
    path("objectivity/compute/", objectivity.compute, name="compute"),
    path("objectivity/schools/<slug:code>/", school.school, name="school"),
    path("indicators/", indicators.indicators, name="indicators"),
    path("indicators/<slug:code>/", indicators.indicator, name="indicator"),
    path("indicators/<slug:code>/file/", indicators.indicator_xlsx, name="indicator_xlsx"),
]
