"""Nights of cases: what waits is reminded of, what nobody confirmed goes out."""

import datetime

import pytest

from monitoring import reminders
from monitoring.models import Case
from monitoring.queries.cases import waiting_for
from monitoring.services import decisions
from monitoring.tasks import remind, remind_region
from organizations.models import Notice, Run
from organizations.queries import viewer_of
from tests.monitoring.cases import Outcome, S, answer, decide, decided, now


def test_a_night_reminds_once_and_of_what_waits_only(cast, case):
    day = case.due_on - datetime.timedelta(days=3)

    assert reminders.remind(cast.region, day=day) == 1
    assert reminders.remind(cast.region, day=day) == 0
    answer(cast, case)
    due = now(case).due_on - datetime.timedelta(days=1)

    assert reminders.remind(cast.region, day=due) == 2  # Vera and Boris, who decide
    assert reminders.remind(cast.region, day=due - datetime.timedelta(days=40)) == 0


def test_a_school_that_never_answers_is_for_those_who_may_decide_without_it(cast, case):
    night, digests = datetime.timedelta(days=1), Notice.objects.filter(kind="case.digest")

    reminders.remind(cast.region, day=case.due_on)
    assert not digests.exists()
    assert not waiting_for(viewer_of(cast.boris), case.due_on).exists()

    for n in range(1, 29):
        reminders.remind(cast.region, day=case.due_on + n * night)

    own = Notice.objects.filter(kind="case.overdue", user=cast.nina)
    assert own.count() == 1
    told = digests.filter(user=cast.boris).order_by("pk")
    assert 4 <= told.count() <= 5  # the first night, and each Monday of four weeks
    assert told[0].text == "ответа школы нет, срок прошёл: 1 дело"
    for who in (cast.boris, cast.vera):
        assert waiting_for(viewer_of(who), case.due_on + night).get() == case
    assert not waiting_for(viewer_of(cast.oleg), case.due_on + night).exists()


def test_a_missed_night_loses_nothing(cast, case):
    late = case.due_on + datetime.timedelta(days=3)

    reminders.remind(cast.region, day=late)
    reminders.remind(cast.region, day=late + datetime.timedelta(days=1))

    assert Notice.objects.filter(kind="case.overdue", user=cast.nina).count() == 1


@pytest.mark.parametrize(
    ("outcome", "state"),
    [(None, S.EXPIRED), (Outcome.WATCHED, S.EXPIRED), (Outcome.CONFIRMED, S.DECIDED),
     (Outcome.CLEARED, S.DECIDED)],
)  # fmt: skip
def test_what_nobody_confirmed_goes_out_on_the_first_of_september(cast, case, outcome, state):
    if outcome:
        decided(cast, case, outcome)
    eve, day = datetime.date(2027, 8, 31), datetime.date(2027, 9, 1)

    assert reminders.expire(cast.region, day=eve) == 0
    reminders.expire(cast.region, day=day)
    assert reminders.expire(cast.region, day=day) == 0

    assert now(case).state == state


def test_an_appeal_is_waited_for_and_then_the_signal_goes_out(cast, case):
    day = datetime.date(2027, 9, 1)
    decided(cast, case)
    decisions.appeal(case, text="Не согласны.", by=viewer_of(cast.nina))
    Case.objects.update(due_on=day)

    assert reminders.expire(cast.region, day=day) == 0
    decide(case, cast.vera, Outcome.WATCHED)
    assert reminders.expire(cast.region, day=day) == 1


def test_an_appeal_that_nobody_can_decide_does_not_stand_for_ever(cast, case):
    decided(cast, case, who=cast.vera)  # the ministry has nobody else
    decisions.appeal(case, text="Не согласны.", by=viewer_of(cast.nina))

    assert reminders.expire(cast.region, day=datetime.date(2027, 9, 1)) == 1
    assert now(case).state == S.EXPIRED


def test_the_night_is_a_run_of_each_region(cast, case, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        remind()

    run = Run.objects.get(organization=cast.region, task=remind_region.name)
    assert (run.status, run.result) == (Run.Status.DONE, {"expired": 0, "notices": 0})
    assert Run.objects.filter(organization=cast.other_region, task=remind_region.name).exists()
