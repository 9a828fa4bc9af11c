"""Web, worker and beat on what is there, under one roof: the demonstration's and a developer's."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

LOOPBACK = "127.0.0.1"


class Command(BaseCommand):
    help = "Запускает веб-сервер, исполнителя запусков и расписание на 127.0.0.1."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=2, help="процессов у исполнителя")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("migrate", interactive=False, verbosity=0)
        children = {
            name: subprocess.Popen(command, env=os.environ)
            for name, command in commands(options["port"], options["workers"]).items()
        }
        signal.signal(signal.SIGTERM, _interrupt)
        self.stdout.write(f"Портал: http://{LOOPBACK}:{options['port']}/  (остановить: Ctrl+C)")
        try:
            self._wait(children)
        except KeyboardInterrupt:
            self.stdout.write("Останавливаю…")
        finally:
            _stop(children)

    def _wait(self, children: dict[str, "subprocess.Popen[bytes]"]) -> None:
        """Until one of them ends: alone the others are no portal."""
        while True:
            for name, child in children.items():
                if child.poll() is not None:
                    self.stderr.write(f"Процесс «{name}» завершился с кодом {child.returncode}.")
                    sys.exit(1)
            time.sleep(0.5)


def commands(port: int, workers: int) -> dict[str, list[str]]:
    """The three processes of the portal, as the production image starts them too."""
    programs = Path(sys.executable).parent
    celery = [str(programs / "celery"), "-A", "rsoko"]
    level = ["--loglevel", "warning"]
    schedule = settings.CELERY_BEAT_SCHEDULE_FILENAME
    return {
        "web": [
            str(programs / "granian"), "--interface", "wsgi", "--host", LOOPBACK,
            "--port", str(port), "--workers", "1", "--blocking-threads", "4",
            "--log-level", "warning", "rsoko.wsgi:application",
        ],
        "worker": [*celery, "worker", "--concurrency", str(workers), *level],
        "beat": [*celery, "beat", "--pidfile", "", "-s", schedule, *level],
    }  # fmt: skip


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _stop(children: dict[str, "subprocess.Popen[bytes]"]) -> None:
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    for child in children.values():
        try:
            child.wait(timeout=15)
        except subprocess.TimeoutExpired:
            child.kill()
