"""Exports of ФИС ОКО: which report a workbook holds, of which work, where its table begins.

Known by the title in the first row and by the headings, never by the name of the file
(objectivity.md §2).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from organizations.errors import Refused
from organizations.exchange.cells import folded, plain, shown
from organizations.exchange.faults import Fault
from organizations.exchange.sheets import Sheet
from organizations.exchange.table import HEADER_WITHIN, letter
from procedures.exchange import tokens
from procedures.exchange.works import WorkSpec


class Report(StrEnum):
    """What an export is; the value is `kind` for other programs."""

    INDIVIDUAL = "individual"
    MARKS = "marks"
    JOURNAL = "journal"
    DISTRIBUTION = "distribution"
    TASKS = "tasks"
    GROUPS = "groups"

    @property
    def words(self) -> str:
        return TITLES[self]


TITLES = {
    Report.INDIVIDUAL: "Индивидуальные результаты",
    Report.MARKS: "Статистика по отметкам",
    Report.JOURNAL: "Сравнение отметок с отметками по журналу",
    Report.DISTRIBUTION: "Распределение первичных баллов",
    Report.TASKS: "Выполнение заданий",
    Report.GROUPS: "Выполнение заданий группами участников",
}
NOT_TAKEN = ("Достижение планируемых результатов",)
# Two letters stand for a subject in names of sheets and in lists (objectivity.md §1.1, §5.1).
SUBJECTS = {
    "РУ": "Русский язык",
    "МА": "Математика",
    "ОМ": "Окружающий мир",
    "ЛИ": "Литература",
    "ИС": "История",
    "ОБ": "Обществознание",
    "БИ": "Биология",
    "ГЕ": "География",
    "ГГ": "География",
    "ФИ": "Физика",
    "ХИ": "Химия",
    "ИН": "Информатика",
    "АН": "Английский язык",
    "АЯ": "Английский язык",
    "НЕ": "Немецкий язык",
    "НЯ": "Немецкий язык",
    "ФР": "Французский язык",
    "ФЯ": "Французский язык",
}
FULL_SUBJECTS = {folded(short): folded(full) for short, full in SUBJECTS.items()}

WORK_LINE = re.compile(
    r"(?:ВПР\D{0,20})?(20\d\d)\D{0,8}?\s+(\S.*?)\s+(\d{1,2})\s*класс\w*\.?", re.I
)
SHEET_LINE = re.compile(r"(\S{2})\s*(\d{1,2})\b.*")
DATE = re.compile(r"\d{1,2}\.\d{1,2}\.(20\d\d)|(20\d\d)-\d\d-\d\d")
LOGIN = re.compile(r"(?:edu|sch)[0-9]{6}")
UNIT_CODE = re.compile(r"(?P<name>.*?)\s*\(\s*(?P<code>[^()\s]+)\s*\)")

UNIT = folded("Группы участников")
PARTICIPANTS = frozenset(map(folded, ("Кол-во участников", "Кол-во участников(всего)")))
SCHOOLS = folded("Кол-во ОО")
INDIVIDUAL_HEADINGS = frozenset(map(folded, ("Код участника", "Класс", "Первичный балл")))
OLD_JOURNAL = {UNIT, folded("Кол-во участников"), "%"}
LISTED = {"year": "Год", "grade": "Класс", "subject": "Предмет", "municipality": "Муниципалитет",
          "school": "ОО", "login": "Логин"}  # fmt: skip
LOWER, EQUAL, HIGHER, ALL = (
    folded(word) for word in ("Понизили", "Подтвердили", "Повысили", "Всего")
)
MARKS = ("2", "3", "4", "5")


@dataclass(frozen=True, slots=True)
class Place:
    """A text of the head with the cell it stands in; row from 0."""

    text: str
    row: int
    column: int

    def fault(self, sheet: str, expected: str, message: str, cure: str = "") -> Fault:
        where = letter(self.column)
        return Fault(sheet, self.row + 1, where, shown(self.text), expected, message, cure)


@dataclass(frozen=True, slots=True)
class Head:
    """What the rows above the table say of the work; None where they say nothing."""

    year: int | None = None
    subject: str = ""
    grade: int | None = None
    most: Place | None = None
    named: Place | None = None  # the cell that names the work

    @property
    def words(self) -> str:
        parts = (self.subject, f"{self.grade} класс" if self.grade else "",
                 f"{self.year} год" if self.year else "")  # fmt: skip
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Export:
    """One recognised report: its sheet, the row of its header from 0, its head."""

    report: Report
    sheet: str
    table: Sheet
    header: int
    head: Head

    @property
    def headings(self) -> Sequence[str]:
        return self.table.rows[self.header]

    @property
    def is_listed(self) -> bool:
        """Whether each row names its own work: the regional consolidation."""
        return set(map(folded, LISTED.values())) <= set(map(folded, self.headings))


def recognise(sheets: Mapping[str, Sheet]) -> Export | None:
    """The export among the sheets; None when there is none. Raises Refused for two of them.

    Raises Refused as well for a report that is known and not taken, and for a title that the
    headings contradict.
    """
    found = [export for name, sheet in sheets.items() if (export := _on_sheet(name, sheet))]
    if len(found) > 1:
        names = " и ".join(f"«{shown(export.sheet)}»" for export in found[:2])
        raise Refused(
            f"В книге несколько отчётов ФИС ОКО: листы {names}. Сохраните каждый отдельным файлом."
        )
    return found[0] if found else None


def _on_sheet(name: str, sheet: Sheet) -> Export | None:
    titled = _titled(sheet)
    by_header = next(
        (
            (report, index)
            for index, row in enumerate(sheet.rows[:HEADER_WITHIN])
            if (report := _by_header(row, titled))
        ),
        None,
    )
    if by_header is None:
        if titled:
            raise Refused(
                f"Отчёт «{titled.words}» без строки заголовков таблицы: портал её не нашёл "
                f"в первых {HEADER_WITHIN} строках. Выгрузите отчёт из ФИС ОКО заново."
            )
        return None
    report, index = by_header
    if titled and titled != report:
        raise Refused(
            f"В первой строке отчёт назван «{titled.words}», а столбцы — отчёта «{report.words}». "
            "Выгрузите отчёт из ФИС ОКО заново."
        )
    return Export(report, name, sheet, index, _head(name, sheet.rows[:index]))


def _titled(sheet: Sheet) -> Report | None:
    """The report named in the first row that is not empty."""
    first = next((row for row in sheet.rows[:HEADER_WITHIN] if any(row)), [])
    title = folded(next((text for text in first if text), ""))
    for words in NOT_TAKEN:
        if title.startswith(folded(words)):
            raise Refused(
                f"Отчёт «{words}» портал не принимает: эти доли он считает сам из результатов."
            )
    named = [report for report, words in TITLES.items() if title.startswith(folded(words))]
    return max(named, key=lambda report: len(report.words), default=None)


def _by_header(row: Sequence[str], titled: Report | None) -> Report | None:
    """The report of which a row is the header."""
    keys = [folded(text) for text in row if text]
    if set(keys) >= INDIVIDUAL_HEADINGS:
        return Report.INDIVIDUAL
    has_units = UNIT in keys or folded(LISTED["login"]) in keys
    if not has_units or not PARTICIPANTS & set(keys):
        return None
    if any(key.startswith(LOWER) for key in keys) or set(keys) == OLD_JOURNAL:
        return Report.JOURNAL
    if titled in (Report.TASKS, Report.GROUPS):
        return titled
    known = {UNIT, SCHOOLS, *PARTICIPANTS, *map(folded, LISTED.values())}
    values = [key for key in keys if key not in known]
    if set(MARKS) <= set(values) and "0" not in values:
        return Report.MARKS
    return Report.DISTRIBUTION if "0" in values and "1" in values else None


# the head


def _head(sheet: str, rows: Sequence[Sequence[str]]) -> Head:
    cells = [Place(text, r, c) for r, row in enumerate(rows) for c, text in enumerate(row) if text]
    line = next(((p, found) for p in cells if (found := WORK_LINE.fullmatch(plain(p.text)))), None)
    short = SHEET_LINE.fullmatch(sheet)
    year = int(line[1][1]) if line else _year(_after(cells, "Дата"))
    subject = _after(cells, "Предмет")
    words = line[1][2] if line else subject.text if subject else ""
    if not words and short and folded(short[1]) in FULL_SUBJECTS:
        words = short[1]
    grade = int(line[1][3]) if line else int(short[2]) if short else None
    named = line[0] if line else subject
    return Head(year, words, grade, _after(cells, "Максимальный первичный балл"), named)


def _after(cells: Sequence[Place], label: str) -> Place | None:
    """What stands behind a label, in its cell or in the next filled one of the row."""
    key = folded(label)
    for place, following in zip_longest(cells, cells[1:]):
        name, colon, rest = place.text.partition(":")
        if folded(name) != key:
            continue
        if colon and rest.strip():
            return Place(rest.strip(), place.row, place.column)
        if following is not None and following.row == place.row:
            return following
    return None


def _year(place: Place | None) -> int | None:
    found = DATE.search(place.text) if place else None
    return int(found[1] or found[2]) if found else None


def same_subject(one: str, other: str) -> bool:
    """Whether two names are of one subject: full or of two letters, whatever the case."""
    keys = (folded(one), folded(other))
    return len({FULL_SUBJECTS.get(key, key) for key in keys}) == 1


def disagreements(export: Export, work: WorkSpec) -> list[Fault]:
    """Where the head of an export contradicts the work it is taken for."""
    head, found = export.head, []
    year = head.year is None or head.year == work.year
    grade = head.grade is None or head.grade == work.grade
    subject = not head.subject or same_subject(head.subject, work.subject)
    if not (year and grade and subject):
        place = head.named or Place(head.words, 0, 0)
        message = f"отчёт о работе «{head.words}», а загружается «{work.title}»."
        cure = "Укажите другую работу или выгрузите её отчёт."
        found.append(place.fault(export.sheet, work.title, message, cure))
    if head.most is not None and tokens.whole_text(head.most.text) != str(work.most):
        message = (
            f"в работе «{work.title}» максимум {work.most}, а здесь «{shown(head.most.text)}»."
        )
        cure = "Проверьте задания работы: import_works."
        found.append(head.most.fault(export.sheet, str(work.most), message, cure))
    return found


# cells


def login_in(text: str) -> str:
    """The login of a school inside a text, whatever its case and alphabet; empty without one."""
    found = LOGIN.search(folded(text))
    return found[0] if found else ""
