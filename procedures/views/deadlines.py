"""The day of a work, its intake opened again for a school, and who does not take part."""

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from organizations.http import PortalRequest, for_members
from organizations.models import Organization
from organizations.templatetags.ru import day
from procedures.forms import DueForm, ExemptionForm, GrantForm, ReasonForm
from procedures.models import Exemption, Reopening, Work
from procedures.services import deadlines, exemptions


@require_POST
@for_members
def due(request: PortalRequest, code: str) -> HttpResponse:
    """Set or take away the day until which a work is handed in."""
    work = get_object_or_404(Work, code=code)
    form = DueForm(request.POST)
    if _is_sound(request, form):
        row = deadlines.set_due(work, form.cleaned_data["due_on"], by=request.viewer)
        until = f": {day(row.due_on)}" if row.due_on else " снят"
        messages.success(request, f"Срок сдачи{until}.")
    return redirect("procedures:work", code=code)


@require_POST
@for_members
def reopen(request: PortalRequest, code: str) -> HttpResponse:
    """Ask for the intake of a work to be opened again for a school."""
    work = get_object_or_404(Work, code=code)
    school = _school(request)
    form = ReasonForm(request.POST)
    if _is_sound(request, form):
        deadlines.ask(school, work, reason=form.cleaned_data["reason"], by=request.viewer)
        messages.success(request, "Просьба отправлена. Ответ придёт уведомлением.")
    return redirect(_back(request, reverse("procedures:work", args=[code])))


@require_POST
@for_members
def reopening_grant(request: PortalRequest, pk: int) -> HttpResponse:
    """Open the intake for a school that asked, up to a day."""
    row = _asked(request, pk)
    form = GrantForm(request.POST)
    if _is_sound(request, form):
        deadlines.grant(row, until=form.cleaned_data["until"], by=request.viewer)
        messages.success(request, f"Приём открыт по {day(form.cleaned_data['until'])}.")
    return redirect(_back(request, reverse("procedures:completeness")))


@require_POST
@for_members
def reopening_refuse(request: PortalRequest, pk: int) -> HttpResponse:
    """Leave the intake closed and tell the school why."""
    row = _asked(request, pk)
    form = ReasonForm(request.POST)
    if _is_sound(request, form):
        deadlines.refuse(row, remark=form.cleaned_data["reason"], by=request.viewer)
        messages.success(request, "Школа узнает, почему приём не открыт.")
    return redirect(_back(request, reverse("procedures:completeness")))


@require_POST
@for_members
def exempt(request: PortalRequest, code: str) -> HttpResponse:
    """Record that a school, or a class of it, does not write a work."""
    work = get_object_or_404(Work, code=code)
    school = _school(request)
    form = ExemptionForm(request.POST)
    if _is_sound(request, form):
        exemptions.exempt(school, work, by=request.viewer, **form.cleaned_data)
        messages.success(request, "Отмечено: не участвует.")
    return redirect(_back(request, reverse("procedures:completeness")))


@require_POST
@for_members
def exemption_remove(request: PortalRequest, pk: int) -> HttpResponse:
    """The school takes part after all."""
    row = get_object_or_404(Exemption.objects.visible_to(request.viewer), pk=pk)
    exemptions.take_back(row, by=request.viewer)
    messages.success(request, "Отметка о неучастии снята.")
    return redirect(_back(request, reverse("procedures:completeness")))


def _school(request: PortalRequest) -> Organization:
    """The visible school that the form names; the viewer's own when it names none."""
    schools = Organization.objects.visible_to(request.viewer).schools().select_related("parent")
    if code := request.POST.get("organization", "").replace("\0", ""):
        return get_object_or_404(schools, code=code)
    return get_object_or_404(schools, pk=request.viewer.territory_id)


def _asked(request: PortalRequest, pk: int) -> Reopening:
    rows = Reopening.objects.visible_to(request.viewer).select_related("organization", "work")
    return get_object_or_404(rows, pk=pk)


def _is_sound(request: PortalRequest, form: Form) -> bool:
    """Whether what was typed can be used; if not, the person is told what is wrong."""
    for name, errors in form.errors.items():
        for error in errors:
            messages.error(request, f"{form.fields[name].label}: {error}")
    return form.is_valid()


def _back(request: PortalRequest, otherwise: str) -> str:
    """Where the form says the person came from, on this site only."""
    wanted = request.POST.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else otherwise
