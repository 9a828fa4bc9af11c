from procedures.models.catalogue import Direction, Placement, Procedure, ProcedureVersion
from procedures.models.draw import Draw, DrawnSchool
from procedures.models.holding import RegisteredClass, Registration
from procedures.models.intake import Exemption, Reopening
from procedures.models.observation import Observation
from procedures.models.result import Protocol, Result
from procedures.models.schedule import (
    Schedule,
    ScheduleEntry,
    ScheduleRules,
    SchoolClass,
    SubjectHours,
)
from procedures.models.staffing import Assignment, Candidate, Staffing, StaffKind
from procedures.models.statistic import FederalExport, FederalStatistic
from procedures.models.table import TableFile, TableRow
from procedures.models.work import Conversion, Scale, Work

__all__ = [
    "Assignment",
    "Candidate",
    "Conversion",
    "Direction",
    "Draw",
    "DrawnSchool",
    "Exemption",
    "FederalExport",
    "FederalStatistic",
    "Observation",
    "Placement",
    "Procedure",
    "ProcedureVersion",
    "Protocol",
    "RegisteredClass",
    "Registration",
    "Reopening",
    "Result",
    "Scale",
    "Schedule",
    "ScheduleEntry",
    "ScheduleRules",
    "SchoolClass",
    "StaffKind",
    "Staffing",
    "SubjectHours",
    "TableFile",
    "TableRow",
    "Work",
]
