"""Works that are to be held: what schools registered for them, in totals and school by school."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from organizations.access import Permission
from organizations.attachments import XLSX, attachment
from organizations.errors import Conflict
from organizations.exchange import workbook
from organizations.exchange.workbook import Value
from organizations.http import PortalRequest, for_members
from organizations.models import Level, Organization
from organizations.models.organization import OrganizationQuerySet
from organizations.views.sections import open_only_with
from procedures import classlists, holdings, queries
from procedures.holding_forms import HoldingsFilter, RegisteredFilter, RegistrationForm
from procedures.models import Registration, Work
from procedures.services import registrations
from procedures.views.staffings import staffings_of
from procedures.views.territory import municipalities

PER_PAGE = 50
HEAD = (
    "Муниципалитет", "Код школы", "Школа", "Заявка", "День", "Класс", "Номер класса", "Учеников",
    "Аудиторий", "Почему не участвует",
)  # fmt: skip
FILTERS = (
    ("", "все", ""),
    ("none", "ждём заявку", "planned"),
    (Registration.State.REGISTERED.value, "заявлены", "accepted"),
    (Registration.State.ABSENT.value, "не участвуют", "returned"),
)


@for_members
def works(request: PortalRequest) -> HttpResponse:
    """The works of a year: a school's own registrations, or the totals of a territory."""
    open_only_with(Permission.HOLDING_READ, request.viewer)
    asked = HoldingsFilter(request.GET).asked
    years = queries.years()
    year = asked["year"] if asked.get("year") in years else (years[0] if years else 0)
    school = _school_asked_for(request, asked.get("school", ""))
    found = queries.works_of(year, school).order_by("held_on", "grade", "subject")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"years": years, "year": year, "page": page, "school": school}
    context["today"] = timezone.localdate()
    if school is not None:
        own = holdings.registered_of_school(school, page)
        context["rows"] = [(row, holdings.deadline(row.work)) for row in own]
        answered = Registration.objects.visible_to(request.viewer).filter(
            organization=school, work=OuterRef("pk")
        )
        context["waiting"] = found.filter(~Exists(answered)).count()
        return render(request, "procedures/holdings_of_school.html", context)
    totals = holdings.totals_by_work(request.viewer, page)
    counts = holdings.asked_counts(_working(request))
    rows = []
    for work in page:
        total = totals.get(work.pk, holdings.Totals())
        waiting = max(0, counts[work.grade in queries.SENIOR_GRADES] - total.answered)
        rows.append((work, holdings.deadline(work), total, waiting))
    context["rows"] = rows
    return render(request, "procedures/holdings.html", context)


@for_members
def holding(request: PortalRequest, code: str) -> HttpResponse:
    """One work to be held: a school's registration, or the schools of a territory with theirs."""
    open_only_with(Permission.HOLDING_READ, request.viewer)
    work = get_object_or_404(Work.objects.select_related("procedure"), code=code)
    if request.viewer.level == Level.SCHOOL:
        school = get_object_or_404(_schools(request), pk=request.viewer.territory_id)
        return redirect("procedures:holding_registration", code=code, school=school.code)
    schools, state, asked = _narrowed(request, work)
    ordered = holdings.schools_in_state(schools, work, state)
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    totals = holdings.totals_by_work(request.viewer, [work]).get(work.pk, holdings.Totals())
    context = {
        "work": work,
        "asked": asked,
        "page": page,
        "rows": holdings.registered_of_work(work, page),
        "totals": totals,
        "all_schools": holdings.asked_of(_working(request), work).count(),
        "deadline": holdings.deadline(work),
        "today": timezone.localdate(),
        "filters": _filters(request, state),
        "municipalities": municipalities(request),
        **staffings_of(request, work),
    }
    return render(request, "procedures/holding.html", context)


@for_members
def holding_xlsx(request: PortalRequest, code: str) -> HttpResponse:
    """The registrations of a work as the page narrows them: a row a class, or a silent school."""
    open_only_with(Permission.HOLDING_READ, request.viewer)
    work = get_object_or_404(Work, code=code)
    schools, state, _ = _narrowed(request, work)
    found = holdings.registered_of_work(work, holdings.schools_in_state(schools, work, state))
    rows = [cells for one in found for cells in _cells(one)]
    content = workbook.write({"Заявки": [HEAD, *rows]})
    return attachment(content, f"Заявки {work.code}.xlsx", content_type=XLSX)


def _cells(one: holdings.Registered) -> Iterator[tuple[Value, ...]]:
    """The rows of one school; its rooms stand in the first of them, so that they can be summed."""
    own, school = one.registration, one.school
    town = school.parent.short_name if school.parent else ""
    state = own.get_state_display() if own else "ждём заявку"
    start = (town, school.code, school.short_name, state)
    day = f"{own.held_on:%d.%m.%Y}" if own and own.held_on else ""
    if not one.classes:
        yield (*start, day, "", None, None, None, own.reason if own else "")
    for position, listed in enumerate(one.classes):
        rooms = own.rooms if own and position == 0 else None
        yield (*start, day, listed.name, listed.number, listed.pupils, rooms, "")


def _narrowed(
    request: PortalRequest, work: Work
) -> tuple[OrganizationQuerySet, str, dict[str, Any]]:
    """The schools asked for, in the order of the page; the state asked for; all that is asked."""
    asked = RegisteredFilter(request.GET).asked
    schools = holdings.asked_of(_working(request), work).select_related("parent")
    if municipality := asked.get("municipality"):
        schools = schools.filter(parent__code=municipality)
    ordered = schools.order_by("parent__short_name", "short_name", "pk")
    return ordered, asked.get("state", ""), asked


@for_members
def registration(request: PortalRequest, code: str, school: str) -> HttpResponse:
    """A school's registration for a work: what stands, and the form to change it."""
    open_only_with(Permission.HOLDING_READ, request.viewer)
    work = get_object_or_404(Work.objects.select_related("procedure"), code=code)
    row = get_object_or_404(_schools(request).select_related("parent"), code=school)
    found = holdings.registered_of_school(row, [work])[0]
    form = RegistrationForm(request.POST or None, work=work, initial=_typed(found))
    if request.method == "POST" and form.is_valid() and _sent(request, form, row, work):
        messages.success(request, f"Заявка записана: {row.short_name}, {work}.")
        return redirect(request.path)
    last = holdings.deadline(work)
    today = timezone.localdate()
    is_late = last is not None and today > last
    is_own = request.viewer.level == Level.SCHOOL
    context = {
        "work": work,
        "school": row,
        "found": found,
        "form": form,
        "deadline": last,
        "is_late": is_late,
        "may_observe": request.viewer.may(Permission.HOLDING_MANAGE),
        "may_change": request.viewer.may(Permission.HOLDING_MANAGE) and not (is_late and is_own),
    }
    return render(request, "procedures/registration.html", context)


def _sent(request: PortalRequest, form: RegistrationForm, school: Organization, work: Work) -> bool:
    """Whether the act was done; a refusal becomes the form's own fault."""
    data = form.cleaned_data
    try:
        if data["is_absent"]:
            registrations.decline(school, work, reason=data["reason"], by=request.viewer)
        else:
            registrations.register(
                school,
                work,
                held_on=data["held_on"],
                rooms=data["rooms"],
                classes=form.listed,
                by=request.viewer,
            )
    except Conflict as error:
        form.add_error(None, str(error))
        return False
    return True


def _typed(found: holdings.Registered) -> dict[str, Any]:
    """What stands in the form at first: the registration, or the classes of another work."""
    own = found.registration
    row = own or holdings.earlier_registration(found.school, found.work)
    listed = [(one.name, one.pupils) for one in row.classes.all()] if row else []
    return {
        "held_on": own.held_on if own else found.work.held_on,
        "rooms": row.rooms if row else None,
        "classes": classlists.written(listed),
        "is_absent": bool(own and own.reason),
        "reason": own.reason if own else "",
    }


def _school_asked_for(request: PortalRequest, code: str) -> Organization | None:
    """The viewer's own school, or the visible one of this code; None for a whole territory."""
    schools = _schools(request).select_related("parent")
    if request.viewer.level == Level.SCHOOL:
        return get_object_or_404(schools, pk=request.viewer.territory_id)
    return get_object_or_404(schools, code=code) if code else None


def _schools(request: PortalRequest) -> OrganizationQuerySet:
    return Organization.objects.visible_to(request.viewer).schools()


def _working(request: PortalRequest) -> OrganizationQuerySet:
    return _schools(request).working(timezone.localdate())


def _filters(request: PortalRequest, current: str) -> list[dict[str, Any]]:
    found = []
    for name, title, shape in FILTERS:
        query = request.GET.copy()
        query.pop("page", None)
        query.pop("state", None)
        if name:
            query["state"] = name
        url = f"?{query.urlencode()}"
        found.append({"title": title, "shape": shape, "url": url, "current": name == current})
    return found
