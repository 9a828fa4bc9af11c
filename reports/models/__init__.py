from reports.models.report import YearlyReport

__all__ = ["YearlyReport"]
