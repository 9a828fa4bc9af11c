"""A plan that goes down three levels: taken, changed, left out with reasons, counted once."""

import datetime
import random
import re
from collections import Counter
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from organizations.errors import Conflict, NotAllowed
from organizations.models import Event, Notice, State
from organizations.queries import viewer_of
from roadmaps.models import (
    Cohort,
    Execution,
    Item,
    Link,
    Omission,
    Outcome,
    ProgressNote,
    Responsible,
    Roadmap,
)
from roadmaps.queries import Standing, answers, lines, standing_of, summaries, together
from roadmaps.services import adoption, assignment, executions, roadmaps, versions
from roadmaps.terms import TermKind
from tests.factories.organizations import OrganizationFactory
from tests.factories.roadmaps import ExecutionFactory, ItemFactory, RoadmapFactory

TODAY = timezone.localdate


def executions_of(item):
    return Execution.objects.filter(item=item)


def owed(plan):
    """Item's number → who owes it."""
    found = {}
    for item in plan.items.order_by("position"):
        rows = executions_of(item).values_list("organization__short_name", flat=True)
        found[item.number] = set(rows)
    return found


def sign(draft, number="800"):
    draft.order.number, draft.order.signed_on = number, TODAY()
    draft.order.save()
    return draft


@pytest.fixture
def region(cast):
    """The region's plan: for all municipalities, for schools, for the ministry, for both."""
    plan = RoadmapFactory(owner=cast.ministry, title="План региона")
    named = [
        ("Совещание с руководителями", ["ministry", "mouo"]),
        ("Размещение положения на сайте", ["mouo", "school"]),
        ("Методические рекомендации", ["ministry"]),
        ("Контроль оценочных процедур", ["school"]),
    ]
    for position, (title, bodies) in enumerate(named, start=1):
        item = ItemFactory(roadmap=plan, position=position, title=title, bodies=bodies)
        of_ministry = Responsible.objects.filter(item=item, body="ministry")
        of_ministry.update(organization=cast.ministry)
    Execution.objects.filter(item__roadmap=plan).delete()
    assignment.assign(plan)
    return plan


@pytest.fixture
def oleg(cast):
    return viewer_of(cast.oleg)


@pytest.fixture
def nina(cast):
    return viewer_of(cast.nina)


@pytest.fixture
def draft(cast, region, oleg):
    return adoption.adopt(region, owner=cast.north, by=oleg)


def put_into_force(draft, by):
    return roadmaps.approve(sign(draft), by=by)


# Taking


def test_a_plan_is_taken_with_the_items_that_ask_the_territory(draft, region):
    assert draft.status == Roadmap.Status.DRAFT
    assert draft.above == region
    assert [(one.number, one.title) for one in draft.items.order_by("position")] == [
        ("1", "Совещание с руководителями"),
        ("2", "Размещение положения на сайте"),
        ("3", "Контроль оценочных процедур"),
    ]
    links = Link.objects.filter(lower__roadmap=draft).values_list("upper__title", "lower__title")
    assert len(links) == 3
    assert all(upper == lower for upper, lower in links)


def test_bodies_of_the_region_do_not_go_down(draft):
    bodies = {one.number: [body.body for body in one.responsible.all()]
              for one in draft.items.all()}  # fmt: skip

    assert bodies == {"1": ["mouo"], "2": ["mouo", "school"], "3": ["school"]}


def test_an_item_that_only_the_region_carries_out_keeps_its_words_and_asks_the_owner(
    draft, region, oleg
):
    taken = adoption.take(draft, region.items.get(position=3), by=oleg)
    plan = put_into_force(draft, oleg)

    assert [body.text for body in taken.responsible.all()] == ["ministry"]
    assert owed(plan)["4"] == {"North"}


def test_terms_sections_and_control_points_come_along(cast, oleg):
    upper = RoadmapFactory(owner=cast.ministry)
    section = upper.sections.create(number="2", title="Раздел", position=1)
    points = [TODAY(), TODAY().replace(year=TODAY().year + 1)]
    ItemFactory(
        roadmap=upper, position=1, section=section, control_points=points, number="2.15",
        term_kind=TermKind.SCHOOL_YEAR, result="Справка", evidence="Приказ",
    )  # fmt: skip

    [copy] = adoption.adopt(upper, owner=cast.north, by=oleg).items.all()

    assert (copy.section.number, copy.section.title) == ("2", "Раздел")
    assert (copy.number, copy.control_points, copy.result, copy.evidence) == (
        "2.15", points, "Справка", "Приказ")  # fmt: skip
    assert copy.term_kind == TermKind.SCHOOL_YEAR


def test_a_plan_is_taken_once(cast, region, draft, oleg):
    body = OrganizationFactory(code="north_mouo", kind="mouo", parent=cast.north)

    for owner in (cast.north, body):
        with pytest.raises(Conflict, match="уже взят"):
            adoption.adopt(region, owner=owner, by=oleg)

    assert Roadmap.objects.filter(above=region).count() == 1


def test_a_plan_is_not_taken_by_its_own_level_nor_from_a_neighbour(cast, region, oleg):
    of_south = RoadmapFactory(owner=cast.south)
    ItemFactory(roadmap=of_south, bodies=["school"])

    with pytest.raises(NotAllowed, match="План берут ниже"):
        adoption.adopt(region, owner=cast.centre, by=viewer_of(cast.boris))
    with pytest.raises(NotAllowed, match="План берут ниже"):
        adoption.adopt(of_south, owner=cast.north, by=oleg)
    with pytest.raises(NotAllowed, match="не относится к вашей территории"):
        adoption.adopt(region, owner=cast.south, by=oleg)
    with pytest.raises(NotAllowed, match="роль"):
        adoption.adopt(region, owner=cast.north, by=viewer_of(cast.pavel))


def test_only_a_plan_in_force_that_asks_somebody_here_is_taken(cast, oleg):
    closed = RoadmapFactory(owner=cast.ministry, status=Roadmap.Status.CLOSED)
    foreign = RoadmapFactory(owner=cast.ministry)
    item = ItemFactory(roadmap=foreign, bodies=["ministry"])
    Responsible.objects.filter(item=item).update(organization=cast.ministry)
    Execution.objects.filter(item=item).delete()
    assignment.assign(foreign)

    with pytest.raises(Conflict, match="не действует"):
        adoption.adopt(closed, owner=cast.north, by=oleg)
    with pytest.raises(Conflict, match="нет пунктов"):
        adoption.adopt(foreign, owner=cast.north, by=oleg)


def test_taking_a_long_plan_costs_no_more_queries(cast, oleg):
    def cost(items):
        upper = RoadmapFactory(owner=cast.ministry)
        for position in range(1, items + 1):
            ItemFactory(roadmap=upper, position=position, bodies=["mouo", "school"])
        with CaptureQueriesContext(connection) as queries:
            adoption.adopt(upper, owner=cast.north, by=oleg)
        return len(queries)

    assert cost(12) == cost(3)


def test_taking_stands_in_the_journal(draft):
    event = Event.objects.get(action="roadmap.adopted")

    assert (event.object_id, event.changes["items"]) == (str(draft.pk), 3)


# Leaving out


def test_a_plan_with_an_item_left_out_in_silence_is_not_approved(draft, oleg):
    draft.items.get(number="2").delete()

    with pytest.raises(Conflict, match="не взяты пункты плана выше: 2"):
        put_into_force(draft, oleg)

    draft.refresh_from_db()
    assert draft.status == Roadmap.Status.DRAFT


def test_a_reason_goes_up_as_not_applicable_and_is_accepted_there(cast, draft, region, oleg):
    left_out = region.items.get(position=1)
    draft.items.get(number="1").delete()
    adoption.omit(draft, left_out, reason="Совещание проводит регион.", by=oleg)
    put_into_force(draft, oleg)

    answer = executions_of(left_out).get(organization=cast.north)
    assert (answer.state, answer.outcome) == (State.SENT, Outcome.NOT_APPLICABLE)
    assert answer.report == "Совещание проводит регион."

    executions.accept(answer, by=viewer_of(cast.vera))
    [line, *_] = lines(region, viewer_of(cast.vera), day=TODAY())
    assert line.places[cast.north.pk] == Counter(na=1)


@pytest.fixture
def stranger(cast):
    return ItemFactory(roadmap=RoadmapFactory(owner=cast.south))


def test_a_reason_is_needed_and_only_for_what_is_left_out(draft, region, stranger, oleg):
    with pytest.raises(Conflict, match="напишите, почему"):
        adoption.omit(draft, region.items.get(position=3), reason="  ", by=oleg)
    with pytest.raises(Conflict, match="уже взят"):
        adoption.omit(draft, region.items.get(position=1), reason="Не нужно", by=oleg)
    with pytest.raises(Conflict, match="не из того плана"):
        adoption.omit(draft, stranger, reason="Не нужно", by=oleg)

    assert not Omission.objects.exists()


def test_an_item_taken_back_needs_no_reason(draft, region, oleg):
    left_out = region.items.get(position=1)
    draft.items.get(number="1").delete()
    adoption.omit(draft, left_out, reason="Не нужно", by=oleg)

    adoption.take(draft, left_out, by=oleg)

    assert not draft.omissions.exists()
    assert adoption.dropped(draft) == []
    assert draft.items.order_by("position").last().title == left_out.title


def test_a_reason_corrected_after_approval_is_handed_in_anew(cast, draft, region, oleg):
    left_out = region.items.get(position=1)
    draft.items.get(number="1").delete()
    adoption.omit(draft, left_out, reason="Описка", by=oleg)
    plan = put_into_force(draft, oleg)

    adoption.omit(plan, left_out, reason="Проводит регион", by=oleg)

    answer = executions_of(left_out).get(organization=cast.north)
    assert (answer.report, answer.state) == ("Проводит регион", State.SENT)


def test_a_plan_in_force_takes_nothing_more(draft, region, oleg):
    plan = put_into_force(draft, oleg)

    with pytest.raises(Conflict, match="менять можно только черновик"):
        adoption.take(plan, region.items.get(position=3), by=oleg)


def test_a_neighbour_changes_nothing_in_the_plan(cast, draft, region):
    svetlana, item = viewer_of(cast.svetlana), region.items.get(position=3)

    for act in (
        lambda: adoption.omit(draft, item, reason="Не нужно", by=svetlana),
        lambda: adoption.take(draft, item, by=svetlana),
        lambda: adoption.link(draft, [], among=[item.pk], by=svetlana),
        lambda: adoption.match(draft, region, by=svetlana),
    ):
        with pytest.raises(NotAllowed, match="не относится к вашей территории"):
            act()


# A plan that came as a file of its own


@pytest.fixture
def own(cast):
    plan = RoadmapFactory(owner=cast.north, title="План Севера", status=Roadmap.Status.DRAFT)
    for position in (1, 2, 3):
        ItemFactory(roadmap=plan, position=position, bodies=["mouo", "school"])
    return plan


def pair(region, own, upper, lower):
    return region.items.get(position=upper).pk, own.items.get(position=lower).pk


def everything(plan):
    return list(plan.items.values_list("pk", flat=True))


def test_an_own_plan_is_matched_and_linked(region, own, oleg):
    adoption.match(own, region, by=oleg)
    pairs = {pair(region, own, 1, 2), pair(region, own, 2, 2), pair(region, own, 4, 3)}

    adoption.link(own, pairs, among=everything(region), by=oleg)
    assert set(Link.objects.values_list("upper", "lower")) == pairs

    adoption.link(own, set(), among=[region.items.get(position=2).pk], by=oleg)
    assert set(Link.objects.values_list("upper", "lower")) == pairs - {pair(region, own, 2, 2)}


def test_links_lead_to_items_of_these_two_plans_only(region, own, stranger, oleg):
    adoption.match(own, region, by=oleg)

    for foreign in ((stranger.pk, own.items.first().pk), (region.items.first().pk, stranger.pk)):
        with pytest.raises(Conflict, match="изменились"):
            adoption.link(own, [foreign], among=everything(region), by=oleg)


def test_a_plan_has_one_plan_above(cast, region, own, oleg):
    adoption.match(own, region, by=oleg)
    other = RoadmapFactory(owner=cast.ministry)

    with pytest.raises(Conflict, match="уже сопоставлен"):
        adoption.match(own, other, by=oleg)


def test_a_plan_is_not_matched_where_another_was_taken(draft, region, own, oleg):
    with pytest.raises(Conflict, match="уже взят"):
        adoption.match(own, region, by=oleg)


def test_linking_after_approval_settles_who_answers_where(cast, region, own, oleg):
    put_into_force(own, oleg)
    adoption.match(own, region, by=oleg)
    upper = executions_of(region.items.get(position=1)).get(organization=cast.north)

    adoption.link(own, {pair(region, own, 1, 1)}, among=everything(region), by=oleg)
    upper.refresh_from_db()
    assert upper.is_carried

    adoption.link(own, set(), among=everything(region), by=oleg)
    upper.refresh_from_db()
    assert not upper.is_carried


# Who is counted where


def percent(plan, person):
    [summary] = summaries([plan], viewer_of(person), day=TODAY())
    return summary.percent


def test_the_percent_of_both_levels_grows_by_one_report(cast, region, draft, oleg):
    vera = cast.vera
    assert percent(region, vera) == 0
    plan = put_into_force(draft, oleg)
    asked = Execution.objects.filter(item__roadmap=region).count()
    [meeting, *_] = plan.items.order_by("position")

    executions.report(meeting, text="Провели.", by=oleg)
    executions.accept(executions_of(meeting).get(), by=viewer_of(vera))

    assert percent(region, vera) == pytest.approx(100 / asked)
    assert percent(plan, vera) == pytest.approx(
        100 / Execution.objects.filter(item__roadmap=plan).count()
    )


def test_an_own_addition_below_does_not_change_whom_the_region_asks(cast, region, draft, oleg):
    before = {line.item.number: line.total for line in lines(region, oleg, day=TODAY())}
    only_municipality = draft.items.get(number="1")
    only_municipality.responsible.create(position=2, text="ОО", body="school")

    put_into_force(draft, oleg)

    after = {line.item.number: line.total for line in lines(region, oleg, day=TODAY())}
    assert after == before
    assert owed(draft)["1"] == {"North", "Lake school", "Wood school"}


def test_a_school_takes_the_municipal_plan_and_answers_in_its_own(cast, region, draft, oleg, nina):
    municipal = put_into_force(draft, oleg)
    school = adoption.adopt(municipal, owner=cast.lake_school, by=nina)
    plan = roadmaps.approve(sign(school, "15"), by=nina)

    [item] = plan.items.filter(title="Контроль оценочных процедур")
    executions.report(item, text="Проверили.", by=nina)

    [at_region] = lines(
        region, viewer_of(cast.vera), day=TODAY(), only=region.items.get(position=4)
    )
    [at_north] = lines(municipal, oleg, day=TODAY(), only=item.links.get().upper)
    assert at_region.counts["done"] == at_north.counts["done"] == 1
    assert (at_region.total, at_north.total) == (3, 2)
    assert set(at_north.places) == {cast.lake_school.pk, cast.wood_school.pk}
    assert set(at_region.places) == {cast.north.pk, cast.south.pk}


def test_who_has_reported_above_already_answers_there(cast, region, draft, oleg):
    upper = region.items.get(position=1)
    executions.report(upper, text="Провели ещё в августе.", by=oleg)

    put_into_force(draft, oleg)

    [line] = lines(region, oleg, day=TODAY(), only=upper)
    assert line.counts == Counter(done=1)


def test_release_asks_again_above_but_not_who_answers_through_another_plan(
    cast, region, draft, oleg, nina
):
    school = adoption.adopt(region, owner=cast.lake_school, by=nina)
    roadmaps.approve(sign(school, "15"), by=nina)
    municipal = put_into_force(draft, oleg)

    assignment.release(municipal)

    carried = Execution.objects.filter(item__roadmap=region, is_carried=True)
    assert set(carried.values_list("organization__short_name", flat=True)) == {"Lake school"}


def test_a_municipal_plan_asks_nobody_of_the_region(cast, oleg):
    plan = RoadmapFactory(owner=cast.north, status=Roadmap.Status.DRAFT)
    item = ItemFactory(roadmap=plan, bodies=["ministry", "mouo"])
    Responsible.objects.filter(item=item, body="ministry").update(organization=cast.ministry)

    put_into_force(plan, oleg)

    assert owed(plan) == {item.number: {"North"}}


# The law of counting


class Cascade:
    """A small cascade made by chance: three plans at most, links, splits, merges, reports."""

    def __init__(self, cast, chance):
        self.cast, self.chance = cast, chance
        self.region = self.plan(cast.ministry, 4, None)
        self.north = self.plan(cast.north, 4, self.region)
        self.hand_in()
        above = chance.choice([self.region, self.north])
        self.lake = self.plan(cast.lake_school, 3, above)
        self.hand_in()

    def plan(self, owner, size, above):
        plan = RoadmapFactory(owner=owner, above=above)
        for position in range(1, size + 1):
            bodies = self.chance.choice([["mouo"], ["school"], ["mouo", "school"]])
            starts = TODAY().replace(year=TODAY().year + self.chance.choice([-1, 1]))
            ItemFactory(roadmap=plan, position=position, bodies=bodies,
                        starts_on=starts, ends_on=starts)  # fmt: skip
        if above is not None:
            self.link(plan, above)
            assignment.carry(plan)
        return plan

    def link(self, plan, above):
        for lower in plan.items.all():
            some = self.chance.sample(list(above.items.all()), self.chance.choice([0, 1, 1, 2]))
            Link.objects.bulk_create(Link(upper=upper, lower=lower) for upper in some)

    def hand_in(self):
        for row in Execution.objects.filter(is_carried=False, state=State.DRAFT):
            row.state = self.chance.choice([State.DRAFT, State.DRAFT, State.SENT, State.ACCEPTED])
            row.save()


def answering(execution):
    """The executions by which an organization answers, walked link by link."""
    if not execution.is_carried:
        return {execution}
    same = Execution.objects.filter(organization=execution.organization)
    found, level = set(), [execution.item]
    while level:
        below = Item.objects.filter(links__upper__in=level).distinct()
        rows = {row.item_id: row for row in same.filter(item__in=below)}
        found |= {row for row in rows.values() if not row.is_carried}
        level = [one for one in below if one.pk not in rows or rows[one.pk].is_carried]
    return found


@pytest.mark.parametrize("seed", range(14))
def test_every_organization_is_counted_once_wherever_it_answers(cast, seed):
    cascade = Cascade(cast, random.Random(seed))  # noqa: S311 - no secret
    plans = [cascade.region, cascade.north, cascade.lake]
    items = list(Item.objects.filter(roadmap__in=plans))

    found = answers(items, Execution.objects.all(), day=TODAY())

    expected = {}
    for row in Execution.objects.filter(item__in=items).select_related("item", "organization"):
        ways = answering(row)
        assert ways, "somebody asked above answers nowhere"
        standings = Counter(standing_of(way, day=TODAY()) for way in ways)
        expected[row.item_id, row.organization_id] = together(standings)
    assert len(found) == len(expected)
    assert {(one.root, one.organization): one.standing for one in found} == expected


@pytest.mark.parametrize("seed", range(4))
def test_settling_twice_changes_nothing_and_release_undoes_carry(cast, seed):
    cascade = Cascade(cast, random.Random(seed))  # noqa: S311 - no secret
    marked = set(Execution.objects.filter(is_carried=True).values_list("pk", flat=True))

    assert assignment.carry(cascade.north) == 0
    assert set(Execution.objects.filter(is_carried=True).values_list("pk", flat=True)) == marked

    for plan in (cascade.lake, cascade.north):
        assignment.release(plan)
        Link.objects.filter(lower__roadmap=plan).delete()
    assert not Execution.objects.filter(is_carried=True).exists()


def test_counting_costs_one_query_however_deep(cast):
    cascade = Cascade(cast, random.Random(1))  # noqa: S311 - no secret
    items = list(cascade.region.items.all())

    with CaptureQueriesContext(connection) as queries:
        answers(items, Execution.objects.all(), day=TODAY())

    assert len(queries) == 1


# Groups


def test_a_group_of_the_region_becomes_the_owners_own_of_its_schools(cast, region, oleg):
    group = Cohort.objects.create(owner=cast.ministry, title="Группа")
    group.members.add(cast.lake_school, cast.hill_school)
    ItemFactory(roadmap=region, position=9, cohort=group, bodies=["school"], title="Только им")

    draft = adoption.adopt(region, owner=cast.north, by=oleg)

    copy = draft.items.get(title="Только им")
    assert copy.cohort.owner == cast.north
    assert list(copy.cohort.members.all()) == [cast.lake_school]
    plan = put_into_force(draft, oleg)
    assert owed(plan)[copy.number] == {"Lake school"}


def test_a_report_that_waits_is_not_counted_twice(cast, region, draft, oleg):
    ExecutionFactory(item=region.items.get(position=2), organization=cast.north)

    put_into_force(draft, oleg)

    [line] = lines(region, oleg, day=TODAY(), only=region.items.get(position=2))
    assert line.total == 3
    assert line.counts["done"] == 1


# Pages


def url(name, *args, **asked):
    return reverse(f"roadmaps:{name}", args=args, query=asked)


def text_of(answer):
    assert answer.status_code == 200, answer.content.decode()[:300]
    return answer.content.decode().replace("&nbsp;", " ").replace("\u00a0", " ")


def rows_of(page):
    """The rows of the table of differences as plain text."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = [re.sub(r"<[^>]+>", " ", row) for row in body.split("</tr>")[:-1]]
    return [" ".join(row.split()) for row in rows]


def test_a_coordinator_takes_the_plan_and_sees_what_came_of_it(cast, region, signed_in):
    client = signed_in(cast.oleg)
    assert "Взять в свой план" in text_of(client.get(url("difference", region.pk)))

    page = text_of(client.post(url("adopt", region.pk), follow=True))

    assert "взято 3 пункта" in page
    assert Roadmap.objects.get(above=region).owner == cast.north
    assert "Взять в свой план" not in text_of(client.get(url("difference", region.pk)))


def test_the_page_of_differences_tells_every_kind(draft, region, cast, signed_in):
    first, second, _ = draft.items.order_by("position")
    first.title = "Совещание с руководителями школ"
    first.save()
    second.ends_on = second.ends_on + datetime.timedelta(days=30)
    second.term_text = "ноябрь 2025 г."
    second.save()
    draft.items.get(number="3").delete()
    ItemFactory(roadmap=draft, position=9, number="9", title="Взаимная проверка")

    page = text_of(signed_in(cast.oleg).get(url("difference", draft.pk)))

    assert "<ins> школ</ins>" in page or "<ins>школ</ins>" in page
    assert "<del>октябрь</del>" in page
    assert "Осталось указать одну причину — по пункту 4." in page
    assert 'disabled aria-describedby="why-off"' in page
    told = r"(Изменён текст|Изменён срок|Выпали|Исполняют выше|Добавлены) <b>(\d)"
    assert re.findall(told, page) == [
        ("Изменён текст", "1"), ("Изменён срок", "1"), ("Выпали", "1"), ("Исполняют выше", "1"),
        ("Добавлены", "1")]  # fmt: skip
    assert "<ins>Взаимная проверка</ins>" in page


def test_a_filter_narrows_page_and_sheet_alike(draft, cast, signed_in):
    draft.items.get(number="3").delete()
    client = signed_in(cast.oleg)

    [row] = rows_of(text_of(client.get(url("difference", draft.pk, show="dropped"))))
    assert "Контроль оценочных процедур" in row

    answer = client.get(url("difference_xlsx", draft.pk, show="dropped"))
    rows = list(load_workbook(BytesIO(answer.content))["Сравнение"].values)
    assert [row[:2] for row in rows[1:]] == [("4", "Контроль оценочных процедур")]


def test_unchanged_rows_are_told_briefly_until_asked(draft, cast, signed_in):
    client = signed_in(cast.oleg)

    brief = rows_of(text_of(client.get(url("difference", draft.pk))))
    whole = rows_of(text_of(client.get(url("difference", draft.pk, same="whole"))))

    assert "То же, 2 пункта" in brief[0]
    assert len(brief) == len(whole) - 1 == 3


def test_words_struck_out_stand_apart_from_those_put_in(draft, cast, signed_in):
    item = draft.items.get(number="1")
    item.title = item.title.replace(item.title.split()[0], "Вебинар", 1)
    item.save()

    page = text_of(signed_in(cast.oleg).get(url("difference", draft.pk)))

    assert re.search(r"<del>[^<]+</del> <ins>Вебинар</ins>", page)
    assert "</del><ins>" not in page


def test_a_reason_asks_for_words_where_they_are_needed(draft, cast, signed_in):
    draft.items.get(number="3").delete()

    page = text_of(signed_in(cast.oleg).get(url("difference", draft.pk)))

    assert "Нужно, если причина — «своими словами»." in page
    assert "необязательно" not in page


def test_a_reason_is_given_in_place(draft, region, cast, signed_in):
    draft.items.get(number="3").delete()
    item, client = region.items.get(position=4), signed_in(cast.oleg)

    page = text_of(client.post(url("omit", draft.pk, item.pk), {"ground": "own", "text": " "}))
    assert "Выберите причину или напишите её" in page

    typed = {"ground": "Уже сделано, документ есть", "text": "Приказ № 5"}
    page = text_of(client.post(url("omit", draft.pk, item.pk), typed, follow=True))
    assert "Уже сделано, документ есть. Приказ № 5" in page
    assert "Впишите номер и дату приказа" in page


def test_an_item_is_taken_back_in_place(draft, region, cast, signed_in):
    item, client = region.items.get(position=3), signed_in(cast.oleg)

    page = text_of(client.post(url("take", draft.pk, item.pk), follow=True))

    assert "Пункт 3 взят в план, у вас это п. 4." in page


def test_the_ministry_opens_the_same_page_under_the_names_of_both(draft, cast, signed_in):
    page = text_of(signed_in(cast.vera).get(url("difference", draft.pk)))

    assert "Мы, North" not in page
    assert re.search(r'class="side"><a [^>]+>Ministry</a></th><th [^>]+>North</th>', page)


def test_the_ministry_sees_who_dropped_what_in_silence(draft, region, cast, signed_in, oleg):
    draft.items.exclude(number="1").delete()
    adoption.omit(draft, region.items.get(position=2), reason="Нет сайтов", by=oleg)

    page = text_of(signed_in(cast.vera).get(url("difference", region.pk)))

    [north, south] = rows_of(page)
    assert "1 из 3 п. 2 без причины п. 4" in north
    assert "ещё не взят" in south


def test_a_school_reads_no_reasons_of_its_municipality(draft, region, cast, signed_in, oleg):
    draft.items.get(number="3").delete()
    adoption.omit(draft, region.items.get(position=4), reason="Тайное", by=oleg)
    put_into_force(draft, oleg)

    page = text_of(signed_in(cast.nina).get(url("difference", draft.pk)))

    assert "Тайное" not in page
    assert "не указана" not in page


def test_pairs_are_proposed_confirmed_and_changed(region, own, cast, signed_in):
    upper, lower = region.items.get(position=1), own.items.get(position=2)
    lower.title = upper.title
    lower.save()
    client = signed_in(cast.oleg)

    page = text_of(client.post(url("match", own.pk), {"upper": region.pk}, follow=True))
    assert "слово в слово" in page
    assert f'<option value="{lower.pk}" selected>' in page
    assert not Link.objects.exists()

    other = own.items.get(position=1)
    typed = {f"above-{upper.pk}": [lower.pk, other.pk], "above-0": "1", "above-x": "y"}
    client.post(url("links", own.pk), typed)
    assert set(Link.objects.values_list("upper", "lower")) == {
        (upper.pk, lower.pk), (upper.pk, other.pk)}  # fmt: skip
    assert "указано вами" in text_of(client.get(url("links", own.pk)))


def test_a_plan_of_the_same_level_is_not_offered_as_the_one_above(region, own, cast, signed_in):
    of_north = RoadmapFactory(owner=cast.north)
    client = signed_in(cast.oleg)

    page = text_of(client.get(url("links", own.pk)))
    assert f'<option value="{region.pk}">' in page
    assert f'<option value="{of_north.pk}">' not in page

    page = text_of(client.post(url("match", own.pk), {"upper": of_north.pk}))
    assert "Выберите из списка" in page


def test_the_pages_cost_no_more_for_a_longer_plan(cast, region, draft, signed_in, oleg):
    client = signed_in(cast.vera)
    adoption.omit(draft, region.items.get(position=3), reason="Нет", by=oleg)

    def cost(page):
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            client.get(page)
        return len(queries)

    shown = [url("difference", draft.pk), url("difference", region.pk), url("links", draft.pk)]
    before = [cost(page) for page in shown]
    for position in (11, 12, 13):
        upper = ItemFactory(roadmap=region, position=position, bodies=["mouo", "school"])
        lower = ItemFactory(roadmap=draft, position=position)
        Link.objects.create(upper=upper, lower=lower)
    south = RoadmapFactory(owner=cast.south, above=region)
    ItemFactory(roadmap=south)

    assert [cost(page) for page in shown] == before


# What happens to executions when plans beside them close, change, or lose somebody


@pytest.fixture
def vera(cast):
    return viewer_of(cast.vera)


def test_a_closed_lower_plan_gives_back_what_was_not_done_under_it(cast, region, draft, oleg, nina):
    plan = put_into_force(draft, oleg)
    upper = region.items.get(position=2)
    owed = Execution.objects.get(item=upper, organization=cast.lake_school)
    assert owed.is_carried

    versions.close(plan, summary="Сделано не всё.", by=oleg)

    owed.refresh_from_db()
    assert not owed.is_carried
    assert executions.report(upper, text="Сделали позже.", by=nina).state == State.SENT


def test_a_closed_school_is_not_late(cast, region, vera):
    cast.lake_school.closed_on = timezone.localdate() - datetime.timedelta(days=400)
    cast.lake_school.save()
    item = region.items.get(position=4)
    before = Execution.objects.filter(item=item).count()

    [line] = lines(region, vera, day=TODAY(), only=item)

    assert line.total == before - 1


def test_a_reason_for_one_item_touches_no_other(cast, region, draft, oleg, vera):
    first, second = draft.items.get(position=1), draft.items.get(position=2)
    above, other = first.above.get(), second.above.get()
    first.delete()
    second.delete()
    for item in (above, other):
        adoption.omit(draft, item, reason="Исполняет регион.", by=oleg)
    put_into_force(draft, oleg)
    owed = Execution.objects.get(item=above, organization=cast.north)
    executions.send_back(owed, remark="Исполняйте.", by=vera)
    executions.keep(owed, text="Провели, пишем протокол.", by=oleg)

    adoption.omit(draft, other, reason="Причина точнее.", by=oleg)

    owed.refresh_from_db()
    assert (owed.state, owed.remark) == (State.RETURNED, "Исполняйте.")
    assert owed.report == "Провели, пишем протокол."


def test_what_was_told_of_outlives_an_item_that_a_version_drops(cast, region, vera, nina):
    item = region.items.get(position=4)
    owed = Execution.objects.get(item=item, organization=cast.lake_school)
    executions.tell(owed, text="Провели половину.", by=nina)
    new = versions.next_version(region, by=vera)
    new.items.get(position=4).delete()

    roadmaps.approve(sign(new, "900"), by=vera)

    assert Execution.objects.filter(pk=owed.pk).exists()
    assert ProgressNote.objects.filter(execution=owed).count() == 1


def test_who_loses_all_items_by_a_version_is_told(cast, vera):
    plan = RoadmapFactory(owner=cast.ministry)
    ItemFactory(roadmap=plan, position=1, bodies=["school"])
    ItemFactory(roadmap=plan, position=2, bodies=["mouo"])
    new = versions.next_version(plan, by=vera)
    new.items.get(position=1).delete()

    roadmaps.approve(sign(new, "900"), by=vera)

    told = set(Notice.objects.values_list("user__username", flat=True))
    assert {"nina", "igor", "oleg", "svetlana"} <= told


def test_a_reason_is_not_shown_to_who_sees_no_reports(cast, region, draft, oleg, signed_in):
    item = draft.items.get(position=1)
    above = item.above.get()
    item.delete()
    adoption.omit(draft, above, reason="Тайная причина", by=oleg)
    put_into_force(draft, oleg)
    address = f"/roadmaps/{draft.pk}/difference/"

    seen = {
        name: "Тайная причина" in signed_in(getattr(cast, name)).get(address).content.decode()
        for name in ("oleg", "vera", "pavel", "elena", "anton")
    }

    assert seen == {"oleg": True, "vera": True, "pavel": False, "elena": False, "anton": False}


def test_a_left_out_item_counts_as_not_applicable_once_accepted(cast, region, draft, oleg, vera):
    item = draft.items.get(position=1)
    above = item.above.get()
    item.delete()
    adoption.omit(draft, above, reason="Исполняет регион.", by=oleg)
    put_into_force(draft, oleg)
    owed = Execution.objects.get(item=above, organization=cast.north)
    assert owed.outcome == Outcome.NOT_APPLICABLE

    executions.accept(owed, by=vera)

    [line] = lines(region, vera, day=TODAY(), only=above)
    assert line.counts[Standing.NOT_APPLICABLE] == 1
