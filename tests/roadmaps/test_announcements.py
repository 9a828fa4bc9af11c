"""Acts are told to those whom they concern, once, and never to who did them."""

import datetime

import pytest
from django.utils import timezone

from organizations.access import Role
from organizations.errors import Conflict
from organizations.models import Membership, Notice
from organizations.queries import viewer_of
from organizations.templatetags.ru import NBSP
from roadmaps.models import Delivery, Execution, Outcome, Roadmap
from roadmaps.queries.meetings import Circle
from roadmaps.services import executions, meetings, roadmaps, versions
from roadmaps.services.evidence import Proof
from roadmaps.services.meetings import Details
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.factories.roadmaps import ItemFactory, RoadmapFactory

DAY = datetime.timedelta(days=1)


@pytest.fixture
def plan(cast):
    return RoadmapFactory(owner=cast.ministry, title="План региона")


@pytest.fixture
def item(plan):
    return ItemFactory(roadmap=plan, number="2.15", title="Провести семинар", bodies=["school"])


@pytest.fixture
def sent(cast, item):
    """Nina's report on it."""
    return executions.report(item, text="Провели.", by=viewer_of(cast.nina))


def told(kind):
    return set(Notice.objects.filter(kind=kind).values_list("user__username", flat=True))


def notice(kind):
    return Notice.objects.get(kind=kind)


# reports


def test_who_accepts_is_told_of_a_report(cast, sent):
    assert told("execution.sent") == {"oleg"}
    assert notice("execution.sent").subject == "Lake school, п. 2.15: Провести семинар"
    assert notice("execution.sent").url == f"/roadmaps/executions/{sent.pk}/"


def test_a_report_that_asks_for_something_says_so(cast, item):
    executions.report(
        item, text="Карантин.", outcome=Outcome.POSTPONEMENT,
        postpone_to=datetime.date(2025, 12, 1), by=viewer_of(cast.nina),
    )  # fmt: skip

    subject = notice("execution.sent").subject
    assert subject == "Lake school, п. 2.15, прошу перенести срок: Провести семинар"


def test_a_municipalitys_report_goes_to_the_ministry(cast, plan):
    item = ItemFactory(roadmap=plan, bodies=["mouo"])

    executions.report(item, text="Провели.", by=viewer_of(cast.oleg))

    assert told("execution.sent") == {"vera"}


def test_who_accepts_their_own_report_is_not_told_of_it(cast, plan):
    MembershipFactory(organization=cast.ministry, user__username="colleague", role=Role.MINISTRY)
    item = ItemFactory(roadmap=plan)
    own = Execution.objects.create(item=item, organization=cast.ministry)

    executions.hand_in(own, text="Провели.", by=viewer_of(cast.vera))

    assert told("execution.sent") == {"colleague"}


def test_who_sent_it_and_who_carries_it_out_are_told_at_once_of_its_return(cast, item, sent):
    holder = MembershipFactory(organization=cast.lake_school, user__username="holder").user
    MembershipFactory(organization=cast.lake_school, user__username="colleague")
    Execution.objects.filter(pk=sent.pk).update(holder=holder)

    executions.send_back(sent, remark="Приложите протокол.", by=viewer_of(cast.oleg))

    rows = Notice.objects.filter(kind="execution.returned")
    assert told("execution.returned") == {"nina", "holder"}
    assert {(one.urgency, one.text) for one in rows} == {("immediate", "Приложите протокол.")}
    assert {one.url for one in rows} == {f"/roadmaps/{item.roadmap_id}/items/{item.pk}/"}


def test_each_return_is_an_occasion_of_its_own(cast, item, sent):
    for _ in range(2):
        executions.send_back(sent, remark="Поправьте.", by=viewer_of(cast.oleg))
        executions.report(item, text="Поправили.", by=viewer_of(cast.nina))

    assert Notice.objects.filter(kind="execution.returned", user=cast.nina).count() == 2
    assert Notice.objects.filter(kind="execution.sent", user=cast.oleg).count() == 3


def test_when_who_sent_it_has_left_all_who_report_are_told(cast, sent):
    MembershipFactory(organization=cast.lake_school, user__username="colleague")
    MembershipFactory(organization=cast.lake_school, user__username="guest", role=Role.OBSERVER)
    Membership.objects.filter(user=cast.nina).update(until=timezone.localdate())

    executions.send_back(sent, remark="Поправьте.", by=viewer_of(cast.oleg))

    assert told("execution.returned") == {"colleague"}


def test_of_an_act_that_did_not_succeed_nobody_is_told(cast, sent):
    with pytest.raises(Conflict):
        executions.send_back(sent, remark="Поправьте.", read="другой", by=viewer_of(cast.oleg))

    assert told("execution.returned") == set()


def test_an_acceptance_is_told_without_a_letter(cast, sent):
    executions.accept(sent, by=viewer_of(cast.oleg))

    assert told("execution.accepted") == {"nina"}
    assert notice("execution.accepted").urgency == "quiet"


def test_of_many_accepted_at_once_each_is_told(cast, plan, item):
    other = ItemFactory(roadmap=plan, number="3.1", bodies=["school"])
    Execution.objects.update(due_on=None)
    sent = [
        executions.report(
            one, text="Провели.", proofs=[Proof(title="Приказ")], by=viewer_of(cast.nina)
        )
        for one in (item, other)
    ]

    executions.accept_all([(one, "") for one in sent], by=viewer_of(cast.oleg))

    subjects = Notice.objects.filter(kind="execution.accepted", user=cast.nina)
    assert {one.subject.partition(":")[0] for one in subjects} == {"п. 2.15", "п. 3.1"}


def test_a_day_that_was_asked_for_and_moved_is_told_as_that_alone(cast, item):
    asked = executions.report(
        item, text="Карантин.", outcome=Outcome.POSTPONEMENT,
        postpone_to=datetime.date(2025, 12, 1), by=viewer_of(cast.nina),
    )  # fmt: skip

    executions.accept(asked, by=viewer_of(cast.oleg))

    assert told("execution.accepted") == set()
    assert told("execution.postponed") == {"nina"}
    moved = notice("execution.postponed")
    assert moved.subject == "п. 2.15, новый срок 1 декабря: Провести семинар"
    assert (moved.text, moved.urgency) == ("Карантин.", "digest")


def test_a_day_that_is_not_moved_is_told_as_a_refusal(cast, item):
    asked = executions.report(
        item, text="Карантин.", outcome=Outcome.POSTPONEMENT,
        postpone_to=datetime.date(2025, 12, 1), by=viewer_of(cast.nina),
    )  # fmt: skip

    executions.send_back(asked, remark="Успеваете.", by=viewer_of(cast.oleg))

    assert notice("execution.returned").subject.startswith("п. 2.15, в переносе срока отказано: ")


def test_each_move_of_a_day_is_told(cast, item):
    part = Execution.objects.get(item=item, organization=cast.lake_school)
    for month in (11, 12):
        day = datetime.date(2025, month, 30)
        executions.postpone(part, until=day, ground="Карантин", by=viewer_of(cast.oleg))

    assert Notice.objects.filter(kind="execution.postponed", user=cast.nina).count() == 2


# plans


@pytest.fixture
def draft(cast):
    draft = RoadmapFactory(owner=cast.ministry, title="План", status=Roadmap.Status.DRAFT)
    ItemFactory(roadmap=draft, position=1, bodies=["school"])
    ItemFactory(roadmap=draft, position=2, bodies=["school", "mouo"])
    return draft


def test_a_plan_in_force_is_told_to_those_who_owe_something_under_it(cast, draft):
    MembershipFactory(organization=cast.lake_school, user__username="guest", role=Role.OBSERVER)

    roadmaps.approve(draft, by=viewer_of(cast.vera))

    rows = Notice.objects.filter(kind="roadmap.approved")
    assert {one.user.username: one.subject for one in rows} == {
        "nina": "У вас 2 пункта: План",
        "igor": "У вас 2 пункта: План",
        "oleg": "У вас 1 пункт: План",
        "svetlana": "У вас 1 пункт: План",
    }
    assert {one.url for one in rows} == {f"/roadmaps/{draft.pk}/"}


def test_the_owner_who_approves_is_not_told(cast):
    draft = RoadmapFactory(owner=cast.north, status=Roadmap.Status.DRAFT)
    ItemFactory(roadmap=draft, bodies=["mouo", "school"])

    roadmaps.approve(draft, by=viewer_of(cast.oleg))

    assert told("roadmap.approved") == {"nina"}


def test_a_new_version_is_told_also_to_those_who_owe_nothing_any_more(cast, draft):
    roadmaps.approve(draft, by=viewer_of(cast.vera))
    Delivery.objects.create(roadmap=draft, organization=cast.institute)
    new = versions.next_version(draft, by=viewer_of(cast.vera))
    new.items.get(position=2).delete()
    new.order.number, new.order.signed_on = "7", timezone.localdate()
    new.order.save()
    Notice.objects.all().delete()

    roadmaps.approve(new, by=viewer_of(cast.vera))

    rows = Notice.objects.filter(kind="roadmap.superseded")
    assert {one.user.username: one.subject for one in rows} == {
        "nina": "У вас 1 пункт: План",
        "igor": "У вас 1 пункт: План",
        "inna": "У вас больше нет пунктов: План",
        "oleg": "У вас больше нет пунктов: План",
        "svetlana": "У вас больше нет пунктов: План",
    }
    assert told("roadmap.approved") == set()


def test_the_operator_of_the_console_is_nobody_to_leave_out(cast, draft):
    roadmaps.approve(draft, by=None)

    assert told("roadmap.approved") == {"nina", "igor", "oleg", "svetlana"}


# events


def details(**other):
    starts = datetime.datetime(2025, 10, 20, 3, tzinfo=datetime.UTC)
    told = {"kind": "seminar", "title": "Объективность", "starts_at": starts, "place": "Зал"}
    return Details(**told | other)


@pytest.fixture
def meeting(cast, plan):
    """Oleg's, with his schools invited."""
    item = ItemFactory(roadmap=plan, bodies=["mouo"])
    meeting = meetings.plan(item, details(), by=viewer_of(cast.oleg))
    meetings.invite(meeting, Circle.SCHOOLS, by=viewer_of(cast.oleg))
    return meeting


def test_the_invited_are_told_when_and_what(cast, meeting):
    assert told("meeting.invited") == {"nina"}
    found = notice("meeting.invited")
    assert found.subject == "20 октября в 10:00, семинар «Объективность»"
    assert (found.text, found.url) == ("Зал", f"/roadmaps/meetings/{meeting.pk}/")


def test_only_who_was_not_invited_before_is_told(cast, meeting):
    new = OrganizationFactory(parent=cast.north)
    MembershipFactory(organization=new, user__username="new")

    meetings.invite(meeting, Circle.SCHOOLS, by=viewer_of(cast.oleg))

    assert told("meeting.invited") == {"nina", "new"}
    assert Notice.objects.filter(user=cast.nina).count() == 1


def test_each_change_is_told_and_what_changes_nothing_is_not(cast, meeting):
    by, later = viewer_of(cast.oleg), meeting.starts_at + DAY
    meetings.change(meeting, details(), by=by)
    assert told("meeting.changed") == set()

    meetings.change(meeting, details(starts_at=later), by=by)
    meetings.change(meeting, details(), by=by)

    rows = Notice.objects.filter(kind="meeting.changed", user=cast.nina).order_by("pk")
    assert [(one.subject.split(",")[0], one.text.replace(NBSP, " ")) for one in rows] == [
        ("21 октября в 10:00", "Прежнее время: 20 октября в 10:00. Зал"),
        ("20 октября в 10:00", "Прежнее время: 21 октября в 10:00. Зал"),
    ]


def test_a_cancelled_one_is_told_with_its_reason(cast, meeting):
    meetings.cancel(meeting, reason="Карантин.", by=viewer_of(cast.oleg))

    assert told("meeting.cancelled") == {"nina"}
    assert notice("meeting.cancelled").text == "Карантин."
