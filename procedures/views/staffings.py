"""Pages of observers and checkers: the register, a proposal, changes by hand, approval."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from organizations.access import Permission
from organizations.errors import Conflict
from organizations.http import PortalRequest, for_members
from organizations.models import Organization
from organizations.models.organization import OrganizationQuerySet
from organizations.services import guard
from organizations.views.sections import open_only_with
from procedures.holding_forms import CandidateForm, ProposalForm, ReplacementForm
from procedures.holding_rules import OTHER_MUNICIPALITY
from procedures.models import Assignment, Candidate, Staffing, Work
from procedures.services import staffings as service

PER_PAGE = 50


@for_members
def candidates(request: PortalRequest) -> HttpResponse:
    """Who may observe and check in the viewer's territory, and the form to enter one."""
    open_only_with(Permission.HOLDING_READ, request.viewer)
    if request.method == "POST":
        open_only_with(Permission.HOLDING_MANAGE, request.viewer)
    form = CandidateForm(request.POST or None, organizations=_working(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        given = {name: data[name] for name in ("kind", "post", "interests", "most")}
        try:
            service.enter(data["organization"], **given, user=data["login"], by=request.viewer)
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            return redirect("procedures:holding_candidates")
    rows = _candidates(request).prefetch_related("interests")
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "form": form,
        "may_manage": request.viewer.may(Permission.HOLDING_MANAGE),
    }
    return render(request, "procedures/candidates.html", context)


@for_members
def candidate(request: PortalRequest, pk: int) -> HttpResponse:
    """One candidate, to be corrected."""
    open_only_with(Permission.HOLDING_READ, request.viewer)
    row = get_object_or_404(_candidates(request), pk=pk)
    schools = Organization.objects.visible_to(request.viewer)
    seen = row.interests.filter(pk__in=schools.schools().values("pk"))
    typed = {
        "post": row.post,
        "most": row.most,
        "is_active": row.is_active,
        "interests": "\n".join(one.code for one in seen),
    }
    form = CandidateForm(request.POST or None, initial=typed, organizations=schools, is_new=False)
    if request.method == "POST" and form.is_valid():
        unseen = row.interests.exclude(pk__in=schools.schools().values("pk"))
        data = form.cleaned_data | {"interests": [*form.cleaned_data["interests"], *unseen]}
        try:
            service.change(row, **data, by=request.viewer)
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            return redirect("procedures:holding_candidates")
    context = {
        "candidate": row,
        "form": form,
        "may_manage": request.viewer.may(Permission.HOLDING_MANAGE),
    }
    return render(request, "procedures/candidate.html", context)


@require_POST
@for_members
def propose(request: PortalRequest, code: str) -> HttpResponse:
    """Have it proposed who goes where for a work, in the viewer's whole territory."""
    open_only_with(Permission.HOLDING_READ, request.viewer)
    work = get_object_or_404(Work, code=code)
    territory = Organization.objects.visible_to(request.viewer).get(pk=request.viewer.territory_id)
    form = ProposalForm(request.POST)
    if not form.is_valid():
        raise Conflict("Выберите, кого назначать и сколько: по одному на школу или на аудиторию.")
    row = service.propose(territory, work, **form.cleaned_data, by=request.viewer)
    return redirect("procedures:holding_staffing", pk=row.pk)


@for_members
def staffing(request: PortalRequest, pk: int) -> HttpResponse:
    """Who goes where for a work: printed as it stands."""
    row = _staffing(request, pk)
    places = places_of(row)
    empty = row.assignments.filter(candidate=None).count()
    context = {
        "staffing": row,
        "page": Paginator(places, PER_PAGE).get_page(request.GET.get("page")),
        "places": row.assignments.count(),
        "empty": empty,
        "farther": OTHER_MUNICIPALITY,
        "may_manage": _may_manage(request, row),
    }
    return render(request, "procedures/staffing.html", context)


@for_members
def replace(request: PortalRequest, pk: int) -> HttpResponse:
    """Another person for one place, with the reason."""
    open_only_with(Permission.HOLDING_READ, request.viewer)
    seen = Assignment.objects.visible_to(request.viewer)
    row = get_object_or_404(
        seen.select_related("staffing__work", "organization", "candidate__user"), pk=pk
    )
    guard.require(request.viewer, Permission.HOLDING_MANAGE, row)
    people = _candidates(request).filter(kind=row.staffing.kind, is_active=True)
    people = people.exclude(organization=row.organization)
    typed = {"candidate": row.candidate_id, "reason": row.reason}
    form = ReplacementForm(request.POST or None, initial=typed, candidates=people)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            service.replace(row, data["candidate"], reason=data["reason"], by=request.viewer)
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Записано: {row.organization.short_name}.")
            return redirect("procedures:holding_staffing", pk=row.staffing_id)
    context = {"place": row, "staffing": row.staffing, "form": form}
    return render(request, "procedures/replacement.html", context)


@require_POST
@for_members
def approve(request: PortalRequest, pk: int) -> HttpResponse:
    """Approve a proposal."""
    service.approve(_staffing(request, pk), by=request.viewer)
    return redirect("procedures:holding_staffing", pk=pk)


def places_of(row: Staffing) -> QuerySet[Assignment]:
    """The places of a staffing in the order of the schools' names. One query."""
    return row.assignments.select_related(
        "organization__parent", "candidate__organization__parent", "candidate__user"
    ).order_by("organization__parent__short_name", "organization__short_name", "pk")


def staffings_of(request: PortalRequest, work: Work) -> dict[str, Any]:
    """What the page of a work shows of its observers and checkers."""
    rows = Staffing.objects.visible_to(request.viewer).filter(work=work)
    return {
        "staffings": rows.select_related("organization"),
        "proposal_form": ProposalForm(),
        "may_propose": request.viewer.may(Permission.HOLDING_MANAGE),
    }


def _staffing(request: PortalRequest, pk: int) -> Staffing:
    open_only_with(Permission.HOLDING_READ, request.viewer)
    seen = Staffing.objects.visible_to(request.viewer)
    return get_object_or_404(
        seen.select_related("work__procedure", "organization", "made_by", "approved_by"), pk=pk
    )


def _may_manage(request: PortalRequest, row: Staffing) -> bool:
    return (
        Staffing.objects.open_to(request.viewer, Permission.HOLDING_MANAGE)
        .filter(pk=row.pk)
        .exists()
    )


def _candidates(request: PortalRequest) -> QuerySet[Candidate]:
    seen = Candidate.objects.visible_to(request.viewer)
    return seen.select_related("organization__parent", "user").order_by(
        "organization__short_name", "kind", "pk"
    )


def _working(request: PortalRequest) -> OrganizationQuerySet:
    visible = Organization.objects.visible_to(request.viewer).working(timezone.localdate())
    return visible.order_by("short_name", "pk")
