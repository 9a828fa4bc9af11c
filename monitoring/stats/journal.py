"""Marks in the journal against marks for the work (journal_shift, journal_gap2).

Both compare a unit with its peers at the same marks for the work, so that a weak or a strong
school is not suspected for its level. No fixed share of agreement is asked for.
"""

import numpy as np
from scipy import stats

from monitoring.stats.arrays import FloatArray, IntArray
from monitoring.stats.cells import MARKS
from monitoring.stats.counts import Counts, upper_p
from monitoring.stats.disclosure import MIN_UNITS
from monitoring.stats.findings import Findings, Method, Status, found, not_tested
from monitoring.stats.level import funnel
from monitoring.stats.peers import others
from monitoring.stats.shares import ratio

# Least pupils with both marks: our own decision, as for every comparison of a class (10, the
# limit of publication) and of a school (30).
SCHOOL_LEAST = 30
CLASS_LEAST = 10

# «Discrepancies of 2 marks and more»: ФИОКО, recommendations of 2026, p. 11.
WIDE_GAP = 2

# Gaps are rare, so a normal tail misleads; the exact one is affordable up to this size.
EXACT_BELOW = 1000

# Journal mark minus mark for the work, by journal mark (rows) and mark for the work (columns).
DIFFERENCE = MARKS[:, None] - MARKS[None, :]


def journal_shift(
    journal: IntArray, *, peers: IntArray | None = None, least: int = SCHOOL_LEAST
) -> Findings:
    """Whether journal marks stand above the work's marks more than among the peers.

    Parameters
    ----------
    journal : shape (n_units, 4, 4), pupils by journal mark 2…5 × mark for the work 2…5
    peers : same shape, optional
        The table each unit is compared with; by default all other units together.
    least : pupils with both marks a unit must have

    Returns
    -------
    Findings
        statistic: z, with the honest spread of leniency between units in it;
        p_value: one-sided, small when the journal is generous;
        effect: marks by which the unit's mean difference exceeds the expected one;
        n: pupils with both marks.
    """
    journal, peers = _comparable(journal, others(journal) if peers is None else peers)
    effect, standard_error = shift(journal, peers)
    pairs = journal.sum(axis=(1, 2))
    enough = (pairs >= least) & (standard_error > 0)
    if enough.sum() < MIN_UNITS:
        return not_tested(Method.JOURNAL_SHIFT, pairs, Status.TOO_FEW)
    z = np.zeros(len(pairs))
    z[enough] = funnel(effect[enough], standard_error[enough]).z
    return found(
        Method.JOURNAL_SHIFT,
        tested=enough,
        statistic=z,
        p_value=stats.norm.sf(z),
        effect=effect,
        n=pairs,
    )


def journal_gap2(
    journal: IntArray, *, peers: IntArray | None = None, least: int = SCHOOL_LEAST
) -> Findings:
    """Whether gaps of two marks and more, either way, are commoner than among the peers.

    Parameters as for `journal_shift`; the statistic is z, the p-value one-sided and exact
    below 1000 pupils, the effect the share of wide gaps above the expected one.
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


def shift(journal: IntArray, peers: IntArray) -> tuple[FloatArray, FloatArray]:
    """Mean of journal minus work above the peers' at the same work marks, and its standard error.

    Both in marks, shape (n_units,); the error is that of chance alone.
    """
    at_mark, peers_at_mark = journal.sum(axis=1), peers.sum(axis=1)
    usual = ratio((peers * DIFFERENCE).sum(axis=1), peers_at_mark)
    spread = ratio((peers * DIFFERENCE**2).sum(axis=1), peers_at_mark) - usual**2
    pairs = at_mark.sum(axis=1)
    surplus = (journal * DIFFERENCE).sum(axis=(1, 2)) - (at_mark * usual).sum(axis=1)
    # Rounding can leave a variance of −1e-16 where all peers agree.
    variance = np.maximum((at_mark * spread).sum(axis=1), 0)
    return ratio(surplus, pairs), ratio(np.sqrt(variance), pairs)


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
