from monitoring.models.campaign import Campaign
from monitoring.models.case import (
    Appeal,
    Case,
    CaseDecision,
    Explanation,
    ExplanationFile,
    Recheck,
    RecheckedWork,
)
from monitoring.models.cell import Cell
from monitoring.models.group import SchoolGroup
from monitoring.models.marker import FederalMarker, MarkerList
from monitoring.models.method import MethodSettings
from monitoring.models.reference import SystemNotch, WorkReference
from monitoring.models.signal import Signal, Statistic
from monitoring.models.value import IndicatorValue

__all__ = [
    "Appeal",
    "Campaign",
    "Case",
    "CaseDecision",
    "Cell",
    "Explanation",
    "ExplanationFile",
    "FederalMarker",
    "IndicatorValue",
    "MarkerList",
    "MethodSettings",
    "Recheck",
    "RecheckedWork",
    "SchoolGroup",
    "Signal",
    "Statistic",
    "SystemNotch",
    "WorkReference",
]
