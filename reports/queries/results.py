"""What came of the year's works: protocols, pupils, marks and means of every place."""

import datetime
from collections.abc import Collection
from typing import NamedTuple

from django.db.models import F, Sum

from monitoring.models import Cell, IndicatorValue
from monitoring.stats.estimate import Estimate
from organizations.models import Profile
from procedures.models import Exemption, Protocol, Scale, Work
from procedures.queries import FAULTY, SENIOR_GRADES, newest
from procedures.scales import Borders
from reports.queries.tree import Tree, with_territories, worked

MEAN = "mean_percent"


class Intake(NamedTuple):
    """Protocols of one work: schools that have this grade, and what of them came in."""

    expected: int = 0
    accepted: int = 0
    faulty: int = 0


class Tally(NamedTuple):
    """Pupils of a place in one work: on the list, those who wrote, and their marks."""

    listed: int = 0
    wrote: int = 0
    twos: int = 0
    threes: int = 0
    fours: int = 0
    fives: int = 0

    @property
    def marks(self) -> tuple[int, int, int, int]:
        return self.twos, self.threes, self.fours, self.fives

    @property
    def marked(self) -> int:
        return sum(self.marks)


class Mean(NamedTuple):
    """The mean percent of a place in one work, and the version of the method."""

    estimate: Estimate
    method_version: str


Intakes = dict[tuple[int, int], Intake]
Tallies = dict[tuple[int, int], Tally]
Means = dict[tuple[int, int], Mean]


def works_of(year: int) -> list[Work]:
    """One query."""
    return list(Work.objects.filter(year=year).order_by("grade", "subject"))


def borders_of(year: int) -> dict[int, Borders]:
    """The newest mark borders of each work that has any. One query."""
    scales = Scale.objects.filter(work__year=year).order_by("work", "version")
    return {scale.work_id: Borders(scale.three, scale.four, scale.five) for scale in scales}


def intakes(tree: Tree, works: Collection[Work], on: datetime.date) -> Intakes:
    """Protocols by place and work. Three queries.

    A protocol is expected of every school that worked on the day, has the grade and is not
    recorded as taking no part.
    """
    rows = Protocol.objects.filter(work__in=works, organization__in=tree.schools).order_by()
    accepted = set(rows.current().values_list("organization", "work"))
    faulty = set(newest(rows).filter(state__in=FAULTY).values_list("organization", "work"))
    exempt = set(
        Exemption.objects.filter(work__in=works, organization__in=tree.schools, class_number=None)
        .values_list("organization", "work")
    )  # fmt: skip
    found = {}
    for pk, school in tree.schools.items():
        for work in works:
            is_short = school.profile == Profile.BASIC and work.grade in SENIOR_GRADES
            came = (pk, work.pk)
            is_due = worked(school, on) and not is_short and came not in exempt
            found[came] = Intake(
                expected=int(is_due or came in accepted),
                accepted=int(came in accepted),
                faulty=int(came in faulty and came not in accepted),
            )
    return with_territories(found, tree, Intake)


def tallies(tree: Tree, works: Collection[Work]) -> Tallies:
    """Pupils and marks by place and work, summed up from the classes' cells. One query.

    `attendance` is journal mark none, 2…5 × absent, present, flattened row by row.
    """
    absent = sum((F(f"attendance__{at}") for at in (2, 4, 6, 8)), F("attendance__0"))
    present = sum((F(f"attendance__{at}") for at in (3, 5, 7, 9)), F("attendance__1"))
    cells = Cell.objects.filter(work__in=works, organization__in=tree.schools).order_by()
    rows = cells.values("organization", "work").annotate(
        absent=Sum(absent), wrote=Sum(present),
        twos=Sum("marks__0"), threes=Sum("marks__1"), fours=Sum("marks__2"), fives=Sum("marks__3"),
    )  # fmt: skip
    found = {
        (row["organization"], row["work"]): Tally(
            row["absent"] + row["wrote"], row["wrote"],
            row["twos"], row["threes"], row["fours"], row["fives"],
        )
        for row in rows
    }  # fmt: skip
    return with_territories(found, tree, Tally)


def means(places: Collection[int], year: int) -> Means:
    """Stored means of these places by work. One query."""
    rows = IndicatorValue.objects.filter(
        indicator=MEAN, year=year, work__isnull=False, organization__in=places
    )
    fields = ("organization", "work", "value", "low", "high", "pupils", "method_version")
    return {
        (place, work): Mean(Estimate(value, low, high, pupils), version)
        for place, work, value, low, high, pupils, version in rows.order_by().values_list(*fields)
    }
