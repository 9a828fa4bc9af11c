"""Papers about plans: how one was carried out by a day, its tables, the orders that follow."""

import datetime
from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from organizations.access import Permission
from organizations.attachments import XLSX, attachment
from organizations.errors import Conflict, NotAllowed
from organizations.http import PortalRequest, for_members
from organizations.models import Level, Organization
from organizations.views.sections import open_only_with
from reports.content import Report
from reports.paper import Paper
from reports.plans import closing, tables
from reports.plans.asked import ReportForm
from reports.plans.execution import Execution, approved_on, executed
from reports.plans.orders import order_paper
from reports.plans.report import book, report
from reports.plans.wording import file_name
from reports.rendering import docx, paper, pdf
from reports.views.reports import DOCX
from reports.views.shown import passages
from roadmaps.exchange.outcome import outcome_order
from roadmaps.forms.filters import DifferenceFilter
from roadmaps.models import Meeting, Roadmap
from roadmaps.queries import comparison, meetings
from roadmaps.queries import matrix as matrices
from roadmaps.views import differences, plans
from roadmaps.views import rows as plan_rows

FORMS: dict[str, tuple[Callable[[Report], bytes], str]] = {
    "docx": (docx.render, DOCX),
    "xlsx": (book, XLSX),
    "pdf": (pdf.render, "application/pdf"),
}
WHOLE = {Level.REGION: "весь регион", Level.MUNICIPALITY: "весь муниципалитет"}
CLOSABLE = (Roadmap.Status.APPROVED, Roadmap.Status.CLOSED)


# How a plan was carried out


@for_members
def execution_report(request: PortalRequest, pk: int) -> HttpResponse:
    """How a plan was carried out by a day, in the viewer's territory or in a part of it."""
    plan = _in_force(request, pk)
    form = _form(request, plan)
    found, content = _told(request, plan, form)
    context = {
        "roadmap": plan,
        "form": form,
        "found": found,
        "content": content,
        "passages": passages(content),
        "today": timezone.localdate(),
        "formats": [*FORMS],
        "is_whole": _is_own(request, plan) and plan.status in CLOSABLE,
    }
    return render(request, "reports/plan_report.html", context)


@for_members
def execution_report_file(request: PortalRequest, pk: int) -> HttpResponse:
    """The same as a file; `format` is docx, xlsx or pdf."""
    plan = _in_force(request, pk)
    ending = request.GET.get("format", "docx")
    if ending not in FORMS:
        raise Http404
    form = _form(request, plan)
    if not form.is_valid():
        raise Conflict(" ".join(str(one) for some in form.errors.values() for one in some))
    _, content = _told(request, plan, form)
    render_as, content_type = FORMS[ending]
    name = file_name(f"Отчёт об исполнении на {form.day:%d.%m.%Y}", plan, ending)
    return attachment(render_as(content), name, content_type=content_type)


def _plan(request: PortalRequest, pk: int) -> Roadmap:
    open_only_with(Permission.EXECUTION_READ, request.viewer)
    return plans.plan_of(request, pk)


def _in_force(request: PortalRequest, pk: int) -> Roadmap:
    plan = _plan(request, pk)
    if plan.status == Roadmap.Status.DRAFT:
        raise Conflict("План ещё не утверждён: исполнять и считать в нём нечего.")
    return plan


def _form(request: PortalRequest, plan: Roadmap) -> ReportForm:
    viewer, today = request.viewer, timezone.localdate()
    places = matrices.places_of(plan, viewer, day=today)
    level = Level(max(viewer.level, plan.owner.level))
    return ReportForm(
        request.GET,
        places=places if len(places) > 1 else [],
        whole=WHOLE.get(level, "своя организация"),
        since=approved_on(plan),
        today=today,
    )


def _told(request: PortalRequest, plan: Roadmap, form: ReportForm) -> tuple[Execution, Report]:
    viewer = request.viewer
    territory = Organization.objects.visible_to(viewer).get(pk=viewer.territory_id)
    found = executed(plan, viewer, day=form.day, within=form.within)
    return found, report(found, territory, viewer, today=timezone.localdate())


# Tables


@for_members
def plan_docx(request: PortalRequest, pk: int) -> HttpResponse:
    """The plan's table as its page shows it, filter and all."""
    plan, today = _plan(request, pk), timezone.localdate()
    view = plans.narrowed(request, plan)
    shown = [plan_rows.row_of(line, None, today) for line in view.shown]
    return _docx(tables.plan_paper(plan, shown, day=today), "План", plan)


@for_members
def difference_docx(request: PortalRequest, pk: int) -> HttpResponse:
    """A plan beside the plan above it, as the page shows it, none of the rows folded."""
    plan = _plan(request, pk)
    above = Roadmap.objects.visible_to(request.viewer).filter(below=plan)
    if not above.exists():
        raise Conflict("У этого плана нет плана выше: сравнивать его не с чем.")
    compared = comparison.compared(plan, request.viewer)
    shown = differences.shown(compared, DifferenceFilter(request.GET).asked)
    made = tables.difference_paper(
        plan,
        differences.table(compared, shown),
        differences.summary(compared),
        day=timezone.localdate(),
    )
    return _docx(made, "Сравнение планов", plan)


@for_members
def matrix_docx(request: PortalRequest, pk: int) -> HttpResponse:
    """The whole matrix, so many places to a sheet as can be read."""
    plan, today = _in_force(request, pk), timezone.localdate()
    whole = matrices.matrix(plan, request.viewer, day=today)
    return _docx(tables.matrix_paper(plan, whole, day=today), "Матрица плана", plan)


def _docx(made: Paper, what: str, plan: Roadmap) -> HttpResponse:
    name = file_name(what, plan, "docx")
    return attachment(paper.render(made), name, content_type=DOCX)


# Orders


@for_members
def closing_order(request: PortalRequest, pk: int) -> HttpResponse:
    """The draft of the order that ends a plan, for those whose plan it is."""
    plan = _plan(request, pk)
    if not _is_own(request, plan):
        raise NotAllowed("Проект приказа о завершении готовят там, чей это план.")
    if plan.status not in CLOSABLE:
        now = plan.get_status_display()
        raise Conflict(f"Завершают действующий план, а этот {now}.")
    today = timezone.localdate()
    found = executed(plan, request.viewer, day=_last_day(plan, today))
    order = closing.closing_order(found)
    made = order_paper(order, made_on=today, annex=closing.annex(found))
    return _docx(made, "О завершении плана", plan)


def _is_own(request: PortalRequest, plan: Roadmap) -> bool:
    """Whether all of the plan lies in the viewer's territory."""
    own = Roadmap.objects.open_to(request.viewer, Permission.EXECUTION_READ)
    return own.filter(pk=plan.pk).exists()


def _last_day(plan: Roadmap, today: datetime.date) -> datetime.date:
    return timezone.localdate(plan.closed_at) if plan.closed_at else today


@for_members
def meeting_order(request: PortalRequest, pk: int) -> HttpResponse:
    """The order «Об итогах проведения…» of a held event, for those who held it."""
    open_only_with(Permission.EXECUTION_READ, request.viewer)
    seen = meetings.seen_by(request.viewer).select_related("organization__parent", "item__cohort")
    meeting = get_object_or_404(seen, pk=pk)
    if not meetings.may_hold(meeting, request.viewer):
        raise NotAllowed("Приказ об итогах готовит та организация, которая проводит событие.")
    if meeting.state != Meeting.State.HELD:
        raise Conflict("Сначала запишите итоги события: приказ готовится по ним.")
    order = outcome_order(meetings.held(meeting, request.viewer))
    made = order_paper(order, made_on=timezone.localdate())
    return attachment(
        paper.render(made), f"{order.title[:120].replace('/', '-')}.docx", content_type=DOCX
    )
