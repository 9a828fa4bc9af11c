"""Acts on a schedule: a draft begun, its lines, the order that publishes it, facts and rules."""

import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from organizations.access import Permission
from organizations.errors import Conflict, NotAllowed
from organizations.http import PortalRequest, for_members
from organizations.models import Level, Organization
from organizations.services import guard
from organizations.views.sections import open_only_with
from procedures import schedule_reads as reads
from procedures.models import (
    Schedule,
    ScheduleEntry,
    ScheduleRules,
    SchoolClass,
    SubjectHours,
)
from procedures.schedule_forms import (
    EntryForm,
    FactsForm,
    MoveForm,
    OrderForm,
    RulesForm,
    WindowFilter,
    YearFilter,
    facts_text,
)
from procedures.services import schedule as service


def _own(request: PortalRequest) -> Organization:
    rows = Organization.objects.visible_to(request.viewer)
    return get_object_or_404(rows, pk=request.viewer.territory_id)


def _schedule(request: PortalRequest, pk: int) -> Schedule:
    rows = Schedule.objects.visible_to(request.viewer).select_related("organization__parent")
    return get_object_or_404(rows, pk=pk)


def _entry(request: PortalRequest, pk: int) -> ScheduleEntry:
    rows = ScheduleEntry.objects.visible_to(request.viewer)
    return get_object_or_404(
        rows.select_related("schedule__organization__parent", "from_above"), pk=pk
    )


def _classes(request: PortalRequest, organization: Organization, year: int) -> list[SchoolClass]:
    rows = SchoolClass.objects.visible_to(request.viewer)
    return list(rows.filter(organization=organization, year=year))


def _year(request: PortalRequest) -> int:
    asked = YearFilter(request.POST or request.GET).asked
    return asked.get("year") or reads.year_of(timezone.localdate())


def _grid(schedule: Schedule, day: datetime.date | None = None) -> HttpResponse:
    """Back to the week of the grid in which something was done."""
    query: dict[str, Any] = {"year": schedule.year}
    if day is not None:
        query["from"] = day.isoformat()
    return redirect(f"{reverse('procedures:schedule')}?{urlencode(query)}")


@require_POST
@for_members
def start(request: PortalRequest) -> HttpResponse:
    """Begin the first version, or a new one as a copy of that in force."""
    schedule = service.start(_own(request), _year(request), by=request.viewer)
    return _grid(schedule)


@for_members
def entry_new(request: PortalRequest, pk: int) -> HttpResponse:
    """A new line of a draft; with `?window=` the day of a procedure that comes from above."""
    schedule = _schedule(request, pk)
    guard.require(request.viewer, Permission.SCHEDULE_EDIT, schedule)
    window = None
    if number := WindowFilter(request.GET).asked.get("window"):
        window = _entry(request, number)
        if window.schedule.organization.level >= schedule.organization.level:
            raise Conflict("На день ставят процедуру, которая пришла сверху, а эта не сверху.")
    form = EntryForm(
        request.POST or None,
        organization=schedule.organization,
        classes=_classes(request, schedule.organization, schedule.year),
        window=window,
        initial={"day": window.day} if window else None,
    )
    if request.method == "POST" and form.is_valid():
        placed = service.placed_values(window) if window else {}
        try:
            entry = service.add(schedule, form.cleaned_data | placed, by=request.viewer)
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            return _grid(schedule, entry.day)
    context = {"schedule": schedule, "form": form, "window": window}
    return render(request, "procedures/schedule_entry.html", context)


@for_members
def entry(request: PortalRequest, pk: int) -> HttpResponse:
    """One line of a draft to be changed or taken out."""
    row = _entry(request, pk)
    guard.require(request.viewer, Permission.SCHEDULE_EDIT, row)
    schedule = row.schedule
    window = reads.newest_of(row.from_above) if row.from_above else None
    form = EntryForm(
        request.POST or None,
        organization=schedule.organization,
        classes=_classes(request, schedule.organization, schedule.year),
        window=window,
        entry=row,
    )
    if request.method == "POST" and form.is_valid():
        try:
            changed = service.change(row, form.cleaned_data, by=request.viewer)
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            return _grid(schedule, changed.day)
    context = {"schedule": schedule, "form": form, "entry": row, "window": window}
    return render(request, "procedures/schedule_entry.html", context)


@require_POST
@for_members
def entry_move(request: PortalRequest, pk: int) -> HttpResponse:
    """Put a line on a free day that was offered."""
    row, form = _entry(request, pk), MoveForm(request.POST)
    if not form.is_valid():
        raise Conflict("Свободное место не прочитано. Обновите график и выберите место снова.")
    moved = service.change(row, form.cleaned_data, by=request.viewer)
    return _grid(row.schedule, moved.day)


@require_POST
@for_members
def entry_delete(request: PortalRequest, pk: int) -> HttpResponse:
    row = _entry(request, pk)
    service.remove(row, by=request.viewer)
    return _grid(row.schedule, row.day)


@require_POST
@for_members
def discard(request: PortalRequest, pk: int) -> HttpResponse:
    """Throw a draft away; the version in force stays."""
    schedule = _schedule(request, pk)
    service.discard(schedule, by=request.viewer)
    return _grid(schedule)


@for_members
def approve(request: PortalRequest, pk: int) -> HttpResponse:
    """Publish a draft by the number and the day of its order."""
    schedule = _schedule(request, pk)
    guard.require(request.viewer, Permission.SCHEDULE_EDIT, schedule)
    form = OrderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            service.approve(schedule, **form.cleaned_data, by=request.viewer)
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            return _grid(schedule)
    sheet = reads.sheet_of(schedule.organization, schedule.year)
    context = {
        "schedule": schedule,
        "form": form,
        "broken": len(sheet.broken),
        "unchecked": len(sheet.unchecked),
        "windows": len(sheet.windows),
        "entries": len(sheet.lines),
    }
    return render(request, "procedures/schedule_approve.html", context)


@for_members
def difference(request: PortalRequest, pk: int) -> HttpResponse:
    """What a version changed against the one before it, with the order of the changes."""
    open_only_with(Permission.SCHEDULE_READ, request.viewer)
    schedule = _schedule(request, pk)
    context = {"schedule": schedule, "difference": reads.difference(schedule)}
    return render(request, "procedures/schedule_difference.html", context)


@for_members
def facts(request: PortalRequest) -> HttpResponse:
    """A school's classes, lessons a day and hours of subjects, without which rules are blind."""
    open_only_with(Permission.SCHEDULE_EDIT, request.viewer)
    organization, year = _own(request), _year(request)
    if organization.level != Level.SCHOOL:
        raise NotAllowed(service.OF_SCHOOLS)
    hours = SubjectHours.objects.visible_to(request.viewer).filter(
        organization=organization, year=year
    )
    known = facts_text(_classes(request, organization, year), list(hours))
    form = FactsForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        service.record_facts(organization, year, **form.cleaned_data, by=request.viewer)
        return redirect(f"{reverse('procedures:schedule')}?year={year}")
    context = {"form": form, "year": year, "organization": organization}
    return render(request, "procedures/schedule_facts.html", context)


@for_members
def rules(request: PortalRequest) -> HttpResponse:
    """The numbers of the rules with their acts; the centre keeps a new version of them."""
    open_only_with(Permission.SCHEDULE_READ, request.viewer)
    may_change = request.viewer.may(Permission.PROCEDURE_EDIT)
    now = reads.limits()
    names = RulesForm.Meta.fields
    form = RulesForm(request.POST or None, initial={name: getattr(now, name) for name in names})
    if request.method == "POST" and form.is_valid():
        service.change_rules(form.cleaned_data, by=request.viewer)
        return redirect("procedures:schedule_rules")
    context = {
        "form": form if may_change else None,
        "limits": now,
        "versions": list(ScheduleRules.objects.order_by("-version")[:20]),
    }
    return render(request, "procedures/schedule_rules.html", context)
