"""A file taken apart into lines of text and rows of tables, whatever its format."""

from collections.abc import Iterator
from datetime import date
from io import BytesIO

from docx import Document
from docx.oxml.ns import qn
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from python_calamine import CalamineError, CalamineWorkbook

from organizations.exchange.gate import Kind

Row = tuple[str, ...]
Block = str | Row

# What the two readers raise on a file whose archive is sound and whose content is not.
UNREADABLE = (CalamineError, AttributeError, IndexError, KeyError, TypeError, ValueError)


def blocks_of(content: bytes, kind: Kind) -> list[Block]:
    """Lines and rows in the order of the file. Raises one of UNREADABLE."""
    readers = {Kind.DOCX: _of_document, Kind.XLSX: _of_workbook}
    return list(readers.get(kind, _of_text)(content))


def _of_text(content: bytes) -> Iterator[Block]:
    for line in content.decode("utf-8-sig").splitlines():
        cells = tuple(cell.strip() for cell in line.split("\t"))
        yield cells if len(cells) > 1 else cells[0]


def _of_document(content: bytes) -> Iterator[Block]:
    for part in Document(BytesIO(content)).iter_inner_content():
        if isinstance(part, Table):
            yield from _of_table(part)
        else:
            yield from _text(part).split("\n")


def _of_table(table: Table) -> Iterator[Row]:
    """Rows of a table; a merged cell tells its text once, where it begins."""
    told = set()
    for row in table.rows:
        cells = []
        for cell in row.cells:
            cells.append("" if cell._tc in told else _cell_text(cell))
            told.add(cell._tc)
        yield tuple(cells)


def _cell_text(cell: _Cell) -> str:
    return "\n".join(_text(paragraph) for paragraph in cell.paragraphs).strip()


def _text(paragraph: Paragraph) -> str:
    """All text of a paragraph; unlike its `text`, with insertions that are still tracked."""
    signs = {qn("w:tab"): " ", qn("w:br"): "\n"}
    return "".join(
        (node.text or "") if node.tag == qn("w:t") else signs.get(node.tag, "")
        for node in paragraph._p.iter()
    )


def _of_workbook(content: bytes) -> Iterator[Row]:
    workbook = CalamineWorkbook.from_filelike(BytesIO(content))
    for name in workbook.sheet_names:
        # Empty rows and columns stay, so that a cell keeps its place under its heading.
        for row in workbook.get_sheet_by_name(name).to_python(skip_empty_area=False):
            yield tuple(map(_value_text, row))


def _value_text(value: object) -> str:
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
