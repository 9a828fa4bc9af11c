"""What was found in the works of a year, as the engine takes it."""

import hashlib
import struct
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from monitoring.models import WorkReference
from monitoring.queries.regions import Region
from monitoring.stats import engine
from monitoring.stats.arrays import BoolArray, IntArray
from monitoring.stats.engine import FOURTH
from monitoring.stats.packing import keep, spread, unpack
from procedures.exchange.copying import HEADER, TRAILER
from procedures.models import DrawnSchool, Observation, Scale, Work
from procedures.queries import newest_scale
from procedures.scales import Borders

EXTERNAL = ("oge", "gve-9", "ege", "gve-11")  # marked outside the school


@dataclass(frozen=True, eq=False)
class Found:
    """A year as a region's schools did in it, and what the neighbouring years have beside it.

    `schools` are the keys of S schools in order, `is_of_year` (S,) which have results of the year;
    the works stand in the order of `keys`.
    """

    schools: IntArray
    is_of_year: BoolArray
    keys: list[int]
    examined: list[engine.Examined]
    beside: list[engine.Examined]
    inputs_hash: str


def engine_work(work: Work, borders: Borders | None) -> engine.Work:
    """A work as the engine takes it."""
    outside = work.procedure.code in EXTERNAL
    return engine.Work(
        code=work.code,
        subject=work.subject,
        grade=work.grade,
        year=work.year,
        max_points=np.array(work.max_points),
        borders=(borders.three, borders.four, borders.five) if borders else None,
        holding=engine.Holding.EXTERNAL if outside else engine.Holding.USUAL,
    )


def borders_of(work: Work) -> Borders | None:
    scale = newest_scale(work.pk)
    return Borders(scale.three, scale.four, scale.five) if scale else None


def years_concerned(work: Work) -> list[int]:
    """The years whose signals rest on the work: its own, and that of the works set against it.

    The fourth grade is compared with the fifth a year later, an exam with the grade before it.
    """
    if work.procedure.code in EXTERNAL:
        return [work.year - 1, work.year]
    return [work.year, work.year + 1] if work.grade == FOURTH else [work.year]


def found_in(region: Region, year: int) -> Found:
    """Everything that was found in the region's works of a year, with those set against them.

    Schools are those of the region today that have results; the works come by year and code.
    Three queries.
    """
    beside = Q(work__year=year - 1, work__grade=FOURTH) | Q(
        work__year=year + 1, work__procedure__code__in=EXTERNAL
    )
    rows = WorkReference.objects.filter(Q(work__year=year) | beside, organization=region.pk)
    rows = rows.select_related("work__procedure").order_by("work__year", "work__code")
    findings = _findings(rows)
    stored = [row for row in rows.only("work") if row.pk in findings]
    borders = _borders([row.work_id for row in stored])
    sha = hashlib.sha256()
    parts = []
    for row in stored:
        packed, known = findings[row.pk], engine_work(row.work, borders.get(row.work_id))
        sha.update(f"{row.work.code} {known.borders} {known.holding}".encode() + packed)
        own, examined = unpack(packed, known)
        # A school that has left the region since the work was computed is no part of its years.
        is_here = np.isin(own, region.schools)
        parts.append((own[is_here], keep(examined, is_here)))
    schools = _union([own for own, _ in parts])
    works = [
        spread(examined, np.searchsorted(schools, own), len(schools)) for own, examined in parts
    ]
    return Found(
        schools,
        np.isin(schools, _union([own for own, one in parts if one.work.year == year])),
        [row.work_id for row in stored if row.work.year == year],
        [one for one in works if one.work.year == year],
        [one for one in works if one.work.year != year],
        sha.hexdigest(),
    )


def _findings(references: QuerySet[WorkReference]) -> dict[int, bytes]:
    """By key. As COPY gives them: the driver has the server write all of it in hex."""
    query, given = references.order_by().values_list("pk", "findings").query.sql_with_params()
    file = BytesIO()
    with connection.cursor() as cursor:
        copied = cursor.mogrify(f"COPY ({query}) TO STDOUT (FORMAT binary)", given).decode()
        cursor.copy_expert(copied, file)
    octets, at, found = file.getvalue(), len(HEADER), {}
    while octets[at : at + len(TRAILER)] != TRAILER:
        key, size = struct.unpack_from(">qi", octets, at + 6)  # after count and length of the key
        at += 18
        found[key] = octets[at : at + size]
        at += size
    return found


def _union(keys: list[IntArray]) -> IntArray:
    return np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *keys]))


def _borders(works: list[int]) -> dict[int, Borders]:
    scales = Scale.objects.filter(work__in=works).order_by("work_id", "-version")
    newest = scales.distinct("work_id")
    return {scale.work_id: Borders(scale.three, scale.four, scale.five) for scale in newest}


def controlled_schools(work: Work) -> list[int]:
    """Schools that were drawn into a sample under control and watched while they wrote the work.

    Where an observer saw an incident, the school is no yardstick.
    """
    drawn = DrawnSchool.objects.filter(
        draw__year=work.year,
        draw__published_at__isnull=False,
        organization=OuterRef("organization"),
    )
    seen = Observation.objects.filter(Exists(drawn), work=work, state=Observation.State.READ)
    by_school = (
        seen.order_by()
        .values("organization")
        .annotate(incidents=Count("pk", filter=~Q(incidents="")))
    )
    return [row["organization"] for row in by_school if not row["incidents"]]
