"""Level of schools in a funnel: how far a mean stands out, given its size (level).

Level alone never flags: a strong school is not a dishonest one. On real examination results a
rule that flags one honest class in a hundred by level flags one in eight of the strongest tenth;
the level is context for the other methods.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

from monitoring.stats.arrays import FloatArray, IntArray
from monitoring.stats.cells import Cells, add
from monitoring.stats.disclosure import MIN_UNITS, publishable
from monitoring.stats.errors import StatisticsError, TooFew
from monitoring.stats.findings import Findings, Method, Status, found, not_tested
from monitoring.stats.shares import ratio

# Share of units pulled in at each end before the spread is measured: Spiegelhalter (2005).
WINSORISED = 0.1

# The two pairs of limits a funnel is drawn with: Spiegelhalter (2005).
WARNING = 0.95
ALARM = 0.998


@dataclass(frozen=True, eq=False)
class Funnel:
    """Where units of any precision should lie: `target` ± a multiple of √(se² + tau2).

    z and two-sided p are those of the units the funnel was fitted to, shape (n,).
    """

    target: float
    tau2: float
    z: FloatArray
    p: FloatArray

    def limits(self, standard_errors: FloatArray, coverage: float) -> tuple[FloatArray, FloatArray]:
        """Lower and upper limit at each standard error; `coverage` is WARNING or ALARM."""
        reach = -special.ndtri((1 - coverage) / 2) * np.sqrt(standard_errors**2 + self.tau2)
        return self.target - reach, self.target + reach


def funnel(
    values: FloatArray, standard_errors: FloatArray, *, winsorised: float = WINSORISED
) -> Funnel:
    """Fit a funnel whose limits are widened by the honest spread between units.

    Parameters
    ----------
    values, standard_errors : shape (n,)
    winsorised : share of the z-scores pulled in at each end, 0 for none

    Raises
    ------
    TooFew
        If there are fewer than ten units.
    StatisticsError
        If a standard error is not above 0.

    Notes
    -----
    Additive overdispersion after Spiegelhalter: z = (y − θ)/√(s² + τ²) are winsorised, and τ²
    is what brings their mean square to its expectation. He solves this in one step from
    z = (y − θ)/s; here the equation itself is solved (Paule & Mandel), and the expectation is
    that of a winsorised normal (0.68 at 10 %), because without both honest schools of unequal
    size come out of the 95 % limits two to three times too often.

    References
    ----------
    Spiegelhalter (2005), Stat. Med. 24, 1185–1202; Paule & Mandel (1982), J. Res. NBS 87,
    377–385.
    """
    if len(values) < MIN_UNITS:
        raise TooFew(f"a funnel needs {MIN_UNITS} units, not {len(values)}")
    if not np.all(standard_errors > 0):
        raise StatisticsError("every standard error must be above 0")
    tau2 = _spread_between(values, standard_errors, winsorised)
    target, z = _standardised(values, standard_errors, tau2)
    return Funnel(target, tau2, z, two_sided(z))


@dataclass(frozen=True, eq=False)
class Means:
    """Mean shares of the maximum with their standard errors, per school, shape (n,)."""

    value: FloatArray
    standard_error: FloatArray
    pupils: IntArray


def school_means(classes: Cells, school: NDArray[np.integer], n_schools: int) -> Means:
    """School means whose standard errors know that classmates resemble each other.

    Parameters
    ----------
    classes : cells of one work by class, at least one point to be earned
    school : shape (n_classes,), the school of each class, 0 … n_schools − 1

    Notes
    -----
    The variance within classes and between classes of one school is taken from all schools at
    once (unbalanced nested analysis of variance, by moments); a school's variance is then
    σ²/n + σ_c²·Σn_c²/n². Where no school has two classes, σ_c² is 0 and the funnel's tau2
    takes the whole spread up. Schools without pupils get zeros.

    References
    ----------
    Searle, Casella & McCulloch (1992), Variance Components.
    """
    schools = add(classes, school, n_schools)
    pupils = schools.pupils
    within, between = _class_variances(classes, schools, school)
    unevenness = ratio(_by_school(classes.pupils**2, school, n_schools), pupils**2)
    variance = ratio(np.full(n_schools, within), pupils) + between * unevenness
    return Means(
        schools.mean_score / classes.max_score, np.sqrt(variance) / classes.max_score, pupils
    )


def level(means: Means) -> Findings:
    """Set schools against a funnel. Context for other methods; never flags by itself.

    The statistic is z, the p-value two-sided, the effect the distance from the centre of the
    funnel as a share of the maximum, n the pupils. With fewer than ten schools of ten pupils,
    or when all their pupils have one score, none is tested.
    """
    enough = publishable(means.pupils) & (means.standard_error > 0)
    if enough.sum() < MIN_UNITS:
        return not_tested(Method.LEVEL, means.pupils, Status.TOO_FEW)
    fitted = funnel(means.value[enough], means.standard_error[enough])
    z = np.zeros(len(enough))
    z[enough] = fitted.z
    return found(
        Method.LEVEL,
        tested=enough,
        statistic=z,
        p_value=two_sided(z),
        effect=means.value - fitted.target,
        n=means.pupils,
    )


def two_sided(z: FloatArray) -> FloatArray:
    """p-value of so large a z in either direction."""
    return np.asarray(2 * special.ndtr(-np.abs(z)))


def _standardised(
    values: FloatArray, standard_errors: FloatArray, tau2: float
) -> tuple[float, FloatArray]:
    """Precision-weighted mean, and z of each value about it."""
    precision = 1 / (standard_errors**2 + tau2)
    target = float(np.average(values, weights=precision))
    return target, (values - target) * np.sqrt(precision)


def _spread_between(values: FloatArray, standard_errors: FloatArray, winsorised: float) -> float:
    """τ² at which winsorised z-scores have the mean square that chance alone gives them."""
    due = _winsorised_variance(winsorised) * (len(values) - 1)

    def surplus(tau2: float) -> float:
        _, z = _standardised(values, standard_errors, tau2)
        low, high = np.quantile(z, [winsorised, 1 - winsorised])
        return float((np.clip(z, low, high) ** 2).sum() - due)

    if surplus(0) <= 0:
        return 0.0
    # No z can exceed the range over √τ², so here the sum is below what is due.
    ceiling = 2 * len(values) * float(np.ptp(values)) ** 2 / due
    return float(optimize.brentq(surplus, 0, ceiling))


def _winsorised_variance(share: float) -> float:
    """Variance of a standard normal after a share of each tail is pulled in."""
    if share == 0:
        return 1.0
    cut = -special.ndtri(share)
    return float(1 - 2 * share - 2 * cut * stats.norm.pdf(cut) + 2 * share * cut**2)


def _class_variances(
    classes: Cells, schools: Cells, school: NDArray[np.integer]
) -> tuple[float, float]:
    """Variance of scores within classes, and of class means within schools (points²)."""
    n_classes, n_schools = int((classes.pupils > 0).sum()), int((schools.pupils > 0).sum())
    pupils = int(classes.pupils.sum())
    inside, around = _squares(classes), _squares(schools)
    if pupils <= n_classes:
        return 0.0, 0.0
    within = inside / (pupils - n_classes)
    if n_classes == n_schools:
        return within, 0.0
    size2 = _by_school(classes.pupils**2, school, len(schools))
    usual_size = (pupils - ratio(size2, schools.pupils).sum()) / (n_classes - n_schools)
    between = ((around - inside) / (n_classes - n_schools) - within) / usual_size
    return within, max(0.0, float(between))


def _squares(units: Cells) -> float:
    """Sum of squared distances of scores from the mean of their unit."""
    return float((units.score_squares - ratio(units.score_sum**2, units.pupils)).sum())


def _by_school(counts: IntArray, school: NDArray[np.integer], n_schools: int) -> FloatArray:
    return np.asarray(np.bincount(school, weights=counts, minlength=n_schools), dtype=np.float64)
