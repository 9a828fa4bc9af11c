"""What a plan's page says in words: a state with its reason, and our reading of a term."""

import datetime

from organizations.templatetags.ru import JOINER, MONTHS, day, day_short, plural
from roadmaps.models import Item
from roadmaps.queries import WORDS, Line, Standing
from roadmaps.terms import TermKind

REPORTS = {
    Standing.ACCEPTED: "принят,приняты,принято",
    Standing.DONE: "ждёт приёмки,ждут приёмки,ждут приёмки",
    Standing.RETURNED: "возвращён,возвращены,возвращено",
    Standing.LATE: "просрочен,просрочены,просрочено",
}
MOST_POINTS = 4
RHYTHMS = {
    "yearly": "каждый год",
    "quarterly": "каждый квартал",
    "monthly": "каждый месяц",
}
IN_MONTHS = (
    "январе", "феврале", "марте", "апреле", "мае", "июне",
    "июле", "августе", "сентябре", "октябре", "ноябре", "декабре",
)  # fmt: skip


def word(line: Line) -> str:
    """«Просрочено на 12 дней»"""
    said = WORDS[line.standing].capitalize()
    if line.standing is Standing.LATE:
        return f"{said} на {line.days_late} {plural(line.days_late, 'день,дня,дней')}"
    return said


def reason(line: Line, today: datetime.date) -> str:
    """Why the state is what it is: the reports, or else how far the term is."""
    if any(line.counts[one] for one in REPORTS):
        return _reported(line)
    if line.standing is Standing.DOUBT:
        return " ".join(line.doubts)
    if line.standing is Standing.MOVED:
        return _moved(line)
    return _ahead(line, today)


def _moved(line: Line) -> str:
    """«с 31 октября на 15 ноября» for one's own execution; of others only the day is told."""
    own = line.own
    if own is None or own.was_due_on is None or own.due_on is None:
        return ""
    return f"с {day_short(own.was_due_on)} на {day_short(own.due_on)}"


def _reported(line: Line) -> str:
    """«приняты 29 отчётов из 34, ждут приёмки 3»"""
    parts = [
        (line.counts[one], plural(line.counts[one], forms))
        for one, forms in REPORTS.items()
        if line.counts[one]
    ]
    number, verb = parts[0]
    of = f" из {line.total}" if line.total > number else ""
    first = f"{verb} {number} {plural(number, 'отчёт,отчёта,отчётов')}{of}"
    return ", ".join([first, *(f"{verb} {number}" for number, verb in parts[1:])])


def _ahead(line: Line, today: datetime.date) -> str:
    item = line.item
    if line.standing is Standing.PLANNED and item.starts_on and item.starts_on > today:
        return f"начнётся {_named(item.starts_on, today)}"
    if line.standing is Standing.WORK and item.ends_on:
        left = (item.ends_on - today).days
        return (
            f"осталось {left} {plural(left, 'день,дня,дней')}" if left else "сегодня последний день"
        )
    return ""


def _named(date: datetime.date, today: datetime.date) -> str:
    return day_short(date) if date.year == today.year else day(date)


def reading(item: Item) -> str:
    """Our reading of the printed term: «1–31 августа», «по 31 августа», «каждый год в мае»,
    «контроль 30.11, 28.02, 31.05»."""
    points = control(item)
    if item.recurrence:
        rhythm = _rhythm(item.recurrence)
        return f"{rhythm}: {points}" if points else rhythm
    if points:
        return points
    if item.term_kind == TermKind.UNKNOWN:
        return ""
    if item.ends_on is None:
        return "без даты"
    if item.starts_on is None:
        return f"по {_day(item, item.ends_on)}"
    return _span(item, item.starts_on, item.ends_on)


def control(item: Item) -> str:
    """«контроль 30.11, 28.02, 31.05»; beyond the first few only their number is told."""
    points = points_of(item)
    if not points:
        return ""
    said = ", ".join(f"{one:%d.%m}" for one in points[:MOST_POINTS])
    more = len(points) - MOST_POINTS
    return f"контроль {said} и ещё {more}" if more > 0 else f"контроль {said}"


def points_of(item: Item) -> list[datetime.date]:
    """The control points; the end of an exact term is its deadline and needs no ring."""
    return [one for one in sorted(item.control_points) if item.is_window or one != item.ends_on]


def _rhythm(recurrence: str) -> str:
    step, _, month = recurrence.partition(":")
    said = RHYTHMS.get(step, "повторяется")
    return f"{said} в {IN_MONTHS[int(month) - 1]}" if month else said


def _span(item: Item, starts: datetime.date, ends: datetime.date) -> str:
    if starts == ends:
        return _day(item, ends)
    if (starts.year, starts.month) == (ends.year, ends.month):
        return f"{starts.day}{JOINER}–{JOINER}{_day(item, ends)}"
    first = day_short(starts) if starts.year == ends.year else _day(item, starts)
    return f"{first} – {_day(item, ends)}"


def _day(item: Item, date: datetime.date) -> str:
    """The year is said only where the printed words have none."""
    return day_short(date) if str(date.year) in item.term_text else day(date)


def month_short(date: datetime.date) -> str:
    return MONTHS[date.month - 1][:3] if date.month != 5 else "май"
