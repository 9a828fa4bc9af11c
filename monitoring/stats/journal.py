"""Marks in the journal against marks for the work (journal_shift, _mirror, _gap2).

All compare a unit with its peers at the same results of the work, so that a weak or a strong
school is not suspected for its level. No fixed share of agreement is asked for.
"""

import numpy as np
from scipy import special

from monitoring.stats.arrays import FloatArray, IntArray
from monitoring.stats.cells import MARKS
from monitoring.stats.counts import Counts, upper_p
from monitoring.stats.disclosure import MIN_UNITS
from monitoring.stats.findings import Findings, Method, Status, found, not_tested
from monitoring.stats.level import funnel
from monitoring.stats.null import unskewed
from monitoring.stats.peers import others
from monitoring.stats.reference import smoother
from monitoring.stats.shares import ratio
from monitoring.stats.sums import Sums

# Least pupils with both marks: our own decision, as for every comparison of a class (10, the
# limit of publication) and of a school (30).
SCHOOL_LEAST = 30
CLASS_LEAST = 10

# «Discrepancies of 2 marks and more»: ФИОКО, recommendations of 2026, p. 11.
WIDE_GAP = 2

# Gaps are rare, so a normal tail misleads; the exact one is affordable up to this size.
EXACT_BELOW = 1000

# Share of marks raised by one in the alternative that a journal's shift is looked for.
RAISED = 0.35

# No mark is impossible at a score: one pupil in fifty may have it, so no
# single mark weighs too much.
RAREST = 0.02

# Skewness of the sum of log likelihoods over many pupils, and what one pupil adds; simulated.
LEAN, LEAN_OF_ONE = 0.4, 2.0

# Rounds of proportional fitting; tables of 4 × 4 settle to 1e-6 in about ten.
FITTINGS = 20

# Journal mark minus mark for the work, by journal mark (rows) and mark for the work (columns).
DIFFERENCE = MARKS[:, None] - MARKS[None, :]


def journal_gap2(
    journal: IntArray, *, peers: IntArray | None = None, least: int = SCHOOL_LEAST
) -> Findings:
    """Whether gaps of two marks and more, either way, are commoner than among the peers.

    The statistic is z, the p-value one-sided and exact below 1000 pupils, the effect the share
    of wide gaps above the expected one; n counts pupils with both marks.

    Parameters
    ----------
    journal : shape (n_units, 4, 4), pupils by journal mark 2…5 × mark for the work 2…5
    peers : same shape, optional
        The table each unit is compared with; by default all other units together.
    least : pupils with both marks a unit must have
    """
    journal, peers = _comparable(journal, others(journal) if peers is None else peers)
    counts = gap_counts(journal, peers)
    enough = counts.n >= least
    if enough.sum() < MIN_UNITS:
        return not_tested(Method.JOURNAL_GAP2, counts.n, Status.TOO_FEW)
    rho = counts.rho(enough)
    return found(
        Method.JOURNAL_GAP2,
        tested=enough,
        statistic=counts.z(rho),
        p_value=upper_p(counts, rho, exact_below=EXACT_BELOW),
        effect=ratio(counts.excess, counts.n),
        n=counts.n,
    )


def journal_mirror(
    journal: IntArray, *, peers: IntArray | None = None, least: int = SCHOOL_LEAST
) -> Findings:
    """Whether journal and work agree more than their marks and the peers' association explain.

    Parameters as for `journal_gap2`. What is expected has the unit's own marks in the journal
    and for the work, and the odds ratios of its peers; the statistic is z, the effect the share
    of agreeing pairs above the expected one.
    """
    peers = others(journal) if peers is None else peers
    pairs = journal.sum(axis=(1, 2))
    enough = pairs >= least
    if enough.sum() < MIN_UNITS:
        return not_tested(Method.JOURNAL_MIRROR, pairs, Status.TOO_FEW)
    expected = np.trace(with_margins(journal, peers), axis1=1, axis2=2)
    agreeing = np.trace(journal, axis1=1, axis2=2)
    share = ratio(expected, pairs)
    chance = np.sqrt(ratio(share * (1 - share), pairs))
    effect = ratio(agreeing - expected, pairs)
    enough &= chance > 0
    if enough.sum() < MIN_UNITS:
        return not_tested(Method.JOURNAL_MIRROR, pairs, Status.TOO_FEW)
    z = np.zeros(len(pairs))
    z[enough] = funnel(effect[enough], chance[enough]).z
    return found(
        Method.JOURNAL_MIRROR,
        tested=enough,
        statistic=z,
        p_value=special.ndtr(-z),
        effect=effect,
        n=pairs,
    )


def with_margins(journal: IntArray, peers: IntArray) -> FloatArray:
    """The peers' table brought to each unit's own margins, shape (K, 4, 4).

    Iterative proportional fitting keeps the odds ratios: Deming & Stephan (1940). One peer pupil
    is spread over the cells, so that what no peer has is rare and not impossible.
    """
    table = peers + 1 / 16
    rows, columns = journal.sum(axis=2), journal.sum(axis=1)
    for _ in range(FITTINGS):
        table = table * ratio(rows, table.sum(axis=2))[:, :, None]
        table = table * ratio(columns, table.sum(axis=1))[:, None, :]
    return np.asarray(table)


def shift_by_score(
    unit: IntArray, score: IntArray, journal_marks: IntArray, *, n_units: int, least: int
) -> Findings:
    """Whether journal marks stand above those of all pupils with the same scores.

    A score says more of a pupil than the mark it gives, and a mark nobody else with that score
    has says more than one that many have.

    Parameters
    ----------
    unit, score, journal_marks : shape (n,), of pupils with a score and a journal mark 2…5
    least : pupils a unit must have

    Returns
    -------
    Findings
        statistic: z, with the honest spread of leniency between units in it;
        p_value: one-sided, small when the journal is generous;
        effect: marks above those of pupils with the same scores; n: pupils.

    Notes
    -----
    For each pupil: how much likelier is the mark if RAISED of all marks are one higher than they
    are elsewhere? The logarithms are summed; their mean and variance at each score are known.
    Rare marks weigh much, so the sum leans to the right: see `normal_scores`.
    """
    pairs = np.bincount(unit, minlength=n_units)
    share = _marks_at_scores(score, journal_marks)
    gain = np.log(_raised(share) / share)
    mean = (share * gain).sum(axis=1)
    spread = np.maximum((share * gain**2).sum(axis=1) - mean**2, 1e-9)
    told = gain[score, journal_marks - 2] - mean[score]
    surplus = ratio(np.bincount(unit, told, n_units), pairs)
    error = ratio(np.sqrt(np.bincount(unit, spread[score], n_units)), pairs)
    enough = (pairs >= least) & (error > 0)
    if enough.sum() < MIN_UNITS:
        return not_tested(Method.JOURNAL_SHIFT, pairs, Status.TOO_FEW)
    z = np.zeros(n_units)
    z[enough] = funnel(surplus[enough], error[enough]).z
    away = journal_marks - (share @ MARKS)[score]
    return found(
        Method.JOURNAL_SHIFT,
        tested=enough,
        statistic=z,
        p_value=np.where(enough, special.ndtr(-normal_scores(z, pairs)), 1.0),
        effect=ratio(np.bincount(unit, away, n_units), pairs),
        n=pairs,
    )


def normal_scores(z: FloatArray, pairs: IntArray) -> FloatArray:
    """Scores of `shift_by_score` without their lean: less the more pupils, yet never none.

    What remains for many pupils comes from leniency: a lenient journal has several times as
    many rare high marks, a strict one only few less.
    """
    return unskewed(z, LEAN + LEAN_OF_ONE / np.sqrt(np.maximum(pairs, 1)))


def shift_over_works(sums: Sums) -> FloatArray:
    """Leniency makes the sum over works lean as the works do."""
    return sums.become(normal_scores(sums.standardised(), sums.n)).among_peers()


def gap2_over_works(sums: Sums) -> FloatArray:
    """Tails of the works are exact: nothing of the schools' own is put in their place."""
    return sums.z


def _marks_at_scores(score: IntArray, journal_marks: IntArray) -> FloatArray:
    """Share of each journal mark 2…5 among pupils with each score, smoothed; (S + 1, 4)."""
    pupils = np.bincount(score)
    counts = np.stack(
        [np.bincount(score[journal_marks == m], minlength=len(pupils)) for m in MARKS]
    )
    smooth = np.maximum(smoother(pupils) @ ratio(counts.T, pupils[:, None]), RAREST)
    return np.asarray(smooth / smooth.sum(axis=1, keepdims=True))


def _raised(share: FloatArray) -> FloatArray:
    """The shares if RAISED of the marks were one higher; a «5» stays."""
    moved = share * RAISED
    moved[:, -1] = 0
    raised = share - moved
    raised[:, 1:] += moved[:, :-1]
    return raised


def gap_counts(journal: IntArray, peers: IntArray) -> Counts:
    """Wide gaps by mark for the work, shape (n_units, 4), with the share peers let expect.

    A gap no peer had is rare, not impossible: to each mark one pupil with the peers' overall
    share is added, and to the peers as a whole one pupil with half a gap.
    """
    wide = np.abs(DIFFERENCE) >= WIDE_GAP
    peers_hits, peers_at_mark = (peers * wide).sum(axis=1), peers.sum(axis=1)
    all_peers = peers_at_mark.sum(axis=1, keepdims=True)
    overall = ratio(peers_hits.sum(axis=1, keepdims=True), all_peers)
    share = (peers_hits + overall) / (peers_at_mark + 1)
    return Counts(
        (journal * wide).sum(axis=1),
        journal.sum(axis=1),
        (share * all_peers + 0.5) / (all_peers + 1),
    )


def _comparable(journal: IntArray, peers: IntArray) -> tuple[IntArray, IntArray]:
    """Without the pupils whose mark for the work no peer has: nothing is known of it."""
    return journal * (peers.sum(axis=1, keepdims=True) > 0), peers
