"""Small real files of invented school documents: PDF by Typst, DOCX written by hand.

A DOCX of python-docx takes 30 ms, most of it for styles that these papers do not use;
three parts in a zip take less than one.
"""

import datetime
import io
import json
import zipfile
from dataclasses import dataclass
from functools import cache
from xml.sax.saxutils import escape

import typst

from rsoko.demo.paper_texts import OUTDATED, TEXTS, PaperKind, PaperText
from rsoko.demo.place import Place

AUGUST = 8
OUTDATED_ON = datetime.date(2015, 8, 31)
ZIP_TIME = (2026, 1, 1, 0, 0, 0)  # fixed, so that the same paper has the same bytes

PDF_TEMPLATE = """\
#let paper = json(bytes(sys.inputs.paper))
#set document(title: paper.title, date: none)
#set page(paper: "a4", margin: (left: 20mm, right: 10mm, y: 20mm), numbering: "1")
#set text(lang: "ru", font: "Libertinus Serif", size: 12pt)
#set par(justify: true)
#paper.school
#v(4mm)
#align(right, paper.approval.join(linebreak()))
#v(8mm)
#align(center, text(size: 14pt, weight: "bold", hyphenate: false, paper.title))
#for (heading, words) in paper.sections [
  == #heading
  #words
]
"""

CONTENT_TYPES = """\
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">\
<Default Extension="rels" \
ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Override PartName="/word/document.xml" ContentType=\
"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"""

RELATIONS = """\
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">\
<Relationship Id="rId1" Target="word/document.xml" Type=\
"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>\
</Relationships>"""

DOCUMENT = """\
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">\
<w:body>{paragraphs}</w:body></w:document>"""


@dataclass(frozen=True)
class Paper:
    """A document of a school: its requisites and its file."""

    kind: PaperKind
    title: str
    number: str
    approved_on: datetime.date
    file_name: str
    content: bytes


def paper(school: Place, kind: PaperKind, year: int, *, outdated: bool = False) -> Paper:
    """The school's document for the school year that begins in `year`.

    An outdated one was approved in 2015 and leans on an act no longer in force.
    """
    text = TEXTS[kind]
    approved_on = OUTDATED_ON if outdated else _approval_day(school, text, year)
    number = f"{school.number % 60 + 10 * list(TEXTS).index(kind) + 1}-од"
    title = text.title if outdated else f"{text.title} на {year}/{year + 1} год"
    sections = (*text.sections, OUTDATED) if outdated else text.sections
    approval = [
        f"Принято педагогическим советом, протокол № {school.number % 9 + 1}",
        f"Утверждено приказом от {approved_on:%d.%m.%Y} № {number}",
    ]
    render = _pdf if text.suffix == "pdf" else _docx
    return Paper(
        kind=kind,
        title=text.title,
        number=number,
        approved_on=approved_on,
        file_name=f"{school.code}-{kind}-{year}.{text.suffix}",
        content=render(school.name, approval, title, sections),
    )


def _approval_day(school: Place, text: PaperText, year: int) -> datetime.date:
    """The usual day of such a document, a few days earlier or later in each school."""
    month, day = text.approved
    usual = datetime.date(year if month >= AUGUST else year + 1, month, day)
    return usual + datetime.timedelta(days=school.number % 5 - 2)


def _pdf(
    school: str, approval: list[str], title: str, sections: tuple[tuple[str, str], ...]
) -> bytes:
    described = {"school": school, "approval": approval, "title": title, "sections": sections}
    content = _compiler().compile(
        input=PDF_TEMPLATE.encode(),
        format="pdf",
        sys_inputs={"paper": json.dumps(described)},
    )
    if not isinstance(content, bytes):
        raise TypeError(f"Typst returned {type(content).__name__}, not the bytes of one file")
    return content


@cache
def _compiler() -> typst.Compiler:
    # one for the process: it keeps the fonts, which makes a paper ten times faster
    return typst.Compiler(ignore_system_fonts=True)


def _docx(
    school: str, approval: list[str], title: str, sections: tuple[tuple[str, str], ...]
) -> bytes:
    lines = [(school, False), *((line, False) for line in approval), (title, True)]
    lines += [line for heading, words in sections for line in ((heading, True), (words, False))]
    document = DOCUMENT.format(paragraphs="".join(_paragraph(*line) for line in lines))
    parts = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELATIONS,
        "word/document.xml": document,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, xml in parts.items():
            archive.writestr(zipfile.ZipInfo(name, ZIP_TIME), xml, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _paragraph(words: str, bold: bool) -> str:
    weight = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f'<w:p><w:r>{weight}<w:t xml:space="preserve">{escape(words)}</w:t></w:r></w:p>'
