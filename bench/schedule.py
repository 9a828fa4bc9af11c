"""The check of a school's year against the same rules read by comparing every pair of rows.

40 classes of grades 1 to 11, each with a year of procedures in ten subjects; the same rows go to
both sides, and both must find the same. What counts is the median; it may not exceed 200 ms.
"""

import datetime
import statistics
import time
from collections.abc import Callable
from itertools import combinations

import numpy as np

from bench.measure import Measure
from procedures.clashes import Entry, Facts, Hours, Limits, Rule, State, check, counts

CLASSES, SUBJECTS, A_YEAR = 40, 10, 8
CALLS, BASELINE_CALLS = 20, 3
MOST_MILLISECONDS = 200
SCHOOL_DAYS = 270
SEED = 2026


def measure() -> list[Measure]:
    """Milliseconds of one check; the ratio is how much of the baseline's time it takes."""
    entries, facts = school()
    limits = Limits()
    found = {(one.rule, one.state, one.keys) for one in check(entries, facts, limits)}
    assert found == by_pairs(entries, facts, limits)
    ours = _median(lambda: check(entries, facts, limits), CALLS)
    baseline = _median(lambda: by_pairs(entries, facts, limits), BASELINE_CALLS)
    assert ours <= MOST_MILLISECONDS, f"{ours:.0f} ms"
    return [Measure("schedule_check", ours, baseline, f"ms of {len(entries)} rows", CALLS)]


def school() -> tuple[list[Entry], Facts]:
    """The rows of a year and what is known of the timetable; the same every time."""
    rng = np.random.default_rng(SEED)
    start = datetime.date(2026, 9, 1)
    entries = []
    for number in range(CLASSES):
        grade = 1 + number % 11
        for subject in range(SUBJECTS):
            for serial, on in enumerate(sorted(rng.choice(SCHOOL_DAYS, A_YEAR, replace=False))):
                entries.append(
                    Entry(
                        key=len(entries),
                        class_name=f"{grade}-{number}",
                        parallel=grade,
                        subject=f"предмет {subject}",
                        day=start + datetime.timedelta(days=int(on)),
                        title=f"работа {serial}",
                        lesson=int(rng.integers(1, 7)),
                    )
                )
    hours = {
        (grade, f"предмет {subject}"): Hours(2, 68)
        for grade in range(1, 12)
        for subject in range(SUBJECTS)
    }
    last = {(one.class_name, weekday): 6 for one in entries for weekday in range(7)}
    return entries, Facts(hours, last)


def by_pairs(
    entries: list[Entry], facts: Facts, limits: Limits
) -> set[tuple[Rule, State, tuple[int, ...]]]:
    """Every rule of these rows, for each row over all rows again and for each pair."""
    rows = sorted((e for e in entries if counts(e, limits)), key=lambda e: (e.day, e.key))
    found: set[tuple[Rule, State, tuple[int, ...]]] = set()
    for one in rows:
        same_day = tuple(r.key for r in rows if r.class_name == one.class_name and r.day == one.day)
        if len(same_day) > limits.most_a_day:
            found.add((Rule.DAILY, State.BROKEN, same_day))
        same = [r for r in rows if r.class_name == one.class_name and r.subject == one.subject]
        yearly = facts.hours[one.parallel, one.subject].yearly or 0
        if sum(r.lessons for r in same) * 100 > yearly * limits.most_percent:
            found.add((Rule.VOLUME, State.BROKEN, tuple(r.key for r in same)))
        last = facts.last_lesson[one.class_name, one.day.weekday()]
        if one.lesson == 1 or (one.lesson or 0) + one.lessons - 1 >= last:
            found.add((Rule.EDGE, State.BROKEN, (one.key,)))
    near: dict[int, int] = {}
    for a, b in combinations(rows, 2):
        alike = a.parallel == b.parallel and a.subject == b.subject
        apart = a.class_name == b.class_name or a.title != b.title
        if alike and apart and (b.day - a.day).days < limits.gap_days:
            near[b.key] = a.key  # rows are in order, so the last one is the nearest
    return found | {(Rule.INTERVAL, State.BROKEN, (a, b)) for b, a in near.items()}


def _median(call: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)
