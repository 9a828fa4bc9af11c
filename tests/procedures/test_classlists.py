"""Lines of classes read and written; texts in which somebody is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.anonymity import named_person
from procedures.classlists import ClassListError, ListedClass, read_classes, written


def test_classes_are_numbered_by_their_letters():
    read = read_classes("4А 25\n\n4-б; 20\n4 «В»: 7", 4)

    assert read == [ListedClass(1, "4А", 25), ListedClass(2, "4Б", 20), ListedClass(3, "4В", 7)]


def test_a_class_that_writes_alone_keeps_its_number_of_the_parallel():
    assert read_classes("5В 20", 5) == [ListedClass(3, "5В", 20)]


def test_classes_without_a_usual_letter_take_the_least_free_numbers():
    read = read_classes("10МАТ 20\n10А 25\n10ХИМ 18", 10)

    assert [(one.name, one.number) for one in read] == [("10МАТ", 2), ("10А", 1), ("10ХИМ", 3)]


def test_a_parallel_of_one_class_needs_no_letter():
    assert read_classes("11 9", 11) == [ListedClass(1, "11", 9)]


@given(
    st.lists(
        st.tuples(st.sampled_from("АБВГДЕЖЗ"), st.integers(1, 60)),
        min_size=1,
        unique_by=lambda pair: pair[0],
    )
)
def test_what_is_written_is_read_back(pairs):
    listed = [(f"5{letter}", pupils) for letter, pupils in pairs]

    read = read_classes(written(listed), 5)

    assert [(one.name, one.pupils) for one in read] == listed


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "Не указано ни одного класса"),
        ("4А", "Строка 1: «4А»"),
        ("4А 25\n5Б 20", "Строка 2: класс 5Б, а работу пишет 4 класс"),
        ("4А 25\n4а 20", "Строка 2: класс 4А уже указан"),
        ("4А 0", "от 1 до 60"),
        ("4А 61", "учеников 61"),
        ("Иванов Пётр", "Строка 1: «Иванов Пётр»"),
    ],
)
def test_a_faulty_list_says_the_line_and_what_was_expected(text, fault):
    with pytest.raises(ClassListError, match=fault):
        read_classes(text, 4)


def test_all_faults_are_told_at_once():
    with pytest.raises(ClassListError) as error:
        read_classes("раз\nдва\n4А 25", 4)

    assert len(error.value.faults) == 2


@pytest.mark.parametrize(
    "text",
    ["Иванов И.И. списывал", "видел И. И. Иванова", "Мария Петровна вышла", "с Иваном Сергеевичем",
     "Петров\u00a0И.\u00a0И. вышел", "Петров  И.И.", "ИВАНОВА М.И.", "М.И. ИВАНОВА",
     "МАРИЯ ИВАНОВНА", "САЛТЫКОВ-ЩЕДРИН М. Е."],
)  # fmt: skip
def test_a_name_in_a_text_is_noticed(text):
    assert named_person(text)


@pytest.mark.parametrize(
    "text",
    ["", "В 9.40 вошёл завуч", "учитель математики школы № 5", "4А, 25 чел. Вскрыто в 10.00",
     "ВПР ПРОШЛИ В СРОК", "РАБОТА А. Пакеты Б.", "ОСНОВНАЯ ЧАСТЬ"],
)  # fmt: skip
def test_posts_numbers_and_hours_are_no_names(text):
    assert not named_person(text)
