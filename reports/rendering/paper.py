"""An official paper becomes a Word file: an order to be signed, a table to be put to one."""

import io
from collections.abc import Sequence

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Length, Mm
from docx.table import Table
from docx.text.paragraph import Paragraph as Written

from reports.paper import Block, Grid, Heading, Look, PageBreak, Paper, Paragraph, Signature
from reports.rendering.characters import printable
from reports.rendering.docx import (
    JUSTIFICATION,
    TWIP,
    dress,
    element,
    repacked,
    set_page,
    set_properties,
    set_style,
)

NARROW, WIDE = Mm(180), Mm(267)  # between the margins of a page and of one on its side
INDENT = Mm(12.5)
STYLES = {
    Look.TEXT: "Order Text",
    Look.LEFT: "Order Left",
    Look.CENTRE: "Order Centre",
    Look.TITLE: "Order Title",
    Look.RIGHT: "Order Right",
}
ALIGNED = {
    "Order Text": WD_ALIGN_PARAGRAPH.JUSTIFY,
    "Order Left": WD_ALIGN_PARAGRAPH.LEFT,
    "Order Centre": WD_ALIGN_PARAGRAPH.CENTER,
    "Order Title": WD_ALIGN_PARAGRAPH.CENTER,
    "Order Right": WD_ALIGN_PARAGRAPH.RIGHT,
}
TO_SIGN = "____________________"
POSITION = "Должность"
SIGNER = "И. О. Фамилия"


def render(paper: Paper) -> bytes:
    """The paper as docx, byte for byte the same for the same content."""
    document: Document = docx.Document()
    _dress(document)
    set_page(document, is_wide=paper.is_wide)
    set_properties(document, paper.title, paper.author, made_on=paper.made_on)
    for block in paper.blocks:
        _put(document, block, WIDE if paper.is_wide else NARROW)
    packed = io.BytesIO()
    document.save(packed)
    return repacked(packed.getvalue())


def _dress(document: Document) -> None:
    dress(document)
    for name, aligned in ALIGNED.items():
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        is_title = name == "Order Title"
        set_style(document, name, 12, before=6 if is_title else 0, after=6, bold=is_title)
        style.paragraph_format.alignment = aligned


def _put(document: Document, block: Block, width: Length) -> None:
    match block:
        case Paragraph(text, look):
            _line(document, text, look)
        case Grid():
            _grid(document, block, width)
        case Signature(name):
            _signature(document, name, width)
        case PageBreak():
            document.add_page_break()  # type: ignore[no-untyped-call]


def _line(document: Document, text: str, look: Look) -> Written:
    line = document.add_paragraph(printable(text), style=STYLES[look])
    if look is Look.TEXT:
        line.paragraph_format.first_line_indent = INDENT
    if look is Look.TITLE:
        line.paragraph_format.keep_with_next = True
    return line


def _signature(document: Document, name: str, width: Length) -> None:
    """The position to the left, the line to sign on, the name at the right edge."""
    line = _line(document, f"{POSITION}\t{TO_SIGN}\t{name or SIGNER}", Look.LEFT)
    stops = line.paragraph_format.tab_stops
    stops.add_tab_stop(Length(width // 2), WD_TAB_ALIGNMENT.CENTER)
    stops.add_tab_stop(width, WD_TAB_ALIGNMENT.RIGHT)
    line.paragraph_format.space_before = Mm(12)


def _grid(document: Document, grid: Grid, width: Length) -> None:
    filled: Table = document.add_table(rows=0, cols=len(grid.head), style="Table Grid")
    filled.alignment = WD_TABLE_ALIGNMENT.LEFT
    filled.autofit = False
    widths = [width * share // sum(grid.shares) for share in grid.shares]
    for column, wide in zip(filled.columns, widths, strict=True):
        column.width = Length(wide)
    head = _row([(text, "l", wide) for text, wide in zip(grid.head, widths, strict=True)], "Head")
    head.trPr.append(element("w:tblHeader"))
    filled._tbl.append(head)
    for row in grid.rows:
        filled._tbl.append(_row_of(row, grid.alignment, widths))
    document.add_paragraph(style="Note")  # Word joins tables that touch


def _row_of(
    row: tuple[str, ...] | Heading, alignment: str, widths: Sequence[int]
) -> BaseOxmlElement:
    if isinstance(row, Heading):
        return _row([(row.text, "l", sum(widths))], "Head", across=len(widths))
    return _row(list(zip(row, alignment, widths, strict=True)), "Text")


def _row(cells: Sequence[tuple[str, str, int]], style: str, across: int = 1) -> BaseOxmlElement:
    """A row that is never split; its cells are given as text, alignment and width."""
    row = element("w:tr", element("w:trPr", element("w:cantSplit")))
    for text, letter, width in cells:
        size = element("w:tcPr", element("w:tcW", w=str(width // TWIP), type="dxa"))
        if across > 1:
            size.append(element("w:gridSpan", val=str(across)))
        lines = [_cell_line(line, letter, style) for line in text.split("\n")]
        row.append(element("w:tc", size, *lines))
    return row


def _cell_line(text: str, letter: str, style: str) -> BaseOxmlElement:
    look = element(
        "w:pPr",
        element("w:pStyle", val=f"Table{style}"),
        element("w:jc", val=JUSTIFICATION[letter]),
    )
    words = element("w:t")
    words.text = printable(text)
    return element("w:p", look, element("w:r", words))
