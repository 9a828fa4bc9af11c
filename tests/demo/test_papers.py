"""The invented school documents are real files that other programs open."""

import io

import docx
import pypdfium2
import pytest

from rsoko.demo.paper_texts import TEXTS, PaperKind
from rsoko.demo.papers import paper
from rsoko.demo.place import Scale
from rsoko.demo.places import schools_of

SCHOOL = schools_of(Scale.SMALL)[0]


def text_of(content, name):
    if name.endswith(".docx"):
        return " ".join(p.text for p in docx.Document(io.BytesIO(content)).paragraphs)
    pages = pypdfium2.PdfDocument(content)
    return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in pages).split())


@pytest.mark.parametrize("kind", PaperKind)
def test_a_paper_is_a_file_with_its_title_school_and_requisites(kind):
    made = paper(SCHOOL, kind, 2025)

    text = text_of(made.content, made.file_name)

    assert TEXTS[kind].title in text
    assert "№ 301" in text
    assert f"приказом от {made.approved_on:%d.%m.%Y} № {made.number}" in text
    assert "2025/2026" in text


@pytest.mark.parametrize("kind", PaperKind)
def test_the_same_paper_has_the_same_bytes(kind):
    assert paper(SCHOOL, kind, 2025) == paper(SCHOOL, kind, 2025)


@pytest.mark.parametrize("kind", PaperKind)
def test_a_paper_is_approved_within_its_school_year(kind):
    approved = paper(SCHOOL, kind, 2025).approved_on

    assert (2025, 8) <= (approved.year, approved.month) <= (2026, 7)


def test_an_outdated_paper_leans_on_an_act_no_longer_in_force():
    made = paper(SCHOOL, PaperKind.REGULATION, 2025, outdated=True)

    assert made.approved_on.year == 2015
    assert "Наша новая школа" in text_of(made.content, made.file_name)
