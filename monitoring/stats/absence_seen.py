"""Who was absent by the mark in the journal, beside what their own classes let expect."""

from dataclasses import dataclass

import numpy as np

from monitoring.stats.arrays import FloatArray, IntArray
from monitoring.stats.shares import ratio

ABSENT = 0  # in the last axis of `Cells.attendance`


@dataclass(frozen=True, eq=False)
class AbsenceSeen:
    """Pupils by journal mark none, 2 … 5: listed, absent, and absent if marks meant nothing."""

    listed: IntArray
    absent: IntArray
    expected: FloatArray


def absence_seen(attendance: IntArray) -> AbsenceSeen:
    """Absence of a school by journal mark.

    Parameters
    ----------
    attendance : shape (K, 5, 2), pupils of K classes by journal mark × absent, present

    Returns
    -------
    AbsenceSeen
        arrays of shape (5,). Expected is each class's own share of absent pupils at every mark:
        a class that was ill as a whole is no sign (Cochran 1954, Mantel & Haenszel 1959).
    """
    listed = attendance.sum(axis=2)
    absent = attendance[..., ABSENT]
    share = ratio(absent.sum(axis=1), listed.sum(axis=1))
    return AbsenceSeen(listed.sum(axis=0), absent.sum(axis=0), np.asarray(share @ listed))
