"""Acts on a case: answer it, have works marked anew, decide, disagree; and its files."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from monitoring.case_forms import (
    ActForm,
    AnswerForm,
    AppealForm,
    DecisionForm,
    OrderForm,
    ProtocolForm,
)
from monitoring.models import Case, ExplanationFile
from monitoring.queries import cases as queries
from monitoring.services import answers, decisions, rechecks
from monitoring.views.cases import found, shown
from organizations.access import Permission
from organizations.attachments import stored_file
from organizations.errors import Conflict, NotAllowed, PortalError
from organizations.http import PortalRequest, for_members
from organizations.services import guard


@require_POST
@for_members
def answer(request: PortalRequest, pk: int) -> HttpResponse:
    """Send the school's answer, or keep it as a draft."""
    case = found(request, pk)
    guard.require(request.viewer, Permission.CASE_ANSWER, case)
    asked = request.POST.get("act")
    is_draft = asked in ("keep", "show")
    form = AnswerForm(request.POST, request.FILES, is_draft=is_draft)
    act = answers.keep if is_draft else answers.send
    said = "Черновик сохранён." if is_draft else "Ответ отправлен в центр мониторинга."
    done = _done(request, case, form, "answer_form", act, said)
    is_kept = asked == "show" and done.status_code == HTTPStatus.FOUND
    return redirect(f"{done.headers['Location']}?seen=1#seen") if is_kept else done


def _done(
    request: PortalRequest,
    case: Case,
    form: ActForm,
    name: str,
    act: Callable[..., object],
    said: str,
) -> HttpResponse:
    """Do what was typed; what is refused stands above the form it was typed into."""
    if form.is_valid():
        try:
            act(case, **form.typed, by=request.viewer)
        except NotAllowed:
            raise
        except PortalError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, said)
            return redirect("monitoring:case", pk=case.pk)
    return shown(request, found(request, case.pk), **{name: form})


@for_members
def case_file(request: PortalRequest, pk: int, file: int) -> HttpResponse:
    """A file of the school's answer."""
    row = _file(request, pk, file)
    return stored_file(row.file, row.name, content_type=row.content_type)


@require_POST
@for_members
def case_file_remove(request: PortalRequest, pk: int, file: int) -> HttpResponse:
    """Take a file from the draft of an answer."""
    answers.remove(_file(request, pk, file), by=request.viewer)
    return redirect("monitoring:case", pk=pk)


def _file(request: PortalRequest, pk: int, file: int) -> ExplanationFile:
    rows = ExplanationFile.objects.visible_to(request.viewer).filter(explanation__case=pk)
    return get_object_or_404(rows.select_related("explanation__case__organization"), pk=file)


@require_POST
@for_members
def recheck(request: PortalRequest, pk: int) -> HttpResponse:
    """Have works of the school drawn and marked anew."""
    case = found(request, pk)
    guard.require(request.viewer, Permission.CASE_MANAGE, case)
    form = OrderForm(request.POST, works=queries.written(case))
    said = "Перепроверка назначена, работы выбраны случайно."
    return _done(request, case, form, "order_form", rechecks.order, said)


@require_POST
@for_members
def recheck_enter(request: PortalRequest, pk: int) -> HttpResponse:
    """Enter the protocol of marking anew."""
    case = found(request, pk)
    guard.require(request.viewer, Permission.CASE_MANAGE, case)
    if getattr(case, "recheck", None) is None:
        raise Conflict("Перепроверка по этому делу не назначена.")
    form = ProtocolForm(request.POST, recheck=case.recheck)

    def enter(case: Case, **typed: Any) -> object:
        return rechecks.enter(case.recheck, **typed)

    return _done(request, case, form, "protocol_form", enter, "Итоги перепроверки внесены.")


@require_POST
@for_members
def decide(request: PortalRequest, pk: int) -> HttpResponse:
    """Decide about the signal."""
    case = found(request, pk)
    guard.require(request.viewer, Permission.CASE_MANAGE, case)
    form = DecisionForm(request.POST)
    return _done(request, case, form, "decision_form", decisions.decide, "Решение принято.")


@require_POST
@for_members
def appeal(request: PortalRequest, pk: int) -> HttpResponse:
    """Disagree with the decision."""
    case = found(request, pk)
    guard.require(request.viewer, Permission.CASE_ANSWER, case)
    form = AppealForm(request.POST)
    return _done(request, case, form, "appeal_form", decisions.appeal, "Жалоба отправлена.")
