"""Real Celery workers on the test's database, rung at a Redis database of their own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from celery import current_app
from django.conf import settings
from django.db import connection

from rsoko import embedded

COMMAND = [sys.executable, "-m", "celery", "-A", "rsoko", "worker", "-P", "solo",
           "--loglevel=error", "--without-gossip", "--without-mingle"]  # fmt: skip
# The number of a Redis database that nothing else uses, another one in each process of xdist:
# a worker that takes a message of the other process would not find its run.
OWN_REDIS = 8 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
RINGS = ("organizations.services.runs.ring", "organizations.tasks.ring")


@contextmanager
def workers(log: Path, **environment: str) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Gives what starts a worker; inside, runs wait for one, at the end all are gone.

    The settings must already say that tasks are not done where they are asked for.
    """
    broker = _broker_url(OWN_REDIS)
    own = {"DATABASE_URL": database_url(), "REDIS_URL": broker}
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        with log.open("a") as out:
            worker = subprocess.Popen(
                COMMAND, cwd=settings.BASE_DIR, env=os.environ | own | environment,
                stdout=out, stderr=out,
            )  # fmt: skip
        started.append(worker)
        return worker

    def ring(task: str, run_id: int) -> None:
        with current_app.connection_for_write(broker) as wire:
            current_app.send_task(task, [run_id], connection=wire, ignore_result=True)

    _empty(broker)
    with pytest.MonkeyPatch.context() as patch:
        for name in RINGS:
            patch.setattr(name, ring)
        try:
            yield start
        finally:
            for worker in started:
                worker.kill()
                worker.wait()
            _empty(broker)


def database_url() -> str:
    """The test's database as a worker of its own is told of it."""
    url = urlsplit(os.environ.get("DATABASE_URL", embedded.DATABASE_URL))
    return urlunsplit(url._replace(path=f"/{connection.settings_dict['NAME']}"))


def _broker_url(number: int) -> str:
    url = os.environ.get("REDIS_URL", embedded.REDIS_URL)
    if url.startswith("redis+socket:"):
        return f"{url}?virtual_host={number}"
    return urlunsplit(urlsplit(url)._replace(path=f"/{number}"))


def _empty(broker: str) -> None:
    url = broker.replace("redis+socket://", "unix://").replace("virtual_host", "db")
    with redis.Redis.from_url(url) as client:
        client.flushdb()
