"""The analytical note of the September comparison with the journal."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from monitoring.models import Campaign
from monitoring.queries import campaign as queries
from organizations.access import Permission
from organizations.attachments import attachment
from organizations.http import PortalRequest, for_members
from organizations.models import Kind, Organization
from organizations.views.sections import open_only_with
from procedures.queries import works_of
from reports.campaigns.note import Facts, note
from reports.rendering import paper
from reports.views.reports import DOCX


@for_members
def journal_note(request: PortalRequest, year: int, code: str) -> HttpResponse:
    """The note of a region or of a municipality as docx."""
    open_only_with(Permission.OBJECTIVITY_READ, request.viewer)
    seen = Organization.objects.open_to(request.viewer, Permission.OBJECTIVITY_READ)
    place = get_object_or_404(seen, code=code, kind__in=(Kind.REGION, Kind.MUNICIPALITY))
    row = Campaign.objects.visible_to(request.viewer).filter(year=year).first()
    schools = seen.under(place).schools()
    named = list(schools.select_related("parent").order_by("short_name", "pk"))
    marks = queries.marks_of(year, schools)
    stands = queries.stands(marks, named)
    works = list(works_of(year))
    is_region = place.kind == Kind.REGION
    facts = Facts(
        place=place,
        year=year,
        due_on=row.due_on if row else None,
        stands=stands,
        progress=queries.progress(stands) if is_region else (),
        whole=queries.whole(marks, works),
        subjects=queries.by_subject(marks, works),
        places=queries.by_municipality(marks, works, named) if is_region else (),
        noticed=queries.noticed(year, schools),
    )
    content = paper.render(note(facts, made_on=timezone.localdate()))
    return attachment(content, f"Справка по журналу {year} {code}.docx", content_type=DOCX)
