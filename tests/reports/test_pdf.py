"""The PDF read back by another library: words, numbers, pages, tags."""

import re

import pypdfium2 as pdfium
import pytest

from reports.rendering import pdf
from reports.rendering.characters import PRINTABLE
from tests.reports.sample import REPORT, saying


@pytest.fixture(scope="module")
def rendered():
    return pdf.render(REPORT)


def pages(rendered):
    document = pdfium.PdfDocument(rendered)
    texts = [document[n].get_textpage().get_text_bounded() for n in range(len(document))]
    document.close()
    return [" ".join(text.split()) for text in texts]


def test_every_word_and_number_is_there(rendered):
    text = " ".join(pages(rendered))

    for words in (
        "Отчёт о качестве образования",
        "Школа № 212",
        "2026 год",
        "приказ № 88",
        "1 Качество подготовки",
        "1.1 Отметки",
        "61,4 %",
        "41,0 %",
        "12.11.2026",
        "Рисунок 1. Доли отметок",
        "Таблица 2. Результаты по школам",
        "Без школ, где писали меньше 10.",
    ):
        assert words in text
    assert all(f"Школа № {n} {1000 + n} {n},5" in text for n in range(400))


def test_the_text_of_a_chart_is_text(rendered):
    assert "Щука 77,7 %" in " ".join(pages(rendered))


def test_a_table_of_400_rows_repeats_its_head_on_every_page(rendered):
    with_rows = [text for text in pages(rendered) if "Школа № 3" in text or "Школа № 2" in text]
    long = [text for text in with_rows if text.count("Школа №") > 20]

    assert len(long) >= 6
    assert all("Школа Учеников Средний балл, %" in text for text in long)


def test_pages_are_numbered_from_the_second(rendered):
    first, *rest = pages(rendered)

    assert not first.startswith("1 ")
    assert [text.split()[0] for text in rest] == [str(n) for n in range(2, len(rest) + 2)]


def test_text_and_charts_are_set_in_our_typeface_only(rendered):
    typefaces = set(re.findall(rb"/BaseFont/[A-Z]{6}\+([\w-]+)", rendered))

    assert typefaces == {b"PTSans-Regular", b"PTSans-Bold"}


def test_the_pdf_is_tagged_titled_and_russian(rendered):
    document = pdfium.PdfDocument(rendered)

    assert document.is_tagged()
    assert document.get_metadata_value("Title") == REPORT.title
    assert b"/Lang(ru)" in rendered
    assert b"<pdfuaid:part>1</pdfuaid:part>" in rendered


def test_the_same_content_gives_the_same_bytes():
    report = saying("Одно и то же.")

    assert pdf.render(report) == pdf.render(report)


def test_markup_in_a_sentence_is_only_text():
    text = " ".join(pages(pdf.render(saying("#panic() *звезда* $x$ \\ [скобка] «# № @имя»"))))

    assert "#panic() *звезда* $x$ \\ [скобка] «# № @имя»" in text


def test_an_emoji_does_not_stop_a_report():
    text = " ".join(pages(pdf.render(saying("Готово 😀 и\x07 всё"))))

    assert "Готово □ и всё" in text


def test_every_character_called_printable_can_be_set():
    """typst refuses PDF/UA when a typeface lacks a character."""
    ranges = re.findall("(.)-(.)", PRINTABLE.encode().decode("unicode_escape"))
    characters = [chr(n) for start, end in ranges for n in range(ord(start), ord(end) + 1)]

    assert len(characters) > 1500
    assert pdf.render(saying(" ".join(characters))).startswith(b"%PDF")
