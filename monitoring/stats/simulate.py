"""An invented region whose truth is known: who was honest, who was not, and how much.

Whatever was done to the results is drawn apart from the pupils: the same seed with nothing done
is the same region, honest. Any work can be made alone, so memory is that of one work.

    invented = region(Plan(schools=650, works=4), seed=1)
    for sitting in sittings(invented):
        examine(sitting.work, sitting.rows, invented.schools)
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from monitoring.stats.arrays import BoolArray, FloatArray, IntArray
from monitoring.stats.engine import Holding, Rows, Work
from monitoring.stats.simulation import acts
from monitoring.stats.simulation.plan import DOSES, MIXED, Kind, Plan, Region, drawn_region
from monitoring.stats.simulation.pupils import Sitting, honest, sat

HELPED_TASKS = 2


def region(plan: Plan | None = None, *, seed: int) -> Region:
    """Draw the schools of a region; their pupils are drawn with each work."""
    return drawn_region(plan or Plan(), seed)


def sittings(region: Region) -> Iterator[Sitting]:
    """The works one after another, the controlled ones last; only one is in memory."""
    return (sitting(region, number) for number in range(len(region)))


def sitting(region: Region, number: int) -> Sitting:
    """A work after each school did what the truth says of it."""
    return _manipulated(region, number, honest(region, number))


def _manipulated(region: Region, number: int, before: Sitting) -> Sitting:
    """The same work after what was done."""
    work, rows = before.work, before.rows
    if work.holding is not Holding.USUAL or work.borders is None:
        return before
    rng = np.random.default_rng([region.seed, 3, number])
    share = {kind: doses[rows.school] for kind, doses in _doses(region, number % region.plan.works)}
    strength = acts.scores_of(rows.points) + rng.normal(0, 1, len(rows.school))
    points = acts.told(rows.points, work.max_points, _which(work, rows, share[Kind.HELP], rng))
    group = _groups(before)
    points = acts.copied(points, rows.present, group, share[Kind.COPYING], rng)
    points = acts.lifted(
        points, rows.present, work.max_points, work.borders, share[Kind.BORDERS], rng
    )
    present = acts.kept_away(rows.present, strength, rows.school, share[Kind.ABSENCE])
    journal = acts.raised(rows.journal_marks, share[Kind.JOURNAL], rng)
    changed = replace(rows, points=points, journal_marks=journal, present=present)
    return sat(work, changed, before.participant, before.variant)


def _doses(region: Region, serial: int) -> Iterator[tuple[Kind, FloatArray]]:
    """Of each act the dose in each school, shape (S,), 0 where it is not done."""
    truth, touched = region.truth, region.touched[:, serial]
    for kind, doses in DOSES.items():
        share = np.zeros(len(touched))
        for dose, value in doses.items():
            here = touched & (truth.dose == dose)
            share[here & (truth.kind == kind)] = value
            if kind in MIXED:
                share[here & (truth.kind == Kind.MIXTURE)] = value / 2
        yield kind, share


def _which(work: Work, rows: Rows, share: FloatArray, rng: np.random.Generator) -> BoolArray:
    """The tasks that pupils are told: in each school two of the harder half, (N, J)."""
    solved = np.maximum(rows.points[rows.present], 0).mean(axis=0) / work.max_points
    harder = solved <= np.median(solved)
    draw = rng.random((int(rows.school.max()) + 1, len(solved))) + ~harder
    chosen = draw.argsort(axis=1).argsort(axis=1) < HELPED_TASKS
    helped = rows.present & (rng.random(len(share)) < share)
    return np.asarray(helped[:, None] & chosen[rows.school])


def _groups(sitting: Sitting) -> IntArray:
    """A number for each school, class and variant: who could copy from whom."""
    rows = sitting.rows
    return np.asarray((rows.school * 1000 + rows.class_number) * 3 + sitting.variant)
