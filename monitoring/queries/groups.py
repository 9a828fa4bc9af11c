"""Which schools a group is gathered from: by this year's signals, lasting ones, or markers."""

from collections import defaultdict
from dataclasses import asdict, dataclass
from enum import StrEnum

from django.db.models import QuerySet
from django.utils import timezone

from monitoring.models import Signal
from monitoring.models.marker import MARKERS, FederalMarker
from monitoring.queries.cases import is_out, taken_back
from monitoring.queries.markers import PERIOD
from monitoring.queries.objectivity import rests_on
from organizations.access import Permission, Viewer
from organizations.models import Organization

STEADY = 2  # of three years: a one-year sign is partly chance (docs/decisions/0021)


class Ground(StrEnum):
    """What a school is proposed for."""

    SIGNAL = "signal"
    STEADY = "steady"
    MARKER = "marker"
    STEADY_MARKER = "steady_marker"


@dataclass(frozen=True)
class Criteria:
    """A year, a ground; of signals which tiers (`is_wide`: attention too), which family, method.

    `family` and `method` are codes, empty for any.
    """

    year: int
    ground: Ground
    is_wide: bool = False
    family: str = ""
    method: str = ""

    @property
    def years(self) -> range:
        lasting = self.ground in (Ground.STEADY, Ground.STEADY_MARKER)
        return range(self.year - (PERIOD - 1 if lasting else 0), self.year + 1)

    @property
    def least(self) -> int:
        return STEADY if len(self.years) > 1 else 1

    def as_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True)
class Proposed:
    """A school and the years in which it meets the criteria, with what stood there."""

    school: Organization
    found: dict[int, list[str]]


def proposed(viewer: Viewer, criteria: Criteria) -> list[Proposed]:
    """The working schools of the viewer's territory that meet the criteria, by name. One query."""
    is_marker = criteria.ground in (Ground.MARKER, Ground.STEADY_MARKER)
    by_school: dict[Organization, dict[int, list[str]]] = defaultdict(dict)
    schools = Organization.objects.open_to(viewer, Permission.OBJECTIVITY_READ).schools()
    working = schools.working(timezone.localdate()).values("pk")
    if is_marker:
        markers = FederalMarker.objects.visible_to(viewer).current().marked()
        for row in markers.filter(year__in=criteria.years, organization__in=working).select_related(
            "organization__parent"
        ):
            names = [name for name in MARKERS if getattr(row, name)]
            by_school[row.organization][row.year] = names
    else:
        for signal in _signals(viewer, criteria).filter(organization__in=working):
            by_school[signal.organization][signal.year] = [signal.tier, *signal.families]
    found = [
        Proposed(school, dict(sorted(years.items())))
        for school, years in by_school.items()
        if len(years) >= criteria.least
    ]
    return sorted(found, key=lambda one: (one.school.short_name, one.school.pk))


def _signals(viewer: Viewer, criteria: Criteria) -> QuerySet[Signal]:
    tiers = [Signal.Tier.RED, *([Signal.Tier.AMBER] if criteria.is_wide else [])]
    # What lasts is seen in years that have gone out; one year proposes only what still counts.
    no_more = taken_back() if criteria.ground == Ground.STEADY else is_out()
    rows = Signal.objects.visible_to(viewer).filter(
        ~no_more, year__in=criteria.years, tier__in=tiers
    )
    if criteria.family:
        rows = rows.filter(families__contains=[criteria.family])
    if criteria.method:
        rows = rows.filter(rests_on(method=criteria.method))
    return rows.select_related("organization__parent")
