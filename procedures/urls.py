"""Addresses of this app's pages."""

from django.urls import URLPattern, path

from procedures.views import catalogue, protocols, scales, tables, works

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
    path("tables/", tables.tables, name="tables"),
    path("tables/rows/<int:pk>/", tables.table_row, name="table_row"),
    path("tables/files/<int:pk>/", tables.table_file, name="table_file"),
    path("tables/marked/<str:key>/", tables.table_marked, name="table_marked"),
    path("tables/<slug:kind>/", tables.table, name="table"),
    path("tables/<slug:kind>/xlsx/", tables.table_xlsx, name="table_xlsx"),
    path("tables/<slug:kind>/form/", tables.table_blank, name="table_blank"),
    path("tables/<slug:kind>/upload/", tables.table_upload, name="table_upload"),
    path("<slug:code>/", works.work, name="work"),
    path("<slug:code>/form/", works.form, name="form"),
    path("<slug:code>/scale/", scales.scale, name="scale"),
    path("<slug:code>/test-points/", scales.conversion, name="conversion"),
    path("<slug:code>/tasks/", scales.tasks, name="tasks"),
    path("<slug:code>/upload/", protocols.upload, name="upload"),
]
