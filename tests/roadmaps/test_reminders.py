"""Nights of reminders: who hears what on which day, once; what goes one level up."""

import datetime
from collections import defaultdict
from copy import copy
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from organizations.access import Role
from organizations.errors import Conflict
from organizations.models import Membership, Notice, Run, State, Substitution
from organizations.queries import viewer_of
from organizations.services import notices, runs
from roadmaps import reminders, tasks
from roadmaps.models import Cohort, Execution
from roadmaps.services import executions
from roadmaps.terms import TermKind
from rsoko.celery import app
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.factories.roadmaps import ItemFactory, RoadmapFactory

END = datetime.date(2025, 10, 31)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def plan(cast):
    return RoadmapFactory(owner=cast.ministry, title="План региона")


@pytest.fixture
def item(plan):
    """Every school owes it by the end of October."""
    return ItemFactory(roadmap=plan, number="2.15", title="Провести семинар", bodies=["school"])


@pytest.fixture
def clock(monkeypatch):
    """`clock("2025-10-31T06:00+07:00")` sets the time."""

    def stand(moment):
        at = datetime.datetime.fromisoformat(moment)
        monkeypatch.setattr(timezone, "now", lambda: at)

    return stand


def at(item, place):
    return Execution.objects.get(item=item, organization=place)


def night(cast, day):
    return reminders.remind(cast.region, day=day)


def told(**which):
    """Kind → who was told."""
    found = defaultdict(set)
    rows = Notice.objects.filter(**which).values_list("kind", "user__username")
    for kind, person in rows:
        found[kind].add(person)
    return dict(found)


def kinds(person):
    return list(Notice.objects.filter(user=person).order_by("pk").values_list("kind", flat=True))


def heard(cast, person, first, last):
    """Day → what a person was told in the night before it, over many nights."""
    found = {}
    day = first
    while day <= last:
        night(cast, day)
        if new := kinds(person)[sum(map(len, found.values())) :]:
            found[day] = tuple(new)
        day += DAY
    return found


# over many nights


def test_over_a_month_a_school_hears_seven_times_not_thirty(cast, item):
    assert heard(cast, cast.nina, END - 20 * DAY, END + 20 * DAY) == {
        END - 7 * DAY: ("deadline.soon",),
        END - 3 * DAY: ("deadline.soon",),
        END: ("deadline.today",),
        END + 1 * DAY: ("deadline.passed",),
        END + 8 * DAY: ("deadline.passed",),
        END + 15 * DAY: ("deadline.passed",),
    }


def test_nights_that_were_missed_are_made_up_for(cast, item):
    assert heard(cast, cast.nina, END - 5 * DAY, END - 5 * DAY) == {
        END - 5 * DAY: ("deadline.soon",)
    }
    night(cast, END + 10 * DAY)

    assert kinds(cast.nina) == ["deadline.soon", "deadline.passed"]


def test_what_is_told_says_the_item_and_the_days_and_leads_to_it(cast, item):
    for day in (END - 2 * DAY, END, END + 5 * DAY):
        night(cast, day)

    rows = Notice.objects.filter(user=cast.nina).order_by("pk")
    assert [one.subject for one in rows] == [
        "п. 2.15, до срока 31 октября осталось 2 дня: Провести семинар",
        "п. 2.15: Провести семинар",
        "п. 2.15, просрочено на 5 дней: Провести семинар",
    ]
    assert {one.url for one in rows} == {f"/roadmaps/{item.roadmap_id}/items/{item.pk}/"}
    assert {one.text for one in rows} == {"План региона"}


def test_the_day_of_today_is_written_of_at_once_and_the_others_in_the_digest(cast, item):
    for day in (END - 7 * DAY, END, END + DAY):
        night(cast, day)

    urgencies = Notice.objects.filter(user=cast.nina).values_list("kind", "urgency")
    assert dict(urgencies) == {
        "deadline.soon": "digest",
        "deadline.today": "immediate",
        "deadline.passed": "digest",
    }


def test_a_control_point_is_told_as_one(cast, plan):
    ItemFactory(
        roadmap=plan, bodies=["school"], term_kind=TermKind.SCHOOL_YEAR, control_points=[END]
    )

    assert heard(cast, cast.nina, END - DAY, END + DAY) == {
        END - DAY: ("deadline.soon",),
        END: ("deadline.control",),
        END + DAY: ("deadline.passed",),
    }
    first = Notice.objects.filter(user=cast.nina).earliest("pk")
    assert "до контрольной точки 31 октября остался 1 день" in first.subject


def test_a_day_that_was_moved_is_told_of_anew(cast, item):
    night(cast, END)
    part = at(item, cast.lake_school)
    executions.postpone(part, until=END + 30 * DAY, ground="Карантин", by=viewer_of(cast.vera))
    Notice.objects.all().delete()

    assert heard(cast, cast.nina, END + DAY, END + 30 * DAY) == {
        END + 23 * DAY: ("deadline.soon",),
        END + 27 * DAY: ("deadline.soon",),
        END + 30 * DAY: ("deadline.today",),
    }


@pytest.mark.parametrize(
    ("now", "kind"),
    [
        ("2025-08-30T16:59:59+00:00", "deadline.soon"),
        ("2025-08-30T17:00:00+00:00", "deadline.today"),
        ("2025-08-31T16:59:59+00:00", "deadline.today"),
        ("2025-08-31T17:00:00+00:00", "deadline.passed"),
    ],
)
def test_a_day_passes_at_midnight_in_kuzbass(cast, plan, clock, now, kind):
    ItemFactory(roadmap=plan, bodies=["school"], starts_on=None, ends_on=datetime.date(2025, 8, 31))
    clock(now)

    reminders.remind(cast.region)

    assert kinds(cast.nina) == [kind]


# to whom


def test_whoever_is_named_hears_alone_until_it_is_late(cast, item):
    named = MembershipFactory(organization=cast.lake_school, user__username="named").user
    executions.entrust(at(item, cast.lake_school), holder=named, by=viewer_of(cast.nina))

    night(cast, END)
    night(cast, END + DAY)

    lake = told(organization=cast.lake_school)
    assert lake == {"deadline.today": {"named"}, "deadline.passed": {"named", "nina"}}


def test_when_whoever_was_named_has_left_all_who_report_hear(cast, item):
    named = MembershipFactory(organization=cast.lake_school, user__username="named").user
    executions.entrust(at(item, cast.lake_school), holder=named, by=viewer_of(cast.nina))
    Membership.objects.filter(user=named).update(until=END)

    night(cast, END)

    assert told(organization=cast.lake_school) == {"deadline.today": {"nina"}}


def test_who_stands_in_for_whoever_is_named_hears_too(cast, item, clock):
    clock("2025-10-31T06:00+07:00")
    named = MembershipFactory(organization=cast.lake_school, user__username="named")
    colleague = MembershipFactory(organization=cast.wood_school, user__username="colleague").user
    Substitution.objects.create(membership=named, substitute=colleague, since=END, until=END)
    Execution.objects.filter(organization=cast.lake_school).update(holder=named.user)
    Execution.objects.exclude(organization=cast.lake_school).delete()

    night(cast, END)

    assert told() == {"deadline.today": {"named", "colleague"}}


def test_only_those_who_report_hear(cast, item):
    MembershipFactory(organization=cast.lake_school, user__username="guest", role=Role.OBSERVER)

    night(cast, END)

    assert told() == {"deadline.today": {"nina", "igor"}}


def test_a_municipality_hears_through_its_bodies(cast, plan):
    ItemFactory(roadmap=plan, bodies=["mouo"])
    office = OrganizationFactory(code="office", kind="mouo", parent=cast.north)
    MembershipFactory(organization=office, user__username="clerk", role=Role.METHODOLOGIST)

    night(cast, END)

    assert told() == {"deadline.today": {"oleg", "svetlana", "clerk"}}


def test_an_item_for_a_cohort_is_told_to_its_members_only(cast, plan):
    cohort = Cohort.objects.create(owner=cast.ministry, title="Группа")
    cohort.members.set([cast.lake_school])
    item = ItemFactory(roadmap=plan, bodies=["school"], cohort=cohort)
    Execution.objects.create(item=item, organization=cast.hill_school, due_on=END)

    for day in (END - 7 * DAY, END, END + DAY, END + 30 * DAY):
        night(cast, day)

    assert set().union(*told().values()) == {"nina", "oleg"}


# one level up


def test_what_is_late_for_long_goes_one_level_up_as_one_notice(cast, item, plan):
    for number in ("2.16", "3.1"):
        ItemFactory(roadmap=plan, number=number, bodies=["school"])
    at(item, cast.lake_school)

    night(cast, END + 7 * DAY)
    assert "escalation" not in told()

    night(cast, END + 8 * DAY)
    assert told(kind="escalation") == {"escalation": {"oleg", "svetlana"}}
    lake = Notice.objects.get(kind="escalation", subject__startswith="Lake school")
    assert lake.user == cast.oleg
    assert lake.subject.startswith("Lake school, 3 пункта просрочены более 7 дней: ")
    assert set(lake.subject.split(": ")[1].split(", ")) == {"2.15", "2.16", "3.1"}
    assert lake.url == f"/roadmaps/{plan.pk}/?show=late&place=edu420001"


def test_it_goes_up_once_a_week(cast, item):
    at(item, cast.wood_school).delete()

    days = heard(cast, cast.oleg, END, END + 31 * DAY)

    assert set(days.values()) == {("escalation",)}
    weeks = [day.isocalendar().week for day in days]
    assert weeks == sorted(set(weeks)) == [45, 46, 47, 48, 49]


def test_after_how_many_days_it_goes_up_can_be_set(cast, item, settings):
    settings.ROADMAP_ESCALATE_DAYS = 1

    night(cast, END + 2 * DAY)

    assert "3 пункта" not in Notice.objects.filter(kind="escalation")[0].subject
    assert (
        "1 пункт просрочен более 1 дня: 2.15" in Notice.objects.filter(kind="escalation")[0].subject
    )


def test_a_municipality_goes_up_to_the_ministry_and_so_does_a_body_of_the_region(cast, plan):
    item = ItemFactory(roadmap=plan, bodies=["mouo"])
    Execution.objects.create(item=item, organization=cast.institute, due_on=END)
    Execution.objects.create(item=item, organization=cast.ministry, due_on=END)

    night(cast, END + 8 * DAY)

    rows = Notice.objects.filter(kind="escalation")
    assert {(one.user.username, one.subject.split(",")[0]) for one in rows} == {
        ("vera", "North"),
        ("vera", "South"),
        ("vera", "Institute"),
    }


def test_nobody_elsewhere_and_no_other_level_hears(cast, item):
    for days in range(-10, 30):
        night(cast, END + days * DAY)

    assert told(kind="escalation") == {"escalation": {"oleg", "svetlana"}}
    assert set().union(*told().values()) == {"nina", "igor", "oleg", "svetlana"}
    assert not Notice.objects.filter(user=cast.oleg, subject__contains="Hill").exists()


# laws

parts = st.fixed_dictionaries(
    {
        "state": st.sampled_from(State),
        "is_carried": st.booleans(),
        "due_on": st.none() | st.dates(END - 30 * DAY, END + 30 * DAY),
    }
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some=st.lists(parts, min_size=3, max_size=3), day=st.dates(END - 30 * DAY, END + 30 * DAY))
def test_nobody_hears_of_what_is_handed_in_or_carried_out_elsewhere(cast, item, some, day):
    Notice.objects.all().delete()
    rows = list(Execution.objects.filter(item=item).order_by("pk"))
    for row, part in zip(rows, some, strict=True):
        Execution.objects.filter(pk=row.pk).update(**part)

    night(cast, day)

    spoken_of = {int(one.key.split(":")[1]) for one in Notice.objects.exclude(kind="escalation")}
    owed = {
        row.pk
        for row, part in zip(rows, some, strict=True)
        if part["state"] in (State.DRAFT, State.RETURNED)
        and not part["is_carried"]
        and part["due_on"]
        and part["due_on"] <= day + 7 * DAY
    }
    nobodys = at(item, cast.wood_school).pk  # nobody works there
    assert spoken_of == owed - {nobodys}


def rows():
    return sorted(Notice.objects.values_list("user", "key", "subject"))


def test_a_night_done_twice_leaves_the_same_notices(cast, item):
    assert night(cast, END + 8 * DAY) == 5
    first = rows()

    assert night(cast, END + 8 * DAY) == 0
    assert rows() == first


def test_a_night_killed_in_the_middle_and_done_again_leaves_the_same_notices(
    cast, item, monkeypatch
):
    night(cast, END + 8 * DAY)
    whole = rows()
    Notice.objects.all().delete()
    monkeypatch.setattr(reminders, "EXECUTIONS_AT_ONCE", 1)

    def killed(done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reminders.remind(cast.region, day=END + 8 * DAY, progress=killed)
    assert 0 < len(rows()) < len(whole)

    night(cast, END + 8 * DAY)
    assert rows() == whole


@pytest.mark.parametrize("schools", [2, 40])
def test_a_night_costs_as_many_queries_for_few_as_for_many(cast, item, schools):
    for _ in range(schools):
        MembershipFactory(organization=OrganizationFactory(parent=cast.south))
    ItemFactory(roadmap=item.roadmap, bodies=["school"])
    Execution.objects.filter(organization=cast.lake_school).update(holder=cast.nina)

    with CaptureQueriesContext(connection) as queries:
        night(cast, END + 8 * DAY)

    asked = [one["sql"] for one in queries if not one["sql"].startswith(("SAVE", "REL"))]
    assert len(asked) == 10


# the task


def test_the_run_can_be_watched(cast, item, clock, django_capture_on_commit_callbacks):
    clock("2025-10-31T06:00+07:00")

    with django_capture_on_commit_callbacks(execute=True):
        tasks.remind()

    run = Run.objects.get(organization=cast.region)
    assert (run.status, run.result) == (Run.Status.DONE, {"notices": 2})
    assert (run.done, run.total) == (3, 3)
    assert told() == {"deadline.today": {"nina", "igor"}}
    assert Run.objects.filter(organization=cast.other_region, status=Run.Status.DONE).exists()


def test_a_run_whose_worker_was_killed_is_taken_up_again(cast, item, clock, monkeypatch):
    clock("2025-10-31T06:00+07:00")
    tasks.remind()
    run = Run.objects.get(organization=cast.region)
    whole = notices.notify_many

    def killed(wanted):
        whole(list(wanted)[:1])
        raise KeyboardInterrupt

    monkeypatch.setattr(notices, "notify_many", killed)
    with pytest.raises(KeyboardInterrupt):
        tasks.remind_region(run.pk)
    monkeypatch.setattr(notices, "notify_many", whole)
    assert Notice.objects.count() == 1

    tasks.remind_region(run.pk)
    assert Notice.objects.count() == 1  # its worker may still be alive
    clock("2025-10-31T06:05+07:00")
    tasks.remind_region(run.pk)

    run.refresh_from_db()
    assert (run.status, run.attempt) == (Run.Status.DONE, 2)
    assert told() == {"deadline.today": {"nina", "igor"}}


def test_a_run_that_still_waits_is_not_asked_for_twice(cast, item):
    tasks.remind()
    tasks.remind()

    assert Run.objects.filter(organization=cast.region).count() == 1
    with pytest.raises(Conflict):
        runs.request(tasks.remind_region.name, subject=cast.region, title="", by=None,
                     organization=cast.region)  # fmt: skip


@pytest.mark.parametrize(("name", "hour"), [("remind", 6), ("send-digests", 8)])
def test_it_is_asked_for_at_six_in_kuzbass_before_the_digest(name, hour):
    evening = datetime.datetime(2025, 10, 30, 22, 0, tzinfo=datetime.UTC)
    schedule = copy(app.conf.beat_schedule[name]["schedule"])
    schedule.app, schedule.nowfun = app, lambda: evening

    comes = evening + schedule.remaining_estimate(evening)

    assert comes == datetime.datetime(2025, 10, 31, hour, tzinfo=ZoneInfo("Asia/Novokuznetsk"))
    assert app.conf.beat_schedule["remind"]["task"] == tasks.remind.name
