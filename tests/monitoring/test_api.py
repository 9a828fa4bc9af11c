"""Indicators through the API: the catalog, and values of the caller's own territory."""

import csv
import datetime
import io

import pytest
from django.utils import timezone

from monitoring.indicators.catalog import CATALOG
from monitoring.models import IndicatorValue
from tests.factories.monitoring import IndicatorValueFactory, make_work

VALUES = "/api/v1/indicator-values/"
CATALOG_URL = "/api/v1/indicators/"


@pytest.fixture
def values(cast) -> dict[str, IndicatorValue]:
    work = make_work()
    return {
        "lake": IndicatorValueFactory(organization=cast.lake_school, work=work),
        "lake_year": IndicatorValueFactory(organization=cast.lake_school, value=0.55),
        "hill": IndicatorValueFactory(organization=cast.hill_school, work=work, year=2025),
        "north": IndicatorValueFactory(organization=cast.north, indicator="share_2"),
        "few": IndicatorValueFactory(organization=cast.wood_school, work=work, pupils=9),
    }


def found(client, **asked) -> set[int]:
    return {row["id"] for row in client.get(VALUES, asked).json()["results"]}


def keys(values, *names) -> set[int]:
    return {values[name].pk for name in names}


def test_a_value_says_whose_it_is_and_how_sure(cast, values, signed_in):
    (row,) = signed_in(cast.igor).get(VALUES).json()["results"]

    updated = row.pop("updated_at")
    assert datetime.datetime.fromisoformat(updated) == values["hill"].updated_at
    assert row == {
        "id": values["hill"].pk, "indicator": "quality_share", "organization": "edu420101",
        "organization_name": "Hill school", "level": "school", "municipality": "reg42_m002",
        "year": 2025, "work": "ru4-2026", "value": 0.5, "low": 0.4, "high": 0.6, "pupils": 80,
        "suppressed": False, "method_version": "2026.1",
    }  # fmt: skip


def test_a_school_gets_its_own_rows_alone(cast, values, signed_in):
    client = signed_in(cast.nina)

    assert found(client) == keys(values, "lake", "lake_year")
    assert client.get(f"{VALUES}{values['hill'].pk}/").status_code == 404
    assert client.get(f"{VALUES}{values['lake'].pk}/").status_code == 200


def test_an_observer_gets_nothing(cast, values, signed_in):
    assert found(signed_in(cast.pavel)) == set()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"indicator": "share_2"}, ["north"]),
        ({"organization": "edu420001"}, ["lake", "lake_year"]),
        ({"level": "municipality"}, ["north"]),
        ({"municipality": "reg42_m001"}, ["lake", "lake_year", "north", "few"]),
        ({"year": "2025"}, ["hill"]),
        ({"work": "ru4-2026"}, ["lake", "hill", "few"]),
    ],
)
def test_each_filter_narrows(cast, values, signed_in, asked, expected):
    assert found(signed_in(cast.vera), **asked) == keys(values, *expected)


def test_only_what_changed_since_then_is_given(cast, values, signed_in):
    now = timezone.now()
    IndicatorValue.objects.exclude(pk=values["hill"].pk).update(
        updated_at=now - datetime.timedelta(days=2)
    )
    since = (now - datetime.timedelta(days=1)).isoformat()

    assert found(signed_in(cast.vera), updated_since=since) == keys(values, "hill")


def test_a_number_over_nine_pupils_is_left_out_and_that_is_said(cast, values, signed_in):
    row = signed_in(cast.vera).get(f"{VALUES}{values['few'].pk}/").json()

    assert (row["suppressed"], row["value"], row["low"], row["high"], row["pupils"]) == (
        True, None, None, None, None,
    )  # fmt: skip


@pytest.mark.parametrize("url", [VALUES, CATALOG_URL])
def test_a_misspelt_parameter_is_told(cast, signed_in, url):
    answer = signed_in(cast.vera).get(url, {"yaer": "2026"})

    assert answer.status_code == 400
    assert "yaer" in answer.json()["detail"]


def test_an_unknown_indicator_is_told(cast, signed_in):
    assert signed_in(cast.vera).get(VALUES, {"indicator": "rank"}).status_code == 400


def test_the_catalog_is_the_catalog(cast, signed_in):
    answer = signed_in(cast.nina).get(CATALOG_URL).json()

    assert (answer["next"], answer["previous"]) == (None, None)
    assert [row["code"] for row in answer["results"]] == [row.code for row in CATALOG]
    assert answer["results"][1] == {
        "code": "share_2", "title": "Доля отметок «2»", "unit": "share", "better": "lower",
        "source": CATALOG[1].source, "method_version": CATALOG[1].method_version,
        "explanation": CATALOG[1].explanation,
    }  # fmt: skip


@pytest.mark.parametrize("url", [VALUES, CATALOG_URL])
def test_lists_come_as_tables_too(cast, values, signed_in, url):
    answer = signed_in(cast.vera).get(url, {"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))

    assert len(rows) == (5 if url == VALUES else len(CATALOG))
    assert signed_in(cast.vera).get(url, {"format": "xlsx"}).content.startswith(b"PK")


def test_twice_the_values_make_not_one_query_more(
    cast, values, signed_in, django_assert_max_num_queries
):
    client = signed_in(cast.vera)
    with django_assert_max_num_queries(20) as few:
        client.get(VALUES)
    for year in range(2010, 2020):
        IndicatorValueFactory(organization=cast.lake_school, year=year)

    with django_assert_max_num_queries(len(few)):
        assert len(client.get(VALUES).json()["results"]) == 15
