"""The federal list of markers and the journal's campaign of the demonstration; all is invented.

The list has the traps of real ones: every row of one year stands twice, the year is a text, the
first year has empty cells where later ones have zeros.
"""

import datetime
from collections.abc import Iterator, Sequence

import numpy as np
from django.utils import timezone

from monitoring.services import campaigns, markers
from organizations.exchange import workbook
from organizations.models import Kind, Organization
from rsoko.demo.planting import PLANTED
from rsoko.demo.settle import acting_as
from rsoko.demo.works import YEAR

SEED = 4205
YEARS = (YEAR - 2, YEAR - 1, YEAR)
TWICE = YEAR - 1
HEAD = [
    "Год",
    "Логин",
    "Муниципалитет",
    "ОО",
    "4 РУ",
    "4 МА",
    "5 РУ",
    "5 МА",
    "Количество маркеров",
]
# Of the published lists of one region, 2023–2025: about one school in nine is listed, one in four
# of them again the next year, two thirds have one marker.
LISTED, AGAIN, MORE = 0.11, 0.25, 0.15
DAYS = 30

Row = list[workbook.Value]


def bring_markers() -> int:
    """The list of three years through the centre's own way in; returns how many rows."""
    schools = list(
        Organization.objects.schools()
        .filter(closed_on=None)
        .select_related("parent")
        .order_by("code")
    )
    content = workbook.write({"Список": [HEAD, *rows(schools)]})
    loaded = markers.load(content, "список ВПР с маркерами.xlsx", by=acting_as("centre"))
    return loaded.written


def rows(schools: Sequence[Organization]) -> Iterator[Row]:
    """The rows of the list, the same at every call."""
    chance = np.random.default_rng(SEED)
    planted = {one.school for one in PLANTED[::2]}
    before: set[str] = set()
    for year in YEARS:
        listed = set()
        for school in schools:
            share = AGAIN if school.code in before else LISTED
            drawn = chance.random(5)
            if drawn[0] >= share and not (year == YEAR and school.code in planted):
                continue
            listed.add(school.code)
            yield from [_row(school, year, drawn)] * (2 if year == TWICE else 1)
        before = listed


def _row(school: Organization, year: int, drawn: np.ndarray) -> Row:
    marks = [int(one < MORE) for one in drawn[1:]]
    marks[int(drawn[1:].argmin())] = 1
    shown: Row = [mark or (None if year == YEARS[0] else 0) for mark in marks]
    town = school.parent.short_name if school.parent else ""
    return [str(year), school.fis_login or school.code, town, school.short_name, *shown, sum(marks)]


def announce_campaign() -> int:
    """The comparison of this year's works with the journal, announced by the centre."""
    until = timezone.localdate() + datetime.timedelta(days=DAYS)
    region = Organization.objects.get(kind=Kind.REGION)
    campaigns.announce(region, year=YEAR, due_on=until, by=acting_as("centre"))
    return 1
