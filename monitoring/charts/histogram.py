"""The histogram of primary scores with its mark borders."""

from collections.abc import Collection, Sequence
from itertools import pairwise
from math import ceil

from monitoring.charts.chart import (
    FEW,
    FOREIGN,
    INK,
    PAIR,
    SMALL,
    STANDS_OUT,
    Chart,
    Option,
    Place,
    Row,
    option,
    x_axis,
    y_axis,
)
from monitoring.stats.disclosure import MIN_PUPILS
from monitoring.wording import NBSP, counted, decimal, listed, plural


def distribution(
    title: str,
    histogram: Sequence[int],
    borders: Sequence[int] = (),
    expected: Sequence[float] | None = None,
    *,
    standing_out: Collection[int] = (),
    place: Place = PAIR,
) -> Chart:
    """How many works got each primary score.

    `borders` are the lowest scores of the marks 3, 4, 5, or nothing; `expected` is the curve
    of similar schools; scores in `standing_out` are drawn dark with their number.
    """
    works = sum(histogram)
    if works < MIN_PUPILS:
        return _too_few(title, works, ("Балл", "все"), (("Работ", FEW),))
    head = ("Балл", *map(str, range(len(histogram))))
    rows: tuple[Row, ...] = (("Работ", *map(str, histogram)),)
    if expected is not None:
        rows += (("Ожидалось", *map(decimal, expected)),)
    return Chart(
        _distribution_option(histogram, borders, expected, standing_out, place),
        _at_borders(histogram, borders, expected),
        _distribution_label(title, histogram, borders, expected),
        head,
        rows,
        _distribution_key(expected, standing_out),
    )


def _at_borders(
    histogram: Sequence[int], borders: Sequence[int], expected: Sequence[float] | None
) -> str:
    works = sum(histogram)
    if not borders:
        least = next(s for s in range(len(histogram)) if 2 * sum(histogram[: s + 1]) >= works)
        most = counted(least, "балла", "баллов", "баллов")
        return f"Половина работ из{NBSP}{decimal(works, 0)} получила не{NBSP}больше {most}."
    marks = listed([f"«{mark}»" for mark, _ in enumerate(borders, start=3)], last="или")
    observed = sum(histogram[b] for b in borders)
    verb = plural(observed, "пришлась", "пришлось", "пришлось")
    count = counted(observed, "работа", "работы", "работ")
    said = f"Ровно на первый балл отметки {marks} {verb} {count} из{NBSP}{decimal(works, 0)}."
    if expected is None:
        return said
    around = decimal(sum(expected[b] for b in borders), 0)
    return f"{said} У{NBSP}похожих школ ожидалось бы около{NBSP}{around}."


def _distribution_label(
    title: str, histogram: Sequence[int], borders: Sequence[int], expected: Sequence[float] | None
) -> str:
    label = f"{title}, {counted(sum(histogram), 'работа', 'работы', 'работ')}."
    if borders:
        scores = listed([str(b) for b in borders])
        observed = listed([str(histogram[b]) for b in borders])
        label += f" На баллах {scores}, первых в своей отметке, работ: {observed}"
        if expected is not None:
            label += f"; ожидалось {listed([decimal(expected[b]) for b in borders])}"
        label += "."
    return f"{label} Точные числа в таблице под графиком."


def _distribution_key(
    expected: Sequence[float] | None, standing_out: Collection[int]
) -> tuple[tuple[str, str], ...]:
    return (
        ("lg-bar", "работ школы"),
        *([("lg-hot", "первый балл отметки")] if standing_out else []),
        *([("lg-dash", "ожидалось по похожим школам")] if expected is not None else []),
    )


def _distribution_option(
    histogram: Sequence[int],
    borders: Sequence[int],
    expected: Sequence[float] | None,
    standing_out: Collection[int],
    place: Place,
) -> Option:
    last = len(histogram) - 1
    band = (place.width - 34) / len(histogram)
    scores = _spaced([0, *borders, last], range(last + 1), ceil(26 / band))
    edges = {"type": "value", "min": -0.5, "max": last + 0.5, "show": False}
    series = [_score_bars(histogram, standing_out, band), _border_lines(borders, band)]
    if expected is not None:
        series.append(_expected_curve(expected))
    return option(
        grid={"left": 28, "right": 6, "top": 46, "bottom": 50},
        xAxis=[
            x_axis(
                "первичный балл",
                type="category",
                data=[str(score) for score in range(last + 1)],
                axisLabel={**SMALL, "interval": 0, "customValues": scores},
            ),
            edges,
        ],
        yAxis=y_axis(
            name="работ",
            nameTextStyle={**SMALL, "align": "left"},
            min=0,
            minInterval=1,
            boundaryGap=[0, "12%"],  # so that a printed number stays under the mark's name
        ),
        series=series,
    )


def _spaced(wanted: Sequence[int], others: Sequence[int], gap: int) -> list[int]:
    """Labels that have room: the wanted ones first, the others at least `gap` apart."""
    shown: list[int] = []
    for value in (*wanted, *others):
        if all(abs(value - neighbour) >= gap for neighbour in shown):
            shown.append(value)
    return sorted(shown)


def _score_bars(histogram: Sequence[int], standing_out: Collection[int], band: float) -> Option:
    return {
        "type": "bar",
        "barCategoryGap": "18%",
        "itemStyle": {"color": FOREIGN},
        "data": [
            _standing_out(count, band) if score in standing_out else count
            for score, count in enumerate(histogram)
        ],
    }


def _standing_out(count: int, band: float) -> Option:
    look = {"color": STANDS_OUT, "fontWeight": 600}
    aside = [5 if band < 16 else 0, 0]  # off the border line where bars are narrow
    label = {**SMALL, **look, "show": True, "position": "top", "offset": aside}
    return {"value": count, "itemStyle": {"color": STANDS_OUT}, "label": label}


def _border_lines(borders: Sequence[int], band: float) -> Option:
    """Verticals left of the first score of each mark, on the second, hidden x axis."""
    widest = 62  # «2» / «3» at 13 px; borders closer than that name the upper mark only
    is_roomy = all((b - a) * band >= widest for a, b in pairwise(borders))
    names = [f"«{m - 1}» / «{m}»" if is_roomy else f"«{m}»" for m in range(3, 3 + len(borders))]
    lines = [{"xAxis": b - 0.5, "name": n} for b, n in zip(borders, names, strict=True)]
    return {
        "type": "line",
        "xAxisIndex": 1,
        "clip": False,
        "data": [],
        "markLine": {
            "symbol": "none",
            "silent": True,
            "lineStyle": {"color": INK, "width": 1, "type": "solid"},
            "label": {**SMALL, "color": INK, "formatter": "{b}", "distance": 4},
            "data": lines,
        },
    }


def _expected_curve(expected: Sequence[float]) -> Option:
    return {
        "type": "line",
        "smooth": 0.3,
        "symbol": "none",
        "clip": False,
        "z": 4,
        "lineStyle": {"color": INK, "width": 2, "type": [6, 4]},
        "data": [round(value, 1) for value in expected],
    }


def _too_few(title: str, works: int, head: Row, rows: tuple[Row, ...]) -> Chart:
    said = f"Мало данных: показываем от{NBSP}{MIN_PUPILS} работ."
    return Chart({}, said, f"{title}: {FEW}.", head, rows)
