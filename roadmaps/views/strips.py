"""Terms drawn on the months of their plan: numbers for SVG, no markup."""

import calendar
import datetime
import math
from dataclasses import dataclass

from roadmaps.models import Item, Roadmap
from roadmaps.queries import Standing
from roadmaps.views.wording import month_short, points_of

WIDTH = 182  # as static/css/screens.css draws it
HATCH = 6  # from stroke to stroke; a stroke leans over 4
MOST_LABELS = 4
LEAST_BAR = 2.0  # a single day of a long plan is still seen


@dataclass(frozen=True)
class Tick:
    """A month named above the strips."""

    x: str
    text: str


@dataclass(frozen=True)
class Strip:
    """One term: a bar (solid or hatched), control points, today."""

    x: str
    width: str
    css: str
    hatch: str
    dots: list[str]
    now: str


@dataclass(frozen=True)
class Scale:
    """Whole months laid over a strip's width; `labels` of them are named at most."""

    start: datetime.date
    end: datetime.date
    width: int = WIDTH
    labels: int = MOST_LABELS

    def x(self, day: datetime.date) -> float:
        days = (self.end - self.start).days + 1
        return min(max((day - self.start).days / days, 0), 1) * self.width

    @property
    def months(self) -> list[datetime.date]:
        first = self.start.year * 12 + self.start.month - 1
        last = self.end.year * 12 + self.end.month - 1
        return [datetime.date(one // 12, one % 12 + 1, 1) for one in range(first, last + 1)]

    @property
    def ticks(self) -> list[Tick]:
        step = math.ceil(len(self.months) / self.labels)
        return [Tick(figure(self.x(day)), month_short(day)) for day in self.months[::step]]


def scale_of(roadmap: Roadmap, *, width: int = WIDTH, labels: int = MOST_LABELS) -> Scale | None:
    """None for a plan whose period is not known: then nothing is drawn."""
    if roadmap.starts_on is None or roadmap.ends_on is None:
        return None
    return Scale(roadmap.starts_on.replace(day=1), month_end(roadmap.ends_on), width, labels)


def strip(
    item: Item, standing: Standing, scale: Scale | None, today: datetime.date
) -> Strip | None:
    """None where nothing is known to be drawn: no days, or a term in doubt."""
    dots = [scale.x(day) for day in points_of(item)] if scale else []
    if scale is None or standing is Standing.DOUBT or (item.ends_on is None and not dots):
        return None
    left, width = _bar(item, scale)
    inside = scale.start <= today <= scale.end
    return Strip(
        x=figure(left),
        width=figure(width),
        css=_css(item, standing, today),
        hatch=_hatch(left, width) if item.is_window else "",
        dots=[figure(x) for x in dots],
        now=figure(scale.x(today)) if inside else "",
    )


def _bar(item: Item, scale: Scale) -> tuple[float, float]:
    if item.ends_on is None:
        return 0, 0
    left = scale.x(item.starts_on or scale.start)
    right = scale.x(item.ends_on + datetime.timedelta(days=1))
    return min(left, scale.width - LEAST_BAR), max(right - left, LEAST_BAR)


def _css(item: Item, standing: Standing, today: datetime.date) -> str:
    if standing is Standing.LATE:
        return "w-bad"
    return "w-past" if item.ends_on and item.ends_on < today else "w-bar"


def _hatch(left: float, width: float) -> str:
    """Leaning strokes over the whole bar."""
    count = int((width - 4) // HATCH) + 1
    return "".join(f"M{left + n * HATCH:.1f} 9l4-6" for n in range(count))


def month_end(day: datetime.date) -> datetime.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def figure(x: float) -> str:
    """A place as SVG takes it."""
    return f"{x:.1f}"
