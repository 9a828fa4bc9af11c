"""Plans: the list, one plan as its order's table, both as files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from organizations.access import Permission
from organizations.attachments import XLSX, attachment
from organizations.exchange import workbook
from organizations.exchange.workbook import Value
from organizations.http import PortalRequest, for_members
from organizations.templatetags.ru import day
from roadmaps import queries
from roadmaps.forms.filters import ListFilter
from roadmaps.models import Roadmap
from roadmaps.queries import WORDS, Line, Standing, Summary
from roadmaps.queries.adopted import Adopted, adopted, places_below
from roadmaps.views import plans, rows
from roadmaps.views.strips import scale_of

HEAD = ("План", "Чей", "Приказ №", "От", "Состояние", "С", "По", "Мероприятий", "Как стоят",
        "Принято", "Всего", "Взят в план")  # fmt: skip
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
        "summaries": _entries(request, told),
        "filters": _list_filters(whose, counts),
        "whose": whose,
        "inbox": waiting[:INBOX],
        "waiting": waiting.count(),
        "nearest": min((one.nearest for one in told if one.nearest), default=None),
        "drafts": sum(one.roadmap.status == Roadmap.Status.DRAFT for one in told),
        "may_import": viewer.may(Permission.ROADMAP_EDIT),
        "has_shares": any(one.percent is not None for one in told),
        "query": f"whose={whose}" if whose else "",
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


@dataclass(frozen=True)
class Entry:
    """A plan in the list: how it stands, and what the levels below have made of it."""

    summary: Summary
    adopted: Adopted
    places: int
    is_above: bool

    @property
    def told(self) -> list[tuple[Standing, str, int]]:
        found = [(one, WORDS[one], self.summary.counts[one]) for one in TOLD]
        return [(one, words, number) for one, words, number in found if number]

    @property
    def adoption(self) -> str:
        """«взят в план: приказ № 45», «не взят», «взяли в план 12 из 34»"""
        roadmap = self.summary.roadmap
        if roadmap.status != Roadmap.Status.APPROVED:
            return ""
        if not self.is_above:
            return f"взяли в план {self.adopted.number} из {self.places}" if self.places else ""
        own = self.adopted.own
        if own is None:
            return "не взят в ваш план"
        order = own.order.number if own.order else ""
        taken = "взят в план" if own.status != Roadmap.Status.DRAFT else "берётся в план, черновик"
        return f"{taken}: приказ № {order}" if order else taken


def _entries(request: PortalRequest, told: Sequence[Summary]) -> list[Entry]:
    """Whether plans from above are taken, and by how many one's own are; two queries."""
    viewer = request.viewer
    found = adopted([one.roadmap for one in told], viewer)
    places = places_below(viewer)
    own = viewer.may(Permission.ROADMAP_EDIT)
    return [
        Entry(
            summary=one,
            adopted=found.get(one.roadmap.pk, Adopted()),
            places=places if one.roadmap.owner.level == viewer.level else 0,
            is_above=own and one.roadmap.owner.level < viewer.level,
        )
        for one in told
    ]


@for_members
def roadmaps_xlsx(request: PortalRequest) -> HttpResponse:
    """The list of plans as the page shows it, all of its pages."""
    whose = ListFilter(request.GET).asked
    visible = Roadmap.objects.visible_to(request.viewer)
    found = visible.filter(dict(_levels(request))[whose]) if whose else visible
    told = queries.summaries(_ordered(found), request.viewer, day=timezone.localdate())
    table = [HEAD, *(_cells(entry) for entry in _entries(request, told))]
    content = workbook.write({"Дорожные карты": table})
    return attachment(content, "Дорожные карты.xlsx", content_type=XLSX)


def _cells(entry: Entry) -> Sequence[Value]:
    summary, roadmap = entry.summary, entry.summary.roadmap
    order = roadmap.order
    return (
        roadmap.title,
        roadmap.owner.short_name,
        order.number if order else "",
        day(order.signed_on) if order else "",
        roadmap.get_status_display(),
        f"{roadmap.starts_on:%d.%m.%Y}" if roadmap.starts_on else "",
        f"{roadmap.ends_on:%d.%m.%Y}" if roadmap.ends_on else "",
        summary.total,
        ", ".join(f"{words} {number}" for _, words, number in entry.told),
        summary.finished,
        summary.owed,
        entry.adoption,
    )


@for_members
def roadmap(request: PortalRequest, pk: int) -> HttpResponse:
    """One plan: its order, its items, where each stands for the viewer."""
    plan = plans.plan_of(request, pk)
    view, scale = plans.narrowed(request, plan), scale_of(plan)
    context = plans.head(request, plan, "list") | {
        "view": view,
        "groups": rows.grouped(_rows(view)),
        "ticks": scale.ticks if scale else [],
        "duty": _duty(request, plan, view.lines),
        "doubts": _doubts(plan, view.lines),
        "has_parts": len(view.places) > 1 and not view.asked["place"],
        "has_shares": any(line.total for line in view.lines),
    }
    return render(request, "roadmaps/roadmap.html", context)


def _rows(view: plans.Narrowed) -> list[rows.Row]:
    scale, today = scale_of(view.roadmap), timezone.localdate()
    places = () if view.asked["place"] else view.places
    return [rows.row_of(line, scale, today, places) for line in view.shown]


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
    """The reader's doubts, each with its item where it has one on this page.

    A doubt about an item that the viewer does not see is not told either.
    """
    known = {line.item.number: line.item for line in lines}
    return [
        {"item": known.get(str(one["item"])), "message": one["message"]}
        for one in plan.doubts
        if one["item"] is None or str(one["item"]) in known
    ]


@for_members
def roadmap_xlsx(request: PortalRequest, pk: int) -> HttpResponse:
    """The plan as the page shows it, filter and all."""
    plan = plans.plan_of(request, pk)
    told = _rows(plans.narrowed(request, plan))
    content = workbook.write({"План": rows.table(told), "Приказ": rows.requisites(plan)})
    number = plan.order.number if plan.order else ""
    name = f"План по приказу № {number}.xlsx" if number else "План мероприятий.xlsx"
    return attachment(content, name.replace("/", "-"), content_type=XLSX)
