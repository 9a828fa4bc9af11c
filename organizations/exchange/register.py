"""The register of organizations as a table: its columns, its checks, and the table for download."""

import datetime
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from organizations.errors import Refused
from organizations.exchange import workbook
from organizations.exchange.cells import Unexpected, choice, day, shown, word
from organizations.exchange.faults import Fault
from organizations.exchange.gate import Kind as FileKind
from organizations.exchange.separated import read_rows
from organizations.exchange.table import Column, Complaint, Record, Table, find_header, read
from organizations.models import Kind, Profile
from organizations.placement import fits_under
from organizations.queries import Place

# Login: «edu» and older «sch» with the region's two digits and four of its own, «reg42_m001» of a
# municipality (as in the exports of ФИС ОКО).
LOGIN = re.compile(r"(?:edu|sch)[0-9]{6}|reg[0-9]{2}_m[0-9]{3}")
CODE = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,30}[a-z0-9])")
OKTMO = re.compile(r"[0-9]{8}|[0-9]{11}")  # ОК 033-2013: a municipality, and a settlement in it
# Weights of the check digits of ИНН (Federal Tax Service): of 10 digits the last one, of 12 two.
INN_WEIGHTS = {
    10: ((2, 4, 10, 3, 5, 9, 4, 6, 8),),
    12: ((7, 2, 4, 10, 3, 5, 9, 4, 6, 8), (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)),
}
YES_NO = {"да": True, "нет": False}
KINDS = {str(kind.label): kind for kind in Kind}
PROFILES = {str(profile.label): profile for profile in Profile}


@dataclass(frozen=True)
class Known:
    """What the portal already knows of an organization, for checking a file against it."""

    kind: Kind
    parent: str
    closed: bool
    fis_login: str


def _sheet(
    content: bytes, kind: FileKind, trusted: bool
) -> tuple[str, list[list[str]], frozenset[tuple[int, int]]]:
    """The name, the rows and the computed cells of the sheet with the register."""
    if kind == FileKind.CSV:
        return "", read_rows(content, COLUMNS), frozenset()
    sheets = workbook.read_sheets(content, trusted=trusted)
    for name, sheet in sheets.items():
        if find_header(sheet.rows, COLUMNS) is not None:
            return name, sheet.rows, sheet.formulas
    raise Refused(
        "Ни на одном листе нет заголовков реестра: «Код», «Полное наименование», «Вид». "
        "Возьмите форму на странице загрузки."
    )


def read_register(
    content: bytes, kind: FileKind, known: Mapping[str, Known], *, trusted: bool = False
) -> Table:
    """The register's rows with all faults, those between rows too. Raises Refused."""
    sheet, rows, formulas = _sheet(content, kind, trusted)
    codes = _codes(rows) | set(known)
    columns = [
        _checking(column, codes) if column.name == "parent" else column for column in COLUMNS
    ]
    table = read(rows, columns, sheet=sheet, unique="code", check=_check_row, formulas=formulas)
    table.faults += _between_rows(table, known)
    table.faults.sort(key=lambda fault: fault.row or 0)
    return table


def lines(places: Iterable[Place]) -> Iterator[list[workbook.Value]]:
    """The register out of the portal, in the form in which it is read back."""
    yield [column.title for column in COLUMNS]
    for place in places:
        row = place.organization
        yield [
            row.code,
            place.full_name,
            place.name,
            Kind(row.kind).label,
            place.parent_code,
            Profile(row.profile).label if row.profile else "",
            "да" if row.is_rural else "нет",
            place.oktmo,
            row.inn,
            row.fis_login,
            row.site,
            "; ".join(row.functions.splitlines()),
            f"{row.opened_on:%d.%m.%Y}" if row.opened_on else "",
            f"{row.closed_on:%d.%m.%Y}" if row.closed_on else "",
        ]


# one cell


def _code(text: str) -> str:
    if not CODE.fullmatch(text):
        raise Unexpected("код из строчных латинских букв, цифр, «_» и «-», от 2 до 32 знаков", text)
    return text


def _kind(text: str) -> Kind:
    try:
        return choice(text, choices=KINDS)
    except Unexpected:
        names = ", ".join(f"«{name}»" for name in KINDS)
        raise Unexpected("вид организации из перечня", text, f"Перечень: {names}.") from None


def _oktmo(text: str) -> str:
    if not OKTMO.fullmatch(text):
        cure = "Если пропал ноль впереди, задайте клетке текстовый вид."
        raise Unexpected("ОКТМО из 8 или 11 цифр", text, cure)
    return text


def inn(text: str) -> str:
    """ИНН of an organization (10 digits) or a person (12) whose check digits are right."""
    if not re.fullmatch(r"[0-9]{10}|[0-9]{12}", text):
        raise Unexpected("ИНН из 10 или 12 цифр", text)
    for weights in INN_WEIGHTS[len(text)]:
        total = sum(weight * int(digit) for weight, digit in zip(weights, text, strict=False))
        if total % 11 % 10 != int(text[len(weights)]):
            raise Unexpected(
                "ИНН с верной контрольной цифрой", text, "Сверьте его с выпиской ЕГРЮЛ."
            )
    return text


def _login(text: str) -> str:
    if not LOGIN.fullmatch(text):
        raise Unexpected("логин ФИС ОКО вида edu420001, sch420001 или reg42_m001", text)
    return text


def _site(text: str) -> str:
    try:
        URLValidator(schemes=["http", "https"])(text)
    except ValidationError:
        raise Unexpected("адрес сайта вида https://school.example/", text) from None
    return word(text, most=200)


def _functions(text: str) -> str:
    return "\n".join(part.strip() for part in text.split(";") if part.strip())


COLUMNS = (
    Column("code", "Код", _code, also=("Код организации",)),
    Column("name", "Полное наименование", partial(word, most=400)),
    Column("short_name", "Краткое наименование", partial(word, most=160)),
    Column("kind", "Вид", _kind, also=("Вид организации",)),
    Column(
        "parent", "Код вышестоящей", _code, required=False, also=("Код вышестоящей организации",)
    ),
    Column(
        "profile", "Тип школы", partial(choice, choices=PROFILES), required=False, may_miss=True
    ),
    Column("is_rural", "Сельская", partial(choice, choices=YES_NO), required=False, may_miss=True),
    Column("oktmo", "ОКТМО", _oktmo, required=False, may_miss=True),
    Column("inn", "ИНН", inn, required=False, may_miss=True),
    Column("fis_login", "Логин ФИС ОКО", _login, required=False, may_miss=True),
    Column("site", "Сайт", _site, required=False, may_miss=True),
    Column("functions", "Функции", _functions, required=False, may_miss=True),
    Column("opened_on", "Дата открытия", day, required=False, may_miss=True),
    Column("closed_on", "Дата закрытия", day, required=False, may_miss=True),
)
TITLES = {column.name: column.title for column in COLUMNS}


def _codes(rows: Sequence[Sequence[str]]) -> set[str]:
    """Every code of the file, those of rows faulty elsewhere too."""
    codes: set[str] = set()
    collecting = replace(COLUMNS[0], parse=codes.add)
    read(rows, [collecting, *COLUMNS[1:]])
    return codes


def _checking(column: Column, codes: Collection[str]) -> Column:
    """The same column that also refuses a code which nobody has."""

    def parse(text: str) -> object:
        if text not in codes:
            cure = "Исправьте код или добавьте строку этой организации."
            raise Unexpected("код, который есть в портале или в файле", text, cure)
        return column.parse(text)

    return replace(column, parse=parse)


# one row


def _check_row(record: Record) -> Iterator[Complaint]:
    values = record.values
    if values["kind"] == Kind.REGION and values["parent"]:
        yield Complaint("parent", "пустая клетка", "выше региона нет никого.", "Очистите клетку.")
    if values["kind"] != Kind.REGION and not values["parent"]:
        yield Complaint(
            "parent",
            "код вышестоящей",
            "у всех, кроме региона, есть вышестоящая.",
            "Впишите её код.",
        )
    if values["profile"] and values["kind"] != Kind.SCHOOL:
        message = "тип бывает только у общеобразовательной организации."
        yield Complaint("profile", "пустая клетка", message, "Очистите клетку или исправьте вид.")
    if _later(values["opened_on"], values["closed_on"]):
        message = "дата закрытия раньше даты открытия."
        yield Complaint("closed_on", "день не раньше открытия", message, "Сверьте обе даты.")


def _later(opened: datetime.date | None, closed: datetime.date | None) -> bool:
    return opened is not None and closed is not None and closed < opened


# between rows


def _between_rows(table: Table, known: Mapping[str, Known]) -> Iterator[Fault]:
    kinds = {code: row.kind for code, row in known.items()}
    kinds |= {record.values["code"]: record.values["kind"] for record in table.records}
    open_below = _open_below(table, known)
    owners = {row.fis_login: code for code, row in known.items() if row.fis_login}
    owners = _freed(owners, table)
    for record in table.records:
        complaints = [
            _about_kind(record, known),
            _about_parent(record, kinds),
            _about_login(record, owners),
            _about_closing(record, open_below),
        ]
        yield from (_fault(table, record, one) for one in complaints if one is not None)


def _about_kind(record: Record, known: Mapping[str, Known]) -> Complaint | None:
    before = known.get(record.values["code"])
    if before is None or before.kind == record.values["kind"]:
        return None
    message = f"в портале это {before.kind.label}; вид загрузкой не меняют."
    return Complaint(
        "kind", str(before.kind.label), message, "Заведите новую организацию и преемство."
    )


def _about_parent(record: Record, kinds: Mapping[str, Kind]) -> Complaint | None:
    kind: Kind = record.values["kind"]
    above = kinds.get(record.values["parent"])
    if above is None or fits_under(kind, above):  # none: the region, or a faulty row above
        return None
    message = f"{kind.label} не может стоять под организацией вида «{above.label}»."
    return Complaint("parent", "код организации уровнем выше", message, "Исправьте код или вид.")


def _freed(owners: Mapping[str, str], table: Table) -> dict[str, str]:
    """Whose each login is once the file is written: those it takes from its rows are free."""
    given = {record.values["code"] for record in table.records if record.values["fis_login"]}
    return {login: code for login, code in owners.items() if code not in given}


def _about_login(record: Record, owners: dict[str, str]) -> Complaint | None:
    login, code = record.values["fis_login"], record.values["code"]
    if not login or owners.setdefault(login, code) == code:
        return None
    message = f"логин «{login}» уже у организации «{owners[login]}»."
    return Complaint("fis_login", "логин без повторов", message, "Сверьте оба логина.")


def _open_below(table: Table, known: Mapping[str, Known]) -> dict[str, str]:
    """For each code the code of an organization below it that stays open."""
    below = {code: (row.parent, row.closed) for code, row in known.items()}
    for record in table.records:
        values = record.values
        was_closed = below.get(values["code"], ("", False))[1]
        below[values["code"]] = (
            values["parent"] or "",
            was_closed or values["closed_on"] is not None,
        )
    return {parent: code for code, (parent, closed) in below.items() if parent and not closed}


def _about_closing(record: Record, open_below: Mapping[str, str]) -> Complaint | None:
    if record.values["closed_on"] is None or record.values["code"] not in open_below:
        return None
    message = f"ниже остаётся открытой «{open_below[record.values['code']]}»."
    return Complaint("closed_on", "пустая клетка", message, "Сначала закройте тех, кто ниже.")


def _fault(table: Table, record: Record, complaint: Complaint) -> Fault:
    return Fault(
        table.sheet,
        record.row,
        table.letters.get(complaint.name, ""),
        shown(record.texts.get(complaint.name, "")),
        complaint.expected,
        complaint.message,
        complaint.cure,
        TITLES[complaint.name],
    )
