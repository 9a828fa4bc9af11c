"""Bars: shares of a few groups side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.charts.chart import (
    EDGE,
    FEW,
    INK_2,
    OWN,
    PAIR,
    PALE,
    SMALL,
    Chart,
    Option,
    Place,
    Row,
    option,
    x_axis,
    y_axis,
)
from monitoring.stats.disclosure import MIN_PUPILS
from monitoring.wording import NBSP, decimal, percent, percent_points


@dataclass(frozen=True)
class Group:
    """Shares of some pupils in each category: one's own, or those one compares with."""

    name: str
    pupils: int
    shares: Sequence[float]
    is_own: bool = False


def bars(
    title: str, categories: Sequence[str], groups: Sequence[Group], *, place: Place = PAIR
) -> Chart:
    """Shares by category side by side, such as the marks of a school and of the region.

    A group under the publication limit is not drawn and has no number in the table.
    """
    drawn = [group for group in groups if group.pupils >= MIN_PUPILS]
    head = ("", *categories, "Учеников")
    rows = tuple(map(_group_row, groups))
    if not drawn:
        return Chart({}, f"{title}: {FEW}.", f"{title}: {FEW}.", head, rows)
    return Chart(
        _bars_option(categories, drawn, place),
        _bars_sentence(categories, drawn),
        f"{title}. {'; '.join(_spoken(categories, group) for group in drawn)}.",
        head,
        rows,
        tuple(("lg-own" if group.is_own else "lg-band", group.name) for group in drawn),
    )


def _group_row(group: Group) -> Row:
    if group.pupils < MIN_PUPILS:
        return (group.name, *[FEW] * len(group.shares), f"меньше {MIN_PUPILS}")
    return (group.name, *map(percent, group.shares), decimal(group.pupils, 0))


def _spoken(categories: Sequence[str], group: Group) -> str:
    pairs = zip(categories, group.shares, strict=True)
    return f"{group.name}: {', '.join(f'{name} {percent(share)}' for name, share in pairs)}"


def _bars_sentence(categories: Sequence[str], drawn: Sequence[Group]) -> str:
    """Where the first group differs most from the second, or its largest share."""
    first, *rest = drawn
    if not rest:
        share, name = max(zip(first.shares, categories, strict=True))
        return f"{first.name}: больше всего доля {name}, {percent(share)}."
    triples = zip(first.shares, rest[0].shares, categories, strict=True)
    here, there, name = max(triples, key=lambda triple: abs(triple[0] - triple[1]))
    gap = percent_points(abs(here - there))
    compared = f"{first.name}{NBSP}— {percent(here)}, {rest[0].name}{NBSP}— {percent(there)}"
    return f"Больше всего, на{NBSP}{gap}, различается доля {name}: {compared}."


def _bars_option(categories: Sequence[str], drawn: Sequence[Group], place: Place) -> Option:
    return option(
        grid={"left": 50, "right": 6, "top": 30, "bottom": 30},
        xAxis=x_axis("", type="category", data=list(categories)),
        yAxis=y_axis(min=0, axisLabel={**SMALL, "formatter": f"{{value}}{NBSP}%"}),
        series=[_group_bars(group, place) for group in drawn],
    )


def _group_bars(group: Group, place: Place) -> Option:
    own = {"color": OWN}
    other = {"color": PALE, "borderColor": EDGE, "borderWidth": 1}
    ink = OWN if group.is_own else INK_2
    is_shown = group.is_own or not place.is_phone
    return {
        "type": "bar",
        "name": group.name,
        "barGap": "8%",
        "barMaxWidth": 44,
        "itemStyle": own if group.is_own else other,
        "label": {
            **SMALL,
            "position": "top",
            "color": ink,
            "fontWeight": 600 if group.is_own else 400,
        },
        "data": [_labelled(share, is_shown) for share in group.shares],
    }


def _labelled(share: float, is_shown: bool) -> Option:
    label = {"show": is_shown, "formatter": decimal(share * 100)}
    return {"value": round(share * 100, 1), "label": label}
