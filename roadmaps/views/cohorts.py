"""Pages of named groups of schools: the list, one group with its form, its removal."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from organizations.access import Permission
from organizations.errors import Conflict, NotAllowed
from organizations.http import PortalRequest, for_members
from organizations.models import Level, Organization
from organizations.views.sections import open_only_with
from roadmaps.forms.adoption import CohortForm
from roadmaps.models import Cohort
from roadmaps.queries import cohorts as queries
from roadmaps.services import cohorts as service

PER_PAGE = 50


@for_members
def cohorts(request: PortalRequest) -> HttpResponse:
    """The groups of the viewer's territory: nobody else knows that there are any."""
    open_only_with(Permission.ROADMAP_EDIT, request.viewer)
    rows = queries.cohorts(request.viewer)
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "may_create": request.viewer.level < Level.SCHOOL,
    }
    return render(request, "roadmaps/cohorts.html", context)


@for_members
def cohort_new(request: PortalRequest) -> HttpResponse:
    """Name a group of the viewer's own organization."""
    open_only_with(Permission.ROADMAP_EDIT, request.viewer)
    if request.viewer.level == Level.SCHOOL:
        raise NotAllowed("Группы школ собирают муниципалитет и регион.")
    owner = Organization.objects.visible_to(request.viewer).get(pk=request.viewer.organization_id)
    schools = queries.candidates(owner, request.viewer)
    form = CohortForm(request.POST or None, schools=schools)
    if form.is_valid() and _done(form, service.create, owner, by=request.viewer):
        messages.success(request, f"Группа заведена: {form.cleaned_data['title']}.")
        return redirect("roadmaps:cohorts")
    context = {"form": form, "schools": schools, "owner": owner}
    return render(request, "roadmaps/cohort.html", context)


@for_members
def cohort(request: PortalRequest, pk: int) -> HttpResponse:
    """One group: where it stands in plans, and its form."""
    found = _cohort(request, pk)
    schools = queries.candidates(found.owner, request.viewer)
    members = list(found.members.order_by("short_name", "pk"))
    typed = {
        "title": found.title, "basis": found.basis, "members": queries.written(members),
    }  # fmt: skip
    form = CohortForm(request.POST or None, initial=typed, schools=[*schools, *members])
    if form.is_valid() and _done(form, service.change, found, by=request.viewer):
        messages.success(request, f"Группа сохранена: {form.cleaned_data['title']}.")
        return redirect("roadmaps:cohorts")
    context = {
        "cohort": found,
        "form": form,
        "schools": schools,
        "owner": found.owner,
        "size": len(members),
        "items": queries.in_force(found)[:PER_PAGE],
        "uses": found.items.count(),
    }
    return render(request, "roadmaps/cohort.html", context)


def _done(form: CohortForm, act: Any, row: Any, **by: Any) -> bool:
    """Whether the act was done; a refusal becomes the form's own fault."""
    try:
        act(row, **form.cleaned_data, **by)
    except Conflict as error:
        form.add_error(None, str(error))
        return False
    return True


def _cohort(request: PortalRequest, pk: int) -> Cohort:
    open_only_with(Permission.ROADMAP_EDIT, request.viewer)
    visible = Cohort.objects.visible_to(request.viewer)
    return get_object_or_404(visible.select_related("owner"), pk=pk)


@require_POST
@for_members
def cohort_delete(request: PortalRequest, pk: int) -> HttpResponse:
    found = _cohort(request, pk)
    service.delete(found, by=request.viewer)
    messages.success(request, f"Группа удалена: {found.title}.")
    return redirect("roadmaps:cohorts")
