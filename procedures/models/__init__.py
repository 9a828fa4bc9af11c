from procedures.models.catalogue import Direction, Placement, Procedure, ProcedureVersion
from procedures.models.result import Protocol, Result
from procedures.models.table import TableFile, TableRow
from procedures.models.work import Conversion, Scale, Work

__all__ = [
    "Conversion",
    "Direction",
    "Placement",
    "Procedure",
    "ProcedureVersion",
    "Protocol",
    "Result",
    "Scale",
    "TableFile",
    "TableRow",
    "Work",
]
