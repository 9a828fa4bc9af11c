"""Passing an order on: who gets it at each level, who has read it, and where it stopped."""

import datetime
import threading
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from organizations.access import Role
from organizations.errors import Conflict, NotAllowed
from organizations.models import Event, Notice, Organization
from organizations.queries import viewer_of
from roadmaps.models import Cohort, Delivery, Roadmap
from roadmaps.queries import deliveries as queries
from roadmaps.queries.deliveries import Circle
from roadmaps.services import deliveries
from roadmaps.services.assignment import assign
from tests.cast import JUNE, make_cast
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.factories.roadmaps import ItemFactory, RoadmapFactory


def url(name, *args):
    return reverse(f"roadmaps:{name}", args=args)


def text_of(answer):
    assert answer.status_code == 200
    return answer.content.decode().replace("\u00a0", " ")


def page_of(client, plan, **asked):
    return text_of(client.get(url("deliveries", plan.pk), asked))


def given(plan, **asked):
    """The organizations and people that have the plan, in words."""
    rows = Delivery.objects.filter(roadmap=plan, **asked)
    return sorted(str(row.person.username if row.person else row.organization) for row in rows)


def delivery_to(plan, place, person=None):
    return Delivery.objects.get(roadmap=plan, organization=place, person=person)


def passed_ago(plan, days):
    Delivery.objects.filter(roadmap=plan).update(
        passed_at=timezone.now() - datetime.timedelta(days=days)
    )


@pytest.fixture
def plan(cast):
    """The ministry's plan: items for all municipalities and for all schools."""
    plan = RoadmapFactory(owner=cast.ministry, title="План региона", order__number="1874")
    ItemFactory(roadmap=plan, position=1, bodies=["mouo"])
    ItemFactory(roadmap=plan, position=2, bodies=["school"])
    return plan


@pytest.fixture
def at_lake(cast, plan):
    """The plan passed down to Lake school."""
    deliveries.pass_on(plan, by=viewer_of(cast.vera))
    deliveries.pass_on(plan, by=viewer_of(cast.oleg))
    return plan


def test_the_region_passes_a_plan_to_every_municipality(cast, plan):
    number = deliveries.pass_on(plan, by=viewer_of(cast.vera))

    assert number == 2
    assert given(plan) == ["North", "South"]
    assert delivery_to(plan, cast.north).passed_by == cast.vera


def test_a_body_of_the_region_named_in_the_plan_gets_it_too(cast, plan):
    ItemFactory(roadmap=plan, position=3, bodies=["kcmko"]).responsible.update(
        organization=cast.centre
    )
    assign(plan)

    deliveries.pass_on(plan, by=viewer_of(cast.vera))

    assert given(plan) == ["Centre", "North", "South"]


def test_a_school_of_the_region_itself_gets_it_from_the_region(cast, plan):
    OrganizationFactory(code="cadets", short_name="Cadets", parent=cast.region)

    deliveries.pass_on(plan, by=viewer_of(cast.vera))

    assert given(plan) == ["Cadets", "North", "South"]


def test_passing_again_adds_only_the_new_ones(cast, plan):
    vera = viewer_of(cast.vera)
    deliveries.pass_on(plan, by=vera)
    deliveries.acknowledge(delivery_to(plan, cast.north), by=viewer_of(cast.oleg))
    OrganizationFactory(code="east", short_name="East", kind="municipality", parent=cast.region)

    assert deliveries.pass_on(plan, by=vera) == 1
    assert deliveries.pass_on(plan, by=vera) == 0
    assert given(plan) == ["East", "North", "South"]
    assert delivery_to(plan, cast.north).read_at
    assert Event.objects.filter(action="roadmap.passed_on").count() == 2


def test_a_municipality_passes_it_to_its_own_schools(cast, plan):
    number = deliveries.pass_on(plan, by=viewer_of(cast.oleg))

    assert number == 2
    assert given(plan) == ["Lake school", "Wood school"]


def test_a_municipality_passes_its_own_plan_too(cast):
    own = RoadmapFactory(owner=cast.north)
    ItemFactory(roadmap=own, bodies=["school"])

    deliveries.pass_on(own, by=viewer_of(cast.oleg))

    assert given(own) == ["Lake school", "Wood school"]


def test_schools_without_an_item_are_told_only_when_all_are_meant(cast):
    plan = RoadmapFactory(owner=cast.north)
    ItemFactory(roadmap=plan, bodies=["mms"])
    oleg = viewer_of(cast.oleg)

    assert deliveries.pass_on(plan, by=oleg, circle=Circle.OWING) == 0
    assert deliveries.pass_on(plan, by=oleg, circle=Circle.ALL) == 2


def test_an_item_for_a_cohort_widens_no_circle(cast):
    plan = RoadmapFactory(owner=cast.north)
    cohort = Cohort.objects.create(owner=cast.north, title="Четыре школы")
    cohort.members.add(cast.lake_school)
    ItemFactory(roadmap=plan, bodies=["school"], cohort=cohort)

    number = deliveries.pass_on(plan, by=viewer_of(cast.oleg), circle=Circle.OWING)

    assert plan.items.get().executions.get().organization == cast.lake_school
    assert number == 0


def test_a_closed_school_is_given_nothing(cast, plan):
    Organization.objects.filter(pk=cast.wood_school.pk).update(closed_on=JUNE)

    deliveries.pass_on(plan, by=viewer_of(cast.oleg))

    assert given(plan) == ["Lake school"]


def test_a_school_passes_it_to_people_by_name(cast, plan):
    teacher = MembershipFactory(organization=cast.lake_school, user__username="teacher").user

    number = deliveries.pass_to(plan, [cast.nina, teacher], by=viewer_of(cast.nina))

    assert number == 2
    assert given(plan) == ["nina", "teacher"]
    assert deliveries.pass_to(plan, [cast.nina, teacher], by=viewer_of(cast.nina)) == 0


def test_a_school_cannot_pass_it_to_people_of_another_school(cast, plan):
    cast.igor.first_name = "Igor"

    with pytest.raises(Conflict, match="Не работают в вашей организации"):
        deliveries.pass_to(plan, [cast.igor], by=viewer_of(cast.nina))
    with pytest.raises(Conflict, match="Отметьте хотя бы одного"):
        deliveries.pass_to(plan, [], by=viewer_of(cast.nina))

    assert not given(plan)


@pytest.mark.parametrize("status", [Roadmap.Status.DRAFT, Roadmap.Status.CLOSED])
def test_only_a_plan_in_force_is_passed_on(cast, status):
    plan = RoadmapFactory(owner=cast.ministry, status=status)

    with pytest.raises(Conflict, match="доводят только действующий"):
        deliveries.pass_on(plan, by=viewer_of(cast.vera))


def test_the_region_does_not_pass_on_what_a_municipality_ordered(cast):
    plan = RoadmapFactory(owner=cast.north)

    with pytest.raises(Conflict, match="доводит его владелец: North"):
        deliveries.pass_on(plan, by=viewer_of(cast.vera))


def test_who_may_not_edit_plans_or_does_not_see_this_one_passes_nothing_on(cast):
    plan = RoadmapFactory(owner=cast.north)
    ItemFactory(roadmap=plan, bodies=["school"])

    for person in (cast.elena, cast.pavel, cast.anton):
        with pytest.raises(NotAllowed, match="Ваша роль"):
            deliveries.pass_on(plan, by=viewer_of(person))
    for person in (cast.svetlana, cast.rita):
        with pytest.raises(NotAllowed, match="не виден"):
            deliveries.pass_on(plan, by=viewer_of(person))
    assert not given(plan)


def test_those_who_got_it_are_told(cast, plan):
    deliveries.pass_on(plan, by=viewer_of(cast.oleg))

    notice = Notice.objects.get(user=cast.nina)
    assert notice.subject == "Ознакомьтесь с приказом № 1874"
    assert notice.url == url("roadmap", plan.pk)
    assert not Notice.objects.filter(user=cast.igor).exists()


# Reading


def test_the_first_reading_stays(cast, at_lake):
    colleague = MembershipFactory(organization=cast.lake_school).user
    row = delivery_to(at_lake, cast.lake_school)
    first = deliveries.acknowledge(row, by=viewer_of(cast.nina))

    again = deliveries.acknowledge(row, by=viewer_of(colleague))

    assert (again.read_at, again.read_by) == (first.read_at, cast.nina)
    assert Event.objects.filter(action="delivery.read").count() == 1


def test_only_the_organization_itself_says_that_it_has_read(cast, at_lake):
    row = delivery_to(at_lake, cast.lake_school)

    for person in (cast.oleg, cast.vera):
        with pytest.raises(NotAllowed, match="Знакомится сама организация"):
            deliveries.acknowledge(row, by=viewer_of(person))
    with pytest.raises(NotAllowed, match="не относится"):
        deliveries.acknowledge(row, by=viewer_of(cast.igor))
    row.refresh_from_db()
    assert row.read_at is None


def test_a_person_reads_for_oneself_only(cast, at_lake):
    teacher = MembershipFactory(organization=cast.lake_school).user
    deliveries.pass_to(at_lake, [teacher], by=viewer_of(cast.nina))
    row = delivery_to(at_lake, cast.lake_school, teacher)

    with pytest.raises(NotAllowed, match="другого человека"):
        deliveries.acknowledge(row, by=viewer_of(cast.nina))
    assert deliveries.acknowledge(row, by=viewer_of(teacher)).read_by == teacher


def test_a_person_of_a_body_reads_for_its_municipality(cast, plan):
    office = OrganizationFactory(code="office", kind="mouo", parent=cast.north)
    clerk = MembershipFactory(organization=office, role=Role.METHODOLOGIST).user
    deliveries.pass_on(plan, by=viewer_of(cast.vera))

    waiting = queries.waiting_acknowledgement(plan, viewer_of(clerk))

    assert waiting == delivery_to(plan, cast.north)
    assert deliveries.acknowledge(waiting, by=viewer_of(clerk)).read_by == clerk


def test_what_waits_to_be_read_is_ones_own_only_and_only_in_force(cast, at_lake):
    nina = viewer_of(cast.nina)

    assert [row.organization for row in queries.unread(nina)] == [cast.lake_school]
    assert not queries.unread(viewer_of(cast.igor))
    assert not queries.unread(viewer_of(cast.elena))
    Roadmap.objects.filter(pk=at_lake.pk).update(status=Roadmap.Status.SUPERSEDED)
    assert not queries.unread(nina)


def test_a_person_named_reads_first_for_oneself_then_for_the_school(cast, at_lake):
    nina = viewer_of(cast.nina)
    deliveries.pass_to(at_lake, [cast.nina], by=nina)

    first = queries.waiting_acknowledgement(at_lake, nina)
    deliveries.acknowledge(first, by=nina)
    second = queries.waiting_acknowledgement(at_lake, nina)

    assert (first.person, second.person) == (cast.nina, None)


# The page


def test_the_page_of_the_region_counts_each_branch(cast, at_lake, signed_in):
    deliveries.acknowledge(delivery_to(at_lake, cast.lake_school), by=viewer_of(cast.nina))
    passed_ago(at_lake, 3)

    page = page_of(signed_in(cast.vera), at_lake)

    assert "прочитала 1 из 2 школ" in page
    assert "не прочитано 3 дня" in page
    assert "до школ не доведено: их 1" in page
    assert "Lake school" not in page


def test_whose_plan_it_is_waits_for_no_order(cast, signed_in):
    own = RoadmapFactory(owner=cast.north, title="План Севера")
    ItemFactory(roadmap=own, bodies=["school"])

    page = page_of(signed_in(cast.oleg), own)

    rows = page[page.index("<tbody>") : page.index("</table>")]
    assert "Lake school" in rows
    assert "North" not in rows


def test_a_school_sees_its_people_under_its_own_plan(cast, signed_in):
    own = RoadmapFactory(owner=cast.lake_school, title="План школы")
    client = signed_in(cast.nina)
    before = page_of(client, own)
    deliveries.pass_to(own, [cast.nina], by=viewer_of(cast.nina))

    assert "<tbody>" not in before
    rows = page_of(client, own)
    rows = rows[rows.index("<tbody>") :]
    assert "Nina" in rows
    assert "не прочитано" in rows
    assert "не доведено" not in rows


def test_an_open_branch_shows_its_schools_and_their_people(cast, at_lake, signed_in):
    deliveries.pass_to(at_lake, [cast.nina], by=viewer_of(cast.nina))

    page = page_of(signed_in(cast.vera), at_lake, place=cast.north.code)

    assert "Lake school" in page
    assert "Nina" in page
    assert "Hill school" not in page


def test_the_filter_leaves_only_unread_branches(cast, at_lake, signed_in):
    for place, person in ((cast.south, cast.svetlana), (cast.north, cast.oleg)):
        deliveries.acknowledge(delivery_to(at_lake, place), by=viewer_of(person))

    region = page_of(signed_in(cast.vera), at_lake, show="unread")
    deliveries.acknowledge(delivery_to(at_lake, cast.wood_school), by=viewer_of(
        MembershipFactory(organization=cast.wood_school).user))  # fmt: skip
    branch = page_of(signed_in(cast.vera), at_lake, show="unread", place=cast.north.code)

    assert ">North</a>" in region
    assert ">South</a>" not in region
    assert "Lake school" in branch
    assert "Wood school" not in branch


def test_a_closed_school_stays_in_the_sheet_and_out_of_the_counts(cast, at_lake, signed_in):
    Organization.objects.filter(pk=cast.wood_school.pk).update(closed_on=JUNE)

    branch = page_of(signed_in(cast.oleg), at_lake)

    assert "Wood school" in branch
    assert "закрыта 1 июня 2026 г." in branch
    assert "прочитали 0 из 1 школы" in branch


def test_a_municipality_sees_its_own_branch_only(cast, at_lake, signed_in):
    page = page_of(signed_in(cast.oleg), at_lake, place=cast.south.code)

    assert "Lake school" in page
    assert "South" not in page


def test_the_way_through_the_pages(cast, plan, signed_in):
    vera = signed_in(cast.vera)
    assert "Довести до 2 муниципалитетов" in page_of(vera, plan)
    answer = vera.post(url("pass_on", plan.pk), {"circle": "all"}, follow=True)
    assert "Доведено до 2 организаций." in text_of(answer)
    assert "Довести до" not in page_of(vera, plan)

    oleg = signed_in(cast.oleg)
    assert "Ознакомлен(а)" in page_of(oleg, plan)
    oleg.post(url("acknowledge", delivery_to(plan, cast.north).pk))
    assert "Ознакомлен(а)" not in page_of(oleg, plan)
    oleg.post(url("pass_on", plan.pk), {"circle": "owing"})

    nina = signed_in(cast.nina)
    membership = cast.nina.memberships.get()
    assert "Отметьте, кто в школе исполняет план" not in page_of(nina, plan)
    nina.post(url("pass_on", plan.pk), {"people": [membership.pk]})
    assert given(plan, read_at=None) == ["Lake school", "South", "Wood school", "nina"]


def test_people_of_another_school_typed_into_the_form_are_refused(cast, plan, signed_in):
    stranger = cast.igor.memberships.get()

    answer = signed_in(cast.nina).post(url("pass_on", plan.pk), {"people": [stranger.pk]})

    assert answer.status_code == 409
    assert not given(plan)


def test_the_workbook_says_what_the_filter_leaves(cast, at_lake, signed_in):
    deliveries.acknowledge(delivery_to(at_lake, cast.north), by=viewer_of(cast.oleg))

    def names(**asked):
        answer = signed_in(cast.vera).get(url("deliveries_xlsx", at_lake.pk), asked)
        sheet = load_workbook(BytesIO(answer.content)).active
        return [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)]

    assert names() == ["North", "Lake school", "Wood school", "South", "Hill school"]
    assert names(show="unread") == ["Lake school", "Wood school", "South"]
    assert names(place=cast.south.code) == ["South", "Hill school"]


def test_the_page_costs_the_same_for_many_schools(cast, at_lake, signed_in):
    vera = signed_in(cast.vera)

    def cost(**asked):
        page_of(vera, at_lake, **asked)
        with CaptureQueriesContext(connection) as queries_made:
            page_of(vera, at_lake, **asked)
        return len(queries_made)

    before = cost(), cost(place=cast.north.code)
    for number in range(10):
        school = OrganizationFactory(code=f"more{number}", parent=cast.north)
        person = MembershipFactory(organization=school).user
        Delivery.objects.create(roadmap=at_lake, organization=school, read_by=person,
                                read_at=timezone.now())  # fmt: skip
        Delivery.objects.create(roadmap=at_lake, organization=school, person=person)
        OrganizationFactory(code=f"town{number}", kind="municipality", parent=cast.region)

    assert (cost(), cost(place=cast.north.code)) == before


@pytest.mark.django_db(transaction=True)
def test_two_who_pass_it_on_at_once_give_it_once():
    cast = make_cast()
    plan = RoadmapFactory(owner=cast.ministry)
    ItemFactory(roadmap=plan)
    start, numbers = threading.Barrier(2), []

    def work(person):
        start.wait()
        numbers.append(deliveries.pass_on(plan, by=viewer_of(person)))
        connection.close()

    threads = [threading.Thread(target=work, args=[one]) for one in (cast.vera, cast.boris)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(numbers) == [0, 2]
    assert given(plan) == ["North", "South"]
