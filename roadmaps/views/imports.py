"""An order with its plan brought in: read at once, kept as a draft with every doubt."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from organizations.access import Permission
from organizations.errors import PortalError
from organizations.http import PortalRequest, for_members
from organizations.templatetags.ru import plural
from organizations.views.sections import open_only_with
from roadmaps.exchange.plan import read_plan
from roadmaps.forms import ImportForm
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
            number = plan.items.count()
            words = plural(number, "пункт,пункта,пунктов")
            messages.success(request, f"Прочитано: {number} {words}. План сохранён черновиком.")
            return redirect("roadmaps:roadmap", pk=plan.pk)
    return render(request, "roadmaps/import.html", {"form": form})


def _stored(request: PortalRequest, form: ImportForm) -> Roadmap:
    content, name = form.source
    plan = read_plan(content, name)
    return service.import_plan(form.cleaned_data["owner"], plan, by=request.viewer)
