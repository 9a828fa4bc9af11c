"""Pages of the tree: what stands where, the passport of one organization, and its changes."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from organizations.access import Permission, Viewer
from organizations.acts import changes, who, words
from organizations.attachments import XLSX, attachment
from organizations.errors import Conflict
from organizations.exchange import register, workbook
from organizations.forms.hierarchy import ChangeForm, ClosingForm, SuccessionForm, TreeFilter
from organizations.http import PortalRequest, for_members
from organizations.models import Event, Kind, Level, Membership, Organization, Succession
from organizations.queries import Place, narrowed, places_as_of, territories
from organizations.services import guard, hierarchy

ROWS_PER_PAGE = 50
NOTHING = "–"
EVENTS_SHOWN = 20
WHOLE_TREE = "реестр-организаций.xlsx"


@dataclass(frozen=True)
class Tree:
    """The viewer's tree on a day, and the part of it they asked for."""

    form: TreeFilter
    asked: dict[str, Any]
    working: list[Place]
    closed: list[Place]

    @property
    def territory(self) -> Place | None:
        code = self.asked.get("territory")
        places = (place for place in self.working + self.closed if place.organization.code == code)
        return next(places, None) if code else None

    @property
    def is_whole(self) -> bool:
        return not any(self.asked.get(name) for name in ("q", "kind", "territory", "state"))

    def part(self, places: list[Place]) -> list[Place]:
        inside = self.territory.organization.pk if self.territory else None
        words, kind = self.asked.get("q", ""), self.asked.get("kind", "")
        return narrowed(places, words=words, kind=kind, territory=inside)

    @property
    def shown(self) -> list[Place]:
        return self.part(self.closed if self.asked.get("state") else self.working)


def _tree(request: PortalRequest) -> Tree:
    """Two queries, whatever is asked."""
    form = TreeFilter(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    on = asked.get("as_of") or timezone.localdate()
    rows = Organization.objects.visible_to(request.viewer)
    working = places_as_of(rows.working(on), on)
    closed = places_as_of(rows.filter(closed_on__lte=on), on)
    return Tree(form, asked, working, closed)


@for_members
def organizations(request: PortalRequest) -> HttpResponse:
    """The tree of the viewer's territory, whole or in part."""
    tree = _tree(request)
    is_overview = tree.is_whole and request.viewer.level == Level.REGION
    page = Paginator(tree.shown, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    names = {place.organization.pk: place.name for place in tree.working + tree.closed}
    context = {
        "form": tree.form,
        "day": tree.asked.get("as_of"),
        "is_overview": is_overview,
        "territory": tree.territory,
        "territories": territories(tree.working, tree.closed),
        "bodies": _bodies(tree, request.viewer) if is_overview else [],
        "page": page,
        "rows": [(place, names.get(place.parent_id or 0, "")) for place in page],
        "pills": _pills(request, tree),
        "total": len(tree.part(tree.working)),
        "above": _above(request.viewer),
    }
    return render(request, "organizations/organizations.html", context)


@for_members
def download(request: PortalRequest) -> HttpResponse:
    """The same view as a workbook, in the form in which the register is read back."""
    tree = _tree(request)
    content = workbook.write({"Реестр": register.lines(tree.shown)})
    return attachment(content, WHOLE_TREE, content_type=XLSX)


def _bodies(tree: Tree, viewer: Viewer) -> list[Place]:
    beside = narrowed(tree.working, territory=viewer.territory_id)
    return [place for place in beside if place.organization.is_body]


def _above(viewer: Viewer) -> list[Organization]:
    if viewer.level == Level.REGION:
        return []
    return list(Organization.objects.above(viewer).working(timezone.localdate()))


def _pills(request: PortalRequest, tree: Tree) -> list[dict[str, Any]]:
    def address(state: str) -> str:
        query = request.GET.copy()
        query.pop("page", None)
        query["state"] = state
        return f"?{query.urlencode()}"

    closed = bool(tree.asked.get("state"))
    return [
        {"title": "Действующие", "url": address(""), "current": not closed,
         "count": len(tree.part(tree.working))},
        {"title": "Закрытые", "url": address("closed"), "current": closed,
         "count": len(tree.part(tree.closed))},
    ]  # fmt: skip


@for_members
def organization(request: PortalRequest, code: str) -> HttpResponse:
    """The passport: what it is, what it was, who works here, what was done to it."""
    row = _found(request, code)
    viewer = request.viewer
    people = Membership.objects.open_to(viewer, Permission.MEMBER_MANAGE).current()
    events = Event.objects.visible_to(viewer).about(row)[:EVENTS_SHOWN]
    context = {
        "organization": row,
        "passport": _passport(row),
        "states": row.states.select_related("parent").order_by("-since"),
        "kin": _kin(row),
        "below": Organization.objects.visible_to(viewer).filter(parent=row, closed_on=None).count(),
        "people": people.filter(organization=row).select_related("user"),
        "events": [_line(event) for event in events],
        "may_manage": viewer.may(Permission.ORGANIZATION_MANAGE),
        "may_invite": viewer.may(Permission.MEMBER_MANAGE),
        "invite_url": f"{reverse('organizations:invite')}?organization={row.pk}",
        "may_read_journal": viewer.may(Permission.JOURNAL_READ),
    }
    return render(request, "organizations/organization.html", context)


def _found(request: PortalRequest, code: str) -> Organization:
    rows = Organization.objects.visible_to(request.viewer).select_related("parent")
    return get_object_or_404(rows, code=code)


def _passport(row: Organization) -> list[tuple[str, str]]:
    school = [("Тип", row.get_profile_display() or NOTHING),
              ("Местность", "сельская" if row.is_rural else "городская")]  # fmt: skip
    return [
        ("Полное наименование", row.name),
        ("Вид", row.get_kind_display()),
        ("Уровень", Level(row.level).label),
        *(school if row.kind == Kind.SCHOOL else []),
        ("Код", row.code),
        ("ОКТМО", row.oktmo or NOTHING),
        ("ИНН", row.inn or NOTHING),
        ("Логин ФИС ОКО", row.fis_login or NOTHING),
        ("Открыта", _day(row.opened_on)),
        *([("Закрыта", _day(row.closed_on))] if row.closed_on else []),
    ]


def _day(day: datetime.date | None) -> str:
    return f"{date_format(day, 'j E Y')} г." if day else NOTHING


@dataclass(frozen=True)
class Kin:
    """One succession as the organization's own page tells it."""

    words: str
    other: Organization
    succession: Succession


# What a succession says of the one before, and of the one after.
BEFORE = {"merged": "Присоединена к", "split": "Из неё выделена", "reorganized": "Преобразована в"}
AFTER = {"merged": "К ней присоединена", "split": "Выделена из", "reorganized": "Преобразована из"}


def _kin(row: Organization) -> list[Kin]:
    later = row.successions.select_related("successor")
    earlier = row.origins.select_related("predecessor")
    return [
        *(Kin(BEFORE[one.kind], one.successor, one) for one in later),
        *(Kin(AFTER[one.kind], one.predecessor, one) for one in earlier),
    ]


def _line(event: Event) -> dict[str, Any]:
    return {
        "on": event.at,
        "when": date_format(timezone.localtime(event.at), "j E Y"),
        "text": words(event.action),
        "note": "; ".join([who(event), *map(str, changes(event))]),
    }


def _act_page(
    request: PortalRequest,
    organization: Organization,
    form: forms.Form,
    act: Callable[[dict[str, Any]], object],
    *,
    texts: dict[str, str],
) -> HttpResponse:
    """A form about one organization: shown, or sent and done; a refusal is the form's own fault."""
    guard.require(request.viewer, Permission.ORGANIZATION_MANAGE, organization)
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, texts["done"])
            return redirect("organizations:organization", code=organization.code)
    context = {"organization": organization, "form": form, "texts": texts}
    return render(request, "organizations/organization_act.html", context)


@for_members
def close(request: PortalRequest, code: str) -> HttpResponse:
    """Close an organization: the form, and the act."""
    row = _found(request, code)
    texts = {
        "title": "Закрыть организацию",
        "duty": "С этого дня организация выходит из счёта. Прежние данные остаются.",
        "button": "Закрыть",
        "done": f"Организация «{row}» закрыта.",
    }
    return _act_page(
        request, row, ClosingForm(request.POST or None),
        lambda typed: hierarchy.close(row, on=typed["on"], by=request.viewer), texts=texts,
    )  # fmt: skip


@for_members
def change(request: PortalRequest, code: str) -> HttpResponse:
    """Rename, re-subordinate, give a new status: the form, and the act."""
    row = _found(request, code)
    form = ChangeForm(request.POST or None, organization=row, viewer=request.viewer)
    texts = {
        "title": "Изменить сведения",
        "duty": "Исправьте то, что меняется. Прежние сведения останутся в истории.",
        "button": "Записать изменение",
        "done": "Изменение записано.",
    }
    return _act_page(
        request, row, form,
        lambda typed: hierarchy.change(row, by=request.viewer, **typed), texts=texts,
    )  # fmt: skip


@for_members
def succeed(request: PortalRequest, code: str) -> HttpResponse:
    """Name a successor: the form, and the act."""
    row = _found(request, code)
    form = SuccessionForm(request.POST or None, organization=row, viewer=request.viewer)
    texts = {
        "title": "Назвать преемника",
        "duty": "Присоединённая или преобразованная организация закроется в этот же день.",
        "button": "Записать преемство",
        "done": "Преемство записано.",
    }

    def act(typed: dict[str, Any]) -> None:
        hierarchy.succeed(
            row, typed["successor"], kind=Succession.Kind(typed["kind"]), on=typed["on"],
            basis=typed["basis"], by=request.viewer,
        )  # fmt: skip

    return _act_page(request, row, form, act, texts=texts)
