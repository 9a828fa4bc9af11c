"""The chart of terms: bars and windows, what was moved, the comb below, one item in all plans."""

import datetime
import re
from html import unescape
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from organizations.models import Organization, State
from roadmaps.models import Execution, Link, Roadmap
from roadmaps.queries.standing import MOST_PRESSING
from roadmaps.terms import TermKind
from roadmaps.views.gantt import WIDTH, _comb
from tests.factories.organizations import OrganizationFactory
from tests.factories.roadmaps import ExecutionFactory, ItemFactory, RoadmapFactory


def url(name, *args):
    return reverse(f"roadmaps:{name}", args=args)


def page_of(client, address, **asked):
    answer = client.get(address, asked)
    assert answer.status_code == 200
    return unescape(answer.content.decode()).replace("\u00a0", " ")


def row_of(page, title):
    after = page[page.index(title) :]
    return after[: after.index("</tr>")]


def days(number):
    return timezone.localdate() + datetime.timedelta(days=number)


@pytest.fixture
def plan(cast):
    """The region's plan: an exact term that is over, a window of the year."""
    plan = RoadmapFactory(owner=cast.ministry, title="План региона",
                          starts_on=days(-90), ends_on=days(270))  # fmt: skip
    ItemFactory(roadmap=plan, position=1, title="Прошлое дело", starts_on=days(-60),
                ends_on=days(-30))  # fmt: skip
    ItemFactory(roadmap=plan, position=2, title="Долгое дело", term_kind=TermKind.SCHOOL_YEAR,
                starts_on=days(-60), ends_on=days(200), bodies=["school"],
                control_points=[days(20), days(110), days(200)])  # fmt: skip
    return plan


def taken(plan, owner, title, status=Roadmap.Status.APPROVED):
    """A plan of the owner that took the first item."""
    own = RoadmapFactory(owner=owner, above=plan, starts_on=plan.starts_on, ends_on=plan.ends_on,
                         status=status)  # fmt: skip
    lower = ItemFactory(roadmap=own, title=title, bodies=["school"], starts_on=days(-20),
                        ends_on=days(10))  # fmt: skip
    Link.objects.create(upper=plan.items.get(position=1), lower=lower)
    return lower


def test_exact_terms_are_bars_and_windows_are_hatched_with_rings(cast, signed_in, plan):
    page = page_of(signed_in(cast.vera), url("gantt", plan.pk))

    exact, window = row_of(page, "Прошлое дело"), row_of(page, "Долгое дело")
    assert 'class="w-bad"' in exact
    assert "w-hatch" not in exact
    assert "w-hatch" in window
    assert window.count('class="w-dot"') == 3
    assert 'class="w-now"' in exact
    assert 'class="w-now"' in window


def test_every_row_is_a_link_with_its_state_in_words(cast, signed_in, plan):
    page = page_of(signed_in(cast.vera), url("gantt", plan.pk))

    for item in plan.items.all():
        row = row_of(page, url("item", plan.pk, item.pk))
        assert item.title in row
        assert 'class="state is-' in row
    assert "Просрочено на 30 дней" in page


def test_the_comb_counts_those_below_and_says_it(cast, signed_in, plan):
    ExecutionFactory(item=plan.items.get(position=1), organization=cast.north,
                     state=State.ACCEPTED)  # fmt: skip

    row = row_of(page_of(signed_in(cast.vera), url("gantt", plan.pk)), "Прошлое дело")

    assert "принял 1, просрочил 1" in row
    drawn = {css: _outlines(row, css) for css in ("k-accepted", "k-late", "k-planned")}
    assert drawn == {"k-accepted": 1, "k-late": 1, "k-planned": 0}


def _outlines(row, css):
    return re.search(rf'class="{css}" d="([^"]*)"', row)[1].count("M")


def test_those_whom_an_item_does_not_concern_have_no_tick(cast, signed_in, plan):
    Execution.objects.filter(item__position=2, organization=cast.hill_school).delete()

    row = row_of(page_of(signed_in(cast.vera), url("gantt", plan.pk)), "Долгое дело")

    assert "ещё нет 1" in row
    assert _outlines(row, "k-planned") == 1


def test_a_moved_term_is_marked_from_the_old_day_to_the_new(cast, signed_in, plan):
    north = Execution.objects.filter(item__position=1, organization=cast.north)
    north.update(was_due_on=days(-30), due_on=days(15))

    page = page_of(signed_in(cast.vera), url("gantt", plan.pk))

    assert 'class="w-moved"' in row_of(page, "Прошлое дело")
    assert "перенесено с" in row_of(page, "Прошлое дело")
    assert 'class="w-moved"' not in row_of(page, "Долгое дело")
    south = page_of(signed_in(cast.svetlana), url("gantt", plan.pk))
    assert "перенесено с" not in south


def test_one_item_in_all_plans_below_stands_on_one_chart(cast, signed_in, plan):
    lower = taken(plan, cast.north, "Дело Севера")
    taken(plan, cast.south, "Черновик Юга", status=Roadmap.Status.DRAFT)
    upper = plan.items.get(position=1)
    client = signed_in(cast.vera)
    whole = page_of(client, url("gantt", plan.pk))
    assert f'href="?item={upper.pk}"' in whole

    page = page_of(client, url("gantt", plan.pk), item=upper.pk)

    assert page.index("Прошлое дело") < page.index("Дело Севера")
    assert url("item", lower.roadmap_id, lower.pk) in page
    assert "Долгое дело" not in page
    assert "Черновик Юга" not in page
    assert "Своего пункта нет" in page
    assert "<p>South.</p>" in page


def test_a_municipality_sees_nothing_of_its_neighbours_on_the_regions_chart(cast, signed_in, plan):
    taken(plan, cast.south, "Дело Юга")
    upper = plan.items.get(position=1)
    client = signed_in(cast.oleg)

    assert "?item=" not in page_of(client, url("gantt", plan.pk))
    page = page_of(client, url("gantt", plan.pk), item=upper.pk)
    assert "Дело Юга" not in page
    assert "South" not in page


@pytest.mark.parametrize("asked", ["0", "-1", "x", "9" * 30])
def test_nonsense_is_not_asked_for(cast, signed_in, plan, asked):
    page = page_of(signed_in(cast.vera), url("gantt", plan.pk), item=asked)

    assert "Долгое дело" in page


def test_the_filters_of_the_list_narrow_the_chart(cast, signed_in, plan):
    page = page_of(signed_in(cast.vera), url("gantt", plan.pk), show="late")

    assert "Прошлое дело" in page
    assert "Долгое дело" not in page
    assert f"{url('gantt_xlsx', plan.pk)}?show=late" in page


def test_a_plan_without_a_period_says_that_there_is_nothing_to_draw_on(cast, signed_in, plan):
    Roadmap.objects.filter(pk=plan.pk).update(starts_on=None)

    page = page_of(signed_in(cast.vera), url("gantt", plan.pk))

    assert "не указан период" in page


def test_the_file_tells_the_days_of_the_chart(cast, signed_in, plan):
    Execution.objects.filter(item__position=1, organization=cast.north).update(
        was_due_on=days(-30), due_on=days(15)
    )

    answer = signed_in(cast.vera).get(url("gantt_xlsx", plan.pk), {"show": "late"})

    sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
    head, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    [told] = [dict(zip(head, row, strict=True)) for row in rows]
    assert told["Мероприятие"] == "Прошлое дело"
    assert told["По"] == f"{days(-30):%d.%m.%Y}"
    assert told["Перенесено на"] == f"{days(15):%d.%m.%Y}"
    assert (told["Просрочили"], told["Ещё нет"]) == (1, 1)


def test_a_neighbours_plan_is_not_found(cast, signed_in):
    plan = RoadmapFactory(owner=cast.south)
    client = signed_in(cast.oleg)

    assert client.get(url("gantt", plan.pk)).status_code == 404
    assert client.get(url("gantt_xlsx", plan.pk)).status_code == 404


def test_more_rows_make_no_more_queries(cast, signed_in, plan):
    client, upper = signed_in(cast.vera), plan.items.get(position=1)
    taken(plan, cast.north, "Дело Севера")
    pages = [url("gantt", plan.pk), f"{url('gantt', plan.pk)}?item={upper.pk}"]
    before = [_queries(client, address) for address in pages]

    for number in range(3, 8):
        ItemFactory(roadmap=plan, position=number, bodies=["mouo", "school"])
        town = OrganizationFactory(code=f"t{number}", kind="municipality", parent=cast.region)
        taken(plan, town, f"Дело {number}")

    assert [_queries(client, address) for address in pages] == before


def _queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


standings = st.dictionaries(st.sampled_from(MOST_PRESSING), st.integers(1, 40), max_size=3)


@given(left=st.floats(0, WIDTH), stand=st.lists(standings, min_size=1, max_size=300))
def test_a_comb_never_leaves_the_chart_and_loses_nobody(left, stand):
    places = [Organization(pk=number) for number in range(len(stand))]

    found = _comb(left, dict(enumerate(stand)), places)

    concerned = sum(1 for one in stand if one)
    if found is None:
        assert concerned == 0
        return
    assert sum(found.numbers) == concerned
    drawn = re.findall(r"M([\d.-]+) \d+h([\d.]+)", found.done + found.late + found.rest)
    assert len(drawn) == concerned
    assert all(-0.1 <= float(x) <= WIDTH - float(wide) + 0.3 for x, wide in drawn)
