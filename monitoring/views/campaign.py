"""The September comparison with the journal: announced, its progress, what the marks say."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from monitoring.forms import CampaignForm, PlaceFilter
from monitoring.models import Campaign
from monitoring.queries import campaign as queries
from monitoring.services import campaigns as service
from organizations.access import Permission
from organizations.http import PortalRequest, for_members
from organizations.models import Kind, Level, Organization
from organizations.models.organization import OrganizationQuerySet
from organizations.templatetags.ru import plural
from organizations.views.sections import open_only_with
from procedures.queries import works_of, years

PER_PAGE = 50
WORDS = {
    queries.Covered.ALL: ("done", "отметки по журналу у всех"),
    queries.Covered.SOME: ("work", "отметки по журналу не у всех"),
    queries.Covered.NONE: ("late", "отметок по журналу нет"),
}


@dataclass(frozen=True)
class Asked:
    """The works of one year in one territory."""

    year: int
    years: list[int]
    place: Organization


def _places(request: PortalRequest) -> OrganizationQuerySet:
    return Organization.objects.open_to(request.viewer, Permission.OBJECTIVITY_READ).filter(
        kind__in=(Kind.REGION, Kind.MUNICIPALITY, Kind.SCHOOL)
    )


def _asked(request: PortalRequest) -> Asked:
    """What the address asks for: the newest year and the viewer's own territory otherwise."""
    open_only_with(Permission.OBJECTIVITY_READ, request.viewer)
    typed, known = PlaceFilter(request.GET).asked, years()
    year = typed["year"] if typed.get("year") in known else next(iter(known), 0)
    code = typed.get("place")
    own = {"code": code} if code else {"pk": request.viewer.territory_id}
    return Asked(year, known, get_object_or_404(_places(request), **own))


@for_members
def campaign(request: PortalRequest) -> HttpResponse:
    """How far the comparison of a year is in a territory, and what the marks say."""
    asked = _asked(request)
    row = Campaign.objects.visible_to(request.viewer).filter(year=asked.year).first()
    context: dict[str, Any] = {
        "asked": asked,
        "campaign": row,
        "is_region": asked.place.level == Level.REGION,
        "may_announce": request.viewer.may(Permission.WORK_EDIT),
        "form": CampaignForm(),
    }
    if asked.place.level == Level.SCHOOL:
        return render(
            request, "monitoring/campaign_school.html", context | _of_school(request, asked)
        )
    return render(request, "monitoring/campaign.html", context | _of_territory(request, asked))


def _of_school(request: PortalRequest, asked: Asked) -> dict[str, Any]:
    """The school's works of the year, each with its standing and its pairs."""
    own = _places(request).filter(pk=asked.place.pk)
    marks = queries.marks_of(asked.year, own)
    works = {work.pk: work for work in works_of(asked.year)}
    stand = next(iter(queries.stands(marks, [asked.place])), None)
    covered = stand.works if stand else {}
    lines = [
        (work, *WORDS[covered[pk]], queries.line(str(work), marks.journal[marks.work == pk]))
        for pk, work in works.items()
        if pk in covered
    ]
    return {"stand": stand, "lines": lines}


def _of_territory(request: PortalRequest, asked: Asked) -> dict[str, Any]:
    schools = _places(request).under(asked.place).schools()
    named = list(schools.select_related("parent").order_by("short_name", "pk"))
    marks = queries.marks_of(asked.year, schools)
    stands, works = queries.stands(marks, named), list(works_of(asked.year))
    context: dict[str, Any] = {
        "stands": stands,
        "ready": sum(one.is_ready for one in stands),
        "subjects": queries.by_subject(marks, works),
        "whole": queries.whole(marks, works),
        "noticed": queries.noticed(asked.year, schools),
    }
    if asked.place.level == Level.REGION:
        shares = queries.by_municipality(marks, works, named)
        return context | {"progress": queries.progress(stands), "places": shares}
    page = Paginator(stands, PER_PAGE).get_page(request.GET.get("page"))
    return context | {"page": page}


@require_POST
@for_members
def announce(request: PortalRequest) -> HttpResponse:
    """Announce the comparison of a year over the whole region."""
    form = CampaignForm(request.POST)
    region = get_object_or_404(
        Organization.objects.visible_to(request.viewer), pk=request.viewer.territory_id
    )
    if not form.is_valid():
        messages.error(request, " ".join(str(error[0]) for error in form.errors.values()))
        return redirect("monitoring:campaign")
    year = form.cleaned_data["year"]
    service.announce(region, year=year, due_on=form.cleaned_data["due_on"], by=request.viewer)
    messages.success(
        request, "Сопоставление объявлено. Школы, у которых отметок нет, узнают о нём."
    )
    return redirect(f"{reverse('monitoring:campaign')}?year={year}")


@require_POST
@for_members
def remind(request: PortalRequest, pk: int) -> HttpResponse:
    """Ask again the schools without journal marks."""
    row = get_object_or_404(Campaign.objects.visible_to(request.viewer), pk=pk)
    told = service.remind(row, by=request.viewer)
    people = plural(told, "человеку,людям,людям")
    words = f"Напомнили: {told} {people}." if told else "Сегодня уже напоминали."
    messages.success(request, words)
    return redirect(f"{reverse('monitoring:campaign')}?year={row.year}")
