"""Lines of a plan as the page and the workbook show them: narrowed, worded, grouped."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from organizations.access import Viewer
from organizations.exchange.workbook import Value
from organizations.models import Organization
from organizations.templatetags.ru import day
from roadmaps.models import Roadmap, Section
from roadmaps.queries import Line, Standing
from roadmaps.queries.matrix import Comb, comb
from roadmaps.views.strips import Scale, Strip, strip
from roadmaps.views.wording import points_of, reading, reason, word

TITLES = {
    "": "Все",
    "personal": "Мои",
    "mine": "Моего органа",
    "now": "Идут сейчас",
    "waiting": "Ждут приёмки",
    "late": "Просрочено",
}
SHAPES = {"waiting": "done", "late": "late"}
HEAD = ("№", "Раздел", "Мероприятие", "Сроки", "С", "По", "Контрольные точки", "Ответственные",
        "Результат", "Состояние", "Причина", "Принято", "Всего")  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A line in words and with its drawing."""

    line: Line
    word: str
    reason: str
    reading: str
    strip: Strip | None
    comb: Comb | None = None

    @property
    def is_late(self) -> bool:
        return self.line.standing is Standing.LATE

    @property
    def is_doubtful(self) -> bool:
        return self.line.standing is Standing.DOUBT


def row_of(
    line: Line,
    scale: Scale | None,
    today: datetime.date,
    places: Sequence[Organization] = (),
) -> Row:
    """A line with its drawings; the comb only where there are several places to compare and the
    item concerns one of them."""
    ticks = comb(line, places) if len(places) > 1 else None
    return Row(
        line=line,
        word=word(line),
        reason=reason(line, today),
        reading=reading(line.item),
        strip=strip(line.item, line.standing, scale, today),
        comb=ticks if ticks and ticks.ticks else None,
    )


def shown(line: Line, show: str, viewer: Viewer) -> bool:
    """Whether a line belongs to a saved filter."""
    return {
        "personal": line.own is not None and line.own.holder_id == viewer.user_id,
        "mine": line.is_mine,
        "now": line.is_running,
        "waiting": line.waiting > 0,
        "late": line.standing is Standing.LATE,
    }.get(show, True)


@dataclass(frozen=True)
class Group:
    """The rows of one section; without one for items that stand in none."""

    section: Section | None
    rows: Sequence[Row]


def grouped(rows: Sequence[Row]) -> list[Group]:
    return [Group(section, list(some)) for section, some in groupby(rows, _section)]


def _section(row: Row) -> Section | None:
    return row.line.item.section


def table(rows: Sequence[Row]) -> list[Sequence[Value]]:
    """The plan as a sheet, with the order's own names of columns."""
    return [HEAD, *(_cells(row) for row in rows)]


def _cells(row: Row) -> Sequence[Value]:
    item = row.line.item
    return (
        item.number,
        item.section.title if item.section else "",
        item.title,
        item.term_text,
        f"{item.starts_on:%d.%m.%Y}" if item.starts_on else "",
        f"{item.ends_on:%d.%m.%Y}" if item.ends_on else "",
        ", ".join(f"{one:%d.%m.%Y}" for one in points_of(item)),
        ", ".join(body.text for body in row.line.bodies),
        item.result,
        row.word,
        row.reason,
        row.line.finished,
        row.line.total,
    )


def requisites(roadmap: Roadmap) -> list[Sequence[Value]]:
    """The order as a sheet of its own."""
    order = roadmap.order
    return [
        ("Реквизит", "Значение"),
        ("План", roadmap.title),
        ("Чей", roadmap.owner.name),
        ("Состояние", roadmap.get_status_display()),
        ("Приказ №", order.number if order else ""),
        ("От", day(order.signed_on) if order else ""),
        ("Кем издан", order.issuer if order else ""),
    ]
