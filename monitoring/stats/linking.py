"""Works set against each other: what an outside measure or the next year makes of a work."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from monitoring.stats.cohorts import gap
from monitoring.stats.examined import Examined, Holding, Tested, Work
from monitoring.stats.findings import Findings, Method

# The last grade with one teacher for all: the next year's work is another teacher's.
FOURTH = 4


def linked(examined: Sequence[Examined], before: Sequence[Examined] = ()) -> list[Examined]:
    """The works with what comparing them with each other finds in them.

    A work under control or held outside the school is a yardstick: its own findings say nothing
    against a school, so they are taken out. Applied twice it changes nothing more.
    """
    everything = [*examined, *before]
    return [
        replace(one, tested={**one.tested, **_against_others(one, everything)})
        if one.work.holding == Holding.USUAL
        else replace(one, tested={})
        for one in examined
    ]


def _against_others(one: Examined, everything: Sequence[Examined]) -> dict[Method, Tested]:
    """A drop to an outside measure of this work, and of last year's fourth grade to this fifth.

    Of several measures the one that the most schools can be held to, in whatever order they come.
    """
    drops: dict[Method, list[tuple[str, Findings]]] = defaultdict(list)
    for other in everything:
        if _is_yardstick(one.work, other.work):
            drop = _drop(Method.EXTERNAL_GAP, one, other)
            drops[Method.EXTERNAL_GAP].append((other.work.code, drop))
        if _is_year_before(one.work, other.work):
            drop = _drop(Method.COHORT_JUMP, other, one)
            drops[Method.COHORT_JUMP].append((other.work.code, drop))
    return {method: Tested(_widest(found)) for method, found in drops.items()}


def _widest(drops: Sequence[tuple[str, Findings]]) -> Findings:
    """The drop tested in the most schools; among equals the first by the code of its work."""
    return min(drops, key=lambda drop: (-drop[1].ok.sum(), drop[0]))[1]


def _drop(method: Method, high: Examined, low: Examined) -> Findings:
    return gap(method, high.mean, high.participants, low.mean, low.participants)


def _is_yardstick(work: Work, other: Work) -> bool:
    """The same subject under control in the same grade and year, or at the exam that follows."""
    if other.subject != work.subject or other.holding == Holding.USUAL:
        return False
    later = (other.grade - work.grade, other.year - work.year)
    return later == (0, 0) or (other.holding == Holding.EXTERNAL and later == (1, 1))


def _is_year_before(work: Work, other: Work) -> bool:
    """The fourth grade of the children who are in the fifth now, with other teachers."""
    return (
        other.holding == Holding.USUAL
        and work.grade == FOURTH + 1
        and (other.subject, other.grade, other.year) == (work.subject, FOURTH, work.year - 1)
    )
