"""Moments of the calendar as plans name them: a day, a month, a quarter, a half-year, a year."""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

MONTH_END = 0  # the day that stands for the last one of its month

MonthDay = tuple[int, int]
Bounds = tuple[MonthDay, MonthDay]

# A school year begins on 1 September; lessons end in the last week of May (the calendar schedule
# of the federal general-education programmes), so that month closes it.
SCHOOL_YEAR: Bounds = (9, 1), (5, MONTH_END)
CALENDAR_YEAR: Bounds = (1, 1), (12, MONTH_END)
SCHOOL_HALVES: dict[int, Bounds] = {1: ((9, 1), (12, MONTH_END)), 2: ((1, 1), (5, MONTH_END))}
SCHOOL_QUARTERS: dict[int, Bounds] = {
    1: ((9, 1), (10, MONTH_END)),
    2: ((11, 1), (12, MONTH_END)),
    3: ((1, 1), (3, MONTH_END)),
    4: ((4, 1), (5, MONTH_END)),
}
SEASONS: dict[str, Bounds] = {
    "ос": ((9, 1), (11, MONTH_END)),
    "зи": ((12, 1), (2, MONTH_END)),
    "ве": ((3, 1), (5, MONTH_END)),
    "ле": ((6, 1), (8, MONTH_END)),
}


class Scale(StrEnum):
    """How long a moment is."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    SCHOOL_HALF = "school_half"
    SCHOOL_QUARTER = "school_quarter"
    SEASON = "season"
    YEAR = "year"
    SCHOOL_YEAR = "school_year"


@dataclass(frozen=True, slots=True)
class Moment:
    """A stretch of the calendar; `year` is the one in which it begins, None when not printed."""

    scale: Scale
    bounds: Bounds
    year: int | None = None

    @property
    def is_year(self) -> bool:
        return self.scale in (Scale.YEAR, Scale.SCHOOL_YEAR)

    @property
    def months(self) -> tuple[int, int]:
        """The months it begins and ends in."""
        (first, _), (last, _) = self.bounds
        return first, last

    def span(self, year: int) -> tuple[date, date]:
        """First and last day, if it begins in that year. Raises ValueError if there is no such."""
        first, last = self.months
        return _day(year, self.bounds[0]), _day(year + (last < first), self.bounds[1])

    def eve(self, year: int) -> date:
        """The last day of «до …»: a day is its own, anything longer is over before it begins."""
        start, _ = self.span(year)
        return start if self.scale == Scale.DAY else start - timedelta(days=1)


def _day(year: int, month_day: MonthDay) -> date:
    month, day = month_day
    return date(year, month, day or monthrange(year, month)[1])


YEAR = r"(?:1[89]|20)\d\d"
MONTHS = ("янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
MONTH = (
    r"(?:(?:январ|феврал|апрел|июн|июл|сентябр|октябр|ноябр|декабр)(?:ь|я|ю|ем|е)"
    r"|(?:март|август)(?:а|у|ом|е)?|ма(?:й|я|ю|е|ем)"
    r"|янв|февр?|мар|апр|авг|сент?|окт|нояб?|дек)(?![а-я])"
)
ORDINALS = {"1": 1, "i": 1, "перв": 1, "2": 2, "ii": 2, "втор": 2}
ORDINALS |= {"3": 3, "iii": 3, "трет": 3, "4": 4, "iv": 4, "четверт": 4}
ORDINAL = r"([1-4]|iv|i{1,3}|перв|втор|трет|четверт)(?:[ ]?-?[ ]?[а-я]{1,3})?"
SEASON = (
    r"(?:осень|осени|осенью|зима|зимы|зиму|зимой|весна|весны|весну|весной|лето|лета|летом)(?![а-я])"
)
PARTS = r"кв\b|квартал|полугоди|четверть|четверти|четвертях"  # what an ordinal may count
EVERY_YEAR = r"текущ|соответствующ|отчетн|данн|нов|предстоящ|очередн"

# Rewritten in this order: «2022-2023 учебный год» becomes sy2022, «учебный год» sy, «год» cy.
SHORTER = [
    (re.compile(pattern), short)
    for pattern, short in (
        (r"[«»\"():]", " "),
        (r"\bв теч[а-я]*\.?", "в течение "),
        (r" +", " "),
        (rf"\b(?:{EVERY_YEAR})[а-я]+ (?=(?:календарн|уч|год|месяц|полугоди))", ""),
        (r"(?<=\d) ?\. ?(?=\d)", "."),
        (r"(?<![\d.])(\d\d?) (\d\d)\.(?=\d{4})", r"\1.\2."),
        (r"(?<!\d)(\d{4}) ?[-/] ?\d{2,4} ?(?:гг?\.? )?уч[а-я]*\.? ?г[а-я]*\.?", r"sy\1 "),
        (r"(?<![\d.])((?:19|20)\d\d) ?/ ?(?:20)?\d\d(?![\d.])", r"sy\1 "),
        (r"\bуч[а-я]*\.? ?г(?:од[а-я]*|\.|\b)", "sy "),
        (r"(?<!\d)(\d{4}) ?(?:год[а-я]*|гг?\b)\.?", r"\1 "),
        (r"\b(?:календарн[а-я]+ )?год(?:а|у|ом|е)?\b", "cy "),
        (rf"({MONTH})\.", r"\1 "),
        (rf"((?:{MONTH}|кв[а-я]*|четверт[а-я]*)) cy\b", r"\1 "),
        # «с 1 по 15 октября» and «1-15 октября»: the first day gets its month too.
        (
            rf"(?<![\d.])(\d\d?) ?(-|по|до|и) ?(\d\d?) ({MONTH}(?: ?\d{{4}})?)",
            r"\1 \4 \2 \3 \4",
        ),
        # «I - III кварталы»: each number gets its word.
        (
            rf"(?<![\w.]){ORDINAL} ?(-|,|и|по) ?"
            rf"(?={ORDINAL}(?: ?(?:-|,|и|по) ?{ORDINAL})* ({PARTS}))",
            r"\1 \5 \2 ",
        ),
    )
]

MOMENT = re.compile(
    rf"""(?<![\w.])(?:
      (?P<day>\d\d?)[./](?P<day_month>\d\d?)(?:[./](?P<day_year>{YEAR}|\d\d))?
    | (?P<month_number>\d\d?)[./](?P<month_number_year>{YEAR})
    | (?P<date>\d\d?)(?:\ ?-?\ ?го)?\ ?(?P<date_month>{MONTH})(?:[ ,]*(?P<date_year>{YEAR}))?
    | (?P<month>{MONTH})(?:[ ,]*(?P<month_year>{YEAR}))?
    | (?P<quarter>{ORDINAL})\ ?кв(?:артал[а-я]*)?(?:[ .,]*(?P<quarter_year>{YEAR}))?
    | (?P<half>{ORDINAL})\ ?полугоди[а-я]*(?:[ ,]*(?P<half_year>(?:sy)?{YEAR}|sy|cy))?
    | (?P<term>{ORDINAL})\ ?четверт(?:ь|и|ях|ей)(?:[ ,]*(?P<term_year>sy{YEAR}|sy|{YEAR}))?
    | (?P<season>{SEASON})(?:[ ,]*(?P<season_year>{YEAR}))?
    | (?<![а-я]-)(?P<year>(?:sy)?{YEAR}|sy|cy)
    )(?!\w)""",
    re.VERBOSE,
)


def shortened(words: str) -> str:
    """Folded words with dates tightened and years written as one word each."""
    for pattern, short in SHORTER:
        words = pattern.sub(short, words)
    return " ".join(words.split())


def moments_of(words: str) -> list[Moment]:
    """Every moment named in shortened words, in their order."""
    return [_moment(found) for found in MOMENT.finditer(words)]


def _moment(found: re.Match[str]) -> Moment:
    if found["day"]:
        return _on_day(found["day"], int(found["day_month"]), _year(found["day_year"]))
    if found["date"]:
        return _on_day(found["date"], _month(found["date_month"]), _year(found["date_year"]))
    if found["month_number"]:
        return _in_month(int(found["month_number"]), _year(found["month_number_year"]))
    if found["month"]:
        return _in_month(_month(found["month"]), _year(found["month_year"]))
    if found["quarter"]:
        return _quarter(_ordinal(found["quarter"]), _year(found["quarter_year"]))
    if found["half"]:
        return _half(_ordinal(found["half"]), found["half_year"] or "")
    if found["term"]:
        return _school_quarter(_ordinal(found["term"]), found["term_year"] or "")
    if found["season"]:
        return Moment(Scale.SEASON, SEASONS[found["season"][:2]], _year(found["season_year"]))
    return _whole_year(found["year"])


def _on_day(day: str, month: int, year: int | None) -> Moment:
    # Day 0 would mean the end of the month; printed, it is a day that does not exist.
    printed = (month, int(day) or 99)
    return Moment(Scale.DAY, (printed, printed), year)


def _in_month(month: int, year: int | None) -> Moment:
    return Moment(Scale.MONTH, ((month, 1), (month, MONTH_END)), year)


def _quarter(number: int, year: int | None) -> Moment:
    return Moment(Scale.QUARTER, ((3 * number - 2, 1), (3 * number, MONTH_END)), year)


def _half(number: int, year: str) -> Moment:
    if year.startswith("sy"):
        return school_half(number, _year(year[2:]))
    bounds = ((6 * number - 5, 1), (6 * number, MONTH_END))
    return Moment(Scale.HALF, bounds, _year(year.removeprefix("cy")))


def _school_quarter(number: int, year: str) -> Moment:
    begun = _year(year.removeprefix("sy"))
    if year.startswith("sy") and begun and number > 2:
        begun += 1
    return Moment(Scale.SCHOOL_QUARTER, SCHOOL_QUARTERS[number], begun)


def school_half(number: int, school_year: int | None) -> Moment:
    """A half of the school year that begins in September of the given year."""
    year = school_year + (number == 2) if school_year else None
    return Moment(Scale.SCHOOL_HALF, SCHOOL_HALVES[number], year)


def _whole_year(word: str) -> Moment:
    if word.startswith("sy"):
        return Moment(Scale.SCHOOL_YEAR, SCHOOL_YEAR, _year(word[2:]))
    return Moment(Scale.YEAR, CALENDAR_YEAR, _year(word.removeprefix("cy")))


def _month(word: str) -> int:
    stem = "май" if word.startswith("ма") and not word.startswith("мар") else word[:3]
    return MONTHS.index(stem) + 1


def _ordinal(word: str) -> int:
    stem = re.match(ORDINAL, word)
    return ORDINALS[stem[1]] if stem else 0


def _year(digits: str | None) -> int | None:
    if not digits:
        return None
    return int(digits) + (2000 if len(digits) == 2 else 0)


def with_years(moments: Sequence[Moment]) -> list[Moment]:
    """Moments whose missing years follow from the printed ones beside them, in order of time.

    «март - май 2022» is all in 2022, «ноябрь - февраль 2023» begins in 2022.
    """
    known = list(moments)
    for here in range(len(known) - 2, -1, -1):
        known[here] = _before(known[here], known[here + 1])
    for here in range(1, len(known)):
        known[here] = _after(known[here], known[here - 1])
    return known


def _before(moment: Moment, following: Moment) -> Moment:
    if moment.year or following.year is None:
        return moment
    return replace(moment, year=following.year - (moment.bounds[0] > following.bounds[0]))


def _after(moment: Moment, previous: Moment) -> Moment:
    if moment.year or previous.year is None:
        return moment
    return replace(moment, year=previous.year + (moment.bounds[0] < previous.bounds[0]))
