"""Rules in use and methods of the literature, each as plain numpy, to set the engine against.

A baseline looks at one work and says of each school how suspicious it is (NaN where it does
not judge) and from what value on it is flagged. None knows honest variety; that is the point.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.stats.engine import Rows, Schools, Work
from monitoring.stats.simulation.plan import LYCEUM

FloatArray = NDArray[np.float64]
LEAST = 10  # pupils of a school: the limit of publication
CLUSTERS, FUZZINESS, ROUNDS = 5, 2.0, 60
KERNEL = 1.5  # points: how far neighbouring totals lend each other their answers


@dataclass(frozen=True)
class Baseline:
    title: str
    source: str
    score: Callable[[Work, Rows, Schools], FloatArray]
    limit: float  # a school at or above it is flagged


def interval(work: Work, rows: Rows, schools: Schools) -> FloatArray:
    """How far the mean lies above the region's, in errors of a simple random sample."""
    total, school = _totals(rows), rows.school[rows.present]
    n, mean = _means(total, school, len(schools))
    return _enough(n, (mean - total.mean()) / (total.std() / np.sqrt(np.maximum(n, 1))))


def two_sigma(work: Work, rows: Rows, schools: Schools) -> FloatArray:
    """z of the school's mean among the means of ordinary schools; lyceums are let off."""
    n, mean = _means(_totals(rows), rows.school[rows.present], len(schools))
    ordinary = (schools.stratum != LYCEUM) & (n >= LEAST)
    z = (mean - mean[ordinary].mean()) / mean[ordinary].std()
    return _enough(n, np.where(schools.stratum == LYCEUM, -9.0, z))


def border_peak(work: Work, rows: Rows, schools: Schools) -> FloatArray:
    """The highest column at a border of marks against the average column."""
    assert work.borders is not None
    total, school = _totals(rows), rows.school[rows.present]
    n, _ = _means(total, school, len(schools))
    average = n / (int(work.max_points.sum()) + 1)
    columns = [np.bincount(school[total == b], minlength=len(schools)) for b in work.borders]
    highest = np.max(columns, axis=0)
    counts = (highest >= 2) & (highest >= average + 1)
    return _enough(n, np.where(counts, highest / np.maximum(average, 1e-9), 0.0))


def invalsi(work: Work, rows: Rows, schools: Schools) -> FloatArray:
    """Mean membership of a school's classes in the cluster of high, even and full papers.

    Four indices of a class: mean, standard deviation, heterogeneity of answers (Gini's, mean
    over tasks), share of tasks not attempted; two principal components; fuzzy c-means.
    """
    here = rows.present
    units, of_class = np.unique(
        np.stack([rows.school[here], rows.class_number[here]]), axis=1, return_inverse=True
    )
    of_class, n_classes = of_class.reshape(-1), units.shape[1]
    points = rows.points[here]
    share = _totals(rows) / work.max_points.sum()
    n, mean = _means(share, of_class, n_classes)
    spread = np.sqrt(np.maximum(_means(share**2, of_class, n_classes)[1] - mean**2, 0))
    unlike = np.ones(n_classes)
    for value in range(-1, int(work.max_points.max()) + 1):
        unlike -= _each(points == value, of_class, n_classes) / points.shape[1]
    missing = _means((points == -1).mean(axis=1), of_class, n_classes)[1]
    indices = np.stack([mean, spread, unlike, missing], axis=1)[n >= 2]
    standard = (indices - indices.mean(axis=0)) / indices.std(axis=0)
    axes = np.linalg.svd(standard, full_matrices=False)[2]
    component = standard @ axes[:2].T
    membership, centres = _fuzzy_clusters(component)
    suspicious = (centres @ axes[:2] @ np.array([1.0, -1.0, -1.0, -1.0])).argmax()
    of_school = units[0][n >= 2]
    counts, result = _means(membership[:, suspicious], of_school, len(schools))
    pupils = np.bincount(rows.school[here], minlength=len(schools))
    return _enough(np.where(counts > 0, pupils, 0), result)


def person_fit(work: Work, rows: Rows, schools: Schools) -> FloatArray:
    """How unlikely the papers are for their totals: minus the mean l_z, in its own errors."""
    points, school = np.maximum(rows.points[rows.present], 0), rows.school[rows.present]
    total = points.sum(axis=1)
    chance = _answers_by_total(points, total, work.max_points)
    log = np.log(np.maximum(chance, 1e-12))
    expected = (chance * log).sum(axis=2)
    variance = ((chance * log**2).sum(axis=2) - expected**2).sum(axis=1)
    found = sum(log[total, task, points[:, task]] for task in range(points.shape[1]))
    z = (found - expected.sum(axis=1)[total]) / np.sqrt(np.maximum(variance[total], 1e-9))
    z = np.where(variance[total] > 0.05, z, 0.0)  # nothing may vary at the ends of the scale
    n, mean = _means((z - z.mean()) / z.std(), school, len(schools))
    return _enough(n, -mean * np.sqrt(n))


BASELINES = {
    "interval": Baseline("Верхняя граница 95 %", "среднее школы выше интервала региона",
                         interval, 1.96),
    "two_sigma": Baseline("z > 2 без лицеев", "по образцу правил ФИОКО", two_sigma, 2.0),
    "border_peak": Baseline("Пик 1,5 × среднего", "столбец на границе отметки", border_peak, 1.5),
    "invalsi": Baseline("INVALSI", "Quintano, Castellano & Longobardi (2009)", invalsi, 0.5),
    "person_fit": Baseline("Средний l_z", "Drasgow, Levine & Williams (1985)",
                           person_fit, 2.326),
}  # fmt: skip


def _totals(rows: Rows) -> NDArray[np.int64]:
    return np.maximum(rows.points[rows.present], 0).sum(axis=1, dtype=np.int64)


def _means(
    values: NDArray[np.number], group: NDArray[np.integer], groups: int
) -> tuple[FloatArray, FloatArray]:
    """Number and mean of each group; 0 of an empty one."""
    n = np.bincount(group, minlength=groups).astype(float)
    return n, np.bincount(group, weights=values, minlength=groups) / np.maximum(n, 1)


def _each(chosen: NDArray[np.bool_], group: NDArray[np.integer], groups: int) -> FloatArray:
    """The squared share of a group's pupils for whom it holds, summed over tasks."""
    return sum(_means(column, group, groups)[1] ** 2 for column in chosen.T)


def _enough(n: FloatArray, score: FloatArray) -> FloatArray:
    return np.where(n >= LEAST, score, np.nan)


def _fuzzy_clusters(component: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Bezdek's fuzzy c-means from centres spread along the first axis: memberships, centres."""
    order = component[:, 0].argsort()
    starts = np.linspace(0.02, 0.98, CLUSTERS) * (len(order) - 1)
    centres = component[order[starts.astype(int)]]
    for _ in range(ROUNDS):
        distance = ((component[:, None, :] - centres) ** 2).sum(axis=2) + 1e-12
        weight = distance ** (-1 / (FUZZINESS - 1))
        membership = weight / weight.sum(axis=1, keepdims=True)
        power = membership**FUZZINESS
        centres = (power.T @ component) / power.sum(axis=0)[:, None]
    return membership, centres


def _answers_by_total(
    points: NDArray[np.int16], total: NDArray[np.int64], max_points: NDArray[np.integer]
) -> FloatArray:
    """Share of pupils with each number of points by total and task, smoothed over totals."""
    size, values = int(max_points.sum()) + 1, int(max_points.max()) + 1
    counts = np.stack(
        [
            np.bincount(total * values + task, minlength=size * values).reshape(size, values)
            for task in points.T
        ],
        axis=1,
    ).astype(float)
    score = np.arange(size)
    kernel = np.exp(-(((score[:, None] - score) / KERNEL) ** 2) / 2)
    smooth = np.einsum("st,tjv->sjv", kernel, counts)
    return smooth / np.maximum(smooth.sum(axis=2, keepdims=True), 1e-12)
