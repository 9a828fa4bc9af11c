"""What the objectivity statistics of a year come to, and the scores they look at."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Count, Max, Q

from monitoring.models import Cell, Signal, Statistic
from monitoring.queries.cases import is_out
from monitoring.queries.objectivity import IS_LEVEL, TESTED, WATCH
from monitoring.stats.arrays import IntArray
from procedures.models import Work
from reports.queries.tree import Tree, with_territories


class Tested(NamedTuple):
    """Statistics of one method: computed, attention each by itself, and why others are not."""

    computed: int = 0
    watched: int = 0
    too_few: int = 0
    no_scale: int = 0


class Examined(NamedTuple):
    """Schools for which anything was computed, and those where something alone is attention."""

    schools: int = 0
    watched: int = 0


class Assessed(NamedTuple):
    """Schools whose year could be judged, and those of them whose signal or attention counts."""

    schools: int = 0
    signal: int = 0
    watch: int = 0


Tests = dict[tuple[int, str], Tested]
Watched = dict[int, list[tuple[int, str]]]

# The level of a school is context for the other methods and never attention by itself.
LOOK = WATCH & ~IS_LEVEL


def tests(tree: Tree, works: Collection[Work]) -> tuple[Tests, set[str]]:
    """Statistics by place and method, and the versions of the methods. One query."""
    rows = Statistic.objects.filter(work__in=works, organization__in=tree.schools).order_by()
    grouped = rows.values("organization", "method").annotate(
        computed=Count("pk", filter=TESTED),
        watched=Count("pk", filter=LOOK),
        too_few=Count("pk", filter=Q(status=Statistic.Status.TOO_FEW)),
        no_scale=Count("pk", filter=Q(status=Statistic.Status.NO_SCALE)),
        version=Max("method_version"),
    )
    found, versions = {}, set()
    for row in grouped:
        counts = Tested(row["computed"], row["watched"], row["too_few"], row["no_scale"])
        found[row["organization"], row["method"]] = counts
        versions.add(row["version"])
    return with_territories(found, tree, Tested), versions


def watched(tree: Tree, works: Collection[Work]) -> Watched:
    """What is attention by itself in each school. One query."""
    rows = Statistic.objects.filter(LOOK, work__in=works, organization__in=tree.schools).order_by(
        "work__grade", "work__subject", "method"
    )
    found: Watched = defaultdict(list)
    for school, work, method in rows.values_list("organization", "work", "method"):
        found[school].append((work, method))
    return found


def examined(tree: Tree, tests: Tests) -> dict[int, Examined]:
    """How many schools of each place were examined."""
    own: dict[int, Tested] = defaultdict(Tested)
    for (place, _), counts in tests.items():
        if place in tree.schools:
            own[place] = Tested(*map(sum, zip(own[place], counts, strict=True)))
    single = {
        (school, ""): Examined(int(counts.computed > 0), int(counts.watched > 0))
        for school, counts in own.items()
    }
    return {place: row for (place, _), row in with_territories(single, tree, Examined).items()}


def signals(tree: Tree, year: int) -> dict[int, Any]:
    """What the year of each school comes to; `out` tells the signals that no longer count.

    One query.
    """
    rows = Signal.objects.filter(year=year, organization__in=tree.schools).annotate(out=is_out())
    return {signal.organization_id: signal for signal in rows}


def assessed(tree: Tree, signals: Mapping[int, Any]) -> dict[int, Assessed]:
    """How the years of the schools of each place stand."""
    single = {
        (school, ""): Assessed(
            1,
            int(signal.tier == Signal.Tier.RED and not signal.out),
            int(signal.tier == Signal.Tier.AMBER and not signal.out),
        )
        for school, signal in signals.items()
        if signal.tier != Signal.Tier.INSUFFICIENT
    }
    return {place: row for (place, _), row in with_territories(single, tree, Assessed).items()}


def histograms(tree: Tree, chosen: Mapping[int, Work]) -> dict[int, IntArray]:
    """Pupils by primary score of the work chosen for each place. One query."""
    schools: dict[int, set[int]] = defaultdict(set)
    for place, work in chosen.items():
        schools[work.pk].update(school.pk for school in tree.schools_of(tree.places[place]))
    wanted = Q(pk__in=())
    for work_id, some in schools.items():
        wanted |= Q(work=work_id, organization__in=some)
    found = {place: np.zeros(work.max_score + 1, dtype=np.int64) for place, work in chosen.items()}
    rows = Cell.objects.filter(wanted).order_by().values_list("organization", "work", "histogram")
    for school, work_id, histogram in rows:
        for place in tree.chain(school):
            if place in chosen and chosen[place].pk == work_id:
                found[place] += np.array(histogram)
    return found
