"""Report content becomes a Word file that people go on editing: real headings, real tables."""

import datetime
import io
import zipfile
from collections.abc import Sequence
from typing import cast

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

from reports.content import Block, Figure, Report, Sentence, Table
from reports.rendering.characters import printable
from reports.rendering.picture import png, width_in_points

TEXT_WIDTH = Mm(180)

# Not PT Sans: a Word file carries no typefaces, and this one or its metric twin is everywhere.
TYPEFACE = "Arial"

# The earliest day a zip archive can name; the same content gives the same bytes.
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)

JUSTIFICATION = {"l": "left", "c": "center", "r": "right"}

TWIP = 635  # a twentieth of a point, in which WordprocessingML measures columns, in EMU


def render(report: Report) -> bytes:
    """The report as docx, byte for byte the same for the same content."""
    writer = _Writer(report)
    writer.write()
    return writer.saved()


class _Writer:
    """One document on its way: it counts the tables and figures."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._document: Document = docx.Document()
        self._tables = 0
        self._figures = 0

    def write(self) -> None:
        dress(self._document)
        set_page(self._document)
        report = self._report
        set_properties(self._document, report.title, report.organization, made_on=report.data_on)
        self._front()
        for section in self._report.passages:
            self._document.add_heading(printable(section.heading), level=min(section.level, 3))
            for block in section.blocks:
                self._block(block)

    def saved(self) -> bytes:
        packed = io.BytesIO()
        self._document.save(packed)
        return repacked(packed.getvalue())

    def _front(self) -> None:
        report = self._report
        self._paragraph(report.organization)
        self._document.add_heading(printable(report.title), level=0)
        if report.year is not None:
            self._paragraph(f"{report.year} год")
        for name, value in report.requisites:
            self._paragraph(f"{name}: {value}")
        self._paragraph(f"Данные на {report.data_on:%d.%m.%Y}", "Note")

    def _paragraph(self, text: str, style: str = "Normal") -> Paragraph:
        return self._document.add_paragraph(printable(text), style=style)

    def _block(self, block: Block) -> None:
        match block:
            case Sentence(text):
                self._paragraph(text)
            case Table():
                self._table(block)
            case Figure():
                self._figure(block)

    def _table(self, table: Table) -> None:
        self._tables += 1
        caption = self._paragraph(f"Таблица {self._tables}. {table.caption}", "Caption")
        caption.paragraph_format.keep_with_next = True
        _fill(self._document, table.for_page())
        self._paragraph(table.note, "Note")  # empty too: Word joins tables that touch

    def _figure(self, figure: Figure) -> None:
        self._figures += 1
        width = min(Pt(width_in_points(figure.svg)), TEXT_WIDTH)
        picture = self._document.add_picture(io.BytesIO(png(printable(figure.svg))), width=width)
        named = picture._inline.docPr  # python-docx has no public way to an alternative text
        named.set("descr", printable(figure.label))
        self._document.paragraphs[-1].paragraph_format.keep_with_next = True
        self._paragraph(f"Рисунок {self._figures}. {figure.caption}", "Caption")
        self._table(figure.table)


def _fill(document: Document, table: Table) -> None:
    filled = document.add_table(rows=0, cols=len(table.head), style="Table Grid")
    filled.alignment = WD_TABLE_ALIGNMENT.LEFT
    filled.autofit = False
    widths = [int(TEXT_WIDTH * share) for share in table.widths]
    for column, width in zip(filled.columns, widths, strict=True):
        column.width = width
    head = _row(table.head, table.alignment, widths, "TableHead")
    head.trPr.append(element("w:tblHeader"))
    filled._tbl.append(head)
    for texts in table.rows:
        filled._tbl.append(_row(texts, table.alignment, widths, "TableText"))


def _row(
    texts: Sequence[str], alignment: str, widths: Sequence[int], style: str
) -> BaseOxmlElement:
    """A row that is never split. In XML: python-docx takes ten times as long over a row."""
    row = element("w:tr")
    row.append(element("w:trPr", element("w:cantSplit")))
    for text, letter, width in zip(texts, alignment, widths, strict=True):
        size = element("w:tcW", w=str(width // TWIP), type="dxa")
        look = element(
            "w:pPr",
            element("w:pStyle", val=style),
            element("w:jc", val=JUSTIFICATION[letter]),
        )
        words = element("w:t")
        words.text = printable(text)
        paragraph = element("w:p", look, element("w:r", words))
        row.append(element("w:tc", element("w:tcPr", size), paragraph))
    return row


def element(name: str, *children: BaseOxmlElement, **attributes: str) -> BaseOxmlElement:
    """An element of WordprocessingML with its attributes and what stands in it."""
    made = OxmlElement(name)
    for attribute, value in attributes.items():
        made.set(qn(f"w:{attribute}"), value)
    made.extend(children)
    return made


def dress(document: Document) -> None:
    """The styles of headings, text and tables."""
    set_style(document, "Normal", 11, after=6)
    set_style(document, "Title", 20, before=18, after=6, bold=True)
    set_style(document, "Heading 1", 15, before=18, after=6, bold=True)
    set_style(document, "Heading 2", 12.5, before=14, after=6, bold=True)
    set_style(document, "Heading 3", 11, before=12, after=6, bold=True)
    set_style(document, "Caption", 10, before=8, after=4)
    for name in ("Note", "Table Text", "Table Head"):
        document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    set_style(document, "Note", 9, after=8)
    set_style(document, "Table Text", 9)
    set_style(document, "Table Head", 9, bold=True)


def set_style(
    document: Document,
    name: str,
    size: float,
    *,
    before: float = 0,
    after: float = 0,
    bold: bool = False,
) -> None:
    """A paragraph style in our typeface, black and upright; sizes in points."""
    style = cast(ParagraphStyle, document.styles[name])
    style.font.name = TYPEFACE
    style.font.size = Pt(size)
    style.font.bold = bold
    style.font.italic = False
    style.font.color.rgb = RGBColor(0, 0, 0)
    style.paragraph_format.space_before = Pt(before)
    style.paragraph_format.space_after = Pt(after)
    _speak_russian(style)


def _speak_russian(style: ParagraphStyle) -> None:
    """Spelling in Russian, and our typeface instead of the theme's, which wins otherwise."""
    properties = style.element.get_or_add_rPr()
    properties.append(element("w:lang", val="ru-RU"))
    fonts = properties.rFonts
    for name in [name for name in fonts.attrib if name.endswith("Theme")]:
        del fonts.attrib[name]
    fonts.set(qn("w:cs"), TYPEFACE)


def set_page(document: Document, *, is_wide: bool = False) -> None:
    """A4, lying on its side if wide, with the margins of ГОСТ Р 7.0.97; numbers at the top, from
    the second page on."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    if is_wide:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin, section.right_margin = Mm(20), Mm(10)
    section.top_margin, section.bottom_margin = Mm(20), Mm(20)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    number._p.append(element("w:fldSimple", instr="PAGE"))


def set_properties(document: Document, title: str, author: str, *, made_on: datetime.date) -> None:
    """Who made what and when, the same for the same content."""
    made_at = datetime.datetime.combine(made_on, datetime.time(), tzinfo=datetime.UTC)
    properties = document.core_properties
    properties.title = printable(title)
    properties.author = printable(author)
    properties.language = "ru-RU"
    properties.comments = ""
    properties.created = properties.modified = made_at
    properties.last_modified_by = ""
    properties.revision = 1


def repacked(packed: bytes) -> bytes:
    """The same archive without the time of day that the zip format writes into it."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(fixed, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, ZIP_EPOCH)
            new.writestr(entry, old.read(name), zipfile.ZIP_DEFLATED)
    return fixed.getvalue()
