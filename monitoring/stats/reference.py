"""What pupils of any school with the same total do in each task of a work."""

from dataclasses import dataclass

import numpy as np

from monitoring.stats.arrays import FloatArray, IntArray, PointsArray
from monitoring.stats.shares import ratio

# Width of the kernel over primary scores, in points: neighbouring totals are alike, and rows of
# few pupils borrow from them. Our own choice on simulated works of 15 to 40 points.
WIDTH = 1.5


@dataclass(frozen=True, eq=False)
class Reference:
    """Expectations by primary score 0 … S for J tasks whose points are 0 … V − 1.

    pupils           (S + 1,)       pupils with the score
    means            (S + 1, J)     expected points
    full             (S + 1, J)     expected share of those with the task's maximum
    covariance       (S + 1, J, J)  covariance of points among pupils with the score
    values           (S + 1, J, V)  share of pupils with each number of points
    between_classes  (J, J)         honest covariance of classes' mean surplus points
    between_schools  (J, J)         the same of schools
    """

    pupils: IntArray
    means: FloatArray
    full: FloatArray
    covariance: FloatArray
    values: FloatArray
    between_classes: FloatArray
    between_schools: FloatArray


def smoother(pupils: IntArray) -> FloatArray:
    """Weights L of a local linear fit over scores, shape (S + 1, S + 1).

    L @ f gives at each score the fit of values f held by `pupils` with each score. A straight
    line comes through unchanged, so expected points still add up to the total.

    References
    ----------
    Fan & Gijbels (1996), Local Polynomial Modelling, ch. 3.
    """
    scores = np.arange(len(pupils))
    distance = (scores[None, :] - scores[:, None]) / WIDTH
    # Far scores count a little, so that a gap in the distribution is bridged.
    kernel = (np.exp(-0.5 * distance**2) + 1e-9) * pupils
    weight = kernel.sum(axis=1)
    first = (kernel * distance).sum(axis=1)
    second = (kernel * distance**2).sum(axis=1)
    determinant = weight * second - first**2
    line = kernel * (second[:, None] - first[:, None] * distance)
    # Where all pupils share one score there is no slope: the plain mean serves.
    flat = determinant <= 1e-6 * weight * second
    determinant = np.where(flat, 1.0, determinant)
    mean = kernel / np.maximum(weight, 1e-300)[:, None]
    return np.asarray(np.where(flat[:, None], mean, line / determinant[:, None]))


def fit(points: PointsArray, max_points: IntArray) -> Reference:
    """Fit to pupils of one work; what lies between classes and schools is zero until estimated.

    Parameters
    ----------
    points : shape (n, J), 0 … maximum; what was not attempted counts as 0
    max_points : shape (J,)
    """
    tasks, most = len(max_points), int(max_points.max())
    score = points.sum(axis=1, dtype=np.int64)
    top = int(max_points.sum())
    pupils = np.bincount(score, minlength=top + 1)
    counts = _value_counts(points, score, top + 1, most + 1)
    line = smoother(pupils)
    share = np.clip(np.einsum("st,tjv->sjv", line, ratio(counts, pupils[:, None, None])), 0, 1)
    values = ratio(share, share.sum(axis=2, keepdims=True))
    sums = counts @ np.arange(most + 1)
    means = np.clip(line @ ratio(sums, pupils[:, None]), 0, max_points)
    full = np.take_along_axis(values, max_points[None, :, None].astype(np.int64), axis=2)[:, :, 0]
    return Reference(
        pupils,
        means,
        full,
        _covariance(points, score, means, pupils),
        values,
        np.zeros((tasks, tasks)),
        np.zeros((tasks, tasks)),
    )


def _value_counts(points: PointsArray, score: IntArray, scores: int, values: int) -> IntArray:
    """Pupils by score, task and points: (scores, J, values)."""
    tasks = points.shape[1]
    counts = np.empty((scores, tasks, values), dtype=np.int64)
    for task in range(tasks):
        flat = np.bincount(score * values + points[:, task], minlength=scores * values)
        counts[:, task] = flat.reshape(scores, values)
    return counts


def _covariance(
    points: PointsArray, score: IntArray, means: FloatArray, pupils: IntArray
) -> FloatArray:
    """Covariance of points about their expectation, smoothed over scores with a plain kernel."""
    order = np.argsort(score, kind="stable")
    surplus = (points[order] - means[score[order]]).astype(np.float64)
    ends = np.cumsum(pupils)
    squares = np.zeros((len(pupils), points.shape[1], points.shape[1]))
    for at in np.flatnonzero(pupils):
        rows = surplus[ends[at] - pupils[at] : ends[at]]
        squares[at] = rows.T @ rows
    scores = np.arange(len(pupils))
    kernel = np.exp(-0.5 * ((scores[None, :] - scores[:, None]) / WIDTH) ** 2) + 1e-9
    weight = kernel @ pupils
    smoothed = np.tensordot(kernel, squares, axes=1)
    return np.asarray(ratio(smoothed, weight[:, None, None]))
