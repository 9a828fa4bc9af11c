"""What a year's reports are made of, counted by another road from the rows themselves."""

import datetime
import json

import pytest
from django.db import connection
from django.db.models import F, Sum
from django.test.utils import CaptureQueriesContext

from monitoring.models import IndicatorValue, Statistic
from monitoring.stats.findings import Method
from monitoring.wording import percent
from organizations.models import Document, DocumentKind, State
from procedures.models import Exemption, Result, Scale
from procedures.scales import Borders
from reports.content import Figure, Table
from reports.frozen import as_json, from_json
from reports.passages.objectivity import METHODS, fit
from reports.passages.whole import compose
from reports.queries.duties import Paper
from reports.queries.year import read
from roadmaps.models import Execution, Item, Responsible, Roadmap
from roadmaps.services.assignment import assign
from tests.factories.documents import DocumentFactory
from tests.factories.monitoring import (
    CaseFactory,
    SignalFactory,
    StatisticFactory,
    a_part,
    make_work,
)
from tests.factories.reports import make_year, many_schools, write

YEAR = 2026


def report_of(region, place):
    return compose(read(region, YEAR, [place]), place)


def text_of(report) -> str:
    return json.dumps(as_json(report), ensure_ascii=False).replace("\u00a0", " ")


def blocks_of(report, number, kind):
    part = next(part for part in report.passages if part.number == number)
    return [block for block in part.blocks if isinstance(block, kind)]


@pytest.fixture
def schools(cast):
    return [cast.lake_school, cast.wood_school, cast.hill_school, *many_schools(cast.north)]


@pytest.fixture
def works(schools):
    return make_year(schools)


def test_pupils_and_marks_of_each_level_are_those_of_the_rows(cast, works):
    year = read(cast.region, YEAR, [cast.region])
    work = works[0]

    for place, inside in (
        (cast.region, {}),
        (cast.north, {"organization__parent": cast.north}),
        (cast.hill_school, {"organization": cast.hill_school}),
    ):
        rows = Result.objects.filter(work=work, **inside)
        tally = year.tally(place, work)
        assert tally.listed == rows.count()
        assert tally.wrote == rows.filter(score__isnull=False).count()
        assert tally.marks == tuple(rows.filter(mark=mark).count() for mark in (2, 3, 4, 5))


def test_the_table_tells_the_mean_that_the_rows_have(cast, works):
    report = report_of(cast.region, cast.lake_school)

    rows = Result.objects.filter(work=works[0], organization=cast.lake_school, score__isnull=False)
    got = rows.aggregate(share=Sum(F("score")) * 1.0 / rows.count() / works[0].max_score)["share"]
    table = blocks_of(report, "2", Table)[0]
    line = next(row for row in table.rows if row[0].startswith("Русский"))
    assert percent(got) in line


def test_a_report_of_another_year_has_none_of_it(cast, works):
    report = compose(read(cast.region, 2025, [cast.lake_school]), cast.lake_school)

    assert "Посчитанных результатов ещё нет" in text_of(report)
    assert "Русский язык" not in text_of(report)


@pytest.mark.usefixtures("works")
def test_the_same_data_say_the_same_and_come_back_from_json_as_they_were(cast):
    first, second = report_of(cast.region, cast.north), report_of(cast.region, cast.north)

    assert first == second
    assert from_json(json.loads(json.dumps(as_json(first)))) == first


@pytest.mark.usefixtures("works")
def test_every_level_has_tables_and_two_charts(cast):
    for place in (cast.region, cast.north, cast.lake_school):
        report = report_of(cast.region, place)
        figures = [b for part in report.passages for b in part.blocks if isinstance(b, Figure)]
        assert len(figures) >= 2
        assert all(figure.svg and figure.narrow and figure.table.rows for figure in figures)
        assert [part.number for part in report.passages] == ["1", "2", "3", "4", "5", "6"]


@pytest.mark.usefixtures("works")
def test_no_report_names_a_school_that_its_readers_may_not_see(cast, schools):
    of_region = text_of(report_of(cast.region, cast.region))
    of_school = text_of(report_of(cast.region, cast.lake_school))

    assert not [school.short_name for school in schools if school.short_name in of_region]
    others = [school for school in schools if school != cast.lake_school]
    assert not [school.short_name for school in others if school.short_name in of_school]


def test_numbers_of_fewer_than_ten_pupils_are_not_told(cast):
    make_year([cast.lake_school], pupils=8)

    said = text_of(report_of(cast.region, cast.lake_school))

    value = IndicatorValue.objects.get(
        organization=cast.lake_school, indicator="mean_percent", work__subject="Математика"
    )
    assert percent(value.value).replace("\u00a0", " ") not in said
    assert "Участие: мало данных" in said
    assert "Написано работ" not in said
    assert "<svg" not in said


def test_a_level_above_of_one_school_has_the_school_s_own_marks(cast):
    """Standardised to the pupils of the place itself, the level above equals the place."""
    make_year([cast.hill_school])

    figure = blocks_of(report_of(cast.region, cast.hill_school), "2", Figure)[0]

    own, above = figure.table.rows
    assert own[1:] == above[1:]


def test_marks_above_are_weighed_by_the_works_the_school_wrote(cast):
    """What only another school wrote does not shift the comparison."""
    make_year([cast.lake_school, cast.wood_school], works=1)
    before = blocks_of(report_of(cast.region, cast.lake_school), "2", Figure)[0].table

    write(make_work("is5-2026", subject="История", grade=5), [cast.wood_school], seed=9)

    assert blocks_of(report_of(cast.region, cast.lake_school), "2", Figure)[0].table == before


def test_a_level_above_alike_in_each_work_is_alike_over_the_year(cast):
    """Both schools have only fives in one work and only twos in the other, in other numbers."""
    works = make_year([cast.lake_school, cast.wood_school])
    pupils = {cast.lake_school: (10, 30), cast.wood_school: (30, 10)}
    for school, (fives, twos) in pupils.items():
        school.cells.filter(work=works[0]).update(marks=[0, 0, 0, fives])
        school.cells.filter(work=works[1]).update(marks=[twos, 0, 0, 0])

    figure = blocks_of(report_of(cast.region, cast.lake_school), "2", Figure)[0]

    own, above = figure.table.rows
    assert own[1:5] == above[1:5]
    assert own[1].startswith("75,0")


def test_marks_are_drawn_by_the_newest_scale(cast):
    work = make_work()
    Scale.objects.create(work=work, version=2, three=5, four=10, five=15)

    assert read(cast.region, YEAR, [cast.region]).borders[work.pk] == Borders(5, 10, 15)


def test_the_number_of_queries_does_not_grow_with_the_schools(cast):
    works = make_year([cast.lake_school, cast.wood_school])
    with CaptureQueriesContext(connection) as few:
        read(cast.region, YEAR, [cast.lake_school])
    more = many_schools(cast.south, 8)
    for work in works:
        write(work, more, seed=5)

    with CaptureQueriesContext(connection) as many:
        year = read(cast.region, YEAR, [cast.lake_school, *more])

    assert year.tally(cast.south, works[0]).wrote > 0
    assert len(many) == len(few)


def test_protocols_are_expected_of_schools_that_worked_and_have_the_grade(cast):
    make_work("ru10-2026", grade=10)
    cast.wood_school.profile = "basic"
    cast.wood_school.save()
    cast.hill_school.closed_on = datetime.date(2025, 9, 1)
    cast.hill_school.save()

    year = read(cast.region, YEAR, [cast.region])

    places = (cast.region, cast.north, cast.wood_school, cast.hill_school)
    expected = {place.code: year.intake(place, year.works[0]).expected for place in places}
    assert expected == {"reg42": 1, "reg42_m001": 1, "edu420002": 0, "edu420101": 0}


def test_nothing_is_expected_of_a_school_that_takes_no_part(cast):
    work = make_work("ru4-2026")
    before = read(cast.region, YEAR, [cast.region]).intake(cast.north, work).expected
    Exemption.objects.create(organization=cast.lake_school, work=work, reason="Жребий.")
    Exemption.objects.create(
        organization=cast.wood_school, work=work, class_number=1, reason="Жребий."
    )

    year = read(cast.region, YEAR, [cast.region])

    assert year.intake(cast.lake_school, work).expected == 0
    assert year.intake(cast.wood_school, work).expected == 1
    assert year.intake(cast.north, work).expected == before - 1


@pytest.mark.usefixtures("works")
def test_a_municipality_is_told_which_schools_sent_nothing(cast):
    late = many_schools(cast.south, 1)[0]

    said = text_of(report_of(cast.region, cast.south))

    assert f"Не вошли данные (1): {late.short_name}." in said


def test_a_finding_by_itself_is_attention_and_the_level_is_not(cast):
    work = make_work()
    findings = {"border_notch": 0.01, "journal_shift": 0.1, "journal_gap2": 0.101, "level": 1e-9}
    for method, q in findings.items():
        StatisticFactory(organization=cast.lake_school, work=work, method=method, q_value=q)
    StatisticFactory(organization=cast.wood_school, work=work, q_value=0.5)

    school = text_of(report_of(cast.region, cast.lake_school))
    north = text_of(report_of(cast.region, cast.north))
    honest = text_of(report_of(cast.region, cast.wood_school))

    assert "Рассчитано 4 статистики. Итог года ещё не подведён." in school
    assert "Внимания сами по себе требуют: 2 статистики." in school
    assert "Скопление работ на границе отметки" in school
    assert "Что требует дополнительного анализа" not in school
    assert "Внимания сами по себе требуют: 2 статистики, в 1 школе." in north
    assert "Внимания" not in honest
    assert "наруш" not in school + north + honest


def test_analysis_is_asked_for_by_the_year(cast):
    """The year of Lake rests on one work and all works together; Wood has a finding alone."""
    work = make_work()
    for school in (cast.lake_school, cast.wood_school):
        StatisticFactory(organization=school, work=work, q_value=0.01)
    together = a_part("marks", "journal_mirror", work=None)
    SignalFactory(
        organization=cast.lake_school, families=["borders", "marks"], evidence=[a_part(), together]
    )
    SignalFactory(organization=cast.wood_school, tier="none", families=[])

    lake, wood = (report_of(cast.region, one) for one in (cast.lake_school, cast.wood_school))
    north = text_of(report_of(cast.region, cast.north))

    assert "Итог года: сигнал. Требуется дополнительный анализ." in text_of(lake)
    border, mirror = METHODS[Method.BORDER_NOTCH], METHODS[Method.JOURNAL_MIRROR]
    assert [(table.caption, table.rows) for table in blocks_of(lake, "3", Table)[1:]] == [
        ("Что требует дополнительного анализа",
         (("Русский язык, 4\u00a0класс", border), ("Работы года вместе", mirror))),
    ]  # fmt: skip
    assert "Итог года в пределах случайного разброса." in text_of(wood)
    assert "Требуется дополнительный анализ" not in text_of(wood)
    assert "требует в 1 школе из 2, о которых можно судить: сигнал – 1, внимание – 0." in north


def test_a_signal_that_has_gone_out_asks_for_no_analysis(cast):
    StatisticFactory(organization=cast.lake_school, work=make_work(), q_value=0.9)
    SignalFactory(organization=cast.lake_school)
    CaseFactory(organization=cast.lake_school, year=YEAR, state="expired")

    lake = text_of(report_of(cast.region, cast.lake_school))
    north = text_of(report_of(cast.region, cast.north))

    assert "Итог года: сигнал снят или погас." in lake
    assert "Требуется дополнительный анализ" not in lake
    assert "не требует ни в одной школе из 1, о которых можно судить." in north


def test_every_method_has_its_name_in_the_report(cast):
    work = make_work()
    for method in Method:
        StatisticFactory(organization=cast.lake_school, work=work, method=method, q_value=0.01)

    said = text_of(report_of(cast.region, cast.lake_school))

    assert [method for method in Method if METHODS[method] not in said] == []


def test_what_could_not_be_computed_is_counted_with_its_reason(cast):
    work = make_work()
    StatisticFactory(organization=cast.lake_school, work=work, method="level", status="too_few")
    StatisticFactory(organization=cast.wood_school, work=work, method="level")

    table = blocks_of(report_of(cast.region, cast.north), "3", Table)[0]

    assert table.rows == (("Уровень школы среди других", "1", "–", "1", "0"),)
    assert Statistic.objects.filter(status="ok").count() == 1


def test_the_funnel_lets_an_extreme_school_out_and_keeps_the_ordinary_in(cast, works, schools):
    """Everyone at the extreme school has the mark 5; the others are alike."""
    extreme = schools[-1]
    cells = extreme.cells.filter(work=works[0])
    for cell in cells:
        cell.marks = [0, 0, 0, sum(cell.marks) * 20]
        cell.save()
    for school in schools[:-1]:
        for cell in school.cells.filter(work=works[0]):
            cell.marks = [2, 6, 6, 2]
            cell.save()

    fitted = fit(read(cast.region, YEAR, [cast.region]), works[0])

    assert fitted.is_beyond(extreme.pk)
    assert not any(fitted.is_beyond(school.pk) for school in schools[:-1])


def test_limits_of_the_funnel_close_in_as_schools_grow(cast, works):
    limits = fit(read(cast.region, YEAR, [cast.region]), works[0]).limits(200)

    inner = [high - low for low, high in zip(limits.low95, limits.high95, strict=True)]
    outer = [high - low for low, high in zip(limits.low998, limits.high998, strict=True)]
    assert inner == sorted(inner, reverse=True)
    assert all(wide > narrow for wide, narrow in zip(outer, inner, strict=True))


@pytest.fixture
def plan(cast):
    roadmap = Roadmap.objects.create(
        owner=cast.ministry, title="План", status="approved",
        starts_on=datetime.date(2026, 1, 1), ends_on=datetime.date(2026, 12, 31),
    )  # fmt: skip
    for number, (title, ends_on, body) in enumerate(
        [("Совещание", datetime.date(2026, 1, 31), "ministry"),
         ("Графики школ", datetime.date(2026, 2, 28), "school"),
         ("Справки МОУО", datetime.date(2100, 1, 1), "mouo")], start=1,
    ):  # fmt: skip
        item = Item.objects.create(
            roadmap=roadmap, position=number, number=str(number), title=title,
            term_text="срок", term_kind="until", ends_on=ends_on,
        )  # fmt: skip
        Responsible.objects.create(item=item, position=1, text=body, body=body)
    assign(roadmap)
    return roadmap


def test_late_actions_are_named_to_those_they_concern(cast, plan):
    late = [
        [row[1] for row in blocks_of(report_of(cast.region, place), "4", Table)[1].rows]
        for place in (cast.region, cast.lake_school)
    ]

    assert late == [["Совещание", "Графики школ"], ["Графики школ"]]
    assert "Справки МОУО" not in text_of(report_of(cast.region, cast.north))


def test_an_accepted_report_of_the_school_settles_its_action_and_nobody_else_s(cast, plan):
    item = plan.items.get(title="Графики школ")
    owed = Execution.objects.filter(item=item, organization=cast.lake_school)
    owed.update(state=State.ACCEPTED)

    year = read(cast.region, YEAR, [cast.lake_school, cast.wood_school])

    standing = {place.code: [duty.standing.value for duty in year.plans.duties(place)]
                for place in (cast.lake_school, cast.wood_school)}  # fmt: skip
    assert standing == {"edu420001": ["accepted"], "edu420002": ["late"]}


def test_a_draft_plan_concerns_nobody(cast, plan):
    plan.status = "draft"
    plan.save()

    assert "Мероприятий утверждённых дорожных карт" in text_of(report_of(cast.region, cast.north))


def test_documents_are_counted_by_state_and_the_newer_year_counts(cast):
    DocumentFactory(organization=cast.lake_school, kind="provision", state=State.ACCEPTED)
    DocumentFactory(organization=cast.lake_school, kind="schedule", state="accepted", year=2026)
    DocumentFactory(organization=cast.lake_school, kind="schedule", state="returned", year=2027)
    DocumentFactory(organization=cast.wood_school, kind="schedule", state="sent", year=2024)
    DocumentFactory(organization=cast.wood_school, kind="provision", state="draft")

    papers = read(cast.region, YEAR, [cast.north]).papers

    assert papers[cast.north.pk, "provision"] == Paper(2, 1, 0, 0)
    assert papers[cast.north.pk, "schedule"] == Paper(2, 0, 0, 1)
    assert papers[cast.north.pk, "schedule"].missing == 1
    assert Document.objects.filter(kind=DocumentKind.SCHEDULE).count() == 3


def test_what_is_not_known_is_said(cast):
    make_work(borders=None)

    said = text_of(report_of(cast.region, cast.lake_school))

    assert "результатов нет: протоколы не приняты: Русский язык, 4 класс" in said
    assert "шкала перевода баллов не заведена" in said


def test_a_missed_control_point_of_a_term_without_an_end_is_told_by_its_day(cast, plan):
    item = Item.objects.create(
        roadmap=plan, position=9, number="9", title="Консультации", term_text="постоянно",
        term_kind="continuous", control_points=[datetime.date(2026, 3, 31)],
    )  # fmt: skip
    Responsible.objects.create(item=item, position=1, text="школы", body="school")
    assign(plan)

    (_, table) = blocks_of(report_of(cast.region, cast.lake_school), "4", Table)

    assert ["9", "Консультации", "постоянно", "31.03.2026"] in [list(row) for row in table.rows]
