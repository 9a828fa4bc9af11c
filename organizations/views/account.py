"""One's own account: who I am, what my role allows, my tokens, my substitutions."""

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from organizations.access import GRANTS, ROLE_TITLES, Permission, Viewer
from organizations.errors import Conflict, NotAllowed
from organizations.forms.account import TokenForm
from organizations.forms.members import SubstitutionForm
from organizations.http import ACTING, PortalRequest, for_members
from organizations.models import Membership, Substitution
from organizations.queries import colleagues_at, viewer_of
from organizations.services import members, tokens

# What each permission lets a person do, in the words of the account page.
ALLOWS = {
    Permission.ORGANIZATION_MANAGE: "закрывать, переименовывать и переподчинять организации",
    Permission.REGISTER_IMPORT: "загружать реестр организаций",
    Permission.MEMBER_MANAGE: "приглашать людей, переводить их и закрывать учётные записи",
    Permission.JOURNAL_READ: "читать журнал действий",
    Permission.RUN_READ: "следить за фоновыми запусками, отменять и повторять свои",
    Permission.RUN_MANAGE: "отменять и повторять чужие запуски",
    Permission.ROADMAP_EDIT: "загружать и утверждать дорожные карты",
    Permission.EXECUTION_READ: "читать отчёты об исполнении мероприятий",
    Permission.EXECUTION_REPORT: "отчитываться об исполнении мероприятий",
    Permission.EXECUTION_ACCEPT: "принимать и возвращать отчёты об исполнении",
    Permission.WORK_EDIT: "заводить оценочные работы и их шкалы",
    Permission.HOLDING_READ: "видеть заявки школ, жеребьёвки, наблюдателей и их протоколы",
    Permission.HOLDING_MANAGE: "заявлять классы, назначать наблюдателей, проводить жеребьёвку",
    Permission.RESULT_READ: "видеть результаты оценочных процедур",
    Permission.RESULT_IMPORT: "загружать протоколы с результатами",
    Permission.RESULT_REOPEN: "открывать приём результатов после срока",
    Permission.PROCEDURE_EDIT: "вести каталог процедур",
    Permission.SCHEDULE_READ: "видеть графики оценочных процедур",
    Permission.SCHEDULE_EDIT: "составлять и публиковать график процедур",
    Permission.TABLE_READ: "видеть базы данных по организациям",
    Permission.TABLE_IMPORT: "загружать базы данных по организациям",
    Permission.INDICATOR_READ: "видеть показатели",
    Permission.OBJECTIVITY_READ: "видеть сигналы объективности",
    Permission.OBJECTIVITY_COMPUTE: "запускать расчёт показателей и сигналов",
    Permission.CASE_ANSWER: "отвечать на сигналы объективности",
    Permission.CASE_MANAGE: "назначать перепроверку и принимать решения по сигналам",
    Permission.MARKER_IMPORT: "загружать федеральные списки маркеров",
    Permission.METHOD_EDIT: "менять пороги методики объективности",
    Permission.DOCUMENT_READ: "читать документы ВСОКО",
    Permission.DOCUMENT_UPLOAD: "загружать документы ВСОКО",
    Permission.DOCUMENT_ACCEPT: "принимать и возвращать документы ВСОКО",
    Permission.REPORT_READ: "читать ежегодные отчёты",
    Permission.REPORT_BUILD: "собирать ежегодные отчёты",
    Permission.TOKEN_ISSUE: "выпускать токены программного интерфейса",
}


@never_cache
@for_members
def account(request: PortalRequest) -> HttpResponse:
    return _page(request)


def _page(request: PortalRequest, **filled: Any) -> HttpResponse:
    """The account's page; `filled` are forms sent back, or the token just issued."""
    own = _own_viewer(request)
    place, colleagues = _own_place(request), _colleagues(own)
    context = {
        "place": place,
        "role": ROLE_TITLES[own.role],
        "allows": [words for permission, words in ALLOWS.items() if permission in GRANTS[own.role]],
        "may_issue": own.may(Permission.TOKEN_ISSUE),
        "tokens": request.user.auth_token_set.all(),
        "token_form": TokenForm(),
        "has_second_factor": is_mfa_enabled(request.user),
        "stands_in": _stands_in(request),
        "acting": request.session.get(ACTING),
        "substitutes": _substitutes(place),
        "colleagues": colleagues.exists(),
        "substitution_form": SubstitutionForm(colleagues=colleagues),
        **filled,
    }
    return render(request, "organizations/account.html", context)


def _own_viewer(request: PortalRequest) -> Viewer:
    """Who they are when they act for nobody else; their rights over their own account."""
    return viewer_of(request.user) or request.viewer


def _own_place(request: PortalRequest) -> Membership | None:
    rows = Membership.objects.visible_to(_own_viewer(request)).current()
    return rows.filter(user=request.user).select_related("organization__parent").first()


def _stands_in(request: PortalRequest) -> list[tuple[Substitution, bool]]:
    """For whom they may act, today or later; and whether that has begun."""
    today = timezone.localdate()
    rows = request.user.substitutions.filter(until__gte=today, membership__until=None)
    found = rows.select_related("membership__user", "membership__organization")
    return [(row, row.since <= today) for row in found]


def _substitutes(place: Membership | None) -> list[Substitution]:
    if place is None:
        return []
    rows = place.substitutions.filter(until__gte=timezone.localdate())
    return list(rows.select_related("substitute"))


def _colleagues(own: Viewer) -> Any:
    return colleagues_at(own.territory_id, own).exclude(user=own.user_id)


@require_POST
@for_members
def issue_token(request: PortalRequest) -> HttpResponse:
    """Issue a token and show it this once."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, token_form=form)
    token, secret = tokens.issue(**form.cleaned_data, by=_own_viewer(request))
    response = _page(request, issued=token, secret=secret)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@for_members
def revoke_token(request: PortalRequest) -> HttpResponse:
    """End one's own token; it is named by its digest, which opens nothing."""
    rows = request.user.auth_token_set
    token = get_object_or_404(rows, digest=request.POST.get("token", ""))
    tokens.revoke(token, by=_own_viewer(request))
    messages.success(request, f"Токен «{token.name}» отозван: программы с ним больше не войдут.")
    return redirect("organizations:account")


@require_POST
@for_members
def act_for(request: PortalRequest, pk: int) -> HttpResponse:
    """From now on act in the other person's place, as long as the substitution lasts."""
    valid = request.user.substitutions.on(timezone.localdate()).select_related("membership__user")
    substitution = get_object_or_404(valid, pk=pk)
    request.session[ACTING] = pk
    name = substitution.membership.user.full_name
    messages.success(request, f"Вы действуете за сотрудника: {name}. Это видно в журнале.")
    return redirect("home")


@require_POST
@for_members
def act_as_myself(request: PortalRequest) -> HttpResponse:
    request.session.pop(ACTING, None)
    messages.success(request, "Вы снова действуете от своего имени.")
    return redirect("organizations:account")


@require_POST
@for_members
def appoint(request: PortalRequest) -> HttpResponse:
    """Appoint who stands in for oneself."""
    own, place = _own_viewer(request), _own_place(request)
    if place is None:
        raise NotAllowed("У вас нет места, в котором вас можно заместить.")
    form = SubstitutionForm(request.POST, colleagues=_colleagues(own))
    if form.is_valid():
        typed = form.cleaned_data
        try:
            members.substitute(
                place, by=own, user=typed["substitute"].user,
                since=typed["since"], until=typed["until"],
            )  # fmt: skip
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Вас замещает {typed['substitute'].user.full_name}.")
            return redirect("organizations:account")
    return _page(request, substitution_form=form)


@require_POST
@for_members
def end_substitution(request: PortalRequest, pk: int) -> HttpResponse:
    """Take back one's own substitution, or one whose person the viewer manages."""
    rows = Substitution.objects.visible_to(request.viewer).select_related(
        "membership__user", "substitute"
    )
    substitution = get_object_or_404(rows, pk=pk)
    members.end_substitution(substitution, by=_own_viewer(request))
    messages.success(request, "Замещение отменено.")
    if substitution.membership.user_id == request.user.pk:
        return redirect("organizations:account")
    return redirect("organizations:members")
