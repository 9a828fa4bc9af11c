"""Cases of signals: the list, its workbook, one case with its texts, its course and its acts."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from monitoring import rechecks
from monitoring.case_forms import (
    AnswerForm,
    AppealForm,
    CasesFilter,
    DecisionForm,
    OpeningForm,
    OrderForm,
    ProtocolForm,
)
from monitoring.models import Case
from monitoring.queries import cases as queries
from monitoring.services import cases as service
from monitoring.services.rechecks import is_repeatable
from monitoring.signal_words import told
from monitoring.stats.disclosure import publishable
from monitoring.views.case_parts import may_answer, parts
from organizations.access import Permission, Role, Viewer
from organizations.attachments import XLSX, attachment
from organizations.errors import PortalError
from organizations.exchange import workbook
from organizations.http import PortalRequest, for_members
from organizations.models import Kind, Level, Organization
from organizations.views.sections import open_only_with

PER_PAGE = 50
S = Case.State
STATE_TITLES = {
    "": "все", S.AWAITING: "ждут ответа школы", S.ANSWERED: "школа ответила",
    S.RECHECKING: "перепроверка", S.DECIDED: "решены", S.APPEALED: "обжалуются",
    S.EXPIRED: "погасли",
}  # fmt: skip
HEADINGS = [
    "Дело", "Код", "Школа", "Муниципалитет", "Год", "Состояние", "Срок", "Сигнал", "Ответ школы",
    "Решение", "Жалоба школы", "Решение по жалобе",
]  # fmt: skip


@for_members
def cases(request: PortalRequest) -> HttpResponse:
    """The cases of the territory, by the school's name."""
    viewer = request.viewer
    open_only_with(Permission.OBJECTIVITY_READ, viewer)
    asked = CasesFilter(request.GET).asked
    page = Paginator(queries.cases(viewer, **asked).whole(), PER_PAGE).get_page(
        request.GET.get("page")
    )
    today = timezone.localdate()
    context = {
        "asked": asked,
        "page": page,
        "rows": [(row, queries.standing(row), row.is_late(today)) for row in page],
        "years": queries.years_of(viewer),
        "states": _pills(request, asked.get("state", "")),
        "municipalities": _municipalities(viewer),
        "waiting": queries.waiting_for(viewer).count(),
        "may_open": viewer.may(Permission.CASE_MANAGE),
        "is_school": viewer.level == Level.SCHOOL,
    }
    return render(request, "monitoring/cases.html", context)


def _pills(request: PortalRequest, current: str) -> list[dict[str, Any]]:
    query = request.GET.copy()
    query.pop("page", None)
    found = []
    for state, title in STATE_TITLES.items():
        query["state"] = state
        found.append({"title": title, "url": f"?{query.urlencode()}", "current": state == current})
    return found


def _municipalities(viewer: Viewer) -> Any:
    places = Organization.objects.visible_to(viewer if viewer.level == Level.REGION else None)
    return places.filter(kind=Kind.MUNICIPALITY)


@for_members
def cases_xlsx(request: PortalRequest) -> HttpResponse:
    """The narrowed list as a workbook: the texts of each case side by side."""
    open_only_with(Permission.OBJECTIVITY_READ, request.viewer)
    rows = queries.cases(request.viewer, **CasesFilter(request.GET).asked).whole()
    content = workbook.write({"Дела": [HEADINGS, *(_line(case) for case in rows)]})
    return attachment(content, f"Дела {timezone.localdate():%d.%m.%Y}.xlsx", content_type=XLSX)


def _line(case: Case) -> list[str | int | None]:
    school, said = case.organization, queries.texts(case)
    second = [one.line if one else "" for one in (said.appeal, said.second)]
    return [
        case.number,
        school.code,
        school.short_name,
        school.parent.short_name if school.parent else "",
        case.year,
        queries.standing(case).word,
        f"{case.due_on:%d.%m.%Y}" if case.due_on else "",
        *(one.line for one in (said.signal, said.answer, said.decision)),
        *second,
    ]


@for_members
def case(request: PortalRequest, pk: int) -> HttpResponse:
    """One case: its course, its texts, and what the viewer may do about it."""
    return shown(request, found(request, pk))


def found(request: PortalRequest, pk: int) -> Case:
    """The case with everything beside it; what is not seen is a 404."""
    return get_object_or_404(Case.objects.visible_to(request.viewer).whole(), pk=pk)


def shown(request: PortalRequest, case: Case, **typed: forms.Form) -> HttpResponse:
    """The page of a case; a form that was sent back stands there with its faults."""
    answer = typed.pop("answer_form", None)
    own = parts(request.viewer, case, answer if isinstance(answer, AnswerForm) else None)
    context = own | _acts(request.viewer, case) | _recheck(request.viewer, case) | typed
    # The school's draft as the others would read it.
    context["is_previewed"] = bool(own["answer_form"] and request.GET.get("seen"))
    return render(request, "monitoring/case.html", context)


def _acts(viewer: Viewer, case: Case) -> dict[str, Any]:
    """The forms of what the viewer may do now; the service asks once more."""
    acts: dict[str, Any] = {}
    if may_answer(viewer, case) and queries.may_appeal(case):
        acts["appeal_form"] = AppealForm()
    if not viewer.may(Permission.CASE_MANAGE):
        return acts
    is_open = case.state == S.ANSWERED or (case.state == S.AWAITING and service.is_overdue(case))
    if is_open and (works := queries.written(case)):
        acts["order_form"] = OrderForm(works=works, initial=_asked_by_signal(case))
    if case.state == S.RECHECKING:
        acts["protocol_form"] = ProtocolForm(recheck=case.recheck)
    is_rechecked = case.state == S.RECHECKING and case.recheck.done_at is not None
    if is_open or is_rechecked or _is_second(viewer, case):
        acts["decision_form"] = DecisionForm(initial={"read": case.state})
    return acts


def _is_second(viewer: Viewer, case: Case) -> bool:
    """Whether the viewer is who decides on the appeal: of the ministry, and not the same person."""
    if case.state != S.APPEALED or viewer.role != Role.MINISTRY:
        return False
    first = case.first_decision
    return first is None or first.decided_by_id != viewer.user_id


def _asked_by_signal(case: Case) -> dict[str, Any]:
    first = next((told(part) for part in case.evidence if part.get("work")), {})
    return {"work": first.get("work"), "class_number": first.get("class_number")}


def _recheck(viewer: Viewer, case: Case) -> dict[str, Any]:
    """The draw for everybody; codes and single scores only for the school and who enters them."""
    recheck = getattr(case, "recheck", None)
    if recheck is None:
        return {}
    reads_codes = viewer.may(Permission.CASE_MANAGE) or viewer.level == Level.SCHOOL
    return {
        "recheck": recheck,
        "recheck_found": rechecks.found(recheck),
        "recheck_works": list(recheck.works.all()) if reads_codes else [],
        "tells_numbers": reads_codes or publishable(len(recheck.frame)),
        "is_repeatable": is_repeatable(recheck),
        "tells_rule": viewer.level != Level.SCHOOL,
    }


@for_members
def case_open(request: PortalRequest) -> HttpResponse:
    """Open a case by hand: the form, and the act."""
    open_only_with(Permission.CASE_MANAGE, request.viewer)
    schools = Organization.objects.open_to(request.viewer, Permission.CASE_MANAGE).schools()
    form = OpeningForm(
        request.POST or None, schools=schools.order_by("short_name"),
        initial={"year": timezone.localdate().year},
    )  # fmt: skip
    if form.is_valid():
        data = form.cleaned_data
        try:
            opened = service.open_by_hand(
                data["organization"], data["year"], ground=data["ground"], by=request.viewer
            )
        except PortalError as error:
            form.add_error(None, str(error))
        else:
            return redirect("monitoring:case", pk=opened.pk)
    return render(request, "monitoring/case_open.html", {"form": form})
