"""The work: results become class cells, indicators and statistics, a year of them signals."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from monitoring.computation.cases import open_cases, tell_of_faded
from monitoring.computation.signals import store_signals
from monitoring.computation.statistics import store_examined
from monitoring.computation.storing import hold
from monitoring.computation.summaries import Written, read_rows, store_cells
from monitoring.computation.values import store_values, store_values_of_year
from monitoring.models import Cell
from monitoring.models.signal import expiry
from monitoring.queries.cells import ClassCells, has_uncounted
from monitoring.queries.examined import borders_of, controlled_schools, engine_work
from monitoring.queries.regions import Region, region_by_key, regions_of
from monitoring.queries.settings import settings_for
from monitoring.stats import engine
from monitoring.stats.settings import Settings
from organizations.models import Organization
from procedures.models import Result, Work


class Watch(Protocol):
    """Whoever is told how far the work is, and may forbid its end."""

    def __call__(self, done: int, total: int) -> None:
        """So many schools of so many are done."""

    def hold(self) -> None:
        """Called once inside the storing transaction; raises when the work is no longer ours."""


@dataclass(frozen=True)
class Computed:
    """How many schools have numbers now, and the regions concerned.

    `left_out`: region → the names of its schools whose rows do not fit the work.
    """

    schools: int
    left_out: dict[int, tuple[str, ...]]
    regions: tuple[int, ...]


def compute(
    work: Work,
    *,
    progress: Watch,
    schools: Collection[int] | None = None,
    run_id: int | None = None,
    then: Callable[[Work, Collection[int], Collection[int] | None], object] = (
        lambda work, regions, schools: None
    ),
) -> Computed:
    """Compute everything a work gives, in one transaction. Running it again changes no row.

    `schools` names those whose results have changed: only their cells are made anew, their
    indicators and those above them, and only their regions looked at; cells of an earlier shape
    make it all of them (None). What the year comes to is `assess`'s: `then` is called with the
    regions and the schools inside the transaction, so that a wish for it is stored with the
    statistics or not at all. Two computations of one work take turns. The number of queries does
    not depend on the number of schools.
    """
    total = _schools(work)
    progress(0, total)
    with transaction.atomic():
        hold(f"computation of work {work.pk}")
        progress.hold()
        only = None if schools is None or has_uncounted(work) else schools
        changed = _all_schools(work) if only is None else set(only)
        regions = [region_by_key(pk) for pk in regions_of(changed)]
        outcomes = [
            _compute(work, region, changed, region.owners(only), run_id) for region in regions
        ]
        computed = Computed(
            sum(counted for counted, _ in outcomes),
            {
                region.pk: _names(left_out)
                for region, (_, left_out) in zip(regions, outcomes, strict=True)
                if left_out
            },
            tuple(region.pk for region in regions),
        )
        then(work, computed.regions, only)
    progress(total, total)
    return computed


def assess(
    region: int,
    years: Collection[int],
    *,
    progress: Watch,
    schools: Collection[int] | None = None,
    settings: Settings | None = None,
    run_id: int | None = None,
) -> None:
    """What the stored numbers of works come to in these years of a region: values and signals.

    Values of a year are those of its own works: only they of `schools`, and of those above them,
    are made anew; a signal rests on all the others too.
    A signal that has not gone out yet asks its school: its case is opened with it. All in one
    transaction; two assessments of one region take turns.
    """
    progress(0, len(years))
    with transaction.atomic():
        hold(f"signals of region {region}")
        progress.hold()
        place = region_by_key(region)
        for year in sorted(years):
            store_values_of_year(year, place.owners(schools), run_id)
            store_signals(year, place, settings or settings_for(region, year), run_id)
            if timezone.localdate() < expiry(year):
                open_cases(region, year)
                tell_of_faded(region, year)
    progress(len(years), len(years))


def _compute(
    work: Work,
    region: Region,
    changed: Collection[int],
    owners: list[int],
    run_id: int | None,
) -> tuple[int, list[int]]:
    """One region's part of a work; how many schools have numbers, and who was left out."""
    written = read_rows(work, region.schools.tolist())
    examined = _examined(work, region, written)
    classes = _classes(written, examined)
    own = [school for school in region.schools.tolist() if school in changed]
    store_cells(work, own, classes)
    store_examined(work, region, written.schools, examined, run_id)
    store_values(work, region, owners, classes, run_id)
    return len(written.schools), written.left_out


def _examined(work: Work, region: Region, written: Written) -> engine.Examined | None:
    """None where nobody has a row."""
    if not len(written.schools):
        return None
    known = engine_work(work, borders_of(work))
    controlled = np.isin(written.schools, controlled_schools(work))
    return engine.examine(known, written.rows, region.of(written.schools), controlled)


def _classes(written: Written, examined: engine.Examined | None) -> ClassCells | None:
    if examined is None or examined.cells is None:
        return None
    schools = written.schools[examined.class_school]
    return ClassCells(schools, examined.class_number, examined.cells)


def _schools(work: Work) -> int:
    counted = Result.objects.filter(work=work).aggregate(n=Count("organization", distinct=True))
    return int(counted["n"])


def _all_schools(work: Work) -> set[int]:
    """The schools that have results of the work, or cells of results that are gone."""
    found: set[int] = set()
    for rows in (Result.objects.filter(work=work), Cell.objects.filter(work=work)):
        found |= set(rows.order_by().values_list("organization", flat=True).distinct())
    return found


def _names(schools: Collection[int]) -> tuple[str, ...]:
    rows = Organization.objects.filter(pk__in=schools).order_by("short_name")
    return tuple(rows.values_list("short_name", flat=True))
