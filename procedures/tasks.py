"""The import of one form in the background."""

from celery import shared_task

from organizations.services import runs
from procedures.exchange import importer
from procedures.models import Protocol


@shared_task(acks_late=True)
def import_results(run_id: int) -> None:
    """Check a protocol's file and write its rows; delivered twice, it works once."""
    run = runs.claim(run_id)
    if run is None:
        return
    with runs.recorded(run) as progress:
        waiting = Protocol.objects.select_related("organization", "work")
        protocol = importer.process(waiting.get(pk=run.parameters["protocol"]), progress=progress)
        progress.result |= {"state": protocol.state, "rows": protocol.rows_written}
