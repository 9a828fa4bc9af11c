"""Background runs of the territory: what goes on, what became of it, stop and repeat."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from organizations import acts
from organizations.access import Permission
from organizations.forms.lists import UNDER_WAY, RunFilter
from organizations.http import PortalRequest, for_members
from organizations.models import Run
from organizations.services import runs as service
from organizations.views.sections import open_only_with

PER_PAGE = 50
SHAPES = {
    Run.Status.REQUESTED: "planned",
    Run.Status.RUNNING: "work",
    Run.Status.DONE: "accepted",
    Run.Status.FAILED: "late",
    Run.Status.CANCELLED: "na",
}
TITLES = {
    "": "все",
    UNDER_WAY: "идут и ждут",
    Run.Status.FAILED.value: "не удались",
    Run.Status.DONE.value: "готовы",
    Run.Status.CANCELLED.value: "отменены",
}


@for_members
def runs(request: PortalRequest) -> HttpResponse:
    """The runs of the territory, the newest first."""
    open_only_with(Permission.RUN_READ, request.viewer)
    asked = RunFilter(request.GET).asked
    rows = _narrowed(Run.objects.visible_to(request.viewer), asked, request.viewer.user_id)
    counts = _counts(rows)
    chosen = rows.filter(_state(asked["state"])) if "state" in asked else rows
    chosen = chosen.select_related("organization", "requested_by").order_by("-requested_at", "-pk")
    page = Paginator(chosen, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "asked": asked,
        "page": page,
        "rows": [(run, SHAPES[Run.Status(run.status)]) for run in page],
        "counts": counts,
        "filters": _filters(request, asked, counts),
    }
    return render(request, "organizations/runs.html", context)


def _narrowed(rows: QuerySet[Run], asked: dict[str, Any], user_id: int) -> QuerySet[Run]:
    if "mine" in asked:
        rows = rows.filter(requested_by=user_id)
    if words := asked.get("q"):
        rows = rows.filter(Q(title__icontains=words) | Q(organization__short_name__icontains=words))
    return rows


def _state(state: str) -> Q:
    return Q(status__in=Run.ACTIVE) if state == UNDER_WAY else Q(status=state)


def _counts(rows: QuerySet[Run]) -> dict[str, int]:
    """How many of these runs are in each state; one query."""
    found = dict(rows.order_by().values_list("status").annotate(Count("pk")))
    found[UNDER_WAY] = sum(found.get(status, 0) for status in Run.ACTIVE)
    return found


def _filters(
    request: PortalRequest, asked: dict[str, Any], counts: dict[str, int]
) -> list[dict[str, Any]]:
    rest = request.GET.copy()
    for name in ("page", "state"):
        rest.pop(name, None)
    filters = []
    for state, title in TITLES.items():
        query = rest.copy()
        if state:
            query["state"] = state
        filters.append(
            {
                "title": title,
                "url": f"?{query.urlencode()}",
                "current": asked.get("state", "") == state,
                "count": counts.get(state, 0) if state else None,
            }
        )
    return filters


@for_members
def run(request: PortalRequest, pk: int) -> HttpResponse:
    """One run; for htmx, which asks every two seconds, only how far it is."""
    rows = Run.objects.visible_to(request.viewer).select_related("organization", "requested_by")
    row = get_object_or_404(rows, pk=pk)
    context = {
        "run": row,
        "in_hand": service.in_hand(row, request.viewer),
        "subject_url": acts.page_of(*row.subject.split(":", 1)),
        "results": [(acts.FIELDS.get(key, key), value) for key, value in row.result.items()
                    if isinstance(value, str | int | float)],
    }  # fmt: skip
    page = "organizations/_run.html" if request.htmx else "organizations/run.html"
    return render(request, page, context)


@require_POST
@for_members
def run_cancel(request: PortalRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Run.objects.visible_to(request.viewer), pk=pk)
    service.cancel(row, by=request.viewer)
    messages.success(request, f"«{row}» отменён: работа остановится на ближайшем шаге.")
    return redirect("organizations:run", pk=pk)


@require_POST
@for_members
def run_repeat(request: PortalRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Run.objects.visible_to(request.viewer), pk=pk)
    again = service.repeat(row, by=request.viewer)
    return redirect("organizations:run", pk=again.pk)
