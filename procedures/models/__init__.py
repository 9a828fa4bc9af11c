from procedures.models.result import Protocol, Result
from procedures.models.schedule import (
    Schedule,
    ScheduleEntry,
    ScheduleRules,
    SchoolClass,
    SubjectHours,
)
from procedures.models.statistic import FederalExport, FederalStatistic
from procedures.models.work import Procedure, Scale, Work

__all__ = [
    "FederalExport",
    "FederalStatistic",
    "Procedure",
    "Protocol",
    "Result",
    "Scale",
    "Schedule",
    "ScheduleEntry",
    "ScheduleRules",
    "SchoolClass",
    "SubjectHours",
    "Work",
]
