"""Protocols of observers: who sends them, what must be told, who reads them."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from organizations.errors import Conflict, NotAllowed
from organizations.models import Event
from organizations.queries import viewer_of
from procedures.checklists import CHECKLISTS, CURRENT, UNSEEN, remarks
from procedures.models import Observation, Staffing
from procedures.services import observations
from tests.factories.holding import (
    AssignmentFactory,
    CandidateFactory,
    ObservationFactory,
    StaffingFactory,
)
from tests.factories.procedures import WorkFactory

GOOD = {question.code: question.expected for question in CHECKLISTS[CURRENT]}


@pytest.fixture
def work(db):
    return WorkFactory()


def sent(school, work, by, *, answers=GOOD, incidents="", day=None):
    return observations.send(
        school, work, class_name="4А", room="12", held_on=day or timezone.localdate(),
        answers=answers, incidents=incidents, by=viewer_of(by),
    )  # fmt: skip


@pytest.fixture
def pavel_is_sent(cast, work):
    """Pavel, who has no right to the holding, is approved to observe at Lake school."""
    staffing = StaffingFactory(
        organization=cast.north, work=work, status=Staffing.Status.APPROVED,
        approved_at=timezone.now(),
    )  # fmt: skip
    candidate = CandidateFactory(organization=cast.public_body, user=cast.pavel)
    return AssignmentFactory(staffing=staffing, organization=cast.lake_school, candidate=candidate)


def test_an_observer_sends_a_protocol_where_they_are_sent_and_sees_it(cast, work, pavel_is_sent):
    row = sent(cast.lake_school, work, cast.pavel)

    assert Observation.objects.visible_to(viewer_of(cast.pavel)).get() == row
    with pytest.raises(NotAllowed):
        sent(cast.wood_school, work, cast.pavel)


def test_nobody_observes_by_a_list_that_is_not_approved(cast, work, pavel_is_sent):
    Staffing.objects.update(status=Staffing.Status.PROPOSED, approved_at=None)

    with pytest.raises(NotAllowed):
        sent(cast.lake_school, work, cast.pavel)


def test_an_observer_finds_the_form_from_the_list_of_protocols(
    cast, work, pavel_is_sent, signed_in
):
    page = signed_in(cast.pavel).get(reverse("procedures:holding_observations"))
    form = reverse("procedures:holding_observe", args=[work.code, cast.lake_school.code])

    assert form in page.content.decode()
    answer = signed_in(cast.pavel).post(
        form,
        {"class_name": "4А", "room": "12", "held_on": timezone.localdate().isoformat(), **GOOD},
        follow=True,
    )

    assert answer.status_code == 200
    assert Observation.objects.get().answers == GOOD


def test_what_went_wrong_is_told_in_words(cast, work):
    with pytest.raises(Conflict, match="телефоны"):
        sent(cast.lake_school, work, cast.nina, answers=GOOD | {"phones": "yes"})

    row = sent(
        cast.lake_school, work, cast.nina, answers=GOOD | {"phones": "yes"}, incidents="в 9.40"
    )

    assert [one.code for one in remarks(row.checklist, row.answers)] == ["phones"]
    assert Event.objects.get(action="observation.sent").changes["remarks"] == 1


def test_a_protocol_names_nobody(cast, work):
    with pytest.raises(Conflict, match="похоже на имя"):
        sent(cast.lake_school, work, cast.nina, incidents="Мария Петровна вошла")


def test_a_protocol_is_not_written_before_the_day(cast, work):
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)

    with pytest.raises(Conflict, match="ещё не наступил"):
        sent(cast.lake_school, work, cast.nina, day=tomorrow)


def test_the_municipality_reads_a_protocol_once_and_the_school_does_not(cast, work):
    row = ObservationFactory(organization=cast.lake_school, work=work)

    with pytest.raises(NotAllowed):
        observations.read(row, conclusion="", by=viewer_of(cast.nina))
    observations.read(row, conclusion="Без замечаний.", by=viewer_of(cast.oleg))
    with pytest.raises(Conflict, match="уже прочитан"):
        observations.read(row, conclusion="", by=viewer_of(cast.boris))

    assert Observation.objects.get().read_by == cast.oleg


@given(
    st.fixed_dictionaries(
        {one.code: st.sampled_from(["yes", "no", UNSEEN]) for one in CHECKLISTS[CURRENT]}
    )
)
def test_a_remark_is_an_answer_against_the_expected_one(answers):
    found = {one.code for one in remarks(CURRENT, answers)}

    opposite = {"yes": "no", "no": "yes"}
    assert found == {
        one.code for one in CHECKLISTS[CURRENT] if answers[one.code] == opposite[one.expected]
    }


def test_a_class_is_observed_in_a_school_that_is_open(cast, work, signed_in):
    form = reverse("procedures:holding_observe", args=[work.code, cast.north.code])
    assert signed_in(cast.oleg).get(form).status_code == 404
    with pytest.raises(Conflict, match="не школа"):
        sent(cast.north, work, cast.oleg)

    cast.lake_school.closed_on = timezone.localdate()
    cast.lake_school.save()
    with pytest.raises(Conflict, match="закрыта"):
        sent(cast.lake_school, work, cast.oleg)
    assert not Observation.objects.exists()
