"""Charts (pure): series become an ECharts option, the sentence it says, and its table twin.

Data and strings only: an option has to survive JSON. Drawing lives in `drawing.py`.
"""

from monitoring.charts.alike import Pair, alike
from monitoring.charts.chart import MAIN, PAIR, PAPER, PHONE, Chart, Place
from monitoring.charts.comparison import Group, bars
from monitoring.charts.histogram import distribution
from monitoring.charts.profile import profile
from monitoring.charts.spread import Limits, Point, funnel
from monitoring.charts.tasks import Task, full_marks

__all__ = [
    "MAIN",
    "PAIR",
    "PAPER",
    "PHONE",
    "Chart",
    "Group",
    "Limits",
    "Pair",
    "Place",
    "Point",
    "Task",
    "alike",
    "bars",
    "distribution",
    "full_marks",
    "funnel",
    "profile",
]
