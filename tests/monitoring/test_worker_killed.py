"""A worker dies in the middle of a computation: nothing half done stays, nothing is lost."""

import subprocess
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings as portal
from django.db import connection

from monitoring.computation import assess, compute
from monitoring.models import Signal, Statistic
from monitoring.services import computations
from organizations.models import Run
from organizations.tasks import reconcile
from procedures.models import Work
from tests.cast import make_cast
from tests.factories.monitoring import make_schools, make_work, store_results
from tests.monitoring.test_computation import TABLES, Silent, contents
from tests.worker import workers

LEASE_SECONDS = 2


@pytest.fixture
def start_worker(settings, tmp_path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts real workers on the test's database; all are gone at the end."""
    settings.CELERY_TASK_ALWAYS_EAGER = False
    settings.RUN_LEASE_SECONDS = LEASE_SECONDS
    log = tmp_path / "worker.log"
    with workers(log, RUN_LEASE_SECONDS=str(LEASE_SECONDS)) as start:
        yield start


def _wait(until: Callable[[], object], what: str) -> None:
    ends = time.monotonic() + 60
    while not until():
        assert time.monotonic() < ends, f"waited in vain for {what}"
        time.sleep(0.05)


def _is_blocked(table: str) -> bool:
    """Whether somebody waits for the table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = %s::regclass", [table]
        )
        return cursor.fetchone() is not None


def _all_done() -> bool:
    return not Run.objects.active().exists()


@pytest.fixture
def undisturbed() -> list[list[str]]:
    """What two works and their year come to when nobody dies; nothing of it is stored any more."""
    cast = make_cast()
    schools = make_schools(cast.north, 12)
    for seed, work in enumerate([make_work(), make_work("ma4-2026", subject="Математика")]):
        store_results(work, schools, seed=seed, lifted=[2])
        compute(work, progress=Silent())
    assess(cast.region.pk, [2026], progress=Silent())
    found = contents()
    for table in TABLES:
        table.objects.all().delete()
    return found


# Naming the apps lets the flush after the test cascade: a table of knox that no model of ours
# uses refers to the users.
@pytest.mark.django_db(transaction=True, available_apps=portal.INSTALLED_APPS)
@pytest.mark.parametrize(
    ("table", "stored"), [("monitoring_indicatorvalue", 0), ("monitoring_signal", 2)]
)
def test_a_killed_worker_leaves_nothing_half_done_and_the_next_one_does_all(
    undisturbed, start_worker, table, stored
):
    """The first dies in the middle of a work, or of the year once both works are stored."""
    blocking = connection.copy()
    try:
        blocking.set_autocommit(False)
        blocking.cursor().execute(f"LOCK TABLE {table} IN SHARE MODE")
        first = start_worker()
        for work in Work.objects.order_by("pk"):
            computations.request(work, by=None)
        _wait(lambda: _is_blocked(table), "the worker in the middle of its storing")
        first.kill()
        first.wait()
    finally:
        blocking.close()

    assert Statistic.objects.values("work").distinct().count() == stored
    assert not Signal.objects.exists()
    assert Run.objects.filter(status="running").count() == 1
    _wait(lambda: Run.objects.claimable().count() == 2 - stored // 2, "the end of the lease")
    reconcile()
    reconcile()  # a doorbell rung twice is answered once
    start_worker()
    _wait(_all_done, "the second worker")

    assert contents() == undisturbed
    assert set(Run.objects.values_list("status", flat=True)) == {"done"}
    assert sorted(Run.objects.values_list("attempt", flat=True)) == [1, 1, 2]
