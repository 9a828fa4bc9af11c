"""Which plans of the levels below were made from a plan, as a viewer sees them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from organizations.access import Viewer
from organizations.models import Kind, Organization
from roadmaps.models import Roadmap

ADOPTING = (Kind.MUNICIPALITY, Kind.SCHOOL)


@dataclass
class Adopted:
    """The viewer's own plan made from one above, a draft too; else how many have one in force."""

    own: Roadmap | None = None
    number: int = 0


def adopted(roadmaps: Iterable[Roadmap], viewer: Viewer) -> dict[int, Adopted]:
    """By the plan above; those that are replaced by a later version do not count. One query."""
    kept = (Roadmap.Status.DRAFT, Roadmap.Status.APPROVED, Roadmap.Status.CLOSED)
    rows = Roadmap.objects.visible_to(viewer).filter(above__in=list(roadmaps), status__in=kept)
    found: defaultdict[int, Adopted] = defaultdict(Adopted)
    for row in rows.select_related("owner", "order").order_by("version"):
        one = found[row.above_id or 0]
        # A school may take the region's plan past its municipality: it is not one of those below.
        is_next = row.owner.level == viewer.level + 1 or row.owner.parent_id == viewer.territory_id
        one.number += is_next and row.status != Roadmap.Status.DRAFT
        if row.owner.level == viewer.level:
            one.own = row
    return dict(found)


def places_below(viewer: Viewer) -> int:
    """How many of those directly under the viewer may have plans of their own. One query."""
    below = Organization.objects.visible_to(viewer).filter(parent=viewer.territory_id)
    return below.filter(kind__in=ADOPTING).working(timezone.localdate()).count()
