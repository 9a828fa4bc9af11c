"""Terms in our words and drawn on the months of their plan."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmaps.models import Item, Roadmap
from roadmaps.queries import Standing
from roadmaps.terms import Period, TermKind, control_points, read_term
from roadmaps.views.strips import WIDTH, scale_of, strip
from roadmaps.views.wording import reading

SCHOOL_YEAR = Period(datetime.date(2025, 8, 1), datetime.date(2026, 8, 31))
TODAY = datetime.date(2025, 11, 12)
days = st.dates(datetime.date(2024, 1, 1), datetime.date(2027, 12, 31))


def item_of(text):
    term = read_term(text, period=SCHOOL_YEAR)
    return Item(
        term_text=text,
        term_kind=term.kind,
        starts_on=term.start,
        ends_on=term.end,
        recurrence=term.recurrence or "",
        control_points=list(control_points(term, SCHOOL_YEAR)),
    )


def scale(period=SCHOOL_YEAR):
    return scale_of(Roadmap(starts_on=period.start, ends_on=period.end))


def drawn(text, standing=Standing.WORK, today=TODAY):
    return strip(item_of(text), standing, scale(), today)


@pytest.mark.parametrize(
    ("printed", "ours"),
    [
        ("август 2025 г.", "1\u2060–\u206031 августа"),
        ("май", "1\u2060–\u206031 мая 2026 г."),
        ("до сентября 2025 г.", "по 31 августа"),
        ("28.03.2026", "28 марта"),
        ("февраль – март 2026 г.", "1 февраля – 31 марта"),
        ("в течение учебного года", "контроль 30.11, 28.02, 31.05"),
        ("ежеквартально", "каждый квартал: контроль 31.08, 30.11, 28.02, 31.05 и ещё 1"),
        ("ежегодно май", "каждый год в мае: контроль 31.05"),
        ("по графику", "без даты"),
        ("когда-нибудь", ""),
    ],
)
def test_our_reading_stands_under_the_printed_words(printed, ours):
    assert reading(item_of(printed)).replace("\u00a0", " ") == ours


def test_a_month_lies_where_it_lies_among_the_months_of_the_plan():
    """Half of a plan of two months of 31 days is the first of them."""
    two = Period(datetime.date(2025, 7, 1), datetime.date(2025, 8, 31))
    july = Item(term_kind=TermKind.PERIOD, starts_on=two.start, ends_on=datetime.date(2025, 7, 31))

    found = strip(july, Standing.WORK, scale(two), datetime.date(2025, 8, 1))

    assert (found.x, found.width, found.now) == ("0.0", f"{WIDTH / 2:.1f}", f"{WIDTH / 2:.1f}")


def test_exact_terms_are_solid_and_windows_are_hatched():
    assert drawn("октябрь 2025 г.").hatch == ""
    assert drawn("в течение учебного года").hatch.startswith("M")


def test_a_term_tells_by_its_colour_whether_it_is_past_or_late():
    assert drawn("октябрь 2025 г.", Standing.ACCEPTED).css == "w-past"
    assert drawn("октябрь 2025 г.", Standing.LATE).css == "w-bad"
    assert drawn("декабрь 2025 г.").css == "w-bar"


@pytest.mark.parametrize(
    ("printed", "points"),
    [("ежеквартально", 5), ("ежемесячно", 13), ("ежегодно май", 1), ("ежегодно август", 2)],
)
def test_a_rhythm_is_a_row_of_control_points(printed, points):
    assert len(drawn(printed).dots) == points


@pytest.mark.parametrize("printed", ["по графику", "по мере необходимости", "когда-нибудь"])
def test_where_no_day_is_known_nothing_is_drawn(printed):
    assert drawn(printed) is None


def test_a_window_is_ringed_at_its_control_points_and_an_exact_term_at_none():
    assert len(drawn("в течение учебного года").dots) == 3
    assert drawn("октябрь 2025 г.").dots == []


def test_a_wider_strip_is_the_same_strip():
    wide = scale_of(Roadmap(starts_on=SCHOOL_YEAR.start, ends_on=SCHOOL_YEAR.end), width=WIDTH * 4)
    item = item_of("октябрь 2025 г.")

    narrow, drawn_wide = drawn("октябрь 2025 г."), strip(item, Standing.WORK, wide, TODAY)

    for slim, broad in ((narrow.x, drawn_wide.x), (narrow.width, drawn_wide.width)):
        assert float(broad) == pytest.approx(4 * float(slim), abs=0.3)


def test_a_term_in_doubt_and_a_plan_without_a_period_have_no_strip():
    assert drawn("октябрь 2025 г.", Standing.DOUBT) is None
    assert scale_of(Roadmap(starts_on=None, ends_on=TODAY)) is None
    assert strip(item_of("октябрь 2025 г."), Standing.WORK, None, TODAY) is None


@given(period=st.tuples(days, days), window=st.tuples(days, days), today=days)
def test_a_strip_never_leaves_its_months(period, window, today):
    starts, ends = sorted(window)
    item = Item(term_kind=TermKind.SCHOOL_YEAR, starts_on=starts, ends_on=ends)

    found = strip(item, Standing.WORK, scale(Period(*sorted(period))), today)

    assert float(found.x) >= 0
    assert float(found.x) + float(found.width) <= WIDTH + 0.1
    assert not found.now or 0 <= float(found.now) <= WIDTH


@given(period=st.tuples(days, days))
def test_four_months_at_most_are_named_and_the_first_is_one_of_them(period):
    ticks = scale(Period(*sorted(period))).ticks

    assert 1 <= len(ticks) <= 4
    assert ticks[0].x == "0.0"
