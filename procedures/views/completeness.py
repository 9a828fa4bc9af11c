"""The board of completeness: what of each work has come, from the region down to one school."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from organizations.access import Permission
from organizations.attachments import XLSX, attachment
from organizations.exchange import workbook
from organizations.exchange.workbook import Value
from organizations.http import PortalRequest, for_members
from organizations.models import Kind, Level, Organization
from organizations.models.organization import OrganizationQuerySet
from organizations.views.sections import open_only_with
from procedures import completeness as standings
from procedures import queries
from procedures.completeness import Cell, Receipt, Tally
from procedures.forms import BoardFilter
from procedures.models import Exemption, Reopening, Work
from procedures.wording import RECEIPTS, told_cell

PER_PAGE = 50
NOBODY = "·"
MOST_ASKED = 20  # wishes on one page; the rest are counted


@dataclass(frozen=True)
class Asked:
    """What the page is about: a year's works, the day they are looked at, what is picked."""

    year: int
    works: list[Work]
    grade: int | None
    show: Receipt | None


@for_members
def completeness(request: PortalRequest) -> HttpResponse:
    """The region by municipalities, a municipality by schools, or one school's works by class."""
    open_only_with(Permission.RESULT_READ, request.viewer)
    asked = _asked(request)
    school, municipality = _places(request)
    context: dict[str, Any] = {
        "asked": asked,
        "year": asked.year,
        "years": queries.years(),
        "grades": _grades(asked),
        "municipality": municipality,
        "school": school,
        "filters": _filters(request, asked),
    }
    if school is not None:
        return render(
            request,
            "procedures/completeness_school.html",
            context | _of_school(request, school, asked),
        )
    context |= _wishes(request)
    if municipality is not None:
        context |= _of_municipality(request, municipality, asked)
        return render(request, "procedures/completeness_schools.html", context)
    context |= _of_region(request, asked)
    return render(request, "procedures/completeness.html", context)


def _asked(request: PortalRequest) -> Asked:
    found = BoardFilter(request.GET).asked
    years = queries.years()
    year = found["year"] if found.get("year") in years else (years[0] if years else 0)
    works = queries.works_of(year)
    grade = found.get("grade")
    if grade:
        works = works.filter(grade=grade)
    show = Receipt(found["show"]) if "show" in found else None
    return Asked(year, list(works), grade, show)


def _grades(asked: Asked) -> list[int]:
    grades = queries.works_of(asked.year).order_by("grade").values_list("grade", flat=True)
    return list(grades.distinct())


def _places(request: PortalRequest) -> tuple[Organization | None, Organization | None]:
    """The school and the municipality that the page is about, as the viewer may ask."""
    viewer = request.viewer
    found = BoardFilter(request.GET).asked
    visible = Organization.objects.visible_to(viewer).select_related("parent")
    if viewer.level == Level.SCHOOL:
        return get_object_or_404(visible.schools(), pk=viewer.territory_id), None
    if code := found.get("school"):
        return get_object_or_404(_schools(request), code=code), None
    municipalities = visible.filter(kind=Kind.MUNICIPALITY)
    if viewer.level == Level.MUNICIPALITY:
        return None, get_object_or_404(municipalities, pk=viewer.territory_id)
    if code := found.get("municipality"):
        return None, get_object_or_404(municipalities, code=code)
    return None, None


def _schools(request: PortalRequest) -> OrganizationQuerySet:
    """Schools of whose results the viewer may know, closed ones too."""
    schools = Organization.objects.open_to(request.viewer, Permission.RESULT_READ).schools()
    return schools.select_related("parent")


def _working(request: PortalRequest) -> OrganizationQuerySet:
    return _schools(request).working(timezone.localdate())


def _filters(request: PortalRequest, asked: Asked) -> list[dict[str, Any]]:
    """Links that narrow the board to one standing; all other choices stay."""
    found = []
    for standing in (None, *RECEIPTS):
        query = request.GET.copy()
        query.pop("page", None)
        query.pop("show", None)
        if standing:
            query["show"] = standing
        word = RECEIPTS[standing] if standing else None
        found.append(
            {
                "title": word.word if word else "все",
                "shape": word.shape if word else "",
                "url": f"?{query.urlencode()}",
                "current": standing == asked.show,
            }
        )
    return found


# the region


@dataclass(frozen=True)
class Row:
    """A municipality: its works in the order of the columns, and all of them together."""

    place: Organization
    tallies: list[Tally]

    @property
    def total(self) -> Tally:
        return Tally.sum(self.tallies)


def _of_region(request: PortalRequest, asked: Asked) -> dict[str, Any]:
    found = standings.tallies(_working(request), asked.works, timezone.localdate())
    with_schools = {parent for parent, _ in found}
    places = Organization.objects.visible_to(request.viewer).filter(pk__in=with_schools)
    rows = [
        Row(place, [found.get((place.pk, work.pk), Tally()) for work in asked.works])
        for place in places.order_by("short_name", "pk")
    ]
    columns = [Tally.sum(row.tallies[n] for row in rows) for n in range(len(asked.works))]
    return {
        "rows": [(row, [_shown(one, asked.show) for one in row.tallies]) for row in rows],
        "columns": [_shown(one, asked.show) for one in columns],
        "total": Tally.sum(columns),
    }


def _shown(tally: Tally, show: Receipt | None) -> str:
    """One cell: the percent that has come, or how many schools stand as asked for."""
    if show is not None:
        return str(tally.counts.get(show) or NOBODY)
    share = tally.completeness
    # Down, so that 100 is told of all and of nothing less.
    return NOBODY if share is None else str(math.floor(share * 100))


# a municipality


def _of_municipality(
    request: PortalRequest, municipality: Organization, asked: Asked
) -> dict[str, Any]:
    day = timezone.localdate()
    schools = list(_working(request).filter(parent=municipality).order_by("short_name", "pk"))
    found = standings.cells(_working(request).filter(parent=municipality), asked.works, day)
    by_school: dict[int, dict[int, Cell]] = defaultdict(dict)
    for cell in found:
        by_school[cell.school][cell.work] = cell
    if asked.show:
        schools = [
            school
            for school in schools
            if any(cell.receipt == asked.show for cell in by_school[school.pk].values())
        ]
    page = Paginator(schools, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "page": page,
        "rows": [(school, _in_columns(by_school[school.pk], asked.works)) for school in page],
        "total": standings.tally_of(found, asked.works, day),
        "key": [RECEIPTS[one] for one in RECEIPTS if any(c.receipt == one for c in found)],
    }


def _in_columns(found: Mapping[int, Cell], works: Sequence[Work]) -> list[Any]:
    """A told standing a work; None for a work whose grade the school does not have."""
    return [told_cell(found[work.pk]) if work.pk in found else None for work in works]


# a school


def _of_school(request: PortalRequest, school: Organization, asked: Asked) -> dict[str, Any]:
    day = timezone.localdate()
    own = Organization.objects.open_to(request.viewer, Permission.RESULT_READ).filter(pk=school.pk)
    found = standings.cells(own, asked.works, day)
    by_work = {cell.work: cell for cell in found}
    exemptions: dict[int, list[Exemption]] = defaultdict(list)
    said = Exemption.objects.visible_to(request.viewer).filter(organization=school)
    for row in said.select_related("work"):
        exemptions[row.work_id].append(row)
    wishes = {
        row.work_id: row
        for row in Reopening.objects.visible_to(request.viewer)
        .filter(organization=school)
        .order_by("asked_at", "pk")
    }
    rows = [
        {
            "work": work,
            "cell": by_work[work.pk],
            "told": told_cell(by_work[work.pk]),
            "exemptions": exemptions[work.pk],
            "wish": wishes.get(work.pk),
            "is_over": work.due_on is not None and work.due_on < day,
        }
        for work in asked.works
        if work.pk in by_work and asked.show in (None, by_work[work.pk].receipt)
    ]
    may_import = Organization.objects.open_to(request.viewer, Permission.RESULT_IMPORT)
    return {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "total": standings.tally_of(found, asked.works, day),
        "may_import": school.closed_on is None and may_import.filter(pk=school.pk).exists(),
        "is_free": request.viewer.may(Permission.RESULT_REOPEN),
    }


# wishes to open the intake again


def _wishes(request: PortalRequest) -> dict[str, Any]:
    """What waits for this person's decision, the oldest first."""
    waiting = (
        Reopening.objects.open_to(request.viewer, Permission.RESULT_REOPEN)
        .filter(state=Reopening.State.ASKED)
        .select_related("organization__parent", "work", "asked_by")
        .order_by("asked_at", "pk")
    )
    return {"wishes": waiting[:MOST_ASKED], "wishes_in_all": waiting.count()}


# a file


@for_members
def completeness_xlsx(request: PortalRequest) -> HttpResponse:
    """Every work of every school that the page is about, one a line."""
    open_only_with(Permission.RESULT_READ, request.viewer)
    asked = _asked(request)
    school, municipality = _places(request)
    schools = _working(request)
    if school is not None:
        schools = _schools(request).filter(pk=school.pk)
    if municipality is not None:
        schools = schools.filter(parent=municipality)
    found = standings.cells(schools, asked.works, timezone.localdate())
    content = workbook.write({"Полнота": [HEAD, *_lines(found, schools, asked)]})
    return attachment(content, f"Полнота {asked.year}.xlsx", content_type=XLSX)


HEAD: list[Value] = [
    "Муниципалитет", "Школа", "Код школы", "Работа", "Класс", "Срок", "Состояние",
    "Классы приняты", "Классов нет", "Классы не участвуют",
]  # fmt: skip


def _lines(
    found: Iterable[Cell], schools: OrganizationQuerySet, asked: Asked
) -> Iterable[list[Value]]:
    by_school = {row.pk: row for row in schools}
    by_work = {work.pk: work for work in asked.works}
    for cell in found:
        if asked.show not in (None, cell.receipt):
            continue
        school, work = by_school[cell.school], by_work[cell.work]
        yield [
            school.parent.short_name if school.parent else "",
            school.short_name,
            school.code,
            work.subject,
            work.grade,
            work.due_on.strftime("%d.%m.%Y") if work.due_on else "",
            RECEIPTS[cell.receipt].word,
            *(", ".join(map(str, some)) for some in (cell.received, cell.missing, cell.exempt)),
        ]
