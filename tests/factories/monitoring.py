"""A work with its scale and what whole schools wrote, for tests of monitoring."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import factory
import numpy as np
from factory.django import DjangoModelFactory
from numpy.typing import NDArray

from monitoring.models import Case, Cell, IndicatorValue, Signal, Statistic
from organizations.models import Organization
from procedures.exchange.bulk_store import Part, store
from procedures.models import Procedure, Scale, Work
from tests.factories.organizations import OrganizationFactory

MAX_POINTS = [4, 3, 2, 1, 2, 3, 2, 2, 1, 4]
BORDERS = (8, 13, 19)
LIFTED = 3  # of the schools of a test, from 0: it lifts works to the borders


class IndicatorValueFactory(DjangoModelFactory[IndicatorValue]):
    """One value; give the organization."""

    class Meta:
        model = IndicatorValue

    indicator = "quality_share"
    year = 2026
    value, low, high = 0.5, 0.4, 0.6
    pupils = 80
    method_version = "2026.1"


class CellFactory(DjangoModelFactory[Cell]):
    """One class with a single pupil, who got the first point of every task; give its school."""

    class Meta:
        model = Cell

    class_number = 1
    histogram = factory.LazyAttribute(lambda o: _one_of(o.work.max_score + 1, len(o.work.tasks)))
    task_sums = factory.LazyAttribute(lambda o: [1] * len(o.work.tasks))
    task_squares = factory.LazyAttribute(lambda o: [1] * len(o.work.tasks))
    omissions = factory.LazyAttribute(lambda o: [0] * len(o.work.tasks))
    marks = factory.LazyFunction(lambda: _one_of(4, 1))
    journal = factory.LazyFunction(lambda: _one_of(16, 9))
    attendance = factory.LazyFunction(lambda: _one_of(10, 7))
    group_sums = factory.LazyAttribute(lambda o: _in_group(len(o.work.tasks)))
    full_scores = factory.LazyAttribute(lambda o: [int(most == 1) for most in o.work.max_points])


def _one_of(size: int, at: int) -> list[int]:
    return [int(place == at) for place in range(size)]


def _in_group(tasks: int) -> list[int]:
    """The points of the pupil, whose mark is 3."""
    return [int(place // tasks == 1) for place in range(4 * tasks)]


class StatisticFactory(DjangoModelFactory[Statistic]):
    """One finding that says nothing remarkable; give the organization and the work."""

    class Meta:
        model = Statistic

    year = factory.LazyAttribute(lambda o: o.work.year)
    method = "border_notch"
    status = "ok"
    statistic, p_value, q_value, effect = 0.1, 0.46, 0.9, 0.01
    n = 60
    method_version = "2026.1"


def make_work(
    code: str = "ru4-2026",
    *,
    subject: str = "Русский язык",
    grade: int = 4,
    year: int = 2026,
    borders: Sequence[int] | None = BORDERS,
) -> Work:
    procedure, _ = Procedure.objects.get_or_create(
        code="vpr",
        defaults={"title": "Проверочные работы", "short_title": "ВПР", "level": "federal"},
    )
    work = Work.objects.create(
        procedure=procedure,
        code=code,
        subject=subject,
        grade=grade,
        year=year,
        tasks=[str(number) for number in range(1, len(MAX_POINTS) + 1)],
        max_points=MAX_POINTS,
    )
    if borders:
        three, four, five = borders
        Scale.objects.create(work=work, version=1, three=three, four=four, five=five)
    return work


def make_schools(parent: Organization, number: int, *, first: int = 1) -> list[Organization]:
    return [
        OrganizationFactory(
            code=f"edu42{parent.pk % 100:02}{n:03}", short_name=f"Школа № {n}", parent=parent
        )
        for n in range(first, first + number)
    ]


@dataclass(frozen=True, eq=False)
class Pupils:
    """What n pupils of one school wrote; one row a pupil."""

    class_number: NDArray[np.int16]
    participant: NDArray[np.int32]
    variant: NDArray[np.int16]
    points: NDArray[np.int16]
    journal_mark: NDArray[np.int16]
    present: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.participant)


def make_pupils(seed: int, pupils: int = 60, *, classes: int = 3, lifted: bool = False) -> Pupils:
    """An ordinary school; a lifted one brings every work just below a mark up to the border."""
    rng = np.random.default_rng(seed)
    ability = rng.normal(0, 0.4) + rng.normal(0, 1, pupils)
    chance = 1 / (1 + np.exp(-ability[:, None] - rng.normal(0, 0.3, len(MAX_POINTS))))
    points = rng.binomial(MAX_POINTS, chance).astype(np.int16)
    if lifted:
        points = np.array([_lift(row) for row in points], dtype=np.int16)
    present = rng.random(pupils) > 0.06
    journal = np.clip(np.round(3.7 + 0.7 * ability + rng.normal(0, 0.4, pupils)), 2, 5)
    return Pupils(
        class_number=(1 + np.arange(pupils) * classes // pupils).astype(np.int16),
        participant=(40001 + np.arange(pupils)).astype(np.int32),
        variant=np.where(present, 1 + np.arange(pupils) % 2, 0).astype(np.int16),
        points=np.where(present[:, None], points, -2).astype(np.int16),
        journal_mark=journal.astype(np.int16),
        present=present,
    )


def _lift(points: NDArray[np.int16]) -> NDArray[np.int16]:
    """Points raised task by task until the score is no longer one to three below a border."""
    lifted = points.copy()
    for task, most in enumerate(MAX_POINTS):
        while lifted[task] < most and any(0 < b - lifted.sum() <= 3 for b in BORDERS):
            lifted[task] += 1
    return lifted


def store_results(
    work: Work, schools: Iterable[Organization], *, seed: int = 1, lifted: Iterable[int] = (),
    pupils: int = 60,
) -> None:  # fmt: skip
    """Results of whole schools; `lifted` are the numbers of those that raise works to borders."""
    raised = set(lifted)
    store(
        [
            Part(school.pk, work, make_pupils(seed * 1000 + n, pupils, lifted=n in raised))
            for n, school in enumerate(schools)
        ],
        name="test",
    )


class SignalFactory(DjangoModelFactory[Signal]):
    """A red signal of borders and of one task; give the organization."""

    class Meta:
        model = Signal

    year = 2026
    tier = Signal.Tier.RED
    index = 91.0
    p_value, q_value = 1e-6, 0.001
    participants = 87
    families = factory.LazyFunction(lambda: ["borders", "tasks"])
    evidence = factory.LazyFunction(lambda: [a_part(), a_part("tasks", "task_max", points=14.0)])
    method_version = "2026.4"
    inputs_hash = "0" * 64


def a_part(
    family: str = "borders",
    method: str = "border_notch",
    *,
    points: float = 22.0,
    work: str | None = "ru4-2026",
    class_number: int | None = None,
    n: int = 87,
) -> dict[str, object]:
    """One summand of a signal, as the engine leaves it."""
    return {
        "family": family, "points": points, "decibans": points, "weight": 1.0, "p_value": 1e-4,
        "method": method, "work": work, "class_number": class_number, "statistic": 4.1,
        "effect": 0.2, "n": n,
    }  # fmt: skip


class CaseFactory(DjangoModelFactory[Case]):
    """A case that waits for its school's answer; give the organization, which is a school."""

    class Meta:
        model = Case

    region = factory.LazyAttribute(lambda o: o.organization.parent.parent)
    year = 2026
    serial = factory.Sequence(lambda n: n + 1)
    tier = Signal.Tier.RED
    evidence = factory.LazyFunction(lambda: [a_part()])
    sentences = factory.LazyFunction(lambda: ["Русский язык: границы отметок."])
    method_version = "2026.4"
    due_on = factory.LazyFunction(lambda: datetime.date(2100, 1, 1))
    expires_on = factory.LazyAttribute(lambda o: datetime.date(o.year + 1, 9, 1))
