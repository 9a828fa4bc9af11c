"""Results of many schools and works in one CSV: `work,school,class,participant,…,t1,t2,…`."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BufferedReader, RawIOBase, TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from organizations.errors import FaultyTable, Refused
from organizations.exchange.faults import Fault, Note
from procedures.exchange import bulk_blocks
from procedures.exchange.bulk_row import MOST_CODE, Places, Pupil, Row, places_of
from procedures.exchange.bulk_spill import Spill
from procedures.exchange.results import MISSING, NO_MARK, Results, results_of
from procedures.exchange.works import WorkSpec

MOST_FAULTS = 1000  # told one by one; of the rest only their number
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, eq=False, slots=True)
class SchoolResults:
    """One school's results in one work: what a protocol holds. Read from the disk when asked."""

    work: WorkSpec
    school: str
    number: int  # of the group in the spill
    spill: Spill

    @property
    def count(self) -> int:
        """Rows of the file, those that repeat a pupil too."""
        return self.spill.count(self.number)

    @property
    def results(self) -> Results:
        """The first row of each pupil, in the order of the file."""
        rows = self.spill.rows(self.number)
        return _results(self.work, rows[first_rows(rows["participant"]) == np.arange(len(rows))])


@dataclass
class Bulk:
    """A whole file: rows = sound + faulty; the sound ones by work and school."""

    protocols: list[SchoolResults] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    rows: int = 0
    faulty: int = 0

    def sound(self) -> list[SchoolResults]:
        """The results, once the whole file is sound. Raises FaultyTable otherwise."""
        if self.faults:
            raise FaultyTable(self.faults)
        return self.protocols


def read_bulk_file(path: Path, works: Iterable[WorkSpec]) -> Bulk:
    """The results in a file in UTF-8. Raises Refused when it is not such a table."""
    with path.open("rb") as stream:
        return read_bulk_stream(stream, works)


def read_bulk_stream(stream: BinaryIO, works: Iterable[WorkSpec]) -> Bulk:
    """The results in a stream of UTF-8, block by block, in whatever order the rows come.

    Takes some 3 µs a row of 15 tasks and a few MB, however many rows there are. From the first
    block with quotes on, the rest is read row by row. Raises Refused as `read_bulk`.
    """
    read = bulk_blocks.blocks(stream)
    first = next(read, b"").removeprefix(BYTE_ORDER_MARK)
    if not bulk_blocks.is_plain(first):
        return read_bulk(_text(chain([first], read)), works)
    try:
        head, _, body = first.partition(b"\n")
        header = next(csv.reader([head.decode()]), [])
        reading = _Reading(places_of(header), works)
        rest = chain([body], read)
        for block in rest:
            if not bulk_blocks.is_plain(block):
                reading.read(csv.reader(_text(chain([block], rest))))
                break
            reading.read_block(block)
        return reading.done()
    except UnicodeDecodeError:
        raise _not_utf8() from None
    except csv.Error as error:
        raise Refused(f"Таблица не читается как CSV: {error}.") from None


def read_bulk(lines: Iterable[str], works: Iterable[WorkSpec]) -> Bulk:
    """The results in lines of CSV, row by row: eight times slower than the reading by blocks.

    Raises Refused when it is not such a table.
    """
    rows = csv.reader(lines)
    try:
        reading = _Reading(places_of(next(rows, [])), works)
        reading.read(rows)
        return reading.done()
    except UnicodeDecodeError:
        raise _not_utf8() from None
    except csv.Error as error:
        raise Refused(f"Строка {rows.line_num} не читается как CSV: {error}.") from None


def _not_utf8() -> Refused:
    return Refused("Файл не в UTF-8. Сохраните его как «CSV UTF-8».")


class _Joined(RawIOBase):
    """Blocks of bytes as one file."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self.blocks = blocks
        self.left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.left = self.left or next(self.blocks, b"")
        given = self.left[: len(buffer)]
        self.left = self.left[len(given) :]
        buffer[: len(given)] = given
        return len(given)


def _text(blocks: Iterator[bytes]) -> TextIOWrapper:
    return TextIOWrapper(BufferedReader(_Joined(blocks)), encoding="utf-8", newline="")


def first_rows(participants: NDArray[Any]) -> NDArray[np.int64]:
    """For each row the number of the first one of the same pupil."""
    if (participants[1:] > participants[:-1]).all():
        return np.arange(len(participants))
    _, first, back = np.unique(participants, return_index=True, return_inverse=True)
    return first[back]


def _results(work: WorkSpec, rows: NDArray[Any]) -> Results:
    results = results_of(
        work,
        class_number=rows["class_number"],
        participant=rows["participant"],
        variant=rows["variant"],
        journal_mark=rows["journal_mark"],
        points=rows["points"][:, : len(work.tasks)],
    )
    given = rows["mark"]
    if not given.any():
        return results
    return replace(results, mark=np.where(given == NO_MARK, results.mark, given).astype(np.int16))


class _Reading:
    """The state of one reading."""

    def __init__(self, places: Places, works: Iterable[WorkSpec]) -> None:
        self.places = places
        self.works: Mapping[str, WorkSpec] = {work.code: work for work in works}
        self.schools: list[SchoolResults] = []
        self.numbers: dict[bytes, int] = {}  # of the groups, by «work,school»
        self.limits = np.empty((0, len(places.tasks)), dtype=np.int8)
        self.spill = Spill(len(places.tasks))
        self.bulk = Bulk()
        self.line = 1  # lines read so far, the header among them
        self.off_scale = 0
        self.untold = 0

    # thousands of lines at once

    def read_block(self, block: bytes) -> None:
        """Read a block without quotes; all that is not plainly sound goes row by row."""
        if not block:
            return
        if not block.isascii():
            block.decode()
        cells = bulk_blocks.cells_of(block, len(self.places.names))
        groups = self._groups(cells)
        sound = bulk_blocks.read_block(cells, self.places, groups, self.limits, self.spill.kind)
        sound.rows["line"] = self.line + 1 + sound.lines
        self.bulk.rows += len(sound.rows)
        others = []
        for number in sound.others.tolist():
            others += self._read_line(self.line + 1 + number, cells.line(number))
        self.line += len(cells.line_ends)
        rows = sound.rows
        if others:
            rows = np.concatenate([rows, self._laid(others)])
            rows = rows[np.argsort(rows["line"], kind="stable")]
        self.spill.add(rows)

    def _groups(self, cells: bulk_blocks.Cells) -> NDArray[np.int32]:
        """The number of each line's group; groups met for the first time are begun."""
        work, school = (self.places.names.index(name) for name in ("work", "school"))
        pairs = zip(cells.texts(work), cells.texts(school), strict=True)
        keys = [b"%b,%b" % pair for pair in pairs]
        for key in dict.fromkeys(keys):
            if key in self.numbers:
                continue
            code, _, school_code = key.decode().partition(",")
            if self._is_sound(code, school_code):
                self._begin(self.works[code], school_code)
        known = self.numbers
        return np.array([known.get(key, -1) for key in keys], dtype=np.int32)

    def _is_sound(self, code: str, school: str) -> bool:
        work = self.works.get(code)
        fits = work is not None and len(work.tasks) <= len(self.places.tasks)
        return fits and _is_code(school) and school == school.strip()

    def _read_line(self, line: int, text: str) -> list[tuple[int, int, Pupil]]:
        cells = next(csv.reader([text]), [])
        found = self._read_cells(line, cells) if any(cells) else None
        return [found] if found else []

    # row by row

    def read(self, rows: Iterable[Sequence[str]]) -> None:
        """Read the rows that follow; a block of them at a time is laid aside."""
        found = []
        for cells in rows:
            self.line += 1
            if any(cells) and (row := self._read_cells(self.line, cells)):
                found.append(row)
            if len(found) >= 10_000:
                self.spill.add(self._laid(found))
                found = []
        self.spill.add(self._laid(found))

    def _read_cells(self, line: int, cells: Sequence[str]) -> tuple[int, int, Pupil] | None:
        """The line, its group and its pupil; None once its faults are told."""
        self.bulk.rows += 1
        texts = [text.strip() for text in cells]
        row = Row(line, {})
        found = None
        if len(texts) == len(self.places.names):
            row.cells = dict(zip(self.places.names, texts, strict=True))
            if (group := self._group(row)) is not None:
                tasks = [texts[place] for place in self.places.tasks]
                found = line, group, row.pupil(self.schools[group].work.max_points, tasks)
        else:
            wanted = len(self.places.names)
            row.blame("", f"{wanted} клеток", f"клеток {len(texts)}, а нужно {wanted}.")
        if row.faults:
            self._tell(row.faults)
            return None
        return found

    def _group(self, row: Row) -> int | None:
        """The number of the row's group; None once what is wrong with it is blamed."""
        code, school = row.cells["work"], row.cells["school"]
        known = self.numbers.get(f"{code},{school}".encode())
        if known is not None:
            return known
        work = self.works.get(code)
        if work is None:
            row.blame("work", "код известной работы")
        elif len(self.places.tasks) < len(work.tasks):
            row.blame("work", f"столбцы до t{len(work.tasks)}: столько в этой работе заданий")
        if not _is_code(school):
            row.blame("school", f"код школы без пробелов, до {MOST_CODE} знаков")
        return None if work is None or row.faults else self._begin(work, school)

    def _begin(self, work: WorkSpec, school: str) -> int:
        number = len(self.schools)
        self.numbers[f"{work.code},{school}".encode()] = number
        self.schools.append(SchoolResults(work, school, number, self.spill))
        if number >= len(self.limits):  # twice as many rows each time
            room = np.full((max(64, number), len(self.places.tasks)), MISSING, dtype=np.int8)
            self.limits = np.concatenate([self.limits, room])
        self.limits[number, : len(work.tasks)] = work.max_points
        return number

    def _laid(self, found: Sequence[tuple[int, int, Pupil]]) -> NDArray[Any]:
        """Rows as the spill keeps them."""
        rows = np.empty(len(found), dtype=self.spill.kind)
        blank = [MISSING] * len(self.places.tasks)
        for index, (line, group, pupil) in enumerate(found):
            points = tuple((pupil.points + blank)[: len(blank)])
            rows[index] = (
                group, line, pupil.participant, pupil.class_number, pupil.variant,
                pupil.journal_mark, pupil.mark, points,
            )  # fmt: skip
        return rows

    # the whole

    def done(self) -> Bulk:
        """The bulk, once repeated pupils are told and the notes summed up."""
        first_lines = {
            school.number: self._check(school) for school in self.schools if school.count
        }
        in_order = sorted(first_lines, key=first_lines.__getitem__)
        self.bulk.protocols = [self.schools[number] for number in in_order]
        self._sum_up()
        return self.bulk

    def _check(self, school: SchoolResults) -> int:
        """Blame the rows that repeat a pupil, count the marks off the scale; the first line."""
        rows = self.spill.rows(school.number)
        first = first_rows(rows["participant"])
        kept = first == np.arange(len(rows))
        for index in np.flatnonzero(~kept).tolist():
            code = int(rows["participant"][index])
            row = Row(int(rows["line"][index]), {"participant": str(code)})
            earlier = int(rows["line"][first[index]])
            message = f"у этой школы и работы «{code}» уже есть в строке {earlier}."
            row.blame("participant", "код без повторов", message)
            self._tell(row.faults)
        given = rows["mark"] != NO_MARK
        if given.any():
            named = rows[kept & given]
            by_scale = _results(school.work, _unmarked(named)).mark
            self.off_scale += int((named["mark"] != by_scale).sum())
        return int(rows["line"][0])

    def _tell(self, faults: Sequence[Fault]) -> None:
        """Take the faults of one row."""
        self.bulk.faulty += 1
        room = MOST_FAULTS - len(self.bulk.faults)
        self.bulk.faults += faults[:room]
        self.untold += len(faults[room:])

    def _sum_up(self) -> None:
        self.bulk.faults.sort(key=lambda fault: fault.row or 0)
        if self.untold:
            message = f"И ещё {self.untold} ошибок: исправьте эти, остальные будут названы потом."
            self.bulk.faults.append(Fault("", None, "", "", "", message))
        if self.off_scale:
            message = f"Отметка не по шкале работы в {self.off_scale} строках: взята из файла."
            self.bulk.notes.append(Note("", None, "mark", message))


def _is_code(school: str) -> bool:
    return bool(school) and len(school) <= MOST_CODE and len(school.split()) == 1


def _unmarked(rows: NDArray[Any]) -> NDArray[Any]:
    bare = rows.copy()
    bare["mark"] = NO_MARK
    return bare
