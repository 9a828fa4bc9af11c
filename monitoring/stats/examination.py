"""One work: every method that its rows allow, for its schools and its classes."""

from dataclasses import replace

import numpy as np
from scipy import special

from monitoring.stats import absence, journal, omission, reference, similarity, tasks
from monitoring.stats.arrays import BoolArray, FloatArray, IntArray
from monitoring.stats.cells import Cells, add, summarize
from monitoring.stats.counts import upper_p
from monitoring.stats.disclosure import MIN_PUPILS, MIN_UNITS
from monitoring.stats.dispersion import dispersion
from monitoring.stats.examined import Examined, Rows, Schools, Tested, Work
from monitoring.stats.findings import Findings, Method, Status, found, not_tested
from monitoring.stats.journal import CLASS_LEAST as JOURNAL_CLASS
from monitoring.stats.journal import journal_gap2, journal_mirror, shift_by_score
from monitoring.stats.level import level, school_means
from monitoring.stats.notch import CLASS_LEAST as NOTCH_CLASS
from monitoring.stats.notch import EXACT_BELOW, border_counts, border_notch
from monitoring.stats.null import empirical, heaviness, tamed, trend, upper
from monitoring.stats.reference import Reference
from monitoring.stats.responsibility import municipal_part, notches
from monitoring.stats.shares import ratio

# So many units under control are a yardstick: fewer know the tails worse than all units together.
CONTROLLED_LEAST = 60

# The level is no accusation, and the tails of wide gaps are exact: both stay as computed.
AS_COMPUTED = (Method.LEVEL, Method.JOURNAL_GAP2)

# Distance of a normal's quartiles, and the least scale a sample is believed to have.
QUARTILES = 1.349
LEAST_SCALE = 0.7

# Pupils in the windows, or with both marks, from which a work counts together with others.
POOLED_WINDOW = 3


def examine(
    work: Work, rows: Rows, schools: Schools, controlled: BoolArray | None = None
) -> Examined:
    """Apply every method that one work allows, to its schools and its classes.

    `controlled`, shape (S,), are schools that wrote under control: where there are enough of
    them, they show what is usual for all.
    """
    numbers = int(rows.class_number.max(initial=0)) + 1
    keys, class_index = np.unique(rows.school * numbers + rows.class_number, return_inverse=True)
    class_school, class_number = keys // numbers, keys % numbers
    cells = summarize(
        class_index, rows.points, rows.marks, rows.journal_marks, rows.present,
        work.max_points, len(class_school),
    )  # fmt: skip
    whole = add(cells, class_school, len(schools))
    got = np.maximum(rows.points[rows.present], 0)
    usual = reference.fit(got, work.max_points)
    tested = {
        Method.BORDER_NOTCH: _borders(work, whole, cells, schools),
        Method.LEVEL: Tested(_level(cells, class_school, schools)),
        Method.DISPERSION: Tested(dispersion(whole)),
        Method.OMISSION: _omission(rows, whole, cells, len(usual.pupils)),
        Method.ABSENCE: _absence(cells, class_school, len(schools)),
    }
    untaught = tasks.is_untaught(cells, usual)
    tested[Method.SIMILARITY] = _similarity(
        rows, class_index, untaught, class_school, schools, usual
    )
    task_findings, usual = _tasks(work, cells.without(untaught), class_school, len(schools), usual)
    tested |= task_findings
    tested |= _journal(rows, class_index, whole, cells)
    if controlled is not None:
        tested = {m: _by_controlled(one, controlled, class_school) for m, one in tested.items()}
    return Examined(
        work,
        class_school,
        class_number,
        tested,
        whole.pupils,
        whole.level,
        cells,
        usual,
        notches(work.code, whole.histogram, work.borders, schools.municipality)
        if work.borders
        else (),
    )


def _borders(work: Work, whole: Cells, cells: Cells, schools: Schools) -> Tested:
    """Notches of schools and classes, less what belongs to the schools' municipality."""
    by_class = border_notch(cells.histogram, work.borders, least=NOTCH_CLASS)
    if not work.borders:
        return Tested(not_tested(Method.BORDER_NOTCH, whole.pupils, Status.NO_SCALE), by_class)
    counts = border_counts(whole.histogram, work.borders)
    enough, some = counts.n >= MIN_PUPILS, counts.n >= POOLED_WINDOW
    if enough.sum() < MIN_UNITS:
        return Tested(not_tested(Method.BORDER_NOTCH, counts.n, Status.TOO_FEW), by_class)
    rho = counts.rho(enough & (counts.excess < 0))
    part = municipal_part(counts, schools.municipality, enough)
    due = (counts.totals * (1 - counts.expected)).sum(axis=1)
    z = ratio(counts.excess - part * due, np.sqrt(counts.variance(rho)))
    z -= trend(z, whole.level, whole.pupils, enough)
    exact = upper_p(counts, rho, exact_below=EXACT_BELOW)
    z = empirical(z, enough, least_scale=1.0).standardise(z)
    return Tested(
        found(
            Method.BORDER_NOTCH,
            tested=enough,
            statistic=z,
            p_value=np.maximum(upper(z), np.where(part > 0, 0, exact)),
            effect=ratio(counts.excess, due) - part,
            n=counts.n,
            pooled=some,
        ),
        by_class,
    )


def _level(cells: Cells, class_school: IntArray, schools: Schools) -> Findings:
    return level(school_means(cells, class_school, len(schools)))


def _omission(rows: Rows, whole: Cells, cells: Cells, scores: int) -> Tested:
    points = rows.points[rows.present]
    score = np.maximum(points, 0).sum(axis=1, dtype=np.int64)
    usual = omission.usual_omissions(points, score, scores)
    return Tested(omission.omission(whole, usual), omission.omission(cells, usual))


def _absence(cells: Cells, class_school: IntArray, n_schools: int) -> Tested:
    classes = absence.missing(cells.attendance)
    schools = absence.gather(classes, class_school, n_schools)
    return Tested(absence.absence(schools), absence.absence(classes))


def _similarity(
    rows: Rows,
    class_index: IntArray,
    untaught: BoolArray,
    class_school: IntArray,
    schools: Schools,
    usual: Reference,
) -> Tested:
    looked = rows.present & ~untaught[class_index]
    of_classes = class_index[looked], np.maximum(rows.points[looked], 0), usual, len(class_school)
    by_class = similarity.similarity(
        similarity.class_ratios(*of_classes), similarity.chance_ratios(*of_classes)
    )
    return Tested(_gathered(by_class, class_school, len(schools)), by_class)


def _tasks(
    work: Work, cells: Cells, class_school: IntArray, n_schools: int, usual: Reference
) -> tuple[dict[Method, Tested], Reference]:
    """The three looks at the task profile; the reference comes back with honest variety in it."""
    whole = add(cells, class_school, n_schools)
    by_school, by_class = tasks.surplus(whole, usual), tasks.surplus(cells, usual)
    schools_differ = tasks.variety(by_school, by_school.n >= tasks.LEAST)
    classes_differ = tasks.variety(by_class, by_class.n >= tasks.LEAST)
    both = ((by_school, schools_differ), (by_class, classes_differ))
    found_tasks = {
        Method.TASK_PROFILE: Tested(
            *(tasks.task_profile(units, between) for units, between in both)
        ),
        Method.TASK_CONTRAST: Tested(
            *(
                tasks.task_contrast(units, between, usual, work.max_points)
                for units, between in both
            )
        ),
        Method.TASK_MAX: Tested(*(tasks.task_max(units, between) for units, between in both)),
    }
    return found_tasks, replace(
        usual, between_classes=classes_differ, between_schools=schools_differ
    )


def _journal(rows: Rows, class_index: IntArray, whole: Cells, cells: Cells) -> dict[Method, Tested]:
    both = rows.present & (rows.journal_marks > 0)
    score = np.maximum(rows.points[both], 0).sum(axis=1, dtype=np.int64)
    shifts = (
        shift_by_score(
            unit[both],
            score,
            rows.journal_marks[both].astype(np.int64),
            n_units=len(units),
            least=POOLED_WINDOW,
        )
        for unit, units in ((rows.school, whole), (class_index, cells))
    )
    tables = {Method.JOURNAL_MIRROR: journal_mirror, Method.JOURNAL_GAP2: journal_gap2}
    tested = {
        Method.JOURNAL_SHIFT: Tested(
            *(
                _recalibrated(found_shift, units)
                for found_shift, units in zip(shifts, (whole, cells), strict=True)
            )
        )
    }
    for method, test in tables.items():
        if not whole.marks.any():
            pairs = whole.journal.sum(axis=(1, 2))
            tested[method] = Tested(not_tested(method, pairs, Status.NO_SCALE))
            continue
        tested[method] = Tested(
            *(
                _recalibrated(test(units.journal, least=POOLED_WINDOW), units)
                for units in (whole, cells)
            )
        )
    return tested


def _recalibrated(findings: Findings, units: Cells) -> Findings:
    """z against what z is among the honest, its lower tail shows how long the upper may be.

    A journal is kept relative to the classmates, so what goes with the level is taken out. Wide
    gaps are rare counts with exact tails: these stay, and z is their normal score.
    """
    enough = findings.ok & (findings.n >= JOURNAL_CLASS)
    if enough.sum() < MIN_UNITS:
        return not_tested(findings.method, findings.n, Status.TOO_FEW)
    if findings.method == Method.JOURNAL_GAP2:
        z = np.asarray(-special.ndtri(np.clip(findings.p_value, 1e-12, 0.95)))
        p = findings.p_value
    else:
        z = findings.statistic - trend(findings.statistic, units.level, units.pupils, enough)
        z = empirical(z, enough).standardise(z)
        if findings.method == Method.JOURNAL_SHIFT:
            score = journal.normal_scores(z, findings.n)
            p = upper(empirical(score, enough).standardise(score))
        else:
            z = tamed(z, heaviness(-z[enough]))
            p = upper(z)
    return found(
        findings.method,
        tested=enough,
        statistic=z,
        p_value=p,
        effect=findings.effect,
        n=findings.n,
        pooled=findings.ok,
    )


def _by_controlled(tested: Tested, controlled: BoolArray, class_school: IntArray) -> Tested:
    """The same against what the controlled sample shows: all of it is honest, so all counts."""
    classes = tested.classes
    return Tested(
        _against(tested.schools, controlled),
        None if classes is None else _against(classes, controlled[class_school]),
    )


def _against(findings: Findings, controlled: BoolArray) -> Findings:
    sample = findings.statistic[findings.ok & controlled]
    if len(sample) < CONTROLLED_LEAST or findings.method in AS_COMPUTED:
        return findings
    low, middle, high = np.quantile(sample, [0.25, 0.5, 0.75])
    scale = max(float(high - low) / QUARTILES, LEAST_SCALE)
    z = np.where(findings.counted, (findings.statistic - middle) / scale, 0.0)
    return replace(findings, statistic=z, p_value=np.where(findings.ok, upper(z), 1.0))


def _gathered(classes: Findings, class_school: IntArray, n_schools: int) -> Findings:
    """Classes of a school taken together: their z's as one."""

    def total(values: FloatArray) -> FloatArray:
        summed = np.bincount(class_school, weights=values * classes.ok, minlength=n_schools)
        return np.asarray(summed, dtype=np.float64)

    number = total(np.ones(len(classes)))
    pupils = total(classes.n.astype(np.float64)).astype(np.int64)
    tested = number > 0
    z = ratio(total(classes.statistic), np.sqrt(number))
    if tested.sum() < MIN_UNITS:
        return not_tested(classes.method, pupils, Status.TOO_FEW)
    z = empirical(z, tested).standardise(z)
    return found(
        classes.method,
        tested=tested,
        statistic=z,
        p_value=upper(z),
        effect=ratio(total(classes.effect), number),
        n=pupils,
    )
