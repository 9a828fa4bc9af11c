"""A file taken apart into lines of text and rows of tables, whatever its format."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from docx import Document
from docx.oxml.ns import qn
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from organizations.errors import Refused
from organizations.exchange.gate import Kind
from organizations.exchange.sheets import MOST_CELLS
from roadmaps.exchange.numbering import BULLET, Numbering
from roadmaps.letters import plain


class Merged(str):
    """An empty cell that goes on with the cell above it, whose text is `above`."""

    above: str

    def __new__(cls, above: str) -> "Merged":
        cell = super().__new__(cls, "")
        cell.above = above
        return cell


Row = tuple[str, ...]
Block = str | Row

# What the two readers raise on a file whose archive is sound and whose content is not.
UNREADABLE = (CalamineError, AttributeError, IndexError, KeyError, TypeError, ValueError)

FILLED_CELL = re.compile(
    rb"<(?:\w+:)?c\s(?:[^<>]*\s)?r=[\"']([A-Z]{1,3})([0-9]{1,7})[\"'](?:[^<>/]|/(?!>))*>"
)
WIDTHS = (1, 26, 702, 16_384)  # columns whose names have so many letters

MOST_QUOTED_LINES = 15  # of one cell, as a spreadsheet puts it on the clipboard
PIPED = re.compile(r"\s*\|.*\|.*\|?\s*|[^|]*\|[^|]*\|.*")
PIPE_RULE = re.compile(r"[\s|:+=-]*")
TABLE_ROW = re.compile(r"<tr\b[^<>]*>", re.IGNORECASE)
TABLE_CELL = re.compile(r"<t[dh]\b([^<>]*)>", re.IGNORECASE)
TABLE_END = re.compile(r"</table\b", re.IGNORECASE)
TAG = re.compile(r"<[^<>]*>")
SPAN = re.compile(r"colspan\s*=\s*[\"']?(\d{1,2})", re.IGNORECASE)


def blocks_of(content: bytes, kind: Kind) -> list[Block]:
    """Lines and rows in the order of the file. Raises one of UNREADABLE."""
    readers = {Kind.DOCX: _of_document, Kind.XLSX: _of_workbook}
    return list(readers.get(kind, _of_text)(content))


def text_of(content: bytes) -> str:
    """The text of a txt file, its lines and blanks as they are."""
    return content.decode("utf-8-sig")


def _of_text(content: bytes) -> Iterator[Block]:
    text = text_of(content).replace("\f", "\n")
    lines = text.splitlines()
    if "\t" in text:
        yield from map(_cells, _unquoted(lines))
    elif sum(1 for line in lines if PIPED.fullmatch(line)) > 1:
        yield from _piped(lines)
    elif TABLE_CELL.search(text):
        yield from _marked_up(text)
    else:
        yield from map(str.strip, lines)


def _cells(line: str) -> Block:
    cells = tuple(cell.strip() for cell in line.split("\t"))
    return cells if len(cells) > 1 else cells[0]


def _unquoted(lines: Sequence[str]) -> Iterator[str]:
    """Lines, where a cell that a spreadsheet quoted because of its line ends is one again."""
    here = 0
    while here < len(lines):
        last = _quote_ends(lines, here)
        whole = "\v".join(lines[here : last + 1])
        cells = [_bare(cell) if last > here else cell for cell in whole.split("\t")]
        yield "\t".join(cells).replace("\v", "\n")
        here = last + 1


def _quote_ends(lines: Sequence[str], here: int) -> int:
    """The line on which the last cell of this line ends; the same line if it is not quoted."""
    end = here
    while _opens(lines[end]):
        closing = _closing(lines, end)
        if closing is None:
            break
        end = closing
    return end


def _closing(lines: Sequence[str], here: int) -> int | None:
    for last in range(here + 1, min(here + MOST_QUOTED_LINES, len(lines))):
        first = lines[last].split("\t")[0]
        if first.count('"') % 2:
            return last if first.rstrip().endswith('"') else None
    return None


def _opens(line: str) -> bool:
    last = line.rpartition("\t")[2]
    return "\t" in line and last.startswith('"') and last.count('"') % 2 == 1


def _bare(cell: str) -> str:
    quoted = len(cell) > 1 and cell.startswith('"') and cell.endswith('"') and "\v" in cell
    return cell[1:-1].replace('""', '"') if quoted else cell


def _piped(lines: Iterable[str]) -> Iterator[Block]:
    """A table drawn with upright strokes."""
    for line in lines:
        if not PIPED.fullmatch(line):
            yield line.strip()
        elif not PIPE_RULE.fullmatch(line):
            yield tuple(cell.strip() for cell in line.strip().strip("|").split("|"))


def _marked_up(text: str) -> Iterator[Block]:
    """Tables pasted with their tags."""
    for number, part in enumerate(TABLE_ROW.split(text)):
        row, *after = TABLE_END.split(part, maxsplit=1) if number else ("", part)
        if number:
            yield tuple(_tagged_cells(row))
        for line in "".join(after).splitlines():
            yield TAG.sub("", line).strip()


def _tagged_cells(row: str) -> Iterator[str]:
    _, *parts = TABLE_CELL.split(row)
    for attributes, cell in zip(parts[::2], parts[1::2], strict=True):
        span = SPAN.search(attributes)
        yield plain(TAG.sub(" ", cell))
        yield from [""] * (int(span[1]) - 1 if span else 0)


def _of_document(content: bytes) -> Iterator[Block]:
    document = Document(BytesIO(content))
    numbering = Numbering(document)
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            yield from _of_table(part, numbering)
        else:
            yield from _labelled(part, numbering).split("\n")


def _of_table(table: Table, numbering: Numbering) -> Iterator[Row]:
    """Rows of a table; a merged cell tells its text once, where it begins."""
    told: dict[Any, tuple[int, str]] = {}
    for number, row in enumerate(table.rows):
        cells: list[str] = []
        last = None
        for cell in row.cells:
            if cell._tc not in told:
                told[cell._tc] = number, _cell_text(cell, numbering)
                cells.append(told[cell._tc][1])
            else:
                began, text = told[cell._tc]
                goes_down = began < number and cell._tc is not last
                cells.append(Merged(text) if goes_down else "")
            last = cell._tc
        yield tuple(cells)


def _cell_text(cell: _Cell, numbering: Numbering) -> str:
    lines = []
    for paragraph in cell.paragraphs:
        label, text = numbering.label(paragraph), _text(paragraph)
        lines.append(text if label == BULLET else f"{label} {text}".strip() if label else text)
    for inner in cell.tables:
        lines += [" ".join(filter(None, row)) for row in _of_table(inner, numbering)]
    return "\n".join(lines).strip()


def _labelled(paragraph: Paragraph, numbering: Numbering) -> str:
    text = _text(paragraph)
    return f"{numbering.label(paragraph)} {text}".strip() if text.strip() else text


SIGNS = {
    qn("w:tab"): " ",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
}
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def _text(paragraph: Paragraph) -> str:
    """All text of a paragraph; unlike its `text`, with insertions that are still tracked."""
    return "".join(_pieces(paragraph._p))


def _pieces(element: Any) -> Iterator[str]:
    for node in element:
        if node.tag == qn("w:t"):
            yield node.text or ""
        elif node.tag in SIGNS:
            yield SIGNS[node.tag]
        elif node.tag not in (FALLBACK, qn("w:pPr"), qn("w:rPr"), qn("w:del")):
            # A text box stands in the file twice, the second time for old programs.
            yield from _pieces(node)
            yield "\n" if node.tag == qn("w:p") else ""


def _of_workbook(content: bytes) -> Iterator[Row]:
    _check_area(content)
    workbook = CalamineWorkbook.from_filelike(BytesIO(content))
    for name in workbook.sheet_names:
        yield from _of_sheet(workbook.get_sheet_by_name(name))


def _check_area(content: bytes) -> None:
    """A cell that stands far from the others makes the parser allocate all between. Empty
    formatted rows do not."""
    with ZipFile(BytesIO(content)) as archive:
        for name in archive.namelist():
            if "/worksheets/" not in name or not name.endswith(".xml"):
                continue
            places = FILLED_CELL.findall(archive.read(name))
            height = max((int(row) for _, row in places), default=0)
            width = max((len(column) for column, _ in places), default=0)
            if height * WIDTHS[width] > MOST_CELLS:
                raise Refused(
                    f"На листе есть заполненная клетка в строке {height}, далеко от таблицы. "
                    "Скопируйте план в новую книгу без лишних строк и столбцов."
                )


def _of_sheet(sheet: CalamineSheet) -> Iterator[Row]:
    # Empty rows and columns stay, so that a cell keeps its place under its heading.
    rows = [list(map(_value_text, row)) for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        for number in range(top + 1, min(bottom + 1, len(rows))):
            if left < len(rows[number]) and not rows[number][left]:
                rows[number][left] = Merged(rows[top][left])
    yield from map(tuple, rows)


def _value_text(value: object) -> str:
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
