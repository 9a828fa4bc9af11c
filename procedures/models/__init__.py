from procedures.models.result import Protocol, Result
from procedures.models.statistic import FederalExport, FederalStatistic
from procedures.models.work import Procedure, Scale, Work

__all__ = [
    "FederalExport",
    "FederalStatistic",
    "Procedure",
    "Protocol",
    "Result",
    "Scale",
    "Work",
]
