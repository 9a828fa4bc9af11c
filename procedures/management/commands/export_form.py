"""`export_form`: the collection form of one school and work, pre-filled."""

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from organizations.models import Organization
from procedures.exchange.results import MOST_CLASSES
from procedures.forms import MOST_PUPILS
from procedures.models import Work
from procedures.services.forms import USUAL_PUPILS, blank_form

CLASS = re.compile(r"(?P<grade>\d{1,2})?[\s-]*(?P<letter>[А-ЯЁ])", re.IGNORECASE)
LETTERS = "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЭЮЯ"  # as classes are lettered: without Ё, Й, Щ, Ъ, Ы, Ь


class Command(BaseCommand):
    help = "Выдать форму сбора результатов одной школы, готовую к заполнению."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("out", type=Path, help="куда записать книгу .xlsx")
        parser.add_argument("--organization", required=True, help="код школы")
        parser.add_argument("--work", required=True, help="код работы")
        parser.add_argument(
            "--class", dest="classes", action="append", required=True, metavar="NAME",
            help="класс: «4А» или порядковый номер в параллели; можно несколько раз",
        )  # fmt: skip
        parser.add_argument(
            "--pupils", type=int, default=USUAL_PUPILS, help="строк на класс без известных кодов"
        )

    def handle(
        self, *, out: Path, organization: str, work: str, classes: list[str], pupils: int, **_: Any
    ) -> None:
        school = Organization.objects.schools().filter(code=organization).first()
        if school is None:
            raise CommandError(f"Школы с кодом «{organization}» нет.")
        row = Work.objects.filter(code=work).first()
        if row is None:
            raise CommandError(f"Работы с кодом «{work}» нет. Загрузите её: import_works.")
        if not 1 <= pupils <= MOST_PUPILS:
            raise CommandError(f"--pupils: нужно число от 1 до {MOST_PUPILS}, а здесь «{pupils}».")
        numbers = sorted({class_number(name, row.grade) for name in classes})
        content = blank_form(row, school, classes=numbers, pupils=pupils)
        try:
            out.write_bytes(content)
        except OSError as error:
            raise CommandError(f"Файл «{out}» не записан: {error.strerror}.") from None
        self.stdout.write(f"Записана форма «{row}», {school}: {out}")


def class_number(name: str, grade: int) -> int:
    """The serial number of a class in its parallel: «4Б» and «2» are 2. Raises CommandError."""
    if name.isdecimal() and 1 <= int(name) <= MOST_CLASSES:
        return int(name)
    found = CLASS.fullmatch(name.strip())
    if found is None or found["letter"].upper() not in LETTERS:
        raise CommandError(f"--class: нужно «{grade}А» или номер класса, а здесь «{name}».")
    if found["grade"] and int(found["grade"]) != grade:
        raise CommandError(f"--class: работа для {grade} класса, а здесь «{name}».")
    return LETTERS.index(found["letter"].upper()) + 1
