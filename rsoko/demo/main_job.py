"""The main job, done by a real worker: objectivity computed, yearly reports built."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db.models import Count, Q

from monitoring.services import computations
from organizations.models import Kind, Organization, Run
from procedures.models import Work
from reports.services import yearly
from rsoko.demo.settle import acting_as
from rsoko.demo.works import YEAR

Tell = Callable[[int, int], None]


@contextmanager
def worker() -> Iterator[None]:
    """A Celery worker for as long as the block lasts."""
    program = Path(sys.executable).parent / "celery"
    command = [
        str(program),
        "-A",
        "rsoko",
        "-q",
        "worker",
        "--concurrency",
        "2",
        "--loglevel",
        "error",
    ]
    process = subprocess.Popen(command)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def compute(tell: Tell) -> list[Run]:
    """Have every work's indicators computed, and wait until they are."""
    by = acting_as("centre")
    for work in Work.objects.all():
        computations.request(work, by=by)
    return _wait("monitoring.tasks", tell)


def build_reports(tell: Tell) -> list[Run]:
    """The yearly reports of the region, of its municipalities and of its schools."""
    by = acting_as("ministry")
    region = Organization.objects.get(kind=Kind.REGION)
    yearly.request_all(region, YEAR, "region", by=by)
    yearly.request_all(region, YEAR, "municipality", by=by)
    for municipality in Organization.objects.filter(kind=Kind.MUNICIPALITY):
        yearly.request_all(municipality, YEAR, "school", by=by)
    return _wait("reports.tasks", tell)


def _wait(task: str, tell: Tell) -> list[Run]:
    """Until no run of these tasks is under way; a failed one ends the demonstration."""
    runs = Run.objects.filter(task__startswith=task)
    while True:
        state = runs.aggregate(all=Count("pk"), ended=Count("pk", filter=~Q(status__in=Run.ACTIVE)))
        tell(state["ended"], state["all"])
        if state["ended"] == state["all"]:
            break
        time.sleep(0.3)
    if failed := runs.exclude(status=Run.Status.DONE).first():
        raise RuntimeError(f"{failed.title}: {failed.get_status_display()}. {failed.error}")
    return list(runs)
