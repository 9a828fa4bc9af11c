"""An order with its plan from a file: printed as read, or stored as a draft."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from organizations.errors import PortalError
from organizations.models import Organization
from roadmaps.exchange.content import Plan
from roadmaps.exchange.plan import read_plan
from roadmaps.services import roadmaps


class Command(BaseCommand):
    help = "Читает приказ с планом мероприятий (.docx, .xlsx, .txt) и заводит его черновиком."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--owner", required=True, help="код организации, чей это план")
        parser.add_argument("--dry-run", action="store_true", help="только прочитать")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            plan = read_plan(options["file"].read_bytes(), options["file"].name)
            if not options["dry_run"]:
                roadmaps.import_plan(self._owner(options["owner"]), plan, by=None)
        except OSError as error:
            raise CommandError(
                f"Файл не прочитан: {error.strerror} ({options['file']})."
            ) from error
        except PortalError as error:
            raise CommandError(str(error)) from error
        self._print(plan, options)

    def _owner(self, code: str) -> Organization:
        owner = Organization.objects.filter(code=code).first()
        if owner is None:
            raise CommandError(f"Организации с кодом «{code}» нет.")
        return owner

    def _print(self, plan: Plan, options: dict[str, Any]) -> None:
        if options["format"] == "json":
            self.stdout.write(json.dumps(plan.as_json(), ensure_ascii=False, indent=1))
            return
        for item in plan.items:
            bodies = ", ".join(body.text for body in item.bodies)
            self.stdout.write(f"{item.number} {item.title} | {item.term.text} | {bodies}")
        for warning in plan.warnings:
            self.stdout.write(f"Сомнение: {warning.message}")
        stored = "прочитан, не записан" if options["dry_run"] else "записан черновиком"
        self.stdout.write(f"План {stored}: пунктов {len(plan.items)}.")
