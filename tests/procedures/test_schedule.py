"""The schedule: what comes down, who writes, what an order freezes, what pages and files say."""

import datetime
import html
import io

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from organizations.errors import Conflict, NotAllowed
from organizations.models import Event, Notice
from organizations.queries import viewer_of
from procedures import schedule_reads as reads
from procedures.clashes import Rule, State, by_rule
from procedures.models import Schedule, ScheduleEntry, SchoolClass, SubjectHours
from procedures.services import schedule as service
from tests.factories.schedule import (
    EntryFactory,
    PublishedFactory,
    ScheduleFactory,
    SchoolClassFactory,
)

YEAR = 2027
MONDAY = datetime.date(2026, 10, 5)
pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(cast):
    for name in ("5А", "5Б"):
        SchoolClassFactory(organization=cast.lake_school, name=name)
    return ScheduleFactory(organization=cast.lake_school)


def values(**changes):
    plain = {"title": "КР", "subject": "Математика", "grade": 5, "class_name": "5А",
             "day": MONDAY, "lesson": 3, "lessons": 1, "minutes": 45}  # fmt: skip
    return plain | changes


def sheet(cast, **kwargs):
    return reads.sheet_of(cast.lake_school, YEAR, **kwargs)


def test_what_the_region_has_published_stands_in_the_grid_of_every_class(cast, draft):
    region = PublishedFactory(organization=cast.region)
    EntryFactory(schedule=region, class_name="", level="regional")
    EntryFactory(schedule=region, class_name="", level="regional", grade=8)

    names = [(line.checked.class_name, line.is_own) for line in sheet(cast).lines]

    assert names == [("5А", False), ("5Б", False)]


def test_a_draft_of_the_region_comes_down_to_nobody(cast, draft):
    EntryFactory(schedule=ScheduleFactory(organization=cast.region), class_name="")

    assert sheet(cast).lines == []


def test_what_another_municipality_has_published_does_not_come_down(cast, draft):
    EntryFactory(schedule=PublishedFactory(organization=cast.south), class_name="")

    assert sheet(cast).lines == []


def test_a_window_waits_until_each_class_has_its_day(cast, draft):
    region = PublishedFactory(organization=cast.region)
    window = EntryFactory(
        schedule=region, class_name="", level="federal", until=MONDAY + datetime.timedelta(days=9)
    )
    assert [names for _, names in sheet(cast).windows] == [["5А", "5Б"]]

    placed = service.placed_values(window)
    service.add(draft, values(class_name="5Б") | placed, by=viewer_of(cast.nina))

    now = sheet(cast)
    assert [names for _, names in now.windows] == [["5А"]]
    assert [(line.checked.class_name, line.checked.level) for line in now.lines] == [
        ("5Б", "federal")
    ]


def test_a_day_that_a_school_picked_is_kept_when_the_region_changes_its_window(cast, draft):
    vera = viewer_of(cast.vera)
    region = ScheduleFactory(organization=cast.region)
    last = MONDAY + datetime.timedelta(days=9)
    window = EntryFactory(schedule=region, class_name="", level="federal", until=last)
    service.approve(region, number="1", signed_on=MONDAY, by=vera)
    for name in ("5А", "5Б"):
        placed = service.placed_values(window)
        service.add(draft, values(class_name=name) | placed, by=viewer_of(cast.nina))

    second = service.start(cast.region, YEAR, by=vera)
    service.change(
        second.entries.get(), {"day": MONDAY + datetime.timedelta(days=1), "until": last}, by=vera
    )
    service.approve(second, number="2", signed_on=MONDAY, by=vera)

    now = sheet(cast)
    assert now.windows == []
    assert len(now.lines) == 2
    assert [(entry.class_name, above.day.day) for entry, above in now.outside] == [
        ("5А", 6), ("5Б", 6)
    ]  # fmt: skip


def test_a_class_that_writes_twice_a_day_with_the_region_is_told(cast, draft):
    region = PublishedFactory(organization=cast.region)
    EntryFactory(schedule=region, class_name="", level="regional", title="ДР")
    service.add(draft, values(), by=viewer_of(cast.nina))

    found = sheet(cast)

    assert by_rule(found.findings)[Rule.DAILY] == 1
    daily = next(one for one in found.broken if one.rule is Rule.DAILY)
    assert {line.entry.title for line in found.lines_of(daily)} == {"ДР", "КР"}


def test_what_the_portal_does_not_know_is_told_as_not_checked(cast, draft):
    service.add(draft, values(lesson=None), by=viewer_of(cast.nina))

    told = {(one.rule, one.state) for one in sheet(cast).findings}

    assert told == {(Rule.EDGE, State.UNCHECKED), (Rule.VOLUME, State.UNCHECKED)}


def test_a_free_day_that_is_offered_clears_the_clash(cast, draft):
    nina = viewer_of(cast.nina)
    service.add(draft, values(), by=nina)
    service.add(draft, values(title="Срез", day=MONDAY + datetime.timedelta(days=3)), by=nina)
    before = sheet(cast)
    line = before.lines_of(before.broken[0])[-1]

    slot = reads.free_days(before, line, after=line.checked.day)[0]
    service.change(line.entry, {"day": slot.day, "lesson": slot.lesson}, by=nina)

    assert slot.day == MONDAY + datetime.timedelta(days=17)
    assert sheet(cast).broken == []


def test_an_order_publishes_the_draft_and_freezes_it(cast, draft):
    nina = viewer_of(cast.nina)
    entry = service.add(draft, values(), by=nina)

    service.approve(draft, number="12", signed_on=MONDAY, by=nina)

    entry.schedule.refresh_from_db()
    assert entry.schedule.state == Schedule.State.APPROVED
    for act in (
        lambda: service.change(entry, {"lesson": 4}, by=nina),
        lambda: service.remove(entry, by=nina),
        lambda: service.add(entry.schedule, values(), by=nina),
        lambda: service.discard(entry.schedule, by=nina),
    ):
        with pytest.raises(Conflict, match="Внести изменения"):
            act()
    assert Event.objects.filter(action="schedule.approved").count() == 1


def test_an_empty_draft_is_not_published(cast, draft):
    with pytest.raises(Conflict, match="ни одной строки"):
        service.approve(draft, number="12", signed_on=MONDAY, by=viewer_of(cast.nina))


def test_a_new_version_tells_what_it_changed(cast, draft):
    nina = viewer_of(cast.nina)
    service.add(draft, values(), by=nina)
    service.add(draft, values(class_name="5Б"), by=nina)
    service.approve(draft, number="12", signed_on=MONDAY, by=nina)

    second = service.start(cast.lake_school, YEAR, by=nina)
    moved, gone = second.entries.order_by("class_name")
    service.change(moved, {"lesson": 4}, by=nina)
    service.remove(gone, by=nina)
    service.add(second, values(subject="Физика", title="Срез"), by=nina)
    service.approve(second, number="30", signed_on=MONDAY, by=nina)

    found = reads.difference(second)
    assert found.before.version == 1
    assert [row.subject for row in found.added] == ["Физика"]
    assert [row.class_name for row in found.removed] == ["5Б"]
    assert [(was.lesson, now.lesson) for was, now in found.changed] == [(3, 4)]
    states = dict(Schedule.objects.values_list("version", "state"))
    assert states == {1: Schedule.State.SUPERSEDED, 2: Schedule.State.APPROVED}


def test_a_second_draft_of_a_year_is_refused(cast, draft):
    with pytest.raises(Conflict, match="уже есть"):
        service.start(cast.lake_school, YEAR, by=viewer_of(cast.nina))


def test_those_above_read_a_school_s_draft_and_do_not_write_in_it(cast, draft):
    for person in (cast.oleg, cast.vera):
        viewer = viewer_of(person)
        assert Schedule.objects.visible_to(viewer).filter(pk=draft.pk).exists()
        with pytest.raises(NotAllowed, match="ведёт сама организация"):
            service.add(draft, values(), by=viewer)


def test_a_school_sees_published_schedules_above_it_and_no_neighbour_s(cast, draft):
    above = PublishedFactory(organization=cast.north)
    ScheduleFactory(organization=cast.region)
    PublishedFactory(organization=cast.hill_school)
    PublishedFactory(organization=cast.wood_school)

    seen = Schedule.objects.visible_to(viewer_of(cast.nina))

    assert set(seen) == {draft, above}


def test_a_day_of_another_school_year_is_refused(cast, draft):
    with pytest.raises(Conflict, match="не из этого учебного года"):
        service.add(draft, values(day=datetime.date(2027, 9, 1)), by=viewer_of(cast.nina))


def test_new_numbers_of_the_rules_are_a_new_version_and_are_used(cast, draft):
    nina = viewer_of(cast.nina)
    service.add(draft, values(), by=nina)
    service.add(draft, values(title="Срез", day=MONDAY + datetime.timedelta(days=17)), by=nina)
    assert by_rule(sheet(cast).findings)[Rule.INTERVAL] == 0
    numbers = {"gap_days": 18, "most_percent": 10, "most_a_day": 1, "least_minutes": 30,
               "most_lessons": 2, "source": "Приказ № 1"}  # fmt: skip

    service.change_rules(numbers, by=viewer_of(cast.boris))

    assert by_rule(sheet(cast).findings)[Rule.INTERVAL] == 1
    with pytest.raises(NotAllowed):
        service.change_rules(numbers, by=nina)


def test_schools_without_a_published_schedule_are_reminded_once(cast, draft):
    PublishedFactory(organization=cast.wood_school)
    rows = [cast.lake_school]

    first = service.remind(rows, YEAR, by=viewer_of(cast.oleg))
    again = service.remind(rows, YEAR, by=viewer_of(cast.oleg))

    assert (first, again) == (1, 0)
    assert Notice.objects.get(kind="schedule.missing").user == cast.nina
    with pytest.raises(NotAllowed):
        service.remind(rows, YEAR, by=viewer_of(cast.nina))


# Pages


def said(answer):
    return html.unescape(answer.content.decode()).replace("\xa0", " ")


def test_the_grid_shows_the_clash_the_act_and_a_free_day(cast, draft, client):
    nina = viewer_of(cast.nina)
    service.add(draft, values(), by=nina)
    service.add(draft, values(title="Срез", day=MONDAY + datetime.timedelta(days=3)), by=nina)
    client.force_login(cast.nina)

    query = {"year": YEAR, "from": MONDAY.isoformat()}
    for view in ("week", "month"):
        page = said(client.get(reverse("procedures:schedule"), query | {"view": view}))
        assert "is-clash" in page
        assert "№ СК-228/03" in page
        assert "22 октября, урок 3" in page

    later = MONDAY + datetime.timedelta(days=60)
    page = said(client.get(reverse("procedures:schedule"), {"year": YEAR, "from": later}))
    assert "Столкновения этих дней" not in page
    assert f"from={MONDAY.isoformat()}" in page


def test_a_school_writes_a_line_publishes_it_and_parents_read_it(cast, draft, client):
    client.force_login(cast.nina)
    typed = {"title": "Диктант", "subject": "Русский язык", "place": "5:5А", "day": "2026-10-05",
             "lesson": "3", "lessons": "1", "minutes": "45", "whole_class": "on"}  # fmt: skip

    client.post(reverse("procedures:schedule_entry_new", args=[draft.pk]), typed)
    hidden = client.get(reverse("procedures:schedule_public", args=["edu420001"]))
    order = {"number": "12", "signed_on": "2026-09-10"}
    client.post(reverse("procedures:schedule_approve", args=[draft.pk]), order)
    client.logout()
    shown = client.get(reverse("procedures:schedule_public", args=["edu420001"]))

    assert hidden.status_code == 404
    assert "Диктант" in said(shown)
    assert "Приказ № 12" in said(shown)
    assert not shown.cookies


def test_a_window_is_not_left_by_the_day_that_a_school_picks(cast, draft, client):
    region = PublishedFactory(organization=cast.region)
    window = EntryFactory(
        schedule=region, class_name="", level="federal", until=MONDAY + datetime.timedelta(days=9)
    )
    client.force_login(cast.nina)
    page = f"{reverse('procedures:schedule_entry_new', args=[draft.pk])}?window={window.pk}"

    late = client.post(page, {"place": "5:5А", "day": "2026-11-20", "lesson": "3"})
    within = client.post(page, {"place": "5:5А", "day": "2026-10-07", "lesson": "3"})

    assert "День нужен внутри окна" in said(late)
    assert within.status_code == 302
    assert draft.entries.get().from_above == window


def test_classes_and_hours_are_read_as_they_are_shown_and_faults_are_told(cast, draft, client):
    client.force_login(cast.nina)
    page = reverse("procedures:schedule_facts")
    typed = {"year": YEAR, "classes": "5А; 6 6 6 6 5 0; очная\n6Б\t5 5 5 5 5 0",
             "hours": "5; Математика; 5; 170;\n6; Музыка; 0,5; 17; да"}  # fmt: skip

    faulty = client.post(page, typed | {"classes": "5А; 6 6", "hours": "5; Физика; много"})
    assert "Строка 1, «5А; 6 6»: нужно 6 чисел" in said(faulty)
    assert "уроков в неделю нужно число вида 5 или 0,5" in said(faulty)
    client.post(page, typed)

    assert list(SchoolClass.objects.values_list("name", "grade", "lessons", "form")) == [
        ("5А", 5, [6, 6, 6, 6, 5, 0], "очная"),
        ("6Б", 6, [5, 5, 5, 5, 5, 0], "очная"),
    ]
    found = SubjectHours.objects.values_list("subject", "yearly", "at_edge")
    assert list(found) == [("Математика", 170, None), ("Музыка", 17, True)]
    shown = client.get(page, {"year": YEAR}).content.decode()
    assert "5; Математика; 5; 170; " in shown
    assert "6; Музыка; 0,5; 17; да" in shown


def test_control_counts_published_drafts_and_schools_without_any(cast, draft, client):
    PublishedFactory(organization=cast.wood_school)
    PublishedFactory(organization=cast.hill_school)
    client.force_login(cast.oleg)

    page = client.get(reverse("procedures:schedule_control"), {"year": YEAR})
    counts = {one["title"]: one["count"] for one in page.context["filters"]}

    assert counts == {"все": 2, "опубликован": 1, "черновик": 1, "графика нет": 0}
    names = [row["school"].short_name for row in page.context["rows"]]
    assert names == ["Lake school", "Wood school"]
    found = client.get(reverse("procedures:schedule_control"), {"year": YEAR, "standing": "draft"})
    assert [row["school"] for row in found.context["rows"]] == [cast.lake_school]


def test_the_workbook_has_the_shape_of_the_orders(cast, draft, client):
    nina = viewer_of(cast.nina)
    hours = [SubjectHours(grade=5, subject="Математика", weekly=5, yearly=170)]
    classes = [SchoolClass(name="5А", grade=5, form="очно-заочная")]
    service.record_facts(cast.lake_school, YEAR, classes=classes, hours=hours, by=nina)
    service.add(draft, values(), by=nina)
    service.add(draft, values(title="Срез", day=datetime.date(2027, 2, 1), lessons=2), by=nina)
    client.force_login(cast.nina)

    answer = client.get(reverse("procedures:schedule_xlsx"), {"year": YEAR})

    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0)
    head, row = rows.to_python()
    assert head[:6] == ["НП (муниципалитет)", "ОО", "Класс", "Форма освоения", "05.10.2026",
                        "01.02.2027"]  # fmt: skip
    assert row[:6] == ["North", "Lake school", "5А", "очно-заочная", "Математика: КР",
                       "Математика: Срез"]  # fmt: skip
    # 1 and 2 lessons of the 85 that half of 170 yearly lessons make
    assert row[6:10] == [1, 1.2, 1, 2.4]
    assert head[-2:] == ["Дата изменений", "Приказ об изменениях"]


def test_the_api_narrows_by_days_and_a_window_touches_all_of_its_own(cast, draft, client):
    inside = EntryFactory(schedule=draft)
    window = EntryFactory(
        schedule=PublishedFactory(organization=cast.region),
        level="federal",
        day=datetime.date(2026, 9, 20),
        until=datetime.date(2026, 10, 20),
    )
    EntryFactory(schedule=draft, day=datetime.date(2026, 12, 1))
    client.force_login(cast.nina)

    def found(**asked):
        rows = client.get(reverse("api:schedule-list"), asked).json()["results"]
        return {row["id"] for row in rows}

    assert found(**{"from": "2026-10-01", "to": "2026-10-31"}) == {inside.pk, window.pk}
    assert found(**{"from": "2026-10-01", "to": "2026-10-31", "level": "federal"}) == {window.pk}
    assert found(year=2026) == set()
    assert len(found(organization="edu420001")) == 2
    assert ScheduleEntry.objects.count() == 3


def test_a_refused_act_stands_in_its_form_with_what_was_typed(cast, draft, client):
    client.force_login(cast.nina)
    page = reverse("procedures:schedule_approve", args=[draft.pk])
    empty = client.post(page, {"number": "12-к", "signed_on": "2026-09-10"})
    row = EntryFactory(schedule=draft, day=MONDAY)
    typed = {"title": "Диктант", "subject": "Русский язык", "place": "5:5А", "day": "2028-10-05",
             "lesson": "3", "lessons": "1", "minutes": "45", "whole_class": "on"}  # fmt: skip
    added = client.post(reverse("procedures:schedule_entry_new", args=[draft.pk]), typed)
    changed = client.post(reverse("procedures:schedule_entry", args=[row.pk]), typed)
    for answer, kept in ((empty, "12-к"), (added, "Диктант"), (changed, "Диктант")):
        assert answer.context["form"].non_field_errors()
        assert f'value="{kept}"' in said(answer)
    assert draft.entries.get().day == MONDAY
