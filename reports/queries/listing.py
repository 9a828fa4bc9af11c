"""The list of reports: every place of a territory with its report of the year, or without."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Max, QuerySet
from django.utils import timezone

from monitoring.models import IndicatorValue
from organizations.access import Permission, Viewer
from organizations.models import Organization
from reports.models import YearlyReport
from reports.queries.tree import NODES


@dataclass(frozen=True)
class Line:
    """A place, its report if there is one, and whether its numbers changed since."""

    place: Organization
    report: YearlyReport | None
    is_stale: bool

    @property
    def shape(self) -> str:
        if self.report is None:
            return "planned"
        return "returned" if self.is_stale else "accepted"

    @property
    def word(self) -> str:
        if self.report is None:
            return "не собран"
        return "числа изменились" if self.is_stale else "собран"


def places_with_reports(viewer: Viewer) -> QuerySet[Organization]:
    """The places of the viewer's territory of which reports are made, upper levels first."""
    seen = Organization.objects.open_to(viewer, Permission.REPORT_READ).filter(kind__in=NODES)
    working = seen.working(timezone.localdate()).select_related("parent")
    return working.order_by("level", "parent__short_name", "short_name", "pk")


def lines(places: Collection[Organization], year: int) -> list[Line]:
    """The places with their reports of the year. Two queries."""
    rows = YearlyReport.objects.filter(organization__in=places, year=year).defer("content")
    reports = {row.organization_id: row for row in rows}
    values = IndicatorValue.objects.filter(organization__in=places, year=year).order_by()
    changed = dict(values.values_list("organization").annotate(Max("updated_at")))
    return [_line(place, reports.get(place.pk), changed.get(place.pk)) for place in places]


def _line(
    place: Organization, report: YearlyReport | None, changed: datetime.datetime | None
) -> Line:
    is_stale = report is not None and changed is not None and changed > report.built_at
    return Line(place, report, is_stale)
