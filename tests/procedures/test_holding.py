"""Registrations of schools and draws of samples: who, until when, what stays."""

import datetime
import io

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from organizations.errors import Conflict, NotAllowed
from organizations.models import Event, Notice
from organizations.queries import viewer_of
from procedures import holdings
from procedures.classlists import read_classes
from procedures.models import Draw, DrawnSchool, RegisteredClass, Registration
from procedures.services import draws, registrations
from tests.factories.organizations import OrganizationFactory
from tests.factories.procedures import ProtocolFactory, WorkFactory

CLASSES = "4А 25\n4Б 20"


@pytest.fixture
def work(db):
    return WorkFactory()


def registered(school, work, by, *, text=CLASSES, day=datetime.date(2026, 4, 20), rooms=2):
    return registrations.register(
        school, work, held_on=day, rooms=rooms, classes=read_classes(text, 4), by=viewer_of(by)
    )


def days_before_closing(work, days):
    """Give the work a day so that its registrations close in so many days from today."""
    due = timezone.localdate() + datetime.timedelta(days=days)
    work.held_on = due + datetime.timedelta(days=holdings.REGISTRATION_DAYS.value)
    work.year = work.held_on.year
    work.save()
    return work.held_on


def test_a_school_registers_its_classes_and_its_municipality_sees_the_totals(cast, work):
    registered(cast.lake_school, work, cast.nina)

    totals = holdings.totals_by_work(viewer_of(cast.oleg), [work])[work.pk]

    assert totals == holdings.Totals(registered=1, classes=2, pupils=45, rooms=2)
    assert holdings.totals_by_work(viewer_of(cast.svetlana), [work]) == {}
    assert Event.objects.get(action="registration.sent").changes["pupils"] == 45


def test_a_second_registration_replaces_the_first(cast, work):
    registered(cast.lake_school, work, cast.nina)
    registered(cast.lake_school, work, cast.nina, text="4А 30", rooms=1)

    assert Registration.objects.get().rooms == 1
    assert [(one.name, one.pupils) for one in RegisteredClass.objects.all()] == [("4А", 30)]


def test_expected_classes_tell_answered_absent_and_silent_schools_apart(
    cast, work, django_assert_num_queries
):
    registered(cast.lake_school, work, cast.nina)
    registrations.decline(cast.hill_school, work, reason="нет параллели", by=viewer_of(cast.igor))
    schools = [cast.lake_school, cast.wood_school, cast.hill_school]

    with django_assert_num_queries(1):
        expected = holdings.expected_classes(work, schools)

    assert expected == {cast.lake_school.pk: {1: 25, 2: 20}, cast.hill_school.pk: None}


def test_after_the_deadline_only_those_above_change_a_registration(cast, work):
    day = days_before_closing(work, -1)

    with pytest.raises(Conflict, match="муниципальный координатор"):
        registered(cast.lake_school, work, cast.nina, day=day)
    registered(cast.lake_school, work, cast.oleg, day=day)

    assert Registration.objects.get().registered_by == cast.oleg


def test_on_the_last_day_a_school_still_registers(cast, work):
    day = days_before_closing(work, 0)

    assert registered(cast.lake_school, work, cast.nina, day=day).pk


def test_a_school_registers_for_no_other_school(cast, work):
    with pytest.raises(NotAllowed):
        registered(cast.hill_school, work, cast.nina)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"day": datetime.date(2025, 4, 20)}, "2026 года"),
        ({"rooms": 46}, "Аудиторий 46, а учеников 45"),
    ],
)
def test_an_impossible_registration_says_what_is_wrong(cast, work, options, words):
    with pytest.raises(Conflict, match=words):
        registered(cast.lake_school, work, cast.nina, **options)


def test_a_refusal_to_take_part_needs_its_reason(cast, work):
    with pytest.raises(Conflict, match="почему"):
        registrations.decline(cast.lake_school, work, reason=" ", by=viewer_of(cast.nina))


def test_the_form_offers_the_classes_of_another_work_of_the_grade(cast, work, signed_in):
    registered(cast.lake_school, work, cast.nina)
    other = WorkFactory(code="ma4-2026", subject="Математика")
    page = reverse("procedures:holding_registration", args=[other.code, cast.lake_school.code])

    answer = signed_in(cast.nina).get(page)

    assert "4А 25\n4Б 20" in answer.content.decode()


def test_faults_of_the_list_stand_beside_its_field(cast, work, signed_in):
    page = reverse("procedures:holding_registration", args=[work.code, cast.lake_school.code])

    answer = signed_in(cast.nina).post(
        page, {"held_on": "2026-04-20", "rooms": "1", "classes": "5А 25"}
    )

    assert "а работу пишет 4 класс" in answer.content.decode()
    assert not Registration.objects.exists()


def test_the_workbook_holds_a_row_a_class_and_sums_to_the_totals(cast, work, signed_in):
    registered(cast.lake_school, work, cast.nina)

    answer = signed_in(cast.oleg).get(reverse("procedures:holding_xlsx", args=[work.code]))

    head, *rows = load_workbook(io.BytesIO(answer.content))["Заявки"].iter_rows(values_only=True)
    cells = [dict(zip(head, row, strict=True)) for row in rows]
    assert [(row["Школа"], row["Класс"], row["Заявка"]) for row in cells] == [
        ("Lake school", "4А", "заявлена"),
        ("Lake school", "4Б", "заявлена"),
        ("Wood school", None, "ждём заявку"),
    ]
    totals = holdings.totals_by_work(viewer_of(cast.oleg), [work])[work.pk]
    assert sum(row["Учеников"] or 0 for row in cells) == totals.pupils
    assert sum(row["Аудиторий"] or 0 for row in cells) == totals.rooms


# draws


def a_draw(cast, by, **options):
    given = {"title": "Контроль", "year": 2026, "size": 1, "traits": [], "seed": 7} | options
    territory = given.pop("territory", cast.north)
    return draws.draw(territory, **given, by=viewer_of(by))


def test_a_draw_keeps_what_is_needed_to_draw_it_again(cast):
    row = a_draw(cast, cast.oleg)

    assert row.seed == 7
    assert len(row.frame) == 2
    assert draws.is_repeatable(row)
    assert row.schools.filter(is_reserve=False).count() == 1
    event = Event.objects.get(action="draw.made")
    assert event.changes["sha256"] == row.frame_sha256
    assert event.changes["seed"] == "7"


@pytest.mark.parametrize("change", ["seed", "frame", "algorithm", "school"])
def test_a_draw_that_was_tampered_with_does_not_repeat(cast, change):
    row = a_draw(cast, cast.boris, territory=cast.region, size=2)
    if change == "seed":
        samples = {}
        for seed in range(50):
            row.seed = seed
            samples[seed] = draws.is_repeatable(row)
        assert not all(samples.values())
        return
    if change == "frame":
        row.frame = row.frame[1:]
    elif change == "algorithm":
        row.algorithm = "другой"
    else:
        row.schools.filter(is_reserve=False).first().delete()

    assert not draws.is_repeatable(row)


def test_a_second_draw_of_the_year_needs_a_reason_and_leaves_the_first_in_place(cast):
    first = a_draw(cast, cast.oleg)

    with pytest.raises(Conflict, match="уже была"):
        a_draw(cast, cast.oleg, seed=8)
    second = a_draw(cast, cast.oleg, seed=8, reason="школа закрыта")

    assert [first.number, second.number] == [1, 2]
    assert Draw.objects.count() == 2
    assert Event.objects.filter(action="draw.made").count() == 2


def test_without_a_seed_the_portal_takes_one_and_writes_it_down(cast):
    row = a_draw(cast, cast.oleg, seed=None)

    assert row.seed > 0
    assert draws.is_repeatable(row)


def test_a_school_draws_nothing(cast):
    with pytest.raises(NotAllowed):
        a_draw(cast, cast.nina, territory=cast.lake_school)


def test_strata_follow_place_type_size_and_earlier_samples(cast, work):
    cast.lake_school.is_rural = True
    cast.lake_school.profile = "ordinary"
    cast.lake_school.save()
    earlier = WorkFactory(code="ru4-2025", year=2025)
    ProtocolFactory(organization=cast.lake_school, work=earlier, rows_written=99)
    ProtocolFactory(organization=cast.wood_school, work=earlier, rows_written=100)
    before = a_draw(cast, cast.oleg, year=2025, size=2)
    DrawnSchool.objects.filter(organization=cast.wood_school).update(is_reserve=True)
    draws.publish(before, by=viewer_of(cast.oleg))

    frame = holdings.frame_of(
        cast.north, year=2026, traits=holdings.TRAITS, on=timezone.localdate()
    )

    assert [unit.stratum for unit in frame] == [
        "село, малая, средняя школа, уже была в выборке",
        "город, средняя по размеру, тип не указан, ещё не была в выборке",
    ]


def test_closed_schools_and_kindergartens_are_not_in_the_frame(cast):
    OrganizationFactory(code="k1", kind="kindergarten", parent=cast.north)
    cast.wood_school.closed_on = timezone.localdate()
    cast.wood_school.save()

    frame = holdings.frame_of(cast.north, year=2026, traits=[], on=timezone.localdate())

    assert [unit.code for unit in frame] == [cast.lake_school.code]


def test_a_draw_for_a_municipality_takes_its_schools_whoever_draws(cast):
    row = a_draw(cast, cast.boris)

    assert [code for code, _ in row.frame] == [cast.lake_school.code, cast.wood_school.code]


def test_a_chosen_school_and_its_municipality_learn_of_it_only_when_it_is_published(cast):
    row = a_draw(cast, cast.boris, territory=cast.region, size=3)
    igor, svetlana = viewer_of(cast.igor), viewer_of(cast.svetlana)
    assert not Draw.objects.visible_to(igor)

    draws.publish(row, by=viewer_of(cast.boris))

    assert Draw.objects.visible_to(igor).get() == row
    for viewer in (igor, svetlana):
        seen = DrawnSchool.objects.visible_to(viewer)
        assert [one.organization for one in seen] == [cast.hill_school]


def test_chosen_schools_and_their_municipalities_get_a_notice(cast):
    row = a_draw(cast, cast.boris, territory=cast.region, size=3)
    draws.publish(row, by=viewer_of(cast.boris))

    told = {one.user for one in Notice.objects.filter(kind="holding.drawn")}

    assert told == {cast.nina, cast.igor, cast.oleg, cast.svetlana}


def test_a_reserve_school_is_told_nothing(cast):
    row = a_draw(cast, cast.oleg)
    draws.publish(row, by=viewer_of(cast.oleg))

    seen = DrawnSchool.objects.visible_to(viewer_of(cast.nina)).count()

    chosen = row.schools.get(is_reserve=False).organization
    assert row.schools.count() == 2
    assert seen == (1 if chosen == cast.lake_school else 0)


def test_a_list_is_published_once(cast):
    row = draws.publish(a_draw(cast, cast.oleg), by=viewer_of(cast.oleg))

    with pytest.raises(Conflict, match="уже опубликован"):
        draws.publish(row, by=viewer_of(cast.oleg))


def test_works_that_wait_are_counted_over_the_year_not_the_page(cast, work, signed_in, monkeypatch):
    monkeypatch.setattr("procedures.views.holdings.PER_PAGE", 1)
    for grade in (5, 6):
        WorkFactory(code=f"ru{grade}-2026", grade=grade)
    registered(cast.lake_school, work, cast.nina)
    registered(cast.wood_school, work, cast.oleg)

    answer = signed_in(cast.nina).get(reverse("procedures:holdings"))

    assert len(answer.context["page"]) == 1
    assert answer.context["waiting"] == 2
