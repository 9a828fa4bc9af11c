"""What a plan's page says in words: a state with its reason, and our reading of a term."""

import datetime

from organizations.models import State
from organizations.templatetags.ru import JOINER, MONTHS, day, day_short, plural
from roadmaps.models import Item
from roadmaps.queries import WORDS, Line, Standing
from roadmaps.terms import TermKind

REPORTS = {
    State.ACCEPTED: "принят,приняты,принято",
    State.SENT: "ждёт приёмки,ждут приёмки,ждут приёмки",
    State.RETURNED: "возвращён,возвращены,возвращено",
}
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
    if line.reports:
        return _reported(line)
    if line.standing is Standing.LATE:
        return "отчётов нет"
    if line.standing is Standing.DOUBT:
        return " ".join(line.doubts)
    return _ahead(line, today)


def _reported(line: Line) -> str:
    """«приняты 29 отчётов, ждут приёмки 3»"""
    parts = [
        (line.reports[state], plural(line.reports[state], forms))
        for state, forms in REPORTS.items()
        if line.reports.get(state)
    ]
    number, verb = parts[0]
    first = f"{verb} {number} {plural(number, 'отчёт,отчёта,отчётов')}"
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
    """Our reading of the printed term: «1–31 августа», «по 31 августа», «каждый год в мае»."""
    if item.recurrence:
        return _rhythm(item.recurrence)
    if item.term_kind == TermKind.UNKNOWN:
        return ""
    if item.ends_on is None:
        return "без даты"
    if item.starts_on is None:
        return f"по {_day(item, item.ends_on)}"
    return _span(item, item.starts_on, item.ends_on)


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
