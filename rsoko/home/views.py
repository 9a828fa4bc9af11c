"""The first page of each role."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from organizations import vsoko
from organizations.access import GRANTS, Permission, Viewer
from organizations.http import PortalRequest, for_members
from organizations.models import Level
from organizations.templatetags.ru import plural
from rsoko.home import queries
from rsoko.home.duties import Duty, duties, unfinished

TOLD_IN_FULL = 2


@for_members
def home(request: PortalRequest) -> HttpResponse:
    """What I must do, what changed, where my organization stands."""
    viewer = request.viewer
    if not GRANTS[viewer.role]:
        return render(request, "home/guest.html", {"today": timezone.localdate()})
    due, later = unfinished(viewer)
    todo = duties(viewer, due)
    ahead = queries.ahead(viewer, later)
    context = {
        "today": timezone.localdate(),
        "duties": todo,
        "duty": _line(todo),
        "next_date": ahead[0]["on"] if ahead else None,
        "ahead": ahead,
        "changes": queries.changes(viewer),
        "runs": queries.running(viewer) if viewer.may(Permission.RUN_READ) else [],
        **_where_we_are(viewer),
    }
    return render(request, "home/home.html", context)


def _where_we_are(viewer: Viewer) -> dict[str, Any]:
    """A school's indicators and documents, or a territory's counts."""
    if viewer.level != Level.SCHOOL:
        return {"facts": queries.facts(viewer)}
    year = vsoko.year_of(timezone.localdate())
    papers = vsoko.uploaded(viewer, year).filter(organization=viewer.territory_id)
    standings = vsoko.standings(papers, vsoko.MONITORED)
    accepted = sum(standing.shape == "accepted" for standing in standings)
    return {"places": queries.places(viewer), "papers": standings, "papers_accepted": accepted}


def _line(todo: list[Duty]) -> str:
    """The sentence under the heading: the first duties by name, the rest by number."""
    if not todo:
        return ""
    first, *others = [duty.title for duty in todo[:TOLD_IN_FULL]]
    told = ", ".join([first, *(title[0].lower() + title[1:] for title in others)])
    rest = len(todo) - TOLD_IN_FULL
    return f"{told}. Ещё {rest} {plural(rest, 'дело,дела,дел')}." if rest > 0 else f"{told}."
