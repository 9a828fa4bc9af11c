"""Documents of schools' own quality assessment: what is uploaded, what waits, what came back."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from organizations import acts, vsoko
from organizations.access import Permission
from organizations.attachments import stored_file
from organizations.errors import PortalError
from organizations.forms.documents import (
    MISSING,
    STATES,
    DecisionForm,
    DocumentFilter,
    ReturnForm,
    UploadForm,
    year_choices,
)
from organizations.http import PortalRequest, for_members
from organizations.models import Document, DocumentVersion, Kind, Level, Organization, State
from organizations.services import documents as service
from organizations.views.sections import open_only_with

PER_PAGE = 50
INBOX = 10


@for_members
def documents(request: PortalRequest) -> HttpResponse:
    """A school's list of documents, or the table of a territory's schools."""
    open_only_with(Permission.DOCUMENT_READ, request.viewer)
    asked = DocumentFilter(request.GET).asked
    if request.viewer.level == Level.SCHOOL:
        return _of_school(request, request.viewer.territory_id, asked["year"])
    if code := asked.get("school"):
        school = get_object_or_404(Organization.objects.visible_to(request.viewer), code=code)
        return _of_school(request, school.pk, asked["year"])
    return _of_territory(request, asked)


def _of_school(request: PortalRequest, school_id: int, year: int) -> HttpResponse:
    """Every kind of document of one school; watched ones first."""
    schools = Organization.objects.visible_to(request.viewer).select_related("parent")
    school = get_object_or_404(schools, pk=school_id)
    rows = vsoko.versioned(vsoko.uploaded(request.viewer, year).filter(organization=school))
    standings = vsoko.standings(rows, vsoko.SCHOOL_KINDS)
    watched = [row for row in standings if row.kind in vsoko.MONITORED]
    context = {
        "school": school,
        "year": year,
        "years": year_choices(),
        "watched": watched,
        "others": [row for row in standings if row not in watched],
        "returned": [row for row in standings if row.shape == "returned"],
        "missing": [row for row in watched if row.document is None],
        "accepted": sum(row.shape == "accepted" for row in watched),
        "may_upload": _may_upload(request, school),
    }
    return render(request, "organizations/documents_of_school.html", context)


def _of_territory(request: PortalRequest, asked: dict[str, Any]) -> HttpResponse:
    """The schools of a municipality or of the region with what each has handed in."""
    viewer, year, state = request.viewer, asked["year"], asked.get("state", "")
    schools = _working_schools(request, asked.get("municipality", ""))
    uploaded = vsoko.uploaded(viewer, year).filter(organization__in=schools.values("pk"))
    counts = vsoko.counts(schools, uploaded)
    context = {
        "asked": asked,
        "state": state,
        "year": year,
        "years": year_choices(),
        "kinds": vsoko.MONITORED,
        "counts": counts,
        "filters": _filters(request, state, counts),
        "municipalities": _municipalities(request),
        "may_accept": viewer.may(Permission.DOCUMENT_ACCEPT),
        "inbox": [],
    }
    if state in (State.SENT, State.RETURNED, State.ACCEPTED):
        rows = _listed(uploaded.filter(state=state))
        context["documents"] = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    else:
        if state == MISSING:
            schools = vsoko.lacking(schools, year)
        page = Paginator(schools, PER_PAGE).get_page(request.GET.get("page"))
        context |= {"schools": page, "rows": vsoko.by_school(page, uploaded)}
        if context["may_accept"] and counts.sent:
            context["inbox"] = _listed(uploaded.waiting())[:INBOX]
    return render(request, "organizations/documents.html", context)


def _working_schools(request: PortalRequest, municipality: str) -> QuerySet[Organization]:
    schools = Organization.objects.visible_to(request.viewer).schools()
    schools = schools.working(timezone.localdate()).select_related("parent")
    if municipality:
        schools = schools.filter(parent__code=municipality)
    return schools.order_by("parent__short_name", "short_name", "pk")


def _municipalities(request: PortalRequest) -> QuerySet[Organization]:
    """What the region's people may narrow the table by; nothing for a municipality."""
    if request.viewer.level != Level.REGION:
        return Organization.objects.visible_to(None)
    return Organization.objects.visible_to(request.viewer).filter(kind=Kind.MUNICIPALITY)


def _listed(rows: QuerySet[Document]) -> QuerySet[Document]:
    """Those waiting longest first."""
    return vsoko.versioned(rows).select_related("organization__parent").order_by("sent_at", "pk")


def _filters(request: PortalRequest, state: str, counts: vsoko.Counts) -> list[dict[str, Any]]:
    shapes: dict[str, str] = {state.value: shape for state, shape in vsoko.SHAPES.items()}
    shapes[MISSING] = "planned"
    rest = request.GET.copy()
    for name in ("page", "state"):
        rest.pop(name, None)

    def address(wanted: str) -> str:
        query = rest.copy()
        if wanted:
            query["state"] = wanted
        return f"?{query.urlencode()}"

    first = {"title": "все школы", "url": address(""), "current": not state}
    return [first] + [
        {
            "title": title,
            "url": address(value),
            "current": value == state,
            "count": getattr(counts, value),
            "shape": shapes[value],
        }
        for value, title in STATES
    ]


@for_members
def document_upload(request: PortalRequest) -> HttpResponse:
    """Hand in a document of the viewer's own school: the form, and the act."""
    open_only_with(Permission.DOCUMENT_UPLOAD, request.viewer)
    own = Organization.objects.open_to(request.viewer, Permission.DOCUMENT_UPLOAD)
    school = get_object_or_404(own.select_related("parent"), pk=request.viewer.territory_id)
    start = {"year": vsoko.year_of(timezone.localdate()), **request.GET.dict()}
    form = UploadForm(request.POST or None, request.FILES or None, initial=start)
    if form.is_valid():
        try:
            document = _upload(request, school, form)
        except PortalError as error:
            form.add_error("file", str(error))
        else:
            messages.success(request, f"«{document}» сдан на приёмку.")
            return redirect("organizations:document", pk=document.pk)
    return render(request, "organizations/document_upload.html", {"form": form, "school": school})


def _upload(request: PortalRequest, school: Organization, form: UploadForm) -> Document:
    file = form.cleaned_data["file"]
    return service.upload(
        school,
        kind=form.cleaned_data["kind"],
        year=form.holding_year,
        content=file.read(),
        name=file.name,
        by=request.viewer,
        most_bytes=settings.UPLOAD_MOST_BYTES,
    )


@for_members
def document(request: PortalRequest, pk: int) -> HttpResponse:
    """One document: requisites, versions, state, what was done with it."""
    return _shown(request, _document(request, pk))


@require_POST
@for_members
def document_accept(request: PortalRequest, pk: int) -> HttpResponse:
    document = _document(request, pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _shown(request, document)
    service.accept(document, version=form.cleaned_data["version"], by=request.viewer)
    messages.success(request, f"«{document}» принят: {document.organization}.")
    return redirect("organizations:document", pk=pk)


@require_POST
@for_members
def document_return(request: PortalRequest, pk: int) -> HttpResponse:
    document = _document(request, pk)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _shown(request, document, form)
    service.send_back(document, by=request.viewer, **form.cleaned_data)
    messages.success(request, f"«{document}» возвращён: {document.organization}.")
    return redirect("organizations:document", pk=pk)


@for_members
def document_version(request: PortalRequest, pk: int, number: int) -> HttpResponse:
    """The bytes of one version, for those who see the document."""
    versions = DocumentVersion.objects.visible_to(request.viewer)
    version = get_object_or_404(versions, document=pk, number=number)
    return stored_file(version.file, version.name, content_type=version.content_type)


def _document(request: PortalRequest, pk: int) -> Document:
    rows = Document.objects.visible_to(request.viewer)
    people = ("organization__parent", "sent_by", "decided_by")
    return get_object_or_404(rows.select_related(*people), pk=pk)


def _shown(
    request: PortalRequest, document: Document, form: ReturnForm | None = None
) -> HttpResponse:
    versions = list(document.versions.select_related("uploaded_by"))
    newest = versions[0] if versions else None
    waits = document.state == State.SENT and newest is not None
    start = {"version": newest.number} if newest else {}
    context = {
        "document": document,
        "shape": vsoko.SHAPES.get(State(document.state), "planned"),
        "versions": versions,
        "newest": newest,
        "may_decide": waits and request.viewer.may(Permission.DOCUMENT_ACCEPT),
        "may_upload": document.kind in vsoko.SCHOOL_KINDS
        and _may_upload(request, document.organization),
        "form": form or ReturnForm(initial=start),
        "trail": _trail(document),
    }
    return render(request, "organizations/document.html", context)


def _trail(document: Document) -> list[dict[str, Any]]:
    """What was done with the document, in words; the newest act first."""
    return [
        {
            "at": event.at,
            "text": acts.words(event.action),
            "note": "; ".join([acts.who(event), *map(str, acts.changes(event))]),
        }
        for event in vsoko.history(document)
    ]


def _may_upload(request: PortalRequest, school: Organization) -> bool:
    viewer = request.viewer
    return viewer.may(Permission.DOCUMENT_UPLOAD) and school.pk == viewer.territory_id
