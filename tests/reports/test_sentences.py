"""Sentences of a report: the number, its comparison, and how much it may mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import sentences

NBSP = "\u00a0"
shares = st.floats(0, 1)


def spoken(sentence):
    return sentence.replace(NBSP, " ")


def test_a_difference_within_chance_is_called_so():
    said = sentences.compared("Средний процент выполнения", 0.614, 0.58, pupils=87, is_beyond=False)

    assert spoken(said) == (
        "Средний процент выполнения — 61,4 % (в регионе 58,0 %), "
        "это отличие в пределах случайного разброса."
    )


def test_a_difference_beyond_chance_is_called_so():
    said = sentences.compared("Доля", 0.9, 0.58, pupils=87, is_beyond=True)

    assert spoken(said).endswith("(в регионе 58,0 %), это отличие трудно объяснить случайностью.")


def test_equal_shares_are_no_difference():
    said = sentences.compared("Доля", 0.5801, 0.58, pupils=87, is_beyond=False)

    assert spoken(said) == "Доля — 58,0 % (в регионе 58,0 %), доли равны."


@given(own=shares, other=shares, pupils=st.integers(0, 9), is_beyond=st.booleans())
def test_no_share_of_nine_pupils_is_ever_told(own, other, pupils, is_beyond):
    silent = sentences.too_few("Доля")

    assert sentences.compared("Доля", own, other, pupils=pupils, is_beyond=is_beyond) == silent
    assert (
        sentences.changed("Доля", own, other, year=2026, pupils=pupils, is_beyond=is_beyond)
        == silent
    )
    assert "%" not in sentences.quality(pupils, pupils) + sentences.attendance(pupils, pupils)


@given(before=shares, after=shares)
def test_a_rise_is_called_a_rise_and_a_fall_a_fall(before, after):
    said = sentences.changed("Доля", before, after, year=2026, pupils=90, is_beyond=False)

    assert ("рост" in said) == (round(after * 100, 1) > round(before * 100, 1))
    assert ("снижение" in said) == (round(after * 100, 1) < round(before * 100, 1))
    assert "2025" in said


@pytest.mark.parametrize(
    ("wrote", "words"),
    [(87, "писали 87 учеников"), (21, "писал 21 ученик"), (42, "писали 42 ученика")],
)
def test_verb_and_noun_agree_with_the_number(wrote, words):
    assert words in spoken(sentences.attendance(wrote, 92))


def test_the_share_of_good_marks_is_that_of_its_counts():
    assert spoken(sentences.quality(53, 87)) == (
        "Отметки «4» и «5» получили 53 ученика из 87 (60,9 %)."
    )


def test_a_signal_is_never_told_without_the_reminder():
    assert spoken(sentences.signals(2, 18, unanswered=1)) == (
        "По 18 работам 2 сигнала, ответа ждёт 1. "
        "Сигнал показывает необычные числа и не является выводом."
    )
    assert spoken(sentences.signals(0, 21)) == "По 21 работе сигналов нет."


def test_a_plan_without_due_items_has_no_share():
    assert sentences.roadmap(0, 0, 0) == "Мероприятий, срок которых наступил, нет."
    assert spoken(sentences.roadmap(34, 41, 2)) == (
        "Исполнено 34 мероприятия из 41, срок которых наступил (82,9 %); просрочено: 2."
    )


def test_a_summary_names_whom_it_lacks_by_the_alphabet():
    assert sentences.not_included(["Юг", "Восток"]) == "Не вошли данные (2): Восток и Юг."
    assert sentences.not_included([]) == "В сводку вошли данные всех организаций."
