"""`import_works`: the list of works with tasks, maxima and mark borders."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from organizations.errors import PortalError
from procedures.exchange.works import read_works
from procedures.services.works import import_works


class Command(BaseCommand):
    help = "Загрузить список работ (works.json); тот же код снова — новая версия его шкалы."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="список работ в JSON")
        parser.add_argument("--procedure", default="vpr", help="код процедуры, обычно vpr")
        parser.add_argument("--source", default="", help="откуда взяты границы отметок")

    def handle(self, *, file: Path, procedure: str, source: str, **_: Any) -> None:
        try:
            specs = read_works(file.read_bytes())
            found = import_works(
                specs, by=None, procedure=procedure, source=source or f"файл «{file.name}»"
            )
        except OSError:
            raise CommandError(f"Файл «{file}» не читается. Проверьте путь.") from None
        except PortalError as error:
            raise CommandError(str(error)) from None
        for item in found:
            self.stdout.write(item.message)
