"""The wish to have a work computed: one queue, no wish lost, none done twice."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q

from monitoring.tasks import wish_computation
from organizations.access import Permission, Viewer
from organizations.models import Level, Organization, Run
from organizations.services import audit, guard
from procedures.models import Work


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
    run = wish_computation(work, place=place, by=by, schools=changed)
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
