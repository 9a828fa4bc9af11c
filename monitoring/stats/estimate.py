"""A number together with its uncertainty and the pupils it rests on."""

from dataclasses import dataclass

from monitoring.stats.arrays import BoolArray, FloatArray, IntArray
from monitoring.stats.errors import TooFew


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval; `low` ≤ `value` ≤ `high`."""

    value: float
    low: float
    high: float
    pupils: int


@dataclass(frozen=True, eq=False)
class Estimates:
    """One estimate per unit, as arrays of shape (K,).

    A unit without pupils has no value: `known` is False there, the numbers are 0
    and mean nothing, and taking it by index raises TooFew.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    pupils: IntArray

    @property
    def known(self) -> BoolArray:
        return self.pupils > 0

    def __len__(self) -> int:
        return len(self.pupils)

    def __getitem__(self, unit: int) -> Estimate:
        if self.pupils[unit] == 0:
            raise TooFew(f"unit {unit} has no pupils to estimate from")
        return Estimate(
            float(self.value[unit]),
            float(self.low[unit]),
            float(self.high[unit]),
            int(self.pupils[unit]),
        )
