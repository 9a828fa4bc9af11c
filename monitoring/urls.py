"""Addresses of this app's pages."""

from django.urls import URLPattern, path

from monitoring.views import federal, indicators, journal, objectivity, school

app_name = "monitoring"

urlpatterns: list[URLPattern] = [
    path("objectivity/", objectivity.objectivity, name="objectivity"),
    path("objectivity/file/", objectivity.objectivity_xlsx, name="objectivity_xlsx"),
    path("objectivity/compute/", objectivity.compute, name="compute"),
    path("objectivity/schools/<slug:code>/", school.school, name="school"),
    path("federal/", federal.federal_reports, name="federal_reports"),
    path("federal/<slug:code>/<slug:report>/", federal.federal_report, name="federal_report"),
    path(
        "federal/<slug:code>/<slug:report>/file/",
        federal.federal_report_xlsx,
        name="federal_report_xlsx",
    ),
    path("journal/<slug:code>/", journal.journal, name="journal"),
    path("indicators/", indicators.indicators, name="indicators"),
    path("indicators/<slug:code>/", indicators.indicator, name="indicator"),
    path("indicators/<slug:code>/file/", indicators.indicator_xlsx, name="indicator_xlsx"),
]
