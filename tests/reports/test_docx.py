"""The Word file opened again: headings, tables, pictures, page set-up."""

import io

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm

from reports.rendering import docx as rendering
from tests.reports.sample import REPORT, SCHOOLS, saying


@pytest.fixture(scope="module")
def rendered():
    return rendering.render(REPORT)


@pytest.fixture
def document(rendered):
    return docx.Document(io.BytesIO(rendered))


def texts(document, style):
    return [p.text for p in document.paragraphs if p.style.name == style]


def test_headings_are_real_headings(document):
    assert texts(document, "Title") == [REPORT.title]
    assert texts(document, "Heading 1") == ["1\u00a0Качество подготовки", "2\u00a0Приложение"]
    assert texts(document, "Heading 2") == ["1.1\u00a0Отметки"]


def test_tables_and_figures_are_numbered_in_their_captions(document):
    assert texts(document, "Caption") == [
        "Рисунок 1. Доли отметок",
        "Таблица 1. Те же числа",
        "Таблица 2. Результаты по школам",
    ]


def test_a_table_holds_every_number_of_its_content(document):
    rows = document.tables[1]._tbl.tr_lst
    cells = [
        tuple("".join(t.text or "" for t in tc.iter(qn("w:t"))) for tc in tr.tc_lst) for tr in rows
    ]

    assert cells == [SCHOOLS.head, *SCHOOLS.rows]


def test_only_the_head_is_repeated_and_no_row_is_split(document):
    rows = document.tables[1]._tbl.tr_lst
    repeated = [n for n, row in enumerate(rows) if row.find(f".//{qn('w:tblHeader')}") is not None]

    assert repeated == [0]
    assert all(row.find(f".//{qn('w:cantSplit')}") is not None for row in rows)


def test_columns_of_a_table_lie_within_the_page(document):
    for table in document.tables:
        assert sum(column.width for column in table.columns) <= Mm(180)


def test_a_figure_is_a_picture_with_words_for_those_who_cannot_see_it(document):
    (picture,) = document.inline_shapes

    assert picture._inline.docPr.get("descr") == "Рисунок словами"
    assert picture.width == pytest.approx(400 * 0.75 * 12700, rel=0.01)


def test_the_picture_is_a_png_that_shows_the_chart(rendered, document):
    images = [
        part for part in document.part.package.iter_parts() if part.content_type == "image/png"
    ]

    assert len(images) == 1
    assert images[0].blob.startswith(b"\x89PNG")
    assert images[0].image.px_width == pytest.approx(400 * 0.75 / 72 * 200, abs=2)


def test_the_page_is_a4_with_the_margins_of_the_standard(document):
    (section,) = document.sections
    margins = (section.left_margin, section.right_margin, section.top_margin, section.bottom_margin)

    assert (section.page_width, section.page_height) == pytest.approx((Mm(210), Mm(297)), rel=1e-3)
    assert margins == pytest.approx((Mm(20), Mm(10), Mm(20), Mm(20)), rel=1e-2)


def test_pages_after_the_first_carry_their_number(document):
    (section,) = document.sections

    assert section.different_first_page_header_footer
    assert 'w:instr="PAGE"' in section.header._element.xml
    assert "PAGE" not in section.first_page_header._element.xml


def test_the_file_says_whose_it_is_and_nothing_of_its_maker(document):
    properties = document.core_properties

    assert (properties.title, properties.author) == (REPORT.title, REPORT.organization)
    assert properties.comments == ""
    assert properties.modified.date() == REPORT.data_on


def test_the_same_content_gives_the_same_bytes(rendered):
    assert rendering.render(REPORT) == rendered


def test_a_control_character_does_not_stop_a_report():
    rendered = rendering.render(saying("До\x07 и после"))

    assert "До и после" in texts(docx.Document(io.BytesIO(rendered)), "Normal")
