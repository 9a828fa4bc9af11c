"""Bodies of a cell: who is named, with slips and without separators, and that nothing is lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmaps.bodies import are_bodies, read_bodies
from roadmaps.names import NAMES, OTHER, TITLES

CELLS = {
    "Министерство образования Приозёрья КРИПКиПРО КЦМКО": [
        ("Министерство образования Приозёрья", "ministry"),
        ("КРИПКиПРО", "kripkipro"),
        ("КЦМКО", "kcmko"),
    ],
    "Министерство образования и науки Приозёрского края": [
        ("Министерство образования и науки Приозёрского края", "ministry")
    ],
    "КОиН,  \n\nМАОУ ДПО ИПК": [("КОиН", "mouo"), ("МАОУ ДПО ИПК", "mms")],
    "КРИРПО / КЦДО; ГКУ КЦМКО и ОО": [
        ("КРИРПО", "krirpo"),
        ("КЦДО", "kcdo"),
        ("ГКУ КЦМКО", "kcmko"),
        ("ОО", "school"),
    ],
    "Управление образования методический кабинет ОО": [
        ("Управление образования", "mouo"),
        ("методический кабинет", "mms"),
        ("ОО", "school"),
    ],
    "Методический кабинет Управления образования администрации СМО": [
        ("Методический кабинет Управления образования администрации СМО", "mms")
    ],
    "Управление образования и молодёжной политики администрации города Лесного": [
        ("Управление образования и молодёжной политики администрации города Лесного", "mouo")
    ],
    "Муниципальные методические службы\nобщеобразовательные организации": [
        ("Муниципальные методические службы", "mms"),
        ("общеобразовательные организации", "school"),
    ],
    "Школьный координатор ВПР, учителя-предметники, ШМО": [
        ("Школьный координатор ВПР", "school_coordinator"),
        ("учителя-предметники", "teachers"),
        ("ШМО", "teachers"),
    ],
    "Центр «Здоровье и развитие личности», «Сириус. Кузбасс»": [
        ("Центр", OTHER),
        ("«Здоровье и развитие личности»", "ocpprik"),
        ("«Сириус. Кузбасс»", "sirius"),
    ],
    "МБОУ СОШ № 4 имени Ивана Лесного": [("МБОУ СОШ № 4 имени Ивана Лесного", "school")],
    "Руководители ОО (по согласованию), МОУО": [
        ("Руководители ОО (по согласованию)", "school"),
        ("МОУО", "mouo"),
    ],
    "1) МОУО 2) ОО": [("МОУО", "mouo"), ("ОО", "school")],
    "1. МОУО 2. ОО": [("МОУО", "mouo"), ("ОО", "school")],
    "Департамент образования Энской области": [
        ("Департамент образования Энской области", "ministry")
    ],
    "Комитет общего и профессионального образования Энского края, МОУО": [
        ("Комитет общего и профессионального образования Энского края", "ministry"),
        ("МОУО", "mouo"),
    ],
    "департамент образования администрации города Энска": [
        ("департамент образования администрации города Энска", "mouo")
    ],
    "Отдел дошкольного, общего и дополнительного образования Управления образования БГО": [
        (
            "Отдел дошкольного, общего и дополнительного образования Управления образования БГО",
            "mouo",
        )
    ],
    "РУО, РМК, руководители РМО": [("РУО", "mouo"), ("РМК", "mms"), ("руководители РМО", "mms")],
    "РИПКРО; ГБУ «ЦОКО»; ИРО": [("РИПКРО", OTHER), ("ГБУ «ЦОКО»", OTHER), ("ИРО", OTHER)],
    "МБУ ДПО «Школа мастерства», ГАУ ДПО «Мастер»": [
        ("МБУ ДПО «Школа мастерства»", "mms"),
        ("ГАУ ДПО «Мастер»", OTHER),
    ],
    "МАОУ ДПО ИПК": [("МАОУ ДПО ИПК", "mms")],
    "МБОУ СОШ № 1, № 5, 8": [("МБОУ СОШ № 1, № 5, 8", "school")],
    "МБОУ «СОШ № 14 им. А.М. Лесного», МАОУ «Гимназия № 1»": [
        ("МБОУ «СОШ № 14 им. А.М. Лесного»", "school"),
        ("МАОУ «Гимназия № 1»", "school"),
    ],
    "ОО, показавшие необъективные результаты, МОУО": [
        ("ОО, показавшие необъективные результаты", "school"),
        ("МОУО", "mouo"),
    ],
    "Директор, заместители директора по УВР, учителя": [
        ("Директор", "school"),
        ("заместители директора по УВР", "school"),
        ("учителя", "teachers"),
    ],
    "Администрация": [("Администрация", "school")],
    "Администрация района": [("Администрация района", OTHER)],
    "Директор ГКУ КЦМКО": [("Директор ГКУ КЦМКО", "kcmko")],
    "Руководителям муниципальных образовательных организаций": [
        ("Руководителям муниципальных образовательных организаций", "school")
    ],
    "Главному специалисту управления образования": [
        ("Главному специалисту управления образования", "mouo")
    ],
    "Муниципальные координаторы; ответственные организаторы ОО": [
        ("Муниципальные координаторы", OTHER),
        ("ответственные организаторы ОО", "school_coordinator"),
    ],
    "классные руководители, педагог-психолог": [
        ("классные руководители", "teachers"),
        ("педагог-психолог", "teachers"),
    ],
    "Совет отцов\nГородское собрание\nродителей": [
        ("Совет отцов", OTHER),
        ("Городское собрание родителей", OTHER),
    ],
    "Совет отцов; Управление образования Городское собрание": [
        ("Совет отцов", OTHER),
        ("Управление образования", "mouo"),
        ("Городское собрание", OTHER),
    ],
}

SLIPS = {
    "ГКУ КПМКО": "kcmko",
    "КМЦКО": "kcmko",
    "КРИПКипРО": "kripkipro",
    "KЦMKO": "kcmko",
    "OO": "school",
    "Управленние образования": "mouo",
    "методичский кабинет": "mms",
    "Министерсво образования Приозёрья": "ministry",
}


@pytest.mark.parametrize(("cell", "bodies"), CELLS.items())
def test_a_cell_names_its_bodies_in_their_order(cell, bodies):
    assert [(body.text, body.code) for body in read_bodies(cell)] == bodies
    assert not any(body.misspelt for body in read_bodies(cell))


@pytest.mark.parametrize(("printed", "code"), SLIPS.items())
def test_a_slip_of_spelling_is_recognised_and_told(printed, code):
    [body] = read_bodies(printed)
    assert (body.text, body.code, body.misspelt) == (printed, code, True)


@pytest.mark.parametrize("printed", ["ООП", "ММК", "КЦОК", "оо", "школьники", "Работодатели"])
def test_a_short_or_another_word_is_not_taken_for_a_known_body(printed):
    [body] = read_bodies(printed)
    assert (body.text, body.code) == (printed, OTHER)


def test_a_line_is_of_bodies_only_when_every_word_belongs_to_a_known_one():
    assert are_bodies("Управление\nобразования, ОО")
    assert not are_bodies("объективность работ в образовательных организациях")
    assert not are_bodies("")


def test_every_code_of_a_name_has_a_title():
    assert set(NAMES) | {OTHER} == set(TITLES)


# Laws

PRINTED = [(code, spelled[0].replace(".", "")) for code, spelled in NAMES.items()]


@given(named=st.lists(st.sampled_from(PRINTED), max_size=6), data=st.data())
def test_any_list_of_known_names_is_read_back_whatever_separates_them(named, data):
    separator = data.draw(st.sampled_from([", ", "\n", "; ", " / ", ",\n\n "]))
    bodies = read_bodies(separator.join(name for _, name in named))
    assert [body.code for body in bodies] == [code for code, _ in named]


WORDS = ["КЦМКО", "ОО", "и", "комитет", "образования", "школы", "Лесного", "(по", "«а»", "№", "4"]


@given(st.lists(st.sampled_from([*WORDS, ",", ";", "2)"]) | st.text(max_size=8), max_size=10))
def test_no_word_of_a_cell_is_lost_or_told_twice(words):
    text = " ".join(words)
    told = [word for body in read_bodies(text) for word in re.findall(r"\w+", body.text)]
    printed = re.findall(r"\w+", re.sub(r"(?:^|\s)\d+\)\s", " ", text))
    assert [word for word in told if word != "и"] == [word for word in printed if word != "и"]
