"""Indicators: the catalog with one's own values, and one indicator over a territory."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from monitoring import charts, funnels
from monitoring.forms import LEVELS, IndicatorFilter
from monitoring.indicators.catalog import BY_CODE, CATALOG
from monitoring.indicators.definition import Indicator, Unit
from monitoring.models import IndicatorValue
from monitoring.passports import BETTER, FORMULAS
from monitoring.queries import indicators as queries
from monitoring.stats.disclosure import MIN_PUPILS
from monitoring.stats.shares import CONFIDENCE
from monitoring.views.figures import figure, with_own, without_table
from organizations.access import Permission
from organizations.attachments import XLSX, attachment
from organizations.exchange import workbook
from organizations.http import PortalRequest, for_members
from organizations.models import Kind, Level, Organization
from organizations.views.sections import open_only_with
from procedures.models import Work

PER_PAGE = 50
NORMAL_95 = 1.96  # half the width of a 95 % interval in standard errors
LEVEL_VALUES = {"municipality": Level.MUNICIPALITY, "school": Level.SCHOOL}


@dataclass(frozen=True)
class Asked:
    """A year, one of its works or the whole of it, and for a territory what part."""

    ladder: list[Organization]
    years: list[int]
    year: int
    works: list[Work]
    work: Work | None
    level: str
    municipality: str

    @property
    def own(self) -> Organization:
        return self.ladder[0]

    @property
    def period(self) -> str:
        return str(self.work) if self.work else f"{self.year} год, все работы"


def _asked(request: PortalRequest, *, needs_work: bool = False) -> Asked:
    """What the address asks for; the last year where it says nothing.

    An indicator without a value over the whole year needs a work: the first one there is.
    """
    typed = IndicatorFilter(request.GET).asked
    ladder = queries.ladder(request.viewer)
    years = queries.years_of(ladder[0])
    year = typed.get("year", 0)
    if year not in years:
        year = years[0] if years else 0
    works = list(queries.works_of(ladder[0], year))
    work = next((one for one in works if one.code == typed.get("work")), None)
    at_region = request.viewer.level == Level.REGION
    return Asked(
        ladder=ladder,
        years=years,
        year=year,
        works=works,
        work=work or (works[0] if needs_work and works else None),
        level=typed.get("level", "municipality") if at_region else "school",
        municipality=typed.get("municipality", "") if at_region else "",
    )


@for_members
def indicators(request: PortalRequest) -> HttpResponse:
    """The catalog: what each number means, and how much it is here and above."""
    open_only_with(Permission.INDICATOR_READ, request.viewer)
    asked = _asked(request)
    values = queries.values_of(asked.ladder, asked.year, asked.work)
    context = {
        "asked": asked,
        "rows": [
            {
                "indicator": one,
                "passport": _passport(one),
                "needs_work": one.unit == Unit.PERCENT_OF_MAX,
                "values": _beside(one, asked, values),
            }
            for one in CATALOG
        ],
    }
    return render(request, "monitoring/indicators.html", context)


@dataclass(frozen=True)
class Shown:
    """A value as a page may show it: nothing under the least number of pupils."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    pupils: int | None = None
    is_few: bool = False


def _shown(indicator: Indicator, row: IndicatorValue | None) -> Shown:
    if row is None:
        return Shown()
    if row.pupils < indicator.least_pupils:
        return Shown(is_few=True)
    return Shown(row.value, row.low, row.high, row.pupils)


def _beside(
    indicator: Indicator, asked: Asked, values: dict[tuple[int, str], IndicatorValue]
) -> list[tuple[Organization, Shown]]:
    """The viewer's own value, and those of the levels above."""
    return [
        (place, _shown(indicator, values.get((place.pk, indicator.code)))) for place in asked.ladder
    ]


def _passport(indicator: Indicator) -> list[tuple[str, str]]:
    return [
        ("Формула", FORMULAS[indicator.code]),
        ("Лучше", BETTER[indicator.better]),
        ("Интервал", f"{CONFIDENCE:.0%}: честное число вне его 5 раз из 100".replace("%", " %")),
        ("Показываем", f"от {indicator.least_pupils} учеников"),
        ("Источник", indicator.source),
        ("Версия", indicator.method_version),
    ]


@for_members
def indicator(request: PortalRequest, code: str) -> HttpResponse:
    """One indicator: the territory's organizations, or a school's own years and works."""
    open_only_with(Permission.INDICATOR_READ, request.viewer)
    one = _found(code)
    asked = _asked(request, needs_work=one.unit == Unit.PERCENT_OF_MAX)
    is_school = request.viewer.level == Level.SCHOOL
    rows = (
        queries.history(asked.own, one.code) if is_school else _territory_rows(request, one, asked)
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    values = queries.values_of(asked.ladder, asked.year, asked.work)
    context = {
        "indicator": one,
        "asked": asked,
        "passport": _passport(one),
        "beside": _beside(one, asked, values),
        "page": page,
        "rows": [(row, _shown(one, row)) for row in page],
        "figure": _funnel(request, one, asked),
        "is_school": is_school,
        "needs_work": one.unit == Unit.PERCENT_OF_MAX,
        "tabs": _tabs(request, one, asked),
        "municipalities": _municipalities(request, asked),
    }
    return render(request, "monitoring/indicator.html", context)


def _found(code: str) -> Indicator:
    if code not in BY_CODE:
        raise Http404
    return BY_CODE[code]


def _territory_rows(
    request: PortalRequest, indicator: Indicator, asked: Asked
) -> QuerySet[IndicatorValue]:
    level = LEVEL_VALUES[asked.level]
    return queries.values_of_territory(
        request.viewer, indicator.code, asked.year, asked.work,
        level=level, municipality=asked.municipality if level == Level.SCHOOL else "",
    )  # fmt: skip


def _municipalities(request: PortalRequest, asked: Asked) -> QuerySet[Organization]:
    """What the region's people may narrow the list of schools by."""
    if request.viewer.level != Level.REGION or asked.level != "school":
        return Organization.objects.visible_to(None)
    return Organization.objects.visible_to(request.viewer).filter(kind=Kind.MUNICIPALITY)


def _tabs(request: PortalRequest, indicator: Indicator, asked: Asked) -> list[dict[str, Any]]:
    if request.viewer.level != Level.REGION:
        return []
    address = reverse("monitoring:indicator", args=[indicator.code])
    query = request.GET.copy()
    for name in ("page", "municipality"):
        query.pop(name, None)
    found = []
    for level, title in LEVELS:
        query["level"] = level
        url = f"{address}?{query.urlencode()}"
        found.append({"title": title, "url": url, "current": asked.level == level})
    return found


def _funnel(request: PortalRequest, indicator: Indicator, asked: Asked) -> dict[str, Any] | None:
    """The schools of the region as points; the viewer's own ones stand out among them."""
    if not asked.year:
        return None
    found = queries.values_of_region(request.viewer, indicator.code, asked.year, asked.work)
    if not len(found.owner):
        return None
    errors = (
        (found.high - found.low) / (2 * NORMAL_95)
        if indicator.unit == Unit.PERCENT_OF_MAX
        else funnels.share_errors(found.value, found.pupils)
    )
    fitted = funnels.fit(found.value, errors, found.pupils)
    if fitted is None:
        return None
    own = found.owner == asked.own.pk
    name = asked.own.short_name
    points = [
        charts.Point(name if is_own else "", int(n), float(value), bool(is_own), bool(beyond))
        for n, value, is_own, beyond in zip(
            found.pupils, found.value, own, fitted.is_beyond, strict=True
        )
    ]
    build = partial(
        charts.funnel, f"{indicator.title}, {asked.period}", points, fitted.limits,
        counts="учеников в школе",
    )  # fmt: skip
    laid = _own_points(request, found) if asked.own.level == Level.MUNICIPALITY else []
    return figure(lambda place: without_table(with_own(build(place=place), laid, "ваши школы")))


def _own_points(request: PortalRequest, found: queries.SchoolValues) -> list[tuple[int, float]]:
    schools = Organization.objects.visible_to(request.viewer).schools()
    own = set(schools.values_list("pk", flat=True))
    rows = zip(found.owner, found.pupils, found.value, strict=True)
    return [(int(n), float(value)) for owner, n, value in rows if owner in own and n >= MIN_PUPILS]


@for_members
def indicator_xlsx(request: PortalRequest, code: str) -> HttpResponse:
    """The asked rows as a workbook, all of them."""
    open_only_with(Permission.INDICATOR_READ, request.viewer)
    one = _found(code)
    asked = _asked(request, needs_work=one.unit == Unit.PERCENT_OF_MAX)
    if request.viewer.level == Level.SCHOOL:
        rows = queries.history(asked.own, one.code).select_related("organization__parent", "work")
    else:
        rows = _territory_rows(request, one, asked)
    head = ["Код", "Организация", "Муниципалитет", "Год", "Работа", f"{one.title}, %",
            "Нижняя граница, %", "Верхняя граница, %", "Учеников", "Версия методики"]  # fmt: skip
    content = workbook.write({"Показатель": [head, *(_xlsx_row(one, row) for row in rows)]})
    return attachment(content, f"{one.code}-{asked.year}.xlsx", content_type=XLSX)


def _xlsx_row(indicator: Indicator, row: IndicatorValue) -> list[str | float | None]:
    place = row.organization
    above = place.parent.short_name if place.level == Level.SCHOOL and place.parent else ""
    shown = _shown(indicator, row)
    shares = (shown.value, shown.low, shown.high)
    numbers = [None if share is None else round(100 * share, 1) for share in shares]
    work = str(row.work) if row.work else "весь год"
    return [place.code, place.short_name, above, row.year, work, *numbers, shown.pupils,
            row.method_version]  # fmt: skip
