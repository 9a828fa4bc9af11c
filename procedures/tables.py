"""Databases of Положение о РСОКО, п. 5.2.1: which there are, what their columns mean; data only."""

from dataclasses import dataclass
from enum import StrEnum

from organizations.models import Kind

# Whom a database speaks of: every kind of Положение, п. 3.1.3, or those that teach pupils.
EVERYONE = (Kind.SCHOOL, Kind.COLLEGE, Kind.KINDERGARTEN, Kind.SUPPLEMENTARY)
TEACHING = (Kind.SCHOOL, Kind.COLLEGE)
# Our own limits against slips of the key: no school of the region comes near them.
MOST_PEOPLE = 5_000
# A point of НОКО is a share of the possible in percent (приказ Минтруда от 31.05.2018 № 344).
MOST_POINTS = 100


class Type(StrEnum):
    WHOLE = "whole"
    DECIMAL = "decimal"
    CHOICE = "choice"
    TEXT = "text"


@dataclass(frozen=True)
class TableColumn:
    """One column of a database: its heading, its type and unit, and what it may hold."""

    name: str
    title: str
    type: Type = Type.WHOLE
    unit: str = "человек"
    most: int = MOST_PEOPLE
    choices: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        return self.type in (Type.WHOLE, Type.DECIMAL)

    @property
    def expected(self) -> str:
        """What a cell may hold, in words."""
        if self.type == Type.CHOICE:
            return "одно из: " + ", ".join(f"«{choice}»" for choice in self.choices)
        if self.type == Type.TEXT:
            return f"текст до {self.most} знаков"
        kind = "целое число" if self.type == Type.WHOLE else "число"
        return f"{kind} от 0 до {self.most}"


@dataclass(frozen=True)
class TableKind:
    """A database by organization, without names.

    `circle` are the kinds of organizations it speaks of. `key` names the columns that tell several
    lines of one organization and year apart; each pair of `within` says that the first columns
    together are not more than the second.
    """

    code: str
    title: str
    procedure: str
    ground: str
    columns: tuple[TableColumn, ...]
    circle: tuple[Kind, ...] = EVERYONE
    key: tuple[str, ...] = ()
    within: tuple[tuple[tuple[str, ...], str], ...] = ()

    def column(self, name: str) -> TableColumn:
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True)
class WorkDatabase:
    """A database of pupils' results under codes: the works of some procedures."""

    title: str
    procedures: tuple[str, ...]
    holds: str


def _points(name: str, title: str) -> TableColumn:
    return TableColumn(name, title, Type.DECIMAL, "баллов", MOST_POINTS)


OLYMPIADS = TableKind(
    code="olympiads",
    title="Олимпиады школьников",
    procedure="olympiads",
    ground="Приказ Минпросвещения от 27.11.2020 № 678",
    columns=(
        TableColumn(
            "stage", "Этап", Type.CHOICE, "",
            choices=("региональный", "заключительный", "олимпиада из перечня"),
        ),
        TableColumn("subject", "Предмет", Type.TEXT, "", most=80),
        TableColumn("participants", "Участники"),
        TableColumn("winners", "Победители"),
        TableColumn("prizes", "Призёры"),
    ),
    circle=TEACHING,
    key=("stage", "subject"),
    within=((("winners", "prizes"), "participants"),),
)  # fmt: skip

ATTESTATION = TableKind(
    code="staff-attestation",
    title="Аттестация педагогических работников",
    procedure="staff-attestation",
    ground="Приказ Минпросвещения от 24.03.2023 № 196",
    columns=(
        TableColumn("teachers", "Педагогов всего"),
        TableColumn("highest", "Высшая категория"),
        TableColumn("first", "Первая категория"),
        TableColumn("fit", "Соответствие должности"),
        TableColumn("methodist", "Педагог-методист"),
        TableColumn("mentor", "Педагог-наставник"),
        TableColumn("attested", "Аттестованы за год"),
    ),
    within=(
        (("highest", "first", "fit"), "teachers"),
        (("methodist",), "teachers"),
        (("mentor",), "teachers"),
        (("attested",), "teachers"),
    ),
)

CERTIFICATION = TableKind(
    code="staff-certification",
    title="Сертификация работников",
    procedure="staff-certification",
    ground="Положение о РСОКО, п. 4.2",
    columns=(
        TableColumn(
            "staff", "Кто", Type.CHOICE, "", choices=("руководящие", "педагогические")
        ),
        TableColumn("participants", "Участники"),
        TableColumn("certified", "Сертифицированы"),
    ),
    key=("staff",),
    within=((("certified",), "participants"),),
)  # fmt: skip

NOKO = TableKind(
    code="noko",
    title="Независимая оценка условий (НОКО)",
    procedure="noko",
    ground="273-ФЗ, ст. 95.2; приказ Минпросвещения от 13.03.2019 № 114",
    columns=(
        _points("openness", "Открытость информации"),
        _points("comfort", "Комфортность условий"),
        _points("access", "Доступность для инвалидов"),
        _points("kindness", "Доброжелательность работников"),
        _points("satisfaction", "Удовлетворённость условиями"),
        TableColumn("respondents", "Опрошено"),
    ),
)

KINDS = (OLYMPIADS, ATTESTATION, CERTIFICATION, NOKO)
BY_CODE = {kind.code: kind for kind in KINDS}

MARKS = "первичные баллы и отметки"
WORK_DATABASES = (
    WorkDatabase("ГИА-9: ОГЭ и ГВЭ", ("oge", "gve-9"), MARKS),
    WorkDatabase(
        "ГИА-11: ЕГЭ и ГВЭ", ("ege", "gve-11"), "первичные и тестовые баллы, порог; у ГВЭ отметки"
    ),
    WorkDatabase("ВПР", ("vpr",), MARKS),
    WorkDatabase("ВПР СПО", ("vpr-spo",), MARKS),
    WorkDatabase("НИКО и национальные исследования", ("niko", "nsi"), "первичные баллы"),
    WorkDatabase("Функциональная грамотность", ("functional-literacy",), "первичные баллы"),
    WorkDatabase("Региональные диагностические работы", ("diagnostics", "rmud"), MARKS),
)


def of_procedure(code: str) -> list[TableKind]:
    """The databases that a procedure of the catalogue fills."""
    return [kind for kind in KINDS if kind.procedure == code]
