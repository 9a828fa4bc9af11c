"""`import_organizations FILE`: the register of municipalities and schools, all or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from organizations.errors import PortalError
from organizations.services import register


class Command(BaseCommand):
    help = "Загрузить реестр организаций из xlsx или csv: весь или, если в нём ошибки, ничего."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="книга xlsx или таблица csv")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            loaded = register.load(file.read_bytes(), file.name, by=None, trusted=True)
        except OSError as error:
            raise CommandError(f"Файл «{file}» не читается: {error.strerror}.") from error
        except PortalError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Строк: {loaded.rows}. Новых: {len(loaded.created)}, изменено: {len(loaded.changed)}, "
            f"без изменений: {loaded.unchanged}."
        )
