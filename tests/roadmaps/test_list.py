"""A plan as its order's table and the list of plans: narrowed by address, counted, downloaded."""

import datetime
import re
from html import unescape
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from organizations.models import State
from roadmaps.models import Delivery, Execution, Link, Roadmap
from roadmaps.terms import TermKind
from tests.factories.organizations import OrganizationFactory
from tests.factories.roadmaps import ExecutionFactory, ItemFactory, RoadmapFactory

LIST = reverse("roadmaps:roadmaps")


def url(name, *args):
    return reverse(f"roadmaps:{name}", args=args)


def page_of(client, address, **asked):
    answer = client.get(address, asked)
    assert answer.status_code == 200
    return unescape(answer.content.decode()).replace("\u00a0", " ")


def sheet_of(client, address, **asked):
    answer = client.get(address, asked)
    assert answer.status_code == 200
    sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]


def days(number):
    return timezone.localdate() + datetime.timedelta(days=number)


@pytest.fixture
def plan(cast):
    """The region's plan: all municipalities late with the first item, all schools at work on the
    second, a window of the year for the municipalities."""
    plan = RoadmapFactory(owner=cast.ministry, title="План региона",
                          starts_on=days(-90), ends_on=days(300))  # fmt: skip
    ItemFactory(roadmap=plan, position=1, title="Прошлое дело")
    ItemFactory(roadmap=plan, position=2, title="Нынешнее дело", starts_on=days(-5),
                ends_on=days(5), bodies=["school"])  # fmt: skip
    ItemFactory(roadmap=plan, position=3, title="Долгое дело", term_kind=TermKind.SCHOOL_YEAR,
                starts_on=days(-60), ends_on=days(200), bodies=["mouo", "other"],
                control_points=[days(20), days(110), days(200)])  # fmt: skip
    return plan


def titles(page):
    return set(re.findall(r"(Прошлое|Нынешнее|Долгое) дело", page))


def own_of(plan, position, organization):
    return Execution.objects.get(
        item__roadmap=plan, item__position=position, organization=organization
    )


# One plan


def test_a_window_tells_its_control_points_and_rings_them(cast, signed_in, plan):
    page = page_of(signed_in(cast.vera), url("roadmap", plan.pk))

    said = ", ".join(f"{days(number):%d.%m}" for number in (20, 110, 200))
    assert f"<small>контроль {said}</small>" in page
    row = page[page.index("Долгое дело") :]
    assert row[: row.index("</tr>")].count('class="w-dot"') == 3


def test_the_region_sees_a_comb_of_its_municipalities_and_the_share_accepted(cast, signed_in, plan):
    ExecutionFactory(item=plan.items.get(position=1), organization=cast.north,
                     state=State.ACCEPTED)  # fmt: skip

    page = page_of(signed_in(cast.vera), url("roadmap", plan.pk))

    assert "2 муниципалитета</th>" in page
    row = page[page.index("Прошлое дело") :]
    row = row[: row.index("</tr>")]
    assert row.count('class="k-accepted"') == row.count('class="k-late"') == 1
    assert "всего принято 1 из 2" in row


def test_a_college_of_the_region_is_no_municipality(cast, signed_in, plan):
    OrganizationFactory(code="college", kind="college", parent=cast.region)
    client = signed_in(cast.vera)

    assert "2 муниципалитета</th>" in page_of(client, url("roadmap", plan.pk))
    assert "взяли в план 0 из 2" in page_of(client, LIST)


def test_a_municipality_sees_a_comb_of_its_schools_and_a_school_none(cast, signed_in, plan):
    own = RoadmapFactory(owner=cast.north, title="План Севера")
    ItemFactory(roadmap=own, bodies=["school"])

    assert "2 школы</th>" in page_of(signed_in(cast.oleg), url("roadmap", own.pk))
    page = page_of(signed_in(cast.nina), url("roadmap", own.pk))
    assert 'class="comb"' not in page
    assert "принято 0 из 1" in page


@pytest.mark.parametrize("name", ["pavel", "elena"])
def test_roles_without_sight_of_reports_see_terms_and_no_numbers(cast, signed_in, plan, name):
    page = page_of(signed_in(getattr(cast, name)), url("roadmap", plan.pk))

    assert titles(page) == {"Прошлое", "Нынешнее", "Долгое"}
    assert "принято" not in page
    assert 'class="comb"' not in page


def test_a_body_narrows_the_plan_to_what_names_it(cast, signed_in, plan):
    client, address = signed_in(cast.vera), url("roadmap", plan.pk)

    assert titles(page_of(client, address, body="school")) == {"Нынешнее"}
    assert titles(page_of(client, address, body="mouo")) == {"Прошлое", "Долгое"}
    assert titles(page_of(client, address, body="nobody")) == set()


def test_bodies_the_reader_does_not_know_are_told_apart_by_their_words(cast, signed_in, plan):
    ItemFactory(roadmap=plan, position=4, title="Прошлое дело", bodies=["other"])
    named = plan.items.get(position=4).responsible.get()
    named.text = "Совет ректоров"
    named.save()

    page = page_of(signed_in(cast.vera), url("roadmap", plan.pk), body="Совет ректоров")

    assert titles(page) == {"Прошлое"}


def test_a_territory_narrows_the_plan_to_how_it_stands_there(cast, signed_in, plan):
    first = plan.items.get(position=1)
    ExecutionFactory(item=first, organization=cast.north, state=State.ACCEPTED)
    client, address = signed_in(cast.vera), url("roadmap", plan.pk)

    north = page_of(client, address, place=cast.north.code)
    south = page_of(client, address, place=cast.south.code, show="late")

    assert "Принято" in north
    assert "Просрочено на" not in north
    assert titles(south) == {"Прошлое"}
    assert 'class="comb"' not in south


def test_a_territory_outside_ones_own_is_not_asked_for(cast, signed_in, plan):
    page = page_of(signed_in(cast.oleg), url("roadmap", plan.pk), place=cast.hill_school.code)

    assert f'value="{cast.lake_school.code}"' in page
    assert cast.hill_school.code not in page
    assert titles(page) == {"Прошлое", "Нынешнее", "Долгое"}


def test_saved_filters_keep_the_body_and_count_within_it(cast, signed_in, plan):
    page = page_of(signed_in(cast.vera), url("roadmap", plan.pk), body="mouo")

    assert 'href="?show=late&body=mouo"' in page
    assert re.search(r'href="\?body=mouo" aria-current="true">Все <b>2</b>', page)


def test_what_is_entrusted_to_a_person_is_theirs(cast, signed_in, plan):
    client, address = signed_in(cast.nina), url("roadmap", plan.pk)
    assert ">Мои " not in page_of(client, address)
    own = own_of(plan, 2, cast.lake_school)
    own.holder = cast.nina
    own.save(update_fields=["holder"])

    page = page_of(client, address, show="personal")

    assert titles(page) == {"Нынешнее"}
    assert "Мои <b>1</b>" in page


def test_a_moved_term_tells_from_when_to_when(cast, signed_in, plan):
    Execution.objects.filter(pk=own_of(plan, 2, cast.lake_school).pk).update(
        was_due_on=datetime.date(2025, 10, 31), due_on=days(30)
    )

    page = page_of(signed_in(cast.nina), url("roadmap", plan.pk))

    assert "Перенесено" in page
    assert "с 31 октября на" in page


def test_the_head_tells_how_many_have_read_the_order(cast, signed_in, plan):
    now = timezone.now()
    Delivery.objects.create(roadmap=plan, organization=cast.north, read_at=now)
    Delivery.objects.create(roadmap=plan, organization=cast.south)
    Delivery.objects.create(roadmap=plan, organization=cast.north, person=cast.oleg, read_at=now)

    page = page_of(signed_in(cast.vera), url("roadmap", plan.pk))

    assert "лист ознакомления: 1 из 2" in page
    assert url("deliveries", plan.pk) in page


@pytest.mark.parametrize(
    ("status", "stamp"),
    [
        ("draft", "черновик"), ("approved", "действует"),
        ("superseded", "заменена"), ("closed", "завершена"),
    ],
)  # fmt: skip
def test_the_stamp_tells_how_far_a_plan_is(cast, signed_in, plan, status, stamp):
    Roadmap.objects.filter(pk=plan.pk).update(status=status)

    page = page_of(signed_in(cast.vera), url("roadmap", plan.pk))

    assert f'<span class="stamp is-{status}">{stamp}</span>' in page


def test_the_first_act_of_the_row_is_the_one_to_do(cast, signed_in, plan):
    draft = RoadmapFactory(owner=cast.north, status=Roadmap.Status.DRAFT)
    ItemFactory(roadmap=draft)
    client = signed_in(cast.oleg)

    of_draft = page_of(client, url("roadmap", draft.pk))
    of_plan = page_of(client, url("roadmap", plan.pk))

    assert _first_act(of_draft) == ("btn-primary", "Утвердить")
    assert _first_act(of_plan) == ("btn-primary", "Взять в свой план")


def _first_act(page):
    actions = page[page.index('class="actions"') :]
    found = re.search(r'class="btn (btn-\w+)"[^>]*>([^<]+)<', actions)
    return found.groups()


def test_a_plan_that_was_taken_is_not_offered_again(cast, signed_in, plan):
    RoadmapFactory(owner=cast.north, above=plan, status=Roadmap.Status.DRAFT)

    assert "Взять в свой план" not in page_of(signed_in(cast.oleg), url("roadmap", plan.pk))
    assert "Взять в свой план" not in page_of(signed_in(cast.vera), url("roadmap", plan.pk))


def test_the_file_holds_what_the_page_shows(cast, signed_in, plan):
    client = signed_in(cast.vera)
    ExecutionFactory(item=plan.items.get(position=1), organization=cast.north,
                     state=State.ACCEPTED)  # fmt: skip

    rows = sheet_of(client, url("roadmap_xlsx", plan.pk), show="late", body="mouo",
                    place=cast.south.code)  # fmt: skip
    whole = sheet_of(client, url("roadmap_xlsx", plan.pk))

    assert [row[2] for row in rows] == ["Прошлое дело"]
    assert [row[-2:] for row in whole] == [[1, 2], [0, 3], [0, 2]]
    assert whole[2][6] == ", ".join(f"{days(n):%d.%m.%Y}" for n in (20, 110, 200))


# The list of plans


def test_a_plan_tells_how_many_percent_are_accepted(cast, signed_in, plan):
    for organization in (cast.north, cast.south):
        ExecutionFactory(
            item=plan.items.get(position=1), organization=organization, state=State.ACCEPTED
        )

    page = page_of(signed_in(cast.vera), LIST)

    assert "29 %" in page  # of 2 + 3 + 2
    assert "2 из 7" in page


def test_the_level_above_is_told_how_many_took_its_plan(cast, signed_in, plan):
    RoadmapFactory(owner=cast.north, above=plan)
    RoadmapFactory(owner=cast.south, above=plan, status=Roadmap.Status.DRAFT)

    assert "взяли в план 1 из 2" in page_of(signed_in(cast.vera), LIST, whose="own")


def test_a_municipality_is_told_by_which_order_it_took_the_plan(cast, signed_in, plan):
    client = signed_in(cast.oleg)
    assert "не взят в ваш план" in page_of(client, LIST, whose="above")

    own = RoadmapFactory(owner=cast.north, above=plan, order__number="45")
    page = page_of(client, LIST, whose="above")

    assert f'<a href="{url("roadmap", own.pk)}">взят в план: приказ № 45</a>' in page


def test_what_a_neighbour_took_is_not_told(cast, signed_in, plan):
    RoadmapFactory(owner=cast.south, above=plan, order__number="777")

    page = page_of(signed_in(cast.oleg), LIST)

    assert "не взят в ваш план" in page
    assert "№ 777" not in page


def test_the_file_of_the_list_holds_the_filtered_plans(cast, signed_in, plan):
    RoadmapFactory(owner=cast.north, title="План Севера", above=plan)
    client = signed_in(cast.vera)

    assert [row[0] for row in sheet_of(client, url("roadmaps_xlsx"))] == [
        "План региона", "План Севера",
    ]  # fmt: skip
    [row] = sheet_of(client, url("roadmaps_xlsx"), whose="own")
    assert (row[0], row[-1]) == ("План региона", "взяли в план 1 из 2")


def _queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize("name", ["vera", "oleg", "nina"])
def test_more_rows_make_no_more_queries(cast, signed_in, plan, name):
    client = signed_in(getattr(cast, name))
    pages = [url("roadmap", plan.pk), url("roadmap_xlsx", plan.pk), LIST, url("roadmaps_xlsx")]
    _taken(plan, cast.north)
    before = [_queries(client, address) for address in pages]

    for number in range(4, 9):
        ItemFactory(roadmap=plan, position=number, bodies=["mouo", "school"])
        town = OrganizationFactory(code=f"t{number}", kind="municipality", parent=cast.region)
        OrganizationFactory(code=f"s{number}", parent=cast.north)
        _taken(plan, town)

    assert [_queries(client, address) for address in pages] == before


def _taken(plan, owner):
    own = RoadmapFactory(owner=owner, above=plan)
    for upper in plan.items.all():
        Link.objects.create(upper=upper, lower=ItemFactory(roadmap=own, bodies=["school"]))
