from procedures.models.intake import Exemption, Reopening
from procedures.models.result import Protocol, Result
from procedures.models.work import Procedure, Scale, Work

__all__ = ["Exemption", "Procedure", "Protocol", "Reopening", "Result", "Scale", "Work"]
