"""The standard reports: their figures are what plain counting of the pupils' rows gives."""

import random
from collections import Counter
from io import BytesIO

import pytest
from openpyxl import load_workbook

from monitoring.queries.cells import ARRAYS
from monitoring.queries.federal import Unit, region_cells, sums_of
from organizations.access import Role
from procedures.models import Protocol, Result, Scale, Work
from tests.factories.monitoring import make_schools, make_work
from tests.factories.organizations import MembershipFactory
from tests.monitoring.test_computation import computed
from tests.monitoring.test_pages import text

TASKS = ["1", "2", "3К1", "3К2"]
MOST = [2, 1, 3, 4]
BORDERS = (3, 6, 8)
CODES = ("marks", "journal", "scores", "tasks", "skills", "groups")
LEAST = 10


def a_work(year: int = 2026, code: str = "ru4-2026", **changed) -> Work:
    work = make_work(code, year=year, borders=None)
    values = {"tasks": TASKS, "max_points": MOST, **changed}
    Work.objects.filter(pk=work.pk).update(**values)
    Scale.objects.create(work=work, version=1, three=3, four=6, five=8)
    work.refresh_from_db()
    return work


def mark_of(score: int) -> int:
    return 2 + sum(score >= border for border in BORDERS)


def write_rows(work, school, rng: random.Random, sizes) -> None:
    """Classes of these sizes with absent pupils, X, missing entries and missing journal marks."""
    protocol = Protocol.objects.create(
        organization=school, work=work, version=1, name="f.xlsx", sha256=f"{school.pk}{work.pk}",
        state=Protocol.State.ACCEPTED, classes=list(range(1, len(sizes) + 1)),
    )  # fmt: skip
    rows, code = [], 40000
    for number, size in enumerate(sizes, start=1):
        for _ in range(size):
            code += 1
            is_absent = rng.random() < 0.1
            points = [-2 if is_absent else rng.randint(-2, most) for most in MOST]
            score = None if is_absent else sum(p for p in points if p > 0)
            rows.append(Result(
                protocol=protocol, organization=school, work=work, class_number=number,
                participant=code, variant=None if is_absent else 1, points=points, score=score,
                mark=None if score is None else mark_of(score),
                journal_mark=rng.choice([None, 2, 3, 4, 5]),
            ))  # fmt: skip
    Result.objects.bulk_create(rows)


@pytest.fixture
def region(cast):
    """A work written in five schools of two municipalities; one class and one school are small."""
    work, rng = a_work(), random.Random(20260420)  # noqa: S311 - made up rows
    north, south = make_schools(cast.north, 3), make_schools(cast.south, 2, first=60)
    sizes = [(40, 26, 5), (55,), (6,), (31, 30), (22, 21, 20, 19)]
    for school, classes in zip([*north, *south], sizes, strict=True):
        write_rows(work, school, rng, classes)
    computed(work)
    return work, north, south


def address(work, report, place=None, file=False) -> str:
    asked = f"?unit={place.code}" if place else ""
    return f"/monitoring/federal/{work.code}/{report}/{'file/' if file else ''}{asked}"


def deputy_of(school):
    return MembershipFactory(organization=school, role=Role.DEPUTY).user


def book(answer) -> list[list]:
    assert answer.status_code == 200
    (sheet,) = load_workbook(BytesIO(answer.content)).worksheets
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def lines(rows: list[list], first: int = 9) -> dict[str, list]:
    """The rows of a workbook by their first cell, the head's width wide."""
    width = max(i for i, cell in enumerate(rows[7]) if cell is not None) + 1
    return {row[0]: row[1:width] for row in rows[first - 1 :]}


# -- What plain counting gives ------------------------------------------------------------------
def counted(results: list[Result], report: str, schools: int | None) -> list:
    """The numbers of one unit's row, pupil by pupil."""
    wrote = [row for row in results if row.score is not None]
    n = len(wrote)

    def percent(part: int | float, whole: int | float) -> float:
        return round(100 * part / whole, 2) if whole else 0

    if report == "marks":
        marks = Counter(row.mark for row in wrote)
        return [schools, n, *(percent(marks[mark], n) for mark in (2, 3, 4, 5))]
    if report == "journal":
        pairs = [(row.mark, row.journal_mark) for row in wrote if row.journal_mark]
        sides = [
            sum(mark < journal for mark, journal in pairs),
            sum(mark == journal for mark, journal in pairs),
            sum(mark > journal for mark, journal in pairs),
        ]
        both = [value for side in sides for value in (percent(side, len(pairs)), side)]
        return [len(pairs), *both]
    if report == "scores":
        scores = Counter(row.score for row in wrote)
        return [n, *(percent(scores[score], n) for score in range(sum(MOST) + 1))]
    return [schools, n, *completions(wrote)]


def completions(wrote: list[Result]) -> list[float]:
    found = []
    for task, most in enumerate(MOST):
        earned = sum(max(row.points[task], 0) for row in wrote)
        found.append(round(100 * earned / (len(wrote) * most), 2) if wrote else 0)
    return found


def rows_of(work, **where) -> list[Result]:
    return list(Result.objects.filter(work=work, **where))


def expected_units(cast, work, north, south) -> dict[str, tuple[list[Result], int | None]]:
    """Every unit of the region as the workbooks name it, with its rows and number of schools."""
    units = {"Region": (rows_of(work), 5)}
    for town, schools in ((cast.north, north), (cast.south, south)):
        rows = rows_of(work, organization__parent=town)
        units[f"{town.short_name}({town.code})"] = (rows, len(schools))
        for school in schools:
            own = rows_of(work, organization=school)
            units[f"{school.short_name}({school.code})"] = (own, None)
    return units


@pytest.mark.parametrize("report", ["marks", "journal", "scores", "tasks"])
def test_a_report_is_what_counting_the_rows_of_each_unit_gives(cast, region, signed_in, report):
    work, north, south = region
    client = signed_in(cast.vera)
    units = expected_units(cast, work, north, south)
    found = {}
    for place in (cast.region, cast.north, cast.south):
        found |= lines(
            book(client.get(address(work, report, place, file=True))),
            10 if report == "tasks" else 9,
        )

    assert set(found) == set(units)
    small = f"{north[2].short_name}({north[2].code})"
    for name, (results, schools) in units.items():
        if name == small:
            assert found[name][0] == "меньше 10 участников"
            assert set(found[name][1:]) == {None}
        else:
            assert found[name] == pytest.approx(counted(results, report, schools)), name


def test_planned_results_stand_in_columns_from_the_region_down(cast, region, signed_in):
    work, north, _ = region
    Work.objects.update(skills=["Читать", "Писать", "Считать", "Думать"])

    rows = book(signed_in(cast.vera).get(address(work, "skills", north[0], file=True)))

    school = f"{north[0].short_name}({north[0].code})"
    assert rows[7] == ["№ задания", "Проверяемые требования ФОП", "Макс балл", "Region",
                       "North(reg42_m001)", school, "РФ"]  # fmt: skip
    columns = [
        completions([row for row in rows_of(work, **where) if row.score is not None])
        for where in ({}, {"organization__parent": cast.north}, {"organization": north[0]})
    ]
    for k, row in enumerate(rows[8:]):
        assert row[:3] == [TASKS[k], ["Читать", "Писать", "Считать", "Думать"][k], MOST[k]]
        assert row[3:6] == pytest.approx([column[k] for column in columns])
        assert row[6] is None


def test_groups_by_marks_are_counted_each_by_itself_and_small_ones_are_silent(
    cast, region, signed_in
):
    work, _, south = region
    client, silent = signed_in(cast.vera), 0
    for place in (cast.north, south[0]):
        rows = book(client.get(address(work, "groups", place, file=True)))[8:]
        where = {"organization__parent": place} if place == cast.north else {"organization": place}
        wrote = [row for row in rows_of(work, **where) if row.score is not None]
        name = f"{place.short_name}({place.code})"
        start = next(i for i, row in enumerate(rows) if row[0] == name)
        assert rows[start][1] == len(wrote)
        for mark, row in zip((2, 3, 4, 5), rows[start + 1 : start + 5], strict=True):
            group = [one for one in wrote if one.mark == mark]
            assert row[0] == f"«{mark}»"
            if len(group) < LEAST:
                silent += 1
                assert row[1:3] == ["мало участников", None]
            else:
                assert row[1:6] == pytest.approx([len(group), *completions(group)])
    assert silent


def test_full_scores_are_another_number_with_another_name(cast, region, signed_in):
    work, north, _ = region
    url = f"{address(work, 'tasks', north[1])}&measure=full"
    page = text(signed_in(cast.vera).get(url))
    rows = book(signed_in(cast.vera).get(url.replace("?", "file/?")))

    wrote = [row for row in rows_of(work, organization=north[1]) if row.score is not None]
    full = [sum(row.points[k] == most for row in wrote) for k, most in enumerate(MOST)]
    found = lines(rows, 10)[f"{north[1].short_name}({north[1].code})"]
    assert found[2:] == pytest.approx([round(100 * n / len(wrote), 2) for n in full])
    assert "доля участников с максимумом за задание" in page


def test_individual_results_are_the_schools_rows_and_open_to_the_school_only(
    cast, region, signed_in
):
    work, (school, other, *_), _ = region
    url = address(work, "pupils", school, file=True)
    strangers = {"vera": 403, "boris": 403, "oleg": 403, "svetlana": 404, "igor": 404, "inna": 403}
    answers = {name: signed_in(getattr(cast, name)).get(url).status_code for name in strangers}
    assert answers == strangers
    client = signed_in(deputy_of(school))
    assert client.get(address(work, "pupils", other)).status_code == 404
    assert client.get(address(work, "pupils", cast.north)).status_code == 404

    rows = book(client.get(url))

    wrote = [row for row in rows_of(work, organization=school) if row.score is not None]
    assert rows[7] == ["ОО", "Муниципалитет", "Название ОО", "Код участника", "Класс", "Вариант",
                       "1 (2б)", "2 (1б)", "3К1 (3б)", "3К2 (4б)", "Первичный балл", "Отметка",
                       "Отметка по журналу"]  # fmt: skip
    assert rows[6][0] == "Уровень сложности задания"
    assert rows[8][:2] == [
        f"{school.short_name}({school.code})", f"Кол-во участников: {len(wrote)}"
    ]  # fmt: skip
    tokens = {-1: "X", -2: None}
    by_code = {row.participant: row for row in wrote}
    assert {row[3] for row in rows[9:]} == set(by_code)
    for row in rows[9:]:
        one = by_code[row[3]]
        points = [tokens.get(point, point) for point in one.points]
        assert row == [school.code, "North", school.short_name, one.participant, one.class_number,
                       1, *points, one.score, one.mark, one.journal_mark]  # fmt: skip


def test_classes_add_up_to_schools_schools_to_municipalities_and_those_to_the_region(cast, region):
    work, north, south = region
    cells = region_cells(work, cast.region, ARRAYS)

    def total(*units: Unit):
        return {name: array.sum(axis=0) for name, array in sums_of(cells, units).arrays.items()}

    whole = total(Unit(cast.region))
    finer = [
        total(Unit(cast.north), Unit(cast.south)),
        total(*map(Unit, [*north, *south])),
        total(*(Unit(one, n) for one in [*north, *south] for n in cells.classes(one))),
    ]
    for parts in finer:
        assert all((whole[name] == parts[name]).all() for name in ARRAYS)
    assert whole["histogram"].sum() == Result.objects.filter(score__isnull=False).count()


# -- The layout ---------------------------------------------------------------------------------
HEADS = {
    "marks": ["Группы участников", "Кол-во ОО", "Кол-во участников", "2", "3", "4", "5"],
    "journal": [
        "Группы участников",
        "Кол-во участников(всего)",
        "Понизили (Отметка < Отметка по журналу) %",
        "Понизили (Отметка < Отметка по журналу) Кол-во участников",
        "Подтвердили (Отметка = Отметке по журналу) %",
        "Подтвердили (Отметка = Отметке по журналу) Кол-во участников",
        "Повысили (Отметка > Отметка по журналу) %",
        "Повысили (Отметка > Отметка по журналу) Кол-во участников",
    ],
    "scores": ["Группы участников", "Кол-во участников", *map(str, range(11))],
    "tasks": ["Группы участников", "Кол-во ОО", "Кол-во участников", *TASKS],
    "groups": ["Группы участников", "Кол-во участников", *TASKS],
}


@pytest.mark.parametrize("report", HEADS)
def test_the_head_of_a_workbook_is_that_of_the_federal_file(cast, region, signed_in, report):
    work, *_ = region
    Work.objects.update(held_on="2026-04-20")
    answer = signed_in(cast.vera).get(address(work, report, file=True))
    rows = book(answer)

    assert rows[2][0] == "ВПР 2026 Русский язык 4 класс"
    assert [row[:2] for row in rows[3:6]] == [
        ["Предмет:", "Русский язык"],
        ["Максимальный первичный балл:", 10],
        ["Дата:", "20.04.2026"],
    ]
    assert [cell for cell in rows[7] if cell is not None] == HEADS[report]
    title = load_workbook(BytesIO(answer.content)).sheetnames[0]
    assert title == f"РУ 4 {rows[0][0]}"[:31]


def test_the_borders_of_marks_stand_over_their_first_scores(cast, region, signed_in):
    work, *_ = region
    rows = book(signed_in(cast.vera).get(address(work, "scores", file=True)))
    over = dict(zip(rows[7][2:], rows[6][2:], strict=True))
    assert {score: mark for score, mark in over.items() if mark} == {
        "0": "2", "3": "3", "6": "4", "8": "5"
    }  # fmt: skip
