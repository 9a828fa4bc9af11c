"""Marks of a year's works beside the journal: who has them, what they say; no ranks."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from django.contrib.postgres.aggregates import StringAgg
from django.db.models import F, Func, QuerySet, TextField, Value
from django.db.models.functions import Concat

from monitoring.models import Cell, Signal, Statistic
from monitoring.queries.cases import is_out
from monitoring.queries.objectivity import shaped, strong_parts
from monitoring.stats.arrays import BoolArray, IntArray
from monitoring.stats.disclosure import MIN_PUPILS
from monitoring.stats.findings import Method
from monitoring.stats.journal import DIFFERENCE, WIDE_GAP
from monitoring.stats.standard import against_journal
from organizations.models import Organization
from procedures.models import Work

OF_JOURNAL = (Method.JOURNAL_SHIFT, Method.JOURNAL_MIRROR, Method.JOURNAL_GAP2)


class Covered(StrEnum):
    """Whether the pupils of a school who have a mark for a work have one in the journal."""

    ALL = "all"
    SOME = "some"
    NONE = "none"


@dataclass(frozen=True, eq=False)
class Marks:
    """What K schools have in one work each: pupils with a mark for it, (K,), and their pairs,
    (K, 4, 4), journal mark × mark for the work."""

    school: IntArray
    work: IntArray
    marked: IntArray
    journal: IntArray

    def of(self, chosen: BoolArray) -> "Marks":
        return Marks(
            self.school[chosen], self.work[chosen], self.marked[chosen], self.journal[chosen]
        )

    @property
    def pairs(self) -> IntArray:
        return np.asarray(self.journal.sum(axis=(1, 2)))


def marks_of(year: int, schools: QuerySet[Organization]) -> Marks:
    """The works of a year that have marks, school by school, in no order. One query.

    Numbers come as one text: NumPy reads it some ten times faster than the driver makes lists.
    """
    rows = Cell.objects.filter(work__year=year, organization__in=schools.values("pk")).order_by()
    numbers = Concat(
        "organization", Value(" "), "work", Value(" "), _text("marks"), Value(" "),
        _text("journal"), output_field=TextField(),
    )  # fmt: skip
    text = rows.aggregate(text=StringAgg(numbers, delimiter=" "))["text"] or ""
    found = np.fromstring(text, dtype=np.int64, sep=" ").reshape(-1, 2 + 4 + 16)
    owner_work, marks, journal = np.split(found, [2, 6], axis=1)
    pairs, place = np.unique(owner_work, axis=0, return_inverse=True)
    place = place.ravel()
    marked, table = np.zeros(len(pairs), dtype=np.int64), np.zeros((len(pairs), 16), dtype=np.int64)
    np.add.at(marked, place, marks.sum(axis=1))
    np.add.at(table, place, journal)
    whole = Marks(pairs[:, 0], pairs[:, 1], marked, table.reshape(-1, 4, 4))
    return whole.of(marked > 0)


def _text(name: str) -> Func:
    return Func(F(name), Value(" "), function="array_to_string", output_field=TextField())


@dataclass(frozen=True)
class SchoolStand:
    """One school: how its works with marks are covered by the journal."""

    school: Organization
    works: dict[int, Covered]

    @property
    def missing(self) -> int:
        """Works in which not one pupil has a mark in the journal: they are asked for."""
        return self.count(Covered.NONE)

    def count(self, covered: str) -> int:
        return sum(one == covered for one in self.works.values())

    @property
    def is_ready(self) -> bool:
        return not self.missing

    @property
    def complete(self) -> int:
        return self.count(Covered.ALL)

    @property
    def partial(self) -> int:
        return self.count(Covered.SOME)


def stands(marks: Marks, schools: Iterable[Organization]) -> list[SchoolStand]:
    """The schools that have marks, in the order given. No query."""
    works: dict[int, dict[int, Covered]] = defaultdict(dict)
    columns = (marks.school.tolist(), marks.work.tolist(), marks.marked.tolist())
    for school, work, marked, pairs in zip(*columns, marks.pairs.tolist(), strict=True):
        covered = Covered.NONE if not pairs else Covered.SOME if pairs < marked else Covered.ALL
        works[school][work] = covered
    return [SchoolStand(one, works[one.pk]) for one in schools if one.pk in works]


@dataclass(frozen=True)
class Progress:
    """A municipality: its schools with marks, and those of them that have the journal, too."""

    municipality: Organization
    schools: int
    ready: int

    @property
    def missing(self) -> int:
        return self.schools - self.ready


def progress(found: Iterable[SchoolStand]) -> list[Progress]:
    """By municipality, in the order of their names. Needs schools with their parents."""
    by_place: dict[Organization, list[SchoolStand]] = defaultdict(list)
    for one in found:
        if one.school.parent:
            by_place[one.school.parent].append(one)
    return [
        Progress(place, len(ours), sum(one.is_ready for one in ours))
        for place, ours in sorted(by_place.items(), key=lambda pair: pair[0].short_name)
    ]


@dataclass(frozen=True)
class Line:
    """Pairs of marks counted: shares below the journal, equal, above it, and 2 marks apart.

    Shares are 0 to 1; None when fewer than ten pupils have both marks.
    """

    title: str
    pairs: int
    lower: float | None = None
    equal: float | None = None
    higher: float | None = None
    wide: float | None = None

    @property
    def is_few(self) -> bool:
        return self.pairs < MIN_PUPILS

    @property
    def is_hidden(self) -> bool:
        """Few, or not told so that those that are few cannot be subtracted."""
        return self.lower is None


def line(title: str, journal: IntArray) -> Line:
    """The pairs of tables (K, 4, 4) added up."""
    table = journal.sum(axis=0)
    pairs = int(table.sum())
    if pairs < MIN_PUPILS:
        return Line(title, pairs)
    lower, equal, higher = (against_journal(table[None])[0] / pairs).tolist()
    wide = float(table[np.abs(DIFFERENCE) >= WIDE_GAP].sum() / pairs)
    return Line(title, pairs, lower, equal, higher, wide)


def by_subject(marks: Marks, works: Iterable[Work]) -> list[Line]:
    """A line a subject and grade, by grade and name; those without pairs left out."""
    found = [line(title, own.journal) for title, own in _subjects(marks, works)]
    return [one for one in found if one.pairs]


def whole(marks: Marks, works: Iterable[Work]) -> Line:
    """All pairs of the subjects that are shown: a hidden one cannot be told from the sum."""
    return line("Всего", _shown(marks, works).journal)


def _shown(marks: Marks, works: Iterable[Work]) -> Marks:
    """Without the subjects that are hidden."""
    told = [own.work for _, own in _subjects(marks, works) if own.pairs.sum() >= MIN_PUPILS]
    return marks.of(np.isin(marks.work, np.concatenate([marks.work[:0], *told])))


def _subjects(marks: Marks, works: Iterable[Work]) -> list[tuple[str, Marks]]:
    together: dict[tuple[int, str], list[int]] = defaultdict(list)
    for work in works:
        together[work.grade, work.subject].append(work.pk)
    return [
        (f"{subject}, {grade} класс", marks.of(np.isin(marks.work, own)))
        for (grade, subject), own in sorted(together.items())
    ]


def by_municipality(
    marks: Marks, works: Iterable[Work], schools: Iterable[Organization]
) -> list[Line]:
    """A line a municipality, by name, over what `whole` adds up. Needs schools with their parents.

    Where the hidden could be told as the whole without the others, the next smallest is hidden too.
    """
    together: dict[Organization, list[int]] = defaultdict(list)
    for school in schools:
        if school.parent:
            together[school.parent].append(school.pk)
    shown = _shown(marks, works)
    found = [
        line(place.short_name, shown.journal[np.isin(shown.school, own)])
        for place, own in sorted(together.items(), key=lambda pair: pair[0].short_name)
    ]
    return guarded([one for one in found if one.pairs])


def guarded(lines: list[Line]) -> list[Line]:
    """Complementary suppression of the smallest (Hundepool et al., Statistical Disclosure Control,
    2012, ch. 4): at least two are hidden, and of ten pairs together."""
    by_size = sorted((one for one in lines if not one.is_hidden), key=lambda one: one.pairs)
    hidden = [one for one in lines if one.is_hidden]
    while hidden and by_size and (len(hidden) == 1 or sum(x.pairs for x in hidden) < MIN_PUPILS):
        hidden.append(by_size.pop(0))
    return [Line(one.title, one.pairs) if one in hidden else one for one in lines]


@dataclass(frozen=True)
class Noticed:
    """Schools by name with their works in which the journal stands unusually.

    Analysis is asked for by a school's year alone; a finding by itself is attention. No works
    named is the works of the year together.
    """

    signals: list[tuple[Organization, list[Work]]]
    watched: list[tuple[Organization, list[Work]]]


def noticed(year: int, schools: QuerySet[Organization]) -> Noticed:
    """Where the year's signal rests on the journal, where only a finding does. Three queries."""
    own = schools.values("pk")
    works = {work.code: work for work in Work.objects.filter(year=year)}
    resting: dict[Organization, set[Work]] = defaultdict(set)
    of_year = Signal.objects.filter(year=year, tier__in=Signal.REMARKABLE, organization__in=own)
    signals = of_year.filter(~is_out())
    for signal in signals.select_related("organization__parent"):
        for part in strong_parts(signal):
            if part["method"] in OF_JOURNAL:
                named = {works[part["work"]]} if part["work"] in works else set()
                resting[signal.organization] |= named
    rows = shaped(Statistic.objects.filter(work__year=year, method__in=OF_JOURNAL))
    rows = rows.filter(shape="watch", organization__in=own).exclude(organization__in=resting)
    alone: dict[Organization, set[Work]] = defaultdict(set)
    for row in rows.select_related("organization__parent", "work"):
        alone[row.organization].add(row.work)
    return Noticed(_by_name(resting), _by_name(alone))


def _by_name(found: dict[Organization, set[Work]]) -> list[tuple[Organization, list[Work]]]:
    return [
        (school, sorted(found[school], key=lambda work: (work.grade, work.subject)))
        for school in sorted(found, key=lambda one: (one.short_name, one.pk))
    ]
