"""RESULTS.csv to files of rows, one for each work: memory does not grow with the rows.

Rows may come in any order; `settled` puts those of a work into an order of their own, so that
what is computed depends on the rows and not on their places in the file.
"""

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader, RawIOBase, TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from monitoring.exchange.offline.blocks import UNKNOWN, Lookups, plain_cells, read_block
from monitoring.exchange.offline.lines import Layout, Line, Pupil, class_name, layout_of
from monitoring.exchange.offline.schools import MOST_SIGNS, Register, is_code
from monitoring.exchange.offline.works import ListedWork
from organizations.errors import Refused
from organizations.exchange.cells import shown
from organizations.exchange.faults import Fault
from procedures.exchange.bulk_blocks import blocks
from procedures.exchange.results import MISSING

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
MOST_FAULTS = 20  # told one by one; of the rest only their number
LAID_AT_ONCE = 10_000  # rows read one by one that are laid aside together


def row_kind(tasks: int) -> np.dtype[Any]:
    """A row as it is laid aside: 27 bytes and one a task."""
    return np.dtype(
        [
            ("work", np.int16),
            ("school", np.int32),
            ("class_name", np.int32),
            ("participant", np.uint64),
            ("line", np.uint32),
            ("present", np.bool_),
            ("journal_mark", np.int8),
            ("mark", np.int8),
            ("points", np.int8, (tasks,)),
        ]
    )


class Faults:
    """The first faults of a table by line, and how many there are."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self.kept: list[Fault] = []
        self.count = 0
        self.add(faults)

    def add(self, faults: Iterable[Fault]) -> None:
        found = list(faults)
        self.count += len(found)
        self.kept = sorted([*self.kept, *found], key=lambda fault: fault.row or 0)[:MOST_FAULTS]

    def __bool__(self) -> bool:
        return self.count > 0

    def __str__(self) -> str:
        rest = self.count - len(self.kept)
        more = [f"И ещё ошибок: {rest}. Исправьте эти и запустите снова."] if rest else []
        return "\n".join(["Ничего не записано.", *map(str, self.kept), *more])


@dataclass(frozen=True, eq=False)
class Laid:
    """What was read: rows by work in files of `folder`, schools and classes by number."""

    folder: Path
    kind: np.dtype[Any]
    works: Sequence[ListedWork]
    schools: Sequence[str]
    classes: Sequence[str]
    counts: Counter[int]  # rows by the number of the work
    unread: Sequence[str]  # columns nobody knows
    faults: Faults

    def path(self, work: int) -> Path:
        return self.folder / f"{work}.rows"


def read_results(stream: BinaryIO, works: Sequence[ListedWork], folder: Path) -> Laid:
    """Lay the rows of a table aside in `folder`. Raises Refused when it is no such table.

    Faults of single cells and lines are told by `Laid.faults`, those of pupils who stand twice
    are found by `settled`.
    """
    read = blocks(stream)
    first = next(read, b"").removeprefix(BYTE_ORDER_MARK)
    head, _, body = first.partition(b"\n")
    try:
        layout = layout_of(next(csv.reader([head.decode()]), []))
        reading = _Reading(layout, works, folder)
        rest = chain([body], read)
        for block in rest:
            if not reading.read_block(block):
                reading.read_lines(csv.reader(_text(chain([block], rest))))
                break
    except UnicodeDecodeError:
        raise Refused("Таблица результатов не в UTF-8. Сохраните её как «CSV UTF-8».") from None
    except csv.Error as error:
        raise Refused(f"Таблица результатов не читается как CSV: {error}.") from None
    return reading.laid()


class _Joined(RawIOBase):
    """Blocks of bytes as one file."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self.parts = parts
        self.left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.left = self.left or next(self.parts, b"")
        given = self.left[: len(buffer)]
        self.left = self.left[len(given) :]
        buffer[: len(given)] = given
        return len(given)


def _text(parts: Iterator[bytes]) -> TextIOWrapper:
    return TextIOWrapper(BufferedReader(_Joined(parts)), encoding="utf-8", newline="")


class _Reading:
    """The state of one reading."""

    def __init__(self, layout: Layout, works: Sequence[ListedWork], folder: Path) -> None:
        self.layout, self.works, self.folder = layout, works, folder
        self.kind = row_kind(len(layout.tasks))
        self.work_numbers = {work.code.encode(): number for number, work in enumerate(works)}
        self.schools: dict[bytes, int] = {}
        self.classes: dict[bytes, int] = {}  # «4.0» and «4» are one
        self.class_names: dict[str, int] = {}
        self.found: list[tuple[Any, ...]] = []  # rows read one by one
        self.limits = self._limits()
        self.lookups = Lookups(self._work, self._school, self._class)
        self.counts: Counter[int] = Counter()
        self.faults = Faults()
        self.line = 1  # lines read so far, the header among them

    def _limits(self) -> NDArray[np.int8]:
        """The most points of each task (works, tasks), −2 where a work has no such task."""
        tasks = len(self.layout.tasks)
        limits = np.full((len(self.works), tasks), MISSING, dtype=np.int8)
        for number, listed in enumerate(self.works):
            most = listed.work.max_points[:tasks]
            limits[number, : len(most)] = most
        return limits

    # numbers of codes

    def _work(self, code: bytes) -> int:
        number = self.work_numbers.get(code, UNKNOWN)
        fits = number < 0 or len(self.works[number].tasks) <= len(self.layout.tasks)
        return number if fits else UNKNOWN

    def _school(self, code: bytes) -> int:
        number = self.schools.get(code)
        if number is None:
            if not is_code(code.decode()):
                return UNKNOWN
            number = self.schools[code] = len(self.schools)
        return number

    def _class(self, name: bytes) -> int:
        number = self.classes.get(name)
        if number is None:
            text = class_name(name.decode())
            if text != text.strip() or len(text) > MOST_SIGNS:
                return UNKNOWN
            number = self.class_names.setdefault(text, len(self.class_names))
            self.classes[name] = number
        return number

    # thousands of lines at once

    def read_block(self, block: bytes) -> bool:
        """Read a block; False for one that only a reader of CSV can part into lines."""
        if not block:
            return True
        if not block.isascii():
            block.decode()
        cells = plain_cells(block, len(self.layout.names))
        if cells is None:
            return False
        sound = read_block(cells, self.layout, self.lookups, self.limits, self.kind)
        sound.rows["line"] = self.line + 1 + sound.lines
        self._lay(sound.rows)
        for number in sound.others.tolist():
            line = self.line + 1 + number
            self._read_line(line, next(csv.reader([cells.line(number)]), []))
        self.line += len(cells.line_ends)
        return True

    # line by line

    def read_lines(self, lines: Iterable[Sequence[str]]) -> None:
        for cells in lines:
            self.line += 1
            self._read_line(self.line, cells)

    def _read_line(self, number: int, cells: Sequence[str]) -> None:
        texts = [text.strip() for text in cells]
        if not any(texts):
            return
        wanted = len(self.layout.names)
        line = Line(number, {}, [])
        if len(texts) != wanted:
            line.blame("", f"{wanted} клеток", f"клеток {len(texts)}, а нужно {wanted}.")
        else:
            line.cells = dict(zip(self.layout.names, texts, strict=True))
            line.tasks = [texts[place] for place in self.layout.tasks]
            self._read_pupil(line)
        self.faults.add(line.faults)

    def _read_pupil(self, line: Line) -> None:
        code = line.cell("work")
        work = self._work(code.encode())
        if work >= 0:
            pupil = line.pupil(self.works[work].work.max_points.tolist())
            if not line.faults:
                self.found.append(self._row(line.number, work, pupil))
                if len(self.found) >= LAID_AT_ONCE:
                    self._lay_found()
        elif (number := self.work_numbers.get(code.encode())) is not None:
            own = len(self.works[number].tasks)
            line.blame("work", f"столбцы до t{own}: столько заданий в работе «{shown(code)}»")
        else:
            line.blame("work", "код работы из списка работ")

    def _row(self, number: int, work: int, pupil: Pupil) -> tuple[Any, ...]:
        """The pupil's row by the fields of `row_kind`."""
        school = self._school(pupil.school.encode())
        class_number = self._class(pupil.class_name.encode())
        marks = pupil.journal_mark, pupil.mark
        key, points = pupil.participant, tuple(pupil.points)
        return work, school, class_number, key, number, pupil.present, *marks, points

    # laying aside

    def _lay_found(self) -> None:
        self._lay(np.array(self.found, dtype=self.kind))
        self.found = []

    def _lay(self, rows: NDArray[Any]) -> None:
        """Append the rows to the files of their works."""
        if not len(rows):
            return
        works = rows["work"]
        if (works[1:] < works[:-1]).any():
            rows = rows[np.argsort(works, kind="stable")]
            works = rows["work"]
        starts = np.flatnonzero(np.diff(works, prepend=-1))
        for part in np.split(rows, starts[1:]):
            number = int(part["work"][0])
            self.counts[number] += len(part)
            with (self.folder / f"{number}.rows").open("ab") as file:
                file.write(part.tobytes())

    def laid(self) -> Laid:
        self._lay_found()
        return Laid(
            self.folder,
            self.kind,
            self.works,
            [code.decode() for code in self.schools],
            list(self.class_names),
            self.counts,
            self.layout.unread,
            self.faults,
        )


@dataclass(frozen=True, eq=False)
class Settled:
    """The rows of a work in their own order, those of each region one after another."""

    listed: ListedWork
    path: Path
    kind: np.dtype[Any]
    ends: Sequence[int]  # of the regions' rows
    classes: Sequence[str]  # by number

    def start(self, region: int) -> int:
        return self.ends[region - 1] if region else 0

    def count(self, region: int) -> int:
        return self.ends[region] - self.start(region)

    def rows(self, region: int) -> NDArray[Any]:
        with self.path.open("rb") as file:
            file.seek(self.start(region) * self.kind.itemsize)
            return np.fromfile(file, dtype=self.kind, count=self.count(region))


def settled(laid: Laid, register: Register) -> list[Settled]:
    """The works that have rows, by code: schools numbered as in the register, classes by name.

    Pupils who stand twice in a school's work are told to `laid.faults`.
    """
    school_numbers = np.array([register.number[code] for code in laid.schools], dtype=np.int32)
    classes = sorted(laid.classes, key=_class_order)
    ranks = {name: rank for rank, name in enumerate(classes)}
    class_numbers = np.array([ranks[name] for name in laid.classes], dtype=np.int32)
    ends = [region.end for region in register.regions]
    works = []
    for number in sorted(laid.counts, key=lambda number: laid.works[number].code):
        rows = np.fromfile(laid.path(number), dtype=laid.kind)
        rows["school"] = school_numbers[rows["school"]]
        rows["class_name"] = class_numbers[rows["class_name"]]
        rows = rows[np.lexsort((rows["participant"], rows["class_name"], rows["school"]))]
        laid.faults.add(_repeated(rows))
        rows.tofile(laid.path(number))
        of_regions = np.searchsorted(rows["school"], ends).tolist()
        works.append(Settled(laid.works[number], laid.path(number), laid.kind, of_regions, classes))
    return works


def _class_order(name: str) -> tuple[int, str]:
    """Numbers in their own order, then words: 2, 10, 10А, А."""
    digits = re.match(r"[0-9]*", name)
    return (int(digits[0]) if digits and digits[0] else sys.maxsize, name)


def _repeated(rows: NDArray[Any]) -> Iterator[Fault]:
    """Faults of the rows whose pupil has an earlier row in the same school."""
    spread = rows["school"].astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    keys = rows["participant"] ^ spread
    order = np.sort(keys)
    if not (order[1:] == order[:-1]).any():
        return
    order = np.lexsort((rows["line"], rows["participant"], rows["school"]))
    pupils = rows[["school", "participant"]][order]
    same = np.append(False, pupils[1:] == pupils[:-1])
    lines = rows["line"][order]
    firsts = np.maximum.accumulate(np.where(same, 0, np.arange(len(rows))))
    for index in np.flatnonzero(same).tolist():
        earlier = lines[firsts[index]]
        message = f"код этого участника уже стоит у той же школы и работы в строке {earlier}."
        yield Fault(
            "", int(lines[index]), "participant", "", "код без повторов", message,
            "Оставьте одну из строк.",
        )  # fmt: skip
