"""The funnel: shares against sizes, with the limits of chance."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.charts.chart import (
    FEW,
    FOREIGN,
    INK,
    INK_2,
    MAIN,
    OWN,
    SMALL,
    WHITE,
    Chart,
    Option,
    Place,
    Row,
    option,
    x_axis,
    y_axis,
)
from monitoring.stats.disclosure import MIN_PUPILS, MIN_UNITS
from monitoring.wording import NBSP, counted, decimal, percent

WITHIN = "в пределах случайного разброса"
BEYOND = "отличие трудно объяснить случайностью"

TOP, BOTTOM = 22, 46  # margins of the plot, in pixels


@dataclass(frozen=True)
class Point:
    """A school in a funnel. Whether it lies beyond the 99.8 % limits, the statistics say."""

    name: str
    size: int
    share: float
    is_own: bool = False
    is_beyond: bool = False


@dataclass(frozen=True)
class Limits:
    """The curves of a funnel at growing sizes, and the share they close in on."""

    centre: float
    sizes: Sequence[float]
    low95: Sequence[float]
    high95: Sequence[float]
    low998: Sequence[float]
    high998: Sequence[float]


def funnel(
    title: str,
    points: Sequence[Point],
    limits: Limits,
    *,
    counts: str = "работ в школе",
    centre_name: str = "регион",
    place: Place = MAIN,
) -> Chart:
    """Shares against sizes; only the own point is named, the table is alphabetical.

    `counts` says what the size counts. Points under the publication limit are not drawn.
    """
    head = ("Школа", counts.capitalize(), "Доля", "Вывод")
    rows = tuple(map(_funnel_row, sorted(points, key=lambda point: point.name)))
    drawn = [point for point in points if point.size >= MIN_PUPILS]
    if len(drawn) < MIN_UNITS:
        said = f"Сравнивать не{NBSP}с{NBSP}чем: школ с{NBSP}достаточным числом работ {len(drawn)}, "
        return Chart({}, f"{said}нужно {MIN_UNITS}.", f"{title}: {FEW}.", head, rows)
    own = next((point for point in drawn if point.is_own), None)
    step = 20 if place.is_phone else 10
    bottom = _floor(drawn, limits, step)
    return Chart(
        _funnel_option(drawn, limits, (counts, centre_name), (bottom, step), place),
        _funnel_sentence(own, limits, centre_name, points),
        _funnel_label(title, own, drawn, limits, centre_name),
        head,
        rows,
        _funnel_key(own, centre_name, bottom),
    )


def _funnel_row(point: Point) -> Row:
    if point.size < MIN_PUPILS:
        return (point.name, f"меньше {MIN_PUPILS}", FEW, FEW)
    verdict = BEYOND if point.is_beyond else WITHIN
    return (point.name, decimal(point.size, 0), percent(point.share), verdict)


def _funnel_sentence(
    own: Point | None, limits: Limits, centre_name: str, points: Sequence[Point]
) -> str:
    centre = f"{centre_name} {percent(limits.centre)}"
    if own is not None:
        verdict = BEYOND if own.is_beyond else WITHIN
        return f"{own.name}: {percent(own.share)}, {centre}; {verdict}."
    beyond = sum(point.is_beyond for point in points if point.size >= MIN_PUPILS)
    if not beyond:
        return f"Все школы {WITHIN}, {centre}."
    schools = counted(beyond, "школы", "школ", "школ")
    return f"У{NBSP}{schools} {BEYOND}, остальные {WITHIN}; {centre}."


def _funnel_label(
    title: str, own: Point | None, drawn: Sequence[Point], limits: Limits, centre_name: str
) -> str:
    schools = counted(len(drawn), "школа", "школы", "школ")
    said = _funnel_sentence(own, limits, centre_name, drawn)
    size = f" Размер: {decimal(own.size, 0)}." if own is not None else ""
    return f"Воронка: {title}, {schools}. {said}{size}"


def _funnel_key(own: Point | None, centre_name: str, bottom: int) -> tuple[tuple[str, str], ...]:
    cut = f"; шкала начинается с{NBSP}{bottom}{NBSP}%" if bottom else ""
    return (
        *([("lg-own", own.name)] if own else []),
        ("lg-dot", "остальные школы"),
        ("lg-reg", centre_name),
        ("lg-dash", f"границы 95{NBSP}%"),
        ("lg-med", f"границы 99,8{NBSP}%{cut}"),
    )


def _floor(points: Sequence[Point], limits: Limits, step: int) -> int:
    """The lower end of the share axis in percent: a tick below the lowest point, 0 at least."""
    lowest = min(limits.centre, *(point.share for point in points))
    return max(0, (int(lowest * 100) // step - 1) * step)


def _funnel_option(
    points: Sequence[Point],
    limits: Limits,
    names: tuple[str, str],
    shown_from: tuple[int, int],
    place: Place,
) -> Option:
    counts, centre_name = names
    bottom, step = shown_from
    right = 30 if place.is_phone else 120
    return option(
        grid={"left": 50, "right": right, "top": TOP, "bottom": BOTTOM},
        xAxis=x_axis(counts, type="value", min=0, splitLine={"show": False}),
        yAxis=y_axis(
            min=bottom,
            max=100,
            interval=step,
            axisLabel={**SMALL, "formatter": f"{{value}}{NBSP}%"},
        ),
        series=[
            *_limit_lines(limits, bottom, place),
            _centre_line(limits, centre_name, place),
            _others(points),
            *(_own_point(point, limits, bottom, place) for point in points if point.is_own),
        ],
    )


def _curve(sizes: Sequence[float], shares: Sequence[float], bottom: int) -> list[list[float]]:
    inside = [(n, s * 100) for n, s in zip(sizes, shares, strict=True) if 0 <= s <= 1]
    return [[round(n, 1), round(s, 1)] for n, s in inside if s >= bottom]


def _limit_lines(limits: Limits, bottom: int, place: Place) -> list[Option]:
    outer = {"color": INK_2, "width": 1.2, "type": "solid"}
    inner = {"color": INK_2, "width": 1.2, "type": [5, 4]}
    curves = (
        (limits.low998, outer, ""),
        (limits.high998, outer, f"99,8{NBSP}%"),
        (limits.low95, inner, ""),
        (limits.high95, inner, f"95{NBSP}%"),
    )
    return [
        _line(_curve(limits.sizes, shares, bottom), style, "" if place.is_phone else name, INK_2)
        for shares, style, name in curves
    ]


def _centre_line(limits: Limits, centre_name: str, place: Place) -> Option:
    style = {"color": INK, "width": 1.75, "type": [1.5, 4], "cap": "round"}
    share = round(limits.centre * 100, 1)
    name = "" if place.is_phone else f"{centre_name} {percent(limits.centre)}"
    return _line([[0, share], [max(limits.sizes), share]], style, name, INK)


def _line(data: list[list[float]], style: Option, name: str, color: str) -> Option:
    return {
        "type": "line",
        "name": name,
        "symbol": "none",
        "clip": False,
        "lineStyle": style,
        "endLabel": {**SMALL, "show": bool(name), "formatter": "{a}", "color": color},
        "labelLayout": {"moveOverlap": "shiftY"},
        "data": data,
    }


def _others(points: Sequence[Point]) -> Option:
    return {
        "type": "scatter",
        "symbolSize": 6,
        "clip": False,
        "itemStyle": {"color": FOREIGN, "opacity": 0.8},
        "data": [[p.size, round(p.share * 100, 1)] for p in points if not p.is_own],
    }


def _own_point(point: Point, limits: Limits, bottom: int, place: Place) -> Option:
    share = round(point.share * 100, 1)
    named = f"{point.name}: {percent(point.share)}"
    is_long = len(named) > place.width / 14  # 15 px bold: half the place at most
    lifted = _has_room(point, limits, bottom, place)
    line = {"show": lifted, "lineStyle": {"color": OWN, "width": 1}}
    look = {"show": True, "color": OWN, "fontSize": 15, "fontWeight": 700}
    where = _off_the_crowd(point, limits) if lifted else _beside(point, limits)
    return {
        "type": "scatter",
        "symbol": "diamond" if point.is_beyond else "circle",
        "symbolSize": 15 if point.is_beyond else 11,
        "clip": False,
        "z": 5,
        "itemStyle": {"color": OWN, "borderColor": WHITE, "borderWidth": 1, "opacity": 1},
        "label": {**look, "formatter": percent(point.share) if is_long else named, **where},
        "labelLine": line,
        "data": [[point.size, share]],
    }


def _has_room(point: Point, limits: Limits, bottom: int, place: Place) -> bool:
    """Whether a name lifted away from the centre stays clear of the edge it goes towards."""
    pixels = (place.height - TOP - BOTTOM) / (100 - bottom)  # to a percent
    if point.share >= limits.centre:
        return (100 - point.share * 100) * pixels + TOP >= 70
    return (point.share * 100 - bottom) * pixels >= 84  # the name must not lie on the axis


def _across(point: Point, limits: Limits) -> float:
    return point.size / max(*limits.sizes, point.size)


def _off_the_crowd(point: Point, limits: Limits) -> Option:
    """Away from the centre line on a leader line, turned inward near an end of the axis."""
    across = _across(point, limits)
    inward = "left" if across < 0.35 else "right" if across > 0.65 else "center"
    if point.share >= limits.centre:
        return {"position": "top", "offset": [0, -44], "align": inward}
    return {"position": "bottom", "offset": [0, 44], "align": inward}


def _beside(point: Point, limits: Limits) -> Option:
    """Next to a point so far out that nothing stands around it."""
    across = _across(point, limits)
    side = "right" if across < 0.35 else "left" if across > 0.65 else "top"
    return {"position": side, "distance": 8}
