"""Addresses of this app's pages."""

from django.urls import URLPattern, path

from reports.views import reports

app_name = "reports"

urlpatterns: list[URLPattern] = [
    path("", reports.reports, name="reports"),
    path("build/", reports.build, name="build"),
    path("<int:pk>/", reports.report, name="report"),
    path("<int:pk>/<str:form>/", reports.download, name="download"),
]
