"""Databases by organization as workbooks: the form handed out, and a filled one read back."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from organizations.errors import Refused
from organizations.exchange import workbook
from organizations.exchange.cells import (
    Unexpected,
    choice,
    decimal,
    folded,
    plain,
    shown,
    whole,
    word,
)
from organizations.exchange.table import (
    Column,
    Complaint,
    Record,
    Table,
    find_header,
    letter,
    read,
)
from procedures.tables import TableColumn, TableKind, Type

SHEET = "Данные"
CODE, NAME, YEAR = "organization", "organization_name", "year"
YEARS = (2000, 2100)
MOST_NAME = 200  # signs of an organization's title
MOST_PLACES = 5  # names told by their places in one refusal

# Headings under which people's names stand; the form has none of them.
NAMING = frozenset(
    folded(word_)
    for word_ in (
        "ФИО", "Ф.И.О.", "Фамилия", "Имя", "Отчество", "Фамилия, имя, отчество",
        "Фамилия Имя Отчество", "ФИО педагога", "ФИО учителя", "ФИО участника", "ФИО ученика",
        "Педагог", "Учитель", "Ученик", "Обучающийся", "СНИЛС", "Дата рождения",
    )
)  # fmt: skip
# «Петров Иван Сергеевич» by its patronymic, «Петров И. С.» and «И. С. Петров» by the initials.
PERSON = re.compile(
    r"\b[А-ЯЁ][а-яё]+(?:вич|вна|чна|оглы|кызы)\b"
    r"|\b[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\s+[А-ЯЁ]\.\s?[А-ЯЁ]\."
    r"|\b[А-ЯЁ]\.\s?[А-ЯЁ]\.\s?[А-ЯЁ][а-яё]+"
)
NAMES = "Имён людей портал не принимает и не хранит. Уберите их и загрузите файл снова."


def blank(kind: TableKind, places: Iterable[tuple[str, str]], year: int) -> bytes:
    """The form of a database with the codes and titles of organizations and the year filled in."""
    empty = [""] * len(kind.columns)
    rows: list[list[workbook.Value]] = [[code, title, year, *empty] for code, title in places]
    return workbook.write({SHEET: [headings(kind), *rows], "Пояснения": _help(kind)})


def written(kind: TableKind, rows: Iterable[tuple[str, str, int, Mapping[str, Any]]]) -> bytes:
    """The stored rows (code, title, year, values) in the form in which they are read back."""
    lines = (
        [code, title, year, *(values.get(column.name) for column in kind.columns)]
        for code, title, year, values in rows
    )
    return workbook.write({SHEET: [headings(kind), *lines]})


def headings(kind: TableKind) -> list[str]:
    return ["Код организации", "Организация", "Год", *(column.title for column in kind.columns)]


def _help(kind: TableKind) -> list[list[str]]:
    within = [
        f"{' + '.join(kind.column(name).title for name in parts)} — не больше, чем "
        f"«{kind.column(most).title}»."
        for parts, most in kind.within
    ]
    return [
        ["Столбец", "Что вписать"],
        ["Код организации, организация, год", "уже стоят; год можно исправить"],
        *([column.title, column.expected] for column in kind.columns),
        *(["Проверка", rule] for rule in within),
        ["Имена", "не вписывают нигде: только числа по организации"],
        ["Пустая строка", "организация, о которой нет данных: её строку не читают"],
        ["Основание", kind.ground],
    ]


def read_table(
    content: bytes, kind: TableKind, codes: Collection[str], *, trusted: bool = False
) -> Table:
    """The rows of a filled form with all faults. `codes` are the organizations it may speak of.

    Raises Refused for a workbook without the form and for one that names people, whose cells are
    not repeated.
    """
    for name, sheet in workbook.read_sheets(content, trusted=trusted).items():
        rows = [[plain(cell) for cell in row] for row in sheet.rows]
        columns = _columns(kind, codes)
        header = find_header(rows, columns)
        if header is None or not _is_form(rows[header]):
            continue
        _refuse_names(rows, header)
        return read(
            rows,
            columns,
            sheet=name,
            check=_Checks(kind),
            skip=partial(_reason_to_skip, kind),
            formulas=sheet.formulas,
        )
    raise Refused(
        f"Ни на одном листе нет формы «{kind.title}»: нужен столбец «Код организации». "
        "Скачайте форму на странице базы данных."
    )


def _is_form(header: Sequence[str]) -> bool:
    return folded("Код организации") in {folded(text) for text in header}


def _columns(kind: TableKind, codes: Collection[str]) -> list[Column]:
    return [
        Column(CODE, "Код организации", partial(_code, codes=codes)),
        Column(NAME, "Организация", partial(word, most=MOST_NAME), required=False, may_miss=True),
        Column(YEAR, "Год", partial(whole, least=YEARS[0], most=YEARS[1])),
        *(Column(column.name, column.title, _parser(column)) for column in kind.columns),
    ]


def _code(text: str, *, codes: Collection[str]) -> str:
    if text not in codes:
        raise Unexpected(
            "код организации вашей территории", text, "Возьмите код из выданной формы."
        )
    return text


def _parser(column: TableColumn) -> Callable[[str], object]:
    match column.type:
        case Type.WHOLE | Type.DECIMAL:
            return partial(_number, column=column)
        case Type.CHOICE:
            return partial(choice, choices={one: one for one in column.choices})
    return partial(word, most=column.most)


def _number(text: str, *, column: TableColumn) -> float:
    """The number of a cell; words are not repeated, for they may be a name."""
    if any(sign.isalpha() for sign in text):
        raise Unexpected(column.expected, "слова", "Впишите число.")
    if column.type == Type.WHOLE:
        return whole(text, least=0, most=column.most)
    return decimal(text, least=0, most=column.most)


def _reason_to_skip(kind: TableKind, texts: Mapping[str, str]) -> str | None:
    """A row in which only what the form came with stands is no row."""
    return None if any(texts.get(column.name) for column in kind.columns) else ""


def key_of(kind: TableKind, values: Mapping[str, Any]) -> str:
    """What tells this line from others of the organization and the year."""
    return "|".join(folded(str(values[name])) for name in kind.key)


class _Checks:
    """What may be wrong with a row whose cells are sound, and with two rows together."""

    def __init__(self, kind: TableKind) -> None:
        self.kind = kind
        self.seen: dict[tuple[str, int, str], int] = {}

    def __call__(self, record: Record) -> Iterator[Complaint]:
        values = record.values
        for parts, most in self.kind.within:
            added = sum(values[name] for name in parts)
            if added > values[most]:
                yield self._too_many(parts, most, added, values[most])
        identity = (values[CODE], values[YEAR], key_of(self.kind, values))
        first = self.seen.setdefault(identity, record.row)
        if first != record.row:
            message = f"эта организация с тем же годом уже есть в строке {first}."
            cure = "Уберите одну из двух строк."
            yield Complaint(CODE, "строка без повторов", message, cure)

    def _too_many(self, parts: Sequence[str], most: str, added: int, limit: int) -> Complaint:
        titles = " + ".join(f"«{self.kind.column(name).title}»" for name in parts)
        whole_ = self.kind.column(most).title
        message = f"{titles} = {added}, а «{whole_}» {limit}."
        return Complaint(parts[0], f"не больше {limit}", message, "Сверьте эти столбцы.")


# names of people


def _refuse_names(rows: Sequence[Sequence[str]], header: int) -> None:
    """Raise Refused when a column or a cell names people; what stands there is not repeated."""
    titles = [folded(text) for text in rows[header]]
    if found := [index for index, title in enumerate(titles) if title in NAMING]:
        columns = ", ".join(letter(index) for index in found)
        raise Refused(f"В файле есть столбцы с именами людей: {columns}. {NAMES}")
    own = titles.index(folded("Организация")) if folded("Организация") in titles else -1
    places = [
        f"{letter(column)}{number}"
        for number, row in enumerate(rows, start=1)
        for column, text in enumerate(row)
        if column != own and text and PERSON.search(text)
    ]
    if places:
        more = f" и ещё {len(places) - MOST_PLACES}" if len(places) > MOST_PLACES else ""
        told = f"{', '.join(places[:MOST_PLACES])}{more}"
        raise Refused(f"Похоже на имена людей в клетках: {told}. {NAMES}")


def value_words(column: TableColumn, value: Any) -> str:
    """A stored value as a person reads it."""
    if value is None:
        return "–"
    return shown(str(value)).replace(".", ",") if column.is_number else str(value)
