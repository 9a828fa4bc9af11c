"""The catalog of indicators, and its agreement with the pages that explain it."""

import json
import re
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from monitoring.indicators.catalog import BY_CODE, CATALOG
from monitoring.indicators.definition import Better, Unit
from monitoring.stats import absence as absent
from monitoring.stats import assessment, combination, engine, tasks
from monitoring.stats import dispersion as spread
from monitoring.stats import omission as untouched
from monitoring.stats.absence import missing
from monitoring.stats.cells import Cells
from monitoring.stats.cohorts import gap
from monitoring.stats.combination import cauchy, decibans
from monitoring.stats.counts import Counts, upper_p
from monitoring.stats.disclosure import MIN_PUPILS
from monitoring.stats.fdr import q_values
from monitoring.stats.findings import METHOD_VERSION, Family, Method, found
from monitoring.stats.journal import gap_counts, shift_by_score, with_margins
from monitoring.stats.level import ALARM, funnel
from monitoring.stats.notch import judge
from monitoring.stats.null import empirical, tamed
from monitoring.stats.reference import Reference
from monitoring.stats.responsibility import municipal_part
from monitoring.stats.settings import Settings
from monitoring.stats.similarity import class_ratios, likelihood_ratios
from tests.stats.honest import honest_region

DOCS = (Path(__file__).parents[2] / "docs" / "indicators.md").read_text(encoding="utf-8")
INDICATOR_PART, METHOD_PART, SIGNAL_PART = re.split(
    r"\n## (?:Статистики объективности|Сигнал школы)\n", DOCS
)
PASSAGES = ("**Смысл.**", "**Формула.**", "**Источник.**", "**Пример.**")


def sections(part: str) -> dict[str, tuple[str, str]]:
    """Code → (title, text) of each section of a part of the docs."""
    found = re.split(r"^### `(\w+)`(?: \(статистика\))? — (.+)$", part, flags=re.MULTILINE)[1:]
    return {
        code: (title, text)
        for code, title, text in zip(found[::3], found[1::3], found[2::3], strict=True)
    }


INDICATORS, METHODS = sections(INDICATOR_PART), sections(METHOD_PART)
SIGNALS = sections(SIGNAL_PART)
ALL = [text for part in (INDICATORS, METHODS, SIGNALS) for _, text in part.values()]


def example(text: str) -> tuple[dict, dict]:
    """What the worked example of a section starts from, and what it says comes out."""
    [block] = re.findall(r"```json\n(.*?)```", text, flags=re.DOTALL)
    worked = json.loads(block)
    return worked["given"], worked["gives"]


def spellings(number: float) -> set[str]:
    """How a sentence may print a number: as a percent, or with 2–4 decimals."""
    digits = [f"{number:.{places}f}" for places in (2, 3, 4)]
    return {text.replace(".", ",").replace("-", "−") for text in [f"{100 * number:.1f}", *digits]}


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


def dispersion(given: dict) -> dict:
    deficit = np.log(np.array([given["usual"] / given["variance"]]))
    found = spread._normal_score(deficit, np.array([given["freedom"]]))
    return {"effect": 1 - np.exp(-deficit[0] / 2), "statistic": found[0]}


def surplus_of(given: dict) -> tuple[tasks.Surplus, np.ndarray]:
    """One school's surplus, and the honest covariance between schools."""
    mean = np.array([given["surplus"]])
    chance = np.array([given.get("chance", np.zeros((mean.size, mean.size)))])
    one = tasks.Surplus(mean, chance, np.array([25]), np.array([0.5]))
    return one, np.array(given.get("honest", np.eye(mean.size)))


def task_profile(given: dict) -> dict:
    one, between = surplus_of(given)
    squared = tasks._distance(one, between)
    z = tasks._normal_score(squared, len(between) - 1)[0]
    return {"t2": squared[0], "p": stats.norm.sf(z), "statistic": z}


def task_contrast(given: dict) -> dict:
    one, between = surplus_of(given)
    ten = tasks.Surplus(*(np.repeat(a, 10, axis=0) for a in vars(one).values()))
    work = pupils_of_one_score(given["done"])
    found = tasks.task_contrast(ten, between, work, np.ones(3, dtype=int), least=10)
    return {"effect": found.effect[0]}


def task_max(given: dict) -> dict:
    z = tasks.task_scores(*surplus_of(given))
    return {"largest": z.max(), "p": stats.norm.sf(tasks._largest(z)[0])}


def pupils_of_one_score(shares: list[float]) -> Reference:
    """A reference in which every score has these shares of pupils with the point of each task."""
    got, tasks_ = np.array(shares), len(shares)
    scores = tasks_ + 1
    values = np.tile(np.stack([1 - got, got], axis=1), (scores, 1, 1))
    nothing = np.zeros((tasks_, tasks_))
    means = np.tile(got, (scores, 1))
    covariance = np.zeros((scores, tasks_, tasks_))
    pupils = np.full(scores, 100)
    return Reference(pupils, means, means, covariance, values, nothing, nothing)


def similarity(given: dict) -> dict:
    points = np.array(given["points"], dtype=np.int16)
    usual = pupils_of_one_score(given["usual"])
    pairs = likelihood_ratios(points[None], points.sum(axis=1)[None], usual)[0]
    one_class = np.zeros(len(points), dtype=int)
    return {
        "rare": pairs[6, 7],
        "common": pairs[0, 1],
        "different": pairs[0, 7],
        "one_source": class_ratios(one_class, points, usual, 1).ratio[0],
    }


def omission(given: dict) -> dict:
    usual = np.zeros((2, given["max_score"] + 1))
    usual[0, [int(score) for score in given["usual"]]] = list(given["usual"].values())
    usual[1] = usual[0] ** 2 + 0.5
    one = replace(cells_of(given), omissions=np.array([[given["untouched"]]]))
    return {"effect": untouched.omission(one.take([0] * 10), usual).effect[0]}


def journal_shift(given: dict) -> dict:
    counts = np.array(given["journal"])
    schools = np.repeat(np.arange(len(counts)), counts.sum(axis=1))
    marks = np.concatenate([np.repeat([2, 3, 4, 5], row) for row in counts])
    scores = np.full(len(marks), given["score"])
    found = shift_by_score(schools, scores, marks, n_units=len(counts), least=10)
    return {"effect": found.effect[-1], "statistic": found.statistic[-1]}


def journal_mirror(given: dict) -> dict:
    journal = np.array([given["journal"]])
    expected = np.trace(with_margins(journal, np.array([given["peers"]]))[0])
    return {"expected": expected, "effect": (np.trace(journal[0]) - expected) / journal.sum()}


def journal_gap2(given: dict) -> dict:
    counts = gap_counts(np.array([given["journal"]]), np.array([given["peers"]]))
    p = upper_p(counts, 0, exact_below=60)[0]
    return {
        "expected": (counts.expected * counts.totals).sum(),
        "effect": counts.excess[0] / counts.n[0],
        "p_value": p,
        "statistic": stats.norm.isf(p),
    }


def absence(given: dict) -> dict:
    attendance = np.zeros((sum(given["classes"]), 5, 2), dtype=int)
    away = np.repeat(given["absent"], given["classes"], axis=0)
    attendance[:, 1:, 0], attendance[:, 1:, 1] = away, np.array(given["journal"]) - away
    units = missing(attendance)
    found = absent.absence(units, least=10)
    usually_one = np.ones(len(units.pupils))
    return {
        "deficit": units.deficit[-1],
        "effect": found.effect[-1],
        "statistic": found.statistic[-1],
        "score": absent.normal_scores(found.statistic, usually_one)[-1],
    }


def gap_of(method: Method, given: dict) -> dict:
    work, other, pupils = (np.array(given[key]) for key in ("work", "other", "pupils"))
    return {"effect": gap(method, work, pupils, other, pupils).effect[-1]}


def q_value(given: dict) -> dict:
    return {"q": q_values(np.array(given["p_values"])).tolist()}


def null(given: dict) -> dict:
    places = np.arange(1, given["schools"] - 1) / (given["schools"] - 1)
    honest = given["centre"] + given["scale"] * stats.norm.ppf(places)
    z = np.array([honest[0] - 1, *honest, honest[-1] + 1])
    z[-given["lifted"] :] += given["by"]
    usual = empirical(z, np.full(len(z), True))
    return {
        "location": usual.location,
        "spread": usual.scale,
        "z": usual.standardise(np.array(given["z"])),
        "tamed": tamed(np.array([given["long"]]), given["heavy"])[0],
    }


def pooled(given: dict) -> dict:
    """Of wide gaps, the method whose sum is not set against honest schools once more."""
    schools = engine.Schools(np.zeros(10, dtype=int), np.zeros(10, dtype=int))
    nobody, nothing = np.zeros(10, dtype=int), np.zeros(10)
    examined = []
    for n, z in zip(given["n"], given["z"], strict=True):
        work = engine.Work("", "", 5, 2026, np.array([1]), None)
        ten, p = np.ones(10), stats.norm.sf(z)
        findings = found(
            Method.JOURNAL_GAP2,
            tested=np.full(10, n >= 10),
            statistic=z * ten,
            p_value=p * ten,
            effect=nothing,
            n=np.full(10, n),
            pooled=np.full(10, n >= 3),
        )
        tested = {Method.JOURNAL_GAP2: engine.Tested(findings)}
        examined.append(engine.Examined(work, nobody, nobody, tested, nobody, nothing))
    return {"z": engine.pool(Method.JOURNAL_GAP2, examined, schools).statistic[0]}


def family(given: dict) -> dict:
    shares = [Settings().shares[Method(method)] for method in given["p_values"]]
    return {"p_value": cauchy(np.array(list(given["p_values"].values())), np.array(shares))}


def index(given: dict) -> dict:
    def evidence(p: float) -> engine.Evidence:
        one, nowhere = np.array([p]), np.array([-1])
        return engine.Evidence(one, decibans(one), np.array([""]), nowhere, nowhere)

    families = {Family(name): evidence(p) for name, p in given["p_values"].items()}
    points = assessment._points(assessment._context(families), Settings())[0]
    return {
        "points": points,
        "sum": points.sum(),
        "index": combination.index(points, Settings().prior),
    }


def responsibility(given: dict) -> dict:
    hits = np.repeat(given["hits"], given["schools"])[:, None]
    totals = np.full(hits.shape, given["windows"])
    counts = Counts(hits, totals, np.full(hits.shape, given["expected"]))
    municipality = np.repeat(np.arange(len(given["hits"])), given["schools"])
    part = municipal_part(counts, municipality, np.full(len(hits), True))[-1]
    missing_share = counts.excess[-1] / (totals[-1, 0] * (1 - given["expected"]))
    return {"municipality": part, "school": missing_share - part}


RECOMPUTED = {
    "border_notch": border_notch,
    "level": level,
    "dispersion": dispersion,
    "task_profile": task_profile,
    "task_contrast": task_contrast,
    "task_max": task_max,
    "similarity": similarity,
    "omission": omission,
    "journal_shift": journal_shift,
    "journal_mirror": journal_mirror,
    "journal_gap2": journal_gap2,
    "absence": absence,
    "external_gap": partial(gap_of, Method.EXTERNAL_GAP),
    "cohort_jump": partial(gap_of, Method.COHORT_JUMP),
    "q_value": q_value,
    "null": null,
    "pooled": pooled,
    "family": family,
    "index": index,
    "responsibility": responsibility,
}


def test_every_indicator_has_its_section_in_the_same_order_under_its_own_title():
    assert [(i.code, i.title) for i in CATALOG] == [
        (code, title) for code, (title, _) in INDICATORS.items()
    ]


def test_every_method_has_its_section():
    assert set(METHODS) == {*Method, "q_value"}


@pytest.mark.parametrize("text", ALL)
def test_a_section_tells_meaning_formula_source_and_example(text):
    assert all(text.count(passage) == 1 for passage in PASSAGES)


@pytest.mark.parametrize("code", INDICATORS)
def test_the_worked_example_of_an_indicator_is_right(code):
    given, gives = example(INDICATORS[code][1])

    estimate = BY_CODE[code].formula(cells_of(given))[0]

    assert {key: getattr(estimate, key) for key in gives} == pytest.approx(gives, abs=6e-5)


@pytest.mark.parametrize("code", [*METHODS, *SIGNALS])
def test_the_worked_example_of_a_method_is_right(code):
    given, gives = example((METHODS | SIGNALS)[code][1])

    recomputed = RECOMPUTED[code](given)

    assert recomputed.keys() == gives.keys()
    for key, value in gives.items():
        assert recomputed[key] == pytest.approx(value, abs=6e-5)


@pytest.mark.parametrize("text", ALL)
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
