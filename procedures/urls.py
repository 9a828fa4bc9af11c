"""Addresses of this app's pages."""

from django.urls import URLPattern, path

from procedures.views import (
    catalogue,
    protocols,
    scales,
    schedule,
    schedule_control,
    schedule_edit,
    tables,
    works,
)

app_name = "procedures"

urlpatterns: list[URLPattern] = [
    path("", works.works, name="works"),
    path("protocols/<int:pk>/", protocols.protocol, name="protocol"),
    path("protocols/<int:pk>/file/", protocols.protocol_file, name="protocol_file"),
    path("protocols/<int:pk>/marked/", protocols.protocol_marked, name="protocol_marked"),
    path("protocols/<int:pk>/restore/", protocols.protocol_restore, name="protocol_restore"),
    path("schedule/", schedule.schedule, name="schedule"),
    path("schedule/control/", schedule_control.control, name="schedule_control"),
    path("schedule/remind/", schedule_control.remind, name="schedule_remind"),
    path("schedule/xlsx/", schedule_control.xlsx, name="schedule_xlsx"),
    path("schedule/rules/", schedule_edit.rules, name="schedule_rules"),
    path("schedule/classes/", schedule_edit.facts, name="schedule_facts"),
    path("schedule/start/", schedule_edit.start, name="schedule_start"),
    path("schedule/<int:pk>/entry/", schedule_edit.entry_new, name="schedule_entry_new"),
    path("schedule/<int:pk>/approve/", schedule_edit.approve, name="schedule_approve"),
    path("schedule/<int:pk>/discard/", schedule_edit.discard, name="schedule_discard"),
    path("schedule/<int:pk>/difference/", schedule_edit.difference, name="schedule_difference"),
    path("schedule/entries/<int:pk>/", schedule_edit.entry, name="schedule_entry"),
    path("schedule/entries/<int:pk>/move/", schedule_edit.entry_move, name="schedule_move"),
    path("schedule/entries/<int:pk>/delete/", schedule_edit.entry_delete, name="schedule_delete"),
    path("schedule/public/<slug:code>/", schedule.public, name="schedule_public"),
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
