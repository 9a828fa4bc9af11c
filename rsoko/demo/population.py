"""The pupils of the demonstration region: how able they are and what they wrote.

Any part can be made alone: random numbers depend on (seed, school, cohort or work) only.
Variances, on a scale where the region's ability has variance 1: between schools 0.2 and
between classes 0.07, the middle of the bands 0.15–0.25 and 0.05–0.10 of our evaluation protocol.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from procedures.exchange.works import WorkSpec
from rsoko.demo import planting
from rsoko.demo.place import Place, SchoolType
from rsoko.demo.pupils import MISSING, PupilArrays
from rsoko.demo.tasks import answers, key_of, tasks_of
from rsoko.demo.works import takes_part, writes

SCHOOL_SD = math.sqrt(0.11)  # with the shifts of types and villages below, 0.2 in all
CLASS_SD = math.sqrt(0.07)
PUPIL_SD = math.sqrt(0.60)
SUBJECT_SD = math.sqrt(0.13)
DIF_SD = 0.3  # logits: what one class was taught better or worse than another

TYPE_SHIFT = {SchoolType.LYCEUM: 0.8, SchoolType.GYMNASIUM: 0.6, SchoolType.BASIC: -0.15}
RURAL_SHIFT = -0.2
# schools whose place is not left to chance: three ordinary ones and a strong honest lyceum
SETTLED = {"edu420001": 0.05, "edu420101": -0.05, "edu420003": -0.1, "edu420007": 1.2}

LARGEST_CLASS = 27
SENIOR_SHARE = 0.4  # of a cohort that goes on to grade 10
LEAST_CLASS = 4

JOURNAL_EDGES = (-2.6, -0.45, 0.75)  # about 1, 34, 39 and 26 % of the marks 2 to 5
LENIENCY_SD, JOURNAL_SD = 0.25, 0.45
NO_MARK_SHARE = 0.01


@dataclass(frozen=True, eq=False)
class Cohort:
    """The children of a school who began together."""

    ability: NDArray[np.float64]  # (N,)
    class_number: NDArray[np.int16]  # (N,) from 1


def results(place: Place, work: WorkSpec, seed: int) -> PupilArrays:
    """What came back of the school's pupils: what is in `PLANTED`, a lenient centre's marking."""
    pupils = honest_results(place, work, seed)
    rng = np.random.default_rng([seed, place.number, key_of(work), 1])
    if (planted := planting.INDEX.get((place.code, work.code))) is not None:
        pupils = planting.apply(planted, pupils, work, tasks_of(work, seed), rng)
    if place.parent == planting.LENIENT_CENTRE:
        pupils = planting.marked_leniently(pupils, work, tasks_of(work, seed), rng)
    return pupils


def honest_results(place: Place, work: WorkSpec, seed: int) -> PupilArrays:
    """What the school's pupils would write if nobody interfered."""
    rng = np.random.default_rng([seed, place.number, key_of(work)])
    children, participant = sitting(place, work, seed)
    ability = children.ability + rng.normal(0, SUBJECT_SD, len(participant))
    present = rng.random(len(participant)) >= _absence(ability)
    shifts = _dif(children, work, rng) + planting.drilled(place.code, work)
    points = answers(tasks_of(work, seed), ability, shifts, rng)
    points[~present] = MISSING
    variant = (1 + (participant + rng.integers(2)) % 2).astype(np.int16)
    return PupilArrays(
        class_number=children.class_number,
        participant=participant,
        variant=np.where(present, variant, np.int16(0)),
        points=points,
        journal_mark=_journal(ability, children.class_number, rng),
        present=present,
    )


def sitting(place: Place, work: WorkSpec, seed: int) -> tuple[Cohort, NDArray[np.int32]]:
    """The pupils of the classes that write the work, with their codes."""
    whole = cohort(place, work.year - work.grade, seed)
    ability, class_number = whole.ability, whole.class_number
    if work.grade > 9:
        ability = ability[: max(LEAST_CLASS, round(SENIOR_SHARE * len(ability)))]
        class_number = _classes(len(ability))
    takes = takes_part(place, work)
    held = [number for number in range(1, class_number[-1] + 1) if writes(place, number, work)]
    chosen = np.isin(class_number, held if takes else [])
    # five digits that begin with the grade: 40001 in grade 4, 10001 in grade 10
    codes = work.grade * (1_000 if work.grade > 9 else 10_000) + 1 + np.arange(len(ability))
    return Cohort(ability[chosen], class_number[chosen]), codes[chosen].astype(np.int32)


@lru_cache(maxsize=16_384)
def cohort(place: Place, first_year: int, seed: int) -> Cohort:
    """The children who, without repeating a year, are in grade g in the year first_year + g."""
    rng = np.random.default_rng([seed, place.number, first_year])
    grades = 9 if place.school_type is SchoolType.BASIC else 9 + 2 * SENIOR_SHARE
    parallel = place.pupils / grades
    size = max(LEAST_CLASS, round(rng.normal(parallel, 0.08 * parallel)))
    class_number = _classes(size)
    of_class = rng.normal(0, CLASS_SD, class_number[-1])[class_number - 1]
    ability = _standing(place, seed) + of_class + rng.normal(0, PUPIL_SD, size)
    return Cohort(ability, class_number)


def _classes(size: int) -> NDArray[np.int16]:
    """Class numbers of so many pupils in classes as equal as can be."""
    return (1 + np.arange(size) * math.ceil(size / LARGEST_CLASS) // size).astype(np.int16)


def _standing(place: Place, seed: int) -> float:
    """How much abler the school's pupils are than the region's."""
    if place.code in SETTLED:
        return SETTLED[place.code]
    own = np.random.default_rng([seed, place.number]).normal(0, SCHOOL_SD)
    by_type = TYPE_SHIFT.get(place.school_type, 0.0) if place.school_type else 0.0
    return float(own) + by_type + RURAL_SHIFT * place.rural


def _dif(children: Cohort, work: WorkSpec, rng: np.random.Generator) -> NDArray[np.float64]:
    """Honest differences of a class in single tasks, in logits, for each pupil and task."""
    classes = int(children.class_number.max(initial=0))
    return rng.normal(0, DIF_SD, (classes, len(work.tasks)))[children.class_number - 1]


def _absence(ability: NDArray[np.float64]) -> NDArray[np.float64]:
    """The chance to be absent: 5–8 % on the whole, more of the weak."""
    chance: NDArray[np.float64] = expit(-2.8 - 0.4 * ability)
    return chance


def _journal(
    ability: NDArray[np.float64], class_number: NDArray[np.int16], rng: np.random.Generator
) -> NDArray[np.int16]:
    """Marks of the journal: ability as a teacher sees it, who is more or less lenient."""
    lenient = rng.normal(0, LENIENCY_SD, int(class_number.max(initial=0)))[class_number - 1]
    seen = ability + lenient + rng.normal(0, JOURNAL_SD, len(ability))
    marks = 2 + np.searchsorted(JOURNAL_EDGES, seen)
    return np.where(rng.random(len(ability)) < NO_MARK_SHARE, 0, marks).astype(np.int16)
