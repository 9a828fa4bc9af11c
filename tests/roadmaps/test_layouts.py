"""Plans of many invented authorities: each office draws its table in its own way."""

import datetime
import re

import pytest
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from roadmaps.exchange.plan import read_plan
from tests.roadmaps.paper import LEFT, UP, docx_of, put_table, saved, txt_of, xlsx_of


def read(content, name="plan.txt"):
    if isinstance(content, str):
        content = content.encode()
    return read_plan(content, name).as_json()


def line_of(item):
    """An item as one line: number, section, title, kind, days, codes of its bodies."""
    term = item["deadline"]
    return (
        item["number"],
        item["section"],
        item["title"],
        term["kind"],
        term["start"],
        term["end"],
        " ".join(body["body"] for body in item["responsible"]),
    )


def lines_of(plan):
    return [line_of(item) for item in plan["items"]]


def codes(plan):
    return [(one["code"], one["item"]) for one in plan["warnings"]]


HEAD = ["№ п/п", "Мероприятие", "Срок", "Ответственные"]
SAME_ROWS = [
    HEAD,
    ["1.", "Сбор предложений", "май 2025 г.", "МОУО"],
    ["2.", "Встреча с экспертами", "до 15 июня 2025 г.", "КЦМКО, ОО"],
]
SAME_LINES = [
    ("1", None, "Сбор предложений", "period", "2025-05-01", "2025-05-31", "mouo"),
    ("2", None, "Встреча с экспертами", "until", None, "2025-06-15", "kcmko school"),
]


def with_heading(*headings):
    return [list(headings), *SAME_ROWS[1:]]


# Headings

HEADINGS = [
    ("№", "Наименование мероприятия", "Срок реализации", "Ответственный исполнитель"),
    ("N п/п", "Содержание деятельности", "Сроки проведения", "Исполнители"),
    ("№ п/п", "Планируемые мероприятия", "Дата проведения", "Ответственные лица"),
    ("№\nп/п", "Перечень мероприятий", "Период выполнения", "Ответственные за исполнение"),
    ("№", "Действия", "Когда", "Кто отвечает"),
    ("№", "Что делаем", "Срок", "Исполнитель"),
    ("№ пп", "Вид деятельности", "Сроки", "Ответственный"),
    ("Номер", "НАИМЕНОВАНИЕ МЕРОПРИЯТИЯ", "СРОК ИСПОЛНЕНИЯ", "ОТВЕТСТВЕННЫЙ"),
    ("№", "Мероприятия, направленные на объективность", "Срок выполнения", "Исполнитель (орган)"),
    ("№", "Задача / мероприятие", "Плановая дата", "Ответственная организация"),
    ("№", "Направление работы", "Срок", "Ответственный"),
]


@pytest.mark.parametrize("headings", HEADINGS)
@pytest.mark.parametrize(
    ("name", "make"), [("p.docx", docx_of), ("p.xlsx", xlsx_of), ("p.txt", txt_of)]
)
def test_columns_are_known_by_many_words(headings, name, make):
    plan = read(make(with_heading(*headings)), name)
    assert lines_of(plan) == SAME_LINES
    assert codes(plan) == []


def test_columns_of_evidence_and_control_points_are_kept():
    rows = [
        [
            "N п/п", "Наименование мероприятия (результата)", "Ответственный исполнитель",
            "Срок реализации", "Дата контроля", "Вид подтверждающего документа", "Примечание",
        ],
        ["1", "Обзор практик", "МОУО", "2025 год", "30.06.2025, 31.12.2025", "справка", "–"],
        ["2", "Семинар", "ММС", "октябрь 2025 г.", "", "программа", ""],
    ]  # fmt: skip
    for name, make in (("p.docx", docx_of), ("p.xlsx", xlsx_of), ("p.txt", txt_of)):
        first, second = read(make(rows), name)["items"]
        assert first["evidence"] == "справка"
        assert first["control_points"] == ["2025-06-30", "2025-12-31"]
        assert second["evidence"] == "программа"
        assert second["control_points"] == ["2025-10-31"]
        assert first["result"] is None


def test_a_form_whose_only_days_are_of_control_points_has_them_as_terms():
    rows = [
        [
            "N п/п", "Наименование мероприятия (результата), контрольной точки",
            "Дата наступления контрольной точки", "Ответственный исполнитель",
            "Вид подтверждающего документа", "Информационная система (источник данных)",
        ],
        ["1", "2", "3", "4", "5", "6"],
        ["1.", "Утверждён порядок", "31.03.2025", "Министерство образования", "приказ", "–"],
        ["1.1.", "Проведены семинары", "30.06.2025", "МОУО", "отчёт", "ФИС ОКО"],
    ]  # fmt: skip
    plan = read(docx_of(rows), "p.docx")
    assert lines_of(plan) == [
        ("1", None, "Утверждён порядок", "period", "2025-03-31", "2025-03-31", "ministry"),
        ("1.1", None, "Проведены семинары", "period", "2025-06-30", "2025-06-30", "mouo"),
    ]
    assert [item["evidence"] for item in plan["items"]] == ["приказ", "отчёт"]
    assert codes(plan) == []


def test_two_rows_of_a_heading_are_one():
    rows = [
        ["№ п/п", "Мероприятие", "Сроки", LEFT, "Ответственный"],
        [UP, UP, "начало", "окончание", UP],
        ["1", "Сбор предложений", "01.09.2024", "31.10.2024", "МОУО"],
        ["2", "Обзор", "сентябрь 2024 г.", "май 2025 г.", "ОО"],
    ]
    for name, make in (("p.docx", docx_of), ("p.xlsx", xlsx_of), ("p.txt", txt_of)):
        plan = read(make(rows), name)
        assert lines_of(plan) == [
            ("1", None, "Сбор предложений", "period", "2024-09-01", "2024-10-31", "mouo"),
            ("2", None, "Обзор", "period", "2024-09-01", "2025-05-31", "school"),
        ]
        assert plan["items"][0]["deadline"]["text"] == "01.09.2024 – 31.10.2024"
        assert codes(plan) == []


def test_a_heading_of_which_neither_row_says_enough_is_put_together():
    rows = [
        ["№", "Мероприятие", "Исполнение", LEFT],
        [UP, UP, "Срок", "Ответственный"],
        *SAME_ROWS[1:],
    ]
    for name, make in (("p.docx", docx_of), ("p.xlsx", xlsx_of), ("p.txt", txt_of)):
        assert lines_of(read(make(rows), name)) == SAME_LINES


def test_starts_and_ends_may_have_columns_of_their_own():
    rows = [
        ["№", "Мероприятие", "Дата начала", "Дата окончания", "Исполнитель", "Соисполнители"],
        ["1", "Сбор", datetime.date(2025, 5, 1), datetime.date(2025, 5, 20), "МОУО", "ММС, ОО"],
        ["2", "Итоги", "", datetime.date(2025, 6, 1), "КЦМКО", ""],
    ]
    plan = read(xlsx_of(rows), "p.xlsx")
    assert lines_of(plan) == [
        ("1", None, "Сбор", "period", "2025-05-01", "2025-05-20", "mouo mms school"),
        ("2", None, "Итоги", "until", None, "2025-06-01", "kcmko"),
    ]


def test_a_table_that_has_lost_its_heading_is_known_by_what_its_cells_say():
    rows = [*SAME_ROWS[1:], ["3.", "Обзор", "в течение учебного года", "ММС"]]
    for name, make in (("p.docx", docx_of), ("p.xlsx", xlsx_of), ("p.txt", txt_of)):
        plan = read(make(rows), name)
        assert lines_of(plan)[:2] == SAME_LINES
        assert [item["number"] for item in plan["items"]] == ["1", "2", "3"]


# Sections

SECTIONED = [
    ("1", "I", "Опрос школ", "period", "2024-10-01", "2024-10-31", "mouo"),
    ("2", "I", "Отбор тем", "period", "2024-11-01", "2024-11-30", "mms"),
    ("3", "II", "Обучение экспертов", "period", "2025-02-01", "2025-03-31", "mms"),
]


def sectioned(first, second):
    return [
        HEAD,
        first,
        ["1", "Опрос школ", "октябрь 2024 г.", "МОУО"],
        ["2", "Отбор тем", "ноябрь 2024 г.", "ММС"],
        second,
        ["3", "Обучение экспертов", "февраль-март 2025 г.", "ММС"],
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (["I. Подготовка", LEFT, LEFT, LEFT], ["II. Проведение", LEFT, LEFT, LEFT]),
        (["Раздел I. Подготовка", "", "", ""], ["Раздел II. Проведение", "", "", ""]),
        (["", "I. Подготовка", "", ""], ["", "II. Проведение", "", ""]),
        (["I.", "Подготовка", "", ""], ["II.", "Проведение", "", ""]),
        (["I. Подготовка"] * 4, ["II. Проведение"] * 4),
        (
            ["Направление I. Подготовка", LEFT, LEFT, LEFT],
            ["Направление II: Проведение", "", "", ""],
        ),
    ],
)
def test_sections_with_roman_numbers_are_headings_however_they_are_drawn(first, second):
    for name, make in (("p.docx", docx_of), ("p.xlsx", xlsx_of), ("p.txt", txt_of)):
        plan = read(make(sectioned(first, second)), name)
        assert plan["sections"] == [
            {"number": "I", "title": "Подготовка"},
            {"number": "II", "title": "Проведение"},
        ]
        assert lines_of(plan) == SECTIONED
        assert codes(plan) == []


def test_a_column_of_directions_makes_sections_of_the_rows_it_is_merged_over():
    rows = [
        ["Направление", "№", "Мероприятие", "Срок", "Ответственный"],
        ["Кадры", "1", "Обучение экспертов", "март 2025 г.", "ММС"],
        [UP, "2", "Обучение учителей", "апрель 2025 г.", "ОО"],
        ["Контроль", "3", "Перепроверка", "май 2025 г.", "МОУО"],
    ]
    for name, make in (("p.docx", docx_of), ("p.xlsx", xlsx_of), ("p.txt", txt_of)):
        plan = read(make(rows), name)
        assert [(one["number"], one["title"]) for one in plan["sections"]] == [
            ("1", "Кадры"),
            ("2", "Контроль"),
        ]
        assert [item["section"] for item in plan["items"]] == ["1", "1", "2"]


def test_a_numbered_row_without_term_and_bodies_over_its_parts_is_a_section():
    rows = [
        HEAD,
        ["1", "Подготовка", "", ""],
        ["1.1", "Опрос школ", "октябрь 2024 г.", "МОУО"],
        ["2", "Проведение", "", ""],
        ["2.1.", "Обучение", "ноябрь 2024 г.", "ММС"],
        ["2.15.", "Разбор", "декабрь 2024 г.", "ММС"],
    ]
    plan = read(docx_of(rows), "p.docx")
    assert [(item["number"], item["section"]) for item in plan["items"]] == [
        ("1.1", "1"), ("2.1", "2"), ("2.15", "2"),
    ]  # fmt: skip
    assert codes(plan) == [("number_gap", "2.15")]


# Merged cells, breaks, repeated headings


def test_a_term_or_bodies_merged_over_several_items_belong_to_each():
    rows = [
        [*HEAD, "Результат"],
        ["1", "Опрос школ", "октябрь 2024 г.", "МОУО, ОО", "справка"],
        ["2", "Отбор тем", UP, UP, "перечень"],
        ["3", "Обучение", "март 2025 г.", UP, UP],
    ]
    for name, make in (("p.docx", docx_of), ("p.xlsx", xlsx_of)):
        plan = read(make(rows), name)
        assert lines_of(plan) == [
            ("1", None, "Опрос школ", "period", "2024-10-01", "2024-10-31", "mouo school"),
            ("2", None, "Отбор тем", "period", "2024-10-01", "2024-10-31", "mouo school"),
            ("3", None, "Обучение", "period", "2025-03-01", "2025-03-31", "mouo school"),
        ]
        assert [item["result"] for item in plan["items"]] == ["справка", "перечень", "перечень"]
        assert codes(plan) == []


def test_an_item_merged_over_several_rows_of_bodies_is_one():
    rows = [
        HEAD,
        ["1", "Встреча", "май 2025 г.", "МОУО"],
        [UP, UP, UP, "ММС"],
        [UP, UP, UP, "ОО"],
        ["2", "Обзор", "июнь 2025 г.", "ОО"],
    ]
    for name, make in (("p.docx", docx_of), ("p.xlsx", xlsx_of)):
        assert [(one[0], one[-1]) for one in lines_of(read(make(rows), name))] == [
            ("1", "mouo mms school"),
            ("2", "school"),
        ]


@pytest.mark.parametrize("ditto", ["-//-", "—//—", '-"-', '"', "то же", "– « –"])
def test_ditto_signs_repeat_the_cell_above(ditto):
    rows = [*SAME_ROWS[:2], ["2", "Встреча", ditto, ditto]]
    plan = read(txt_of(rows))
    assert plan["items"][1]["deadline"] == plan["items"][0]["deadline"]
    assert plan["items"][1]["responsible"] == plan["items"][0]["responsible"]


def test_a_dash_in_a_cell_says_nothing():
    rows = [[*HEAD, "Результат"], ["1", "Встреча", "–", "-", "—"]]
    plan = read(txt_of(rows))
    assert [code for code, _ in codes(plan)] == ["no_deadline", "no_responsible", "no_result"]


def test_a_table_broken_by_pages_is_one():
    rows = [
        HEAD,
        ["1", "Встреча с руководителями школ, у которых", "в течение", "МОУО"],
        HEAD,
        ["", "расходятся отметки", "учебного года", "ОО"],
        ["2", "Обзор", "июнь 2025 г.", "ОО"],
    ]
    for name, make in (("p.docx", docx_of), ("p.xlsx", xlsx_of), ("p.txt", txt_of)):
        plan = read(make(rows, above=["План мероприятий на 2024-2025 учебный год"]), name)
        assert lines_of(plan) == [
            (
                "1", None, "Встреча с руководителями школ, у которых расходятся отметки",
                "school_year", "2024-09-01", "2025-05-31", "mouo school",
            ),
            ("2", None, "Обзор", "period", "2025-06-01", "2025-06-30", "school"),
        ]  # fmt: skip
        assert codes(plan) == [("page_break_repaired", "1")]


def test_two_tables_of_one_plan_with_a_line_between_are_two_sections():
    document = Document()
    document.add_paragraph("План мероприятий на 2025 год")
    document.add_paragraph("1. Подготовка")
    put_table(document, [HEAD, ["1.1", "Опрос", "май 2025 г.", "МОУО"]])
    document.add_paragraph("2. Проведение")
    put_table(document, [HEAD, ["2.1", "Обзор", "июнь 2025 г.", "ОО"]])
    plan = read(saved(document), "p.docx")
    assert [item["number"] for item in plan["items"]] == ["1.1", "2.1"]
    assert plan["items"][1]["section"] == "2"


def test_a_table_of_another_thing_and_the_signatures_are_no_items():
    document = Document()
    put_table(document, [["ПРИКАЗ", ""], ["от 30.04.2025", "№ 01-05/9"]])
    document.add_paragraph("План мероприятий на 2025 год")
    put_table(document, SAME_ROWS)
    document.add_paragraph("")
    put_table(document, [["Начальник управления", "И.И. Лесной"]])
    document.add_paragraph("Приложение № 2 к приказу")
    put_table(document, [["№", "Школа", "Адрес"], ["1", "Школа № 1", "Лесная, 1"]])
    plan = read(saved(document), "p.docx")
    assert lines_of(plan) == SAME_LINES
    assert (plan["order"]["number"], plan["order"]["date"]) == ("01-05/9", "2025-04-30")
    assert codes(plan) == []


# Numbers


def numbered(document, paragraph, level=0):
    """Make a paragraph one of the document's numbered list."""
    properties = paragraph._p.get_or_add_pPr()
    listed = OxmlElement("w:numPr")
    for tag, value in (("w:ilvl", level), ("w:numId", 99)):
        element = OxmlElement(tag)
        element.set(qn("w:val"), str(value))
        listed.append(element)
    properties.append(listed)


def with_list(document, *shapes):
    """Give a document a list of several levels, each shown as «%1.%2»."""
    numbering = document.part.numbering_part.element
    abstract = OxmlElement("w:abstractNum")
    abstract.set(qn("w:abstractNumId"), "99")
    for depth, (shape, shown) in enumerate(shapes):
        level = OxmlElement("w:lvl")
        level.set(qn("w:ilvl"), str(depth))
        for tag, value in (("w:start", "1"), ("w:numFmt", shape), ("w:lvlText", shown)):
            element = OxmlElement(tag)
            element.set(qn("w:val"), value)
            level.append(element)
        abstract.append(level)
    numbering.insert(0, abstract)
    one = OxmlElement("w:num")
    one.set(qn("w:numId"), "99")
    link = OxmlElement("w:abstractNumId")
    link.set(qn("w:val"), "99")
    one.append(link)
    numbering.append(one)


def test_numbers_that_word_makes_by_itself_are_read():
    document = Document()
    with_list(document, ("decimal", "%1."), ("decimal", "%1.%2."))
    rows = [HEAD, ["", "Подготовка", "", ""]]
    rows += [["", title, "май 2025 г.", "ОО"] for title in ("Первое", "Второе")]
    rows += [["", "Проведение", "", ""], ["", "третье по счёту", "июнь 2025 г.", "ОО"]]
    table = put_table(document, rows)
    for row, depth in ((1, 0), (2, 1), (3, 1), (4, 0), (5, 1)):
        numbered(document, table.cell(row, 0).paragraphs[0], depth)
    plan = read(saved(document), "p.docx")
    assert [(item["number"], item["section"], item["title"]) for item in plan["items"]] == [
        ("1.1", "1", "Первое"),
        ("1.2", "1", "Второе"),
        ("2.1", "2", "третье по счёту"),
    ]


def test_clauses_numbered_by_word_are_read_like_typed_ones():
    document = Document()
    with_list(document, ("decimal", "%1."), ("decimal", "%1.%2."))
    for line in ("ПРИКАЗ", "от 01.09.2025 № 7", "О проверке работ", "ПРИКАЗЫВАЮ:"):
        document.add_paragraph(line)
    for depth, line in (
        (0, "Руководителям общеобразовательных организаций:"),
        (1, "Провести опрос до 1 октября 2025 года."),
        (1, "Представить справку не позднее 10.10.2025."),
        (0, "Контроль за исполнением приказа оставляю за собой."),
    ):
        numbered(document, document.add_paragraph(line), depth)
    plan = read(saved(document), "p.docx")
    assert lines_of(plan) == [
        ("1.1", None, "Провести опрос.", "until", None, "2025-10-01", "school"),
        ("1.2", None, "Представить справку.", "until", None, "2025-10-10", "school"),
    ]


@pytest.mark.parametrize("number", ["1", "1.", "1)", "№ 1", "п. 1", "1 ."])
def test_a_number_may_be_written_in_several_ways(number):
    [item] = read(txt_of([HEAD, [number, "Встреча", "май 2025", "ОО"]]))["items"]
    assert item["number"] == "1"


def test_numbers_inside_the_column_of_titles_are_numbers():
    rows = [
        ["Мероприятия", "Сроки", "Ответственные"],
        ["1. Опрос школ", "май 2025 г.", "МОУО"],
        ["2. Обзор", "июнь 2025 г.", "ОО"],
    ]
    for name, make in (("p.docx", docx_of), ("p.xlsx", xlsx_of), ("p.txt", txt_of)):
        assert [(one[0], one[2]) for one in lines_of(read(make(rows), name))] == [
            ("1", "Опрос школ"),
            ("2", "Обзор"),
        ]


def test_rows_without_any_numbers_are_counted():
    rows = [HEAD[1:], *[row[1:] for row in SAME_ROWS[1:]]]
    for name, make in (("p.docx", docx_of), ("p.xlsx", xlsx_of), ("p.txt", txt_of)):
        assert lines_of(read(make(rows), name)) == SAME_LINES


# Terms and bodies of other authorities


@pytest.mark.parametrize(
    ("printed", "kind", "start", "end"),
    [
        ("III квартал 2024 г.", "period", "2024-07-01", "2024-09-30"),
        ("2 полугодие 2025 г.", "period", "2025-07-01", "2025-12-31"),
        ("ноябрь 2024 г. – январь 2025 г.", "period", "2024-11-01", "2025-01-31"),
        ("декабрь – февраль", "period", "2024-12-01", "2025-02-28"),
        ("с 10 по 20 сентября 2024 года", "period", "2024-09-10", "2024-09-20"),
        ("01.10.2024 - 15.10.2024", "period", "2024-10-01", "2024-10-15"),
        ("не позднее 25.12.2024", "until", None, "2024-12-25"),
        ("до конца учебного года", "until", None, "2025-05-31"),
        ("2024/2025 учебный год", "school_year", "2024-09-01", "2025-05-31"),
        ("I-II кварталы 2025 года", "period", "2025-01-01", "2025-06-30"),
        ("осень 2024 г.", "period", "2024-09-01", "2024-11-30"),
        ("по отдельному графику", "on_schedule", None, None),
        ("в период проведения ВПР", "on_schedule", None, None),
        ("по мере поступления обращений", "on_demand", None, None),
        ("на постоянной основе", "continuous", "2024-09-01", "2025-08-31"),
    ],
)
def test_terms_of_other_authorities_are_read_in_their_table(printed, kind, start, end):
    rows = [HEAD, ["1", "Встреча", printed, "ОО"]]
    for name, make in (("p.docx", docx_of), ("p.xlsx", xlsx_of), ("p.txt", txt_of)):
        plan = read(make(rows, above=["План мероприятий на 2024-2025 учебный год"]), name)
        [item] = plan["items"]
        term = item["deadline"]
        assert (term["text"], term["kind"], term["start"], term["end"]) == (
            printed,
            kind,
            start,
            end,
        )
        assert codes(plan) == []


def test_real_dates_of_a_workbook_are_days():
    rows = [HEAD, [1, "Встреча", datetime.date(2025, 5, 12), "ОО"]]
    [item] = read(xlsx_of(rows), "p.xlsx")["items"]
    assert item["deadline"]["start"] == item["deadline"]["end"] == "2025-05-12"
    assert item["deadline"]["text"] == "12.05.2025"


def test_bodies_of_another_region_are_known_or_honestly_unknown():
    cell = (
        "Департамент образования Энской области\nРИПКРО\nГБУ ЦОКО\n"
        "муниципальные координаторы\nМБОУ СОШ № 1, № 5"
    )
    rows = [HEAD, ["1", "Встреча", "май 2025", cell]]
    for name, make in (("p.docx", docx_of), ("p.xlsx", xlsx_of)):
        plan = read(make(rows), name)
        assert [(one["text"], one["body"]) for one in plan["items"][0]["responsible"]] == [
            ("Департамент образования Энской области", "ministry"),
            ("РИПКРО", "other"),
            ("ГБУ ЦОКО", "other"),
            ("муниципальные координаторы", "other"),
            ("МБОУ СОШ № 1, № 5", "school"),
        ]


def test_of_persons_only_their_posts_are_kept():
    rows = [
        HEAD,
        [
            "1",
            "Встреча",
            "май 2025",
            "Лесная И.П., начальник отдела; директор МБОУ СОШ № 5 Петров А.Б.",
        ],
        ["2", "Обзор", "май 2025", "Лесная И.П."],
    ]
    first, second = read(txt_of(rows))["items"]
    assert [one["text"] for one in first["responsible"]] == [
        "начальник отдела",
        "директор МБОУ СОШ № 5",
    ]
    assert [one["text"] for one in second["responsible"]] == ["должностное лицо"]


# Text: pasted tables, strokes, the text layer of a PDF


def test_cells_that_a_spreadsheet_quotes_on_the_clipboard_are_whole():
    text = (
        "№\tМероприятие\tСроки\tОтветственные\n"
        '1\t"Сбор\nпредложений"\tмай 2025 г.\t"МОУО\nОО"\n'
        '2\t"Встреча ""Как мы проверяем"""\tиюнь 2025 г.\tКЦМКО\n'
    )
    first, second = read(text)["items"]
    assert first["title"] == "Сбор предложений"
    assert [one["body"] for one in first["responsible"]] == ["mouo", "school"]
    assert second["title"].startswith('"Встреча')


def test_bodies_that_word_puts_on_lines_of_their_own_belong_to_the_item():
    text = (
        "№\tМероприятие\tСроки\tОтветственные\n1.\tСбор\tмай 2025 г.\tКРИПКиПРО\nКЦМКО\nМОУО\n"
        "2.\tОбзор\tиюнь 2025 г.\tОО"
    )
    assert [one[-1] for one in lines_of(read(text))] == ["kripkipro kcmko mouo", "school"]


def test_a_table_drawn_with_strokes_is_read():
    text = """План мероприятий
| № | Мероприятие | Сроки | Ответственные |
|---|:---|---|---|
| 1 | Сбор предложений | май 2025 г. | МОУО |
| 2 | Встреча с экспертами | до 15 июня 2025 г. | КЦМКО, ОО |
"""
    assert lines_of(read(text)) == SAME_LINES


def test_a_table_pasted_with_its_tags_is_read():
    rows = "".join(
        "<tr>" + "".join(f"<td class='x'><p>{cell}</p></td>" for cell in row) + "</tr>"
        for row in SAME_ROWS
    )
    assert lines_of(read(f"План мероприятий\n<table>{rows}</table>")) == SAME_LINES


LAYERS = {
    "numbers without dots": """№ Наименование мероприятия Срок реализации Ответственный исполнитель
1 Сбор предложений май 2025 г. МОУО
2 Встреча с экспертами до 15 июня 2025 г. КЦМКО, ОО""",
    "each cell on a line of its own": """№ п/п
Мероприятие
Сроки
Ответственные
1.
Сбор предложений
май 2025 г.
МОУО
2.
Встреча с экспертами
до 15 июня
2025 г.
КЦМКО,
ОО""",
    "a heading over two lines": """№
п/п Мероприятие Сроки
исполнения Ответственные
1. Сбор
предложений
май 2025 г. МОУО
2. Встреча с экспертами до 15 июня 2025 г. КЦМКО,
ОО""",
    "bodies before the term": """№ Мероприятие Ответственные Сроки
1. Сбор предложений МОУО май 2025 г.
2. Встреча с экспертами КЦМКО, ОО
до 15 июня 2025 г.""",
    "pages": """№ Мероприятие Сроки Ответственные
1. Сбор предложений май 2025 г. МОУО

2

№ Мероприятие Сроки Ответственные
2. Встреча с экспертами до 15 июня 2025 г. КЦМКО, ОО

3""",
}


@pytest.mark.parametrize("text", LAYERS.values(), ids=LAYERS)
def test_a_text_layer_without_columns_is_divided(text):
    assert lines_of(read(text)) == SAME_LINES


def test_results_of_a_text_layer_stand_after_its_bodies():
    text = """№ п/п Мероприятие Сроки исполнения Ответственный Ожидаемый результат
1. Сбор предложений
май 2025 г.
МОУО
Перечень предложений школ
2. Встреча с экспертами до 15 июня 2025 г. КЦМКО, ОО
Протокол встречи"""
    plan = read(text)
    assert lines_of(plan) == SAME_LINES
    assert [one["result"] for one in plan["items"]] == [
        "Перечень предложений школ",
        "Протокол встречи",
    ]


def test_roman_headings_of_a_text_layer_are_sections_before_and_between_its_items():
    text = """№ Мероприятие Сроки Ответственные Результат
I. Подготовка
1. Сбор предложений май 2025 г. МОУО
Перечень
II. Проведение
2. Встреча с экспертами до 15 июня 2025 г. КЦМКО, ОО
Протокол"""
    plan = read(text)
    assert [(one["number"], one["title"]) for one in plan["sections"]] == [
        ("I", "Подготовка"),
        ("II", "Проведение"),
    ]
    assert [(one["section"], one["result"]) for one in plan["items"]] == [
        ("I", "Перечень"),
        ("II", "Протокол"),
    ]


def test_what_stands_over_a_table_that_nothing_names_is_its_title():
    above = [
        "Утверждена постановлением",
        "от 20 сентября 2024 года № 1200-п",
        "Программа поддержки",
    ]
    assert read(docx_of(SAME_ROWS, above=above), "p.docx")["title"] == "Программа поддержки"


# The order


@pytest.mark.parametrize(
    ("above", "number", "day", "issuer"),
    [
        (
            ["АДМИНИСТРАЦИЯ ЛЕСНОГО РАЙОНА", "ОТДЕЛ ОБРАЗОВАНИЯ", "ул. Лесная, 1, тел. 12-34", "",
             "РАСПОРЯЖЕНИЕ", "от 5 сентября 2025 года № 118-р", "Об утверждении плана"],
            "118-р", "2025-09-05", "Отдел образования администрации Лесного района",
        ),
        (
            ["Комитет образования города Энска", "П Р И К А З", "15.09.2025", "№ ОД-45", "О плане"],
            "ОД-45", "2025-09-15", "Комитет образования города Энска",
        ),
        (
            ["УТВЕРЖДЕН", "приказом МБОУ СОШ № 5", "от 30.08.2025 № 112-од"],
            "112-од", "2025-08-30", "МБОУ СОШ № 5",
        ),
        (
            ["Приложение № 1", "к приказу департамента образования Энской области",
             "от «03» сентября 2025 г. № 01-12/77"],
            "01-12/77", "2025-09-03", "Департамент образования Энской области",
        ),
        (["Приложение", "к приказу № 45 от 01.09.2025"], "45", "2025-09-01", None),
        (
            ["Утверждаю", "Директор МБОУ «Лицей № 3»", "Приказ от 01.09.2025 № 7"],
            "7", "2025-09-01", None,
        ),
    ],
)  # fmt: skip
def test_the_order_is_found_in_many_headings(above, number, day, issuer):
    rows = [HEAD, ["1", "Встреча", "май 2026 г.", "ОО"]]
    title = "План мероприятий («дорожная карта») на 2025-2026 учебный год"
    for name, make in (("p.docx", docx_of), ("p.xlsx", xlsx_of), ("p.txt", txt_of)):
        plan = read(make(rows, above=[*above, "", title]), name)
        order = plan["order"]
        assert (order["number"], order["date"], order["issuer"]) == (number, day, issuer)
        assert plan["title"] == title
        assert plan["period"] == {"start": "2025-09-01", "end": "2026-08-31"}


# Laws: invented plans written and read back

TITLES = st.text("абгдежз ", min_size=3, max_size=40).map(
    lambda text: "П" + re.sub(" +", " ", text).strip()
)
TERMS = st.sampled_from(
    ["май 2025 г.", "до 1 июня 2025 г.", "по графику", "постоянно", "в течение учебного года",
     "III квартал 2025 г.", "01.04.2025", "ежегодно", "с 1 по 15 октября 2025 г."]
)  # fmt: skip
BODIES = st.lists(
    st.sampled_from(["МОУО", "ММС", "ОО", "КЦМКО", "КРИПКиПРО", "Управление образования"]),
    min_size=1, max_size=3, unique=True,
)  # fmt: skip
PLANS = st.lists(st.tuples(TITLES, TERMS, BODIES, TITLES), min_size=1, max_size=6)
NAMED = {
    "№ п/п": 0, "Мероприятие": 1, "Сроки": 2, "Ответственные": 3, "Результат": 4,
}  # fmt: skip


@settings(max_examples=25)
@given(plan=PLANS, order=st.permutations(list(NAMED)), sectioned=st.booleans(), data=st.data())
@pytest.mark.parametrize(
    ("name", "make"), [("p.docx", docx_of), ("p.xlsx", xlsx_of), ("p.txt", txt_of)]
)
def test_an_invented_plan_reads_back_the_same(name, make, plan, order, sectioned, data):
    separator = data.draw(st.sampled_from([", ", "; ", "\n"]))
    rows = [order]
    if sectioned:
        rows.append(["I. Начало", LEFT, LEFT, LEFT, LEFT])
    for number, (title, term, bodies, result) in enumerate(plan, start=1):
        cells = [f"{number}.", title, term, separator.join(bodies), result]
        rows.append([cells[NAMED[column]] for column in order])

    read_back = read(make(rows), name)

    assert [
        (
            item["number"],
            item["title"],
            item["deadline"]["text"],
            [body["text"] for body in item["responsible"]],
            item["result"],
        )
        for item in read_back["items"]
    ] == [(str(n), *row) for n, row in enumerate(plan, start=1)]
    assert [one["title"] for one in read_back["sections"]] == (["Начало"] if sectioned else [])
    assert codes(read_back) == []


@settings(max_examples=25)
@given(plan=PLANS)
def test_an_invented_text_layer_reads_back_the_same(plan):
    lines = ["№ Мероприятие Сроки Ответственные"]
    for number, (title, term, bodies, _) in enumerate(plan, start=1):
        lines.append(f"{number}. {title} {term} {', '.join(bodies)}")

    read_back = read("\n".join(lines))

    assert [
        (item["title"], item["deadline"]["text"], [body["text"] for body in item["responsible"]])
        for item in read_back["items"]
    ] == [row[:3] for row in plan]
