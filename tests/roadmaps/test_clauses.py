"""Orders whose tasks stand in clauses: who is told to do what, and by when."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadmaps.exchange.plan import NoPlan, read_plan

DISTRICT = """УПРАВЛЕНИЕ ОБРАЗОВАНИЯ АДМИНИСТРАЦИИ ЛЕСНОГО РАЙОНА

ПРИКАЗ

от 12.09.2025 № 214

Об организации проверочных работ

В целях объективности приказываю:

1. Утвердить состав рабочей группы (приложение 1).
2. Главному специалисту управления образования Лесной И.П.:
2.1. Организовать совещание с руководителями школ в срок до 20 сентября 2025 г.
2.2. Ежемесячно представлять отчёт о ходе подготовки.
3. Муниципальной методической службе (Петрова А.Б.) провести семинар с 1 по 10 октября 2025 года.
4. Рекомендовать руководителям общеобразовательных организаций:
- назначить школьных координаторов до 25.09.2025;
- обеспечить наблюдателей не позднее 1 октября 2025 года;
- ознакомить родителей.
5. Руководителям ОО обеспечить хранение работ
в течение учебного года.
6. Довести приказ до сведения руководителей.
7. Контроль за исполнением приказа оставляю за собой.

Начальник управления                      И.П. Боровой

С приказом ознакомлены:
8. Сделать копию до 01.10.2025
"""


def read(text):
    return read_plan(text.encode(), "order.txt").as_json()


def line_of(item):
    """An item as one line: number, title, printed term, its end, codes of its bodies."""
    term = item["deadline"]
    bodies = " ".join(body["body"] for body in item["responsible"])
    return (item["number"], item["title"], term["text"], term["end"], bodies)


def lines_of(text):
    return [line_of(item) for item in read(text)["items"]]


def test_every_task_of_an_order_is_read_with_whom_it_addresses_and_its_term():
    assert lines_of(DISTRICT) == [
        ("2.1", "Организовать совещание с руководителями школ.",
         "в срок до 20 сентября 2025 г.", "2025-09-20", "mouo"),
        ("2.2", "Ежемесячно представлять отчёт о ходе подготовки.", "Ежемесячно", None, "mouo"),
        ("3", "Провести семинар.", "с 1 по 10 октября 2025 года", "2025-10-10", "mms"),
        ("4.1", "назначить школьных координаторов.", "до 25.09.2025", "2025-09-25", "school"),
        ("4.2", "обеспечить наблюдателей.",
         "не позднее 1 октября 2025 года", "2025-10-01", "school"),
        ("4.3", "ознакомить родителей.", "", None, "school"),
        ("5", "Обеспечить хранение работ.", "в течение учебного года", "2026-05-31", "school"),
        ("6", "Довести приказ до сведения руководителей.", "", None, ""),
    ]  # fmt: skip


def test_the_order_over_clauses_is_read_like_one_over_a_table():
    plan = read(DISTRICT)
    assert plan["order"] == {
        "number": "214",
        "date": "2025-09-12",
        "title": "Об организации проверочных работ",
        "issuer": "Управление образования администрации Лесного района",
    }
    assert plan["title"] == "Об организации проверочных работ"


def test_no_name_of_a_person_is_kept():
    printed = str(read(DISTRICT))
    assert "управления образования" in printed
    assert not re.search(r"Лесной И|Петрова|Боровой", printed)


def test_an_address_stands_for_all_clauses_under_it_until_one_has_its_own():
    text = """ПРИКАЗЫВАЮ:
1. Руководителям школ:
1.1. Провести опрос до 1 мая 2025 года.
1.2. Муниципальной методической службе обобщить опрос до 15 мая 2025 года.
1.3. Рабочей группе изучить опрос до 20 мая 2025 года."""
    assert [line[-1] for line in lines_of(text)] == ["school", "mms", "school"]


def test_a_clause_that_begins_what_its_parts_end_is_a_section():
    text = """постановляет:
1. Организовать работу по поддержке школ:
1.1. Управлению образования разработать программы (срок - до 1 марта 2023 г.).
1.2. Методическому кабинету ежеквартально проводить консультации."""
    plan = read(text)
    assert plan["sections"] == [{"number": "1", "title": "Организовать работу по поддержке школ"}]
    assert [line_of(item) for item in plan["items"]] == [
        ("1.1", "Разработать программы.", "до 1 марта 2023 г.", "2023-03-01", "mouo"),
        ("1.2", "Ежеквартально проводить консультации.", "Ежеквартально", None, "mms"),
    ]


@pytest.mark.parametrize(
    "word",
    ["п р и к а з ы в а ю:", "ПРИКАЗЫВАЮ:", "На основании плана приказываю:", "обязываю:",
     "администрация п о с т а н о в л я е т:", "РЕШИЛИ:", "решил:", "РЕШЕНИЕ:", "поручаю:"],
)  # fmt: skip
def test_clauses_begin_after_the_word_that_resolves(word):
    text = f"от 01.04.2025 № 5\n\n{word}\n\n1. Руководителям ОО провести опрос до 1 мая 2025 года."
    assert lines_of(text) == [
        ("1", "Провести опрос.", "до 1 мая 2025 года", "2025-05-01", "school")
    ]


INSIDE = {
    "Провести опрос в срок до 28 марта 2025 года.": ("в срок до 28 марта 2025 года", "2025-03-28"),
    "До 28.03.2025 провести опрос.": ("До 28.03.2025", "2025-03-28"),
    "Провести в мае 2025 года опрос школ.": ("в мае 2025 года", "2025-05-31"),
    "Провести опрос. Срок: 12.05.2025.": ("12.05.2025", "2025-05-12"),
    "Провести опрос (не позднее 12 мая 2025 г.).": ("не позднее 12 мая 2025 г.", "2025-05-12"),
    "Провести опрос с 12 по 16 мая 2025 года.": ("с 12 по 16 мая 2025 года", "2025-05-16"),
    "Составить план на 2025-2026 учебный год до 1 июня 2025 года.": (
        "до 1 июня 2025 года",
        "2025-06-01",
    ),
    "Обновить порядок (приказ от 12.05.2024 № 7) до 1 июня 2025 года.": (
        "до 1 июня 2025 года",
        "2025-06-01",
    ),
    "Провести опрос до 1 сентября 2025 года; ежегодно повторять его.": (
        "до 1 сентября 2025 года; ежегодно",
        "2025-09-01",
    ),
}


@pytest.mark.parametrize(("said", "reading"), INSIDE.items())
def test_the_term_is_found_inside_the_clause(said, reading):
    text = f"ПРИКАЗ\nот 01.03.2025 № 5\nПРИКАЗЫВАЮ:\n1. {said}"
    [item] = read(text)["items"]
    assert (item["deadline"]["text"], item["deadline"]["end"]) == reading


@pytest.mark.parametrize(
    "said",
    [
        "Довести до сведения педагогов.",
        "Руководствоваться приказом от 12.05.2024 № 7.",
        "Подвести итоги 2024 года.",
        "Составить план на 2025-2026 учебный год.",
        "Работать в соответствии с планом.",
    ],
)
def test_a_clause_without_a_term_gets_none(said):
    text = f"ПРИКАЗ\nот 01.03.2025 № 5\nПРИКАЗЫВАЮ:\n1. {said}\n2. Провести опрос до 1 мая 2025 г."
    first, _ = read(text)["items"]
    assert first["deadline"]["text"] == ""
    assert ("no_deadline", "1") in [(one["code"], one["item"]) for one in read(text)["warnings"]]


@pytest.mark.parametrize(
    "last",
    [
        "Контроль за исполнением приказа возложить на заместителя начальника.",
        "Контроль исполнения приказа оставляю за собой.",
        "Настоящий приказ вступает в силу со дня подписания.",
        "Признать утратившим силу приказ от 01.02.2024 № 4.",
    ],
)
def test_what_an_order_says_of_itself_is_no_task(last):
    text = f"ПРИКАЗЫВАЮ:\n1. Руководителям ОО провести опрос до 1 мая 2025 г.\n2. {last}"
    assert [line[0] for line in lines_of(text)] == ["1"]


def test_whoever_answers_by_a_label_is_the_responsible_body():
    text = "РЕШИЛИ:\n1. Провести опрос. Срок: до 01.12.2025. Ответственный: методический кабинет."
    assert lines_of(text) == [("1", "Провести опрос.", "до 01.12.2025", "2025-12-01", "mms")]


def test_an_order_that_sets_no_term_is_no_plan():
    text = (
        "ПРИКАЗ\nот 01.03.2025 № 5\nПРИКАЗЫВАЮ:\n1. Утвердить порядок.\n2. Разместить его на сайте."
    )
    with pytest.raises(NoPlan, match="пункты приказа со сроками"):
        read(text)


def test_the_table_is_the_plan_where_an_order_has_both():
    text = f"{DISTRICT}\n№\tМероприятие\tСроки\tОтветственные\n1.\tСбор\tмай 2026 г.\tОО"
    assert [line[1] for line in lines_of(text)] == ["Сбор"]


TASKS = st.tuples(
    st.text("бджз ", max_size=20).map(lambda text: f"Провести {' '.join(text.split())}".strip()),
    st.sampled_from(["до 1 мая 2025 года", "в срок до 12.05.2025", "не позднее 3 июня 2025 г.",
                     "в течение учебного года", "ежегодно", "с 1 по 5 мая 2025 года", ""]),
)  # fmt: skip
ADDRESSES = st.sampled_from(
    ["Руководителям общеобразовательных организаций", "Методическому кабинету",
     "Управлению образования администрации Лесного района", "Директорам школ"]
)  # fmt: skip


@settings(max_examples=40)
@given(
    parts=st.lists(
        st.tuples(ADDRESSES, st.lists(TASKS, min_size=1, max_size=3)), min_size=1, max_size=4
    )
)
def test_invented_clauses_read_back_the_same(parts):
    lines = ["ПРИКАЗ", "от 01.04.2025 № 5", "О проверке", "", "ПРИКАЗЫВАЮ:"]
    wanted = []
    for first, (address, tasks) in enumerate(parts, start=1):
        lines.append(f"{first}. {address}:")
        for second, (task, term) in enumerate(tasks, start=1):
            lines.append(f"{first}.{second}. {task} {term}.".replace(" .", "."))
            wanted.append((f"{first}.{second}", f"{task}.", term, address))
    lines.append(f"{len(parts) + 1}. Контроль за исполнением приказа оставляю за собой.")

    if not any(term for _, _, term, _ in wanted):
        with pytest.raises(NoPlan):
            read("\n".join(lines))
        return
    items = read("\n".join(lines))["items"]

    assert [
        (item["number"], item["title"], item["deadline"]["text"], item["responsible"][0]["text"])
        for item in items
    ] == wanted


SCRAPS = ["ПРИКАЗЫВАЮ:", "1.", "1.1. Провести", "2) Руководителям ОО:", "- до 1 мая 2025 г."]
SCRAPS += ["31.02.2025", "Ответственный:", "Срок:", "ежегодно", "Контроль за исполнением", "("]
SCRAPS += ["Лесной И.П.", ""]


@settings(max_examples=60)
@given(st.lists(st.sampled_from(SCRAPS), max_size=12))
def test_any_clauses_are_read_or_refused(lines):
    try:
        plan = read("\n".join(lines) or "-")
    except NoPlan:
        return
    assert all(item["title"] for item in plan["items"])
