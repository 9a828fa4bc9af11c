"""Plans as other authorities print them: what reading them first got wrong."""

import io
import zipfile

import pytest

from organizations.errors import Refused
from roadmaps.exchange.plan import NoPlan, read_plan
from tests.roadmaps.paper import docx_of, txt_of, xlsx_of

HEAD = ["№ п/п", "Мероприятие", "Сроки", "Ответственные"]
TITLE = "План мероприятий по повышению объективности на 2023-2024 учебный год"


def read(content, name="p.txt"):
    content = content.encode() if isinstance(content, str) else content
    return read_plan(content, name).as_json()


def told(plan):
    return [
        (
            item["number"],
            item["title"],
            item["deadline"]["text"],
            [body["text"] for body in item["responsible"]],
            item["result"],
        )
        for item in plan["items"]
    ]


def codes(plan):
    return {one["code"] for one in plan["warnings"]}


KEPT_APART = """\
                   План мероприятий на 2023/2024 учебный год

№      Наименование мероприятия                   Срок реализации Ответственные Результат
п/п                                                               исполнители
I. Нормативное обеспечение
1.     Издание распоряжения о проведении ВПР      Февраль 2024     Департамент  Распоряжение
       на территории области                      года             образования  Департамента
                                                                   области
II. Контроль
2.      Обучение экспертов                        октябрь – ноябрь МОУО, ОО     Обучено не менее
                                                  2023 года                     100 экспертов
3.     Выезды наблюдателей в школы с признаками   март 2024 г.     Управление   Акты
№    Наименование мероприятия         Срок реализации   Ответственные исполнители   Результат
п/п
     необъективности                                    образования,
                                                        ОО
4.   Обсуждение итогов                до 1 июня 2024    ОО                          Протокол
"""


def test_columns_kept_apart_by_blanks_are_columns():
    plan = read(KEPT_APART)

    assert told(plan) == [
        (
            "1", "Издание распоряжения о проведении ВПР на территории области",
            "Февраль 2024 года", ["Департамент образования области"], "Распоряжение Департамента",
        ),
        (
            "2", "Обучение экспертов", "октябрь – ноябрь 2023 года", ["МОУО", "ОО"],
            "Обучено не менее 100 экспертов",
        ),
        (
            "3", "Выезды наблюдателей в школы с признаками необъективности", "март 2024 г.",
            ["Управление образования", "ОО"], "Акты",
        ),
        ("4", "Обсуждение итогов", "до 1 июня 2024", ["ОО"], "Протокол"),
    ]  # fmt: skip
    assert [(one["number"], one["title"]) for one in plan["sections"]] == [
        ("I", "Нормативное обеспечение"),
        ("II", "Контроль"),
    ]
    assert [item["section"] for item in plan["items"]] == ["I", "II", "II", "II"]
    assert [one["item"] for one in plan["warnings"] if one["code"] == "page_break_repaired"] == [
        "3"
    ]


CENTRED = """\
План мероприятий на 2024 год

№ п/п  Мероприятие                      Срок             Ответственные

       Проведение совещания с           январь 2024 г.   Управление
  1    руководителями школ                               образования
       по итогам года
       Анализ результатов               июнь 2024 г.     ММС
  2
       работ пятых классов
  3    Подготовка отчета                декабрь 2024 г.  МОУО
"""


def test_a_number_in_the_middle_of_its_row_takes_the_lines_over_it():
    assert [row[:4] for row in told(read(CENTRED))] == [
        (
            "1", "Проведение совещания с руководителями школ по итогам года",
            "январь 2024 г.", ["Управление образования"],
        ),
        ("2", "Анализ результатов работ пятых классов", "июнь 2024 г.", ["ММС"]),
        ("3", "Подготовка отчета", "декабрь 2024 г.", ["МОУО"]),
    ]  # fmt: skip


MOVED = """\
План мероприятий на 2024 год
Мероприятие                                Сроки          Ответственные    Результат
1                                          2              3                4
1. Разработка муниципального плана         сентябрь       УО               План
                                           2024
2. Единый методический день                октябрь 2024   МКУ «ЦРО»        Программа
1                                     2             3    4
3. Анализ школьных планов             ноябрь 2024   УО   Справка
4. Общественное наблюдение за ходом   апрель-май    ОО   Акты
ВПР                                   2025
"""


def test_columns_may_move_on_the_next_page_and_numbers_stand_in_titles():
    assert told(read(MOVED)) == [
        ("1", "Разработка муниципального плана", "сентябрь 2024", ["УО"], "План"),
        ("2", "Единый методический день", "октябрь 2024", ["МКУ «ЦРО»"], "Программа"),
        ("3", "Анализ школьных планов", "ноябрь 2024", ["УО"], "Справка"),
        ("4", "Общественное наблюдение за ходом ВПР", "апрель-май 2025", ["ОО"], "Акты"),
    ]


IN_ORDER = """\
План мероприятий на 2023-2024 учебный год
№ п/п Мероприятие Срок Ответственные
исполнители
Ожидаемый результат
1. Анализ за 2023 год
1. Издание распоряжения сентябрь
2023
МОУО
Распоряжение
2. Выезды в школы до 20 февраля
2024
ТОИПКРО
ЦОКО
Утверждено
положение
2. Кадровое обеспечение
1. Обучение экспертов I квартал 2024 года ОО Справка об итогах
обучения
"""


def test_a_text_layer_whose_sections_begin_anew_is_read():
    plan = read(IN_ORDER)

    assert told(plan) == [
        ("1", "Издание распоряжения", "сентябрь 2023", ["МОУО"], "Распоряжение"),
        ("2", "Выезды в школы", "до 20 февраля 2024", ["ТОИПКРО", "ЦОКО"], "Утверждено положение"),
        ("1", "Обучение экспертов", "I квартал 2024 года", ["ОО"], "Справка об итогах обучения"),
    ]
    assert [item["section"] for item in plan["items"]] == ["1", "1", "2"]
    assert "duplicate_number" not in codes(plan)


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16", "utf-8-sig"])
def test_a_text_is_read_in_the_encoding_an_old_program_wrote(encoding):
    content = txt_of([HEAD, ["1", "Встреча", "май 2024 г.", "ОО"]], above=[TITLE])

    plan = read(content.decode().encode(encoding))

    assert told(plan) == [("1", "Встреча", "май 2024 г.", ["ОО"], None)]


def test_bytes_that_are_no_russian_text_are_refused():
    with pytest.raises(Refused):
        read(bytes(range(128, 256)) * 20)


@pytest.mark.parametrize(("name", "make"), [("p.docx", docx_of), ("p.xlsx", xlsx_of)])
def test_an_item_with_the_words_of_a_heading_is_an_item(name, make):
    rows = [
        HEAD,
        ["1", "Мероприятие проекта", "весь период", "ОО"],
        ["2", "Содержание занятий", "2 раза за период", "ОО"],
        ["3", "Действия координатора", "май 2024 г.", "Ответственный исполнитель"],
    ]

    plan = read(make(rows, above=[TITLE]), name)

    assert [item["number"] for item in plan["items"]] == ["1", "2", "3"]


def test_a_long_term_does_not_move_the_beginning_of_the_plan():
    rows = [HEAD, ["1", "Проект", "2023-2024 годы", "ОО"], ["2", "Итоги", "апрель", "ОО"]]

    plan = read(docx_of(rows, above=[TITLE]), "p.docx")

    assert plan["items"][1]["deadline"]["end"] == "2024-04-30"


def test_a_heading_that_is_a_month_is_the_term_of_items_without_one():
    rows = [
        ["№", "Содержание контроля", "Ответственный"],
        ["СЕНТЯБРЬ", "<", "<"],
        ["1", "Входные работы", "Директор"],
        ["ЯНВАРЬ", "<", "<"],
        ["1", "Итоги полугодия", "Директор"],
    ]

    plan = read(docx_of(rows, above=["План контроля на 2024-2025 учебный год"]), "p.docx")

    assert [item["deadline"]["end"] for item in plan["items"]] == ["2024-09-30", "2025-01-31"]
    assert "no_deadline" not in codes(plan)


@pytest.mark.parametrize(
    ("above", "number", "day", "issuer"),
    [
        (
            ["УПРАВЛЕНИЕ ОБРАЗОВАНИЯ ГОРОДА", "ПРИКАЗ", "«_18_» _октября_ 2023 г. № _01-04-356_"],
            "01-04-356", "2023-10-18", "Управление образования города",
        ),
        (
            ["КОМИТЕТ ПО ОБРАЗОВАНИЮ", "АДМИНИСТРАЦИИ ОКРУГА", "ПРИКАЗ", "15.01.2024 № 287", "",
             "Приложение к приказу комитета по образованию от 15.01.2024 № 287"],
            "287", "2024-01-15", "Комитет по образованию администрации округа",
        ),
        (
            ["АДМИНИСТРАЦИЯ ЗАРЕЧНОГО ГОРОДСКОГО ОКРУГА", "УПРАВЛЕНИЕ ОБРАЗОВАНИЯ", "ПРИКАЗ",
             "20.06.2023 № 412"],
            "412", "2023-06-20", "Управление образования администрации Заречного городского округа",
        ),
        (
            ["Рассмотрено, протокол от 30.08.2023 № 1", "УТВЕРЖДАЮ", "Директор школы",
             "Приказ от 02.09.2023 № 156-о"],
            "156-о", None, None,
        ),
    ],
)  # fmt: skip
def test_the_order_is_found_under_other_letterheads(above, number, day, issuer):
    rows = [HEAD, ["1", "Встреча", "май 2024 г.", "ОО"]]

    plan = read(docx_of(rows, above=[*above, "", TITLE]), "p.docx")

    order = plan["order"]
    assert (order["number"], order["issuer"]) == (number, issuer)
    assert order["date"] == day or day is None
    assert "order_number_differs" not in codes(plan)


CLAUSES = """\
Отдел образования администрации района
ПРИКАЗ
от 03.10.2023 № 97/1
Об организации работы
ПРИКАЗЫВАЮ:
1. Руководителям образовательных организаций:
- назначить координаторов до 10.10.2023;
- проводить перекрестную проверку работ.
2. Отделу оценки качества образования подготовить рекомендации до 1 июня 2024 года.
3. Контроль за исполнением приказа оставляю за собой.
"""


def test_points_under_an_address_are_tasks_each_with_its_own_term():
    plan = read(CLAUSES)

    found = [
        (item["number"], item["deadline"]["text"], [body["text"] for body in item["responsible"]])
        for item in plan["items"]
    ]
    schools = "Руководителям образовательных организаций"
    assert found == [
        ("1.1", "до 10.10.2023", [schools]),
        ("1.2", "", [schools]),
        ("2", "до 1 июня 2024 года", ["Отделу оценки качества образования"]),
    ]


@pytest.mark.parametrize(
    ("cell", "bodies"),
    [
        ("Директора школ – участниц проекта", [("Директора школ – участниц проекта", "school")]),
        ("Министерство", [("Министерство", "ministry")]),
        ("Минобрнауки ЗО, ИРО", [("Минобрнауки ЗО", "ministry"), ("ИРО", "other")]),
        ("Директор\nзам. директора", [("Директор", "school"), ("зам. директора", "school")]),
        (
            "Классные руководители 9, 11 классов",
            [("Классные руководители 9, 11 классов", "teachers")],
        ),
        (
            "ГАОУ ДПО «Институт развития образования», ЦОКО",
            [("ГАОУ ДПО «Институт развития образования»", "other"), ("ЦОКО", "other")],
        ),
    ],
)
def test_bodies_of_other_regions_are_kept_whole(cell, bodies):
    plan = read(docx_of([HEAD, ["1", "Встреча", "май 2024 г.", cell]]), "p.docx")

    assert [(one["text"], one["body"]) for one in plan["items"][0]["responsible"]] == bodies


# Files that hold no plan, or try to choke the reader.


def with_rows(content, rows):
    """The workbook with more rows, as XML, under the ones it has."""
    changed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            part = before.read(name)
            if name.endswith("sheet1.xml"):
                part = part.replace(b"</sheetData>", rows + b"</sheetData>")
            after.writestr(name, part)
    return changed.getvalue()


def test_empty_rows_to_the_end_of_the_sheet_are_no_harm():
    book = xlsx_of([HEAD, ["1", "Встреча", "май 2024 г.", "ОО"]])
    empty = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(3, 1_048_577))

    plan = read(with_rows(book, empty), "p.xlsx")

    assert len(plan["items"]) == 1


def test_a_far_cell_is_refused_before_the_sheet_is_laid_out():
    book = xlsx_of([HEAD, ["1", "Встреча", "май 2024 г.", "ОО"]])
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'

    with pytest.raises(Refused, match="1048576"):
        read(with_rows(book, far), "p.xlsx")


@pytest.mark.parametrize(
    "text",
    [
        "Положение о системе оценки\n1. Общие положения\n1.1. Мониторинг проводится ежегодно.\n"
        "2. Порядок\n2.1. Итоги обсуждаются до 1 сентября.",
        "№   Мероприятие   Срок   Ответственные\n1\n2\n3\n",
        "№   Мероприятие   Срок   Ответственные\n" + "а б" * 60_000,
    ],
    ids=["a regulation", "numbers only", "one long line"],
)
def test_a_text_without_a_plan_says_what_was_looked_for(text):
    with pytest.raises(NoPlan, match="нет плана мероприятий"):
        read(text)
