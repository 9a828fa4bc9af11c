"""The demonstration region: built through the portal's own ways in, the main job done, served."""

import ipaddress
import sys
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from organizations.models import Organization
from organizations.services import tokens
from rsoko import embedded
from rsoko.demo import (
    cascade,
    deliver,
    federal,
    holdings,
    intake,
    main_job,
    schedules,
    settle,
    tables,
)
from rsoko.demo.place import Scale

TOKEN_FILE = embedded.ROOT / "demo-token"
SCALE_FILE = embedded.ROOT / "demo-scale"
Tell = Callable[[int, int], None]


class Command(BaseCommand):
    help = "Строит демонстрационный регион, делает главную работу и запускает портал."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", choices=[scale.value for scale in Scale], default="small")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-serve", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_open_hosts()
        began = time.monotonic()
        scale = Scale(options["scale"])
        self.step("Готовлю базу данных", lambda tell: call_command("migrate", verbosity=0))
        if Organization.objects.filter(code="ministry").exists():
            self._keep(scale)
        else:
            self.build(scale)
        self.stdout.write(f"Готово за {time.monotonic() - began:.0f} с.")
        self.introduce(options["port"])
        if not options["no_serve"]:
            call_command("serve", port=options["port"])

    def _keep(self, scale: Scale) -> None:
        built = SCALE_FILE.read_text() if SCALE_FILE.exists() else "неизвестного размера"
        if built != scale:
            raise CommandError(
                f"Уже построен регион ({built}). Чтобы построить другой ({scale}), "
                "сначала удалите его: make clean-demo."
            )
        self.stdout.write("Регион уже построен, беру его.")

    def build(self, scale: Scale) -> None:
        """All steps; a failed one leaves a half-built region, which `make clean-demo` forgets."""
        steps: list[tuple[str, Callable[[Tell], object]]] = [
            ("Организации", lambda tell: settle.load_places(scale)),
            ("Люди", lambda tell: self._people(scale)),
            ("Работы и шкалы", lambda tell: deliver.bring_works(scale)),
            ("Дорожные карты", lambda tell: cascade.bring_plans(scale, tell)),
            ("Исполнение", lambda tell: cascade.bring_executions(scale, tell)),
            ("События", lambda tell: cascade.bring_meetings()),
            ("Документы ВСОКО", lambda tell: deliver.bring_documents(scale, tell)),
            ("Графики процедур", lambda tell: schedules.bring_schedules(scale, tell)),
            ("Результаты", lambda tell: deliver.bring_results(scale, tell)),
            ("Сроки и полнота", lambda tell: intake.bring_days()),
            ("Проведение", lambda tell: holdings.bring_holdings(scale, tell)),
            ("Базы данных", lambda tell: tables.bring_tables()),
            ("Федеральные маркеры", lambda tell: federal.bring_markers()),
            ("История организаций", lambda tell: settle.change_places(scale)),
        ]
        for title, act in steps:
            self.step(title, act)
        with main_job.worker():
            self.step("Показатели объективности", main_job.compute)
            self.step("Сопоставление с журналом", lambda tell: federal.announce_campaign())
            self.step("Ежегодные отчёты", main_job.build_reports)
        self._analyze()
        _, secret = tokens.issue(name="Демонстрация", by=settle.acting_as("ministry"))
        TOKEN_FILE.write_text(secret)
        TOKEN_FILE.chmod(0o600)
        SCALE_FILE.write_text(scale)

    def _analyze(self) -> None:
        """So much at once leaves the planner without figures until autovacuum comes by."""
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def _people(self, scale: Scale) -> int:
        settle.appoint_people()
        return settle.appoint_the_rest(scale) + len(settle.PEOPLE) + 1

    def step(self, title: str, act: Callable[[Tell], object]) -> None:
        """Do one step; a long one shows how far it is."""
        began = time.monotonic()
        shown = [0.0]

        def tell(done: int, total: int) -> None:
            now = time.monotonic()
            if now - began > 2 and now - shown[0] > 1:
                shown[0] = now
                self.stdout.write(f"  {title}: {done} из {total}", ending="\r" if TTY else "\n")
                self.stdout.flush()

        result = act(tell)
        count = f": {len(result) if isinstance(result, list) else result}" if result else ""
        self.stdout.write(f"{title}{count}, {time.monotonic() - began:.1f} с")
        self.stdout.flush()

    def introduce(self, port: int) -> None:
        self.stdout.write("")
        self.stdout.write(f"Адрес: http://127.0.0.1:{port}/   пароль у всех: {settle.PASSWORD}")
        for login, (code, _, position) in settle.PEOPLE.items():
            place = Organization.objects.get(code=code).short_name
            self.stdout.write(f"  {login:<13} {position}, {place}")
        self.stdout.write(f"  {settle.ADMINISTRATOR:<13} администратор портала")
        if TOKEN_FILE.exists():
            self.stdout.write(f"Токен программного интерфейса (ministry): {TOKEN_FILE.read_text()}")


TTY = sys.stdout.isatty()


def refuse_open_hosts() -> None:
    """The accounts' password is known to all: nobody but this machine may reach them."""
    if settings.PRODUCTION:
        raise CommandError("Демонстрация не запускается в промышленном режиме (RSOKO_PRODUCTION).")
    for host in settings.ALLOWED_HOSTS:
        if host not in {"localhost", "testserver"} and not _is_loopback(host):
            raise CommandError(f"ALLOWED_HOSTS: «{host}» — не этот компьютер, демонстрация опасна.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
