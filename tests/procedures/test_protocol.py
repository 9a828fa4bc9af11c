import io
import time

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from organizations.errors import Refused
from organizations.exchange.gate import Kind, check_upload
from organizations.exchange.workbook import marked, read_sheets
from procedures.exchange.form import write_form
from procedures.exchange.privacy import PersonalData
from procedures.exchange.protocol import (
    NotProtocol,
    read_header,
    read_protocol,
    refuse_people,
)
from procedures.exchange.results import results_of
from procedures.exchange.works import WorkSpec
from procedures.scales import Borders

# The tasks of a real form of 2026 (English, grade 8); the borders are invented.
ENGLISH = WorkSpec(
    code="en8-2026",
    subject="Английский язык",
    grade=8,
    year=2026,
    tasks=("1", "2", "3", "4К1", "4К2", "4К3", "4К4"),
    max_points=(5, 5, 5, 3, 2, 3, 2),
    borders=Borders(10, 15, 22),
)
HEADER = (
    "Код участника",
    "Вариант",
    "1 (5б)",
    "2 (5б)",
    "3 (5б)",
    "4К1 (3б)",
    "4К2 (2б)",
    "4К3 (3б)",
    "4К4 (2б)",
    "Порядковый номер класса",
    "Отметка за предыдущий триместр/ четверть/полугодие",
    "Итого баллов",
)
SOUND = (80001, 1, 5, 4, "X", 3, 2, 0, 1, 2, 4, 15)
ABSENT = (80002, "отсутствовал", *[None] * 7, 2, 3, 0)


def federal(*rows, header=HEADER, room=1499, title="Протокол"):
    """A form as the federal system gives it out, typed in by a school."""
    book = Workbook()
    book.active.title = title
    book.active.append(header)
    for row in rows:
        book.active.append(row)
    for number in range(len(rows) + 2, room + 1):
        book.active.cell(number, len(header), 0)
    service = book.create_sheet("Служебный")
    for row in ((1, 5, "X"), (2, 4, 0), ("отсутствовал", 3, None)):
        service.append(row)
    classes = book.create_sheet("Порядковый номер класса")
    for number in range(1, 51):
        classes.append([number])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def changed(row, **cells):
    """The row with other values, by the letter of the column."""
    values = list(row)
    for letter, value in cells.items():
        values[ord(letter) - ord("A")] = value
    return values


def reading(*rows, **kwargs):
    return read_protocol(federal(*rows, room=40, **kwargs), ENGLISH, trusted=True)


def told(*rows, **kwargs):
    """The address and the words of each fault."""
    faults = reading(*rows, **kwargs).faults
    return [(f"{fault.column}{fault.row or ''}", fault.message) for fault in faults]


def test_a_federal_form_becomes_arrays():
    table = read_protocol(federal(SOUND, ABSENT), ENGLISH, trusted=True)

    results = table.results
    assert table.faults == ()
    assert results.participant.tolist() == [80001, 80002]
    assert results.class_number.tolist() == [2, 2]
    assert results.variant.tolist() == [1, 0]
    assert results.points.tolist() == [[5, 4, -1, 3, 2, 0, 1], [-2] * 7]
    assert results.score.tolist() == [15, 0]
    assert results.mark.tolist() == [4, 0]
    assert results.journal_mark.tolist() == [4, 3]
    assert results.present.tolist() == [True, False]


def test_room_with_totals_of_zero_holds_no_pupils():
    balance = read_protocol(federal(SOUND), ENGLISH, trusted=True).balance

    assert (balance.in_file, balance.sound, balance.faulty, balance.blank) == (1, 1, 0, 0)


@pytest.mark.parametrize(
    ("cells", "address", "words"),
    [
        ({"A": None}, "A2", "пусто."),
        ({"A": "80001а"}, "A2", "нужно целое число"),
        ({"B": None}, "B2", "пусто."),
        ({"B": 3}, "B2", "нужно 1, 2 или «отсутствовал», а здесь «3»."),
        ({"C": 6}, "C2", "нужно 0, 1, 2, 3, 4, 5 или X, а здесь «6»."),
        ({"C": 2.5}, "C2", "а здесь «2.5»."),
        ({"C": True}, "C2", "а здесь «ИСТИНА»."),
        ({"C": None}, "C2", "пусто."),
        ({"C": "#N/A"}, "C2", "а здесь «#N/A»."),
        ({"C": "=1+1"}, "C2", "формула"),
        ({"C": "пять"}, "C2", "а здесь «пять»."),
        ({"C": "٣"}, "C2", "а здесь «٣»."),
        ({"J": 51}, "J2", "нужно целое число от 1 до 50, а здесь «51»."),
        ({"J": None}, "J2", "пусто."),
        ({"K": "4-"}, "K2", "нужно 5, 4, 3, 2 или «нет отметки», а здесь «4-»."),
        ({"K": 1}, "K2", "а здесь «1»."),
        ({"L": 16}, "L2", "сумма баллов за задания 15, а здесь «16»."),
        ({"B": "отсутствовал"}, "B2", "стоят баллы"),
        ({"F": 0, "L": 12}, "G2", "раз в 4К1 стоит 0, а здесь «2»"),
    ],
)
def test_a_spoilt_cell_is_told_with_its_address(cells, address, words):
    faults = told(changed(SOUND, **cells))

    assert faults[0][0] == address
    assert words in faults[0][1]


def test_all_faults_are_told_at_once_and_the_sound_rows_stay_sound():
    table = reading(
        SOUND,
        changed(SOUND, A=80003, D=7),
        changed(SOUND, A=80004, B="отсутствовал"),
        SOUND,
        changed(SOUND, A=80005, K="4-"),
        ABSENT,
    )

    assert [f"{fault.column}{fault.row}" for fault in table.faults] == ["D3", "B4", "A5", "K6"]
    assert table.faults[2].message == "«80001» уже есть в строке 2."
    assert table.results.participant.tolist() == [80001, 80002]
    assert (table.balance.in_file, table.balance.sound, table.balance.faulty) == (6, 2, 4)


@pytest.mark.parametrize("first", [0, "X", "Х"])
@pytest.mark.parametrize("others", [(0, 0, 0), ("X", "X", "X"), (0, "X", 0)])
def test_without_the_first_criterion_the_others_are_0_or_x(first, others):
    row = changed(SOUND, F=first, G=others[0], H=others[1], I=others[2], L=9)

    assert told(row) == []


def test_each_criterion_given_without_the_first_is_told():
    row = changed(SOUND, F="X", G=1, H=2, I=0, L=None)

    assert [address for address, _ in told(row)] == ["G2", "H2"]


@pytest.mark.parametrize(
    ("cells", "points", "note"),
    [
        ({"E": "Х"}, -1, "«Х» кириллицей прочитан как X"),
        ({"E": "х"}, -1, ""),
        ({"E": "—"}, -1, "«—» прочитано как X"),
        ({"E": "н/п"}, -2, ""),
        ({"E": "N"}, -2, ""),
    ],
)
def test_other_spellings_of_no_points_are_read_and_noted(cells, points, note):
    table = reading(changed(SOUND, **cells))

    assert table.results.points[0, 2] == points
    assert table.results.score[0] == 15
    assert [str(told).split(": ", 1)[1][: len(note)] for told in table.notes] == [note] * bool(note)


@pytest.mark.parametrize("mark", ["нет отметки", "-", None])
def test_a_pupil_may_have_no_mark_in_the_journal(mark):
    table = reading(changed(SOUND, K=mark))

    assert table.faults == ()
    assert table.results.journal_mark.tolist() == [0]


def test_a_total_that_the_form_did_not_recompute_is_no_fault():
    content = write_form(ENGLISH, "edu420001", [1], [80001], pupils([[1] * 7]))
    book = load_workbook(io.BytesIO(content))
    written = io.BytesIO()
    book.save(written)  # formulas lose their values

    assert read_protocol(written.getvalue(), ENGLISH, trusted=True).faults == ()


def test_a_formula_that_still_shows_its_first_0_is_no_fault_but_a_typed_0_is():
    content = write_form(ENGLISH, "edu420001", [1], [80001], pupils([[1] * 7]))
    sheets = read_sheets(content, trusted=True)
    sheets["Протокол"].rows[1][11] = "0"

    assert read_protocol(sheets, ENGLISH).faults == ()
    assert told(changed(SOUND, L=0)) == [("L2", "сумма баллов за задания 15, а здесь «0».")]


@given(st.permutations(HEADER))
@settings(max_examples=20)
def test_columns_may_stand_in_any_order(order):
    row = [SOUND[HEADER.index(title)] for title in order]

    table = read_protocol(federal(row, header=order, room=2), ENGLISH, trusted=True)

    assert table.faults == ()
    assert table.results.points.tolist() == [[5, 4, -1, 3, 2, 0, 1]]


@pytest.mark.parametrize(
    "header",
    [
        [title.replace("К", "K").replace(" (", "(") for title in HEADER[2:9]],
        [title.replace(" (", "\n(").replace("б)", " б)") for title in HEADER[2:9]],
    ],
)
def test_latin_k_spaces_and_line_breaks_in_the_headings_do_not_matter(header):
    assert told(SOUND, header=[*HEADER[:2], *header, *HEADER[9:]]) == []


def test_a_form_with_another_maximum_is_told_at_the_heading():
    header = [title.replace("3 (5б)", "3 (4б)") for title in HEADER]

    [(address, words)] = told(SOUND, header=header)

    assert address == "E1"
    assert "нужно «3 (5б)», как в работе" in words
    assert "а здесь «3 (4б)»" in words


def test_a_task_too_many_and_a_task_too_few_are_named():
    header = [title.replace("2 (5б)", "9 (5б)") for title in HEADER]

    faults = told(SOUND, header=header)

    assert faults == [("D1", "Такого столбца в форме нет."), ("1", "Нет столбца «2 (5б)».")]


def test_an_added_column_with_names_is_refused_and_no_name_is_repeated():
    with pytest.raises(PersonalData, match="в строке 1 есть сведения о людях") as refusal:
        reading([*SOUND, "Безымянный"], header=[*HEADER, "ФИО"])

    assert "Безымянный" not in str(refusal.value)


@pytest.mark.parametrize(
    ("cells", "points", "code"),
    [
        ({"C": "5,0"}, 5, 80001),
        ({"C": "05"}, 5, 80001),
        ({"A": "080001"}, 5, 80001),
        ({"B": "1,0", "K": "4.0"}, 5, 80001),
    ],
)
def test_leading_zeros_and_whole_numbers_with_a_comma_are_read(cells, points, code):
    table = reading(changed(SOUND, **cells))

    assert table.faults == ()
    assert (table.results.points[0, 0], table.results.participant[0]) == (points, code)


def test_a_stranger_s_file_is_looked_through_for_names_before_it_is_kept():
    refuse_people(federal(SOUND, room=5))
    refuse_people(b"PK no workbook at all")

    with pytest.raises(PersonalData):
        refuse_people(federal(changed(SOUND, A="Сидоров Пётр"), room=5))


def test_hidden_lists_of_points_beside_the_table_are_the_forms_own():
    assert told([*SOUND, None, 0, "X"]) == []
    assert told([*SOUND, None, "Безымянный"])[0][0] == "N1"


@pytest.mark.parametrize(
    "content",
    [
        federal(SOUND, room=5, title="Лист1"),
        federal(("а", "б"), room=5, header=("Код", "Балл")),
        federal(SOUND[:2], room=5, header=HEADER[:2]),
    ],
)
def test_another_workbook_is_refused_by_what_was_looked_for(content):
    with pytest.raises(NotProtocol, match="Скачайте форму заново"):
        read_protocol(content, ENGLISH, trusted=True)
    with pytest.raises(Refused):
        read_header(content, trusted=True)


def test_the_header_tells_tasks_and_a_federal_form_tells_no_codes():
    header = read_header(federal(SOUND, room=5), trusted=True)

    assert header.tasks == ENGLISH.tasks
    assert header.max_points == ENGLISH.max_points
    assert (header.work, header.organization) == ("", "")


# our own form


def pupils(points, variant=None, journal_mark=None):
    count = len(points)
    return results_of(
        ENGLISH,
        class_number=[1] * count,
        participant=range(80001, 80001 + count),
        variant=variant or [1] * count,
        points=points,
        journal_mark=journal_mark or [4] * count,
    )


@st.composite
def written_rows(draw):
    """A pupil's variant, points and journal mark, as the form allows them."""
    if draw(st.booleans()) and draw(st.booleans()):
        return 0, [-2] * 7, draw(st.sampled_from([0, 3, 5]))
    points = [draw(st.integers(-2, most)) for most in ENGLISH.max_points]
    if points[3] in (0, -1):
        points[4:] = [draw(st.integers(-1, 0)) for _ in points[4:]]
    return draw(st.integers(1, 2)), points, draw(st.sampled_from([0, 2, 3, 4, 5]))


@given(st.lists(written_rows(), min_size=1, max_size=12), st.integers(1, 50))
@example([(1, [-2] * 7, 0)], 1)
def test_what_the_portal_writes_it_reads_back(rows, class_number):
    variant, points, journal = map(list, zip(*rows, strict=True))
    given_results = results_of(
        ENGLISH,
        class_number=[class_number] * len(rows),
        participant=range(80001, 80001 + len(rows)),
        variant=variant,
        points=points,
        journal_mark=journal,
    )
    content = write_form(
        ENGLISH,
        "edu420001",
        [class_number] * len(rows),
        range(80001, 80001 + len(rows)),
        given_results,
    )

    table = read_protocol(content, ENGLISH, trusted=True)

    assert table.faults == ()
    for name in given_results.__slots__:
        np.testing.assert_array_equal(getattr(table.results, name), getattr(given_results, name))


def test_our_form_says_whose_it_is_and_passes_the_gate():
    content = write_form(ENGLISH, "edu420001", [1, 1], [80001, 80002])

    header = read_header(content, trusted=True)

    assert (header.work, header.organization) == ("en8-2026", "edu420001")
    assert header.tasks == ENGLISH.tasks
    assert check_upload(content, "форма.xlsx", kinds=[Kind.XLSX]) == Kind.XLSX


def test_a_form_not_filled_in_has_explained_blanks_and_no_faults():
    content = write_form(ENGLISH, "edu420001", [1, 1], [80001, 80002])

    table = read_protocol(content, ENGLISH, trusted=True)

    assert (table.balance.in_file, table.balance.blank, len(table.results)) == (2, 2, 0)
    assert table.faults == ()
    assert [note.row for note in table.notes] == [2, 3]


def test_a_form_of_another_work_is_told_by_its_code():
    content = write_form(ENGLISH, "edu420001", [1], [80001], pupils([[1] * 7]))
    other = WorkSpec(
        "en8-2025", "Английский язык", 8, 2025, ENGLISH.tasks, ENGLISH.max_points, None
    )

    [fault] = read_protocol(content, other, trusted=True).faults

    assert (fault.sheet, fault.found, fault.expected) == ("Служебный", "en8-2026", "en8-2025")


def test_the_form_has_the_sheets_headings_lists_and_formulas_of_the_federal_one():
    book = load_workbook(io.BytesIO(write_form(ENGLISH, "edu420001", [1], [80001])))

    protocol = book["Протокол"]
    assert book.sheetnames == ["Протокол", "Служебный", "Порядковый номер класса"]
    assert tuple(cell.value for cell in protocol[1]) == HEADER
    assert [row[0].value for row in book["Порядковый номер класса"]] == list(range(1, 51))
    assert protocol["L1499"].value == "=SUM(C1499:I1499)"
    assert lists_of(book, "B") == [1, 2, "отсутствовал"]
    assert lists_of(book, "C") == [5, 4, 3, 2, 1, 0, "X"]
    assert lists_of(book, "K") == [5, 4, 3, 2, "нет отметки"]


def lists_of(book, letter):
    """The choices of a column's list."""
    for validation in book["Протокол"].data_validations.dataValidation:
        if f"{letter}2:{letter}1499" in str(validation.sqref):
            sheet, cells = validation.formula1.replace("'", "").split("!")
            return [row[0].value for row in book[sheet][cells.replace("$", "")]]
    raise AssertionError(letter)


def test_the_list_of_a_later_criterion_depends_on_the_first():
    book = load_workbook(io.BytesIO(write_form(ENGLISH, "edu420001", [1], [80001])))

    formulas = {
        str(validation.sqref): validation.formula1
        for validation in book["Протокол"].data_validations.dataValidation
    }
    assert formulas["G2:G1499"].startswith('IF(OR($F2=0,$F2="X"),')
    assert "IF" not in formulas["F2:F1499"]


def test_the_same_form_is_the_same_bytes():
    assert write_form(ENGLISH, "edu420001", [1], [80001]) == write_form(
        ENGLISH, "edu420001", [1], [80001]
    )


def test_a_marked_form_corrected_by_the_person_is_read_again():
    content = federal(changed(SOUND, D=7), room=40)
    faults = read_protocol(content, ENGLISH, trusted=True).faults

    book = load_workbook(io.BytesIO(marked(content, faults)))
    assert book["Протокол"]["D2"].comment is not None
    book["Протокол"]["D2"] = 4
    corrected = io.BytesIO()
    book.save(corrected)

    assert check_upload(corrected.getvalue(), "форма.xlsx", kinds=[Kind.XLSX]) == Kind.XLSX
    assert read_protocol(corrected.getvalue(), ENGLISH).faults == ()


def test_a_class_of_80_is_written_and_read_fast():
    rows = [[1] * 7] * 80
    content = write_form(ENGLISH, "edu420001", [1] * 80, range(80001, 80081), pupils(rows))

    def least(act):
        times = []
        for _ in range(7):
            started = time.process_time()
            act()
            times.append(time.process_time() - started)
        return min(times)

    # several times what it takes (4 and 6 ms): a busy machine is no fault, a slow reader is
    assert least(lambda: write_form(ENGLISH, "e", [1] * 80, range(1, 81), pupils(rows))) < 0.03
    assert least(lambda: read_protocol(read_sheets(content, trusted=True), ENGLISH)) < 0.05
