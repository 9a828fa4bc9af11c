"""Plans of invented authorities with the defects that real files have, read item by item."""

import datetime
import json
import os
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from organizations.errors import PortalError
from roadmaps.exchange.plan import NoPlan, read_plan

PLANS = Path(__file__).parent / "plans"
ROOT = Path(__file__).parents[2]
SEEDS = Path(os.environ.get("RSOKO_SEEDS", "orders"))


def plan_of(name):
    return read_plan((PLANS / name).read_bytes(), name).as_json()


def line_of(item):
    """An item as one line of a table: number, section, kind and days of its term, bodies."""
    term = item["deadline"]
    bodies = " ".join(body["body"] for body in item["responsible"])
    return (item["number"], item["section"], term["kind"], term["start"], term["end"], bodies)


def warned(plan):
    return [(warning["code"], warning["item"]) for warning in plan["warnings"]]


# A table with repeated headings


def test_every_item_of_a_regional_plan_is_read_through_its_repeated_headings():
    lines = [line_of(item) for item in plan_of("region.txt")["items"]]
    assert lines == [
        ("1", None, "period", "2024-08-01", "2024-08-31", "ministry kripkipro kcmko"),
        ("2", None, "until", None, "2024-08-31", "kripkipro mms"),
        ("3", None, "school_year", "2024-09-01", "2025-05-31", "kripkipro"),
        ("4", None, "period", "2024-03-01", "2024-05-31", "ministry kcmko mouo"),
        ("5", None, "period", "2025-09-01", "2025-09-30", "kcmko"),
        ("6", None, "period", "2025-02-01", "2025-03-31", "mouo school"),
        ("7", None, "period", "2025-08-01", "2025-08-31", "ministry kcmko kripkipro"),
    ]


def test_the_order_is_read_with_the_letterhead_in_its_usual_capitals():
    plan = plan_of("region.txt")
    assert plan["order"] == {
        "number": "318",
        "date": "2024-06-17",
        "title": "Об утверждении Дорожной карты по укреплению доверия к результатам "
        "проверочных работ в школах Приозёрья",
        "issuer": "Министерство образования Приозёрья",
    }
    assert plan["title"].startswith("Дорожная карта по укреплению доверия")
    assert plan["title"].endswith("в 2024-2025 учебном году и далее")
    assert plan["period"] == {"start": "2024-08-01", "end": "2025-09-30"}


def test_the_slips_of_a_regional_plan_are_told_and_nothing_else():
    plan = plan_of("region.txt")
    assert warned(plan) == [
        ("order_number_differs", None),
        ("deadline_before_order", "4"),
        ("misspelt_body", "7"),
        ("misspelt_body", "7"),
    ]
    assert plan["warnings"][0] == {
        "code": "order_number_differs",
        "item": None,
        "message": "В приказе № 318, в приложении № 813.",
        "place": "гриф приложения",
        "cure": "Вероятно, верен номер самого приказа: № 318.",
    }
    assert plan["warnings"][1]["cure"] == (
        "Вероятно, «март – май 2025»: так срок попадает в период плана."
    )


# Sections, broken rows, cells run into one


def test_every_item_of_a_district_plan_is_read_in_its_section():
    plan = plan_of("district.txt")
    year = ("2024-12-01", "2025-11-30")
    assert plan["sections"] == [
        {"number": "1", "title": "Общие мероприятия"},
        {"number": "2", "title": "Учебно-методические мероприятия"},
    ]
    assert [line_of(item) for item in plan["items"]] == [
        ("1.1", "1", "period", "2024-12-01", "2024-12-31", "mouo"),
        ("1.2", "1", "on_demand", None, None, "mouo"),
        ("1.3", "1", "period", "2024-12-01", "2024-12-31", "mms"),
        ("1.4", "1", "year", *year, "mouo mms school"),
        ("2.1", "2", "year", *year, "mouo mms school"),
        ("2.2", "2", "on_schedule", None, None, "mouo school"),
        ("2.3", "2", "recurring", None, None, "mms"),
        ("2.4", "2", "until", None, "2025-05-31", "mouo mms school"),
        ("2.5", "2", "continuous", *year, "school"),
        ("2.6", "2", "period", "2025-09-01", "2025-09-30", "school_coordinator teachers other"),
    ]


def test_results_are_whole_where_pages_broke_them_and_as_printed_where_the_file_ends_them():
    results = {item["number"]: item["result"] for item in plan_of("district.txt")["items"]}
    assert results == {
        "1.1": "Приказ издан",
        "1.2": "Новая редакция",
        "1.3": "Состав группы",
        "1.4": "Соблюдение правил, названных в порядке проведения работы",
        "2.1": "Перечень неясных критериев",
        "2.2": "Справка по школам",
        "2.3": "Решение о помощи школам, чьи",
        "2.4": "Отчёт",
        "2.5": "Снижение числа расхождений между работами и журналом",
        "2.6": None,
    }


def test_no_markup_is_left_in_a_plan():
    printed = json.dumps(plan_of("district.txt"), ensure_ascii=False)
    assert "<" not in printed
    assert "**" not in printed


def test_the_slips_of_a_district_plan_are_told_and_nothing_else():
    plan = plan_of("district.txt")
    assert plan["order"]["number"] == "77"
    assert plan["order"]["date"] == "2024-12-28"
    assert plan["order"]["issuer"] == "Управление образования администрации СМО"
    assert warned(plan) == [
        ("impossible_date", None),
        ("mixed_alphabets", None),
        ("page_break_repaired", "1.4"),
        ("cells_repaired", "2.1"),
        ("cells_repaired", "2.2"),
        ("page_break_repaired", "2.5"),
        ("unknown_body", "2.6"),
        ("no_result", "2.6"),
    ]


# The text layer of a PDF


def test_a_text_without_columns_is_divided_by_what_its_words_mean():
    plan = plan_of("city_layer.txt")
    assert plan["order"] == {
        "number": "45",
        "date": "2024-07-01",
        "title": None,
        "issuer": "КОиН",
    }
    assert [line_of(item) for item in plan["items"]] == [
        ("1", None, "period", "2024-08-01", "2024-08-31", "mouo mms"),
        ("2", None, "until", None, "2024-08-31", "mms"),
        ("3", None, "school_year", "2024-09-01", "2025-05-31", "mouo school"),
        ("4", None, "period", "2025-04-01", "2025-04-30", "mouo"),
        ("5", None, "period", "2025-09-01", "2025-09-30", "other"),
    ]
    assert [item["title"] for item in plan["items"]][2:] == [
        "Помощь школам при составлении критериев 2024 г. по новым образцам",
        "Перепроверка работ в случайно выбранных школах города с участием наблюдателей "
        "из других образовательных организаций",
        "Сравнение отметок с журналом",
    ]
    assert plan["items"][3]["responsible"] == [{"text": "КОиН", "body": "mouo"}]
    assert plan["items"][1]["deadline"]["text"] == "до сентября 2024 г."
    assert warned(plan) == [("page_break_repaired", "4"), ("unknown_body", "5")]


def test_sections_and_results_of_a_text_without_columns_are_told_apart():
    text = """Дорожная карта
№ Мероприятие Сроки Ответственные Результат
1. Подготовка
1.1. Сбор предложений школ
май 2025 г. МОУО
Перечень предложений
2. Проведение
2.1. Встреча с экспертами до 15 июня 2025 г. КЦМКО, ОО
Решение встречи"""
    plan = read_plan(text.encode(), "plan.txt").as_json()
    assert [section["title"] for section in plan["sections"]] == ["Подготовка", "Проведение"]
    assert [line_of(item) for item in plan["items"]] == [
        ("1.1", "1", "period", "2025-05-01", "2025-05-31", "mouo"),
        ("2.1", "2", "until", None, "2025-06-15", "kcmko school"),
    ]
    assert [item["result"] for item in plan["items"]] == ["Перечень предложений", "Решение встречи"]


def test_a_number_inside_a_text_without_columns_opens_no_item():
    text = """№ Мероприятие Сроки Ответственные
1. Обсуждение порядка по пункту
45. Положения о совете май 2025 г. ОО
2. Встреча июнь 2025 г. МОУО"""
    plan = read_plan(text.encode(), "plan.txt").as_json()
    assert [item["title"] for item in plan["items"]] == [
        "Обсуждение порядка по пункту 45. Положения о совете",
        "Встреча",
    ]


# Word and Excel

ROWS = [
    ["Сроки", "Исполнитель", "Наименование мероприятия", "№"],
    ["Раздел 1. Подготовка", "", "", ""],
    ["май 2025 г.", "МОУО", "Сбор предложений", "1.1"],
    ["до 15 июня 2025 г.", "КЦМКО\nОО", "Встреча с экспертами", "1.2"],
]
LINES = [
    ("1.1", "1", "period", "2025-05-01", "2025-05-31", "mouo"),
    ("1.2", "1", "until", None, "2025-06-15", "kcmko school"),
]
ABOVE = ["КОМИТЕТ ОБРАЗОВАНИЯ", "ПРИКАЗ", "от 30.04.2025 № 9-к", "План мероприятий на 2025 год"]


def document_of(rows, *, above=(), merged=()):
    document = Document()
    for line in above:
        document.add_paragraph(line)
    table = document.add_table(rows=0, cols=len(rows[0]))
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    for number in merged:
        cells = table.rows[number].cells
        cells[0].merge(cells[-1])
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def workbook_of(rows, *, above=()):
    workbook = Workbook()
    for row in [*([line] for line in above), [], *rows]:
        workbook.active.append(["", *row])
    content = BytesIO()
    workbook.save(content)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plan.docx", document_of(ROWS, above=ABOVE, merged=[1])),
        ("plan.xlsx", workbook_of(ROWS, above=ABOVE)),
        ("plan.txt", "\n".join([*ABOVE, *map("\t".join, ROWS)]).replace("\nОО", " ОО").encode()),
    ],
    ids=["docx", "xlsx", "txt"],
)
def test_columns_in_any_order_are_found_by_their_headings_in_each_format(name, content):
    plan = read_plan(content, name).as_json()
    assert [line_of(item) for item in plan["items"]] == LINES
    assert plan["sections"] == [{"number": "1", "title": "Подготовка"}]
    assert (plan["order"]["number"], plan["order"]["date"]) == ("9-к", "2025-04-30")
    assert plan["order"]["issuer"] == "Комитет образования"
    assert plan["period"] == {"start": "2025-01-01", "end": "2025-12-31"}
    assert warned(plan) == []


def test_rows_numbered_by_word_itself_get_their_numbers_back():
    rows = [["№", "Мероприятие", "Срок", "Ответственный"]]
    rows += [["", title, "май 2025 г.", "ОО"] for title in ("Первое", "Второе", "Третье")]
    rows.insert(3, ["", "и его окончание", "", ""])
    plan = read_plan(document_of(rows), "plan.docx").as_json()
    assert [(item["number"], item["title"]) for item in plan["items"]] == [
        ("1", "Первое"),
        ("2", "Второе и его окончание"),
        ("3", "Третье"),
    ]


def test_rows_numbered_by_word_inside_a_numbered_section_begin_with_its_number():
    rows = [["№", "Мероприятие", "Срок", "Ответственный"], ["2. Проведение", "", "", ""]]
    rows += [["", title, "май 2025 г.", "ОО"] for title in ("Первое", "Второе")]
    plan = read_plan(document_of(rows), "plan.docx").as_json()
    assert [item["number"] for item in plan["items"]] == ["2.1", "2.2"]


def test_a_cell_merged_over_two_rows_of_word_is_told_once():
    rows = [["№", "Мероприятие", "Срок", "Ответственный"]]
    rows += [["1", "Встреча", "май 2025 г.", "МОУО"], ["", "", "", "ОО"]]
    document = Document(BytesIO(document_of(rows)))
    table = document.tables[0]
    for column in range(3):
        table.cell(1, column).merge(table.cell(2, column))
    content = BytesIO()
    document.save(content)

    [item] = read_plan(content.getvalue(), "plan.docx").as_json()["items"]

    assert item["title"] == "Встреча"
    assert [body["text"] for body in item["responsible"]] == ["МОУО", "ОО"]


def test_numbers_that_a_workbook_took_for_fractions_and_dates_are_restored():
    numbers = [datetime.date(2025, 2, 1), *(float(f"1.{n}") for n in range(3, 10)), 1.1, 1.11]
    rows = [["№", "Мероприятие", "Срок"], *([n, "Встреча", "май 2025 г."] for n in numbers)]
    plan = read_plan(workbook_of(rows), "plan.xlsx").as_json()
    assert [item["number"] for item in plan["items"]] == [f"1.{n}" for n in range(2, 12)]


# What is doubtful


def plan_with(*rows, heading="№\tМероприятие\tСроки\tОтветственные"):
    return read_plan("\n".join([heading, *rows]).encode(), "plan.txt").as_json()


@pytest.mark.parametrize(
    ("row", "warning"),
    [
        ("3.\tВстреча\tмай 2025 г.\tОО", ("number_gap", "3")),
        ("1.\tВстреча\tмай 2025 г.\tОО", ("duplicate_number", "1")),
        ("2.\tВстреча\t\tОО", ("no_deadline", "2")),
        ("2.\tВстреча\tмай 2025 г.\t", ("no_responsible", "2")),
        ("2.\tВстреча\t31.06.2025\tОО", ("impossible_date", "2")),
        ("2.\tВстреча\tсентябрь\tОО", None),
        ("2.\tВстреча\tпосле дождя\tОО", ("deadline_not_understood", "2")),
        ("2.\tВстрeча\tмай 2025 г.\tОО", ("mixed_alphabets", "2")),
        ("2.\tВстреча\tмай 2025 г.\tСовет отцов", ("unknown_body", "2")),
        ("Итого\tдва\tмай 2025 г.\tОО", ("row_not_understood", None)),
    ],
)
def test_each_doubtful_place_is_told_with_its_item(row, warning):
    plan = plan_with("1.\tСбор\tмай 2025 г.\tОО", row)
    assert warned(plan) == ([warning] if warning else [])


def test_a_section_that_begins_its_numbers_again_repeats_none():
    plan = plan_with(
        "Подготовка\t\t\t", "1.\tСбор\tмай 2025\tОО", "Проведение\t\t\t", "1.\tРабота\tмай 2025\tОО"
    )
    assert [(item["number"], item["section"]) for item in plan["items"]] == [("1", "1"), ("1", "2")]
    assert warned(plan) == []


def test_a_heading_of_a_section_may_stand_on_two_lines_between_tables():
    plan = plan_with(
        "1.\tСбор\tмай 2025\tОО", "II. Проведение", "и итоги", "2.\tРабота\tмай 2025\tОО"
    )
    assert plan["sections"] == [{"number": "II", "title": "Проведение и итоги"}]
    assert [item["section"] for item in plan["items"]] == [None, "II"]


def test_a_column_is_known_by_the_word_that_stands_first_in_its_heading():
    heading = "№\tМероприятие, результат\tСрок проведения мероприятия\tИсполнитель мероприятия"
    plan = plan_with("1.\tСбор\tмай 2025\tОО", heading=heading)
    assert [line_of(item) for item in plan["items"]] == [
        ("1", None, "period", "2025-05-01", "2025-05-31", "school")
    ]


def test_a_cell_beyond_the_heading_is_told_and_not_lost():
    plan = plan_with("1.\tСбор\tмай 2025\tОО\tи ещё слово")
    assert [warning["message"] for warning in plan["warnings"]] == [
        "Строка таблицы не понята: «и ещё слово»."
    ]


def test_the_row_that_counts_columns_is_no_item():
    plan = plan_with("1\t2\t3\t4", "1.\tСбор\tмай 2025 г.\tОО")
    assert [item["title"] for item in plan["items"]] == ["Сбор"]


def test_an_annex_of_another_day_is_told():
    above = "ПРИКАЗ\nот 30.04.2025 № 9\nПриложение № 1\nк приказу КОиН от 03.05.2025 № 9"
    plan = plan_with("1.\tСбор\tмай 2025\tОО", heading=f"{above}\n№\tМероприятие\tСроки\tКто")
    told = [warning["message"] for warning in plan["warnings"]]
    assert "Приказ от 30.04.2025, а по приложению от 03.05.2025." in told
    assert ("order_number_differs", None) not in warned(plan)


# Laws

HEADINGS = {"number": "№ п/п", "title": "Мероприятие", "term": "Сроки", "bodies": "Ответственный"}
HEADINGS |= {"result": "Результат"}
TERMS = ["май 2025 г.", "до 1 июня 2025 г.", "по графику", "постоянно"]
CELLS = st.text("абвгд ", min_size=1, max_size=30).map(lambda text: f"А{text}".strip())
ROW = st.tuples(CELLS, st.sampled_from(TERMS), st.sampled_from(["ОО", "МОУО, ММС"]), CELLS)


@given(
    rows=st.lists(ROW, min_size=1, max_size=8),
    order=st.permutations(list(HEADINGS)),
    pages=st.sets(st.integers(0, 7)),
)
def test_a_table_reads_back_the_same_in_any_order_of_columns_and_pages(rows, order, pages):
    heading = "\t".join(HEADINGS[column] for column in order)
    lines = [heading]
    for number, cells in enumerate(rows, start=1):
        named = dict(zip(HEADINGS, [f"{number}.", *cells], strict=True))
        lines += ["", heading] if number in pages else []
        lines.append("\t".join(named[column] for column in order))

    plan = read_plan("\n".join(lines).encode(), "plan.txt").as_json()

    assert [
        (
            item["title"],
            item["deadline"]["text"],
            ", ".join(body["text"] for body in item["responsible"]),
            item["result"],
        )
        for item in plan["items"]
    ] == [tuple(" ".join(cell.split()) for cell in cells) for cells in rows]
    assert warned(plan) == []


@given(name=st.sampled_from(sorted(path.name for path in PLANS.iterdir())), data=st.data())
def test_a_damaged_plan_is_read_or_refused_and_never_breaks_the_reader(name, data):
    text = (PLANS / name).read_text()
    for _ in range(data.draw(st.integers(1, 5))):
        here, there = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=2)))
        put = data.draw(
            st.sampled_from(["", "\t", "\n", "<p>", "1.", "31.02.2022", text[here:there]])
        )
        text = text[:here] + put + text[min(there, here + 60) :]
    try:
        plan = read_plan(text.encode(), name)
    except PortalError:
        return
    assert plan.items
    assert all(
        item.section in {None, *(one.number for one in plan.sections)} for item in plan.items
    )


# What is no plan


@pytest.mark.skipif(
    not SEEDS.is_dir(), reason="the source orders are not distributed with the project"
)
def test_a_source_order_without_a_table_is_read_by_its_clauses():
    [path] = SEEDS.glob("003_*.txt")

    plan = read_plan(path.read_bytes(), path.name).as_json()

    assert (plan["order"]["number"], plan["order"]["date"]) == ("390", "2022-03-24")
    ends = [(item["number"], item["deadline"]["end"]) for item in plan["items"]]
    assert ends == [
        ("1.1", None), ("1.2", None), ("1.2", None), ("1.3", None), ("1.4", "2022-03-28"),
        ("1.5", "2022-04-01"), ("1.6", None), ("1.7", "2022-09-01"), ("2.1", "2022-04-01"),
        ("2.2", None),
    ]  # fmt: skip
    assert plan["items"][7]["deadline"]["recurrence"] == "yearly:09"
    assert [item["responsible"][0]["body"] for item in plan["items"]] == ["school"] * 8 + [
        "mms"
    ] * 2
    assert {code for code, _ in warned(plan)} == {"duplicate_number", "no_deadline"}
    assert ("duplicate_number", "1.2") in warned(plan)
    assert "Куропаткин" not in json.dumps(plan, ensure_ascii=False)


@pytest.mark.skipif(
    not SEEDS.is_dir(), reason="the source orders are not distributed with the project"
)
def test_a_source_order_that_approves_rules_is_no_plan():
    [path] = SEEDS.glob("004_*.txt")
    with pytest.raises(NoPlan):
        read_plan(path.read_bytes(), path.name)


def test_a_file_without_a_plan_is_refused_with_what_was_looked_for():
    order = "ПРИКАЗ\n№ 4\nОб итогах семинара\n1. Довести до школ.\n1.2. Принять к сведению."
    with pytest.raises(NoPlan, match=r"«order\.txt» нет плана.*«Мероприятие» и «Сроки»"):
        read_plan(order.encode(), "order.txt")


def test_a_heading_without_items_is_no_plan():
    with pytest.raises(NoPlan, match="под ним нет ни одного пункта"):
        read_plan("№\tМероприятие\tСроки".encode(), "plan.txt")


def test_a_text_far_longer_than_any_order_is_refused_at_once():
    row = "1.\tСбор\tмай 2025\tОО\n"
    with pytest.raises(NoPlan, match="больше 500000 знаков"):
        read_plan(("№\tМероприятие\tСроки\n" + row * 30_000).encode(), "plan.txt")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plan.txt", b""),
        ("plan.txt", "План".encode("cp1251")),
        ("plan.txt", bytes(range(256))),
        ("plan.pdf", b"%PDF-1.7"),
        ("plan.docx", document_of(ROWS)[:-200]),
        ("plan.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500),
    ],
)
def test_an_empty_foreign_or_damaged_file_is_refused_in_words(name, content):
    with pytest.raises(PortalError, match=r"[а-я]"):
        read_plan(content, name)


# The orders the project began with

ORDERS = {
    "000": ("1621", "2022-06-29", [None] * 14, {"order_number_differs", "deadline_before_order"}),
    "001": ("1081", "2023-12-29", ["1"] * 5 + ["2"] * 18, {"impossible_date", "mixed_alphabets"}),
    "002": ("800", "2022-07-15", [None] * 11, {"page_break_repaired"}),
}


@pytest.mark.skipif(
    not SEEDS.is_dir(), reason="the source orders are not distributed with the project"
)
@pytest.mark.parametrize(("prefix", "expected"), ORDERS.items())
def test_a_source_order_is_read_whole(prefix, expected):
    number, day, sections, codes = expected
    [path] = SEEDS.glob(f"{prefix}_*.txt")

    plan = read_plan(path.read_bytes(), path.name).as_json()

    assert (plan["order"]["number"], plan["order"]["date"]) == (number, day)
    assert [item["section"] for item in plan["items"]] == sections
    assert codes <= {code for code, _ in warned(plan)}
    assert not {"no_deadline", "no_responsible", "no_result", "number_gap"} & {
        code for code, _ in warned(plan)
    }
    for item in plan["items"]:
        assert item["deadline"]["kind"] != "unknown"
        assert item["responsible"]
        assert all(body["body"] != "other" for body in item["responsible"])
        assert "<" not in json.dumps(item, ensure_ascii=False)
