"""What all views of one plan share: the plan itself, how it is narrowed, what stands above it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.shortcuts import get_object_or_404
from django.utils import timezone

from organizations.access import Permission
from organizations.http import PortalRequest
from organizations.models import Level, Organization
from organizations.templatetags.ru import plural, school_year
from roadmaps import queries
from roadmaps.forms.filters import PlanFilter
from roadmaps.models import Roadmap
from roadmaps.queries import Line, deliveries
from roadmaps.queries.adopted import ADOPTING
from roadmaps.queries.matrix import places_of
from roadmaps.views import rows

UNKNOWN_BODY = "other"  # the code of all bodies the reader does not know: told apart by words
WHOLE = {Level.REGION: "весь регион", Level.MUNICIPALITY: "все школы"}
PLACES = {
    Level.REGION: "муниципалитет,муниципалитета,муниципалитетов",
    Level.MUNICIPALITY: "школа,школы,школ",
}


def plan_of(request: PortalRequest, pk: int) -> Roadmap:
    """The plan, or a 404 for those who do not see it."""
    visible = Roadmap.objects.visible_to(request.viewer)
    people = ("owner__parent", "order", "supersedes")
    return get_object_or_404(visible.select_related(*people), pk=pk)


@dataclass(frozen=True)
class Narrowed:
    """The lines of a plan that the address asks for, and all it offers to ask for."""

    roadmap: Roadmap
    lines: Sequence[Line]
    shown: Sequence[Line]
    asked: dict[str, str]
    bodies: Sequence[tuple[str, str]]
    places: Sequence[Organization]
    level: int
    filters: Sequence[dict[str, Any]]

    @property
    def query(self) -> str:
        """What narrows it, as the end of an address: the file holds what the page shows."""
        return _query(self.asked)

    @property
    def whole(self) -> str:
        return WHOLE.get(Level(self.level), "")

    @property
    def places_words(self) -> str:
        """«34 муниципалитета», «3 муниципалитета и ещё 2» where the region has own colleges"""
        number, forms = len(self.adopters), PLACES.get(Level(self.level), "место,места,мест")
        others = len(self.places) - number
        return f"{number} {plural(number, forms)}{f' и ещё {others}' if others else ''}"

    @property
    def adopters(self) -> list[Organization]:
        """Those of the places that have plans of their own."""
        return [one for one in self.places if one.kind in ADOPTING]


def narrowed(request: PortalRequest, plan: Roadmap) -> Narrowed:
    """The plan as the address narrows it: by a saved filter, a body, a part of the territory."""
    viewer, today = request.viewer, timezone.localdate()
    asked, level = PlanFilter(request.GET).asked, max(plan.owner.level, viewer.level)
    counted = viewer.may(Permission.EXECUTION_READ)
    places = places_of(plan, viewer, day=today) if counted else []
    place = next((one for one in places if one.code == asked["place"]), None)
    asked["place"] = place.code if place else ""
    lines = queries.lines(plan, viewer, day=today, within=place)
    if place is not None:
        lines = [line for line in lines if line.total]
    within = [line for line in lines if _names(line, asked["body"])]
    return Narrowed(
        roadmap=plan,
        lines=lines,
        shown=[line for line in within if rows.shown(line, asked["show"], viewer)],
        asked=asked,
        bodies=_bodies(lines),
        places=places,
        level=level,
        filters=_filters(request, within, asked),
    )


def _names(line: Line, body: str) -> bool:
    return not body or any(body == _key(one.body, one.text) for one in line.item.responsible.all())


def _bodies(lines: Sequence[Line]) -> list[tuple[str, str]]:
    """The bodies that the plan names, each once, under the words it is first named by."""
    found: dict[str, str] = {}
    for line in lines:
        for one in line.item.responsible.all():
            found.setdefault(_key(one.body, one.text), one.text)
    return sorted(found.items(), key=lambda named: named[1].casefold())


def _key(code: str, text: str) -> str:
    return text if code == UNKNOWN_BODY else code


def _filters(
    request: PortalRequest, lines: Sequence[Line], asked: dict[str, str]
) -> list[dict[str, Any]]:
    return [
        {
            "title": title,
            "url": f"?{_query(asked | {'show': name})}",
            "current": name == asked["show"],
            "count": sum(rows.shown(line, name, request.viewer) for line in lines),
            "shape": rows.SHAPES.get(name, ""),
        }
        for name, title in rows.TITLES.items()
        if _is_offered(request, lines, name) or name == asked["show"]
    ]


def _is_offered(request: PortalRequest, lines: Sequence[Line], name: str) -> bool:
    """One's own items are for those who report; by name only where somebody was named."""
    if name == "personal":
        return any(rows.shown(line, name, request.viewer) for line in lines)
    return name != "mine" or request.viewer.may(Permission.EXECUTION_REPORT)


def _query(asked: dict[str, str]) -> str:
    return urlencode({name: value for name, value in asked.items() if value})


def head(request: PortalRequest, plan: Roadmap, current: str) -> dict[str, Any]:
    """What stands above every view of a plan, for `roadmaps/_plan.html`."""
    viewer = request.viewer
    may_edit = _may_edit(request, plan)
    is_draft = plan.status == Roadmap.Status.DRAFT
    return {
        "roadmap": plan,
        "current": current,
        "over": _year_of(plan),
        "may_edit": may_edit,
        "may_adopt": _may_adopt(request, plan),
        "readers": queries.readers(plan) if may_edit and is_draft else 0,
        "sheet": None if is_draft else deliveries.acquainted(plan, viewer),
        "delivery": deliveries.waiting_acknowledgement(plan, viewer),
    }


def _may_edit(request: PortalRequest, plan: Roadmap) -> bool:
    open_ = Roadmap.objects.open_to(request.viewer, Permission.ROADMAP_EDIT)
    return open_.filter(pk=plan.pk).exists()


def _may_adopt(request: PortalRequest, plan: Roadmap) -> bool:
    """Whether the viewer's own level may take the plan, and has not yet."""
    viewer = request.viewer
    below = plan.status == Roadmap.Status.APPROVED and plan.owner.level < viewer.level
    if not below or not viewer.may(Permission.ROADMAP_EDIT):
        return False
    own = Roadmap.objects.visible_to(viewer).filter(above=plan, owner__level=viewer.level)
    return not own.exists()


def _year_of(plan: Roadmap) -> str:
    """«2026/27 учебный год» for a plan that ends with its summer, else its years."""
    if plan.starts_on is None or plan.ends_on is None:
        return ""
    first, last = plan.starts_on.year, plan.ends_on.year
    if last == first + 1 and plan.starts_on.month >= 6:
        return f"{school_year(last)} учебный год"
    return f"{first}\u2060–\u2060{last} годы" if first != last else f"{first} год"
