"""What an indicator is: its name for people, its formula and where that comes from."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from monitoring.stats.arrays import BoolArray
from monitoring.stats.cells import Cells
from monitoring.stats.estimate import Estimates


class Unit(StrEnum):
    """What a value is counted in; shares and percents of the maximum are stored as 0 … 1."""

    SHARE = "share"
    POINTS = "points"
    PERCENT_OF_MAX = "percent_of_max"


class Better(StrEnum):
    """Which direction is good news; NONE where neither is."""

    HIGHER = "higher"
    LOWER = "lower"
    NONE = "none"


@dataclass(frozen=True)
class Indicator:
    """One computed indicator. Its code never changes meaning: a new meaning is a new code."""

    code: str
    title: str
    unit: Unit
    better: Better
    least_pupils: int
    formula: Callable[[Cells], Estimates]
    source: str
    method_version: str
    explanation: str

    def enough(self, estimates: Estimates) -> BoolArray:
        """The units whose value rests on enough pupils to be shown."""
        return estimates.pupils >= self.least_pupils
