"""A small report for tests of rendering: every kind of block, and a table of 400 rows."""

import datetime
from dataclasses import replace

from reports.content import Figure, Report, Section, Sentence, Table

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 400 100" role="img">'
    '<rect x="10" y="10" width="300" height="60" fill="#1c4190" />'
    '<text x="10" y="90" font-size="13px" fill="#15202b">Щука 77,7 %</text></svg>'
)
SCHOOLS = Table(
    "Результаты по школам",
    ("Школа", "Учеников", "Средний балл, %"),
    tuple((f"Школа № {n}", str(1000 + n), f"{n},5") for n in range(400)),
    note="Без школ, где писали меньше 10.",
)
MARKS = Table("Те же числа", ("", "«4»", "«5»"), (("школа", "41,0 %", "20,0 %"),))
REPORT = Report(
    "Отчёт о качестве образования",
    "МБОУ «Школа № 212»",
    2026,
    (("Утверждён", "приказ № 88"),),
    (
        Section("1", "Качество подготовки", (Sentence("Средний процент — 61,4 %."),)),
        Section("1.1", "Отметки", (Figure("Доли отметок", SVG, "Рисунок словами", MARKS),)),
        Section("2", "Приложение", (SCHOOLS,)),
    ),
    datetime.date(2026, 11, 12),
)


def saying(text):
    """A report of this one sentence."""
    return replace(REPORT, passages=(Section("1", "Раздел", (Sentence(text),)),))
