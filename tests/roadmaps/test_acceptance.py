"""The page of what waits: each with its report, many accepted together, the doubtful one by one."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from organizations.models import DocumentKind, Event, State
from organizations.queries import viewer_of
from roadmaps.models import Execution, Outcome
from roadmaps.queries.changes import earlier_remarks
from roadmaps.services import executions
from tests.factories.documents import DocumentFactory
from tests.factories.organizations import OrganizationFactory
from tests.factories.roadmaps import ExecutionFactory, ItemFactory, RoadmapFactory

PAGE = reverse("roadmaps:acceptance")
ACCEPT_ALL = reverse("roadmaps:accept_all")


def page_of(client, **asked):
    answer = client.get(PAGE, asked)
    assert answer.status_code == 200
    return answer.content.decode().replace("\u00a0", " ")


@pytest.fixture
def plan(cast):
    return RoadmapFactory(owner=cast.ministry, title="План региона")


def report_of(plan, place, **change):
    """A clean report: told, proved, handed in on its day."""
    today = timezone.localdate()
    item = ItemFactory(roadmap=plan, bodies=["mouo", "school"], ends_on=today, starts_on=None)
    row = ExecutionFactory(item=item, organization=place, **change)
    row.evidence.add(
        DocumentFactory(
            organization=place, kind=DocumentKind.EVIDENCE, title="Протокол", number="5",
            signed_on=today,
        )
    )  # fmt: skip
    return row


def box(row):
    return f"{row.pk}@{executions.revision(row)}"


def test_a_row_tells_all_that_is_needed_to_decide(cast, signed_in, plan):
    sent = timezone.now() - datetime.timedelta(days=3)
    row = report_of(plan, cast.lake_school, report="Провели урок", sent_at=sent)

    page = page_of(signed_in(cast.oleg))

    for words in ("Lake school", "Провели урок", "Протокол", "№&nbsp;5", "3 дня", "Исполнено",
                  f"Пункт {row.item.number}", "План региона"):  # fmt: skip
        assert words in page
    assert f'value="{box(row)}" checked' in page
    assert "Принять отмеченные (1)" in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"outcome": Outcome.NOT_APPLICABLE}, "Не применимо"),
        ({"report": ""}, "Не сказано, что сделано"),
        ({"sent_at": timezone.now() + datetime.timedelta(days=2)}, "Сдан после срока на 2 дн"),
    ],
)
def test_the_doubtful_are_not_ticked_and_are_accepted_singly(cast, signed_in, plan, change, words):
    row = report_of(plan, cast.lake_school, **change)
    client = signed_in(cast.oleg)

    page = page_of(client)
    together = client.post(ACCEPT_ALL, {"report": box(row)})

    assert words in page
    assert "checked" not in page
    assert together.status_code == 409
    assert "примите отдельно" in together.content.decode().replace("\u00a0", " ")
    read = {"read": executions.revision(row), "next": PAGE}
    assert client.post(reverse("roadmaps:accept", args=[row.pk]), read).url == PAGE
    row.refresh_from_db()
    assert row.state == State.ACCEPTED


def test_the_ticked_are_accepted_each_with_its_line_in_the_journal(cast, signed_in, plan):
    rows = [report_of(plan, place) for place in (cast.lake_school, cast.wood_school)]
    left = report_of(plan, cast.lake_school)

    answer = signed_in(cast.oleg).post(
        ACCEPT_ALL, {"report": [box(row) for row in rows], "plan": plan.pk}, follow=True
    )

    assert "Приняты 2 отчёта." in answer.content.decode().replace("\u00a0", " ")
    assert answer.redirect_chain[-1][0] == f"{PAGE}?plan={plan.pk}"
    left.refresh_from_db()
    assert left.state == State.SENT
    assert Event.objects.filter(action="execution.accepted").count() == 2


def test_all_or_none_are_accepted(cast, signed_in, plan):
    rows = [report_of(plan, place) for place in (cast.lake_school, cast.wood_school)]
    boxes = [box(row) for row in rows]
    Execution.objects.filter(pk=rows[1].pk).update(sent_at=timezone.now())

    answer = signed_in(cast.oleg).post(ACCEPT_ALL, {"report": boxes})

    assert answer.status_code == 409
    assert "сдан заново" in answer.content.decode().replace("\u00a0", " ")
    assert not Execution.objects.filter(state=State.ACCEPTED).exists()
    assert not Event.objects.filter(action="execution.accepted").exists()


@pytest.mark.parametrize("name", ["vera", "svetlana", "nina", "boris", "rita"])
def test_nobody_accepts_together_what_does_not_wait_for_them(cast, signed_in, plan, name):
    row = report_of(plan, cast.lake_school)

    answer = signed_in(getattr(cast, name)).post(ACCEPT_ALL, {"report": box(row)})

    row.refresh_from_db()
    assert row.state == State.SENT
    assert answer.status_code in (302, 403, 409)


@pytest.mark.parametrize("ticked", ["", "x@y", "@", "9" * 40 + "@now", "12"])
def test_nonsense_is_nothing_ticked(cast, signed_in, plan, ticked):
    report_of(plan, cast.lake_school)

    answer = signed_in(cast.oleg).post(ACCEPT_ALL, {"report": ticked}, follow=True)

    assert "Ничего не отмечено" in answer.content.decode().replace("\u00a0", " ")
    assert not Execution.objects.filter(state=State.ACCEPTED).exists()


def test_the_ministry_is_asked_by_municipalities_and_bodies_not_by_schools(cast, signed_in, plan):
    for place in (cast.north, cast.centre, cast.lake_school):
        report_of(plan, place)

    page = page_of(signed_in(cast.vera))

    rows = page[page.index("<tbody>") :]
    assert [name in rows for name in ("North", "Centre", "Lake school")] == [True, True, False]


def test_the_list_is_narrowed_by_plan_and_organization(cast, signed_in, plan):
    other = RoadmapFactory(owner=cast.north, title="План Севера")
    report_of(plan, cast.lake_school, report="Первый")
    report_of(other, cast.lake_school, report="Второй")
    report_of(plan, cast.wood_school, report="Третий")
    client = signed_in(cast.oleg)

    def shown(**asked):
        page = page_of(client, **asked)
        return [word for word in ("Первый", "Второй", "Третий") if word in page]

    assert shown() == ["Первый", "Второй", "Третий"]
    assert shown(plan=plan.pk) == ["Первый", "Третий"]
    assert shown(organization="edu420001") == ["Первый", "Второй"]
    assert shown(plan=other.pk, organization="edu420002") == []
    assert shown(plan="x", organization="") == ["Первый", "Второй", "Третий"]


def test_the_oldest_waits_at_the_top(cast, signed_in, plan):
    for days in (1, 5, 3):
        sent = timezone.now() - datetime.timedelta(days=days)
        report_of(plan, cast.lake_school, report=f"Ждёт {days}", sent_at=sent)

    page = page_of(signed_in(cast.oleg))

    places = [page.index(f"Ждёт {days}") for days in (5, 3, 1)]
    assert places == sorted(places)


def test_a_second_try_shows_what_was_asked_for(cast, signed_in, plan):
    row, other = report_of(plan, cast.lake_school), report_of(plan, cast.wood_school)
    oleg, nina = viewer_of(cast.oleg), viewer_of(cast.nina)
    for remark in ("Нет даты.", "Нет подписи директора."):
        executions.send_back(row, remark=remark, by=oleg)
        executions.hand_in(row, text="Исправлено", by=nina)

    page = page_of(signed_in(cast.oleg))

    assert other.organization.short_name in page
    assert page.count("Прежнее замечание") == 1
    assert "Прежнее замечание: Нет подписи директора." in page.replace("\u2060", "")


def test_a_remark_that_was_met_is_not_told_again(cast, signed_in, plan):
    row = report_of(plan, cast.lake_school)
    executions.send_back(row, remark="Нет даты.", by=viewer_of(cast.oleg))
    executions.hand_in(row, text="Исправлено", by=viewer_of(cast.nina))
    executions.accept(row, by=viewer_of(cast.oleg))

    assert earlier_remarks([row]) == {}


def test_when_nothing_waits_the_page_says_so(cast, signed_in):
    assert "На сегодня всё" in page_of(signed_in(cast.oleg))


def test_twice_as_many_reports_make_no_more_queries(cast, signed_in, plan):
    client = signed_in(cast.oleg)
    counts = []
    for number in (3, 6):
        for _ in range(number):
            report_of(plan, OrganizationFactory(parent=cast.north))
        page_of(client)
        with CaptureQueriesContext(connection) as captured:
            page_of(client)
        counts.append(len(captured))

    assert counts[0] == counts[1]
