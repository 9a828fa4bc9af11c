"""What a chart is, and the theme all charts share."""

from dataclasses import dataclass
from typing import Any, NamedTuple

Option = dict[str, Any]
Row = tuple[str, ...]

INK, INK_2 = "#15202b", "#434f5b"
GRID, EDGE = "#e3e7eb", "#78838f"
OWN, FOREIGN, PALE, STANDS_OUT = "#1c4190", "#8793a0", "#c5cdd5", "#854900"
WHITE = "#ffffff"

FEW = "мало данных"

# Every label of a chart, unless it is one's own: ECharts would take 12 px.
SMALL: Option = {"color": INK_2, "fontSize": 13}


class Place(NamedTuple):
    """Where on a page a chart stands, in pixels; it is drawn for it and never stretched."""

    width: int
    height: int

    @property
    def is_phone(self) -> bool:
        return self.width < 400


MAIN = Place(868, 360)
PAIR = Place(543, 356)
PHONE = Place(328, 270)
PAPER = Place(680, 280)  # 180 mm across: an A4 page between its margins


@dataclass(frozen=True)
class Chart:
    """One statement three times: drawn, in words, as a table. An empty option is not drawn.

    `key` explains the marks: a class of the style sheet (`lg-bar`) and its words.
    """

    option: Option
    sentence: str
    label: str
    head: Row
    rows: tuple[Row, ...]
    key: tuple[tuple[str, str], ...] = ()


def option(**parts: Any) -> Option:
    """A chart without movement, in the theme's sizes; the page gives the typeface."""
    return {"animation": False, "textStyle": SMALL, **parts}


def x_axis(name: str, **parts: Any) -> Option:
    return {
        "name": name,
        "nameLocation": "middle",
        "nameGap": 30,
        "nameTextStyle": SMALL,
        "axisLine": {"lineStyle": {"color": INK}},
        "axisTick": {"show": False},
        "axisLabel": SMALL,
        **parts,
    }


def y_axis(**parts: Any) -> Option:
    return {
        "type": "value",
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "axisLabel": SMALL,
        "splitLine": {"lineStyle": {"color": GRID}},
        **parts,
    }
