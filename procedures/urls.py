"""Addresses of this app's pages."""

from django.urls import URLPattern, path

from procedures.views import protocols, received, works

app_name = "procedures"

urlpatterns: list[URLPattern] = [
    path("", works.works, name="works"),
    path("protocols/<int:pk>/", protocols.protocol, name="protocol"),
    path("protocols/<int:pk>/file/", protocols.protocol_file, name="protocol_file"),
    path("protocols/<int:pk>/marked/", protocols.protocol_marked, name="protocol_marked"),
    path("protocols/<int:pk>/restore/", protocols.protocol_restore, name="protocol_restore"),
    path("<slug:code>/", works.work, name="work"),
    path("<slug:code>/form/", works.form, name="form"),
    path("<slug:code>/received/", received.received, name="received"),
    path("<slug:code>/upload/", protocols.upload, name="upload"),
]
