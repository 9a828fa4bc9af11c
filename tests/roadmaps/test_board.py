"""The board: counts by organization, cards of what is picked, only moves that are allowed."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from organizations.models import State
from organizations.queries import viewer_of
from roadmaps.models import Execution, Link, Roadmap
from roadmaps.queries import Column, board, cards, moves
from roadmaps.queries.board import CARDS_OF_COLUMN
from roadmaps.services import executions
from tests.factories.organizations import OrganizationFactory
from tests.factories.roadmaps import ExecutionFactory, ItemFactory, RoadmapFactory

TODAY = datetime.date(2025, 11, 12)


@pytest.fixture
def plan(cast):
    """Two items: one for schools, one for municipalities."""
    plan = RoadmapFactory(owner=cast.ministry)
    ItemFactory(roadmap=plan, position=1, bodies=["school"], title="Школьное дело")
    ItemFactory(roadmap=plan, position=2, bodies=["mouo"], title="Районное дело")
    return plan


def of(plan, place, position=1):
    return Execution.objects.get(item__roadmap=plan, item__position=position, organization=place)


def rows_of(plan, person):
    found = board(list(plan.items.all()), viewer_of(person), day=TODAY)
    return {row.organization.short_name: (dict(+row.counts), row.late) for row in found}


def page_of(client, plan, **asked):
    answer = client.get(reverse("roadmaps:board", args=[plan.pk]), asked)
    assert answer.status_code == 200
    return answer.content.decode().replace("\u00a0", " ")


def move(client, execution, to, **more):
    typed = {"to": to, "read": executions.revision(execution)} | more
    return client.post(reverse("roadmaps:move", args=[execution.pk]), typed)


# Counts


def test_the_rows_are_the_organizations_below(cast, plan):
    ExecutionFactory(item=plan.items.get(position=1), organization=cast.lake_school)
    planned, done = Column.PLANNED, Column.DONE

    assert rows_of(plan, cast.vera) == {
        "North": ({planned: 2, done: 1}, 2), "South": ({planned: 2}, 2),
    }  # fmt: skip
    assert rows_of(plan, cast.oleg) == {
        "North": ({planned: 1}, 1), "Lake school": ({done: 1}, 0), "Wood school": ({planned: 1}, 1),
    }  # fmt: skip
    assert rows_of(plan, cast.nina) == {"Lake school": ({done: 1}, 0)}
    assert rows_of(plan, cast.elena) == rows_of(plan, cast.rita) == {}


def test_every_counted_execution_has_one_card(cast, plan):
    """What is carried out under a municipal plan counts there, once, and not here again."""
    upper = plan.items.get(position=1)
    lower = ItemFactory(roadmap=RoadmapFactory(owner=cast.north), bodies=["school"])
    Link.objects.create(upper=upper, lower=lower)
    Execution.objects.filter(item=upper, organization__parent=cast.north).update(is_carried=True)
    items, vera = list(plan.items.all()), viewer_of(cast.vera)

    found = board(items, vera, day=TODAY)

    told = list(cards(items, vera))
    assert sum(row.total for row in found) == len(told) == len(set(told)) == 5
    assert of(plan, cast.lake_school) not in told
    assert Execution.objects.get(item=lower, organization=cast.lake_school) in told


def test_taking_up_and_deciding_lead_a_card_through_the_columns(cast, signed_in, plan):
    mine, nina, oleg = of(plan, cast.lake_school), viewer_of(cast.nina), viewer_of(cast.oleg)
    steps = [
        (lambda: executions.start(mine, by=nina), Column.WORK),
        (lambda: executions.hand_in(mine, text="Да", by=nina), Column.DONE),
        (lambda: executions.send_back(mine, remark="Нет", by=oleg), Column.RETURNED),
        (lambda: executions.hand_in(mine, text="Вот", by=nina), Column.DONE),
        (lambda: executions.accept(mine, by=oleg), Column.ACCEPTED),
    ]
    assert rows_of(plan, cast.nina)["Lake school"][0] == {Column.PLANNED: 1}

    for act, column in steps:
        act()
        assert rows_of(plan, cast.nina)["Lake school"][0] == {column: 1}


def test_of_all_columns_only_the_first_cards_are_shown(cast, plan):
    item = plan.items.get(position=1)
    for n in range(CARDS_OF_COLUMN + 5):
        school = OrganizationFactory(parent=cast.north)
        ExecutionFactory(item=item, organization=school, due_on=TODAY + datetime.timedelta(n))
    oleg, north = viewer_of(cast.oleg), OrganizationFactory(parent=cast.north)

    short = [one for one in cards([item], oleg) if one.state == State.SENT]
    whole = list(cards([item], oleg, column=Column.DONE))

    assert (len(short), len(whole)) == (CARDS_OF_COLUMN, CARDS_OF_COLUMN + 5)
    assert short == whole[:CARDS_OF_COLUMN]
    assert not cards([item], oleg, place=north.pk)


# The page


def test_a_picked_organization_opens_its_cards(cast, signed_in, plan):
    client = signed_in(cast.vera)

    whole = page_of(client, plan)
    picked = page_of(client, plan, place="reg42_m001")

    assert "Выберите организацию или пункт" in whole
    assert "Школьное дело" not in whole[whole.index("<table") :]
    below = picked[picked.index('id="cards"') :]
    assert below.count("Школьное дело") == 2
    assert below.count("Районное дело") == 1
    assert "просрочено на" in below
    assert "Hill school" not in below


def test_a_picked_item_opens_the_cards_of_all(cast, signed_in, plan):
    item = plan.items.get(position=2)

    page = page_of(signed_in(cast.vera), plan, item=item.pk)

    below = page[page.index('id="cards"') :]
    assert below.count("Районное дело") == 2
    assert "Школьное дело" not in below


def test_nonsense_picks_nothing(cast, signed_in, plan):
    page = page_of(signed_in(cast.vera), plan, place="nowhere", item="9" * 30, column="x")

    assert "Выберите организацию или пункт" in page


def test_a_column_is_opened_whole(cast, signed_in, plan):
    item = plan.items.get(position=1)
    for _ in range(CARDS_OF_COLUMN + 5):
        ExecutionFactory(item=item, organization=OrganizationFactory(parent=cast.north))
    client = signed_in(cast.oleg)

    short = page_of(client, plan, item=item.pk)
    whole = page_of(client, plan, item=item.pk, column="done")

    assert "ещё 5" in short
    assert whole.count('class="card-of') == CARDS_OF_COLUMN + 5


def test_a_draft_has_an_empty_board(cast, signed_in):
    draft = RoadmapFactory(owner=cast.ministry, status=Roadmap.Status.DRAFT)
    ItemFactory(roadmap=draft)

    assert "На доске пусто" in page_of(signed_in(cast.vera), draft)
    assert signed_in(cast.oleg).get(
        reverse("roadmaps:board", args=[draft.pk])
    ).status_code == 404  # fmt: skip


# Moves


@pytest.mark.parametrize(
    ("state", "name", "offered"),
    [
        (State.DRAFT, "nina", {"work", "done"}),
        (State.RETURNED, "nina", {"done"}),
        (State.SENT, "nina", set()),
        (State.ACCEPTED, "nina", set()),
        (State.DRAFT, "oleg", set()),
        (State.SENT, "oleg", {"accepted", "returned"}),
        (State.SENT, "vera", {"accepted", "returned"}),
        (State.ACCEPTED, "oleg", set()),
        (State.SENT, "boris", set()),
    ],
)
def test_only_allowed_moves_are_offered_and_the_others_are_refused(
    cast, signed_in, plan, state, name, offered
):
    row = ExecutionFactory(
        item=plan.items.get(position=1), organization=cast.lake_school, state=state
    )
    client = signed_in(getattr(cast, name))

    page = page_of(client, plan, item=row.item_id)

    menu = re.search(rf'id="to-{row.pk}".*?</select>', page, re.DOTALL)
    assert set(re.findall(r'<option value="(\w+)"', menu[0] if menu else "")) == offered
    assert {one.value for one in moves(row, viewer_of(getattr(cast, name)))} == offered
    for to in {one.value for one in Column} - offered:
        assert move(client, row, to).status_code in (403, 409), to
        row.refresh_from_db()
        assert row.state == state


def test_an_allowed_move_is_done_or_leads_to_its_form(cast, signed_in, plan):
    mine = of(plan, cast.lake_school)
    here = reverse("roadmaps:board", args=[plan.pk])

    assert move(signed_in(cast.nina), mine, "work", next=here).url == here
    mine.refresh_from_db()
    assert mine.started_at is not None
    led = move(signed_in(cast.nina), mine, "done").url
    assert led == reverse("roadmaps:item", args=[plan.pk, mine.item_id]) + "#report"

    executions.hand_in(mine, text="Да", by=viewer_of(cast.nina))
    mine.refresh_from_db()
    led = move(signed_in(cast.oleg), mine, "returned").url
    assert led == reverse("roadmaps:execution", args=[mine.pk]) + "#return"
    move(signed_in(cast.oleg), mine, "accepted")
    mine.refresh_from_db()
    assert mine.state == State.ACCEPTED


def test_a_card_of_another_territory_does_not_move(cast, signed_in, plan):
    assert move(signed_in(cast.svetlana), of(plan, cast.lake_school), "accepted").status_code == 404


def test_a_card_handed_in_anew_is_not_accepted_unread(cast, signed_in, plan):
    row = ExecutionFactory(item=plan.items.get(position=1), organization=cast.lake_school)
    read = executions.revision(row)
    Execution.objects.filter(pk=row.pk).update(sent_at=timezone.now())

    assert move(signed_in(cast.oleg), row, "accepted", read=read).status_code == 409


def test_twice_as_many_organizations_make_no_more_queries(cast, signed_in, plan):
    client, item = signed_in(cast.oleg), plan.items.get(position=1)
    counts = []
    for number in (3, 6):
        for _ in range(number):
            ExecutionFactory(item=item, organization=OrganizationFactory(parent=cast.north))
            ItemFactory(roadmap=plan, bodies=["school"])
        for asked in ({}, {"place": "edu420001"}, {"item": item.pk}):
            page_of(client, plan, **asked)
            with CaptureQueriesContext(connection) as captured:
                page_of(client, plan, **asked)
            counts.append(len(captured))

    assert counts[:3] == counts[3:]
