from procedures.models.catalogue import Direction, Placement, Procedure, ProcedureVersion
from procedures.models.intake import Exemption, Reopening
from procedures.models.result import Protocol, Result
from procedures.models.schedule import (
    Schedule,
    ScheduleEntry,
    ScheduleRules,
    SchoolClass,
    SubjectHours,
)
from procedures.models.statistic import FederalExport, FederalStatistic
from procedures.models.table import TableFile, TableRow
from procedures.models.work import Conversion, Scale, Work

__all__ = [
    "Conversion",
    "Direction",
    "Exemption",
    "FederalExport",
    "FederalStatistic",
    "Placement",
    "Procedure",
    "ProcedureVersion",
    "Protocol",
    "Reopening",
    "Result",
    "Scale",
    "Schedule",
    "ScheduleEntry",
    "ScheduleRules",
    "SchoolClass",
    "SubjectHours",
    "TableFile",
    "TableRow",
    "Work",
]
