"""The night of reminders: one run a region, so that a killed worker's is taken up by another."""

from contextlib import suppress

from celery import shared_task

from organizations.errors import Conflict
from organizations.models import Kind, Organization
from organizations.services import runs
from roadmaps import reminders


@shared_task(ignore_result=True)
def remind() -> None:
    """Before the digest goes out: have each region reminded of its deadlines."""
    for region in Organization.objects.filter(kind=Kind.REGION).order_by("pk"):
        with suppress(Conflict):  # yesterday's still waits for a worker: it reads today's clock
            runs.request(
                remind_region.name,
                subject=region,
                title=f"Напоминания о сроках: {region}",
                organization=region,
                by=None,
                unit="срок,срока,сроков",
            )


@shared_task(acks_late=True)
def remind_region(run_id: int) -> None:
    """Remind one region; delivered twice, or killed and taken up again, nobody is told twice."""
    run = runs.claim(run_id)
    if run is None:
        return
    with runs.recorded(run) as progress:
        progress.result["notices"] = reminders.remind(run.organization, progress=progress)
