"""Terms of an action plan: printed words read into a window of days and a rhythm."""

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from roadmaps.letters import folded, plain
from roadmaps.moments import (
    MOMENT,
    Moment,
    Scale,
    moments_of,
    school_half,
    shortened,
    with_years,
)

PLACE = "@"  # stands in the words where a moment was read


class TermKind(StrEnum):
    """What sort of term a plan sets."""

    PERIOD = "period"
    UNTIL = "until"
    SCHOOL_YEAR = "school_year"
    YEAR = "year"
    CONTINUOUS = "continuous"
    RECURRING = "recurring"
    ON_SCHEDULE = "on_schedule"
    ON_DEMAND = "on_demand"
    UNKNOWN = "unknown"


class Doubt(StrEnum):
    """Why a term could not be read to the end."""

    IMPOSSIBLE_DATE = "impossible_date"
    YEAR_NOT_KNOWN = "year_not_known"
    NOT_UNDERSTOOD = "deadline_not_understood"


End = Callable[[Moment, int], date]  # the day on which a moment of that year lets a term end


@dataclass(frozen=True, slots=True)
class Period:
    """The days a plan is made for, both ends included."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Term:
    """A term as printed and as read; `start` and `end` are included in the window."""

    text: str
    kind: TermKind
    start: date | None = None
    end: date | None = None
    recurrence: str | None = None
    doubt: Doubt | None = None


RHYTHMS = (
    (r"ежегодно|каждый cy|(?:1 |один )?раз в cy", "yearly"),
    (r"ежемесячно|каждый месяц|(?:1 |один )?раз в месяц", "monthly"),
    (r"ежеквартально|каждый квартал|(?:1 |один )?раз в квартал", "quarterly"),
    # The step is said, but it is none of the three that the portal can plan by itself.
    (r"ежедневно|еженедельно|\d раза? в (?:cy|месяц|квартал|полугодие|неделю)", None),
)
PHRASES = (
    (
        r"(?:по мере|при|по) (?:необходимости|надобности|поступления|запрос\w+|требовани\w+)",
        TermKind.ON_DEMAND,
    ),
    (
        r"(?:по|согласно|в соответствии с)(?: \w+)?"
        r" (?:план\w*-)?(?:график\w*|план\w*|расписани\w+)",
        TermKind.ON_SCHEDULE,
    ),
    (
        r"постоянно|непрерывно|систематически|регулярно|на постоянной основе"
        r"|(?:в течение |в )?(?:весь|всего) период\w*(?: реализации)?",
        TermKind.CONTINUOUS,
    ),
)
RHYTHM_WORDS = [(re.compile(rf"\b(?:{words})\b"), step) for words, step in RHYTHMS]
PHRASE_WORDS = [(re.compile(rf"\b(?:{words})\b"), kind) for words, kind in PHRASES]

SIGN = re.compile(r"([-,;.])")
WHOLE_YEARS = {Scale.YEAR: TermKind.YEAR, Scale.SCHOOL_YEAR: TermKind.SCHOOL_YEAR}
SCHOOL_PLANS_BEGIN = range(7, 10)  # a plan that begins in July to September is for a school year


def read_term(text: str, *, period: Period | None) -> Term:
    """The term as it is printed, with its kind and window; a missing year is the plan's."""
    return replace(_read(shortened(plain(folded(text))), period), text=text)


def plan_period(title: str, *, ordered_on: date | None, terms: Iterable[str]) -> Period | None:
    """The days a plan covers.

    The years named in its title, or else twelve months from the month of the order, widened to
    every dated term that does not end before the order.
    """
    named = _named_period(title) or (_twelve_months(ordered_on) if ordered_on else None)
    windows = [(named.start, named.end)] if named else []
    for text in terms:
        term = read_term(text, period=None)
        if term.end and not (ordered_on and term.end < ordered_on):
            windows.append((term.start or term.end, term.end))
    if not windows:
        return None
    return Period(min(start for start, _ in windows), max(end for _, end in windows))


def _named_period(title: str) -> Period | None:
    spans = [
        _with_summer(moment, moment.year)
        for moment in moments_of(shortened(plain(folded(title))))
        if moment.is_year and moment.year
    ]
    if not spans:
        return None
    return Period(min(start for start, _ in spans), max(end for _, end in spans))


def _with_summer(moment: Moment, year: int) -> tuple[date, date]:
    """A plan made for a school year may also use the summer that follows its lessons."""
    start, end = moment.span(year)
    return start, date(end.year, 8, 31) if moment.scale == Scale.SCHOOL_YEAR else end


def _twelve_months(ordered_on: date) -> Period:
    start = ordered_on.replace(day=1)
    return Period(start, start.replace(year=start.year + 1) - timedelta(days=1))


def _read(words: str, period: Period | None) -> Term:
    if not words:
        return _unknown(None)
    try:
        return (
            _rhythm(words, period)
            or _phrase(words, period)
            or _window(words, period)
            or _unknown(Doubt.NOT_UNDERSTOOD)
        )
    except ValueError:  # a day that no calendar has
        return _unknown(Doubt.IMPOSSIBLE_DATE)


def _unknown(doubt: Doubt | None) -> Term:
    return Term("", TermKind.UNKNOWN, doubt=doubt)


def _rhythm(words: str, period: Period | None) -> Term | None:
    """«ежегодно май», «ежемесячно»: the step, and the month of a yearly one."""
    for pattern, step in RHYTHM_WORDS:
        if found := pattern.search(words):
            rest = _without(words, found)
            moments = moments_of(rest)
            if step == "yearly" and moments and not moments[-1].is_year:
                step = f"yearly:{moments[-1].months[1]:02}"
            dated = any(moment.year for moment in moments)
            window = (dated and _window(rest, period)) or _unknown(None)
            return Term("", TermKind.RECURRING, window.start, window.end, step)
    return None


def _phrase(words: str, period: Period | None) -> Term | None:
    """«по графику», «постоянно»: unless the rest of the words gives a window of its own."""
    for pattern, kind in PHRASE_WORDS:
        if found := pattern.search(words):
            rest = _read(_without(words, found), period)
            if rest.kind != TermKind.UNKNOWN or rest.doubt == Doubt.IMPOSSIBLE_DATE:
                return rest
            whole = period if kind == TermKind.CONTINUOUS else None
            return _over(kind, whole)
    return None


def _without(words: str, found: re.Match[str]) -> str:
    return plain(f"{words[: found.start()]} {words[found.end() :]}").strip(" ,-")


def _over(kind: TermKind, period: Period | None) -> Term:
    return Term("", kind, period.start, period.end) if period else Term("", kind)


def _window(words: str, period: Period | None) -> Term | None:
    """A term that names moments: «до сентября 2022», «март - май», «в течение учебного года»."""
    tie = plain(SIGN.sub(r" \1 ", MOMENT.sub(f" {PLACE} ", words))).strip(" ,.;-")
    moments = moments_of(words)
    for pattern, read in TIES:
        if pattern.fullmatch(tie):
            return read(moments, period)
    return None


def _during(moments: list[Moment], period: Period | None) -> Term:
    [moment] = moments
    kind = WHOLE_YEARS.get(moment.scale, TermKind.PERIOD)
    if moment.scale == Scale.YEAR and moment.year is None:
        return _over(kind, period)
    settled = _settled(moments, period)
    if settled:
        return Term("", kind, *settled[0])
    return Term("", kind) if moment.is_year else _unknown(Doubt.YEAR_NOT_KNOWN)


def _before(moments: list[Moment], period: Period | None) -> Term:
    return _until(_settled(moments, period, end=Moment.eve))


def _not_after(moments: list[Moment], period: Period | None) -> Term:
    return _until(_settled(moments, period))


def _until(days: list[tuple[date, date]]) -> Term:
    if not days:
        return Term("", TermKind.UNTIL, doubt=Doubt.YEAR_NOT_KNOWN)
    return Term("", TermKind.UNTIL, None, days[0][1])


def _range(moments: list[Moment], period: Period | None) -> Term:
    days = _settled(moments, period)
    if not days:
        return _unknown(Doubt.YEAR_NOT_KNOWN)
    if days != sorted(days):
        return _unknown(Doubt.IMPOSSIBLE_DATE)
    return Term("", TermKind.PERIOD, days[0][0], max(end for _, end in days))


def _since(moments: list[Moment], period: Period | None) -> Term:
    days = _settled(moments, period)
    if not days:
        return _unknown(Doubt.YEAR_NOT_KNOWN)
    start = days[0][0]
    end = period.end if period and period.end >= start else None
    return Term("", TermKind.CONTINUOUS, start, end)


def _last_day(moment: Moment, year: int) -> date:
    return moment.span(year)[1]


def _settled(
    moments: Sequence[Moment],
    period: Period | None,
    *,
    end: End = _last_day,
) -> list[tuple[date, date]]:
    """First and last day of each moment; empty when neither words nor plan tell the year.

    A year that is not printed is the first in which the term ends within the plan's period.
    """
    first, *others = with_years(_halves(moments, period))
    if first.year is None:
        if period is None:
            return []
        first = replace(first, year=_first_year(first, period, end))
        first, *others = with_years([first, *others])
    return [
        (moment.span(moment.year)[0], end(moment, moment.year))
        for moment in (first, *others)
        if moment.year
    ]


def _first_year(moment: Moment, period: Period, end: End) -> int:
    """Raises ValueError for a day that none of the years has."""
    for year in range(period.start.year - 1, period.end.year + 2):
        with suppress(ValueError):
            if end(moment, year) >= period.start:
                return year
    raise ValueError("no such day in the years of the plan")


def _halves(moments: Sequence[Moment], period: Period | None) -> list[Moment]:
    """Halves of the school year instead of calendar ones, in a plan made for a school year."""
    school = period is not None and period.start.month in SCHOOL_PLANS_BEGIN
    return [
        school_half(1 if moment.months[0] == 1 else 2, None)
        if school and moment.scale == Scale.HALF and moment.year is None
        else moment
        for moment in moments
    ]


# How moments are tied together; `@` is a moment. The first pattern that fits the whole wins.
TIES: tuple[tuple[re.Pattern[str], Callable[[list[Moment], Period | None], Term]], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (r"(?:в |во |в течение |на |за |(?:в )?(?:конце|начале|конец|начало) )?@", _during),
        (r"(?:в срок |срок )?(?:до|к|ко)(?: начала)? @", _before),
        (
            r"(?:в срок )?(?:не позднее|по|(?:до|к) (?:конца|концу|окончания))(?: конца)? @",
            _not_after,
        ),
        (r"(?:в |во |с |со )?@(?:(?: -| ,| и| по| до| в| во)+ @)+(?: включительно)?", _range),
        (r"(?:начиная )?(?:с|со) @", _since),
    )
)
