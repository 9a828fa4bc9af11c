"""Terms as orders print them, and the laws their reading keeps on terms no one chose."""

import calendar
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from roadmaps.terms import Doubt, Period, TermKind, plan_period, read_term

SCHOOL_PLAN = Period(date(2022, 8, 1), date(2023, 9, 30))
WINTER_PLAN = Period(date(2023, 12, 1), date(2024, 11, 30))

DATED = {
    "август 2022 г.": ("2022-08-01", "2022-08-31"),
    "Декабрь 2023г.": ("2023-12-01", "2023-12-31"),
    "февраль - март 2023 г.": ("2023-02-01", "2023-03-31"),
    "март – май 2022": ("2022-03-01", "2022-05-31"),
    "ноябрь – февраль 2024 г.": ("2023-11-01", "2024-02-29"),
    "октябрь-ноябрь 2022 года": ("2022-10-01", "2022-11-30"),
    "с сентября 2022 по май 2023 г.": ("2022-09-01", "2023-05-31"),
    "сент. 2022": ("2022-09-01", "2022-09-30"),
    "09.2022": ("2022-09-01", "2022-09-30"),
    "28.03.2022": ("2022-03-28", "2022-03-28"),
    "«24» марта 2022 г.": ("2022-03-24", "2022-03-24"),
    "«29» 06. 2022 г.": ("2022-06-29", "2022-06-29"),
    "с 1 по 15 октября 2022 г.": ("2022-10-01", "2022-10-15"),
    "1 квартал 2023 г.": ("2023-01-01", "2023-03-31"),
    "IV кв. 2022 г.": ("2022-10-01", "2022-12-31"),
    "третий квартал 2023 года": ("2023-07-01", "2023-09-30"),
    "1 полугодие 2023 г.": ("2023-01-01", "2023-06-30"),
    "второе полугодие 2022-2023 учебного года": ("2023-01-01", "2023-05-31"),
    "сентябрь 2022 г. (по графику)": ("2022-09-01", "2022-09-30"),
    "2023-2025 гг.": ("2023-01-01", "2025-12-31"),
}

UNTIL = {
    "до сентября 2022 г.": "2022-08-31",
    "до 28 марта 2022 года": "2022-03-28",
    "в срок до 01 апреля 2022 года": "2022-04-01",
    "не позднее мая 2023 г.": "2023-05-31",
    "до конца 2022 года": "2022-12-31",
    "до IV квартала 2022 года": "2022-09-30",
    "к 1 сентября 2022 г.": "2022-09-01",
}

BY_PLAN = {
    "сентябрь": ("period", "2024-09-01", "2024-09-30"),
    "август-сентябрь": ("period", "2024-08-01", "2024-09-30"),
    "ноябрь – январь": ("period", "2024-11-01", "2025-01-31"),
    "IV квартал": ("period", "2023-10-01", "2023-12-31"),
    "первое полугодие": ("period", "2024-01-01", "2024-06-30"),
    "10-20 марта": ("period", "2024-03-10", "2024-03-20"),
    "До 01.10": ("until", None, "2024-10-01"),
    "до марта": ("until", None, "2024-02-29"),
    "до конца учебного года": ("until", None, "2024-05-31"),
    "в течение учебного года": ("school_year", "2023-09-01", "2024-05-31"),
    "в теч. уч. года, по графику": ("school_year", "2023-09-01", "2024-05-31"),
    "В течение года": ("year", "2023-12-01", "2024-11-30"),
    "в течение 2024 года": ("year", "2024-01-01", "2024-12-31"),
    "постоянно": ("continuous", "2023-12-01", "2024-11-30"),
    "весь период": ("continuous", "2023-12-01", "2024-11-30"),
    "с марта 2024 г.": ("continuous", "2024-03-01", "2024-11-30"),
}

WITHOUT_DAYS = {
    "по графику": ("on_schedule", None),
    "в соответствии с графиком": ("on_schedule", None),
    "согласно плану-графику": ("on_schedule", None),
    "по мере необходимости": ("on_demand", None),
    "ежегодно": ("recurring", "yearly"),
    "ежегодно май": ("recurring", "yearly:05"),
    "ежегодно, до 1 сентября": ("recurring", "yearly:09"),
    "ежемесячно": ("recurring", "monthly"),
    "1 раз в квартал": ("recurring", "quarterly"),
    "2 раза в год": ("recurring", None),
}


def days(term):
    return tuple(day and day.isoformat() for day in (term.start, term.end))


@pytest.mark.parametrize(("text", "window"), DATED.items())
def test_a_dated_term_has_the_same_window_in_every_plan(text, window):
    for plan in (SCHOOL_PLAN, WINTER_PLAN, None):
        term = read_term(text, period=plan)
        assert (term.kind, days(term)) == (TermKind.PERIOD, window)


@pytest.mark.parametrize(("text", "end"), UNTIL.items())
def test_until_a_month_ends_before_it_and_until_a_day_ends_on_it(text, end):
    term = read_term(text, period=None)
    assert (term.kind, days(term)) == (TermKind.UNTIL, (None, end))


@pytest.mark.parametrize(("text", "reading"), BY_PLAN.items())
def test_what_a_term_leaves_out_is_taken_from_the_plan(text, reading):
    term = read_term(text, period=WINTER_PLAN)
    assert (term.kind.value, *days(term)) == reading


@pytest.mark.parametrize(("text", "reading"), WITHOUT_DAYS.items())
def test_a_rhythm_or_a_condition_has_no_days(text, reading):
    term = read_term(text, period=WINTER_PLAN)
    assert (term.kind.value, term.recurrence) == reading
    assert days(term) == (None, None)


def test_a_month_that_ends_on_the_first_day_of_the_plan_belongs_to_it():
    plan = Period(date(2022, 8, 31), date(2023, 8, 31))
    assert days(read_term("август", period=plan)) == ("2022-08-01", "2022-08-31")


def test_a_half_year_in_a_plan_for_a_school_year_is_a_half_of_that_year():
    first = read_term("первое полугодие", period=SCHOOL_PLAN)
    second = read_term("II полугодие", period=SCHOOL_PLAN)
    assert days(first) == ("2022-09-01", "2022-12-31")
    assert days(second) == ("2023-01-01", "2023-05-31")


def test_a_rhythm_keeps_the_window_it_was_given():
    term = read_term("ежемесячно с сентября 2022 г. по май 2023 г.", period=None)
    assert (term.recurrence, days(term)) == ("monthly", ("2022-09-01", "2023-05-31"))


@pytest.mark.parametrize(
    "text",
    ["05.20.2020", "31 февраля 2023 г.", "0.12.2022", "до 31.06.2023", "с мая по 31.06.2023"],
)
def test_a_day_no_calendar_has_makes_the_term_doubtful(text):
    term = read_term(text, period=SCHOOL_PLAN)
    assert (term.kind, term.doubt) == (TermKind.UNKNOWN, Doubt.IMPOSSIBLE_DATE)


def test_a_range_that_runs_backwards_makes_the_term_doubtful():
    term = read_term("май 2023 – март 2023", period=None)
    assert (term.kind, term.doubt) == (TermKind.UNKNOWN, Doubt.IMPOSSIBLE_DATE)


def test_a_bare_month_without_a_plan_lacks_its_year():
    assert read_term("сентябрь", period=None).doubt == Doubt.YEAR_NOT_KNOWN
    assert read_term("до конца учебного года", period=None).kind == TermKind.UNTIL


@pytest.mark.parametrize("text", ["чётные недели", "после совещания", "на усмотрение школы"])
def test_words_that_name_no_term_are_said_to_be_not_understood(text):
    term = read_term(text, period=SCHOOL_PLAN)
    assert (term.kind, term.doubt, term.text) == (TermKind.UNKNOWN, Doubt.NOT_UNDERSTOOD, text)


def test_an_empty_term_is_unknown_without_a_doubt():
    assert read_term("", period=None).doubt is None


# The period of a plan


def test_a_plan_covers_the_school_year_of_its_title_and_every_dated_term():
    period = plan_period(
        "Дорожная карта в 2022 – 2023 учебном году",
        ordered_on=date(2022, 6, 29),
        terms=["август 2022 г.", "сентябрь 2023", "март – май 2022", "постоянно"],
    )
    assert period == Period(date(2022, 8, 1), date(2023, 9, 30))


def test_a_plan_for_a_school_year_covers_the_summer_after_it():
    period = plan_period("План на 2022/23 учебный год", ordered_on=None, terms=[])
    assert period == Period(date(2022, 9, 1), date(2023, 8, 31))


def test_years_of_a_title_are_whole_years():
    period = plan_period("План на 2023-2025 годы по итогам ВПР-2022", ordered_on=None, terms=[])
    assert period == Period(date(2023, 1, 1), date(2025, 12, 31))


def test_a_plan_without_years_runs_twelve_months_from_the_month_of_its_order():
    period = plan_period("План", ordered_on=date(2023, 12, 29), terms=["Декабрь 2023 г."])
    assert period == WINTER_PLAN


def test_a_plan_that_names_no_days_has_no_period():
    assert plan_period("План", ordered_on=None, terms=["постоянно", "май"]) is None


# Laws

STEMS = ["январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр"]
STEMS += ["ноябр", "декабр"]
NOMINATIVE = [stem + {"март": "", "ма": "й", "август": ""}.get(stem, "ь") for stem in STEMS]
GENITIVE = [stem + {"март": "а", "август": "а"}.get(stem, "я") for stem in STEMS]
ALL_TERMS = [*DATED, *UNTIL, *BY_PLAN, *WITHOUT_DAYS]

GLUE = ["до", "с", "по", "и", "в", "-", ",", "15", "31", "10.11", "2022", "2023 г.", "I", "года"]
GLUE += ["квартал", "полугодие", "учебный год", "ежегодно", "конца"]

months = st.integers(1, 12)
years = st.integers(2000, 2099)
periods = st.builds(
    lambda start, length: Period(start, date.fromordinal(start.toordinal() + length)),
    st.dates(date(2010, 1, 1), date(2060, 12, 31)),
    st.integers(0, 1500),
)


@given(
    words=st.lists(st.sampled_from([*NOMINATIVE, *GENITIVE, *GLUE]), max_size=7),
    period=st.none() | periods,
)
@example(words=["29", "февраля"], period=Period(date(2022, 9, 1), date(2023, 8, 31)))
def test_any_words_give_a_window_that_does_not_run_backwards_and_keep_the_text(words, period):
    text = " ".join(words)
    term = read_term(text, period=period)
    assert term.text == text
    assert term.kind != TermKind.PERIOD or (term.start and term.end)
    assert term.kind != TermKind.UNTIL or term.start is None
    assert not (term.start and term.end) or term.start <= term.end


@given(st.text(max_size=40))
def test_any_text_is_read_without_an_error_and_kept(text):
    assert read_term(text, period=SCHOOL_PLAN).text == text


@given(first=months, last=months, year=years)
def test_a_range_of_two_months_covers_both_and_ends_with_the_second(first, last, year):
    text = f"{NOMINATIVE[first - 1]} – {NOMINATIVE[last - 1]} {year} г."
    term = read_term(text, period=None)
    begins = year - (first > last)
    assert (term.start, term.end.replace(day=1)) == (date(begins, first, 1), date(year, last, 1))
    assert term.end.day == calendar.monthrange(year, last)[1]


@given(day=st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_day_is_the_same_written_in_figures_and_in_words(day):
    in_words = f"{day.day} {GENITIVE[day.month - 1]} {day.year} года"
    for text in (f"{day:%d.%m.%Y}", in_words, f"«{day.day:02}» {day:%m}. {day:%Y} г."):
        term = read_term(text, period=None)
        assert (term.start, term.end) == (day, day)


@given(month=months, period=periods)
def test_a_bare_month_falls_into_a_plan_of_a_year_or_more(month, period):
    long = Period(period.start, date(period.start.year + 2, 12, 31))
    term = read_term(NOMINATIVE[month - 1], period=long)
    assert term.start.month == month
    assert long.start <= term.end <= long.end


@given(text=st.sampled_from(ALL_TERMS), data=st.data())
def test_spaces_dashes_and_capitals_do_not_change_the_reading(text, data):
    dressed = text.replace(" ", data.draw(st.sampled_from(["  ", "\n", "\u00a0", " \t "])))
    if "план-" not in text:
        dash = data.draw(st.sampled_from(["-", "–", " — ", "‑", " -", "−"]))
        dressed = dressed.replace("–", "-").replace("-", dash)
    dressed = data.draw(st.sampled_from([str.upper, str.lower, str.title]))(dressed)

    plain, other = (read_term(words, period=WINTER_PLAN) for words in (text, f"  {dressed} "))

    assert (other.kind, days(other), other.recurrence) == (
        plain.kind,
        days(plain),
        plain.recurrence,
    )


@given(text=st.sampled_from(ALL_TERMS))
def test_latin_letters_that_look_russian_do_not_change_the_reading(text):
    alike = text.translate(str.maketrans("аеорсухМНСТ", "aeopcyxMHCT"))
    plain, other = (read_term(words, period=WINTER_PLAN) for words in (text, alike))
    assert (other.kind, days(other), other.recurrence) == (
        plain.kind,
        days(plain),
        plain.recurrence,
    )
