from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organizations.errors import FaultyTable
from organizations.exchange.cells import decimal, whole, word
from organizations.exchange.table import Column, Complaint, letter, read

COLUMNS = [
    Column("code", "Участник", partial(whole, least=1, most=99_999)),
    Column("points", "Баллы", partial(whole, least=0, most=25)),
    Column("share", "Доля, %", partial(decimal, least=0, most=100), required=False),
    Column("remark", "Примечание", partial(word, most=20), required=False, may_miss=True),
]
HEADER = ["Участник", "Баллы", "Доля, %"]
WRONG = {"code": "40001a", "points": "27", "share": "сто"}


def sheet(*rows: list[str]) -> list[list[str]]:
    return [HEADER, *rows]


def test_every_fault_of_the_table_is_told_at_once_with_its_cell():
    table = read(sheet(["1", "27", ""], ["", "5", "9,5"], ["3", "4", "x"]), COLUMNS, sheet="Лист1")

    assert [str(fault) for fault in table.faults] == [
        "Лист «Лист1», строка 2, столбец «Баллы»: нужно целое число от 0 до 25, а здесь «27».",
        "Лист «Лист1», строка 3, столбец «Участник»: пусто. Заполните клетку.",
        "Лист «Лист1», строка 4, столбец «Доля, %»: нужно число от 0 до 100, а здесь «x».",
    ]
    assert [(fault.row, fault.column) for fault in table.faults] == [(2, "B"), (3, "A"), (4, "C")]
    with pytest.raises(FaultyTable, match=r"^Ничего не записано"):
        table.sound()


def test_a_fault_gives_other_programs_its_six_fields():
    [fault] = read(sheet(["1", "27", ""]), COLUMNS, sheet="Лист1").faults

    assert fault.as_json() == {
        "sheet": "Лист1",
        "row": 2,
        "column": "B",
        "found": "27",
        "expected": "целое число от 0 до 25",
        "message": "нужно целое число от 0 до 25, а здесь «27».",
    }


@given(st.permutations(HEADER), st.integers(0, 8))
def test_columns_are_found_by_heading_in_any_order_and_any_of_the_first_rows(order, above):
    values = dict(zip(HEADER, ["7", "25", "9,5"], strict=True))
    rows = [["Отчёт за год", "", ""]] * above + [order, [values[title] for title in order]]

    [record] = read(rows, COLUMNS).sound()

    assert record.values == {"code": 7, "points": 25, "share": 9.5, "remark": None}
    assert record.row == above + 2


@given(
    st.lists(st.tuples(st.integers(0, 25), st.integers(0, 100)), min_size=1, max_size=30),
    st.data(),
)
def test_one_spoilt_cell_in_a_sound_sheet_is_the_only_fault(pupils, data):
    rows = [[str(n), str(points), str(share)] for n, (points, share) in enumerate(pupils, start=1)]
    spoilt = data.draw(st.integers(0, len(rows) - 1))
    name = data.draw(st.sampled_from(sorted(WRONG)))
    rows[spoilt][["code", "points", "share"].index(name)] = WRONG[name]

    table = read(sheet(*rows), COLUMNS)

    assert [(fault.row, fault.found) for fault in table.faults] == [(spoilt + 2, WRONG[name])]
    assert len(table.records) == len(rows) - 1
    assert table.faulty == 1


@given(st.lists(st.lists(st.sampled_from(["", "1", "2", "27", "x"]), min_size=3, max_size=3)))
def test_no_row_is_lost(rows):
    table = read(sheet(*rows), COLUMNS, unique="code")

    written = sum(any(row) for row in rows)
    assert table.rows == written == len(table.records) + table.faulty + table.blank
    assert {fault.row for fault in table.faults}.isdisjoint({r.row for r in table.records})


def test_an_unknown_column_is_refused_by_name_and_its_values_are_not_repeated():
    rows = [[*HEADER, "Фамилия"], ["1", "5", "", "Безымянный"]]

    table = read(rows, COLUMNS)

    [fault] = table.faults
    assert (fault.column, fault.found) == ("D", "Фамилия")
    assert "Безымянный" not in repr(table.faults)


def test_data_in_a_column_without_a_heading_are_refused_unrepeated():
    rows = [[*HEADER, "", ""], ["1", "5", "", "0", "Безымянный"]]

    table = read(rows, COLUMNS, unheaded=str.isdecimal)

    [fault] = table.faults
    assert fault.column == "E"
    assert "Безымянный" not in repr(fault)


def test_a_missing_column_is_named_and_a_repeated_one_too():
    table = read([["Участник", "Доля, %", "участник "], ["1", "2", "3"]], COLUMNS)

    messages = [fault.message for fault in table.faults]
    assert messages == ["Такой столбец уже есть.", "Нет столбца «Баллы»."]
    assert not table.records


def test_a_sheet_without_the_header_says_what_was_looked_for():
    [fault] = read([["что-то", "другое"]], COLUMNS).faults

    assert "«Участник», «Баллы»" in fault.expected


def test_a_repeated_code_is_told_with_the_row_where_it_stood_first():
    table = read(sheet(["7", "1", ""], ["8", "1", ""], ["7", "99", ""]), COLUMNS, unique="code")

    told = [fault.message for fault in table.faults]
    assert told == [
        "нужно целое число от 0 до 25, а здесь «99».",
        "«7» уже есть в строке 2.",
    ]


def test_a_check_of_the_row_is_told_at_its_column():
    def check(record):
        if record.values["points"] > 20 and not record.values["share"]:
            yield Complaint("share", "доля", "при баллах выше 20 нужна доля.")

    table = read(sheet(["1", "21", ""], ["2", "20", ""]), COLUMNS, check=check)

    assert [(fault.row, fault.column) for fault in table.faults] == [(2, "C")]
    assert [record.row for record in table.records] == [3]


def test_a_row_left_out_is_counted_and_explained():
    def skip(texts):
        return "нет баллов" if texts["code"] and not texts["points"] else None

    table = read(sheet(["1", "", ""], ["2", "5", ""]), COLUMNS, skip=skip)

    assert (table.rows, table.blank, len(table.records)) == (2, 1, 1)
    assert [str(note) for note in table.notes] == ["Строка 2: нет баллов"]


def test_a_computed_cell_is_a_fault_where_a_value_has_to_stand():
    rows = sheet(["1", "", ""], ["2", "5", ""])

    table = read(
        rows, COLUMNS, formulas={(1, 1)}, skip=lambda texts: "" if not texts["points"] else None
    )

    assert [(fault.row, fault.column) for fault in table.faults] == [(2, "B")]
    assert "формула" in table.faults[0].message


@pytest.mark.parametrize(
    ("index", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_are_named_as_in_a_spreadsheet(index, name):
    assert letter(index) == name
