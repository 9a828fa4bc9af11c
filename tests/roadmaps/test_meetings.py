"""Events of plans: planned, invited to, registered for, held, told in an order."""

import datetime
import re
import threading
import zoneinfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from organizations.errors import Conflict, NotAllowed, PortalError, Refused
from organizations.models import DocumentKind, Event, Level, Organization
from organizations.queries import viewer_of
from roadmaps.exchange.outcome import outcome_order
from roadmaps.models import Cohort, Execution, Meeting, Roadmap
from roadmaps.queries import meetings as queries
from roadmaps.queries import proposals
from roadmaps.queries.meetings import Circle, Duty, Held, Turnout
from roadmaps.services import meetings
from roadmaps.services.meetings import Details
from tests.cast import JUNE, make_cast
from tests.factories.documents import pdf
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.factories.roadmaps import ItemFactory, RoadmapFactory

K, S = Meeting.Kind, Meeting.State
DAY = datetime.timedelta(days=1)
MOST_BYTES = 2**20
YEAR = timezone.localdate().year
KUZBASS = zoneinfo.ZoneInfo("Asia/Novokuznetsk")
TITLE = "Проведение совещания с руководителями ОО «Основные подходы к ВСОКО»"


def url(name, *args):
    return reverse(f"roadmaps:{name}", args=args)


def text_of(answer):
    assert answer.status_code == 200
    return answer.content.decode().replace("\u00a0", " ")


def details(days=7, **other):
    return Details(
        **{"kind": K.CONFERENCE, "title": "Основные подходы", "place": "актовый зал",
           "starts_at": timezone.now() + days * DAY} | other
    )  # fmt: skip


def planned(item, person, days=7, **other):
    return meetings.plan(item, details(days, **other), by=viewer_of(person))


def begun(meeting, days=1):
    """Let its day have been."""
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=timezone.now() - days * DAY)
    return Meeting.objects.get(pk=meeting.pk)


def invited(meeting):
    return sorted(str(row.organization) for row in meeting.participations.all())


def of(meeting, place):
    return meeting.participations.get(organization=place)


@pytest.fixture
def item(cast):
    """An item of North that asks the municipality and its schools."""
    plan = RoadmapFactory(owner=cast.north, title="План Севера", order__number="45")
    return ItemFactory(roadmap=plan, position=1, title=TITLE, bodies=["mouo", "school"])


@pytest.fixture
def meeting(cast, item):
    """A meeting of North a week ahead to which both schools are invited."""
    meeting = planned(item, cast.oleg)
    meetings.invite(meeting, Circle.SCHOOLS, by=viewer_of(cast.oleg))
    return meeting


# What is proposed


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Проведение совещания с руководителями МОУО, ММС, ОО", K.CONFERENCE),
        ("Проведение совещаний, мониторингов, семинаров", K.CONFERENCE),
        ("Рассмотрение вопросов на совещаниях при директоре", K.CONFERENCE),
        ("Проведение тематических семинаров (вебинаров)", K.SEMINAR),
        ("Организация семинаров-практикумов для ОО", K.SEMINAR),
        ("Проведение серии вебинаров по школьным практикам", K.WEBINAR),
        ("Организация и проведение курсов повышения квалификации", K.COURSE),
        ("Анализ повышения квалификации учителей", K.COURSE),
        ("Организация консультаций по составлению Положения", K.CONSULTATION),
        ("Установочная встреча с МОУО по задачам года", K.CONFERENCE),
        ("Встречи с родителями выпускников", K.CONFERENCE),
        ("Проведение встречной проверки работ", None),
        ("Практические занятия для заместителей директоров", K.SEMINAR),
        ("Проведение занятий для школьных координаторов", K.SEMINAR),
        ("Посещение учебных занятий", None),
        ("Анализ занятости выпускников", None),
        ("Участие в конкурсах и олимпиадах", None),
        ("Мониторинг сайтов школ", None),
    ],
)
def test_the_kind_is_read_from_the_words_of_the_item(title, kind):
    assert proposals.kind_of(title) == kind


def test_the_topic_is_what_stands_in_quotation_marks():
    assert proposals.topic_of(TITLE) == "Основные подходы к ВСОКО"
    assert proposals.topic_of("Консультации для школ") == "Консультации для школ"
    assert len(proposals.topic_of("Слово " * 200)) == 400


@pytest.mark.parametrize(
    ("starts", "ends", "day"),
    [
        ("2026-11-01", "2026-11-30", "2026-11-02"),  # the first of November is a Sunday
        ("2026-09-01", "2026-10-13", "2026-10-12"),  # a week ahead
        ("2026-09-01", "2026-10-10", "2026-10-09"),  # the last day is a Saturday
        ("2026-09-01", "2026-10-06", "2026-10-06"),  # no week is left
        ("2026-01-01", "2026-01-31", "2026-10-05"),  # the term is over: today
        (None, None, "2026-10-12"),
    ],
)
def test_a_working_day_inside_the_term_is_proposed(starts, ends, day):
    read = datetime.date.fromisoformat
    found = proposals.day_of(
        starts and read(starts), ends and read(ends), today=datetime.date(2026, 10, 5)
    )

    assert found == read(day)


# Planning


def test_who_owes_the_item_holds_the_event(cast, item):
    meeting = planned(item, cast.oleg)

    assert (meeting.organization, meeting.state, meeting.created_by) == (
        cast.north, S.PLANNED, cast.oleg,
    )  # fmt: skip
    assert Event.objects.filter(action="meeting.planned", organization_id=cast.north.pk).exists()


def test_the_same_event_planned_twice_is_one(cast, item):
    asked = details()
    first = meetings.plan(item, asked, by=viewer_of(cast.oleg))

    assert meetings.plan(item, asked, by=viewer_of(cast.oleg)) == first
    assert Meeting.objects.count() == 1


def test_events_are_planned_only_under_a_plan_in_force(cast):
    draft = ItemFactory(roadmap=RoadmapFactory(owner=cast.north, status=Roadmap.Status.DRAFT))

    with pytest.raises(Conflict, match="события назначают по действующему"):
        planned(draft, cast.oleg)


def test_an_event_does_not_end_before_it_begins(cast, item):
    with pytest.raises(Conflict, match="Окончание раньше начала"):
        planned(item, cast.oleg, ends_at=timezone.now())


def test_who_sees_no_plan_or_reports_nothing_plans_no_event(cast, item):
    for person in (cast.svetlana, cast.rita):
        with pytest.raises(NotAllowed, match="не виден"):
            planned(item, person)
    for person in (cast.elena, cast.anton):
        with pytest.raises(NotAllowed, match="Ваша роль"):
            planned(item, person)


def test_only_who_holds_it_prepares_it(cast, meeting):
    acts = [
        lambda by: meetings.change(meeting, details(), by=by),
        lambda by: meetings.invite(meeting, Circle.SCHOOLS, by=by),
        lambda by: meetings.attend(meeting, {}, by=by),
        lambda by: meetings.hold(meeting, outcome="Решили.", by=by),
        lambda by: meetings.cancel(meeting, reason="Болезнь.", by=by),
        lambda by: meetings.add_material(meeting, title="Слайды", link="https://a.ru",
                                         by=by, most_bytes=MOST_BYTES),
    ]  # fmt: skip

    for act in acts:
        for person in (cast.vera, cast.nina, cast.svetlana, cast.elena):
            with pytest.raises(NotAllowed):
                act(viewer_of(person))
    assert Meeting.objects.get().state == S.PLANNED


# Inviting


def test_a_circle_is_invited_once(cast, item):
    meeting, oleg = planned(item, cast.oleg), viewer_of(cast.oleg)

    assert meetings.invite(meeting, Circle.SCHOOLS, by=oleg) == 2
    assert meetings.invite(meeting, Circle.SCHOOLS, by=oleg) == 0
    assert invited(meeting) == ["Lake school", "Wood school"]


def test_the_region_invites_municipalities_and_schools_and_bodies(cast):
    item = ItemFactory(roadmap=RoadmapFactory(owner=cast.ministry), bodies=["mouo"])
    meeting, vera = planned(item, cast.vera), viewer_of(cast.vera)

    assert meetings.invite(meeting, Circle.MUNICIPALITIES, by=vera) == 2
    assert meetings.invite(meeting, Circle.SCHOOLS, by=vera) == 3
    assert meetings.invite(meeting, Circle.BODIES, by=vera) == 3
    assert {"North", "South", "Hill school", "Centre"} <= set(invited(meeting))
    assert "Ministry" not in invited(meeting)


def test_closed_organizations_are_not_invited(cast, item):
    Organization.objects.filter(pk=cast.wood_school.pk).update(closed_on=JUNE)
    meeting = planned(item, cast.oleg)

    meetings.invite(meeting, Circle.SCHOOLS, by=viewer_of(cast.oleg))

    assert invited(meeting) == ["Lake school"]


def test_a_group_of_organizations_is_invited(cast, item):
    group = Cohort.objects.create(owner=cast.north, title="ШНОР")
    group.members.add(cast.lake_school, cast.hill_school)
    meeting = planned(item, cast.oleg)

    meetings.invite(meeting, Circle.COHORT, cohort=group, by=viewer_of(cast.oleg))

    assert invited(meeting) == ["Lake school"]  # Hill school is not North's


def test_the_event_of_an_item_for_a_group_reaches_nobody_else(cast, signed_in):
    group = Cohort.objects.create(owner=cast.ministry, title="ШНОР")
    group.members.add(cast.lake_school)
    plan = RoadmapFactory(owner=cast.ministry)
    item = ItemFactory(roadmap=plan, bodies=["school", "mouo"], cohort=group)
    meeting, vera = planned(item, cast.vera, title="Тайная встреча"), viewer_of(cast.vera)

    with pytest.raises(Conflict, match="не приглашают"):
        meetings.invite(meeting, Circle.SCHOOLS, by=vera)
    assert meetings.invite(meeting, Circle.COHORT, by=vera) == 1

    seeing = {
        name
        for name, person in cast.people().items()
        if name != "zoya" and queries.seen_by(viewer_of(person)).exists()
    }
    assert seeing == {"vera", "boris", "inna", "oleg", "nina"}
    for person in (cast.elena, cast.svetlana, cast.igor):
        assert signed_in(person).get(url("meeting", meeting.pk)).status_code == 404
        listed = text_of(signed_in(person).get(url("meetings"), {"whose": "all"}))
        assert "Тайная встреча" not in listed


# Registering


def test_an_invited_school_says_how_many_come(cast, meeting):
    row = meetings.register(of(meeting, cast.lake_school), 3, by=viewer_of(cast.nina))

    assert (row.registered, row.registered_by) == (3, cast.nina)
    assert Event.objects.filter(action="participation.registered").count() == 1


def test_nobody_coming_is_an_answer(cast, meeting):
    nina = viewer_of(cast.nina)
    assert [row.meeting for row in queries.unanswered(nina)] == [meeting]

    meetings.register(of(meeting, cast.lake_school), 0, by=nina)

    assert not queries.unanswered(nina)


def test_only_the_invited_organization_registers(cast, meeting):
    row = of(meeting, cast.lake_school)

    with pytest.raises(NotAllowed, match="сама приглашённая"):
        meetings.register(row, 3, by=viewer_of(cast.oleg))
    with pytest.raises(NotAllowed, match="не относится"):
        meetings.register(row, 3, by=viewer_of(cast.igor))


@pytest.mark.parametrize("number", [-1, 1000, 40_000, 10**12])
def test_impossible_numbers_are_refused(cast, meeting, number):
    with pytest.raises(Conflict, match=f"стоит {number}, а бывает от 0 до 999"):
        meetings.register(of(meeting, cast.lake_school), number, by=viewer_of(cast.nina))
    with pytest.raises(Conflict, match=f"стоит {number}"):
        meetings.attend(begun(meeting), {of(meeting, cast.lake_school).pk: number},
                        by=viewer_of(cast.oleg))  # fmt: skip


def test_from_the_beginning_on_nobody_registers(cast, meeting):
    begun(meeting, days=0)

    with pytest.raises(Conflict, match="заявки больше не принимают"):
        meetings.register(of(meeting, cast.lake_school), 3, by=viewer_of(cast.nina))


def test_nobody_registers_for_a_cancelled_event(cast, meeting):
    meetings.cancel(meeting, reason="Карантин.", by=viewer_of(cast.oleg))

    with pytest.raises(Conflict, match="уже отменено"):
        meetings.register(of(meeting, cast.lake_school), 3, by=viewer_of(cast.nina))


def test_a_closed_school_registers_nobody(cast, meeting):
    Organization.objects.filter(pk=cast.lake_school.pk).update(closed_on=JUNE)

    with pytest.raises(Conflict, match="закрыта"):
        meetings.register(of(meeting, cast.lake_school), 3, by=viewer_of(cast.nina))


def test_an_answer_given_meanwhile_is_not_overwritten(cast, meeting):
    colleague = MembershipFactory(organization=cast.lake_school, user__first_name="Anna").user
    row = of(meeting, cast.lake_school)
    meetings.register(row, 2, by=viewer_of(colleague))

    with pytest.raises(Conflict, match="Anna: заявлено 2"):
        meetings.register(row, 5, by=viewer_of(cast.nina), read=None)
    assert meetings.register(row, 5, by=viewer_of(cast.nina), read=2).registered == 5


@pytest.mark.django_db(transaction=True)
def test_of_two_who_register_at_once_one_is_told_of_the_other():
    cast = make_cast()
    colleague = MembershipFactory(organization=cast.lake_school).user
    item = ItemFactory(roadmap=RoadmapFactory(owner=cast.north), bodies=["mouo", "school"])
    meeting = planned(item, cast.oleg)
    meetings.invite(meeting, Circle.SCHOOLS, by=viewer_of(cast.oleg))
    row, start, told = of(meeting, cast.lake_school), threading.Barrier(2), []

    def work(person, number):
        start.wait()
        try:
            told.append(meetings.register(row, number, by=viewer_of(person)).registered)
        except PortalError as error:
            told.append(str(error))
        finally:
            connection.close()

    threads = [
        threading.Thread(target=work, args=pair) for pair in ((cast.nina, 2), (colleague, 3))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    row.refresh_from_db()
    [kept] = [one for one in told if isinstance(one, int)]
    [refusal] = [one for one in told if isinstance(one, str)]
    assert row.registered == kept
    assert f"заявлено {kept}" in refusal
    assert Event.objects.filter(action="participation.registered").count() == 1


# Holding


def test_a_held_event_proves_its_item(cast, item, meeting):
    oleg = viewer_of(cast.oleg)
    meetings.attend(begun(meeting), {of(meeting, cast.lake_school).pk: 21}, by=oleg)

    held = meetings.hold(meeting, outcome="Решили обновить положения.", by=oleg)

    execution = Execution.objects.get(item=item, organization=cast.north)
    [proof] = execution.evidence.all()
    day = timezone.localdate(held.starts_at)
    assert held.state == S.HELD
    assert proof.title == f"Совещание «Основные подходы» от {day:%d.%m.%Y}: 21 участник"
    assert (proof.kind, proof.organization) == (DocumentKind.EVIDENCE, cast.north)
    assert Event.objects.filter(action="execution.proved").count() == 1


def test_the_proof_follows_the_numbers_and_stays_one(cast, item, meeting):
    oleg = viewer_of(cast.oleg)
    meetings.hold(begun(meeting), outcome="Решили.", by=oleg)
    meetings.attend(meeting, {of(meeting, cast.lake_school).pk: 2}, by=oleg)
    meetings.hold(meeting, outcome="Решили иначе.", by=oleg)

    [proof] = Execution.objects.get(item=item, organization=cast.north).evidence.all()
    assert proof.title.endswith(": 2 участника")
    meeting.refresh_from_db()
    assert meeting.outcome == "Решили иначе."


def test_a_long_topic_still_fits_its_proof(cast, item):
    meeting = begun(planned(item, cast.oleg, title="Тема " * 80))

    meetings.hold(meeting, outcome="Решили.", by=viewer_of(cast.oleg))

    [proof] = Execution.objects.get(item=item, organization=cast.north).evidence.all()
    assert len(proof.title) == 400
    assert proof.title.endswith(": 0 участников")


def test_an_event_of_an_item_that_one_does_not_owe_proves_nothing(cast):
    item = ItemFactory(roadmap=RoadmapFactory(owner=cast.north), bodies=["mouo"])
    meeting = begun(planned(item, cast.nina))

    meetings.hold(meeting, outcome="Провели у себя.", by=viewer_of(cast.nina))

    assert not Execution.objects.exclude(evidence=None).exists()


def test_the_outcome_is_written_after_the_event(cast, meeting):
    oleg = viewer_of(cast.oleg)
    with pytest.raises(Conflict, match="ещё впереди"):
        meetings.hold(meeting, outcome="Решили.", by=oleg)
    with pytest.raises(Conflict, match="ещё впереди"):
        meetings.attend(meeting, {of(meeting, cast.lake_school).pk: 3}, by=oleg)
    with pytest.raises(Conflict, match="что решили"):
        meetings.hold(begun(meeting), outcome=" ", by=oleg)


def test_a_cancelled_event_stays_cancelled(cast, meeting):
    oleg = viewer_of(cast.oleg)
    with pytest.raises(Conflict, match="почему"):
        meetings.cancel(meeting, reason=" ", by=oleg)

    meetings.cancel(meeting, reason="Карантин.", by=oleg)

    for act in (
        lambda: meetings.hold(begun(meeting), outcome="Решили.", by=oleg),
        lambda: meetings.cancel(meeting, reason="Ещё раз.", by=oleg),
        lambda: meetings.change(meeting, details(), by=oleg),
        lambda: meetings.invite(meeting, Circle.SCHOOLS, by=oleg),
    ):
        with pytest.raises(Conflict, match="отменено"):
            act()


def test_a_held_event_is_neither_moved_nor_cancelled(cast, meeting):
    oleg = viewer_of(cast.oleg)
    meetings.hold(begun(meeting), outcome="Решили.", by=oleg)

    with pytest.raises(Conflict, match="уже проведено"):
        meetings.cancel(meeting, reason="Передумали.", by=oleg)
    with pytest.raises(Conflict, match="уже проведено"):
        meetings.change(meeting, details(), by=oleg)


def test_who_came_is_written_only_of_the_invited(cast, meeting):
    other = planned(meeting.item, cast.oleg, title="Другое")
    meetings.invite(other, Circle.SCHOOLS, by=viewer_of(cast.oleg))
    stranger = of(other, cast.lake_school)

    number = meetings.attend(begun(meeting), {stranger.pk: 5}, by=viewer_of(cast.oleg))

    stranger.refresh_from_db()
    assert (number, stranger.attended) == (0, None)


# Pages


def typed(**other):
    return {
        "kind": "seminar", "title": "Основные подходы", "day": f"{YEAR}-11-12", "time": "10:00",
        "until_time": "12:30", "until_day": "", "place": "актовый зал", "link": "",
        "audience": "заместители директоров",
    } | other  # fmt: skip


def test_the_form_proposes_and_the_typed_time_is_local(cast, item, signed_in):
    oleg = signed_in(cast.oleg)
    address = url("meeting_new", item.roadmap_id, item.pk)
    page = text_of(oleg.get(address))
    assert "Основные подходы к ВСОКО" in page
    assert '<option value="conference" selected>' in page

    oleg.post(address, typed())

    meeting = Meeting.objects.get()
    assert meeting.starts_at == datetime.datetime(YEAR, 11, 12, 10, tzinfo=KUZBASS)
    assert meeting.starts_at == datetime.datetime(YEAR, 11, 12, 3, tzinfo=datetime.UTC)
    assert meeting.ends_at == datetime.datetime(YEAR, 11, 12, 12, 30, tzinfo=KUZBASS)
    shown = text_of(oleg.get(url("meeting", meeting.pk)))
    assert f"12 ноября {YEAR} г. в 10:00" in shown
    assert "День вне срока пункта 1" in shown


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"title": " "}, "Назовите тему события."),
        ({"title": "я" * 401}, "не более 400 символов"),
        ({"place": "", "link": ""}, "Укажите место или ссылку"),
        ({"day": "3026-11-12"}, "Проверьте год"),
        ({"day": "0001-01-01"}, "Проверьте год"),
        ({"time": "25:00"}, "Нужно время вида 10:00."),
        ({"until_time": "09:00"}, "Окончание раньше начала"),
        ({"until_day": f"{YEAR}-11-14", "until_time": ""}, "во сколько событие закончится"),
        ({"link": "javascript:alert(1)"}, "Нужен адрес вида"),
        ({"kind": "party"}, "Выберите вид события"),
    ],
)
def test_what_is_typed_wrongly_is_told_and_nothing_is_planned(cast, item, signed_in, other, told):
    page = text_of(
        signed_in(cast.oleg).post(url("meeting_new", item.roadmap_id, item.pk), typed(**other))
    )

    assert told in page
    assert not Meeting.objects.exists()


def test_the_way_through_the_pages(cast, item, signed_in):
    oleg = signed_in(cast.oleg)
    assert "Назначить по пункту 1" in text_of(oleg.get(url("plan_meetings", item.roadmap_id)))
    oleg.post(url("meeting_new", item.roadmap_id, item.pk), typed(day=_in(7)))
    meeting = Meeting.objects.get()
    page = text_of(oleg.get(url("meeting", meeting.pk)))
    assert "Пригласить 2 школы" in page
    oleg.post(url("meeting_invite", meeting.pk), {"circle": "schools"})
    oleg.post(url("meeting_change", meeting.pk), typed(day=_in(8), place="Школа № 14"))

    nina = signed_in(cast.nina)
    assert "ответьте, сколько человек придёт" in text_of(nina.get(url("meetings")))
    assert "Школа № 14" in text_of(nina.get(url("meeting", meeting.pk)))
    faulty = nina.post(url("meeting_register", meeting.pk), {"number": "-3", "read": ""})
    assert "Меньше нуля людей не бывает" in text_of(faulty)
    nina.post(url("meeting_register", meeting.pk), {"number": "3", "read": ""})
    late = nina.post(url("meeting_register", meeting.pk), {"number": "4", "read": ""})
    assert late.status_code == 409
    nina.post(url("meeting_register", meeting.pk), {"number": "4", "read": "3"})
    assert of(meeting, cast.lake_school).registered == 4

    begun(meeting)
    oleg = signed_in(cast.oleg)
    lake, wood = of(meeting, cast.lake_school), of(meeting, cast.wood_school)
    faulty = oleg.post(url("meeting_attendance", meeting.pk), {f"came-{lake.pk}": "1000"})
    assert "Не больше 999" in text_of(faulty)
    oleg.post(
        url("meeting_attendance", meeting.pk), {f"came-{lake.pk}": "4", f"came-{wood.pk}": ""}
    )
    assert "Напишите, что решили" in text_of(oleg.post(url("meeting_hold", meeting.pk)))
    oleg.post(url("meeting_hold", meeting.pk), {"outcome": "Решили обновить положения."})

    page = text_of(oleg.get(url("meeting", meeting.pk)))
    assert "Об итогах проведения семинара «Основные подходы»" in page
    assert "Приняли участие 4 человека из 1 организации, приглашено было 2." in page
    nina = signed_in(cast.nina)
    assert "Решили обновить положения." in text_of(nina.get(url("meeting", meeting.pk)))
    assert "Приказ об итогах" not in text_of(nina.get(url("meeting", meeting.pk)))


def _in(days):
    return (timezone.localdate() + days * DAY).isoformat()


def test_a_school_does_not_see_how_many_others_send(cast, meeting, signed_in):
    wood = MembershipFactory(organization=cast.wood_school).user
    meetings.register(of(meeting, cast.wood_school), 77, by=viewer_of(wood))

    page = text_of(signed_in(cast.nina).get(url("meeting", meeting.pk)))

    assert "Wood school" not in page
    assert not re.search(r"\b77\b", re.sub(r"<[^>]*>", " ", page))  # addresses have any numbers


def test_materials_are_read_by_the_invited_and_by_nobody_else(cast, meeting, signed_in):
    file = SimpleUploadedFile("слайды.pdf", pdf("Слайды"))
    address = url("meeting_material", meeting.pk)
    signed_in(cast.oleg).post(address, {"title": "Слайды", "file": file, "link": ""})
    [material] = meeting.materials.all()
    download = url("meeting_file", meeting.pk, material.pk)

    statuses = {
        name: signed_in(person).get(download).status_code
        for name, person in cast.people().items()
        if name in {"oleg", "nina", "vera", "igor", "elena"}
    }

    assert statuses == {"vera": 200, "oleg": 200, "nina": 200, "igor": 404, "elena": 403}
    other = url("meeting_file", meeting.pk, cast.lake_school.pk + 10_000)
    assert signed_in(cast.nina).get(other).status_code == 404


def test_a_file_that_is_not_what_it_says_is_refused_with_words(cast, meeting, signed_in):
    with pytest.raises(Refused):
        meetings.add_material(meeting, title="Слайды", file=(b"MZ" * 100, "слайды.pdf"),
                              by=viewer_of(cast.oleg), most_bytes=MOST_BYTES)  # fmt: skip

    file = SimpleUploadedFile("слайды.pdf", b"MZ" * 100)
    page = signed_in(cast.oleg).post(
        url("meeting_material", meeting.pk), {"title": "Слайды", "file": file, "link": ""}
    )

    assert "errorlist" in text_of(page)
    assert not meeting.materials.exists()


def test_attendance_typed_for_rows_that_are_not_ours_is_not_read(cast, meeting, signed_in):
    begun(meeting)
    asked = {"came-": "1", "came-x": "2", f"came-{10**25}": "3", "came-999999": "4"}

    answer = signed_in(cast.oleg).post(url("meeting_attendance", meeting.pk), asked, follow=True)

    assert "Ничего не изменилось." in text_of(answer)


def test_the_list_and_the_page_cost_the_same_for_many(cast, meeting, signed_in):
    oleg = signed_in(cast.oleg)
    addresses = [url("meetings"), url("plan_meetings", meeting.item.roadmap_id),
                 url("meeting", meeting.pk)]  # fmt: skip

    def costs():
        found = []
        for address in addresses:
            oleg.get(address)
            with CaptureQueriesContext(connection) as made:
                text_of(oleg.get(address))
            found.append(len(made))
        return found

    before = costs()
    for number in range(8):
        OrganizationFactory(code=f"more{number}", parent=cast.north)
        another = planned(meeting.item, cast.oleg, title=f"Встреча {number}")
        meetings.invite(another, Circle.SCHOOLS, by=viewer_of(cast.oleg))
        ItemFactory(roadmap=meeting.item.roadmap, title=f"Семинар {number}", position=10 + number)
    meetings.invite(meeting, Circle.SCHOOLS, by=viewer_of(cast.oleg))

    assert costs() == before


# The order on the outcome


def held(**other):
    return Held(
        **{
            "kind": K.SEMINAR, "title": "ВСОКО в школе", "item": "3", "plan": "План Севера",
            "starts_at": datetime.datetime(2026, 3, 22, 10, tzinfo=KUZBASS), "ends_at": None,
            "place": "школа № 14", "is_remote": False, "audience": "", "issuer": "Управление",
            "town": "North", "order_number": "45",
            "order_date": datetime.date(2026, 3, 16),
            "turnout": Turnout(invited=21, answered=20, registered=40, present=20, attended=34),
            "outcome": "Рассмотрены образцы положений.\nСоздать рабочие группы.",
        } | other
    )  # fmt: skip


def test_the_order_tells_what_took_place_and_who_took_part():
    order = outcome_order(held())

    said = " ".join(order.preamble).replace("\u00a0", " ")
    assert order.title == "Об итогах проведения семинара «ВСОКО в школе»"
    assert (
        "Во исполнение пункта 3 плана «План Севера», утверждённого приказом от 16.03.2026 № 45, "
        "22 марта 2026 г. проведён семинар по теме «ВСОКО в школе». "
        "Место проведения: школа № 14." in said
    )
    assert "Приняли участие 34 человека из 20 организаций, приглашено было 21." in said
    assert "В ходе семинара рассмотрено и решено: Рассмотрены образцы положений." in said
    assert order.preamble[-1] == "Создать рабочие группы."
    assert (order.kind, order.issuer, order.place) == ("ПРИКАЗ", "Управление", "North")


def test_the_order_asks_what_the_plan_still_asks_for_by_who_is_to_do_it():
    duties = [
        Duty(Level.REGION, "Центр", "5", "Мониторинг сайтов", "ноябрь 2026 г."),
        Duty(Level.SCHOOL, "", "4", "Создание рабочей группы.", "до 28 марта 2026 г."),
        Duty(Level.SCHOOL, "", "6", "Утверждение положений", ""),
    ]

    order = outcome_order(held(duties=duties, materials=["Образцы"]))

    assert [(one.number, one.text) for one in order.clauses] == [
        ("1.", "Принять к сведению информацию, представленную в ходе семинара."),
        ("2.", "Использовать в работе материалы семинара."),
        ("3.", "Центр:"),
        ("3.1.", "Обеспечить исполнение пункта 5 плана: «Мониторинг сайтов». "
                 "Срок: ноябрь 2026 г."),
        ("4.", "Руководителям образовательных организаций:"),
        ("4.1.", "Обеспечить исполнение пункта 4 плана: «Создание рабочей группы». "
                 "Срок: до 28 марта 2026 г."),
        ("4.2.", "Обеспечить исполнение пункта 6 плана: «Утверждение положений»."),
        ("5.", "Организациям, которые участия не принимали (1), изучить материалы семинара "
               "самостоятельно."),
    ]  # fmt: skip
    assert order.control_number == "6."


def test_the_order_says_nothing_of_what_is_not_known():
    order = outcome_order(
        held(place="", is_remote=False, turnout=Turnout(), outcome="", order_number="")
    )

    assert order.preamble == (
        "Во исполнение пункта 3 плана «План Севера» 22\u00a0марта 2026\u00a0г. проведён семинар "
        "по теме «ВСОКО в школе».",
    )
    assert len(order.clauses) == 1


def test_courses_of_several_days_are_told_from_day_to_day():
    order = outcome_order(
        held(kind=K.COURSE, ends_at=datetime.datetime(2026, 3, 25, 17, tzinfo=KUZBASS))
    )

    said = order.preamble[0].replace("\u00a0", " ")
    assert "с 22 марта 2026 г. по 25 марта 2026 г. проведены курсы" in said


def test_the_order_of_an_event_reads_its_plan(cast, item, meeting):
    ItemFactory(roadmap=item.roadmap, position=2, title="Создание групп", bodies=["school"])
    ItemFactory(roadmap=item.roadmap, position=3, title="Дело другой секции", bodies=["school"],
                cohort=Cohort.objects.create(owner=cast.north, title="ШНОР"))  # fmt: skip
    oleg = viewer_of(cast.oleg)
    meetings.attend(begun(meeting), {of(meeting, cast.lake_school).pk: 3}, by=oleg)
    meeting = meetings.hold(meeting, outcome="Решили.", by=oleg)

    order = outcome_order(queries.held(meeting, oleg))

    said = "\n".join(one.text for one in order.clauses)
    assert order.issuer == "Министерство образования"  # the issuer of the plan's own order
    assert "пункта 2 плана: «Создание групп»" in said
    assert "Дело другой секции" not in said
    assert TITLE not in said


def test_own_events_that_are_over_wait_for_their_outcome(cast, meeting):
    oleg = viewer_of(cast.oleg)
    assert not queries.unclosed(oleg)

    begun(meeting)

    assert list(queries.unclosed(oleg)) == [meeting]
    meetings.hold(meeting, outcome="Решили.", by=oleg)
    assert not queries.unclosed(oleg)
