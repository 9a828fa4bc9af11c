"""One's own notices: what is new, what was read, what became of the letters about it."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Max, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from organizations.http import PortalRequest, for_members
from organizations.models import Notice
from organizations.services import notices as service

PER_PAGE = 50
UNREAD = "unread"
LONGEST_NUMBER = 19  # signs of what the database can hold


@for_members
def inbox(request: PortalRequest) -> HttpResponse:
    """The notices of the person who looks: the unread ones first, the newest of each on top."""
    only_unread = request.GET.get("state") == UNREAD
    own = Notice.objects.visible_to(request.viewer)
    unread = service.unread(request.viewer)
    rows = _ordered(own.unread() if only_unread else own)
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "unread": unread,
        "newest": own.aggregate(newest=Max("pk"))["newest"],
        "only_unread": only_unread,
        "filters": _filters(unread, only_unread=only_unread),
    }
    return render(request, "organizations/inbox.html", context)


def _ordered(rows: QuerySet[Notice]) -> QuerySet[Notice]:
    return rows.annotate(is_unread=Q(read_at=None)).order_by("-is_unread", "-created_at", "-pk")


def _filters(unread: int, *, only_unread: bool) -> list[dict[str, Any]]:
    return [
        {"title": "все", "url": "?", "current": not only_unread},
        {
            "title": "непрочитанные",
            "url": f"?state={UNREAD}",
            "current": only_unread,
            "count": unread,
        },
    ]


@require_POST
@for_members
def read(request: PortalRequest, pk: int) -> HttpResponse:
    """Note that one notice was read, and show the list where it was left."""
    notice = get_object_or_404(Notice.objects.visible_to(request.viewer), pk=pk)
    service.read(notice, by=request.viewer)
    return _back(request)


@require_POST
@for_members
def read_all(request: PortalRequest) -> HttpResponse:
    """Note that all were read that were there when the page was shown."""
    newest = request.POST.get("newest", "")
    is_number = newest.isdecimal() and len(newest) < LONGEST_NUMBER
    service.read_all(by=request.viewer, up_to=int(newest) if is_number else None)
    return _back(request)


def _back(request: PortalRequest) -> HttpResponse:
    asked = request.GET.urlencode()
    inbox = reverse("organizations:inbox")
    return redirect(f"{inbox}?{asked}" if asked else inbox)
