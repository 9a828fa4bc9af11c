"""What a night of reminders goes by: who still owes what, and by when."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from organizations.models import State
from roadmaps.models import Cohort, Execution, Roadmap
from roadmaps.queries.deadlines import due_in
from roadmaps.terms import TermKind
from tests.factories.organizations import OrganizationFactory
from tests.factories.roadmaps import ItemFactory, RoadmapFactory

END = datetime.date(2025, 10, 31)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def item(cast):
    """Every school owes it by the end of October."""
    return ItemFactory(roadmap=RoadmapFactory(owner=cast.ministry), bodies=["school"])


def places(cast, day=END):
    return {due.organization for due in due_in(cast.region, day)}


def at(item, place):
    return Execution.objects.filter(item=item, organization=place)


def everyone(cast):
    return {cast.lake_school.pk, cast.wood_school.pk, cast.hill_school.pk}


@pytest.mark.parametrize(
    ("days", "is_near"), [(8, False), (7, True), (1, True), (0, True), (-1, True), (-400, True)]
)
def test_a_day_is_near_a_week_before_and_stays_when_it_is_over(cast, item, days, is_near):
    assert places(cast, END - days * DAY) == (everyone(cast) if is_near else set())


@pytest.mark.parametrize(
    ("change", "is_owed"),
    [
        ({"state": State.DRAFT}, True),
        ({"state": State.RETURNED}, True),
        ({"state": State.SENT}, False),
        ({"state": State.ACCEPTED}, False),
        ({"is_carried": True}, False),
        ({"due_on": None}, False),
        ({"due_on": END + 30 * DAY}, False),
    ],
)
def test_only_what_is_still_owed_and_counted_here(cast, item, change, is_owed):
    at(item, cast.lake_school).update(**change)

    assert (cast.lake_school.pk in places(cast)) == is_owed
    assert {cast.wood_school.pk, cast.hill_school.pk} <= places(cast)


@pytest.mark.parametrize("status", sorted(set(Roadmap.Status) - {Roadmap.Status.APPROVED}))
def test_a_plan_that_is_not_in_force_asks_nobody(cast, item, status):
    Roadmap.objects.update(status=status)

    assert places(cast) == set()


def test_a_closed_school_is_not_asked_from_its_last_day_on(cast, item):
    cast.lake_school.closed_on = END
    cast.lake_school.save()

    assert cast.lake_school.pk in places(cast, END - DAY)
    assert cast.lake_school.pk not in places(cast, END)


def test_each_region_has_its_own(cast, item):
    assert due_in(cast.other_region, END) == []


def test_an_item_for_a_cohort_concerns_its_members_and_those_above_them(cast):
    cohort = Cohort.objects.create(owner=cast.ministry, title="Группа")
    cohort.members.set([cast.lake_school])
    plan = RoadmapFactory(owner=cast.ministry)
    item = ItemFactory(roadmap=plan, bodies=["school", "mouo"], cohort=cohort)
    Execution.objects.bulk_create(  # as after a slip: somebody outside has an execution
        Execution(item=item, organization=place, due_on=END)
        for place in (cast.hill_school, cast.south, cast.institute)
    )

    assert places(cast) == {cast.lake_school.pk, cast.north.pk, cast.institute.pk}


@pytest.mark.parametrize(
    ("term", "is_control"),
    [
        ({"term_kind": TermKind.PERIOD, "control_points": []}, False),
        ({"term_kind": TermKind.PERIOD, "control_points": [END]}, False),
        ({"term_kind": TermKind.SCHOOL_YEAR, "control_points": [END]}, True),
        ({"term_kind": TermKind.PERIOD, "control_points": [END], "ends_on": END + DAY}, True),
        ({"term_kind": TermKind.SCHOOL_YEAR, "control_points": [END - DAY]}, False),
    ],
)
def test_a_control_point_is_told_from_the_end_of_a_term(cast, term, is_control):
    item = ItemFactory(roadmap=RoadmapFactory(owner=cast.ministry), bodies=["school"], **term)
    at(item, cast.lake_school).update(due_on=END)

    [due] = [one for one in due_in(cast.region, END) if one.organization == cast.lake_school.pk]
    assert due.is_control == is_control


@pytest.mark.parametrize("schools", [1, 20])
def test_it_is_read_by_one_query(cast, item, schools):
    for _ in range(schools):
        OrganizationFactory(parent=cast.south)
    ItemFactory(roadmap=item.roadmap, bodies=["school"])

    with CaptureQueriesContext(connection) as queries:
        assert len(due_in(cast.region, END)) == 2 * (schools + 3)

    assert len(queries) == 1
