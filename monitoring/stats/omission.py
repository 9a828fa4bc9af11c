"""Tasks left untouched less often than by pupils with the same totals (omission)."""

import numpy as np

from monitoring.stats.arrays import FloatArray, IntArray, PointsArray
from monitoring.stats.cells import NOT_ATTEMPTED, Cells
from monitoring.stats.disclosure import MIN_UNITS
from monitoring.stats.findings import Findings, Method, Status, found, not_tested
from monitoring.stats.null import empirical, upper
from monitoring.stats.shares import ratio

LEAST = 10

# Where fewer of all entries are «не приступал», it is not a habit to tell it from a zero.
CODED = 0.01


def usual_omissions(points: PointsArray, score: IntArray, scores: int) -> FloatArray:
    """Mean and mean square of untouched tasks by score, shape (2, scores)."""
    untouched = (points == NOT_ATTEMPTED).sum(axis=1)
    pupils = np.bincount(score, minlength=scores)
    return np.stack(
        [ratio(np.bincount(score, untouched**power, scores), pupils) for power in (1, 2)]
    )


def omission(cells: Cells, usual: FloatArray, *, least: int = LEAST) -> Findings:
    """Whether fewer tasks were left untouched than at the same totals elsewhere.

    The statistic is z, with the honest variety of habits in it; the effect is the untouched
    tasks a pupil fewer than expected; n counts pupils.

    Parameters
    ----------
    usual : shape (2, S + 1), from `usual_omissions`
    """
    pupils = cells.pupils
    tasks = cells.omissions.shape[1]
    enough = pupils >= least
    if enough.sum() < MIN_UNITS:
        return not_tested(Method.OMISSION, pupils, Status.TOO_FEW)
    if cells.omissions.sum() < CODED * tasks * max(int(pupils.sum()), 1):
        return not_tested(Method.OMISSION, pupils, Status.NOT_HELD)
    expected = cells.histogram @ usual[0]
    chance = np.maximum(cells.histogram @ (usual[1] - usual[0] ** 2), 1e-9)
    missing = expected - cells.omissions.sum(axis=1)
    surplus = (missing**2 - chance)[enough].sum()
    variety = max(0.0, float(surplus / max((expected[enough] ** 2).sum(), 1e-9)))
    z = ratio(missing, np.sqrt(chance + variety * expected**2))
    z = empirical(z, enough).standardise(z)
    return found(
        Method.OMISSION,
        tested=enough,
        statistic=z,
        p_value=upper(z),
        effect=ratio(missing, pupils),
        n=pupils,
    )
