"""What one version of a protocol changes in another: rows added, removed, changed cell by cell."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from procedures.exchange.results import ABSENT, MISSING, NO_MARK, NOT_ATTEMPTED, Results
from procedures.models import Protocol, Result

# class, variant (0: absent), mark of the journal (0: none), points
Row = tuple[int, int, int, tuple[int, ...]]


@dataclass(frozen=True)
class Change:
    """One cell of one pupil, in the words of the form."""

    title: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """One pupil's row that differs; without changes it is there on one side only."""

    code: int
    class_number: int
    changes: tuple[Change, ...] = ()
    is_added: bool = False
    is_removed: bool = False


@dataclass(frozen=True)
class Difference:
    """All rows that differ, in the order of the codes."""

    lines: tuple[Line, ...]

    @property
    def added(self) -> int:
        return sum(line.is_added for line in self.lines)

    @property
    def removed(self) -> int:
        return sum(line.is_removed for line in self.lines)

    @property
    def changed(self) -> int:
        return len(self.lines) - self.added - self.removed


def rows_of(results: Results) -> dict[int, Row]:
    """Code → row of what was read from a file."""
    columns = (
        results.participant.tolist(),
        results.class_number.tolist(),
        results.variant.tolist(),
        results.journal_mark.tolist(),
        results.points.tolist(),
    )
    return {
        code: (number, variant, journal, tuple(points))
        for code, number, variant, journal, points in zip(*columns, strict=True)
    }


def stored_rows(protocols: Sequence[Protocol]) -> dict[int, Row]:
    """Code → row of what is stored of these protocols. One query."""
    rows = Result.objects.filter(protocol__in=list(protocols)).values_list(
        "participant", "class_number", "variant", "journal_mark", "points"
    )
    return {
        code: (number, ABSENT if variant is None else variant, journal or NO_MARK, tuple(points))
        for code, number, variant, journal, points in rows
    }


def compare(
    before: Mapping[int, Row], after: Mapping[int, Row], tasks: Sequence[str]
) -> Difference:
    """The rows of `after` against those of `before`; `tasks` are the labels of the points."""
    return Difference(tuple(_lines(before, after, tasks)))


def _lines(
    before: Mapping[int, Row], after: Mapping[int, Row], tasks: Sequence[str]
) -> Iterator[Line]:
    for code in sorted(before.keys() | after.keys()):
        old, new = before.get(code), after.get(code)
        if old is None and new is not None:
            yield Line(code, new[0], is_added=True)
        elif new is None and old is not None:
            yield Line(code, old[0], is_removed=True)
        elif old is not None and new is not None and old != new:
            yield Line(code, new[0], tuple(_changes(old, new, tasks)))


def _changes(old: Row, new: Row, tasks: Sequence[str]) -> Iterator[Change]:
    if old[0] != new[0]:
        yield Change("Класс", str(old[0]), str(new[0]))
    if old[1] != new[1]:
        yield Change("Вариант", _variant(old[1]), _variant(new[1]))
    for label, was, now in zip(tasks, old[3], new[3], strict=True):
        if was != now:
            yield Change(f"Задание {label}", _points(was), _points(now))
    if old[2] != new[2]:
        yield Change("Отметка в журнале", _mark(old[2]), _mark(new[2]))


def _variant(number: int) -> str:
    return "отсутствовал" if number == ABSENT else str(number)


def _points(number: int) -> str:
    return {NOT_ATTEMPTED: "X", MISSING: "пусто"}.get(number, str(number))


def _mark(number: int) -> str:
    return "нет отметки" if number == NO_MARK else str(number)
