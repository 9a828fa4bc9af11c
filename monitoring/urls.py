"""Addresses of this app's pages."""

from django.urls import URLPattern, path

from monitoring.views import (
    campaign,
    case_acts,
    cases,
    federal,
    groups,
    indicators,
    journal,
    markers,
    method,
    objectivity,
    school,
)

app_name = "monitoring"

urlpatterns: list[URLPattern] = [
    path("objectivity/", objectivity.objectivity, name="objectivity"),
    path("objectivity/file/", objectivity.objectivity_xlsx, name="objectivity_xlsx"),
    path("objectivity/compute/", objectivity.compute, name="compute"),
    path("objectivity/schools/<slug:code>/", school.school, name="school"),
    path("cases/", cases.cases, name="cases"),
    path("cases/file/", cases.cases_xlsx, name="cases_xlsx"),
    path("cases/open/", cases.case_open, name="case_open"),
    path("cases/<int:pk>/", cases.case, name="case"),
    path("cases/<int:pk>/answer/", case_acts.answer, name="case_answer"),
    path("cases/<int:pk>/files/<int:file>/", case_acts.case_file, name="case_file"),
    path(
        "cases/<int:pk>/files/<int:file>/remove/",
        case_acts.case_file_remove,
        name="case_file_remove",
    ),
    path("cases/<int:pk>/recheck/", case_acts.recheck, name="case_recheck"),
    path("cases/<int:pk>/recheck/enter/", case_acts.recheck_enter, name="case_recheck_enter"),
    path("cases/<int:pk>/decide/", case_acts.decide, name="case_decide"),
    path("cases/<int:pk>/appeal/", case_acts.appeal, name="case_appeal"),
    path("federal/", federal.federal_reports, name="federal_reports"),
    path("federal/<slug:code>/<slug:report>/", federal.federal_report, name="federal_report"),
    path(
        "federal/<slug:code>/<slug:report>/file/",
        federal.federal_report_xlsx,
        name="federal_report_xlsx",
    ),
    path("campaign/", campaign.campaign, name="campaign"),
    path("campaign/announce/", campaign.announce, name="campaign_announce"),
    path("campaign/<int:pk>/remind/", campaign.remind, name="campaign_remind"),
    path("groups/", groups.groups, name="groups"),
    path("groups/new/", groups.group_new, name="group_new"),
    path("groups/<int:pk>/file/", groups.group_xlsx, name="group_xlsx"),
    path("method/", method.method, name="method"),
    path("method/copy/", method.method_copy, name="method_copy"),
    path("method/<int:pk>/", method.method_change, name="method_change"),
    path("method/<int:pk>/try/", method.method_try, name="method_try"),
    path("method/<int:pk>/publish/", method.method_publish, name="method_publish"),
    path("method/<int:pk>/discard/", method.method_discard, name="method_discard"),
    path("markers/", markers.markers, name="markers"),
    path("markers/file/", markers.markers_xlsx, name="markers_xlsx"),
    path("markers/upload/", markers.upload, name="markers_upload"),
    path("markers/marked/<str:key>/", markers.marked, name="markers_marked"),
    path("markers/lists/<int:pk>/", markers.received, name="markers_list"),
    path("journal/<slug:code>/", journal.journal, name="journal"),
    path("indicators/", indicators.indicators, name="indicators"),
    path("indicators/<slug:code>/", indicators.indicator, name="indicator"),
    path("indicators/<slug:code>/file/", indicators.indicator_xlsx, name="indicator_xlsx"),
]
