"""A worker dies in the middle of a computation: nothing half done stays, nothing is lost."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from celery import current_app
from django.conf import settings as portal
from django.db import connection

from monitoring.computation import compute
from monitoring.models import Cell, IndicatorValue, Statistic
from monitoring.services import computations
from organizations.models import Run
from organizations.tasks import reconcile
from rsoko import embedded
from tests.cast import make_cast
from tests.factories.monitoring import make_schools, make_work, store_results
from tests.monitoring.test_computation import Silent, contents

OWN_REDIS = "7"  # the number of a Redis database that nothing else here uses
LEASE_SECONDS = 2


def _database_url() -> str:
    """The test's database as a worker of its own is told of it."""
    url = urlsplit(os.environ.get("DATABASE_URL", embedded.DATABASE_URL))
    return urlunsplit(url._replace(path=f"/{connection.settings_dict['NAME']}"))


def _broker_url() -> str:
    url = os.environ.get("REDIS_URL", embedded.REDIS_URL)
    if url.startswith("redis+socket:"):
        return f"{url}?virtual_host={OWN_REDIS}"
    return urlunsplit(urlsplit(url)._replace(path=f"/{OWN_REDIS}"))


def _empty_broker() -> None:
    url = _broker_url().replace("redis+socket://", "unix://").replace("virtual_host", "db")
    with redis.Redis.from_url(url) as client:
        client.flushdb()


def _ring(task: str, run_id: int) -> None:
    """The doorbell, rung at this test's own broker."""
    with current_app.connection_for_write(_broker_url()) as broker:
        current_app.send_task(task, [run_id], connection=broker, ignore_result=True)


@pytest.fixture
def start_worker(settings, monkeypatch, tmp_path) -> Iterator[Callable[[], subprocess.Popen]]:
    """Starts real workers on the test's database; all are gone at the end."""
    settings.CELERY_TASK_ALWAYS_EAGER = False
    settings.RUN_LEASE_SECONDS = LEASE_SECONDS
    monkeypatch.setattr("organizations.services.runs.ring", _ring)
    monkeypatch.setattr("organizations.tasks.ring", _ring)
    _empty_broker()
    started: list[subprocess.Popen] = []
    environment = os.environ | {
        "DATABASE_URL": _database_url(),
        "REDIS_URL": _broker_url(),
        "RUN_LEASE_SECONDS": str(LEASE_SECONDS),
    }
    command = [sys.executable, "-m", "celery", "-A", "rsoko", "worker", "-P", "solo",
               "--loglevel=error", "--without-gossip", "--without-mingle"]  # fmt: skip

    def start() -> subprocess.Popen:
        with Path(tmp_path, "worker.log").open("a") as log:
            worker = subprocess.Popen(
                command, cwd=portal.BASE_DIR, env=environment, stdout=log, stderr=log
            )
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.kill()
        worker.wait()
    _empty_broker()


def _wait(until: Callable[[], object], what: str) -> None:
    ends = time.monotonic() + 60
    while not until():
        assert time.monotonic() < ends, f"waited in vain for {what}"
        time.sleep(0.05)


def _is_blocked() -> bool:
    """Whether somebody waits for the table of indicators."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_locks WHERE NOT granted"
            " AND relation = 'monitoring_indicatorvalue'::regclass"
        )
        return cursor.fetchone() is not None


# Naming the apps lets the flush after the test cascade: a table of knox that no model of ours
# uses refers to the users.
@pytest.mark.django_db(transaction=True, available_apps=portal.INSTALLED_APPS)
def test_a_killed_worker_leaves_nothing_half_done_and_the_next_one_does_all(start_worker):
    schools = make_schools(make_cast().north, 12)
    works = [make_work(), make_work("ma4-2026", subject="Математика")]
    for seed, work in enumerate(works):
        store_results(work, schools, seed=seed, lifted=[2])
        compute(work, progress=Silent())
    undisturbed = contents()
    for table in (Cell, IndicatorValue, Statistic):
        table.objects.all().delete()

    blocking = connection.copy()
    try:
        blocking.set_autocommit(False)
        blocking.cursor().execute("LOCK TABLE monitoring_indicatorvalue IN SHARE MODE")
        first = start_worker()
        for work in works:
            computations.request(work, by=None)
        _wait(_is_blocked, "the worker in the middle of its storing")
        first.kill()
        first.wait()
    finally:
        blocking.close()

    assert not Statistic.objects.exists()
    assert Run.objects.filter(status="running").count() == 1
    _wait(lambda: Run.objects.claimable().count() == 2, "the end of the lease")
    reconcile()
    start_worker()
    _wait(lambda: Run.objects.filter(status="done").count() == 2, "the second worker")

    assert contents() == undisturbed
    assert sorted(Run.objects.values_list("attempt", flat=True)) == [1, 2]
