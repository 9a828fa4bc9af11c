"""Sentences about one school's work: the numbers agree with the table, the words with both."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from monitoring import evidence
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
        Method.JOURNAL_SHIFT: "0,28 отметки",
        Method.JOURNAL_GAP2: "28,1 п. п.",
        Method.LEVEL: "28,1 п. п.",
    }
