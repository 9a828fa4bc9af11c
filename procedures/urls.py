"""Addresses of this app's pages."""

from django.urls import URLPattern, path

from procedures.views import completeness, deadlines, protocols, versions, works

app_name = "procedures"

urlpatterns: list[URLPattern] = [
    path("", works.works, name="works"),
    path("protocols/<int:pk>/", protocols.protocol, name="protocol"),
    path("protocols/<int:pk>/file/", protocols.protocol_file, name="protocol_file"),
    path("protocols/<int:pk>/marked/", protocols.protocol_marked, name="protocol_marked"),
    path("protocols/<int:pk>/restore/", protocols.protocol_restore, name="protocol_restore"),
    path("protocols/<int:pk>/confirm/", versions.protocol_confirm, name="protocol_confirm"),
    path("protocols/<int:pk>/cancel/", versions.protocol_cancel, name="protocol_cancel"),
    path("protocols/<int:pk>/difference/", versions.protocol_difference, name="difference"),
    path("completeness/", completeness.completeness, name="completeness"),
    path("completeness/file/", completeness.completeness_xlsx, name="completeness_xlsx"),
    path("reopenings/<int:pk>/grant/", deadlines.reopening_grant, name="reopening_grant"),
    path("reopenings/<int:pk>/refuse/", deadlines.reopening_refuse, name="reopening_refuse"),
    path("exemptions/<int:pk>/remove/", deadlines.exemption_remove, name="exemption_remove"),
    path("<slug:code>/due/", deadlines.due, name="due"),
    path("<slug:code>/reopen/", deadlines.reopen, name="reopen"),
    path("<slug:code>/exempt/", deadlines.exempt, name="exempt"),
    path("<slug:code>/", works.work, name="work"),
    path("<slug:code>/form/", works.form, name="form"),
    path("<slug:code>/upload/", protocols.upload, name="upload"),
]
