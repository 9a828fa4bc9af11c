"""Manipulations planted into a few schools, so that the demonstration has something to find.

All are invented; the kinds and doses are those of the evaluation protocol of our methods.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from procedures.exchange.works import WorkSpec
from procedures.scales import MARKS
from rsoko.demo.pupils import MISSING, PupilArrays
from rsoko.demo.tasks import Tasks


class Trick(StrEnum):
    BORDERS = "borders"  # papers 1–3 points below a mark get the missing points
    HELP = "help"  # pupils are told the two hardest tasks
    COPYING = "copying"  # pupils copy four tasks of five from the best of their variant
    JOURNAL = "journal"  # journal marks are one higher
    ABSENCE = "absence"  # the weakest stay at home


@dataclass(frozen=True)
class Planted:
    """A school and what was done there; the dose is the share of the pupils concerned."""

    school: str
    trick: Trick
    dose: float
    works: tuple[str, ...]


PLANTED = (
    Planted("edu420003", Trick.BORDERS, 0.9, ("ru4-2026", "ma4-2026")),
    Planted("edu420005", Trick.HELP, 0.6, ("ma5-2026", "ma6-2026")),
    Planted("edu420104", Trick.COPYING, 0.4, ("ru6-2026", "ma6-2026")),
    Planted("edu420106", Trick.JOURNAL, 0.5, ("ru5-2026", "ma5-2026", "ru6-2026", "ma6-2026")),
    Planted("edu420108", Trick.ABSENCE, 0.2, ("ru7-2026", "ma7-2026", "ru6-2026", "ma6-2026")),
    Planted("edu420305", Trick.BORDERS, 0.5, ("ru5-2026", "ru6-2026", "ru7-2026", "ru8-2026")),
    Planted("edu420412", Trick.HELP, 0.6, ("ma7-2026", "ma8-2026", "fi7-2026")),
    Planted("edu420427", Trick.BORDERS, 0.9, ("ma4-2026", "ma5-2026")),
    Planted("edu420508", Trick.COPYING, 0.4, ("ma5-2026", "ma7-2026")),
    Planted("edu420610", Trick.JOURNAL, 0.6, ("ru7-2026", "ma7-2026", "ru8-2026", "ma8-2026")),
    Planted("edu420704", Trick.ABSENCE, 0.1, ("ru5-2026", "ma5-2026", "ru8-2026", "ma8-2026")),
    Planted("edu421003", Trick.HELP, 0.3, ("ru4-2026", "ma4-2026", "om4-2026")),
)

# honest schools that a crude rule would accuse
DECOYS = {
    "edu420007": "сильный лицей: высокие результаты без всякого вмешательства",
    "edu420206": "крошечная сельская школа: в классе около пяти человек",
}

LARGEST_LIFT = 3
COPIED_SHARE = 0.8
HELPED_TASKS = 2

INDEX = {(planted.school, code): planted for planted in PLANTED for code in planted.works}


def apply(
    planted: Planted, pupils: PupilArrays, work: WorkSpec, tasks: Tasks, rng: np.random.Generator
) -> PupilArrays:
    """The results after what was done in the school."""
    return ACTS[planted.trick](pupils, work, tasks, planted.dose, rng)


def _borders(
    pupils: PupilArrays, work: WorkSpec, tasks: Tasks, dose: float, rng: np.random.Generator
) -> PupilArrays:
    points = pupils.points.copy()
    lacking = _lacking(pupils.score, work)
    near = pupils.present & (lacking <= LARGEST_LIFT)
    for pupil in np.flatnonzero(near & (rng.random(len(pupils)) < dose)):
        _raise_by(points[pupil], int(lacking[pupil]), work, tasks, rng)
    return replace(pupils, points=points)


def _lacking(score: NDArray[np.int16], work: WorkSpec) -> NDArray[np.int64]:
    """How many points each score is below the next mark; very many at the highest one."""
    if work.borders is None:
        return np.full(score.shape, work.most + 1, dtype=np.int64)
    borders = work.borders
    edges = np.array([borders.three, borders.four, borders.five, 2 * work.most + 1], np.int64)
    return edges[np.searchsorted(edges, score, side="right")] - score


def _raise_by(
    row: NDArray[np.int16], by: int, work: WorkSpec, tasks: Tasks, rng: np.random.Generator
) -> None:
    """In place: so many points more, one by one, where a task has room for them."""
    room = np.where(tasks.free, np.array(work.max_points) - np.maximum(row, 0), 0)
    raised = rng.permutation(np.repeat(np.arange(len(row)), room))[:by]
    row[raised] = np.maximum(row[raised], 0)
    np.add.at(row, raised, 1)


def _help(
    pupils: PupilArrays, work: WorkSpec, tasks: Tasks, dose: float, rng: np.random.Generator
) -> PupilArrays:
    points = pupils.points.copy()
    maxima = np.array(work.max_points)
    solved = np.maximum(points[pupils.present], 0).mean(axis=0) / maxima
    hardest = np.argsort(np.where(tasks.free, solved, np.inf))[:HELPED_TASKS]
    helped = np.flatnonzero(pupils.present & (rng.random(len(pupils)) < dose))
    points[np.ix_(helped, hardest)] = maxima[hardest]
    return replace(pupils, points=points)


def _copying(
    pupils: PupilArrays, work: WorkSpec, tasks: Tasks, dose: float, rng: np.random.Generator
) -> PupilArrays:
    points = pupils.points.copy()
    score = pupils.score
    for group in _neighbours(pupils):
        best = group[np.argmax(score[group])]
        copiers = group[(rng.random(len(group)) < dose) & (group != best)]
        copied = rng.random((len(copiers), len(work.tasks))) < COPIED_SHARE
        points[copiers] = np.where(copied, points[best], points[copiers])
    tasks.settle(points)
    return replace(pupils, points=points)


def _neighbours(pupils: PupilArrays) -> list[NDArray[np.intp]]:
    """Those present of each class who wrote the same variant."""
    key = 10 * pupils.class_number.astype(int) + pupils.variant
    return [np.flatnonzero(key == value) for value in np.unique(key[pupils.present])]


def _journal(
    pupils: PupilArrays, work: WorkSpec, tasks: Tasks, dose: float, rng: np.random.Generator
) -> PupilArrays:
    marks = pupils.journal_mark
    raised = (marks >= MARKS[0]) & (marks < MARKS[-1]) & (rng.random(len(pupils)) < dose)
    return replace(pupils, journal_mark=marks + raised.astype(np.int16))


def _absence(
    pupils: PupilArrays, work: WorkSpec, tasks: Tasks, dose: float, rng: np.random.Generator
) -> PupilArrays:
    order = np.argsort(np.where(pupils.present, pupils.score, work.most + 1), kind="stable")
    present = pupils.present.copy()
    present[order[: round(dose * pupils.present.sum())]] = False
    return replace(
        pupils,
        present=present,
        variant=np.where(present, pupils.variant, np.int16(0)),
        points=np.where(present[:, None], pupils.points, np.int16(MISSING)),
    )


Act = Callable[[PupilArrays, WorkSpec, Tasks, float, np.random.Generator], PupilArrays]
ACTS: dict[Trick, Act] = {
    Trick.BORDERS: _borders,
    Trick.HELP: _help,
    Trick.COPYING: _copying,
    Trick.JOURNAL: _journal,
    Trick.ABSENCE: _absence,
}
