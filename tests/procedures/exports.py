"""Workbooks laid out as ФИС ОКО gives its reports out (objectivity.md §2), built for tests."""

from collections.abc import Iterable, Sequence
from io import BytesIO

from openpyxl import Workbook

LAKE = "МБОУ «Озёрная СОШ»(edu420001)"
WOOD = "МБОУ «Лесная СОШ»(edu420002)"
HILL = "МБОУ «Горная СОШ»(edu420101)"
NORTH = "Северный муниципальный округ(reg42_m001)"
SOUTH = "Южный муниципальный округ(reg42_m002)"
REGION = "Кемеровская область - Кузбасс"
TASKS = ("1 (2б)", "2 (1б)", "3 (2б)", "4 (3б)")
FIXED = ("ОО", "Муниципалитет", "Название ОО", "Код участника", "Класс", "Вариант")
LAST = ("Первичный балл", "Отметка", "Отметка по журналу")
JOURNAL = (
    "Группы участников",
    "Кол-во участников(всего)",
    "Понизили (Отметка < Отметка по журналу) %",
    "Понизили (Отметка < Отметка по журналу) Кол-во участников",
    "Подтвердили (Отметка = Отметке по журналу) %",
    "Подтвердили (Отметка = Отметке по журналу) Кол-во участников",
    "Повысили (Отметка > Отметка по журналу) %",
    "Повысили (Отметка > Отметка по журналу) Кол-во участников",
)
LISTED = ("Год", "Класс", "Предмет", "Муниципалитет", "ОО", "Логин", "Кол-во участников")


def export(
    title: str,
    rows: Iterable[Sequence[object]],
    *,
    work: str = "ВПР 2026 Русский язык 4 класс",
    subject: str = "Русский язык",
    most: object = 8,
    sheet: str = "",
    date: object = "20.04.2026",
) -> bytes:
    """The common head, and `rows` from row 7."""
    book = Workbook()
    page = book.active
    page.title = (sheet or f"РУ 4 {title}")[:31]
    head = [
        [title], [], [work], ["Предмет:", subject], ["Максимальный первичный балл:", most],
        ["Дата:", date],
    ]  # fmt: skip
    for number, row in enumerate([*head, *rows], start=1):
        for column, value in enumerate(row, start=1):
            if value is not None:
                page.cell(number, column, value)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def group(name: str, count: int) -> list[object]:
    return [name, f"Кол-во участников: {count}"]


def pupil(code: object, *points: object, klass: object = 1, variant: object = 1,
          mark: object = None, journal: object = 4, score: object = None,
          login: object = "edu420001") -> list[object]:  # fmt: skip
    """A row of Ф1; score and mark (borders 3, 5, 7) follow from the points unless given."""
    added = sum(value for value in points if isinstance(value, int))
    given = 2 + sum(added >= border for border in (3, 5, 7))
    return [
        login, "Северный", "Озёрная СОШ", code, klass, variant, *points,
        added if score is None else score, given if mark is None else mark, journal,
    ]  # fmt: skip


def individual(*rows: Sequence[object], tasks: Sequence[str] = TASKS, **head: object) -> bytes:
    levels = ["Уровень сложности задания", *[None] * 5, *["Б"] * (len(tasks) - 1), "П"]
    header = [*FIXED, *tasks, *LAST]
    return export("Индивидуальные результаты", [levels, header, *rows], **head)


def marks(*rows: Sequence[object], **head: object) -> bytes:
    header = ["Группы участников", "Кол-во ОО", "Кол-во участников", 2, 3, 4, 5]
    return export("Статистика по отметкам", [[], header, *rows], **head)


def journal(*rows: Sequence[object], **head: object) -> bytes:
    return export("Сравнение отметок с отметками по журналу", [[], JOURNAL, *rows], **head)


def old_journal(*rows: Sequence[object], **head: object) -> bytes:
    header = ["Группы участников", "Кол-во участников", "%"]
    return export("Сравнение отметок с отметками по журналу", [[], header, *rows], **head)


def distribution(*rows: Sequence[object], most: int = 8, **head: object) -> bytes:
    header = ["Группы участников", "Кол-во ОО", "Кол-во участников", *range(most + 1)]
    return export("Распределение первичных баллов", [[], header, *rows], most=most, **head)


def listed(*rows: Sequence[object], most: int = 39) -> bytes:
    """The regional consolidation: the header in row 1, a row a school and work."""
    book = Workbook()
    for row in ([*LISTED, *range(most + 1)], *rows):
        book.active.append(list(row))
    written = BytesIO()
    book.save(written)
    return written.getvalue()


REAL_MARKS = (  # objectivity.md §2: РУ4 20.04.2026, max 24; names of units are ours
    ["Вся выборка", 35589, 1722202, 5.06, 32.92, 44.33, 17.69],
    [REGION, 560, 30216, 13.44, 44.15, 36.28, 6.14],
    [NORTH, 47, 3162, 13.57, 46.9, 33.65, 5.88],
    [LAKE, None, 89, 12.36, 52.81, 26.97, 7.87],
)
REAL_JOURNAL = [REGION, 29589, 37.22, 11011, 60.67, 17951, 2.11, 624]  # МА4 19.03.2024, max 20
