"""Signals through the API: a school's year to those who may see it, and no more than they may."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from python_calamine import CalamineWorkbook

from monitoring.computation.cases import case_of
from monitoring.models import Signal
from tests.factories.monitoring import CaseFactory, SignalFactory, a_part

SIGNALS = "/api/v1/signals/"


NUMBERS = {"index": 71.5, "p_value": 0.0004, "q_value": 0.062, "participants": 60}


def part(family: str, method: str) -> dict[str, object]:
    return {
        "family": family, "points": 15.9, "decibans": 10.6, "weight": 1.5, "p_value": 0.0008,
        "method": method, "work": "ru4-2026", "class_number": None, "statistic": 3.2,
        "effect": 0.4, "n": 24,
    }  # fmt: skip


@pytest.fixture
def signals(cast):
    borders = {"families": ["borders"], "evidence": [part("borders", "border_notch")], **NUMBERS}
    marks = {"families": ["marks"], "evidence": [part("marks", "journal_mirror")], **NUMBERS}
    few = borders | {"participants": 9, "tier": "insufficient"}
    made = {
        "lake": SignalFactory(organization=cast.lake_school, tier="red", **borders),
        "hill": SignalFactory(organization=cast.hill_school, tier="amber", year=2025, **marks),
        "few": SignalFactory(organization=cast.wood_school, **few),
    }
    # The digits of the clock must not pass for one of NUMBERS.
    Signal.objects.update(updated_at=datetime(2026, 9, 1, tzinfo=UTC))
    return made


def found(client, **asked):
    return {row["id"] for row in client.get(SIGNALS, asked).json()["results"]}


def test_a_signal_says_what_it_rests_on_and_until_when(cast, signals, signed_in):
    row = signed_in(cast.oleg).get(f"{SIGNALS}{signals['lake'].pk}/").json()

    assert row.pop("updated_at")
    assert row == {
        "id": signals["lake"].pk, "organization": "edu420001", "organization_name": "Lake school",
        "municipality": "reg42_m001", "year": 2026, "status": "red", "is_out": False, "index": 71.5,
        "p_value": 0.0004, "q_value": 0.062, "participants": 60, "suppressed": False,
        "families": "borders", "evidence": signals["lake"].evidence, "expires_on": "2027-09-01",
        "case": None, "method_version": "2026.4", "inputs_hash": "0" * 64,
    }  # fmt: skip


def test_a_school_is_told_what_was_found_and_not_how_far_it_counts(cast, signals, signed_in):
    answer = signed_in(cast.nina).get(SIGNALS)

    (row,) = answer.json()["results"]
    assert [row[name] for name in ("index", "p_value", "q_value")] == [None] * 3
    assert row["evidence"] == [
        {"family": "borders", "method": "border_notch", "work": "ru4-2026", "class_number": None,
         "effect": 0.4, "n": 24}
    ]  # fmt: skip
    for number in (b"71.5", b"0.0004", b"0.062", b"0.0008", b"10.6", b"15.9", b"3.2"):
        assert number not in answer.content


def cells(answer):
    """What a table says, a text each cell."""
    if answer["Content-Type"].startswith("text/csv"):
        return [one for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
                for one in row]  # fmt: skip
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0)
    return [str(one) for row in sheet.to_python() for one in row]


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_no_table_tells_a_school_more(cast, signals, signed_in, format_):
    hidden = {"0.0004", "0.062", "71.5"}

    of_school, of_ministry = (
        " ".join(cells(signed_in(person).get(SIGNALS, {"format": format_})))
        for person in (cast.nina, cast.vera)
    )

    assert [number for number in hidden if number in of_school] == []
    assert [number for number in hidden if number not in of_ministry] == []
    assert [name for name in ("decibans", "points", "statistic") if name in of_school] == []
    assert "border_notch" in of_school


def test_numbers_over_nine_pupils_are_left_out_and_that_is_said(cast, signals, signed_in):
    row = signed_in(cast.vera).get(f"{SIGNALS}{signals['few'].pk}/").json()

    hidden = ("index", "p_value", "q_value", "participants")
    assert row["suppressed"] is True
    assert [row[name] for name in hidden] == [None] * 4
    assert (row["families"], row["evidence"]) == ("", [])


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"year": "2025"}, ["hill"]),
        ({"organization": "edu420001"}, ["lake"]),
        ({"status": "red"}, ["lake"]),
        ({"status": "insufficient"}, ["few"]),
        ({"method": "journal_mirror"}, ["hill"]),
        ({"method": "border_notch", "status": "red"}, ["lake"]),
        ({"method": "similarity"}, []),
    ],
)
def test_each_filter_narrows(cast, signals, signed_in, asked, expected):
    assert found(signed_in(cast.vera), **asked) == {signals[name].pk for name in expected}


@pytest.mark.parametrize("asked", [{"status": "purple"}, {"method": "rank"}, {"stauts": "red"}])
def test_an_unknown_word_is_told(cast, signed_in, asked):
    assert signed_in(cast.vera).get(SIGNALS, asked).status_code == 400


def test_a_table_holds_the_evidence_as_json(cast, signals, signed_in):
    content = signed_in(cast.igor).get(SIGNALS, {"format": "csv"}).content.decode()

    told = content.splitlines()[1].split('"', 1)[1].rsplit('"', 1)[0].replace('""', '"')
    assert json.loads(told)[0]["method"] == "journal_mirror"


def test_the_texts_of_the_case_travel_with_the_signal(cast, signals, signed_in):
    """Of the signal's own year; a case of another year says nothing of it."""
    CaseFactory(organization=cast.lake_school, year=2025, sentences=["A year ago."])
    case = CaseFactory(organization=cast.lake_school, year=2026, sentences=["What was seen."])
    row = signed_in(cast.oleg).get(f"{SIGNALS}{signals['lake'].pk}/").json()

    assert row["case"]["number"] == case.number
    assert "What was seen." in row["case"]["signal"]
    assert (row["case"]["answer"], row["case"]["decision"]) == ("", "")


@pytest.mark.parametrize("reader", ["vera", "oleg", "nina"])
def test_nothing_of_a_class_of_nine_is_told(cast, signed_in, reader):
    small = a_part("similarity", "similarity", class_number=4, n=9)
    large = a_part("tasks", "task_max", class_number=3, n=10)
    SignalFactory(
        organization=cast.lake_school, participants=60, families=["tasks", "similarity"],
        evidence=[small, large],
    )  # fmt: skip

    (row,) = signed_in(getattr(cast, reader)).get(SIGNALS).json()["results"]

    of_small, of_large = row["evidence"]
    assert (of_small["family"], of_small["work"]) == ("similarity", "ru4-2026")
    for name in ("class_number", "effect", "n"):
        assert of_small[name] is None
        assert of_large[name] == large[name]
    assert of_small.get("statistic") is None


def test_a_signal_is_found_by_the_methods_it_rests_on_alone(cast, signed_in):
    """A part that the signal does not rest on is none of them, in signals and in cases."""
    weak = a_part("attendance", "absence", points=15.0)
    parts = {"families": ["borders"], "evidence": [a_part(), weak]}
    signal = SignalFactory(organization=cast.lake_school, **parts)
    case = case_of(signal, cast.region, 1, {})
    case.save()
    client = signed_in(cast.vera)

    def cases(method: str) -> list[int]:
        rows = client.get("/api/v1/cases/", {"method": method}).json()["results"]
        return [row["id"] for row in rows]

    assert found(client, method="border_notch") == {signal.pk}
    assert found(client, method="absence") == set()
    assert (cases("border_notch"), cases("absence")) == ([case.pk], [])
    row = client.get(f"/api/v1/cases/{case.pk}/").json()
    assert row["methods"] == "border_notch"


def test_a_signal_that_no_longer_counts_says_so(cast, signals, signed_in):
    CaseFactory(organization=cast.lake_school, year=2026, state="expired")
    client = signed_in(cast.vera)

    told = {row["id"]: row["is_out"] for row in client.get(SIGNALS).json()["results"]}

    # Hill's is of a year that is over, and nobody has confirmed it.
    assert told == {
        signals["lake"].pk: True, signals["hill"].pk: True, signals["few"].pk: False,
    }  # fmt: skip
