"""Objectivity of a territory: its schools over a year, then in one work; the wish to compute."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from monitoring import charts, funnels
from monitoring.forms import STATES, ObjectivityFilter
from monitoring.models import Signal
from monitoring.passports import FAMILIES, LINES, METHODS, WORDS
from monitoring.queries import objectivity as queries
from monitoring.queries.cases import Texts, cases, texts
from monitoring.services import computations
from monitoring.stats.disclosure import MIN_PUPILS
from monitoring.stats.findings import Family, Method
from monitoring.views.evidences import border_words, shape_of
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


@dataclass(frozen=True)
class Asked:
    """A year, or one of its works, and what part of the schools."""

    year: int
    works: list[Work]
    work: Work | None
    state: str
    municipality: str


def _asked(request: PortalRequest) -> Asked:
    """What the address asks for; where it says nothing, the last computed year as a whole."""
    typed = ObjectivityFilter(request.GET).asked
    named = Work.objects.filter(code=typed.get("work", "")).first()
    year = named.year if named else typed.get("year") or queries.newest_year(request.viewer)
    works = list(works_of(year or next(iter(years()), 0)))
    work = next((one for one in works if named and one.pk == named.pk), None)
    return Asked(
        year=works[0].year if works else year or 0,
        works=works,
        work=work,
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
    context = {"asked": asked, "years": years(), "words": WORDS}
    if not asked.works:
        return render(request, "monitoring/objectivity.html", context)
    context |= {
        "works": _work_pills(request, asked),
        "municipalities": _municipalities(request),
        "edits_method": viewer.may(Permission.METHOD_EDIT),
        "may_compute": viewer.may(Permission.OBJECTIVITY_COMPUTE),
    }
    if asked.work is None:
        return render(request, "monitoring/objectivity.html", context | _year(request, asked))
    page = _work(request, asked, asked.work)
    return render(request, "monitoring/objectivity_work.html", context | page)


def _year(request: PortalRequest, asked: Asked) -> dict[str, Any]:
    """The year as a whole: what each school's works and signs come to."""
    viewer, narrowed = request.viewer, asked.municipality
    counts = queries.year_counts(viewer, asked.year, narrowed)
    rows = queries.signals_of(viewer, asked.year, state=asked.state, municipality=narrowed)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "counts": counts,
        "filters": _state_pills(request, asked, counts),
        "families": FAMILIES.values(),
        "page": page,
        "rows": [_year_row(signal) for signal in page],
        "common": _common(request, asked) if counts.schools else [],
    }


def _year_row(signal: Signal) -> dict[str, Any]:
    shape = queries.shape_of_year(signal)
    return {
        "school": signal.organization,
        "url": reverse("monitoring:school", args=[signal.organization.code]),
        "is_few": signal.participants < MIN_PUPILS,
        "pupils": signal.participants,
        "shape": shape,
        "word": _word(shape),
        "cells": [
            (FAMILIES[family], shape, _word(shape)) for family, shape in _families(signal).items()
        ],
    }


def _word(shape: str) -> str:
    return queries.GONE if shape == queries.CLEARED else WORDS[shape]


def _families(signal: Signal) -> dict[Family, str]:
    """The shape of each kind of evidence: those that made the signal have the signal's own."""
    own = queries.shape_of_year(signal)
    if own == "few":
        return dict.fromkeys(Family, own)
    known = {part["family"] for part in signal.evidence}
    return {
        family: own if family in signal.families else "usual" if family in known else "few"
        for family in Family
    }


def _common(request: PortalRequest, asked: Asked) -> list[str]:
    """What no school made alone: heaps that the region or a whole municipality has in common."""
    notches = queries.common_notches(
        request.viewer, year=asked.year, work=asked.work, municipality=asked.municipality
    )
    borders = queries.work_borders({notch.work.pk for notch in notches})
    said = [border_words(notch, borders.get(notch.work.pk, [])) for notch in notches]
    if asked.work is not None:
        return said
    return [f"{notch.work}. {one}" for notch, one in zip(notches, said, strict=True)]


def _work(request: PortalRequest, asked: Asked, work: Work) -> dict[str, Any]:
    """One work: the funnel, and how each school stands by each method."""
    viewer, narrowed = request.viewer, asked.municipality
    schools = queries.schools_of(viewer, work, state=asked.state, municipality=narrowed)
    counts = queries.counts(viewer, work, narrowed)
    page = Paginator(schools, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "counts": counts,
        "filters": _state_pills(request, asked, counts),
        "lines": [line.title for line in LINES],
        "page": page,
        "rows": [_row(line, work) for line in queries.lines(page, work)],
        "figure": _funnel(request, work) if counts.schools else None,
        "common": _common(request, asked) if counts.schools else [],
    }


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
    """The year and its works as links, each work with how many schools have a signal in it."""
    signals = queries.signals_by_work(request.viewer, asked.year)
    whole = {
        "title": "весь год",
        "url": _address(request, work="", year=str(asked.year)),
        "current": asked.work is None,
    }
    return [whole] + [
        {
            "title": short_name(work),
            "url": _address(request, work=work.code, year=""),
            "current": work == asked.work,
            "count": signals.get(work.code),
            "shape": "signal" if work.code in signals else "",
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
    shapes = [(one.title, shape_of(one, line.findings)) for one in LINES]
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
    """The filtered table as a workbook, all its schools: of a year, or of the asked work."""
    viewer = request.viewer
    open_only_with(Permission.OBJECTIVITY_READ, viewer)
    asked = _asked(request)
    narrowed = {"state": asked.state, "municipality": asked.municipality}
    if asked.work is None:
        if not asked.works:
            raise Http404
        with_index = viewer.level != Level.SCHOOL
        signals = queries.signals_of(viewer, asked.year, **narrowed)
        said = {
            case.organization_id: texts(case)
            for case in cases(viewer, year=asked.year).current().whole()
        }
        rows = [
            [*_year_line(signal, with_index=with_index), *_lines(said.get(signal.organization_id))]
            for signal in signals
        ]
        head = ["Код", "Школа", "Муниципалитет", "Работ", "Итог года", *FAMILIES.values()]
        head += [*(["Индекс"] if with_index else []), "Ответ школы", "Решение"]
        name = f"объективность-{asked.year}.xlsx"
    else:
        schools = queries.schools_of(viewer, asked.work, **narrowed)
        rows = [_xlsx_row(line) for line in queries.lines(schools, asked.work)]
        head = ["Код", "Школа", "Муниципалитет", "Работ", "Средний процент, %"]
        head += [METHODS[method].title for method in Method]
        name = f"объективность-{asked.work.code}.xlsx"
    content = workbook.write({"Объективность": [head, *rows], "Общее": _notes(request, asked)})
    return attachment(content, name, content_type=XLSX)


def _notes(request: PortalRequest, asked: Asked) -> list[list[str]]:
    """The second sheet: how to read the first, and what belongs to no single school."""
    said = "Сигнал — не вывод: он показывает, где числа необычны, и ничего не говорит о людях."
    return [["Примечание"], [said], *([one] for one in _common(request, asked))]


def _year_line(signal: Signal, *, with_index: bool) -> list[str | float | None]:
    place, shape = signal.organization, queries.shape_of_year(signal)
    municipality = place.parent.short_name if place.parent else ""
    pupils = signal.participants if signal.participants >= MIN_PUPILS else None
    words = [_word(shape) for shape in _families(signal).values()]
    index = [signal.index and round(signal.index)] if with_index else []
    return [place.code, place.short_name, municipality, pupils, _word(shape), *words, *index]


def _lines(said: Texts | None) -> list[str]:
    """What the school answered and what was decided: they never go apart from the signal."""
    return [said.answer.line, (said.second or said.decision).line] if said else ["", ""]


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
