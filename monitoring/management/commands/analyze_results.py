"""`analyze_results`: the engine of objectivity on files, without the database."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from monitoring.exchange.offline.analysis import Files, analyze
from monitoring.exchange.offline.reading import MOST_FAULTS, Faults
from monitoring.models import Signal
from organizations.errors import FaultyTable, PortalError

TELL_EVERY_SECONDS = 2.0


class Command(BaseCommand):
    help = (
        "Посчитать признаки объективности по файлам, без базы данных. В папку DIR пишутся "
        "schools.csv, signals.csv, calibration.json и system.csv: все или ни одного."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("results", type=Path, metavar="RESULTS.csv", help="строка — участник")
        parser.add_argument("--works", type=Path, required=True, metavar="WORKS.json")
        parser.add_argument("--schools", type=Path, metavar="SCHOOLS.csv", help="школы и страты")
        parser.add_argument("--out", type=Path, required=True, metavar="DIR")

    def handle(
        self, *, results: Path, works: Path, schools: Path | None, out: Path, **_: Any
    ) -> None:
        self.told_at = time.monotonic()
        files = Files(results, works, schools)
        try:
            counted = analyze(files, out, tell=self.stderr.write, progress=self._progress)
        except FaultyTable as error:
            many = len(error.faults) > MOST_FAULTS
            raise CommandError(str(Faults(error.faults) if many else error)) from None
        except PortalError as error:
            raise CommandError(str(error)) from None
        statuses = "; ".join(
            f"{Signal.Tier(name).label} — {n}" for name, n in sorted(counted.statuses.items())
        )
        self.stdout.write(
            f"Строк: {counted.rows}, работ: {counted.works}, школ: {counted.schools}. {statuses}.\n"
            f"Файлы — в папке «{out}». Сигнал — повод для дополнительного анализа, не вывод."
        )

    def _progress(self, message: str) -> None:
        """How far the work is, no oftener than every other second."""
        if time.monotonic() - self.told_at > TELL_EVERY_SECONDS:
            self.told_at = time.monotonic()
            self.stderr.write(message)
