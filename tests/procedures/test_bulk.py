from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from organizations.errors import FaultyTable, Refused
from procedures.exchange import bulk, bulk_blocks
from procedures.exchange.bulk import read_bulk, read_bulk_file, read_bulk_stream
from procedures.exchange.works import WorkSpec
from procedures.scales import Borders

RUSSIAN = WorkSpec("ru4", "Русский язык", 4, 2026, ("1", "2", "3"), (2, 1, 3), Borders(2, 4, 5))
MATHS = WorkSpec("ma4", "Математика", 4, 2026, ("1", "2"), (1, 1), None)
WORKS = [RUSSIAN, MATHS]
HEADER = "work,school,class,participant,gender,variant,journal_mark,mark,score,t1,t2,t3"


def reading(*lines, header=HEADER):
    return read_bulk([header, *lines], WORKS)


def test_rows_in_any_order_are_gathered_by_work_and_school():
    read = reading(
        "ru4,edu420001,1,40001,ж,1,4,4,4,2,X,2",
        "ma4,edu420001,1,40001,ж,2,5,,2,1,1,",
        "ru4,edu420002,1,40001,м,1,,,,0,1,",
        "ru4,edu420001,2,40002,м,,3,,,,,",
    )

    first, maths, other = read.sound()
    assert (first.work, first.school) == (RUSSIAN, "edu420001")
    assert first.results.participant.tolist() == [40001, 40002]
    assert first.results.class_number.tolist() == [1, 2]
    assert first.results.points.tolist() == [[2, -1, 2], [-2, -2, -2]]
    assert first.results.score.tolist() == [4, 0]
    assert first.results.mark.tolist() == [4, 0]
    assert first.results.journal_mark.tolist() == [4, 3]
    assert first.results.present.tolist() == [True, False]
    assert maths.results.mark.tolist() == [0]
    assert other.results.points.tolist() == [[0, 1, -2]]


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("fi4,s,1,1,,1,,,,0,0,0", "work", "код известной работы, а здесь «fi4»"),
        ("ru4,,1,1,,1,,,,0,0,0", "school", "код школы"),
        ("ru4,s,0,1,,1,,,,0,0,0", "class", "от 1 до 999, а здесь «0»"),
        ("ru4,s,1,код,,1,,,,0,0,0", "participant", "а здесь «код»"),
        ("ru4,s,1,1,,A,,,,0,0,0", "variant", "а здесь «A»"),
        ("ru4,s,1,1,,1,6,,,0,0,0", "journal_mark", "2, 3, 4, 5 или пусто, а здесь «6»"),
        ("ru4,s,1,1,,1,,1,,0,0,0", "mark", "а здесь «1»"),
        ("ru4,s,1,1,,1,,,5,0,0,0", "score", "сумма баллов за задания 0, а здесь «5»"),
        ("ru4,s,1,1,,1,,,,0,2,0", "t2", "от 0 до 1, X или пусто, а здесь «2»"),
        ("ma4,s,1,1,,1,,,,0,1,0", "t3", "пусто: в работе заданий 2, а здесь «0»"),
        ("ru4,s,1,1,,,,,,0,,", "variant", "а баллы или отметка стоят"),
        ("ru4,s,1,1,,,,3,,,,", "variant", "а баллы или отметка стоят"),
        ("ru4,s,1,1", "", "клеток 4, а нужно 12"),
    ],
)
def test_a_fault_is_told_with_its_row_and_column(line, column, words):
    read = reading("ru4,s,1,7,,1,,,,0,0,0", line)

    [fault] = read.faults
    assert (fault.row, fault.column) == (3, column)
    assert words in fault.message
    assert (read.rows, read.faulty) == (2, 1)
    with pytest.raises(FaultyTable):
        read.sound()


def test_all_faults_of_a_row_are_told_at_once():
    read = reading("ru4,s,0,код,,1,7,,,9,9,9")

    assert [fault.column for fault in read.faults] == [
        "participant",
        "class",
        "journal_mark",
        "t1",
        "t2",
        "t3",
    ]
    assert read.faulty == 1


def test_a_pupil_twice_in_a_work_of_a_school_is_told_with_the_first_row():
    read = reading(
        "ru4,s,1,7,,1,,,,0,0,0",
        "ru4,other,1,7,,1,,,,0,0,0",
        "ru4,s,2,7,,1,,,,1,0,0",
    )

    [fault] = read.faults
    assert (fault.row, fault.column) == (4, "participant")
    assert "уже есть в строке 2" in fault.message
    assert [len(school.results) for school in read.protocols] == [1, 1]


def test_a_mark_beside_the_scale_is_kept_and_noted():
    read = reading("ru4,s,1,7,,1,,5,,0,0,0")

    assert read.protocols[0].results.mark.tolist() == [5]
    assert "не по шкале работы в 1 строках" in str(read.notes[0])


def test_whole_numbers_written_with_a_point_are_whole():
    [school] = reading("ru4,s,1.0,7.0,,1.0,4.0,,3.0,2.0,1.0,0.0").sound()

    assert school.results.points.tolist() == [[2, 1, 0]]
    assert school.results.journal_mark.tolist() == [4]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("", "нет столбцов work"),
        ("школа;балл", "нет столбцов work"),
        (HEADER.replace(",score", ""), "нет столбцов score"),
        (HEADER + ",surname", "лишние столбцы: surname"),
        (HEADER + ",t3", "столбцы повторяются"),
        (HEADER.replace("t2", "t5"), "подряд"),
    ],
)
def test_another_header_is_refused_by_name(header, reason):
    with pytest.raises(Refused, match=reason):
        reading(header=header)


def test_columns_are_known_by_name_and_empty_lines_are_nothing():
    names = HEADER.split(",")[::-1]
    line = "3,1,0,,,,1,,7,1,s,ru4"

    read = read_bulk([",".join(names) + "\r\n", line, "", ",,,,,,,,,,,"], WORKS)

    assert read.sound()[0].results.points.tolist() == [[0, 1, 3]]
    assert read.rows == 1


def test_a_file_of_another_encoding_is_refused_in_words(tmp_path):
    path = tmp_path / "results.csv"
    path.write_bytes((HEADER + "\nru4,школа,1,7,,1,,,,0,1,3\n").encode("cp1251"))

    with pytest.raises(Refused, match="не в UTF-8"):
        read_bulk_file(path, WORKS)


def test_a_file_with_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "results.csv"
    path.write_text("\ufeff" + HEADER + "\nru4,s,1,7,,1,,,,0,1,3\n", encoding="utf-8")

    assert read_bulk_file(path, WORKS).rows == 1


def test_a_great_many_faults_are_told_in_part_and_counted(monkeypatch):
    monkeypatch.setattr(bulk, "MOST_FAULTS", 3)

    read = reading(*(f"ru4,s,1,{n},,1,,,,9,0,0" for n in range(1, 9)))

    assert len(read.faults) == 4
    assert "ещё 5" in str(read.faults[-1])
    assert read.faulty == 8


CELLS = st.sampled_from(["", "0", "1", "2", "X", "9", "ё"])
ROWS = st.tuples(
    st.sampled_from(["ru4", "ma4", "xx"]),
    st.sampled_from(["a", "b"]),
    st.integers(1, 9),
    st.sampled_from(["", "1", "2"]),
    st.lists(CELLS, min_size=3, max_size=3),
)


@given(st.lists(ROWS, max_size=30))
def test_no_row_is_lost(rows):
    lines = [
        f"{work},{school},1,{participant},,{variant},,,,{','.join(tasks)}"
        for work, school, participant, variant, tasks in rows
    ]

    read = reading(*lines)

    kept = sum(len(school.results) for school in read.protocols)
    assert read.rows == len(rows) == kept + read.faulty
    assert bool(read.faults) == bool(read.faulty)
    for school in read.protocols:
        assert len(np.unique(school.results.participant)) == len(school.results)
        assert (school.results.points <= school.work.max_points).all()


# the reading by blocks against the reading row by row

WILD = st.sampled_from(
    ["", "0", "1", "2", "3", "10", "05", "1.0", "10.0", "X", "x", "Х", "х", " 1", "1 ", "-1", "+1",
     "ё", "1.5", ".0", "0.0", "٢", "1,", '"1"', '"1,2"', '"a""b"', "999", "1000", "40001.0", "X.0",
     "000000000001", "2147483647", "2147483648", "9" * 20]
)  # fmt: skip
TAME = st.sampled_from(["", "1", "2"])
CELL = st.one_of(TAME, TAME, TAME, WILD)
WILD_LINE = st.tuples(
    st.sampled_from(["ru4", "ru4", "ma4", "xx", " ru4", "", '"ru4"']),
    st.sampled_from(["a", "a", "b", "школа", "a ", "", "a b", "s" * 51]),
    st.one_of(st.just("1"), WILD),
    st.one_of(st.integers(1, 40).map(str), WILD),
    st.sampled_from(["", "f", "ж", ' "x"']),
    st.lists(CELL, min_size=7, max_size=7),
).map(lambda cells: ",".join([*cells[:5], *cells[5]]))
LINES = st.lists(st.one_of(WILD_LINE, WILD_LINE, st.sampled_from(["", ",,,,,,,,,,,", "1,2", " "])))


def told(read):
    """All that a reading says, in plain values."""
    schools = [
        (school.work.code, school.school, *(
            getattr(school.results, name).tolist() for name in school.results.__slots__
        ))
        for school in read.protocols
    ]  # fmt: skip
    return schools, read.faults, read.notes, read.rows, read.faulty


@given(LINES, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.sampled_from([1, 60, 2**20]))
def test_the_reading_by_blocks_says_what_the_reading_row_by_row_says(lines, end, ended, block):
    text = end.join([HEADER, *lines]) + end * ended

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk_blocks, "BLOCK", block)
        by_blocks = read_bulk_stream(BytesIO(text.encode()), WORKS)

    assert told(by_blocks) == told(read_bulk(text.splitlines(keepends=True), WORKS))


@given(LINES, st.permutations(HEADER.split(",")))
def test_the_columns_may_stand_in_any_order_in_both_readings(lines, names):
    text = "\n".join([",".join(names), *lines])

    by_blocks = read_bulk_stream(BytesIO(text.encode()), WORKS)

    assert told(by_blocks) == told(read_bulk(text.splitlines(keepends=True), WORKS))


def test_rows_spread_over_the_file_come_back_in_their_order(monkeypatch):
    monkeypatch.setattr(bulk_blocks, "BLOCK", 200)
    lines = [f"ru4,s{n % 3},1,{n},,1,,,,0,1,3" for n in range(1, 200)]

    read = read_bulk_stream(BytesIO("\n".join([HEADER, *lines]).encode()), WORKS)

    assert [school.school for school in read.protocols] == ["s1", "s2", "s0"]
    assert read.protocols[2].results.participant.tolist() == list(range(3, 200, 3))


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory():
    with pytest.raises(Refused, match="длиннее 8 МБ"):
        read_bulk_stream(BytesIO(HEADER.encode() + b"\n" + b"1" * 9 * 2**20), WORKS)


def test_old_ends_of_lines_are_read_too(tmp_path):
    path = tmp_path / "results.csv"
    path.write_bytes((HEADER + "\rru4,s,1,7,,1,,,,0,1,3\r").encode())

    assert read_bulk_file(path, WORKS).rows == 1
