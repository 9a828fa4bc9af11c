"""The wish to have a work computed: one queue, no wish lost, none done twice."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Model, Q

from monitoring.computation.storing import hold
from monitoring.tasks import compute_objectivity
from organizations.access import Permission, Viewer
from organizations.models import Level, Organization, Run
from organizations.services import audit, guard, runs
from procedures.models import Work

TASK = compute_objectivity.name
UNIT = "школа,школы,школ"


@transaction.atomic
def request(work: Work, *, by: Viewer | None, schools: Iterable[int] | None = None) -> Run:
    """Have a work computed, of all schools or where only these have changed. Raises NotAllowed.

    A wish that still waits takes this one in. While a run is at work, which may have read the
    results already, another is noted to follow it; the computations themselves take turns.
    """
    changed = sorted(set(schools)) if schools is not None else None
    place = _place(by, changed)
    if by is not None:
        guard.require(by, Permission.OBJECTIVITY_COMPUTE, place)
    hold(f"wishes for work {work.pk}")
    run = _waiting(work)
    if run is None:
        run = runs.request(
            TASK,
            subject=_free_subject(work),
            title=f"Показатели и статистики: {work}",
            organization=place,
            by=by,
            unit=UNIT,
            work=work.pk,
            schools=changed,
        )
    else:
        _take_in(run, changed)
    audit.record("objectivity.requested", work, by=by, organization=place, run=run.pk)
    return run


def follow_import(work_id: int, school_ids: list[int]) -> None:
    """New results have come: compute what they change."""
    request(Work.objects.get(pk=work_id), by=None, schools=school_ids)


def _place(by: Viewer | None, schools: list[int] | None) -> Organization:
    """Where the run is seen: the territory of whoever asks, for the portal itself the region.

    An installation may hold several regions: it is the one of the schools that have changed.
    """
    if by is not None:
        return Organization.objects.get(pk=by.territory_id)
    regions = Organization.objects.filter(level=Level.REGION, parent=None).order_by("pk")
    if schools:
        own = Q(children__in=schools) | Q(children__children__in=schools)
        regions = regions.filter(own).distinct()
    return regions[0]


def _waiting(work: Work) -> Run | None:
    """A run of this work that no worker has taken; locked, so that none takes it meanwhile."""
    rows = Run.objects.filter(task=TASK, parameters__work=work.pk, status=Run.Status.REQUESTED)
    return rows.select_for_update().order_by("pk").first()


def _take_in(run: Run, schools: list[int] | None) -> None:
    own = run.parameters["schools"]
    both = None if own is None or schools is None else sorted({*own, *schools})
    run.parameters["schools"] = both
    run.save(update_fields=["parameters"])


def _free_subject(work: Work) -> Model:
    """The work; while a run of it is at work, that run: whoever follows is about it.

    One task and subject have one active run, so the follower needs a subject of its own.
    """
    running = Run.objects.filter(task=TASK, parameters__work=work.pk, status=Run.Status.RUNNING)
    return running.order_by("-pk").first() or work
