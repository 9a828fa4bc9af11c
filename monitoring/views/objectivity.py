"""Objectivity of a territory: the funnel of one work, the table of schools, the wish to compute."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from monitoring import charts, funnels
from monitoring.forms import STATES, ObjectivityFilter
from monitoring.passports import METHODS, WORDS
from monitoring.queries import objectivity as queries
from monitoring.services import computations
from monitoring.stats.disclosure import MIN_PUPILS
from monitoring.stats.findings import Method
from monitoring.views.figures import figure, with_own, without_table
from monitoring.wording import percent
from organizations.access import Permission
from organizations.attachments import XLSX, attachment
from organizations.exchange import workbook
from organizations.http import PortalRequest, for_members
from organizations.models import Kind, Level, Organization, Run
from organizations.views.sections import open_only_with
from procedures.models import Work
from procedures.queries import works_of, years

PER_PAGE = 50
SCHOOLS = "школа,школы,школ"


@dataclass(frozen=True)
class Asked:
    """One work of one year, and what part of its schools."""

    year: int
    works: list[Work]
    work: Work | None
    state: str
    municipality: str


def _asked(request: PortalRequest) -> Asked:
    """What the address asks for; where it says nothing, the last computed year's first work."""
    typed = ObjectivityFilter(request.GET).asked
    named = Work.objects.filter(code=typed.get("work", "")).first()
    year = named.year if named else typed.get("year") or queries.newest_year(request.viewer)
    works = list(works_of(year or next(iter(years()), 0)))
    work = next((one for one in works if named and one.pk == named.pk), None)
    return Asked(
        year=works[0].year if works else year or 0,
        works=works,
        work=work or next(iter(works), None),
        state=typed.get("state", ""),
        municipality=typed.get("municipality", "") if request.viewer.level == Level.REGION else "",
    )


@for_members
def objectivity(request: PortalRequest) -> HttpResponse:
    """How the schools of the territory stand in one work; a school is led to its own dossier."""
    viewer = request.viewer
    open_only_with(Permission.OBJECTIVITY_READ, viewer)
    if viewer.level == Level.SCHOOL:
        own = get_object_or_404(Organization.objects.visible_to(viewer), pk=viewer.territory_id)
        return redirect("monitoring:school", code=own.code)
    asked = _asked(request)
    if asked.work is None:
        return render(request, "monitoring/objectivity.html", {"asked": asked})
    schools = queries.schools_of(
        viewer, asked.work, state=asked.state, municipality=asked.municipality
    )
    counts = queries.counts(viewer, asked.work, asked.municipality)
    page = Paginator(schools, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "asked": asked,
        "years": years(),
        "works": _work_pills(request, asked),
        "counts": counts,
        "filters": _state_pills(request, asked, counts),
        "municipalities": _municipalities(request),
        "methods": [METHODS[method] for method in Method],
        "page": page,
        "rows": [_row(line, asked.work) for line in queries.lines(page, asked.work)],
        "figure": _funnel(request, asked.work) if counts.schools else None,
        "words": WORDS,
        "may_compute": viewer.may(Permission.OBJECTIVITY_COMPUTE),
    }
    return render(request, "monitoring/objectivity.html", context)


def _municipalities(request: PortalRequest) -> QuerySet[Organization]:
    if request.viewer.level != Level.REGION:
        return Organization.objects.visible_to(None)
    return Organization.objects.visible_to(request.viewer).filter(kind=Kind.MUNICIPALITY)


def _address(request: HttpRequest, **changed: str) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changed.items():
        query[name] = value
        if not value:
            del query[name]
    return f"?{query.urlencode()}"


def _work_pills(request: PortalRequest, asked: Asked) -> list[dict[str, Any]]:
    """The works of the year as links, each with how many schools have a signal in it."""
    signals = queries.signals_by_work(request.viewer, asked.year)
    return [
        {
            "title": short_name(work),
            "url": _address(request, work=work.code, year=""),
            "current": work == asked.work,
            "count": signals.get(work.pk),
            "shape": "signal" if work.pk in signals else "",
        }
        for work in asked.works
    ]


def short_name(work: Work) -> str:
    """«РУ4»: what the heads of matrices have room for."""
    return f"{work.subject[:2].upper()}{work.grade}"


def _state_pills(
    request: PortalRequest, asked: Asked, counts: queries.Counts
) -> list[dict[str, Any]]:
    titles = {"": "все школы", "signal": "сигнал", "watch": "внимание", "few": "мало данных"}
    return [
        {
            "title": titles[state],
            "url": _address(request, state=state),
            "current": asked.state == state,
            "count": getattr(counts, state or "schools"),
            "shape": state,
        }
        for state in ("", *STATES)
    ]


def _row(line: queries.Line, work: Work) -> dict[str, Any]:
    shapes = [(METHODS[method].title, line.shape(method)) for method in Method]
    dossier = reverse("monitoring:school", args=[line.school.code])
    return {
        "school": line.school,
        "url": f"{dossier}?work={work.code}",
        "is_few": line.pupils < MIN_PUPILS if line.mean is not None else True,
        "pupils": line.pupils,
        "mean": line.mean,
        "cells": [(title, shape, WORDS[shape]) for title, shape in shapes],
    }


def _funnel(request: PortalRequest, work: Work) -> dict[str, Any] | None:
    """The region's schools as points; a municipality's own ones laid over them."""
    points = queries.level_points(request.viewer, work)
    if not points:
        return None
    columns = ([getattr(point, name) for point in points] for name in ("mean", "effect", "z", "p"))
    mean, effect, z, p = map(np.array, columns)
    fitted = funnels.from_findings(mean, effect, z, p, np.array([one.pupils for one in points]))
    if fitted is None:
        return None
    drawn = [
        charts.Point("", one.pupils, one.mean, is_beyond=bool(beyond))
        for one, beyond in zip(points, fitted.is_beyond, strict=True)
    ]
    build = partial(
        charts.funnel, f"{work}: средний процент выполнения", drawn, fitted.limits,
        counts="работ в школе",
    )  # fmt: skip
    if request.viewer.level == Level.REGION:
        return figure(lambda place: without_table(build(place=place)))
    own = [(one.pupils, one.mean) for one in points if one.is_own]
    said = _own_sentence(points, fitted)
    return figure(lambda place: without_table(with_own(build(place=place), own, "ваши школы"))) | {
        "sentence": said
    }


def _own_sentence(points: list[queries.LevelPoint], fitted: funnels.Fitted) -> str:
    own = [beyond for one, beyond in zip(points, fitted.is_beyond, strict=True) if one.is_own]
    centre = f"регион {percent(fitted.limits.centre)}"
    if not any(own):
        return f"Все ваши школы в пределах случайного разброса, {centre}."
    return (
        f"Из ваших школ, которые сравнили ({len(own)}), отличие трудно объяснить случайностью "
        f"у {sum(own)}; {centre}."
    )


@for_members
def objectivity_xlsx(request: PortalRequest) -> HttpResponse:
    """The filtered table as a workbook, all its schools."""
    open_only_with(Permission.OBJECTIVITY_READ, request.viewer)
    asked = _asked(request)
    work = get_object_or_404(Work, pk=asked.work.pk if asked.work else None)
    schools = queries.schools_of(
        request.viewer, work, state=asked.state, municipality=asked.municipality
    )
    head = ["Код", "Школа", "Муниципалитет", "Работ", "Средний процент, %"]
    head += [METHODS[method].title for method in Method]
    rows = [_xlsx_row(line) for line in queries.lines(schools, work)]
    content = workbook.write({"Объективность": [head, *rows]})
    return attachment(content, f"объективность-{work.code}.xlsx", content_type=XLSX)


def _xlsx_row(line: queries.Line) -> list[str | float | None]:
    is_shown = line.mean is not None and line.pupils >= MIN_PUPILS
    numbers = [line.pupils, round(100 * (line.mean or 0), 1)] if is_shown else [None, None]
    municipality = line.school.parent.short_name if line.school.parent else ""
    shapes = [WORDS[line.shape(method)] for method in Method]
    return [line.school.code, line.school.short_name, municipality, *numbers, *shapes]


@require_POST
@for_members
def compute(request: PortalRequest) -> HttpResponse:
    """Wish for a work to be computed, and go where its progress is seen."""
    work = get_object_or_404(Work, code=request.POST.get("work", ""))
    run = computations.request(work, by=request.viewer)
    if Run.objects.visible_to(request.viewer).filter(pk=run.pk).exists():
        return redirect("organizations:run", pk=run.pk)
    messages.success(request, f"«{work}» уже ждёт расчёта: числа обновятся сами.")
    return redirect(f"{reverse('monitoring:objectivity')}?work={work.code}")
