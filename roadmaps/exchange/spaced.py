"""A table whose columns are kept apart by blanks, as `pdftotext -layout` gives it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from roadmaps.exchange.drafts import Column
from roadmaps.exchange.layer import HEADING_WORDS
from roadmaps.exchange.order import ANNEX
from roadmaps.exchange.people import is_signature
from roadmaps.exchange.tables import Columns, columns_of
from roadmaps.letters import plain

Row = tuple[str, ...]

SEGMENT = re.compile(r"\S+(?: \S+)*")
WORD = re.compile(r"\S+")
MARK = re.compile(r"\s*((?!20\d\d\b)\d{1,4}(?:\.\d{1,3})*[.)]?)(?=\s|$)")
OF_NUMBER = re.compile(r"(?:(?:№|N)(?:\s*п\s*/\s*п\.?)?|п\s*/\s*п?\.?|п)(?=\s|$)")
PART_MARK = re.compile(r"\s*(?:(?:раздел|блок|этап)\s+)?[IVX]+\.?\s", re.IGNORECASE)
HEADING_WORD = re.compile(HEADING_WORDS, re.IGNORECASE)
SEVERAL = re.compile(rf"(?:{HEADING_WORDS})(?:\s+(?:{HEADING_WORDS}))+", re.IGNORECASE)
HEADING_SIGN = re.compile(rf"{HEADING_WORDS}|[/(№)]", re.IGNORECASE)
HYPHEN = re.compile(r"\w[-–]$")
TALLEST_HEADING = 6  # lines
DRIFT = 8  # signs by which a column may stand elsewhere on the next page
SLACK = 2  # signs by which the lines of one column may stand apart
MOST_LINES = 20_000
LEAST_COLUMNS = 3
MOST_COLUMNS = 20
LEAST_LINES = 2  # on which a column of a page without a heading must begin
LEAST_SHARE = 0.5  # of the numbered rows must have words in three columns


@dataclass(frozen=True, slots=True)
class _Span:
    """Signs `start` to `end` of a line, and what they say."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _Heading:
    """A heading over `height` lines: its cells, and where the columns begin."""

    cells: tuple[_Span, ...]
    columns: Columns
    height: int

    @property
    def row(self) -> Row:
        return tuple(plain(cell.text) for cell in self.cells)


@dataclass(slots=True)
class _Lines:
    """Lines of a table's part on one page, with the places where its columns begin."""

    heading: _Heading
    lines: list[str] = field(default_factory=list)
    borders: tuple[int, ...] = ()  # of the page before, if this one has no heading of its own


def blocks_by_blanks(text: str) -> list[str | Row] | None:
    """The text with its tables as rows; None if no table's columns can be told by blanks."""
    lines = [line.expandtabs().rstrip() for line in text.replace("\f", "\n\f").split("\n")]
    if len(lines) > MOST_LINES:
        return None
    blocks: list[str | Row] = []
    part: _Lines | None = None
    skip = 0
    for here, line in enumerate(lines):
        if skip:
            skip -= 1
            continue
        if heading := _heading_at(lines, here, part.heading.row if part else ()):
            blocks += _rows(part)
            part, skip = _Lines(heading), heading.height - 1
        elif part and _begins_anew(line):
            blocks += _rows(part)
            part = _Lines(part.heading, [line.lstrip("\f")], part.borders or _borders(part))
        elif part and _ends(line, part.lines):
            blocks += [*_rows(part), line.strip()]
            part = None
        elif part:
            part.lines.append(line.lstrip("\f"))
        else:
            blocks.append(line.strip())
    blocks += _rows(part)
    return blocks if _are_rows(blocks) else None


def _begins_anew(line: str) -> bool:
    """Whether columns may stand elsewhere from here: a page, or the row «1 2 3 4»."""
    counted = [str(n) for n in range(1, len(line.split()) + 1)]
    return (line.startswith("\f") and bool(line.strip())) or (
        len(counted) >= LEAST_COLUMNS and line.split() == counted
    )


def _are_rows(blocks: Iterable[str | Row]) -> bool:
    """Whether the numbered rows are rows indeed: cells in three columns or more."""
    rows = [block for block in blocks if isinstance(block, tuple) and MARK.fullmatch(block[0])]
    full = [row for row in rows if len([cell for cell in row if cell]) >= LEAST_COLUMNS]
    return bool(rows) and len(full) >= LEAST_SHARE * len(rows)


def _ends(line: str, before: Sequence[str]) -> bool:
    """Whether the table ends above this line: with the next annex or with who signed it."""
    gap = not before or not before[-1].strip()
    text = plain(line)
    return bool(ANNEX.match(text)) or (gap and is_signature(text) and not MARK.match(text))


def _segments(line: str) -> list[_Span]:
    return [_Span(one.start(), one.end(), one[0]) for one in SEGMENT.finditer(line)]


def _headings(line: str) -> list[_Span]:
    """Headings of columns, those with only one blank between them told apart by their words."""
    return [heading for segment in _segments(line) for heading in _headings_in(segment)]


def _headings_in(segment: _Span) -> Iterator[_Span]:
    text, start = segment.text, segment.start
    mark = OF_NUMBER.match(text)
    if mark and mark.end() < len(text):
        yield _Span(start, start + mark.end(), mark[0])
        text, start = text[mark.end() + 1 :], start + mark.end() + 1
    told = list(HEADING_WORD.finditer(text)) if SEVERAL.fullmatch(text) else []
    for word in told:
        yield _Span(start + word.start(), start + word.end(), word[0])
    if not told:
        yield _Span(start, segment.end, text)


def _heading_at(lines: Sequence[str], here: int, known: Row) -> _Heading | None:
    """The heading that begins on this line, as tall as it can be, or as the known one is."""
    apart = len(_segments(lines[here].lstrip("\f")))
    cells = _headings(lines[here].lstrip("\f")) if apart <= MOST_COLUMNS else []
    if (
        not cells
        or apart < max(2, min(LEAST_COLUMNS, len(cells) - 1))
        or MARK.match(lines[here].lstrip("\f"))
    ):
        return None
    found: _Heading | None = None
    for height in range(1, TALLEST_HEADING + 1):
        columns = columns_of([cell.text for cell in cells]) if len(cells) >= LEAST_COLUMNS else None
        if columns:
            found = _Heading(tuple(cells), columns, height)
            if _squeezed(found.row) == _squeezed(known):
                return found
        below = lines[here + height] if here + height < len(lines) else ""
        if not _goes_on(below, cells):
            break
        cells = _merged([*cells, *_headings(below)])
    return found


def _squeezed(row: Row) -> str:
    return "".join("".join(row).split())


def _goes_on(line: str, cells: Sequence[_Span]) -> bool:
    """Whether a line under a heading is a part of it: it only has words under its cells."""
    if not line.strip() or MARK.match(line) or PART_MARK.match(line):
        return False
    said = _headings(line) if len(_segments(line)) <= MOST_COLUMNS else []
    if not said or not all(
        part.text[:1].islower() or HEADING_SIGN.search(part.text) for part in said
    ):
        return False
    return all(len([cell for cell in cells if _overlap(cell, part)]) <= 1 for part in said)


def _overlap(one: _Span, other: _Span) -> bool:
    return one.start < other.end and other.start < one.end


def _merged(spans: Iterable[_Span]) -> list[_Span]:
    """Words that stand one under another are one cell."""
    cells: list[_Span] = []
    for span in spans:
        place = next((n for n, cell in enumerate(cells) if _overlap(cell, span)), None)
        if place is None:
            cells.append(span)
            continue
        cell = cells[place]
        joined = _joined([cell.text, span.text])
        cells[place] = _Span(min(cell.start, span.start), max(cell.end, span.end), joined)
    return sorted(cells, key=lambda cell: cell.start)


def _joined(parts: Iterable[str]) -> str:
    """Lines of a cell as one; a word cut at its hyphen is whole again."""
    text = ""
    for part in parts:
        text += part if not text or HYPHEN.search(text) else f" {part}"
    return text


def _rows(part: _Lines | None) -> Iterator[str | Row]:
    """The heading and the rows under it; a line over several columns is no row."""
    if part is None:
        return
    if not part.borders:
        yield part.heading.row
    borders = _borders(part)
    numbered = part.heading.columns[0] == Column.NUMBER
    cut = [_cut(line, borders, following, numbered) for line, following in _with_next(part.lines)]
    widths = [max((len(line[n]) for line in cut if isinstance(line, list)), default=0)
              for n in range(len(borders) + 1)]  # fmt: skip
    for group in _grouped(_anew(_renumbered(cut)) if numbered else cut):
        yield group if isinstance(group, str) else _row(group, part.heading.columns, widths)


def _renumbered(cut: Sequence[str | list[str]]) -> list[str | list[str]]:
    """The lines, where a number that went on in the next line («1.2.» and «1.») is one again."""
    lines = [line if isinstance(line, str) else list(line) for line in cut]
    here: list[str] | None = None
    for line in lines:
        if not isinstance(line, list) or not line[0]:
            continue
        if here and _is_tail(here[0], line[0]):
            here[0] += line[0]
            line[0] = ""
        else:
            here = line
    return lines


def _is_tail(number: str, tail: str) -> bool:
    parts = number.rstrip(".").split(".")
    whole = len(parts) > 1 and number.endswith(".") and tail.rstrip(".").isdecimal()
    return whole and int(tail.rstrip(".")) != int(parts[0]) + 1


def _is_border(place: int, starts: Counter[int], inside: Counter[int]) -> bool:
    """Whether words begin here on two lines at least, after blanks, and none crosses it."""
    return place > 1 and not inside[place] and starts[place] >= 2 * LEAST_LINES


def _with_next(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each line with the next one that says anything."""
    following = ""
    pairs = []
    for line in reversed(lines):
        pairs.append((line, following))
        following = line if line.strip() else following
    return reversed(pairs)


def _borders(part: _Lines) -> tuple[int, ...]:
    """Where the second and each further column begins."""
    starts: Counter[int] = Counter()
    inside: Counter[int] = Counter()
    for line in part.lines:
        for word in WORD.finditer(line):
            apart = line[max(word.start() - 2, 0) : word.start()].strip() == ""
            starts[word.start()] += 2 if apart and word.start() > 1 else 1
            inside.update(range(word.start() + 1, word.end()))
    rooms = [
        range(left.end + 1, right.start + SLACK + 1) for left, right in pairwise(part.heading.cells)
    ]
    if part.borders:
        plain_ones = [place for place in starts if _is_border(place, starts, inside)]
        if len(plain_ones) == len(part.borders):
            return tuple(sorted(plain_ones))
        rooms = [range(max(border - DRIFT, 1), border + DRIFT) for border in part.borders]
    return tuple(
        max(room, key=lambda place: (starts[place] - 3 * inside[place], place)) for room in rooms
    )


def _cut(line: str, borders: Sequence[int], following: str, numbered: bool) -> str | list[str]:
    """The pieces of a line by columns; the line itself if it stands over the columns."""
    mark = MARK.match(line)
    if mark and (not numbered or mark.start(1) >= borders[0]):
        mark = None
    segments = _segments(line)
    if len(segments) == 1 and _stands_over(segments[0], borders, mark, following):
        return segments[0].text
    pieces = [""] * (len(borders) + 1)
    if mark:
        pieces[0] = mark[1]
        line = " " * mark.end() + line[mark.end() :]
    for segment in _segments(line):
        for span in _divided(segment, borders):
            place = _place(span, borders) or (1 if mark else 0)
            pieces[place] = f"{pieces[place]} {span.text}".strip()
    return pieces


def _stands_over(
    segment: _Span, borders: Sequence[int], mark: re.Match[str] | None, following: str
) -> bool:
    """Whether a line without gaps crosses columns: a heading of a section, a note."""
    if segment.start >= borders[0]:
        return len([one for one in borders[1:] if segment.start < one < segment.end - SLACK]) > 1
    if mark:
        return mark.end() < segment.end and bool(MARK.match(following))
    return segment.end > borders[0] + SLACK and not MARK.match(segment.text)


def _divided(segment: _Span, borders: Sequence[int]) -> Iterator[_Span]:
    """A segment cut where columns begin inside it with only one blank between."""
    words = [
        _Span(segment.start + word.start(), segment.start + word.end(), word[0])
        for word in WORD.finditer(segment.text)
    ]
    first = 0
    for border in borders:
        near = [
            (abs(word.start - border), here)
            for here, word in enumerate(words)
            if here > first and abs(word.start - border) <= SLACK
        ]
        if near:
            yield _whole(words[first : min(near)[1]])
            first = min(near)[1]
    yield _whole(words[first:])


def _whole(words: Sequence[_Span]) -> _Span:
    return _Span(words[0].start, words[-1].end, " ".join(word.text for word in words))


def _place(span: _Span, borders: Sequence[int]) -> int:
    """The column a span begins in, or a sign or two before."""
    begun = [n for n, border in enumerate(borders, start=1) if span.start >= border - SLACK]
    return begun[-1] if begun else 0


def _grouped(cut: Sequence[str | list[str]]) -> Iterator[str | list[list[str]]]:
    """Lines put together into rows: a row begins with its number."""
    group: list[list[str]] = []
    for part in cut:
        if isinstance(part, str) or (MARK.match(part[0]) and group):
            if group:
                yield group
            group = []
        if isinstance(part, str):
            yield part
        elif any(part):
            group.append(part)
    if group:
        yield group


def _anew(cut: Sequence[str | list[str]]) -> list[str | list[str]]:
    """The lines with each number moved to where its row begins, if it stands in the middle."""
    lines = [line if isinstance(line, str) else list(line) for line in cut]
    runs = _runs(lines)
    if not any(_is_centred(lines, run) for run in runs):
        return lines
    for run in runs:
        _raise_numbers(lines, run)
    return lines


def _runs(lines: Sequence[str | list[str]]) -> list[range]:
    """Stretches of rows that nothing interrupts."""
    cuts = [-1, *(n for n, line in enumerate(lines) if isinstance(line, str)), len(lines)]
    return [range(left + 1, right) for left, right in pairwise(cuts) if right > left + 1]


def _is_centred(lines: Sequence[str | list[str]], run: range) -> bool:
    """Whether a row of the run begins above its number: the first one does, with a capital."""
    filled = [n for n in run if any(lines[n])]
    if not filled or lines[filled[0]][0] or not any(lines[n][0] for n in run):
        return False
    return any(cell[:1].isupper() for cell in lines[filled[0]])


def _raise_numbers(lines: list[str | list[str]], run: range) -> None:
    """A number in the middle of its row: as many lines stand under it as over it."""
    first = next((n for n in run if any(lines[n])), run.stop)
    for here in [n for n in run if lines[n][0]]:
        number, line = lines[here][0], lines[here]
        if here > first and isinstance(line, list):
            line[0] = ""
            _put_number(lines[first], number)
        last = min(2 * here - first, run.stop - 1)
        near = [n for n in (last + 1, last + 2, last) if here < n < run.stop]
        first = next((n for n in near if _opens(lines[n])), last + 1)
        while first < run.stop and not any(lines[first]):
            first += 1


def _put_number(line: str | list[str], number: str) -> None:
    if isinstance(line, list):
        line[0] = number


def _opens(line: str | list[str]) -> bool:
    """Whether a line may be the first of a row: a cell begins on it."""
    return isinstance(line, list) and any(cell[:1].isupper() for cell in line[:2])


def _row(lines: Sequence[Sequence[str]], columns: Columns, widths: Sequence[int]) -> Row:
    cells = []
    for place, column in enumerate(columns):
        parts = [line[place] for line in lines if line[place]]
        cells.append(_listed(parts, widths[place]) if column == Column.BODIES else _joined(parts))
    return tuple(cells)


def _listed(parts: Sequence[str], width: int) -> str:
    """Lines of a list: one that had room for the next word has ended there on purpose."""
    text = ""
    for before, part in pairwise(["", *parts]):
        ended = len(f"{before} {part.split()[0]}") <= width
        ended = ended and not part.startswith(("«", '"'))
        text = f"{text}\n{part}" if text and ended else _joined(filter(None, [text, part]))
    return text
