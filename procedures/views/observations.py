"""Pages of observers' protocols: the list, a form to send one, one to be read."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from organizations.access import Permission
from organizations.errors import Conflict
from organizations.http import PortalRequest, for_members
from organizations.models import Level, Organization
from organizations.services import guard
from organizations.views.sections import open_only_with
from procedures import checklists, holdings
from procedures.holding_forms import ConclusionForm, ObservationForm, ObservationsFilter
from procedures.models import Observation, Work
from procedures.services import observations as service

PER_PAGE = 50
FILTERS = (
    ("", "все", ""),
    (Observation.State.SENT.value, "ждут прочтения", "work"),
    (Observation.State.READ.value, "прочитаны", "accepted"),
)


@for_members
def observations(request: PortalRequest) -> HttpResponse:
    """The protocols the viewer may read, and where the viewer is sent to observe."""
    places = holdings.places_of(request.viewer).select_related("organization", "staffing__work")
    if not places:
        open_only_with(Permission.HOLDING_READ, request.viewer)
    state = ObservationsFilter(request.GET).asked.get("state", "")
    seen = Observation.objects.visible_to(request.viewer).select_related(
        "organization__parent", "work"
    )
    rows = seen.filter(state=state) if state else seen
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "places": places,
        "page": page,
        "rows": [(row, len(checklists.remarks(row.checklist, row.answers))) for row in page],
        "waiting": seen.filter(state=Observation.State.SENT).count(),
        "filters": [
            {"title": title, "shape": shape, "url": f"?state={name}", "current": name == state}
            for name, title, shape in FILTERS
        ],
        "has_parts": request.viewer.may(Permission.HOLDING_READ),
    }
    return render(request, "procedures/observations.html", context)


@for_members
def observe(request: PortalRequest, code: str, school: str) -> HttpResponse:
    """Send the protocol of a class: an observer where they are sent, others for their schools."""
    work = get_object_or_404(Work, code=code)
    row = holdings.schools_to_observe(request.viewer, work).filter(code=school).first()
    if row is None:
        schools = Organization.objects.visible_to(request.viewer).schools()
        row = get_object_or_404(schools, code=school)
        guard.require(request.viewer, Permission.HOLDING_MANAGE, row)
    form = ObservationForm(request.POST or None, initial={"held_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        given = {name: data[name] for name in ("class_name", "room", "held_on", "incidents")}
        try:
            sent = service.send(row, work, **given, answers=form.answers, by=request.viewer)
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            return redirect("procedures:holding_observation", pk=sent.pk)
    context = {"work": work, "school": row, "form": form}
    return render(request, "procedures/observe.html", context)


@for_members
def observation(request: PortalRequest, pk: int) -> HttpResponse:
    """One protocol, with the form by which those above the school note that they read it."""
    row = _observation(request, pk)
    may_read = request.viewer.may(Permission.HOLDING_MANAGE) and (
        request.viewer.level != Level.SCHOOL
    )
    context = {
        "observation": row,
        "told": checklists.told(row.checklist, row.answers),
        "remarks": checklists.remarks(row.checklist, row.answers),
        "form": ConclusionForm(),
        "may_read": may_read and row.state == Observation.State.SENT,
    }
    return render(request, "procedures/observation.html", context)


@require_POST
@for_members
def read(request: PortalRequest, pk: int) -> HttpResponse:
    """Note that a protocol is read."""
    row = _observation(request, pk)
    form = ConclusionForm(request.POST)
    if not form.is_valid():
        raise Conflict(" ".join(str(one) for some in form.errors.values() for one in some))
    service.read(row, conclusion=form.cleaned_data["conclusion"], by=request.viewer)
    return redirect("procedures:holding_observation", pk=pk)


def _observation(request: PortalRequest, pk: int) -> Observation:
    seen = Observation.objects.visible_to(request.viewer)
    return get_object_or_404(
        seen.select_related("organization__parent", "work", "sent_by", "read_by"), pk=pk
    )
