"""The decision about a case and the appeal against it: with its reason, once, by whom it is due."""

import pytest

from monitoring.models import CaseDecision
from monitoring.queries.cases import gone_out, standing, texts
from monitoring.services import decisions
from organizations.errors import Conflict, NotAllowed
from organizations.queries import viewer_of
from tests.monitoring.cases import YEAR, Outcome, S, answer, decide, decided, now, ordered, overdue


def test_a_decision_needs_its_reason_and_the_schools_word(cast, case):
    with pytest.raises(Conflict, match="Школа ещё отвечает"):
        decide(case, cast.boris)
    answer(cast, case)
    with pytest.raises(Conflict, match="Напишите, почему"):
        decide(case, cast.boris, motivation="  ")

    decide(case, cast.boris, Outcome.CLEARED)

    assert now(case).state == S.DECIDED
    assert standing(now(case)).shape == "cleared"
    assert gone_out(cast.lake_school, viewer_of(cast.nina)) == {YEAR: "сигнал снят"}


@pytest.mark.parametrize(
    "motivation",
    [
        "Необъективность доказана.",
        "Доказана необъективность результатов",
        "Школа — нарушитель порядка",
        "Есть признаки фальсификации",
        "Виновные названы",
    ],
)
def test_a_verdict_over_people_is_refused_with_a_hint(cast, case, motivation):
    answer(cast, case)
    with pytest.raises(Conflict, match="числа такого не показывают"):
        decide(case, cast.boris, motivation=motivation)
    assert not CaseDecision.objects.exists()


def test_the_second_of_two_is_refused_and_told_who_was_first(cast, case):
    answer(cast, case)
    seen = now(case)
    decide(case, cast.boris, Outcome.WATCHED)

    with pytest.raises(Conflict, match=r"уже принято: под наблюдением, Boris"):
        decide(seen, cast.vera, read=seen.state)
    assert CaseDecision.objects.count() == 1


def test_a_case_that_moved_on_since_it_was_read_is_to_be_read_again(cast, case):
    overdue(case)
    read = now(case).state
    answer(cast, case)

    with pytest.raises(Conflict, match="Пока вы читали"):
        decide(case, cast.boris, read=read)


def test_works_being_marked_anew_hold_the_decision(cast, case, lake_work):
    ordered(cast, case, lake_work)

    with pytest.raises(Conflict, match="ещё перепроверяют"):
        decide(case, cast.boris)


# the appeal


def test_the_ministry_decides_again_and_never_the_same_person(cast, case):
    decided(cast, case, who=cast.vera)
    decisions.appeal(case, text="Не согласны: протокол не учли.", by=viewer_of(cast.nina))

    with pytest.raises(NotAllowed, match="министерство"):
        decide(case, cast.boris, Outcome.CLEARED)
    with pytest.raises(NotAllowed, match="другой человек"):
        decide(case, cast.vera, Outcome.CLEARED)


def test_after_the_appeal_the_second_decision_counts(cast, case):
    decided(cast, case)
    decisions.appeal(case, text="Не согласны.", by=viewer_of(cast.nina))
    decide(case, cast.vera, Outcome.CLEARED, "Протокол комиссии объясняет картину.")

    assert standing(now(case)).shape == "cleared"
    assert [text.title for text in texts(now(case))][-2:] == ["Жалоба школы", "Решение по жалобе"]
    with pytest.raises(Conflict):
        decisions.appeal(case, text="Ещё раз.", by=viewer_of(cast.nina))


def test_a_cleared_signal_or_a_term_that_is_over_leave_nothing_to_appeal(cast, case):
    decided(cast, case)
    overdue(case)
    with pytest.raises(Conflict, match="не обжалуют"):
        decisions.appeal(case, text="Не согласны.", by=viewer_of(cast.nina))
