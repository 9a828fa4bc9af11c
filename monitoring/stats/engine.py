"""The engine: rows of a work to findings, findings of a year to signals. No Django, no clock.

`examine` looks at one work at a time, so memory is that of one work; `assess` joins what was
found in the works of one or several years. Both take schools as indices 0 … S − 1 of one region.
This is its front: who uses the engine needs no other module of it.
"""

from monitoring.stats.assessment import (
    COUNTED,
    LEADING,
    Assessment,
    Evidence,
    Tier,
    assess,
)
from monitoring.stats.examination import examine
from monitoring.stats.examined import Examined, Holding, Rows, Schools, Tested, Work
from monitoring.stats.linking import FOURTH, linked
from monitoring.stats.pooling import pool
from monitoring.stats.responsibility import Notch

__all__ = [
    "COUNTED",
    "FOURTH",
    "LEADING",
    "Assessment",
    "Evidence",
    "Examined",
    "Holding",
    "Notch",
    "Rows",
    "Schools",
    "Tested",
    "Tier",
    "Work",
    "assess",
    "examine",
    "linked",
    "pool",
]
