"""Where each expected protocol stands: school × work, with classes; told by one statement of SQL.

Expected of every working school is each work of the year in a grade that it has. Which classes a
parallel has is known from what the school handed in: a class that stands in any work of the grade
is expected in the others too, unless it is recorded that it does not take part. Schools of a
region and works of a year are some 25 000 pairs; they are counted where they lie.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from organizations.models import Organization, Profile
from procedures.models import Work
from procedures.queries import SENIOR_GRADES


class Receipt(StrEnum):
    """How a work of a school stands, from the best to what is not there."""

    ACCEPTED = "accepted"  # all known classes, by the day or where no day is set
    LATE = "late"  # all known classes, the last of them after the day
    PARTIAL = "partial"  # some of the known classes are not there
    READY = "ready"  # checked, waits for the school to have it written
    CHECKING = "checking"
    FAULTY = "faulty"  # the newest file was not taken, nothing is written
    OVERDUE = "overdue"  # nothing, and the day is over
    EXPECTED = "expected"  # nothing yet
    EXEMPT = "exempt"  # does not take part


RECEIVED = (Receipt.ACCEPTED, Receipt.LATE)


@dataclass(frozen=True)
class Cell:
    """One work of one school; classes by their serial numbers."""

    school: int
    work: int
    receipt: Receipt
    received: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    exempt: tuple[int, ...] = ()


@dataclass(frozen=True)
class Tally:
    """How many works of how many schools stand how; sums with +."""

    counts: Mapping[Receipt, int] = field(default_factory=Counter)
    closed: int = 0  # of those expected, works whose day is over
    in_time: int = 0  # of those, handed in whole by the day

    @property
    def expected(self) -> int:
        """All but those that do not take part."""
        return sum(self.counts.values()) - self.counts.get(Receipt.EXEMPT, 0)

    @property
    def received(self) -> int:
        return sum(self.counts.get(standing, 0) for standing in RECEIVED)

    @property
    def completeness(self) -> float | None:
        """Handed in whole of those expected, 0 to 1; None where nothing is expected."""
        return self.received / self.expected if self.expected else None

    @property
    def timeliness(self) -> float | None:
        """Handed in whole by the day of those whose day is over; None before any day."""
        return self.in_time / self.closed if self.closed else None

    def __add__(self, other: "Tally") -> "Tally":
        counts = Counter(self.counts)
        counts.update(other.counts)
        return Tally(counts, self.closed + other.closed, self.in_time + other.in_time)


CELLS = """
WITH schools AS (
    SELECT id, parent_id, profile FROM organizations_organization WHERE id IN ({schools})
),
works AS (SELECT id, grade, due_on FROM procedures_work WHERE id = ANY(%s)),
written AS (
    SELECT p.organization_id AS school, p.work_id AS work, w.grade, c.number,
           bool_or(p.state = 'accepted') AS counts,
           min(coalesce(p.accepted_at, p.uploaded_at)) AS since
    FROM procedures_protocol p
    JOIN works w ON w.id = p.work_id JOIN schools s ON s.id = p.organization_id
    CROSS JOIN LATERAL unnest(p.classes) AS c(number)
    WHERE p.state = 'accepted' OR p.rows_written > 0
    GROUP BY 1, 2, 3, 4
),
taking AS (
    SELECT k.school, w.id AS work, k.number, h.since,
           h.counts IS NOT NULL AS received, e.id IS NOT NULL AS exempt
    FROM (SELECT DISTINCT school, grade, number FROM written WHERE counts) k
    JOIN works w ON w.grade = k.grade
    LEFT JOIN written h
        ON h.school = k.school AND h.work = w.id AND h.number = k.number AND h.counts
    LEFT JOIN procedures_exemption e
        ON e.organization_id = k.school AND e.work_id = w.id AND e.class_number = k.number
),
parallels AS (
    SELECT school, work, max(since) AS since,
           array_agg(number ORDER BY number) FILTER (WHERE received) AS received,
           array_agg(number ORDER BY number) FILTER (WHERE NOT received AND NOT exempt) AS missing,
           array_agg(number ORDER BY number) FILTER (WHERE NOT received AND exempt) AS exempt
    FROM taking GROUP BY 1, 2
),
newest AS (
    SELECT DISTINCT ON (p.organization_id, p.work_id)
           p.organization_id AS school, p.work_id AS work, p.state
    FROM procedures_protocol p
    JOIN works w ON w.id = p.work_id JOIN schools s ON s.id = p.organization_id
    ORDER BY p.organization_id, p.work_id, p.version DESC
),
cells AS (
    SELECT s.id AS school, s.parent_id AS parent, w.id AS work,
           a.received, a.missing, a.exempt,
           CASE
               WHEN a.received IS NOT NULL AND a.missing IS NULL
                   THEN CASE WHEN (a.since AT TIME ZONE %s)::date > w.due_on
                             THEN 'late' ELSE 'accepted' END
               WHEN a.received IS NOT NULL THEN 'partial'
               WHEN e.id IS NOT NULL OR (a.school IS NOT NULL AND a.missing IS NULL)
                   THEN 'exempt'
               WHEN n.state IN ('faulty', 'refused') THEN 'faulty'
               WHEN n.state IN ('ready', 'checking') THEN n.state
               WHEN w.due_on < %s THEN 'overdue'
               ELSE 'expected'
           END AS standing
    FROM schools s CROSS JOIN works w
    LEFT JOIN parallels a ON a.school = s.id AND a.work = w.id
    LEFT JOIN newest n ON n.school = s.id AND n.work = w.id
    LEFT JOIN procedures_exemption e
        ON e.organization_id = s.id AND e.work_id = w.id AND e.class_number IS NULL
    WHERE NOT (s.profile = %s AND w.grade = ANY(%s))
)
"""


def cells(schools: QuerySet[Organization], works: Sequence[Work], day: datetime.date) -> list[Cell]:
    """Each work of each of the schools that has its grade. One query."""
    rows = _ask(
        "SELECT school, work, standing, received, missing, exempt FROM cells ORDER BY 1, 2",
        schools,
        works,
        day,
    )
    return [
        Cell(school, work, Receipt(standing), *(tuple(found or ()) for found in classes))
        for school, work, standing, *classes in rows
    ]


def tallies(
    schools: QuerySet[Organization], works: Sequence[Work], day: datetime.date
) -> dict[tuple[int, int], Tally]:
    """(what stands above the school, work) → how many schools stand how. One query."""
    rows = _ask(
        "SELECT parent, work, standing, count(*) FROM cells GROUP BY 1, 2, 3", schools, works, day
    )
    counts: dict[tuple[int, int], Counter[Receipt]] = defaultdict(Counter)
    for parent, work, standing, number in rows:
        counts[parent, work][Receipt(standing)] += number
    by_pk = {work.pk: work for work in works}
    return {key: _tally(found, by_pk[key[1]], day) for key, found in counts.items()}


def tally_of(found: Iterable[Cell], works: Sequence[Work], day: datetime.date) -> Tally:
    """How these works stand, summed."""
    by_work: dict[int, Counter[Receipt]] = defaultdict(Counter)
    for cell in found:
        by_work[cell.work][cell.receipt] += 1
    by_pk = {work.pk: work for work in works}
    parts = (_tally(counts, by_pk[work], day) for work, counts in by_work.items())
    return sum(parts, Tally())


def _tally(counts: Counter[Receipt], work: Work, day: datetime.date) -> Tally:
    if work.due_on is None or work.due_on >= day:
        return Tally(counts)
    expected = sum(counts.values()) - counts[Receipt.EXEMPT]
    return Tally(counts, closed=expected, in_time=counts[Receipt.ACCEPTED])


def _ask(
    select: str, schools: QuerySet[Organization], works: Sequence[Work], day: datetime.date
) -> list[tuple]:  # type: ignore[type-arg]  # as the columns asked for
    inner, given = schools.order_by().values("pk").query.sql_with_params()
    parameters = [
        *given,
        [work.pk for work in works],
        settings.TIME_ZONE,
        day,
        Profile.BASIC,
        list(SENIOR_GRADES),
    ]
    with connection.cursor() as cursor:
        cursor.execute(CELLS.format(schools=inner) + select, parameters)
        return list(cursor.fetchall())
