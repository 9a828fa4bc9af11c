from roadmaps.models.cohort import Cohort
from roadmaps.models.delivery import Delivery
from roadmaps.models.execution import Execution, Outcome, Postponement, ProgressNote
from roadmaps.models.feed import CalendarFeed
from roadmaps.models.library import StandardItem
from roadmaps.models.meeting import Meeting, Participation
from roadmaps.models.roadmap import (
    IN_FORCE_ONCE,
    Item,
    Link,
    Omission,
    Responsible,
    Roadmap,
    Section,
    Status,
)

__all__ = [
    "IN_FORCE_ONCE",
    "CalendarFeed",
    "Cohort",
    "Delivery",
    "Execution",
    "Item",
    "Link",
    "Meeting",
    "Omission",
    "Outcome",
    "Participation",
    "Postponement",
    "ProgressNote",
    "Responsible",
    "Roadmap",
    "Section",
    "StandardItem",
    "Status",
]
