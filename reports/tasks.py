"""Carries report runs to the worker."""

from celery import shared_task

from organizations.models import Organization
from organizations.queries import viewer_of
from organizations.services import runs
from reports.building import build


@shared_task(acks_late=True)
def build_report(run_id: int) -> None:
    """Build the one report a run is about; delivered twice, it works once."""
    _build(run_id)


@shared_task(acks_late=True)
def build_municipalities(run_id: int) -> None:
    """Build the reports of the municipalities below an organization."""
    _build(run_id)


@shared_task(acks_late=True)
def build_schools(run_id: int) -> None:
    """Build the reports of the schools below an organization."""
    _build(run_id)


def _build(run_id: int) -> None:
    run = runs.claim(run_id)
    if run is None:
        return
    with runs.recorded(run) as progress:
        places = Organization.objects.in_bulk(run.parameters["places"])
        by = viewer_of(run.requested_by) if run.requested_by else None
        progress(0, len(places))
        built = build(
            list(places.values()), run.parameters["year"], by=by, hold=progress.hold, run=run
        )
        for number, _ in enumerate(built, start=1):
            progress(number, len(places))
        progress.result["отчётов"] = len(places)
