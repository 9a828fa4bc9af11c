"""What the objectivity statistics of a year come to, and the scores they look at."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np
from django.db.models import Count, Max, Q

from monitoring.models import Cell, Statistic
from monitoring.stats.arrays import IntArray
from monitoring.stats.findings import Method
from procedures.models import Work
from reports.queries.tree import Tree, with_territories

# The false discovery rate at which a statistic asks for a closer look: of those with q ≤ 0.05
# at most one in twenty is chance. Benjamini & Hochberg (1995).
CLOSER_LOOK = 0.05


class Tested(NamedTuple):
    """Statistics of one method: computed, asking for a closer look, and why others are not."""

    computed: int = 0
    remarkable: int = 0
    too_few: int = 0
    no_scale: int = 0


class Examined(NamedTuple):
    """Schools for which anything was computed, and those where something asks for a look."""

    schools: int = 0
    remarkable: int = 0


Tests = dict[tuple[int, str], Tested]
Remarkable = dict[int, list[tuple[int, str]]]

IS_OK = Q(status=Statistic.Status.OK)
# The level of a school is context for the other methods and never remarkable by itself.
LOOK = IS_OK & Q(q_value__lte=CLOSER_LOOK) & ~Q(method=Method.LEVEL)


def tests(tree: Tree, works: Collection[Work]) -> tuple[Tests, set[str]]:
    """Statistics by place and method, and the versions of the methods. One query."""
    rows = Statistic.objects.filter(work__in=works, organization__in=tree.schools).order_by()
    grouped = rows.values("organization", "method").annotate(
        computed=Count("pk", filter=IS_OK),
        remarkable=Count("pk", filter=LOOK),
        too_few=Count("pk", filter=Q(status=Statistic.Status.TOO_FEW)),
        no_scale=Count("pk", filter=Q(status=Statistic.Status.NO_SCALE)),
        version=Max("method_version"),
    )
    found, versions = {}, set()
    for row in grouped:
        counts = Tested(row["computed"], row["remarkable"], row["too_few"], row["no_scale"])
        found[row["organization"], row["method"]] = counts
        versions.add(row["version"])
    return with_territories(found, tree, Tested), versions


def remarkable(tree: Tree, works: Collection[Work]) -> Remarkable:
    """What asks for a closer look in each school. One query."""
    rows = Statistic.objects.filter(LOOK, work__in=works, organization__in=tree.schools).order_by(
        "work__grade", "work__subject", "method"
    )
    found: Remarkable = defaultdict(list)
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
        (school, ""): Examined(int(counts.computed > 0), int(counts.remarkable > 0))
        for school, counts in own.items()
    }
    return {place: row for (place, _), row in with_territories(single, tree, Examined).items()}


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
