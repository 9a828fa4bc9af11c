"""Procedures, works, scales, forms and protocols for tests."""

from collections.abc import Sequence

import factory
import numpy as np
from factory.django import DjangoModelFactory

from organizations.models import Organization
from procedures.exchange.form import write_form
from procedures.exchange.importer import spec_of
from procedures.exchange.results import ABSENT, MISSING, Results, results_of
from procedures.models import (
    FederalExport,
    FederalStatistic,
    Procedure,
    Protocol,
    Scale,
    Work,
)
from procedures.queries import newest_scale


class ProcedureFactory(DjangoModelFactory[Procedure]):
    """The ВПР."""

    class Meta:
        model = Procedure
        django_get_or_create = ("code",)

    code = "vpr"
    title = "Всероссийские проверочные работы"
    short_title = "ВПР"
    level = Procedure.Level.FEDERAL


class WorkFactory(DjangoModelFactory[Work]):
    """Russian in grade 4 of 2026: four tasks, 8 points, no scale."""

    class Meta:
        model = Work

    procedure = factory.SubFactory(ProcedureFactory)
    code = "ru4-2026"
    subject = "Русский язык"
    grade = 4
    year = 2026
    tasks = factory.LazyFunction(lambda: ["1", "2", "3", "4"])
    max_points = factory.LazyFunction(lambda: [2, 1, 2, 3])


class ScaleFactory(DjangoModelFactory[Scale]):
    """Borders 3, 5, 7."""

    class Meta:
        model = Scale

    work = factory.SubFactory(WorkFactory)
    version = 1
    three, four, five = 3, 5, 7
    source = "приказ"


class ProtocolFactory(DjangoModelFactory[Protocol]):
    """An accepted protocol of class 1 without rows or a file."""

    class Meta:
        model = Protocol

    organization: factory.Factory
    work: factory.Factory
    version = 1
    classes = factory.LazyFunction(lambda: [1])
    state = Protocol.State.ACCEPTED
    name = "Форма.xlsx"
    sha256 = factory.Sequence(lambda n: f"{n:064}")


class FederalExportFactory(DjangoModelFactory[FederalExport]):
    """«Статистика по отметкам» without its bytes."""

    class Meta:
        model = FederalExport

    kind = FederalExport.Kind.MARKS
    file = "exports/00/nothing"
    name = "Статистика по отметкам.xlsx"
    size = 1
    sha256 = factory.Sequence(lambda n: f"{n:064}")
    rows_in = rows_written = 1


class FederalStatisticFactory(DjangoModelFactory[FederalStatistic]):
    """A unit of 89 participants with the shares of a real school (objectivity.md §2)."""

    class Meta:
        model = FederalStatistic

    export = factory.SubFactory(FederalExportFactory)
    kind = FederalExport.Kind.MARKS
    work: factory.Factory
    label = factory.Sequence(lambda n: f"ОО {n}")
    version = 1
    participants = 89
    columns = factory.LazyFunction(lambda: ["2", "3", "4", "5"])
    values = factory.LazyFunction(lambda: [12.36, 52.81, 26.97, 7.87])


def some_results(
    work: Work, *, classes: Sequence[int] = (1,), pupils: int = 3, seed: int = 0, first: int = 40001
) -> Results:
    """Random results, `pupils` in each class; the last of each class was absent."""
    rng = np.random.default_rng(seed)
    count = pupils * len(classes)
    variant = rng.integers(1, 3, count)
    variant[[n for n in range(count) if n % pupils == pupils - 1]] = ABSENT
    points = rng.integers(-1, np.array(work.max_points) + 1, (count, len(work.tasks)))
    points[variant == ABSENT] = MISSING
    return results_of(
        spec_of(work, newest_scale(work.pk)),
        class_number=np.repeat(classes, pupils),
        participant=np.arange(first, first + count),
        variant=variant,
        points=points,
        journal_mark=rng.integers(2, 6, count),
    )


def filled_form(work: Work, school: Organization, results: Results) -> bytes:
    """The school's form of the work with these results in it."""
    return write_form(
        spec_of(work, newest_scale(work.pk)),
        school.code,
        results.class_number.tolist(),
        results.participant.tolist(),
        results,
    )


def a_form(work: Work, school: Organization, **options: object) -> bytes:
    return filled_form(work, school, some_results(work, **options))
