"""A country in files: `analyze_results` on 1,000,000 and on 10,000,000 works of 16 tasks.

`objectivity_country`: seconds of the command for ten million works; the baseline is the same
command on one million, so the ratio tells whether time is linear in rows (at most 11). Both run
as processes of their own; the peak of memory of the larger one is told and may not pass 4 GB.
One million works are one region of 500 schools, 20 works and 100 pupils; ten million are ten
such regions.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench.measure import Measure
from monitoring.exchange.offline.analysis import PROCESSES

SCHOOLS, WORKS, PUPILS, TASKS, CLASS_SIZE = 500, 20, 100, 16, 25
REGIONS = 10
MOST_GIB = 4.0
ROOT = Path(__file__).resolve().parent.parent
MAXIMA = [1, 2, 1, 2, 1, 3, 1, 2, 1, 1, 2, 1, 2, 1, 3, 1]
BORDERS = [8, 13, 19]
ABSENT_SHARE = 0.06


def measure() -> list[Measure]:
    """Seconds for ten million works and for one million."""
    with TemporaryDirectory() as folder:
        one = _analyzed(Path(folder), 1)
        ten = _analyzed(Path(folder), REGIONS)
    print(
        f"objectivity_country: {ten.gib:.2f} GiB at most; "
        f"processors {ten.processors:.0f} s beside {one.processors:.0f} s",
        file=sys.stderr,
    )
    assert ten.gib <= MOST_GIB, f"{ten.gib:.2f} GiB of memory"
    return [Measure("objectivity_country", ten.seconds, one.seconds, "s", 1)]


@dataclass(frozen=True)
class Taken:
    """What a run took: seconds by the clock and of the processors, memory at most."""

    seconds: float
    processors: float
    gib: float


def _analyzed(folder: Path, regions: int) -> Taken:
    """Run the command on so many regions.

    What is known of memory is the peak of the largest of its processes; all of them took no
    more than so many times as much.
    """
    write_country(folder, regions)
    command = [
        sys.executable, "manage.py", "analyze_results", str(folder / "results.csv"),
        "--works", str(folder / "works.json"), "--schools", str(folder / "schools.csv"),
        "--out", str(folder / "out"),
    ]  # fmt: skip
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    assert process.returncode == 0, "the command failed"
    gib = usage.ru_maxrss / 2**20 * (1 + PROCESSES)
    return Taken(seconds, usage.ru_utime + usage.ru_stime, gib)


# what is analyzed


def write_country(folder: Path, regions: int) -> None:
    """`results.csv`, `works.json`, `schools.csv` of regions of 500 schools and 20 works."""
    works = [
        {
            "code": f"work{number:02}", "subject": f"Предмет {number % 5}",
            "grade": 4 + number // 5, "year": 2026, "max_points": MAXIMA, "mark_borders": BORDERS,
        }
        for number in range(WORKS)
    ]  # fmt: skip
    (folder / "works.json").write_text(json.dumps(works, ensure_ascii=False), encoding="utf-8")
    codes = [
        (region, school, f"edu{10 + region}{school:04}")
        for region in range(regions)
        for school in range(SCHOOLS)
    ]
    with (folder / "schools.csv").open("w", encoding="utf-8") as file:
        file.write("school,municipality,stratum\n")
        for region, school, code in codes:
            kind = ["город", "село", "лицей"][0 if school % 10 < 6 else 1 if school % 10 < 9 else 2]
            file.write(f"{code},reg{10 + region}_m{school % 25:03},{kind}\n")
    tasks = [f"t{number}" for number in range(1, TASKS + 1)]
    fixed = "work,school,class,participant,gender,variant,journal_mark,mark,score"
    with (folder / "results.csv").open("w", encoding="utf-8") as file:
        file.write(",".join([fixed, *tasks]) + "\n")
        for region, school, code in codes:
            file.writelines(_school_lines(code, np.random.default_rng([region, school])))


def _school_lines(code: str, rng: np.random.Generator) -> Iterator[str]:
    """The pupils of one school in all works: abilities of school, class and pupil, 2PL tasks."""
    ability = rng.normal(0, 0.4) + rng.normal(0, 0.25, PUPILS // CLASS_SIZE).repeat(CLASS_SIZE)
    maxima = np.array(MAXIMA)
    hardness = np.linspace(-1.2, 1.3, TASKS)[np.argsort(np.arange(TASKS) * 7 % TASKS)]
    signs = np.array(["", "X", "0", "1", "2", "3"])
    for work in range(WORKS):
        pupil = ability + rng.normal(0, 0.9, PUPILS)
        habit = rng.normal(0, 0.3, (PUPILS // CLASS_SIZE, TASKS)).repeat(CLASS_SIZE, axis=0)
        chance = 1 / (1 + np.exp(-1.3 * (pupil[:, None] - hardness - 0.1 * (work % 3) + habit)))
        points = rng.binomial(maxima, chance)
        score = points.sum(axis=1)
        mark = 2 + np.searchsorted(BORDERS, score, side="right")
        skipped = (points == 0) & (rng.random(points.shape) < 0.2)
        texts = signs[np.where(skipped, -1, points) + 2].tolist()
        journal = np.clip(np.round(mark + 0.2 + rng.normal(0, 0.6, PUPILS)), 2, 5).astype(int)
        absent = rng.random(PUPILS) < ABSENT_SHARE
        for number in range(PUPILS):
            head = f"work{work:02},{code},{1 + number // CLASS_SIZE},{40001 + number},,"
            if absent[number]:
                yield f"{head},{journal[number]},," + "," * TASKS + "\n"
            else:
                told = f"1,{journal[number]},{mark[number]},{score[number]},"
                yield head + told + ",".join(texts[number]) + "\n"
