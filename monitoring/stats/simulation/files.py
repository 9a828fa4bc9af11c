"""An invented region as the three files of the offline analysis, work by work.

results.csv, works.json and schools.csv are those that `analyze_results` reads. A row is put
together from bytes, because a country has ten million of them.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from monitoring.stats.arrays import PointsArray
from monitoring.stats.engine import Work
from monitoring.stats.simulation.graded import TASKS
from monitoring.stats.simulation.plan import STRATA, Region
from monitoring.stats.simulation.pupils import Sitting

FIXED = "work,school,class,participant,gender,variant,journal_mark,mark,score"
MARKS = np.array(["", "", "2", "3", "4", "5"])
# 0, 1, 2, 3, then -2 no entry and -1 not attempted, counted from the end.
SIGNS = np.frombuffer(b"0123 X", dtype=np.uint8)
EMPTY = "," * TASKS[1]


def write(region: Region, sittings: Iterable[Sitting], folder: Path) -> int:
    """Write the three files into a folder that is there; returns the number of rows."""
    _write_schools(region, folder / "schools.csv")
    works, rows = [], 0
    header = ",".join([FIXED, *(f"t{number}" for number in range(1, TASKS[1] + 1))])
    with (folder / "results.csv").open("w", encoding="utf-8") as file:
        file.write(header + "\n")
        for sitting in sittings:
            file.writelines(_lines(sitting))
            works.append(_entry(sitting.work))
            rows += len(sitting.participant)
    (folder / "works.json").write_text(json.dumps(works, ensure_ascii=False), encoding="utf-8")
    return rows


def school_code(school: int) -> str:
    return f"edu42{school:04}"


def _write_schools(region: Region, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["school", "municipality", "stratum"])
        places = zip(region.schools.municipality, region.schools.stratum, strict=True)
        for school, (town, stratum) in enumerate(places):
            writer.writerow([school_code(school), f"reg42_m{town + 1:03}", STRATA[stratum]])


def _entry(work: Work) -> dict[str, object]:
    borders = list(work.borders) if work.borders else None
    return {"code": work.code, "subject": work.subject, "grade": work.grade, "year": work.year,
            "max_points": work.max_points.tolist(), "mark_borders": borders}  # fmt: skip


def _lines(sitting: Sitting) -> Iterator[str]:
    rows = sitting.rows
    score = np.maximum(rows.points, 0).sum(axis=1)
    schools = [school_code(number) for number in range(int(rows.school.max(initial=0)) + 1)]
    columns = (
        rows.school.tolist(), rows.class_number.tolist(), sitting.participant.tolist(),
        (sitting.participant % 2).tolist(), sitting.variant.tolist(),
        MARKS[rows.journal_marks].tolist(), MARKS[rows.marks].tolist(), score.tolist(),
        _tails(rows.points),
    )  # fmt: skip
    for school, number, code, girl, variant, journal, mark, total, tail in zip(
        *columns, strict=True
    ):
        told = f"{variant},{journal},{mark},{total}" if variant else f",{journal},,"
        yield (
            f"{sitting.work.code},{schools[school]},{number},{code},{'f' if girl else 'm'},"
            f"{told}{tail if variant else EMPTY}\n"
        )


def _tails(points: PointsArray) -> list[str]:
    """«,1,0,X,2,,» of each pupil: tasks have at most three points, so a sign each."""
    signs = np.full((len(points), 2 * points.shape[1]), ord(","), dtype=np.uint8)
    signs[:, 1::2] = SIGNS[points]
    rest = "," * (TASKS[1] - points.shape[1])
    width, text = signs.shape[1], signs.tobytes().decode("ascii")
    return [text[at : at + width] + rest for at in range(0, len(text), width)]
