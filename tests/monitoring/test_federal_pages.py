"""Pages of the standard reports: who sees which units, what is said, which years stand together."""

import random
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monitoring.models import Cell
from procedures.models import Scale, Work
from tests.factories.monitoring import make_schools
from tests.factories.organizations import OrganizationFactory
from tests.monitoring.test_computation import computed
from tests.monitoring.test_federal import (
    CODES,
    a_work,
    address,
    book,
    completions,
    deputy_of,
    region,
    rows_of,
    write_rows,
)
from tests.monitoring.test_pages import text

__all__ = ["region"]  # the fixture


# -- What is shown, and to whom -----------------------------------------------------------------
def test_the_way_leads_from_the_region_to_a_class(cast, region, signed_in):
    work, north, _ = region
    client = signed_in(cast.vera)
    page = client.get(address(work, "marks"))
    assert f'href="{address(work, "marks", cast.north)}"' in page.content.decode()
    page = client.get(address(work, "marks", cast.north))
    assert f'href="{address(work, "marks", north[0])}"' in page.content.decode()
    page = text(client.get(address(work, "marks", north[0])))
    assert "Класс 1" in page
    assert "Класс 3 меньше 10 участников" in page


def test_a_school_sees_its_own_small_class_and_no_link_upward(cast, region, signed_in):
    work, (school, *_), _ = region
    answer = signed_in(deputy_of(school)).get(address(work, "marks"))
    wrote = [
        row for row in rows_of(work, organization=school, class_number=3) if row.score is not None
    ]
    assert f"Класс 3 – {len(wrote)} " in text(answer)
    assert f"unit={cast.north.code}" not in answer.content.decode()
    assert "Wood school" not in text(answer)


@pytest.mark.parametrize("report", CODES)
def test_a_small_neighbour_cannot_be_told_by_taking_ones_own_numbers_off(
    cast, region, signed_in, report
):
    work, *_ = region
    town = OrganizationFactory(
        code="reg42_m077", short_name="Small town", kind="municipality", parent=cast.region
    )
    rng = random.Random(3)  # noqa: S311 - made up rows
    own, other = make_schools(town, 2, first=900)
    write_rows(work, own, rng, (60,))
    write_rows(work, other, rng, (8,))
    computed(work)

    of_school = text(signed_in(deputy_of(own)).get(address(work, report)))
    of_ministry = text(signed_in(cast.vera).get(address(work, report, town)))

    assert "без ваших меньше 10 участников" in of_school
    assert "без ваших меньше 10 участников" not in of_ministry
    rows = book(signed_in(deputy_of(own)).get(address(work, report, file=True)))
    assert any("без ваших меньше 10 участников" in row for row in rows)


def test_a_small_group_of_neighbours_cannot_be_told_by_taking_ones_own_off(cast, region, signed_in):
    work, *_ = region
    town = OrganizationFactory(
        code="reg42_m077", short_name="Small town", kind="municipality", parent=cast.region
    )
    rng = random.Random(3)  # noqa: S311 - made up rows
    own, other = make_schools(town, 2, first=900)
    write_rows(work, own, rng, (120,))
    write_rows(work, other, rng, (20,))
    computed(work)
    groups = Counter(row.mark for row in rows_of(work, organization=other) if row.score is not None)
    small = [mark for mark, number in groups.items() if 0 < number < 10]

    of_school = text(signed_in(deputy_of(own)).get(address(work, "groups")))
    of_ministry = text(signed_in(cast.vera).get(address(work, "groups", town)))

    assert small
    assert of_school.count("без ваших меньше 10 участников") == len(small)
    assert "без ваших меньше 10 участников" not in of_ministry


@pytest.mark.parametrize("report", CODES)
def test_other_territories_do_not_exist_for_a_coordinator(cast, region, signed_in, report):
    work, north, south = region
    client = signed_in(cast.oleg)
    assert client.get(address(work, report, cast.south)).status_code == 404
    assert client.get(address(work, report, south[0], file=True)).status_code == 404
    assert client.get(address(work, report, cast.region)).status_code == 404
    answer = client.get(address(work, report))
    assert answer.status_code == 200
    assert not any(place.code in answer.content.decode() for place in (*south, cast.south))
    assert client.get(address(work, report, north[0])).status_code == 200


@pytest.mark.parametrize("report", ["marks", "journal", "groups"])
def test_without_an_official_scale_no_marks_are_guessed(cast, region, signed_in, report):
    work, *_ = region
    Scale.objects.all().delete()
    answer = signed_in(cast.vera).get(address(work, report))
    assert "Официальной шкалы нет" in text(answer)
    assert "<table" not in answer.content.decode()
    assert signed_in(cast.vera).get(address(work, report, file=True)).status_code == 404


def test_without_an_official_scale_the_distribution_has_no_borders(cast, region, signed_in):
    work, *_ = region
    Scale.objects.all().delete()
    assert "границы отметок не отмечены" in text(signed_in(cast.vera).get(address(work, "scores")))
    rows = book(signed_in(cast.vera).get(address(work, "scores", file=True)))
    assert set(rows[6]) == {None}


def test_cells_of_an_earlier_shape_ask_to_be_computed(cast, region, signed_in):
    work, *_ = region
    Cell.objects.update(group_sums=[], full_scores=[])
    client = signed_in(cast.vera)
    assert "пересчитайте работу" in text(client.get(address(work, "groups")))
    assert "пересчитайте" not in text(client.get(address(work, "marks")))


# -- Years --------------------------------------------------------------------------------------
SKILLS = ["а", "б", "в", "г"]


@pytest.mark.parametrize(
    ("now", "then", "said"),
    [
        (None, None, "Работы 2025 года по этому предмету и классу на портале нет"),
        ({}, {}, "умения к заданиям внесены не для обоих лет"),
        ({"skills": SKILLS}, {"skills": [*SKILLS[:3], "д"]}, "они проверяли другое"),
        ({"skills": SKILLS}, {"skills": SKILLS, "max_points": [2, 1, 4, 4]},
         "баллы за задания были другими"),
        ({"skills": SKILLS}, {"skills": SKILLS}, "Рядом 2025 год"),
    ],
)  # fmt: skip
def test_years_stand_side_by_side_only_for_the_same_tasks(cast, region, signed_in, now, then, said):
    work, north, _ = region
    if then is not None:
        earlier = a_work(2025, "ru4-2025", **then)
        write_rows(earlier, north[0], random.Random(1), (30,))  # noqa: S311 - as above
        computed(earlier)
        Work.objects.filter(pk=work.pk).update(**now) if now else None

    page = text(signed_in(cast.vera).get(address(work, "tasks")))

    assert said in page
    assert ("Рядом 2025 год" in page) == (said == "Рядом 2025 год")


def test_other_borders_make_marks_of_two_years_incomparable(cast, region, signed_in):
    work, north, _ = region
    earlier = a_work(2025, "ru4-2025", skills=SKILLS)
    write_rows(earlier, north[0], random.Random(1), (30,))  # noqa: S311 - as above
    computed(earlier)
    Work.objects.filter(pk=work.pk).update(skills=SKILLS)
    Scale.objects.create(work=earlier, version=2, three=4, four=6, five=8)
    client = signed_in(cast.vera)
    assert "Шкалы отметок 2025 и 2026 годов различаются" in text(client.get(address(work, "marks")))
    assert "Рядом 2025 год" in text(client.get(address(work, "tasks")))


def test_two_years_are_two_rows_with_the_numbers_of_each(cast, region, signed_in):
    work, north, _ = region
    earlier = a_work(2025, "ru4-2025", skills=SKILLS)
    write_rows(earlier, north[0], random.Random(1), (30,))  # noqa: S311 - made up rows
    computed(earlier)
    Work.objects.filter(pk=work.pk).update(skills=SKILLS)

    page = text(signed_in(cast.vera).get(address(work, "tasks", north[0])))

    for year, one in ((2026, work), (2025, earlier)):
        wrote = [row for row in rows_of(one, organization=north[0]) if row.score is not None]
        said = [f"{number:g}".replace(".", ",") for number in completions(wrote)]
        assert f"{year} – {len(wrote)} {' '.join(said)}" in page


# -- What it costs ------------------------------------------------------------------------------
@pytest.mark.parametrize("report", CODES)
def test_more_municipalities_schools_and_classes_ask_the_database_no_more(
    cast, region, signed_in, report
):
    work, north, _ = region
    client = signed_in(cast.vera)

    def queries() -> list[int]:
        found = []
        for place in (cast.region, cast.north, north[0]):
            for file in (False, True):
                url = address(work, report, place, file=file)
                client.get(url)
                with CaptureQueriesContext(connection) as asked:
                    assert client.get(url).status_code == 200
                found.append(len(asked))
        return found

    few = queries()
    rng = random.Random(7)  # noqa: S311 - made up rows
    for n in range(3):
        town = OrganizationFactory(code=f"town{n}", kind="municipality", parent=cast.region)
        for school in [*make_schools(town, 2), *make_schools(cast.north, 2, first=700 + 10 * n)]:
            write_rows(work, school, rng, (20, 20))
    computed(work)
    assert queries() == few
