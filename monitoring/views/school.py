"""A school's dossier: its years and works line by line, and one of them opened to its evidence."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from monitoring import evidence
from monitoring.forms import DossierFilter
from monitoring.models import Signal
from monitoring.passports import FAMILIES, LINES, METHODS, WORDS, Line, size_word
from monitoring.queries.cases import case_of, gone_out
from monitoring.queries.dossier import Column, Findings, Year, columns_of, dossier
from monitoring.queries.markers import markers_of, years_received
from monitoring.queries.objectivity import SHAPE_OF, strong_parts
from monitoring.signal_words import told
from monitoring.stats.disclosure import MIN_PUPILS
from monitoring.stats.findings import Family, Method, Status
from monitoring.views.case_parts import parts
from monitoring.views.evidences import REMARKABLE, Opened, evidences, shape_of
from monitoring.views.objectivity import short_name
from monitoring.wording import decimal
from organizations.access import Permission, Viewer
from organizations.http import PortalRequest, for_members
from organizations.models import Level, Organization
from organizations.templatetags.ru import day
from organizations.views.sections import open_only_with
from procedures.models import Work

LISTED = {
    True: ("signal", "в федеральном списке"),
    False: ("usual", "в списке нет"),
    None: ("few", "клетка списка пуста"),
}
CLEARED = "cleared"  # the shape of a signal that no longer counts
NOT_LISTED = ("noscale", "не рассчитывается")
SILENT = "ничего необычного"  # of a family that speaks for the school
SUBJECTS = {"Русский язык": "ru", "Математика": "ma"}


@dataclass(frozen=True)
class Place:
    """A column of the matrix: a work, or (without one) all works of the year together."""

    year: int
    work: Work | None
    findings: Findings
    is_first: bool
    is_picked: bool

    @property
    def short(self) -> str:
        return short_name(self.work) if self.work else "год"

    @property
    def title(self) -> str:
        return str(self.work) if self.work else f"все работы {self.year} года вместе"

    @property
    def query(self) -> str:
        return f"work={self.work.code}" if self.work else f"year={self.year}"

    @property
    def pupils(self) -> int | None:
        return Column(self.work, self.findings).pupils if self.work else None

    @property
    def size(self) -> str:
        return "" if self.pupils is None else size_word(self.pupils)


@for_members
def school(request: PortalRequest, code: str) -> HttpResponse:
    """The works of the last years; the asked one opened, else the last that stands out."""
    viewer = request.viewer
    open_only_with(Permission.OBJECTIVITY_READ, viewer)
    schools = Organization.objects.open_to(viewer, Permission.OBJECTIVITY_READ).schools()
    row = get_object_or_404(schools.select_related("parent"), code=code)
    years = dossier(row)
    opened = _opened(years, DossierFilter(request.GET).asked)
    places = list(_places(years, opened))
    gone = gone_out(row, viewer)
    context: dict[str, Any] = {
        "school": row,
        "years": [_year(year, places, gone) for year in years],
        "standing": _standing(years, gone),
        "places": places,
        "works": sum(place.work is not None for place in places),
        "matrix": [_line(line, places, gone) for line in LINES],
        "federal": _federal(row, viewer, places),
        "words": WORDS,
        "has_gone": bool(gone),
        "least": MIN_PUPILS,
        "is_own": viewer.level == Level.SCHOOL,
    }
    if opened is not None:
        context |= _opened_context(viewer, row, opened, years)
    if (case := case_of(row, viewer)) is not None:
        context |= parts(viewer, case)
    return render(request, "monitoring/school.html", context)


# -- The matrix --------------------------------------------------------------------------------
def _places(years: list[Year], opened: Opened | None) -> Iterator[Place]:
    for year in years:
        columns: list[tuple[Work | None, Findings]] = [
            (column.work, column.findings) for column in year.columns
        ]
        if year.pooled:
            columns.append((None, year.pooled))
        for number, (work, findings) in enumerate(columns):
            is_picked = opened is not None and opened.findings is findings
            yield Place(year.number, work, findings, number == 0, is_picked)


def _line(line: Line, places: list[Place], gone: dict[int, str]) -> dict[str, Any]:
    """A line's cells; the signals of a year that no longer counts are drawn as cleared."""
    cells = []
    for place in places:
        is_missing = place.work is None and not any(m in place.findings for m in line.methods)
        shape = "noscale" if is_missing else shape_of(line, place.findings)
        word = WORDS[shape]
        if shape in REMARKABLE and place.year in gone:
            shape, word = CLEARED, gone[place.year]
        cells.append({"place": place, "shape": shape, "word": word, "anchor": line.name})
    return {"title": line.title, "note": line.note, "name": line.name, "cells": cells}


def _federal(school: Organization, viewer: Viewer, places: list[Place]) -> list[dict[str, Any]]:
    """The federal list as it was received; a school it does not name has no marker."""
    listed = markers_of(school)
    received = set(years_received(viewer)) | set(listed)
    cells = []
    for place in places:
        subject = SUBJECTS.get(place.work.subject) if place.work else None
        shape, word = NOT_LISTED
        if place.work and subject and place.work.grade in (4, 5) and place.year in received:
            marks = listed.get(place.year)
            name = f"{subject}{place.work.grade}"
            shape, word = LISTED[False if marks is None else marks.get(name)]
        cells.append({"place": place, "shape": shape, "word": word})
    return cells


# -- The year ----------------------------------------------------------------------------------
def _tier(year: Year, gone: dict[int, str]) -> dict[str, str]:
    if year.signal is None:
        return {"shape": "few", "word": "год ещё не оценён"}
    shape = SHAPE_OF[Signal.Tier(year.signal.tier)]
    if shape in REMARKABLE and year.number in gone:
        return {"shape": CLEARED, "word": gone[year.number]}
    return {"shape": shape, "word": WORDS[shape]}


def _year(year: Year, places: list[Place], gone: dict[int, str]) -> dict[str, Any]:
    width = sum(place.year == year.number for place in places)
    return {"number": year.number, "width": width} | _tier(year, gone)


def _standing(years: list[Year], gone: dict[int, str]) -> dict[str, Any] | None:
    """The last year's signal: what it rests on, and when it goes out."""
    signal = years[-1].signal if years else None
    if signal is None:
        return None
    tier = _tier(years[-1], gone)
    is_up = tier["shape"] in REMARKABLE
    return tier | {
        "signal": signal,
        "is_up": is_up,
        "may_go_out": timezone.localdate() < signal.expires_on,
        "rests_on": _rests_on(signal, years[-1]) if is_up or tier["shape"] == CLEARED else [],
    }


def _rests_on(signal: Signal, year: Year) -> list[str]:
    """The families of a signal with the works they were found in: strongest first."""
    names = {column.work.code: str(column.work) for column in year.columns}
    return [_part_words(part, names) for part in strong_parts(signal)]


def _part_words(part: dict[str, Any], names: dict[str, str]) -> str:
    where = names.get(part["work"], "") if part["work"] else "все работы года вместе"
    number = told(part)["class_number"]
    place = f", класс № {number}" if number is not None else ""
    return f"{METHODS[Method(part['method'])].title}: {where}{place}"


def _index_sum(signal: Signal | None, year: Year) -> dict[str, Any] | None:
    """What the index is added up of, in decibans, for those who compare schools.

    Where it began is told by the index itself: thresholds may have changed since. Of an index that
    rounds to certainty it cannot be told.
    """
    if signal is None or signal.index is None or not 0 < signal.index < 100:
        return None
    names = {column.work.code: str(column.work) for column in year.columns}
    total = evidence.decibans(signal.index / 100)
    start = total - sum(part["points"] for part in signal.evidence)
    return {
        "index": decimal(signal.index, 0),
        "prior": evidence.share(start),
        "start": decimal(start, 1),
        "total": decimal(total, 1),
        "parts": [
            {
                "family": FAMILIES[Family(part["family"])],
                "found": _part_words(part, names) if part["decibans"] >= 0 else SILENT,
                **{name: decimal(part[name], 1) for name in ("decibans", "weight", "points")},
            }
            for part in signal.evidence
        ],
    }


# -- What is opened ----------------------------------------------------------------------------
def _opened(years: list[Year], asked: dict[str, Any]) -> Opened | None:
    """The asked work or year; else what stands out most in the last year, else its last work."""
    number = asked.get("class_number")
    for year in years:
        if asked.get("year") == year.number and "work" not in asked and year.pooled:
            return Opened(year.number, None, year.pooled, None)
    columns = list(columns_of(years))
    found = next((one for one in columns if one.work.code == asked.get("work")), None)
    if found is None and years:
        last = years[-1]
        found = _most_remarkable(last.columns)
        if found is None and any(shape_of(line, last.pooled) in REMARKABLE for line in LINES):
            return Opened(last.number, None, last.pooled, None)
        found = found or next(reversed(columns), None)
    return Opened(found.work.year, found.work, found.findings, number) if found else None


def _most_remarkable(columns: list[Column]) -> Column | None:
    """The last work with a signal, else the last one that asks for attention."""
    for wanted in REMARKABLE:
        for one in reversed(columns):
            if any(shape_of(line, one.findings) == wanted for line in LINES):
                return one
    return None


def _opened_context(
    viewer: Viewer, school: Organization, opened: Opened, years: list[Year]
) -> dict[str, Any]:
    shapes = {line.name: shape_of(line, opened.findings) for line in LINES}
    year = next(year for year in years if year.number == opened.year)
    is_own = viewer.level == Level.SCHOOL
    return {
        "opened": opened,
        "work": opened.work,
        "size": size_word(Column(opened.work, opened.findings).pupils) if opened.work else "",
        "passport": _passport(opened.findings),
        "readings": _readings(opened.findings, shapes),
        "numbers": [] if is_own else _numbers(opened.findings),
        "index_sum": None if is_own else _index_sum(year.signal, year),
    } | evidences(viewer, school, opened, shapes, year.columns)


def _readings(findings: Findings, shapes: dict[str, str]) -> list[Any]:
    """The methods that stand out, by line; when none does, how the borders are read."""
    remarkable = [
        METHODS[method]
        for line in LINES
        if shapes[line.name] in REMARKABLE
        for method in line.methods
        if method in findings and findings[method].shape == shapes[line.name]
    ]
    return remarkable or [METHODS[Method.BORDER_NOTCH]]


def _passport(findings: Findings) -> list[tuple[str, str]]:
    found = list(findings.values())
    versions = ", ".join(sorted({one.method_version for one in found}))
    return [("Версия", versions), ("Посчитано", day(max(one.updated_at for one in found)))]


def _numbers(findings: Findings) -> list[tuple[str, ...]]:
    """What each method computed, for those who compare schools."""
    tested = [
        (method, findings[method])
        for line in LINES
        for method in line.methods
        if method in findings and findings[method].status == Status.OK
    ]
    return [
        (
            METHODS[method].title,
            decimal(found.n, 0),
            evidence.effect_words(method, found.effect),
            decimal(found.statistic, 2),
            _probability(found.p_value),
            "–" if found.q_value is None else _probability(found.q_value),
        )
        for method, found in tested
    ]


def _probability(number: float) -> str:
    """Four digits; what is smaller is said to be smaller, and never «0,0000»."""
    return "< 0,0001" if number < 0.0001 else decimal(number, 4)
