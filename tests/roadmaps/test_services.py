"""Plans stored, approved and thrown away; items reported, accepted and returned."""

import dataclasses
import datetime
from pathlib import Path

import pytest

from organizations.errors import Conflict, NotAllowed, Refused
from organizations.models import Document, DocumentKind, DocumentVersion, Event, State
from organizations.queries import viewer_of
from roadmaps.exchange.content import Section
from roadmaps.exchange.plan import read_plan
from roadmaps.models import Execution, Item, Outcome, Responsible, Roadmap
from roadmaps.queries import Standing, standing_of
from roadmaps.services import evidence, executions, roadmaps
from roadmaps.services.evidence import Proof
from roadmaps.terms import TermKind
from tests.factories.documents import pdf
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
        "evidence": item.evidence or None,
        "control_points": [day.isoformat() for day in item.control_points],
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

    with pytest.raises(Conflict, match="нет номера или даты приказа"):
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


def of(item, organization):
    return Execution.objects.get(item=item, organization=organization)


def acts_on(execution):
    return [event.action for event in Event.objects.about(execution).order_by("pk")]


def proof(words):
    return Proof(
        f"Протокол: {words}", number="5", signed_on=datetime.date(2025, 10, 12),
        name="протокол.pdf", content=pdf(words),
    )  # fmt: skip


@pytest.fixture
def item(cast):
    return ItemFactory(roadmap=RoadmapFactory(owner=cast.ministry), bodies=["mouo", "school"])


def test_a_report_waits_for_the_level_above(cast, item):
    nina = viewer_of(cast.nina)

    execution = executions.report(item, text=" Обсудили. ", by=nina)

    execution.refresh_from_db()
    assert execution.organization == cast.lake_school
    assert (execution.state, execution.report) == (State.SENT, "Обсудили.")


def test_each_organization_has_one_report_on_an_item(cast, item):
    owed = Execution.objects.count()
    for person in (cast.nina, cast.nina, cast.oleg):
        executions.report(item, text="Сделали", by=viewer_of(person))

    assert Execution.objects.count() == owed
    sent = Execution.objects.filter(state=State.SENT)
    assert {one.organization for one in sent} == {cast.lake_school, cast.north}


def test_a_report_without_words_is_not_taken(cast, item):
    with pytest.raises(Conflict, match="Напишите, что сделано"):
        executions.report(item, text=" \n", by=viewer_of(cast.nina))

    assert not Execution.objects.exclude(state=State.DRAFT).exists()


@pytest.mark.parametrize(
    "status", [Roadmap.Status.DRAFT, Roadmap.Status.SUPERSEDED, Roadmap.Status.CLOSED]
)
def test_on_a_plan_not_in_force_nobody_reports(cast, item, status):
    Roadmap.objects.filter(pk=item.roadmap_id).update(status=status)
    item.refresh_from_db()

    with pytest.raises(Conflict, match="План сейчас не действует"):
        executions.report(item, text="Сделали", by=viewer_of(cast.nina))


@pytest.mark.parametrize("name", ["elena", "pavel", "anton"])
def test_roles_without_duties_do_not_report(cast, item, name):
    with pytest.raises(NotAllowed):
        executions.report(item, text="Сделали", by=viewer_of(getattr(cast, name)))


def test_what_is_carried_out_under_ones_own_plan_is_reported_there(cast, item):
    Execution.objects.filter(item=item, organization=cast.lake_school).update(is_carried=True)

    with pytest.raises(Conflict, match="исполняет по своему плану"):
        executions.report(item, text="Сделали", by=viewer_of(cast.nina))


# How it goes before the report


def test_taking_up_is_noted_once(cast, item):
    nina, mine = viewer_of(cast.nina), of(item, cast.lake_school)

    first = executions.start(mine, by=nina).started_at
    again = executions.start(mine, by=nina).started_at

    assert first == again is not None
    assert acts_on(mine) == ["execution.started"]


def test_nobody_takes_up_or_tells_for_another(cast, item):
    theirs = of(item, cast.wood_school)

    for act in (
        lambda by: executions.start(theirs, by=by),
        lambda by: executions.tell(theirs, text="Идёт", by=by),
        lambda by: executions.keep(theirs, text="Идёт", by=by),
        lambda by: executions.hand_in(theirs, text="Готово", by=by),
        lambda by: executions.entrust(theirs, holder=None, by=by),
    ):
        for person in (cast.nina, cast.oleg, cast.vera, cast.elena):
            with pytest.raises(NotAllowed):
                act(viewer_of(person))

    assert Event.objects.count() == 0


def test_what_is_kept_is_not_handed_in(cast, item):
    nina, mine = viewer_of(cast.nina), of(item, cast.lake_school)

    kept = executions.keep(mine, text="Начали", by=nina)
    sent = executions.hand_in(mine, text="Закончили", by=nina)

    assert (kept.state, kept.report, kept.started_at is None) == (State.DRAFT, "Начали", False)
    assert (sent.state, sent.report) == (State.SENT, "Закончили")
    with pytest.raises(Conflict, match="уже сдано"):
        executions.keep(mine, text="Ещё", by=nina)


def test_told_at_a_control_point_it_is_due_at_the_next_one(cast):
    points = [datetime.date(2025, 11, 30), datetime.date(2026, 2, 28), datetime.date(2026, 5, 31)]
    item = ItemFactory(
        roadmap=RoadmapFactory(owner=cast.ministry), bodies=["school"],
        term_kind=TermKind.SCHOOL_YEAR, starts_on=None, ends_on=None, control_points=points,
    )  # fmt: skip
    nina, mine = viewer_of(cast.nina), of(item, cast.lake_school)
    assert mine.due_on == points[0]

    notes = [executions.tell(mine, text=f"Шаг {n}", by=nina) for n in range(4)]

    mine.refresh_from_db()
    assert [note.point for note in notes] == [*points, points[-1]]
    assert mine.due_on == points[-1]
    assert mine.state == State.DRAFT
    with pytest.raises(Conflict, match="к контрольной точке"):
        executions.tell(mine, text=" ", by=nina)


def test_only_people_of_the_organization_carry_it_out(cast, item):
    nina, mine = viewer_of(cast.nina), of(item, cast.lake_school)

    executions.entrust(mine, holder=cast.nina, by=nina)
    with pytest.raises(Conflict, match="не работает в вашей организации"):
        executions.entrust(mine, holder=cast.igor, by=nina)

    mine.refresh_from_db()
    assert mine.holder == cast.nina


# Proofs


def test_one_proof_serves_several_items_and_keeps_its_versions(cast, item):
    nina = viewer_of(cast.nina)
    other = ItemFactory(roadmap=item.roadmap, bodies=["school"])

    first = executions.report(item, text="Да", proofs=[proof("протокол")], by=nina)
    [document] = first.evidence.all()
    second = executions.report(other, text="Да", evidence=[document], by=nina)
    evidence.add_version(second, document, content=pdf("исправлен"), name="p.pdf", by=nina)

    assert list(second.evidence.all()) == [document]
    assert [one.number for one in document.versions.all()] == [2, 1]
    assert document.organization == cast.lake_school
    assert (document.number, document.signed_on) == ("5", datetime.date(2025, 10, 12))


def test_the_same_file_with_the_same_requisites_is_stored_once(cast, item):
    nina = viewer_of(cast.nina)

    for _ in range(2):
        execution = executions.report(item, text="Да", proofs=[proof("один")], by=nina)

    assert execution.evidence.count() == 1
    assert DocumentVersion.objects.count() == 1


def test_a_corrected_file_hands_the_waiting_report_in_anew(cast, item):
    nina, oleg = viewer_of(cast.nina), viewer_of(cast.oleg)
    execution = executions.report(item, text="Да", proofs=[proof("первый")], by=nina)
    read = executions.revision(execution)

    evidence.add_version(
        execution, execution.evidence.get(), content=pdf("второй"), name="p.pdf", by=nina
    )

    with pytest.raises(Conflict, match="сдан заново"):
        executions.accept(execution, by=oleg, read=read)


def test_a_corrected_file_leaves_what_is_accepted_accepted(cast, item):
    nina = viewer_of(cast.nina)
    execution = executions.report(item, text="Да", proofs=[proof("первый")], by=nina)
    executions.accept(execution, by=viewer_of(cast.oleg))

    evidence.add_version(
        execution, execution.evidence.get(), content=pdf("второй"), name="p.pdf", by=nina
    )

    execution.refresh_from_db()
    assert execution.state == State.ACCEPTED


@pytest.mark.parametrize(
    ("name", "content"),
    [("вирус.pdf", b"MZ\x90\x00"), ("страница.pdf", b"<html>"), ("пусто.docx", pdf())],
)
def test_a_file_that_is_not_what_it_should_be_stores_nothing(cast, item, name, content):
    bad = Proof("Протокол", name=name, content=content)

    with pytest.raises(Refused):
        executions.report(item, text="Да", proofs=[proof("годный"), bad], by=viewer_of(cast.nina))

    assert not Document.objects.filter(kind=DocumentKind.EVIDENCE).exists()
    assert of(item, cast.lake_school).state == State.DRAFT
    assert not Event.objects.exists()


def test_nobody_attaches_the_proof_of_another(cast, item):
    theirs = executions.report(
        ItemFactory(roadmap=item.roadmap, bodies=["school"]), text="Да",
        proofs=[proof("чужой")], by=viewer_of(cast.igor),
    )  # fmt: skip

    with pytest.raises(NotAllowed, match="другой организации"):
        executions.report(item, text="Да", evidence=theirs.evidence.all(), by=viewer_of(cast.nina))

    assert of(item, cast.lake_school).state == State.DRAFT


def test_a_proof_is_taken_away_only_before_the_report(cast, item):
    nina, mine = viewer_of(cast.nina), of(item, cast.lake_school)
    executions.keep(mine, text="", proofs=[proof("лишний"), proof("нужный")], by=nina)
    extra, needed = mine.evidence.order_by("pk")

    evidence.detach(mine, extra, by=nina)
    executions.hand_in(mine, text="Да", by=nina)

    assert list(mine.evidence.all()) == [needed]
    assert Document.objects.filter(pk=extra.pk).exists()
    with pytest.raises(Conflict, match="уже сдано"):
        evidence.detach(mine, needed, by=nina)
    with pytest.raises(NotAllowed):
        evidence.detach(mine, needed, by=viewer_of(cast.oleg))


# A term moved


def test_an_accepted_wish_moves_the_day_and_keeps_the_old_one(cast, item):
    until = datetime.date(2025, 12, 20)
    sent = executions.report(
        item, text="Ждём методичку", outcome=Outcome.POSTPONEMENT, postpone_to=until,
        by=viewer_of(cast.nina),
    )  # fmt: skip
    assert sent.due_on == item.ends_on

    moved = executions.accept(sent, by=viewer_of(cast.oleg))

    moved.refresh_from_db()
    assert (moved.state, moved.outcome) == (State.DRAFT, Outcome.DONE)
    assert (moved.was_due_on, moved.due_on, moved.report) == (item.ends_on, until, "")
    [kept] = moved.postponements.all()
    assert (kept.was, kept.until, kept.ground) == (item.ends_on, until, "Ждём методичку")


@pytest.mark.parametrize("until", [None, datetime.date(2025, 10, 31), datetime.date(2025, 9, 1)])
def test_a_wish_names_a_later_day(cast, item, until):
    with pytest.raises(Conflict, match=r"Назовите день|не позже прежнего"):
        executions.report(
            item, text="Нужно", outcome=Outcome.POSTPONEMENT, postpone_to=until,
            by=viewer_of(cast.nina),
        )  # fmt: skip

    assert of(item, cast.lake_school).state == State.DRAFT


def test_the_level_above_moves_the_day_of_what_is_not_handed_in(cast, item):
    until, oleg = datetime.date(2025, 12, 20), viewer_of(cast.oleg)
    school = of(item, cast.lake_school)

    executions.postpone(school, until=until, ground="Карантин", by=oleg)
    again = executions.postpone(
        school, until=until + datetime.timedelta(1), ground="Ещё", by=viewer_of(cast.vera)
    )

    assert again.was_due_on == item.ends_on
    assert again.postponements.count() == 2
    for person, row, error in (
        (cast.nina, school, Conflict), (cast.svetlana, school, NotAllowed),
        (cast.boris, school, NotAllowed), (cast.oleg, of(item, cast.north), Conflict),
    ):  # fmt: skip
        with pytest.raises(error):
            executions.postpone(
                row, until=datetime.date(2026, 6, 1), ground="Хочу", by=viewer_of(person)
            )
    executions.report(item, text="Готово", by=viewer_of(cast.nina))
    with pytest.raises(Conflict, match="уже сдано"):
        executions.postpone(school, until=datetime.date(2026, 6, 1), ground="Поздно", by=oleg)


def test_what_does_not_apply_is_accepted_as_such(cast, item):
    sent = executions.report(
        item, text="В школе нет 11 классов", outcome=Outcome.NOT_APPLICABLE,
        by=viewer_of(cast.nina),
    )  # fmt: skip

    accepted = executions.accept(sent, by=viewer_of(cast.oleg))

    assert standing_of(accepted, day=datetime.date(2030, 1, 1)) is Standing.NOT_APPLICABLE


# Decisions


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
