"""Groups of schools by their signals: proposed by criteria, confirmed by a person, given out."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from monitoring.forms import GroupFilter, GroupForm
from monitoring.models import SchoolGroup, Signal
from monitoring.models.marker import MARKERS
from monitoring.passports import FAMILIES
from monitoring.queries import groups as queries
from monitoring.queries import objectivity
from monitoring.services import groups as service
from organizations.access import Permission
from organizations.attachments import XLSX, attachment
from organizations.errors import Conflict, NotAllowed
from organizations.exchange import workbook
from organizations.http import PortalRequest, for_members
from organizations.models import Level, Organization
from organizations.views.sections import open_only_with
from procedures.queries import years
from roadmaps.queries.cohorts import candidates

PER_PAGE = 50
WORDS = {**dict(Signal.Tier.choices), **{str(key): FAMILIES[key] for key in FAMILIES}}
WORDS |= dict(zip(MARKERS, ("РУ4", "МА4", "РУ5", "МА5"), strict=True))


def _open(request: PortalRequest) -> None:
    open_only_with(Permission.OBJECTIVITY_READ, request.viewer)
    open_only_with(Permission.ROADMAP_EDIT, request.viewer)
    if request.viewer.level == Level.SCHOOL:
        raise NotAllowed("Группы школ собирают муниципалитет и регион.")


@for_members
def groups(request: PortalRequest) -> HttpResponse:
    """The groups gathered in the territory, the newest first."""
    _open(request)
    rows = SchoolGroup.objects.visible_to(request.viewer)
    rows = rows.select_related("organization", "cohort", "gathered_by")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "monitoring/groups.html", {"page": page})


@for_members
def group_new(request: PortalRequest) -> HttpResponse:
    """Propose schools by criteria; a person confirms who is in the group."""
    _open(request)
    viewer = request.viewer
    newest = objectivity.newest_year(viewer) or next(iter(years()), timezone.localdate().year)
    criteria = GroupFilter(request.GET).criteria(newest)
    found = queries.proposed(viewer, criteria)
    owner = Organization.objects.visible_to(viewer).get(pk=viewer.organization_id)
    form = GroupForm(
        request.POST or None,
        schools=candidates(owner, viewer),
        proposed=[one.school for one in found],
        initial={"title": f"Адресная работа, {criteria.year} год"},
    )
    if form.is_valid() and _gathered(request, owner, criteria, form):
        return redirect("monitoring:groups")
    context = {
        "criteria": criteria,
        "filter": GroupFilter(initial=criteria.as_json()),
        "rows": [(one.school, _years(one), form.is_kept(one.school)) for one in found],
        "form": form,
        "is_region": viewer.level == Level.REGION,
    }
    return render(request, "monitoring/group_new.html", context)


def _gathered(
    request: PortalRequest, owner: Organization, criteria: queries.Criteria, form: GroupForm
) -> bool:
    typed = form.cleaned_data
    try:
        group = service.gather(
            owner, criteria=criteria, title=typed["title"], purpose=typed["purpose"],
            members=form.members, reason=typed["reason"], by=request.viewer,
        )  # fmt: skip
    except Conflict as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, f"Группа собрана: {group.title}, школ {len(group.codes)}.")
    return True


def _years(one: queries.Proposed) -> list[tuple[int, str]]:
    return [(year, ", ".join(WORDS.get(code, code) for code in codes))
            for year, codes in one.found.items()]  # fmt: skip


@for_members
def group_xlsx(request: PortalRequest, pk: int) -> HttpResponse:
    """The schools of a group as a list: for the sample, for those who are sent."""
    _open(request)
    row = get_object_or_404(SchoolGroup.objects.visible_to(request.viewer), pk=pk)
    schools: Any = Organization.objects.visible_to(request.viewer).filter(code__in=row.codes)
    schools = schools.select_related("parent").order_by("short_name", "pk")
    lines = [[one.fis_login or one.code, one.name, one.parent.short_name if one.parent else ""]
             for one in schools]  # fmt: skip
    content = workbook.write({"Школы": [["Логин", "Школа", "Муниципалитет"], *lines]})
    return attachment(content, f"{row.title}.xlsx", content_type=XLSX)
