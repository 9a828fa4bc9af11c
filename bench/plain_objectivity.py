"""The statistics of one work in plain Python: loops over pupils, tasks and pairs, no arrays.

What a programmer without NumPy would write from the same formulas: cells, expectations by total,
the covariance of tasks, surplus of tasks with its distance, pairs of pupils, borders, level,
spread, omissions, journal, absence, for schools and for classes. Left out, in favour of this
side: robust calibration between units, exact tails, storing.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

WIDTH = 1.5  # of the kernel over totals, as in monitoring/stats/reference.py
COPIED, COPIERS, LEAST = 0.7, 0.5, 10

Row = Sequence[float]
Matrix = list[list[float]]


class Pupil(NamedTuple):
    """One row of the table of results."""

    school: int
    class_number: int
    points: list[int]
    score: int | None
    mark: int | None
    journal_mark: int | None


class Usual(NamedTuple):
    """What pupils with each total do in each task."""

    pupils: list[int]
    means: Matrix
    covariance: list[Matrix]
    values: list[list[list[float]]]


def examine(pupils: Sequence[Pupil], max_points: Sequence[int], borders: Sequence[int]) -> int:
    """Every statistic of every school and class; how many numbers came out."""
    usual = expectations([p for p in pupils if p.score is not None], max_points)
    found = 0
    for key in (lambda p: (p.school,), lambda p: (p.school, p.class_number)):
        units: dict[tuple[int, ...], list[Pupil]] = defaultdict(list)
        for pupil in pupils:
            units[key(pupil)].append(pupil)
        cells = {unit: counted(own, max_points) for unit, own in units.items()}
        found += len(profiles(list(cells.values()), usual))
        found += sum(len(others(cell, cells, borders)) for cell in summed(cells))
        if len(next(iter(units))) == 2:
            found += len([one_source(own, usual) for own in units.values() if len(own) >= LEAST])
    return found


def counted(pupils: Sequence[Pupil], max_points: Sequence[int]) -> dict[str, object]:
    """What is kept of a unit's pupils."""
    tasks = len(max_points)
    histogram = [0] * (sum(max_points) + 1)
    sums, squares, omitted, full = ([0] * tasks for _ in range(4))
    journal = [[0] * 4 for _ in range(4)]
    attendance = [[0, 0] for _ in range(5)]
    for pupil in pupils:
        attendance[(pupil.journal_mark or 1) - 1][pupil.score is not None] += 1
        if pupil.score is None:
            continue
        histogram[pupil.score] += 1
        for task, value in enumerate(pupil.points):
            got = max(value, 0)
            sums[task] += got
            squares[task] += got * got
            omitted[task] += value == -1
            full[task] += got == max_points[task]
        if pupil.mark and pupil.journal_mark:
            journal[pupil.journal_mark - 2][pupil.mark - 2] += 1
    return {
        "n": sum(histogram), "histogram": histogram, "sums": sums, "squares": squares,
        "omitted": omitted, "full": full, "journal": journal, "attendance": attendance,
    }  # fmt: skip


def expectations(pupils: Sequence[Pupil], max_points: Sequence[int]) -> Usual:
    """Means, covariance and shares of values by total, smoothed over neighbouring totals."""
    top, tasks, most = sum(max_points), len(max_points), max(max_points)
    number = [0] * (top + 1)
    counts = [[[0] * (most + 1) for _ in range(tasks)] for _ in range(top + 1)]
    for pupil in pupils:
        number[pupil.score] += 1
        for task, value in enumerate(pupil.points):
            counts[pupil.score][task][max(value, 0)] += 1
    lines = [kernel(score, number) for score in range(top + 1)]
    values = [
        [
            [
                sum(w * counts[s][task][v] / number[s] for s, w in enumerate(line) if number[s])
                for v in range(most + 1)
            ]
            for task in range(tasks)
        ]
        for line in lines
    ]
    means = [[sum(v * share for v, share in enumerate(row)) for row in rows] for rows in values]
    products = [[[0.0] * tasks for _ in range(tasks)] for _ in range(top + 1)]
    for pupil in pupils:
        usual, table = means[pupil.score], products[pupil.score]
        away = [max(value, 0) - usual[task] for task, value in enumerate(pupil.points)]
        for i, one in enumerate(away):
            row = table[i]
            for j, other in enumerate(away):
                row[j] += one * other
    covariance = [
        [
            [
                sum(w * products[s][i][j] / number[s] for s, w in enumerate(line) if number[s])
                for j in range(tasks)
            ]
            for i in range(tasks)
        ]
        for line in lines
    ]
    return Usual(number, means, covariance, values)


def kernel(score: int, pupils: Sequence[int]) -> list[float]:
    """Weights of a local linear fit at one total."""
    away = [(other - score) / WIDTH for other in range(len(pupils))]
    weight = [(math.exp(-0.5 * d * d) + 1e-9) * n for d, n in zip(away, pupils, strict=True)]
    zero = sum(weight)
    first = sum(w * d for w, d in zip(weight, away, strict=True))
    second = sum(w * d * d for w, d in zip(weight, away, strict=True))
    determinant = zero * second - first * first
    return [w * (second - first * d) / determinant for w, d in zip(weight, away, strict=True)]


def profiles(cells: Sequence[dict], usual: Usual) -> list[tuple[float, float, float]]:
    """Each unit's distance from the expected profile, its contrast and its greatest task."""
    surpluses, chances = [], []
    tasks = len(usual.means[0])
    for cell in (cell for cell in cells if cell["n"] >= LEAST):
        n, histogram = cell["n"], cell["histogram"]
        surpluses.append(
            [
                (cell["sums"][j] - sum(c * usual.means[s][j] for s, c in enumerate(histogram) if c))
                / n
                for j in range(tasks)
            ]
        )
        chances.append(
            [
                [
                    sum(c * usual.covariance[s][i][j] for s, c in enumerate(histogram) if c) / n / n
                    for j in range(tasks)
                ]
                for i in range(tasks)
            ]
        )
    between = variety(surpluses, chances)
    for _ in range(3):  # without those that stand out most, as ours
        distances = [
            distance(own, added(chance, between))
            for own, chance in zip(surpluses, chances, strict=True)
        ]
        edge = sorted(distances)[int(0.95 * (len(distances) - 1))]
        kept = [at for at, far in enumerate(distances) if far <= edge]
        between = variety([surpluses[at] for at in kept], [chances[at] for at in kept])
    found = []
    for own, chance in zip(surpluses, chances, strict=True):
        whole = added(chance, between)
        trend = [task - (tasks - 1) / 2 for task in range(tasks)]
        spread = sum(trend[i] * whole[i][j] * trend[j] for i in range(tasks) for j in range(tasks))
        contrast = sum(a * b for a, b in zip(trend, own, strict=True)) / math.sqrt(
            max(spread, 1e-9)
        )
        greatest = max(one / math.sqrt(max(whole[j][j], 1e-9)) for j, one in enumerate(own))
        found.append((distance(own, whole), contrast, greatest))
    return found


def variety(surpluses: Sequence[Row], chances: Sequence[Matrix]) -> Matrix:
    """The covariance of surpluses beyond chance."""
    tasks, units = len(surpluses[0]), len(surpluses)
    found = [[0.0] * tasks for _ in range(tasks)]
    for own, chance in zip(surpluses, chances, strict=True):
        for i in range(tasks):
            for j in range(tasks):
                found[i][j] += (own[i] * own[j] - chance[i][j]) / units
    return found


def added(one: Matrix, other: Matrix) -> Matrix:
    return [[a + b for a, b in zip(*rows, strict=True)] for rows in zip(one, other, strict=True)]


def distance(own: Row, covariance: Matrix) -> float:
    """Mahalanobis' distance by Gauss's elimination with a small ridge."""
    size = len(own)
    rows = [[*covariance[i], own[i]] for i in range(size)]
    for i in range(size):
        rows[i][i] += 1e-3
    for i in range(size):
        pivot = max(range(i, size), key=lambda at: abs(rows[at][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for k in range(i + 1, size):
            factor = rows[k][i] / rows[i][i]
            if factor:
                for j in range(i, size + 1):
                    rows[k][j] -= factor * rows[i][j]
    solved = [0.0] * size
    for i in reversed(range(size)):
        rest = sum(rows[i][j] * solved[j] for j in range(i + 1, size))
        solved[i] = (rows[i][size] - rest) / rows[i][i]
    return sum(a * b for a, b in zip(own, solved, strict=True))


def one_source(pupils: Sequence[Pupil], usual: Usual) -> float:
    """The log likelihood ratio of a class in which one paper went round, of whoever it was."""
    wrote = [pupil for pupil in pupils if pupil.score is not None]
    found = []
    for source in wrote:
        whole = 0.0
        for copier in wrote:
            if copier is source:
                continue
            total = 0.0
            alone = usual.values[copier.score]
            for task, value in enumerate(copier.points):
                chance = max(alone[task][max(value, 0)], 1e-4)
                same = max(value, 0) == max(source.points[task], 0)
                total += math.log(COPIED * same / chance + 1 - COPIED)
            whole += math.log(COPIERS * math.exp(total) + 1 - COPIERS)
        found.append(whole)
    if not found:
        return 0.0
    highest = max(found)
    return highest + math.log(sum(math.exp(whole - highest) for whole in found) / len(found))


def summed(cells: dict) -> list[dict]:
    """The cells, each with what all of them together have."""
    whole: dict[str, list] = {}
    for cell in cells.values():
        for name in ("histogram", "omitted"):
            known = whole.setdefault(name, [0] * len(cell[name]))
            for at, value in enumerate(cell[name]):
                known[at] += value
    return [cell | {"whole": whole} for cell in cells.values()]


def others(cell: dict, cells: dict, borders: Sequence[int]) -> list[float]:
    """Borders, level, spread, omissions, journal and absence of one unit."""
    n, histogram = cell["n"], cell["histogram"]
    if n < 2:
        return []
    total = sum(score * count for score, count in enumerate(histogram))
    mean = total / n
    spread = sum(count * (score - mean) ** 2 for score, count in enumerate(histogram)) / (n - 1)
    return [
        notch(histogram, cell["whole"]["histogram"], mean, borders),
        mean,
        math.log(max(spread, 1e-6)),
        sum(cell["omitted"]) / n,
        *journal(cell["journal"]),
        absence(cell["attendance"]),
    ]


def notch(own: Row, whole: Row, mean: float, borders: Sequence[int]) -> float:
    """Papers above a border beyond those of everybody, tilted to the unit's mean."""
    rest = [b - a for a, b in zip(own, whole, strict=True)]
    low, high = -2.0, 2.0
    for _ in range(30):
        middle = (low + high) / 2
        tilted = [count * math.exp(middle * s) for s, count in enumerate(rest)]
        level = sum(s * w for s, w in enumerate(tilted)) / max(sum(tilted), 1e-9)
        low, high = (middle, high) if level < mean else (low, middle)
    excess, variance = 0.0, 0.0
    for border in borders:
        above, below = range(border, border + 2), range(border - 3, border)
        up, down = sum(tilted[s] for s in above), sum(tilted[s] for s in below)
        pupils = sum(own[s] for s in (*below, *above))
        share = up / max(up + down, 1e-9)
        excess += sum(own[s] for s in above) - share * pupils
        variance += pupils * share * (1 - share)
    return excess / math.sqrt(max(variance, 1e-9))


def journal(table: Sequence[Sequence[int]]) -> tuple[float, float, float]:
    """Shift, agreement beyond chance, and gaps of two marks."""
    n = max(sum(map(sum, table)), 1)
    rows = [sum(row) for row in table]
    columns = [sum(column) for column in zip(*table, strict=True)]
    shift = sum((i - j) * table[i][j] for i in range(4) for j in range(4)) / n
    same = sum(table[i][i] for i in range(4)) / n
    chance = sum(rows[i] * columns[i] for i in range(4)) / n / n
    wide = sum(table[i][j] for i in range(4) for j in range(4) if abs(i - j) >= 2) / n
    return shift, same - chance, wide


def absence(attendance: Sequence[Sequence[int]]) -> float:
    """The journal marks of the absent against those of the whole unit (Mantel's score test)."""
    here = [attendance[mark][0] + attendance[mark][1] for mark in range(1, 5)]
    away = [attendance[mark][0] for mark in range(1, 5)]
    n, absent = sum(here), sum(away)
    if n < 2 or not absent:
        return 0.0
    mean = sum(mark * count for mark, count in enumerate(here)) / n
    spread = sum(count * (mark - mean) ** 2 for mark, count in enumerate(here)) / (n - 1)
    score = sum(count * (mean - mark) for mark, count in enumerate(away))
    return score / math.sqrt(max(absent * (n - absent) / n * spread, 1e-9))
