"""One item of a plan: the viewer's own part in it, the reports on it, decisions on them."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from organizations import acts
from organizations.access import Permission
from organizations.errors import Conflict, Refused
from organizations.http import PortalRequest, for_members
from organizations.models import Document, State
from roadmaps import queries
from roadmaps.forms.decisions import DecisionForm, ReturnForm
from roadmaps.forms.executions import (
    KNOWN_PROOFS,
    HolderForm,
    PostponeForm,
    ReportForm,
    TellForm,
    VersionForm,
)
from roadmaps.models import Execution, Item, Roadmap
from roadmaps.services import evidence, own
from roadmaps.services import executions as service
from roadmaps.views.rows import row_of
from roadmaps.views.strips import scale_of

PER_PAGE = 50
OWING = 20
HISTORY = 50
Forms = dict[str, Any]


@for_members
def item(request: PortalRequest, pk: int, item: int) -> HttpResponse:
    """What is to be done, by whom and when; what the viewer's territory reported."""
    return _shown(request, _item(request, pk, item), {})


def _item(request: PortalRequest, pk: int, item: int) -> Item:
    visible = Item.objects.visible_to(request.viewer)
    rows = visible.select_related("roadmap__owner", "roadmap__order", "section")
    return get_object_or_404(rows, roadmap=pk, pk=item)


def _shown(request: PortalRequest, item: Item, forms: Forms) -> HttpResponse:
    """The page; `forms` are those that came back with faults."""
    viewer, today = request.viewer, timezone.localdate()
    page = Paginator(queries.reports_on(item, viewer), PER_PAGE).get_page(request.GET.get("page"))
    [line] = queries.lines(item.roadmap, viewer, day=today, only=item)
    mine = queries.part_of(line.own, viewer) if line.own else None
    owing = queries.owing(item, viewer)
    if mine is not None:
        owing = owing.exclude(pk=mine.pk)
    context = {
        "item": item,
        "roadmap": item.roadmap,
        "row": row_of(line, scale_of(item.roadmap), today),
        "own": mine,
        "page": page,
        "reports": [_report(request, one) for one in page],
        "owing": [_report(request, one) for one in owing[:OWING]],
        "owing_number": owing.count(),
        "waiting": queries.to_accept(viewer).filter(item=item).count(),
        **(_own(request, mine, forms) if mine else {}),
    }
    return render(request, "roadmaps/item.html", context)


def _own(request: PortalRequest, mine: Execution, forms: Forms) -> Forms:
    """The viewer's own part: what may be typed about it, and what was done with it."""
    if not _may_report(request, mine):
        return {"trail": _trail(mine)}
    people = queries.may_hold(mine, request.viewer)
    holder = {"holder": mine.holder_id}
    return {
        "may_report": True,
        "is_open": mine.state in (State.DRAFT, State.RETURNED) or "form" in forms,
        "form": _report_form(request, mine),
        "holder_form": HolderForm(initial=holder, people=people, auto_id="h-%s"),
        "tell_form": TellForm(auto_id="t-%s"),
        "doubts": queries.doubts_of_dates(mine, mine.evidence.all()),
        "carried_by": _carried_by(request, mine),
        "trail": _trail(mine),
        **forms,
    }


def _may_report(request: PortalRequest, mine: Execution) -> bool:
    in_force = mine.item.roadmap.status == Roadmap.Status.APPROVED
    return in_force and request.viewer.may(Permission.EXECUTION_REPORT)


def _carried_by(request: PortalRequest, mine: Execution) -> list[Item]:
    """The items of the organization's own plan by which it carries this one out."""
    if not mine.is_carried:
        return []
    below = Item.objects.visible_to(request.viewer).filter(
        links__upper=mine.item_id, executions__organization=mine.organization_id
    )
    return list(below.filter(roadmap__status=Roadmap.Status.APPROVED))


def _report_form(request: PortalRequest, mine: Execution, *, is_draft: bool = False) -> ReportForm:
    known = queries.proofs_at_hand(mine, request.viewer)[:KNOWN_PROOFS]
    typed = {"text": mine.report, "outcome": mine.outcome, "postpone_to": mine.postpone_to}
    posted = (request.POST, request.FILES) if "text" in request.POST else (None, None)
    return ReportForm(
        *posted, initial=typed, known=list(known), needed=service.NEEDED, is_draft=is_draft
    )


def _report(request: PortalRequest, one: Execution) -> dict[str, Any]:
    """A report with what the viewer may do with it."""
    standing = queries.standing_of(one, day=timezone.localdate())
    told = {"execution": one, "shape": standing.value, "word": queries.WORDS[standing]}
    return told | (_decision(one) if queries.may_decide(one, request.viewer) else {})


def _decision(one: Execution) -> dict[str, Any]:
    read = service.revision(one)
    form = ReturnForm(initial={"read": read}, auto_id=f"return-{one.pk}-%s")
    return {"read": read, "return_form": form, "doubts": queries.doubts_of_report(one)}


def _trail(execution: Execution) -> list[dict[str, Any]]:
    """What was done with an execution, in words; the newest act first."""
    return [
        {
            "at": event.at,
            "text": acts.words(event.action),
            "note": "; ".join([acts.who(event), *map(str, acts.changes(event))]),
        }
        for event in queries.history(execution)[:HISTORY]
    ]


@for_members
def execution(request: PortalRequest, pk: int) -> HttpResponse:
    """One organization's part in an item: its report with proofs, its history, the decision."""
    return _part_shown(request, _execution(request, pk), {})


def _part_shown(request: PortalRequest, execution: Execution, forms: Forms) -> HttpResponse:
    viewer = request.viewer
    part = get_object_or_404(queries.told(Execution.objects.visible_to(viewer)), pk=execution.pk)
    context = {
        **_report(request, part),
        "item": execution.item,
        "roadmap": execution.item.roadmap,
        "notes": part.notes.select_related("written_by"),
        "postponements": part.postponements.select_related("decided_by"),
        "doubts": queries.doubts_of_report(part) if part.state == State.SENT else [],
        "trail": _trail(part),
        "is_own": part.organization_id in queries.own_places(viewer),
        "postpone_form": PostponeForm() if queries.may_postpone(part, viewer) else None,
        **forms,
    }
    return render(request, "roadmaps/execution.html", context)


@require_POST
@for_members
def report(request: PortalRequest, pk: int, item: int) -> HttpResponse:
    """Hand in what the viewer's organization did, or keep it for now."""
    found = _item(request, pk, item)
    mine = own.own_execution(found, request.viewer)
    is_draft = request.POST.get("act") == "keep"
    form = _report_form(request, mine, is_draft=is_draft)
    if form.is_valid() and _is_taken(request, mine, form, is_draft):
        kept = f"Черновик отчёта по пункту {found.number} сохранён, он ещё не сдан."
        sent = f"Отчёт по пункту {found.number} сдан на приёмку."
        messages.success(request, kept if is_draft else sent)
        return redirect("roadmaps:item", pk=pk, item=item)
    return _shown(request, found, {"form": form})


def _is_taken(request: PortalRequest, mine: Execution, form: ReportForm, is_draft: bool) -> bool:
    """Whether the service took what was typed; a file it refused is told beside its field."""
    act = service.keep if is_draft else service.hand_in
    try:
        act(mine, by=request.viewer, **form.typed)
    except Refused as error:
        form.add_error("file", str(error))
    return form.is_valid()


@require_POST
@for_members
def start(request: PortalRequest, pk: int) -> HttpResponse:
    execution = service.start(_execution(request, pk), by=request.viewer)
    messages.success(request, f"Пункт {execution.item.number} взят в работу.")
    return _back(request, execution)


@require_POST
@for_members
def tell(request: PortalRequest, pk: int) -> HttpResponse:
    """How a long item goes, at its control point."""
    execution, form = _execution(request, pk), TellForm(request.POST, auto_id="t-%s")
    if not form.is_valid():
        return _shown(request, _of(request, execution), {"tell_form": form})
    service.tell(execution, text=form.cleaned_data["note"], by=request.viewer)
    messages.success(request, "Ход исполнения записан.")
    return _back(request, execution)


@require_POST
@for_members
def entrust(request: PortalRequest, pk: int) -> HttpResponse:
    """Name who carries the item out."""
    execution = _execution(request, pk)
    people = queries.may_hold(execution, request.viewer)
    form = HolderForm(request.POST, people=people, auto_id="h-%s")
    if not form.is_valid():
        return _shown(request, _of(request, execution), {"holder_form": form})
    service.entrust(execution, holder=form.person, by=request.viewer)
    named = form.person.full_name if form.person else "никто не назначен"
    messages.success(request, f"Пункт {execution.item.number} исполняет: {named}.")
    return _back(request, execution)


@require_POST
@for_members
def proof_remove(request: PortalRequest, pk: int, proof: int) -> HttpResponse:
    execution, document = _execution(request, pk), _proof(request, proof)
    evidence.detach(execution, document, by=request.viewer)
    messages.success(request, f"«{document}» больше не приложен. Сам документ сохранён.")
    return _back(request, execution)


@require_POST
@for_members
def proof_version(request: PortalRequest, pk: int, proof: int) -> HttpResponse:
    """A corrected file of a proof."""
    execution, document = _execution(request, pk), _proof(request, proof)
    form = VersionForm(request.POST, request.FILES)
    if not form.is_valid():
        raise Conflict(" ".join(map(str, form.errors["file"])))
    file = form.cleaned_data["file"]
    version = evidence.add_version(
        execution, document, content=file.read(), name=file.name, by=request.viewer
    )
    messages.success(request, f"«{document}»: загружена версия {version.number}.")
    return _back(request, execution)


@require_POST
@for_members
def accept(request: PortalRequest, pk: int) -> HttpResponse:
    execution = _execution(request, pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        raise Conflict("Откройте пункт, прочитайте отчёт и примите его там.")
    accepted = service.accept(execution, by=request.viewer, read=form.cleaned_data["read"])
    if accepted.state == State.ACCEPTED:
        messages.success(request, f"Отчёт принят: {execution.organization}.")
    else:
        messages.success(
            request, f"Срок перенесён на {accepted.due_on:%d.%m.%Y}: {execution.organization}."
        )
    return _back(request, execution)


@require_POST
@for_members
def send_back(request: PortalRequest, pk: int) -> HttpResponse:
    execution = _execution(request, pk)
    form = ReturnForm(request.POST, auto_id=f"return-{pk}-%s")
    if not form.is_valid():
        return _part_shown(request, execution, {"return_form": form})
    service.send_back(execution, by=request.viewer, **form.cleaned_data)
    messages.success(request, f"Отчёт возвращён: {execution.organization}.")
    return _back(request, execution)


@require_POST
@for_members
def postpone(request: PortalRequest, pk: int) -> HttpResponse:
    """Move the day of an execution of the level below."""
    execution, form = _execution(request, pk), PostponeForm(request.POST)
    if not form.is_valid():
        return _part_shown(request, execution, {"postpone_form": form})
    moved = service.postpone(execution, by=request.viewer, **form.cleaned_data)
    messages.success(request, f"Срок перенесён на {moved.due_on:%d.%m.%Y}: {moved.organization}.")
    return redirect("roadmaps:execution", pk=pk)


def _execution(request: PortalRequest, pk: int) -> Execution:
    visible = Execution.objects.visible_to(request.viewer)
    named = visible.select_related("item__roadmap__owner", "organization__parent")
    return get_object_or_404(named, pk=pk)


def _of(request: PortalRequest, execution: Execution) -> Item:
    return _item(request, execution.item.roadmap_id, execution.item_id)


def _proof(request: PortalRequest, pk: int) -> Document:
    return get_object_or_404(Document.objects.visible_to(request.viewer), pk=pk)


def _back(request: PortalRequest, execution: Execution) -> HttpResponse:
    """To the page the act was done on, if it is one of ours; else to the item."""
    asked = request.POST.get("next", "")
    if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return redirect(asked)
    return redirect("roadmaps:item", pk=execution.item.roadmap_id, item=execution.item_id)
