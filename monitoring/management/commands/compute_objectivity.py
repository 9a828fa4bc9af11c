"""Computes cells, indicators, statistics and signals of objectivity for what is stored."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.db.models import QuerySet

from monitoring.computation import Computed, assess, compute
from monitoring.queries.examined import years_concerned
from organizations.models import Organization
from procedures.models import Work


class Printed:
    """Tells how far the work is, a line a step; nothing else can take it over."""

    def __init__(self, write: Callable[[str], object], unit: str) -> None:
        self.write, self.unit = write, unit

    def __call__(self, done: int, total: int) -> None:
        self.write(f"  {self.unit}: {done} из {total}")

    def hold(self) -> None:
        """A command runs once; only another computation of the same work makes it wait."""


class Command(BaseCommand):
    help = "Считает показатели, статистики и сигналы объективности по загруженным результатам."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, help="только работы этого года проведения")
        parser.add_argument("--work", metavar="CODE", help="только эта работа, например ru4-2026")

        parser.add_argument(
            "--processes", type=int, default=1, help="сколько работ считать одновременно"
        )

    def handle(
        self, *args: Any, year: int | None, work: str | None, processes: int, **options: Any
    ) -> None:
        works = list(_chosen(year, work))
        years: dict[int, set[int]] = defaultdict(set)
        computed = self._by_several(works, processes) if processes > 1 else self._in_turn(works)
        for one, outcome in zip(works, computed, strict=True):
            for schools in outcome.left_out.values():
                names = ", ".join(schools)
                self.stderr.write(f"  строки не подходят к работе, пропущены: {names}")
            for region in outcome.regions:
                years[region].update(years_concerned(one))
        for region, of_region in sorted(years.items()):
            self.stderr.write(f"Сигналы: {Organization.objects.get(pk=region)}")
            assess(region, of_region, progress=Printed(self.stderr.write, "лет"))
        self.stdout.write(f"Посчитано работ: {len(works)}")

    def _in_turn(self, works: Sequence[Work]) -> Iterator[Computed]:
        for number, one in enumerate(works, start=1):
            self.stderr.write(f"{number} из {len(works)}. {one}")
            yield compute(one, progress=Printed(self.stderr.write, "школ"))

    def _by_several(self, works: Sequence[Work], processes: int) -> Iterator[Computed]:
        """Works side by side; a child opens a connection of its own."""
        connections.close_all()
        with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
            outcomes = pool.map(_compute_apart, works)
            for number, (one, outcome) in enumerate(zip(works, outcomes, strict=True), start=1):
                self.stderr.write(f"{number} из {len(works)}. {one}: школ {outcome.schools}")
                yield outcome


def _compute_apart(work: Work) -> Computed:
    return compute(work, progress=Printed(lambda _: None, "школ"))


def _chosen(year: int | None, code: str | None) -> QuerySet[Work]:
    works = Work.objects.select_related("procedure").order_by("year", "grade", "subject")
    if year is not None:
        works = works.filter(year=year)
    if code is not None:
        works = works.filter(code=code)
    if not works.exists():
        raise CommandError(f"Нет такой работы: год {year or 'любой'}, код {code or 'любой'}.")
    return works
