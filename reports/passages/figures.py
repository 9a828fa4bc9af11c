"""Charts as figures of a report: drawn for paper, with their key in the caption."""

from collections.abc import Callable

from monitoring.charts import PAIR, PHONE, Chart, Place
from monitoring.drawing import draw
from reports.content import Block, Figure, Sentence, Table

# What a mark of the key looks like in print, where colour may be lost.
LOOKS = {
    "lg-own": "тёмные столбцы",
    "lg-band": "светлые столбцы",
    "lg-dot": "точки",
    "lg-dash": "пунктир",
    "lg-reg": "точечная линия",
    "lg-med": "сплошные линии",
}


def figure(
    made_for: Callable[[Place], Chart], caption: str, *, table: Table | None = None, note: str = ""
) -> tuple[Block, ...]:
    """The sentence of a chart, then the chart with its table; undrawn, the table alone."""
    chart = made_for(PAIR)
    twin = table or Table(f"{caption}, те же числа", chart.head, chart.rows, note=note).for_page()
    if not chart.option:
        return Sentence(chart.sentence), twin
    narrow = draw(made_for(PHONE), PHONE.width, PHONE.height)
    drawn = draw(chart, PAIR.width, PAIR.height)
    shown = Figure(_captioned(caption, chart), drawn, chart.label, twin, narrow)
    return Sentence(chart.sentence), shown


def _captioned(caption: str, chart: Chart) -> str:
    key = [
        f"{LOOKS[mark]} — {words.removeprefix('остальные ')}"
        for mark, words in chart.key
        if mark in LOOKS
    ]
    return f"{caption} ({'; '.join(key)})" if key else caption
