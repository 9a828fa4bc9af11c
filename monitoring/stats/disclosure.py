"""When a number rests on too few to be shown or compared."""

from typing import overload

from monitoring.stats.arrays import BoolArray, IntArray

# ФИОКО, recommendations of 2026, p. 24: a group is informative from 10 pupils on. Fewer are
# not published either, so that no single pupil can be told from the number.
MIN_PUPILS = 10

# Our own decision: a spread estimated between fewer units is mostly noise.
MIN_UNITS = 10


@overload
def publishable(pupils: int) -> bool: ...
@overload
def publishable(pupils: IntArray) -> BoolArray: ...
def publishable(pupils: int | IntArray) -> bool | BoolArray:
    """Whether a number over so many pupils may be shown."""
    return pupils >= MIN_PUPILS
