"""`make bench`: one line a measure, ours beside a baseline of the same run, as a ratio."""

import json
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict

import django

from bench.measure import Measure
from rsoko import embedded


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rsoko.settings")
    embedded.start()
    django.setup()
    from bench import (
        country,
        evaluation,
        federal,
        intake,
        objectivity,
        pages,
        roadmaps,
        schedule,
    )

    wanted = set(sys.argv[1:])
    benchmarks: dict[str, Callable[[], list[Measure]]] = {
        "roadmaps": roadmaps.measure,
        "intake_forms": intake.measure_forms,
        "intake_bulk": intake.measure_bulk,
        "pages_region": pages.measure,
        "federal": federal.measure,
        "schedule_check": schedule.measure,
        "objectivity_region": objectivity.measure_region,
        "objectivity_upload": objectivity.measure_upload,
        "objectivity_evaluation": evaluation.measure,
        "objectivity_country": country.measure,
    }
    measures: list[Measure] = []
    for name, measure in benchmarks.items():
        if not wanted or name in wanted:
            measures += measure()
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    rows = [asdict(m) | {"ratio": m.ratio, "machine": machine} for m in measures]
    (embedded.ROOT / "bench.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1))
    for measured in measures:
        print(measured.line())


if __name__ == "__main__":
    main()
