"""A signal that was taken back or has gone out no longer counts, wherever signals are read."""

import datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from monitoring.models import Case, CaseDecision, Signal
from monitoring.models.signal import expiry, oldest_standing
from monitoring.queries.cases import gone_out
from monitoring.queries.groups import Criteria, Ground, proposed
from monitoring.queries.objectivity import signals_of, year_counts
from organizations.queries import viewer_of
from tests.factories.monitoring import CaseFactory, SignalFactory, make_work

YEAR = 2026
CLEARED, CONFIRMED = CaseDecision.Outcome.CLEARED, CaseDecision.Outcome.CONFIRMED


@pytest.fixture
def case(cast):
    SignalFactory(organization=cast.lake_school, year=YEAR, tier=Signal.Tier.RED)
    return CaseFactory(organization=cast.lake_school, year=YEAR, state=Case.State.DECIDED)


def decide(case, cast, outcome, *, is_on_appeal=False):
    CaseDecision.objects.create(
        case=case, outcome=outcome, motivation="Тему повторили накануне.", decided_by=cast.oleg,
        is_on_appeal=is_on_appeal,
    )  # fmt: skip


def read(cast):
    viewer = viewer_of(cast.oleg)
    counts = year_counts(viewer, YEAR)
    return (
        counts.signal,
        len(signals_of(viewer, YEAR, state="signal")),
        len(proposed(viewer, Criteria(YEAR, Ground.SIGNAL))),
        YEAR not in gone_out(cast.lake_school, viewer),
    )


def test_a_signal_counts_until_it_is_decided_and_when_it_is_confirmed(cast, case):
    assert read(cast) == (1, 1, 1, True)

    decide(case, cast, CONFIRMED)
    assert read(cast) == (1, 1, 1, True)


def test_a_signal_taken_back_counts_nowhere(cast, case):
    decide(case, cast, CLEARED)

    assert read(cast) == (0, 0, 0, False)


def test_the_decision_on_an_appeal_is_the_last_word(cast, case):
    decide(case, cast, CLEARED)
    decide(case, cast, CONFIRMED, is_on_appeal=True)

    assert read(cast) == (1, 1, 1, True)


def test_a_signal_that_has_gone_out_counts_nowhere(cast, case):
    case.state = Case.State.EXPIRED
    case.save()

    assert read(cast) == (0, 0, 0, False)


@given(st.integers(2000, 2098), st.dates(datetime.date(2000, 1, 1), datetime.date(2099, 12, 31)))
def test_the_oldest_standing_year_is_the_first_whose_term_is_not_over(year, day):
    assert (year >= oldest_standing(day)) == (expiry(year) > day)


def test_a_year_that_is_over_counts_only_where_it_was_confirmed(cast):
    """Whether or not there ever was a case of it."""
    old = {"year": YEAR - 1, "tier": Signal.Tier.RED}
    SignalFactory(organization=cast.lake_school, **old)
    SignalFactory(organization=cast.wood_school, **old)
    confirmed = CaseFactory(organization=cast.wood_school, year=YEAR - 1, state=Case.State.DECIDED)
    decide(confirmed, cast, CONFIRMED)
    viewer = viewer_of(cast.oleg)

    assert year_counts(viewer, YEAR - 1).signal == 1
    assert gone_out(cast.lake_school, viewer) == {YEAR - 1: "сигнал погас"}
    assert gone_out(cast.wood_school, viewer) == {}


def test_what_was_said_of_attention_does_not_answer_a_signal_that_came_later(cast, case):
    case.tier = Signal.Tier.AMBER
    case.save()
    decide(case, cast, CLEARED)

    assert read(cast) == (1, 1, 1, True)


def test_the_table_carries_the_answer_and_the_decision(cast, case, signed_in):
    make_work()
    decide(case, cast, CLEARED)
    content = signed_in(cast.oleg).get("/monitoring/objectivity/file/", {"year": YEAR}).content
    head, row = (
        CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()[:2]
    )
    said = dict(zip(head, row, strict=True))

    assert said["Итог года"] == "сигнал снят или погас"
    assert "Тему повторили накануне." in said["Решение"]
