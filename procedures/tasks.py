"""The import of one form in the background, and who is told when results have changed.

Monitoring computes from results, but imports go down only: this app does not know who listens.
A listener puts a function into AFTER_IMPORT when its app is ready; it is called, after the results
are committed, with the work and the schools whose results changed.
"""

from collections.abc import Callable, Sequence

from celery import shared_task
from django.db import transaction

from organizations.services import runs
from procedures.exchange import importer
from procedures.models import Protocol

AFTER_IMPORT: list[Callable[[int, list[int]], None]] = []


def announce(work_id: int, school_ids: Sequence[int]) -> None:
    """Tell the listeners that these schools have other results in this work."""
    for listener in AFTER_IMPORT:
        listener(work_id, list(school_ids))


def announce_on_commit(work_id: int, school_ids: Sequence[int]) -> None:
    """Tell them once the results are committed; what fails there does not undo the import."""
    transaction.on_commit(lambda: announce(work_id, school_ids), robust=True)


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
        if protocol.state == Protocol.State.ACCEPTED:
            announce_on_commit(protocol.work_id, [protocol.organization_id])
