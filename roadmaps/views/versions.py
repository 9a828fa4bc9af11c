"""The life of a plan: approved, given a next version, closed, continued in the next year."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from organizations.access import Permission
from organizations.attachments import stored_file
from organizations.errors import Conflict
from organizations.http import PortalRequest, for_members
from organizations.models import Level
from organizations.services import guard
from organizations.templatetags.ru import day, plural
from roadmaps import cascade, queries
from roadmaps.forms.plans import ClosingForm
from roadmaps.models import Item, Roadmap
from roadmaps.queries.closing import Figures, figures
from roadmaps.services import roadmaps as service
from roadmaps.services import versions as life

EXECUTIONS = "исполнение,исполнения,исполнений"


def _plan(request: PortalRequest, pk: int) -> Roadmap:
    visible = Roadmap.objects.visible_to(request.viewer)
    return get_object_or_404(visible.select_related("owner__parent", "order"), pk=pk)


@for_members
def order_file(request: PortalRequest, pk: int) -> HttpResponse:
    """The order as it was signed, for everybody to whom its plan comes down."""
    order = _plan(request, pk).order
    version = order.versions.first() if order else None
    if version is None:
        raise Http404
    return stored_file(version.file, version.name, content_type=version.content_type)


@require_POST
@for_members
def approve(request: PortalRequest, pk: int) -> HttpResponse:
    """Put a draft into force; while doubts are left, only after their number was confirmed."""
    plan = _plan(request, pk)
    guard.require(request.viewer, Permission.ROADMAP_EDIT, plan)
    if plan.doubts and request.POST.get("sure") != str(len(plan.doubts)):
        context = {"roadmap": plan, "doubts": _doubts(plan), "readers": queries.readers(plan)}
        return render(request, "roadmaps/approve.html", context)
    plan = service.approve(plan, by=request.viewer)
    messages.success(request, "План утверждён и действует.")
    if plan.owner.level != Level.SCHOOL:
        told = "Его видят все организации ниже. Доведите его до них: вкладка «Ознакомление»."
        messages.info(request, told)
    return redirect("roadmaps:roadmap", pk=pk)


def _doubts(plan: Roadmap) -> list[dict[str, Any]]:
    """Doubts with the item each speaks of, for a link."""
    known = {item.number: item for item in plan.items.only("number", "roadmap")}
    return [one | {"of": known.get(str(one["item"]))} for one in plan.doubts]


@require_POST
@for_members
def delete(request: PortalRequest, pk: int) -> HttpResponse:
    service.delete(_plan(request, pk), by=request.viewer)
    messages.success(request, "Черновик удалён.")
    return redirect("roadmaps:roadmaps")


# Versions


@for_members
def versions(request: PortalRequest, pk: int) -> HttpResponse:
    """The versions of a plan, and what this one has changed in the one before it."""
    plan = _plan(request, pk)
    line = _line_of(request, plan)
    before = next((one for one in line if one.pk == plan.supersedes_id), None)
    rows = _difference(request, before, plan) if before else []
    context = {
        "roadmap": plan,
        "versions": line,
        "before": before,
        "rows": [_told(row) for row in cascade.folded(rows)],
        "changed": sum(not row.is_same for row in rows),
        "may_edit": _may_edit(request, plan),
        "has_next": any(one.supersedes_id == plan.pk for one in line),
    }
    return render(request, "roadmaps/versions.html", context)


def _line_of(request: PortalRequest, plan: Roadmap) -> list[Roadmap]:
    """All versions of a plan that the viewer may see, the newest first. One query."""
    visible = Roadmap.objects.visible_to(request.viewer).filter(owner=plan.owner_id)
    known = {one.pk: one for one in visible.select_related("order")}
    after = {one.supersedes_id: one for one in known.values() if one.supersedes_id}
    first = plan
    while first.supersedes_id in known:
        first = known[first.supersedes_id]
    line = [first]
    while following := after.get(line[-1].pk):
        line.append(following)
    return line[::-1]


def _difference(request: PortalRequest, before: Roadmap, plan: Roadmap) -> list[cascade.Row]:
    items = Item.objects.visible_to(request.viewer).prefetch_related("responsible")
    ours = list(items.filter(roadmap=plan).order_by("position"))
    above = list(items.filter(roadmap=before).order_by("position"))
    links = {(item.replaces_id, item.pk) for item in ours if item.replaces_id}
    known = {item.pk for item in above}
    pairs = [(old, new) for old, new in links if old in known]
    return cascade.difference(_lines(above), _lines(ours), pairs, {})


def _lines(items: Sequence[Item]) -> list[cascade.Line]:
    return [
        cascade.Line(
            key=item.pk,
            number=item.number,
            title=item.title,
            term_text=item.term_text,
            start=item.starts_on,
            end=item.ends_on,
            bodies=tuple(body.text for body in item.responsible.all()),
        )
        for item in items
    ]


KINDS = {
    cascade.Kind.SAME: "без изменений",
    cascade.Kind.REWORDED: "изменён текст",
    cascade.Kind.REDATED: "изменён срок",
    cascade.Kind.MERGED: "объединён",
    cascade.Kind.DROPPED: "исключён",
    cascade.Kind.ADDED: "добавлен",
}
SHAPELESS = {cascade.Kind.MERGED: cascade.Kind.REWORDED}


def _told(row: cascade.Row | cascade.Run) -> dict[str, Any]:
    if isinstance(row, cascade.Run):
        return {"run": row, "count": len(row.rows)}
    kinds = [(SHAPELESS.get(kind, kind).value, KINDS[kind]) for kind in sorted(row.kinds)]
    return {
        "row": row,
        "kinds": kinds,
        "is_reworded": cascade.Kind.REWORDED in row.kinds,
        "bodies_above": ", ".join(dict.fromkeys(b for one in row.above for b in one.bodies)),
        "bodies_ours": ", ".join(dict.fromkeys(b for one in row.ours for b in one.bodies)),
    }


def _may_edit(request: PortalRequest, plan: Roadmap) -> bool:
    rows = Roadmap.objects.open_to(request.viewer, Permission.ROADMAP_EDIT)
    return rows.filter(pk=plan.pk).exists()


@require_POST
@for_members
def next_version(request: PortalRequest, pk: int) -> HttpResponse:
    draft = life.next_version(_plan(request, pk), by=request.viewer)
    messages.success(
        request,
        f"Заведена версия {draft.version}: внесите изменения и назовите приказ, которым они "
        "вносятся. До утверждения действует прежняя.",
    )
    return redirect("roadmaps:edit", pk=draft.pk)


@require_POST
@for_members
def next_year(request: PortalRequest, pk: int) -> HttpResponse:
    draft = life.next_year(_plan(request, pk), by=request.viewer)
    messages.success(
        request,
        "Заведён черновик плана на следующий год: сроки сдвинуты на год. Сверьте их и назовите "
        "новый приказ.",
    )
    return redirect("roadmaps:edit", pk=draft.pk)


# Closing


@for_members
def close(request: PortalRequest, pk: int) -> HttpResponse:
    """Close a plan: its summary begins with the figures, a person goes on."""
    plan = _plan(request, pk)
    guard.require(request.viewer, Permission.ROADMAP_EDIT, plan)
    if plan.status != Roadmap.Status.APPROVED:
        raise Conflict(f"Завершают действующий план, а этот {plan.get_status_display()}.")
    found = figures(plan, request.viewer)
    form = ClosingForm(request.POST or None, initial={"summary": summary_of(plan, found)})
    if form.is_valid():
        try:
            life.close(plan, summary=form.cleaned_data["summary"], by=request.viewer)
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "План завершён. Отчитаться по нему больше нельзя.")
            return redirect("roadmaps:roadmap", pk=pk)
    context = {"roadmap": plan, "form": form, "figures": found}
    return render(request, "roadmaps/close.html", context)


def summary_of(plan: Roadmap, found: Figures) -> str:
    """What the figures say, as the beginning of the summary."""
    until = f" за период по {day(plan.ends_on)}" if plan.ends_on else ""
    parts = (
        (found.in_time, "принято в срок"),
        (found.late, "принято позже срока"),
        (found.given_up, "не применимо, с обоснованием"),
        (found.undone, "не исполнено"),
    )
    told = "; ".join(f"{words} – {number}" for number, words in parts if number)
    total = f"{found.total} {plural(found.total, EXECUTIONS)}"
    first = f"Всего по плану{until}: {total}."
    return f"{first} Из них {told}." if told else first
