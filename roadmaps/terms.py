"""Terms of an action plan: printed words read into a window of days and a rhythm."""

import re
from calendar import isleap, monthrange
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import islice

from roadmaps.letters import folded, plain
from roadmaps.moments import (
    MOMENT,
    MONTH,
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


# A term without a printed day is a window: it is late only by a control point.
WINDOWS = frozenset(
    {
        TermKind.SCHOOL_YEAR, TermKind.YEAR, TermKind.CONTINUOUS, TermKind.RECURRING,
        TermKind.ON_SCHEDULE, TermKind.ON_DEMAND,
    }
)  # fmt: skip


class Doubt(StrEnum):
    """Why a term could not be read to the end."""

    IMPOSSIBLE_DATE = "impossible_date"
    YEAR_NOT_KNOWN = "year_not_known"
    NOT_UNDERSTOOD = "deadline_not_understood"


Tie = Callable[[list["Moment"], "Period | None"], "Term"]
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


# «2 раза в месяц» is not «раз в месяц»: no number may stand before.
ONCE = (
    r"(?:не реже (?:чем )?)?(?<!\d )(?<!два )(?<!двух )(?<!три )(?<!трех )"
    r"(?:(?:1|один|одного) )?раза? в "
)
EACH = r"кажд(?:ый|ого|ом|ая|ой|ую|ое) "
RHYTHMS = (
    (rf"ежегодно|{EACH}[cs]y|{ONCE}[cs]y", "yearly"),
    (rf"ежемесячно|{EACH}месяца?|{ONCE}месяц", "monthly"),
    (rf"ежеквартально|поквартально|{EACH}квартала?|{ONCE}квартал", "quarterly"),
    # The step is said, but it is none of the three that the portal can plan by itself.
    (
        r"ежедневно|еженедельно|по (?:полугодиям|четвертям|триместрам)|раз в полгода"
        rf"|{EACH}(?:полугоди[ея]|четверт[ьи]|недел[юи]|день|триместра?)"
        r"|(?:не реже (?:чем )?)?(?:(?:\d|один|одного|два|двух|три|трех) )?раза? в"
        r"(?: \d| два| три| пять)? (?:[cs]y|лет|месяц|квартал|полугодие|неделю|четверть|триместр)",
        None,
    ),
)
EVENTS = (
    r"(?:необходимости|надобности|поступлени|запрос|обращени|требовани|выявлени|появлени"
    r"|возникновени|готовности|получени|обновлени|формировани|заявк|заявлени|потребност)\w*"
    r"(?: (?:заявок|заявлений|обращений|запросов|документов))?"
)
ASIDE = r"(?:[а-я-]+(?:ым|им|ому|ему|ой|ей|ых|их) )"
# Bodies are no part of it: in a text without columns «по графику ОО» is a term and a body.
OF_SCHEDULE = (
    r"(?: (?:работы|проведения|мероприятий|рособрнадзора|фиоко|впр|гиа|сопровождения"
    r"|оценочных|процедур|министерства(?: образования)?|департамента(?: образования)?|фипи))*"
)
WHOLE = r"(?:(?:в течение|на протяжении|в|на|за) )?"
PHRASES = (
    (rf"(?:по мере|при|по|в случае) {ASIDE}?{EVENTS}", TermKind.ON_DEMAND),
    (
        rf"(?:по|согласно|в соответствии со?) {ASIDE}*(?:план\w*-|дорожн\w+ )?"
        rf"(?:график\w*|план\w*|расписани\w+|карт\w+|циклограмм\w+"
        rf"|приказ\w*|порядк\w+|регламент\w*){OF_SCHEDULE}",
        TermKind.ON_SCHEDULE,
    ),
    (
        r"(?:в (?:соответствии со? )?|согласно |по )?срок\w*,? "
        r"(?:установленн|определенн|утвержденн|указанн|предусмотренн)\w+",
        TermKind.ON_SCHEDULE,
    ),
    (
        r"(?:не (?:позднее|позже|менее),? чем )?за [а-я]+ (?:дн|недел|месяц)\w+ до"
        r" (?:начала )?(?:проведени\w+|экзамен\w*|процедур\w*|впр|гиа)",
        TermKind.ON_SCHEDULE,
    ),
    (
        r"(?:в (?:период|день|дни|ходе|сроки)|во время|после|до|накануне|перед) "
        r"(?:проведени\w+|выполнени\w+|написани\w+|процедур\w*|экзамен\w*|впр|гиа)"
        r"(?: (?:впр|гиа|огэ|егэ|процедур\w*|экзамен\w*|оценочн\w+|всероссийск\w+|проверочн\w+"
        r"|диагностическ\w+|работ\w*))*",
        TermKind.ON_SCHEDULE,
    ),
    (
        r"постоянно|непрерывно|систематически|регулярно|круглогодично"
        r"|(?:на|в) (?:постоянн|регулярн|системн)\w+ (?:основе|режиме)"
        rf"|{WHOLE}(?:весь|всего|всей) (?:период\w*|срок\w*)(?: (?:реализации|действия))?"
        rf"|{WHOLE}(?:период\w*|срок\w*) (?:реализации|действия)",
        TermKind.CONTINUOUS,
    ),
)
RHYTHM_WORDS = [(re.compile(rf"\b(?:{words})\b"), step) for words, step in RHYTHMS]
PHRASE_WORDS = [(re.compile(rf"\b(?:{words})\b"), kind) for words, kind in PHRASES]

# Words beside a moment that do not change its days more finely than a plan is watched.
BESIDE = re.compile(
    r"\b(?:и )?(?:в )?(?:далее|дальнейшем)\b|\bвключительно\b|\bориентировочно\b"
    r"|\b(?:перв|втор|трет|последн|i{1,3}|[1-4])[а-я-]*"
    r" (?:декад|недел|половин)[а-я]+(?=(?: [а-я]+){1,2})|\bсередин[ае]?\b"
)
MIDDLE = re.compile(r"\bдо середины (?=[а-я])")
BEFORE = re.compile(r"\b(?:до|не позднее|не позже|к|ко)(?: \w+)?$")
SIGN = re.compile(r"([-,;.])")
WHOLE_YEARS = {Scale.YEAR: TermKind.YEAR, Scale.SCHOOL_YEAR: TermKind.SCHOOL_YEAR}
LONG = timedelta(days=150)  # a term longer than this does not tell when the plan begins
SCHOOL_PLANS_BEGIN = range(7, 10)  # a plan that begins in July to September is for a school year


def read_term(text: str, *, period: Period | None) -> Term:
    """The term as it is printed, with its kind and window; a missing year is the plan's."""
    return replace(_read(shortened(plain(folded(text))), period), text=text)


def plan_period(title: str, *, ordered_on: date | None, terms: Iterable[str]) -> Period | None:
    """The days a plan covers.

    The years named in its title, or else twelve months from the month of the order or of the
    first dated term, widened to every dated term that does not end before the order. A long
    term moves only its end: «2023-2024 годы» in a plan of a school year begins with the plan.
    """
    windows = []
    for text in terms:
        term = read_term(text, period=None)
        if term.end and not (ordered_on and term.end < ordered_on):
            windows.append((term.start or term.end, term.end))
    begins = ordered_on or min((start for start, _ in windows), default=None)
    named = _named_period(title) or (_twelve_months(begins) if begins else None)
    if named is None:
        return None
    starts = [start for start, end in windows if end - start <= LONG]
    return Period(min([named.start, *starts]), max([named.end, *(end for _, end in windows)]))


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


def names_term(text: str) -> bool:
    """Whether the words are a term and nothing else."""
    words = shortened(plain(folded(text)))
    rest = _bare(words)
    return bool(words) and (not rest or _tie_of(rest) is not None)


def _bare(words: str) -> str:
    """The words without one rhythm and one condition."""
    for patterns in (RHYTHM_WORDS, PHRASE_WORDS):
        found = next((found for pattern, _ in patterns if (found := pattern.search(words))), None)
        words = _without(words, found) if found else words
    return words


def _read(words: str, period: Period | None) -> Term:
    if not words:
        return _unknown(None)
    try:
        return (
            _rhythm(words, period)
            or _phrase(words, period)
            or _window(words, period)
            or _around(words, period)
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
            dated = any(moment.year or moment.scale == Scale.SCHOOL_YEAR for moment in moments)
            window = (dated and (_window(rest, period) or _around(rest, period))) or _unknown(None)
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
    words = plain(BESIDE.sub(" ", MIDDLE.sub("до 15 ", words)))
    read = _tie_of(words)
    return read(moments_of(words), period) if read else None


def _tie_of(words: str) -> Tie | None:
    words = plain(BESIDE.sub(" ", MIDDLE.sub("до 15 ", words)))
    tie = plain(SIGN.sub(r" \1 ", MOMENT.sub(f" {PLACE} ", words))).strip(" ,.;-")
    return next((read for pattern, read in TIES if pattern.fullmatch(tie)), None)


def _around(words: str, period: Period | None) -> Term | None:
    """The window of moments among words that are not understood; always with a doubt."""
    moments = moments_of(words)
    days = _settled(moments, period) if moments else []
    if not days:
        return None
    first = next(MOMENT.finditer(words))
    end = max(end for _, end in days)
    if BEFORE.search(words[: first.start()].strip()):
        return Term("", TermKind.UNTIL, None, end, doubt=Doubt.NOT_UNDERSTOOD)
    start = min(start for start, _ in days)
    return Term("", TermKind.PERIOD, start, end, doubt=Doubt.NOT_UNDERSTOOD)


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
    dated = with_years(_halves(moments, period))
    if dated[0].year is None:
        if period is None:
            return []
        dated = _dated(dated, period, end)
    return [
        (moment.span(moment.year)[0], end(moment, moment.year)) for moment in dated if moment.year
    ]


def _dated(moments: Sequence[Moment], period: Period, end: End) -> list[Moment]:
    """Moments without years in the years they have in a plan of this period."""
    first = replace(moments[0], year=_first_year(moments[0], period, end))
    dated = with_years([first, *moments[1:]])
    school = period.start.month in SCHOOL_PLANS_BEGIN
    if len(dated) == 1 or not school or _ends_within(dated, period):
        return dated
    # «август-сентябрь» of a plan from September is its beginning, not the time after it.
    earlier = with_years([replace(first, year=(first.year or 0) - 1), *moments[1:]])
    return earlier if _ends_within(earlier, period) else dated


def _ends_within(moments: Sequence[Moment], period: Period) -> bool:
    ends = [_last_day(moment, moment.year) for moment in moments if moment.year]
    return period.start <= max(ends) <= period.end


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
TIES: tuple[tuple[re.Pattern[str], Tie], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (
            r"(?:(?:в|во|на|за|в ходе|в рамках|в период|период|срок"
            r"|(?:в течение|на протяжении)(?: всего| всей)?|весь|вся"
            r"|(?:в )?(?:конце|начале|конец|начало)) )?@",
            _during,
        ),
        (r"(?:в срок |срок |сроком )?(?:до|к|ко|перед)(?: начала| началу| началом)? @", _before),
        (
            r"(?:в срок |срок )?(?:не позднее|не позже|по"
            r"|(?:до|к|по) (?:конца|концу|окончания|окончании|завершения|завершении|итогам))"
            r"(?: конца)? @",
            _not_after,
        ),
        (
            r"(?:в |во |с |со |период )?@(?:(?: -| ,| ;| и| по| до| в| во)+ @)+",
            _range,
        ),
        (r"(?:начиная )?(?:с|со) @", _since),
    )
)


# Control points: the days on which someone looks how far an item is.

MOST_POINTS = 60
NO_POINTS = (TermKind.ON_SCHEDULE, TermKind.ON_DEMAND, TermKind.UNKNOWN)
SCHOOL_ENDS = (2, 5, 8, 11)  # months that close the quarters of a school year
CALENDAR_ENDS = (3, 6, 9, 12)
NEAR = timedelta(days=31)  # a look this close to the end is the look at the end


def control_points(term: Term, period: Period | None) -> tuple[date, ...]:
    """The days on which an item of this term is looked at; none where the term gives no days.

    A term with an end is looked at on its end, a rhythm at the end of each of its steps, a long
    term each quarter and on its end.
    """
    if term.kind in NO_POINTS:
        return ()
    if term.kind in (TermKind.PERIOD, TermKind.UNTIL):
        return (term.end,) if term.end else ()
    start = term.start or (period.start if period else None)
    end = term.end or (period.end if period else None)
    if end is None or start is None or start > end:
        return (term.end,) if term.end else ()
    if term.kind == TermKind.RECURRING and term.recurrence:
        return _steps(term.recurrence, start, end) or ((term.end,) if term.end else ())
    return _quarters(start, end)


def _steps(recurrence: str, start: date, end: date) -> tuple[date, ...]:
    step, _, month = recurrence.partition(":")
    if step == "yearly":
        ends = (int(month),) if month else (end.month,)
        last = _month_ends(ends, start, end)
        return last or (() if month else (end,))
    every = range(1, 13) if step == "monthly" else _quarter_ends(start)
    return _month_ends(every, start, end) or (end,)


def _quarters(start: date, end: date) -> tuple[date, ...]:
    points = [day for day in _month_ends(_quarter_ends(start), start, end) if end - day > NEAR]
    return (*points[: MOST_POINTS - 1], end)


def _quarter_ends(start: date) -> tuple[int, ...]:
    return SCHOOL_ENDS if start.month in SCHOOL_PLANS_BEGIN else CALENDAR_ENDS


def _month_ends(months: Collection[int], start: date, end: date) -> tuple[date, ...]:
    """The last days of these months from start to end, the first sixty of them."""
    days = (
        date(year, month, monthrange(year, month)[1])
        for year in range(start.year, end.year + 1)
        for month in sorted(months)
    )
    return tuple(islice((day for day in days if start <= day <= end), MOST_POINTS))


# Terms of another year.

PRINTED_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
SHORT_YEAR = re.compile(
    rf"(?<=\d{{4}}[/–-])\d\d(?![\d.]|\s*{MONTH})|(?<=\d\d\.\d\d\.)\d\d(?!\d)", re.IGNORECASE
)
LEAP_DAY = re.compile(r"29(?=(?:\.02\.|\s+февраля\s+)(\d{4})(?!\d))")


def shifted(text: str, years: int) -> str:
    """The printed term with each of its years moved: «2022-2023» by one is «2023-2024»."""
    text = SHORT_YEAR.sub(lambda found: f"{(int(found[0]) + years) % 100:02}", text)
    text = PRINTED_YEAR.sub(lambda found: f"{int(found[0]) + years:04}", text)
    return LEAP_DAY.sub(lambda found: "29" if isleap(int(found[1])) else "28", text)
