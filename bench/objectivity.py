"""Objectivity of a whole region, from stored rows to stored signals, and of one school's upload.

650 schools of 34 municipalities with 1,354 classes, in a database of their own that is gone
afterwards, so no demonstration is needed and none is changed.

`objectivity_region`: 40 works of 16 tasks with 25,031 rows each, a million in all. Ours is
`compute_objectivity --processes 2` whole: reading, class cells, indicators, every statistic of
schools and classes, references, notches, the year's signals, all stored. The baselines:

- `objectivity_region_plain`: the same statistics in plain Python (`bench/plain_objectivity.py`)
  with the driver's reading of their rows, on one whole work, multiplied by the number of works
  (the time is linear in works: each is examined by itself). At least 20 times slower.
- `objectivity_region_read`: the same rows fetched by the driver as Python objects, nothing else:
  the bare reading. At most 8 times as long.
- `objectivity_region_copy`: the same rows as bytes by COPY, which nobody can use yet; told beside.

`objectivity_upload`: seconds from one school's changed results of a work (28 works in the year)
to stored cells, statistics and signals: storing the results, and both runs as a worker does them.
The mean of several schools against the two seconds that are allowed.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO, StringIO

import numpy as np
from django.core.management import call_command
from django.db import connection

from bench import plain_objectivity
from bench.measure import Measure
from bench.region import own_database, place
from monitoring.computation import assess, compute
from monitoring.models import Signal
from organizations.models import Kind, Level, Organization, Profile
from procedures.exchange.bulk_store import Part, store
from procedures.models import Procedure, Scale, Work

MUNICIPALITIES, SCHOOLS, PUPILS, WORKS = 34, 650, 25_000, 40
PROCESSES = 2
UPLOADS, UPLOAD_WORKS, UPLOAD_SECONDS = 5, 28, 2.0
YEAR = 2026
COLUMNS = "organization_id, class_number, points, score, mark, journal_mark"
MAX_POINTS = np.array([1, 1, 2, 1, 3, 2, 1, 2, 1, 2, 3, 1, 2, 1, 2, 4])
BORDERS = (9, 15, 22)
CLASS_SIZE = 24
ABSENT_SHARE = 0.07


@dataclass(frozen=True, eq=False)
class Pupils:
    """What the pupils of one school wrote; one row a pupil."""

    class_number: np.ndarray
    participant: np.ndarray
    variant: np.ndarray
    points: np.ndarray
    journal_mark: np.ndarray
    present: np.ndarray

    def __len__(self) -> int:
        return len(self.participant)


class Silent:
    """Nobody watches."""

    def __call__(self, done: int, total: int) -> None: ...

    def hold(self) -> None: ...


def measure_region() -> list[Measure]:
    """Seconds for a million rows, and for the three baselines over the same rows."""
    with own_database("bench_objectivity"):
        works = _stored(WORKS)
        # half before and half after, so that a machine that grows busy favours neither side
        read = _seconds(lambda: [_fetch(work) for work in works[::2]])
        copied = _seconds(lambda: [_copy(work) for work in works[::2]])
        ours = _seconds(_compute_all)
        assert Signal.objects.filter(year=YEAR).count() == SCHOOLS, "not every school was assessed"
        read += _seconds(lambda: [_fetch(work) for work in works[1::2]])
        copied += _seconds(lambda: [_copy(work) for work in works[1::2]])
        plain = _seconds(lambda: _examine_plainly(works[0])) * WORKS
    return [
        Measure("objectivity_region_plain", ours, plain, "s", 1),
        Measure("objectivity_region_read", ours, read, "s", 1),
        Measure("objectivity_region_copy", ours, copied, "s", 1),
    ]


def measure_upload() -> list[Measure]:
    """Seconds from one school's corrected results to its signal among all others."""
    with own_database("bench_objectivity"):
        works = _stored(UPLOAD_WORKS)
        _compute_all()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as the server does by itself within a minute
        schools = list(Organization.objects.filter(kind=Kind.SCHOOL).order_by("pk"))
        region = Organization.objects.get(kind=Kind.REGION)
        size = sizes()
        seconds = [
            _seconds(lambda n=n: _upload(region, schools[n], works[n], int(size[n])))  # type: ignore[misc]
            for n in range(UPLOADS + 1)
        ][1:]
    return [Measure("objectivity_upload", sum(seconds) / UPLOADS, UPLOAD_SECONDS, "s", UPLOADS)]


def _upload(region: Organization, school: Organization, work: Work, size: int) -> None:
    store([Part(school.pk, work, pupils_of(school.pk, size, seed=99))], name="again")
    compute(work, progress=Silent(), schools=[school.pk])
    assess(region.pk, [YEAR], progress=Silent(), schools=[school.pk])


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _compute_all() -> None:
    options = {"processes": PROCESSES, "stdout": StringIO(), "stderr": StringIO()}
    call_command("compute_objectivity", **options)


def _fetch(work: Work) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS} FROM procedures_result WHERE work_id = %s", [work.pk])  # noqa: S608
        return cursor.fetchall()


def _copy(work: Work) -> None:
    query = f"SELECT {COLUMNS} FROM procedures_result WHERE work_id = {work.pk}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({query}) TO STDOUT", BytesIO())


def _examine_plainly(work: Work) -> int:
    pupils = [plain_objectivity.Pupil(*row) for row in _fetch(work)]
    return plain_objectivity.examine(pupils, work.max_points, BORDERS)


def _stored(count: int) -> list[Work]:
    """So many works with the rows of all schools."""
    _, schools = make_region()
    works, size = make_works(count), sizes()
    for seed, work in enumerate(works):
        parts = [
            Part(school.pk, work, pupils_of(number, int(size[number]), seed))
            for number, school in enumerate(schools)
        ]
        store(parts, name="bench")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return works


def make_region() -> tuple[Organization, list[Organization]]:
    region = place(Kind.REGION, Level.REGION, 1, None)
    region.save()
    towns = Organization.objects.bulk_create(
        place(Kind.MUNICIPALITY, Level.MUNICIPALITY, number, region)
        for number in range(MUNICIPALITIES)
    )
    schools = Organization.objects.bulk_create(
        place(
            Kind.SCHOOL, Level.SCHOOL, number, towns[number % MUNICIPALITIES if number % 5 else 0],
            is_rural=number % 3 == 1,
            profile=Profile.LYCEUM if number % 13 == 0 else Profile.ORDINARY,
        )
        for number in range(SCHOOLS)
    )  # fmt: skip
    return region, schools


def sizes() -> np.ndarray:
    """Pupils of each school in a work: from a handful in the country to a hundred and more."""
    rng = np.random.default_rng(5)
    drawn = rng.lognormal(0, 0.8, SCHOOLS)
    return np.maximum(6, np.round(drawn / drawn.sum() * PUPILS)).astype(int)


def make_works(count: int) -> list[Work]:
    vpr = Procedure.objects.create(
        code="bench-vpr", title="ВПР", short_title="ВПР", level="federal"
    )
    works = Work.objects.bulk_create(
        Work(
            procedure=vpr, code=f"bench-{number:02}", subject=f"Предмет {number % 10}",
            grade=4 + number // 10, year=YEAR,
            tasks=[str(task) for task in range(1, len(MAX_POINTS) + 1)],
            max_points=MAX_POINTS.tolist(),
        )
        for number in range(count)
    )  # fmt: skip
    three, four, five = BORDERS
    Scale.objects.bulk_create(
        Scale(work=work, version=1, three=three, four=four, five=five) for work in works
    )
    return works


def pupils_of(number: int, size: int, seed: int) -> Pupils:
    rng = np.random.default_rng((seed, number))
    ability = np.random.default_rng(number).normal(0, 0.4) + rng.normal(0, 1, size)
    difficulty = np.linspace(-1.2, 1.4, len(MAX_POINTS))
    chance = 1 / (1 + np.exp(difficulty - ability[:, None] - rng.normal(0, 0.15, len(MAX_POINTS))))
    points = rng.binomial(MAX_POINTS, chance)
    points[(points == 0) & (rng.random(points.shape) < 0.3)] = -1
    present = rng.random(size) > ABSENT_SHARE
    journal = np.clip(np.round(3.7 + 0.7 * ability + rng.normal(0, 0.4, size)), 2, 5)
    return Pupils(
        (1 + np.arange(size) // CLASS_SIZE).astype(np.int16),
        (40001 + np.arange(size)).astype(np.int32),
        np.where(present, 1 + np.arange(size) % 2, 0).astype(np.int16),
        np.where(present[:, None], points, -2).astype(np.int16),
        journal.astype(np.int16),
        present,
    )
