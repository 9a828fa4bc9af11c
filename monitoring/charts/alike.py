"""Pairs of pupils of a class as a map: where more tasks are equal than chance gives."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.charts.chart import (
    FEW,
    INK,
    PAIR,
    STANDS_OUT,
    WHITE,
    Chart,
    Option,
    Place,
    option,
    x_axis,
)
from monitoring.stats.disclosure import MIN_PUPILS
from monitoring.wording import NBSP, counted, decimal, plural

# Steps of the shade in tasks above expectation; below the first a pair is left blank.
STEPS = ((1.5, "#cfdcf1"), (2.5, "#9fb9e2"), (3.5, "#4a6fb8"))
BLANK = "#eef2f9"


@dataclass(frozen=True)
class Pair:
    """Two pupils by their places in the order of scores, and their tasks above expectation."""

    left: int
    right: int
    surplus: float
    is_rare: bool


def alike(
    title: str,
    pairs: Sequence[Pair],
    pupils: int,
    rare_by_chance: float,
    *,
    place: Place = PAIR,
) -> Chart:
    """Each pair of a class once, below the diagonal; pupils have a place and no name."""
    rare = sum(pair.is_rare for pair in pairs)
    head = ("Пар учеников", "всего", "с редким совпадением", "таких случайно было бы около")
    if pupils < MIN_PUPILS:
        said = f"Мало данных: показываем классы от{NBSP}{MIN_PUPILS} работ."
        return Chart({}, said, f"{title}: {FEW}.", head[:2], (("Число", FEW),))
    said = _sentence(len(pairs), rare, rare_by_chance)
    return Chart(
        _option(pairs, pupils, place),
        said,
        f"Пары учеников по возрастанию балла: {title}, "
        f"{counted(pupils, 'работа', 'работы', 'работ')}. {said}",
        head,
        (("Число", str(len(pairs)), str(rare), decimal(rare_by_chance)),),
        (
            ("q2", f"больше на{NBSP}2 задания"),
            ("q3", f"на{NBSP}3"),
            ("q4", f"на{NBSP}4 и{NBSP}больше"),
            *([("lg-hot", "редкое совпадение")] if rare else []),
        ),
    )


def _sentence(pairs: int, rare: int, by_chance: float) -> str:
    verb = plural(rare, "совпало", "совпало", "совпало")
    shown = counted(rare, "паре", "парах", "парах")
    usual = f"случайно таких пар было бы около{NBSP}{decimal(by_chance)}"
    if not rare:
        return (
            f"Ни{NBSP}в{NBSP}одной паре из{NBSP}{pairs} баллы за{NBSP}задания не{NBSP}совпали "
            f"чаще, чем бывает у{NBSP}учеников с{NBSP}такими{NBSP}же суммами."
        )
    return (
        f"В{NBSP}{shown} из{NBSP}{pairs} {verb} заметно больше заданий, чем обычно у{NBSP}учеников "
        f"с{NBSP}такими{NBSP}же суммами баллов; {usual}."
    )


def _option(pairs: Sequence[Pair], pupils: int, place: Place) -> Option:
    places = [str(number + 1) for number in range(pupils)]
    axis = {"type": "category", "data": places, "splitArea": {"show": False}}
    hidden = {"axisLabel": {"show": False}, "axisTick": {"show": False}}
    side = min(place.width - 60, place.height - 46)
    return option(
        grid={"left": 28, "top": 10, "width": side, "height": side},
        xAxis=x_axis("ученики по возрастанию балла", **axis, axisLabel={"show": False}, nameGap=14),
        yAxis={**axis, **hidden, "inverse": True, "axisLine": {"lineStyle": {"color": INK}}},
        visualMap={"show": False, "min": 0, "max": 1, "inRange": {"color": [BLANK, BLANK]}},
        series=[{"type": "heatmap", "data": [_cell(pair) for pair in pairs if _is_shown(pair)]}],
    )


def _is_shown(pair: Pair) -> bool:
    return pair.is_rare or pair.surplus >= STEPS[0][0]


def _cell(pair: Pair) -> Option:
    shade = next((color for least, color in reversed(STEPS) if pair.surplus >= least), BLANK)
    edge = {"borderColor": STANDS_OUT, "borderWidth": 2} if pair.is_rare else {
        "borderColor": WHITE, "borderWidth": 0.5
    }  # fmt: skip
    return {
        "value": [pair.left, pair.right, 0],
        "itemStyle": {"color": STANDS_OUT if pair.is_rare else shade, **edge},
    }
