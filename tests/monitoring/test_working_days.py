"""Terms in working days, against the production calendar's weekends and the Code's holidays."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.working_days import is_working, working_day

days = st.dates(datetime.date(2024, 1, 1), datetime.date(2030, 12, 31))
D = datetime.date


@pytest.mark.parametrize(
    ("start", "number", "end"),
    [
        (D(2026, 11, 6), 1, D(2026, 11, 9)),  # over a weekend
        (D(2026, 11, 2), 10, D(2026, 11, 17)),  # over 4 November, День народного единства
        (D(2026, 12, 31), 1, D(2027, 1, 11)),  # 1–8 January, then a weekend
        (D(2026, 4, 30), 2, D(2026, 5, 5)),  # 1 May is a Friday
        (D(2026, 6, 11), 0, D(2026, 6, 11)),
    ],
)
def test_terms_known_from_the_calendar(start, number, end):
    assert working_day(start, number) == end


@given(days, st.integers(1, 40))
def test_the_term_has_exactly_so_many_working_days(start, number):
    end = working_day(start, number)
    between = [start + datetime.timedelta(n) for n in range(1, (end - start).days + 1)]

    assert is_working(end)
    assert sum(map(is_working, between)) == number
