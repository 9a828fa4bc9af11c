"""Words that several parts of a report share: names of places and works, hidden small numbers."""

from collections.abc import Iterable

from monitoring.charts.chart import FEW
from monitoring.stats.disclosure import MIN_PUPILS, publishable
from monitoring.wording import NBSP, decimal, percent
from organizations.models import Kind, Organization
from procedures.models import Work
from reports.queries.year import Year

NOTHING = "–"
PLACE = {Kind.REGION: "регион", Kind.MUNICIPALITY: "муниципалитет", Kind.SCHOOL: "школа"}
INSIDE = {Kind.REGION: "в регионе", Kind.MUNICIPALITY: "в муниципалитете"}


def work_name(work: Work) -> str:
    return f"{work.subject}, {work.grade}{NBSP}класс"


def is_school(place: Organization) -> bool:
    return place.kind == Kind.SCHOOL


def pupils(number: int) -> str:
    """A number of pupils; a small one only as small."""
    return decimal(number, 0) if publishable(number) else f"меньше{NBSP}{MIN_PUPILS}"


def share(part: int, whole: int) -> str:
    """A share of pupils as percent, unless they are too few to be told."""
    return percent(part / whole) if publishable(whole) else FEW


def least_pupils(numbers: Iterable[tuple[Work, int]]) -> int:
    """How many different pupils there are at least, when each work was written by so many.

    A pupil writes several works of one grade, so of each grade the largest work counts.
    """
    by_grade: dict[int, int] = {}
    for work, number in numbers:
        by_grade[work.grade] = max(number, by_grade.get(work.grade, 0))
    return sum(by_grade.values())


def held(year: Year, place: Organization) -> list[Work]:
    """The works that concern the place: a protocol was expected of it or came in."""
    return [work for work in year.works if year.intake(place, work).expected]
