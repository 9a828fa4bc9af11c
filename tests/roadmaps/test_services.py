"""Plans stored, approved and thrown away; items reported, accepted and returned."""

import dataclasses
from pathlib import Path

import pytest

from organizations.errors import Conflict, NotAllowed
from organizations.models import Document, Event, State
from organizations.queries import viewer_of
from roadmaps.exchange.content import Section
from roadmaps.exchange.plan import read_plan
from roadmaps.models import Execution, Item, Responsible, Roadmap
from roadmaps.services import executions, roadmaps
from tests.factories.organizations import OrganizationFactory
from tests.factories.roadmaps import ExecutionFactory, ItemFactory, RoadmapFactory

PLANS = Path(__file__).parent / "plans"


def plan_of(name="region.txt"):
    return read_plan((PLANS / name).read_bytes(), name)


def told(roadmap):
    """A stored plan in the words of the reader's JSON."""
    order = roadmap.order
    return {
        "order": {
            "number": order.number,
            "date": order.signed_on.isoformat(),
            "title": order.title,
            "issuer": order.issuer,
        },
        "title": roadmap.title,
        "period": {"start": roadmap.starts_on.isoformat(), "end": roadmap.ends_on.isoformat()},
        "sections": [{"number": one.number, "title": one.title} for one in roadmap.sections.all()],
        "items": [told_item(item) for item in roadmap.items.all()],
        "warnings": roadmap.doubts,
    }


def told_item(item):
    return {
        "number": item.number,
        "section": item.section and item.section.number,
        "title": item.title,
        "deadline": {
            "text": item.term_text,
            "kind": item.term_kind,
            "start": item.starts_on and item.starts_on.isoformat(),
            "end": item.ends_on and item.ends_on.isoformat(),
            "recurrence": item.recurrence or None,
        },
        "responsible": [{"text": one.text, "body": one.body} for one in item.responsible.all()],
        "result": item.result or None,
    }


# A plan


@pytest.mark.parametrize("name", ["region.txt", "district.txt", "city_layer.txt"])
def test_what_is_stored_is_all_that_was_read(cast, name):
    plan = plan_of(name)

    stored = roadmaps.import_plan(cast.ministry, plan, by=viewer_of(cast.vera))

    read = plan.as_json()
    read["order"]["title"] = plan.order.title or plan.title  # a paper has to be called something
    assert told(Roadmap.objects.get(pk=stored.pk)) == read


def test_regional_bodies_are_the_organizations_of_their_codes(cast):
    stored = roadmaps.import_plan(cast.ministry, plan_of(), by=None)

    bodies = Responsible.objects.filter(item__roadmap=stored)
    places = dict(bodies.values_list("body", "organization"))
    assert places["ministry"] == cast.ministry.pk
    assert places["kcmko"] == cast.centre.pk
    assert places["kripkipro"] == cast.institute.pk
    assert places["mouo"] is None


def test_in_a_municipal_plan_its_own_authority_is_meant(cast):
    authority = OrganizationFactory(code="mouo_north", kind="mouo", parent=cast.north)
    OrganizationFactory(code="mouo_south", kind="mouo", parent=cast.south)

    stored = roadmaps.import_plan(cast.north, plan_of(), by=None)

    meant = Responsible.objects.filter(item__roadmap=stored, body="mouo")
    assert {one.organization for one in meant} == {authority}


def test_the_order_is_kept_as_a_document_of_the_owner(cast):
    stored = roadmaps.import_plan(cast.ministry, plan_of(), by=viewer_of(cast.vera))

    assert stored.order.organization == cast.ministry
    assert stored.order.kind == "order"
    assert stored.status == Roadmap.Status.DRAFT


def test_the_same_order_is_not_stored_twice_but_another_owner_may_have_it(cast):
    roadmaps.import_plan(cast.ministry, plan_of(), by=None)

    with pytest.raises(Conflict, match="№ 318 у «Ministry» уже есть"):
        roadmaps.import_plan(cast.ministry, plan_of(), by=None)
    roadmaps.import_plan(cast.north, plan_of(), by=None)

    assert Roadmap.objects.count() == 2
    assert Document.objects.count() == 2


@pytest.mark.parametrize("name", ["oleg", "nina", "elena", "pavel", "anton", "rita"])
def test_nobody_stores_a_plan_for_those_who_are_not_theirs(cast, name):
    with pytest.raises(NotAllowed):
        roadmaps.import_plan(cast.ministry, plan_of(), by=viewer_of(getattr(cast, name)))

    assert not Roadmap.objects.exists()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda item: {"number": "1" * 21}, "Строка 1"),
        (lambda item: {"term": dataclasses.replace(item.term, text="с" * 301)}, "Пункт 1"),
        (
            lambda item: {"bodies": (dataclasses.replace(item.bodies[0], text="К" * 301),)},
            "Пункт 1, ответственные",
        ),
    ],
)
def test_a_text_too_long_for_its_column_is_told_and_nothing_is_stored(cast, change, place):
    plan = plan_of()
    first, *rest = plan.items
    longer = dataclasses.replace(first, **change(first))

    with pytest.raises(Conflict, match=f"{place}: .*не слились ли соседние графы"):
        roadmaps.import_plan(
            cast.ministry, dataclasses.replace(plan, items=(longer, *rest)), by=None
        )

    assert not Roadmap.objects.exists()
    assert not Document.objects.exists()


def test_a_heading_too_long_is_told_with_its_number(cast):
    plan = dataclasses.replace(plan_of(), sections=(Section("1", "а" * 401),))

    with pytest.raises(Conflict, match=r"Раздел 1: .* 401 знаков"):
        roadmaps.import_plan(cast.ministry, plan, by=None)


def test_a_draft_is_seen_on_its_level_and_an_approved_plan_by_all_below(cast):
    stored = roadmaps.import_plan(cast.ministry, plan_of(), by=None)
    below = [viewer_of(cast.oleg), viewer_of(cast.nina)]
    before = [Roadmap.objects.visible_to(viewer).count() for viewer in below]

    roadmaps.approve(stored, by=viewer_of(cast.vera))

    assert before == [0, 0]
    assert [Roadmap.objects.visible_to(viewer).count() for viewer in below] == [1, 1]
    assert not Roadmap.objects.visible_to(viewer_of(cast.rita)).exists()


def test_a_plan_is_approved_once(cast):
    stored = roadmaps.import_plan(cast.ministry, plan_of(), by=None)
    roadmaps.approve(stored, by=None)

    with pytest.raises(Conflict, match="План уже действует"):
        roadmaps.approve(stored, by=None)


@pytest.mark.parametrize("lack", [{"number": ""}, {"signed_on": None}])
def test_a_plan_without_a_number_or_a_date_of_its_order_is_not_approved(cast, lack):
    stored = roadmaps.import_plan(cast.ministry, plan_of(), by=None)
    Document.objects.filter(pk=stored.order_id).update(**lack)

    with pytest.raises(Conflict, match="Допишите их в начало файла"):
        roadmaps.approve(stored, by=None)


def test_those_below_neither_approve_nor_delete_the_regions_plan(cast):
    stored = roadmaps.import_plan(cast.ministry, plan_of(), by=None)

    for act in (roadmaps.approve, roadmaps.delete):
        with pytest.raises(NotAllowed):
            act(stored, by=viewer_of(cast.oleg))

    stored.refresh_from_db()
    assert stored.status == Roadmap.Status.DRAFT


def test_a_deleted_draft_takes_its_order_along_and_leaves_its_trace(cast):
    stored = roadmaps.import_plan(cast.ministry, plan_of(), by=viewer_of(cast.vera))
    title = stored.title

    roadmaps.delete(stored, by=viewer_of(cast.vera))

    assert not Roadmap.objects.exists()
    assert not Item.objects.exists()
    assert not Document.objects.exists()
    acts = Event.objects.order_by("pk").values_list("action", "user_name", "object_name")
    assert list(acts) == [
        ("roadmap.imported", "Vera", title),
        ("roadmap.deleted", "Vera", title),
    ]


def test_a_plan_in_force_is_not_deleted(cast):
    stored = RoadmapFactory(owner=cast.ministry)

    with pytest.raises(Conflict, match="менять можно только черновик"):
        roadmaps.delete(stored, by=viewer_of(cast.vera))

    assert Roadmap.objects.filter(pk=stored.pk).exists()


# A report


@pytest.fixture
def item(cast):
    return ItemFactory(roadmap=RoadmapFactory(owner=cast.ministry), bodies=["mouo", "school"])


def test_a_report_waits_for_the_level_above(cast, item):
    nina = viewer_of(cast.nina)

    execution = executions.report(item, text=" Обсудили. ", link="https://example.org/p", by=nina)

    execution.refresh_from_db()
    assert execution.organization == cast.lake_school
    assert (execution.state, execution.report) == (State.SENT, "Обсудили.")
    assert execution.link == "https://example.org/p"


def test_each_organization_has_one_report_on_an_item(cast, item):
    for person in (cast.nina, cast.nina, cast.oleg):
        executions.report(item, text="Сделали", by=viewer_of(person))

    assert Execution.objects.count() == 2


def test_a_report_without_words_is_not_taken(cast, item):
    with pytest.raises(Conflict, match="Напишите, что сделано"):
        executions.report(item, text=" \n", by=viewer_of(cast.nina))

    assert not Execution.objects.exists()


@pytest.mark.parametrize("status", [Roadmap.Status.DRAFT, Roadmap.Status.SUPERSEDED])
def test_on_a_plan_not_in_force_nobody_reports(cast, status):
    item = ItemFactory(
        roadmap=RoadmapFactory(owner=cast.ministry, status=status), bodies=["school"]
    )

    with pytest.raises(Conflict, match="План сейчас не действует"):
        executions.report(item, text="Сделали", by=viewer_of(cast.nina))


@pytest.mark.parametrize("name", ["elena", "pavel", "anton"])
def test_roles_without_duties_do_not_report(cast, item, name):
    with pytest.raises(NotAllowed):
        executions.report(item, text="Сделали", by=viewer_of(getattr(cast, name)))


def test_the_municipality_accepts_its_school_and_not_anothers(cast, item):
    execution = ExecutionFactory(item=item, organization=cast.lake_school)

    with pytest.raises(NotAllowed):
        executions.accept(execution, by=viewer_of(cast.svetlana))
    accepted = executions.accept(execution, by=viewer_of(cast.oleg))

    assert accepted.state == State.ACCEPTED
    assert accepted.decided_by == cast.oleg


def test_ones_own_report_is_accepted_above(cast, item):
    execution = ExecutionFactory(item=item, organization=cast.north)

    for act in (executions.accept, lambda row, by: executions.send_back(row, remark="!", by=by)):
        with pytest.raises(Conflict, match="принимает вышестоящий уровень"):
            act(execution, by=viewer_of(cast.oleg))

    assert executions.accept(execution, by=viewer_of(cast.vera)).state == State.ACCEPTED


def test_the_regions_own_report_is_accepted_by_the_region(cast, item):
    execution = ExecutionFactory(item=item, organization=cast.ministry)

    assert executions.accept(execution, by=viewer_of(cast.vera)).state == State.ACCEPTED


def test_a_returned_report_carries_the_remark_until_it_is_handed_in_again(cast, item):
    execution = ExecutionFactory(item=item, organization=cast.lake_school)

    returned = executions.send_back(execution, remark="Нет протокола", by=viewer_of(cast.oleg))
    again = executions.report(item, text="Приложили протокол", by=viewer_of(cast.nina))

    assert (returned.state, returned.remark) == (State.RETURNED, "Нет протокола")
    assert (again.pk, again.state, again.remark) == (execution.pk, State.SENT, "")


def test_a_report_changed_while_it_was_read_is_not_decided_on(cast, item):
    first = executions.report(item, text="Было", by=viewer_of(cast.nina))
    read = executions.revision(first)
    executions.report(item, text="Стало", by=viewer_of(cast.nina))
    oleg = viewer_of(cast.oleg)

    with pytest.raises(Conflict, match="отчёт сдан заново"):
        executions.accept(first, by=oleg, read=read)
    with pytest.raises(Conflict, match="отчёт сдан заново"):
        executions.send_back(first, remark="Нет", by=oleg, read=read)

    first.refresh_from_db()
    assert (first.state, first.report) == (State.SENT, "Стало")
    assert executions.accept(first, by=oleg, read=executions.revision(first)).state == "accepted"


def test_nobody_reports_on_what_others_carry_out(cast):
    item = ItemFactory(roadmap=RoadmapFactory(owner=cast.ministry), bodies=["mouo"])

    with pytest.raises(NotAllowed, match="исполняют другие"):
        executions.report(item, text="Сделано.", by=viewer_of(cast.nina))
