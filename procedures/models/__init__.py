from procedures.models.draw import Draw, DrawnSchool
from procedures.models.holding import RegisteredClass, Registration
from procedures.models.observation import Observation
from procedures.models.result import Protocol, Result
from procedures.models.staffing import Assignment, Candidate, Staffing, StaffKind
from procedures.models.work import Procedure, Scale, Work

__all__ = [
    "Assignment",
    "Candidate",
    "Draw",
    "DrawnSchool",
    "Observation",
    "Procedure",
    "Protocol",
    "RegisteredClass",
    "Registration",
    "Result",
    "Scale",
    "StaffKind",
    "Staffing",
    "Work",
]
