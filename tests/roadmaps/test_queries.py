"""Where items stand: derived from days and reports, for the territory of who looks."""

import datetime
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from organizations.models import DocumentKind, State
from organizations.queries import viewer_of
from roadmaps.models import Execution, Outcome, Responsible, Roadmap
from roadmaps.queries import (
    Column,
    Standing,
    column_of,
    doubts_of_report,
    in_column,
    lines,
    may_decide,
    readers,
    reports_on,
    standing_of,
    standing_on,
    summaries,
    to_accept,
    together,
)
from roadmaps.services.assignment import assign
from roadmaps.terms import WINDOWS, TermKind
from tests.factories.documents import DocumentFactory
from tests.factories.organizations import OrganizationFactory
from tests.factories.roadmaps import ExecutionFactory, ItemFactory, RoadmapFactory

OCTOBER = datetime.date(2025, 10, 15)
NOVEMBER = datetime.date(2025, 11, 12)
days = st.dates(datetime.date(2025, 1, 1), datetime.date(2026, 12, 31))
moments = st.builds(datetime.datetime.combine, days, st.times(), tzinfo=st.just(datetime.UTC))
parts = st.builds(
    dict,
    state=st.sampled_from(State),
    outcome=st.sampled_from(Outcome),
    starts_on=days | st.none(),
    due_on=days | st.none(),
    was_due_on=days | st.none(),
    is_doubtful=st.booleans(),
    started_at=moments | st.none(),
)


@pytest.fixture
def plan(cast):
    return RoadmapFactory(owner=cast.ministry)


def standings(plan, person, day=NOVEMBER):
    return [line.standing for line in lines(plan, viewer_of(person), day=day)]


# Laws of the standing


@given(part=parts, day=days)
def test_late_is_exactly_past_its_day_with_nothing_handed_in(part, day):
    standing = standing_of(Execution(**part), day=day)

    missed = part["due_on"] is not None and part["due_on"] < day
    assert (standing is Standing.LATE) == (missed and part["state"] == State.DRAFT)


@given(part=parts, day=days)
def test_without_a_day_nothing_is_ever_late(part, day):
    assert standing_of(Execution(**part | {"due_on": None}), day=day) is not Standing.LATE


@given(part=parts, day=days, later=st.integers(0, 400))
def test_what_is_late_stays_late_and_what_is_begun_stays_begun(part, day, later):
    order = [Standing.PLANNED, Standing.WORK, Standing.MOVED, Standing.DOUBT, Standing.LATE]
    row = Execution(**part | {"state": State.DRAFT})

    now = standing_of(row, day=day)
    then = standing_of(row, day=day + datetime.timedelta(days=later))

    assert order.index(then) >= order.index(now)


@given(counts=st.dictionaries(st.sampled_from(sorted(Standing)), st.integers(0, 3)))
def test_together_stands_where_somebody_must_act(counts):
    told = {one: number for one, number in counts.items()
            if one not in (Standing.ELSEWHERE, Standing.PAST)}  # fmt: skip

    found = together(told)

    pressing = next((one for one in (Standing.LATE, Standing.RETURNED, Standing.DONE)
                     if told.get(one)), None)  # fmt: skip
    assert pressing is None or found is pressing
    assert (found is Standing.ELSEWHERE) == (not any(told.values()))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some=st.lists(parts, min_size=1, max_size=8), day=days)
def test_the_database_stands_everything_where_we_do(cast, plan, some, day):
    """The twins in SQL of the standing and of the board's column agree with those in Python."""
    item = ItemFactory(roadmap=plan)
    Execution.objects.all().delete()
    Execution.objects.bulk_create(
        Execution(item=item, organization=OrganizationFactory(parent=cast.north), **part)
        for part in some
    )

    rows = Execution.objects.annotate(standing=standing_on(day), column=in_column())

    assert len(rows) == len(some)
    for row in rows:
        assert Standing(row.standing) is standing_of(row, day=day)
        assert Column(row.column) is column_of(row)


@pytest.mark.parametrize(
    ("now", "standing"),
    [
        ("2025-08-31T16:59:59+00:00", Standing.WORK),
        ("2025-08-31T17:00:00+00:00", Standing.LATE),
    ],
)
def test_a_day_ends_at_midnight_in_kuzbass(cast, plan, monkeypatch, now, standing):
    ends = datetime.date(2025, 8, 31)
    item = ItemFactory(roadmap=plan, starts_on=None, ends_on=ends)
    monkeypatch.setattr(timezone, "now", lambda: datetime.datetime.fromisoformat(now))
    today = timezone.localdate()
    row = Execution.objects.filter(item=item).annotate(standing=standing_on(today)).first()

    assert standing_of(row, day=today) is standing
    assert Standing(row.standing) is standing
    assert standings(plan, cast.vera, today) == [standing]


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

    plan.save()
    Execution.objects.all().delete()
    assign(plan)

    first, second = lines(plan, viewer_of(cast.vera), day=NOVEMBER)

    assert (first.standing, first.doubts) == (Standing.DOUBT, ["Срок раньше приказа."])
    assert (second.standing, second.doubts) == (Standing.LATE, ["Описка."])


def test_a_draft_is_never_late_and_never_runs(cast):
    plan = RoadmapFactory(owner=cast.ministry, status=Roadmap.Status.DRAFT)
    ItemFactory(roadmap=plan)
    ItemFactory(roadmap=plan, term_kind=TermKind.CONTINUOUS, starts_on=None, ends_on=None)

    assert standings(plan, cast.vera) == [Standing.PLANNED] * 2
    assert not any(line.is_running for line in lines(plan, viewer_of(cast.vera), day=NOVEMBER))


def test_a_plan_that_was_replaced_runs_no_more(cast, plan):
    ItemFactory(roadmap=plan, ends_on=datetime.date(2026, 5, 1))
    plan.status = Roadmap.Status.SUPERSEDED
    plan.save()

    assert not any(line.is_running for line in lines(plan, viewer_of(cast.vera), day=NOVEMBER))


@pytest.mark.parametrize("kind", sorted(WINDOWS))
def test_a_window_is_late_only_by_a_control_point(cast, plan, kind):
    term = {"term_kind": kind, "starts_on": None, "ends_on": datetime.date(2025, 10, 31)}
    ItemFactory(roadmap=plan, position=1, **term)
    ItemFactory(roadmap=plan, position=2, control_points=[datetime.date(2025, 11, 1)], **term)

    assert standings(plan, cast.vera) == [Standing.WORK, Standing.LATE]


def test_each_sees_the_reports_of_their_own_territory_only(cast, plan):
    item = ItemFactory(roadmap=plan, bodies=["mouo", "school"])
    for place in (cast.north, cast.lake_school, cast.wood_school):
        ExecutionFactory(item=item, organization=place, state=State.ACCEPTED)
    ExecutionFactory(item=item, organization=cast.south, state=State.RETURNED)

    assert standings(plan, cast.oleg) == [Standing.ACCEPTED]
    assert standings(plan, cast.svetlana) == [Standing.LATE]
    assert standings(plan, cast.igor) == [Standing.LATE]
    assert standings(plan, cast.nina) == [Standing.ACCEPTED]
    [line] = lines(plan, viewer_of(cast.vera), day=NOVEMBER)
    assert line.counts == {Standing.ACCEPTED: 3, Standing.RETURNED: 1, Standing.LATE: 1}


def test_what_only_the_region_does_others_carry_out(cast, plan):
    item = ItemFactory(roadmap=plan, bodies=["mouo"])
    Responsible.objects.filter(item=item).update(organization=cast.ministry)
    Execution.objects.all().delete()
    assign(plan)

    assert standings(plan, cast.vera) == [Standing.LATE]
    assert standings(plan, cast.oleg) == [Standing.ELSEWHERE]
    assert standings(plan, cast.nina) == [Standing.ELSEWHERE]


def test_what_schools_do_concerns_their_municipality_too(cast, plan):
    ItemFactory(roadmap=plan, bodies=["school"])

    assert standings(plan, cast.oleg) == [Standing.LATE]
    assert standings(plan, cast.nina) == [Standing.LATE]


def test_what_nobody_known_does_is_its_owners(cast, plan):
    ItemFactory(roadmap=plan, bodies=["other"])

    assert standings(plan, cast.nina) == [Standing.ELSEWHERE]
    assert standings(plan, cast.vera) == [Standing.LATE]


@pytest.mark.parametrize(
    ("name", "own"),
    [("vera", ["ministry"]), ("boris", []), ("oleg", ["mouo"]), ("nina", ["school"])],
)
def test_own_bodies_are_those_of_the_viewers_organization_or_level(cast, plan, name, own):
    item = ItemFactory(roadmap=plan, bodies=["ministry", "mouo", "school"])
    Responsible.objects.filter(item=item, body="ministry").update(organization=cast.ministry)
    Execution.objects.all().delete()
    assign(plan)

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


def test_a_plan_is_read_in_as_many_queries_whatever_its_length(cast, plan):
    def grow(number):
        for _ in range(number):
            item = ItemFactory(roadmap=plan, bodies=["mouo", "school"])
            ExecutionFactory(item=item, organization=cast.lake_school)

    viewer = viewer_of(cast.vera)
    plan = Roadmap.objects.select_related("owner").get(pk=plan.pk)
    counts = []
    for number in (2, 6):
        grow(number)
        with CaptureQueriesContext(connection) as captured:
            lines(plan, viewer, day=NOVEMBER)
        counts.append(len(captured))

    assert counts[0] == counts[1] <= 6


# Plans in a list


def test_a_summary_counts_every_item_once_and_names_the_nearest_day(cast):
    plans = [RoadmapFactory(owner=cast.ministry), RoadmapFactory(owner=cast.north)]
    soon = NOVEMBER + datetime.timedelta(days=5)
    for plan in plans:
        late = ItemFactory(roadmap=plan)
        ItemFactory(roadmap=plan, ends_on=soon)
        ExecutionFactory(
            item=ItemFactory(roadmap=plan, bodies=["school"]), organization=cast.lake_school
        )
        ItemFactory(roadmap=plan, starts_on=soon, ends_on=soon + datetime.timedelta(days=9))
        assert late.ends_on < NOVEMBER
    found = Roadmap.objects.select_related("owner").order_by("pk")
    viewer = viewer_of(cast.vera)

    told = summaries(found, viewer, day=NOVEMBER)

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
    ("name", "asked", "may"),
    [
        ("vera", {"north", "centre", "ministry"}, {"north", "centre", "ministry", "lake_school"}),
        ("oleg", {"lake_school"}, {"lake_school"}),
        ("boris", set(), set()), ("svetlana", set(), set()), ("nina", set(), set()),
        ("rita", set(), set()),
    ],
)  # fmt: skip
def test_each_is_asked_by_the_level_directly_below(cast, plan, name, asked, may):
    """Who stands higher may decide in place of the level between, but is not asked to."""
    item = ItemFactory(roadmap=plan, bodies=["mouo", "school"])
    places = {one: getattr(cast, one) for one in ("lake_school", "north", "centre", "ministry")}
    for place in places.values():
        ExecutionFactory(item=item, organization=place)
    ExecutionFactory(item=item, organization=cast.wood_school, state=State.ACCEPTED)
    viewer = viewer_of(getattr(cast, name))
    names = {place: one for one, place in places.items()}

    assert {names[one.organization] for one in to_accept(viewer)} == asked
    decided = [one for one in reports_on(item, viewer) if may_decide(one, viewer)]
    assert {names[one.organization] for one in decided} == may


def test_every_report_below_is_asked_of_exactly_one_level(cast, plan):
    """The people of one region: whoever is asked, no report is left to nobody or to two levels."""
    item = ItemFactory(roadmap=plan, bodies=["mouo", "school"])
    Execution.objects.update(state=State.SENT, sent_at=timezone.now())
    ExecutionFactory(item=item, organization=cast.centre)

    asked = Counter(
        one.pk
        for person in (cast.vera, cast.oleg, cast.svetlana, cast.nina, cast.igor)
        for one in to_accept(viewer_of(person))
    )

    assert asked == dict.fromkeys(Execution.objects.values_list("pk", flat=True), 1)


def of_school(cast, plan, **report):
    """A report as the acceptance reads it."""
    item = ItemFactory(roadmap=plan, bodies=["school"])
    ExecutionFactory(item=item, organization=cast.lake_school, **report)
    return to_accept(viewer_of(cast.oleg)).get(item=item)


IN_TIME = datetime.datetime(2025, 10, 31, 16, 59, tzinfo=datetime.UTC)  # 23:59 in Kuzbass


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        ({}, None),
        ({"outcome": Outcome.NOT_APPLICABLE}, "Итог: не применимо"),
        ({"report": " "}, "Не сказано"),
        ({"sent_at": IN_TIME + datetime.timedelta(minutes=1)}, "Сдан после срока на 1 дн"),
    ],
)
def test_a_clean_report_is_done_told_proved_and_in_time(cast, plan, change, doubt):
    row = of_school(cast, plan, **{"sent_at": IN_TIME} | change)
    assert "Нет подтверждений." in doubts_of_report(row)
    row.evidence.add(proof_of(cast, datetime.date(2025, 10, 31)))

    found = doubts_of_report(to_accept(viewer_of(cast.oleg)).get(pk=row.pk))

    assert [doubt in one for one in found] == [True] if doubt else found == []


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (datetime.date(2025, 9, 30), "раньше начала срока, 01.10.2025"),
        (datetime.date(2025, 10, 1), None),
        (datetime.date(2025, 11, 1), "позже конца срока, 31.10.2025"),
        (None, None),
    ],
)
def test_a_proof_dated_outside_the_term_is_told_as_a_doubt(cast, plan, day, words):
    row = of_school(cast, plan, sent_at=IN_TIME)
    row.evidence.add(proof_of(cast, day))

    found = doubts_of_report(to_accept(viewer_of(cast.oleg)).get(pk=row.pk))

    assert [words in one for one in found] == [True] if words else found == []


def proof_of(cast, day):
    return DocumentFactory(
        organization=cast.lake_school, kind=DocumentKind.EVIDENCE, title="Протокол", signed_on=day
    )


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
