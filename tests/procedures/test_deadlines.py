"""The day of a work: kept to, opened again for who asks, and reminded of."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from organizations.errors import Conflict, NotAllowed
from organizations.models import Event, Notice
from organizations.queries import viewer_of
from procedures import reminders, tasks
from procedures.models import Protocol, Reopening
from procedures.services import deadlines, imports
from tests.factories.procedures import ProtocolFactory, WorkFactory, a_form

DAY = datetime.timedelta(days=1)


@pytest.fixture
def over(db):
    """A work whose day was yesterday."""
    return WorkFactory(due_on=timezone.localdate() - DAY)


def upload(cast, work, person):
    return imports.upload(
        cast.lake_school, work, content=a_form(work, cast.lake_school), name="Форма.xlsx",
        by=viewer_of(person),
    )  # fmt: skip


def ask(cast, work):
    return deadlines.ask(cast.lake_school, work, reason="Карантин.", by=viewer_of(cast.nina))


# the day


def test_only_the_centre_sets_the_day(cast):
    work, day = WorkFactory(), timezone.localdate()

    for person in (cast.vera, cast.oleg, cast.nina):
        with pytest.raises(NotAllowed):
            deadlines.set_due(work, day, by=viewer_of(person))
    deadlines.set_due(work, day, by=viewer_of(cast.boris))
    deadlines.set_due(work, day, by=viewer_of(cast.boris))

    work.refresh_from_db()
    assert work.due_on == day
    assert Event.objects.filter(action="work.due").count() == 1


def test_the_day_does_not_stand_before_the_work(cast):
    work = WorkFactory(held_on=timezone.localdate())

    with pytest.raises(Conflict, match="раньше дня работы"):
        deadlines.set_due(work, timezone.localdate() - DAY, by=viewer_of(cast.boris))


@pytest.mark.parametrize(("shift", "is_locked"), [(-1, True), (0, False), (1, False)])
def test_the_day_itself_still_counts(cast, shift, is_locked):
    work = WorkFactory(due_on=timezone.localdate() + shift * DAY)

    assert deadlines.is_locked(cast.lake_school, work) is is_locked


def test_after_the_day_the_school_is_told_how_to_ask_and_nothing_is_kept(cast, over):
    with pytest.raises(Conflict, match="Попросите открыть приём"):
        upload(cast, over, cast.nina)

    assert not Protocol.objects.exists()


def test_those_who_may_open_the_intake_are_not_held_by_it(cast, over):
    upload(cast, over, cast.oleg)

    assert Protocol.objects.count() == 1


def test_a_file_checked_before_the_day_is_not_written_after_it(cast, over):
    ready = ProtocolFactory(organization=cast.lake_school, work=over, state="ready")

    with pytest.raises(Conflict, match="закончился"):
        imports.confirm(ready, by=viewer_of(cast.nina))


def test_commands_are_not_held_by_the_day(cast, over):
    outcome = imports.take(
        cast.lake_school, over, content=a_form(over, cast.lake_school), name="a.xlsx", by=None
    )

    assert outcome.verdict == imports.Verdict.ACCEPTED


# opened again


def test_a_school_that_asked_hands_in_once_it_was_let(cast, over):
    wish = ask(cast, over)
    assert ask(cast, over).pk == wish.pk
    until = timezone.localdate() + DAY

    deadlines.grant(wish, until=until, by=viewer_of(cast.oleg))
    deadlines.grant(wish, until=until, by=viewer_of(cast.oleg))

    upload(cast, over, cast.nina)
    assert deadlines.is_locked(cast.lake_school, over, until + DAY)
    assert deadlines.is_locked(cast.wood_school, over)
    assert Event.objects.filter(action="reopening.granted").count() == 1
    told = set(Notice.objects.values_list("user__username", "kind"))
    assert told == {("oleg", "reopening.asked"), ("nina", "reopening.decided")}


def test_what_was_decided_is_not_decided_otherwise(cast, over):
    wish = ask(cast, over)
    deadlines.refuse(wish, remark="Данные уже отправлены.", by=viewer_of(cast.boris))

    with pytest.raises(Conflict, match="уже решено"):
        deadlines.grant(wish, until=timezone.localdate(), by=viewer_of(cast.oleg))

    assert deadlines.is_locked(cast.lake_school, over)
    assert ask(cast, over).pk != wish.pk


@pytest.mark.parametrize("person", ["nina", "svetlana", "vera", "igor"])
def test_a_wish_is_decided_by_those_above_the_school_only(cast, over, person):
    wish = ask(cast, over)

    with pytest.raises(NotAllowed):
        deadlines.grant(wish, until=timezone.localdate(), by=viewer_of(getattr(cast, person)))


def test_nobody_asks_while_the_intake_is_open_or_for_another_school(cast, over):
    with pytest.raises(Conflict, match="открыт"):
        ask(cast, WorkFactory(code="ma4-2026", subject="Математика"))
    with pytest.raises(NotAllowed):
        deadlines.ask(cast.lake_school, over, reason="Так.", by=viewer_of(cast.igor))


def test_the_pages_lead_from_the_closed_door_to_the_open_one(cast, over, signed_in):
    nina = signed_in(cast.nina)
    work_page = reverse("procedures:work", args=[over.code])
    assert "Попросить открыть приём" in nina.get(work_page).content.decode()
    assert "Файл не будет принят" in nina.get(
        reverse("procedures:upload", args=[over.code])
    ).content.decode().replace("\u00a0", " ")
    nina.post(reverse("procedures:reopen", args=[over.code]), {"reason": "Карантин."})

    oleg = signed_in(cast.oleg)
    board = oleg.get(reverse("procedures:completeness"))
    (wish,) = board.context["wishes"]
    assert "Карантин." in board.content.decode()
    oleg.post(
        reverse("procedures:reopening_grant", args=[wish.pk]),
        {"until": timezone.localdate().isoformat()},
    )

    assert Reopening.objects.get().state == "granted"
    assert "Загрузить протокол" in signed_in(cast.nina).get(work_page).content.decode()


# reminders


def told_on(cast, day):
    reminders.remind(cast.region, day=day)
    return set(Notice.objects.values_list("user__username", "kind"))


@pytest.mark.parametrize(
    ("shift", "kinds"),
    [(-4, set()), (-3, {"protocol.due"}), (-2, set()), (-1, {"protocol.due"}), (0, set()),
     (1, {"protocol.overdue"}), (2, set())],
)  # fmt: skip
def test_schools_are_reminded_three_days_and_a_day_before_and_the_day_after(cast, shift, kinds):
    due = datetime.date(2026, 5, 20)
    WorkFactory(due_on=due)

    told = told_on(cast, due + shift * DAY)

    assert {kind for person, kind in told if person == "nina"} == kinds
    above = {kind for person, kind in told if person == "oleg"}
    assert above == ({"protocol.digest"} if kinds else set())


def test_who_has_handed_in_or_does_not_take_part_hears_nothing(cast):
    due = datetime.date(2026, 5, 20)
    work = WorkFactory(due_on=due)
    ProtocolFactory(organization=cast.lake_school, work=work)

    told = told_on(cast, due - DAY)

    assert {person for person, _ in told} == {"igor", "oleg", "svetlana"}


def test_a_class_known_from_another_work_of_the_year_is_missed_in_the_one_that_is_due(cast):
    due = datetime.date(2026, 5, 20)
    work = WorkFactory(due_on=due)
    other = WorkFactory(code="ma4-2026", subject="Математика")
    ProtocolFactory(organization=cast.lake_school, work=work, classes=[1])
    ProtocolFactory(organization=cast.lake_school, work=other, classes=[1, 2])

    told_on(cast, due - DAY)

    assert Notice.objects.get(user=cast.nina).text == "Не хватает классов: 2."


def test_a_coordinator_gets_one_notice_of_all_works_and_schools(cast):
    due = datetime.date(2026, 5, 20)
    WorkFactory(due_on=due)
    WorkFactory(code="ma4-2026", subject="Математика", due_on=due)

    told_on(cast, due - DAY)
    told_on(cast, due - DAY)

    notice = Notice.objects.get(user=cast.oleg)
    assert notice.subject == "Не сдали протоколы: 2 школы"
    assert len(notice.text.splitlines()) == 2


def test_a_night_of_reminders_is_a_run_of_each_region(cast, django_capture_on_commit_callbacks):
    WorkFactory(due_on=timezone.localdate() + DAY)

    with django_capture_on_commit_callbacks(execute=True):
        tasks.remind()

    assert Notice.objects.filter(user=cast.nina, kind="protocol.due").count() == 1
