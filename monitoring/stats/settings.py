"""Thresholds of the engine, each with its source; a published version of them is an order's."""

from dataclasses import dataclass, field

from monitoring.stats.findings import Family, Method


def _weights() -> dict[Family, float]:
    return {
        Family.BORDERS: 1.0,
        Family.TASKS: 1.0,
        Family.SIMILARITY: 1.0,
        Family.LEVEL: 0.5,
        Family.MARKS: 1.0,
        Family.ATTENDANCE: 1.0,
    }


def _shares() -> dict[Method, float]:
    return {
        Method.BORDER_NOTCH: 1.0,
        Method.TASK_PROFILE: 0.52,
        Method.TASK_MAX: 0.4,
        Method.TASK_CONTRAST: 0.04,
        Method.OMISSION: 0.04,
        Method.SIMILARITY: 1.0,
        Method.DISPERSION: 0.0,  # context: who stayed away narrows it as well
        Method.LEVEL: 0.2,
        Method.EXTERNAL_GAP: 0.4,
        Method.COHORT_JUMP: 0.4,
        Method.JOURNAL_SHIFT: 0.84,
        Method.JOURNAL_GAP2: 0.13,
        Method.JOURNAL_MIRROR: 0.03,
        Method.ABSENCE: 1.0,
    }


@dataclass(frozen=True)
class Settings:
    """What decides between a signal, attention and nothing; `SOURCES` says where from."""

    red_q: float = 0.05
    amber_q: float = 0.10
    family_p: float = 0.01
    amber_p: float = 1e-4
    prior: float = 0.05
    weights: dict[Family, float] = field(default_factory=_weights)
    shares: dict[Method, float] = field(default_factory=_shares)


SOURCES = {
    "red_q": "доля случайных среди сигналов — Benjamini, Hochberg (1995)",
    "amber_q": "доля случайных среди сигналов и внимания — Benjamini, Hochberg (1995)",
    "family_p": "второй независимый признак — по логике Jacob, Levitt (2003)",
    "amber_p": "один признак без второго: наше решение",
    "prior": "доля классов с вмешательством 4–5 % — Jacob, Levitt (2003)",
    "weights": "веса признаков: наше решение по моделированию",
    "shares": "доли методов внутри признака: наше решение по моделированию",
}
