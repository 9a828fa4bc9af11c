"""Passing an order on: the sheet of acquaintance as a tree, the act, and «Ознакомлен(а)»."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from organizations.access import Permission
from organizations.attachments import XLSX, attachment
from organizations.errors import Conflict
from organizations.exchange import workbook
from organizations.exchange.workbook import Value
from organizations.http import PortalRequest, for_members
from organizations.models import Kind, Level, Organization
from organizations.models.organization import OrganizationQuerySet
from organizations.templatetags.ru import moment, plural
from organizations.views.sections import open_only_with
from roadmaps.forms.deliveries import PassForm
from roadmaps.forms.filters import DeliveryFilter
from roadmaps.models import Delivery, Roadmap
from roadmaps.queries import deliveries as queries
from roadmaps.queries.deliveries import Circle, Hop
from roadmaps.services import deliveries as service

PER_PAGE = 50
# A paper sent on a Friday is read on the Monday; after that somebody should be rung up.
LONG_DAYS = 3
HEAD = ("Муниципалитет", "Организация", "Кто знакомится", "Доведено", "Кем доведено",
        "Состояние", "Прочитано", "Кем прочитано")  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One hop in words: an organization with its people, or what stands for it in a sheet."""

    hop: Hop
    shape: str
    word: str
    people: Sequence[tuple[Delivery, str, str]]
    below: str
    url: str


@for_members
def deliveries(request: PortalRequest, pk: int) -> HttpResponse:
    """Who was given the order and who has read it, level by level."""
    plan = _plan(request, pk)
    place, only_unread = _asked(request, plan)
    found = _below(request, plan, place, only_unread=only_unread)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "roadmap": plan,
        "place": place,
        "above": _rows(plan, _above(request, plan, place)),
        "page": page,
        "rows": _rows(plan, queries.hops(page, plan, request.viewer)),
        "filters": _filters(place, only_unread=only_unread),
        "only_unread": only_unread,
        "sheet": queries.acquainted(plan, request.viewer),
        "delivery": queries.waiting_acknowledgement(plan, request.viewer),
        "passing": _passing(request, plan),
        "is_whole": place is None or request.viewer.level == Level.REGION == plan.owner.level,
    }
    return render(request, "roadmaps/deliveries.html", context)


def _plan(request: PortalRequest, pk: int) -> Roadmap:
    open_only_with(Permission.EXECUTION_READ, request.viewer)
    visible = Roadmap.objects.visible_to(request.viewer)
    return get_object_or_404(visible.select_related("owner__parent", "order"), pk=pk)


def _asked(request: PortalRequest, plan: Roadmap) -> tuple[Organization | None, bool]:
    """The branch that is open, and whether only the unread ones are wanted."""
    asked = DeliveryFilter(request.GET).asked
    return _place(request, plan, asked["place"]), asked["show"] == "unread"


def _place(request: PortalRequest, plan: Roadmap, code: str) -> Organization | None:
    """The branch that is open; None for the whole region."""
    visible = Organization.objects.visible_to(request.viewer)
    viewer = request.viewer
    if viewer.level > Level.REGION:
        return get_object_or_404(visible, pk=viewer.territory_id)
    if plan.owner.level > Level.REGION:
        return get_object_or_404(visible, pk=plan.owner.territory_id)
    if not code:
        return None
    return get_object_or_404(visible, code=code, kind=Kind.MUNICIPALITY)


def _above(request: PortalRequest, plan: Roadmap, place: Organization | None) -> list[Hop]:
    """The branch that is open; whose plan it is stands there only for the people below it."""
    hops = queries.hops([place], plan, request.viewer) if place else []
    return [one for one in hops if one.people or one.delivery or not _owns(plan, one)]


def _owns(plan: Roadmap, hop: Hop) -> bool:
    return hop.organization.pk == plan.owner.territory_id


def _below(
    request: PortalRequest, plan: Roadmap, place: Organization | None, *, only_unread: bool
) -> OrganizationQuerySet:
    viewer = request.viewer
    if place is None:
        return queries.first_hops(plan, viewer, only_unread=only_unread)
    return queries.schools_of(plan, viewer, place.pk, only_unread=only_unread)


def _filters(place: Organization | None, *, only_unread: bool) -> list[dict[str, Any]]:
    branch = f"place={place.code}" if place else ""
    narrowed = "&".join(part for part in (branch, "show=unread") if part)
    return [
        {"title": "Все", "url": f"?{branch}", "current": not only_unread},
        {"title": "Не прочитали", "url": f"?{narrowed}", "current": only_unread, "shape": "late"},
    ]


def _passing(request: PortalRequest, plan: Roadmap) -> dict[str, Any]:
    """What the viewer may do: buttons with counts, or people to choose."""
    viewer = request.viewer
    if not queries.may_pass_on(plan, viewer):
        return {}
    if viewer.level == Level.SCHOOL:
        people = queries.people_to_tell(plan, viewer)
        return {"form": PassForm(people=people)} if people.exists() else {}
    circles = [Circle.ALL] if viewer.level == Level.REGION else [Circle.OWING, Circle.ALL]
    counted = {one: _counted(request, plan, one) for one in circles}
    if viewer.level == Level.MUNICIPALITY and counted[Circle.OWING] == counted[Circle.ALL]:
        counted.pop(Circle.OWING)
    buttons = [
        {"circle": one.value, "words": _whom(one, towns, schools, bodies)}
        for one, (towns, schools, bodies) in counted.items()
        if towns or schools or bodies
    ]
    return {"buttons": buttons} if buttons else {}


def _counted(request: PortalRequest, plan: Roadmap, circle: Circle) -> tuple[int, int, int]:
    """Municipalities, schools and bodies that would be given the plan. One query."""
    kinds = list(queries.recipients(plan, request.viewer, circle).values_list("kind", "level"))
    towns = sum(kind == Kind.MUNICIPALITY for kind, _ in kinds)
    schools = sum(level == Level.SCHOOL for _, level in kinds)
    return towns, schools, len(kinds) - towns - schools


def _whom(circle: Circle, towns: int, schools: int, bodies: int) -> str:
    """«34 муниципалитетов и 3 органов региона»: after «до»."""
    few = " с пунктами плана" if circle is Circle.OWING else ""
    parts = [
        f"{number} {plural(number, forms)}"
        for number, forms in (
            (towns, "муниципалитета,муниципалитетов,муниципалитетов"),
            (schools, f"школы{few},школ{few},школ{few}"),
            (bodies, "органа региона,органов региона,органов региона"),
        )
        if number
    ]
    return " и ".join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts)


def _rows(plan: Roadmap, hops: Iterable[Hop]) -> list[Row]:
    page = reverse("roadmaps:deliveries", args=[plan.pk])
    return [
        Row(
            hop=hop,
            shape=_state(hop.delivery)[0],
            word="" if _owns(plan, hop) and not hop.delivery else _state(hop.delivery)[1],
            people=[(one, *_state(one)) for one in hop.people],
            below=_told_below(hop),
            url=f"{page}?place={hop.organization.code}" if hop.is_municipality else "",
        )
        for hop in hops
    ]


def _state(delivery: Delivery | None) -> tuple[str, str]:
    if delivery is None:
        return "na", "не доведено"
    if delivery.read_at:
        return "accepted", "прочитано"
    days = queries.days_unread(delivery, timezone.localdate())
    if not days:
        return "planned", "не прочитано"
    shape = "late" if days >= LONG_DAYS else "planned"
    return shape, f"не прочитано {days} {plural(days, 'день,дня,дней')}"


def _told_below(hop: Hop) -> str:
    """«прочитали 17 из 21 школы»"""
    if not hop.is_municipality or not hop.below.working:
        return ""
    passed, read = hop.below.passed, hop.below.read
    if not passed:
        return f"до школ не доведено: их {hop.below.working}"
    words = plural(read, "прочитала,прочитали,прочитали")
    return f"{words} {read} из {passed} {plural(passed, 'школы,школ,школ')}"


@for_members
def deliveries_xlsx(request: PortalRequest, pk: int) -> HttpResponse:
    """The sheet of acquaintance as the page shows it, all branches open."""
    plan = _plan(request, pk)
    place, only_unread = _asked(request, plan)
    branch = place.pk if place else None
    found = queries.everyone(plan, request.viewer, branch, only_unread=only_unread)
    hops = queries.hops(found, plan, request.viewer)
    content = workbook.write({"Ознакомление": [HEAD, *_cells(hops, only_unread=only_unread)]})
    number = plan.order.number if plan.order else ""
    name = f"Ознакомление с приказом № {number}.xlsx".replace("/", "-")
    return attachment(content, name, content_type=XLSX)


def _cells(hops: Iterable[Hop], *, only_unread: bool) -> Iterator[Sequence[Value]]:
    for hop in hops:
        for one in (hop.delivery, *hop.people):
            if not only_unread or (one and not one.read_at):
                yield _line(hop.organization, one)


def _line(organization: Organization, one: Delivery | None) -> Sequence[Value]:
    above = organization.parent if organization.level == Level.SCHOOL else None
    town = organization if organization.kind == Kind.MUNICIPALITY else above
    return (
        town.short_name if town else "",
        organization.short_name,
        one.person.full_name if one and one.person else "организация",
        moment(one.passed_at) if one else "",
        one.passed_by.full_name if one and one.passed_by else "",
        _state(one)[1],
        moment(one.read_at) if one and one.read_at else "",
        one.read_by.full_name if one and one.read_by else "",
    )


@require_POST
@for_members
def pass_on(request: PortalRequest, pk: int) -> HttpResponse:
    """Pass the order one level down: to organizations, or at a school to the people chosen."""
    plan = _plan(request, pk)
    form = PassForm(request.POST, people=queries.readers_at(request.viewer))
    if not form.is_valid():
        raise Conflict("Отмеченных людей нет в вашей организации. Откройте страницу снова.")
    if request.viewer.level == Level.SCHOOL:
        number = service.pass_to(plan, form.chosen_people, by=request.viewer)
        words = f"{number} {plural(number, 'человека,человек,человек')}"
    else:
        number = service.pass_on(plan, circle=form.chosen_circle, by=request.viewer)
        words = f"{number} {plural(number, 'организации,организаций,организаций')}"
    messages.success(request, f"Доведено до {words}." if number else "Новых нет: уже доведено.")
    return redirect("roadmaps:deliveries", pk=pk)


@require_POST
@for_members
def acknowledge(request: PortalRequest, pk: int) -> HttpResponse:
    """«Ознакомлен(а)», and back to the plan."""
    rows = Delivery.objects.visible_to(request.viewer)
    delivery = get_object_or_404(rows, pk=pk)
    service.acknowledge(delivery, by=request.viewer)
    messages.success(request, "Отмечено: с приказом ознакомлены.")
    return redirect("roadmaps:roadmap", pk=delivery.roadmap_id)
