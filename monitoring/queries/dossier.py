"""Reads of a school's dossier: its years, works and signals, and what evidence rests on."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from monitoring.models import Signal, Statistic, WorkReference
from monitoring.queries.objectivity import raise_to, shaped
from monitoring.stats.arrays import IntArray, PointsArray
from monitoring.stats.findings import Method
from monitoring.stats.reference import Reference
from organizations.access import Viewer
from organizations.models import Organization
from procedures.models import Result, Work

YEARS_SHOWN = 3

# By method: rows with two names more, `shape` and `of_class`, the class that a signal rests on.
Findings = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """One work in a school's dossier: what each method found in it."""

    work: Work
    findings: Findings

    @property
    def pupils(self) -> int:
        found = self.findings.get(Method.LEVEL)
        return found.n if found else 0


@dataclass(frozen=True)
class Year:
    """A school's year: its works, what was found over all of them together, what it comes to."""

    number: int
    columns: list[Column]
    pooled: Findings = field(default_factory=dict)
    signal: Signal | None = None


def dossier(school: Organization) -> list[Year]:
    """The school's last three years, oldest first. Three queries."""
    rows = Statistic.objects.filter(organization=school)
    last = rows.order_by("-year").values_list("year", flat=True).first()
    if last is None:
        return []
    recent = shaped(rows.filter(year__gt=last - YEARS_SHOWN)).select_related("work")
    by_year: dict[int, dict[Work | None, Findings]] = defaultdict(lambda: defaultdict(dict))
    for row in recent.order_by("year", "work__grade", "work__subject", "work"):
        row.of_class = None
        by_year[row.year][row.work][row.method] = row
    signals = Signal.objects.filter(organization=school, year__gt=last - YEARS_SHOWN)
    of_year = {signal.year: signal for signal in signals}
    return [_year(number, works, of_year.get(number)) for number, works in by_year.items()]


def _year(number: int, works: dict[Work | None, Findings], signal: Signal | None) -> Year:
    pooled = works.pop(None, {})
    columns = [Column(work, found) for work, found in works.items() if work is not None]
    if signal is not None:
        raise_to(signal, {None: pooled} | {one.work.code: one.findings for one in columns})
    return Year(number, columns, pooled, signal)


def columns_of(years: list[Year]) -> Iterator[Column]:
    for year in years:
        yield from year.columns


def reference_of(work: Work, region: Organization) -> Reference | None:
    """What the region's pupils let expect in a work; None until it is computed. One query."""
    row = WorkReference.objects.filter(work=work, organization=region).defer("findings").first()
    if row is None or len(row.pupils) != work.max_score + 1:
        return None
    scores, tasks = work.max_score + 1, len(work.tasks)
    shapes = {
        "pupils": (scores,),
        "means": (scores, tasks),
        "full": (scores, tasks),
        "covariance": (scores, tasks, tasks),
        "values": (scores, tasks, -1),
        "between_classes": (tasks, tasks),
        "between_schools": (tasks, tasks),
    }
    return Reference(**{n: np.array(getattr(row, n)).reshape(size) for n, size in shapes.items()})


def points_of(viewer: Viewer, school: Organization, work: Work, class_number: int) -> PointsArray:
    """The points of the class's pupils who wrote, without codes, shape (n, J). One query."""
    rows = Result.objects.visible_to(viewer).filter(
        organization=school, work=work, class_number=class_number
    )
    points = list(rows.exclude(score=None).order_by().values_list("points", flat=True))
    return np.array(points, dtype=np.int16).reshape(-1, len(work.tasks))


def others_of(reference: Reference, own: IntArray) -> IntArray:
    """The region's pupils by score without the school's own, shape (S + 1,)."""
    return np.asarray(np.maximum(reference.pupils - own, 0))
