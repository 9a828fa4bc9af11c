"""A school's dossier in small: its works by method, and one of them opened."""

from typing import Any

import numpy as np
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from monitoring import charts, evidence
from monitoring.passports import METHODS, WORDS
from monitoring.queries.cells import class_cells
from monitoring.queries.objectivity import Column, dossier, histogram_of_peers, region_of
from monitoring.stats.arrays import IntArray
from monitoring.stats.cells import add
from monitoring.stats.disclosure import MIN_PUPILS
from monitoring.stats.findings import Method
from monitoring.stats.notch import expected_histogram
from monitoring.views.figures import figure
from monitoring.views.objectivity import short_name
from monitoring.wording import decimal
from organizations.access import Permission
from organizations.http import PortalRequest, for_members
from organizations.models import Level, Organization
from organizations.templatetags.ru import day
from organizations.views.sections import open_only_with
from procedures.queries import newest_scale

ORDER = (Method.BORDER_NOTCH, Method.JOURNAL_SHIFT, Method.JOURNAL_GAP2, Method.LEVEL)
REMARKABLE = {"signal", "watch"}
MARKS = (5, 4, 3, 2)


@for_members
def school(request: PortalRequest, code: str) -> HttpResponse:
    """The works of the last years; the asked one opened, else the last that stands out."""
    open_only_with(Permission.OBJECTIVITY_READ, request.viewer)
    schools = Organization.objects.open_to(request.viewer, Permission.OBJECTIVITY_READ).schools()
    row = get_object_or_404(schools.select_related("parent"), code=code)
    columns = dossier(row)
    opened = _opened(columns, request.GET.get("work", ""))
    context: dict[str, Any] = {
        "school": row,
        "columns": columns,
        "years": _years(columns),
        "works": [_head(columns, number, opened) for number in range(len(columns))],
        "matrix": [_matrix_row(method, columns, opened) for method in ORDER],
        "signals": sum("signal" in _shapes(one).values() for one in columns),
        "words": WORDS,
        "least": MIN_PUPILS,
        "is_own": request.viewer.level == Level.SCHOOL,
    }
    if opened is not None:
        context |= _opened_work(request, row, opened)
    return render(request, "monitoring/school.html", context)


def _shapes(column: Column) -> dict[Method, str]:
    """The shape of each method; where one was never computed, there was too little."""
    found = column.findings
    return {method: found[method].shape if method in found else "few" for method in ORDER}


def _opened(columns: list[Column], code: str) -> Column | None:
    asked = [one for one in columns if one.work.code == code]
    remarkable = [one for one in columns if "signal" in _shapes(one).values()]
    return next(iter(asked or remarkable[-1:] or columns[-1:]), None)


def _years(columns: list[Column]) -> list[tuple[int, int]]:
    """Each year with the number of its works, for the head of the matrix."""
    years = [one.work.year for one in columns]
    return [(year, years.count(year)) for year in dict.fromkeys(years)]


def _head(columns: list[Column], number: int, opened: Column | None) -> dict[str, Any]:
    one = columns[number]
    return {
        "work": one.work,
        "short": short_name(one.work),
        "pupils": one.pupils,
        "is_first": number == 0 or columns[number - 1].work.year != one.work.year,
        "is_picked": one is opened,
    }


def _matrix_row(method: Method, columns: list[Column], opened: Column | None) -> dict[str, Any]:
    cells = [
        _head(columns, number, opened) | _state(_shapes(one)[method])
        for number, one in enumerate(columns)
    ]
    return {"passport": METHODS[method], "cells": cells}


def _state(shape: str) -> dict[str, str]:
    return {"shape": shape, "word": WORDS[shape]}


def _opened_work(request: PortalRequest, school: Organization, opened: Column) -> dict[str, Any]:
    """The opened work: its distribution, its journal table, and how both are to be read."""
    classes = class_cells(opened.work, [school.pk])
    own = add(classes.cells, np.zeros(len(classes), dtype=np.int64), 1) if len(classes) else None
    shapes = _shapes(opened)
    remarkable = [method for method in ORDER if shapes[method] in REMARKABLE]
    return {
        "work": opened.work,
        "classes": len(classes),
        "borders": _state(shapes[Method.BORDER_NOTCH]),
        "figure": _distribution(request, school, opened, own.histogram) if own else None,
        "journal": _journal(own.journal[0], opened) if own else None,
        "level": _state(shapes[Method.LEVEL]) | {"said": _level_said(opened, shapes)},
        "readings": [METHODS[method] for method in remarkable or ORDER[:1]],
        "passport": _passport(opened),
        "numbers": [] if request.viewer.level == Level.SCHOOL else _numbers(opened),
    }


def _distribution(
    request: PortalRequest, school: Organization, opened: Column, own: IntArray
) -> dict[str, Any]:
    """The chart of scores; the curve is what the region's other schools let expect."""
    work, scale = opened.work, newest_scale(opened.work.pk)
    borders = [scale.three, scale.four, scale.five] if scale else []
    expected: list[float] | None = None
    if borders:
        peers = histogram_of_peers(school, work, region_of(request.viewer).pk)
        if peers:
            together = np.array(peers, dtype=np.int64).sum(axis=0, keepdims=True)
            expected = expected_histogram(own, borders, together)[0].tolist()
    stands_out = _shapes(opened)[Method.BORDER_NOTCH] in REMARKABLE
    return figure(
        lambda place: charts.distribution(
            f"{work}, {school}", own[0].tolist(), borders, expected,
            standing_out=borders if stands_out else [], place=place,
        ),
        charts.PAIR,
    )  # fmt: skip


def _journal(table: IntArray, opened: Column) -> dict[str, Any]:
    """The table journal × work, and what the two methods say of it."""
    methods, shapes = (Method.JOURNAL_SHIFT, Method.JOURNAL_GAP2), _shapes(opened)
    pairs = int(table.sum())
    return {
        "states": [_state(shapes[m]) | {"title": METHODS[m].title} for m in methods],
        "pairs": pairs,
        "is_shown": pairs >= MIN_PUPILS,
        "sentences": [
            evidence.journal_pairs(table),
            evidence.journal_shift(_effect(opened, Method.JOURNAL_SHIFT)),
            evidence.journal_gaps(table, _effect(opened, Method.JOURNAL_GAP2)),
        ],
        "marks": MARKS,
        "rows": [(mark, table[mark - 2, ::-1].tolist()) for mark in MARKS],
    }


def _effect(opened: Column, method: Method) -> float | None:
    found = opened.findings.get(method)
    return found.effect if found else None


def _level_said(opened: Column, shapes: dict[Method, str]) -> str:
    is_beyond = shapes[Method.LEVEL] in REMARKABLE
    return evidence.level(_effect(opened, Method.LEVEL), is_beyond=is_beyond)


def _passport(opened: Column) -> list[tuple[str, str]]:
    found = list(opened.findings.values())
    versions = ", ".join(sorted({one.method_version for one in found}))
    return [("Версия", versions), ("Посчитано", day(max(one.updated_at for one in found)))]


def _numbers(opened: Column) -> list[tuple[str, ...]]:
    """What each method computed, for those who compare schools."""
    tested = [
        (method, opened.findings[method]) for method in ORDER if _effect(opened, method) is not None
    ]
    return [
        (
            METHODS[method].title,
            decimal(found.n, 0),
            evidence.effect_words(method, found.effect),
            decimal(found.statistic, 2),
            decimal(found.p_value, 4),
            decimal(found.q_value, 4),
        )
        for method, found in tested
    ]
