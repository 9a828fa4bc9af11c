"""Plans for other programs: whose they are, what they hold, how the list is narrowed."""

import datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organizations.models import ApiToken, DocumentKind, State
from organizations.queries import viewer_of
from roadmaps.exchange.plan import read_plan
from roadmaps.models import Cohort, Execution, Roadmap
from roadmaps.services import executions, roadmaps
from roadmaps.services.evidence import Proof
from tests.factories.documents import DocumentFactory
from tests.factories.roadmaps import ExecutionFactory, ItemFactory, RoadmapFactory

LIST = "/api/v1/roadmaps/"
REGION = Path(__file__).parent / "plans" / "region.txt"


@pytest.fixture
def plans(cast):
    """The region's plan, one of North, one of South, and North's draft."""
    return {
        "region": RoadmapFactory(owner=cast.ministry),
        "north": RoadmapFactory(owner=cast.north),
        "south": RoadmapFactory(owner=cast.south),
        "draft": RoadmapFactory(owner=cast.north, status=Roadmap.Status.DRAFT),
    }


def found(client, plans, **asked):
    answer = client.get(LIST, asked)
    assert answer.status_code == 200, answer.content.decode()
    names = {plan.pk: name for name, plan in plans.items()}
    return [names[row["id"]] for row in answer.json()["results"]]


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("vera", ["region", "north", "south", "draft"]),
        ("oleg", ["region", "north", "draft"]),
        ("igor", ["region", "south"]),
        ("rita", []),
    ],
)
def test_each_sees_their_territorys_plans_and_the_approved_from_above(
    cast, signed_in, plans, name, seen
):
    client = signed_in(getattr(cast, name))

    assert found(client, plans) == seen
    for key, plan in plans.items():
        expected = 200 if key in seen else 404
        assert client.get(f"{LIST}{plan.pk}/").status_code == expected


def test_strangers_get_nothing(client, plans):
    assert client.get(LIST).status_code in (401, 403)


def test_a_row_tells_the_order_and_how_many_items_there_are(cast, signed_in, plans):
    plan = plans["region"]
    for _ in range(3):
        ItemFactory(roadmap=plan, bodies=["mouo", "school"])

    [row] = [
        one for one in signed_in(cast.vera).get(LIST).json()["results"] if one["id"] == plan.pk
    ]

    assert row.pop("updated_at")
    assert row == {
        "id": plan.pk,
        "owner": "ministry",
        "title": plan.title,
        "status": "approved",
        "order_number": plan.order.number,
        "order_date": "2025-06-30",
        "order_issuer": "Министерство образования",
        "starts_on": "2025-08-01",
        "ends_on": "2026-08-31",
        "item_count": 3,
    }


def test_one_plan_gives_everything_the_reader_found(cast, signed_in):
    plan = read_plan(REGION.read_bytes(), REGION.name)
    stored = roadmaps.import_plan(cast.ministry, plan, by=None)

    told = signed_in(cast.vera).get(f"{LIST}{stored.pk}/").json()

    assert told["sections"] == plan.as_json()["sections"]
    for row, item in zip(told["items"], plan.as_json()["items"], strict=True):
        term = item["deadline"]
        assert (row["number"], row["section"], row["title"]) == (
            item["number"], item["section"], item["title"],
        )  # fmt: skip
        assert (row["term_text"], row["term_kind"], row["starts_on"], row["ends_on"]) == (
            term["text"], term["kind"], term["start"], term["end"],
        )  # fmt: skip
        assert row["responsible"] == item["responsible"]


def test_the_list_is_narrowed_by_owner_status_and_year(cast, signed_in, plans):
    client = signed_in(cast.vera)
    Roadmap.objects.filter(pk=plans["south"].pk).update(
        starts_on=datetime.date(2022, 8, 1), ends_on=datetime.date(2023, 9, 30)
    )

    assert found(client, plans, owner="reg42_m001") == ["north", "draft"]
    assert found(client, plans, status="draft") == ["draft"]
    assert found(client, plans, year=2023) == ["south"]
    assert found(client, plans, year=2026) == ["region", "north", "draft"]


def test_a_plan_with_a_body_is_found_once_and_counts_all_its_items(cast, signed_in, plans):
    for _ in range(2):
        ItemFactory(roadmap=plans["north"], bodies=["mouo"])
    ItemFactory(roadmap=plans["north"], bodies=["school"])

    [row] = signed_in(cast.vera).get(LIST, {"body": "mouo"}).json()["results"]

    assert (row["id"], row["item_count"]) == (plans["north"].pk, 3)


def test_overdue_is_what_is_in_force_past_its_day_and_not_handed_in(cast, signed_in, plans):
    past = {"starts_on": None, "ends_on": timezone.localdate() - datetime.timedelta(days=1)}
    ItemFactory(roadmap=plans["region"], **past)
    ItemFactory(roadmap=plans["draft"], **past)
    ItemFactory(roadmap=plans["south"], ends_on=timezone.localdate())
    done = ItemFactory(roadmap=plans["north"], **past)
    ExecutionFactory(item=done, organization=cast.north)
    client = signed_in(cast.vera)

    assert found(client, plans, overdue="true") == ["region"]
    assert found(client, plans, overdue="false") == ["north", "south", "draft"]


def test_a_report_that_is_only_begun_does_not_end_the_delay(cast, signed_in, plans):
    past = ItemFactory(roadmap=plans["north"], ends_on=datetime.date(2025, 10, 31))
    ExecutionFactory(item=past, organization=cast.north, state=State.DRAFT)

    assert found(signed_in(cast.oleg), plans, overdue="true") == ["north"]


def test_the_changed_since_are_given(cast, signed_in, plans):
    moment = timezone.now()
    plans["south"].save()

    asked = moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    assert found(signed_in(cast.vera), plans, updated_since=asked) == ["south"]


@pytest.mark.parametrize(
    "asked", [{"status": "x"}, {"year": "x"}, {"year": "99999999"}, {"yaer": "2026"}]
)
def test_what_cannot_be_asked_is_refused_in_words(cast, signed_in, asked):
    answer = signed_in(cast.vera).get(LIST, asked)

    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("application/problem+json")


def test_nothing_is_changed_through_this_route(cast, signed_in, plans):
    client = signed_in(cast.vera)

    for method in (client.post, client.put, client.patch, client.delete):
        assert method(f"{LIST}{plans['region'].pk}/").status_code == 405


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_list_is_also_a_table(cast, signed_in, plans, form):
    answer = signed_in(cast.vera).get(LIST, {"format": form})

    assert answer.status_code == 200
    assert len(answer.content) > 100


def test_twice_as_many_plans_and_items_make_no_more_queries(cast, signed_in):
    def grow(number):
        for _ in range(number):
            plan = RoadmapFactory(owner=cast.north)
            ItemFactory(roadmap=plan)
        return plan

    def queries(url):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    client = signed_in(cast.oleg)
    plan = grow(3)
    client.get(LIST)  # the first answer also writes the session
    before = queries(LIST), queries(f"{LIST}{plan.pk}/")
    grow(6)
    for _ in range(6):
        ItemFactory(roadmap=plan, bodies=["mouo", "school"])

    assert (queries(LIST), queries(f"{LIST}{plan.pk}/")) == before


# Items and executions

ITEMS, EXECUTIONS = "/api/v1/roadmap-items/", "/api/v1/executions/"


def rows_of(client, address, **asked):
    answer = client.get(address, asked)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()["results"]


@pytest.fixture
def item(cast, plans):
    return ItemFactory(
        roadmap=plans["region"], position=1, bodies=["mouo", "school"], evidence="протокол",
        control_points=[datetime.date(2025, 10, 31)],
    )  # fmt: skip


def of(item, place):
    return Execution.objects.get(item=item, organization=place)


def test_an_item_tells_its_term_and_where_it_stands_for_the_caller(cast, signed_in, item):
    executions.report(item, text="Да", by=viewer_of(cast.nina))

    [region] = rows_of(signed_in(cast.vera), ITEMS)
    [school] = rows_of(signed_in(cast.nina), ITEMS)
    [observer] = rows_of(signed_in(cast.pavel), ITEMS)

    assert region == {
        "id": item.pk, "roadmap": item.roadmap_id, "owner": "ministry", "status": "approved",
        "number": "1", "section": None, "title": item.title, "term_text": "октябрь 2025 г.",
        "term_kind": "period", "starts_on": "2025-10-01", "ends_on": "2025-10-31",
        "recurrence": "", "control_points": "2025-10-31", "bodies": "mouo,school", "result": "",
        "evidence": "протокол", "standing": "late", "executions": 5, "overdue": 4,
    }  # fmt: skip
    assert (school["standing"], school["executions"], school["overdue"]) == ("done", 1, 0)
    assert (observer["standing"], observer["executions"]) == (None, None)


def test_an_execution_tells_its_days_its_proofs_and_its_state(cast, signed_in, item):
    proof = Proof("Протокол", "5", datetime.date(2025, 10, 12), "https://example.org/5")
    sent = executions.report(item, text="Да", proofs=[proof], by=viewer_of(cast.nina))
    client = signed_in(cast.oleg)

    [row] = rows_of(client, EXECUTIONS, organization="edu420001")
    told = client.get(f"{EXECUTIONS}{sent.pk}/").json()

    assert told["evidence"] == [
        {
            "id": sent.evidence.get().pk, "title": "Протокол", "number": "5",
            "date": "2025-10-12", "link": "https://example.org/5", "versions": 0,
        }
    ]  # fmt: skip
    assert {name: told[name] for name in row} == row
    expected = {
        "id": sent.pk, "item": item.pk, "roadmap": item.roadmap_id, "owner": "ministry",
        "organization": "edu420001", "standing": "done", "state": "sent", "outcome": "done",
        "report": "Да", "due_on": "2025-10-31", "was_due_on": None, "evidence_count": 1,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


def test_the_lists_are_narrowed_alike(cast, signed_in, plans, item):
    ahead = ItemFactory(roadmap=plans["north"], bodies=["school"], ends_on=timezone.localdate())
    done = executions.report(item, text="Да", by=viewer_of(cast.igor))
    client = signed_in(cast.vera)

    def items(**asked):
        return [row["id"] for row in rows_of(client, ITEMS, **asked)]

    def owed(**asked):
        return {row["id"] for row in rows_of(client, EXECUTIONS, **asked)}

    every = set(Execution.objects.values_list("pk", flat=True))
    of_north = set(ahead.executions.values_list("pk", flat=True))
    assert items(owner="reg42_m001") == items(roadmap=plans["north"].pk) == [ahead.pk]
    assert items(body="mouo") == items(overdue="true") == [item.pk]
    assert items(overdue="false") == [ahead.pk]
    assert items(status="draft") == items(year=2022) == []
    assert owed(owner="reg42_m001") == owed(roadmap=plans["north"].pk) == of_north
    assert owed(overdue="true") == every - of_north - {done.pk}
    assert owed(overdue="false") == of_north | {done.pk}
    assert owed(state="sent") == owed(organization="edu420101") == {done.pk}
    assert owed(body="mouo") == every - of_north
    assert owed(status="draft") == owed(year=2022) == set()


def test_only_what_was_changed_since_is_given(cast, signed_in, plans, item):
    Roadmap.objects.update(approved_at=timezone.now() - datetime.timedelta(days=9))
    moment = timezone.now()
    asked = moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    client = signed_in(cast.vera)
    assert rows_of(client, EXECUTIONS, updated_since=asked) == []

    executions.start(of(item, cast.lake_school), by=viewer_of(cast.nina))

    [row] = rows_of(client, EXECUTIONS, updated_since=asked)
    assert row["organization"] == "edu420001"
    assert datetime.datetime.fromisoformat(row["updated_at"]) >= moment


@pytest.mark.parametrize("address", [ITEMS, EXECUTIONS])
@pytest.mark.parametrize(
    "asked",
    [{"status": "x"}, {"year": "x"}, {"roadmap": "x"}, {"overdue_": "true"}, {"standing": "late"}],
)
def test_what_items_and_executions_cannot_be_asked_is_refused(cast, signed_in, address, asked):
    answer = signed_in(cast.vera).get(address, asked)

    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("application/problem+json")


def test_an_item_for_a_cohort_is_not_there_for_outsiders(cast, signed_in, plans):
    cohort = Cohort.objects.create(owner=cast.ministry, title="Тайная группа")
    cohort.members.set([cast.lake_school])
    hidden = ItemFactory(roadmap=plans["region"], bodies=["school"], cohort=cohort)
    ItemFactory(roadmap=plans["region"], bodies=["school"])
    plan = f"{LIST}{plans['region'].pk}/"

    def seen(name):
        client = signed_in(getattr(cast, name))
        told = client.get(plan).json()
        return (
            hidden.pk in {row["id"] for row in rows_of(client, ITEMS)},
            client.get(f"{ITEMS}{hidden.pk}/").status_code == 200,
            hidden.title in {row["title"] for row in told["items"]},
            told["item_count"] == 2,
            any(row["item"] == hidden.pk for row in rows_of(client, EXECUTIONS)),
        )

    for name in ("vera", "oleg", "nina"):
        assert seen(name) == (True,) * 5, name
    for name in ("svetlana", "igor", "elena", "pavel", "anton"):
        assert seen(name) == (False,) * 5, name


@pytest.mark.parametrize("address", [ITEMS, EXECUTIONS])
def test_twice_as_many_items_and_executions_make_no_more_queries(cast, signed_in, plans, address):
    client, counts = signed_in(cast.vera), []
    proof = Proof("Протокол", "5")
    for number in (3, 6):
        for _ in range(number):
            one = ItemFactory(roadmap=plans["region"], bodies=["mouo", "school"])
            executions.report(one, text="Да", proofs=[proof], by=viewer_of(cast.nina))
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            rows_of(client, address, page_size=1000)
        counts.append(len(captured))

    assert counts[0] == counts[1]


# Acts through the API


def act(client, execution, name, **typed):
    address = f"{EXECUTIONS}{execution.pk}/{name}/"
    return client.post(address, typed, content_type="application/json")


def sent_at(client, execution):
    return client.get(f"{EXECUTIONS}{execution.pk}/").json()["sent_at"]


def test_a_report_goes_up_comes_back_and_is_accepted(cast, signed_in, item):
    mine = of(item, cast.lake_school)
    answer = act(signed_in(cast.nina), mine, "report", text="Провели")
    assert (answer.status_code, answer.json()["state"]) == (200, "sent")

    client = signed_in(cast.oleg)
    read = sent_at(client, mine)
    back = act(client, mine, "return", remark="Нет протокола", read=read)
    assert (back.json()["state"], back.json()["remark"]) == ("returned", "Нет протокола")
    act(signed_in(cast.nina), mine, "report", text="Вот протокол")
    stale = act(signed_in(cast.oleg), mine, "accept", read=read)
    assert stale.status_code == 409
    assert "сдан заново" in stale.json()["detail"]
    done = act(signed_in(cast.oleg), mine, "accept", read=sent_at(client, mine))
    assert (done.status_code, done.json()["standing"]) == (200, "accepted")


def test_a_report_names_its_proofs_and_its_outcome(cast, signed_in, item):
    document = DocumentFactory(organization=cast.lake_school, kind=DocumentKind.EVIDENCE)
    mine, client = of(item, cast.lake_school), signed_in(cast.nina)

    answer = act(client, mine, "report", text="Ждём", outcome="postponement",
                 postpone_to="2026-02-01", evidence=[document.pk])  # fmt: skip

    told = answer.json()
    assert (told["outcome"], told["postpone_to"]) == ("postponement", "2026-02-01")
    assert [one["id"] for one in told["evidence"]] == [document.pk]


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("report", {}, "text"),
        ("report", {"text": "Да", "outcome": "x"}, "outcome"),
        ("report", {"text": "Да", "evidence": [987654321]}, "нет таких подтверждений: 987654321"),
        ("report", {"text": "Да", "evidence": "все"}, "evidence"),
        ("accept", {}, "read"),
        ("return", {"read": "2026-01-01T00:00:00Z"}, "remark"),
    ],
)
def test_an_act_not_understood_is_a_problem_in_words(cast, signed_in, item, name, typed, words):
    mine = of(item, cast.lake_school)

    answer = act(signed_in(cast.nina), mine, name, **typed)

    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("application/problem+json")
    assert words in answer.json()["detail"]
    mine.refresh_from_db()
    assert mine.state == State.DRAFT


def test_a_proof_of_a_neighbour_is_none(cast, signed_in, item):
    theirs = DocumentFactory(organization=cast.hill_school, kind=DocumentKind.EVIDENCE)

    answer = act(
        signed_in(cast.nina), of(item, cast.lake_school), "report", text="Да", evidence=[theirs.pk]
    )

    assert answer.status_code == 400
    assert f"нет таких подтверждений: {theirs.pk}" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("person", "name", "status"),
    [
        ("oleg", "report", 403), ("vera", "report", 403), ("igor", "report", 404),
        ("nina", "accept", 409), ("boris", "accept", 403), ("igor", "accept", 404),
        ("svetlana", "return", 404), ("elena", "return", 404), ("rita", "accept", 404),
    ],
)  # fmt: skip
def test_an_act_is_refused_as_on_the_pages(cast, signed_in, item, person, name, status):
    row = executions.report(item, text="Было", by=viewer_of(cast.nina))

    answer = act(signed_in(getattr(cast, person)), row, name, text="Стало", remark="Нет",
                 read=row.sent_at.isoformat())  # fmt: skip

    assert answer.status_code == status
    row.refresh_from_db()
    assert (row.state, row.report) == (State.SENT, "Было")


@pytest.mark.parametrize("name", ["report", "accept", "return"])
def test_a_reading_token_does_nothing_and_a_writing_one_acts(cast, item, name):
    row = of(item, cast.lake_school)
    if name != "report":
        row = executions.report(item, text="Было", by=viewer_of(cast.nina))
    person = cast.nina if name == "report" else cast.oleg
    typed = {"text": "Да", "remark": "Нет", "read": (row.sent_at or timezone.now()).isoformat()}
    before, answers = row.state, {}

    for scope in ("read", "write"):
        _, secret = ApiToken.objects.create(user=person, name=scope, scope=scope)
        client = Client(headers={"Authorization": f"Bearer {secret}"})
        answers[scope] = act(client, row, name, **typed).status_code
        row.refresh_from_db()
        assert (row.state == before) == (scope == "read")

    assert answers == {"read": 403, "write": 200}


@pytest.mark.parametrize("name", ["report", "accept", "return"])
def test_an_act_is_only_posted(cast, signed_in, item, name):
    row = of(item, cast.lake_school)

    assert signed_in(cast.nina).get(f"{EXECUTIONS}{row.pk}/{name}/").status_code == 405
