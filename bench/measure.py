"""One figure beside its baseline."""

from dataclasses import dataclass


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
