"""Pages of people: the list, invitations, the acts on a place, and joining by invitation."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from organizations.access import INVITES, ROLE_TITLES, Permission, Role, Viewer
from organizations.errors import Conflict, NotAllowed
from organizations.forms.members import (
    InvitationForm,
    JoinForm,
    MemberFilter,
    PlaceForm,
    SubstitutionForm,
)
from organizations.http import PortalRequest, for_members
from organizations.models import Invitation, Membership
from organizations.queries import colleagues_at
from organizations.services import members as service
from organizations.views.sections import open_only_with

ROWS_PER_PAGE = 50
BACKEND = "django.contrib.auth.backends.ModelBackend"


@for_members
def members(request: PortalRequest) -> HttpResponse:
    """The people of the territory, with the invitations nobody answered yet."""
    viewer = request.viewer
    open_only_with(Permission.MEMBER_MANAGE, viewer)
    form = MemberFilter(request.GET)
    form.is_valid()
    rows = Membership.objects.open_to(viewer, Permission.MEMBER_MANAGE).current()
    found = _found(rows, form.cleaned_data).select_related("user", "organization__parent")
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    invitations = Invitation.objects.open_to(viewer, Permission.MEMBER_MANAGE).open()
    context = {
        "form": form,
        "state": form.cleaned_data.get("state", ""),
        "page": page,
        "people": [(row, _manages(viewer, row)) for row in page],
        "invitations": invitations.select_related("organization")[:ROWS_PER_PAGE],
        "pills": _pills(request, rows),
    }
    return render(request, "organizations/members.html", context)


def _found(rows: Any, asked: dict[str, Any]) -> Any:
    for word in asked.get("q", "").split():
        rows = rows.filter(
            Q(user__last_name__icontains=word)
            | Q(user__first_name__icontains=word)
            | Q(user__username__icontains=word)
            | Q(user__email__icontains=word)
            | Q(organization__short_name__icontains=word)
        )
    if role := asked.get("role"):
        rows = rows.filter(role=role)
    return rows.filter(STATES[asked.get("state", "")])


STATES = {
    "": Q(),
    "blocked": Q(user__is_active=False),
    "never": Q(user__is_active=True, user__last_login=None),
}


def _manages(viewer: Viewer, row: Membership) -> bool:
    """Whether to offer the acts on this place: its role is theirs to give, it is not their own."""
    return Role(row.role) in INVITES.get(viewer.role, ()) and row.user_id != viewer.user_id


def _pills(request: PortalRequest, rows: Any) -> list[dict[str, Any]]:
    state = request.GET.get("state", "")
    titles = {"": "Все", "never": "Ещё не входили", "blocked": "Закрыты"}
    return [
        {"title": title, "url": f"?state={key}", "current": state == key,
         "count": rows.filter(STATES[key]).count()}
        for key, title in titles.items()
    ]  # fmt: skip


@for_members
def invite(request: PortalRequest) -> HttpResponse:
    """Invite one person; the link is shown once and mailed."""
    open_only_with(Permission.MEMBER_MANAGE, request.viewer)
    initial = {"organization": _asked_organization(request)}
    form = InvitationForm(request.POST or None, viewer=request.viewer, initial=initial)
    if form.is_valid():
        try:
            invitation, secret = service.invite(**form.cleaned_data, by=request.viewer)
        except Conflict as error:
            form.add_error("role", str(error))
        else:
            return _invited(request, invitation, secret)
    return render(request, "organizations/member_invite.html", {"form": form})


def _asked_organization(request: PortalRequest) -> str:
    asked = request.GET.get("organization", "")
    return asked if asked.isdecimal() else ""


def _invited(request: PortalRequest, invitation: Invitation, secret: str) -> HttpResponse:
    link = request.build_absolute_uri(reverse("organizations:join", args=[secret]))
    service.send_invitation(invitation, link)
    context = {"invitation": invitation, "role": ROLE_TITLES[Role(invitation.role)], "link": link}
    response = render(request, "organizations/member_invited.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@for_members
def revoke(request: PortalRequest, pk: int) -> HttpResponse:
    invitations = Invitation.objects.visible_to(request.viewer)
    service.revoke(get_object_or_404(invitations, pk=pk), by=request.viewer)
    messages.success(request, "Приглашение отозвано: ссылка больше не действует.")
    return redirect("organizations:members")


@require_POST
@for_members
def block(request: PortalRequest, pk: int) -> HttpResponse:
    row = service.block(_place(request, pk), by=request.viewer)
    messages.success(request, f"Учётная запись закрыта: {row.user.full_name}. Все входы завершены.")
    return redirect("organizations:members")


@require_POST
@for_members
def unblock(request: PortalRequest, pk: int) -> HttpResponse:
    row = service.unblock(_place(request, pk), by=request.viewer)
    messages.success(request, f"Учётная запись снова открыта: {row.user.full_name}.")
    return redirect("organizations:members")


@for_members
def move(request: PortalRequest, pk: int) -> HttpResponse:
    """Give a person another place: the form, and the act."""
    row = _managed(request, pk)
    initial = {"organization": row.organization_id, "role": row.role, "position": row.position}
    form = PlaceForm(request.POST or None, viewer=request.viewer, initial=initial)
    if form.is_valid():
        try:
            service.move(row, **form.cleaned_data, by=request.viewer)
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Место изменено: {row.user.full_name}.")
            return redirect("organizations:members")
    return render(request, "organizations/member_move.html", {"form": form, "member": row})


@for_members
def substitute(request: PortalRequest, pk: int) -> HttpResponse:
    """Appoint who stands in for a person: the form, and the act."""
    row = _managed(request, pk)
    found = colleagues_at(row.organization.territory_id, request.viewer).exclude(user=row.user_id)
    form = SubstitutionForm(request.POST or None, colleagues=found)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            service.substitute(
                row, by=request.viewer, user=typed["substitute"].user,
                since=typed["since"], until=typed["until"],
            )  # fmt: skip
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Замещение назначено: {typed['substitute'].user.full_name}.")
            return redirect("organizations:members")
    lasting = row.substitutions.filter(until__gte=timezone.localdate()).select_related("substitute")
    context = {"form": form, "member": row, "substitutions": lasting}
    return render(request, "organizations/member_substitute.html", context)


def _place(request: PortalRequest, pk: int) -> Membership:
    rows = Membership.objects.visible_to(request.viewer).current()
    return get_object_or_404(rows.select_related("user", "organization"), pk=pk)


def _managed(request: PortalRequest, pk: int) -> Membership:
    """A place whose acts are the viewer's; 404 when they do not see it, 403 when not theirs."""
    row = _place(request, pk)
    open_only_with(Permission.MEMBER_MANAGE, request.viewer)
    if Role(row.role) not in INVITES.get(request.viewer.role, ()):
        raise NotAllowed("Этим человеком управляет администратор портала.")
    return row


@never_cache
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """The invited person sees where and as whom they come, and makes their account."""
    invitation = service.open_invitation(secret)
    if invitation is None:
        return render(request, "organizations/join.html", {"invitation": None}, status=404)
    form = JoinForm(request.POST or None)
    if not request.user.is_authenticated and form.is_valid():
        typed = {name: form.cleaned_data[name] for name in JOINED}
        try:
            user = service.accept(secret, **typed)
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            login(request, user, backend=BACKEND)
            return redirect("home")
    role = ROLE_TITLES[Role(invitation.role)]
    context = {"invitation": invitation, "role": role, "form": form}
    return render(request, "organizations/join.html", context)


JOINED = ("username", "password", "first_name", "last_name")
