"""Everything the reports of one region and year are made of, read once for all of them."""

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from monitoring.stats.arrays import IntArray
from organizations.models import Organization
from procedures.models import Work
from procedures.scales import Borders
from reports.queries import duties, objectivity, results
from reports.queries.tree import Tree, tree_of


@dataclass(frozen=True)
class Year:
    """A region's year: counts by place, which add up from the schools to the region."""

    year: int
    data_on: datetime.date
    tree: Tree
    works: list[Work]
    borders: dict[int, Borders]
    intakes: results.Intakes
    tallies: results.Tallies
    means: results.Means
    tests: objectivity.Tests
    watched: objectivity.Watched
    signals: Mapping[int, Any]
    assessed: dict[int, objectivity.Assessed]
    examined: dict[int, objectivity.Examined]
    histograms: dict[int, IntArray]
    papers: duties.Papers
    plans: duties.Plans
    method_versions: frozenset[str]

    def intake(self, place: Organization, work: Work) -> results.Intake:
        return self.intakes.get((place.pk, work.pk), results.Intake())

    def tally(self, place: Organization, work: Work) -> results.Tally:
        return self.tallies.get((place.pk, work.pk), results.Tally())

    def mean(self, place: Organization, work: Work) -> results.Mean | None:
        return self.means.get((place.pk, work.pk))

    def largest_work(self, place: Organization) -> Work | None:
        """The work most pupils of the place wrote."""
        return _largest(self.works, self.tallies, place)


def read(region: Organization, year: int, of: Collection[Organization]) -> Year:
    """What the reports of these places need. Fifteen queries, whatever their number."""
    tree = tree_of(region)
    data_on = timezone.localdate()
    # The works are written in spring, so the year's schools are those of its last school day.
    on = min(data_on, datetime.date(year, 5, 31))
    works = results.works_of(year)
    tallies = results.tallies(tree, works)
    tests, versions = objectivity.tests(tree, works)
    signals = objectivity.signals(tree, year)
    means = results.means({place.pk for one in of for place in tree.line(one)}, year)
    chosen = {place.pk: work for place in of if (work := _largest(works, tallies, place))}
    return Year(
        year=year,
        data_on=data_on,
        tree=tree,
        works=works,
        borders=results.borders_of(year),
        intakes=results.intakes(tree, works, on),
        tallies=tallies,
        means=means,
        tests=tests,
        watched=objectivity.watched(tree, works),
        signals=signals,
        assessed=objectivity.assessed(tree, signals),
        examined=objectivity.examined(tree, tests),
        histograms=objectivity.histograms(tree, chosen),
        papers=duties.papers(tree, year, on),
        plans=duties.plans(tree, year, of, data_on),
        method_versions=frozenset(versions | {mean.method_version for mean in means.values()}),
    )


def _largest(works: Iterable[Work], tallies: results.Tallies, place: Organization) -> Work | None:
    sizes = {work: tallies.get((place.pk, work.pk), results.Tally()).wrote for work in works}
    work = max(sizes, key=lambda one: sizes[one], default=None)
    return work if work is not None and sizes[work] else None
