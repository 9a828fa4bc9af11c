"""Where items stand: derived from days and reports, for the territory of who looks."""

import datetime
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from organizations.models import State
from organizations.queries import viewer_of
from roadmaps.models import Execution, Item, Responsible, Roadmap
from roadmaps.queries import (
    WINDOWS,
    Standing,
    lines,
    may_decide,
    readers,
    reports_on,
    standing_of,
    summaries,
    to_accept,
)
from roadmaps.terms import TermKind
from tests.factories.organizations import OrganizationFactory
from tests.factories.roadmaps import ExecutionFactory, ItemFactory, RoadmapFactory

OCTOBER = datetime.date(2025, 10, 15)
NOVEMBER = datetime.date(2025, 11, 12)
days = st.dates(datetime.date(2025, 1, 1), datetime.date(2026, 12, 31))
windows = st.tuples(days | st.none(), days | st.none()).filter(
    lambda pair: None in pair or pair[0] <= pair[1]
)
kinds = st.sampled_from([kind for kind in TermKind if kind != TermKind.UNKNOWN])
states = st.lists(st.sampled_from(State), max_size=4)


def item_of(kind=TermKind.PERIOD, starts=None, ends=None):
    return Item(term_kind=kind, starts_on=starts, ends_on=ends)


def reports_in(states):
    return [Execution(state=state) for state in states]


@pytest.fixture
def plan(cast):
    return RoadmapFactory(owner=cast.ministry)


def standings(plan, person, day=NOVEMBER):
    return [line.standing for line in lines(plan, viewer_of(person), day=day)]


# Laws of the standing


@given(kind=kinds, window=windows, reported=states, day=days)
def test_late_is_exactly_past_the_end_with_nothing_handed_in(kind, window, reported, day):
    starts, ends = window

    standing = standing_of(item_of(kind, starts, ends), reports_in(reported), day=day)

    handed_in = any(state != State.DRAFT for state in reported)
    assert (standing is Standing.LATE) == (ends is not None and ends < day and not handed_in)


@given(kind=st.sampled_from(sorted(WINDOWS)), day=days)
def test_a_window_without_an_end_is_in_work_and_never_late(kind, day):
    assert standing_of(item_of(kind), [], day=day) is Standing.WORK


@given(kind=kinds, window=windows, day=days, later=st.integers(0, 400))
def test_what_is_late_stays_late_and_what_is_begun_stays_begun(kind, window, day, later):
    item = item_of(kind, *window)
    order = [Standing.PLANNED, Standing.WORK, Standing.LATE]

    now = standing_of(item, [], day=day)
    then = standing_of(item, [], day=day + datetime.timedelta(days=later))

    assert order.index(then) >= order.index(now)


@given(reported=states.filter(any), window=windows, day=days)
def test_of_several_reports_the_least_advanced_decides(reported, window, day):
    reported = [state for state in reported if state != State.DRAFT]
    expected = {State.RETURNED: Standing.RETURNED, State.SENT: Standing.DONE,
                State.ACCEPTED: Standing.ACCEPTED}  # fmt: skip

    standing = standing_of(item_of(TermKind.PERIOD, *window), reports_in(reported), day=day)

    least = next((found for state, found in expected.items() if state in reported), None)
    assert least is None or standing is least


def test_a_term_nobody_could_read_is_in_doubt_even_when_its_day_is_past():
    past = item_of(TermKind.PERIOD, OCTOBER, OCTOBER)

    assert standing_of(item_of(TermKind.UNKNOWN), [], day=OCTOBER) is Standing.DOUBT
    assert standing_of(past, [], day=NOVEMBER, doubtful=True) is Standing.DOUBT


# The lines of a plan


def test_days_late_are_counted_from_the_printed_end(cast, plan):
    ItemFactory(roadmap=plan)

    [line] = lines(plan, viewer_of(cast.vera), day=NOVEMBER)

    assert (line.standing, line.days_late) == (Standing.LATE, 12)


def test_a_doubt_of_the_reader_stands_beside_its_item(cast, plan):
    ItemFactory(roadmap=plan, position=1)
    ItemFactory(roadmap=plan, position=2)
    plan.doubts = [
        {"code": "deadline_before_order", "item": "1", "message": "Срок раньше приказа."},
        {"code": "misspelt_body", "item": "2", "message": "Описка."},
    ]

    first, second = lines(plan, viewer_of(cast.vera), day=NOVEMBER)

    assert (first.standing, first.doubts) == (Standing.DOUBT, ["Срок раньше приказа."])
    assert (second.standing, second.doubts) == (Standing.LATE, ["Описка."])


@pytest.mark.parametrize("status", [Roadmap.Status.DRAFT, Roadmap.Status.SUPERSEDED])
def test_a_plan_not_in_force_is_never_late_and_never_runs(cast, status):
    plan = RoadmapFactory(owner=cast.ministry, status=status)
    ItemFactory(roadmap=plan)
    ItemFactory(roadmap=plan, term_kind=TermKind.CONTINUOUS, starts_on=None, ends_on=None)

    assert standings(plan, cast.vera) == [Standing.PLANNED] * 2
    assert not any(line.is_running for line in lines(plan, viewer_of(cast.vera), day=NOVEMBER))


def test_each_sees_the_reports_of_their_own_territory_only(cast, plan):
    item = ItemFactory(roadmap=plan, bodies=["mouo", "school"])
    ExecutionFactory(item=item, organization=cast.lake_school, state=State.ACCEPTED)
    ExecutionFactory(item=item, organization=cast.south, state=State.RETURNED)

    assert standings(plan, cast.oleg) == [Standing.ACCEPTED]
    assert standings(plan, cast.svetlana) == [Standing.RETURNED]
    assert standings(plan, cast.igor) == [Standing.LATE]
    [line] = lines(plan, viewer_of(cast.vera), day=NOVEMBER)
    assert line.reports == {State.ACCEPTED: 1, State.RETURNED: 1}


def test_what_only_the_region_does_is_not_late_for_those_below(cast, plan):
    item = ItemFactory(roadmap=plan, bodies=["ministry"])
    Responsible.objects.filter(item=item).update(organization=cast.ministry)

    assert standings(plan, cast.vera) == [Standing.LATE]
    assert standings(plan, cast.oleg) == [Standing.ELSEWHERE]
    assert standings(plan, cast.nina) == [Standing.ELSEWHERE]


def test_what_schools_do_concerns_their_municipality_too(cast, plan):
    ItemFactory(roadmap=plan, bodies=["school"])

    assert standings(plan, cast.oleg) == [Standing.LATE]
    assert standings(plan, cast.nina) == [Standing.LATE]


def test_a_body_nobody_recognised_may_be_anyone(cast, plan):
    ItemFactory(roadmap=plan, bodies=["other"])

    assert standings(plan, cast.nina) == [Standing.LATE]


@pytest.mark.parametrize(
    ("name", "own"),
    [("vera", ["ministry"]), ("boris", []), ("oleg", ["mouo"]), ("nina", ["school"])],
)
def test_own_bodies_are_those_of_the_viewers_organization_or_level(cast, plan, name, own):
    item = ItemFactory(roadmap=plan, bodies=["ministry", "mouo", "school"])
    Responsible.objects.filter(item=item, body="ministry").update(organization=cast.ministry)

    [line] = lines(plan, viewer_of(getattr(cast, name)), day=NOVEMBER)

    assert [body.text for body in line.bodies if body.is_own] == own
    assert line.is_mine == bool(own)


def test_the_municipal_authority_beside_the_viewer_is_their_own(cast):
    plan = RoadmapFactory(owner=cast.north)
    authority = OrganizationFactory(code="mouo_north", kind="mouo", parent=cast.north)
    item = ItemFactory(roadmap=plan, bodies=["mouo"])
    Responsible.objects.filter(item=item).update(organization=authority)

    [line] = lines(plan, viewer_of(cast.oleg), day=NOVEMBER)

    assert line.is_mine


@pytest.mark.parametrize(
    ("window", "running"),
    [
        ((OCTOBER, None), True),
        ((None, NOVEMBER), True),
        ((None, None), True),
        ((OCTOBER, OCTOBER), False),
        ((NOVEMBER + datetime.timedelta(days=1), None), False),
    ],
)
def test_an_item_runs_on_the_days_of_its_window(cast, plan, window, running):
    starts, ends = window
    kind = TermKind.PERIOD if ends else TermKind.CONTINUOUS
    ItemFactory(roadmap=plan, term_kind=kind, starts_on=starts, ends_on=ends)

    [line] = lines(plan, viewer_of(cast.vera), day=NOVEMBER)

    assert line.is_running == running


def test_a_plan_is_read_in_three_queries_whatever_its_length(cast, plan):
    def grow(number):
        for _ in range(number):
            item = ItemFactory(roadmap=plan, bodies=["mouo", "school"])
            ExecutionFactory(item=item, organization=cast.lake_school)

    viewer = viewer_of(cast.vera)
    plan = Roadmap.objects.select_related("owner").get(pk=plan.pk)
    for number in (2, 6):
        grow(number)
        with CaptureQueriesContext(connection) as captured:
            lines(plan, viewer, day=NOVEMBER)
        assert len(captured) == 3


# Plans in a list


def test_a_summary_counts_every_item_once_and_names_the_nearest_day(cast):
    plans = [RoadmapFactory(owner=cast.ministry), RoadmapFactory(owner=cast.north)]
    soon = NOVEMBER + datetime.timedelta(days=5)
    for plan in plans:
        late = ItemFactory(roadmap=plan)
        ItemFactory(roadmap=plan, ends_on=soon)
        ExecutionFactory(item=ItemFactory(roadmap=plan), organization=cast.lake_school)
        ItemFactory(roadmap=plan, starts_on=soon, ends_on=soon + datetime.timedelta(days=9))
        assert late.ends_on < NOVEMBER
    found = Roadmap.objects.select_related("owner").order_by("pk")

    viewer = viewer_of(cast.vera)
    with CaptureQueriesContext(connection) as captured:
        told = summaries(found, viewer, day=NOVEMBER)

    assert len(captured) == 4  # the plans themselves, items, bodies, reports
    for plan, summary in zip(plans, told, strict=True):
        every = Counter(line.standing for line in lines(plan, viewer, day=NOVEMBER))
        assert summary.counts == every
        assert summary.total == 4
        assert (summary.nearest, summary.waiting) == (soon, 1)


def test_the_readers_of_a_plan_are_its_owners_territory(cast):
    """The cast in full: the region, two municipalities, three schools."""
    owners = [cast.ministry, cast.north, cast.hill_school]

    assert [readers(RoadmapFactory(owner=owner)) for owner in owners] == [6, 3, 1]


# Who decides


@pytest.mark.parametrize(
    ("name", "number"),
    [("vera", 4), ("boris", 0), ("oleg", 1), ("svetlana", 0), ("nina", 0), ("rita", 0)],
)
def test_the_inbox_is_exactly_what_the_viewer_may_decide(cast, plan, name, number):
    item = ItemFactory(roadmap=plan)
    for place in (cast.lake_school, cast.north, cast.centre, cast.ministry):
        ExecutionFactory(item=item, organization=place)
    ExecutionFactory(item=item, organization=cast.wood_school, state=State.ACCEPTED)
    viewer = viewer_of(getattr(cast, name))

    inbox = set(to_accept(viewer))

    assert len(inbox) == number
    assert inbox == {one for one in reports_on(item, viewer) if may_decide(one, viewer)}


def test_reports_that_wait_come_first(cast, plan):
    item = ItemFactory(roadmap=plan)
    for place, state in (
        (cast.hill_school, State.ACCEPTED),
        (cast.lake_school, State.RETURNED),
        (cast.wood_school, State.SENT),
        (cast.north, State.DRAFT),
    ):
        ExecutionFactory(item=item, organization=place, state=state)

    found = reports_on(item, viewer_of(cast.vera))

    assert [one.organization for one in found] == [
        cast.wood_school, cast.lake_school, cast.hill_school,
    ]  # fmt: skip
