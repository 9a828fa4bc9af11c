"""The sheets of a workbook as rows of texts, with the cells that are computed or failed."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from itertools import chain
from posixpath import join, normpath
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]  # no types
from defusedxml.ElementTree import ParseError, fromstring  # type: ignore[import-untyped]  # no types
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
)

from organizations.errors import Refused
from organizations.exchange import sparse
from organizations.exchange.cells import plain

# The rectangle of cells that a parser allocates for one far cell; beyond it a sheet is read cell
# by cell. A design limit: an export of 30 000 pupils with 60 columns is 1.8 million.
MOST_CELLS = 3_000_000
MOST_COLUMNS = 16_384  # XFD (Excel's limit)

# One pass over a sheet of 1500 rows takes 2 ms with these and 70 ms with an XML parser. Those
# that begin with a whole name are five times faster; they serve sheets without prefixes.
COMPUTED = re.compile(rb"<(?:\w+:)?c\s([^<>]*)>\s*<(?:\w+:)?f[\s/>]")
FORMULA = re.compile(rb"<f[\s/>]")
CELL_BEFORE = re.compile(rb"<c\s([^<>]*)>\s*")
FAILED = re.compile(
    rb"<(?:\w+:)?c\s(?=[^<>]*\bt=[\"']e[\"'])([^<>]*)>"
    rb"(?:\s*<(?:\w+:)?f(?:[^<>]*/>|[^<>]*>[^<>]*</(?:\w+:)?f>))?\s*<(?:\w+:)?v>([^<>]*)<"
)
ADDRESS = re.compile(rb"\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
ROW = re.compile(rb"<(?:\w+:)?row\s[^<>]*?\br=[\"']([0-9]{1,7})[\"']")
PLAIN_ROW = re.compile(rb"<row\s[^<>]*?\br=[\"']([0-9]{1,7})[\"']")
EMPTY_CELL = re.compile(rb"<c [^<>]*(?:/>|></c>)")
EMPTY_ROW = re.compile(rb"<row [^<>]*(?:/>|>\s*</row>)")
FAR_ROW = re.compile(rb"r=[\"'][A-Z]{1,3}([0-9]{4,})[\"']")
FAR_COLUMN = re.compile(rb"\br=[\"']([A-Z]{2,3})[0-9]{1,7}[\"']")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: texts by row and column from 0; which of the cells are formulas."""

    rows: list[list[str]]
    formulas: frozenset[tuple[int, int]]


class NotWorkbook(Refused):
    """The bytes are not a workbook that can be read."""

    def __init__(self) -> None:
        super().__init__("Книга Excel не читается. Откройте её в Excel и сохраните как .xlsx.")


def parse(content: bytes) -> dict[str, Sheet]:
    """All sheets by name, hidden ones too, a whole number without «.0», `#N/A` as its text.

    Raises Refused.
    """
    try:
        with ZipFile(BytesIO(content)) as archive:
            parts = dict(_sheet_parts(archive))
            filled = {name: part if _fits(part) else _filled(part) for name, part in parts.items()}
            if any(not _fits(part) for part in filled.values()):
                return dict(_read_far(archive, filled))
        return dict(_read(content, parts))
    except (
        BadZipFile, CalamineError, ParseError, ExpatError, DefusedXmlException, KeyError,
        ValueError, IndexError,
    ):  # fmt: skip
        raise NotWorkbook from None


def _fits(part: bytes) -> bool:
    """Whether the rectangle of a sheet may be laid out in full."""
    rows = (ROW if b":row" in part else PLAIN_ROW).findall(part)
    # a cell's own address counts, whatever its row says
    height = max(map(int, chain(rows, set(FAR_ROW.findall(part)))), default=0)
    if height * MOST_COLUMNS <= MOST_CELLS:
        return True
    width = max(map(_column, set(FAR_COLUMN.findall(part))), default=25) + 1
    return height * width <= MOST_CELLS


def _filled(part: bytes) -> bytes:
    """The sheet without cells and rows that are only formatted, where all tell their places."""
    if part.count(b"<c ") != part.count(b"<c r=") or part.count(b"<row ") != part.count(b"<row r="):
        return part
    return EMPTY_ROW.sub(b"", EMPTY_CELL.sub(b"", part))


def _read_far(archive: ZipFile, parts: dict[str, bytes]) -> Iterator[tuple[str, Sheet]]:
    """The sheets of a workbook of which one at least is too large to be laid out."""
    book = sparse.Book(archive)
    for name, part in parts.items():
        yield name, Sheet(sparse.rows_of(part, book), frozenset(_formulas(part)))


def _column(letters: bytes) -> int:
    """The number of a column from 0 by its letters."""
    number = 0
    for sign in letters:
        number = number * 26 + sign - ord("A") + 1
    return number - 1


def _sheet_parts(archive: ZipFile) -> Iterator[tuple[str, bytes]]:
    """The name and the XML of each sheet."""
    relations = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    names = set(archive.namelist())
    for element in fromstring(archive.read("xl/workbook.xml")).iter():
        if element.tag.rpartition("}")[2] != "sheet":
            continue
        keys = [key for key in element.attrib if key.rpartition("}")[2] == "id"]
        target = targets.get(element.attrib[keys[0]], "") if keys else ""
        path = normpath(join("/xl", target)).lstrip("/")
        if path in names:
            yield element.get("name", ""), archive.read(path)


def _read(content: bytes, parts: dict[str, bytes]) -> Iterator[tuple[str, Sheet]]:
    text_of = lru_cache(maxsize=1024, typed=True)(plain)  # typed: True is not 1
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    for meta in book.sheets_metadata:
        if meta.typ != SheetTypeEnum.WorkSheet:
            continue
        rows = _texts(book.get_sheet_by_name(meta.name), text_of)
        part = parts.get(meta.name, b"")
        for row, column, error in _errors(part):
            if row < len(rows) and column < len(rows[row]):
                rows[row][column] = error
        yield meta.name, Sheet(rows, frozenset(_formulas(part)))


def _texts(sheet: CalamineSheet, text_of: Callable[[object], str]) -> list[list[str]]:
    values = sheet.to_python(skip_empty_area=False)  # otherwise addresses would shift
    return [["" if value == "" else text_of(value) for value in row] for row in values]


def _formulas(part: bytes) -> Iterator[tuple[int, int]]:
    computed = COMPUTED.findall(part) if b":f" in part else _computed(part)
    for attributes in computed:
        if found := ADDRESS.search(attributes):
            yield int(found[2]) - 1, _column(found[1])


def _computed(part: bytes) -> Iterator[bytes]:
    """The attributes of the cells with a formula, in a sheet without prefixes."""
    for formula in FORMULA.finditer(part):
        start = part.rfind(b"<", 0, formula.start())
        if found := CELL_BEFORE.fullmatch(part, start, formula.start()):
            yield found[1]


def _errors(part: bytes) -> Iterator[tuple[int, int, str]]:
    if b't="e"' not in part and b"t='e'" not in part:
        return
    for attributes, error in FAILED.findall(part):
        if found := ADDRESS.search(attributes):
            yield int(found[2]) - 1, _column(found[1]), error.decode("ascii", "replace")


def as_json(content: bytes) -> bytes:
    """What `parse` gives, for sending between processes."""
    sheets = {
        name: {"rows": sheet.rows, "formulas": sorted(sheet.formulas)}
        for name, sheet in parse(content).items()
    }
    return json.dumps(sheets, ensure_ascii=False).encode()


def from_json(answer: bytes) -> dict[str, Sheet]:
    """The sheets that `as_json` wrote."""
    return {
        name: Sheet(sheet["rows"], frozenset((row, column) for row, column in sheet["formulas"]))
        for name, sheet in json.loads(answer).items()
    }
