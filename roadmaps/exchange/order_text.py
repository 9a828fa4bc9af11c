"""An order as plain data: what it says, before it becomes a document or a page."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clause:
    """One numbered point of what is ordered: «1.» or, under it, «1.2.»."""

    number: str
    text: str


@dataclass(frozen=True, slots=True)
class OrderText:
    """The parts of an order in the order they are printed.

    `control` is the last point, who watches over the order; `control_number` is its number.
    An empty `place` or `signature` is left for the person who signs.
    """

    kind: str
    issuer: str
    place: str
    title: str
    preamble: tuple[str, ...]
    clauses: tuple[Clause, ...]
    control: str
    signature: str

    @property
    def control_number(self) -> str:
        top = {clause.number.split(".")[0] for clause in self.clauses}
        return f"{len(top) + 1}."
