"""Exports of ФИС ОКО taken in: what is stored equals what stands in the file, or is explained."""

import json
from io import StringIO
from zipfile import ZipFile

import pytest
from django.core.management import call_command

from organizations.models import Organization
from organizations.queries import viewer_of
from procedures.models import FederalExport, FederalStatistic, Protocol, Result
from procedures.services.files import Intake
from tests.factories.procedures import ScaleFactory, WorkFactory
from tests.procedures import exports
from tests.procedures.exports import group, individual, pupil


@pytest.fixture
def work(cast):
    work = WorkFactory()
    ScaleFactory(work=work)
    return work


def take(content, name="2849657.xlsx", **options):
    """The verdict as other programs read it."""
    return Intake(**options).take(name, name, content).as_json()


def cells(verdict):
    return [f"{fault['column']}{fault['row'] or ''}" for fault in verdict["faults"]]


# individual results


def test_individual_results_become_the_schools_protocol(cast, work):
    content = individual(
        group(exports.LAKE, 2), pupil(40001, 2, 1, 2, "X"), pupil(40002, 0, 0, 1, 1, klass=2)
    )

    verdict = take(content)

    assert (verdict["verdict"], verdict["kind"], verdict["rows"]) == ("accepted", "individual", 2)
    assert (verdict["work"], verdict["organization"]) == ("ru4-2026", "edu420001")
    rows = Result.objects.values_list(
        "organization", "participant", "class_number", "variant", "points", "score", "mark",
        "journal_mark",
    )  # fmt: skip
    assert list(rows) == [
        (cast.lake_school.pk, 40001, 1, 1, [2, 1, 2, -1], 5, 4, 4),
        (cast.lake_school.pk, 40002, 2, 1, [0, 0, 1, 1], 2, 2, 4),
    ]


def test_several_schools_in_one_export_become_a_protocol_each(cast, work):
    content = individual(
        ["Северный муниципальный округ(reg42_m001)", "Кол-во участников: 3"],
        group(exports.LAKE, 2),
        pupil(40001, 2, 1, 2, 3),
        pupil(40002, 1, 1, 1, 1),
        group(exports.WOOD, 1),
        pupil(40001, 0, 0, 0, 0, login=None),
        group(exports.HILL, 1),
        pupil(40001, 0, 1, 0, 2, login=None),
    )

    verdict = take(content)

    assert (verdict["verdict"], verdict["rows"]) == ("accepted", 4)
    assert verdict["organization"] is None
    schools = Protocol.objects.current().values_list("organization__code", "rows_written")
    assert sorted(schools) == [("edu420001", 2), ("edu420002", 1), ("edu420101", 1)]


def test_the_same_export_again_is_unchanged_and_a_changed_one_supersedes(cast, work):
    before = individual(group(exports.LAKE, 1), pupil(40001, 2, 1, 2, 3))
    after = individual(group(exports.LAKE, 1), pupil(40001, 2, 1, 2, 2))
    take(before)

    again, changed = take(before), take(after)

    assert (again["verdict"], changed["verdict"]) == ("unchanged", "accepted")
    assert Result.objects.get().points == [2, 1, 2, 2]
    assert list(Protocol.objects.order_by("version").values_list("state", flat=True)) == [
        "superseded", "accepted",
    ]  # fmt: skip


def test_one_fault_in_one_school_keeps_all_schools_out(cast, work):
    content = individual(
        group(exports.LAKE, 1), pupil(40001, 2, 1, 2, 3),
        group(exports.WOOD, 1), pupil(40001, 3, 0, 0, 0, login=None, score=3),
    )  # fmt: skip

    verdict = take(content)

    assert (verdict["verdict"], cells(verdict)) == ("faulty", ["G12"])
    assert not Result.objects.exists()


@pytest.mark.parametrize(
    ("row", "cell", "words"),
    [
        (pupil(40001, 2, 1, 2, 3, score=7), "K10", "сумма баллов за задания 8, а здесь «7»."),
        (pupil(40001, 2, 2, 2, 2), "H10", "нужно 0, 1 или X, а здесь «2»."),
        (pupil(40001, 2, "да", 2, 2), "H10", "а здесь «да»."),
        (pupil(40001, 2, "1,5", 2, 2), "H10", "а здесь «1,5»."),
        (pupil(40001, -1, 1, 2, 2, score=5), "G10", "а здесь «-1»."),
        (pupil("сорок", 2, 1, 2, 2), "D10", "нужно целое число"),
        (pupil(40001, 2, 1, 2, 2, klass="4А"), "E10", "нужно целое число от 1 до 50"),
        (pupil(40001, 2, 1, 2, 2, variant=77), "F10", "нужно от 1 до 9"),
        (pupil(40001, 2, 1, 2, 2, mark=7), "L10", "а здесь «7»."),
        (pupil(40001, 2, 1, 2, 2, journal=1), "M10", "а здесь «1»."),
        (pupil(40001, 2, 1, 2, 2, variant="отсутствовал"), "F10", "отсутствовал"),
        (pupil(40001, 2, 1, 2, 2, login="edu420002"), "A10", "над ней"),
    ],
)
def test_a_spoilt_cell_of_an_export_is_told_with_its_address(cast, work, row, cell, words):
    verdict = take(individual(group(exports.LAKE, 1), row))

    assert (verdict["verdict"], cells(verdict)) == ("faulty", [cell])
    assert words in verdict["faults"][0]["message"]


@pytest.mark.parametrize(
    ("token", "stored"),
    [("X", -1), ("Х", -1), ("х", -1), ("-", -1), ("—", -1), ("н/п", -2), ("N", -2), (None, -2),
     ("2,0", 2), ("02", 2), ("2", 2)],
)  # fmt: skip
def test_the_spellings_of_points_are_read(cast, work, token, stored):
    score = 6 + max(stored, 0)

    verdict = take(individual(group(exports.LAKE, 1), pupil(40001, token, 1, 2, 3, score=score)))

    assert verdict["verdict"] == "accepted", verdict
    assert Result.objects.get().points == [stored, 1, 2, 3]


@pytest.mark.parametrize(
    ("journal", "stored"),
    [("нет отметки", None), ("-", None), ("—", None), (None, None), ("4,0", 4)],
)
def test_the_spellings_of_no_mark_are_read(cast, work, journal, stored):
    take(individual(group(exports.LAKE, 1), pupil(40001, 2, 1, 2, 3, journal=journal)))

    assert Result.objects.get().journal_mark == stored


@pytest.mark.parametrize("variant", ["отсутствовал", "Отсутствовала", None, "-"])
def test_an_absent_pupil_of_an_export_has_neither_score_nor_mark(cast, work, variant):
    row = pupil(40001, *[None] * 4, variant=variant)
    row[10] = row[11] = None

    verdict = take(individual(group(exports.LAKE, 1), row))

    assert verdict["verdict"] == "accepted", verdict
    absent = Result.objects.get()
    assert (absent.variant, absent.score, absent.mark) == (None, None, None)


def test_leading_zeros_text_numbers_and_any_k_are_read(cast, db):
    two = WorkFactory(tasks=["9.1", "4К1"], max_points=[2, 3])
    tasks = ("9,1 (2б)", "4K1(3б)")

    verdict = take(
        individual(
            group(exports.LAKE, 1),
            pupil("040001", "2", "03", klass="01", score="5", mark="4", variant="1"),
            tasks=tasks,
            most="5",
        )
    )

    assert verdict["verdict"] == "accepted", verdict
    row = Result.objects.get()
    assert (row.work, row.participant, row.points, row.mark) == (two, 40001, [2, 3], 4)


def test_a_mark_beside_the_scale_is_taken_and_told(cast, work):
    verdict = take(individual(group(exports.LAKE, 1), pupil(40001, 2, 1, 2, 3, mark=4)))

    assert "Отметка не по шкале работы в 1 строках: взята из файла." in verdict["message"]
    assert Result.objects.get().mark == 4


def test_every_row_twice_is_written_once_and_explained(cast, work):
    rows = [pupil(40001 + n, 2, 1, 2, n % 4) for n in range(6)]
    doubled = [row for row in rows for _ in range(2)]

    verdict = take(individual(group(exports.LAKE, 6), *doubled))

    assert (verdict["verdict"], verdict["rows"]) == ("accepted", 6)
    assert "Строк в файле 12: записано 6, повторов 6." in verdict["message"]
    assert Result.objects.count() == 6


def test_two_rows_that_contradict_each_other_are_a_fault(cast, work):
    verdict = take(
        individual(group(exports.LAKE, 2), pupil(40001, 2, 1, 2, 3), pupil(40001, 2, 1, 2, 2))
    )

    assert cells(verdict) == ["D11"]
    assert "уже есть в строке 10 с другими данными" in verdict["faults"][0]["message"]


def test_a_declared_count_must_be_that_of_the_rows(cast, work):
    verdict = take(individual(group(exports.LAKE, 3), pupil(40001, 2, 1, 2, 3)))

    assert cells(verdict) == ["A9"]
    assert "объявлено участников 3, а строк ниже 1" in verdict["faults"][0]["message"]


@pytest.mark.parametrize(
    "text", [f"{exports.LAKE} | Кол-во участников: 1", f"{exports.LAKE} Количество участников: 1"]
)
def test_a_group_row_may_be_one_cell(cast, work, text):
    assert take(individual([text], pupil(40001, 2, 1, 2, 3)))["verdict"] == "accepted"
    assert take(individual([text]))["verdict"] == "faulty"


def test_an_unknown_login_and_one_that_is_no_school_are_told_with_the_cell(cast, work):
    unknown = individual(group("СОШ(edu429999)", 1), pupil(40001, 2, 1, 2, 3, login=None))
    Organization.objects.filter(pk=cast.south.pk).update(code="sch420000")
    other = individual(group("СОШ(sch420000)", 1), pupil(40001, 2, 1, 2, 3, login=None))

    for verdict in (take(unknown), take(other)):
        assert (verdict["verdict"], cells(verdict)) == ("faulty", ["A9"])


def test_a_school_is_known_by_its_login_of_the_federal_system_too(cast, work):
    Organization.objects.filter(pk=cast.lake_school.pk).update(fis_login="sch420777")

    take(individual(group("СОШ(sch420777)", 1), pupil(40001, 2, 1, 2, 3, login=None)))

    assert Result.objects.get().organization == cast.lake_school


@pytest.mark.parametrize(
    ("head", "cell"),
    [
        ({"most": 9}, "B5"),
        ({"most": "восемь"}, "B5"),
        ({"work": "ВПР 2026 Русский язык 5 класс"}, "A3"),
    ],
)
def test_a_head_that_contradicts_the_work_is_told(cast, work, head, cell):
    verdict = take(
        individual(group(exports.LAKE, 1), pupil(40001, 2, 1, 2, 3), **head), work="ru4-2026"
    )

    assert (verdict["verdict"], cells(verdict)) == ("faulty", [cell])


@pytest.mark.parametrize(
    ("tasks", "told"),
    [
        (("1 (2б)", "2 (1б)", "3 (2б)", "4 (2б)"), ["J8"]),
        (("1 (2б)", "2 (1б)", "3 (2б)", "5 (3б)"), ["J8", "8"]),
        (("1 (2б)", "2 (1б)", "2 (1б)", "4 (3б)"), ["I8", "8"]),
    ],
)
def test_other_tasks_than_the_works_are_told_at_the_heading(cast, work, tasks, told):
    verdict = take(individual(group(exports.LAKE, 1), pupil(40001, 2, 1, 1, 2), tasks=tasks))

    assert verdict["verdict"] == "faulty"
    assert cells(verdict) == told


def test_an_unknown_work_is_refused_with_the_way_out(cast, work):
    content = individual(group(exports.LAKE, 1), work="ВПР 2025 Русский язык 4 класс")

    verdict = take(content)

    assert (verdict["verdict"], verdict["kind"]) == ("refused", "individual")
    assert "import_works" in verdict["message"]


@pytest.mark.parametrize(
    "head",
    [
        {"work": "впр 2026 РУССКИЙ ЯЗЫК 4 класс"},
        {"work": "ВПР 2026 РУ 4 класс", "subject": "РУ"},
        {"work": "ВПР 2026 ру 4 КЛАСС"},
        {"work": None, "subject": "Русский язык"},
        {"work": None, "subject": "ру", "date": "2026-04-20"},
        {"work": None, "subject": None, "sheet": "РУ 4 Индивидуальные результаты"},
    ],
)
def test_the_work_is_known_by_year_subject_and_grade_however_written(cast, work, head):
    assert take(individual(group(exports.LAKE, 1), pupil(40001, 2, 1, 2, 3), **head))["work"] == (
        "ru4-2026"
    )


def test_a_dry_run_of_an_export_writes_nothing(cast, work):
    pupils = individual(group(exports.LAKE, 1), pupil(40001, 2, 1, 2, 3))
    statistics = exports.marks(exports.REAL_MARKS[0])

    for content in (pupils, statistics):
        assert take(content, dry_run=True)["verdict"] == "accepted"

    assert not Result.objects.exists()
    assert not FederalExport.objects.exists()


def test_the_command_takes_exports_out_of_a_zip_whatever_their_names(cast, work, tmp_path):
    with ZipFile(tmp_path / "oko.zip", "w") as archive:
        row = pupil(40001, 2, 1, 2, 3)
        archive.writestr("Ф3_Статистика.xlsx", individual(group(exports.LAKE, 1), row))
        archive.writestr("2849657.xlsx", exports.marks([exports.LAKE, None, 89, 25, 25, 25, 25]))
    out = StringIO()

    call_command("import_results", str(tmp_path / "oko.zip"), format="json", stdout=out)

    told = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(row["kind"], row["verdict"]) for row in told] == [
        ("marks", "accepted"), ("individual", "accepted"),
    ]  # fmt: skip


# statistics


@pytest.fixture
def real(cast):
    """The works of the real figures."""
    cast.region.name = exports.REGION
    cast.region.save()
    WorkFactory(code="ru4", tasks=["1"], max_points=[24])
    WorkFactory(code="ma4", subject="Математика", year=2024, tasks=["1"], max_points=[20])


MATHS = {"work": "ВПР 2024 Математика 4 класс", "subject": "Математика", "most": 20}


def test_the_real_figures_by_marks_are_stored_as_they_stand(cast, real):
    verdict = take(exports.marks(*exports.REAL_MARKS, most=24))

    assert (verdict["verdict"], verdict["kind"], verdict["rows"], verdict["version"]) == (
        "accepted", "marks", 4, 1,
    )  # fmt: skip
    rows = FederalStatistic.objects.order_by("pk").values_list(
        "organization", "schools", "participants", "columns", "values"
    )
    columns = ["2", "3", "4", "5"]
    assert list(rows) == [
        (None, 35589, 1722202, columns, [5.06, 32.92, 44.33, 17.69]),
        (cast.region.pk, 560, 30216, columns, [13.44, 44.15, 36.28, 6.14]),
        (cast.north.pk, 47, 3162, columns, [13.57, 46.9, 33.65, 5.88]),
        (cast.lake_school.pk, None, 89, columns, [12.36, 52.81, 26.97, 7.87]),
    ]


def test_the_real_comparison_with_the_journal_is_stored_in_both_shapes(cast, real):
    wide = take(exports.journal(exports.REAL_JOURNAL, **MATHS))
    region = FederalStatistic.objects.get()
    expected = [37.22, 11011, 60.67, 17951, 2.11, 624]
    assert (wide["verdict"], wide["kind"], wide["work"]) == ("accepted", "journal", "ma4")
    assert (region.organization, region.participants, region.values) == (
        cast.region, 29589, expected,
    )  # fmt: skip

    older = take(
        exports.old_journal(
            [exports.REGION],
            ["Понизили (Отметка < Отметка по журналу) %", 11011, 37.22],
            ["Подтвердили (Отметка = Отметке по журналу) %", 17951, 60.67],
            ["Повысили (Отметка > Отметка по журналу) %", 624, 2.11],
            ["Всего", 29586, 100],
            **MATHS,
        )
    )
    assert (older["verdict"], older["version"]) == ("accepted", 2), older
    assert FederalStatistic.objects.current().get().values == expected


def test_a_distribution_of_scores_is_stored_with_a_value_a_score(cast, work):
    values = [0, 10.5, 9.5, 10, 20, 20, 10, 10, 10.01]

    verdict = take(exports.distribution([exports.LAKE, None, 50, *values]))

    assert (verdict["verdict"], verdict["kind"]) == ("accepted", "distribution")
    stored = FederalStatistic.objects.get()
    assert stored.columns == [str(score) for score in range(9)]
    assert stored.values == values


def test_the_regional_consolidation_names_a_work_in_each_row(cast, work):
    maths = WorkFactory(code="ma4", subject="Математика", tasks=["1"], max_points=[3])
    row = ["2026", "4", "РУ", "Северный", "Озёрная СОШ", "edu420001", 10]
    other = [2026, 4, "Математика", "Северный", "Озёрная СОШ", "edu420001", 20]

    verdict = take(exports.listed([*row, *[0] * 8, 100], [*other, 25, 25, 25, 25]))

    assert (verdict["verdict"], verdict["kind"], verdict["rows"]) == ("accepted", "distribution", 2)
    assert verdict["work"] is None
    assert FederalStatistic.objects.get(work=work).values == [0.0] * 8 + [100.0]
    assert FederalStatistic.objects.get(work=maths).values == [25.0] * 4


def test_a_share_of_a_score_beyond_the_works_own_is_told(cast, work):
    row = [2026, 4, "РУ", "Северный", "Озёрная СОШ", "edu420001", 10]

    verdict = take(exports.listed([*row, *[0] * 9, 100]))

    assert cells(verdict) == ["Q2"]


def test_the_same_statistics_again_are_unchanged_and_changed_ones_keep_the_earlier(cast, real):
    whole = exports.marks(*exports.REAL_MARKS, most=24)
    corrected = exports.marks([exports.LAKE, None, 89, 12.36, 52.81, 26.96, 7.87], most=24)
    take(whole)

    again = take(whole)
    changed = take(corrected)

    assert (again["verdict"], again["version"]) == ("unchanged", 1)
    assert (changed["verdict"], changed["version"]) == ("accepted", 2)
    lake = FederalStatistic.objects.filter(organization=cast.lake_school).order_by("version")
    assert [(row.version, row.is_current, row.values[2]) for row in lake] == [
        (1, False, 26.97), (2, True, 26.96),
    ]  # fmt: skip
    assert FederalStatistic.objects.current().count() == 4
    with FederalExport.objects.order_by("pk").first().file.open() as kept:
        assert kept.read() == whole


def test_first_then_second_then_first_again_ends_with_the_first_statistics(cast, real):
    first = exports.marks(exports.REAL_MARKS[3], most=24)
    second = exports.marks([exports.LAKE, None, 89, 12.36, 52.81, 26.96, 7.87], most=24)

    for content in (first, second, first):
        assert take(content)["verdict"] == "accepted"

    assert FederalStatistic.objects.current().get().values[2] == 26.97


@pytest.mark.parametrize(
    ("values", "is_sound"),
    [((13.44, 44.15, 36.28, 6.14), True), ((12.36, 52.81, 26.97, 7.87), True),
     ((12.36, 52.81, 26.97, 7.91), True), ((12.36, 52.81, 26.97, 7.92), False),
     ((50, 50, 50, 50), False), (("13,44", "44,15", "36,28", "6,14"), True),
     ((0, 0, 0, 0), False), (("5%", "45 %", "40%", "10%"), True)],
)  # fmt: skip
def test_percents_give_100_within_the_tolerance(cast, real, values, is_sound):
    verdict = take(exports.marks([exports.LAKE, None, 89, *values], most=24))

    assert (verdict["verdict"] == "accepted") is is_sound, verdict


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ([exports.LAKE, None, "много", 25, 25, 25, 25], ["C9"]),
        ([exports.LAKE, None, -3, 25, 25, 25, 25], ["C9"]),
        ([exports.LAKE, None, 10**12, 25, 25, 25, 25], ["C9"]),
        ([exports.LAKE, None, 89, -5, 55, 25, 25], ["D9"]),
        ([exports.LAKE, None, 89, 101, 0, 0, 0], ["D9"]),
        ([exports.LAKE, None, 89, "#DIV/0!", 50, 25, 25], ["D9"]),
        ([None, None, 89, 25, 25, 25, 25], ["A9"]),
        (["СОШ(edu429999)", None, 89, 25, 25, 25, 25], ["A9"]),
        (["Округ(reg42_m099)", 3, 89, 25, 25, 25, 25], ["A9"]),
    ],
)
def test_a_spoilt_cell_of_statistics_is_told_with_its_address(cast, real, row, told):
    verdict = take(exports.marks(row, most=24))

    assert (verdict["verdict"], cells(verdict)) == ("faulty", told), verdict
    assert not FederalExport.objects.exists()


def test_counts_of_the_comparison_must_agree_with_percents_and_the_total(cast, real):
    total = [exports.REGION, 29585, 37.22, 11011, 60.67, 17951, 2.11, 624]
    share = [exports.REGION, 29586, 30.00, 11011, 67.89, 17951, 2.11, 624]

    assert cells(take(exports.journal(total, **MATHS))) == ["B9"]
    assert cells(take(exports.journal(share, **MATHS))) == ["C9", "E9"]


def test_schools_with_more_pupils_than_their_municipality_are_told_and_taken(cast, real):
    north = [exports.NORTH, 1, 50, 25, 25, 25, 25]
    lake = [exports.LAKE, None, 60, 25, 25, 25, 25]

    verdict = take(exports.marks(north, lake, most=24))

    assert verdict["verdict"] == "accepted"
    assert "вместе участников 60, а у муниципалитета 50" in verdict["message"]


def test_repeated_units_are_explained_and_contradicting_ones_are_faults(cast, real):
    row = exports.REAL_MARKS[3]
    other = [*row[:2], 90, *row[3:]]

    twice = take(exports.marks(row, row, most=24), dry_run=True)
    contradicting = take(exports.marks(row, other, most=24))

    assert (twice["verdict"], twice["rows"]) == ("accepted", 1)
    assert "Повторов, одинаковых с более ранней строкой: 1." in twice["message"]
    assert cells(contradicting) == ["A10"]


def test_performance_of_tasks_and_by_groups_is_stored_too(cast, work):
    head = ["Группы участников", "Кол-во ОО", "Кол-во участников", "1", "2", "3", "4"]
    maxima = [None, "Макс балл", None, 2, 1, 2, 3]
    tasks = exports.export(
        "Выполнение заданий", [[], head, maxima, [exports.LAKE, None, 50, 90.5, 80, 70, 60]]
    )
    by_mark = [[f"«{mark}»" if mark == 2 else mark, 10, 10, 20, 30, 40] for mark in (2, 3, 4, 5)]
    groups = exports.export(
        "Выполнение заданий группами участников",
        [[], [head[0], *head[2:]], [exports.LAKE, 40, 1, 2, 3, 4], *by_mark],
    )

    first, second = take(tasks), take(groups)

    assert (first["verdict"], first["kind"], first["rows"]) == ("accepted", "tasks", 1), first
    assert (second["verdict"], second["kind"]) == ("accepted", "groups"), second
    assert FederalStatistic.objects.get(kind="tasks").values == [90.5, 80, 70, 60]
    rows = FederalStatistic.objects.filter(kind="groups").values_list("group", flat=True)
    assert sorted(rows) == ["", "2", "3", "4", "5"]


def test_a_report_the_portal_computes_itself_and_a_title_beside_its_table_are_refused(cast, work):
    planned = exports.export("Достижение планируемых результатов", [["№ задания"]])
    header = ["Группы участников", "Кол-во ОО", "Кол-во участников", 2, 3, 4, 5]
    wrong = exports.export("Распределение первичных баллов", [[], header])

    assert "считает сам" in take(planned)["message"]
    assert "столбцы — отчёта" in take(wrong)["message"]


# who sees and who brings


def test_statistics_are_seen_in_the_own_territory_and_the_whole_sample_by_all(cast, real):
    take(exports.marks(*exports.REAL_MARKS, most=24))

    def seen(person):
        rows = FederalStatistic.objects.visible_to(viewer_of(person))
        return [row.label for row in rows.order_by("pk")]

    assert len(seen(cast.boris)) == 4
    assert len(seen(cast.oleg)) == 3
    assert len(seen(cast.nina)) == 2
    assert seen(cast.igor) == ["Вся выборка"]
    assert seen(cast.pavel) == []


def test_statistics_of_another_territory_are_not_taken(cast, real):
    hill = exports.marks([exports.HILL, None, 89, 25, 25, 25, 25], most=24)

    verdict = take(hill, by=viewer_of(cast.oleg))

    assert verdict["verdict"] == "refused"
    assert not FederalExport.objects.exists()
