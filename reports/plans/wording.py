"""Numbers and requisites of a plan as Russian text, the same in its report and in its orders."""

import datetime

from monitoring.wording import NBSP, counted, decimal, percent, plural
from organizations.templatetags.ru import day as named_day
from reports.plans.figures import Fate, Figures
from roadmaps.models import Roadmap

EXECUTIONS = ("исполнение", "исполнения", "исполнений")
OF_EXECUTIONS = ("исполнения", "исполнений", "исполнений")
NOTHING = "–"
# What stands in the first sentence after the share done in time, in this order.
FATES = (
    (Fate.AFTER, "после срока"),
    (Fate.NOT_APPLICABLE, "не применимо"),
    (Fate.WAITING, "ждёт приёмки"),
    (Fate.RETURNED, "возвращено"),
    (Fate.OVERDUE, "просрочено"),
    (Fate.LAST_DAY, "последний день срока у"),
)


def summed_up(figures: Figures, day: datetime.date) -> str:
    """«К 12 декабря 2026 г. срок наступил у 120 исполнений из 340: исполнено в срок 90 …»"""
    if not figures.total:
        return "На этой территории по плану никто ничего не исполняет."
    until = f"К{NBSP}{named_day(day)}"
    if not figures.due:
        total = counted(figures.total, *OF_EXECUTIONS)
        return f"{until} срок не наступил ни у одного из{NBSP}{total}."
    due = counted(figures.due, *OF_EXECUTIONS)
    in_time = figures.fates[Fate.IN_TIME]
    said = [f"исполнено в срок {decimal(in_time, 0)} ({percent(in_time / figures.due)})"]
    said += [
        f"{words} {decimal(figures.fates[fate], 0)}" for fate, words in FATES if figures.fates[fate]
    ]
    of = f"из{NBSP}{decimal(figures.total, 0)}"
    return f"{until} срок наступил у{NBSP}{due} {of}: {', '.join(said)}."


def share(part: int, whole: int) -> str:
    return percent(part / whole) if whole else NOTHING


def days(number: float | None) -> str:
    return NOTHING if number is None else decimal(number, 0 if number == int(number) else 1)


def order_of(roadmap: Roadmap) -> str:
    """«от 30 июня 2025 г. № 123»; empty for a plan whose order is not named yet."""
    order = roadmap.order
    if order is None:
        return ""
    signed = f"от{NBSP}{named_day(order.signed_on)}" if order.signed_on else ""
    number = f"№{NBSP}{order.number}" if order.number else ""
    return " ".join(part for part in (signed, number) if part)


def file_name(what: str, roadmap: Roadmap, ending: str) -> str:
    """«Отчёт об исполнении, приказ № 12-а.docx»: a slash would part a path."""
    number = roadmap.order.number if roadmap.order else ""
    named = f"{what}, приказ № {number}" if number else what
    return f"{named.replace('/', '-')}.{ending}"


def organizations(number: int) -> str:
    forms = ("организация", "организации", "организаций")
    return f"{decimal(number, 0)}{NBSP}{plural(number, *forms)}"
