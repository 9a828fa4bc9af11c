"""The files a command is given: single ones, folders, zips; one after another."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from organizations.errors import Refused
from organizations.exchange.gate import TABLE_BYTES

SUFFIXES = (".xlsx", ".csv")
MOST_IN_ZIP = 25_000  # files: a region hands in about 20 000 forms a year
LOCK_FILE = "~$"  # how office programs begin the name of a file they have open


@dataclass(frozen=True)
class Source:
    """One file: where it stands, and how its bytes are read."""

    label: str
    name: str
    path: Path
    member: ZipInfo | None = None

    def read(self) -> bytes:
        """Its bytes. Raises Refused for a part of a zip that is damaged or too large."""
        if self.member is None:
            return self._own_bytes()
        if self.member.file_size > TABLE_BYTES:
            raise Refused(f"Файл больше {TABLE_BYTES // 2**20} МБ. Уберите из него лишние листы.")
        try:
            with _archive(self.path, self.path.stat().st_mtime_ns).open(self.member) as part:
                return part.read(TABLE_BYTES + 1)
        except (BadZipFile, NotImplementedError, RuntimeError, OSError):
            raise Refused("Файл в архиве повреждён или закрыт паролем. Сожмите заново.") from None

    def open(self) -> BinaryIO:
        """Its bytes as a stream that can be sought in. Raises as `read`."""
        return self.path.open("rb") if self.member is None else BytesIO(self.read())

    def _own_bytes(self) -> bytes:
        """At most one byte more than any table may have: the gate then says that it is too large.

        A workbook of several gigabytes is not brought into memory for that.
        """
        with self.path.open("rb") as file:
            return file.read(TABLE_BYTES + 1)


@lru_cache(maxsize=1)
def _archive(path: Path, _changed: int) -> ZipFile:
    """The zip, opened once for all its members: its list may name thousands."""
    return ZipFile(path)


def sources(paths: Iterable[Path]) -> Iterator[Source]:
    """Every table among the paths, folders and zips searched through, by name.

    Raises Refused for a path that is not there or a zip that cannot be read.
    """
    for path in paths:
        if path.is_dir():
            yield from sources(
                found
                for found in sorted(path.rglob("*"))
                if found.is_file() and found.suffix.lower() in (*SUFFIXES, ".zip")
                if not found.name.startswith(LOCK_FILE)
            )
        elif not path.is_file():
            raise Refused(f"Файла «{path}» нет. Проверьте путь.")
        elif path.suffix.lower() == ".zip":
            yield from _in_zip(path)
        else:
            yield Source(str(path), path.name, path)


def _in_zip(path: Path) -> Iterator[Source]:
    try:
        with ZipFile(path) as archive:
            members = archive.infolist()
    except (BadZipFile, OSError):
        raise Refused(f"Архив «{path}» не читается. Сожмите файлы заново.") from None
    tables = [member for member in members if _is_table(member)]
    if len(tables) > MOST_IN_ZIP:
        raise Refused(f"В архиве «{path}» больше {MOST_IN_ZIP} файлов. Разделите его.")
    for member in sorted(tables, key=lambda member: member.filename):
        yield Source(f"{path}/{member.filename}", PurePosixPath(member.filename).name, path, member)


def _is_table(member: ZipInfo) -> bool:
    name = PurePosixPath(member.filename)
    hidden = name.name.startswith(LOCK_FILE) or "__MACOSX" in name.parts
    return not member.is_dir() and not hidden and name.suffix.lower() in SUFFIXES
