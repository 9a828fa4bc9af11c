"""The doorbell of the queue of record, what keeps the queue moving, and the post."""

import logging

from celery import current_app, shared_task
from django.core.cache import cache
from django.utils import timezone
from kombu.exceptions import OperationalError

from organizations import letters
from organizations.models import Run

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 5
HEARTBEAT = "worker-heartbeat"
HEARTBEAT_SECONDS = 60


def ring(task: str, run_id: int) -> None:
    """Tell the workers that a run waits; when nobody hears it, `reconcile` rings again."""
    try:
        current_app.signature(task).delay(run_id)
    except OperationalError:
        log.warning("run %s waits: the broker did not answer", run_id)


@shared_task(ignore_result=True)
def reconcile() -> None:
    """Ring again for the runs nobody works on: their message or their worker was lost."""
    exhausted = Run.objects.claimable().filter(attempt__gte=MOST_ATTEMPTS)
    exhausted.update(
        status=Run.Status.FAILED,
        ended_at=timezone.now(),
        error=f"Работа прерывалась {MOST_ATTEMPTS} раз подряд и остановлена.",
    )
    for task, run_id in Run.objects.claimable().values_list("task", "pk"):
        ring(task, run_id)


@shared_task(ignore_result=True)
def heartbeat() -> None:
    """Leave a sign of life for /readyz."""
    cache.set(HEARTBEAT, timezone.now().isoformat(), HEARTBEAT_SECONDS)


@shared_task(ignore_result=True)
def send_letters() -> None:
    """Send the letters whose time has come, those that failed before among them."""
    letters.send_due()


@shared_task(ignore_result=True)
def send_digests() -> None:
    """In the morning: one letter a person with all that has gathered for them since yesterday."""
    letters.open_digests()
    letters.send_due()
