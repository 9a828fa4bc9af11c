"""What the linter finds in a plan: each finding has a place, a reason and a cure."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmaps.linter import ItemText, PlanText, lint
from roadmaps.names import NAMES
from roadmaps.terms import Period

SOUND = ItemText("1", None, "Встреча", "май 2025 г.", (("МОУО", "mouo"),), "протокол", "приказ")
PLAN = PlanText(
    number="318",
    signed_on=date(2024, 6, 17),
    period=Period(date(2024, 9, 1), date(2025, 8, 31)),
    items=(SOUND,),
    annex_number="318",
    annex_signed_on=date(2024, 6, 17),
    heading="ПРИКАЗ от 17.06.2024 № 318",
)


def found(plan):
    return [(one.code, one.item, one.place, one.cure) for one in lint(plan)]


def found_in(**item):
    return found(replace(PLAN, items=(replace(SOUND, **item),)))


def test_a_sound_plan_has_no_findings():
    assert lint(PLAN) == []


def test_two_numbers_and_dates_of_one_order_are_told_with_the_probable_one():
    plan = replace(PLAN, annex_number="813", annex_signed_on=date(2024, 7, 16))
    assert found(plan) == [
        ("order_number_differs", None, "гриф приложения",
         "Вероятно, верен номер самого приказа: № 318."),
        ("order_date_differs", None, "гриф приложения",
         "Вероятно, верна дата самого приказа: 17.06.2024."),
    ]  # fmt: skip


@pytest.mark.parametrize("gone", ["annex_number", "annex_signed_on", "number", "signed_on"])
def test_what_is_not_said_contradicts_nothing(gone):
    assert lint(replace(PLAN, **{gone: None})) == []


def test_a_term_before_its_order_is_moved_into_the_plan():
    assert found_in(term="март – май 2024 г.") == [
        ("deadline_before_order", "1", "пункт 1, срок",
         "Вероятно, «март – май 2025 г.»: так срок попадает в период плана.")
    ]  # fmt: skip


def test_a_term_that_fits_no_plan_known_is_only_moved_behind_the_order():
    plan = replace(PLAN, period=None, items=(replace(SOUND, term="март 2024 г."),))
    [finding] = lint(plan)
    assert finding.message == "Срок «март 2024 г.» истёк раньше, чем издан приказ (17.06.2024)."
    assert finding.cure == "Вероятно, «март 2025 г.»: так срок наступает после приказа."


@pytest.mark.parametrize(
    ("term", "code", "cure"),
    [
        ("05.20.2025", "impossible_date", "Вероятно, «20.05.2025»: день и месяц переставлены."),
        ("до 31.06.2025", "impossible_date",
         "Вероятно, «до 30.06.2025»: последний день месяца."),
        ("29.02.2025", "impossible_date", "Вероятно, «28.02.2025»: последний день месяца."),
        ("май 2025 – март 2025", "impossible_date",
         "Поменяйте начало и конец местами или исправьте год."),
        ("45 мая", "impossible_date", "Исправьте дату."),
        ("после дождя", "deadline_not_understood",
         "Впишите дату, месяц или слова «в течение учебного года», «по графику»."),
        ("", "no_deadline", "Впишите срок словами приказа."),
    ],
)  # fmt: skip
def test_a_doubtful_term_is_told_with_its_cure(term, code, cure):
    assert found_in(term=term) == [(code, "1", "пункт 1, срок", cure)]


def test_a_term_without_a_year_needs_a_plan_that_has_one():
    plan = replace(PLAN, period=None, items=(replace(SOUND, term="май"),))
    assert found(plan) == [("year_not_known", "1", "пункт 1, срок", "Допишите к сроку год.")]
    assert lint(replace(plan, period=PLAN.period)) == []


@pytest.mark.parametrize(
    ("bodies", "code", "cure"),
    [
        ((), "no_responsible", "Впишите, кто отвечает за мероприятие."),
        ((("Совет отцов", "other"),), "unknown_body", "Выберите его из списка."),
        ((("ГКУ КПМКО", "kcmko"),), "misspelt_body", "Напишите: КЦМКО."),
    ],
)
def test_bodies_are_told_with_their_cure(bodies, code, cure):
    assert found_in(bodies=bodies) == [(code, "1", "пункт 1, ответственные", cure)]


def test_a_body_that_a_person_has_chosen_is_believed():
    assert found_in(bodies=(("Совет отцов", "school"),)) == []


def test_an_empty_result_is_told_only_where_the_plan_has_such_a_column():
    assert found_in(result=None, evidence=None) == []
    [(code, item, place, cure)] = found_in(result="")
    assert (code, item, place) == ("no_result", "1", "пункт 1, результат")
    assert cure.startswith("Впишите, чем")


def test_an_item_without_words_is_told():
    assert [one[:3] for one in found_in(title=" ")] == [("no_title", "1", "пункт 1, мероприятие")]


@pytest.mark.parametrize(
    ("place", "changed"),
    [
        ("мероприятие", {"title": "Встрeча"}),
        ("результат", {"result": "Встрeча"}),
        ("подтверждение", {"evidence": "Встрeча"}),
    ],
)
def test_a_word_of_two_alphabets_is_told_where_it_stands_and_put_right(place, changed):
    [finding] = found_in(**changed)
    assert finding == (
        "mixed_alphabets", "1", f"пункт 1, {place}", "Вероятно, «Встреча» русскими буквами."
    )  # fmt: skip


def test_a_word_whose_letters_have_no_look_alikes_is_only_told():
    [finding] = found_in(title="неobjективный")
    assert (finding[0], finding[3]) == (
        "mixed_alphabets",
        "Наберите слово заново русскими буквами.",
    )


def test_the_text_over_a_plan_is_looked_at_too():
    plan = replace(PLAN, heading="В дополнение к приказу от 05.20.2023 № 4 о нeобъективности")
    assert found(plan) == [
        ("impossible_date", None, "текст приказа",
         "Вероятно, «20.05.2023»: день и месяц переставлены."),
        ("mixed_alphabets", None, "текст приказа",
         "Вероятно, «необъективности» русскими буквами."),
    ]  # fmt: skip


def numbered(*numbers, sections=None):
    sections = sections or [None] * len(numbers)
    items = [
        replace(SOUND, number=number, section=section)
        for number, section in zip(numbers, sections, strict=True)
    ]
    return [(one.code, one.item, one.cure) for one in lint(replace(PLAN, items=tuple(items)))]


def test_a_number_used_twice_is_told_with_a_free_one():
    assert numbered("1.1", "1.2", "1.2", "1.3") == [
        ("duplicate_number", "1.2", "Дайте повтору свой номер: свободен 1.4.")
    ]


def test_numbers_that_begin_again_in_another_section_repeat_none():
    assert numbered("1", "2", "1", sections=["I", "I", "II"]) == []


def test_a_skipped_number_is_told_and_a_new_part_skips_none():
    assert [one[:2] for one in numbered("1.1", "1.3", "2.1", "3.1")] == [("number_gap", "1.3")]


def test_a_number_that_is_none_breaks_nothing():
    assert numbered("1", "2а", "б") == []


# Laws

WORDS = st.text(max_size=30)
ITEMS = st.builds(
    ItemText,
    number=st.sampled_from(["1", "1.2", "", "2а", "1..", "99999"]) | st.text(max_size=5),
    section=st.none() | st.just("I"),
    title=WORDS,
    term=WORDS | st.sampled_from(["май", "до 31.06.2025", "март 2020", "29.02.2023", "по графику"]),
    bodies=st.lists(
        st.tuples(WORDS, st.sampled_from([*NAMES, "other"])), max_size=3
    ).map(tuple),
    result=st.none() | WORDS,
    evidence=st.none() | WORDS,
)  # fmt: skip
DAYS = st.none() | st.dates(date(1990, 1, 1), date(2090, 1, 1))
PLANS = st.builds(
    PlanText,
    number=st.none() | WORDS,
    signed_on=DAYS,
    period=st.none() | st.just(PLAN.period),
    items=st.lists(ITEMS, max_size=5).map(tuple),
    annex_number=st.none() | WORDS,
    annex_signed_on=DAYS,
    heading=WORDS,
)


@given(PLANS)
def test_whatever_a_plan_says_each_finding_is_whole_and_the_same_again(plan):
    findings = lint(plan)
    numbers = {item.number for item in plan.items}
    assert all(one.code and one.place and one.message.endswith(".") for one in findings)
    assert all(one.item is None or one.item in numbers for one in findings)
    assert lint(plan) == findings


@given(st.lists(st.sampled_from(["май 2025 г.", "до 1 июня 2025 г.", "по графику"]), max_size=5))
def test_a_plan_whose_items_are_all_sound_has_no_findings(terms):
    items = [replace(SOUND, number=str(n), term=term) for n, term in enumerate(terms, start=1)]
    assert lint(replace(PLAN, items=tuple(items))) == []
