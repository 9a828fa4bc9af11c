"""Plans for other programs: whose they are, what they hold, how the list is narrowed."""

import datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organizations.models import State
from roadmaps.exchange.plan import read_plan
from roadmaps.models import Roadmap
from roadmaps.services import roadmaps
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
