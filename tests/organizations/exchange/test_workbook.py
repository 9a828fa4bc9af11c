import io
import os
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.datavalidation import DataValidation

from organizations.errors import Refused
from organizations.exchange import child
from organizations.exchange.faults import Fault
from organizations.exchange.workbook import FORMULA_SIGNS, marked, read_sheets, write

TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)


def saved(book):
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def sample():
    book = Workbook()
    sheet = book.active
    sheet.title = 'Лист "1" & 2'
    sheet["B3"], sheet["C3"], sheet["D3"], sheet["E3"] = 5, "05", True, 2.5
    sheet["B4"], sheet["C4"] = "#N/A", "=1+1"
    book.create_sheet("Скрытый").sheet_state = "hidden"
    book["Скрытый"]["A1"] = "тайна"
    return saved(book)


def fault(**changes):
    fields = {
        "sheet": "Протокол",
        "row": 2,
        "column": "B",
        "found": "=4",
        "expected": "0, 1",
        "message": "нужно 0 или 1, а здесь «=4».",
        "cure": "Поставьте 0 или 1.",
    }
    return Fault(**(fields | changes))


def test_addresses_do_not_shift_and_numbers_are_as_a_person_sees_them():
    sheet = read_sheets(sample(), trusted=True)['Лист "1" & 2']

    assert sheet.rows[2] == ["", "5", "05", "ИСТИНА", "2.5"]


def test_a_failed_cell_differs_from_an_empty_one_and_a_formula_is_known():
    sheet = read_sheets(sample(), trusted=True)['Лист "1" & 2']

    assert sheet.rows[3][:4] == ["", "#N/A", "", ""]
    assert sheet.formulas == {(3, 2)}


def test_a_formula_that_failed_is_both():
    xml = "<row r='1'><c r='A1' t='e'><f>1/0</f><v>#DIV/0!</v></c></row>"
    book = Workbook()
    book.active["A1"] = 1
    content = replaced(saved(book), b'<row r="1"><c r="A1" t="n"><v>1</v></c></row>', xml.encode())

    sheet = read_sheets(content, trusted=True)["Sheet"]

    assert sheet.rows == [["#DIV/0!"]]
    assert sheet.formulas == {(0, 0)}


def replaced(content, old, new):
    """The workbook with bytes of its first sheet replaced."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(written, "w") as made:
        for name in source.namelist():
            part = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                assert old in part
                part = part.replace(old, new)
            made.writestr(name, part, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def test_hidden_sheets_are_read_like_others():
    assert read_sheets(sample(), trusted=True)["Скрытый"].rows == [["тайна"]]


def test_the_child_process_reads_what_this_process_reads():
    assert read_sheets(sample()) == read_sheets(sample(), trusted=True)


def children_time():
    """The processor time of the children so far, which a busy machine does not stretch."""
    return os.times().children_user + os.times().children_system


def test_a_small_workbook_is_read_in_a_child_in_a_fraction_of_a_second():
    content = sample()
    times = []
    for _ in range(5):
        started = children_time()
        read_sheets(content)
        times.append(children_time() - started)

    assert min(times) < 0.3


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04junk", b"text", sample()[:-100]])
def test_what_is_no_workbook_is_refused(content, trusted):
    with pytest.raises(Refused, match="не читается"):
        read_sheets(content, trusted=trusted)


@pytest.mark.parametrize("trusted", [True, False])
def test_one_far_cell_does_not_take_the_memory(trusted):
    book = Workbook()
    book.active["XFD1048576"] = 1

    with pytest.raises(Refused, match="до строки 1048576"):
        read_sheets(saved(book), trusted=trusted)


def in_child(expression):
    """What the child process makes of a Python expression, as it could be made to by a parser."""
    return child.run("builtins", "eval", expression.encode())


def test_the_child_has_no_more_memory_than_it_is_given():
    assert len(in_child("b'x' * 2**20")) == 2**20
    with pytest.raises(Refused, match="слишком велик"):
        in_child("b'x' * 2**29")


def test_the_child_has_no_more_time_than_it_is_given(monkeypatch):
    monkeypatch.setattr(child, "WALL_SECONDS", 0.5)

    started = time.perf_counter()
    with pytest.raises(Refused, match="слишком велик"):
        in_child("__import__('time').sleep(30)")

    assert time.perf_counter() - started < 10


def test_the_child_sees_no_secrets_of_this_process(monkeypatch):
    monkeypatch.setenv("RSOKO_SECRET", "тайна")

    assert b"RSOKO_SECRET" not in in_child("repr(dict(__import__('os').environ)).encode()")


def test_a_child_that_dies_is_a_refusal():
    with pytest.raises(Refused, match="слишком велик"):
        in_child("__import__('os').kill(__import__('os').getpid(), 9)")


@given(st.lists(st.lists(TEXTS, min_size=1, max_size=4), min_size=1, max_size=6))
def test_what_is_written_is_read_back(rows):
    width = max(map(len, rows))
    full = [row + ["х"] * (width - len(row)) for row in rows]

    assert read_sheets(write({"Данные": full}), trusted=True)["Данные"].rows == full


@given(st.sampled_from(FORMULA_SIGNS), st.text("AB1+()!|'\" ", max_size=10))
def test_a_text_is_never_written_as_a_formula(sign, rest):
    content = write({"Данные": [["Название"], [sign + rest], ["#N/A"]]})

    cells = [cell for row in load_workbook(io.BytesIO(content))["Данные"] for cell in row]
    assert {cell.data_type for cell in cells} == {"s"}
    assert cells[1].value == sign + rest
    assert cells[1].quotePrefix


def test_numbers_stay_numbers():
    content = write({"Данные": [["a"], [4.5], [-3], [None], [True]]})

    values = [row[0].value for row in load_workbook(io.BytesIO(content))["Данные"]]
    assert values == ["a", 4.5, -3, None, True]


def form():
    book = Workbook()
    sheet = book.active
    sheet.title = "Протокол"
    sheet.append(["Код", "1 (1б)"])
    sheet.append([60014, 4])
    choices = DataValidation("list", formula1='"1,0,X"')
    choices.add("B2:B99")
    sheet.add_data_validation(choices)
    return saved(book)


def test_the_same_workbook_comes_back_with_the_faulty_cell_marked_and_its_lists_kept():
    content = marked(form(), [fault()])

    book = load_workbook(io.BytesIO(content))
    cell = book["Протокол"]["B2"]
    assert cell.value == 4
    assert cell.fill.fill_type == "solid"
    assert cell.comment.text == "нужно 0 или 1, а здесь «=4». Поставьте 0 или 1."
    assert book["Протокол"]["A2"].fill.fill_type is None
    [choices] = book["Протокол"].data_validations.dataValidation
    assert choices.formula1 == '"1,0,X"'


def test_the_first_sheet_lists_the_faults_as_texts():
    content = marked(form(), [fault(), fault(row=None, column="", found="", cure="")])

    sheets = read_sheets(content)
    assert next(iter(sheets)) == "Ошибки"
    assert sheets["Ошибки"].rows[1:] == [
        ["Протокол", "B2", "=4", "нужно 0 или 1, а здесь «=4». Поставьте 0 или 1."],
        ["Протокол", "", "", "нужно 0 или 1, а здесь «=4»."],
    ]
    assert not sheets["Ошибки"].formulas


def test_two_faults_of_one_cell_stand_in_one_note_and_marking_again_does_not_pile_up():
    twice = marked(marked(form(), [fault()]), [fault(), fault(message="пусто.", cure="")])

    book = load_workbook(io.BytesIO(twice))
    assert book.sheetnames == ["Ошибки", "Протокол"]
    note = book["Протокол"]["B2"].comment.text
    assert note.splitlines() == ["нужно 0 или 1, а здесь «=4». Поставьте 0 или 1.", "пусто."]
