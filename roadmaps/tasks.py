"""The night of reminders: one run a region, so that a killed worker's is taken up by another."""

from celery import shared_task

from organizations.services import runs
from roadmaps import reminders


@shared_task(ignore_result=True)
def remind() -> None:
    """Before the digest goes out: have each region reminded of its deadlines."""
    runs.request_for_regions(
        remind_region.name,
        title="Напоминания о сроках",
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
