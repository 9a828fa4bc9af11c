"""The engine of objectivity on files: results in, signals out, and no database between.

Rows are laid aside by work, examined work by work and region by region, and only findings are
kept: memory grows with the largest work of a region and with schools, not with rows.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import RawIOBase
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, cast

import numpy as np

from monitoring.exchange.offline.columns import columns_of
from monitoring.exchange.offline.named import Named, named_tasks
from monitoring.exchange.offline.reading import Laid, Settled, read_results, settled
from monitoring.exchange.offline.reasons import Looked
from monitoring.exchange.offline.schools import Place, Region, Register, read_places, register
from monitoring.exchange.offline.works import ListedWork, read_list
from monitoring.exchange.offline.writing import NAMES, Writer, put_whole
from monitoring.stats.arrays import IntArray
from monitoring.stats.engine import Examined, Rows, Schools, Work, assess, examine, linked
from monitoring.stats.responsibility import Notch, against_smooth
from monitoring.stats.settings import Settings
from organizations.errors import Refused

IN_PROCESS = 200_000  # rows; fewer are examined sooner than a second process starts
PROCESSES = 2
COUNTRY = "country"

Tell = Callable[[str], object]


@dataclass(frozen=True)
class Files:
    """What is analyzed."""

    results: Path
    works: Path
    schools: Path | None = None


@dataclass(frozen=True)
class Counted:
    """How much was analyzed, and how many schools have which status."""

    rows: int
    works: int
    schools: int
    statuses: dict[str, int]


def analyze(
    files: Files, out: Path, *, tell: Tell, progress: Tell, settings: Settings | None = None
) -> Counted:
    """Read the files, examine and assess them, write the four files into `out`, whole or not.

    `tell` gets what a person should know of the files, `progress` how far the work is.

    Raises Refused or FaultyTable, in words, and has written nothing then.
    """
    settings = settings or Settings()
    _keep_inputs(files, out)
    digests: dict[str, str] = {}
    works = read_list(_content("works", files.works, digests))
    places = read_places(_content("schools", files.schools, digests)) if files.schools else {}
    with TemporaryDirectory(prefix="analysis-") as folder:
        laid = _laid(files.results, works, Path(folder), digests)
        if laid.unread:
            tell(f"Столбцы не знакомы и не читаются: {', '.join(laid.unread)}.")
        progress(f"Прочитано строк: {laid.counts.total()}")
        schools, rows = _arranged(laid, places)
        with put_whole(out) as place, Writer(place, rows[0].classes, settings) as writer:
            _look(rows, schools, writer, settings, progress)
            writer.finish(digests)
    return Counted(laid.counts.total(), len(rows), len(schools.codes), dict(writer.tiers))


# reading


def _keep_inputs(files: Files, out: Path) -> None:
    """Raises Refused where the answer would lie over what is asked, or not in a folder."""
    if out.exists() and not out.is_dir():
        raise Refused(f"«{out}» — не папка. Назовите папку для ответа.")
    asked = {path.resolve() for path in (files.results, files.works, files.schools) if path}
    over = [name for name in NAMES if (out / name).resolve() in asked]
    if over:
        raise Refused(f"Ответ лёг бы поверх входного файла «{over[0]}». Назовите другую папку.")


def _content(name: str, path: Path, digests: dict[str, str]) -> bytes:
    try:
        content = path.read_bytes()
    except OSError:
        raise Refused(f"Файл «{path}» не читается. Проверьте путь.") from None
    digests[name] = hashlib.sha256(content).hexdigest()
    return content


class _Hashed(RawIOBase):
    """A stream whose digest is known at its end."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.digest = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        content = self.stream.read(size)
        self.digest.update(content)
        return content


def _laid(path: Path, works: Sequence[ListedWork], folder: Path, digests: dict[str, str]) -> Laid:
    try:
        with path.open("rb") as stream:
            hashed = _Hashed(stream)
            laid = read_results(cast(BinaryIO, hashed), works, folder)
    except OSError as error:
        raise Refused(f"Файл «{path}» не читается: {error.strerror}. Проверьте путь.") from None
    digests["results"] = hashed.digest.hexdigest()
    return laid


def _arranged(laid: Laid, places: dict[str, Place]) -> tuple[Register, list[Settled]]:
    """All schools, and the rows of each work in their order. Raises Refused with the faults."""
    schools = register(laid.schools, places)
    rows = settled(laid, schools)
    if laid.faults:
        raise Refused(str(laid.faults))
    if not rows:
        raise Refused("В таблице результатов нет ни одной строки с участником.")
    return schools, rows


# examining


@dataclass(frozen=True, eq=False)
class _Seen:
    """A work of a region without what only its rows needed; its pupils by score; its tasks."""

    examined: Examined
    by_score: IntArray
    named: Named


def _look(
    works: Sequence[Settled],
    schools: Register,
    writer: Writer,
    settings: Settings,
    progress: Tell,
) -> None:
    """Examine and assess region after region; the next one is examined meanwhile."""
    regions = schools.regions
    by_score: dict[str, IntArray] = {}

    def begin(at: int) -> list[Future[_Seen]]:
        region = regions[at]
        here = [work for work in works if work.count(at)]
        return [submit(_see, work, at, region.first, region.schools) for work in here]

    with _examiners(sum(work.ends[-1] for work in works)) as submit:
        under_way = begin(0)
        for at, region in enumerate(regions):
            following = begin(at + 1) if at + 1 < len(regions) else []
            seen = []
            for number, future in enumerate(under_way, start=1):
                seen.append(future.result())
                progress(f"Регион {at + 1} из {len(regions)}, работ: {number} из {len(under_way)}")
            _assess(seen, region, writer, settings, has_country=len(regions) == 1)
            for one in seen:
                code = one.examined.work.code
                by_score[code] = by_score.get(code, 0) + one.by_score
            under_way = following
    if len(regions) > 1:
        notches = [notch for work in works for notch in _of_country(work.listed.work, by_score)]
        writer.add_notches(notches, regions[0])


def _assess(
    seen: Sequence[_Seen],
    region: Region,
    writer: Writer,
    settings: Settings,
    *,
    has_country: bool,
) -> None:
    """Assess a region; what it says of the country holds only where it is all there is."""
    examined = linked([one.examined for one in seen])
    if not examined:
        writer.add_unseen(region)
        return
    assessment = assess(examined, region.schools, settings)
    named = [one.named for one in seen]
    writer.add(Looked(region, examined, assessment, columns_of(examined, assessment), named))
    for one in examined:
        notches = [notch for notch in one.notches if has_country or notch.level != COUNTRY]
        writer.add_notches(notches, region)


def _of_country(work: Work, by_score: Mapping[str, IntArray]) -> Iterator[Notch]:
    for border, share, z, placebo in against_smooth(by_score[work.code], work.borders or ()):
        yield Notch(work.code, border, COUNTRY, -1, share, z, placebo)


def _see(settled: Settled, at: int, first: int, schools: Schools) -> _Seen:
    """Examine a work of one region; runs in a process of its own."""
    work = settled.listed.work
    examined = examine(work, _rows(settled, at, first), schools)
    cells = examined.cells
    scores = cells.histogram.sum(axis=0) if cells else np.zeros(0, dtype=np.int64)
    named = named_tasks(examined, settled.listed.tasks)
    return _Seen(replace(examined, cells=None, reference=None), scores, named)


def _rows(settled: Settled, at: int, first: int) -> Rows:
    kept, work = settled.rows(at), settled.listed.work
    points = kept["points"][:, : len(work.max_points)].astype(np.int16)
    return Rows(
        school=kept["school"].astype(np.int64) - first,
        class_number=kept["class_name"].astype(np.int64),
        points=points,
        marks=_marks(work, kept["mark"].astype(np.int64), points, kept["present"]),
        journal_marks=kept["journal_mark"].astype(np.int64),
        present=np.ascontiguousarray(kept["present"]),
    )


def _marks(work: Work, given: IntArray, points: Any, present: Any) -> IntArray:
    """The marks as given; where none is, by the borders of the work."""
    if work.borders is None:
        return given
    scores = np.maximum(points, 0).sum(axis=1)
    by_borders = 2 + np.searchsorted(work.borders, scores, side="right")
    return np.where((given == 0) & present, by_borders, given)


@contextmanager
def _examiners(rows: int) -> Iterator[Callable[..., Future[_Seen]]]:
    """What takes work to a process: this one for few rows, others for many."""
    if rows < IN_PROCESS or (os.cpu_count() or 1) < PROCESSES:
        yield _here
        return
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        yield pool.submit


def _here(act: Callable[..., _Seen], *arguments: object) -> Future[_Seen]:
    done: Future[_Seen] = Future()
    done.set_result(act(*arguments))
    return done
