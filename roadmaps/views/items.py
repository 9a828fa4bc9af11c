"""One item of a plan: the reports on it, the viewer's own report, acceptance and return."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from organizations.access import Permission
from organizations.errors import Conflict
from organizations.http import PortalRequest, for_members
from roadmaps import queries
from roadmaps.forms import DecisionForm, ReportForm, ReturnForm
from roadmaps.models import Execution, Item, Roadmap
from roadmaps.services import executions as service
from roadmaps.views.rows import row_of
from roadmaps.views.strips import scale_of

PER_PAGE = 50
SHAPES = {"sent": "done", "returned": "returned", "accepted": "accepted"}


@for_members
def item(request: PortalRequest, pk: int, item: int) -> HttpResponse:
    """What is to be done, by whom and when; what the viewer's territory reported."""
    return _shown(request, _item(request, pk, item))


def _item(request: PortalRequest, pk: int, item: int) -> Item:
    visible = Item.objects.visible_to(request.viewer)
    rows = visible.select_related("roadmap__owner", "roadmap__order", "section")
    return get_object_or_404(rows, roadmap=pk, pk=item)


def _shown(
    request: PortalRequest,
    item: Item,
    form: ReportForm | None = None,
    failed: tuple[int, ReturnForm] | None = None,
) -> HttpResponse:
    """The page; `form` and `failed` are forms that came back with faults."""
    viewer, today = request.viewer, timezone.localdate()
    reports = queries.reports_on(item, viewer)
    page = Paginator(reports, PER_PAGE).get_page(request.GET.get("page"))
    [line] = queries.lines(item.roadmap, viewer, day=today, only=item)
    own = reports.filter(organization=viewer.organization_id).first()
    context = {
        "item": item,
        "roadmap": item.roadmap,
        "row": row_of(line, scale_of(item.roadmap), today),
        "own": own,
        "page": page,
        "reports": [_report(request, one, failed) for one in page],
        "waiting": queries.to_accept(viewer).filter(item=item).count(),
        "may_report": _may_report(request, item),
        "form": form or ReportForm(initial=_typed(own)),
    }
    return render(request, "roadmaps/item.html", context)


def _may_report(request: PortalRequest, item: Item) -> bool:
    in_force = item.roadmap.status == Roadmap.Status.APPROVED
    may = request.viewer.may(Permission.EXECUTION_REPORT)
    return in_force and may and queries.concerns(item, request.viewer)


def _typed(own: Execution | None) -> dict[str, str]:
    return {"text": own.report, "link": own.link} if own else {}


def _report(
    request: PortalRequest, one: Execution, failed: tuple[int, ReturnForm] | None
) -> dict[str, Any]:
    """A report with what the viewer may do with it."""
    if not queries.may_decide(one, request.viewer):
        return {"execution": one, "shape": SHAPES[one.state]}
    form = ReturnForm(initial={"read": service.revision(one)}, auto_id=f"return-{one.pk}-%s")
    if failed and failed[0] == one.pk:
        form = failed[1]
    return {
        "execution": one,
        "shape": SHAPES[one.state],
        "read": service.revision(one),
        "form": form,
    }


@require_POST
@for_members
def report(request: PortalRequest, pk: int, item: int) -> HttpResponse:
    """Hand in what the viewer's organization did."""
    found = _item(request, pk, item)
    form = ReportForm(request.POST)
    if not form.is_valid():
        return _shown(request, found, form)
    service.report(found, by=request.viewer, **form.cleaned_data)
    messages.success(request, f"Отчёт по пункту {found.number} сдан на приёмку.")
    return redirect("roadmaps:item", pk=pk, item=item)


@require_POST
@for_members
def accept(request: PortalRequest, pk: int) -> HttpResponse:
    execution = _execution(request, pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        raise Conflict("Откройте пункт, прочитайте отчёт и примите его там.")
    service.accept(execution, by=request.viewer, read=form.cleaned_data["read"])
    messages.success(request, f"Отчёт принят: {execution.organization}.")
    return redirect("roadmaps:item", pk=execution.item.roadmap_id, item=execution.item_id)


@require_POST
@for_members
def send_back(request: PortalRequest, pk: int) -> HttpResponse:
    execution = _execution(request, pk)
    form = ReturnForm(request.POST, auto_id=f"return-{pk}-%s")
    if not form.is_valid():
        return _shown(request, _item(request, execution.item.roadmap_id, execution.item_id),
                      failed=(pk, form))  # fmt: skip
    service.send_back(execution, by=request.viewer, **form.cleaned_data)
    messages.success(request, f"Отчёт возвращён: {execution.organization}.")
    return redirect("roadmaps:item", pk=execution.item.roadmap_id, item=execution.item_id)


def _execution(request: PortalRequest, pk: int) -> Execution:
    visible = Execution.objects.visible_to(request.viewer)
    return get_object_or_404(visible.select_related("item__roadmap", "organization"), pk=pk)
