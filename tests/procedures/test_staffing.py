"""Observers and checkers: proposed, changed by hand, approved, kept to their territory."""

import datetime

import pytest
from django.urls import reverse

from organizations.errors import Conflict, NotAllowed
from organizations.models import Event, Notice
from organizations.queries import viewer_of
from procedures.classlists import read_classes
from procedures.models import Assignment, Candidate, Staffing
from procedures.services import registrations, staffings
from tests.factories.procedures import WorkFactory

DAY = datetime.date(2026, 4, 20)


@pytest.fixture
def work(db):
    return WorkFactory()


def registered(school, work, by, rooms=1):
    return registrations.register(
        school, work, held_on=DAY, rooms=rooms, classes=read_classes("4А 25", 4), by=viewer_of(by)
    )


def entered(organization, by, *, interests=(), most=1, kind="observer", post="учитель физики"):
    return staffings.enter(
        organization, kind=kind, post=post, user=None, interests=interests, most=most,
        by=viewer_of(by),
    )  # fmt: skip


def proposed(territory, work, by, each="school", kind="observer"):
    return staffings.propose(territory, work, kind=kind, each=each, by=viewer_of(by))


def who(staffing):
    return {row.organization.code: row.candidate for row in staffing.assignments.all()}


def test_a_municipality_sends_people_to_schools_that_are_not_their_own(cast, work):
    registered(cast.lake_school, work, cast.nina)
    registered(cast.wood_school, work, cast.oleg)
    lake = entered(cast.lake_school, cast.nina)
    office = entered(cast.north, cast.oleg, post="методист")

    staffing = proposed(cast.north, work, cast.oleg)

    assert staffing.is_proven
    assert who(staffing) == {cast.lake_school.code: office, cast.wood_school.code: lake}


def test_a_declared_interest_leaves_the_place_empty(cast, work):
    registered(cast.lake_school, work, cast.nina)
    entered(cast.wood_school, cast.oleg, interests=[cast.lake_school])

    assert who(proposed(cast.north, work, cast.oleg)) == {cast.lake_school.code: None}


def test_one_observer_a_room_makes_a_place_a_room(cast, work):
    registered(cast.lake_school, work, cast.nina, rooms=3)
    entered(cast.wood_school, cast.oleg, most=5)

    staffing = proposed(cast.north, work, cast.oleg, each="room")

    assert staffing.assignments.count() == 3
    assert staffing.assignments.exclude(candidate=None).count() == 1


def test_the_region_sends_the_nearer_person(cast, work):
    registered(cast.hill_school, work, cast.igor)
    entered(cast.lake_school, cast.nina)
    near = entered(cast.south, cast.svetlana)

    assert who(proposed(cast.region, work, cast.boris)) == {cast.hill_school.code: near}


def test_whoever_another_work_has_on_that_day_stays_there(cast, work):
    other = WorkFactory(code="ma4-2026", subject="Математика")
    for one in (work, other):
        registered(cast.lake_school, one, cast.nina)
    entered(cast.wood_school, cast.oleg, most=5)
    proposed(cast.north, work, cast.oleg)

    assert who(proposed(cast.north, other, cast.oleg)) == {cast.lake_school.code: None}


def test_a_new_proposal_replaces_one_that_is_not_approved(cast, work):
    registered(cast.lake_school, work, cast.nina)
    entered(cast.wood_school, cast.oleg)
    proposed(cast.north, work, cast.oleg)

    staffing = proposed(cast.north, work, cast.oleg)

    assert Staffing.objects.get() == staffing
    assert Assignment.objects.count() == 1


def test_an_approved_list_is_changed_only_one_by_one(cast, work):
    registered(cast.lake_school, work, cast.nina)
    entered(cast.wood_school, cast.oleg)
    other = entered(cast.north, cast.oleg)
    staffing = staffings.approve(proposed(cast.north, work, cast.oleg), by=viewer_of(cast.oleg))

    with pytest.raises(Conflict, match="уже утверждено"):
        proposed(cast.north, work, cast.oleg)
    with pytest.raises(Conflict, match="уже утверждено"):
        staffings.approve(staffing, by=viewer_of(cast.oleg))
    staffings.replace(staffing.assignments.get(), other, reason="болезнь", by=viewer_of(cast.oleg))

    assert who(staffing) == {cast.lake_school.code: other}
    event = Event.objects.get(action="staffing.replaced")
    assert event.changes["reason"] == "болезнь"


def test_an_observer_with_an_account_is_told_where_to_go_once_the_list_is_approved(cast, work):
    registered(cast.lake_school, work, cast.nina)
    by = viewer_of(cast.boris)
    staffings.enter(
        cast.public_body, kind="observer", post="", user=cast.pavel, interests=[], most=1, by=by
    )
    staffing = proposed(cast.region, work, cast.boris)
    assert not Notice.objects.filter(kind="holding.sent")

    staffings.approve(staffing, by=by)

    notice = Notice.objects.get(kind="holding.sent")
    assert notice.user == cast.pavel
    assert "Lake school" in notice.subject


def test_the_rules_hold_by_hand_too(cast, work):
    registered(cast.lake_school, work, cast.nina)
    registered(cast.wood_school, work, cast.oleg)
    lake = entered(cast.lake_school, cast.nina, most=2)
    kin = entered(cast.north, cast.oleg, interests=[cast.lake_school])
    wood = entered(cast.wood_school, cast.oleg)
    staffing = proposed(cast.north, work, cast.oleg)
    at_lake = staffing.assignments.get(organization=cast.lake_school)
    at_wood = staffing.assignments.get(organization=cast.wood_school)
    by = viewer_of(cast.oleg)

    for person, words in [(lake, "в которой человек работает"), (kin, "заинтересованность")]:
        with pytest.raises(Conflict, match=words):
            staffings.replace(at_lake, person, reason="проба", by=by)
    assert who(staffing) == {cast.lake_school.code: wood, cast.wood_school.code: kin}
    with pytest.raises(Conflict, match="обменялись"):
        staffings.replace(at_wood, lake, reason="проба", by=by)


def test_a_change_by_hand_needs_its_reason(cast, work):
    registered(cast.lake_school, work, cast.nina)
    entered(cast.wood_school, cast.oleg)
    place = proposed(cast.north, work, cast.oleg).assignments.get()

    with pytest.raises(Conflict, match="почему"):
        staffings.replace(place, None, reason=" ", by=viewer_of(cast.oleg))


@pytest.mark.parametrize("missing", ["people", "schools"])
def test_without_people_or_registered_schools_there_is_nothing_to_propose(cast, work, missing):
    if missing == "people":
        registered(cast.lake_school, work, cast.nina)
    else:
        entered(cast.wood_school, cast.oleg)

    with pytest.raises(Conflict, match="кандидата" if missing == "people" else "не заявила"):
        proposed(cast.north, work, cast.oleg)


def test_a_school_sends_nobody_and_sees_no_list_of_its_municipality(cast, work):
    registered(cast.lake_school, work, cast.nina)
    entered(cast.wood_school, cast.oleg)
    staffing = proposed(cast.north, work, cast.oleg)

    with pytest.raises(NotAllowed):
        proposed(cast.lake_school, work, cast.nina)
    assert not Staffing.objects.visible_to(viewer_of(cast.nina))
    assert not Assignment.objects.visible_to(viewer_of(cast.nina))
    assert Staffing.objects.visible_to(viewer_of(cast.vera)).get() == staffing


def test_candidates_are_seen_only_within_their_territory(cast):
    entered(cast.lake_school, cast.nina)

    seen = {
        name: Candidate.objects.visible_to(viewer_of(person)).count()
        for name, person in cast.people().items()
        if name != "zoya"
    }

    assert {name for name, count in seen.items() if count} == {"vera", "boris", "oleg", "nina"}


def test_a_user_of_the_portal_is_entered_where_they_work_and_once(cast):
    def enter(organization):
        return staffings.enter(
            organization, kind="observer", post="", user=cast.nina, interests=[], most=1,
            by=viewer_of(cast.oleg),
        )  # fmt: skip

    with pytest.raises(Conflict, match="не работает"):
        enter(cast.wood_school)
    enter(cast.lake_school)
    with pytest.raises(Conflict, match="уже в списке"):
        enter(cast.lake_school)


def test_a_name_in_a_post_is_sent_back(cast, signed_in):
    answer = signed_in(cast.nina).post(
        "/procedures/holding/people/",
        {"kind": "observer", "organization": cast.lake_school.code, "most": "1",
         "post": "учитель Иванова И.И.", "login": "", "interests": ""},
    )  # fmt: skip

    assert "похоже на имя" in answer.content.decode()
    assert not Candidate.objects.exists()


def test_interests_that_a_viewer_does_not_see_survive_their_edit(cast, signed_in):
    row = entered(cast.lake_school, cast.boris, interests=[cast.wood_school, cast.hill_school])
    page = reverse("procedures:holding_candidate", args=[row.pk])

    shown = signed_in(cast.oleg).get(page).context["form"]["interests"].value()
    signed_in(cast.oleg).post(
        page, {"post": row.post, "most": "2", "is_active": "on", "interests": ""}
    )

    assert shown == cast.wood_school.code
    assert list(row.interests.all()) == [cast.hill_school]
    before, after = Event.objects.get(action="candidate.changed").changes["interests"]
    assert set(before.split(", ")) == {cast.wood_school.code, cast.hill_school.code}
    assert after == cast.hill_school.code
