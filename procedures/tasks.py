"""What is done about the intake in the background: forms checked, people reminded."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from organizations.services import runs
from procedures import reminders
from procedures.exchange import importer, waiting
from procedures.models import Protocol


@shared_task(acks_late=True)
def import_results(run_id: int) -> None:
    """Check a protocol's file, to be written once a person agrees; delivered twice, works once."""
    run = runs.claim(run_id)
    if run is None:
        return
    with runs.recorded(run) as progress:
        rows = Protocol.objects.select_related("organization", "work")
        protocol = importer.process(
            rows.get(pk=run.parameters["protocol"]), progress=progress, write=False
        )
        progress.result |= {"state": protocol.state, "rows": protocol.rows_in}


@shared_task(ignore_result=True)
def remind() -> None:
    """Before the digest goes out: let old files go, have each region reminded of its works."""
    waiting.expire(settings.INTAKE_READY_DAYS, timezone.now())
    runs.request_for_regions(
        remind_region.name,
        title="Напоминания о протоколах",
        unit="уведомление,уведомления,уведомлений",
    )


@shared_task(acks_late=True)
def remind_region(run_id: int) -> None:
    """Remind one region; delivered twice, or killed and taken up again, nobody is told twice."""
    run = runs.claim(run_id)
    if run is None:
        return
    with runs.recorded(run) as progress:
        progress.result["notices"] = reminders.remind(run.organization)
