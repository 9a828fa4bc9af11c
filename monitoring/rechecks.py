"""What works marked anew have shown, as numbers and as a sentence."""

from dataclasses import dataclass

import numpy as np

from monitoring.models import Recheck
from monitoring.stats.disclosure import publishable
from monitoring.stats.errors import StatisticsError
from monitoring.stats.estimate import Estimate
from monitoring.stats.recheck import SAME_SHARE, mean_change, unchanged_share
from monitoring.wording import NBSP, decimal, percent


@dataclass(frozen=True)
class Found:
    """Of `checked` drawn works of `works`: the share with the same score, the mean change."""

    works: int
    checked: int
    unchanged: int
    share: Estimate
    change: Estimate | None

    @property
    def is_below(self) -> bool:
        """Fewer unchanged works than where one begins to look at how works were marked."""
        return self.share.value < SAME_SHARE

    @property
    def sentence(self) -> str:
        """What is told to everybody who sees the case; few works are not told in numbers."""
        if not publishable(self.checked):
            same = self.unchanged == self.checked
            return "Баллы те же." if same else "Часть баллов изменилась."
        share = (
            f"Балл тот же у{NBSP}{self.unchanged} из{NBSP}{self.checked} работ "
            f"({percent(self.share.value, 0)}; среди всех {self.works} от "
            f"{percent(self.share.low, 0)} до {percent(self.share.high, 0)})."
        )
        return f"{share} {self._change}"

    @property
    def _change(self) -> str:
        if self.unchanged == self.checked:
            return "Ни один балл не изменился."
        if self.change is None:
            return "Все баллы изменились одинаково, промежутка для среднего нет."
        one = self.change
        side = "ниже" if one.value < 0 else "выше"
        low, high = sorted((one.low, one.high))
        return (
            f"В среднем балл стал {side} на{NBSP}{decimal(abs(one.value))} "
            f"(изменение от {decimal(low)} до {decimal(high)})."
        )


def found(recheck: Recheck) -> Found | None:
    """What the entered results come to; None until all are entered. No query if prefetched."""
    rows = [row for row in recheck.works.all() if row.new_score is not None]
    if recheck.done_at is None or not rows:
        return None
    changes = np.array([(row.new_score or 0) - row.score for row in rows])
    works, unchanged = len(recheck.frame), int((changes == 0).sum())
    return Found(
        works, len(rows), unchanged, unchanged_share(unchanged, len(rows), works),
        _mean(changes, works),
    )  # fmt: skip


def _mean(changes: "np.ndarray[tuple[int], np.dtype[np.int64]]", works: int) -> Estimate | None:
    try:
        return mean_change(changes, works)
    except StatisticsError:
        return None
