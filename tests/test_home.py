"""The first page: what each role must do, sees happen, and where it stands."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from monitoring.models import IndicatorValue
from organizations.access import Role
from organizations.models import DocumentKind, Membership, Run, State
from organizations.queries import viewer_of
from organizations.services import members
from procedures.models import Procedure, Protocol, Work
from roadmaps.models import Execution, Item, Link, Responsible, Roadmap
from roadmaps.services.assignment import assign, carry
from rsoko.home.duties import owed
from tests.factories.documents import DocumentFactory, EventFactory, RunFactory

MOST_QUERIES = 30


def days(number):
    return timezone.localdate() + datetime.timedelta(days=number)


def home(client):
    answer = client.get("/")
    assert answer.status_code == 200
    return answer


def titles(client):
    return [duty.title for duty in home(client).context["duties"]]


def make_item(
    owner, *, body, ends_on, number="1", organization=None, above=None, status="approved"
):
    roadmap = Roadmap.objects.create(owner=owner, title="План", status=status, above=above)
    item = Item.objects.create(
        roadmap=roadmap, position=1, number=number, title="Провести совещание",
        term_kind="period", starts_on=None, ends_on=ends_on,
    )  # fmt: skip
    Responsible.objects.create(
        item=item, position=1, text=body, body=body, organization=organization
    )
    if status == Roadmap.Status.APPROVED:
        assign(roadmap)
    return item


def report(item, organization, state):
    """The execution the organization owes, as far as it is."""
    execution = Execution.objects.get(item=item, organization=organization)
    execution.state, execution.sent_at = state, timezone.now()
    execution.save()
    return execution


def items_owed(user):
    return {execution.item for execution in owed(viewer_of(user))}


def make_work(held_on=None, year=2026, subject="Русский язык"):
    procedure, _ = Procedure.objects.get_or_create(
        code="vpr", defaults={"title": "ВПР", "short_title": "ВПР", "level": "federal"}
    )
    return Work.objects.create(
        procedure=procedure, code=f"w{Work.objects.count()}", subject=subject, grade=4,
        year=year, tasks=["1"], max_points=[2], held_on=held_on,
    )  # fmt: skip


def make_protocol(school, work, state, version=1):
    return Protocol.objects.create(
        organization=school, work=work, version=version, state=state, name="a.xlsx",
        sha256=f"{version:064}", faults=[{"message": "здесь"}] * 4,
    )  # fmt: skip


@pytest.mark.parametrize(
    "who",
    ["vera", "boris", "inna", "oleg", "svetlana", "nina", "igor", "anton", "elena", "pavel"],
)
def test_every_role_has_a_first_page(cast, signed_in, who):
    page = home(signed_in(getattr(cast, who))).content.decode()

    assert "На сегодня всё" in page or "Дел на портале для вас сейчас нет" in page


def test_somebody_without_a_place_is_told_whom_to_ask(cast, signed_in):
    assert signed_in(cast.zoya).get("/").status_code == 403


def test_experts_and_observers_get_an_honest_short_page(cast, signed_in):
    DocumentFactory(organization=cast.lake_school, state=State.RETURNED)

    for person, words in ((cast.elena, "Вы эксперт"), (cast.pavel, "наблюдатель")):
        page = home(signed_in(person)).content.decode()
        assert words in page
        assert "Lake school" not in page


def test_a_returned_document_is_the_schools_duty_with_its_remark(cast, signed_in):
    DocumentFactory(
        organization=cast.lake_school, state=State.RETURNED, remark="Нет приказа.",
        decided_at=timezone.now(), kind=DocumentKind.YEAR_PLAN, year=2027,
    )  # fmt: skip
    DocumentFactory(organization=cast.wood_school, state=State.RETURNED)

    (duty,) = home(signed_in(cast.nina)).context["duties"]

    assert duty.title == "Загрузить с правкой: План-график ВСОКО на учебный год"
    assert duty.text == "Нет приказа."
    assert duty.url.endswith("?kind=year_plan&year=2027")


def test_documents_that_wait_are_one_duty_of_the_coordinator(cast, signed_in):
    DocumentFactory(organization=cast.lake_school)
    DocumentFactory(organization=cast.wood_school)
    DocumentFactory(organization=cast.hill_school)

    assert titles(signed_in(cast.oleg)) == ["Принять 2 документа школ"]
    assert titles(signed_in(cast.svetlana)) == ["Принять 1 документ школ"]
    assert titles(signed_in(cast.vera)) == []


def test_a_faulty_protocol_is_a_duty_until_a_sound_one_follows(cast, signed_in):
    work = make_work()
    make_protocol(cast.lake_school, work, Protocol.State.FAULTY)
    client = signed_in(cast.nina)

    (duty,) = home(client).context["duties"]
    assert duty.title == "Исправить протокол: Русский язык, 4 класс, 2026"
    assert duty.text == "4 ошибки в файле. Пока не записано ничего."

    make_protocol(cast.lake_school, work, Protocol.State.ACCEPTED, version=2)
    assert titles(client) == []


def test_faulty_protocols_of_schools_are_one_duty_of_those_above(cast, signed_in):
    work = make_work()
    make_protocol(cast.lake_school, work, Protocol.State.FAULTY)
    make_protocol(cast.hill_school, work, Protocol.State.REFUSED)

    assert titles(signed_in(cast.boris)) == ["Помочь исправить 2 протокола с ошибками"]
    assert titles(signed_in(cast.oleg)) == ["Помочь исправить 1 протокол с ошибками"]


@pytest.mark.parametrize(
    ("number", "day", "asked"),
    [(-12, "просрочено на 12 дней", True), (0, "", True), (7, "", True), (8, None, False)],
)
def test_actions_are_asked_for_from_a_week_before_their_last_day(
    cast, signed_in, number, day, asked
):
    make_item(cast.region, body="mouo", ends_on=days(number), number="6")

    context = home(signed_in(cast.oleg)).context

    assert [duty.title for duty in context["duties"]] == ["Отчитаться по п. 6"] * asked
    assert [duty.hour for duty in context["duties"]] == [day] * asked
    assert len(context["ahead"]) == (not asked)


def test_late_duties_come_first(cast, signed_in):
    make_item(cast.region, body="mouo", ends_on=days(3), number="1")
    DocumentFactory(organization=cast.lake_school, sent_at=timezone.now() - datetime.timedelta(9))
    make_item(cast.region, body="mouo", ends_on=days(-1), number="2")

    duties = home(signed_in(cast.oleg)).context["duties"]

    assert [duty.is_hot for duty in duties] == [True, False, False]
    assert duties[0].title == "Отчитаться по п. 2"


def test_an_action_belongs_to_the_body_it_names(cast):
    by_code = make_item(cast.region, body="mouo", ends_on=days(1))
    of_schools = make_item(cast.region, body="school", ends_on=days(1))
    by_row = make_item(cast.region, body="kripkipro", organization=cast.institute, ends_on=days(1))

    assert items_owed(cast.oleg) == {by_code}
    assert items_owed(cast.nina) == {of_schools}
    assert items_owed(cast.inna) == {by_row}
    assert items_owed(cast.vera) == set()


def test_a_plan_that_came_down_is_asked_for_once(cast):
    upper = make_item(cast.region, body="mouo", ends_on=days(1))
    nearer = make_item(cast.north, body="mouo", ends_on=days(1), above=upper.roadmap)
    Link.objects.create(upper=upper, lower=nearer)
    carry(nearer.roadmap)
    make_item(cast.south, body="mouo", ends_on=days(1), above=upper.roadmap, status="draft")

    assert items_owed(cast.oleg) == {nearer}
    assert items_owed(cast.svetlana) == {upper}


def test_a_reported_action_is_no_duty_and_a_returned_one_is_again(cast, signed_in):
    item = make_item(cast.region, body="mouo", ends_on=days(40), number="6")
    execution = report(item, cast.north, State.SENT)
    client = signed_in(cast.oleg)
    assert titles(client) == []

    Execution.objects.filter(pk=execution.pk).update(state=State.RETURNED)

    assert titles(client) == ["Исправить отчёт по п. 6"]


def test_reports_from_below_wait_for_the_level_above(cast, signed_in):
    item = make_item(cast.region, body="mouo", ends_on=days(-1))
    report(item, cast.north, State.SENT)

    assert titles(signed_in(cast.vera)) == ["Принять 1 отчёт об исполнении"]
    assert titles(signed_in(cast.oleg)) == []


def test_a_failed_run_is_the_duty_of_who_asked_until_it_is_repeated(cast, signed_in):
    failed = {"status": Run.Status.FAILED, "ended_at": timezone.now(), "error": "Нет листа."}
    run = RunFactory(organization=cast.lake_school, title="Приём", requested_by=cast.nina, **failed)
    client = signed_in(cast.nina)
    assert titles(client) == ["Повторить: Приём"]

    RunFactory(organization=cast.lake_school, task=run.task, subject=run.subject)

    assert titles(client) == []


def test_unanswered_invitations_are_a_duty_of_who_manages_people(cast, signed_in):
    members.invite(
        cast.lake_school, role=Role.DEPUTY, email="d@example.org", by=viewer_of(cast.oleg)
    )

    assert titles(signed_in(cast.oleg)) == ["Напомнить приглашённым: 1 приглашение без ответа"]
    assert titles(signed_in(cast.svetlana)) == []


def test_what_changed_is_of_this_week_of_others_and_of_ones_own_territory(
    cast, signed_in, monkeypatch
):
    own = {"organization_id": cast.lake_school.pk}
    with monkeypatch.context() as clock:
        now = timezone.now()
        clock.setattr(timezone, "now", lambda: now - datetime.timedelta(days=8))
        EventFactory(**own, object_name="old")
    EventFactory(**own, object_name="fresh")
    EventFactory(**own, object_name="mine", user_id=cast.nina.pk)
    EventFactory(organization_id=cast.hill_school.pk, object_name="foreign")

    def seen(person):
        return {
            row["text"].rpartition(": ")[2] for row in home(signed_in(person)).context["changes"]
        }

    assert seen(cast.nina) == {"fresh"}
    assert seen(cast.oleg) == {"fresh", "mine"}
    assert seen(cast.vera) == {"fresh", "mine", "foreign"}
    assert seen(cast.boris) == set()


def test_running_work_is_shown_where_it_goes_on(cast, signed_in):
    RunFactory(organization=cast.lake_school, title="Приём протокола")

    assert "Приём протокола" in home(signed_in(cast.oleg)).content.decode()
    assert "Приём протокола" not in home(signed_in(cast.svetlana)).content.decode()


def test_nothing_to_do_names_the_next_date(cast, signed_in):
    make_work(held_on=days(20))

    page = home(signed_in(cast.nina)).content.decode()

    assert "На сегодня всё. Ближайший срок — " in page


def make_value(organization, value, pupils=50, year=2026):
    IndicatorValue.objects.create(
        organization=organization, indicator="quality_share", year=year, value=value,
        low=value, high=value, pupils=pupils, method_version="2026.1",
    )  # fmt: skip


def test_a_school_stands_beside_its_municipality_and_region(cast, signed_in):
    for place, value in ((cast.lake_school, 0.635), (cast.north, 0.672), (cast.region, 0.7)):
        make_value(place, value)
    make_value(cast.hill_school, 0.999)

    (place,) = home(signed_in(cast.nina)).context["places"]

    assert place.value == "63,5\u00a0%"
    assert place.beside == "North — 67,2\u00a0%, Region — 70,0\u00a0%"


def test_a_number_over_too_few_pupils_is_not_shown(cast, signed_in):
    make_value(cast.lake_school, 0.5, pupils=9)

    assert home(signed_in(cast.nina)).context["places"] == []


def test_years_are_not_compared_with_other_years(cast, signed_in):
    make_value(cast.lake_school, 0.5)
    make_value(cast.north, 0.6, year=2025)

    (place,) = home(signed_in(cast.nina)).context["places"]

    assert place.beside == ""


def test_a_municipality_sees_how_far_it_is(cast, signed_in):
    work = make_work()
    make_work(subject="Математика")
    make_protocol(cast.lake_school, work, Protocol.State.ACCEPTED)
    make_protocol(cast.hill_school, work, Protocol.State.ACCEPTED)
    DocumentFactory(organization=cast.lake_school, state=State.ACCEPTED)
    item = make_item(cast.region, body="mouo", ends_on=days(-1))
    report(item, cast.north, State.ACCEPTED)
    make_item(cast.region, body="mouo", ends_on=days(-1))

    facts = home(signed_in(cast.oleg)).context["facts"]

    assert [(fact.value, fact.words) for fact in facts] == [(1, "из 4"), (1, "из 12"), (1, "из 2")]
    assert facts[2].note == "просрочено 1"


@pytest.mark.parametrize("who", ["vera", "boris", "inna", "oleg", "nina", "anton"])
def test_the_page_makes_few_queries_whatever_the_number_of_rows(cast, signed_in, who):
    person = getattr(cast, who)
    role = Membership.objects.get(user=person).role
    client = signed_in(person)
    home(client)  # the first page after signing in notes the session
    work = make_work(held_on=days(3))
    counts = []
    for number in range(1, 3):
        for place in (cast.lake_school, cast.hill_school, cast.north):
            for kind in DocumentKind.values[number::3]:
                DocumentFactory(organization=place, kind=kind, state=State.RETURNED)
            make_protocol(place, work, Protocol.State.FAULTY, version=number)
            EventFactory.create_batch(5, organization_id=place.pk)
            RunFactory.create_batch(2, organization=place)
            for body in ("mouo", "school"):
                make_item(cast.region, body=body, ends_on=days(number))
        with CaptureQueriesContext(connection) as captured:
            home(client)
        counts.append(len(captured))

    assert counts[0] == counts[1] <= MOST_QUERIES, role
