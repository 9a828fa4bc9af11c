from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organizations.errors import Refused
from organizations.exchange.cells import word
from organizations.exchange.separated import read_rows
from organizations.exchange.table import HEADER_WITHIN, Column, read

COLUMNS = [
    Column("login", "Логин", partial(word, most=50)),
    Column("school", "Школа", partial(word, most=50)),
    Column("share", "Доля, %", partial(word, most=50)),
]
HEAD = ["Логин", "Школа", '"Доля, %"']
separators = st.sampled_from([";", ",", "\t"])
titles = st.lists(
    st.sampled_from(["", ";;", ",,", "Школы, 2025 год; сведения", '"Школы, 2025";""', "Логин, \t"]),
    max_size=HEADER_WITHIN - 1,
)


def csv(*lines: str) -> bytes:
    return "\r\n".join(lines).encode("utf-8-sig")


@given(separators, titles)
def test_the_headings_tell_what_separates_the_cells(separator, above):
    line = ["edu420001", '"Лицей; 1, Озёрный"', '"9,5"']

    rows = read_rows(csv(*above, separator.join(HEAD), separator.join(line)), COLUMNS)

    assert rows[-1] == ["edu420001", "Лицей; 1, Озёрный", "9,5"]
    assert [record.values["share"] for record in read(rows, COLUMNS).sound()] == ["9,5"]


def test_a_text_without_the_headings_is_rows_all_the_same():
    assert read_rows(csv("Фамилия;Имя", " а ;б"), COLUMNS) == [["Фамилия", "Имя"], ["а", "б"]]


def test_a_quote_that_is_never_closed_is_told():
    with pytest.raises(Refused, match="не закрыта кавычка"):
        read_rows(csv(";".join(HEAD), '"' + "школа;" * 30_000), COLUMNS)
