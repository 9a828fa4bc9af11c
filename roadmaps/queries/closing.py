"""What a plan came to: how many executions were accepted in time, late, given up or never."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Case, CharField, Q, Value, When
from django.db.models.functions import TruncDate
from django.utils import timezone

from organizations.access import Viewer
from organizations.models import State
from roadmaps.models import Execution, Outcome, Roadmap
from roadmaps.queries.answers import ROADS, carried_out_by

# Of several executions of one organization the first of these tells how it ended.
PRESSING = ("undone", "waiting", "late", "in_time", "given_up")


@dataclass(frozen=True, slots=True)
class Figures:
    """Executions of a plan by how they ended; `waiting` are handed in and not decided on."""

    in_time: int = 0
    late: int = 0
    given_up: int = 0
    waiting: int = 0
    undone: int = 0

    @property
    def total(self) -> int:
        return self.in_time + self.late + self.given_up + self.waiting + self.undone


def figures(roadmap: Roadmap, viewer: Viewer) -> Figures:
    """Counted over the viewer's territory, lower plans included: each organization once for each
    item, however its own plan has split or merged it. Four queries."""
    items = list(roadmap.items.only("pk"))
    visible = Execution.objects.visible_to(viewer)
    found: dict[tuple[int, int], str] = {}
    for road in ROADS:
        rows = carried_out_by(road, items, visible).annotate(ended=_ended()).order_by()
        for root, organization, ended in rows.values_list("root", "organization", "ended"):
            before = found.get((root, organization), ended)
            found[root, organization] = min(before, ended, key=PRESSING.index)
    return Figures(**Counter(found.values()))


def _ended() -> Case:
    handed_in = TruncDate("sent_at", tzinfo=timezone.get_default_timezone())
    accepted = Q(state=State.ACCEPTED)
    return Case(
        When(accepted & Q(outcome=Outcome.NOT_APPLICABLE), then=Value("given_up")),
        When(accepted & Q(due_on__lt=handed_in), then=Value("late")),
        When(accepted, then=Value("in_time")),
        When(state=State.SENT, then=Value("waiting")),
        default=Value("undone"),
        output_field=CharField(),
    )


def waiting(roadmap: Roadmap) -> int:
    """How many reports on a plan wait for a decision."""
    return Execution.objects.filter(item__roadmap=roadmap, state=State.SENT).count()
