"""The personal calendar: an address that is a secret, what it tells, to whom it stops telling."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from organizations.models import Event, Membership, State
from organizations.queries import viewer_of
from roadmaps.models import CalendarFeed, Meeting, Participation
from roadmaps.services import feeds
from roadmaps.terms import TermKind
from tests.factories.roadmaps import ExecutionFactory, ItemFactory, RoadmapFactory

SUBSCRIBE = reverse("roadmaps:calendar_subscribe")
CANCEL = reverse("roadmaps:calendar_cancel")


def address(secret):
    return reverse("calendar_feed", args=[secret])


def days(number):
    return timezone.localdate() + datetime.timedelta(days=number)


def lines_of(answer):
    """The file's lines, those that go on put together."""
    assert answer.status_code == 200
    return answer.content.decode().replace("\r\n ", "").split("\r\n")


def titles(answer):
    return [line.removeprefix("SUMMARY:") for line in lines_of(answer) if "SUMMARY:" in line]


def started(answer):
    return [line.partition(":")[2] for line in lines_of(answer) if line.startswith("DTSTART")]


@pytest.fixture
def plan(cast):
    return RoadmapFactory(owner=cast.ministry, title="План региона")


@pytest.fixture
def secret(cast):
    return feeds.subscribe(by=viewer_of(cast.nina))


def due(plan, title, number, **given):
    return ItemFactory(
        roadmap=plan, title=title, bodies=["school"],
        starts_on=days(-30), ends_on=days(number), **given,
    )  # fmt: skip


def meeting_of(item, holder, at, **given):
    return Meeting.objects.create(
        item=item, organization=holder, kind=Meeting.Kind.SEMINAR, title="Семинар", starts_at=at,
        **given,
    )  # fmt: skip


def test_what_is_still_owed_stands_on_its_days_without_signing_in(cast, client, plan, secret):
    due(plan, "Сдать форму", 5)
    done = due(plan, "Уже сдано", 6)
    ExecutionFactory(item=done, organization=cast.lake_school, state=State.SENT)

    answer = client.get(address(secret))

    assert titles(answer) == [f"Срок: п. {plan.items.first().number} Сдать форму"]
    assert started(answer) == [f"{days(5):%Y%m%d}"]
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"


def test_a_window_stands_on_its_control_points_to_come(cast, client, plan, secret):
    due(plan, "Консультации", 200, term_kind=TermKind.SCHOOL_YEAR,
        control_points=[days(-20), days(40), days(100)])  # fmt: skip
    first = plan.items.get().executions.get(organization=cast.lake_school)

    told = started(client.get(address(secret)))

    assert told == [f"{one:%Y%m%d}" for one in (days(-20), days(40), days(100))]
    first.due_on = days(40)  # told of at the first point
    first.save(update_fields=["due_on"])
    assert started(client.get(address(secret))) == [f"{days(40):%Y%m%d}", f"{days(100):%Y%m%d}"]


def test_a_term_that_was_moved_stands_on_its_new_day(cast, client, plan, secret):
    item = due(plan, "Сдать форму", 5)
    item.executions.filter(organization=cast.lake_school).update(
        was_due_on=days(5), due_on=days(12)
    )

    assert started(client.get(address(secret))) == [f"{days(12):%Y%m%d}"]


def test_meetings_of_the_invited_stand_at_their_hours(cast, client, plan, secret):
    item = due(plan, "Семинары", 5)
    item.executions.all().delete()
    at = timezone.make_aware(datetime.datetime.combine(days(3), datetime.time(14, 30)))
    invited = meeting_of(item, cast.ministry, at, place="Актовый зал")
    meeting_of(item, cast.ministry, at)
    Participation.objects.create(meeting=invited, organization=cast.lake_school)
    cancelled = meeting_of(item, cast.ministry, at, state=Meeting.State.CANCELLED)
    Participation.objects.create(meeting=cancelled, organization=cast.lake_school)

    lines = lines_of(client.get(address(secret)))

    assert [one for one in lines if one.startswith("DTSTART")] == [
        f"DTSTART:{at.astimezone(datetime.UTC):%Y%m%dT%H%M%S}Z"
    ]
    assert "LOCATION:Актовый зал" in lines


def test_the_address_is_shown_once_and_only_its_digest_is_kept(cast, signed_in):
    client = signed_in(cast.nina)

    page = client.post(SUBSCRIBE).content.decode()

    shown = page.partition("testserver/calendar/")[2].partition(".ics")[0]
    assert len(shown) == 43
    assert shown not in str(CalendarFeed.objects.values())
    assert client.get(address(shown)).status_code == 200
    assert shown not in client.get(reverse("roadmaps:calendar")).content.decode()


def test_a_new_address_ends_the_one_before(cast, client, secret):
    renewed = feeds.subscribe(by=viewer_of(cast.nina))

    assert client.get(address(secret)).status_code == 404
    assert client.get(address(renewed)).status_code == 200
    assert CalendarFeed.objects.count() == 1


def test_an_address_may_be_taken_back(cast, client, signed_in, secret):
    signed_in(cast.nina).post(CANCEL)

    assert client.get(address(secret)).status_code == 404
    acts = Event.objects.filter(action__startswith="calendar.").order_by("pk")
    assert [act.action for act in acts] == ["calendar.issued", "calendar.revoked"]


def test_nobody_takes_back_the_address_of_another(cast, client, signed_in, secret):
    signed_in(cast.igor).post(CANCEL)

    assert client.get(address(secret)).status_code == 200


def test_a_blocked_person_and_one_without_a_place_are_told_nothing(cast, client, secret):
    cast.nina.is_active = False
    cast.nina.save(update_fields=["is_active"])
    assert client.get(address(secret)).status_code == 404

    cast.nina.is_active = True
    cast.nina.save(update_fields=["is_active"])
    assert client.get(address(secret)).status_code == 200

    Membership.objects.filter(user=cast.nina).update(until=days(-1))
    assert client.get(address(secret)).status_code == 404


@pytest.mark.parametrize("unknown", ["a", "x" * 43, "-_-"])
def test_an_unknown_address_is_not_found(db, client, unknown):
    assert client.get(address(unknown)).status_code == 404


def test_who_asks_again_is_told_that_nothing_has_changed(cast, client, plan, secret):
    due(plan, "Сдать форму", 5)
    first = client.get(address(secret))

    again = client.get(address(secret), headers={"If-None-Match": first["ETag"]})
    due(plan, "Ещё одно дело", 7)
    changed = client.get(address(secret), headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_a_longer_calendar_asks_the_database_no_more(
    cast, client, plan, secret, django_assert_num_queries
):
    due(plan, "Сдать форму", 5)
    with django_assert_num_queries(4):
        client.get(address(secret))
    for number in range(1, 5):
        item = due(plan, f"Дело {number}", number)
        at = timezone.now() + datetime.timedelta(days=number)
        Participation.objects.create(
            meeting=meeting_of(item, cast.ministry, at), organization=cast.lake_school
        )

    with django_assert_num_queries(4):
        assert len(titles(client.get(address(secret)))) == 9


def test_a_neighbours_duties_are_not_told(cast, client, secret):
    own = RoadmapFactory(owner=cast.south, title="План Юга")
    due(own, "Тайное дело Юга", 5)

    assert titles(client.get(address(secret))) == []
