"""The checker of schedules against a second one that only compares pairs, and its laws."""

import datetime
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from procedures.clashes import (
    RULES,
    Entry,
    Facts,
    Hours,
    Limits,
    Rule,
    State,
    by_rule,
    check,
    counts,
    free_slots,
)

START = datetime.date(2026, 9, 1)
CLASSES = (("5А", 5), ("5Б", 5), ("6А", 6))
SUBJECTS = ("Математика", "Музыка")


def day(number):
    return START + datetime.timedelta(days=number)


entries = st.lists(
    st.builds(
        lambda place, subject, on, title, lesson, lessons, minutes, whole: Entry(
            key=0, class_name=place[0], parallel=place[1], subject=subject, day=day(on),
            title=title, lesson=lesson, lessons=lessons, minutes=minutes, whole_class=whole,
        ),
        st.sampled_from(CLASSES),
        st.sampled_from(SUBJECTS),
        st.integers(0, 45),
        st.sampled_from(["КР", "ВПР", "Срез"]),
        st.none() | st.integers(1, 7),
        st.integers(1, 3),
        st.sampled_from([*[45] * 8, None, 20, 29, 30]),
        st.sampled_from([*[True] * 9, False]),
    ),
    max_size=14,
).map(lambda rows: [replace(row, key=key) for key, row in enumerate(rows)])  # fmt: skip
hours = st.builds(
    Hours,
    st.none() | st.sampled_from([0.5, 1.0, 5.0]),
    st.none() | st.sampled_from([17, 34, 170]),
    st.none() | st.booleans(),
)
facts = st.builds(
    Facts,
    st.dictionaries(st.tuples(st.sampled_from([5, 6]), st.sampled_from(SUBJECTS)), hours),
    st.dictionaries(
        st.tuples(st.sampled_from(["5А", "5Б", "6А"]), st.integers(0, 5)), st.integers(0, 7)
    ),
)
limits = st.builds(
    Limits, st.sampled_from([17, 18]), st.just(10), st.sampled_from([1, 2]), st.just(30), st.just(2)
)


def by_pairs(rows, known, numbers):
    """The letter read word by word: every rule over all rows, every pair compared."""
    rows = [
        one for one in rows
        if one.whole_class and (one.minutes is None or one.minutes >= numbers.least_minutes)
    ]  # fmt: skip
    rows.sort(key=lambda row: (row.day, row.key))
    found = set()
    for one in rows:
        if one.minutes is None:
            found.add((Rule.DURATION, State.UNCHECKED, (one.key,)))
        if one.lessons > numbers.most_lessons:
            found.add((Rule.LENGTH, State.BROKEN, (one.key,)))
        if state := edge_by_cases(one, known):
            found.add((Rule.EDGE, state, (one.key,)))
        same_day = [r.key for r in rows if (r.class_name, r.day) == (one.class_name, one.day)]
        if len(same_day) > numbers.most_a_day:
            found.add((Rule.DAILY, State.BROKEN, tuple(same_day)))
    return found | volume_by_pairs(rows, known, numbers) | near_by_pairs(rows, numbers)


def volume_by_pairs(rows, known, numbers):
    found = set()
    for one in rows:
        same = [
            r for r in rows
            if (r.class_name, r.parallel, r.subject) == (one.class_name, one.parallel, one.subject)
        ]  # fmt: skip
        keys = tuple(r.key for r in same)
        yearly = known.hours.get((one.parallel, one.subject), Hours()).yearly
        if yearly is None:
            found.add((Rule.VOLUME, State.UNCHECKED, keys))
        elif Fraction(sum(r.lessons for r in same), yearly) > Fraction(numbers.most_percent, 100):
            found.add((Rule.VOLUME, State.BROKEN, keys))
    return found


def near_by_pairs(rows, numbers):
    near = {}
    for a, b in combinations(rows, 2):
        if (a.parallel, a.subject) != (b.parallel, b.subject):
            continue
        if a.class_name != b.class_name and a.title == b.title:
            continue
        if (b.day - a.day).days < numbers.gap_days:
            near[b.key] = max(near.get(b.key, (datetime.date.min, -1)), (a.day, a.key))
    return {(Rule.INTERVAL, State.BROKEN, (a, b)) for b, (_, a) in near.items()}


def edge_by_cases(one, known):
    """The table of what is known against what follows from it."""
    last = known.last_lesson.get((one.class_name, one.day.weekday()), 0)
    if one.lesson is None or (one.lesson > 1 and last == 0):
        return State.UNCHECKED
    touched = {one.lesson + n for n in range(one.lessons)}
    outside = 1 in touched or (last > 0 and max(touched) >= last)
    if not outside:
        return None
    own = known.hours.get((one.parallel, one.subject), Hours())
    match (own.weekly, own.at_edge):
        case (None, _):
            return State.UNCHECKED
        case (weekly, None) if weekly <= 1:
            return State.UNCHECKED
        case (weekly, True) if weekly <= 1:
            return None
    return State.BROKEN


def told(findings):
    return {(one.rule, one.state, one.keys) for one in findings}


def an_entry(key=1, **changes):
    plain = {"class_name": "5А", "parallel": 5, "subject": "Математика", "day": START,
             "title": "КР", "lesson": 3}  # fmt: skip
    return Entry(key=key, **(plain | changes))


# The nearest in time is the same procedure of another class; behind it stands a real clash.
BEHIND_THE_SAME = [
    an_entry(0, class_name="5Б", title="ВПР"),
    an_entry(1, class_name="5Б", day=day(5)),
    an_entry(2, day=day(10)),
]


@settings(max_examples=300, deadline=None)
@example(rows=BEHIND_THE_SAME, known=Facts(), numbers=Limits())
@given(rows=entries, known=facts, numbers=limits)
@example(rows=[], known=Facts(), numbers=Limits())
def test_the_passes_find_exactly_what_all_pairs_find(rows, known, numbers):
    found = check(rows, known, numbers)

    assert told(found) == by_pairs(rows, known, numbers)
    assert len(found) == len(told(found))


@settings(max_examples=100, deadline=None)
@given(rows=entries, known=facts, data=st.data())
def test_the_order_of_the_rows_does_not_matter(rows, known, data):
    shuffled = data.draw(st.permutations(rows))

    assert told(check(shuffled, known)) == told(check(rows, known))


@settings(max_examples=80, deadline=None)
@example(rows=BEHIND_THE_SAME[::-1], known=Facts())
@example(rows=[an_entry(0), an_entry(1, subject="Музыка", day=day(2))], known=Facts())
@given(rows=entries.filter(bool), known=facts)
def test_a_free_slot_clashes_with_nothing_and_no_earlier_day_was_free(rows, known):
    moved, rest = rows[0], rows[1:]
    days = [day(number) for number in range(70) if day(number).weekday() < 6]

    slots = free_slots([moved], rows, days, known)

    free = [on for on in days if any(is_free(moved, rest, on, n, known) for n in lessons(known))]
    assert [slot.day for slot in slots] == free[:3]
    assert all(is_free(moved, rest, slot.day, slot.lesson, known) for slot in slots)


def lessons(known):
    return [None, *range(1, 8)]


def is_free(moved, rest, on, lesson, known):
    last = known.last_lesson.get((moved.class_name, on.weekday()), 0)
    allowed = {moved.lesson, *range(1, last + 1)} if moved.lesson or not last else set(
        range(1, last + 1))  # fmt: skip
    if lesson not in allowed:
        return False
    placed = replace(moved, day=on, lesson=lesson)
    numbers = Limits()
    for other in rest:
        pair = by_pairs([placed, other], known, numbers)
        together = {one for one in pair if one[0] in (Rule.INTERVAL, Rule.DAILY)}
        if counts(other, numbers) and together:
            return False
    alone = by_pairs([placed], known, numbers)
    return not any(s is State.BROKEN and rule is not Rule.VOLUME for rule, s, _ in alone)


@pytest.mark.parametrize(
    ("lessons_a_year", "most"), [(34, 3), (102, 10), (170, 17)], ids=["1 a week", "3", "5"]
)
def test_a_tenth_of_the_year_is_as_schools_publish_it(lessons_a_year, most):
    """34 lessons allow 3 of assessment, 102 allow 10, 170 allow 17 (published school schedules)."""
    known = Facts({(5, "Математика"): Hours(5, lessons_a_year)})
    rows = [an_entry(n, day=day(20 * n), title=f"КР {n}") for n in range(most + 1)]

    assert by_rule(check(rows[:most], known))[Rule.VOLUME] == 0
    assert by_rule(check(rows, known))[Rule.VOLUME] == 1


def test_seventeen_days_between_are_enough_and_sixteen_are_not():
    first = an_entry(1)

    near = check([first, an_entry(2, day=day(16), title="Срез")])
    far = check([first, an_entry(2, day=day(17), title="Срез")])

    assert by_rule(near)[Rule.INTERVAL] == 1
    assert by_rule(far)[Rule.INTERVAL] == 0
    assert [one.keys for one in near if one.rule is Rule.INTERVAL] == [(1, 2)]


def test_classes_of_a_parallel_write_one_procedure_on_different_days():
    rows = [an_entry(1), an_entry(2, class_name="5Б", day=day(3))]

    assert by_rule(check(rows))[Rule.INTERVAL] == 0


def test_an_only_lesson_of_the_week_may_stand_first():
    known = Facts({(5, "Музыка"): Hours(1, 34, at_edge=True)})

    found = check([an_entry(subject="Музыка", lesson=1)], known)

    assert by_rule(found)[Rule.EDGE] == 0


def test_every_rule_names_its_act():
    assert set(RULES) == set(Rule)
    assert all("№" in act for _, act in RULES.values())
