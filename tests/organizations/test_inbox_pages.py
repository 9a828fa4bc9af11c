"""The page of one's own notices: order, filters, reading, what became of the letters."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from organizations.models import Notice, User
from tests.factories.notices import NoticeFactory

INBOX = reverse("organizations:inbox")
READ_ALL = reverse("organizations:notices_read")


def read_address(notice):
    return reverse("organizations:notice_read", args=[notice.pk])


def words_of(answer):
    """The page with the spaces that hold told as spaces."""
    return answer.content.decode().replace("\u00a0", " ")


def subjects(page):
    return [notice.subject for notice in page.context["page"]]


def here(hour, minute=0):
    """This hour of today, where the region is."""
    day = timezone.localdate()
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour, minute)))


def test_unread_notices_come_first_the_newest_on_top(cast, signed_in):
    for subject, is_read in [("старое", False), ("прочитано", True), ("новое", False)]:
        NoticeFactory(user=cast.nina, subject=subject, read_at=timezone.now() if is_read else None)

    page = signed_in(cast.nina).get(INBOX)

    assert subjects(page) == ["новое", "старое", "прочитано"]
    assert "Ждут прочтения 2 уведомления" in words_of(page)


def test_the_filter_shows_only_the_unread(cast, signed_in):
    NoticeFactory(user=cast.nina, subject="новое")
    NoticeFactory(user=cast.nina, subject="прочитано", read_at=timezone.now())

    page = signed_in(cast.nina).get(INBOX, {"state": "unread"})

    assert subjects(page) == ["новое"]
    assert [one.get("count") for one in page.context["filters"]] == [None, 1]


def test_one_sees_only_ones_own(cast, signed_in):
    NoticeFactory(user=cast.igor, subject="чужое", organization=cast.lake_school)

    for person in (cast.nina, cast.oleg, cast.vera, cast.anton):
        page = signed_in(person).get(INBOX)
        assert subjects(page) == []
        assert "чужое" not in page.content.decode()


def test_a_notice_leads_to_its_page_and_is_marked_from_the_list(cast, signed_in):
    notice = NoticeFactory(user=cast.nina, subject="п. 2.15", url="/roadmaps/1/", text="До пятницы")
    client = signed_in(cast.nina)

    page = words_of(client.get(INBOX, {"state": "unread"}))
    answer = client.post(f"{read_address(notice)}?state=unread")

    notice.refresh_from_db()
    assert 'href="/roadmaps/1/"' in page
    assert "До пятницы" in page
    assert f'action="{read_address(notice)}?state=unread"' in page
    assert answer.url == f"{INBOX}?state=unread"
    assert notice.read_at is not None
    after = words_of(client.get(INBOX, {"state": "unread"}))
    assert "Непрочитанных уведомлений нет" in after
    assert "Всё прочитано" in after


def test_another_persons_notice_is_not_there(cast, signed_in):
    notice = NoticeFactory(user=cast.nina)

    for person in (cast.oleg, cast.vera, cast.anton, cast.rita):
        assert signed_in(person).post(read_address(notice)).status_code == 404

    assert Notice.objects.get().read_at is None


def test_following_a_link_reads_nothing(cast, signed_in):
    notice = NoticeFactory(user=cast.nina)
    client = signed_in(cast.nina)

    client.get(INBOX)

    assert client.get(read_address(notice)).status_code == 405
    assert client.get(READ_ALL).status_code == 405
    assert Notice.objects.get().read_at is None


def test_all_that_was_shown_is_marked_at_once(cast, signed_in):
    NoticeFactory.create_batch(3, user=cast.nina)
    client = signed_in(cast.nina)
    newest = client.get(INBOX).context["newest"]
    NoticeFactory(user=cast.nina, subject="после")
    NoticeFactory(user=cast.igor)

    client.post(READ_ALL, {"newest": newest})

    unread = Notice.objects.unread().values_list("user__username", "subject")
    assert ("nina", "после") in unread
    assert len(unread) == 2


@pytest.mark.parametrize("typed", ["", "все", "9" * 5000, "99999999999999999999"])
def test_a_number_that_is_none_marks_all(cast, signed_in, typed):
    NoticeFactory(user=cast.nina)

    assert signed_in(cast.nina).post(READ_ALL, {"newest": typed}).status_code == 302

    assert not Notice.objects.unread().exists()


@pytest.mark.parametrize(
    ("letter", "words"),
    [
        ({"mail_state": "none", "urgency": "quiet"}, "без письма"),
        ({"urgency": "digest"}, "письмо придёт в 8:00"),
        ({"urgency": "immediate"}, "письмо отправляется"),
        ({"mail_state": "sent", "sent_at": (8, 0)}, "письмо отправлено сегодня в 8:00"),
        (
            {"attempts": 3, "next_try_at": (9, 40), "last_error": "нет связи"},
            "письмо не ушло: 3 попытки, следующая сегодня в 9:40; нет связи",
        ),
        (
            {"mail_state": "failed", "attempts": 6, "last_error": "нет связи"},
            "письмо не ушло: 6 попыток, больше не пробуем; нет связи",
        ),
    ],
    ids=["none", "digest", "at once", "sent", "retried", "failed"],
)
def test_the_state_of_the_letter_is_told_in_words(cast, signed_in, letter, words):
    moments = {key: here(*value) for key, value in letter.items() if key.endswith("_at")}
    NoticeFactory(user=cast.nina, **letter | moments)

    page = words_of(signed_in(cast.nina).get(INBOX))

    assert words in page


def test_who_has_no_address_is_told_so(cast, signed_in):
    without = words_of(signed_in(cast.nina).get(INBOX))
    User.objects.filter(pk=cast.nina.pk).update(email="nina@example.org")
    with_one = words_of(signed_in(cast.nina).get(INBOX))

    assert "нет адреса почты" in without
    assert "нет адреса почты" not in with_one


def test_an_empty_inbox_teaches(cast, signed_in):
    assert "Уведомлений ещё не было" in words_of(signed_in(cast.nina).get(INBOX))


def test_a_long_list_is_turned_page_by_page_and_keeps_its_filter(cast, signed_in):
    NoticeFactory.create_batch(51, user=cast.nina)
    client = signed_in(cast.nina)

    first = client.get(INBOX, {"state": "unread"})
    second = client.get(INBOX, {"state": "unread", "page": 2})

    assert (len(subjects(first)), len(subjects(second))) == (50, 1)
    assert "state=unread&amp;page=2" in first.content.decode()


def test_a_longer_list_costs_no_more_queries(cast, signed_in):
    client = signed_in(cast.nina)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(INBOX)
        return len(queries)

    NoticeFactory.create_batch(2, user=cast.nina)
    cost()
    short = cost()
    NoticeFactory.create_batch(20, user=cast.nina)

    assert cost() == short


def test_signs_of_markup_in_a_subject_stay_signs(cast, signed_in):
    NoticeFactory(user=cast.nina, subject="<b>п. 2</b>")

    assert "<b>п. 2</b>" not in words_of(signed_in(cast.nina).get(INBOX))
