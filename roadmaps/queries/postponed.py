"""Terms that were moved: from which day to which, for how many organizations."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Max, Min

from organizations.access import Viewer
from roadmaps.models import Execution, Item


@dataclass(frozen=True)
class Postponed:
    """The earliest day an item was due on before it was moved, and the latest it was moved to."""

    was: datetime.date
    until: datetime.date
    number: int


def postponed(items: Iterable[Item], viewer: Viewer) -> dict[int, Postponed]:
    """Items of which the viewer sees a moved execution, by item. One query."""
    rows = Execution.objects.visible_to(viewer).counted()
    moved = rows.filter(item__in=[item.pk for item in items], was_due_on__lt=F("due_on"))
    found = moved.values("item").annotate(
        was=Min("was_due_on"), until=Max("due_on"), number=Count("pk")
    )
    told = found.order_by().values_list("item", "was", "until", "number")
    return {item: Postponed(was, until, number) for item, was, until, number in told}
