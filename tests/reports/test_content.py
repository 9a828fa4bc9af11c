"""Content: tables that fit, and widths that break no word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.content import MOST_COLUMNS, PAGE, Section, Table

words = st.text("абвгд", min_size=1, max_size=9)
cells = st.lists(words, min_size=1, max_size=12).map(" ".join)


@st.composite
def tables(draw):
    row = st.lists(cells, min_size=(n := draw(st.integers(1, 6))), max_size=n).map(tuple)
    return Table("Таблица", draw(row), tuple(draw(st.lists(row, max_size=6))))


@given(tables())
def test_columns_never_need_more_than_the_page(table):
    assert sum(table.widths) <= 1 + 1e-9


@given(tables())
def test_each_column_has_room_for_its_longest_word(table):
    for column, width in zip(zip(table.head, *table.rows, strict=True), table.widths, strict=True):
        assert width * PAGE > max(len(word) for word in " ".join(column).split())


def test_a_row_that_does_not_fit_its_head_is_refused():
    with pytest.raises(ValueError, match="row 2 does not fit"):
        Table("Т", ("а", "б"), (("1", "2"), ("3",)))


def test_too_many_columns_become_rows():
    scores = tuple(map(str, range(MOST_COLUMNS)))
    wide = Table("Баллы", ("Балл", *scores), (("Работ", *scores), ("Ожидалось", *scores)))

    turned = wide.for_page()

    assert turned.head == ("Балл", "Работ", "Ожидалось")
    assert turned.rows[3] == ("3", "3", "3")


def test_numbers_stand_to_the_right_unless_told_otherwise():
    assert Table("Т", ("а", "б", "в"), ()).alignment == "lrr"
    assert Table("Т", ("а", "б", "в"), (), align="lll").alignment == "lll"


@pytest.mark.parametrize(("number", "level"), [("3", 1), ("3.1", 2), ("", 1)])
def test_the_number_of_a_section_gives_its_level(number, level):
    assert Section(number, "Качество", ()).level == level
