"""The calendar of a month: what falls on which day for whom, and how it is narrowed."""

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
from organizations.queries import viewer_of
from roadmaps.models import Cohort, Execution, Meeting, Participation, Roadmap
from roadmaps.queries.calendars import Sort, Whose, occasions
from roadmaps.terms import TermKind
from tests.factories.roadmaps import ExecutionFactory, ItemFactory, RoadmapFactory

CALENDAR = reverse("roadmaps:calendar")
MARCH = datetime.date(2027, 3, 1), datetime.date(2027, 3, 31)


def on(day):
    return datetime.date(2027, 3, day)


def hour(day, hours, minutes=0):
    return timezone.make_aware(datetime.datetime(2027, 3, day, hours, minutes))  # noqa: DTZ001 - made aware here


def page_of(client, **asked):
    answer = client.get(CALENDAR, {"month": "2027-03"} | asked)
    assert answer.status_code == 200
    return unescape(answer.content.decode()).replace("\u00a0", " ")


def cell_of(page, day):
    after = page[page.index(f'<time datetime="{day}">') :]
    return after[: after.index("</td>")]


@pytest.fixture
def plan(cast):
    """The region's plan: a deadline on 15 March, a window with a control point on 31 March."""
    plan = RoadmapFactory(
        owner=cast.ministry,
        title="План региона",
        starts_on=datetime.date(2026, 8, 1),
        ends_on=datetime.date(2027, 8, 31),
    )
    exact(plan, "Сдать форму", 15, position=1, bodies=["school"])
    ItemFactory(roadmap=plan, position=2, title="Консультации", term_kind=TermKind.SCHOOL_YEAR,
                starts_on=datetime.date(2026, 9, 1), ends_on=datetime.date(2027, 5, 31),
                control_points=[on(31), datetime.date(2027, 5, 31)])  # fmt: skip
    return plan


def exact(plan, title, day, **given):
    return ItemFactory(
        roadmap=plan, title=title, starts_on=datetime.date(2027, 2, 1), ends_on=on(day), **given
    )


def seminar(item, holder, at, **given):
    return Meeting.objects.create(
        item=item, organization=holder, kind=Meeting.Kind.SEMINAR, title="Семинар", starts_at=at,
        **given,
    )  # fmt: skip


def told(person, **given):
    found = occasions(viewer_of(person), *MARCH, **given)
    return [(one.day.day, one.sort, one.title) for one in found]


def test_a_month_holds_deadlines_control_points_and_meetings(cast, plan):
    seminar(plan.items.get(position=2), cast.ministry, hour(10, 14))

    assert told(cast.vera) == [
        (10, Sort.MEETING, "Семинар"),
        (15, Sort.DEADLINE, "Сдать форму"),
        (31, Sort.CONTROL, "Консультации"),
    ]


def test_a_day_of_an_evening_meeting_is_the_day_here(cast, plan):
    """In UTC it is still the day before."""
    seminar(plan.items.get(position=2), cast.ministry, hour(10, 0, 30))

    assert told(cast.vera)[0] == (10, Sort.MEETING, "Семинар")


def test_only_plans_in_force_name_days(cast, plan):
    for status in ("draft", "superseded", "closed"):
        other = RoadmapFactory(owner=cast.ministry, status=status)
        exact(other, status, 20)

    assert {title for _, _, title in told(cast.vera)} == {"Сдать форму", "Консультации"}


def test_plans_below_are_looked_into_when_asked(cast, plan):
    exact(RoadmapFactory(owner=cast.north), "Дело Севера", 20)

    assert "Дело Севера" not in {title for _, _, title in told(cast.vera)}
    assert (20, Sort.DEADLINE, "Дело Севера") in told(cast.vera, whose=Whose.BELOW)
    assert (20, Sort.DEADLINE, "Дело Севера") in told(cast.oleg)
    assert "Дело Севера" not in {title for _, _, title in told(cast.svetlana, whose=Whose.BELOW)}


def test_ones_own_days_are_those_of_the_execution(cast, plan):
    own = Execution.objects.filter(item__position=1, organization=cast.lake_school)
    own.update(was_due_on=on(15), due_on=on(25))

    assert told(cast.nina, whose=Whose.MINE) == [(25, Sort.DEADLINE, "Сдать форму")]
    assert told(cast.igor, whose=Whose.MINE) == [(15, Sort.DEADLINE, "Сдать форму")]
    assert told(cast.nina)[0] == (15, Sort.DEADLINE, "Сдать форму")


def test_what_is_carried_out_under_a_plan_of_ones_own_is_not_told_twice(cast, plan):
    Execution.objects.filter(item__position=1).update(is_carried=True)

    assert told(cast.nina, whose=Whose.MINE) == []


def test_meetings_of_ones_own_are_those_one_holds_or_is_invited_to(cast, plan):
    item = plan.items.get(position=2)
    invited = seminar(item, cast.ministry, hour(10, 14))
    Participation.objects.create(meeting=invited, organization=cast.lake_school)
    Participation.objects.create(meeting=invited, organization=cast.hill_school)
    seminar(item, cast.hill_school, hour(11, 9))
    seminar(item, cast.ministry, hour(12, 9), state=Meeting.State.CANCELLED)

    assert [day for day, sort, _ in told(cast.nina) if sort is Sort.MEETING] == [10]
    assert [day for day, sort, _ in told(cast.igor, whose=Whose.MINE) if sort is Sort.MEETING] == [
        10, 11,
    ]  # fmt: skip
    assert [day for day, sort, _ in told(cast.vera) if sort is Sort.MEETING] == [10, 11]


def test_an_item_for_a_cohort_is_on_no_foreign_calendar(cast, plan):
    cohort = Cohort.objects.create(owner=cast.ministry, title="Тайная группа")
    cohort.members.add(cast.hill_school)
    exact(plan, "Тайное дело", 20, position=9, bodies=["school"], cohort=cohort)

    seen = {name for name in ("vera", "igor", "svetlana", "nina", "oleg", "pavel")
            if "Тайное дело" in str(told(getattr(cast, name)))}  # fmt: skip
    assert seen == {"vera", "igor", "svetlana"}


def test_the_page_lays_the_days_out_by_weeks(cast, signed_in, plan):
    page = page_of(signed_in(cast.vera))

    assert "март 2027" in page
    assert "Сдать форму" in cell_of(page, "2027-03-15")
    assert "Консультации" in cell_of(page, "2027-03-31")
    days = re.findall(r'<td class="[^"]*"[^>]*>\s*<time datetime="([\d-]+)"', page)
    assert days == [str(datetime.date(2027, 3, 1) + datetime.timedelta(n)) for n in range(35)]
    assert "?month=2027-02" in page
    assert "?month=2027-04" in page


def test_a_full_day_tells_how_many_more_and_opens_them(cast, signed_in, plan):
    for position in range(3, 8):
        exact(plan, f"Дело {position}", 15, position=position)
    client = signed_in(cast.vera)

    cell = cell_of(page_of(client), "2027-03-15")
    day = page_of(client, day="2027-03-15")

    assert cell.count("<li>") == 4
    assert "ещё 3" in cell
    listed = day[day.index('id="by-day"') :]
    assert all(f"Дело {position}" in listed for position in range(3, 8))
    assert "Консультации" not in listed


def test_one_plan_has_a_calendar_of_its_own(cast, signed_in, plan):
    other = RoadmapFactory(owner=cast.ministry)
    exact(other, "Чужое дело", 20)
    client = signed_in(cast.vera)

    page = page_of(client, plan=plan.pk)

    assert "Чужое дело" not in page
    assert "Сдать форму" in page
    assert 'aria-current="page">Календарь' in page
    assert "Чужое дело" in page_of(client)


def test_the_calendar_of_a_plan_that_is_not_seen_is_not_found(cast, signed_in):
    plan = RoadmapFactory(owner=cast.south)
    client = signed_in(cast.oleg)

    for name in ("calendar", "calendar_xlsx"):
        assert client.get(reverse(f"roadmaps:{name}"), {"plan": plan.pk}).status_code == 404


@pytest.mark.parametrize(
    "asked",
    [{"month": "0001-01"}, {"month": "2027-13"}, {"day": "x"}, {"plan": "x"}, {"whose": "all"}],
)
def test_nonsense_in_the_address_is_not_asked_for(cast, signed_in, plan, asked):
    assert signed_in(cast.vera).get(CALENDAR, asked).status_code == 200


def test_the_next_own_duty_is_told_first(cast, signed_in, plan):
    soon = timezone.localdate() + datetime.timedelta(days=2)
    Execution.objects.filter(item__position=1).update(due_on=soon)

    assert "Ближайшее у вас" in page_of(signed_in(cast.nina))

    ExecutionFactory(item=plan.items.get(position=1), organization=cast.lake_school,
                     state=State.SENT)  # fmt: skip
    assert "Своих сроков и событий впереди нет" in page_of(signed_in(cast.nina))


def test_the_file_holds_the_month_that_is_looked_at(cast, signed_in, plan):
    answer = signed_in(cast.vera).get(reverse("roadmaps:calendar_xlsx"), {"month": "2027-03"})

    sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert [(row[0], row[2], row[5]) for row in rows] == [
        ("15.03.2027", "срок", "Сдать форму"),
        ("31.03.2027", "контрольная точка", "Консультации"),
    ]


@pytest.mark.parametrize("whose", ["", "mine", "below"])
def test_a_fuller_month_makes_no_more_queries(cast, signed_in, plan, whose):
    client = signed_in(cast.nina)
    item = plan.items.get(position=1)
    seminar(item, cast.lake_school, hour(3, 9))
    before = _queries(client, whose)

    for position in range(3, 9):
        exact(plan, f"Дело {position}", position, position=position, bodies=["school"])
        seminar(item, cast.lake_school, hour(position, 9))
    exact(RoadmapFactory(owner=cast.lake_school, status=Roadmap.Status.APPROVED), "Своё", 9)

    assert _queries(client, whose) == before


def _queries(client, whose):
    page_of(client, whose=whose)
    with CaptureQueriesContext(connection) as queries:
        page_of(client, whose=whose)
    return len(queries)
