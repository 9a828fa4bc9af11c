"""`load_catalogue`: the procedures of the Положение that the portal does not have yet."""

from typing import Any

from django.core.management.base import BaseCommand

from procedures.services import catalogue


class Command(BaseCommand):
    help = "Дозаписать процедуры каталога (п. 4.2 Положения); изменённые в портале не трогает."

    def handle(self, **_: Any) -> None:
        self.stdout.write(f"Записано процедур: {catalogue.load()}.")
