"""Who is told when results have changed.

Monitoring computes from results, but imports go down only: this app does not know who listens.
A listener puts a function into AFTER_IMPORT when its app is ready. It is called inside the
transaction that changes the results, with the work and the schools concerned: what it wishes for
is committed with them, or not at all, so that a killed worker loses no wish.
"""

from collections.abc import Callable, Sequence

AFTER_IMPORT: list[Callable[[int, list[int]], None]] = []


def announce(work_id: int, school_ids: Sequence[int]) -> None:
    """Tell the listeners that these schools have other results in this work."""
    for listener in AFTER_IMPORT:
        listener(work_id, list(school_ids))
