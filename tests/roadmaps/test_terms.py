"""Terms as orders print them, and the laws their reading keeps on terms no one chose."""

import calendar
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from roadmaps.terms import (
    WINDOWS,
    Doubt,
    Period,
    Term,
    TermKind,
    control_points,
    names_term,
    plan_period,
    read_term,
    shifted,
)

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
    "I-III кварталы 2024 года": ("2024-01-01", "2024-09-30"),
    "IV кв. 2024 – I кв. 2025": ("2024-10-01", "2025-03-31"),
    "лето 2025 г.": ("2025-06-01", "2025-08-31"),
    "зима 2024 г.": ("2024-12-01", "2025-02-28"),
    "2 четверть 2024-2025 учебного года": ("2024-11-01", "2024-12-31"),
    "3 четверть 2024/2025 уч. года": ("2025-01-01", "2025-03-31"),
    "01.10.2024, 01.03.2025": ("2024-10-01", "2025-03-01"),
    "первая декада сентября 2024 г.": ("2024-09-01", "2024-09-30"),
    "09/2024": ("2024-09-01", "2024-09-30"),
}

UNTIL = {
    "до сентября 2022 г.": "2022-08-31",
    "до 28 марта 2022 года": "2022-03-28",
    "в срок до 01 апреля 2022 года": "2022-04-01",
    "не позднее мая 2023 г.": "2023-05-31",
    "до конца 2022 года": "2022-12-31",
    "до IV квартала 2022 года": "2022-09-30",
    "к 1 сентября 2022 г.": "2022-09-01",
    "до середины мая 2025 г.": "2025-05-15",
    "по окончании 2024-2025 учебного года": "2025-05-31",
    "по итогам 2024 года": "2024-12-31",
    "до начала 2024-2025 учебного года": "2024-08-31",
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
    "на протяжении всего учебного года": ("school_year", "2023-09-01", "2024-05-31"),
    "весь период реализации": ("continuous", "2023-12-01", "2024-11-30"),
    "на постоянной основе": ("continuous", "2023-12-01", "2024-11-30"),
    "до 1 сентября текущего года": ("until", None, "2024-09-01"),
    "в течение года, по мере необходимости": ("year", "2023-12-01", "2024-11-30"),
    "осень": ("period", "2024-09-01", "2024-11-30"),
    "1 четверть": ("period", "2024-09-01", "2024-10-31"),
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
    "2 раза в месяц": ("recurring", None),
    "1 раз в 3 года": ("recurring", None),
    "не реже 1 раза в квартал": ("recurring", "quarterly"),
    "один раз в год (май)": ("recurring", "yearly:05"),
    "до 1 сентября каждого года": ("recurring", "yearly:09"),
    "не позднее 5 числа каждого месяца": ("recurring", "monthly"),
    "ежегодно, IV квартал": ("recurring", "yearly:12"),
    "по отдельному плану": ("on_schedule", None),
    "в период проведения ВПР": ("on_schedule", None),
    "после проведения процедур": ("on_schedule", None),
    "в сроки, установленные Рособрнадзором": ("on_schedule", None),
    "при поступлении обращений": ("on_demand", None),
    "по запросу школ": ("on_demand", None),
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


def test_months_among_other_words_give_their_window_with_a_doubt():
    term = read_term("сентябрь 2024 г. – опрос; октябрь 2024 г. – обзор", period=None)
    assert (term.kind, days(term)) == (TermKind.PERIOD, ("2024-09-01", "2024-10-31"))
    assert term.doubt == Doubt.NOT_UNDERSTOOD
    assert read_term("до 1 мая и до 1 июня 2025 г.", period=None).kind == TermKind.UNTIL


def test_august_and_september_are_the_beginning_of_a_plan_for_a_school_year():
    plan = Period(date(2024, 9, 1), date(2025, 8, 31))
    assert days(read_term("август-сентябрь", period=plan)) == ("2024-08-01", "2024-09-30")


@pytest.mark.parametrize(
    "text", ["до 1 мая", "по графику проведения ВПР", "2 раза в год", "31.02.2025"]
)
def test_a_term_and_nothing_else_is_told_from_a_term_among_words(text):
    assert names_term(text)
    assert not names_term(f"{text} КЦМКО")


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


def test_a_plan_without_an_order_runs_twelve_months_from_its_first_dated_term():
    period = plan_period("План", ordered_on=None, terms=["в течение года", "октябрь 2024 г."])
    assert period == Period(date(2024, 10, 1), date(2025, 9, 30))


def test_a_plan_that_names_no_days_has_no_period():
    assert plan_period("План", ordered_on=None, terms=["постоянно", "май"]) is None


# Control points

POINTS = {
    "май 2025 г.": ["2025-05-31"],
    "до 12.05.2025": ["2025-05-12"],
    "в течение учебного года": ["2024-11-30", "2025-02-28", "2025-05-31"],
    "постоянно": ["2024-11-30", "2025-02-28", "2025-05-31", "2025-08-31"],
    "в течение 2025 года": ["2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31"],
    "ежемесячно с марта по май 2025 г.": ["2025-03-31", "2025-04-30", "2025-05-31"],
    "ежеквартально": ["2024-11-30", "2025-02-28", "2025-05-31", "2025-08-31"],
    "ежегодно май": ["2025-05-31"],
    "ежегодно": ["2025-08-31"],
    "в срок до 1 октября 2024 года; ежегодно": ["2024-10-01"],
    "по графику": [],
    "по мере необходимости": [],
    "после дождя": [],
    "": [],
}


@pytest.mark.parametrize(("text", "points"), POINTS.items())
def test_a_term_is_looked_at_on_its_control_points(text, points):
    plan = Period(date(2024, 9, 1), date(2025, 8, 31))
    term = read_term(text, period=plan)
    assert [day.isoformat() for day in control_points(term, plan)] == points


def test_a_plan_for_a_calendar_year_is_looked_at_each_quarter_of_it():
    plan = Period(date(2024, 12, 1), date(2025, 11, 30))
    points = control_points(read_term("постоянно", period=plan), plan)
    assert [day.isoformat() for day in points] == [
        "2024-12-31", "2025-03-31", "2025-06-30", "2025-09-30", "2025-11-30"
    ]  # fmt: skip


def test_a_look_shortly_before_the_end_is_the_look_at_the_end():
    plan = Period(date(2022, 8, 1), date(2023, 9, 30))
    points = control_points(read_term("постоянно", period=plan), plan)
    assert [day.isoformat() for day in points[-2:]] == ["2023-05-31", "2023-09-30"]


def test_a_window_without_days_has_no_control_points():
    assert control_points(Term("постоянно", TermKind.CONTINUOUS), None) == ()
    assert control_points(Term("ежемесячно", TermKind.RECURRING, recurrence="monthly"), None) == ()


# Another year


@pytest.mark.parametrize(
    ("text", "later"),
    [
        ("до сентября 2022 г.", "до сентября 2023 г."),
        ("в 2022-2023 учебном году", "в 2023-2024 учебном году"),
        ("2022/23 уч. год", "2023/24 уч. год"),
        ("2099–00 уч. год", "2100–01 уч. год"),
        ("1 сентября 2022–31 мая 2023 г.", "1 сентября 2023–31 мая 2024 г."),
        ("01.09.2022-31.05.2023", "01.09.2023-31.05.2024"),
        ("30.08.24", "30.08.25"),
        ("29 февраля 2024 г.", "28 февраля 2025 г."),
        ("29.02.2024", "28.02.2025"),
        ("сентябрь", "сентябрь"),
        ("приказ № 12022", "приказ № 12022"),
    ],
)
def test_a_printed_term_is_moved_by_its_years_alone(text, later):
    assert shifted(text, 1) == later


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


@given(text=st.sampled_from([*DATED, *UNTIL]), years=st.integers(-3, 3))
def test_a_moved_term_keeps_its_kind_and_is_moved_by_whole_years(text, years):
    before, after = read_term(text, period=None), read_term(shifted(text, years), period=None)
    assert after.kind == before.kind
    assert after.end.year == before.end.year + years
    assert (after.end.month, after.recurrence) == (before.end.month, before.recurrence)
    assert shifted(text, 0) == text


@given(text=st.sampled_from([*DATED, *UNTIL]), period=st.none() | periods)
def test_a_printed_year_always_wins_over_the_plan(text, period):
    assert days(read_term(text, period=period)) == days(read_term(text, period=None))


@given(text=st.sampled_from(ALL_TERMS) | st.text(max_size=30), period=st.none() | periods)
def test_reading_a_term_again_gives_the_same(text, period):
    term = read_term(text, period=period)
    assert read_term(term.text, period=period) == term


@given(text=st.sampled_from([*ALL_TERMS, *POINTS]), period=st.none() | periods)
def test_control_points_go_forward_within_the_term_and_end_with_it(text, period):
    term = read_term(text, period=period)
    points = control_points(term, period)
    assert list(points) == sorted(set(points))
    assert len(points) <= 60
    last = term.end or (period.end if period else None)
    assert all(day <= last for day in points)
    if term.start:
        assert all(term.start <= day for day in points)
    if term.end and term.kind in WINDOWS - {TermKind.RECURRING}:
        assert points[-1] == term.end


@given(text=st.sampled_from([*DATED, *UNTIL, *BY_PLAN]), word=st.sampled_from(["ОО", "обзор"]))
def test_a_term_is_told_from_one_with_another_word_beside_it(text, word):
    assert names_term(text)
    assert not names_term(f"{word} {text}")
