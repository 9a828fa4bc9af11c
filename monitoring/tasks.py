"""Carries a computation to the worker; no rule and no arithmetic here."""

from celery import shared_task

from monitoring.computation import compute
from organizations.models import Level
from organizations.services import runs
from procedures.models import Work


@shared_task(acks_late=True)
def compute_objectivity(run_id: int) -> None:
    """Compute a work's indicators and statistics; delivered twice, it works once."""
    run = runs.claim(run_id)
    if run is None:
        return
    with runs.recorded(run) as progress:
        work = Work.objects.get(pk=run.parameters["work"])
        schools = run.parameters["schools"]
        computed = compute(work, progress=progress, schools=schools, run_id=run.pk)
        progress.result["schools"] = computed.schools
        # Other territories' schools are nobody's business but the region's.
        if computed.left_out and run.organization.level == Level.REGION:
            progress.result["left_out"] = ", ".join(computed.left_out)
