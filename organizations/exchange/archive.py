"""Zip and XML tricks in an office file: found before any parser meets them."""

import re
import stat
import struct
import zlib
from io import BytesIO
from itertools import pairwise
from pathlib import PurePosixPath
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np

from organizations.errors import Refused

# Design limits of the portal: a filled collection form has about 12 parts and unpacks to 2 MB,
# a regional export to 30 MB. Deflate reaches 1000 on zeros, sheets of real forms stay under 40.
MOST_MEMBERS = 200
MOST_UNPACKED = 60 * 2**20
MOST_RATIO = 200
RATIO_FROM = 2**20
MOST_DEPTH = 64  # of XML elements inside one another

# Parts that act by themselves or bring other content along, by their names in the archive.
ACTIVE_PARTS = (
    (re.compile(r"vbaproject|vbadata|macrosheets/|dialogsheets/|customui/", re.I), "макросы"),
    (re.compile(r"^(xl|word)/(activex|ctrlprops)/", re.I), "элементы управления"),
    (re.compile(r"^(xl|word)/embeddings/|oleobject|afchunk", re.I), "вложенные объекты"),
    (re.compile(r"^xl/(externallinks/|connections\.xml|querytables/)", re.I), "внешние ссылки"),
    (re.compile(r"\.(zip|rar|7z|gz|exe|dll|js|vbs|bat|cmd|ps1|jar|scr)$", re.I), "вложенные файлы"),
)

LOCAL_HEADER = 30  # bytes before a member's name (APPNOTE.TXT 4.3.7)


def members(content: bytes) -> list[ZipInfo]:
    """The archive's own list of its members. Raises Refused when it cannot be read."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            return archive.infolist()
    except (BadZipFile, NotImplementedError, ValueError, OSError, struct.error):
        raise _damaged() from None


def check(content: bytes) -> None:
    """Nothing of a sound office file; Refused with the reason and the cure for any other."""
    listed = members(content)
    _check_list(listed)
    unpacked = 0
    for member in listed:
        part = _unpack(content, member, MOST_UNPACKED - unpacked)
        unpacked += len(part)
        _check_part(part, PurePosixPath(member.filename).suffix.lower())


def _damaged() -> Refused:
    return Refused("Файл повреждён и не читается. Откройте его, сохраните и загрузите снова.")


def _check_list(listed: list[ZipInfo]) -> None:
    if len(listed) > MOST_MEMBERS:
        raise Refused(
            f"В файле {len(listed)} частей, допустимо {MOST_MEMBERS}. "
            "Скопируйте таблицу в новую книгу."
        )
    for member in listed:
        _check_member(member)
    names = {member.filename.casefold() for member in listed}
    if len(names) < len(listed) or _overlapping(listed):
        raise Refused("Части файла повторяются или перекрываются. Сохраните книгу заново.")


def _check_member(member: ZipInfo) -> None:
    name = member.filename
    if member.flag_bits & 0x1:
        raise Refused("Файл защищён паролем. Снимите пароль и загрузите файл снова.")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise Refused("В файле есть ссылка на другой файл. Сохраните книгу заново.")
    if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
        raise Refused("Часть файла ведёт за его пределы. Сохраните книгу заново.")
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise Refused("Файл сжат необычным способом. Откройте его в Excel и сохраните.")
    for pattern, what in ACTIVE_PARTS:
        if pattern.search(name):
            raise Refused(f"В файле есть {what}. Удалите их и сохраните файл без них.")


def _overlapping(listed: list[ZipInfo]) -> bool:
    """Whether two members share bytes, as in archives that unpack into far more than they are."""
    placed = sorted((member.header_offset, member.compress_size) for member in listed)
    return any(
        start + LOCAL_HEADER + size > following
        for (start, size), (following, _) in pairwise(placed)
    )


def _unpack(content: bytes, member: ZipInfo, left: int) -> bytes:
    """The member's bytes, really unpacked: the sizes an archive tells may be false."""
    packed = _packed(content, member)
    if member.compress_type == ZIP_STORED:
        part, whole = packed, True
    else:
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            part = unpacker.decompress(packed, left + 1)
        except zlib.error:
            raise _damaged() from None
        whole = unpacker.eof
    if len(part) > left or (len(part) > RATIO_FROM and len(part) > MOST_RATIO * len(packed)):
        raise Refused("Файл после распаковки слишком велик. Скопируйте таблицу в новую книгу.")
    if not whole or len(part) != member.file_size:
        raise _damaged()
    return part


def _packed(content: bytes, member: ZipInfo) -> bytes:
    header = content[member.header_offset : member.header_offset + LOCAL_HEADER]
    if len(header) < LOCAL_HEADER or not header.startswith(b"PK\x03\x04"):
        raise _damaged()
    name_length, extra_length = struct.unpack("<HH", header[26:])
    start = member.header_offset + LOCAL_HEADER + name_length + extra_length
    return content[start : start + member.compress_size]


def _check_part(part: bytes, suffix: str) -> None:
    if suffix not in (".xml", ".rels", ".vml"):
        return
    try:
        if suffix == ".xml" and _is_shallow(part):
            expat.ParserCreate().Parse(part, True)  # well formed; there is nothing more to ask
        else:
            _Scan(relations=suffix == ".rels").read(part)
    except (expat.ExpatError, ValueError, LookupError):
        # Office itself writes VML that is not XML (an unclosed `<br>`), and no parser of ours
        # reads it beyond that place.
        if suffix != ".vml" or b"<!DOCTYPE" in part.upper():
            raise _damaged() from None


def _is_shallow(part: bytes) -> bool:
    """Whether a part is surely not too deep, should it be well-formed; False when not sure.

    Told by the signs alone, in a tenth of the time of a scan with its calls for each element:
    every «<» opens or closes an element, as there are no comments, CDATA or declarations, and
    every «/>» closes one, as there are as many of them as elements without an end of their own.
    """
    head = part.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head.startswith(b"<") or b"\0" in part or b"<!" in part or b"<?" in head[1:]:
        return False
    signs = np.frombuffer(part + b" ", dtype=np.uint8)
    (opened,) = np.nonzero(signs == ord("<"))
    if head.startswith(b"<?"):
        opened = opened[1:]
    ends = signs[opened + 1] == ord("/")
    (slashes,) = np.nonzero(signs[:-1] == ord("/"))
    alone = slashes[signs[slashes + 1] == ord(">")]
    if len(alone) != len(opened) - 2 * int(ends.sum()):
        return False
    places = np.concatenate([opened, alone])
    steps = np.concatenate([np.where(ends, -1, 1), np.full(len(alone), -1)])
    depths = np.cumsum(steps[np.argsort(places, kind="stable")])
    return bool(depths.max(initial=0) <= MOST_DEPTH)


class _Scan:
    """One pass over an XML part that stops at a DOCTYPE, at endless depth, at a way out."""

    def __init__(self, *, relations: bool) -> None:
        self.depth = 0
        self.relations = relations
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._opened
        self.parser.EndElementHandler = self._closed

    def read(self, part: bytes) -> None:
        self.parser.Parse(part, True)

    def _doctype(self, *_: object) -> None:
        raise Refused("В файле объявление DOCTYPE. Скопируйте таблицу в новую книгу.")

    def _opened(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise Refused("Части файла слишком глубоко вложены. Скопируйте таблицу в новую книгу.")
        if self.relations and _leads_out(attributes):
            raise Refused("Файл ссылается на внешние данные. Разорвите связи и сохраните его.")

    def _closed(self, _: str) -> None:
        self.depth -= 1


def _leads_out(attributes: dict[str, str]) -> bool:
    """Whether a relationship fetches something from outside; a hyperlink only shows an address."""
    outside = attributes.get("TargetMode", "").casefold() == "external"
    return outside and not attributes.get("Type", "").endswith("/hyperlink")
