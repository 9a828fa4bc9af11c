"""Papers about the holding of procedures: the order that sends people to schools."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from organizations.access import Permission
from organizations.attachments import attachment
from organizations.errors import Conflict
from organizations.http import PortalRequest, for_members
from organizations.views.sections import open_only_with
from procedures.models import Staffing
from procedures.views.staffings import places_of
from reports.holdings.order import annex, holding_order
from reports.plans.orders import order_paper
from reports.rendering import paper
from reports.views.reports import DOCX


@for_members
def order(request: PortalRequest, pk: int) -> HttpResponse:
    """The draft of the order of an approved list of observers or checkers."""
    open_only_with(Permission.HOLDING_READ, request.viewer)
    seen = Staffing.objects.visible_to(request.viewer)
    row = get_object_or_404(seen.select_related("work__procedure", "organization"), pk=pk)
    if row.status != Staffing.Status.APPROVED:
        raise Conflict("Сначала утвердите назначение: приказ готовится по утверждённому списку.")
    places = list(places_of(row))
    held = sorted(place.held_on for place in places)
    text = holding_order(row, (held[0], held[-1]) if held else None)
    made = order_paper(text, made_on=timezone.localdate(), annex=annex(places))
    name = f"Приказ {row.get_kind_display()} {row.work.code}.docx"
    return attachment(paper.render(made), name, content_type=DOCX)
