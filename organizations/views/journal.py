"""The controller's journal: who did what, when, on what, and what changed."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from organizations import acts
from organizations.access import Permission, Viewer
from organizations.attachments import XLSX, attachment
from organizations.exchange import workbook
from organizations.forms.lists import JournalFilter
from organizations.http import PortalRequest, for_members
from organizations.models import Event, Organization
from organizations.views.sections import open_only_with

PER_PAGE = 50
MOST_EXPORTED = 50_000
HEADINGS = ["Когда", "Кто", "Роль", "Организация", "Действие", "Над чем", "Что изменилось"]


@dataclass(frozen=True)
class Line:
    """One act as the journal shows it."""

    event: Event
    sentence: str
    who: str
    place: str
    url: str
    changes: list[acts.Change]


@for_members
def journal(request: PortalRequest) -> HttpResponse:
    """Fifty acts from the newest on, or from the one where the last page ended."""
    open_only_with(Permission.JOURNAL_READ, request.viewer)
    form = JournalFilter(request.GET)
    events = _narrowed(Event.objects.visible_to(request.viewer), form)
    before = request.GET.get("before", "")
    if before.isdecimal():
        events = events.filter(pk__lt=int(before))
    # One act more than shown tells whether there is a next page: nothing is counted.
    found = list(events.order_by("-pk")[: PER_PAGE + 1])
    shown = found[:PER_PAGE]
    context = {
        "form": form,
        "filtered": any(request.GET.get(name) for name in form.fields),
        "lines": _lines(shown, request.viewer),
        "older": shown[-1].pk if len(found) > PER_PAGE else None,
        "not_first": bool(before),
        "most_exported": MOST_EXPORTED,
    }
    return render(request, "organizations/journal.html", context)


@for_members
def journal_file(request: PortalRequest) -> HttpResponse:
    """The same narrowed journal as a workbook, at most 50 000 lines of it."""
    open_only_with(Permission.JOURNAL_READ, request.viewer)
    form = JournalFilter(request.GET)
    events = _narrowed(Event.objects.visible_to(request.viewer), form).order_by("-pk")
    content = workbook.write({"Журнал": _rows(events, request.viewer)})
    name = f"Журнал {timezone.localdate():%d.%m.%Y}.xlsx"
    return attachment(content, name, content_type=XLSX)


def _narrowed(events: QuerySet[Event], form: JournalFilter) -> QuerySet[Event]:
    """The events of the form's filters; a filter that cannot be read narrows nothing."""
    form.is_valid()
    asked = form.cleaned_data
    conditions = {
        "user_name__icontains": asked.get("person"),
        "action": asked.get("action"),
        "at__gte": form.start,
        "at__lt": form.end,
    }
    events = events.filter(**{key: value for key, value in conditions.items() if value})
    if about := asked.get("about"):
        events = events.filter(Q(object_name__icontains=about) | Q(object_id=about))
    return events


def _lines(events: list[Event], viewer: Viewer) -> list[Line]:
    """The events with the names and pages of their organizations; one query."""
    places = _places(events, viewer)
    return [
        Line(
            event=event,
            sentence=acts.sentence(event),
            who=acts.who(event),
            place=_name(places.get(event.organization_id or 0)),
            url=_url(event, places),
            changes=acts.changes(event),
        )
        for event in events
    ]


def _places(events: list[Event], viewer: Viewer) -> dict[int, Organization]:
    ids = {event.organization_id for event in events}
    ids |= {int(event.object_id) for event in events if _is_place(event)}
    return Organization.objects.visible_to(viewer).in_bulk([pk for pk in ids if pk])


def _is_place(event: Event) -> bool:
    return event.object_type == "organizations.organization"


def _name(place: Organization | None) -> str:
    return place.short_name if place else ""


def _url(event: Event, places: dict[int, Organization]) -> str:
    if not _is_place(event):
        return acts.page_of(event.object_type, event.object_id)
    place = places.get(int(event.object_id))
    return reverse("organizations:organization", args=[place.code]) if place else ""


def _rows(events: QuerySet[Event], viewer: Viewer) -> Iterator[list[str]]:
    names = dict(Organization.objects.visible_to(viewer).values_list("pk", "short_name"))
    yield HEADINGS
    for number, event in enumerate(events[: MOST_EXPORTED + 1].iterator()):
        if number == MOST_EXPORTED:
            yield [f"Показаны первые {MOST_EXPORTED} строк. Сузьте отбор, чтобы увидеть остальные."]
            return
        yield [
            _stamp(event.at),
            event.user_name,
            acts.VALUES.get(event.role, event.role),
            names.get(event.organization_id or 0, ""),
            acts.words(event.action),
            event.object_name,
            "; ".join(map(str, acts.changes(event))),
        ]


def _stamp(at: datetime.datetime) -> str:
    return f"{timezone.localtime(at):%d.%m.%Y %H:%M:%S}"
