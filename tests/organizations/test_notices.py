"""Notices: told once to whom they concern, sent as letters until they go, to nobody else."""

import datetime
import re
import smtplib
import socket
import threading
from copy import copy
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend as Kept
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organizations import letters, tasks
from organizations.access import Permission, Role
from organizations.errors import NotAllowed
from organizations.models import NOTICE_KINDS, Membership, Notice, Substitution, Urgency, User
from organizations.queries import viewer_of
from organizations.services import members, notices
from organizations.services.notices import Wanted
from rsoko.celery import app
from tests.factories.notices import NoticeFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory

DAY = datetime.timedelta(days=1)
MINUTE = datetime.timedelta(minutes=1)
Mail = Notice.Mail
REFUSED = smtplib.SMTPRecipientsRefused({"nina@example.org": (550, b"no such nina@example.org")})


@pytest.fixture
def cast(cast):
    """The cast, each with an address."""
    for name, person in cast.people().items():
        person.email = f"{name}@example.org"
        person.save()
    return cast


def tell(organization, kind="execution.returned", **what):
    what = {"subject": "п. 2.15", "url": "/roadmaps/1/", "key": "item 215"} | what
    return notices.notify(organization, kind=kind, **what)


def told():
    return set(Notice.objects.values_list("user__username", flat=True))


def recipients():
    return sorted(to for letter in mail.outbox for to in letter.to)


def come(*rows):
    """The moment of the next try has come."""
    Notice.objects.filter(pk__in=[row.pk for row in rows] or Notice.objects.values("pk")).update(
        next_try_at=timezone.now() - MINUTE
    )


# who is told


def test_the_people_of_an_organization_are_told_and_nobody_else(cast):
    assert tell(cast.lake_school) == 1

    notice = Notice.objects.get()
    assert (notice.user, notice.organization) == (cast.nina, cast.lake_school)
    assert (notice.urgency, notice.mail_state) == ("immediate", "due")
    assert notice.about == "Отчёт возвращён с замечанием"


def test_only_who_holds_the_permission_is_told(cast):
    MembershipFactory(organization=cast.north, user__username="metod", role=Role.METHODOLOGIST)

    tell(cast.north, permission=Permission.EXECUTION_ACCEPT)

    assert told() == {"oleg"}


def test_a_level_is_told_through_the_bodies_beside_it(cast):
    tell(cast.region, permission=Permission.EXECUTION_ACCEPT)

    assert told() == {"vera"}
    assert Notice.objects.get().organization == cast.ministry


def test_one_person_may_be_told_alone(cast):
    MembershipFactory(organization=cast.lake_school)

    tell(cast.lake_school, user_id=cast.nina.pk)

    assert told() == {"nina"}


def test_a_person_is_not_told_for_an_organization_that_is_not_theirs(cast):
    assert tell(cast.lake_school, user_id=cast.igor.pk) == 0


def test_who_stands_in_today_is_told_too(cast):
    today = timezone.localdate()
    colleague = MembershipFactory(organization=cast.lake_school, user__username="colleague").user
    other = MembershipFactory(organization=cast.lake_school, user__username="later").user
    place = cast.nina.memberships.get()
    Substitution.objects.create(membership=place, substitute=colleague, since=today, until=today)
    Substitution.objects.create(
        membership=place, substitute=other, since=today + DAY, until=today + DAY
    )
    Membership.objects.exclude(pk=place.pk).filter(organization=cast.lake_school).update(
        role=Role.OBSERVER
    )

    tell(cast.lake_school, permission=Permission.EXECUTION_REPORT)

    assert told() == {"nina", "colleague"}


def test_who_has_left_or_is_blocked_is_not_told(cast):
    members.block(cast.nina.memberships.get(), by=viewer_of(cast.oleg))
    Membership.objects.filter(user=cast.igor).update(until=timezone.localdate())

    assert tell(cast.lake_school) + tell(cast.hill_school) == 0


def test_nobody_hears_twice_of_one_duty(cast):
    tell(cast.lake_school)
    MembershipFactory(organization=cast.lake_school, user__username="new")

    again = tell(cast.lake_school, subject="п. 2.15, ещё раз")

    assert again == 1
    assert sorted(Notice.objects.values_list("user__username", "subject")) == [
        ("new", "п. 2.15, ещё раз"),
        ("nina", "п. 2.15"),
    ]


def test_the_database_itself_refuses_a_second_notice_of_a_duty(cast):
    NoticeFactory(user=cast.nina, key="item 215")

    with pytest.raises(IntegrityError, match="notice_told_once"):
        NoticeFactory(user=cast.nina, key="item 215")


@pytest.mark.parametrize("url", ["//evil.example", "/\\evil.example", "https://evil.example", ""])
def test_a_notice_leads_nowhere_but_into_the_portal(cast, url):
    with pytest.raises(IntegrityError, match="notice_url_inside_the_portal"), transaction.atomic():
        tell(cast.lake_school, url=url)

    assert not Notice.objects.exists()


def test_an_unknown_kind_is_a_bug(cast):
    with pytest.raises(ValueError, match="no such kind of notice"):
        tell(cast.lake_school, kind="execution.lost")


def test_a_subject_is_one_line_that_fits(cast):
    tell(cast.lake_school, subject="п. 2.15\r\nBcc: all@example.org " + "долго " * 100)

    subject = Notice.objects.get().subject
    assert "\n" not in subject
    assert len(subject) == 200
    assert subject.endswith("…")


@pytest.mark.parametrize(
    ("kind", "email", "state"),
    [
        ("deadline.today", "nina@example.org", Mail.DUE),
        ("deadline.soon", "nina@example.org", Mail.DUE),
        ("execution.accepted", "nina@example.org", Mail.NONE),
        ("deadline.today", "", Mail.NONE),
    ],
)
def test_a_letter_is_due_for_what_is_not_quiet_and_for_who_has_an_address(cast, kind, email, state):
    User.objects.filter(pk=cast.nina.pk).update(email=email)

    tell(cast.lake_school, kind=kind)

    assert Notice.objects.get().mail_state == state


def test_at_once_only_a_return_a_refusal_and_a_deadline_of_today():
    at_once = {kind for kind, (_, urgency) in NOTICE_KINDS.items() if urgency == Urgency.IMMEDIATE}

    assert at_once == {"deadline.today", "execution.returned"}


@pytest.mark.parametrize("schools", [3, 60])
def test_a_night_of_notices_costs_three_queries(cast, schools):
    places = [OrganizationFactory(parent=cast.south) for _ in range(schools)]
    for place in places:
        MembershipFactory(organization=place)
    wanted = [
        Wanted(place.pk, "deadline.soon", f"п. {n}", "/roadmaps/", f"item {n} {place.pk}")
        for place in places
        for n in range(10)
    ]

    with CaptureQueriesContext(connection) as queries:
        assert notices.notify_many(wanted) == schools * 10

    selects = [one["sql"] for one in queries if not one["sql"].startswith(("SAVE", "REL"))]
    assert len(selects) == 3
    assert notices.notify_many(wanted) == 0


# reading


def test_reading_takes_the_waiting_letter_back(cast):
    notice = NoticeFactory(user=cast.nina)

    notices.read(notice, by=viewer_of(cast.nina))

    notice.refresh_from_db()
    assert notice.read_at is not None
    assert notice.mail_state == Mail.NONE
    assert notices.unread(viewer_of(cast.nina)) == 0


def test_the_moment_of_the_first_reading_stays(cast):
    notice = NoticeFactory(user=cast.nina, read_at=timezone.now() - DAY)

    notices.read(notice, by=viewer_of(cast.nina))

    assert Notice.objects.get().read_at == notice.read_at


def test_nobody_reads_anothers_notice(cast):
    notice = NoticeFactory(user=cast.nina)

    for person in (cast.oleg, cast.vera, cast.anton):
        with pytest.raises(NotAllowed, match="не вам"):
            notices.read(notice, by=viewer_of(person))

    assert Notice.objects.get().read_at is None


def test_reading_all_leaves_what_came_after_the_page_was_shown(cast):
    shown = NoticeFactory(user=cast.nina)
    later = NoticeFactory(user=cast.nina)
    NoticeFactory(user=cast.igor)

    assert notices.read_all(by=viewer_of(cast.nina), up_to=shown.pk) == 1

    assert set(Notice.objects.unread().values_list("user__username", flat=True)) == {"nina", "igor"}
    assert notices.read_all(by=viewer_of(cast.nina)) == 1
    later.refresh_from_db()
    assert later.read_at is not None


# letters at once


def test_an_urgent_letter_goes_once_with_its_link(cast, settings):
    settings.SITE_URL = "https://rsoko.example.org"
    tell(cast.lake_school, text="Приложите протокол совещания.")

    tasks.send_letters()
    tasks.send_letters()

    [letter] = mail.outbox
    notice = Notice.objects.get()
    assert letter.to == ["nina@example.org"]
    assert letter.subject == "Отчёт возвращён с замечанием: п. 2.15"
    assert "Откройте: https://rsoko.example.org/roadmaps/1/\n" in letter.body
    assert "https://rsoko.example.org/organizations/inbox/" in letter.body
    assert "Приложите" not in letter.body
    assert (notice.mail_state, notice.next_try_at) == ("sent", None)
    assert notice.sent_at is not None


def test_a_subject_with_signs_of_markup_arrives_as_it_is(cast):
    tell(cast.lake_school, subject="«Ум & честь» <2>")

    tasks.send_letters()

    assert mail.outbox[0].subject.endswith(": «Ум & честь» <2>")
    assert "«Ум & честь» <2>" in mail.outbox[0].body


def test_what_was_read_is_not_sent(cast):
    tell(cast.lake_school)
    notices.read_all(by=viewer_of(cast.nina))

    tasks.send_letters()

    assert mail.outbox == []


def block(cast, place):
    members.block(place, by=viewer_of(cast.oleg))


def move(cast, place):
    members.move(
        place, organization=cast.wood_school, role=Role.DEPUTY, position="", by=viewer_of(cast.oleg)
    )


def lose_the_address(cast, place):
    User.objects.filter(pk=place.user_id).update(email="")


@pytest.mark.parametrize("leave", [block, move, lose_the_address])
@pytest.mark.parametrize("kind", ["deadline.today", "deadline.soon"])
def test_who_may_not_be_told_any_more_gets_no_letter(cast, leave, kind):
    tell(cast.lake_school, kind=kind)
    assert Notice.objects.get().mail_state == Mail.DUE

    leave(cast, cast.nina.memberships.get())
    tasks.send_digests()

    assert mail.outbox == []
    assert Notice.objects.get().mail_state == Mail.NONE


def test_who_stands_in_no_more_gets_no_letter(cast):
    today = timezone.localdate()
    colleague = MembershipFactory(organization=cast.wood_school, user__email="c@example.org").user
    standing_in = Substitution.objects.create(
        membership=cast.nina.memberships.get(), substitute=colleague, since=today - DAY, until=today
    )
    tell(cast.lake_school)

    members.end_substitution(standing_in, by=viewer_of(cast.nina))
    tasks.send_letters()

    assert recipients() == ["nina@example.org"]
    assert Notice.objects.get(user=colleague).mail_state == Mail.NONE


# letters that fail


class Refusing(Kept):
    """A mail server that does not know Nina."""

    def send_messages(self, messages):
        if messages[0].to == ["nina@example.org"]:
            raise REFUSED
        return super().send_messages(messages)


@pytest.fixture
def dead_server(settings):
    """The address of a mail server where nobody listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = closed.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"


def test_a_refused_letter_is_noted_without_the_address_and_the_others_go(cast, monkeypatch):
    monkeypatch.setattr(letters, "get_connection", lambda **options: Refusing(**options))
    tell(cast.lake_school)
    tell(cast.hill_school)

    tasks.send_letters()

    failed = Notice.objects.get(user=cast.nina)
    assert recipients() == ["igor@example.org"]
    assert (failed.mail_state, failed.attempts) == (Mail.DUE, 1)
    assert failed.last_error == "почтовый сервер не принял адрес"
    assert Notice.objects.get(user=cast.igor).mail_state == Mail.SENT


def test_an_address_that_is_none_harms_only_its_own_letter(cast, monkeypatch):
    User.objects.filter(pk=cast.nina.pk).update(email="nina@example.org\nBcc: all@example.org")
    tell(cast.lake_school)
    tell(cast.hill_school)

    tasks.send_letters()

    assert recipients() == ["igor@example.org"]
    assert Notice.objects.get(user=cast.nina).last_error == "адрес не подходит для письма"


def test_a_server_that_does_not_answer_is_asked_later_and_later_then_no_more(cast, dead_server):
    tell(cast.lake_school)
    waits = []

    for _ in range(10):
        come()
        asked = timezone.now()
        tasks.send_letters()
        notice = Notice.objects.get()
        if notice.mail_state == Mail.FAILED:
            break
        waits.append(round((notice.next_try_at - asked) / MINUTE))

    assert waits == [1, 5, 30, 120, 360]
    assert (notice.attempts, notice.next_try_at) == (6, None)
    assert notice.last_error == "нет связи с почтовым сервером"


def test_a_server_that_is_down_is_asked_once_a_minute_not_once_a_letter(cast, monkeypatch):
    asked = []

    class Down(Kept):
        def open(self):
            asked.append(1)
            raise TimeoutError("timed out")

    monkeypatch.setattr(letters, "get_connection", lambda **options: Down(**options))
    for n in range(5):
        tell(cast.lake_school, key=f"item {n}")

    tasks.send_letters()

    assert len(asked) == 1
    assert set(Notice.objects.values_list("attempts", "last_error")) == {
        (1, "почтовый сервер не ответил вовремя")
    }


def test_a_letter_goes_once_after_the_server_is_back(cast, dead_server, settings):
    tell(cast.lake_school)
    tasks.send_letters()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    tasks.send_letters()
    assert mail.outbox == []
    come()
    tasks.send_letters()
    tasks.send_letters()

    notice = Notice.objects.get()
    assert recipients() == ["nina@example.org"]
    assert (notice.mail_state, notice.last_error) == (Mail.SENT, "")


def test_a_letter_whose_worker_died_is_due_again_after_its_lease(cast):
    tell(cast.lake_school)
    [claimed] = letters._claimed_singles()

    tasks.send_letters()
    assert mail.outbox == []
    assert claimed.lease > timezone.now() + 10 * MINUTE

    come()
    tasks.send_letters()
    assert recipients() == ["nina@example.org"]


def at_once(*acts):
    """Do the acts in threads that start together, each on a connection of its own."""
    start = threading.Barrier(len(acts))
    raised = []

    def work(act):
        start.wait()
        try:
            act()
        except Exception as error:  # noqa: BLE001 - the test looks at whatever was raised
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return raised


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_send_every_letter_once(cast, monkeypatch):
    monkeypatch.setattr(letters, "BATCH", 3)
    for n in range(10):
        tell(cast.lake_school, key=f"item {n}", subject=f"п. {n}")
    for person in (cast.nina, cast.oleg, cast.igor, cast.svetlana, cast.vera):
        NoticeFactory.create_batch(4, user=person)

    raised = at_once(*[tasks.send_digests] * 4)

    assert raised == []
    digests = [letter for letter in mail.outbox if letter.subject.startswith("Ваши дела")]
    assert len(mail.outbox) - len(digests) == 10
    assert len({letter.subject for letter in mail.outbox} - {digests[0].subject}) == 10
    assert sorted(letter.to[0].partition("@")[0] for letter in digests) == [
        "igor", "nina", "oleg", "svetlana", "vera",
    ]  # fmt: skip
    assert all("Срок подходит: 4" in letter.body for letter in digests)


@pytest.mark.django_db(transaction=True)
def test_a_letter_another_worker_is_claiming_is_passed_over(cast):
    tell(cast.lake_school)
    tell(cast.hill_school)
    claimed = []

    with transaction.atomic():
        Notice.objects.select_for_update().get(user=cast.nina)
        at_once(lambda: claimed.extend(letters._claimed_singles()))

    assert [letter.user for letter in claimed] == [cast.igor]


@pytest.mark.django_db(transaction=True)
def test_a_person_whose_digest_another_worker_is_claiming_is_passed_over(cast):
    for person in (cast.nina, cast.igor):
        NoticeFactory.create_batch(2, user=person)
    letters.open_digests()
    claimed = []

    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=cast.nina.pk)
        at_once(lambda: claimed.extend(letters._claimed_digests()))

    assert [(letter.user, len(letter.notices)) for letter in claimed] == [(cast.igor, 2)]


# the digest


def test_the_digest_gathers_ones_own_duties_by_kind(cast):
    NoticeFactory(user=cast.nina, subject="п. 3.1", url="/roadmaps/1/items/31/")
    NoticeFactory(user=cast.nina, subject="п. 1.2", kind="deadline.passed", text="Школа Lake")
    NoticeFactory(user=cast.nina, subject="п. 9.9", read_at=timezone.now())
    NoticeFactory(user=cast.igor, subject="п. 4.4")

    tasks.send_digests()

    assert recipients() == ["igor@example.org", "nina@example.org"]
    [letter] = [letter for letter in mail.outbox if letter.to == ["nina@example.org"]]
    assert re.fullmatch(r"Ваши дела на \d+ \w+: 2", letter.subject)
    assert letter.body.index("Срок прошёл: 1") < letter.body.index("Срок подходит: 1")
    assert "– п. 3.1\n  http://127.0.0.1:8000/roadmaps/1/items/31/\n" in letter.body
    assert not [words for words in ("п. 9.9", "п. 4.4", "Школа Lake") if words in letter.body]


def test_the_digest_waits_for_its_hour_and_then_goes_once(cast):
    NoticeFactory(user=cast.nina)

    tasks.send_letters()
    assert mail.outbox == []

    tasks.send_digests()
    tasks.send_digests()
    tasks.send_letters()
    assert recipients() == ["nina@example.org"]


def test_a_digest_that_failed_is_tried_again_without_waiting_for_the_next_morning(
    cast, dead_server, settings
):
    NoticeFactory.create_batch(3, user=cast.nina)
    tasks.send_digests()
    assert set(Notice.objects.values_list("mail_state", "attempts")) == {(Mail.DUE, 1)}
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    come()
    tasks.send_letters()

    assert [letter.subject[-1] for letter in mail.outbox] == ["3"]


def test_a_long_list_of_one_kind_is_cut_and_said_to_be(cast, monkeypatch):
    monkeypatch.setattr(letters, "OF_ONE_KIND", 2)
    NoticeFactory.create_batch(3, user=cast.nina)

    tasks.send_digests()

    body = mail.outbox[0].body
    assert "Срок подходит: 3" in body
    assert body.count("\n– ") == 3
    assert "– и другие, все они здесь: http://127.0.0.1:8000/organizations/inbox/" in body


def test_a_digest_of_many_people_costs_one_query_a_letter(cast):
    def cost(people):
        for _ in range(people):
            member = MembershipFactory(organization=cast.lake_school, user__email="p@example.org")
            NoticeFactory.create_batch(5, user=member.user)
        with CaptureQueriesContext(connection) as queries:
            tasks.send_digests()
        return len(queries)

    first, second = cost(2), cost(12)

    assert second - first <= 10  # noting each letter as sent, and nothing else, goes with people
    assert len(mail.outbox) == 14


@pytest.mark.parametrize(
    ("utc", "is_due"),
    [("2026-11-17 00:59", False), ("2026-11-17 01:00", True), ("2026-07-17 01:00", True)],
)
def test_the_digest_is_due_at_eight_where_the_region_is(utc, is_due):
    now = datetime.datetime.fromisoformat(utc).replace(tzinfo=datetime.UTC)
    schedule = copy(app.conf.beat_schedule["send-digests"]["schedule"])
    schedule.app, schedule.nowfun = app, lambda: now

    yesterday = now.replace(hour=1, minute=0) - DAY
    due = schedule.is_due(yesterday)

    assert due.is_due == is_due
    assert now.astimezone(ZoneInfo("Asia/Novokuznetsk")).hour == (8 if is_due else 7)


def test_the_post_is_looked_after_every_minute():
    entry = app.conf.beat_schedule["send-letters"]

    assert (entry["task"], entry["schedule"]) == (tasks.send_letters.name, 60)
