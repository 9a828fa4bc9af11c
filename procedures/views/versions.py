"""A checked file written or left, and what one version of a protocol changes in another."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from organizations.http import PortalRequest, for_members
from procedures import queries
from procedures.exchange.difference import Difference, compare
from procedures.exchange.preview import WITH_ROWS, version_rows
from procedures.forms import VersionFilter
from procedures.models import Protocol
from procedures.services import imports

LINES = 50  # pupils on one page


def visible_protocol(request: PortalRequest, pk: int) -> Protocol:
    """The protocol with all its page tells; 404 where it is not seen."""
    rows = Protocol.objects.visible_to(request.viewer).select_related(
        "organization__parent", "work__procedure", "scale", "run"
    )
    return get_object_or_404(rows, pk=pk)


@require_POST
@for_members
def protocol_confirm(request: PortalRequest, pk: int) -> HttpResponse:
    """Write a checked file; pressed twice, it is written once."""
    row = imports.confirm(visible_protocol(request, pk), by=request.viewer)
    return redirect("procedures:protocol", pk=row.pk)


@require_POST
@for_members
def protocol_cancel(request: PortalRequest, pk: int) -> HttpResponse:
    """Leave a checked file unwritten."""
    row = imports.cancel(visible_protocol(request, pk), by=request.viewer)
    messages.info(request, "Файл не записан. Прежние результаты не изменились.")
    return redirect("procedures:protocol", pk=row.pk)


@for_members
def protocol_difference(request: PortalRequest, pk: int) -> HttpResponse:
    """What this version changes in an earlier one: the one before it unless another is named."""
    row = visible_protocol(request, pk)
    versions = queries.standings_of_school(row.organization, [row.work])[0].protocols
    others = comparable(row, versions)
    asked = VersionFilter(request.GET).asked.get("since")
    earlier = next((one for one in others if one.version == asked), others[0] if others else None)
    found = _difference(earlier, row) if earlier else None
    context = {
        "protocol": row,
        "others": others,
        "earlier": earlier,
        **paged_lines(request, found),
    }
    return render(request, "procedures/difference.html", context)


def comparable(row: Protocol, versions: Sequence[Protocol]) -> list[Protocol]:
    """The earlier versions that this one may be compared with, the newest first."""
    if not _is_kept(row):
        return []
    return [
        one
        for one in versions
        if one.version < row.version and _is_kept(one) and set(one.classes) & set(row.classes)
    ]


def _is_kept(row: Protocol) -> bool:
    """Whether the rows of a version are there: stored, or in its file."""
    return row.state == Protocol.State.ACCEPTED or bool(row.file and row.state in WITH_ROWS)


def _difference(earlier: Protocol, later: Protocol) -> Difference | None:
    for row in (earlier, later):
        row.work, row.organization = later.work, later.organization
    before, after = version_rows(earlier), version_rows(later)
    if before is None or after is None:
        return None
    return compare(before, after, later.work.tasks)


def paged_lines(request: PortalRequest, found: Difference | None) -> dict[str, Any]:
    """A difference for the page, some pupils at a time."""
    lines = found.lines if found else ()
    page = Paginator(lines, LINES).get_page(request.GET.get("page"))
    return {"difference": found, "page": page}
