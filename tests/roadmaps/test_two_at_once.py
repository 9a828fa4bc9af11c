"""Two people at the same report at the same moment: one act is done, the other is told why not."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from organizations.errors import Conflict
from organizations.models import Document, DocumentKind, Event, State
from organizations.queries import viewer_of
from roadmaps.models import Execution
from roadmaps.services import evidence, executions
from roadmaps.services.evidence import Proof
from tests.factories.documents import pdf
from tests.factories.organizations import MembershipFactory
from tests.factories.roadmaps import ItemFactory, RoadmapFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
DECIDED = {"execution.accepted", "execution.returned"}


@pytest.fixture
def report(cast):
    """A report of Lake school that waits, with one proof."""
    item = ItemFactory(roadmap=RoadmapFactory(owner=cast.ministry), bodies=["school"])
    proof = Proof("Протокол", name="p.pdf", content=pdf("первый"))
    return executions.report(item, text="Сделали", proofs=[proof], by=viewer_of(cast.nina))


@pytest.fixture
def olga(cast):
    """The second coordinator of North."""
    return MembershipFactory(organization=cast.north, role="coordinator").user


def decisions(report):
    return [one.action for one in Event.objects.about(report) if one.action in DECIDED]


@pytest.mark.parametrize("attempt", range(3))
def test_one_accepts_and_the_other_returns(cast, report, olga, attempt):
    read = executions.revision(report)
    oleg, other = viewer_of(cast.oleg), viewer_of(olga)

    results = at_once(
        lambda: executions.accept(report, by=oleg, read=read),
        lambda: executions.send_back(report, remark="Нет подписи", by=other, read=read),
    )

    [lost] = [one for one in results if isinstance(one, Exception)]
    [won] = [one for one in results if not isinstance(one, Exception)]
    assert isinstance(lost, Conflict)
    assert "Это действие сейчас невозможно" in str(lost)
    report.refresh_from_db()
    assert report.state == won.state
    assert decisions(report) == [f"execution.{won.state}"]
    assert report.decided_by_id == (cast.oleg.pk if won.state == State.ACCEPTED else olga.pk)
    assert report.remark == ("" if won.state == State.ACCEPTED else "Нет подписи")
    assert report.evidence.count() == 1


def test_the_page_of_the_second_says_why_it_is_not_done(cast, report, olga):
    read = executions.revision(report)
    clients = []
    for person in (cast.oleg, olga):
        client = Client()
        client.force_login(person)
        clients.append(client)
    accept, back = (reverse(f"roadmaps:{name}", args=[report.pk]) for name in ("accept", "return"))

    answers = at_once(
        lambda: clients[0].post(accept, {"read": read}),
        lambda: clients[1].post(back, {"read": read, "remark": "Нет подписи"}),
    )

    assert sorted(answer.status_code for answer in answers) == [302, 409]
    [refused] = [answer for answer in answers if answer.status_code == 409]
    assert "Это действие сейчас невозможно" in refused.content.decode()
    assert len(decisions(report)) == 1


def test_a_decision_and_a_new_report_never_decide_on_what_nobody_read(cast, report):
    read, item = executions.revision(report), report.item
    oleg, nina = viewer_of(cast.oleg), viewer_of(cast.nina)

    accepted, sent = at_once(
        lambda: executions.accept(report, by=oleg, read=read),
        lambda: executions.report(item, text="Иначе", by=nina),
    )

    assert not isinstance(sent, Exception)
    report.refresh_from_db()
    assert (report.state, report.report) == (State.SENT, "Иначе")
    assert isinstance(accepted, Conflict) == (decisions(report) == [])


def test_a_decision_and_a_corrected_file_never_decide_on_what_nobody_read(cast, report):
    read, proof = executions.revision(report), report.evidence.get()
    oleg, nina = viewer_of(cast.oleg), viewer_of(cast.nina)

    decided, version = at_once(
        lambda: executions.accept(report, by=oleg, read=read),
        lambda: evidence.add_version(report, proof, content=pdf("второй"), name="p.pdf", by=nina),
    )

    assert not isinstance(version, Exception)
    report.refresh_from_db()
    assert (report.state == State.SENT) == isinstance(decided, Conflict)
    assert decisions(report) == ([] if isinstance(decided, Conflict) else ["execution.accepted"])


def test_two_accept_the_same_page_in_other_orders_and_nobody_waits_forever(cast, olga):
    plan = RoadmapFactory(owner=cast.ministry)
    nina = viewer_of(cast.nina)
    proof = Proof("Протокол", number="1")
    rows = [
        executions.report(
            ItemFactory(roadmap=plan, bodies=["school"], ends_on=timezone.localdate()),
            text="Да", proofs=[proof], by=nina,
        )
        for _ in range(4)
    ]  # fmt: skip
    reads = [(row, executions.revision(row)) for row in rows]
    oleg, other = viewer_of(cast.oleg), viewer_of(olga)

    results = at_once(
        lambda: executions.accept_all(reads, by=oleg),
        lambda: executions.accept_all(reads[::-1], by=other),
    )

    assert sorted(map(str, results))[0] == "4"
    assert sum(isinstance(one, Conflict) for one in results) == 1
    states = Execution.objects.filter(pk__in=[row.pk for row in rows])
    assert set(states.values_list("state", "decided_by")) in (
        {(State.ACCEPTED, cast.oleg.pk)}, {(State.ACCEPTED, olga.pk)},
    )  # fmt: skip
    assert Event.objects.filter(action="execution.accepted").count() == 4


def test_a_double_click_keeps_one_proof(cast, report):
    item, nina = report.item, viewer_of(cast.nina)
    proof = Proof("Приказ", number="8", name="o.pdf", content=pdf("приказ"))

    results = at_once(*[lambda: executions.report(item, text="Да", proofs=[proof], by=nina)] * 2)

    assert not [one for one in results if isinstance(one, Exception)]
    assert report.evidence.filter(title="Приказ").count() == 1
    assert Document.objects.filter(kind=DocumentKind.EVIDENCE).count() == 2
