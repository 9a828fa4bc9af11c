"""Computes cells, indicators and statistics of objectivity for what is stored."""

from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from monitoring.computation import compute
from procedures.models import Work


class Printed:
    """Tells how far the work is, a line a step; nothing else can take it over."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self.write = write

    def __call__(self, done: int, total: int) -> None:
        self.write(f"  школ: {done} из {total}")

    def hold(self) -> None:
        """A command runs once; only another computation of the same work makes it wait."""


class Command(BaseCommand):
    help = "Считает показатели и статистики объективности по загруженным результатам."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, help="только работы этого года проведения")
        parser.add_argument("--work", metavar="CODE", help="только эта работа, например ru4-2026")

    def handle(self, *args: Any, year: int | None, work: str | None, **options: Any) -> None:
        works = list(_chosen(year, work))
        for number, one in enumerate(works, start=1):
            self.stderr.write(f"{number} из {len(works)}. {one}")
            computed = compute(one, progress=Printed(self.stderr.write))
            if computed.left_out:
                names = ", ".join(computed.left_out)
                self.stderr.write(f"  строки не подходят к работе, пропущены: {names}")
        self.stdout.write(f"Посчитано работ: {len(works)}")


def _chosen(year: int | None, code: str | None) -> QuerySet[Work]:
    works = Work.objects.order_by("year", "grade", "subject")
    if year is not None:
        works = works.filter(year=year)
    if code is not None:
        works = works.filter(code=code)
    if not works.exists():
        raise CommandError(f"Нет такой работы: год {year or 'любой'}, код {code or 'любой'}.")
    return works
