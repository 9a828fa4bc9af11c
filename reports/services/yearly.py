"""Yearly reports: the wish for one organization, or for a whole level below."""

from collections.abc import Sequence

from django.utils import timezone

from organizations.access import Permission, Viewer
from organizations.errors import Conflict
from organizations.models import Level, Organization, Run
from organizations.services import guard, runs
from procedures.queries import years
from reports.queries.tree import NODES

UNIT = "отчёт,отчёта,отчётов"
LEVELS = {level.name.lower(): level for level in Level}
OF_LEVEL = {
    Level.REGION: "региона",
    Level.MUNICIPALITY: "муниципалитетов",
    Level.SCHOOL: "школ",
}
# A task of its own for each level, so that one organization may have all of them under way.
TASKS = {
    Level.REGION: "reports.tasks.build_report",
    Level.MUNICIPALITY: "reports.tasks.build_municipalities",
    Level.SCHOOL: "reports.tasks.build_schools",
}


def request(organization: Organization, year: int, *, by: Viewer) -> Run:
    """Have one organization's report built.

    Raises NotAllowed, or Conflict for an organization or a year that can have none, or while one
    is being built.
    """
    guard.require(by, Permission.REPORT_BUILD, organization)
    title = f"Ежегодный отчёт за {year} год: {organization.short_name}"
    return _request(TASKS[Level.REGION], [reported(organization)], organization, year, title, by)


def request_all(organization: Organization, year: int, level: str, *, by: Viewer) -> Run:
    """Have the reports of all places of a level built, from an organization down.

    `level` is a key of LEVELS. Raises as `request`.
    """
    guard.require(by, Permission.REPORT_BUILD, organization)
    places = places_of(organization, LEVELS[level])
    if not places:
        raise Conflict(f"«{organization}»: ниже нет ни одной организации этого уровня.")
    title = f"Ежегодные отчёты {OF_LEVEL[LEVELS[level]]} за {year} год: {organization.short_name}"
    return _request(TASKS[LEVELS[level]], places, organization, year, title, by)


def places_of(organization: Organization, level: Level) -> list[Organization]:
    """The organizations of a level, itself or below, of which reports are made. One query."""
    places = Organization.objects.under(organization).filter(kind__in=NODES, level=level)
    working = places.working(timezone.localdate())
    return list(working.order_by("parent", "short_name", "pk"))


def check_year(year: int) -> None:
    """Raise Conflict for a year of which nothing can be told."""
    known = years()
    if year not in known:
        shown = ", ".join(map(str, known)) or "ни одного"
        raise Conflict(f"За {year} год нет оценочных работ, собирать не из чего. Есть: {shown}.")


def reported(organization: Organization) -> Organization:
    """The organization, if reports are made of it. Raises Conflict."""
    if organization.kind not in NODES:
        raise Conflict(
            f"«{organization}»: ежегодный отчёт собирают для региона, муниципалитета или школы."
        )
    return organization


def _request(
    task: str,
    places: Sequence[Organization],
    organization: Organization,
    year: int,
    title: str,
    by: Viewer,
) -> Run:
    check_year(year)
    return runs.request(
        task,
        subject=organization,
        title=title,
        organization=organization,
        by=by,
        unit=UNIT,
        year=year,
        places=[place.pk for place in places],
    )
