"""`import_results`: forms, exports of ФИС ОКО and tables, from files, folders and zips."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from organizations.errors import Refused
from procedures.exchange.sources import sources
from procedures.services.batches import take_all
from procedures.services.files import FileVerdict, Intake
from procedures.services.imports import Verdict

MANY = 20  # files from which on the progress is told
TELL_EVERY_SECONDS = 2.0
WORDS = {
    Verdict.ACCEPTED: "принят",
    Verdict.UNCHANGED: "без изменений",
    Verdict.FAULTY: "есть ошибки",
    Verdict.REFUSED: "не подошёл",
}


class Command(BaseCommand):
    help = (
        "Загрузить результаты: формы сбора и отчёты ФИС ОКО (.xlsx), таблицы (.csv), папки, .zip. "
        "Файл записывается целиком или не записывается."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--organization", default="", help="код школы, если его нет в форме")
        parser.add_argument("--work", default="", help="код работы, если его нет в форме")
        parser.add_argument("--dry-run", action="store_true", help="проверить, не записывая")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(
        self,
        *,
        paths: list[Path],
        organization: str,
        work: str,
        dry_run: bool,
        format: str,
        **_: Any,
    ) -> None:
        try:
            files = list(sources(paths))
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        if not files:
            raise CommandError("Файлов .xlsx и .csv не найдено. Проверьте пути.")
        intake = Intake(organization=organization, work=work, dry_run=dry_run)
        failed, told_at = 0, time.monotonic()
        for number, verdict in enumerate(take_all(intake, files), start=1):
            failed += not verdict.is_good
            self._tell(verdict, as_json=format == "json")
            if len(files) > MANY and time.monotonic() - told_at > TELL_EVERY_SECONDS:
                told_at = time.monotonic()
                self.stderr.write(f"Проверено файлов: {number} из {len(files)}")
        if failed:
            raise CommandError(f"Не приняты файлы: {failed} из {len(files)}.")

    def _tell(self, verdict: FileVerdict, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(verdict.as_json(), ensure_ascii=False))
            return
        outcome = verdict.outcome
        self.stdout.write(f"{verdict.file}: {WORDS[outcome.verdict]}. {outcome.message}")
        for fault in outcome.faults:
            self.stdout.write(f"  {fault}")
