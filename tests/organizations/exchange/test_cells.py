import datetime
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organizations.exchange.cells import (
    MOST_SHOWN,
    Unexpected,
    choice,
    code,
    day,
    decimal,
    folded,
    plain,
    whole,
    word,
)

percent = partial(decimal, least=0, most=100)
points = partial(whole, least=0, most=25)
YES_NO = {"да": True, "нет": False}


def test_a_wrong_cell_says_what_was_expected_and_what_stands_there():
    with pytest.raises(Unexpected, match=r"^нужно целое число от 0 до 25, а здесь «27»\.$"):
        points("27")


@pytest.mark.parametrize("text", ["٢", "0_1", "²", "½", "1e1", " 5", "5.0", "+5", "-1", "0x1", ""])
def test_only_plain_digits_make_a_whole_number(text):
    with pytest.raises(Unexpected):
        points(text)


@given(st.integers(0, 10_000), st.sampled_from(",."))
def test_comma_and_point_are_the_same_decimal_sign(hundredths, sign):
    text = f"{hundredths // 100}{sign}{hundredths % 100:02}"

    assert percent(text) == pytest.approx(hundredths / 100)


@pytest.mark.parametrize("text", ["4.3.5", "4,", ",5", "nan", "inf", "1 000", "100,01", "٤,٥"])
def test_a_decimal_is_a_number_in_its_range(text):
    with pytest.raises(Unexpected, match="нужно число от 0 до 100"):
        percent(text)


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 1, 1)))
def test_a_day_is_read_in_both_spellings(date):
    assert day(f"{date:%d.%m.%Y}") == day(date.isoformat()) == date


@pytest.mark.parametrize("text", ["31.02.2026", "2026-13-01", "1 мая 2026", "01.09.26"])
def test_an_impossible_day_is_told_in_words(text):
    with pytest.raises(Unexpected, match=f"нужно дату в виде 01.09.2026, а здесь «{text}»"):
        day(text)


def test_a_number_that_is_whole_loses_its_point_and_a_text_keeps_its_zeros():
    assert [plain(value) for value in (5.0, "05", "007012", -0.0, 2.5, 5)] == [
        "5",
        "05",
        "007012",
        "0",
        "2.5",
        "5",
    ]


def test_values_that_are_no_numbers_never_look_like_numbers():
    values = [True, datetime.date(2026, 1, 2), datetime.datetime(2026, 1, 2, 3, 4), None]  # noqa: DTZ001 - as a sheet gives it

    assert [plain(value) for value in values] == ["ИСТИНА", "02.01.2026", "02.01.2026 03:04", ""]


def test_spaces_and_invisible_signs_around_a_value_do_not_matter():
    assert plain("\u00a0 4,35\u200b \n") == "4,35"
    assert plain("до\n сентября") == "до сентября"


def test_headings_differ_neither_by_case_nor_spaces_nor_look_alike_letters():
    assert folded("Отметка за\nпредыдущий") == folded("отметка запредыдущий ")
    assert folded("4К1") == folded("4K1")
    assert folded("Вариант") != folded("Варианты")


def test_a_code_keeps_its_shape_and_its_zeros():
    school = partial(code, pattern=r"edu\d{6}", example="edu420001")

    assert school("edu420001") == "edu420001"
    with pytest.raises(Unexpected, match="код вида edu420001"):
        school("edu42001")


def test_a_choice_is_known_in_any_case_and_the_others_are_listed():
    assert choice("ДА", choices=YES_NO) is True
    with pytest.raises(Unexpected, match="одно из: «да», «нет», а здесь «может»"):
        choice("может", choices=YES_NO)


@given(st.text(min_size=MOST_SHOWN + 1))
def test_a_long_wrong_value_is_repeated_only_in_part(text):
    with pytest.raises(Unexpected) as refusal:
        word(text, most=MOST_SHOWN)

    assert len(refusal.value.found) <= MOST_SHOWN
