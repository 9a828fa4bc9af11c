"""Sentences about one school's work: the numbers agree with the table, the words with both."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from monitoring import evidence
from monitoring.stats.absence_seen import absence_seen
from monitoring.stats.findings import Method

TABLE = np.array([[1, 1, 0, 0], [1, 10, 1, 0], [0, 9, 7, 1], [0, 2, 8, 5]])


def plain(said: str) -> str:
    return said.replace("\u00a0", " ")


def test_the_table_of_marks_is_told_in_one_sentence():
    """By hand: below the diagonal 1 + 9 + 2 + 8, on it 23, above it 3."""
    said = plain(evidence.journal_pairs(TABLE))
    assert said == ("Сопоставлено 46 работ: отметка в журнале выше у 20, такая же у 23, ниже у 3.")


@given(hnp.arrays(np.int64, (4, 4), elements=st.integers(0, 300)))
def test_above_same_and_below_are_all_pairs(table):
    numbers = [int(word) for word in plain(evidence.journal_pairs(table)).replace(",", " ")
               .replace(".", " ").split() if word.isdecimal()]  # fmt: skip
    total = int(table.sum())
    if total < 1000:  # from a thousand on the total has a space inside
        assert numbers[0] == total
        assert sum(numbers[1:]) == total


@pytest.mark.parametrize(("effect", "side"), [(0.25, "выше"), (-0.25, "ниже")])
def test_the_side_of_the_journal_is_named(effect, side):
    said = plain(evidence.journal_shift(effect))
    assert f"журнал {side}, чем у других школ, в среднем на 0,25 отметки" in said


def test_wide_gaps_are_counted_and_compared():
    said = plain(evidence.journal_gaps(TABLE, 0.033))
    assert said.startswith("Расхождений от двух отметок 2 из 46, на 3,3 п. п. больше")
    assert plain(evidence.journal_gaps(TABLE, None)) == "Расхождений от двух отметок 2 из 46."


@pytest.mark.parametrize("is_beyond", [True, False])
def test_a_level_never_gives_a_signal(is_beyond):
    said = plain(evidence.level(-0.12, is_beyond=is_beyond))
    assert "на 12,0 п. п. ниже" in said
    assert said.endswith("Один уровень сигнала не даёт.")
    assert (evidence.BEYOND in said) == is_beyond


def test_where_nothing_was_compared_no_number_stands():
    for said in (evidence.journal_shift(None), evidence.level(None, is_beyond=False)):
        assert not any(sign.isdecimal() for sign in said)


def test_an_effect_has_its_methods_own_unit():
    units = {method: plain(evidence.effect_words(method, 0.281)) for method in Method}
    assert units == {
        Method.BORDER_NOTCH: "28,1 %",
        Method.DISPERSION: "28,1 %",
        Method.JOURNAL_SHIFT: "0,28 отметки",
        Method.ABSENCE: "0,28 отметки",
        Method.TASK_PROFILE: "0,28 балла",
        Method.TASK_MAX: "0,28 балла",
        Method.OMISSION: "0,28 задания",
        Method.JOURNAL_GAP2: "28,1 п. п.",
        Method.JOURNAL_MIRROR: "28,1 п. п.",
        Method.LEVEL: "28,1 п. п.",
        Method.TASK_CONTRAST: "0,28",
        Method.SIMILARITY: "0,28",
        Method.COHORT_JUMP: "0,28",
        Method.EXTERNAL_GAP: "0,28",
    }


def test_absence_is_told_with_what_the_same_classes_let_expect():
    """By hand: a class of 20, of 8 with «2» and «3» four were absent; another, all present."""
    first = np.array([[0, 1], [2, 1], [2, 3], [1, 5], [0, 5]])
    second = np.array([[0, 0], [0, 2], [0, 2], [0, 2], [0, 2]])
    said = plain(evidence.absence(absence_seen(np.array([first, second]))))
    # 5 of 20 of the first class: 8 · 5 / 20
    assert said == (
        "На работе не было 5 учеников из 28. С «2» и «3» в журнале из них 4, а если бы отметка "
        "ничего не значила, в тех же классах было бы около 2,0."
    )


def test_a_school_where_all_came_and_one_without_a_journal_are_told_plainly():
    nobody = np.zeros((1, 5, 2), dtype=int)
    nobody[0, 2, 1] = 30
    unmarked = np.zeros((1, 5, 2), dtype=int)
    unmarked[0, 0] = [3, 20]

    assert plain(evidence.absence(absence_seen(nobody))) == (
        "Работу писали все, кто внесён в протокол: 30."
    )
    assert plain(evidence.absence(absence_seen(unmarked))) == (
        "На работе не было 3 учеников из 23. Отметок в журнале у них нет."
    )


@pytest.mark.parametrize(("effect", "words"), [
    (0.23, "на 23 % меньше"), (-0.1, "на 10 % больше"), (0.001, "так же"), (-0.001, "так же"),
])  # fmt: skip
def test_a_spread_is_told_by_its_side(effect, words):
    assert words in plain(evidence.dispersion(effect))


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_ten_decibans_are_ten_times_the_odds(share):
    odds = 10 ** (evidence.decibans(share) / 10)
    assert odds / (1 + odds) == pytest.approx(share)
