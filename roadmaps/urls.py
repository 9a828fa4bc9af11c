"""Addresses of this app's pages."""

from django.urls import URLPattern, path

from roadmaps.views import imports, items, roadmaps

app_name = "roadmaps"

urlpatterns: list[URLPattern] = [
    path("", roadmaps.roadmaps, name="roadmaps"),
    path("import/", imports.import_plan, name="import"),
    path("<int:pk>/", roadmaps.roadmap, name="roadmap"),
    path("<int:pk>/file/", roadmaps.roadmap_xlsx, name="roadmap_xlsx"),
    path("<int:pk>/approve/", roadmaps.approve, name="approve"),
    path("<int:pk>/delete/", roadmaps.delete, name="delete"),
    path("<int:pk>/items/<int:item>/", items.item, name="item"),
    path("<int:pk>/items/<int:item>/report/", items.report, name="report"),
    path("executions/<int:pk>/accept/", items.accept, name="accept"),
    path("executions/<int:pk>/return/", items.send_back, name="return"),
]
