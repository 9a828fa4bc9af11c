from monitoring.models.cell import Cell
from monitoring.models.value import IndicatorValue, Statistic

__all__ = ["Cell", "IndicatorValue", "Statistic"]
