"""The pupils of an invented region and what they write when nobody interferes.

Ability is region + school + class + pupil, with variance 1 in all; classes and schools differ
honestly in single tasks, in omissions and in how they mark the journal.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from monitoring.stats.arrays import BoolArray, FloatArray, IntArray
from monitoring.stats.engine import Holding, Rows, Work
from monitoring.stats.simulation import acts
from monitoring.stats.simulation.graded import Tasks, answers, borders_of, drawn_tasks, skipped
from monitoring.stats.simulation.plan import Decoy, Plan, Region

NO_ENTRY = -2

LARGEST_CLASS = 27

CLASS_VARIANCE = 0.07
SUBJECT_VARIANCE = {"school": 0.01, "class": 0.02, "pupil": 0.10}
TASK_SD = {"school": 0.15, "class": 0.25}  # logits, 0.3 together: honest variety in single tasks
OMISSION_SD = 0.4  # logits, between classes
ABSENCE, ABSENCE_SLOPE = -2.8, -0.4  # logits: 5–8 % are absent, more of the weak
JOURNAL_EDGES = (-2.3, -0.45, 0.75)
LENIENCY_SD = {"school": 0.15, "class": 0.2}
JUDGEMENT_SD = 0.45  # of a teacher, about a pupil
NO_MARK_SHARE = 0.01

DRILLED, TAUGHT, TOPIC = 1.0, 0.7, 3  # logits, logits, tasks
DECOY_WORKS = 3  # a task is drilled and a topic taught in one work of so many
CEILING_WORKS = 7  # one work of so many is very easy
LENIENT_SHARE, LENIENT_LIFT = 0.5, 1
FIRST_GRADE, GRADES = 4, 5
SAMPLED = 0.1  # of the schools write a controlled work


@dataclass(frozen=True, eq=False)
class Sitting:
    """One work as it was written: the engine's rows, and what files hold besides, shape (N,).

    `participant` is one number in all works of a pupil, `variant` is 0 of those absent.
    """

    work: Work
    rows: Rows
    participant: IntArray
    variant: IntArray


@dataclass(frozen=True, eq=False)
class _Cohort:
    """The children of the region who began together, by school and class; shape (N,)."""

    school: IntArray
    class_number: IntArray
    of_class: IntArray  # 0 … classes − 1
    ability: FloatArray


def _cohort(region: Region, first_year: int) -> _Cohort:
    rng = np.random.default_rng([region.seed, 1, first_year])
    vary = 1 + 0.08 * rng.normal(size=region.plan.schools)
    size = np.maximum(np.rint(region.parallel * vary), 3).astype(np.int64)
    school = np.repeat(np.arange(len(size)), size)
    serial = np.arange(len(school)) - np.repeat(np.cumsum(size) - size, size)
    classes = -(-size // LARGEST_CLASS)
    number = serial * classes[school] // size[school]
    of_class = (np.cumsum(classes) - classes)[school] + number
    pupil = 1 - region.plan.icc - CLASS_VARIANCE - sum(SUBJECT_VARIANCE.values())
    ability = (
        region.standing[school]
        + rng.normal(0, CLASS_VARIANCE**0.5, classes.sum())[of_class]
        + rng.normal(0, pupil**0.5, len(school))
    )
    return _Cohort(school, number + 1, of_class, ability)


@dataclass(frozen=True)
class _Subject:
    """Which work a number stands for."""

    serial: int  # among the works of the year
    year: int
    holding: Holding
    ceiling: bool = False

    @property
    def grade(self) -> int:
        return FIRST_GRADE + self.serial % GRADES

    @property
    def subject(self) -> int:
        return 1 + self.serial // GRADES

    @property
    def first_year(self) -> int:
        return self.year - self.grade


def _subject(plan: Plan, number: int) -> _Subject:
    years, serial = divmod(number, plan.works)
    if years == len(plan.years):
        return _Subject(serial, plan.years[-1], Holding.CONTROLLED)
    ceiling = serial % CEILING_WORKS == CEILING_WORKS - 1
    return _Subject(serial, plan.years[years], Holding.USUAL, ceiling)


def honest(region: Region, number: int) -> Sitting:
    """A work as it would be if nobody had interfered."""
    subject = _subject(region.plan, number)
    rng = np.random.default_rng([region.seed, 2, number])
    tasks = drawn_tasks(rng, ceiling=subject.ceiling)
    borders = borders_of(tasks, rng)
    pupils = _cohort(region, subject.first_year)
    ability = pupils.ability + sum(
        rng.normal(0, SUBJECT_VARIANCE[level] ** 0.5, int(of.max()) + 1)[of]
        for level, of in _levels(pupils).items()
    )
    shifts = _varied(tasks, pupils, rng) + _decoys(region, tasks, pupils, number, rng)
    omission = rng.normal(0, OMISSION_SD, int(pupils.of_class.max()) + 1)[pupils.of_class]
    present = rng.random(len(ability)) >= expit(ABSENCE + ABSENCE_SLOPE * ability)
    points = skipped(answers(tasks, ability, shifts, rng), ability, omission, rng)
    points = _marked(region, tasks, borders, points, pupils.school, rng)
    journal = _journal(pupils, ability, rng)
    no_mark = np.zeros(len(journal), dtype=np.int64)
    sitting = sat(
        _work(subject, tasks, borders),
        Rows(pupils.school, pupils.class_number, points, no_mark, journal, present),
        _codes(pupils, subject.first_year),
        rng.integers(1, 3, len(ability)),
    )
    if subject.holding is Holding.USUAL:
        return sitting
    return _chosen(sitting, rng.random(region.plan.schools) < SAMPLED)


def sat(work: Work, rows: Rows, participant: IntArray, variant: IntArray) -> Sitting:
    """The work with its marks; who was absent has neither points nor mark nor variant."""
    here = rows.present
    points = np.where(here[:, None], rows.points, np.int16(NO_ENTRY))
    marks = np.zeros(len(here), dtype=np.int64)
    if work.borders:
        marks = 2 + np.searchsorted(work.borders, acts.scores_of(points), side="right")
    return Sitting(
        work, replace(rows, points=points, marks=marks * here), participant, variant * here
    )


def _work(subject: _Subject, tasks: Tasks, borders: tuple[int, int, int]) -> Work:
    suffix = "-k" if subject.holding is Holding.CONTROLLED else ""
    return Work(
        code=f"s{subject.subject}-{subject.grade}-{subject.year}{suffix}",
        subject=f"Предмет {subject.subject}",
        grade=subject.grade,
        year=subject.year,
        max_points=tasks.max_points,
        borders=borders,
        holding=subject.holding,
    )


def _codes(pupils: _Cohort, first_year: int) -> IntArray:
    """Five digits, the same in all works and years of a pupil, different within a school."""
    serial = np.arange(len(pupils.school)) - np.searchsorted(pupils.school, pupils.school)
    return np.asarray(10_000 * (1 + first_year % 9) + 1 + serial)


def _levels(pupils: _Cohort) -> dict[str, IntArray]:
    each = np.arange(len(pupils.school))
    return {"school": pupils.school, "class": pupils.of_class, "pupil": each}


def _varied(tasks: Tasks, pupils: _Cohort, rng: np.random.Generator) -> FloatArray:
    """Logits by which single tasks are honestly easier in a school and in a class, (N, J)."""
    of_school = rng.normal(0, TASK_SD["school"], (int(pupils.school.max()) + 1, len(tasks)))
    of_class = rng.normal(0, TASK_SD["class"], (int(pupils.of_class.max()) + 1, len(tasks)))
    return np.asarray(of_school[pupils.school] + of_class[pupils.of_class])


def _decoys(
    region: Region, tasks: Tasks, pupils: _Cohort, number: int, rng: np.random.Generator
) -> FloatArray:
    """Logits of what the decoys among the schools were honestly taught, (N, J)."""
    n = region.plan.schools
    order = rng.random((n, len(tasks))).argsort(axis=1).argsort(axis=1)
    due = (np.arange(n) + number) % DECOY_WORKS == 0
    drilled = (due & (region.truth.decoy == Decoy.DRILLED_TASK))[:, None] & (order < 1)
    taught = (due & (region.truth.decoy == Decoy.TOPIC_TEACHER))[:, None] & (order < TOPIC)
    shifts = DRILLED * drilled[pupils.school]
    shifts += TAUGHT * (taught[pupils.school] & (pupils.class_number == 1)[:, None])
    return np.asarray(shifts)


def _journal(pupils: _Cohort, ability: FloatArray, rng: np.random.Generator) -> IntArray:
    """Marks of the journal: ability as a teacher sees it, who is more or less lenient."""
    seen = ability + rng.normal(0, JUDGEMENT_SD, len(ability))
    seen += rng.normal(0, LENIENCY_SD["school"], int(pupils.school.max()) + 1)[pupils.school]
    seen += rng.normal(0, LENIENCY_SD["class"], int(pupils.of_class.max()) + 1)[pupils.of_class]
    marks = 2 + np.searchsorted(JOURNAL_EDGES, seen)
    return np.where(rng.random(len(marks)) < NO_MARK_SHARE, 0, marks)


def _marked(
    region: Region,
    tasks: Tasks,
    borders: tuple[int, int, int],
    points: NDArray[np.int16],
    school: IntArray,
    rng: np.random.Generator,
) -> NDArray[np.int16]:
    """The points after a lenient centre's markers have forgiven the last one."""
    lenient = (region.truth.decoy == Decoy.LENIENT_CENTRE)[school]
    return acts.lifted(
        points, lenient, tasks.max_points, borders, LENIENT_SHARE * lenient, rng,
        largest=LENIENT_LIFT,
    )  # fmt: skip


def _chosen(sitting: Sitting, schools: BoolArray) -> Sitting:
    """The same work in some of the schools only."""
    rows, chosen = sitting.rows, schools[sitting.rows.school]
    return Sitting(
        sitting.work,
        Rows(
            rows.school[chosen],
            rows.class_number[chosen],
            rows.points[chosen],
            rows.marks[chosen],
            rows.journal_marks[chosen],
            rows.present[chosen],
        ),
        sitting.participant[chosen],
        sitting.variant[chosen],
    )
