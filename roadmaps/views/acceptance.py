"""Everything that waits for the viewer's decision: read, accepted together, returned singly."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from organizations.access import Permission
from organizations.http import PortalRequest, for_members
from organizations.templatetags.ru import plural
from organizations.views.sections import open_only_with
from roadmaps import queries
from roadmaps.forms.decisions import ReturnForm
from roadmaps.forms.filters import AcceptanceFilter
from roadmaps.models import Execution
from roadmaps.queries.changes import earlier_remarks
from roadmaps.services import executions as service

PER_PAGE = 50


@dataclass(frozen=True)
class Waiting:
    """A report that waits, with what it leaves in doubt."""

    execution: Execution
    days: int
    read: str
    doubts: list[str]
    form: ReturnForm
    remark: str

    @property
    def is_clean(self) -> bool:
        return not self.doubts


@for_members
def acceptance(request: PortalRequest) -> HttpResponse:
    """The reports of the level directly below, the longest waiting first."""
    open_only_with(Permission.EXECUTION_ACCEPT, request.viewer)
    asked = AcceptanceFilter(request.GET).asked
    waiting = queries.to_accept(request.viewer)
    found = _narrowed(waiting, asked)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    remarks = earlier_remarks(page)
    rows = [_waiting(one, remarks.get(one.pk, "")) for one in page]
    context = {
        "page": page,
        "rows": rows,
        "clean": sum(row.is_clean for row in rows),
        "all": waiting.count() if asked else page.paginator.count,
        "asked": asked,
        "plans": _options(waiting, "item__roadmap", "item__roadmap__title"),
        "organizations": _options(waiting, "organization__code", "organization__short_name"),
    }
    return render(request, "roadmaps/acceptance.html", context)


def _narrowed(waiting: QuerySet[Execution], asked: dict[str, Any]) -> QuerySet[Execution]:
    names = {"plan": "item__roadmap", "organization": "organization__code"}
    return waiting.filter(**{names[name]: value for name, value in asked.items()})


def _options(waiting: QuerySet[Execution], key: str, title: str) -> list[tuple[Any, str]]:
    rows = waiting.prefetch_related(None).order_by(title, key)
    return list(rows.values_list(key, title).distinct())


def _waiting(one: Execution, remark: str) -> Waiting:
    read = service.revision(one)
    sent = timezone.localdate(one.sent_at) if one.sent_at else timezone.localdate()
    return Waiting(
        execution=one,
        days=(timezone.localdate() - sent).days,
        read=read,
        doubts=queries.doubts_of_report(one),
        form=ReturnForm(initial={"read": read}, auto_id=f"return-{one.pk}-%s"),
        remark=remark,
    )


@require_POST
@for_members
def accept_all(request: PortalRequest) -> HttpResponse:
    """Accept the reports that were ticked: all of them or none."""
    open_only_with(Permission.EXECUTION_ACCEPT, request.viewer)
    ticked = _ticked(request.POST)
    visible = Execution.objects.visible_to(request.viewer).select_related("item", "organization")
    rows = visible.filter(pk__in=ticked)
    number = service.accept_all([(row, ticked[row.pk]) for row in rows], by=request.viewer)
    if number:
        words = plural(number, "Принят,Приняты,Принято")
        reports = plural(number, "отчёт,отчёта,отчётов")
        messages.success(request, f"{words} {number} {reports}.")
    else:
        messages.warning(request, "Ничего не отмечено: отметьте отчёты, которые прочитали.")
    return redirect(f"{reverse('roadmaps:acceptance')}{_filters(request)}")


def _ticked(posted: QueryDict) -> dict[int, str]:
    """«12@2026-…» of each box: the key of a report and the revision that was read."""
    pairs = [one.partition("@") for one in posted.getlist("report")]
    found = {int(key): read for key, _, read in pairs if key.isdecimal() and len(key) < 19 and read}
    return dict(list(found.items())[:PER_PAGE])


def _filters(request: PortalRequest) -> str:
    asked = AcceptanceFilter(request.POST).asked
    query = QueryDict(mutable=True)
    query.update({name: str(value) for name, value in asked.items()})
    return f"?{query.urlencode()}" if asked else ""
