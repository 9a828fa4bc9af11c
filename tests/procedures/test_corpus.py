"""Whatever is handed in comes to a verdict: in time, in memory, in words, without names."""

import json
import re
import time
from pathlib import Path

import pytest

from procedures.models import FederalExport, FederalStatistic, Protocol, Result
from procedures.services.files import Intake
from tests.factories.procedures import ScaleFactory, WorkFactory
from tests.procedures.corpus import Case, Makings, cases

MOST_SECONDS = 20
MOST_GROWTH = 200 * 2**20
CORPUS = cases()
RUSSIAN = re.compile(r"[а-яё]{3,}", re.I)


def forget_peak():
    """Have the system measure the peak of this process anew (proc(5), clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")
    return memory("VmRSS")


def memory(name):
    status = Path("/proc/self/status").read_text()
    return int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) * 1024


def test_there_are_over_a_hundred_different_files():
    assert len(CORPUS) > 200
    assert len({case.title for case in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.title)
def test_each_file_comes_to_its_verdict(cast, case: Case):
    work = WorkFactory()
    ScaleFactory(work=work)
    content = case.build(Makings(work, cast.lake_school))
    before, started = forget_peak(), time.monotonic()

    verdict = Intake().take(case.name, case.name, content).as_json()

    assert time.monotonic() - started < MOST_SECONDS
    assert memory("VmHWM") - before < MOST_GROWTH
    told = json.dumps(verdict, ensure_ascii=False)
    assert verdict["verdict"] in case.verdicts, told[:2000]
    assert case.words in told
    assert RUSSIAN.search(verdict["message"])
    places = tuple(f"{fault['column']}{fault['row'] or ''}" for fault in verdict["faults"])
    assert case.cells is None or places == case.cells, told[:2000]
    assert all(RUSSIAN.search(fault["message"]) for fault in verdict["faults"])
    assert all(len(fault["found"]) <= 60 for fault in verdict["faults"])
    stored = Result.objects.count() + FederalStatistic.objects.count()
    assert stored == (verdict["rows"] if verdict["verdict"] == "accepted" else 0)
    assert case.rows is None or stored == case.rows
    if case.secret:
        assert case.secret not in told
        assert not Protocol.objects.exists()
        assert not FederalExport.objects.exists()
