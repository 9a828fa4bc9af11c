"""The work: results of a work become class cells, indicators and statistics of objectivity."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from django.db import transaction
from django.db.models import Count

from monitoring.computation.statistics import store_statistics
from monitoring.computation.storing import hold
from monitoring.computation.summaries import refresh_cells
from monitoring.computation.values import store_values, store_year
from monitoring.queries.cells import class_cells, has_uncounted, stands
from organizations.models import Organization
from procedures.models import Result, Work
from procedures.queries import newest_scale
from procedures.scales import Borders


class Watch(Protocol):
    """Whoever is told how far the work is, and may forbid its end."""

    def __call__(self, done: int, total: int) -> None:
        """So many schools of so many are done."""

    def hold(self) -> None:
        """Called once inside the storing transaction; raises when the work is no longer ours."""


@dataclass(frozen=True)
class Computed:
    """How many schools have numbers now, and the names of those that had to be left out."""

    schools: int
    left_out: tuple[str, ...]


def compute(
    work: Work,
    *,
    progress: Watch,
    schools: Collection[int] | None = None,
    run_id: int | None = None,
) -> Computed:
    """Compute everything a work gives, in one transaction. Running it again changes no row.

    `schools` names those whose results have changed: only their rows are read, the numbers of
    all are made anew from the cells. Cells of an earlier shape make it read the rows of all. Two
    computations of one work take turns. The number of queries does not depend on the number of
    schools.
    """
    total = _schools(work)
    progress(0, total)
    with transaction.atomic():
        hold(f"computation of work {work.pk}")
        progress.hold()
        left_out = refresh_cells(work, None if has_uncounted(work) else schools)
        classes = class_cells(work)
        stand = stands(set(classes.school.tolist()))
        store_statistics(work, _borders(work), classes, stand, run_id)
        store_values(work, classes, stand, run_id)
        store_year(work.year, run_id)
    progress(total, total)
    return Computed(len(stand), _names(left_out))


def _schools(work: Work) -> int:
    counted = Result.objects.filter(work=work).aggregate(n=Count("organization", distinct=True))
    return int(counted["n"])


def _names(schools: Collection[int]) -> tuple[str, ...]:
    rows = Organization.objects.filter(pk__in=schools).order_by("short_name")
    return tuple(rows.values_list("short_name", flat=True)) if schools else ()


def _borders(work: Work) -> Borders | None:
    scale = newest_scale(work.pk)
    return Borders(scale.three, scale.four, scale.five) if scale else None
