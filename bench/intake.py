"""The intake of results: hundreds of forms and a million rows, against the usual ways.

Both measures work in a database of their own that is gone afterwards, so no demonstration is
needed and none is changed. Ours is the whole of `import_results`: gate, reading, every check,
writing, journal.

`intake_forms`: 600 filled forms of 80 pupils × 30 tasks, made by the portal's own writer; the
baseline is openpyxl merely reading the same files in its fastest way (`read_only`, values only,
no formulas). At least 3 times faster.

`intake_bulk`: a CSV of 1,000,000 rows of 15 tasks (500 schools × 20 works × 100 pupils); the
baseline is `bulk_create(batch_size=5000)` of the same rows as `Result` objects in one
transaction, measured on the first 100,000 of them and multiplied by ten. At least 8 times faster.
"""

import time
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from django.core.management import call_command
from django.db import connection, transaction
from openpyxl import load_workbook

from bench.measure import Measure
from bench.region import own_database
from organizations.models import Kind, Level, Organization
from procedures.exchange.form import write_form
from procedures.exchange.importer import spec_of
from procedures.exchange.results import ABSENT, MISSING, Results, results_of
from procedures.models import Procedure, Result, Scale, Work
from procedures.queries import newest_scale

FORMS, FORM_PUPILS, FORM_TASKS = 600, 80, 30
SCHOOLS, WORKS, PUPILS, TASKS = 500, 20, 100, 15
SAMPLE = 10  # of the rows one in so many for the baseline
CLASS_SIZE = 25
ABSENT_SHARE = 0.05


def measure_forms() -> list[Measure]:
    """Seconds for 600 forms: taken in, and merely read by openpyxl."""
    with own_database("bench_intake"), TemporaryDirectory() as folder:
        _write_forms(Path(folder))
        paths = sorted(Path(folder).iterdir())
        # half before and half after, so that a machine that grows busy favours neither side
        baseline = _read_by_openpyxl(paths[::2])
        ours = _import(Path(folder))
        assert Result.objects.count() == FORMS * FORM_PUPILS, "not every row was stored"
        baseline += _read_by_openpyxl(paths[1::2])
    return [Measure("intake_forms", ours, baseline, "s", 1)]


def measure_bulk() -> list[Measure]:
    """Seconds for a million rows: a CSV taken in, and objects written by `bulk_create`."""
    with own_database("bench_intake"), TemporaryDirectory() as folder:
        path = Path(folder) / "results.csv"
        _write_table(path)
        ours = _import(path)
        rows = SCHOOLS * WORKS * PUPILS
        assert Result.objects.count() == rows, "not every row was stored"
        baseline = _bulk_create(rows // SAMPLE) * SAMPLE
    return [Measure("intake_bulk", ours, baseline, "s", 1)]


def _import(path: Path) -> float:
    began = time.perf_counter()
    call_command("import_results", str(path), stdout=StringIO(), stderr=StringIO())
    return time.perf_counter() - began


def _read_by_openpyxl(paths: Sequence[Path]) -> float:
    began = time.perf_counter()
    for path in paths:
        book = load_workbook(path, read_only=True, data_only=True)
        for sheet in book:
            for _ in sheet.iter_rows(values_only=True):
                pass
        book.close()
    return time.perf_counter() - began


def _bulk_create(count: int) -> float:
    """Seconds in which so many of the stored rows are made objects and written once more."""
    stored = list(
        Result.objects.order_by("pk").values_list(
            "protocol_id", "organization_id", "work_id", "class_number", "participant",
            "variant", "points", "score", "mark", "journal_mark",
        )[:count]
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procedures_result")
    began = time.perf_counter()
    with transaction.atomic():
        Result.objects.bulk_create(
            [
                Result(
                    protocol_id=row[0], organization_id=row[1], work_id=row[2],
                    class_number=row[3], participant=row[4], variant=row[5], points=row[6],
                    score=row[7], mark=row[8], journal_mark=row[9],
                )
                for row in stored
            ],
            batch_size=5000,
        )  # fmt: skip
    return time.perf_counter() - began


# what is taken in


def _write_forms(folder: Path) -> None:
    schools, works = _schools(FORMS // 10), _works(10, FORM_TASKS)
    for seed, (work, school) in enumerate((work, school) for work in works for school in schools):
        results = _results(work, FORM_PUPILS, seed)
        content = write_form(
            spec_of(work, newest_scale(work.pk)),
            school.code,
            results.class_number.tolist(),
            results.participant.tolist(),
            results,
        )
        (folder / f"{work.code}-{school.code}.xlsx").write_bytes(content)


def _write_table(path: Path) -> None:
    names = [f"t{number}" for number in range(1, TASKS + 1)]
    fixed = "work,school,class,participant,gender,variant,journal_mark,mark,score"
    schools = _schools(SCHOOLS)
    shown = {MISSING: "", -1: "X"} | {value: str(value) for value in range(100)}
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join([fixed, *names]) + "\n")
        for work in _works(WORKS, TASKS):
            for school in schools:
                file.writelines(_lines(work, school, _results(work, PUPILS, school.pk), shown))


def _lines(
    work: Work, school: Organization, results: Results, shown: dict[int, str]
) -> Iterator[str]:
    columns = (
        results.class_number.tolist(), results.participant.tolist(), results.variant.tolist(),
        results.journal_mark.tolist(), results.score.tolist(), results.points.tolist(),
    )  # fmt: skip
    for number, code, variant, journal, score, points in zip(*columns, strict=True):
        told = f"{variant},{journal},,{score}" if variant else f",{journal},,"
        tasks = ",".join([shown[value] for value in points])
        yield f"{work.code},{school.code},{number},{code},f,{told},{tasks}\n"


def _results(work: Work, pupils: int, seed: int) -> Results:
    rng = np.random.default_rng(seed)
    variant = np.where(rng.random(pupils) < ABSENT_SHARE, ABSENT, rng.integers(1, 3, pupils))
    points = rng.integers(-1, np.array(work.max_points) + 1, (pupils, len(work.tasks)))
    points[variant == ABSENT] = MISSING
    return results_of(
        spec_of(work, None),
        class_number=1 + np.arange(pupils) // CLASS_SIZE,
        participant=40001 + np.arange(pupils),
        variant=variant,
        points=points,
        journal_mark=rng.integers(2, 6, pupils),
    )


def _schools(count: int) -> list[Organization]:
    region = Organization.objects.create(
        code="bench-region", name="Область", short_name="Область", kind=Kind.REGION,
        level=Level.REGION,
    )  # fmt: skip
    town = Organization.objects.create(
        code="bench-town", name="Город", short_name="Город", kind=Kind.MUNICIPALITY,
        level=Level.MUNICIPALITY, parent=region,
    )  # fmt: skip
    return Organization.objects.bulk_create(
        Organization(
            code=f"edu42{number:04}", name=f"Школа {number}", short_name=f"Школа {number}",
            kind=Kind.SCHOOL, level=Level.SCHOOL, parent=town,
        )
        for number in range(count)
    )  # fmt: skip


def _works(count: int, tasks: int) -> list[Work]:
    vpr = Procedure.objects.create(
        code="bench-vpr", title="ВПР", short_title="ВПР", level="federal"
    )
    works = Work.objects.bulk_create(
        Work(
            procedure=vpr, code=f"bench-{number}", subject=f"Предмет {number}", grade=4, year=2026,
            tasks=[str(task) for task in range(1, tasks + 1)], max_points=[2] * tasks,
        )
        for number in range(count)
    )  # fmt: skip
    Scale.objects.bulk_create(
        Scale(work=work, version=1, three=tasks // 2, four=tasks, five=3 * tasks // 2)
        for work in works
    )
    return works
