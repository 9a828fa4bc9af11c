"""The advice on schedules of procedures as arithmetic: what clashes, which days are free.

Plain values in, findings out: no database, no clock, no words of a page but the finding's own
sentence. Each rule names its act; what cannot be checked is a finding too, never silence.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import groupby
from operator import attrgetter

LETTER = "письмо Минпросвещения № СК-228/03 и Рособрнадзора № 01-169/08-01 от 06.08.2021"
ORDER_704 = "приказ Минпросвещения от 09.10.2024 № 704"


class Rule(StrEnum):
    """What is checked, in the order in which findings are shown."""

    DURATION = "duration"
    LENGTH = "length"
    DAILY = "daily"
    INTERVAL = "interval"
    VOLUME = "volume"
    EDGE = "edge"


RULES: dict[Rule, tuple[str, str]] = {
    Rule.DURATION: ("длительность известна", LETTER),
    Rule.LENGTH: ("работа не длиннее двух уроков", ORDER_704),
    Rule.DAILY: ("не больше одной процедуры в день на класс", LETTER),
    Rule.INTERVAL: ("один предмет в параллели не чаще раза в 2,5 недели", LETTER),
    Rule.VOLUME: ("не больше 10 % учебного времени предмета", f"{LETTER}; {ORDER_704}"),
    Rule.EDGE: ("не на первом и не на последнем уроке", LETTER),
}


class State(StrEnum):
    """Whether the advice is broken, or could not be checked."""

    BROKEN = "broken"
    UNCHECKED = "unchecked"


@dataclass(frozen=True)
class Limits:
    """The numbers of the rules; 2.5 weeks are 17.5 days, so 17 or 18 is a choice."""

    gap_days: int = 17
    most_percent: int = 10
    most_a_day: int = 1
    least_minutes: int = 30
    most_lessons: int = 2
    source: str = f"{LETTER}; {ORDER_704}"


@dataclass(frozen=True)
class Entry:
    """One procedure of one class: `lessons` long, beginning with `lesson`; None is not known.

    `key` is unique among the entries of a check. Classes of a parallel that have the same `title`
    in the same subject hold one procedure, perhaps on different days.
    """

    key: int
    class_name: str
    parallel: int
    subject: str
    day: datetime.date
    title: str
    lesson: int | None = None
    lessons: int = 1
    minutes: int | None = 45
    whole_class: bool = True
    level: str = "school"


@dataclass(frozen=True)
class Hours:
    """A subject in a parallel: lessons a week and a year, and whether its only lesson of the week
    stands first or last in the timetable; None is not known."""

    weekly: float | None = None
    yearly: int | None = None
    at_edge: bool | None = None


@dataclass(frozen=True)
class Facts:
    """What a school says of itself: hours by (parallel, subject), lessons by (class, weekday)."""

    hours: Mapping[tuple[int, str], Hours] = field(default_factory=dict)
    last_lesson: Mapping[tuple[str, int], int] = field(default_factory=dict)

    def hours_of(self, entry: Entry) -> Hours:
        return self.hours.get((entry.parallel, entry.subject), NOTHING_KNOWN)

    def last_lesson_of(self, entry: Entry) -> int | None:
        return self.last_lesson.get((entry.class_name, entry.day.weekday())) or None


NOTHING_KNOWN = Hours()


@dataclass(frozen=True)
class Finding:
    """What one rule says of the entries with these keys, which stand in order of their days."""

    rule: Rule
    state: State
    keys: tuple[int, ...]
    reason: str

    @property
    def is_broken(self) -> bool:
        return self.state is State.BROKEN

    @property
    def title(self) -> str:
        return RULES[self.rule][0]

    @property
    def act(self) -> str:
        return RULES[self.rule][1]


@dataclass(frozen=True)
class Slot:
    """A day and, where it is known, a lesson on which an entry clashes with nothing."""

    day: datetime.date
    lesson: int | None


def check(
    entries: Iterable[Entry], facts: Facts | None = None, limits: Limits | None = None
) -> list[Finding]:
    """Every finding of a school's year, in order of the first entry's day.

    A work that is shorter than `least_minutes` or not for the whole class is no оценочная
    процедура and is not looked at; one of unknown duration is told and counted as a procedure.
    Sorts once and passes once a rule: n log n in the number of entries.
    """
    facts, limits = facts or Facts(), limits or Limits()
    counted = sorted((one for one in entries if counts(one, limits)), key=attrgetter("day", "key"))
    places = {one.key: number for number, one in enumerate(counted)}
    found = [
        *_single(counted, facts, limits),
        *_daily(counted, limits),
        *_intervals(counted, limits),
        *_volumes(counted, facts, limits),
    ]
    order = {rule: number for number, rule in enumerate(Rule)}
    return sorted(found, key=lambda one: (places[one.keys[-1]], order[one.rule], one.keys))


def counts(entry: Entry, limits: Limits) -> bool:
    """Whether it is an оценочная процедура at all: the whole class, at least so many minutes."""
    long_enough = entry.minutes is None or entry.minutes >= limits.least_minutes
    return entry.whole_class and long_enough


def _single(entries: Sequence[Entry], facts: Facts, limits: Limits) -> Iterable[Finding]:
    """What is wrong or unknown with an entry by itself."""
    for one in entries:
        if one.minutes is None:
            yield _unchecked(Rule.DURATION, one, "длительность не указана")
        if one.lessons > limits.most_lessons:
            reason = f"занимает уроков: {one.lessons}, можно не больше {limits.most_lessons}"
            yield Finding(Rule.LENGTH, State.BROKEN, (one.key,), reason)
        finding = _edge(one, facts)
        if finding is not None:
            yield finding


def _edge(one: Entry, facts: Facts) -> Finding | None:
    """Whether an entry touches the first or the last lesson of its day without the excuse."""
    if one.lesson is None:
        return _unchecked(Rule.EDGE, one, "номер урока не указан")
    last = facts.last_lesson_of(one)
    first_touched = one.lesson == 1
    if last is None and not first_touched:
        return _unchecked(Rule.EDGE, one, "не указано, сколько уроков у класса в этот день")
    last_touched = last is not None and one.lesson + one.lessons - 1 >= last
    if not first_touched and not last_touched:
        return None
    hours = facts.hours_of(one)
    if hours.weekly is None:
        return _unchecked(Rule.EDGE, one, "не указано, сколько уроков предмета в неделю")
    if hours.weekly <= 1 and hours.at_edge is None:
        return _unchecked(Rule.EDGE, one, "не указано, стоит ли урок предмета с краю расписания")
    if hours.weekly <= 1 and hours.at_edge:
        return None
    where = "первом" if first_touched else "последнем"
    return Finding(Rule.EDGE, State.BROKEN, (one.key,), f"стоит на {where} уроке")


def _unchecked(rule: Rule, one: Entry, reason: str) -> Finding:
    return Finding(rule, State.UNCHECKED, (one.key,), f"не проверено: {reason}")


def _daily(entries: Sequence[Entry], limits: Limits) -> Iterable[Finding]:
    """One finding a class and day that has more than its number, naming all of them."""
    days: dict[tuple[str, datetime.date], list[Entry]] = defaultdict(list)
    for one in entries:
        days[one.class_name, one.day].append(one)
    for together in days.values():
        if len(together) > limits.most_a_day:
            keys = tuple(one.key for one in together)
            reason = f"в один день процедур: {len(together)}, можно {limits.most_a_day}"
            yield Finding(Rule.DAILY, State.BROKEN, keys, reason)


def _intervals(entries: Sequence[Entry], limits: Limits) -> Iterable[Finding]:
    """For each entry the nearest earlier one of its parallel and subject, when it is too near.

    Another class with the same title holds the same procedure, so it does not count. It is enough
    to remember the newest of the own class and the newest two of different titles.
    """
    in_class: dict[tuple[int, str, str], tuple[int, Entry]] = {}
    newest: dict[tuple[int, str], tuple[int, Entry]] = {}
    newest_other: dict[tuple[int, str], tuple[int, Entry]] = {}
    for place, one in enumerate(entries):
        subject = (one.parallel, one.subject)
        own = in_class.get((*subject, one.class_name))
        top = newest.get(subject)
        other = top if top and top[1].title != one.title else newest_other.get(subject)
        before = max((found for found in (own, other) if found), default=None, key=lambda f: f[0])
        if before is not None:
            gap = (one.day - before[1].day).days
            if gap < limits.gap_days:
                reason = f"между ними дней: {gap}, нужно не меньше {limits.gap_days}"
                yield Finding(Rule.INTERVAL, State.BROKEN, (before[1].key, one.key), reason)
        in_class[(*subject, one.class_name)] = (place, one)
        if top and top[1].title != one.title:
            newest_other[subject] = top
        newest[subject] = (place, one)


def _volumes(entries: Sequence[Entry], facts: Facts, limits: Limits) -> Iterable[Finding]:
    """One finding a class and subject whose procedures take more than their share of the year."""
    taken: dict[tuple[str, int, str], list[Entry]] = defaultdict(list)
    for one in entries:
        taken[one.class_name, one.parallel, one.subject].append(one)
    for together in taken.values():
        yearly = facts.hours_of(together[0]).yearly
        keys = tuple(one.key for one in together)
        if not yearly:
            reason = "не проверено: не указаны годовые часы предмета"
            yield Finding(Rule.VOLUME, State.UNCHECKED, keys, reason)
            continue
        lessons = sum(one.lessons for one in together)
        if lessons * 100 > yearly * limits.most_percent:
            most = yearly * limits.most_percent // 100
            reason = f"уроков на процедуры: {lessons} из {yearly}, можно не больше {most}"
            yield Finding(Rule.VOLUME, State.BROKEN, keys, reason)


def free_slots(
    moved: Sequence[Entry],
    entries: Sequence[Entry],
    days: Iterable[datetime.date],
    facts: Facts | None = None,
    limits: Limits | None = None,
    *,
    most: int = 3,
) -> list[Slot]:
    """The first `most` of `days` to which `moved` can go together without a clash.

    Of a day the lesson the entries have is tried first, then the others; an entry without a lesson
    gets one where the number of lessons is known. The volume of the year does not depend on the
    day and is not looked at.
    """
    facts, limits = facts or Facts(), limits or Limits()
    if not moved:
        return []
    own = {one.key for one in moved}
    classes = {one.class_name for one in moved}
    subjects = {(one.parallel, one.subject) for one in moved}
    near = [
        one
        for one in entries
        if one.key not in own
        and counts(one, limits)
        and (one.class_name in classes or (one.parallel, one.subject) in subjects)
    ]
    found: list[Slot] = []
    for day in days:
        slot = _slot(moved, near, day, facts, limits)
        if slot is not None:
            found.append(slot)
            if len(found) == most:
                break
    return found


def _slot(
    moved: Sequence[Entry], near: Sequence[Entry], day: datetime.date, facts: Facts, limits: Limits
) -> Slot | None:
    """The lesson of this day on which the entries clash with nothing; None when there is none."""
    placed = [replace(one, day=day) for one in moved]
    if _is_crowded(placed, near, limits):
        return None
    for lesson in _lessons(moved[0], day, facts):
        found = check([replace(one, lesson=lesson) for one in placed], facts, limits)
        if not any(one.is_broken and one.rule is not Rule.VOLUME for one in found):
            return Slot(day, lesson)
    return None


def _is_crowded(placed: Sequence[Entry], near: Sequence[Entry], limits: Limits) -> bool:
    """Whether a placed entry is too near to another, or its class has its number that day.

    A finding of the interval names only the nearest pair, so here each pair is looked at.
    """
    counted = [one for one in placed if counts(one, limits)]
    if any(_too_near(one, other, limits) for one in counted for other in near):
        return True
    return any(
        1 + sum((other.class_name, other.day) == (one.class_name, one.day) for other in near)
        > limits.most_a_day
        for one in counted
    )


def _lessons(one: Entry, day: datetime.date, facts: Facts) -> list[int | None]:
    """The lessons to try, its own first."""
    last = facts.last_lesson.get((one.class_name, day.weekday())) or 0
    others: list[int | None] = [number for number in range(1, last + 1) if number != one.lesson]
    return others if one.lesson is None and others else [one.lesson, *others]


def _too_near(one: Entry, other: Entry, limits: Limits) -> bool:
    """Whether two entries are procedures of one subject and parallel with too few days between."""
    alike = (one.parallel, one.subject) == (other.parallel, other.subject)
    apart = one.class_name == other.class_name or one.title != other.title
    return alike and apart and abs((one.day - other.day).days) < limits.gap_days


def by_rule(findings: Iterable[Finding]) -> dict[Rule, int]:
    """How many findings of broken advice each rule has; rules without one are 0."""
    broken = sorted(one.rule for one in findings if one.is_broken)
    return dict.fromkeys(Rule, 0) | {rule: len(list(rows)) for rule, rows in groupby(broken)}
