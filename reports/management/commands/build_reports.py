"""Builds yearly reports at once, and lays their files into a folder when one is named."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from organizations.errors import PortalError
from organizations.models import Kind, Level, Organization
from reports.building import build
from reports.models import YearlyReport
from reports.services import yearly


class Command(BaseCommand):
    help = "Собирает ежегодные отчёты: содержание, DOCX и PDF."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, required=True, help="календарный год работ")
        parser.add_argument("--level", choices=yearly.LEVELS, help="уровень; без него все три")
        parser.add_argument("--organization", metavar="CODE", help="только эта организация")
        parser.add_argument("--out", type=Path, metavar="DIR", help="куда положить файлы")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            yearly.check_year(options["year"])
            places = self._places(options["organization"], yearly.LEVELS.get(options["level"]))
        except PortalError as error:
            raise CommandError(str(error)) from error
        if options["out"]:
            _make(options["out"])
        for number, report in enumerate(build(places, options["year"], by=None), start=1):
            if options["out"]:
                _lay(report, options["out"])
            self._tell(number, len(places))
        self.stdout.write(f"Собрано отчётов: {len(places)}.")

    def _places(self, code: str | None, level: Level | None) -> list[Organization]:
        """The named organization; with a level, all places of the level under it or everywhere."""
        if code is None:
            roots = list(Organization.objects.filter(kind=Kind.REGION).order_by("code"))
        else:
            roots = list(Organization.objects.filter(code=code))
            if not roots:
                raise CommandError(f"Организации с кодом «{code}» нет. Проверьте код в реестре.")
            if level is None:
                return [yearly.reported(roots[0])]
        levels = [level] if level else list(Level)
        places = [
            place for root in roots for one in levels for place in yearly.places_of(root, one)
        ]
        if not places:
            raise CommandError("Организаций, для которых собирают отчёты, не нашлось.")
        return places

    def _tell(self, done: int, total: int) -> None:
        is_watched = sys.stderr.isatty()
        if is_watched or done == total or done % 25 == 0:
            self.stderr.write(f"готово {done} из {total}", ending="\r" if is_watched else "\n")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(
            f"Папку {folder} не создать: {error.strerror}. Назовите другую."
        ) from error


def _lay(report: YearlyReport, folder: Path) -> None:
    for file, ending in ((report.docx, "docx"), (report.pdf, "pdf")):
        with file.open() as stored:
            name = f"{report.organization.code}-{report.year}.{ending}"
            (folder / name).write_bytes(stored.read())
