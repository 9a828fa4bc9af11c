"""Addresses of this app's pages."""

from django.urls import URLPattern, path

from procedures.views import protocols, schedule, schedule_control, schedule_edit, works

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
    path("<slug:code>/", works.work, name="work"),
    path("<slug:code>/form/", works.form, name="form"),
    path("<slug:code>/upload/", protocols.upload, name="upload"),
]
