"""The 34 municipalities of the region, with what is known of their history.

ОКТМО is given where an open source shows it: cities by the list of 2021 (hflabs/city),
districts by addresses of ГАР on 09.07.2026. None: sources are missing or only remembered.
The number of schools is invented; the order is ours, so that the first three
(a town, a district with a town, a rural district) make the small region.
"""

import datetime
from dataclasses import dataclass

from rsoko.demo.bodies import ROOT
from rsoko.demo.place import Change, ChangeKind, Place, PlaceKind

CITY, DISTRICT = "городской округ", "муниципальный округ"
FORMER_DISTRICT = "муниципальный район"
TASHTAGOL_ON = datetime.date(2025, 4, 23)

LAW_2019 = (
    "Закон 2019 года об одиннадцати муниципальных округах (docs.cntd.ru/document/561652593); "
    "день вступления в силу не установлен"
)
BEFORE_2025 = "Стал округом до 2025 года (сообщения печати от 23.04.2025); день и закон не найдены"
ADDRESSES = "Адреса ГАР на 09.07.2026 стоят под другим кодом"
UNKNOWN = "закон не найден, преобразование не подтверждено"


@dataclass(frozen=True)
class Municipality:
    """A row of the table below; `schools` is the invented number of its schools."""

    adjective: str
    status: str
    schools: int
    oktmo: str | None

    @property
    def name(self) -> str:
        return f"{self.adjective} {self.status}"

    @property
    def genitive(self) -> str:
        # every name of the table is an adjective in «-ий», every status in «-ой» or «-ый округ»
        status = {CITY: "городского округа", DISTRICT: "муниципального округа"}[self.status]
        return f"{self.adjective.removesuffix('ий')}ого {status}"


TABLE = (
    Municipality("Анжеро-Судженский", CITY, 10, "32704000"),
    Municipality("Гурьевский", DISTRICT, 8, "32502000"),
    Municipality("Тяжинский", DISTRICT, 6, "32534000"),
    Municipality("Кемеровский", CITY, 66, "32701000"),
    Municipality("Новокузнецкий", CITY, 82, "32731000"),
    Municipality("Прокопьевский", CITY, 36, "32737000"),
    Municipality("Беловский", CITY, 24, "32707000"),
    Municipality("Киселевский", CITY, 22, "32716000"),
    Municipality("Ленинск-Кузнецкий", CITY, 20, "32719000"),
    Municipality("Междуреченский", CITY, 19, "32725000"),
    Municipality("Юргинский", CITY, 14, "32749000"),
    Municipality("Осинниковский", CITY, 11, "32734000"),
    Municipality("Мысковский", CITY, 10, "32728000"),
    Municipality("Березовский", CITY, 9, "32710000"),
    Municipality("Калтанский", CITY, 8, "32715000"),
    Municipality("Тайгинский", CITY, 6, "32740000"),
    Municipality("Полысаевский", CITY, 6, "32732000"),
    Municipality("Краснобродский", CITY, 3, None),
    Municipality("Кемеровский", DISTRICT, 24, None),
    Municipality("Новокузнецкий", DISTRICT, 22, None),
    Municipality("Прокопьевский", DISTRICT, 22, "32522000"),
    Municipality("Промышленновский", DISTRICT, 22, "32525000"),
    Municipality("Беловский", DISTRICT, 22, None),
    Municipality("Ленинск-Кузнецкий", DISTRICT, 22, "32513000"),
    Municipality("Таштагольский", DISTRICT, 22, "32527000"),
    Municipality("Мариинский", DISTRICT, 20, "32516000"),
    Municipality("Топкинский", DISTRICT, 18, "32531000"),
    Municipality("Крапивинский", DISTRICT, 16, "32510000"),
    Municipality("Тисульский", DISTRICT, 16, "32528000"),
    Municipality("Яшкинский", DISTRICT, 16, "32546000"),
    Municipality("Юргинский", DISTRICT, 14, None),
    Municipality("Ижморский", DISTRICT, 12, "32504000"),
    Municipality("Яйский", DISTRICT, 12, "32543000"),
    Municipality("Чебулинский", DISTRICT, 10, "32537000"),
)

CHANGED_2019 = {
    "Ижморский",
    "Кемеровский",
    "Крапивинский",
    "Ленинск-Кузнецкий",
    "Прокопьевский",
    "Промышленновский",
    "Тяжинский",
    "Чебулинский",
    "Юргинский",
    "Яйский",
    "Яшкинский",
}

# former codes that a source shows; the others follow a pattern and are not given
FORMER_OKTMO = {"Беловский": "32601000", "Мариинский": "32616000", "Таштагольский": "32627000"}

# cities whose addresses moved under the code of a district: (code seen, what is known)
TRACES = {
    "Ленинск-Кузнецкий": ("32513000", f"{ADDRESSES}; слияние обсуждали 27.04.2024; {UNKNOWN}"),
    "Междуреченский": ("32517000", f"{ADDRESSES}; {UNKNOWN}"),
    "Полысаевский": (None, f"{ADDRESSES}: 32513000 и 32514000; {UNKNOWN}"),
    "Краснобродский": ("32522000", f"{ADDRESSES} — Прокопьевского округа; {UNKNOWN}"),
}

# how an authority or a service is called where it is not the usual name
AUTHORITIES = {"Новокузнецкий городской округ": "Комитет образования и науки"}
SERVICES = {"Новокузнецкий городской округ": "МАОУ ДПО «Институт повышения квалификации»"}


def code_of(index: int) -> str:
    """The code of a row of the table, counted from 0."""
    return f"reg42_m{index + 1:03}"


def municipalities() -> tuple[Place, ...]:
    return tuple(_place(code_of(index), row) for index, row in enumerate(TABLE))


def _place(code: str, row: Municipality) -> Place:
    of = f"администрации {row.genitive}"
    return Place(
        code=code,
        kind=PlaceKind.MUNICIPALITY,
        name=row.name,
        short_name=f"{row.adjective} {'ГО' if row.status == CITY else 'МО'}",
        parent=ROOT.code,
        oktmo=row.oktmo,
        rural=row.status == DISTRICT,
        site=f"https://{code.replace('_', '-')}.example/",
        authority=f"{AUTHORITIES.get(row.name, 'Управление образования')} {of}",
        methodical_service=SERVICES.get(row.name, f"Методический кабинет {row.genitive}"),
    )


def municipal_changes() -> tuple[Change, ...]:
    """Changes of status of the districts, and traces of changes in the cities."""
    rows = [(code_of(index), row) for index, row in enumerate(TABLE)]
    districts = [_became_district(code, row) for code, row in rows if row.status == DISTRICT]
    traces = [
        _trace(code, row) for code, row in rows if row.status == CITY and row.adjective in TRACES
    ]
    return (*districts, *traces)


def _became_district(code: str, row: Municipality) -> Change:
    on, basis = None, LAW_2019 if row.adjective in CHANGED_2019 else BEFORE_2025
    if row.adjective == "Таштагольский":
        on, basis = TASHTAGOL_ON, "Преобразован последним из 18 районов (печать, 23.04.2025)"
    return Change(
        kind=ChangeKind.STATUS,
        code=code,
        on=on,
        name=row.name,
        oktmo=row.oktmo,
        basis=basis,
        former_name=f"{row.adjective} {FORMER_DISTRICT}",
        former_oktmo=FORMER_OKTMO.get(row.adjective),
    )


def _trace(code: str, row: Municipality) -> Change:
    oktmo, basis = TRACES[row.adjective]
    return Change(
        kind=ChangeKind.UNCONFIRMED,
        code=code,
        on=None,
        name=row.name,
        oktmo=oktmo,
        basis=basis,
        former_name=row.name,
        former_oktmo=row.oktmo,
    )
