"""Personal names are found wherever they stand, and nothing of them is repeated."""

import io

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment

from organizations.exchange.sheets import Sheet
from procedures.exchange.privacy import (
    PersonalData,
    refuse_name_of_file,
    refuse_names,
    refuse_names_in_notes,
    refuse_names_in_stream,
    refuse_names_in_text,
)

NAMES = (
    "Сидоров Пётр Иванович",
    "СИДОРОВА АННА ПЕТРОВНА",
    "сидоров пётр иванович",
    "Мамедов Али Вагиф оглы",
    "Сидоров Пётр",
    "Пётр Сидоров",
    "Сидоров П.И.",
    "Сидоров П. И.",
    "П.И. Сидоров",
    "Кузьминична",
    "40001 Сидоров Пётр Иванович",
    "112-233-445 95",
)
HEADINGS = ("ФИО", "Ф.И.О.", "Ф. И. О. ученика", "фамилия", "Фамилия, имя", "Имя", "ОТЧЕСТВО",
            "СНИЛС", "Дата рождения", "Фамилия участника", "ФИО_ученика")  # fmt: skip
SOUND = (
    "Код участника", "Порядковый номер класса", "отсутствовал", "нет отметки", "н/п", "X", "Х",
    "4К1 (3б)",
    "МБОУ «СОШ № 1 имени Ивана Ивановича Петрова»(edu420001)",
    "МБОУ СОШ им. Ю.А. Гагарина города Новокузнецка",
    "Гимназия имени Героя Советского Союза Александра Матросова",
    "Петровский муниципальный округ(reg42_m012)", "Кемеровская область - Кузбасс",
    "Понизили (Отметка < Отметка по журналу) %", "Вся выборка", "Название ОО", "Русский язык",
    "Имеет значение", "сумма баллов равна 5", "40001", "2026", "edu420001",
    "Наименование муниципалитета", "Иностранный язык", "", "Служебный",
)  # fmt: skip


def a_sheet(*texts):
    return {"Протокол": Sheet([[""], list(texts)], frozenset())}


@pytest.mark.parametrize("text", [*NAMES, *HEADINGS])
def test_a_name_or_a_heading_of_names_is_refused_and_not_repeated(text):
    for look in (
        lambda: refuse_names(a_sheet("1", text)),
        lambda: refuse_names_in_text(f"work,school\nru4,{text.replace(',', '')},5\n"),
    ):
        with pytest.raises(PersonalData, match="строке 2") as refusal:
            look()
        words = str(refusal.value)
        assert not any(part in words for part in text.split() if len(part) > 3)


@pytest.mark.parametrize("text", SOUND)
def test_what_reports_are_made_of_is_no_name(text):
    refuse_names(a_sheet("1", text))
    refuse_names_in_text(f"work,school\nru4,{text},5\n")


def test_a_name_of_a_sheet_counts_too():
    with pytest.raises(PersonalData, match="названии листа"):
        refuse_names({"Сидоров Пётр Иванович": Sheet([], frozenset())})


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_name_far_inside_a_stream_is_found_with_its_line(end):
    lines = ["ru4-2026,edu420001,1,40001,f,1,4,,5,2,1,2,Х"] * 60_000
    sound = io.BytesIO(end.join(lines).encode())
    lines[50_000] = "ru4-2026,edu420001,1,Сидоров Пётр Иванович,f,1,4,,5,2,1,2,X"
    named = io.BytesIO(end.join(lines).encode())

    refuse_names_in_stream(sound)
    with pytest.raises(PersonalData, match="В строке 50001 "):
        refuse_names_in_stream(named)

    assert sound.tell() == 0


def test_a_great_table_of_latin_signs_costs_nothing():
    refuse_names_in_text("ru4-2026,edu420001,1,40001,f,1,4,,5,2,1,2,X\n" * 1_000_000)


def with_a_note(text):
    book = Workbook()
    book.active["A1"] = "Код участника"
    book.active["A1"].comment = Comment(text, "Иванова Мария Петровна")
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_a_name_in_a_note_on_a_cell_is_found_and_who_wrote_the_note_is_not_looked_at():
    with pytest.raises(PersonalData, match="В примечании") as refused:
        refuse_names_in_notes(with_a_note("Сверить\nСидоров Пётр Ильич"))

    assert "Сидоров" not in str(refused.value)
    refuse_names_in_notes(with_a_note("Здесь «7», нужно от 0 до 5."))


@pytest.mark.parametrize("name", ["Сидоров Пётр.xlsx", "4А_Сидоров_Пётр_Ильич.xlsx"])
def test_a_file_called_after_a_person_is_refused(name):
    with pytest.raises(PersonalData, match="Переименуйте"):
        refuse_name_of_file(name)


@pytest.mark.parametrize(
    "name", ["Форма ma4-2026 edu420001.xlsx", "Форма с пометками.xlsx", "имя файла.xlsx", "x"]
)
def test_usual_names_of_files_are_no_names_of_people(name):
    refuse_name_of_file(name)
