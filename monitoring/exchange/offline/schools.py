"""SCHOOLS.csv of the offline analysis, and all schools of the input in one order."""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import StringIO

import numpy as np
from numpy.typing import NDArray

from monitoring.stats.engine import Schools
from organizations.errors import FaultyTable, Refused
from organizations.exchange.cells import shown
from organizations.exchange.faults import Fault

COLUMNS = ("school", "municipality", "stratum")
NOT_TOLD = "не указан"
MOST_SIGNS = 50
FEDERAL = re.compile(r"(?:edu|sch)([0-9]{2})[0-9]{4}")  # the login names the region by its code
ONE_REGION = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a school belongs."""

    municipality: str = NOT_TOLD
    stratum: str = NOT_TOLD


def read_places(content: bytes) -> dict[str, Place]:
    """The place of each school by its code. Raises Refused or FaultyTable with every fault."""
    try:
        lines = csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        rows = [[cell.strip() for cell in line] for line in lines]
    except UnicodeDecodeError:
        raise Refused("Список школ не в UTF-8. Сохраните его как «CSV UTF-8».") from None
    except csv.Error as error:
        raise Refused(f"Список школ не читается как CSV: {error}.") from None
    names = [name.casefold() for name in rows[0]] if rows else []
    if "school" not in names or len(set(names)) < len(names):
        raise Refused(
            f"В списке школ нужен заголовок {','.join(COLUMNS)} через запятую, "
            f"а здесь «{shown(','.join(names))}»."
        )
    return _places(names, rows[1:])


def _places(names: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, Place]:
    places: dict[str, Place] = {}
    first: dict[str, int] = {}
    faults = []
    for line, cells in enumerate(rows, start=2):
        if not any(cells):
            continue
        if len(cells) != len(names):
            message = f"клеток {len(cells)}, а нужно {len(names)}."
            faults.append(Fault("", line, "", "", f"{len(names)} клеток", message))
            continue
        row = dict(zip(names, cells, strict=True))
        code = row["school"]
        if not is_code(code):
            faults.append(_fault(line, code, f"код школы без пробелов, до {MOST_SIGNS} знаков"))
        elif code in places:
            faults.append(_fault(line, code, f"код без повторов (он уже в строке {first[code]})"))
        else:
            first[code] = line
            told = {name: row.get(name) or NOT_TOLD for name in COLUMNS[1:]}
            places[code] = Place(**told)
    if faults:
        raise FaultyTable(faults)
    return places


def _fault(line: int, found: str, expected: str) -> Fault:
    message = f"нужно {expected}, а здесь «{shown(found)}»."
    return Fault("", line, "school", shown(found), expected, message)


def is_code(text: str) -> bool:
    return 0 < len(text) <= MOST_SIGNS and text.split() == [text]


@dataclass(frozen=True, eq=False)
class Region:
    """The schools of one region: `first` … `first + len(codes) − 1` of all the schools."""

    code: str
    first: int
    codes: Sequence[str]
    municipalities: Sequence[str]  # by their numbers in `schools`
    strata: Sequence[str]
    schools: Schools

    @property
    def end(self) -> int:
        return self.first + len(self.codes)


@dataclass(frozen=True, eq=False)
class Register:
    """All schools of the input by region and code; a region is a run of them."""

    codes: Sequence[str]
    regions: Sequence[Region]

    @cached_property
    def number(self) -> Mapping[str, int]:
        return {code: number for number, code in enumerate(self.codes)}


def register(codes: Iterable[str], places: Mapping[str, Place]) -> Register:
    """The schools of results and list together, in an order that no row's place changes.

    Schools with federal logins are parted by region; one code of another kind, and all of them
    are one region.
    """
    every = sorted({*codes, *places})
    logins = [FEDERAL.fullmatch(code) for code in every]
    of = {
        code: login[1] if login and all(logins) else ONE_REGION
        for code, login in zip(every, logins, strict=True)
    }
    every.sort(key=lambda code: (of[code], code))
    regions: list[Region] = []
    for region in sorted(set(of.values())):
        own = [code for code in every if of[code] == region]
        first = sum(len(earlier.codes) for earlier in regions)
        regions.append(_region(region, first, own, places))
    return Register(every, regions)


def _region(code: str, first: int, codes: Sequence[str], places: Mapping[str, Place]) -> Region:
    own = [places.get(school, Place()) for school in codes]
    municipalities, municipality = _numbered([place.municipality for place in own])
    strata, stratum = _numbered([place.stratum for place in own])
    return Region(code, first, codes, municipalities, strata, Schools(municipality, stratum))


def _numbered(names: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    every, numbers = np.unique(np.array(names, dtype=str), return_inverse=True)
    return every.tolist(), numbers.astype(np.int64)
