"""Thresholds of the engine: in force, changed on a copy, tried, published by an order."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from monitoring.forms import LIMITS, MethodForm, PublishForm, comma
from monitoring.models import MethodSettings, Signal
from monitoring.passports import FAMILIES
from monitoring.queries.objectivity import SHAPE_OF
from monitoring.queries.settings import Thresholds, thresholds_of
from monitoring.services import methods as service
from monitoring.stats.findings import METHOD_VERSION
from monitoring.stats.settings import SOURCES, Settings
from monitoring.stats.simulation.plan import Kind
from organizations.access import Permission
from organizations.errors import Conflict
from organizations.http import PortalRequest, for_members
from organizations.models import Organization
from organizations.services import runs
from organizations.views.sections import open_only_with

KINDS = {
    Kind.HELP: "подсказки в двух трудных заданиях",
    Kind.COPYING: "списывание",
    Kind.BORDERS: "дотянутые до отметки работы",
    Kind.ABSENCE: "слабые не пришли",
    Kind.JOURNAL: "поднятые отметки журнала",
    Kind.MIXTURE: "понемногу разного",
}
PAGE = "monitoring:method"


@for_members
def method(request: PortalRequest) -> HttpResponse:
    """The thresholds in force with their sources, the copy if any, what it would change."""
    open_only_with(Permission.METHOD_EDIT, request.viewer)
    return _shown(request)


def _shown(request: PortalRequest, **typed: forms.Form) -> HttpResponse:
    """The page; a form that was sent back stands there with its faults."""
    rows = list(
        MethodSettings.objects.visible_to(request.viewer).select_related(
            "trial_run", "published_by"
        )
    )
    draft = next((row for row in rows if row.published_at is None), None)
    published = [row for row in rows if row.published_at is not None]
    now = published[0] if published else None
    context: dict[str, Any] = {
        "now": now,
        "published": published,
        "draft": draft,
        "lines": _lines(now),
        "method_version": METHOD_VERSION,
    }
    if draft is not None:
        context |= _of_draft(request, draft) | typed
    return render(request, "monitoring/method.html", context)


def _lines(row: MethodSettings | None) -> list[tuple[str, str, str]]:
    """The thresholds in force: what, how much, where from."""
    thresholds: Thresholds = row.thresholds if row else thresholds_of(Settings())
    sources = row.sources if row else SOURCES
    lines = [
        (label, comma(thresholds[name]), sources.get(name, ""))
        for name, (label, _, _) in LIMITS.items()
    ]
    weights = sources.get("weights", "")
    return lines + [
        (f"Вес признака «{title}»", comma(thresholds["weights"][str(family)]), weights)
        for family, title in FAMILIES.items()
    ]


def _of_draft(request: PortalRequest, draft: MethodSettings) -> dict[str, Any]:
    typed = MethodForm.typed(draft.thresholds, draft.sources, draft.note)
    run = draft.trial_run
    return {
        "form": MethodForm(initial=typed, thresholds=draft.thresholds),
        "order": PublishForm(initial={"order_date": timezone.localdate()}),
        "run": run,
        "in_hand": run is not None and runs.in_hand(run, request.viewer),
        "trial": _trial(request, draft) if draft.trial else None,
    }


def _trial(request: PortalRequest, draft: MethodSettings) -> dict[str, Any]:
    """What a trial came to, in rows: before and after."""
    trial: dict[str, Any] = draft.trial or {}
    before, after = (trial["simulated"][side] for side in ("before", "after"))
    kinds = [
        (KINDS[Kind(kind)], before["mixed"]["kinds"][kind], after["mixed"]["kinds"][kind])
        for kind in map(str, KINDS)
    ]
    alarms = [
        (tier.label,
         *((side["honest"][tier], side["honest"]["schools"]) for side in (before, after)))
        for tier in Signal.REMARKABLE
    ]  # fmt: skip
    listed = [
        (label, *((side["mixed"][part], side["mixed"][whole]) for side in (before, after)))
        for label, part, whole in (
            ("честных среди сигналов", "honest_red", "red"),
            ("честных среди сигналов и внимания", "honest_listed", "listed"),
        )
    ]
    return {
        "kinds": kinds, "alarms": alarms, "listed": listed,
        "year": _year(request, trial["year"]) if trial["year"] else None,
    }  # fmt: skip


def _year(request: PortalRequest, change: dict[str, Any]) -> dict[str, Any]:
    """The list of the year before and after, and who moves, by name."""
    moves = {pk: (before, after) for pk, before, after in change["moves"]}
    schools = Organization.objects.open_to(request.viewer, Permission.OBJECTIVITY_READ)
    named = schools.filter(pk__in=moves).select_related("parent").order_by("short_name", "pk")
    return {
        "year": change["year"],
        "tiers": [
            (tier.label, change["before"][tier], change["after"][tier]) for tier in Signal.Tier
        ],
        "moves": [
            (school, *((SHAPE_OF[tier], Signal.Tier(tier).label) for tier in moves[school.pk]))
            for school in named
        ],
    }


@require_POST
@for_members
def method_copy(request: PortalRequest) -> HttpResponse:
    """Take a copy of the thresholds in force to change it."""
    region = get_object_or_404(
        Organization.objects.visible_to(request.viewer), pk=request.viewer.territory_id
    )
    service.copy(region, by=request.viewer)
    return redirect(PAGE)


@require_POST
@for_members
def method_change(request: PortalRequest, pk: int) -> HttpResponse:
    """Write what was typed into the copy."""
    row = _row(request, pk)
    form = MethodForm(request.POST, thresholds=row.thresholds)
    if not form.is_valid():
        return _shown(request, form=form)
    service.change(
        row, thresholds=form.changed, sources=form.sources, note=form.cleaned_data["note"],
        by=request.viewer,
    )  # fmt: skip
    messages.success(request, "Копия записана. Посчитайте на ней, прежде чем публиковать.")
    return redirect(PAGE)


@require_POST
@for_members
def method_try(request: PortalRequest, pk: int) -> HttpResponse:
    """Have the copy tried; its progress is on the same page."""
    service.try_out(_row(request, pk), by=request.viewer)
    return redirect(PAGE)


@require_POST
@for_members
def method_publish(request: PortalRequest, pk: int) -> HttpResponse:
    """Put the copy in force by an order."""
    form = PublishForm(request.POST)
    row = _row(request, pk)
    if form.is_valid():
        try:
            service.publish(row, **form.cleaned_data, by=request.viewer)
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Пороги опубликованы. Сигналы года пересчитываются.")
            return redirect(PAGE)
    return _shown(request, order=form)


@require_POST
@for_members
def method_discard(request: PortalRequest, pk: int) -> HttpResponse:
    """Throw the copy away."""
    service.discard(_row(request, pk), by=request.viewer)
    messages.success(request, "Копия убрана. Действуют прежние пороги.")
    return redirect(PAGE)


def _row(request: PortalRequest, pk: int) -> MethodSettings:
    open_only_with(Permission.METHOD_EDIT, request.viewer)
    return get_object_or_404(MethodSettings.objects.visible_to(request.viewer), pk=pk)
