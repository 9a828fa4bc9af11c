"""Plans: the list, one plan as its order's table, its download, approval, removal."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from organizations.access import Permission
from organizations.attachments import XLSX, attachment
from organizations.exchange import workbook
from organizations.http import PortalRequest, for_members
from organizations.models import Level
from organizations.templatetags.ru import school_year
from roadmaps import queries
from roadmaps.forms import ListFilter, PlanFilter
from roadmaps.models import Roadmap
from roadmaps.queries import WORDS, Line, Standing, Summary
from roadmaps.services import roadmaps as service
from roadmaps.views import rows
from roadmaps.views.strips import scale_of

PER_PAGE = 50
INBOX = 10
# What a list tells of a plan, in this order; the rest would not change what the reader does.
TOLD = (Standing.LATE, Standing.RETURNED, Standing.DONE, Standing.WORK, Standing.PLANNED,
        Standing.ACCEPTED, Standing.DOUBT, Standing.ELSEWHERE)  # fmt: skip


@for_members
def roadmaps(request: PortalRequest) -> HttpResponse:
    """Own plans, those that come down from above, and those of the territory below."""
    viewer, whose = request.viewer, ListFilter(request.GET).asked
    visible = Roadmap.objects.visible_to(viewer)
    counts = visible.aggregate(**{name: Count("pk", rule) for name, rule in _levels(request)})
    waiting = queries.to_accept(viewer)
    found = visible.filter(dict(_levels(request))[whose]) if whose else visible
    page = Paginator(_ordered(found), PER_PAGE).get_page(request.GET.get("page"))
    told = queries.summaries(page, viewer, day=timezone.localdate())
    context = {
        "page": page,
        "summaries": [(summary, _told(summary)) for summary in told],
        "filters": _list_filters(whose, counts),
        "whose": whose,
        "inbox": waiting[:INBOX],
        "waiting": waiting.count(),
        "nearest": min((one.nearest for one in told if one.nearest), default=None),
        "drafts": sum(one.roadmap.status == Roadmap.Status.DRAFT for one in told),
        "may_import": viewer.may(Permission.ROADMAP_EDIT),
    }
    return render(request, "roadmaps/roadmaps.html", context)


def _levels(request: PortalRequest) -> list[tuple[str, Q]]:
    """Whose a visible plan is, told by its owner's level against the viewer's."""
    level = request.viewer.level
    return [
        ("own", Q(owner__level=level)),
        ("above", Q(owner__level__lt=level)),
        ("below", Q(owner__level__gt=level)),
    ]


def _ordered(found: QuerySet[Roadmap]) -> QuerySet[Roadmap]:
    return found.select_related("owner", "order").order_by("owner__level", "-starts_on", "-pk")


def _list_filters(whose: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    titles = {"own": "Свои", "above": "Сверху", "below": "Снизу"}
    total = {"title": "Все", "url": "?", "current": not whose, "count": sum(counts.values())}
    return [total] + [
        {"title": title, "url": f"?whose={name}", "current": whose == name, "count": counts[name]}
        for name, title in titles.items()
        if counts[name] or whose == name
    ]


def _told(summary: Summary) -> list[tuple[Standing, str, int]]:
    found = [(one, WORDS[one], summary.counts[one]) for one in TOLD]
    return [(one, words, number) for one, words, number in found if number]


@for_members
def roadmap(request: PortalRequest, pk: int) -> HttpResponse:
    """One plan: its order, its items, where each stands for the viewer."""
    plan = _plan(request, pk)
    show = PlanFilter(request.GET).asked
    lines = queries.lines(plan, request.viewer, day=timezone.localdate())
    scale = scale_of(plan)
    told = _rows(plan, lines, show)
    may_edit = plan.status == Roadmap.Status.DRAFT and _may_edit(request, plan)
    context = {
        "roadmap": plan,
        "over": _year_of(plan),
        "show": show,
        "groups": rows.grouped(told),
        "ticks": scale.ticks if scale else [],
        "filters": _filters(lines, show),
        "duty": _duty(request, plan, lines),
        "doubts": _doubts(plan, lines),
        "may_edit": may_edit,
        "readers": queries.readers(plan) if may_edit else 0,
    }
    return render(request, "roadmaps/roadmap.html", context)


def _plan(request: PortalRequest, pk: int) -> Roadmap:
    visible = Roadmap.objects.visible_to(request.viewer)
    return get_object_or_404(visible.select_related("owner__parent", "order"), pk=pk)


def _rows(plan: Roadmap, lines: Sequence[Line], show: str) -> list[rows.Row]:
    scale, today = scale_of(plan), timezone.localdate()
    return [rows.row_of(line, scale, today) for line in lines if rows.shown(line, show)]


def _year_of(plan: Roadmap) -> str:
    """«2026/27 учебный год» for a plan that ends with its summer, else its years."""
    if plan.starts_on is None or plan.ends_on is None:
        return ""
    first, last = plan.starts_on.year, plan.ends_on.year
    if last == first + 1 and plan.starts_on.month >= 6:
        return f"{school_year(last)} учебный год"
    return f"{first}\u2060–\u2060{last} годы" if first != last else f"{first} год"


def _filters(lines: Sequence[Line], show: str) -> list[dict[str, Any]]:
    shapes = {"waiting": "done", "late": "late"}
    return [
        {
            "title": title,
            "url": f"?show={name}" if name else "?",
            "current": name == show,
            "count": sum(rows.shown(line, name) for line in lines),
            "shape": shapes.get(name, ""),
        }
        for name, title in rows.TITLES.items()
    ]


def _duty(request: PortalRequest, plan: Roadmap, lines: Sequence[Line]) -> dict[str, Any]:
    """What the first line speaks of: reports to accept, own late items, what goes on."""
    may_report = request.viewer.may(Permission.EXECUTION_REPORT)
    mine = [line for line in lines if line.is_mine] if may_report else []
    running = [line for line in lines if line.is_running]
    ends = [line.item.ends_on for line in running if line.item.ends_on]
    return {
        "waiting": queries.to_accept(request.viewer).filter(item__roadmap=plan).count(),
        "late": sum(line.standing is Standing.LATE for line in mine),
        "returned": sum(line.standing is Standing.RETURNED for line in mine),
        "running": len(running),
        "nearest": min(ends, default=None),
    }


def _doubts(plan: Roadmap, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The reader's doubts, each with its item where it has one on this page."""
    known = {line.item.number: line.item for line in lines}
    return [{"item": known.get(str(one["item"])), "message": one["message"]} for one in plan.doubts]


def _may_edit(request: PortalRequest, plan: Roadmap) -> bool:
    return (
        Roadmap.objects.open_to(request.viewer, Permission.ROADMAP_EDIT).filter(pk=plan.pk).exists()
    )


@for_members
def roadmap_xlsx(request: PortalRequest, pk: int) -> HttpResponse:
    """The plan as the page shows it, filter and all."""
    plan = _plan(request, pk)
    lines = queries.lines(plan, request.viewer, day=timezone.localdate())
    told = _rows(plan, lines, PlanFilter(request.GET).asked)
    content = workbook.write({"План": rows.table(told), "Приказ": rows.requisites(plan)})
    number = plan.order.number if plan.order else ""
    name = f"План по приказу № {number}.xlsx" if number else "План мероприятий.xlsx"
    return attachment(content, name.replace("/", "-"), content_type=XLSX)


@require_POST
@for_members
def approve(request: PortalRequest, pk: int) -> HttpResponse:
    plan = service.approve(_plan(request, pk), by=request.viewer)
    below = "" if plan.owner.level == Level.SCHOOL else " Его видят все организации ниже."
    messages.success(request, f"План утверждён и действует.{below}")
    return redirect("roadmaps:roadmap", pk=pk)


@require_POST
@for_members
def delete(request: PortalRequest, pk: int) -> HttpResponse:
    service.delete(_plan(request, pk), by=request.viewer)
    messages.success(request, "Черновик удалён.")
    return redirect("roadmaps:roadmaps")
