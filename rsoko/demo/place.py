"""What a place of the demonstration region is, and what may happen to it."""

import datetime
from dataclasses import dataclass
from enum import StrEnum


class Scale(StrEnum):
    """How much of the region is built; the small one is a part of the whole one."""

    SMALL = "small"
    REGION = "region"


class PlaceKind(StrEnum):
    REGION = "region"
    BODY = "body"
    MUNICIPALITY = "municipality"
    SCHOOL = "school"
    COLLEGE = "college"
    KINDERGARTEN = "kindergarten"
    SUPPLEMENTARY = "supplementary"


class SchoolType(StrEnum):
    SECONDARY = "СОШ"
    BASIC = "ООШ"
    LYCEUM = "лицей"
    GYMNASIUM = "гимназия"


@dataclass(frozen=True)
class Place:
    """An organization or a municipality; schools and other educators are invented.

    Invented places have no ИНН: any valid one could be somebody's.
    """

    code: str
    kind: PlaceKind
    name: str
    short_name: str
    parent: str | None
    oktmo: str | None = None
    rural: bool = False
    pupils: int = 0
    school_type: SchoolType | None = None
    site: str = ""
    closed_on: datetime.date | None = None
    functions: tuple[str, ...] = ()
    authority: str = ""  # of a municipality: its education authority (МОУО)
    methodical_service: str = ""  # of a municipality: its ММС

    @property
    def number(self) -> int:
        """The digits of the code: different for any two schools."""
        return int("".join(filter(str.isdigit, self.code)))

    def is_open(self, on: datetime.date) -> bool:
        return self.closed_on is None or on < self.closed_on


class ChangeKind(StrEnum):
    STATUS = "status"
    RENAMED = "renamed"
    MERGED = "merged"
    UNCONFIRMED = "unconfirmed"  # a trace of a change that no act confirms: to be told, not applied


@dataclass(frozen=True)
class Change:
    """What happened to a place: what it was before and is since, and where that is known from."""

    kind: ChangeKind
    code: str
    on: datetime.date | None  # None: the sources seen do not give the day
    name: str
    oktmo: str | None
    basis: str
    former_name: str = ""
    former_oktmo: str | None = None
    into: str | None = None  # the successor of a merged organization
