"""The engine on files: what is written, what is refused, and that nothing else is needed."""

import csv
import json
import os
import subprocess
import sys
import tracemalloc
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from monitoring.exchange.offline import reading
from monitoring.exchange.offline.reading import read_results, settled
from monitoring.exchange.offline.schools import read_places, register
from monitoring.exchange.offline.works import read_list
from monitoring.stats.findings import Family, Method
from tests.monitoring.offline_region import COLUMNS, HEADER, WORKS, helped, rows, text, write

NAMES = ("schools.csv", "signals.csv", "system.csv", "calibration.json")
LISTED = read_list(json.dumps(WORKS).encode())


def run(folder, results, **files) -> Path:
    call_command(
        "analyze_results", *write(folder, results, **files), stdout=StringIO(), stderr=StringIO()
    )
    return folder / "out"


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def usual(tmp_path_factory) -> Path:
    """What is written for an honest region with a list of schools."""
    places = "school,municipality,stratum\n" + "".join(
        f"edu42{number:04},reg42_m{number % 3:03},{['село', 'город'][number % 2]}\n"
        for number in range(18)
    )
    return run(tmp_path_factory.mktemp("usual"), text(rows()), schools=places)


@pytest.fixture(scope="module")
def few(tmp_path_factory) -> Path:
    """What is written for the fewest schools that can be compared."""
    return run(tmp_path_factory.mktemp("few"), text(rows(schools=12, pupils=20)))


# what is written


def test_every_school_of_the_input_has_one_line_by_its_code(usual):
    lines = table(usual / "schools.csv")

    assert list(lines[0]) == [
        "school", "participants", "status", "index", "p_value", "q_value", "families", "top_reason",
    ]  # fmt: skip
    assert [line["school"] for line in lines] == [f"edu42{number:04}" for number in range(18)]
    assert {line["status"] for line in lines[:16]} <= {"red", "amber", "none"}
    assert [line["status"] for line in lines[16:]] == ["insufficient"] * 2
    assert all(0 <= float(line["index"]) <= 100 for line in lines)


def test_signals_tell_every_statistic_in_words_with_its_unit(usual):
    lines = table(usual / "signals.csv")

    assert list(lines[0]) == [
        "school", "class", "work", "method", "statistic", "p_value", "effect", "unit", "n",
        "explanation",
    ]  # fmt: skip
    assert {line["method"] for line in lines} <= set(Method)
    assert {line["class"] for line in lines} == {"", "1", "2"}
    assert {line["work"] for line in lines} == {"", "ru4", "ma4"}
    assert all(line["unit"] and line["explanation"] and int(line["n"]) for line in lines)
    keys = [(line["school"], line["work"], line["class"], line["method"]) for line in lines]
    assert len(set(keys)) == len(keys)


def test_the_calibration_says_what_the_numbers_rest_on(usual):
    told = json.loads((usual / "calibration.json").read_text(encoding="utf-8"))

    assert set(told["methods"]) == set(Method)
    lines = table(usual / "signals.csv")
    of_schools = [line for line in lines if line["method"] == "level" and line["work"]]
    found = told["methods"]["level"]["schools"]
    rare = sum(float(line["p_value"]) < 0.05 for line in of_schools) / len(of_schools)
    assert found["tested"] == len(of_schools)
    assert found["share_p_below"]["0.05"] == pytest.approx(rare, abs=1e-6)
    assert told["strata"] == {"42": {"город": 9, "село": 9}}
    assert set(told["settings"]["weights"]) == set(Family)
    assert {name: len(digest) for name, digest in told["inputs"].items()} == {
        "results": 64,
        "works": 64,
        "schools": 64,
    }
    assert told["method_version"]


def test_the_system_is_told_level_by_level(usual):
    lines = table(usual / "system.csv")

    assert list(lines[0]) == [
        "work", "border", "level", "unit", "share_missing", "z", "placebo",
    ]  # fmt: skip
    units = {(line["level"], line["unit"]) for line in lines}
    assert {("country", ""), ("region", "42"), ("municipality", "reg42_m001")} <= units
    assert {line["border"] for line in lines} <= {"4", "7", "10"}


def test_a_school_where_two_tasks_were_helped_stands_out(tmp_path):
    lines = helped(rows(schools=30, pupils=60), "edu420007")

    out = run(tmp_path, text(lines))

    schools = {line["school"]: line for line in table(out / "schools.csv")}
    found = schools["edu420007"]
    assert float(found["index"]) == max(float(line["index"]) for line in schools.values())
    assert found["status"] in {"red", "amber"}
    assert "tasks" in found["families"].split(";")
    told = found["top_reason"].lower().replace("\u00a0", " ")
    assert "задание 7: полных баллов" in told
    assert "задание 8: полных баллов" in told
    assert "задание 6" not in told


def test_regions_are_assessed_each_by_itself(tmp_path):
    one, two = rows(schools=12, seed=1), rows(schools=12, seed=2, codes="edu43{:04}")

    works = [work | {"mark_borders": [5]} for work in WORKS]

    both = run(tmp_path / "both", text(one + two), works=works)
    alone = [
        run(tmp_path / name, text(lines), works=works) for name, lines in (("1", one), ("2", two))
    ]

    for name in ("schools.csv", "signals.csv"):
        assert table(both / name) == [line for out in alone for line in table(out / name)]
    country = [line for line in table(both / "system.csv") if line["level"] == "country"]
    assert len(country) == 2
    of_one = [line for line in table(alone[0] / "system.csv") if line["level"] == "country"]
    assert country != of_one


def test_a_work_held_outside_the_school_is_a_yardstick_and_is_not_judged(tmp_path):
    works = [*WORKS, WORKS[0] | {"code": "exam", "holding": "external"}]
    lines = rows(schools=20, pupils=40)
    exam = [["exam", *line[1:]] for line in rows(schools=20, pupils=40) if line[0] == "ru4"]

    out = run(tmp_path, text(lines + exam), works=works)

    found = {(line["work"], line["method"]) for line in table(out / "signals.csv")}
    assert ("ru4", "external_gap") in found
    assert ("ma4", "external_gap") not in found
    assert "exam" not in {work for work, _ in found}


# the same rows otherwise written


def told(out: Path) -> dict[str, object]:
    """All that is written but the digests of the files."""
    content: dict[str, object] = {name: (out / name).read_bytes() for name in NAMES[:3]}
    calibration = json.loads((out / "calibration.json").read_text(encoding="utf-8"))
    calibration.pop("inputs")
    return content | {"calibration.json": calibration}


def shuffled(lines):
    order = np.random.default_rng(5).permutation(len(lines))
    return text([lines[at] for at in order])


def turned(lines):
    return text([line[::-1] for line in lines], COLUMNS[::-1])


def quoted(lines):
    return "\r\n".join(",".join(f'"{cell}"' for cell in line) for line in [COLUMNS, *lines])


def spaced(lines):
    return text([[f" {cell} " for cell in line] for line in lines])


def excel(lines):
    return "\ufeff" + text(lines).replace("\n", "\r\n").replace("X", "Х")  # the last is Cyrillic


def floats(lines):
    """As programs write that keep gaps as NaN."""
    return text(
        [
            [f"{cell}.0" if cell.isdigit() and at != 3 else cell for at, cell in enumerate(line)]
            for line in lines
        ]
    )


def without_gender(lines):
    bare = [line[:4] + line[5:] for line in lines]
    return text(bare, COLUMNS[:4] + COLUMNS[5:])


def with_more(lines):
    return text([[*line, "", "любое"] for line in lines], [*COLUMNS, "t9", "remark"])


@pytest.mark.parametrize(
    "written", [shuffled, turned, quoted, spaced, excel, floats, without_gender, with_more]
)
def test_the_same_rows_give_the_same_bytes_however_they_are_written(few, tmp_path, written):
    out = run(tmp_path, written(rows(schools=12, pupils=20)))

    assert told(out) == told(few)


def test_marks_left_out_are_those_of_the_borders(few, tmp_path):
    bare = [[*line[:7], "", *line[8:]] for line in rows(schools=12, pupils=20)]

    assert told(run(tmp_path, text(bare))) == told(few)


def test_one_pass_border_is_enough(tmp_path):
    works = [work | {"mark_borders": [6], "holding": "external"} for work in WORKS]
    bare = [[*line[:6], "", "", *line[8:]] for line in rows(schools=14)]

    out = run(tmp_path, text(bare), works=works)

    assert {line["border"] for line in table(out / "system.csv")} == {"6"}


def test_pupils_without_a_class_count_for_their_school_alone(few, tmp_path):
    bare = [line[:2] + line[3:] for line in rows(schools=12, pupils=20)]

    out = run(tmp_path, text(bare, COLUMNS[:2] + COLUMNS[3:]))

    lines = table(out / "signals.csv")
    assert {line["class"] for line in lines} == {""}
    assert {line["school"] for line in lines} == {
        line["school"] for line in table(few / "schools.csv")
    }


def test_without_a_scale_nothing_is_said_of_borders(tmp_path):
    works = [work | {"mark_borders": None} for work in WORKS]
    bare = [[*line[:7], "", *line[8:]] for line in rows(schools=14)]

    out = run(tmp_path, text(bare), works=works)

    assert "border_notch" not in {line["method"] for line in table(out / "signals.csv")}
    assert table(out / "system.csv") == []


# what is refused

GOOD = "ru4,edu420001,1,40001,f,1,4,4,7,1,2,1,0,0,3,0,0"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (GOOD.replace("ru4", "fi4"), "«work»: нужно код работы из списка работ, а здесь «fi4»"),
        (GOOD.replace("edu420001", ""), "столбец «school»: нужно код школы"),
        (GOOD.replace("40001", ""), "столбец «participant»: нужно код участника"),
        (GOOD.replace(",4,4,7", ",6,4,7"), "столбец «journal_mark»: нужно отметка 2, 3, 4, 5"),
        (GOOD.replace(",4,4,7", ",4,1,7"), "столбец «mark»: нужно отметка 2, 3, 4, 5"),
        (GOOD.replace(",4,4,7", ",4,4,8"), "«score»: сумма баллов за задания 7, а здесь «8»"),
        (GOOD.replace(",4,4,7", ",4,4,много"), "столбец «score»: нужно сумма баллов"),
        (GOOD.replace(",4,4,7,1", ",4,4,7,2"), "столбец «t1»: нужно от 0 до 1, X или пусто"),
        (GOOD.replace(",4,4,7,1", ",4,4,7,1.5"), "столбец «t1»: нужно от 0 до 1, X или пусто"),
        (GOOD + ",0", "клеток 18, а нужно 17"),
        (GOOD.replace("40001", "40000"), "уже стоит у той же школы и работы в строке 2"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line_and_column_and_nothing_is_written(tmp_path, line, words):
    first = GOOD.replace("40001", "40000")

    with pytest.raises(CommandError) as refusal:
        run(tmp_path, "\n".join([HEADER, first, line]))

    assert words in str(refusal.value)
    assert "Строка 3" in str(refusal.value)
    assert not (tmp_path / "out").exists()


def test_a_task_beyond_the_work_must_be_empty(tmp_path):
    works = [WORKS[0] | {"max_points": [1, 2, 1, 2, 1, 3, 1]}]

    with pytest.raises(CommandError, match="«t8»: нужно пусто: в работе заданий 7, а здесь «0»"):
        run(tmp_path, f"{HEADER}\n{GOOD}\n", works=works)


def test_a_work_with_more_tasks_than_columns_is_told(tmp_path):
    works = [WORKS[0] | {"max_points": [1] * 20, "mark_borders": None}]

    with pytest.raises(CommandError, match="столбцы до t20"):
        run(tmp_path, f"{HEADER}\n{GOOD}\n", works=works)


def test_of_many_faults_the_first_are_told_and_the_rest_counted(tmp_path):
    lines = [GOOD.replace("ru4", "fi4")] * 500

    with pytest.raises(CommandError) as refusal:
        run(tmp_path, "\n".join([HEADER, *lines]))

    message = str(refusal.value)
    assert message.count("Строка ") == 20
    assert "Строка 2," in message
    assert "И ещё ошибок: 480" in message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "нет столбцов work, school, participant"),
        ("школа;балл\n1;2", "нет столбцов"),
        (HEADER, "нет ни одной строки"),
        (HEADER.replace("t2", "t20"), "подряд"),
        (HEADER + ",t1", "повторяются"),
        (f"{HEADER}\n{GOOD}".encode() + "\nшкола".encode("cp1251"), "не в UTF-8"),
        (b"\x00\x01\x02\xff" * 1000, "не в UTF-8"),
        (f"{HEADER}\n" + '"' + GOOD, "клеток 1, а нужно 17"),
    ],
)
def test_what_is_no_table_of_results_is_refused_in_words(tmp_path, content, words):
    with pytest.raises(CommandError, match=words):
        run(tmp_path, content)

    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"holding": "careful"}, "поле «holding»: нужно одно из: usual, controlled, external"),
        ({"mark_borders": [7, 4]}, "от одной до трёх возрастающих границ"),
        ({"mark_borders": []}, "от одной до трёх возрастающих границ"),
        ({"mark_borders": [4, None, 10]}, "три возрастающие границы"),
        ({"mark_borders": [99]}, "от одной до трёх возрастающих границ"),
        ({"max_points": "много"}, "поле «max_points»"),
        ({"tasks": ["1", "2"]}, "столько же меток"),
    ],
)
def test_a_faulty_list_of_works_is_told_by_work_and_field(tmp_path, change, words):
    with pytest.raises(CommandError) as refusal:
        run(tmp_path, f"{HEADER}\n{GOOD}\n", works=[WORKS[0] | change])

    assert words in str(refusal.value)
    assert "Работа 1" in str(refusal.value)


@pytest.mark.parametrize("works", [{}, [], [1], None])
def test_a_list_of_works_that_is_none_is_refused(tmp_path, works):
    with pytest.raises(CommandError):
        run(tmp_path, f"{HEADER}\n{GOOD}\n", works=works)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("код,район\n1,2", "нужен заголовок school,municipality,stratum"),
        ("school,municipality\na,b\na,c", "Строка 3, столбец «school»: нужно код без повторов"),
        ("school,municipality\na b,c", "код школы без пробелов"),
        ("school,municipality\na", "клеток 1, а нужно 2"),
        ("school,municipality\n" + "a\n" * 100, "И ещё ошибок: 80"),
    ],
)
def test_a_faulty_list_of_schools_is_told(tmp_path, content, words):
    with pytest.raises(CommandError, match=words):
        run(tmp_path, f"{HEADER}\n{GOOD}\n", schools=content)


def test_a_file_that_is_not_there_is_told(tmp_path):
    arguments = write(tmp_path, "")
    arguments[0] = str(tmp_path / "nowhere.csv")

    with pytest.raises(CommandError, match=r"nowhere\.csv.*Проверьте путь"):
        call_command("analyze_results", *arguments)


def test_the_answer_never_lies_over_what_was_asked(tmp_path):
    arguments = write(tmp_path, text(rows(1, 2)), schools="school\nedu420000\n")
    arguments[-1] = str(tmp_path)

    with pytest.raises(CommandError, match=r"поверх входного файла «schools\.csv»"):
        call_command("analyze_results", *arguments)
    assert (tmp_path / "schools.csv").read_text() == "school\nedu420000\n"


def test_the_answer_wants_a_folder(tmp_path):
    arguments = write(tmp_path, text(rows(1, 2)))
    arguments[-1] = arguments[0]

    with pytest.raises(CommandError, match="не папка"):
        call_command("analyze_results", *arguments)
    arguments[-1] += "/out"
    with pytest.raises(CommandError, match="не записать"):
        call_command("analyze_results", *arguments)


def test_columns_that_are_not_read_are_told(tmp_path):
    arguments = write(tmp_path, f"{HEADER},remark\n{GOOD},любое\n")
    told_of = StringIO()

    call_command("analyze_results", *arguments, stdout=StringIO(), stderr=told_of)

    assert "Столбцы не знакомы и не читаются: remark." in told_of.getvalue()


def test_a_failed_run_leaves_the_former_files_alone(tmp_path):
    out = run(tmp_path, text(rows(schools=12, pupils=20)))
    before = told(out)

    with pytest.raises(CommandError):
        run(tmp_path, f"{HEADER}\n{GOOD},\n")

    assert told(out) == before
    assert sorted(path.name for path in out.iterdir()) == sorted(NAMES)


# nothing else is needed


def test_the_command_runs_where_no_server_answers(tmp_path):
    nowhere = {"DATABASE_URL": "postgres://no@127.0.0.1:1/no", "REDIS_URL": "redis://127.0.0.1:1"}
    arguments = write(tmp_path, text(rows(schools=12, pupils=20)))
    command = [sys.executable, "manage.py", "analyze_results", *arguments]

    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=os.environ | nowhere, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr.count(b"Traceback")) == (0, 0)

    (tmp_path / "results.csv").write_text(f"{HEADER}\n{GOOD},\n", encoding="utf-8")
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=os.environ | nowhere, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr.count(b"Traceback")) == (1, 0)
    assert "клеток 18, а нужно 17" in done.stderr.decode()


def test_two_processes_find_what_one_finds(few, tmp_path, monkeypatch):
    monkeypatch.setattr("monitoring.exchange.offline.analysis.IN_PROCESS", 0)

    assert told(run(tmp_path, text(rows(schools=12, pupils=20)))) == told(few)


# reading

CELLS = st.sampled_from(
    ["", "0", "1", "2", "3", "7", "10", "X", "Х", "x", "1.0", "1,5", "-1", " 1", "да", "ru4", "ma4",
     "edu420001", "4А", "é" * 60]
)  # fmt: skip
LINES = st.lists(
    st.tuples(
        st.sampled_from(["ru4", "ma4", "ru4 ", "fi4", ""]),
        st.sampled_from(["edu420001", "школа", "a b", ""]),
        *[CELLS] * 15,
    ),
    max_size=12,
)


@given(LINES, st.sampled_from(["\n", "\r\n"]))
def test_blocks_say_what_single_lines_say(tmp_path_factory, lines, end):
    """The quick reading by columns and the reading line by line are two roads to one end."""
    body = end.join(",".join(f'"{c}"' if "," in c else c for c in line) for line in lines)
    folder = tmp_path_factory.mktemp("laid")
    by_blocks = laid(folder / "blocks", f"{HEADER}{end}{body}{end}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "plain_cells", lambda block, columns: None)
        by_lines = laid(folder / "lines", f"{HEADER}{end}{body}{end}")

    assert by_blocks == by_lines


def laid(folder: Path, content: str):
    """How many rows were read, the faults, and the rows of a table without any."""
    folder.mkdir()
    found = read_results(BytesIO(content.encode()), LISTED, folder)
    works = settled(found, register(found.schools, {}))
    sound = [] if found.faults else [(work.listed.code, *work.rows(0).tolist()) for work in works]
    return found.counts, str(found.faults), repr(sound), works[0].classes if sound else []


def test_memory_does_not_grow_with_rows(tmp_path):
    """Five works of the same size take no more room than one; rows lie on the disk."""

    def peak(works: int) -> int:
        listed = [WORKS[0] | {"code": f"w{number}"} for number in range(works)]
        folder = tmp_path / str(works)
        folder.mkdir()
        path = folder / "results.csv"
        with path.open("w") as file:
            file.write(HEADER + "\n")
            for number in range(works):
                for pupil in range(60_000):
                    head = f"w{number},edu42{pupil // 100:04},1,{40000 + pupil},f,1,4,4,7"
                    file.write(f"{head},1,2,1,0,0,3,0,0\n")
        tracemalloc.start()
        with path.open("rb") as stream:
            found = read_results(stream, read_list(json.dumps(listed).encode()), folder)
        settled(found, register(found.schools, {}))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert found.counts.total() == works * 60_000
        return most

    assert peak(5) < 1.1 * peak(1)


def test_schools_of_the_list_and_of_the_results_are_one_register():
    places = read_places(b"school,municipality,stratum\nedu420002,reg42_m001,lyceum\n")

    found = register(["edu430001", "edu420001"], places)

    assert found.codes == ["edu420001", "edu420002", "edu430001"]
    assert [(region.code, region.end) for region in found.regions] == [("42", 2), ("43", 3)]
    assert found.regions[0].strata == ["lyceum", "не указан"]
    assert found.regions[0].schools.stratum.tolist() == [1, 0]


def test_one_code_of_another_kind_makes_one_region_of_all():
    found = register(["edu420001", "edu430001", "школа-7"], {})

    assert [(region.code, len(region.codes)) for region in found.regions] == [("", 3)]
