"""A worker dies in the middle of a computation: nothing half done stays, nothing is lost."""

import subprocess
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings as portal
from django.db import connection

from monitoring.computation import compute
from monitoring.models import Cell, IndicatorValue, Statistic
from monitoring.services import computations
from organizations.models import Run
from organizations.tasks import reconcile
from tests.cast import make_cast
from tests.factories.monitoring import make_schools, make_work, store_results
from tests.monitoring.test_computation import Silent, contents
from tests.worker import workers

OWN_REDIS = 7  # the number of a Redis database that nothing else here uses
LEASE_SECONDS = 2


@pytest.fixture
def start_worker(settings, tmp_path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts real workers on the test's database; all are gone at the end."""
    settings.CELERY_TASK_ALWAYS_EAGER = False
    settings.RUN_LEASE_SECONDS = LEASE_SECONDS
    log = tmp_path / "worker.log"
    with workers(OWN_REDIS, log, RUN_LEASE_SECONDS=str(LEASE_SECONDS)) as start:
        yield start


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
