"""Pages of draws: the list with the form, one draw with its schools, its publication."""

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from organizations.access import Permission
from organizations.errors import Conflict
from organizations.http import PortalRequest, for_members
from organizations.models import Level, Organization
from organizations.views.sections import open_only_with
from procedures import holdings
from procedures.holding_forms import DrawForm
from procedures.models import Draw, DrawnSchool
from procedures.services import draws as service

PER_PAGE = 50


@for_members
def draws(request: PortalRequest) -> HttpResponse:
    """The draws the viewer may know of; those who hold works also draw here."""
    open_only_with(Permission.HOLDING_READ, request.viewer)
    may_draw = request.viewer.may(Permission.HOLDING_MANAGE) and (
        request.viewer.level != Level.SCHOOL
    )
    form = DrawForm(request.POST or None, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        territory = Organization.objects.visible_to(request.viewer).get(
            pk=request.viewer.territory_id
        )
        try:
            row = service.draw(territory, **form.cleaned_data, by=request.viewer)
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            return redirect("procedures:holding_draw", pk=row.pk)
    page = Paginator(holdings.draws(request.viewer), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "form": form, "may_draw": may_draw}
    return render(request, "procedures/draws.html", context)


@for_members
def draw(request: PortalRequest, pk: int) -> HttpResponse:
    """One draw: the schools the viewer may know of, and for its owner how to draw it again."""
    row = _draw(request, pk)
    is_own = _is_own(request, row)
    schools = DrawnSchool.objects.visible_to(request.viewer).filter(draw=row)
    ordered = schools.select_related("organization__parent").order_by(
        "is_reserve", "stratum", "place"
    )
    context = {
        "draw": row,
        "is_own": is_own,
        "page": Paginator(ordered, PER_PAGE).get_page(request.GET.get("page")),
        "traits": [holdings.TRAITS[trait] for trait in row.traits],
        "may_publish": is_own
        and row.published_at is None
        and request.viewer.may(Permission.HOLDING_MANAGE),
    }
    if is_own:
        context["is_repeatable"] = service.is_repeatable(row)
        context["strata"] = (
            row.schools.order_by("stratum")
            .values("stratum", "probability")
            .annotate(
                drawn=Count("pk", filter=Q(is_reserve=False)),
                reserve=Count("pk", filter=Q(is_reserve=True)),
            )
        )
    return render(request, "procedures/draw.html", context)


@require_POST
@for_members
def publish(request: PortalRequest, pk: int) -> HttpResponse:
    """Show the chosen schools and their municipalities that they are chosen."""
    row = _draw(request, pk)
    service.publish(row, by=request.viewer)
    return redirect("procedures:holding_draw", pk=pk)


def _draw(request: PortalRequest, pk: int) -> Draw:
    open_only_with(Permission.HOLDING_READ, request.viewer)
    return get_object_or_404(holdings.draws(request.viewer), pk=pk)


def _is_own(request: PortalRequest, row: Draw) -> bool:
    """Whether the whole draw lies in the viewer's territory."""
    own = Draw.objects.open_to(request.viewer, Permission.HOLDING_READ)
    return own.filter(pk=row.pk).exists()
