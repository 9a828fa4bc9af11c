"""A sheet with few cells far apart, read cell by cell: what is empty takes neither time nor room.

For sheets whose rectangle from A1 to the last cell is too large to lay out: one stray cell at the
end of a sheet, a note in a far column. ECMA-376 part 1: 18.3.1.4 (cells), 18.4 (shared strings),
18.8 (styles).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from xml.parsers import expat
from zipfile import ZipFile

from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]  # no types
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from organizations.errors import Refused
from organizations.exchange.cells import plain

ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
MOST_ROWS = 2**20  # Excel's limit
MOST_FILLED = 3_000_000  # cells with something in them
MOST_SLOTS = 3_000_000  # places for cells in the rows made of them


class Book:
    """What the sheets of a workbook share: strings and the styles of days."""

    def __init__(self, archive: ZipFile) -> None:
        names = set(archive.namelist())

        def part(name: str) -> bytes:
            return archive.read(name) if name in names else b"<none/>"

        self.strings = list(_strings(part("xl/sharedStrings.xml")))
        self.days = frozenset(_day_styles(part("xl/styles.xml")))
        settings = _under(fromstring(part("xl/workbook.xml")), "workbookPr")
        mac = any(item.get("date1904") in ("1", "true") for item in settings)
        self.epoch = CALENDAR_MAC_1904 if mac else CALENDAR_WINDOWS_1900

    def text(self, kind: str, style: str, value: str) -> str:
        """The text of a cell by its type, the number of its style and what stands in it."""
        if kind == "s":
            return self.strings[int(value)]
        if kind == "b":
            return plain(value == "1")
        if kind in ("str", "inlineStr", "e", "d"):
            return plain(value)
        number = float(value)
        if style in self.days:
            return plain(from_excel(number, self.epoch))
        return plain(number)


def rows_of(part: bytes, book: Book) -> list[list[str]]:
    """The rows from 1 to the last with something in it, as texts; trailing places may be missing.

    Raises Refused when more cells are filled than a table may have, ValueError for a wrong number.
    """
    cells: dict[int, dict[int, str]] = {}
    _Scan(book, cells).parser.Parse(part, True)
    if not cells:
        return []
    height = max(cells) + 1
    width = max(max(row) for row in cells.values()) + 1
    blank = [""] * max(1, min(width, MOST_SLOTS // height))  # one for all empty rows
    least = max(1, min(width, MOST_SLOTS // len(cells)))
    rows = [blank] * height
    for number, row in cells.items():
        texts = [""] * max(least, max(row) + 1)
        for column, text in row.items():
            texts[column] = text
        rows[number] = texts
    return rows


class _Scan:
    """One pass over the XML of a sheet that keeps the cells with something in them."""

    def __init__(self, book: Book, cells: dict[int, dict[int, str]]) -> None:
        self.book = book
        self.cells = cells
        self.filled = 0
        self.row, self.column = -1, -1
        self.kind = self.style = ""
        self.value: list[str] = []
        self.phonetic = False
        self.text: Callable[[str], None] | None = None
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._opened
        self.parser.EndElementHandler = self._closed
        self.parser.CharacterDataHandler = self._said

    def _opened(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition("}")[2]
        if tag == "row":
            self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
            if not 0 <= self.row < MOST_ROWS:
                raise ValueError(self.row)
            self.column = -1
        elif tag == "c":
            self.column += 1
            if "r" in attributes:  # its own address counts, whatever its row says
                self.row, self.column = _place(attributes["r"])
            self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "0")
            self.value = []
        elif tag == "rPh":
            self.phonetic = True
        elif tag == "v" or (tag == "t" and not self.phonetic):
            self.text = self.value.append

    def _said(self, text: str) -> None:
        if self.text is not None:
            self.text(text)

    def _closed(self, name: str) -> None:
        tag = name.rpartition("}")[2]
        if tag in ("v", "t"):
            self.text = None
        elif tag == "rPh":
            self.phonetic = False
        elif tag == "c" and self.value:
            self._keep(self.book.text(self.kind, self.style, "".join(self.value)))

    def _keep(self, text: str) -> None:
        if not text:
            return
        self.filled += 1
        if self.filled > MOST_FILLED:
            raise Refused(
                f"На листе занято больше {MOST_FILLED} клеток. Разделите таблицу на несколько книг."
            )
        self.cells.setdefault(self.row, {})[self.column] = text


def _place(address: str) -> tuple[int, int]:
    """Row and column from 0. Raises ValueError for what is no address of a cell."""
    found = ADDRESS.fullmatch(address)
    if found is None or int(found[2]) > MOST_ROWS:
        raise ValueError(address)
    column = 0
    for sign in found[1]:
        column = column * 26 + ord(sign) - ord("A") + 1
    return int(found[2]) - 1, column - 1


def _under(root: Any, name: str) -> Iterable[Any]:
    return (item for item in root.iter() if item.tag.rpartition("}")[2] == name)


def _strings(part: bytes) -> Iterator[str]:
    for item in _under(fromstring(part), "si"):
        yield plain("".join(_runs(item)))


def _runs(item: Any) -> Iterator[str]:
    """The text of a string, its runs joined; how it is read aloud is left out."""
    for child in item:
        tag = child.tag.rpartition("}")[2]
        if tag == "t":
            yield child.text or ""
        elif tag == "r":
            yield from _runs(child)


def _day_styles(part: bytes) -> Iterator[str]:
    """The numbers of the styles that show a number as a day or a time."""
    root = fromstring(part)
    own = {item.get("numFmtId"): item.get("formatCode", "") for item in _under(root, "numFmt")}
    for styles in _under(root, "cellXfs"):
        for number, style in enumerate(styles):
            known = style.get("numFmtId", "0")
            code = own.get(known) or BUILTIN_FORMATS.get(int(known), "")
            if is_date_format(code):
                yield str(number)
