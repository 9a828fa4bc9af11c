"""Invented schools and other educators: their types, sizes and numbers resemble a region's.

School numbers begin at 301, so that no name coincides with a real school's by chance.
"""

import datetime
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from rsoko.demo.bodies import ROOT
from rsoko.demo.municipalities import CITY, TABLE, code_of
from rsoko.demo.place import Change, ChangeKind, Place, PlaceKind, SchoolType

FIRST_NUMBER = 301

LEGAL = "Муниципальное бюджетное общеобразовательное учреждение"
FULL = {
    SchoolType.SECONDARY: "Средняя общеобразовательная школа",
    SchoolType.BASIC: "Основная общеобразовательная школа",
    SchoolType.LYCEUM: "Лицей",
    SchoolType.GYMNASIUM: "Гимназия",
}
SHORT = {
    SchoolType.SECONDARY: "СОШ",
    SchoolType.BASIC: "ООШ",
    SchoolType.LYCEUM: "Лицей",
    SchoolType.GYMNASIUM: "Гимназия",
}

# pupils of a school: median, spread of its logarithm, least, most; invented to give about
# 30 000 pupils a parallel (Kuzbass: 24 000 to 32 000 first-graders in 2023–2025)
TOWN_SIZES = (620, 0.40, 150, 1400)
DISTRICT_TOWN_SIZES = (430, 0.35, 150, 900)
VILLAGE_SIZES = (110, 0.60, 30, 350)
DISTRICT_TOWN_SHARE = 0.25
SMALL_SCHOOL = 120  # a village school below this has, as a rule, nine grades only


class Plain(NamedTuple):
    """What is decided about a school before it gets a name."""

    school_type: SchoolType
    rural: bool
    pupils: int


S, B, L, G = SchoolType.SECONDARY, SchoolType.BASIC, SchoolType.LYCEUM, SchoolType.GYMNASIUM

# the schools that people of the demonstration meet are set by hand
BY_HAND: dict[int, tuple[Plain, ...]] = {
    0: (
        Plain(S, False, 640),
        Plain(S, False, 480),
        Plain(S, False, 780),
        Plain(G, False, 720),
        Plain(S, False, 820),
        Plain(B, False, 230),
        Plain(L, False, 850),
        Plain(S, False, 560),
        Plain(S, False, 410),
        Plain(S, False, 690),
    ),
    1: (
        Plain(S, False, 590),
        Plain(S, False, 700),
        Plain(B, True, 110),
        Plain(S, False, 660),
        Plain(S, True, 170),
        Plain(S, False, 620),
        Plain(B, True, 70),
        Plain(S, False, 540),
    ),
    2: (
        Plain(S, True, 520),
        Plain(S, True, 210),
        Plain(S, True, 150),
        Plain(B, True, 80),
        Plain(S, True, 130),
        Plain(B, True, 46),
    ),
}

MERGED_CODE, MERGED_INTO = "edu420109", "edu420102"
MERGED_ON = datetime.date(2025, 9, 1)
RENAMED_CODE, RENAMED_ON = "edu420205", datetime.date(2024, 9, 1)
INVENTED_ACT = "Постановление вымышлено для демонстрации"

OTHERS = (
    (PlaceKind.COLLEGE, "spo42", "Колледж", 620, 3),
    (PlaceKind.KINDERGARTEN, "dou42", "Детский сад", 160, 4),
    (PlaceKind.SUPPLEMENTARY, "dop42", "Дом детского творчества", 900, 3),
)


def schools() -> tuple[Place, ...]:
    """All schools of the region, the merged one at the end."""
    number = FIRST_NUMBER
    places = []
    for index in range(len(TABLE)):
        for serial, plain in enumerate(_plain(index), start=1):
            places.append(_school(_code(index, serial), code_of(index), number, plain))
            number += 1
    merged = _school(MERGED_CODE, code_of(1), number, Plain(B, True, 90))
    return (*places, replace(merged, closed_on=MERGED_ON))


def _code(index: int, serial: int) -> str:
    return f"edu42{index:02}{serial:02}"


def _plain(index: int) -> tuple[Plain, ...]:
    """Type, place and size of each school of a municipality, the same every time."""
    if index in BY_HAND:
        return BY_HAND[index]
    rng = np.random.default_rng(index)
    draw = _town_school if TABLE[index].status == CITY else _district_school
    return tuple(draw(rng) for _ in range(TABLE[index].schools))


def _town_school(rng: np.random.Generator) -> Plain:
    school_type = rng.choice([S, B, L, G], p=[0.77, 0.06, 0.08, 0.09])
    return Plain(SchoolType(school_type), False, _size(rng, TOWN_SIZES))


def _district_school(rng: np.random.Generator) -> Plain:
    if rng.random() < DISTRICT_TOWN_SHARE:
        return Plain(S, False, _size(rng, DISTRICT_TOWN_SIZES))
    pupils = _size(rng, VILLAGE_SIZES)
    basic = pupils < SMALL_SCHOOL and rng.random() < 0.7
    return Plain(B if basic else S, True, pupils)


def _size(rng: np.random.Generator, sizes: tuple[int, float, int, int]) -> int:
    median, spread, least, most = sizes
    return int(np.clip(rng.lognormal(np.log(median), spread), least, most))


def _school(code: str, municipality: str, number: int, plain: Plain) -> Place:
    school_type, rural, pupils = plain
    return Place(
        code=code,
        kind=PlaceKind.SCHOOL,
        name=f"{LEGAL} «{FULL[school_type]} № {number}»",
        short_name=f"МБОУ «{SHORT[school_type]} № {number}»",
        parent=municipality,
        rural=rural,
        pupils=pupils,
        school_type=school_type,
        site=f"https://{code}.example/",
    )


def others() -> Iterator[Place]:
    """A few colleges (of the region), kindergartens and centres (of the first municipalities)."""
    for kind, prefix, name, pupils, count in OTHERS:
        for serial in range(1, count + 1):
            title = f"{name} № {FIRST_NUMBER + serial - 1}"
            yield Place(
                code=f"{prefix}{serial:04}",
                kind=kind,
                name=f"{_legal(kind)} «{title}»",
                short_name=title,
                parent=ROOT.code if kind == PlaceKind.COLLEGE else code_of((serial - 1) % 3),
                pupils=pupils,
                site=f"https://{prefix}{serial:04}.example/",
            )


def _legal(kind: PlaceKind) -> str:
    return {
        PlaceKind.COLLEGE: "Государственное профессиональное образовательное учреждение",
        PlaceKind.KINDERGARTEN: "Муниципальное дошкольное образовательное учреждение",
        PlaceKind.SUPPLEMENTARY: "Муниципальное учреждение дополнительного образования",
    }[kind]


def school_changes() -> tuple[Change, ...]:
    """The merged school and the renamed one."""
    by_code = {place.code: place for place in schools()}
    merged, renamed = by_code[MERGED_CODE], by_code[RENAMED_CODE]
    return (
        Change(
            kind=ChangeKind.MERGED,
            code=MERGED_CODE,
            on=MERGED_ON,
            name=merged.name,
            oktmo=None,
            basis=INVENTED_ACT,
            former_name=merged.name,
            into=MERGED_INTO,
        ),
        Change(
            kind=ChangeKind.RENAMED,
            code=RENAMED_CODE,
            on=RENAMED_ON,
            name=renamed.name,
            oktmo=None,
            basis=INVENTED_ACT,
            former_name=renamed.name.replace(FULL[SchoolType.SECONDARY], FULL[SchoolType.BASIC]),
        ),
    )
