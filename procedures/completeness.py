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
from functools import lru_cache

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from organizations.models import Organization, Profile
from procedures.exchange.results import MOST_CLASSES
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
    """How many works of how many schools stand how."""

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

    @classmethod
    def sum(cls, tallies: Iterable["Tally"]) -> "Tally":
        """All of them together."""
        counts: Counter[Receipt] = Counter()
        closed = in_time = 0
        for one in tallies:
            counts.update(one.counts)
            closed += one.closed
            in_time += one.in_time
        return cls(counts, closed, in_time)


# Classes are sets of bits: class 1 is bit 1, there are at most 50. Bit 0 is the whole school.
CELLS = """
WITH schools AS (
    SELECT id, parent_id, profile FROM organizations_organization WHERE id IN ({schools})
),
works AS (SELECT id, grade, due_on FROM procedures_work WHERE id = ANY(%s)),
handed AS (
    SELECT p.organization_id AS school, p.work_id AS work, w.grade,
           coalesce(bit_or(m.classes) FILTER (WHERE p.state = 'accepted'), 0) AS received,
           coalesce(bit_or(m.classes) FILTER (
               WHERE (p.state = 'accepted' OR p.rows_written > 0)
               AND (coalesce(p.accepted_at, p.uploaded_at) AT TIME ZONE %s)::date <= w.due_on
           ), 0) AS in_time,
           (array_agg(p.state ORDER BY p.version DESC))[1] AS newest
    FROM procedures_protocol p
    JOIN works w ON w.id = p.work_id JOIN schools s ON s.id = p.organization_id
    CROSS JOIN LATERAL (
        SELECT bit_or(1::bigint << c.number) AS classes FROM unnest(p.classes) AS c(number)
    ) m
    GROUP BY 1, 2, 3
),
known AS (SELECT school, grade, bit_or(received) AS classes FROM handed GROUP BY 1, 2),
said AS (
    SELECT e.organization_id AS school, e.work_id AS work,
           bit_or(1::bigint << coalesce(e.class_number, 0)) AS classes
    FROM procedures_exemption e JOIN works w ON w.id = e.work_id
    GROUP BY 1, 2
),
sets AS (
    SELECT s.id AS school, s.parent_id AS parent, w.id AS work, w.due_on, h.newest,
           coalesce(k.classes, 0) AS known, coalesce(h.received, 0) AS received,
           coalesce(h.in_time, 0) AS in_time, coalesce(e.classes, 0) AS said
    FROM schools s CROSS JOIN works w
    LEFT JOIN handed h ON h.school = s.id AND h.work = w.id
    LEFT JOIN known k ON k.school = s.id AND k.grade = w.grade
    LEFT JOIN said e ON e.school = s.id AND e.work = w.id
    WHERE NOT (s.profile = %s AND w.grade = ANY(%s))
),
cells AS (
    SELECT school, parent, work, received,
           known & ~received & ~said AS missing, known & ~received & said AS exempt,
           CASE
               WHEN received <> 0 AND known & ~received & ~said <> 0 THEN 'partial'
               WHEN received <> 0
                   THEN CASE WHEN due_on IS NOT NULL AND received & ~in_time <> 0
                             THEN 'late' ELSE 'accepted' END
               WHEN said & 1 <> 0 OR (known <> 0 AND known & ~said = 0) THEN 'exempt'
               WHEN newest IN ('faulty', 'refused') THEN 'faulty'
               WHEN newest = 'checking' THEN 'checking'
               WHEN due_on < %s THEN 'overdue'
               WHEN newest = 'ready' THEN 'ready'
               ELSE 'expected'
           END AS standing
    FROM sets
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
        Cell(school, work, Receipt(standing), *(numbers_of(found) for found in classes))
        for school, work, standing, *classes in rows
    ]


@lru_cache(maxsize=1024)
def numbers_of(classes: int) -> tuple[int, ...]:
    """The numbers of a set of bits, the smallest first."""
    return tuple(number for number in range(1, MOST_CLASSES + 1) if classes >> number & 1)


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
    return Tally.sum(_tally(counts, by_pk[work], day) for work, counts in by_work.items())


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
        Profile.BASIC,
        list(SENIOR_GRADES),
        day,
    ]
    with connection.cursor() as cursor:
        cursor.execute(CELLS.format(schools=inner) + select, parameters)
        return list(cursor.fetchall())
