"""The profile: completion of tasks one after another, a line for each group of pupils."""

from collections.abc import Sequence

from monitoring.charts.chart import (
    EDGE,
    FEW,
    INK,
    MAIN,
    OWN,
    SMALL,
    STANDS_OUT,
    WHITE,
    Chart,
    Option,
    Place,
    option,
    x_axis,
    y_axis,
)
from monitoring.charts.comparison import Group
from monitoring.stats.disclosure import MIN_PUPILS
from monitoring.wording import NBSP, percent, percent_points

# Lines differ in sign and stroke too, not only in colour.
LOOKS: tuple[tuple[str, str, str | list[int]], ...] = (
    (OWN, "circle", "solid"),
    (EDGE, "emptyRect", [6, 4]),
    (STANDS_OUT, "triangle", "solid"),
    (INK, "emptyDiamond", [2, 3]),
)


def profile(
    title: str, tasks: Sequence[str], groups: Sequence[Group], *, place: Place = MAIN
) -> Chart:
    """Completion of each task by each group; a group too small to be published is left out."""
    drawn = [group for group in groups if group.pupils >= MIN_PUPILS][: len(LOOKS)]
    head = ("", *tasks)
    rows = tuple((group.name, *map(percent, group.shares)) for group in drawn)
    if not drawn:
        return Chart({}, f"{title}: {FEW}.", f"{title}: {FEW}.", head, rows)
    return Chart(
        _option(tasks, drawn, place),
        _sentence(tasks, drawn),
        f"{title}. Заданий {len(tasks)}: {', '.join(group.name for group in drawn)}. "
        "Точные числа в таблице.",
        head,
        rows,
    )


def _sentence(tasks: Sequence[str], drawn: Sequence[Group]) -> str:
    """Where the first two differ most; of one alone, its least completed task."""
    first, *rest = drawn
    if not rest:
        share, task = min(zip(first.shares, tasks, strict=True))
        return f"Реже всего выполняли задание {task}: {percent(share)} возможных баллов."
    triples = zip(first.shares, rest[0].shares, tasks, strict=True)
    here, there, task = max(triples, key=lambda triple: abs(triple[0] - triple[1]))
    gap = percent_points(abs(here - there))
    return (
        f"Больше всего, на{NBSP}{gap}, различается задание {task}: "
        f"{first.name}{NBSP}— {percent(here)}, {rest[0].name}{NBSP}— {percent(there)}."
    )


def _option(tasks: Sequence[str], drawn: Sequence[Group], place: Place) -> Option:
    longest = max(len(group.name) for group in drawn)
    return option(
        grid={"left": 50, "right": 14, "top": 34, "bottom": 50},
        legend={
            "top": 0,
            "left": 44,
            "itemWidth": 26,
            "itemGap": 12 if place.is_phone else 20,
            "textStyle": {**SMALL, "width": 90, "overflow": "truncate"}
            if place.is_phone and longest > 12
            else SMALL,
        },
        xAxis=x_axis("задание", type="category", data=list(tasks)),
        yAxis=y_axis(min=0, max=100, axisLabel={**SMALL, "formatter": f"{{value}}{NBSP}%"}),
        series=[_line(group, *look) for group, look in zip(drawn, LOOKS, strict=False)],
    )


def _line(group: Group, color: str, symbol: str, stroke: str | list[int]) -> Option:
    return {
        "type": "line",
        "name": group.name,
        "symbol": symbol,
        "symbolSize": 8,
        "lineStyle": {"color": color, "width": 2, "type": stroke},
        "itemStyle": {"color": color, "borderColor": color if "empty" in symbol else WHITE},
        "data": [round(share * 100, 1) for share in group.shares],
    }
