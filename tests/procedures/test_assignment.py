"""Proposals of observers and checkers: the best by brute force, rules never broken."""

from collections import Counter
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from procedures import assignment
from procedures.assignment import AssignmentError, Person, Seat, assign, broken_rule, cost

SCHOOLS = {1: 10, 2: 10, 3: 20, 4: 20}  # school → its municipality


@st.composite
def people(draw, greatest=4):
    count = draw(st.integers(0, greatest))
    found = []
    for key in range(1, count + 1):
        school = draw(st.sampled_from([*SCHOOLS]))
        interests = draw(st.frozensets(st.sampled_from([*SCHOOLS]), max_size=2))
        busy = draw(st.frozensets(st.integers(1, 2), max_size=1))
        most = draw(st.integers(1, 3))
        found.append(Person(key, school, SCHOOLS[school], most, interests, busy))
    return found


@st.composite
def seats(draw, most=4):
    count = draw(st.integers(0, most))
    schools = [draw(st.sampled_from([*SCHOOLS])) for _ in range(count)]
    return [
        Seat(key, school, SCHOOLS[school], draw(st.integers(1, 2)))
        for key, school in enumerate(schools, start=1)
    ]


def is_allowed(people, seats, chosen) -> bool:
    """All the rules, each said again in another way than the programme says it."""
    by_key = {person.key: person for person in people}
    taken = [(by_key[chosen[seat.key]], seat) for seat in seats if chosen[seat.key] is not None]
    loads = Counter(person.key for person, _ in taken)
    days = Counter((person.key, seat.day) for person, seat in taken)
    ways = {(person.organization, seat.school) for person, seat in taken}
    return (
        all(seat.school not in {person.organization, *person.interests} for person, seat in taken)
        and all(seat.day not in person.busy for person, seat in taken)
        and all(count <= by_key[key].most for key, count in loads.items())
        and all(count == 1 for count in days.values())
        and not any((b, a) in ways for a, b in ways)
    )


def best_by_force(people, seats) -> tuple[int, int]:
    """The most seats filled and the least cost among all ways there are."""
    found = []
    for choice in product([None, *(person.key for person in people)], repeat=len(seats)):
        chosen = {seat.key: key for seat, key in zip(seats, choice, strict=True)}
        if is_allowed(people, seats, chosen):
            empty = sum(key is None for key in choice)
            found.append((empty, cost(people, seats, chosen)))
    return min(found)


@settings(max_examples=150)
@given(people=people(), seats=seats())
@example(
    people=[Person(1, 1, 10, 1), Person(2, 2, 10, 1)], seats=[Seat(1, 1, 10, 1), Seat(2, 2, 10, 1)]
)
def test_no_way_to_fill_the_seats_is_better(people, seats):
    proposal = assign(people, seats)

    empty = sum(key is None for key in proposal.people.values())
    assert proposal.is_proven
    assert is_allowed(people, seats, proposal.people)
    assert (empty, cost(people, seats, proposal.people)) == best_by_force(people, seats)


@settings(max_examples=40)
@given(people=people(greatest=12), seats=seats(most=16))
def test_no_rule_is_broken_in_larger_cases(people, seats):
    proposal = assign(people, seats)

    assert proposal.people.keys() == {seat.key for seat in seats}
    assert is_allowed(people, seats, proposal.people)


@given(people=people(), seats=seats())
def test_a_rule_is_named_just_when_a_change_by_hand_would_break_one(people, seats):
    chosen = assign(people, seats).people
    by_key = {person.key: person for person in people}
    for seat in seats:
        others = [
            (by_key[chosen[other.key]], other)
            for other in seats
            if other is not seat and chosen[other.key] is not None
        ]
        for person in people:
            words = broken_rule(person, seat, others)

            assert bool(words) != is_allowed(people, seats, chosen | {seat.key: person.key})


def test_two_schools_never_exchange_people():
    people = [Person(1, 1, 10, 5), Person(2, 2, 10, 5)]
    seats = [Seat(1, 1, 10, 1), Seat(2, 2, 10, 1)]

    filled = [key for key in assign(people, seats).people.values() if key]

    assert len(filled) == 1


def test_three_schools_go_round_in_a_circle():
    people = [Person(n, n, 10, 1) for n in (1, 2, 3)]
    seats = [Seat(n, n, 10, 1) for n in (1, 2, 3)]

    chosen = assign(people, seats).people

    assert chosen in ({1: 2, 2: 3, 3: 1}, {1: 3, 2: 1, 3: 2})


def test_the_nearer_person_goes():
    people = [Person(1, 3, 20, 1), Person(2, 2, 10, 1)]

    assert assign(people, [Seat(1, 1, 10, 1)]).people == {1: 2}


def test_seats_are_shared_evenly():
    people = [Person(1, 4, 10, 4), Person(2, 4, 10, 4)]
    seats = [Seat(n, 1, 10, n) for n in (1, 2, 3, 4)]

    assert Counter(assign(people, seats).people.values()) == {1: 2, 2: 2}


def test_a_seat_for_which_nobody_is_free_of_interest_stays_empty():
    people = [Person(1, 1, 10, 1), Person(2, 2, 10, 1, frozenset({1}))]

    assert assign(people, [Seat(1, 1, 10, 1)]).people == {1: None}


def test_too_many_pairs_are_refused_with_a_way_out(monkeypatch):
    monkeypatch.setattr(assignment, "MOST_PAIRS", 1)
    people = [Person(n, 4, 20, 1) for n in (1, 2)]

    with pytest.raises(AssignmentError, match="по муниципалитетам"):
        assign(people, [Seat(1, 1, 10, 1)])


def test_a_municipality_of_forty_schools_is_done_in_seconds():
    people = [Person(n, n % 40, 10, 3) for n in range(60)]
    seats = [Seat(n, n % 40, 10, n % 2) for n in range(40)]

    proposal = assign(people, seats)

    assert proposal.is_proven
    assert None not in proposal.people.values()
