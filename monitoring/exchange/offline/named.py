"""Which tasks stood out in the schools and classes whose task profile is rare, with the counts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.exchange.offline.columns import WHOLE
from monitoring.explanations import RARE, task
from monitoring.stats.arrays import FloatArray, IntArray
from monitoring.stats.cells import Cells
from monitoring.stats.engine import Examined
from monitoring.stats.findings import Method
from monitoring.stats.reference import Reference
from monitoring.stats.tasks import is_untaught
from monitoring.stats.tasks_seen import tasks_seen

TASK_METHODS = (Method.TASK_PROFILE, Method.TASK_MAX, Method.TASK_CONTRAST)
MOST_TASKS = 3

# (school, class number or WHOLE) → its tasks in words
Named = Mapping[tuple[int, int], str]


def named_tasks(examined: Examined, labels: Sequence[str]) -> Named:
    """The tasks of every unit that stands out in one of the task methods."""
    if examined.cells is None or examined.reference is None:
        return {}
    comparable = examined.cells.without(is_untaught(examined.cells, examined.reference))
    told = _Told(examined, comparable, examined.reference, labels)
    schools = {
        (school, WHOLE): told.words(np.flatnonzero(examined.class_school == school), whole=True)
        for school in _rare(examined, of_classes=False)
    }
    classes = {
        (int(examined.class_school[unit]), int(examined.class_number[unit])): told.words(
            np.array([unit]), whole=False
        )
        for unit in _rare(examined, of_classes=True)
    }
    return {place: words for place, words in (schools | classes).items() if words}


def _rare(examined: Examined, *, of_classes: bool) -> Iterator[int]:
    found: set[int] = set()
    for method in TASK_METHODS:
        tested = examined.tested[method]
        findings = tested.classes if of_classes else tested.schools
        if findings is not None:
            found |= set(np.flatnonzero(findings.ok & (findings.p_value < RARE)).tolist())
    yield from sorted(found)


@dataclass(frozen=True, eq=False)
class _Told:
    """A work whose tasks are told by their printed labels."""

    examined: Examined
    cells: Cells
    reference: Reference
    labels: Sequence[str]

    def words(self, units: IntArray, *, whole: bool) -> str:
        """The tasks with more full marks than expected, the strongest first."""
        reference = self.reference
        between: FloatArray = reference.between_schools if whole else reference.between_classes
        seen = tasks_seen(
            self.cells.histogram[units].sum(axis=0),
            self.cells.full_scores[units].sum(axis=0),
            self.examined.work.max_points,
            reference,
            between,
        )
        best = np.argsort(-seen.strength, kind="stable")[:MOST_TASKS]
        return "; ".join(
            task(
                self.labels[j],
                int(seen.full[j]),
                seen.pupils,
                float(seen.expected[j]),
                float(seen.spread[j]),
            )
            for j in best.tolist()
            if seen.is_above[j]
        )
