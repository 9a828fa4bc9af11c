"""The terms of a plan on one chart: bars by month, what was moved, who below has done it."""

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from organizations.attachments import XLSX, attachment
from organizations.exchange import workbook
from organizations.exchange.workbook import Value
from organizations.http import PortalRequest, for_members
from organizations.models import Organization
from organizations.templatetags.ru import day_short, plural
from roadmaps import queries
from roadmaps.forms.filters import GanttFilter
from roadmaps.models import IN_FORCE_ONCE, Item
from roadmaps.queries import FINISHED, Line, Standing, together
from roadmaps.queries.lines import Counts
from roadmaps.queries.postponed import Postponed, postponed
from roadmaps.views import plans, rows
from roadmaps.views.strips import Scale, figure, scale_of
from roadmaps.views.wording import points_of

WIDTH, HEIGHT = 700, 28  # as templates/roadmaps/gantt.html draws it
LABELS = 14
TICK = 4.0  # from one municipality to the next; a narrower one when there are very many
COMB = 26  # where the ticks stand
HEAD = ("№", "Чей план", "Мероприятие", "Сроки", "С", "По", "Контрольные точки", "Перенесено с",
        "Перенесено на", "Состояние", "Причина", "Приняли", "Просрочили", "Ещё нет")  # fmt: skip


@dataclass(frozen=True)
class Comb:
    """Ticks of the parts of the territory, as the outlines of those that have done it, that are
    late, and of the rest; how many each are."""

    done: str
    late: str
    rest: str
    numbers: tuple[int, int, int]

    @property
    def words(self) -> str:
        """«приняли 11, просрочили 9, ещё нет 14»"""
        done, late, rest = self.numbers
        verbs = (
            (done, plural(done, "принял,приняли,приняли")),
            (late, plural(late, "просрочил,просрочили,просрочили")),
            (rest, "ещё нет"),
        )
        return ", ".join(f"{verb} {number}" for number, verb in verbs if number)


@dataclass(frozen=True)
class Bar:
    """One item of the chart; `owner` is told where plans of several stand on it."""

    row: rows.Row
    owner: str
    is_taken: bool
    moved: Postponed | None
    arrow: str
    comb: Comb | None

    @property
    def moved_words(self) -> str:
        """«перенесено с 31 октября на 15 ноября у 3 организаций»"""
        if self.moved is None:
            return ""
        number = self.moved.number
        whose = f" у {number} {plural(number, 'организации,организаций,организаций')}"
        days = f"с {day_short(self.moved.was)} на {day_short(self.moved.until)}"
        return f"перенесено {days}{whose if number > 1 else ''}"


@dataclass(frozen=True)
class Chart:
    """The bars with the months they lie on; `item` when it is one item in all plans below."""

    view: plans.Narrowed
    scale: Scale | None
    bars: Sequence[Bar]
    item: Line | None
    without: Sequence[Organization]

    @property
    def grid(self) -> str:
        """The upright lines of the months."""
        if self.scale is None:
            return ""
        return "".join(f"M{figure(self.scale.x(day))} 0v{HEIGHT}" for day in self.scale.months)


@for_members
def gantt(request: PortalRequest, pk: int) -> HttpResponse:
    """The terms of a plan, or of one of its items in all plans that took it."""
    plan = plans.plan_of(request, pk)
    chart = _chart(request, plans.narrowed(request, plan))
    lines = chart.view.lines
    context = plans.head(request, plan, "gantt") | {
        "chart": chart,
        "view": chart.view,
        "running": sum(line.is_running for line in lines),
        "late": sum(line.standing is Standing.LATE for line in lines),
    }
    return render(request, "roadmaps/gantt.html", context)


@for_members
def gantt_xlsx(request: PortalRequest, pk: int) -> HttpResponse:
    """The chart as a sheet: the same rows with their days."""
    plan = plans.plan_of(request, pk)
    chart = _chart(request, plans.narrowed(request, plan))
    table = [HEAD, *(_cells(bar) for bar in chart.bars)]
    content = workbook.write({"Сроки": table, "Приказ": rows.requisites(plan)})
    return attachment(content, "Сроки плана.xlsx", content_type=XLSX)


def _chart(request: PortalRequest, view: plans.Narrowed) -> Chart:
    asked = GanttFilter(request.GET).asked
    item = next((line for line in view.lines if line.item.pk == asked), None)
    shown = [item, *_taken(request, item)] if item else view.shown
    places = [] if item or view.asked["place"] else view.places
    scale = scale_of(view.roadmap, width=WIDTH, labels=LABELS)
    moved = postponed([line.item for line in shown], request.viewer)
    today = timezone.localdate()
    taken = set() if item else _taken_below(request, shown)
    bars = [
        _bar(line, scale, moved, places, today, taken, several=item is not None) for line in shown
    ]
    return Chart(view, scale, bars, item, _without(view, shown) if item else [])


def _taken_below(request: PortalRequest, lines: Sequence[Line]) -> set[int]:
    """Which of the items stand in plans below that the viewer sees."""
    uppers = [line.item.pk for line in lines]
    found = Item.objects.visible_to(request.viewer).filter(
        links__upper__in=uppers, roadmap__status__in=IN_FORCE_ONCE
    )
    return set(found.values_list("links__upper", flat=True).distinct().order_by())


def _taken(request: PortalRequest, upper: Line) -> list[Line]:
    """The item as the plans below have taken it, by the name of their owners."""
    found = Item.objects.visible_to(request.viewer).filter(
        links__upper=upper.item, roadmap__status__in=IN_FORCE_ONCE
    )
    found = found.select_related("roadmap__owner", "section")
    ordered = found.order_by("roadmap__owner__short_name", "roadmap", "position")
    return queries.lines_of(ordered, request.viewer, day=timezone.localdate())


def _without(view: plans.Narrowed, shown: Sequence[Line]) -> list[Organization]:
    """The parts of the territory that have no such item in a plan of their own."""
    owners = {line.item.roadmap.owner.territory_id for line in shown[1:]}
    return [place for place in view.adopters if place.pk not in owners]


def _bar(
    line: Line,
    scale: Scale | None,
    moved: Mapping[int, Postponed],
    places: Sequence[Organization],
    today: datetime.date,
    taken: Collection[int],
    *,
    several: bool,
) -> Bar:
    row, found = rows.row_of(line, scale, today), moved.get(line.item.pk)
    left = float(row.strip.x) if row.strip else 0.0
    return Bar(
        row=row,
        owner=line.item.roadmap.owner.short_name if several else "",
        is_taken=line.item.pk in taken,
        moved=found,
        arrow=_arrow(scale, found) if scale and found else "",
        comb=_comb(left, line.places, places) if len(places) > 1 else None,
    )


def _arrow(scale: Scale, moved: Postponed) -> str:
    """From the old day, marked by an upright, to the new one."""
    was, until = (scale.x(day + datetime.timedelta(days=1)) for day in (moved.was, moved.until))
    return f"M{figure(was)} 0v12M{figure(was)} 6H{figure(until)}M{figure(until - 4)} 3l4 3-4 3"


def _comb(
    left: float, counts: Mapping[int | None, Counts], places: Sequence[Organization]
) -> Comb | None:
    """None where the item concerns none of the places; those it does not concern have no tick."""
    step = min(TICK, WIDTH / max(len(places), 1))
    left = min(left, WIDTH - step * len(places))
    drawn: dict[str, list[str]] = {"done": [], "late": [], "rest": []}
    for number, place in enumerate(places):
        if here := counts.get(place.pk):
            kind, height = _state(here)
            drawn[kind].append(_tick(left + number * step, step * 0.75, height))
    done, late, rest = drawn["done"], drawn["late"], drawn["rest"]
    numbers = (len(done), len(late), len(rest))
    return Comb("".join(done), "".join(late), "".join(rest), numbers) if any(numbers) else None


def _tick(x: float, wide: float, height: int) -> str:
    return f"M{figure(x)} {COMB - height}h{figure(wide)}v{height}h-{figure(wide)}z"


def _state(counts: Counts) -> tuple[str, int]:
    """What a tick is, and how high: late ones stand out, those that have not begun lie low."""
    standing = together(counts)
    if standing in FINISHED:
        return "done", 9
    return ("late", 12) if standing is Standing.LATE else ("rest", 3)


def _cells(bar: Bar) -> Sequence[Value]:
    item, row = bar.row.line.item, bar.row
    moved = bar.moved
    return (
        item.number,
        bar.owner,
        item.title,
        item.term_text,
        _date(item.starts_on),
        _date(item.ends_on),
        _dates(points_of(item)),
        _date(moved.was if moved else None),
        _date(moved.until if moved else None),
        row.word,
        row.reason,
        *(bar.comb.numbers if bar.comb else ("", "", "")),
    )


def _date(day: datetime.date | None) -> str:
    return f"{day:%d.%m.%Y}" if day else ""


def _dates(days: Iterable[datetime.date]) -> str:
    return ", ".join(map(_date, days))
