"""Manipulations planted into a few schools, so that the demonstration has something to find.

All are invented; the kinds and doses are those of the evaluation protocol of our methods, the
acts themselves are the simulator's.
"""

from collections.abc import Callable
from dataclasses import astuple, dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from monitoring.stats.simulation import acts
from procedures.exchange.works import WorkSpec
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
    # the school of the account `school`: two kinds, so that there is a signal to answer
    Planted("edu420001", Trick.BORDERS, 0.9, ("ru4-2026", "ma4-2026", "ru6-2026")),
    Planted("edu420001", Trick.HELP, 0.6, ("ma5-2026", "ru7-2026", "ma7-2026")),
    Planted("edu420003", Trick.BORDERS, 0.9, ("ru4-2026", "ma4-2026")),
    Planted("edu420005", Trick.HELP, 0.6, ("ma5-2026", "ma6-2026")),
    Planted("edu420104", Trick.COPYING, 0.7, ("ru5-2026", "ma5-2026", "ru6-2026", "ma6-2026")),
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
    "edu420107": "школа, где хорошо разобрали одно задание четвёртого класса",
    "edu420407": "школа, где хорошо разобрали одно задание пятого класса",
    "edu420206": "крошечная сельская школа: в классе около пяти человек",
}

# tasks by number that honest pupils practised, and by how much they are easier for them, in logits
DRILLED = {("edu420107", "ma4-2026"): 2, ("edu420407", "ma5-2026"): 3}
DRILL = 1.0

# a municipality whose markers forgive half of the papers one point below a mark: no school's doing
LENIENT_CENTRE, LENIENT_SHARE, LENIENT_LIFT = "reg42_m009", 0.5, 1

HELPED_TASKS = 2

INDEX = {(planted.school, code): planted for planted in PLANTED for code in planted.works}


def drilled(school: str, work: WorkSpec) -> NDArray[np.float64]:
    """Logits by which each task is easier for the school's pupils, who practised it."""
    shifts = np.zeros(len(work.tasks))
    if (task := DRILLED.get((school, work.code))) is not None:
        shifts[task] = DRILL
    return shifts


def apply(
    planted: Planted, pupils: PupilArrays, work: WorkSpec, tasks: Tasks, rng: np.random.Generator
) -> PupilArrays:
    """The results after what was done in the school."""
    return ACTS[planted.trick](pupils, work, tasks, planted.dose, rng)


def marked_leniently(
    pupils: PupilArrays, work: WorkSpec, tasks: Tasks, rng: np.random.Generator
) -> PupilArrays:
    """The results as a lenient centre's markers give them back."""
    return _lifted(pupils, work, tasks, LENIENT_SHARE, rng, LENIENT_LIFT)


def _borders(
    pupils: PupilArrays, work: WorkSpec, tasks: Tasks, dose: float, rng: np.random.Generator
) -> PupilArrays:
    return _lifted(pupils, work, tasks, dose, rng, acts.LARGEST_LIFT)


def _lifted(
    pupils: PupilArrays,
    work: WorkSpec,
    tasks: Tasks,
    dose: float,
    rng: np.random.Generator,
    largest: int,
) -> PupilArrays:
    if work.borders is None:
        return pupils
    points = acts.lifted(
        pupils.points,
        pupils.present,
        np.array(work.max_points),
        astuple(work.borders),
        np.full(len(pupils), dose),
        rng,
        free=tasks.free,
        largest=largest,
    )
    return replace(pupils, points=points)


def _help(
    pupils: PupilArrays, work: WorkSpec, tasks: Tasks, dose: float, rng: np.random.Generator
) -> PupilArrays:
    maxima = np.array(work.max_points)
    solved = np.maximum(pupils.points[pupils.present], 0).mean(axis=0) / maxima
    which = np.zeros(pupils.points.shape, dtype=bool)
    which[:, np.argsort(np.where(tasks.free, solved, np.inf))[:HELPED_TASKS]] = True
    helped = pupils.present & (rng.random(len(pupils)) < dose)
    return replace(pupils, points=acts.told(pupils.points, maxima, which & helped[:, None]))


def _copying(
    pupils: PupilArrays, work: WorkSpec, tasks: Tasks, dose: float, rng: np.random.Generator
) -> PupilArrays:
    neighbours = 10 * pupils.class_number.astype(int) + pupils.variant
    share = np.full(len(pupils), dose)
    points = acts.copied(pupils.points, pupils.present, neighbours, share, rng)
    tasks.settle(points)
    return replace(pupils, points=points)


def _journal(
    pupils: PupilArrays, work: WorkSpec, tasks: Tasks, dose: float, rng: np.random.Generator
) -> PupilArrays:
    marks = acts.raised(pupils.journal_mark, np.full(len(pupils), dose), rng)
    return replace(pupils, journal_mark=marks.astype(np.int16))


def _absence(
    pupils: PupilArrays, work: WorkSpec, tasks: Tasks, dose: float, rng: np.random.Generator
) -> PupilArrays:
    one_school, share = np.zeros(len(pupils), dtype=int), np.full(len(pupils), dose)
    present = acts.kept_away(pupils.present, pupils.score, one_school, share)
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
