"""Reads of the databases of п. 5.2.1: how full each is on a territory, and its rows."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, QuerySet

from organizations.access import Viewer
from organizations.models import Organization
from procedures.models import Protocol, TableRow, Work
from procedures.tables import KINDS, WORK_DATABASES, TableKind, WorkDatabase


@dataclass(frozen=True)
class TableFill:
    """A database by organization: its newest year, and how many of whom it speaks of are in it."""

    kind: TableKind
    year: int | None
    organizations: int
    rows: int
    expected: int


@dataclass(frozen=True)
class WorkFill:
    """A database of works: how many works, the newest year, schools with accepted results."""

    database: WorkDatabase
    works: int
    year: int | None
    schools: int


def table_fills(viewer: Viewer, on: datetime.date) -> list[TableFill]:
    """Every kind with the fill of its newest year beside those that work on a day. Two queries."""
    rows = TableRow.objects.visible_to(viewer).current().order_by()
    counted = rows.values("kind", "year").annotate(
        organizations=Count("organization", distinct=True), rows=Count("pk")
    )
    newest = {row["kind"]: row for row in sorted(counted, key=lambda row: row["year"])}
    places = Organization.objects.visible_to(viewer).working(on).order_by()
    working = dict(places.values("kind").annotate(all=Count("pk")).values_list("kind", "all"))
    return [_table_fill(kind, newest.get(kind.code), working) for kind in KINDS]


def _table_fill(
    kind: TableKind, row: Mapping[str, Any] | None, working: Mapping[str, int]
) -> TableFill:
    expected = sum(working.get(one, 0) for one in kind.circle)
    if row is None:
        return TableFill(kind, None, 0, 0, expected)
    return TableFill(kind, row["year"], row["organizations"], row["rows"], expected)


def work_fills(viewer: Viewer) -> list[WorkFill]:
    """Every database of works with what is in it. A query for works and one for each database."""
    works = Work.objects.order_by().values("procedure__code")
    found = {
        row["procedure__code"]: row for row in works.annotate(works=Count("pk"), newest=Max("year"))
    }
    return [_work_fill(viewer, database, found) for database in WORK_DATABASES]


def _work_fill(
    viewer: Viewer, database: WorkDatabase, found: Mapping[str, Mapping[str, Any]]
) -> WorkFill:
    known = [found[code] for code in database.procedures if code in found]
    schools = 0
    if known:
        accepted = Protocol.objects.visible_to(viewer).current()
        of_works = accepted.filter(work__procedure__code__in=database.procedures)
        schools = of_works.aggregate(schools=Count("organization", distinct=True))["schools"]
    years = [row["newest"] for row in known]
    return WorkFill(database, sum(row["works"] for row in known), max(years, default=None), schools)


def years(viewer: Viewer, kind: TableKind) -> list[int]:
    """The years of which a database has rows on the viewer's territory, the latest first."""
    rows = TableRow.objects.visible_to(viewer).current().filter(kind=kind.code)
    return list(rows.order_by("-year").values_list("year", flat=True).distinct())


def rows_of(
    viewer: Viewer, kind: TableKind, year: int | None, municipality: str = ""
) -> QuerySet[TableRow]:
    """The rows of a year in force, by municipality and school."""
    rows = TableRow.objects.visible_to(viewer).current().filter(kind=kind.code, year=year or 0)
    if municipality:
        rows = rows.filter(organization__parent__code=municipality)
    order = ("organization__parent__short_name", "organization__short_name", "key", "pk")
    return rows.select_related("organization__parent", "file").order_by(*order)


def versions_of(viewer: Viewer, row: TableRow) -> QuerySet[TableRow]:
    """All versions of a row's line, the newest first."""
    rows = TableRow.objects.visible_to(viewer).filter(
        kind=row.kind, organization=row.organization_id, year=row.year, key=row.key
    )
    return rows.select_related("file", "file__uploaded_by").order_by("-version")


def as_lines(rows: Iterable[TableRow]) -> Iterable[tuple[str, str, int, dict[str, object]]]:
    """The rows as the form of the database is written."""
    for row in rows:
        yield row.organization.code, row.organization.short_name, row.year, row.values
