"""The dossier: its evidence told by going through the pupils, its years, what a school reads."""

import datetime
import re

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monitoring.computation import assess
from monitoring.models import FederalMarker, MarkerList, Signal, Statistic, WorkReference
from monitoring.passports import LINES, METHODS
from monitoring.queries.dossier import dossier as years_of
from monitoring.stats.findings import Method
from monitoring.views.evidences import shape_of
from procedures.models import Result
from tests.factories.monitoring import (
    BORDERS,
    LIFTED,
    MAX_POINTS,
    SignalFactory,
    StatisticFactory,
    a_part,
    make_schools,
    make_work,
    store_results,
)
from tests.monitoring.test_computation import Silent, computed
from tests.monitoring.test_pages import member, source, text


def address(school) -> str:
    return f"/monitoring/objectivity/schools/{school.code}/"


def article(response, name: str) -> str:
    """What one line of the opened work says."""
    found = re.search(f'<article class="evidence" id="e-{name}">.*?</article>', source(response),
                      flags=re.DOTALL)  # fmt: skip
    page = re.sub(r"<svg.*?</svg>", "", found[0], flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def matrix_row(response, title: str) -> list[str]:
    """The words of one line of the matrix, work by work."""
    row = re.search(rf'<tr[^>]*><th scope="row">{title}<small>.*?</tr>', source(response),
                    flags=re.DOTALL)[0]  # fmt: skip
    cells = re.findall("<td.*?</td>", row, flags=re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells]


def numbers(said: str) -> list[float]:
    return [float(number.replace(",", ".")) for number in re.findall(r"\d+(?:,\d+)?", said)]


@pytest.fixture
def region(cast):
    """A computed year: fourteen schools of North, the fourth lifts works; three of South."""
    work = make_work()
    north, south = make_schools(cast.north, 14), make_schools(cast.south, 3, first=60)
    store_results(work, [*north, *south], lifted=[LIFTED])
    computed(work)
    assess(cast.region.pk, [2026], progress=Silent())
    return work, north, south


def pupils_of(school, **asked):
    return list(Result.objects.filter(organization=school, **asked))


# -- Evidence, by going through the pupils -----------------------------------------------------
def test_borders_tell_how_many_works_got_a_first_score(cast, region, signed_in):
    _, north, _ = region
    scores = [row.score for row in pupils_of(north[LIFTED]) if row.score is not None]
    first = sum(score in BORDERS for score in scores)

    said = article(signed_in(cast.oleg).get(address(north[LIFTED])), "borders")

    assert numbers(said.split("Ровно на первый балл отметки «3», «4» или «5» ")[1])[:2] == [
        first,
        len(scores),
    ]
    assert METHODS[Method.BORDER_NOTCH].source.split(" — ")[0] in text(
        signed_in(cast.oleg).get(address(north[LIFTED]))
    )


def test_tasks_tell_who_got_the_maximum_and_what_equal_totals_let_expect(cast, region, signed_in):
    """Expected by looking up, for each pupil, the region's pupils with the same total."""
    _, north, _ = region
    client = signed_in(cast.oleg)
    everybody = list(Result.objects.exclude(score=None))
    own = [row for row in pupils_of(north[0], class_number=2) if row.score is not None]
    full = [sum(row.points[task] == most for row in own) for task, most in enumerate(MAX_POINTS)]
    expected = [
        sum(
            np.mean([other.points[task] == most for other in everybody if other.score == row.score])
            for row in own
        )
        for task, most in enumerate(MAX_POINTS)
    ]

    said = article(client.get(address(north[0]), {"work": "ru4-2026", "class_number": 2}), "tasks")

    assert said.startswith("Задания, класс № 2")
    table = said.split("Полный балл, учеников ")[1]
    told, due = table.split(" Ожидалось ")
    assert numbers(told) == full
    # the reference is smoothed over neighbouring totals, this is not
    assert numbers(due.split(" Промежуток ")[0]) == pytest.approx(expected, abs=1.0)


def test_a_task_solved_by_a_whole_class_stands_out(cast, signed_in):
    work = make_work()
    schools = make_schools(cast.north, 14)
    store_results(work, schools)
    helped = Result.objects.filter(organization=schools[0], class_number=1).exclude(score=None)
    for row in helped:
        row.points[0] = MAX_POINTS[0]
        row.score = sum(max(point, 0) for point in row.points)
        row.save(update_fields=["points", "score"])
    computed(work)

    said = article(
        signed_in(cast.oleg).get(address(schools[0]), {"class_number": 1, "work": work.code}),
        "tasks",
    )

    n = len(helped)
    assert f"Полный балл за задание 1 получили {n} " in said
    assert f"из {n}, ожидалось" in said


def test_a_class_without_a_point_in_a_task_is_told_and_not_compared(cast, signed_in):
    work = make_work()
    schools = make_schools(cast.north, 14)
    store_results(work, schools)
    for row in Result.objects.filter(organization=schools[0], class_number=1).exclude(score=None):
        row.points[0] = -2
        row.score = sum(max(point, 0) for point in row.points)
        row.save(update_fields=["points", "score"])
    computed(work)
    client = signed_in(cast.oleg)

    of_class, of_other, of_school = (
        article(client.get(address(schools[0]), asked | {"work": work.code}), "tasks")
        for asked in ({"class_number": 1}, {"class_number": 2}, {})
    )

    note = "В классе № 1 за одно из заданий ни у кого нет баллов"
    assert note in of_class
    assert note in of_other
    assert note in of_school
    assert "Полный балл, учеников" not in of_class
    assert "Полный балл, учеников" in of_other


def test_pairs_are_all_pairs_of_a_class_and_name_nobody(cast, region, signed_in):
    work, north, _ = region
    own = [row for row in pupils_of(north[0], class_number=1) if row.score is not None]
    answer = signed_in(cast.oleg).get(address(north[0]), {"work": work.code, "class_number": 1})

    said = article(answer, "similarity")

    assert said.startswith("Похожесть работ, класс № 1")
    pairs = len(own) * (len(own) - 1) // 2
    assert f"из {pairs}" in said
    assert not any(str(row.participant) in source(answer) for row in own)


def test_absence_is_told_by_mark_and_adds_up(cast, region, signed_in):
    _, north, _ = region
    rows = pupils_of(north[0])
    absent = [row for row in rows if row.score is None]

    said = article(signed_in(cast.oleg).get(address(north[0])), "absence")

    assert numbers(said.split("На работе не было ")[1])[:2] == [len(absent), len(rows)]
    weak = sum(row.journal_mark in (2, 3) for row in absent)
    assert f"С «2» и «3» в журнале из них {weak}," in said
    table = said.split("Не было ")[-1]
    told, due = table.split(" Ожидалось ")
    by_mark = [sum(row.journal_mark == mark for row in absent) for mark in (5, 4, 3, 2, None)]
    assert numbers(told) == by_mark
    assert sum(numbers(due)) == pytest.approx(len(absent), abs=0.3)


def test_the_journal_is_told_by_its_pairs(cast, region, signed_in):
    _, north, _ = region
    both = [row for row in pupils_of(north[0]) if row.mark and row.journal_mark]
    differences = [row.journal_mark - row.mark for row in both]

    said = article(signed_in(cast.oleg).get(address(north[0])), "journal")

    assert f"Сопоставлено {len(both)} работ" in said
    assert f"выше у {sum(gap > 0 for gap in differences)}," in said
    wide = sum(abs(gap) >= 2 for gap in differences)
    assert f"Расхождений от двух отметок {wide} из {len(both)}" in said


def test_a_signal_of_one_class_opens_at_that_class(cast, region, signed_in):
    """The whole school is as usual; its second class made the signal."""
    _work, north, _ = region
    school = north[0]
    Signal.objects.filter(organization=school).delete()
    SignalFactory(
        organization=school,
        families=["marks"],
        evidence=[a_part("marks", "journal_gap2", class_number=2)],
    )
    both = [row for row in pupils_of(school, class_number=2) if row.mark and row.journal_mark]

    answer = signed_in(cast.oleg).get(address(school))

    assert matrix_row(answer, "Отметки в журнале")[0].startswith("сигнал")
    assert f"Отметки в журнале, класс № 2 Сигнал Сопоставлено {len(both)} работ" in article(
        answer, "journal"
    )
    assert "Расхождения от двух отметок: Русский язык, 4 класс, 2026, класс № 2" in text(answer)


def test_a_signal_of_a_class_of_nine_is_told_without_its_class(cast, region, signed_in):
    _work, north, _ = region
    school = north[0]
    part = a_part("marks", "journal_gap2", class_number=2, n=9)
    Signal.objects.filter(organization=school).update(
        tier="red", index=87.3, families=["marks"], evidence=[part]
    )

    said = text(signed_in(cast.vera).get(address(school)))

    assert "Расхождения от двух отметок: Русский язык, 4 класс, 2026" in said
    assert "2026, класс № 2" not in said


def test_absence_of_one_class_is_told_of_that_class(cast, region, signed_in):
    _, north, _ = region
    school = north[0]
    Signal.objects.filter(organization=school).delete()
    SignalFactory(
        organization=school, families=["attendance"],
        evidence=[a_part("attendance", "absence", class_number=2)],
    )  # fmt: skip
    own = [row for row in pupils_of(school) if row.class_number == 2]
    absent = sum(row.score is None for row in own)

    said = article(signed_in(cast.oleg).get(address(school)), "absence")

    assert said.startswith("Неявка, класс № 2 Сигнал")
    assert "в этом же классе было бы" in said
    assert sum(numbers(said.split("Внесено в протокол ")[1].split(" Не было")[0])) == len(own)
    assert sum(numbers(said.split(" Не было ")[-1].split(" Ожидалось")[0])) == absent


def test_without_a_reference_the_tasks_say_that_there_is_nothing_to_compare_with(
    cast, region, signed_in
):
    _, north, _ = region
    WorkReference.objects.all().delete()

    answer = signed_in(cast.oleg).get(address(north[0]))

    assert "Сравнить задания не с чем" in article(answer, "tasks")
    assert 'id="e-similarity"' not in source(answer)


def test_a_work_without_a_scale_says_why_its_borders_are_empty(cast, signed_in):
    work = make_work("iy5-2026", borders=None)
    schools = make_schools(cast.north, 12)
    store_results(work, schools)
    computed(work)

    answer = signed_in(cast.oleg).get(address(schools[0]))

    assert "нет шкалы отметок" in article(answer, "borders")
    assert matrix_row(answer, "Границы отметок") == ["не рассчитывается"]


def test_a_small_class_is_not_shown_alone(cast, region, signed_in):
    work, _, _ = region
    (school,) = make_schools(cast.north, 1, first=90)
    store_results(work, [school], pupils=27)  # three classes of nine
    computed(work)

    answer = signed_in(cast.oleg).get(address(school), {"work": work.code, "class_number": 1})

    assert "класс № 1" not in text(answer)
    assert "Задания по классам" not in text(answer)
    assert "пары не показываем" in article(answer, "similarity")


# -- The matrix and the year -------------------------------------------------------------------
def test_a_line_shows_the_strongest_of_its_methods(cast, signed_in):
    work = make_work()
    for method, q in [("task_max", 0.9), ("task_contrast", 0.01), ("omission", 0.08)]:
        StatisticFactory(
            organization=cast.lake_school, work=work, year=2026, method=method, q_value=q
        )
    StatisticFactory(
        organization=cast.lake_school, work=work, year=2026, method="level", n=12, q_value=1e-9,
        p_value=1e-9,
    )  # fmt: skip

    answer = signed_in(cast.nina).get(address(cast.lake_school))

    assert matrix_row(answer, "Задания")[0].startswith("внимание")
    assert matrix_row(answer, "Уровень и разброс")[0].startswith("внимание")
    assert matrix_row(answer, "Похожесть работ") == ["данных недостаточно"]
    assert matrix_row(answer, "Переход 4 → 5 класс") == ["не рассчитывается"]
    assert matrix_row(answer, "Работ") == ["12 10–19"]


def test_what_is_counted_with_other_works_alone_is_shown_by_no_number(cast, signed_in):
    work = make_work()
    StatisticFactory(organization=cast.lake_school, work=work, year=2026, method="level", n=8,
                     status="pooled", effect=0.31, p_value=None, q_value=None)  # fmt: skip

    answer = signed_in(cast.oleg).get(address(cast.lake_school))

    assert matrix_row(answer, "Уровень и разброс") == ["данных недостаточно"]
    assert matrix_row(answer, "Работ") == ["– меньше 10"]
    assert "31,0" not in text(answer)


def test_every_method_stands_in_one_line():
    methods = [method for line in LINES for method in line.methods]
    assert sorted(methods) == sorted(Method)
    assert {shape_of(line, {}) for line in LINES} == {"few", "noscale"}


def test_the_year_comes_to_one_word_and_goes_out(cast, signed_in, settings):
    work = make_work()
    StatisticFactory(organization=cast.lake_school, work=work, year=2026)
    signal = SignalFactory(organization=cast.lake_school)

    said = text(signed_in(cast.nina).get(address(cast.lake_school)))

    assert "2026 год: сигнал" in said
    assert "погаснет 1 сентября 2027 г." in said
    assert "Границы отметок: Русский язык, 4 класс, 2026" in said
    assert signal.expires_on == datetime.date(2027, 9, 1)

    Signal.objects.update(tier="none")
    said = text(signed_in(cast.nina).get(address(cast.lake_school)))
    assert "Сигналов нет. Ничего делать не нужно." in said
    assert "погаснет" not in said


def test_all_works_of_a_year_together_have_a_column(cast, signed_in):
    work = make_work()
    for where in (work, None):
        StatisticFactory(
            organization=cast.lake_school, work=where, year=2026, method="border_notch",
            q_value=0.9 if where else 0.08,
        )  # fmt: skip
    client = signed_in(cast.nina)

    answer = client.get(address(cast.lake_school))
    opened = text(client.get(address(cast.lake_school), {"year": 2026}))

    first, pooled = matrix_row(answer, "Границы отметок")
    assert first == "в пределах случайного разброса"
    assert pooled.startswith("внимание")
    assert "Открыто: все работы 2026 года вместе" in opened


def test_what_only_the_whole_year_shows_is_opened_and_said_with_its_size(cast, signed_in):
    work = make_work()
    for where in (work, None):
        StatisticFactory(
            organization=cast.lake_school, work=where, year=2026, method="border_notch",
            q_value=0.9 if where else 0.08, effect=0.125, n=64,
        )  # fmt: skip

    answer = signed_in(cast.nina).get(address(cast.lake_school))

    assert "Открыто: все работы 2026 года вместе" in text(answer)
    said = article(answer, "borders")
    assert "на 12,5 % работ меньше" in said
    assert "у границ 64 работы" in said
    assert "В одной работе этого не видно" in said


def test_all_works_together_lead_to_the_works_where_it_is_seen_too(cast, signed_in):
    work = make_work()
    for where in (work, None):
        StatisticFactory(
            organization=cast.lake_school, work=where, year=2026, method="border_notch",
            q_value=0.08,
        )  # fmt: skip
    client = signed_in(cast.nina)

    opened = client.get(address(cast.lake_school), {"year": 2026})

    assert f'href="?work={work.code}#e-borders">русский язык, 4 класс</a>' in source(opened)
    assert "Открыто: русский язык, 4 класс" in text(client.get(address(cast.lake_school)))


def test_a_tiny_probability_is_never_said_to_be_nothing(cast, signed_in):
    StatisticFactory(
        organization=cast.lake_school, work=make_work(), year=2026, p_value=1e-9, q_value=0.00004
    )

    said = source(signed_in(cast.oleg).get(address(cast.lake_school)))

    assert said.count("<td>&lt; 0,0001</td>") == 2
    assert "<td>0,0000</td>" not in said


def test_only_three_years_are_shown_oldest_first(cast, signed_in):
    for year in (2021, 2023, 2024, 2025):
        work = make_work(f"ru4-{year}", year=year)
        StatisticFactory(organization=cast.lake_school, work=work, year=year)

    assert [year.number for year in years_of(cast.lake_school)] == [2023, 2024, 2025]


def test_the_federal_list_stands_as_it_was_received(cast, signed_in):
    grades = {"ru4-2026": ("Русский язык", 4), "ma5-2026": ("Математика", 5),
              "ma4-2026": ("Математика", 4), "ru6-2026": ("Русский язык", 6)}  # fmt: skip
    for code, (subject, grade) in grades.items():
        work = make_work(code, subject=subject, grade=grade)
        for school in (cast.lake_school, cast.wood_school):
            StatisticFactory(organization=school, work=work, year=2026)
    received = MarkerList.objects.create(organization=cast.region, name="list.xlsx", years=[2026])
    FederalMarker.objects.create(organization=cast.lake_school, year=2026, received=received,
                                 ru4=True, ma4=False, ru5=None, ma5=None)  # fmt: skip

    client = signed_in(cast.oleg)
    listed = matrix_row(client.get(address(cast.lake_school)), "Федеральный список")
    other = matrix_row(client.get(address(cast.wood_school)), "Федеральный список")

    # МА4, РУ4, МА5, РУ6
    assert listed == ["в списке нет", "в федеральном списке", "клетка списка пуста",
                      "не рассчитывается"]  # fmt: skip
    assert other == ["в списке нет", "в списке нет", "в списке нет", "не рассчитывается"]


# -- Who reads what ----------------------------------------------------------------------------
def test_a_school_reads_the_source_of_a_threshold_and_never_its_number(cast, region, signed_in):
    _, north, _ = region
    Signal.objects.filter(organization=north[LIFTED]).update(
        tier="red", index=87.3, evidence=[a_part()], families=["borders"]
    )
    own = text(signed_in(member(north[LIFTED])).get(address(north[LIFTED])))
    above = text(signed_in(cast.oleg).get(address(north[LIFTED])))

    assert "Порог и его источник — в методике" in own
    assert not re.search(r"0,05|\b5 %|\bq\b|\bp\b|99,8|[Ии]ндекс|децибан", own)
    for told in ("Числа методов", "Чем набран индекс"):
        assert told in above
        assert told not in own


def test_the_named_sum_adds_up_to_the_index(cast, region, signed_in):
    """Decibans back to odds: 10 of them are ten times the odds."""
    _, _north, _ = region
    signal = Signal.objects.filter(index__range=(6, 94)).exclude(evidence=[]).first()
    said = text(signed_in(cast.vera).get(address(signal.organization)))

    table = said.split("Слагаемые индекса")[1]
    total = float(re.search(r"Сумма ([−\d,]+)", table)[1].replace("−", "-").replace(",", "."))
    odds = 10 ** (total / 10)
    told = int(re.search(r"Индекс (\d+) из 100", said)[1])
    assert told == pytest.approx(100 * odds / (1 + odds), abs=1.5)
    assert told == round(signal.index)


def test_a_family_that_speaks_for_the_school_names_no_place(cast, region, signed_in):
    _, north, _ = region
    silent = a_part("attendance", "absence", points=-2.5, class_number=2)
    capped = a_part("level", "level", points=0.0)  # unusual, but nobody leads
    evidence = [a_part(), capped, silent]
    Signal.objects.filter(organization=north[0]).update(index=40, evidence=evidence)

    table = text(signed_in(cast.vera).get(address(north[0]))).split("Слагаемые индекса")[1]

    assert "Явка ничего необычного −2,5 1,0 −2,5" in table
    assert "Неявка:" not in table
    assert "Уровень Уровень" in table


def test_the_named_sum_is_of_the_year_whatever_was_published_since(cast, region, signed_in):
    """Good's decibans: even odds are 0, so parts of 10 and an index of 50 began at 1 to 10."""
    _, north, _ = region
    part = a_part(points=10.0)
    Signal.objects.filter(organization=north[0]).update(
        index=50.0, evidence=[part], families=["borders"]
    )
    client = signed_in(cast.vera)

    said = text(client.get(address(north[0]))).split("Слагаемые индекса")[1]

    assert "Исходная доля 9,1 % школ" in said
    assert "−10,0" in said
    assert "Сумма 0,0" in said


def test_no_word_of_guilt_and_no_teacher_stands_anywhere(cast, region, signed_in):
    _, north, _ = region
    said = text(signed_in(cast.vera).get(address(north[LIFTED])))
    assert not re.search("доказан|нарушен|фальсиф|виновн|рейтинг|учителя ", said)


# -- Queries -----------------------------------------------------------------------------------
def test_more_years_and_works_make_not_one_query_more(cast, region, signed_in):
    _, north, _ = region
    client = signed_in(cast.oleg)

    def queries() -> int:
        client.get(address(north[0]), {"work": "ru4-2026"})
        with CaptureQueriesContext(connection) as captured:
            client.get(address(north[0]), {"work": "ru4-2026"})
        return len(captured)

    before = queries()
    for year in (2024, 2025):
        earlier = make_work(f"ru4-{year}", year=year)
        store_results(earlier, north, seed=year)
        computed(earlier)
    assess(cast.region.pk, [2024, 2025], progress=Silent())
    assert Statistic.objects.filter(organization=north[0], method="level").count() >= 3

    assert queries() == before
