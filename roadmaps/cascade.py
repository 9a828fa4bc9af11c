"""A plan beside the plan of the level above: pairs of items proposed, differences told."""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache
from itertools import chain, groupby, pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from roadmaps import letters
from roadmaps.moments import shortened

# The figures below were measured on a regional order with the city's plan adopted from it, on
# invented plans of two regions, two cities and a school that were adopted from one another, and on
# 23 pairs of plans that were not.
#
# Least likeness of a pair. Items that a city took from its region have 0.5 and more; of seven that
# a school put into its own words two have less than this and are left to a person.
LEAST_LIKENESS = 0.4
# Foreign plans share formulas of acts: «Организация консультаций для школ по закупкам» reaches
# 0.5, «Создание рабочей группы …» 0.6. But few of their items do: at most 0.25 of the shorter plan
# against 0.6 and more of an adopted one. With a smaller part than this paired, only pairs that are
# nearly literal are proposed.
ADOPTED_PART = 0.4
NEARLY_LITERAL = 0.75
# Least part of a left-over item's words that a paired item must hold to have taken it in. Items
# that were taken in are held to 0.6 and more, dropped ones to 0.53 at most.
LEAST_HELD = 0.57
# An item shorter than this is held by any long one by chance, so it is not proposed as taken in.
LEAST_WORDS = 4

# Twins («Совещание по итогам» in October and in April) are told apart by what stands beside the
# title. Far below what one other word makes, so that words always decide first.
SAME_TERM = 0.02
SAME_NUMBER = 0.01

SHORTEST_ABBREVIATION = 3  # letters; two initials are found in any text
SHORTEST_STEM = 3  # letters

# Words, spaces and signs of both texts; two of the longest real items have 150. The time grows
# with the cube of it: for the worst text of this length a second, for one twice as long eight.
MOST_TOKENS = 1200

WORD = re.compile(r"[^\W_]+")
TOKEN = re.compile(r"\s+|[^\W_]+|[\W_]")
# Words that tie other words and say nothing of the act.
TIE = re.compile(
    "а|в|во|для|до|за|и|из|или|их|к|ко|на|над|не|о|об|от|по|под|при|с|со|том|у|через|числе"
)
ENDING = re.compile(
    "(?:иями|ями|ами|иям|ием|ией|иях|ях|ах|ого|его|ому|ему|ыми|ими|ый|ий|ой|ая|яя|ое|ее|ые|ие|ье"
    "|ых|их|ую|юю|ию|ью|ия|ья|ии|ом|ем|ым|им|ам|ям|ов|ев|ей|а|е|и|й|о|у|ы|ь|ю|я)$"
)

Table = npt.NDArray[np.float64]
Cell = tuple[int, int]  # a row and a column


class Kind(StrEnum):
    """How an item of the plan above lives on below; several may hold at once.

    An item is the same when its words and term are: capitals, punctuation, an abbreviation that
    is spelt out and other responsible bodies change nothing. Merged is told both ways: several
    items became one, or one became several.
    """

    SAME = "same"
    REWORDED = "reworded"
    REDATED = "redated"
    MERGED = "merged"
    DROPPED = "dropped"
    ADDED = "added"


class Adoption(StrEnum):
    """What a level has decided about an item of the level above."""

    ACCEPTED = "accepted"
    ADAPTED = "adapted"
    NOT_APPLICABLE = "not_applicable"
    OWN = "own"


ADOPTIONS = {
    Adoption.ACCEPTED: "Принято без изменений",
    Adoption.ADAPTED: "Адаптировано",
    Adoption.NOT_APPLICABLE: "Не применимо",
    Adoption.OWN: "Добавлено своё",
}


@dataclass(frozen=True, slots=True)
class Line:
    """An item of either plan; `key` is unique in its plan, `bodies` are the responsible ones."""

    key: int
    number: str
    title: str
    term_text: str
    start: date | None
    end: date | None
    bodies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A proposed link of two items by their keys; likeness is from 0 to 1.

    `merged` says that one of the two has a nearer counterpart and the other is held by it, too.
    """

    above: int
    ours: int
    likeness: float
    merged: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of text that stayed, went or came."""

    kind: Literal["same", "del", "ins"]
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """Items of both plans that belong together, and what differs between them.

    `nearest` is the pair that wording and term are compared for: the only one, or in a merged
    row the two most alike. Wording and term are empty where they are not different.
    """

    above: tuple[Line, ...]
    ours: tuple[Line, ...]
    kinds: frozenset[Kind]
    reason: str = ""
    wording: tuple[Change, ...] = ()
    term: tuple[Change, ...] = ()
    bodies_differ: bool = False
    nearest: tuple[Line, Line] | None = None

    @property
    def adoption(self) -> Adoption:
        """The level's decision that the row amounts to."""
        if Kind.DROPPED in self.kinds:
            return Adoption.NOT_APPLICABLE
        if Kind.ADDED in self.kinds:
            return Adoption.OWN
        return Adoption.ACCEPTED if self.is_same else Adoption.ADAPTED

    @property
    def is_same(self) -> bool:
        return self.kinds == {Kind.SAME}

    @property
    def lacks_reason(self) -> bool:
        """Whether an item was left out and nobody has said why."""
        return Kind.DROPPED in self.kinds and not self.reason


@dataclass(frozen=True, slots=True)
class Run:
    """Two or more rows in succession that changed nothing, to be told as one."""

    rows: tuple[Row, ...]

    @property
    def above_numbers(self) -> str:
        return spans(line.number for row in self.rows for line in row.above)

    @property
    def our_numbers(self) -> str:
        return spans(line.number for row in self.rows for line in row.ours)


# Likeness of items


def propose(above: Sequence[Line], ours: Sequence[Line]) -> list[Pair]:
    """Links between two plans by likeness of their titles, in the order of the plan above.

    First each item gets at most one counterpart, so that the plans as a whole are most alike;
    when hardly any does, ours was not adopted from that plan and only literal copies are linked.
    Then an item left over joins a pair whose other side holds nearly all of its words: what the
    level above orders twice may be done at once, and the other way round. Such a link is marked
    as merged; whether the item was taken in or dropped is for a person to say.
    """
    if not above or not ours:
        return []
    upper, lower = _by_key(above), _by_key(ours)
    texts = _Texts(upper, lower)
    cells = _best(texts, upper, lower)
    taken: list[Cell] = []
    if len(cells) < ADOPTED_PART * min(len(above), len(ours)):
        cells = [cell for cell in cells if texts.likeness[cell] >= NEARLY_LITERAL]
    else:
        taken = _taken_in(texts, cells)
    pairs = [
        Pair(upper[row].key, lower[column].key, float(texts.likeness[row, column]), merged)
        for found, merged in ((cells, False), (taken, True))
        for row, column in found
    ]
    place = {line.key: here for here, line in enumerate(above)}
    return sorted(pairs, key=lambda pair: (place[pair.above], pair.merged, pair.ours))


def _by_key(lines: Sequence[Line]) -> list[Line]:
    """Lines in an order that does not depend on the plan's: equal choices then end alike."""
    return sorted(lines, key=lambda line: line.key)


class _Texts:
    """Titles of two plans as weighted stems; a word counts the more, the fewer items have it.

    Tables have a row for each item of the plan above and a column for each of ours: `likeness`
    is the cosine, `above_held` and `ours_held` are the parts of an item that the other one holds.
    """

    def __init__(self, above: Sequence[Line], ours: Sequence[Line]) -> None:
        titles = [line.title for line in chain(above, ours)]
        known = _abbreviations(titles)
        self.words = [tuple(_words(title, known)) for title in titles]
        self.above = len(above)
        weights = _weights(self.words)
        self.likeness = self._likeness(weights)
        self.above_held, self.ours_held = self._held(weights)

    def same_words(self, row: int, column: int) -> bool:
        return self.words[row] == self.words[self.above + column]

    def _likeness(self, weights: Table) -> Table:
        lengths = np.linalg.norm(weights, axis=1, keepdims=True)
        even = weights / np.where(lengths > 0, lengths, 1)
        return np.round(even[: self.above] @ even[self.above :].T, 4)

    def _held(self, weights: Table) -> tuple[Table, Table]:
        upper, lower = weights[: self.above], weights[self.above :]
        shared = upper @ (lower > 0).T
        sizes = np.count_nonzero(weights, axis=1)
        whole = np.where(sizes < LEAST_WORDS, np.inf, weights.sum(axis=1))
        return shared / whole[: self.above, None], shared / whole[None, self.above :]


def _weights(titles: Sequence[Iterable[str]]) -> Table:
    """A row for each title, a column for each stem; zero where the title has it not."""
    stems = [{_stem(word) for word in words if not TIE.fullmatch(word)} for words in titles]
    found = Counter(chain.from_iterable(stems))
    columns = sorted(found)
    has = np.array([[stem in title for stem in columns] for title in stems], dtype=float)
    rarity = [math.log(1 + len(titles) / found[stem]) for stem in columns]
    weights: Table = has.reshape(len(titles), len(columns)) * np.array(rarity)
    return weights


def _abbreviations(titles: Iterable[str]) -> list[str]:
    """Abbreviations in capitals («ВСОКО»), the longest first."""
    words = {word for title in titles for word in WORD.findall(title)}
    found = {
        letters.folded(word)
        for word in words
        if word.isupper() and word.isalpha() and len(word) >= SHORTEST_ABBREVIATION
    }
    return sorted(found, key=lambda short: (-len(short), short))


def _words(title: str, abbreviations: Sequence[str]) -> list[str]:
    """Folded words of a title; words that spell out an abbreviation are written as it is."""
    words = WORD.findall(letters.folded(title))
    short: list[str] = []
    here = 0
    while here < len(words):
        for abbreviation in abbreviations:
            end = _spelt_out(words, here, abbreviation)
            if end:
                short.append(abbreviation)
                here = end
                break
        else:
            short.append(words[here])
            here += 1
    return short


def _spelt_out(words: Sequence[str], start: int, abbreviation: str) -> int:
    """Where the words that begin with the abbreviation's letters end; 0 when they do not."""
    here = start
    for letter in abbreviation:
        while start < here < len(words) and TIE.fullmatch(words[here]) and words[here][0] != letter:
            here += 1
        if here == len(words) or words[here][0] != letter:
            return 0
        here += 1
    return here


def _stem(word: str) -> str:
    stem = ENDING.sub("", word)
    return stem if len(stem) >= SHORTEST_STEM else word


def _best(texts: _Texts, above: Sequence[Line], ours: Sequence[Line]) -> list[Cell]:
    """At most one counterpart for each item, all of them as alike as they can be."""
    enough = texts.likeness >= LEAST_LIKENESS
    gain = np.where(enough, texts.likeness, 0)
    for row, column in np.argwhere(enough).tolist():
        gain[row, column] += _beside(above[row], ours[column])
    rows, columns = linear_sum_assignment(gain, maximize=True)
    chosen = zip(rows.tolist(), columns.tolist(), strict=True)
    return [cell for cell in chosen if enough[cell]]


def _beside(one: Line, two: Line) -> float:
    """What number and term say for a pair that its titles allow."""
    return SAME_TERM * (not _redated(one, two)) + SAME_NUMBER * (one.number == two.number)


def _taken_in(texts: _Texts, cells: Sequence[Cell]) -> list[Cell]:
    """Items without a counterpart beside the paired ones that hold them, either way."""
    rows, columns = {row for row, _ in cells}, {column for _, column in cells}
    upper = _holders(texts.above_held, rows, columns)
    lower = _holders(texts.ours_held.T, columns, rows)
    return [*upper, *((row, column) for column, row in lower)]


def _holders(held: Table, paired: set[int], holders: set[int]) -> Iterator[Cell]:
    """For each row that is not paired the column that holds most of it, if one holds enough."""
    if not holders:
        return
    columns = sorted(holders)
    for row in sorted(set(range(len(held))) - paired):
        column = columns[int(np.argmax(held[row, columns]))]
        if held[row, column] >= LEAST_HELD:
            yield row, column


# Difference of two linked plans


def difference(
    above: Sequence[Line],
    ours: Sequence[Line],
    links: Collection[tuple[int, int]],
    reasons: Mapping[int, str],
) -> list[Row]:
    """Rows in the order of the plan above, then what was added below.

    Items joined by links, through one another too, are one row. Reasons are those of the items
    above and of the added ones, by key; an added item whose key an upper one has gets none.
    """
    row_of = {line.key: row for row, line in enumerate(above)}
    column_of = {line.key: column for column, line in enumerate(ours)}
    cells = {(row_of[one], column_of[two]) for one, two in links}
    linked = {column for _, column in cells}
    texts = _Texts(above, ours)
    own = {key: reason for key, reason in reasons.items() if key not in row_of}
    return [
        *(_row(texts, above, ours, group, reasons) for group in _groups(len(above), cells)),
        *(
            Row((), (line,), frozenset({Kind.ADDED}), own.get(line.key, ""))
            for column, line in enumerate(ours)
            if column not in linked
        ),
    ]


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows and columns that belong together, and the cells that join them."""

    rows: list[int]
    columns: list[int]
    cells: list[Cell]


def _groups(above: int, cells: Collection[Cell]) -> Iterator[_Group]:
    """Every row of the plan above once, with all that it is joined to."""
    seen: set[int] = set()
    for row in range(above):
        if row not in seen:
            rows = _joined(row, cells)
            within = sorted(cell for cell in cells if cell[0] in rows)
            yield _Group(sorted(rows), sorted({column for _, column in within}), within)
            seen |= rows


def _joined(row: int, cells: Collection[Cell]) -> set[int]:
    """The row and those that share a column with it, directly or through others."""
    rows, more = set[int](), {row}
    while more > rows:
        rows = more
        columns = {column for row, column in cells if row in rows}
        more = rows | {row for row, column in cells if column in columns}
    return rows


def _row(
    texts: _Texts,
    above: Sequence[Line],
    ours: Sequence[Line],
    group: _Group,
    reasons: Mapping[int, str],
) -> Row:
    upper, lower = [above[row] for row in group.rows], [ours[column] for column in group.columns]
    reason = "; ".join(dict.fromkeys(filter(None, (reasons.get(line.key) for line in upper))))
    if not lower:
        return Row(tuple(upper), (), frozenset({Kind.DROPPED}), reason)
    nearest = max(group.cells, key=lambda cell: texts.likeness[cell])
    one, two = above[nearest[0]], ours[nearest[1]]
    reworded = not texts.same_words(*nearest)
    moved = _moved(upper, lower, (one, two))
    return Row(
        tuple(upper),
        tuple(lower),
        _kinds(reworded=reworded, redated=moved is not None, merged=len(group.cells) > 1),
        reason,
        wording=words(one.title, two.title) if reworded else (),
        term=words(moved[0].term_text, moved[1].term_text) if moved else (),
        bodies_differ=_bodies(upper) != _bodies(lower),
        nearest=(one, two),
    )


def _kinds(*, reworded: bool, redated: bool, merged: bool) -> frozenset[Kind]:
    told = {Kind.REWORDED: reworded, Kind.REDATED: redated, Kind.MERGED: merged}
    return frozenset(kind for kind, holds in told.items() if holds) or frozenset({Kind.SAME})


def _moved(
    upper: Sequence[Line], lower: Sequence[Line], nearest: tuple[Line, Line]
) -> tuple[Line, Line] | None:
    """Two items whose terms differ: ours has a term that none of its upper items has."""
    one, two = nearest
    for ours in (two, *lower):
        if all(_redated(line, ours) for line in upper):
            return one, ours
    return None


def _redated(one: Line, two: Line) -> bool:
    """Whether terms differ: by their days when both have any, otherwise as printed."""
    days = (one.start, one.end), (two.start, two.end)
    if all(any(window) for window in days):
        return days[0] != days[1]
    return _printed(one.term_text) != _printed(two.term_text)


@lru_cache(maxsize=1024)
def _printed(term: str) -> tuple[str, ...]:
    """Words of a term, with years and dates in one shape."""
    return tuple(WORD.findall(shortened(letters.plain(letters.folded(term)))))


def _bodies(lines: Iterable[Line]) -> set[str]:
    return {letters.plain(letters.folded(body)) for line in lines for body in line.bodies}


# Words that went and came


def words(before: str, after: str) -> tuple[Change, ...]:
    """What to strike out and to put in so that one text becomes the other.

    The stretches that stayed or went, joined, are the text before; those that stayed or came are
    the text after. A stray word left standing between two changes is changed with them: a
    sentence is read more easily when it is replaced in one piece. Very long texts are replaced as
    a whole.
    """
    if before == after:
        return (Change("same", before),) if before else ()
    one, two = TOKEN.findall(before), TOKEN.findall(after)
    if len(one) + len(two) > MOST_TOKENS:
        return tuple(_Part(one, two, stayed=False).changes())
    matcher = SequenceMatcher(str.isspace, one, two, autojunk=False)
    parts = [
        _Part(one[a:b], two[c:d], stayed=code == "equal")
        for code, a, b, c, d in matcher.get_opcodes()
    ]
    return tuple(chain.from_iterable(part.changes() for part in _without_islands(parts)))


@dataclass(frozen=True, slots=True)
class _Part:
    """Tokens of both texts that stand at one place."""

    before: list[str]
    after: list[str]
    stayed: bool

    def __add__(self, other: "_Part") -> "_Part":
        return _Part(self.before + other.before, self.after + other.after, stayed=False)

    def changes(self) -> Iterator[Change]:
        before, after = "".join(self.before), "".join(self.after)
        if self.stayed:
            yield Change("same", before)
            return
        if before:
            yield Change("del", before)
        if after:
            yield Change("ins", after)

    @property
    def size(self) -> int:
        """Words in the longer of the two texts, ties not counted."""
        return max(_count(self.before), _count(self.after))


def _count(tokens: Iterable[str]) -> int:
    return sum(1 for token in tokens if WORD.match(token) and not TIE.fullmatch(token.lower()))


def _without_islands(parts: Iterable[_Part]) -> list[_Part]:
    """Parts in which no stray word stays between two changes."""
    whole: list[_Part] = []
    for part in parts:
        whole.append(part)
        while len(whole) > 2 and _is_island(*whole[-3:]):
            whole[-3:] = [whole[-3] + whole[-2] + whole[-1]]
    return whole


def _is_island(left: _Part, island: _Part, right: _Part) -> bool:
    if left.stayed or right.stayed or not island.stayed:
        return False
    return island.size < 1 or island.size == 1 < min(left.size, right.size)


# Rows told briefly


def folded(rows: Iterable[Row]) -> list[Row | Run]:
    """Rows in their order, with two or more unchanged ones in succession as one run."""
    told: list[Row | Run] = []
    for same, group in groupby(rows, key=lambda row: row.is_same):
        members = tuple(group)
        told += [Run(members)] if same and len(members) > 1 else members
    return told


def spans(numbers: Iterable[str]) -> str:
    """Numbers with those in succession drawn together: «5–7, 9», «2.9–2.11»."""
    runs: list[list[str]] = []
    for before, number in pairwise(["", *numbers]):
        if runs and _follows(before, number):
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(_span(run) for run in runs)


def _follows(before: str, number: str) -> bool:
    (upper, _, last), (same, _, following) = before.rpartition("."), number.rpartition(".")
    return (
        upper == same
        and last.isdecimal()
        and following.isdecimal()
        and int(following) == int(last) + 1
    )


def _span(run: Sequence[str]) -> str:
    return run[0] if len(run) == 1 else f"{run[0]}\u2060–\u2060{run[-1]}"
