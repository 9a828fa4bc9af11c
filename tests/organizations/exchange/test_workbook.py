import datetime
import io
import json
import os
import subprocess
import sys
import time
import zipfile

import pytest
from django.conf import settings
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.datavalidation import DataValidation

from organizations.errors import Refused
from organizations.exchange import child, sheets
from organizations.exchange.cells import plain
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


def replaced(content, *changes):
    """The workbook with bytes of its first sheet replaced: old, new, old, new, …"""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(written, "w") as made:
        for name in source.namelist():
            part = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                for old, new in zip(changes[::2], changes[1::2], strict=True):
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


def least_time(act):
    """Of five goes."""
    times = []
    for _ in range(5):
        started = children_time()
        act()
        times.append(children_time() - started)
    return min(times)


def test_the_child_of_a_small_workbook_does_little_but_import_the_reader():
    """Without the portal: with it, and its models, a child takes several times as long."""
    content = sample()
    importing = [sys.executable, "-c", "import openpyxl"]

    bare = least_time(lambda: subprocess.run(importing, check=True))

    assert least_time(lambda: read_sheets(content)) < 2 * bare


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04junk", b"text", sample()[:-100]])
def test_what_is_no_workbook_is_refused(content, trusted):
    with pytest.raises(Refused, match="не читается"):
        read_sheets(content, trusted=trusted)


@pytest.mark.parametrize("trusted", [True, False])
def test_one_far_cell_does_not_take_the_memory(trusted):
    book = Workbook()
    book.active["XFD1048576"] = 1

    rows = read_sheets(saved(book), trusted=trusted)["Sheet"].rows

    assert (len(rows), len(rows[-1]), rows[-1][-1]) == (2**20, 2**14, "1")
    assert not any(map(any, rows[:-1]))


def grown(content):
    """By how many MB a process of its own grows when it reads the workbook, and its rows."""
    script = (
        "import sys, resource; from organizations.exchange import sheets; "
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; "
        "read = sheets.parse(sys.stdin.buffer.read()); "
        "after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; "
        "rows = [[len(sheet.rows), sum(map(any, sheet.rows))] for sheet in read.values()]; "
        "print((after - before) // 1024, rows)"
    )
    started = children_time()
    done = subprocess.run([sys.executable, "-c", script], input=content, capture_output=True,
                          check=True, cwd=settings.BASE_DIR)  # fmt: skip
    assert children_time() - started < 20
    megabytes, _, rows = done.stdout.decode().partition(" ")
    return int(megabytes), json.loads(rows)


def sheet_of(rows, dimension="A1"):
    """A workbook whose only sheet has this XML for rows."""
    book = Workbook()
    return replaced(
        saved(book), b'<dimension ref="A1:A1"/>', f'<dimension ref="{dimension}"/>'.encode(),
        b"<sheetData></sheetData>", f"<sheetData>{rows}</sheetData>".encode(),
    )  # fmt: skip


SOUND_ROW = '<row r="1"><c r="A1"><v>5</v></c></row>'


@pytest.mark.parametrize(
    ("rows", "dimension", "found"),
    [
        pytest.param(SOUND_ROW, "A1:XFD1048576", [1, 1], id="a lying dimension"),
        pytest.param(
            SOUND_ROW + "".join(
                f'<row r="{n}" s="1"><c r="A{n}" s="0"/><c r="B{n}" s="0"/></row>'
                for n in range(2, 2**20)
            ),
            "A1", [1, 1], id="a million empty formatted rows",
        ),
        pytest.param(
            SOUND_ROW + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "A1",
            [2**20, 2], id="a far cell",
        ),
        pytest.param(
            SOUND_ROW + '<row r="2"><c r="XFD1048576"><v>1</v></c></row>', "A1",
            [2**20, 2], id="a far cell whose row lies",
        ),
        pytest.param(
            "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 1500))
            + '<row r="1500"><c r="XFD1500" t="str"><v>x</v></c></row>',
            "A1", [1500, 1500], id="a far column",
        ),
    ],
)  # fmt: skip
def test_odd_sheets_are_read_in_little_memory_and_time(rows, dimension, found):
    megabytes, read = grown(sheet_of(rows, dimension))

    assert megabytes < 200
    assert read == [found]


CELL_VALUES = st.one_of(
    st.none(), TEXTS, st.integers(-10**9, 10**9), st.booleans(),
    st.floats(-1e6, 1e6).map(lambda number: round(number, 3)),
    st.dates(datetime.date(1950, 1, 1), datetime.date(2050, 1, 1)),
    st.builds(
        datetime.datetime.combine,
        st.dates(datetime.date(1950, 1, 1), datetime.date(2050, 1, 1)),
        st.times().map(lambda moment: moment.replace(second=0, microsecond=0)),
    ),
    st.sampled_from(["#N/A", "=1+1"]),
)  # fmt: skip
GRID = st.dictionaries(st.tuples(st.integers(1, 9), st.integers(1, 7)), CELL_VALUES, max_size=25)


def trimmed(rows):
    """Rows without the empty ends of lines and of the sheet."""
    short = [[*row] for row in rows]
    for row in short:
        while row and not row[-1]:
            row.pop()
    while short and not short[-1]:
        short.pop()
    return short


def is_formula(value):
    """As openpyxl takes it: any text of more than the sign alone, drawn by chance or not."""
    return isinstance(value, str) and len(value) > 1 and value.startswith("=")


@given(GRID)
@example({(1, 1): "=0"})
def test_both_readings_of_a_sheet_say_what_openpyxl_says(grid):
    book = Workbook()
    for (row, column), value in grid.items():
        book.active.cell(row, column, value)
    content = saved(book)

    usual = read_sheets(content, trusted=True)["Sheet"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheets, "MOST_CELLS", -1)
        by_cells = read_sheets(content, trusted=True)["Sheet"]

    theirs = load_workbook(io.BytesIO(content), data_only=True).active.iter_rows(values_only=True)
    assert trimmed(usual.rows) == trimmed(by_cells.rows) == trimmed(
        [[plain(value) for value in row] for row in theirs]
    )  # fmt: skip
    assert usual.formulas == by_cells.formulas == {
        (row - 1, column - 1) for (row, column), value in grid.items() if is_formula(value)
    }  # fmt: skip


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


def test_a_pool_answers_each_file_and_outlives_a_child_that_dies(monkeypatch):
    monkeypatch.setattr(child, "FILES_A_CHILD", 3)
    expressions = [f"b'x' * {number}" for number in range(9)]
    expressions.insert(4, "__import__('os').kill(__import__('os').getpid(), 9)")
    expressions.insert(7, "b'x' * 2**29")
    expressions.append("setting")

    found = []
    with child.Pool("tests.pool_work", "prepared", b"known", children=2) as pool:
        answers = [pool.submit(expression.encode()) for expression in expressions]
        for answer in answers:
            try:
                found.append(answer.result())
            except Refused as refusal:
                found.append(str(refusal)[:24])

    sound = [b"x" * number for number in range(9)]
    refused = child.TOO_HARD[:24]
    assert found == [*sound[:4], refused, *sound[4:6], refused, *sound[6:], b"known"]


def test_a_pool_gives_each_file_its_time(monkeypatch):
    monkeypatch.setattr(child, "WALL_SECONDS", 5)

    with child.Pool("tests.pool_work", "prepared", b"", children=1) as pool:
        slow = pool.submit(b"__import__('time').sleep(60)")
        next_one = pool.submit(b"b'done'")
        with pytest.raises(Refused, match="слишком велик"):
            slow.result()
        assert next_one.result() == b"done"


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

    read = read_sheets(content)
    assert next(iter(read)) == "Ошибки"
    assert read["Ошибки"].rows[1:] == [
        ["Протокол", "B2", "=4", "нужно 0 или 1, а здесь «=4». Поставьте 0 или 1."],
        ["Протокол", "", "", "нужно 0 или 1, а здесь «=4»."],
    ]
    assert not read["Ошибки"].formulas


def test_two_faults_of_one_cell_stand_in_one_note_and_marking_again_does_not_pile_up():
    twice = marked(marked(form(), [fault()]), [fault(), fault(message="пусто.", cure="")])

    book = load_workbook(io.BytesIO(twice))
    assert book.sheetnames == ["Ошибки", "Протокол"]
    note = book["Протокол"]["B2"].comment.text
    assert note.splitlines() == ["нужно 0 или 1, а здесь «=4». Поставьте 0 или 1.", "пусто."]
