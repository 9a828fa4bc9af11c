"""The signal after its case was opened: stronger, it is asked about anew; faded, it is told."""

import pytest

from monitoring.computation.cases import open_cases, tell_of_faded
from monitoring.models import Case, Signal
from monitoring.queries.cases import case_of, course, gone_out, texts
from organizations.models import Notice
from organizations.queries import viewer_of
from tests.monitoring.cases import (
    SAID,
    WHY,
    YEAR,
    Outcome,
    S,
    answer,
    decide,
    decided,
    now,
    overdue,
)


def strengthened(cast, case, outcome=Outcome.CLEARED) -> int:
    """Attention is decided about, and becomes a signal; gives how many cases that opens."""
    Case.objects.update(tier=Signal.Tier.AMBER)
    answer(cast, case)
    decide(case, cast.boris, outcome)
    return open_cases(cast.region.pk, YEAR)


def test_a_signal_stronger_than_the_cleared_one_is_asked_about_anew(cast, case):
    before = Case.objects.filter(pk=case.pk).values("state", "evidence", "sentences").get()

    assert strengthened(cast, case) == 1
    assert open_cases(cast.region.pk, YEAR) == 0

    again = case_of(cast.lake_school, viewer_of(cast.boris), YEAR)
    assert (again.number, again.state, again.tier) == ("26-2", S.AWAITING, Signal.Tier.RED)
    assert again.follows == case
    assert texts(again).answer.words == ""
    told = Notice.objects.filter(user=cast.boris, kind="case.reopened")
    assert told.count() == 1
    assert Notice.objects.filter(user=cast.nina, kind="case.opened").count() == 2
    earlier = now(case)  # the earlier case is kept as it was
    assert (earlier.sentences, earlier.evidence) == (before["sentences"], before["evidence"])
    assert SAID in texts(earlier).answer.words


def test_the_course_tells_the_earlier_texts(cast, case):
    strengthened(cast, case)

    steps = course(case_of(cast.lake_school, viewer_of(cast.oleg), YEAR))

    assert steps[0].title == "2026: сигнал снят"
    for said in ("Дело № 26-1", SAID, WHY):
        assert said in steps[0].note
    assert "стал сильнее" in steps[1].note


def test_the_signal_of_the_second_case_counts_until_it_is_cleared_too(cast, case):
    strengthened(cast, case)
    assert gone_out(cast.lake_school, viewer_of(cast.oleg)) == {}
    overdue(again := Case.objects.current().get())

    decide(again, cast.boris, Outcome.CLEARED)

    assert gone_out(cast.lake_school, viewer_of(cast.oleg)) == {YEAR: "сигнал снят"}
    assert open_cases(cast.region.pk, YEAR) == 0


@pytest.mark.parametrize("outcome", [Outcome.WATCHED, Outcome.CONFIRMED])
def test_only_a_cleared_case_is_followed_by_another(cast, case, outcome):
    assert strengthened(cast, case, outcome) == 0


def test_what_was_cleared_of_a_signal_answers_attention_that_is_left_of_it(cast, case):
    answer(cast, case)
    decide(case, cast.boris, Outcome.CLEARED)
    Signal.objects.update(tier=Signal.Tier.AMBER)

    assert open_cases(cast.region.pk, YEAR) == 0


@pytest.mark.parametrize("is_left", [True, False])
def test_a_signal_that_fades_is_told_once_to_the_school_and_the_centre(cast, case, is_left):
    assert tell_of_faded(cast.region.pk, YEAR) == 0
    assert "Последний расчёт" not in course(now(case))[0].note
    if is_left:
        Signal.objects.update(tier=Signal.Tier.NONE)
    else:
        Signal.objects.all().delete()

    assert tell_of_faded(cast.region.pk, YEAR) == 3  # Nina, Boris, Vera
    assert tell_of_faded(cast.region.pk, YEAR) == 0

    faded = Notice.objects.filter(kind="case.faded")
    assert set(faded.values_list("user__username", flat=True)) == {"nina", "boris", "vera"}
    assert "Последний расчёт: " in course(now(case))[0].note
    assert now(case).state == S.AWAITING


def test_nothing_is_told_of_a_case_that_is_decided(cast, case):
    decided(cast, case)
    Signal.objects.all().delete()

    assert tell_of_faded(cast.region.pk, YEAR) == 0
