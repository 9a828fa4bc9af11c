"""Addresses of this app's pages."""

from django.urls import URLPattern, path

from reports.views import campaigns, holdings, plans, reports

app_name = "reports"

urlpatterns: list[URLPattern] = [
    path("", reports.reports, name="reports"),
    path("build/", reports.build, name="build"),
    path("<int:pk>/", reports.report, name="report"),
    path("<int:pk>/<str:form>/", reports.download, name="download"),
    path("plans/<int:pk>/", plans.execution_report, name="execution_report"),
    path("plans/<int:pk>/file/", plans.execution_report_file, name="execution_report_file"),
    path("plans/<int:pk>/plan.docx", plans.plan_docx, name="plan_docx"),
    path("plans/<int:pk>/difference.docx", plans.difference_docx, name="difference_docx"),
    path("plans/<int:pk>/matrix.docx", plans.matrix_docx, name="matrix_docx"),
    path("plans/<int:pk>/closing.docx", plans.closing_order, name="closing_order"),
    path("holdings/<int:pk>/order.docx", holdings.order, name="holding_order"),
    path("journal/<int:year>/<slug:code>/note.docx", campaigns.journal_note, name="journal_note"),
    path("meetings/<int:pk>/order.docx", plans.meeting_order, name="meeting_order"),
]
