"""One figure beside its baseline."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.test import Client


@dataclass(frozen=True)
class Measure:
    """Both sides in the same unit; `n` is how many times each was taken."""

    name: str
    ours: float
    baseline: float
    unit: str
    n: int

    @property
    def ratio(self) -> float:
        return self.ours / self.baseline

    def line(self) -> str:
        return (
            f"{self.name} ours={self.ours:.4g} baseline={self.baseline:.4g} "
            f"ratio={self.ratio:.3g} unit={self.unit}"
        )


def p95(act: Callable[[], object], calls: int) -> float:
    """The 95th percentile of the act's time in milliseconds, after one call that does not count."""
    times = []
    for _ in range(calls + 1):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times[1:])[int(0.95 * calls) - 1]


def open_page(client: Client, address: str) -> None:
    """Ask for a page that must be there."""
    answer = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
