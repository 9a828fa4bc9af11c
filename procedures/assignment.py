"""Who observes or checks where: the nearest people, evenly loaded, never on their own; pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from procedures.holding_rules import EVEN_LOAD, OTHER_MUNICIPALITY

METHOD = "milp-1"
NEAR = 1
MOST_PAIRS = 40_000  # pairs of person and place, beyond which a proposal is made in parts
SECONDS = 20  # the solver's time; what it has by then is shown as not proven the best


class AssignmentError(ValueError):
    """A proposal that cannot be made, in words for the person who asked for it."""


@dataclass(frozen=True)
class Person:
    """A candidate: where they work, in which municipality, where they have an interest.

    `most` is how many places they take at most; at most one a day in any case, and none on a
    `busy` day, taken by another work.
    """

    key: int
    organization: int
    municipality: int
    most: int
    interests: frozenset[int] = field(default_factory=frozenset)
    busy: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Seat:
    """A place to be filled: one observer or checker for a school on a day."""

    key: int
    school: int
    municipality: int
    day: int


@dataclass(frozen=True)
class Proposal:
    """Seat key to person key, None where nobody may; whether nothing better exists is proven."""

    people: dict[int, int | None]
    is_proven: bool


def distance(person: Person, seat: Seat) -> int:
    """How far a person is from a seat, by the tree alone: schools have no coordinates here.

    1 within a municipality, `OTHER_MUNICIPALITY` between municipalities. The true way is unknown.
    """
    return NEAR if person.municipality == seat.municipality else OTHER_MUNICIPALITY.value


def may_go(person: Person, seat: Seat) -> bool:
    """Whether the person has no interest in the seat's school and is free on its day."""
    return not _hindrance(person, seat)


def _hindrance(person: Person, seat: Seat) -> str:
    if seat.school == person.organization:
        return "это школа, в которой человек работает"
    if seat.school in person.interests:
        return "у человека там личная заинтересованность"
    return "в этот день человек занят на другой работе" if seat.day in person.busy else ""


def broken_rule(person: Person, seat: Seat, others: Sequence[tuple[Person, Seat]]) -> str:
    """The rule that sending the person there breaks, in words; empty when it breaks none.

    `others` are all filled seats of the same work but this one.
    """
    own = [place for who, place in others if who.key == person.key]
    if words := _hindrance(person, seat):
        return words
    if any(place.day == seat.day for place in own):
        return "в этот день человек уже назначен в другую школу"
    if len(own) >= person.most:
        return f"у человека уже столько назначений, сколько он берёт: {person.most}"
    back = (seat.school, person.organization)
    if any((who.organization, place.school) == back for who, place in others):
        return "школы обменялись бы людьми: из той школы уже назначен человек сюда"
    return ""


def cost(people: Sequence[Person], seats: Sequence[Seat], chosen: dict[int, int | None]) -> int:
    """What a proposal costs: distances, and EVEN_LOAD more for each next seat of a person.

    A person with k seats costs EVEN_LOAD × (0 + 1 + … + (k − 1)) beside the distances: two with
    two seats each are cheaper than one with three and one with one.
    """
    by_key = {person.key: person for person in people}
    far = sum(
        distance(by_key[key], seat) for seat in seats if (key := chosen.get(seat.key)) is not None
    )
    loads = Counter(key for key in chosen.values() if key is not None)
    return far + sum(EVEN_LOAD.value * load * (load - 1) // 2 for load in loads.values())


def assign(people: Sequence[Person], seats: Sequence[Seat]) -> Proposal:
    """Fill as many seats as can be filled, then at the least cost, breaking no rule.

    The rules: nobody goes to their own organization or to one of their interests; nobody has two
    seats on one day or more than they take; the people of two schools never go to each other. An
    integer linear programme, solved exactly by HiGHS.

    Parameters
    ----------
    people, seats : sequences
        Their keys are unique, and any permutation of them gives an equally good proposal.

    Returns
    -------
    Proposal

    Raises
    ------
    AssignmentError
        If there are more than MOST_PAIRS pairs, or the solver found nothing in its time.

    References
    ----------
    Huangfu and Hall (2018), Mathematical Programming Computation 10, 119–142 (HiGHS).
    """
    pairs = [
        (p, s)
        for p, person in enumerate(people)
        for s, seat in enumerate(seats)
        if may_go(person, seat)
    ]
    if len(pairs) > MOST_PAIRS:
        raise AssignmentError(
            f"Пар «человек и школа» {len(pairs)}, а считаем не больше {MOST_PAIRS}. "
            "Назначайте по муниципалитетам."
        )
    nobody: dict[int, int | None] = {seat.key: None for seat in seats}
    if not pairs:
        return Proposal(nobody, True)
    model = _Model(people, seats, pairs)
    found = milp(
        model.costs(),
        constraints=model.constraints(),
        integrality=np.ones(model.width, dtype=np.int64),
        bounds=Bounds(0, 1),
        options={"time_limit": SECONDS, "mip_rel_gap": 0},
    )
    if found.x is None:
        raise AssignmentError("За отведённое время назначение не нашлось. Уменьшите число школ.")
    for index in np.flatnonzero(found.x[: len(pairs)] > 0.5):
        p, s = pairs[index]
        nobody[seats[s].key] = people[p].key
    return Proposal(nobody, found.status == 0)


class _Model:
    """The programme: a variable a pair, a step a person and seat of theirs, one a two schools."""

    def __init__(
        self, people: Sequence[Person], seats: Sequence[Seat], pairs: list[tuple[int, int]]
    ) -> None:
        self.people, self.seats, self.pairs = people, seats, pairs
        fitting = Counter(p for p, _ in pairs)
        self.steps = [
            (p, step)
            for p, person in enumerate(people)
            for step in range(min(person.most, fitting[p]))
        ]
        self.exchanges = self._exchanges()
        self.width = len(pairs) + len(self.steps) + len(self.exchanges)
        self.rows: list[tuple[dict[int, int], float]] = []

    def _exchanges(self) -> list[tuple[int, int]]:
        """Pairs of schools that could send people to each other."""
        ways = {(self.people[p].organization, self.seats[s].school) for p, s in self.pairs}
        return sorted((a, b) for a, b in ways if a < b and (b, a) in ways)

    def costs(self) -> NDArray[np.float64]:
        """A filled seat outweighs all distances and loads together."""
        far = [distance(self.people[p], self.seats[s]) for p, s in self.pairs]
        load = [EVEN_LOAD.value * step for _, step in self.steps]
        worst = len(self.seats) * (max(far) + max(load, default=0)) + 1
        return np.array([one - worst for one in far] + load + [0] * len(self.exchanges), float)

    def constraints(self) -> LinearConstraint:
        """Each row: the sum of coefficients × variables is at most its bound."""
        self._one_person_a_seat()
        self._one_seat_a_day()
        self._load_by_steps()
        self._no_exchange()
        rows = [n for n, (row, _) in enumerate(self.rows) for _ in row]
        columns = [column for row, _ in self.rows for column in row]
        values = [value for row, _ in self.rows for value in row.values()]
        shape = (len(self.rows), self.width)
        matrix = coo_array((values, (rows, columns)), shape=shape, dtype=float)
        return LinearConstraint(matrix.tocsr(), -np.inf, [bound for _, bound in self.rows])

    def _grouped(self, key: int) -> list[list[int]]:
        """The pairs' columns by person (0) or by seat (1)."""
        groups: dict[int, list[int]] = {}
        for column, pair in enumerate(self.pairs):
            groups.setdefault(pair[key], []).append(column)
        return [*groups.values()]

    def _one_person_a_seat(self) -> None:
        for columns in self._grouped(1):
            self.rows.append((dict.fromkeys(columns, 1), 1))

    def _one_seat_a_day(self) -> None:
        days: dict[tuple[int, int], list[int]] = {}
        for column, (p, s) in enumerate(self.pairs):
            days.setdefault((p, self.seats[s].day), []).append(column)
        for columns in days.values():
            self.rows.append((dict.fromkeys(columns, 1), 1))

    def _load_by_steps(self) -> None:
        """A person's seats are at most the steps taken, and each next step costs more."""
        steps: dict[int, list[int]] = {}
        for number, (p, _) in enumerate(self.steps):
            steps.setdefault(p, []).append(len(self.pairs) + number)
        for columns in self._grouped(0):
            taken = dict.fromkeys(steps.get(self.pairs[columns[0]][0], []), -1)
            self.rows.append((dict.fromkeys(columns, 1) | taken, 0))

    def _no_exchange(self) -> None:
        """A switch a two schools: off lets the first send to the second, on the other way."""
        first = len(self.pairs) + len(self.steps)
        switch = {pair: first + number for number, pair in enumerate(self.exchanges)}
        for column, (p, s) in enumerate(self.pairs):
            a, b = self.people[p].organization, self.seats[s].school
            if (a, b) in switch:
                self.rows.append(({column: 1, switch[a, b]: 1}, 1))
            elif (b, a) in switch:
                self.rows.append(({column: 1, switch[b, a]: -1}, 0))
