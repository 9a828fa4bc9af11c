"""The federal list of markers as a table: its columns, its doubles, its sums."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from monitoring.models.marker import MARKERS
from organizations.errors import Refused
from organizations.exchange import workbook
from organizations.exchange.cells import Unexpected, folded, is_dash, plain, shown, whole, word
from organizations.exchange.faults import Fault, Note
from organizations.exchange.gate import Kind
from organizations.exchange.separated import read_rows
from organizations.exchange.table import Column, Complaint, Record, Table, find_header, read

FIRST_YEAR, LAST_YEAR = 2015, 2100  # the first works were written in 2015
YEAR = re.compile(r"([0-9]{4})(?:[.,]0|\s*(?:г\.?|год))?")  # the year comes as a text
COUNT = re.compile(r"([0-4])(?:[.,]0)?")  # a column with empty cells comes with decimals
MOST_NAME = 400  # signs of a title: it is not kept, the login names the school
TITLES = {"ru4": "4 РУ", "ma4": "4 МА", "ru5": "5 РУ", "ma5": "5 МА"}


@dataclass
class MarkerTable:
    """What was read: rows in the file = `records` + `repeated`, once there are no faults."""

    table: Table
    records: list[Record] = field(default_factory=list)
    repeated: list[Note] = field(default_factory=list)

    @property
    def faults(self) -> list[Fault]:
        return self.table.faults


def read_markers(content: bytes, kind: Kind, logins: Mapping[str, int]) -> MarkerTable:
    """The list with all faults; `logins`, in small letters, name the schools it may speak of.

    A row that stands there again with the same marks is explained, with others it is a fault.
    Raises Refused for a file without such a table.
    """
    columns = _columns(logins)
    sheet, rows, formulas = _sheet(content, kind, columns)
    table = read(rows, columns, sheet=sheet, check=_check, formulas=formulas)
    found = MarkerTable(table)
    first: dict[tuple[int, int], Record] = {}
    for record in table.records:
        key = (record.values["year"], record.values["login"])
        if key not in first:
            first[key] = record
            found.records.append(record)
        elif _marks(record) == _marks(first[key]):
            message = f"повтор строки {first[key].row}."
            found.repeated.append(Note(sheet, record.row, "", message))
        else:
            table.faults.append(_contradiction(table, record, first[key]))
    table.faults.sort(key=lambda fault: fault.row or 0)
    return found


def _sheet(
    content: bytes, kind: Kind, columns: list[Column]
) -> tuple[str, list[list[str]], frozenset[tuple[int, int]]]:
    """The name, the rows and the computed cells of the sheet that holds the list."""
    if kind == Kind.CSV:
        return "", read_rows(content, columns), frozenset()
    for name, sheet in workbook.read_sheets(content).items():
        header = find_header(sheet.rows, columns)
        if header is not None and folded("Логин") in {folded(text) for text in sheet.rows[header]}:
            return name, [[plain(cell) for cell in row] for row in sheet.rows], sheet.formulas
    raise Refused(
        "Ни на одном листе нет федерального списка: нужны столбцы «Год», «Логин», «4 РУ», «4 МА», "
        "«5 РУ», «5 МА»."
    )


def _columns(logins: Mapping[str, int]) -> list[Column]:
    text = partial(word, most=MOST_NAME)
    return [
        Column("year", "Год", _year, also=("Год ВПР", "Год проведения")),
        Column("login", "Логин", partial(_login, logins=logins), also=("Логин ОО", "Логин школы")),
        Column("municipality", "Муниципалитет", text, required=False, may_miss=True,
               also=("Муниципальное образование", "АТЕ", "МСУ")),
        Column("school", "ОО", text, required=False, may_miss=True,
               also=("Наименование ОО", "Образовательная организация", "Школа")),
        *(Column(name, title, _marker, required=False, also=_also(title))
          for name, title in TITLES.items()),
        Column("count", "Количество маркеров", _count, required=False,
               may_miss=True, formula=True, also=("Кол-во маркеров", "Всего маркеров")),
        Column("number", "№", text, required=False, may_miss=True, also=("№ п/п",)),
        Column("region", "Регион", text, required=False, may_miss=True,
               also=("Субъект РФ", "Субъект")),
    ]  # fmt: skip


def _also(title: str) -> tuple[str, ...]:
    """«4 РУ» is also «РУ4», «РУ 4 класс», «4 класс РУ»."""
    grade, subject = title.split()
    return (f"{subject}{grade}", f"{subject}-{grade}", f"{subject} {grade} класс",
            f"{grade} класс {subject}")  # fmt: skip


def _year(text: str) -> int:
    found = YEAR.fullmatch(text)
    if not found:
        raise Unexpected("год из четырёх цифр", text)
    return whole(found[1], least=FIRST_YEAR, most=LAST_YEAR)


def _login(text: str, *, logins: Mapping[str, int]) -> int:
    """The school of a login: its own code is known as well."""
    found = logins.get(text.casefold())
    if found is None:
        raise Unexpected(
            "логин школы вашей территории",
            text,
            "Сверьте логин с реестром: по названиям школы не ищут.",
        )
    return found


def _marker(text: str) -> bool | None:
    """One marker; a dash says as little as an empty cell."""
    if is_dash(text):
        return None
    found = COUNT.fullmatch(text)
    if not found or found[1] not in "01":
        raise Unexpected("0 или 1", text)
    return found[1] == "1"


def _count(text: str) -> int:
    found = COUNT.fullmatch(text)
    if not found:
        raise Unexpected("целое число от 0 до 4", text)
    return int(found[1])


def _marks(record: Record) -> list[Any]:
    return [record.values[name] for name in MARKERS]


def _check(record: Record) -> Iterator[Complaint]:
    """The printed number of markers is their sum."""
    told, found = record.values["count"], sum(map(bool, _marks(record)))
    if told is not None and told != found:
        message = f"маркеров в строке {found}, а «Количество маркеров» говорит {told}."
        yield Complaint("count", str(found), message, "Сверьте строку с полученным списком.")


def _contradiction(table: Table, record: Record, first: Record) -> Fault:
    login = shown(record.texts["login"])
    message = f"«{login}» уже есть в строке {first.row} с другими маркерами."
    place = table.letters["login"]
    cure = "Сверьте обе строки и исправьте одну из них."
    return Fault(
        table.sheet, record.row, place, login, "строка без противоречия", message, cure, "Логин"
    )
