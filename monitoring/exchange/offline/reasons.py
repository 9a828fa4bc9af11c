"""Why a school of a region stands out, in words with the counts behind them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.exchange.offline.columns import WHOLE, Columns
from monitoring.exchange.offline.named import TASK_METHODS, Named
from monitoring.exchange.offline.schools import Region
from monitoring.explanations import explain
from monitoring.stats.engine import LEADING, Assessment, Examined
from monitoring.stats.findings import Family, Method
from monitoring.stats.settings import Settings

ALL_WORKS = "Все работы вместе"


@dataclass(frozen=True, eq=False)
class Looked:
    """What was found in a region: works, assessment, every statistic as columns."""

    region: Region
    examined: Sequence[Examined]
    assessment: Assessment
    columns: Columns
    named: Sequence[Named]

    def tasks(self, method: Method, school: int, work: int, class_number: int) -> str:
        """The tasks that stood out, in words; empty for other methods and where none did."""
        if work == WHOLE or method not in TASK_METHODS:
            return ""
        words = self.named[work].get((school, class_number), "")
        return f" {words[:1].upper()}{words[1:]}." if words else ""


class Reasons:
    """Why a school stands out: its families of evidence, the strongest finding in words."""

    def __init__(self, looked: Looked, classes: Sequence[str], settings: Settings) -> None:
        self.looked, self.classes, self.settings = looked, classes, settings

    def families(self, school: int) -> list[str]:
        """Families with evidence rarer than the settings' limit, the heaviest first.

        Of equal weight come first those that can stand for a signal, then the rarer.
        """
        evidence = self.looked.assessment.evidence
        rare = [
            family
            for family, one in evidence.items()
            if one.p_value[school] < self.settings.family_p
        ]

        def order(family: Family) -> tuple[float, bool, float]:
            one = evidence[family]
            points = self.settings.weights[family] * float(one.decibans[school])
            return -points, family not in LEADING, float(one.p_value[school])

        return [family.value for family in sorted(rare, key=order)]

    def top(self, school: int, families: Sequence[str]) -> str:
        """The sentence of the heaviest family; nothing where no family has evidence."""
        if not families:
            return ""
        one = self.looked.assessment.evidence[Family(families[0])]
        method, work = Method(str(one.method[school])), int(one.work[school])
        class_number = int(one.class_number[school])
        where = self._where(work, class_number)
        found = self._finding(school, method, work, class_number)
        return f"{where}. {found}{self._tasks(school, method, work, class_number)}"

    def _tasks(self, school: int, method: Method, work: int, class_number: int) -> str:
        """The tasks behind a finding; for all works together those of the rarest work."""
        if work != WHOLE or method not in TASK_METHODS:
            return self.looked.tasks(method, school, work, class_number)
        told = [
            at
            for at, one in enumerate(self.looked.examined)
            if method in one.tested and self.looked.tasks(method, school, at, WHOLE)
        ]
        if not told:
            return ""
        rarest = min(told, key=lambda at: self._p_value(method, school, at))
        return f" {self._where(rarest, WHOLE)}.{self.looked.tasks(method, school, rarest, WHOLE)}"

    def _p_value(self, method: Method, school: int, work: int) -> float:
        return float(self.looked.examined[work].tested[method].schools.p_value[school])

    def _where(self, work: int, class_number: int) -> str:
        if work == WHOLE:
            return ALL_WORKS
        told = self.looked.examined[work].work
        where = f"{told.subject}, {told.grade} класс, {told.year} год ({told.code})"
        if class_number == WHOLE:
            return where
        return f"{where}, класс {self.classes[class_number] or 'не указан'}"

    def _finding(self, school: int, method: Method, work: int, class_number: int) -> str:
        if work == WHOLE:
            findings, at = self.looked.assessment.pooled[method], school
        else:
            one = self.looked.examined[work]
            tested = one.tested[method]
            findings, at = tested.schools, school
            if class_number != WHOLE and tested.classes is not None:
                own = (one.class_school == school) & (one.class_number == class_number)
                findings, at = tested.classes, int(np.flatnonzero(own)[0])
        return explain(
            method, float(findings.effect[at]), int(findings.n[at]), float(findings.p_value[at])
        )
