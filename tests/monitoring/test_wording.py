"""Numbers as Russian text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.wording import counted, decimal, listed, percent, plural


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_a_printed_number_reads_back_as_the_number_rounded(number, digits):
    text = decimal(number, digits)

    read = float(text.replace("\u00a0", "").replace("\u2212", "-").replace(",", "."))
    assert read == pytest.approx(number, abs=0.5 * 10**-digits + 1e-6)


def test_nothing_is_not_negative():
    assert decimal(-0.04) == "0,0"
    assert decimal(-0.06) == "\u22120,1"


def test_thousands_and_percent_are_tied_with_no_break_spaces():
    assert decimal(1234567.25, 2) == "1\u00a0234\u00a0567,25"
    assert percent(0.614) == "61,4\u00a0%"


@pytest.mark.parametrize(
    ("number", "noun"),
    [(0, "работ"), (1, "работа"), (4, "работы"), (5, "работ"), (11, "работ"), (21, "работа")],
)
def test_the_noun_goes_with_the_number(number, noun):
    assert plural(number, "работа", "работы", "работ") == noun


@given(st.integers(0, 10**6))
def test_plurals_repeat_every_hundred(number):
    forms = ("школа", "школы", "школ")

    assert plural(number, *forms) == plural(number % 100 + 100, *forms)


def test_a_count_is_one_unbreakable_word():
    assert not re.search(r"[ ]", counted(12345, "балл", "балла", "баллов"))


@pytest.mark.parametrize(
    ("items", "phrase"), [(["9"], "9"), (["9", "12"], "9 и 12"), (["9", "12", "11"], "9, 12 и 11")]
)
def test_a_list_ends_with_and(items, phrase):
    assert listed(items) == phrase
