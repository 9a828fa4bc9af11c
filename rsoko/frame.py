"""What stands around every page: the sections of the viewer's role, and who is looking."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from organizations.access import GRANTS, ROLE_TITLES, Permission, Viewer
from organizations.models import Level
from organizations.services import notices


@dataclass(frozen=True)
class Entry:
    title: str
    url: str
    current: bool


@dataclass(frozen=True)
class Card:
    organization: str
    person: str
    url: str


# Section → its page and the permission without which it is not offered.
SECTIONS = (
    ("Сегодня", "home", None),
    ("Дорожные карты", "roadmaps:roadmaps", None),
    ("Процедуры", "procedures:works", Permission.RESULT_READ),
    ("Объективность", "monitoring:objectivity", Permission.OBJECTIVITY_READ),
    ("Показатели", "monitoring:indicators", Permission.INDICATOR_READ),
    ("Документы", "organizations:documents", Permission.DOCUMENT_READ),
    ("Отчёты", "reports:reports", Permission.REPORT_READ),
    ("Организации", "organizations:organizations", None),
    ("Люди", "organizations:members", Permission.MEMBER_MANAGE),
    ("Журнал", "organizations:journal", Permission.JOURNAL_READ),
)

# Pages of a section whose addresses do not begin with its own.
BELONGING = {
    "monitoring:objectivity": (
        "monitoring:cases", "monitoring:markers", "monitoring:campaign", "monitoring:groups",
        "monitoring:method",
    ),
    "procedures:works": ("monitoring:federal_reports",),
}  # fmt: skip


def frame(request: HttpRequest) -> dict[str, object]:
    viewer: Viewer | None = getattr(request, "viewer", None)
    if viewer is None:
        return {"navigation": [], "viewer_card": None}
    return {
        "viewer": viewer,
        "may": GRANTS[viewer.role],
        "navigation": _sections(viewer, request.path),
        "viewer_card": _card(viewer),
        "reads_executions": viewer.may(Permission.EXECUTION_READ),
        "accepts_executions": viewer.may(Permission.EXECUTION_ACCEPT),
        "edits_plans": viewer.may(Permission.ROADMAP_EDIT),
        "unread": notices.unread(viewer),
    }


def _sections(viewer: Viewer, path: str) -> list[Entry]:
    offered = [
        (title, name)
        for title, name, permission in SECTIONS
        if permission is None or viewer.may(permission)
    ]
    places = [
        (reverse(page), name) for _, name in offered for page in (name, *BELONGING.get(name, ()))
    ]
    # An address may begin with another section's: the longest one is where we are.
    within = [
        one for one in places if path == one[0] or (one[0] != "/" and path.startswith(one[0]))
    ]
    _, current = max(within, key=lambda one: len(one[0]), default=("", None))
    return [
        Entry(_title(title, name, viewer), reverse(name), name == current)
        for title, name in offered
    ]


def _title(title: str, name: str, viewer: Viewer) -> str:
    return "План" if name == "roadmaps:roadmaps" and viewer.level == Level.SCHOOL else title


def _card(viewer: Viewer) -> Card:
    who = f"{viewer.name}, {ROLE_TITLES[viewer.role]}"
    return Card(viewer.organization_name, who, reverse("organizations:account"))
