"""The sentence of a statistic: its size, its side, the count behind it, and no verdict."""

import re

import pytest

from monitoring.explanations import TOLD, explain
from monitoring.stats.findings import Method

ONE_SIDED = {Method.TASK_PROFILE, Method.TASK_MAX}  # the largest surplus of a task
VERDICTS = re.compile("доказан|нарушен|фальсиф|виновн|списа|накрут|завыш", re.IGNORECASE)


def spoken(sentence: str) -> str:
    return sentence.replace("\u00a0", " ")


def test_every_method_has_its_sentence():
    assert set(TOLD) == set(Method)


@pytest.mark.parametrize("method", Method)
def test_a_sentence_names_size_and_count_and_judges_nobody(method):
    sentence = spoken(explain(method, 1.24 / TOLD[method].scale, 1237, 0.3))

    assert "1,2" in sentence
    assert "1 237" in sentence
    assert "в пределах случайного разброса" in sentence
    assert not VERDICTS.search(sentence)
    assert re.match(r"[А-Я].*\.$", sentence)


@pytest.mark.parametrize("method", sorted(set(Method) - ONE_SIDED))
def test_the_side_is_told_in_words_and_not_by_a_sign(method):
    up, down = (explain(method, sign * 0.5, 30, 0.3) for sign in (1, -1))

    assert up != down
    assert "\u2212" not in down


def test_a_rare_finding_is_told_as_hard_to_explain_by_chance():
    assert spoken(explain(Method.JOURNAL_SHIFT, 0.324, 22, 0.0002)) == (
        "При тех же отметках за работу журнал выше, чем у других, в среднем на 0,32 отметки; "
        "22 пары отметок; отличие трудно объяснить случайностью."
    )


def test_level_says_that_it_gives_no_signal_alone():
    assert explain(Method.LEVEL, 0.1, 80, 1e-9).endswith("Один уровень сигнала не даёт.")
