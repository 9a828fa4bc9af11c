"""Findings as bytes: they come back whole, and among other schools they stay the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.stats import engine
from monitoring.stats.engine import Examined, Work
from monitoring.stats.findings import Findings, Method, Status
from monitoring.stats.packing import keep, pack, spread, unpack

SCHOOLS = np.array([5, 8, 21])
WORK = Work("ru4-2026", "Русский язык", 4, 2026, np.array([1, 2]), (1, 2, 3))


def findings(method: Method, units: int, seed: int) -> Findings:
    rng = np.random.default_rng(seed)
    return Findings(
        method, rng.normal(size=units), rng.random(units), rng.normal(size=units),
        rng.integers(0, 2**31, units), rng.choice([str(status) for status in Status], units),
    )  # fmt: skip


def examined(seed: int) -> Examined:
    rng = np.random.default_rng(seed)
    tested = {
        Method.LEVEL: engine.Tested(findings(Method.LEVEL, 3, seed)),
        Method.TASK_MAX: engine.Tested(
            findings(Method.TASK_MAX, 3, seed + 1), findings(Method.TASK_MAX, 4, seed + 2)
        ),
    }
    return Examined(
        WORK, np.array([0, 0, 1, 2]), np.array([1, 2, 1, 1]), tested,
        rng.integers(0, 200, 3), rng.random(3),
    )  # fmt: skip


def numbers(found: Findings) -> list[list[object]]:
    arrays = (found.statistic, found.p_value, found.effect, found.n, found.status)
    return [array.tolist() for array in arrays]


@given(st.integers(0, 10_000))
def test_what_was_packed_comes_back_to_the_last_bit(seed):
    before = examined(seed)

    schools, after = unpack(pack(before, SCHOOLS), WORK)

    assert schools.tolist() == SCHOOLS.tolist()
    assert after.work is WORK
    for name in ("class_school", "class_number", "participants", "mean"):
        assert getattr(after, name).tolist() == getattr(before, name).tolist()
    assert list(after.tested) == list(before.tested)
    for method, tested in before.tested.items():
        assert numbers(after.tested[method].schools) == numbers(tested.schools)
        assert (after.tested[method].classes is None) == (tested.classes is None)
    ours, theirs = after.tested[Method.TASK_MAX].classes, before.tested[Method.TASK_MAX].classes
    assert numbers(ours) == numbers(theirs)
    assert ours.method_version == theirs.method_version


def test_the_same_findings_are_the_same_bytes():
    assert pack(examined(3), SCHOOLS) == pack(examined(3), SCHOOLS)
    assert pack(examined(3), SCHOOLS) != pack(examined(4), SCHOOLS)


@pytest.mark.parametrize("at", [[0, 1, 2], [1, 3, 4], [4, 2, 0]])
def test_among_more_schools_each_keeps_its_own(at):
    before = examined(7)

    after = spread(before, np.array(at), 5)

    assert after.class_school.tolist() == [at[0], at[0], at[1], at[2]]
    own, wide = before.tested[Method.LEVEL].schools, after.tested[Method.LEVEL].schools
    for name in ("statistic", "p_value", "effect", "n", "status"):
        assert getattr(wide, name)[at].tolist() == getattr(own, name).tolist()
    absent = sorted({0, 1, 2, 3, 4} - set(at))
    assert set(wide.status[absent]) == {"too_few"}
    assert after.participants[absent].tolist() == [0, 0]


@given(st.integers(0, 10_000))
def test_without_the_others_it_is_what_it_was_before_they_came(seed):
    before, at = examined(seed), np.array([1, 2, 4])

    after = keep(spread(before, at, 6), np.isin(np.arange(6), at))

    assert pack(after, SCHOOLS) == pack(before, SCHOOLS)


def test_the_classes_of_a_school_go_with_it():
    after = keep(examined(1), np.array([True, False, True]))

    assert (after.class_school.tolist(), after.class_number.tolist()) == ([0, 0, 1], [1, 2, 1])
    classes = examined(1).tested[Method.TASK_MAX].classes
    kept = after.tested[Method.TASK_MAX].classes
    assert numbers(kept) == [[*column[:2], column[3]] for column in numbers(classes)]
