"""One figure beside its baseline."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from django.test import Client
from django.urls import reverse

CALLS = 20  # of each page, after one that does not count
EMPTIEST = "organizations:account"


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


def measured_pages(client: Client, pages: Mapping[str, str], of: str) -> list[Measure]:
    """p95 of each page in milliseconds; the emptiest signed-in page is the baseline of all."""
    empty = p95(partial(_open, client, reverse(EMPTIEST)), CALLS)
    return [
        Measure(
            name=f"{of}.{name}",
            ours=p95(partial(_open, client, address), CALLS),
            baseline=empty,
            unit="ms",
            n=CALLS,
        )
        for name, address in pages.items()
    ]


def _open(client: Client, address: str) -> None:
    """Ask for a page that must be there."""
    answer = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
