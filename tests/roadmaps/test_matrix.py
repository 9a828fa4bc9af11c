"""The plan by territories: cells, filters, the picked cell, the comb, the sheet."""

import datetime
import re
from collections import Counter
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from organizations.models import State
from organizations.queries import viewer_of
from roadmaps.models import Execution, Omission, Outcome, Roadmap
from roadmaps.queries import Standing, lines
from roadmaps.queries.matrix import comb, in_words, matrix, places_of, troubles
from roadmaps.services.assignment import assign
from tests.factories.organizations import OrganizationFactory
from tests.factories.roadmaps import ExecutionFactory, ItemFactory, RoadmapFactory


def today():
    return timezone.localdate()


def days(number):
    return today() + datetime.timedelta(days=number)


@pytest.fixture
def plan(cast):
    """Late for municipalities, running for schools."""
    plan = RoadmapFactory(owner=cast.ministry, title="План региона")
    ItemFactory(roadmap=plan, position=1, title="Прошлое", ends_on=days(-3), starts_on=days(-9))
    ItemFactory(roadmap=plan, position=2, title="Нынешнее", bodies=["school"],
                starts_on=days(-3), ends_on=days(9))  # fmt: skip
    return plan


def item(plan, position):
    return plan.items.get(position=position)


def standings(plan, person):
    found = matrix(plan, viewer_of(person), day=today())
    return [place.name for place in found.places], [
        [cell.standing for cell in row.cells] for row in found.rows
    ]


def address(plan, name="matrix", **asked):
    return reverse(f"roadmaps:{name}", args=[plan.pk], query=asked)


def text_of(answer):
    assert answer.status_code == 200
    return answer.content.decode().replace("&nbsp;", " ").replace("\u00a0", " ")


# What stands in the cells


def test_a_plan_of_the_region_is_told_by_municipalities(cast, plan):
    ExecutionFactory(item=item(plan, 1), organization=cast.south)
    ExecutionFactory(item=item(plan, 2), organization=cast.hill_school, state=State.ACCEPTED)

    assert standings(plan, cast.vera) == (
        ["North", "South"],
        [[Standing.LATE, Standing.DONE], [Standing.WORK, Standing.ACCEPTED]],
    )


def test_a_coordinator_sees_the_same_plan_by_own_schools(cast, plan):
    ExecutionFactory(item=item(plan, 2), organization=cast.lake_school)

    assert standings(plan, cast.oleg) == (
        ["Сам муниципалитет", "Lake school", "Wood school"],
        [[Standing.LATE, Standing.ELSEWHERE, Standing.ELSEWHERE],
         [Standing.ELSEWHERE, Standing.DONE, Standing.WORK]],
    )  # fmt: skip


def test_a_plan_of_a_municipality_is_told_by_its_schools(cast):
    plan = RoadmapFactory(owner=cast.north)
    ItemFactory(roadmap=plan, bodies=["school"], starts_on=days(-1), ends_on=days(1))

    for person in (cast.vera, cast.oleg):
        assert standings(plan, person) == (
            ["Lake school", "Wood school"], [[Standing.WORK, Standing.WORK]])  # fmt: skip
    assert standings(plan, cast.nina) == (["Lake school"], [[Standing.WORK]])


def test_a_closed_school_has_no_column(cast):
    plan = RoadmapFactory(owner=cast.north)
    ItemFactory(roadmap=plan, bodies=["school"])
    cast.wood_school.closed_on = days(-1)
    cast.wood_school.save()

    assert [one.short_name for one in places_of(plan, viewer_of(cast.oleg), day=today())] == [
        "Lake school"
    ]


def test_what_a_territory_leaves_out_is_told_with_its_reason(cast, plan):
    below = RoadmapFactory(owner=cast.north, above=plan)
    Omission.objects.create(roadmap=below, item=item(plan, 1), reason="Делает регион")
    ExecutionFactory(item=item(plan, 1), organization=cast.north, state=State.ACCEPTED,
                     outcome=Outcome.NOT_APPLICABLE)  # fmt: skip

    found = matrix(plan, viewer_of(cast.vera), day=today())

    cell = found.find(item(plan, 1).pk, cast.north.pk)
    assert (cell.standing, cell.omission.reason) == (Standing.NOT_APPLICABLE, "Делает регион")
    assert [place.plan for place in found.places] == [below, None]


def test_a_draft_below_leaves_nothing_out_yet(cast, plan):
    below = RoadmapFactory(owner=cast.north, above=plan, status=Roadmap.Status.DRAFT)
    Omission.objects.create(roadmap=below, item=item(plan, 1), reason="Делает регион")

    found = matrix(plan, viewer_of(cast.vera), day=today())

    assert found.find(item(plan, 1).pk, cast.north.pk).omission is None


def test_the_column_accepted_counts_places(cast, plan):
    for place in (cast.north, cast.south):
        ExecutionFactory(item=item(plan, 1), organization=place, state=State.ACCEPTED)

    found = matrix(plan, viewer_of(cast.vera), day=today())

    assert [row.accepted for row in found.rows] == [2, 0]


def test_help_is_needed_where_two_items_are_in_trouble(cast, plan):
    ItemFactory(roadmap=plan, position=3, ends_on=days(-1), starts_on=days(-5))
    ExecutionFactory(item=item(plan, 3), organization=cast.south, state=State.RETURNED)
    ExecutionFactory(item=item(plan, 1), organization=cast.south)

    [trouble] = troubles(matrix(plan, viewer_of(cast.vera), day=today()))

    assert trouble.place.pk == cast.north.pk
    assert (trouble.late, trouble.returned, trouble.waiting) == ("1, 3", "", "")


# The page


def test_only_cells_that_ask_for_an_act_are_links(cast, plan, signed_in):
    page = text_of(signed_in(cast.vera).get(address(plan)))

    cells = re.findall(r'href="\?cell=(\d+-\d*)#cell"', page)
    assert cells == [f"{item(plan, 1).pk}-{place.pk}" for place in (cast.north, cast.south)]
    assert page.count('<td class="is-work">') == 2


def test_filters_are_counted_and_narrow_rows_and_columns(cast, plan, signed_in):
    ExecutionFactory(item=item(plan, 2), organization=cast.hill_school)
    client = signed_in(cast.vera)

    page = text_of(client.get(address(plan, show="waiting")))
    assert "Нынешнее" in page
    assert "Прошлое" not in page
    assert '<th scope="col"><span>South</span></th>' in page
    assert '<th scope="col"><span>North</span></th>' not in page
    assert re.search(r"Просрочено <b>2</b>", page)
    assert re.search(r"Выпали из плана <b>0</b>", page)

    assert "Таких клеток нет" in text_of(client.get(address(plan, show="omitted")))


def test_a_picked_cell_opens_below_in_words(cast, plan, signed_in):
    ExecutionFactory(item=item(plan, 1), organization=cast.north, report="Провели 3 марта.")
    cell = f"{item(plan, 1).pk}-{cast.north.pk}"

    page = text_of(signed_in(cast.vera).get(address(plan, cell=cell)))

    assert "North, п. 1" in page
    assert "Провели 3 марта." in page
    assert "Вся строка п. 1" in page


@pytest.mark.parametrize("cell", ["", "x", "1-2-3", "999999-1", "9" * 30, "-"])
def test_a_cell_that_is_none_opens_nothing(cast, plan, signed_in, cell):
    page = text_of(signed_in(cast.vera).get(address(plan, cell=cell)))

    assert "выбранная клетка" not in page


def test_a_neighbours_cell_cannot_be_picked(cast, plan, signed_in):
    ExecutionFactory(item=item(plan, 1), organization=cast.south, report="Тайна Юга")
    cell = f"{item(plan, 1).pk}-{cast.south.pk}"

    page = text_of(signed_in(cast.oleg).get(address(plan, cell=cell)))

    assert "Тайна Юга" not in page
    assert "South" not in page


def test_who_has_no_plan_of_their_own_yet_is_named(cast, plan, signed_in):
    RoadmapFactory(owner=cast.north, above=plan)

    page = text_of(signed_in(cast.vera).get(address(plan)))

    assert "Ещё не взяли этот план 1 территория: South." in page


def test_a_draft_has_no_matrix(cast, signed_in):
    draft = RoadmapFactory(owner=cast.ministry, status=Roadmap.Status.DRAFT)
    ItemFactory(roadmap=draft)

    page = text_of(signed_in(cast.vera).get(address(draft)))

    assert "Это черновик" in page
    assert "<table" not in page


def test_the_sheet_holds_what_the_page_shows(cast, plan, signed_in):
    ExecutionFactory(item=item(plan, 1), organization=cast.south)

    answer = signed_in(cast.vera).get(address(plan, "matrix_xlsx", show="late"))

    rows = list(load_workbook(BytesIO(answer.content)).active.values)
    assert rows == [
        ("№", "Пункт", "Срок", "North", "Принято"),
        ("1", "Прошлое", "октябрь 2025 г.", "просрочено", 0),
    ]


def test_the_page_costs_no_more_for_a_larger_region(cast, plan, signed_in):
    client = signed_in(cast.vera)
    RoadmapFactory(owner=cast.north, above=plan)
    client.get(address(plan))

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(address(plan, cell=f"{item(plan, 1).pk}-{cast.north.pk}"))
        return len(queries)

    before = cost()
    for number in range(3):
        town = OrganizationFactory(code=f"t{number}", kind="municipality", parent=cast.region)
        OrganizationFactory(code=f"s{number}", parent=town)
        RoadmapFactory(owner=town, above=plan)
    ItemFactory(roadmap=plan, position=3, bodies=["school", "mouo"])

    assert cost() == before


# The comb


def test_a_comb_has_a_tick_for_every_place_in_the_order_of_names(cast, plan):
    ExecutionFactory(item=item(plan, 1), organization=cast.north, state=State.ACCEPTED)
    viewer = viewer_of(cast.vera)
    [line, _] = lines(plan, viewer, day=today())

    drawn = comb(line, places_of(plan, viewer, day=today()))

    assert [tick.standing for tick in drawn.ticks] == [Standing.ACCEPTED, Standing.LATE]
    assert drawn.words == "принято 1, просрочено 1"


def test_a_comb_of_many_places_stays_in_its_drawing(cast, plan):
    for number in range(70):
        OrganizationFactory(code=f"t{number}", kind="municipality", parent=cast.region)
    Execution.objects.all().delete()
    assign(plan)
    viewer = viewer_of(cast.vera)
    [line, _] = lines(plan, viewer, day=today())

    drawn = comb(line, places_of(plan, viewer, day=today()))

    assert len(drawn.ticks) == 72
    assert all(float(tick.x) + float(tick.width) <= 204 for tick in drawn.ticks)


def test_words_of_a_comb_begin_with_what_is_done():
    counts = Counter({Standing.LATE: 9, Standing.ACCEPTED: 11, Standing.WORK: 5})

    assert in_words(counts) == "принято 11, просрочено 9, в работе 5"
