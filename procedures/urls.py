"""Addresses of this app's pages."""

from django.urls import URLPattern, path

from procedures.views import draws, holdings, observations, protocols, staffings, works

app_name = "procedures"

urlpatterns: list[URLPattern] = [
    path("", works.works, name="works"),
    path("protocols/<int:pk>/", protocols.protocol, name="protocol"),
    path("protocols/<int:pk>/file/", protocols.protocol_file, name="protocol_file"),
    path("protocols/<int:pk>/marked/", protocols.protocol_marked, name="protocol_marked"),
    path("protocols/<int:pk>/restore/", protocols.protocol_restore, name="protocol_restore"),
    path("holding/", holdings.works, name="holdings"),
    path("holding/draws/", draws.draws, name="holding_draws"),
    path("holding/draws/<int:pk>/", draws.draw, name="holding_draw"),
    path("holding/draws/<int:pk>/publish/", draws.publish, name="holding_draw_publish"),
    path("holding/people/", staffings.candidates, name="holding_candidates"),
    path("holding/people/<int:pk>/", staffings.candidate, name="holding_candidate"),
    path("holding/staffings/<int:pk>/", staffings.staffing, name="holding_staffing"),
    path("holding/staffings/<int:pk>/approve/", staffings.approve, name="holding_approve"),
    path("holding/places/<int:pk>/", staffings.replace, name="holding_replace"),
    path("holding/observations/", observations.observations, name="holding_observations"),
    path("holding/observations/<int:pk>/", observations.observation, name="holding_observation"),
    path(
        "holding/observations/<int:pk>/read/",
        observations.read,
        name="holding_observation_read",
    ),
    path(
        "holding/works/<slug:code>/<slug:school>/observe/",
        observations.observe,
        name="holding_observe",
    ),
    path("holding/works/<slug:code>/propose/", staffings.propose, name="holding_propose"),
    path("holding/works/<slug:code>/xlsx/", holdings.holding_xlsx, name="holding_xlsx"),
    path("holding/works/<slug:code>/", holdings.holding, name="holding_work"),
    path(
        "holding/works/<slug:code>/<slug:school>/",
        holdings.registration,
        name="holding_registration",
    ),
    path("<slug:code>/", works.work, name="work"),
    path("<slug:code>/form/", works.form, name="form"),
    path("<slug:code>/upload/", protocols.upload, name="upload"),
]
