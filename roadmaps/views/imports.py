"""A plan begun: an order brought in and read at once, or an empty draft to be filled by hand."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from organizations.access import Permission
from organizations.errors import PortalError
from organizations.http import PortalRequest, for_members
from organizations.templatetags.ru import plural
from organizations.views.sections import open_only_with
from roadmaps.exchange.plan import read_plan
from roadmaps.forms.plans import ImportForm, NewPlanForm
from roadmaps.models import Roadmap
from roadmaps.services import roadmaps as service


@for_members
def import_plan(request: PortalRequest) -> HttpResponse:
    """The form, and the act: what was understood is shown on the draft's own page."""
    open_only_with(Permission.ROADMAP_EDIT, request.viewer)
    form = ImportForm(request.POST or None, request.FILES or None, viewer=request.viewer)
    if form.is_valid():
        try:
            plan = _stored(request, form)
        except PortalError as error:
            form.add_error("file" if form.cleaned_data["file"] else "text", str(error))
        else:
            messages.success(request, _told(plan))
            return redirect("roadmaps:edit", pk=plan.pk)
    return render(request, "roadmaps/import.html", {"form": form})


def _stored(request: PortalRequest, form: ImportForm) -> Roadmap:
    plan = read_plan(*form.source)
    owner = form.cleaned_data["owner"]
    return service.import_plan(owner, plan, by=request.viewer, file=form.upload)


def _told(plan: Roadmap) -> str:
    number = plan.items.count()
    return (
        f"Прочитано: {number} {plural(number, 'пункт,пункта,пунктов')}. План сохранён черновиком."
    )


@for_members
def new_plan(request: PortalRequest) -> HttpResponse:
    """An empty draft, filled on its own page."""
    open_only_with(Permission.ROADMAP_EDIT, request.viewer)
    form = NewPlanForm(request.POST or None, viewer=request.viewer)
    if form.is_valid():
        typed = form.cleaned_data
        plan = service.create(
            typed["owner"],
            title=typed["title"],
            starts_on=typed["starts_on"],
            ends_on=typed["ends_on"],
            by=request.viewer,
        )
        messages.success(request, "Черновик создан. Добавьте пункты и сохраните.")
        return redirect("roadmaps:edit", pk=plan.pk)
    return render(request, "roadmaps/new.html", {"form": form})
