"""The catalog of indicators, and its agreement with the pages that explain it."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from monitoring.indicators.catalog import BY_CODE, CATALOG
from monitoring.indicators.definition import Better, Unit
from monitoring.stats.cells import Cells
from monitoring.stats.counts import Counts, upper_p
from monitoring.stats.disclosure import MIN_PUPILS
from monitoring.stats.fdr import q_values
from monitoring.stats.findings import METHOD_VERSION, Method
from monitoring.stats.journal import gap_counts, shift
from monitoring.stats.level import ALARM, funnel
from monitoring.stats.notch import judge
from tests.stats.honest import honest_region

DOCS = (Path(__file__).parents[2] / "docs" / "indicators.md").read_text(encoding="utf-8")
INDICATOR_PART, METHOD_PART = DOCS.split("\n## Статистики объективности\n")
PASSAGES = ("**Смысл.**", "**Формула.**", "**Источник.**", "**Пример.**")


def sections(part: str) -> dict[str, tuple[str, str]]:
    """Code → (title, text) of each section of a part of the docs."""
    found = re.split(r"^### `(\w+)`(?: \(статистика\))? — (.+)$", part, flags=re.MULTILINE)[1:]
    return {
        code: (title, text)
        for code, title, text in zip(found[::3], found[1::3], found[2::3], strict=True)
    }


INDICATORS, METHODS = sections(INDICATOR_PART), sections(METHOD_PART)


def example(text: str) -> tuple[dict, dict]:
    """What the worked example of a section starts from, and what it says comes out."""
    [block] = re.findall(r"```json\n(.*?)```", text, flags=re.DOTALL)
    worked = json.loads(block)
    return worked["given"], worked["gives"]


def spellings(number: float) -> set[str]:
    """How a sentence may print a number: as a percent, or with 2–4 decimals."""
    digits = [f"{number:.{places}f}" for places in (2, 3, 4)]
    return {text.replace(".", ",") for text in [f"{100 * number:.1f}", *digits]}


def cells_of(given: dict) -> Cells:
    """One unit that holds just what an example gives."""
    scores = {int(score): pupils for score, pupils in given.get("scores", {}).items()}
    histogram = np.zeros((1, given.get("max_score", 1) + 1), dtype=int)
    histogram[0, list(scores)] = list(scores.values())
    attendance = np.zeros((1, 5, 2), dtype=int)
    attendance[0, 0] = given.get("absent", 0), given.get("present", 0)
    nothing = np.zeros((1, 1), dtype=int)
    marks = np.array([given.get("marks", [0] * 4)])
    journal = np.array([given.get("journal", np.zeros((4, 4), dtype=int))])
    groups = np.zeros((1, 4, 1), dtype=int)
    return Cells(histogram, nothing, nothing, nothing, marks, journal, attendance, groups, nothing)


def border_notch(given: dict) -> dict:
    counts = Counts(*(np.array([given[key]]) for key in ("hits", "totals", "expected")))
    found = judge(counts, rho=given["rho"])
    return {key: getattr(found, key)[0] for key in ("statistic", "p_value", "effect")}


def level(given: dict) -> dict:
    errors = np.array(given["standard_errors"])
    fitted = funnel(np.array(given["values"]), errors)
    _, high = fitted.limits(errors, ALARM)
    return {
        "target": fitted.target,
        "tau2": fitted.tau2,
        "z": fitted.z[-1],
        "p": fitted.p[-1],
        "alarm": high[-1],
    }


def journal_shift(given: dict) -> dict:
    effect, error = shift(np.array([given["journal"]]), np.array([given["peers"]]))
    return {"effect": effect[0], "standard_error": error[0]}


def journal_gap2(given: dict) -> dict:
    counts = gap_counts(np.array([given["journal"]]), np.array([given["peers"]]))
    return {
        "expected": (counts.expected * counts.totals).sum(),
        "effect": counts.excess[0] / counts.n[0],
        "statistic": counts.z(0)[0],
        "p_value": upper_p(counts, 0, exact_below=60)[0],
    }


def q_value(given: dict) -> dict:
    return {"q": q_values(np.array(given["p_values"])).tolist()}


RECOMPUTED = {
    "border_notch": border_notch,
    "level": level,
    "journal_shift": journal_shift,
    "journal_gap2": journal_gap2,
    "q_value": q_value,
}


def test_every_indicator_has_its_section_in_the_same_order_under_its_own_title():
    assert [(i.code, i.title) for i in CATALOG] == [
        (code, title) for code, (title, _) in INDICATORS.items()
    ]


def test_every_method_has_its_section():
    assert set(METHODS) == {*Method, "q_value"}


@pytest.mark.parametrize("text", [text for _, text in [*INDICATORS.values(), *METHODS.values()]])
def test_a_section_tells_meaning_formula_source_and_example(text):
    assert all(text.count(passage) == 1 for passage in PASSAGES)


@pytest.mark.parametrize("code", INDICATORS)
def test_the_worked_example_of_an_indicator_is_right(code):
    given, gives = example(INDICATORS[code][1])

    estimate = BY_CODE[code].formula(cells_of(given))[0]

    assert {key: getattr(estimate, key) for key in gives} == pytest.approx(gives, abs=6e-5)


@pytest.mark.parametrize("code", METHODS)
def test_the_worked_example_of_a_method_is_right(code):
    given, gives = example(METHODS[code][1])

    recomputed = RECOMPUTED[code](given)

    assert recomputed.keys() == gives.keys()
    for key, value in gives.items():
        assert recomputed[key] == pytest.approx(value, abs=6e-5)


@pytest.mark.parametrize("text", [text for _, text in [*INDICATORS.values(), *METHODS.values()]])
def test_the_sentence_of_an_example_says_the_numbers_that_come_out(text):
    sentence = text.split("**Пример.**")[1].split("```")[0]
    _, gives = example(text)
    numbers = [n for value in gives.values() for n in np.atleast_1d(value)]

    assert all(any(text in sentence for text in spellings(n)) for n in numbers)


def test_the_docs_name_the_version_of_the_method():
    assert f"Версия методики — {METHOD_VERSION};" in DOCS
    assert {indicator.method_version for indicator in CATALOG} == {METHOD_VERSION}


def test_codes_stay_what_they_were():
    """Values stored under a code keep their meaning, so a code is never renamed or reused."""
    assert {i.code: (i.unit, i.better) for i in CATALOG} == {
        "mean_percent": (Unit.PERCENT_OF_MAX, Better.HIGHER),
        "share_2": (Unit.SHARE, Better.LOWER),
        "quality_share": (Unit.SHARE, Better.HIGHER),
        "journal_confirmed": (Unit.SHARE, Better.HIGHER),
        "journal_raised": (Unit.SHARE, Better.NONE),
        "journal_lowered": (Unit.SHARE, Better.NONE),
        "journal_gap2": (Unit.SHARE, Better.LOWER),
        "participation": (Unit.SHARE, Better.HIGHER),
    }


@pytest.mark.parametrize("indicator", CATALOG, ids=lambda indicator: indicator.code)
def test_many_units_at_once_get_what_each_gets_alone(indicator):
    schools = honest_region(np.random.default_rng(41), 20).schools

    together = indicator.formula(schools)

    for unit in range(20):
        assert indicator.formula(schools.take([unit]))[0] == together[unit]
        assert 0 <= together.low[unit] <= together.value[unit] <= together.high[unit] <= 1


def test_confirmed_raised_and_lowered_make_a_whole():
    schools = honest_region(np.random.default_rng(42), 20).schools

    shares = [
        BY_CODE[code].formula(schools).value
        for code in ("journal_confirmed", "journal_raised", "journal_lowered")
    ]

    assert np.allclose(sum(shares), 1)


@pytest.mark.parametrize("indicator", CATALOG, ids=lambda indicator: indicator.code)
def test_nine_pupils_are_not_enough_and_ten_are(indicator):
    given = {"max_score": 1, "marks": [9, 0, 0, 0], "present": 9, "scores": {"1": 9}}
    nine = cells_of(given | {"journal": np.diag([9, 0, 0, 0])})
    ten = cells_of(
        {"max_score": 1, "marks": [10, 0, 0, 0], "present": 10, "scores": {"1": 10}}
        | {"journal": np.diag([10, 0, 0, 0])}
    )

    assert indicator.least_pupils == MIN_PUPILS
    assert not indicator.enough(indicator.formula(nine))[0]
    assert indicator.enough(indicator.formula(ten))[0]
