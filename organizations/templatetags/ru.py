"""Russian words and figures for templates: plural forms, numbers, dates, spaces that hold."""

import datetime as dt
import re

from django import template
from django.template.defaultfilters import stringfilter
from django.utils import timezone

register = template.Library()

NBSP = "\u00a0"
JOINER = "\u2060"
NOTHING = "–"

MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip

# A line does not end with a preposition, a conjunction or a particle.
SHORT = re.compile(
    r"(?<![\w-])(а|без|в|во|для|до|за|и|из|или|к|ко|на|над|не|ни|но|о|об|от|по|под|при|с|со|у)"
    r" (?=\S)",
    re.IGNORECASE,
)
# «№ 5», «п. 6», «ст. 97»: the mark stays with its number.
MARK = re.compile(r"(?<!\w)(№|п\.|пп\.|ст\.|гл\.|разд\.|табл\.|рис\.|стр\.) (?=\d)", re.IGNORECASE)
# «63,4 %», «14 часов», «2026 г.»: the number stays with its unit.
UNIT = re.compile(
    r"(?<=\d) (?=(?:%|гг?\.|ч\b|час|мин|с\b|КБ|МБ|чел\.|руб\.|балл|класс|школ|дн|недел|строк))"
)
DASH = re.compile(r" (?=—)")


@register.filter
def plural(number: int, forms: str) -> str:
    """The noun that goes with a number: `{{ 3|plural:"школа,школы,школ" }}` gives «школы»."""
    one, few, many = forms.split(",")
    if abs(number) % 100 in range(11, 15):
        return many
    return {1: one, 2: few, 3: few, 4: few}.get(abs(number) % 10, many)


@register.filter
def percent(share: float | None, digits: int = 1) -> str:
    """A share from 0 to 1 as «63,4 %»; «–» when there is none."""
    return NOTHING if share is None else f"{_figure(share * 100, digits)}{NBSP}%"


@register.filter
def number(value: float | None, digits: int | None = None) -> str:
    """«12 345,6»; without `digits` a whole number stays whole, another keeps at most two."""
    if value is None:
        return NOTHING
    if digits is not None:
        return _figure(value, digits)
    shown = _figure(value, 0 if value == int(value) else 2)
    return shown.rstrip("0") if "," in shown else shown


@register.filter
def interval(low: float | None, high: float | None) -> str:
    """Two shares as «60,1–66,7 %»; the word joiners keep the dash from ending a line."""
    if low is None or high is None:
        return NOTHING
    return f"{_figure(low * 100, 1)}{JOINER}–{JOINER}{percent(high)}"


@register.filter
def day(date: dt.date | None) -> str:
    """«29 июня 2022 г.»"""
    return NOTHING if date is None else f"{day_short(date)} {_local(date).year}{NBSP}г."


@register.filter
def day_short(date: dt.date | None) -> str:
    """«29 июня»"""
    if date is None:
        return NOTHING
    local = _local(date)
    return f"{local.day}{NBSP}{MONTHS[local.month - 1]}"


@register.filter
def moment(at: dt.datetime | None) -> str:
    """«сегодня в 9:41», «вчера в 18:00», «12 ноября в 9:40»; the year when it is another one."""
    if at is None:
        return NOTHING
    local = timezone.localtime(at)
    return f"{_named_day(local.date())} в{NBSP}{local.hour}:{local.minute:02}"


@register.filter
def school_year(held_in: int | None) -> str:
    """The school year that ends in the year of holding: 2026 gives «2025/26»."""
    return NOTHING if held_in is None else f"{held_in - 1}/{held_in % 100:02}"


@register.filter(is_safe=True)
@stringfilter
def tie(text: str) -> str:
    """The text with the spaces held that a line must not break at."""
    for rule, held in ((MARK, rf"\1{NBSP}"), (SHORT, rf"\1{NBSP}"), (UNIT, NBSP), (DASH, NBSP)):
        text = rule.sub(held, text)
    return text


@register.filter
def filesize_ru(size: int | None) -> str:
    """«870 байт», «41 КБ», «1,2 МБ»."""
    if size is None:
        return NOTHING
    if size < 1024:
        return f"{size}{NBSP}{plural(size, 'байт,байта,байт')}"
    if round(size / 1024) < 1024:
        return f"{size / 1024:.0f}{NBSP}КБ"
    return f"{number(round(size / 1024**2, 1))}{NBSP}МБ"


def _figure(value: float, digits: int) -> str:
    """Decimal comma, held spaces between thousands, a real minus, no «−0»."""
    rounded = round(value, digits) + 0.0
    shown = f"{abs(rounded):,.{digits}f}".replace(",", NBSP).replace(".", ",")
    return f"−{shown}" if rounded < 0 else shown


def _local(date: dt.date) -> dt.date:
    """The day itself; of an aware moment, the day it is here."""
    if isinstance(date, dt.datetime) and timezone.is_aware(date):
        return timezone.localtime(date)
    return date


def _named_day(date: dt.date) -> str:
    today = timezone.localdate()
    near = {-1: "вчера", 0: "сегодня", 1: "завтра"}.get((date - today).days)
    return near or (day_short(date) if date.year == today.year else day(date))
