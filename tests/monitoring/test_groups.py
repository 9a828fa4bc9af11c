"""Groups gathered from signals: what is proposed, what a person changes, what the plan knows."""

import datetime

import pytest

from monitoring.models import (
    Case,
    CaseDecision,
    FederalMarker,
    MarkerList,
    SchoolGroup,
    Signal,
)
from monitoring.queries import groups as queries
from monitoring.queries.groups import Criteria, Ground
from monitoring.services import groups as service
from organizations.errors import Conflict, NotAllowed
from organizations.exchange import workbook
from organizations.models import Event, Organization
from organizations.queries import viewer_of
from roadmaps.models import Cohort
from tests.factories.monitoring import CaseFactory, SignalFactory, a_part
from tests.monitoring.test_pages import text

NEW = "/monitoring/groups/new/"


@pytest.fixture
def signals(cast):
    """Lake three years running, Hill in 2026 and 2024 (attention), Wood never."""
    for year in (2024, 2025, 2026):
        SignalFactory(
            organization=cast.lake_school, year=year, families=["borders"], evidence=[a_part()]
        )
    SignalFactory(organization=cast.hill_school, year=2026, tier="red", families=["tasks"],
                  evidence=[{"method": "task_max", "family": "tasks"}])  # fmt: skip
    SignalFactory(organization=cast.hill_school, year=2024, tier="amber", families=["tasks"])
    SignalFactory(organization=cast.wood_school, year=2026, tier="none", families=[])


@pytest.fixture
def on_day(monkeypatch):
    """What counts is read as on another day."""

    def move(*day):
        monkeypatch.setattr("monitoring.queries.cases.timezone.localdate",
                            lambda: datetime.date(*day))  # fmt: skip

    return move


def names(viewer, **asked):
    criteria = Criteria(**{"year": 2026, "ground": Ground.SIGNAL} | asked)
    return [one.school.short_name for one in queries.proposed(viewer_of(viewer), criteria)]


def gather(cast, by, members, **typed):
    given_ = {"title": "Адресная работа", "purpose": "roadmap", "reason": ""} | typed
    owner = Organization.objects.get(pk=viewer_of(by).organization_id)
    criteria = Criteria(year=2026, ground=Ground.SIGNAL)
    return service.gather(owner, criteria=criteria, members=members, by=viewer_of(by), **given_)


# -- What is proposed ---------------------------------------------------------------------------
def test_schools_are_proposed_by_name_and_by_what_was_found(cast, signals):
    assert names(cast.vera) == ["Hill school", "Lake school"]
    assert names(cast.vera, family="borders") == ["Lake school"]
    assert names(cast.vera, method="task_max") == ["Hill school"]


def test_a_year_that_has_gone_out_proposes_nobody_by_itself(cast, signals, on_day):
    on_day(2025, 8, 31)
    assert names(cast.vera, year=2024) == ["Lake school"]
    assert names(cast.vera, year=2024, is_wide=True) == ["Hill school", "Lake school"]
    on_day(2025, 9, 1)
    assert names(cast.vera, year=2024, is_wide=True) == []


def test_a_method_proposes_the_schools_whose_signal_rests_on_it(cast):
    """Absence is among the parts, and weighs nothing."""
    SignalFactory(
        organization=cast.lake_school,
        families=["borders"],
        evidence=[a_part(), a_part("attendance", "absence", points=0.0)],
    )

    assert names(cast.vera, method="border_notch") == ["Lake school"]
    assert names(cast.vera, method="absence") == []


def test_a_lasting_signal_is_one_of_two_years_of_three(cast, signals):
    assert names(cast.vera, ground=Ground.STEADY) == ["Lake school"]
    assert names(cast.vera, ground=Ground.STEADY, is_wide=True) == ["Hill school", "Lake school"]


def test_a_year_taken_back_does_not_last(cast, signals):
    case = CaseFactory(organization=cast.lake_school, year=2025, state=Case.State.DECIDED)
    ruling = {"case": case, "motivation": "Тема повторена.", "decided_by": cast.boris}
    CaseDecision.objects.create(outcome="cleared", **ruling)
    assert names(cast.vera, ground=Ground.STEADY) == ["Lake school"]  # two are left

    Signal.objects.filter(year=2024).delete()
    assert names(cast.vera, ground=Ground.STEADY) == []


def test_schools_are_proposed_by_federal_markers(cast):
    received = MarkerList.objects.create(organization=cast.region, name="a.xlsx", sha256="0")
    for school, year in (
        (cast.hill_school, 2026),
        (cast.wood_school, 2026),
        (cast.wood_school, 2025),
    ):
        FederalMarker.objects.create(organization=school, year=year, ru4=True, received=received)

    assert names(cast.vera, ground=Ground.MARKER) == ["Hill school", "Wood school"]
    assert names(cast.vera, ground=Ground.STEADY_MARKER) == ["Wood school"]


def test_a_municipality_is_proposed_its_own_schools_and_none_that_is_closed(cast, signals):
    assert names(cast.oleg) == ["Lake school"]
    Organization.objects.filter(pk=cast.lake_school.pk).update(closed_on="2026-01-01")

    assert names(cast.oleg) == []


# -- What a person makes of it ------------------------------------------------------------------
def test_a_confirmed_list_becomes_a_group_for_the_plan(cast, signals):
    group = gather(cast, cast.boris, [cast.lake_school, cast.hill_school])

    assert set(group.cohort.members.all()) == {cast.lake_school, cast.hill_school}
    assert (group.dropped, group.added, group.reason) == ([], [], "")
    assert Event.objects.filter(action="group.gathered").count() == 1


def test_a_changed_list_needs_a_reason_and_keeps_it(cast, signals):
    with pytest.raises(Conflict, match="снято 1, добавлено 1"):
        gather(cast, cast.boris, [cast.lake_school, cast.wood_school])
    assert not Cohort.objects.exists()

    group = gather(cast, cast.boris, [cast.lake_school, cast.wood_school], reason="Решение.")

    assert (group.dropped, group.added) == (["edu420101"], ["edu420002"])
    assert group.codes == ["edu420001", "edu420002"]


def test_whoever_may_not_read_signals_gathers_nothing(cast, signals):
    with pytest.raises(NotAllowed):
        gather(cast, cast.inna, [cast.lake_school])


def test_the_plan_learns_nothing_of_the_signals(cast, signals):
    group = gather(cast, cast.boris, [cast.lake_school, cast.hill_school])

    told = f"{group.cohort.title} {group.cohort.basis}".lower()
    assert not [word for word in ("сигнал", "объективн", "маркер", "границ") if word in told]


# -- The pages ----------------------------------------------------------------------------------
def test_a_group_is_gathered_on_the_page(cast, signals, signed_in):
    client = signed_in(cast.boris)
    seen = text(client.get(f"{NEW}?ground=signal"))
    typed = {"title": "Адресная работа", "purpose": "observers", "kept": ["edu420001"]}

    refused = text(client.post(f"{NEW}?ground=signal", typed))
    done = client.post(f"{NEW}?ground=signal", typed | {"reason": "Закрывается."}, follow=True)

    assert "Предложены 2 школы" in seen
    assert "напишите почему" in refused
    assert "школ 1" in text(done)
    assert SchoolGroup.objects.get().dropped == ["edu420101"]


def test_the_list_of_a_group_goes_out(cast, signals, signed_in):
    group = gather(cast, cast.boris, [cast.lake_school, cast.hill_school])

    answer = signed_in(cast.boris).get(f"/monitoring/groups/{group.pk}/file/")

    rows = workbook.read_sheets(answer.content, trusted=True)["Школы"].rows
    assert [row[0] for row in rows] == ["Логин", "edu420101", "edu420001"]
