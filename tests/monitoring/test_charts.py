"""Charts: what is drawn, what is said and what the table holds are one and the same."""

import json
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.charts import (
    MAIN,
    PAIR,
    PHONE,
    Group,
    Limits,
    Pair,
    Point,
    Task,
    alike,
    bars,
    distribution,
    full_marks,
    funnel,
    profile,
)
from monitoring.charts.chart import FEW

PLACES = [MAIN, PAIR, PHONE]
HISTOGRAM = [0, 0, 1, 2, 5, 3, 9, 4, 6, 2, 1]
EXPECTED = [0.2, 0.5, 1.0, 2.0, 4.0, 5.5, 6.5, 6.0, 4.0, 2.0, 1.3]
BORDERS = [4, 6, 9]
LIMITS = Limits(0.6, [10, 100, 500], [0.3, 0.5, 0.56], [0.9, 0.7, 0.64], [0.2, 0.4, 0.5], [1.2] * 3)

histograms = st.lists(st.integers(0, 300), min_size=2, max_size=60)


def scored(places=PAIR, **changes):
    given_parts = {"histogram": HISTOGRAM, "borders": BORDERS, "expected": EXPECTED} | changes
    return distribution("Русский язык, 4 класс", place=places, **given_parts)


def schools(count, **own):
    others = [Point(f"Школа № {n}", 20 + n, 0.5 + n / 100) for n in range(count)]
    return [*others, Point("Наша школа", **({"size": 90, "share": 0.7, "is_own": True} | own))]


def bar_values(chart, series=0):
    data = chart.option["series"][series]["data"]
    return [value["value"] if isinstance(value, dict) else value for value in data]


@given(histograms.filter(lambda counts: sum(counts) >= 10))
def test_the_bars_and_the_table_of_a_distribution_hold_the_same_counts(histogram):
    chart = distribution("Математика", histogram)

    assert bar_values(chart) == histogram
    assert [int(text) for text in chart.rows[0][1:]] == histogram
    assert len(chart.head) == len(histogram) + 1


@given(histograms.filter(lambda counts: sum(counts) >= 10))
def test_a_work_without_marks_is_described_by_its_median(histogram):
    scores = sorted(score for score, count in enumerate(histogram) for _ in range(count))
    lower_median = scores[(len(scores) - 1) // 2]

    assert f"не\u00a0больше {lower_median}\u00a0балл" in distribution("М", histogram).sentence
    assert lower_median <= median(scores)


def test_the_sentence_counts_the_first_scores_of_the_marks():
    assert "«3», «4» или «5» пришлось 16\u00a0работ из\u00a033." in scored().sentence
    assert "ожидалось бы около\u00a012." in scored(expected=[*EXPECTED[:-2], 1.9, 1.3]).sentence


def test_the_spoken_label_names_the_numbers_at_the_borders():
    assert "На баллах 4, 6 и 9, первых в своей отметке, работ: 5, 9 и 2" in scored().label
    assert "ожидалось 4,0, 6,5 и 2,0" in scored().label


def test_the_expected_curve_is_dashed_and_stands_in_the_table():
    chart = scored()
    curve = chart.option["series"][-1]

    assert curve["lineStyle"]["type"] == [6, 4]
    assert curve["data"] == EXPECTED
    assert [float(text.replace(",", ".")) for text in chart.rows[1][1:]] == EXPECTED


def test_only_a_score_that_stands_out_is_dark_and_numbered():
    chart = scored(standing_out=[6])

    numbered = [n for n, bar in enumerate(chart.option["series"][0]["data"]) if bar != HISTOGRAM[n]]
    assert numbered == [6]
    assert chart.option["series"][0]["data"][6]["label"]["show"]


def test_the_borders_stand_left_of_the_first_score_of_a_mark():
    lines = scored().option["series"][1]["markLine"]["data"]

    assert [line["xAxis"] for line in lines] == [3.5, 5.5, 8.5]


def test_borders_too_close_for_two_marks_name_the_upper_one():
    def names(place):
        lines = scored(place).option["series"][1]["markLine"]["data"]
        return [line["name"] for line in lines]

    assert names(MAIN) == ["«2» / «3»", "«3» / «4»", "«4» / «5»"]
    assert names(PHONE) == ["«3»", "«4»", "«5»"]


def test_a_phone_has_fewer_labels_but_all_borders():
    def shown(place):
        histogram = [3] * 46
        option = distribution("М", histogram, BORDERS, place=place).option
        return option["xAxis"][0]["axisLabel"]["customValues"]

    assert len(shown(PHONE)) < len(shown(MAIN))
    assert {0, *BORDERS, 45} <= set(shown(MAIN))


@pytest.mark.parametrize("place", PLACES)
def test_bars_start_at_zero(place):
    marks = bars("Отметки", ["«2»", "«3»"], [Group("школа", 90, [0.7, 0.8])], place=place)

    assert scored(place).option["yAxis"]["min"] == 0
    assert marks.option["yAxis"]["min"] == 0


def test_nine_works_are_not_drawn():
    chart = distribution("Математика", [3, 3, 3])

    assert chart.option == {}
    assert chart.rows == (("Работ", FEW),)
    assert "9" not in chart.sentence + chart.label


def test_a_funnel_draws_each_school_where_its_table_row_says():
    points = schools(30)
    chart = funnel("Доля", points, LIMITS)

    drawn = sorted(tuple(p) for s in chart.option["series"][5:] for p in s["data"])
    told = sorted(
        (int(row[1]), float(row[2].rstrip("\u00a0%").replace(",", "."))) for row in chart.rows
    )
    assert drawn == told


def test_only_the_own_school_is_named_in_a_funnel():
    drawn = json.dumps(funnel("Доля", schools(30), LIMITS).option, ensure_ascii=False)

    assert "Наша школа: 70,0\u00a0%" in drawn
    assert "Школа №" not in drawn


def test_the_table_of_a_funnel_is_no_rating():
    names = [row[0] for row in funnel("Доля", schools(30), LIMITS).rows]

    assert names == sorted(names)


def test_a_school_of_nine_pupils_has_no_point_and_no_number():
    chart = funnel("Доля", [*schools(30), Point("Малая", 9, 0.123)], LIMITS)

    assert ("Малая", "меньше 10", FEW, FEW) in chart.rows
    assert "12.3" not in json.dumps(chart.option)
    assert "12,3" not in str(chart.rows)


def test_fewer_than_ten_schools_make_no_funnel():
    chart = funnel("Доля", schools(8), LIMITS)

    assert chart.option == {}
    assert len(chart.rows) == 9


def test_the_words_follow_the_verdict_of_the_statistics():
    inside = funnel("Доля", schools(30), LIMITS)
    outside = funnel("Доля", schools(30, is_beyond=True), LIMITS)

    assert "в пределах случайного разброса" in inside.sentence
    assert "отличие трудно объяснить случайностью" in outside.sentence
    assert "отличие трудно объяснить случайностью" in outside.label


def test_without_an_own_school_the_funnel_counts_those_beyond():
    points = [Point(f"Школа {n}", 50, 0.6, is_beyond=n < 2) for n in range(20)]

    assert "У\u00a02\u00a0школ отличие" in funnel("Доля", points, LIMITS).sentence


def test_a_cut_axis_says_so():
    low = funnel("Доля", [*schools(30), Point("Низкая", 40, 0.05)], LIMITS)

    assert "шкала начинается с\u00a040\u00a0%" in funnel("Доля", schools(30), LIMITS).key[-1][1]
    assert "шкала" not in low.key[-1][1]


def test_the_limits_are_solid_outside_and_dashed_inside():
    outer, _, inner, _ = funnel("Доля", schools(30), LIMITS).option["series"][:4]

    assert outer["lineStyle"]["type"] == "solid"
    assert outer["data"] == [[100, 40], [500, 50]]
    assert inner["lineStyle"]["type"] == [5, 4]


def test_bars_and_their_table_hold_the_same_shares():
    chart = bars(
        "Отметки",
        ["«2»", "«3»", "«4»", "«5»"],
        [
            Group("школа", 87, [0.03, 0.36, 0.41, 0.2], is_own=True),
            Group("регион", 24000, [0.05, 0.365, 0.395, 0.19]),
        ],
    )

    assert chart.rows[0] == (
        "школа",
        "3,0\u00a0%",
        "36,0\u00a0%",
        "41,0\u00a0%",
        "20,0\u00a0%",
        "87",
    )
    assert bar_values(chart) == [3, 36, 41, 20]
    assert bar_values(chart, 1) == [5, 36.5, 39.5, 19]
    assert "на\u00a02,0\u00a0п.\u00a0п., различается доля «2»" in chart.sentence


def test_a_group_of_nine_pupils_has_no_bars():
    groups = [Group("школа", 9, [0.11, 0.89]), Group("регион", 900, [0.4, 0.6])]
    chart = bars("Отметки", ["«2»", "«5»"], groups)

    assert [series["name"] for series in chart.option["series"]] == ["регион"]
    assert chart.rows[0] == ("школа", FEW, FEW, "меньше 10")


@pytest.mark.parametrize("place", PLACES)
def test_an_option_survives_json(place):
    for chart in (scored(place), funnel("Доля", schools(30), LIMITS, place=place)):
        assert json.loads(json.dumps(chart.option)) == chart.option


@pytest.mark.parametrize("share", [0.6, 0.75, 0.3, 0.97, 0.05])
def test_the_own_name_is_on_a_leader_line_or_right_beside_its_point(share):
    own = funnel("Доля", schools(30, share=share), LIMITS).option["series"][-1]

    assert own["labelLine"]["show"] == ("offset" in own["label"])
    assert own["labelLine"]["show"] == (0.5 < share < 0.9)


# -- The profile --------------------------------------------------------------------------------
def test_a_profile_has_a_line_for_each_group_that_may_be_shown():
    groups = [
        Group("Школа", 20, [0.5, 0.9], is_own=True),
        Group("Регион", 900, [0.75, 0.8]),
        Group("малая", 9, [0.0, 0.0]),
    ]
    chart = profile("Выполнение", ["1", "2К1"], groups)

    assert [line["data"] for line in chart.option["series"]] == [[50.0, 90.0], [75.0, 80.0]]
    assert chart.option["xAxis"]["data"] == ["1", "2К1"]
    assert "малая" not in chart.label
    plain = chart.sentence.replace("\u00a0", " ")
    assert plain == (
        "Больше всего, на 25,0 п. п., различается задание 1: Школа — 50,0 %, Регион — 75,0 %."
    )


def test_a_profile_of_few_pupils_is_not_drawn():
    chart = profile("Выполнение", ["1"], [Group("Школа", 9, [0.5])])
    assert (chart.option, chart.rows) == ({}, ())


def test_lines_of_a_profile_differ_in_more_than_colour():
    groups = [Group(f"«{n}»", 30, [0.5]) for n in (5, 4, 3, 2)]
    series = profile("Группы", ["1"], groups).option["series"]
    assert len({line["symbol"] for line in series}) == 4


# -- Full marks --------------------------------------------------------------------------------
def task(name="1", full=12, expected=12.0, spread=2.0, low=7.0, high=17.0):
    return Task(name, full, expected, spread, low, high)


HELPED = task("11", 19, 8.2, 2.3, 2.0, 15.0)


def test_a_task_beyond_its_interval_is_told_with_its_numbers():
    said = full_marks("Класс", [task(), HELPED, task("12")], 24).sentence.replace("\u00a0", " ")
    assert said == (
        "Полный балл за задание 11 получили 19 учеников из 24, ожидалось 8,2 ± 2,3. "
        "Остальные 2 задания — как ожидалось."
    )


def test_the_task_done_better_is_told_before_one_done_worse():
    worse = task("3", 1, 12.0, 2.0, 7.0, 17.0)
    said = full_marks("Класс", [worse, HELPED], 24).sentence.replace("\u00a0", " ")
    assert said.startswith("Полный балл за задание 11 получили 19")
    assert said.endswith("Вне промежутка и задание 3.")


def test_a_usual_class_is_told_to_be_as_expected():
    said = full_marks("Класс", [task(), task("2")], 24).sentence
    assert said == "Все задания (2) решены как ожидалось при таких же суммах баллов."


def test_a_task_that_nobody_could_miss_stops_nothing():
    sure = task("1", full=23, expected=24.0, spread=0.0, low=24.0, high=24.0)
    assert "из 24, ожидалось" in full_marks("Класс", [sure], 24).sentence.replace("\u00a0", " ")


@given(st.lists(st.tuples(st.integers(0, 24), st.floats(0, 24), st.floats(0.1, 6)), min_size=1))
def test_boxes_and_points_stand_where_the_table_says(rows):
    tasks = [
        task(str(n), full, expected, spread, max(0, expected - spread), min(24, expected + spread))
        for n, (full, expected, spread) in enumerate(rows)
    ]

    chart = full_marks("Класс", tasks, 24)
    low, width, usual, out = (series["data"] for series in chart.option["series"])

    drawn = {n: x for x, n in usual} | {d["value"][1]: d["value"][0] for d in out}
    assert [drawn[n] for n in range(len(tasks))] == [round(100 * t.full / 24, 1) for t in tasks]
    assert chart.rows[0][1:] == tuple(str(t.full) for t in tasks)
    for t, left, wide in zip(tasks, low, width, strict=True):
        assert left == pytest.approx(100 * t.low / 24, abs=0.1)
        assert left + wide == pytest.approx(100 * t.high / 24, abs=0.2)
    assert {d["value"][1] for d in out} == {
        n for n, t in enumerate(tasks) if not t.low <= t.full <= t.high
    }


# -- Pairs -------------------------------------------------------------------------------------
PAIRS = [Pair(0, 1, 0.4, False), Pair(0, 2, 2.6, False), Pair(1, 2, 5.0, True)]


def test_pairs_are_counted_against_chance_and_only_the_close_ones_drawn():
    chart = alike("Класс", PAIRS, 24, 0.8)

    said = chart.sentence.replace("\u00a0", " ")
    assert said.startswith("В 1 паре из 3 совпало заметно больше заданий, чем обычно")
    assert said.endswith("случайно таких пар было бы около 0,8.")
    cells = {tuple(cell["value"][:2]) for cell in chart.option["series"][0]["data"]}
    assert cells == {(0, 2), (1, 2)}
    assert chart.rows == (("Число", "3", "1", "0,8"),)


def test_without_a_rare_pair_it_is_said_so():
    said = alike("Класс", PAIRS[:2], 24, 0.8).sentence.replace("\u00a0", " ")
    assert said.startswith("Ни в одной паре из 2 баллы за задания не совпали чаще")


@pytest.mark.parametrize("place", PLACES)
def test_few_pupils_have_neither_full_marks_nor_pairs(place):
    for chart in (full_marks("Класс", [HELPED], 9, place=place),
                  alike("Класс", PAIRS, 9, 0.1, place=place)):  # fmt: skip
        assert chart.option == {}
        assert "Мало данных" in chart.sentence
        assert not any(character.isdigit() for row in chart.rows for cell in row
                       for character in cell)  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_the_new_charts_survive_json(place):
    for chart in (full_marks("Класс", [task(), HELPED], 24, place=place),
                  alike("Класс", PAIRS, 24, 0.8, place=place)):  # fmt: skip
        assert json.loads(json.dumps(chart.option)) == chart.option
