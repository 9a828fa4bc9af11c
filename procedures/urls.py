"""Addresses of this app's pages."""

from django.urls import URLPattern, path

from procedures.views import catalogue, protocols, scales, works

app_name = "procedures"

urlpatterns: list[URLPattern] = [
    path("", works.works, name="works"),
    path("protocols/<int:pk>/", protocols.protocol, name="protocol"),
    path("protocols/<int:pk>/file/", protocols.protocol_file, name="protocol_file"),
    path("protocols/<int:pk>/marked/", protocols.protocol_marked, name="protocol_marked"),
    path("protocols/<int:pk>/restore/", protocols.protocol_restore, name="protocol_restore"),
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/new/", catalogue.procedure_new, name="procedure_new"),
    path("catalogue/<slug:code>/", catalogue.procedure, name="procedure"),
    path("catalogue/<slug:code>/edit/", catalogue.procedure_edit, name="procedure_edit"),
    path("<slug:code>/", works.work, name="work"),
    path("<slug:code>/form/", works.form, name="form"),
    path("<slug:code>/scale/", scales.scale, name="scale"),
    path("<slug:code>/test-points/", scales.conversion, name="conversion"),
    path("<slug:code>/tasks/", scales.tasks, name="tasks"),
    path("<slug:code>/upload/", protocols.upload, name="upload"),
]
