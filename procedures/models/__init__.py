from procedures.models.result import Protocol, Result
from procedures.models.work import Procedure, Scale, Work

__all__ = ["Procedure", "Protocol", "Result", "Scale", "Work"]
