"""The standard reports over a whole region, against the emptiest signed-in page of the same run.

34 municipalities, 650 schools, 1,500 classes of 14 pupils on average in a work of 20 tasks: about
20,000 pupils. Only their class cells are made, in a database of its own, so no demonstration is
needed and none is changed. Each page is asked for once unmeasured, then 20 times in a row; what
counts is the 95th percentile, and it may not exceed 300 ms on two cores.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench.measure import Measure, measured_pages
from bench.region import own_database, place, region_and_ministry
from monitoring.federal.kinds import PUPILS, REPORTS
from monitoring.models import Cell
from monitoring.queries.cells import ARRAYS
from monitoring.stats.cells import summarize
from organizations.access import Role
from organizations.models import Kind, Level, Membership, Organization, User
from procedures.models import Procedure, Scale, Work
from procedures.scales import Borders, marks_of

MUNICIPALITIES, SCHOOLS, CLASSES, PUPILS_OF_CLASS = 34, 650, 1500, 14
MAX_POINTS = np.array([1, 2] * 10)
BORDERS = Borders(10, 16, 24)


def measure() -> list[Measure]:
    """p95 of each report in milliseconds: the region's page, a municipality's, the workbook."""
    with _region() as (work, town, client):
        return measured_pages(client, _pages(work, town), of="federal")


def _pages(work: Work, town: Organization) -> dict[str, str]:
    """The reports but that on pupils, which no one above a school may open."""
    pages = {"choice": reverse("monitoring:federal_reports")}
    for report in REPORTS:
        if report is PUPILS:
            continue
        page = reverse("monitoring:federal_report", args=[work.code, report.code])
        pages[report.code] = page
        pages[f"{report.code}_municipality"] = f"{page}?unit={town.code}"
        pages[f"{report.code}_xlsx"] = f"{page}file/"
    return pages


@contextmanager
def _region() -> Iterator[tuple[Work, Organization, Client]]:
    """A work of the region and the ministry signed in, in a database that is gone afterwards."""
    with own_database("bench_federal"):
        ministry, towns, schools = _places()
        works = [_work(year) for year in (2025, 2026)]
        for work in works:
            _write(work, schools)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        yield works[-1], towns[0], _signed_in(ministry)


def _places() -> tuple[Organization, list[Organization], list[Organization]]:
    region, ministry = region_and_ministry()
    towns = Organization.objects.bulk_create(
        place(Kind.MUNICIPALITY, Level.MUNICIPALITY, number, region)
        for number in range(MUNICIPALITIES)
    )
    # As in life, one town has a fifth of the schools.
    schools = Organization.objects.bulk_create(
        place(
            Kind.SCHOOL, Level.SCHOOL, number, towns[number % MUNICIPALITIES if number % 5 else 0]
        )
        for number in range(SCHOOLS)
    )
    return ministry, towns, schools


def _work(year: int) -> Work:
    """Two years that may be compared, so that the longest page is measured."""
    procedure, _ = Procedure.objects.get_or_create(
        code="bench", defaults={"title": "ВПР", "short_title": "ВПР", "level": "federal"}
    )
    work = Work.objects.create(
        procedure=procedure, code=f"bench-{year}", subject="Русский язык", grade=4, year=year,
        tasks=[str(n) for n in range(1, len(MAX_POINTS) + 1)], max_points=MAX_POINTS.tolist(),
        skills=[f"Умение {n}" for n in range(1, len(MAX_POINTS) + 1)],
    )  # fmt: skip
    Scale.objects.create(
        work=work, version=1, three=BORDERS.three, four=BORDERS.four, five=BORDERS.five
    )
    return work


def _write(work: Work, schools: list[Organization]) -> None:
    """The cells of classes whose pupils are drawn at random."""
    rng = np.random.default_rng(work.year)
    pupils = CLASSES * PUPILS_OF_CLASS
    points = rng.binomial(MAX_POINTS, rng.beta(3, 2, (pupils, 1))).astype(np.int16)
    cells = summarize(
        rng.integers(0, CLASSES, pupils),
        points,
        marks_of(points.sum(axis=1), BORDERS),
        rng.integers(2, 6, pupils),
        rng.random(pupils) > 0.05,
        MAX_POINTS,
        CLASSES,
    )
    Cell.objects.bulk_create(
        Cell(
            organization=schools[number % SCHOOLS],
            work=work,
            class_number=1 + number // SCHOOLS,
            **{name: getattr(cells, name)[number].ravel().tolist() for name in ARRAYS},
        )
        for number in range(CLASSES)
    )


def _signed_in(ministry: Organization) -> Client:
    user = User.objects.create(username="bench", email="bench@example.org", first_name="Вера")
    Membership.objects.create(
        user=user, organization=ministry, role=Role.MINISTRY, since=timezone.localdate()
    )
    client = Client()
    client.force_login(user)
    return client
