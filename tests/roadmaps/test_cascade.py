"""Plans of invented levels paired and compared, and the laws of it on plans no one wrote."""

import os
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from roadmaps.cascade import (
    ADOPTIONS,
    Adoption,
    Change,
    Kind,
    Line,
    Pair,
    Run,
    difference,
    folded,
    propose,
    spans,
    words,
)
from roadmaps.exchange.plan import read_plan
from roadmaps.terms import Period, read_term

PLANS = Path(__file__).parent / "plans"
SEEDS = Path(os.environ.get("RSOKO_SEEDS", "orders"))
YEAR = Period(date(2025, 8, 1), date(2026, 8, 31))

REGION = """
Семинар-совещание с муниципальными кураторами «Читаем и понимаем: задачи года» | август 2025 г.
Разработка банка заданий для оценки читательской грамотности учащихся | до октября 2025 г.
Обучение учителей-предметников по программе «Смысл на каждом уроке» | в течение учебного года
Подготовка памятки для родителей о семейном чтении | октябрь 2025 г.
Мониторинг сайтов школ на предмет наличия раздела о библиотеке | ноябрь 2025 г.
Мониторинг сайтов школ на предмет наличия плана внеурочных занятий | ноябрь 2025 г.
Проведение РДР по читательской грамотности в 6 классах | февраль 2026 г.
Анализ итогов региональной диагностической работы по читательской грамотности | март 2026 г.
Организация консультаций для школ с низкими результатами диагностики | в течение учебного года
Издание сборника лучших уроков | апрель – май 2026 г.
Посещение уроков смыслового чтения в школах с низкими результатами | февраль – апрель 2026 г.
Обсуждение итогов года на августовской конференции педагогов | август 2026 г.
"""
CITY = """
Совещание с заместителями директоров школ «Читаем и понимаем: задачи года» | август 2025 г.
Обучение учителей городских школ по программе «Смысл на каждом уроке» | в течение учебного года
Подготовка и раздача памятки для родителей о семейном чтении | ноябрь 2025 г.
Мониторинг сайтов школ на предмет наличия раздела о библиотеке и плана внеурочных занятий | ноябрь
Анализ итогов РДР по читательской грамотности | март 2026
Проведение РДР по читательской грамотности в 6 классах | февраль 2026
Организация консультаций для школ с низкими результатами диагностики | в течение учебного года
Посещение уроков смыслового чтения в школах Заречья с низкими результатами | февраль – апрель 2026
Посещение уроков смыслового чтения в школах Подгорья с низкими результатами | май 2026 г.
Обсуждение итогов года на августовском совещании педагогов города | август 2026 г.
Городской конкурс чтецов «Голоса реки» | май 2026 г.
"""
SCHOOL = """
Педагогический совет «Читаем и понимаем: задачи года» | август 2025 г.
Направление учителей на обучение по программе «Смысл на каждом уроке» | в течение учебного года
Раздача памятки родителям о семейном чтении на собраниях | ноябрь 2025 г.
Размещение на сайте школы раздела о библиотеке и плана внеурочных занятий | до ноября 2025 г.
Участие в РДР по читательской грамотности в 6 классах | февраль 2026 г.
Неделя детской книги | март 2026 г.
"""
# Another matter altogether, told in the same formulas of acts.
MEALS = """
Совещание с поставщиками продуктов «Горячий завтрак каждому» | август 2025 г.
Проверка санитарного состояния пищеблоков | в течение учебного года
Разработка двухнедельного меню для учащихся начальных классов | до октября 2025 г.
Обучение поваров по программе «Здоровое питание» | октябрь 2025 г.
Опрос родителей о качестве школьных обедов | ноябрь 2025 г.
Мониторинг сайтов школ на предмет размещения ежедневного меню | ноябрь 2025 г.
Организация консультаций для школ по закупкам | в течение учебного года
Обсуждение итогов года на совещании директоров | август 2026 г.
"""
FIRE = """
Сборы ответственных за пожарную безопасность | август 2025 г.
Проверка первичных средств тушения | октябрь 2025 г.
Обновление планов эвакуации в зданиях школ и детских садов | до октября 2025 г.
Подготовка памятки для родителей о безопасном поведении на льду | ноябрь 2025 г.
Проведение тренировок по эвакуации учащихся и работников | апрель 2026 г.
"""


def plan(text, start=0, bodies=("КЦМКО",)):
    """Lines numbered from 1, with keys that follow `start`."""
    return [
        line(title, term, key=start + number, number=str(number), bodies=bodies)
        for number, (title, term) in enumerate(
            (row.split(" | ") for row in text.strip().splitlines()), 1
        )
    ]


def line(title, term="май 2026 г.", *, key=1, number="1", bodies=("КЦМКО",)):
    read = read_term(term, period=YEAR)
    return Line(key, number, title, term, read.start, read.end, bodies)


def lines_of(path, start=0):
    return [
        Line(
            start + key,
            item.number,
            item.title,
            item.term.text,
            item.term.start,
            item.term.end,
            tuple(body.text for body in item.bodies),
        )
        for key, item in enumerate(read_plan(path.read_bytes(), path.name).items, 1)
    ]


def numbers(pairs, above, ours):
    """Pairs as «3-2», merged ones as «3+2»."""
    number = [{line.key: line.number for line in lines} for lines in (above, ours)]
    return {
        f"{number[0][pair.above]}{'+' if pair.merged else '-'}{number[1][pair.ours]}"
        for pair in pairs
    }


def proposed(above, ours):
    return numbers(propose(above, ours), above, ours)


def compared(before, after):
    """The only row of two plans of one item each, linked."""
    [row] = difference([before], [after], [(before.key, after.key)], {})
    return row


def numbered(row):
    """The numbers of a row's items above and of ours."""
    return tuple(" ".join(one.number for one in side) for side in (row.above, row.ours))


# Pairs that people made


CITY_PAIRS = {"1-1", "3-2", "4-3", "6-4", "5+4", "7-6", "8-5", "9-7", "11-8", "11+9", "12-10"}
SCHOOL_PAIRS = {"1-1", "2-2", "3-3", "4-4", "6-5"}


def test_a_citys_items_are_paired_with_the_regions_in_whatever_order_they_stand():
    assert proposed(plan(REGION), plan(CITY, 100)) == CITY_PAIRS


def test_a_schools_items_are_paired_with_the_citys():
    assert proposed(plan(CITY), plan(SCHOOL, 100)) == SCHOOL_PAIRS


def test_a_plan_read_from_the_layer_of_a_pdf_is_paired_with_the_regions():
    above, ours = lines_of(PLANS / "region.txt"), lines_of(PLANS / "city_layer.txt", 100)
    assert proposed(above, ours) == {"1-1", "2-2", "3-3", "4-4", "5-5"}


@pytest.mark.parametrize(
    ("above", "ours"),
    [(REGION, MEALS), (CITY, MEALS), (MEALS, SCHOOL), (REGION, FIRE), (MEALS, FIRE)],
)
def test_plans_that_share_only_the_formulas_of_acts_are_not_paired(above, ours):
    assert propose(plan(above), plan(ours, 100)) == []


def test_a_copied_item_is_paired_though_all_the_rest_is_foreign():
    foreign = plan(FIRE, 100)
    copy = line(plan(REGION)[9].title, key=110, number="6")
    assert proposed(plan(REGION), [*foreign, copy]) == {"10-6"}


def test_a_foreign_item_stays_alone_and_changes_no_pair_on_either_side():
    above, ours = plan(REGION), plan(CITY, 100)
    foreign = line("Ремонт ограждения территорий", key=50, number="20")
    assert proposed([*above, foreign], ours) == CITY_PAIRS
    assert proposed(above, [foreign, *ours]) == CITY_PAIRS


def test_an_own_item_that_begins_like_a_dropped_one_stays_own():
    own = line("Издание сборника стихов учеников и рисунков города", key=150, number="12")
    assert proposed(plan(REGION), [*plan(CITY, 100), own]) == CITY_PAIRS


def test_twins_are_told_apart_by_their_terms():
    above = [
        line("Совещание по итогам работы", "октябрь 2025 г.", key=1, number="1"),
        line("Совещание по итогам работы", "апрель 2026 г.", key=2, number="2"),
    ]
    ours = [
        line("Совещание по итогам работы", "апрель 2026 г.", key=3, number="1"),
        line("Совещание по итогам работы", "октябрь 2025 г.", key=4, number="2"),
    ]
    assert proposed(above, ours) == {"1-2", "2-1"}


def test_an_abbreviation_is_the_words_it_stands_for():
    title = "Разбор итогов {} на совете"
    [pair] = propose(
        [line(title.format("РСОКО"), key=1)],
        [line(title.format("региональной системы оценки и качества образования"), key=2)],
    )
    assert pair == Pair(1, 2, 1.0)


def test_endings_of_words_make_no_difference():
    above = line("Мониторинг школьных сайтов и проверка планов урока", key=1)
    ours = line("Мониторинги школьного сайта и проверки плана уроков", key=2)
    assert propose([above], [ours]) == [Pair(1, 2, 1.0)]


def test_a_left_over_item_of_few_words_is_not_taken_for_a_part_of_another():
    above = plan("Опрос родителей об уроках, обедах и кружках школы | май 2026 г.")
    ours = [
        line(above[0].title, key=101, number="1"),
        line("Опрос родителей школы", key=102, number="2"),
        line("Опрос родителей об обедах школы", key=103, number="3"),
    ]
    assert proposed(above, ours) == {"1-1", "1+3"}


def test_two_initials_are_no_abbreviation():
    row = compared(line("Разбор работы ОО", key=1), line("Разбор работы объективной оценки", key=2))
    assert row.kinds == {Kind.REWORDED}


def test_latin_look_alikes_and_capitals_make_no_difference():
    [pair] = propose([line("Сбор мнений родителей", key=1)], [line("CБOP мнeний родителей", key=2)])
    assert pair.likeness == 1


@pytest.mark.parametrize(("above", "ours"), [([], []), (plan(CITY), []), ([], plan(CITY))])
def test_a_plan_without_items_has_no_pairs(above, ours):
    assert propose(above, ours) == []


# Pairs of plans no one wrote

VOCABULARY = ["анализ", "отчёт", "школа", "учитель", "урок", "чтение", "сайт", "для", "по"]
VOCABULARY += ["ВПР", "всероссийских проверочных работ"]
titles = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=7).map(" ".join)
terms = st.sampled_from(["май 2026 г.", "до мая 2026 г.", "по графику", "постоянно", ""])


@st.composite
def plans(draw, start=0, most=8):
    rows = draw(st.lists(st.tuples(titles, terms), max_size=most))
    return [
        line(title, term, key=start + here, number=str(here))
        for here, (title, term) in enumerate(rows, 1)
    ]


@given(plans(), plans(start=100), st.randoms(use_true_random=False))
def test_the_order_of_items_changes_no_pair(above, ours, chance):
    pairs = set(propose(above, ours))
    assert set(propose(chance.sample(above, len(above)), ours)) == pairs
    assert set(propose(above, chance.sample(ours, len(ours)))) == pairs


@given(plans())
def test_a_copied_plan_is_paired_item_by_item(above):
    told = [one for one in above if set(one.title.split()) - {"для", "по"}]
    ours = [line(one.title, one.term_text, key=100 - one.key, number=one.number) for one in told]
    assert propose(told, ours) == [Pair(one.key, 100 - one.key, 1.0) for one in told]


@given(plans(), plans(start=100))
def test_items_have_one_counterpart_and_are_taken_in_only_when_left_over(above, ours):
    pairs = propose(above, ours)
    first = [pair for pair in pairs if not pair.merged]
    upper, lower = {pair.above for pair in first}, {pair.ours for pair in first}
    assert len(first) == len(upper) == len(lower)
    assert all((pair.above in upper) != (pair.ours in lower) for pair in pairs if pair not in first)
    assert all(0 < pair.likeness <= 1 for pair in pairs)


@given(plans(), plans(start=100), st.booleans())
def test_an_item_of_words_of_its_own_is_never_paired(above, ours, up):
    foreign = line("ремонт ограждения", key=999, number="1")
    pairs = propose([*above, foreign], ours) if up else propose(above, [foreign, *ours])
    assert 999 not in {key for pair in pairs for key in (pair.above, pair.ours)}


# What differs


def test_a_difference_has_the_plan_above_in_its_order_and_then_what_was_added():
    above, ours = plan(REGION), plan(CITY, 100)
    links = [(pair.above, pair.ours) for pair in propose(above, ours)]
    rows = difference(above, ours, links, {2: "Готовит регион", 111: "Протокол № 4"})

    assert [numbered(row) for row in rows] == [
        ("1", "1"),
        ("2", ""),
        ("3", "2"),
        ("4", "3"),
        ("5 6", "4"),
        ("7", "6"),
        ("8", "5"),
        ("9", "7"),
        ("10", ""),
        ("11", "8 9"),
        ("12", "10"),
        ("", "11"),
    ]
    assert [row.kinds for row in rows] == [
        {Kind.REWORDED},
        {Kind.DROPPED},
        {Kind.REWORDED},
        {Kind.REWORDED, Kind.REDATED},
        {Kind.REWORDED, Kind.MERGED},
        {Kind.SAME},
        {Kind.SAME},
        {Kind.SAME},
        {Kind.DROPPED},
        {Kind.REWORDED, Kind.REDATED, Kind.MERGED},
        {Kind.REWORDED},
        {Kind.ADDED},
    ]
    assert [row.reason for row in rows if row.reason] == ["Готовит регион", "Протокол № 4"]
    assert [numbered(row) for row in rows if row.lacks_reason] == [("10", "")]


def test_each_row_is_a_decision_of_the_level_below():
    above, ours = plan(REGION), plan(CITY, 100)
    rows = difference(above, ours, [(1, 101), (9, 107)], {})
    told = {(row.above or row.ours)[0].key: ADOPTIONS[row.adoption] for row in rows}
    assert told[1] == "Адаптировано"
    assert told[9] == "Принято без изменений"
    assert told[10] == "Не применимо"
    assert told[111] == "Добавлено своё"
    assert set(ADOPTIONS) == set(Adoption)


def test_an_abbreviation_spelt_out_or_another_sign_is_not_another_wording():
    row = compared(
        line("Анализ итогов РДР, обсуждение «на месте»", key=1),
        line("анализ итогов региональной диагностической работы; обсуждение на месте", key=2),
    )
    assert (row.kinds, row.wording) == ({Kind.SAME}, ())


def test_other_bodies_are_told_apart_and_are_no_change_of_the_item():
    row = compared(
        line("Сбор", key=1, bodies=("КЦМКО", "МОУО")), line("Сбор", key=2, bodies=("КОиН",))
    )
    assert row.bodies_differ
    assert row.is_same
    again = compared(
        line("Сбор", key=1, bodies=("КЦМКО", "ОО")), line("Сбор", key=2, bodies=("оо", "КЦМКО"))
    )
    assert not again.bodies_differ


@pytest.mark.parametrize(
    ("above", "ours", "redated"),
    [
        ("сентябрь 2025", "Сентябрь 2025 г.", False),
        ("1 квартал 2026 г.", "январь – март 2026 г.", False),
        ("март – май 2026 г.", "апрель 2026 г.", True),
        ("до сентября 2025 г.", "август 2025 г.", True),
        ("до сентября 2025 г.", "до 1 октября 2025 г.", True),
        ("по графику", "По  графику", False),
        ("по графику", "по мере необходимости", True),
        ("по графику", "май 2026 г.", True),
        ("", "", False),
    ],
)
def test_terms_are_compared_by_their_days_or_else_by_their_words(above, ours, redated):
    row = compared(line("Сбор", above, key=1), line("Сбор", ours, key=2))
    assert row.kinds == ({Kind.REDATED} if redated else {Kind.SAME})
    assert "".join(one.text for one in row.term if one.kind != "ins") == (above if redated else "")
    assert "".join(one.text for one in row.term if one.kind != "del") == (ours if redated else "")


def test_a_merged_row_shows_the_two_items_that_are_most_alike():
    above = plan(
        "Разработка памятки о библиотеке | октябрь 2025 г.\n"
        "Организация консультаций о библиотеке и чтении | май 2026 г."
    )
    [ours] = plan("Организация консультаций для школ о библиотеке и чтении | май 2026 г.", 100)
    [row] = difference(above, [ours], [(1, 101), (2, 101)], {1: "Вошёл в п. 1", 2: "Вошёл в п. 1"})
    assert row.nearest == (above[1], ours)
    assert row.kinds == {Kind.MERGED, Kind.REWORDED}
    assert [one.text for one in row.wording if one.kind != "same"] == ["для школ "]
    assert row.reason == "Вошёл в п. 1"


def test_the_term_of_either_merged_item_is_no_other_term():
    above = plan("Сбор отчётов школ | октябрь 2025 г.\nСбор справок | май 2026 г.")
    [ours] = plan("Сбор отчётов школ | май 2026 г.", 100)
    [row] = difference(above, [ours], [(1, 101), (2, 101)], {})
    assert row.nearest == (above[0], ours)
    assert row.kinds == {Kind.MERGED}


def test_a_part_of_a_divided_item_with_a_term_of_its_own_is_redated():
    [above] = plan("Посещение уроков | февраль 2026 г.")
    ours = plan("Посещение уроков | февраль 2026 г.\nПосещение уроков | май 2026 г.", 100)
    [row] = difference([above], ours, [(1, 101), (1, 102)], {})
    assert row.kinds == {Kind.MERGED, Kind.REDATED}
    assert row.term == (
        Change("del", "февраль"),
        Change("ins", "май"),
        Change("same", " 2026 г."),
    )


def test_items_linked_through_one_another_are_one_row():
    above, ours = plan(REGION), plan(CITY, 100)
    rows = difference(above, ours, [(1, 101), (3, 101), (3, 102), (5, 102)], {})
    assert [one.key for one in rows[0].above] == [1, 3, 5]
    assert [one.key for one in rows[0].ours] == [101, 102]
    assert [row.above[0].key for row in rows[1:3]] == [2, 4]


def test_a_link_to_an_item_of_no_plan_is_a_fault():
    with pytest.raises(KeyError):
        difference(plan(REGION), plan(CITY, 100), [(1, 999)], {})


def test_a_reason_of_an_item_above_is_not_given_to_an_added_one_with_the_same_key():
    rows = difference(plan(MEALS), plan(FIRE), [], {1: "Ведёт регион"})
    assert [row.reason for row in rows if row.above and row.above[0].key == 1] == ["Ведёт регион"]
    assert not any(row.reason for row in rows if not row.above)


@given(plans(), plans(start=100), st.data())
def test_every_item_stands_in_one_row_and_every_row_says_what_it_is(above, ours, data):
    cells = [(one.key, two.key) for one in above for two in ours]
    links = data.draw(st.lists(st.sampled_from(cells), unique=True)) if cells else []
    rows = difference(above, ours, links, {})

    assert sorted(one.key for row in rows for one in row.above) == [one.key for one in above]
    assert sorted(two.key for row in rows for two in row.ours) == [two.key for two in ours]
    first = [row.above[0].key for row in rows if row.above]
    assert first == sorted(first)
    assert [bool(row.above) for row in rows] == sorted(bool(row.above) for row in rows)[::-1]
    for row in rows:
        assert row.kinds
        assert (row.kinds == {Kind.DROPPED}) == (not row.ours)
        assert (row.kinds == {Kind.ADDED}) == (not row.above)
        assert (Kind.MERGED in row.kinds) == (len(row.above) + len(row.ours) > 2)
        assert (Kind.REWORDED in row.kinds) == any(one.kind != "same" for one in row.wording)
        assert not (Kind.SAME in row.kinds and len(row.kinds) > 1)
        if row.nearest:
            assert (row.nearest[0].key, row.nearest[1].key) in links


# Words that went and came


def sides(changes):
    """The two texts that a difference was made of."""
    return tuple(
        "".join(one.text for one in changes if one.kind != other) for other in ("ins", "del")
    )


texts = st.text() | st.lists(st.sampled_from([*VOCABULARY, ",", " ", "\n"])).map(" ".join)


@given(texts, texts)
@example("а б в", "в б а")
@example("", "новое")
@example("слово " * 400, "слово " * 300)
def test_both_texts_can_be_had_back_from_their_difference(before, after):
    changes = words(before, after)
    assert sides(changes) == (before, after)
    assert all(one.text for one in changes)
    assert not any(one.kind == two.kind for one, two in pairwise(changes))


@given(texts)
def test_a_text_does_not_differ_from_itself(text):
    assert words(text, text) == ((Change("same", text),) if text else ())


def test_a_difference_strikes_out_and_puts_in_whole_words():
    assert words("Курсы для методистов ММС и школьных команд", "Курсы для школьных команд") == (
        Change("same", "Курсы для "),
        Change("del", "методистов ММС и "),
        Change("same", "школьных команд"),
    )
    assert words("о сроках", "о сроке") == (
        Change("same", "о "),
        Change("del", "сроках"),
        Change("ins", "сроке"),
    )


def test_stray_words_between_changes_are_changed_with_them():
    assert words("сбор отчётов и планов", "подготовка справок и таблиц") == (
        Change("del", "сбор отчётов и планов"),
        Change("ins", "подготовка справок и таблиц"),
    )
    assert words(
        "старшие методисты школ сдают планы", "классные руководители школ пишут отчёты"
    ) == (
        Change("del", "старшие методисты школ сдают планы"),
        Change("ins", "классные руководители школ пишут отчёты"),
    )


def test_words_that_hold_a_sentence_together_stay():
    kinds = [
        one.kind for one in words("отчёт о работе школы за май", "доклад о работе школы в мае")
    ]
    assert kinds == ["del", "ins", "same", "del", "ins"]


def test_two_words_together_stay_between_longer_changes():
    before = "старшие методисты города проверяют отчёты школ вместе два раза"
    after = "новые молодые эксперты проверяют отчёты каждого района по очереди"
    kept = [one.text for one in words(before, after) if one.kind == "same"]
    assert kept == [" проверяют отчёты "]


def test_one_word_put_into_a_long_text_of_repeated_words_is_the_only_change():
    half = "школа сдаёт отчёт, " * 40
    assert words(half + half, half + "иногда " + half) == (
        Change("same", half),
        Change("ins", "иногда "),
        Change("same", half),
    )


def test_a_very_long_text_is_replaced_as_a_whole():
    before, after = "один два " * 500, "два три " * 500
    assert words(before, after) == (Change("del", before), Change("ins", after))
    assert words(before, before) == (Change("same", before),)


# Rows told briefly


def test_unchanged_rows_in_succession_are_told_as_one():
    above, ours = plan(REGION), plan(CITY, 100)
    # 1 reworded; 7, 8 and 9 unchanged, the first two in the other order; others dropped
    rows = difference(above, ours, [(1, 101), (7, 106), (8, 105), (9, 107)], {})
    told = folded(rows)
    runs = [one for one in told if isinstance(one, Run)]
    assert [(run.above_numbers, run.our_numbers) for run in runs] == [
        ("7\u2060–\u20609", "6, 5, 7")
    ]
    assert [row for one in told for row in (one.rows if isinstance(one, Run) else [one])] == rows


def test_two_unchanged_rows_are_a_run():
    above, ours = plan(REGION)[6:8], plan(CITY, 100)[4:6]
    [run] = folded(difference(above, ours, [(7, 106), (8, 105)], {}))
    assert isinstance(run, Run)
    assert run.our_numbers == "6, 5"


def test_a_single_unchanged_row_is_told_as_it_is():
    above, ours = plan(REGION), plan(CITY, 100)
    rows = difference(above, ours, [(9, 107)], {})
    assert folded(rows) == rows


@pytest.mark.parametrize(
    ("printed", "drawn"),
    [
        ([], ""),
        (["5"], "5"),
        (["5", "6", "7", "9"], "5–7, 9"),
        (["2.9", "2.10", "2.11"], "2.9–2.11"),
        (["1.9", "2.10"], "1.9, 2.10"),
        (["7", "6"], "7, 6"),
        (["а", "б"], "а, б"),
    ],
)
def test_numbers_in_succession_are_drawn_together(printed, drawn):
    assert spans(printed).replace("\u2060", "") == drawn


# The orders the project began with


@pytest.fixture
def orders():
    if not SEEDS.is_dir():
        pytest.skip("the source orders are not distributed with the project")
    return {
        prefix: lines_of(next(SEEDS.glob(f"{prefix}_*.txt")), start)
        for start, prefix in ((0, "000"), (100, "001"), (200, "002"))
    }


ADOPTED = {"1-1", "2-2", "4-4", "5-5", "6-6", "7-7", "8-3", "9-8", "11-9", "12-10", "14-11"}


def test_the_items_of_a_source_order_are_paired_as_the_city_adopted_them(orders):
    assert proposed(orders["000"], orders["002"]) == {*ADOPTED, "3+3"}


@pytest.mark.parametrize("prefix", ["000", "002"])
def test_an_order_on_the_same_matter_that_was_not_adopted_is_not_paired(orders, prefix):
    assert propose(orders[prefix], orders["001"]) == []
    assert propose(orders["001"], orders[prefix]) == []


def test_the_difference_of_the_source_orders_is_what_the_city_did(orders):
    above, ours = orders["000"], orders["002"]
    links = {(pair.above, pair.ours) for pair in propose(above, ours)}
    rows = {row.above[0].number: row for row in difference(above, ours, links, {})}

    def having(kind):
        return {number for number, row in rows.items() if kind in row.kinds}

    assert having(Kind.DROPPED) == {"10", "13"}
    assert having(Kind.MERGED) == {"3"}
    assert having(Kind.REDATED) == {"11"}
    assert having(Kind.ADDED) == set()
    assert [one.number for one in rows["3"].above] == ["3", "8"]
    assert [(one.kind, one.text) for one in rows["11"].term] == [
        ("del", "март – май 2022"),
        ("ins", "апрель 2023 г."),
    ]
    assert all(row.bodies_differ for row in rows.values() if row.ours)


def test_source_orders_from_their_ends_are_paired_alike(orders):
    above, ours = orders["000"], orders["002"]
    assert set(propose(above[::-1], ours[::-1])) == set(propose(above, ours))
