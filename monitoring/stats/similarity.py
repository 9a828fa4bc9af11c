"""Pupils of a class whose points agree with one of them beyond their totals and their class.

For each pair: how much likelier are the agreements if one copied most tasks from the other than
if both worked alone? Alone means with the points that pupils of the same total get, moved to
what this class does in each task: what a class was taught, or helped with, explains agreement
and does not count. For a class: how much likelier is it all if one paper went round?

How far chance goes is not assumed but seen in classes put together by chance, in which each pupil
is another one of the region with the same total. Pupils who know some topics and not others agree
more than tasks answered one by one would; in such classes they do so as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from monitoring.stats.arrays import BoolArray, FloatArray, IntArray, PointsArray
from monitoring.stats.disclosure import MIN_UNITS
from monitoring.stats.findings import Findings, Method, Status, found, not_tested
from monitoring.stats.null import TAIL, empirical, unskewed, upper
from monitoring.stats.reference import Reference

# Least pupils of a class: fewer have hardly a pair to compare. Our own power study.
CLASS_LEAST = 5

# Share of tasks that a copier takes over, in the alternative the likelihood ratio is for.
COPIED = 0.7

# The class's own frequencies weigh against as many pupils of the reference.
PRIOR_PUPILS = 5.0

# Share of pupils who copy where a paper goes round: who does is not known, as likely as not.
COPIERS = 0.5

# Classes put together by chance: as many as show their tail.
BY_CHANCE = 1300

# Between these the lean of a pupil's part in a class's ratio is looked for; seen were 1 to 8.
SKEWNESS = (0.1, 15.0)

# Of classes by chance so many lie far out, and are enough to see how the tail goes on.
FAR = 0.02

# Rows of one step; memory is some kilobytes for each.
ROWS_AT_ONCE = 20_000


@dataclass(frozen=True, eq=False)
class Ratios:
    """Log likelihood ratios of K classes, their pupils and mean share of points."""

    ratio: FloatArray
    n: IntArray
    level: FloatArray


def class_ratios(
    class_index: NDArray[np.integer], points: PointsArray, reference: Reference, n_classes: int
) -> Ratios:
    """Look at all pairs inside each class of one work.

    Parameters
    ----------
    class_index : shape (n,), 0 … n_classes − 1, of pupils who wrote
    points : shape (n, J), 0 … maximum; of one task nobody counts, as the total says all
    """
    n = np.bincount(class_index, minlength=n_classes)
    score = points.sum(axis=1, dtype=np.int64)
    ratio = np.zeros(n_classes)
    for classes, rows in _by_size(class_index, n):
        ratio[classes] = one_source(likelihood_ratios(points[rows], score[rows], reference))
    top_score = len(reference.pupils) - 1
    total = np.bincount(class_index, weights=score, minlength=n_classes)
    return Ratios(ratio, n * (points.shape[1] > 1), total / np.maximum(n, 1) / top_score)


def likelihood_ratios(
    points: PointsArray, score: IntArray, reference: Reference
) -> NDArray[np.float32]:
    """Log likelihood ratio of each pair of B classes of n pupils: (B, n, J) → (B, n, n).

    In row i and column j it is for i having copied from j. The diagonal means nothing.
    """
    classes, pupils, tasks = points.shape
    values = reference.values.shape[2]
    flat = (classes, pupils, tasks * values)
    # Sums over pupils and over values are products with ones: of so short an axis far sooner.
    all_pupils, all_values = np.ones((1, pupils), np.float32), np.ones(values, np.float32)
    picked = (points[..., None] == np.arange(values, dtype=points.dtype)).astype(np.float32)
    alone = np.maximum(reference.values, 1e-4).astype(np.float32)[score]
    seen, due = (all_pupils @ each.reshape(flat) for each in (picked, alone))
    prior = due * np.float32(PRIOR_PUPILS / pupils)
    alone *= ((seen + prior) / (due + prior)).reshape(classes, 1, tasks, values)
    own = (alone * picked) @ all_values / (alone @ all_values)
    gain = np.log(COPIED / own + 1 - COPIED) - np.float32(np.log(1 - COPIED))
    weighted = picked * gain[..., None]
    alike: NDArray[np.float32] = weighted.reshape(flat) @ picked.reshape(flat).transpose(0, 2, 1)
    return alike + np.float32(tasks * np.log(1 - COPIED))


def one_source(pairs: NDArray[np.float32]) -> FloatArray:
    """Log likelihood ratio of each class in which one paper went round: (B, n, n) → (B,).

    Each pupil copied from its author or did not; whose paper it was is not known, so the
    likelihoods of all n are averaged.
    """
    pupils = pairs.shape[1]
    one = np.logaddexp(pairs.astype(np.float64) + np.log(COPIERS), np.log(1 - COPIERS))
    one[:, range(pupils), range(pupils)] = 0
    return np.asarray(np.logaddexp.reduce(one.sum(axis=1), axis=1) - np.log(pupils))


def chance_ratios(
    class_index: NDArray[np.integer], points: PointsArray, reference: Reference, n_classes: int
) -> Ratios:
    """The same of at least BY_CHANCE classes in which every pupil is another one with his total.

    Parameters
    ----------
    class_index, points, reference, n_classes : as of `class_ratios`

    Notes
    -----
    A permutation within totals of the pupils of all classes that are looked at, several where
    these are few; the same for the same pupils and classes, in whatever order and by whatever
    number they come.

    References
    ----------
    Rosenbaum (1984), J. Am. Stat. Assoc. 79, 565–574.
    """
    looked = np.bincount(class_index, minlength=n_classes) >= CLASS_LEAST
    times = max(1, -(-BY_CHANCE // max(int(looked.sum()), MIN_UNITS)))
    class_index, points = class_index[looked[class_index]], points[looked[class_index]]
    score = points.sum(axis=1, dtype=np.int64)
    places = np.lexsort((_by_pupils(class_index, score, n_classes)[class_index], score))
    pupils = np.lexsort((*points.T, score))
    rng = np.random.default_rng(0)
    drawn = np.empty((times, *points.shape), points.dtype)
    for each in drawn:
        each[places] = points[pupils[np.lexsort((rng.random(len(score)), score[pupils]))]]
    index = class_index + n_classes * np.arange(times)[:, None]
    return class_ratios(
        index.ravel(), drawn.reshape(-1, points.shape[1]), reference, n_classes * times
    )


def similarity(classes: Ratios, by_chance: Ratios) -> Findings:
    """Whether a class's likelihood ratio is higher than in classes of its size and level.

    `by_chance` shows how far they lie apart where nobody copied. The statistic is z, the effect
    the surplus of the log likelihood ratio, n counts pupils.
    """
    enough = classes.n >= CLASS_LEAST
    if enough.sum() < MIN_UNITS:
        return not_tested(Method.SIMILARITY, classes.n, Status.TOO_FEW)
    surplus, z = _scores(classes, by_chance)
    # Honest classes differ at least as much as chance makes them.
    z = empirical(z, enough, least_scale=1.0).standardise(z)
    return found(
        Method.SIMILARITY,
        tested=enough,
        statistic=z,
        p_value=upper(z),
        effect=surplus,
        n=classes.n,
    )


def _scores(classes: Ratios, by_chance: Ratios) -> tuple[FloatArray, FloatArray]:
    """Surplus of each class, and its normal score by what surplus classes have by chance.

    Ratios of few pupils lean more than those of many. With that taken out, a score is that of
    the place among the classes by chance; beyond the last fiftieth of them the tail goes on as an
    exponential one.
    """
    enough = by_chance.n >= CLASS_LEAST
    usual, usual_scale = _surplus(by_chance, enough)
    surplus, scale = _surplus(classes, classes.n >= CLASS_LEAST)
    away, root = (usual / usual_scale)[enough], np.sqrt(by_chance.n[enough])
    lean = skewness(away, root)
    z = unskewed(surplus / scale, lean / np.sqrt(np.maximum(classes.n, 1)))
    return surplus, _placed(z, unskewed(away, lean / root))


def skewness(away: FloatArray, root: FloatArray) -> float:
    """How far to the right a pupil's part in the ratio leans where nobody copied.

    A sum over n pupils leans by 1/√n of it (`root` is √n): found is what makes the upper tail of
    `away` that of a normal, as far as there is one.
    """
    everyone, due = np.ones(len(away), dtype=bool), special.ndtri(TAIL)

    def longer(lean: float) -> float:
        z = unskewed(away, lean / root)
        tail = empirical(z, everyone).standardise(np.quantile(z, TAIL))
        return float((tail - due).mean())

    least, most = SKEWNESS
    if longer(least) <= 0:
        return least
    if longer(most) >= 0:
        return most
    return float(optimize.brentq(longer, least, most, xtol=0.01))


def _placed(z: FloatArray, usual: FloatArray) -> FloatArray:
    """Normal scores of the places of z among usual ones, those of equals in their middle."""
    ranked, number = np.sort(usual), len(usual)
    place = (np.searchsorted(ranked, z, "left") + np.searchsorted(ranked, z, "right")) / 2
    far = float(np.quantile(ranked, 1 - FAR))
    beyond = ranked[ranked > far]
    length = max(float(beyond.mean()) - far, 1e-9) if len(beyond) else 1e-9
    tail = FAR * np.exp(-np.maximum(z - far, 0) / length)
    p = np.where(z > far, tail, np.maximum((number - place + 0.5) / (number + 1), FAR))
    return np.asarray(-special.ndtri(np.clip(p, 1e-12, 1 - 1e-4)))


def _surplus(classes: Ratios, enough: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Ratio above that of classes of the same size and level, and its honest spread."""
    size, level = np.log(np.maximum(classes.n, 2)), classes.level
    columns = [np.ones(len(size)), size, size**2, level, level**2, level**3]
    design = np.stack(columns, axis=1)
    # A sum over pupils: over the root of their number it is about as wide in every class.
    root = np.sqrt(np.maximum(classes.n, 1))
    strength = classes.ratio / root
    kept = enough.copy()
    surplus = strength
    for _ in range(4):
        fitted, *_ = np.linalg.lstsq(design[kept], strength[kept], rcond=None)
        surplus = strength - design @ fitted
        kept = enough & (surplus <= np.quantile(surplus[enough], 0.9))
    spread = np.abs(surplus - np.median(surplus[enough]))
    line, *_ = np.linalg.lstsq(design[kept][:, :2], spread[kept], rcond=None)
    scale = np.maximum(design[:, :2] @ line, np.median(spread[enough]) / 3)
    # The mean distance from the middle of a normal is 0.8 of its standard deviation.
    return surplus * root, np.maximum(scale / 0.8, 1e-6) * root


def _by_pupils(class_index: NDArray[np.integer], score: IntArray, n_classes: int) -> IntArray:
    """Places of the classes in an order that does not depend on their numbers."""
    sums = [
        np.bincount(class_index, weights=score.astype(np.float64) ** power, minlength=n_classes)
        for power in (3, 2, 1, 0)
    ]
    place = np.empty(n_classes, dtype=np.int64)
    place[np.lexsort(sums)] = np.arange(n_classes)
    return place


def _by_size(class_index: NDArray[np.integer], n: IntArray) -> Iterator[tuple[IntArray, IntArray]]:
    """Classes of one size at a time with the rows of their pupils, shapes (B,) and (B, size)."""
    order = np.argsort(class_index, kind="stable")
    first = np.cumsum(n) - n
    for size in np.unique(n[n >= CLASS_LEAST]):
        classes = np.flatnonzero(n == size)
        step = max(1, ROWS_AT_ONCE // int(size) ** 2 * 8)
        for start in range(0, len(classes), step):
            some = classes[start : start + step]
            yield some, order[first[some][:, None] + np.arange(size)]
