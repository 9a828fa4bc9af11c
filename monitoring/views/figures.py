"""Charts for a page: each drawn for its two places, with the sentence and the table beside it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from monitoring.charts import MAIN, PHONE, Chart, Place
from monitoring.charts.chart import OWN, WHITE
from monitoring.drawing import draw


def figure(build: Callable[[Place], Chart], wide: Place = MAIN) -> dict[str, Any]:
    """What `components/_chart.html` needs."""
    chart, narrow = build(wide), build(PHONE)
    return {
        "sentence": chart.sentence,
        "svg_wide": draw(chart, *wide),
        "svg_narrow": draw(narrow, *PHONE),
        "head": chart.head,
        "rows": chart.rows,
        "key": chart.key,
    }


def with_own(chart: Chart, points: Sequence[tuple[int, float]], name: str) -> Chart:
    """The funnel with the viewer's own points (size, share) laid over the others, unnamed."""
    if not chart.option or not points:
        return chart
    laid = {
        "type": "scatter",
        "symbolSize": 9,
        "clip": False,
        "z": 5,
        "itemStyle": {"color": OWN, "borderColor": WHITE, "borderWidth": 1},
        "data": [[size, round(share * 100, 1)] for size, share in points],
    }
    option = {**chart.option, "series": [*chart.option["series"], laid]}
    return replace(chart, option=option, key=(("lg-own", name), *chart.key))


def without_table(chart: Chart) -> Chart:
    """For a page on which the table of the same numbers stands anyway."""
    return replace(chart, head=(), rows=())
