"""A plan and the plan above: taking it, pairing items, their differences, reasons."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from organizations.access import Permission
from organizations.attachments import XLSX, attachment
from organizations.errors import NotAllowed
from organizations.exchange import workbook
from organizations.http import PortalRequest, for_members
from organizations.models import Level, Organization
from organizations.templatetags.ru import plural
from organizations.views.sections import open_only_with
from roadmaps.cascade import Pair
from roadmaps.forms.adoption import MatchForm, OmissionForm
from roadmaps.forms.filters import DifferenceFilter
from roadmaps.models import Item, Roadmap
from roadmaps.queries import comparison as queries
from roadmaps.services import adoption as service
from roadmaps.views import differences, plans

EDITED = (Roadmap.Status.DRAFT, Roadmap.Status.APPROVED)
LIKENESS = ((1.0, "слово в слово"), (0.75, "почти дословно"), (0.5, "похоже"), (0.0, "отчасти"))


@require_POST
@for_members
def adopt(request: PortalRequest, pk: int) -> HttpResponse:
    """Begin the viewer's own plan from a plan above."""
    owners = Organization.objects.visible_to(request.viewer)
    draft = service.adopt(
        plans.plan_of(request, pk),
        owner=owners.get(pk=request.viewer.organization_id),
        by=request.viewer,
    )
    number = draft.items.count()
    messages.success(
        request,
        f"Черновик готов: взято {number} {plural(number, 'пункт,пункта,пунктов')}. "
        "Проверьте отличия и утвердите.",
    )
    return redirect("roadmaps:difference", pk=draft.pk)


# Differences


@for_members
def difference(request: PortalRequest, pk: int) -> HttpResponse:
    """A plan beside the one above it, and the plans that the levels below made of it."""
    return _difference(request, plans.plan_of(request, pk))


def _difference(
    request: PortalRequest, plan: Roadmap, failed: tuple[int, OmissionForm] | None = None
) -> HttpResponse:
    """The page; `failed` is the form of a reason that came back with a fault."""
    asked = DifferenceFilter(request.GET)
    above = _above(request, plan)
    may_edit = _may_edit(request, plan)
    context = plans.head(request, plan, "difference") | {
        "above": above,
        "may_edit": may_edit,
        "below": _below(request, plan),
        "is_own": plan.owner.territory_id == request.viewer.territory_id,
        "may_match": may_edit and above is None and plan.owner.level > Level.REGION,
        "brief": asked.is_brief,
    }
    if above is not None:
        context |= _compared(request, plan, asked, failed)
    return render(request, "roadmaps/difference.html", context)


def _compared(
    request: PortalRequest,
    plan: Roadmap,
    asked: DifferenceFilter,
    failed: tuple[int, OmissionForm] | None,
) -> dict[str, Any]:
    compared = queries.compared(plan, request.viewer)
    rows = differences.shown(compared, asked.asked)

    def form(item: int) -> OmissionForm:
        if failed and failed[0] == item:
            return failed[1]
        typed = compared.reasons.get(item)
        return OmissionForm(initial={"text": typed.text if typed else ""}, auto_id=f"r{item}-%s")

    return {
        "compared": compared,
        "rows": differences.told(compared, rows, brief=asked.is_brief, form=form),
        "filters": differences.filters(compared, asked.asked),
        "show": asked.asked,
        "open": [row.above[0].number for row in compared.open],
        "summary": differences.summary(compared),
        "above_words": differences.ABOVE[Level(compared.above.owner.level)],
    }


def _above(request: PortalRequest, plan: Roadmap) -> Roadmap | None:
    """The plan above, if the viewer sees it."""
    if plan.above_id is None:
        return None
    visible = Roadmap.objects.visible_to(request.viewer).filter(pk=plan.above_id)
    return visible.select_related("owner__parent", "order").first()


def _below(request: PortalRequest, plan: Roadmap) -> list[queries.Adopted]:
    in_force = plan.status != Roadmap.Status.DRAFT and plan.owner.level < Level.SCHOOL
    may = request.viewer.may(Permission.EXECUTION_READ)
    return queries.adopted_below(plan, request.viewer) if in_force and may else []


def _may_edit(request: PortalRequest, plan: Roadmap) -> bool:
    open_ = Roadmap.objects.open_to(request.viewer, Permission.ROADMAP_EDIT)
    return plan.status in EDITED and open_.filter(pk=plan.pk).exists()


@for_members
def difference_xlsx(request: PortalRequest, pk: int) -> HttpResponse:
    """The differences as the page shows them, filter and all, and the plans below."""
    plan = plans.plan_of(request, pk)
    sheets = {}
    if _above(request, plan) is not None:
        compared = queries.compared(plan, request.viewer)
        rows = differences.shown(compared, DifferenceFilter(request.GET).asked)
        sheets["Сравнение"] = differences.table(compared, rows)
    sheets["Планы ниже"] = [
        ("Территория", "План", "Приказ №", "Касается пунктов", "Взято", "Выпали с причиной",
         "Выпали без причины", "Добавлено"),
        *(_adopted(one) for one in _below(request, plan)),
    ]  # fmt: skip
    return attachment(workbook.write(sheets), "Сравнение планов.xlsx", content_type=XLSX)


def _adopted(one: queries.Adopted) -> tuple[str | int, ...]:
    plan = one.plan
    order = plan.order.number if plan and plan.order else ""
    state = plan.get_status_display() if plan else "не взят"
    return (
        one.place.short_name, state, order, one.asked, one.taken,
        ", ".join(one.omitted), ", ".join(one.silent), one.own,
    )  # fmt: skip


@require_POST
@for_members
def omit(request: PortalRequest, pk: int, item: int) -> HttpResponse:
    """Say why an item of the plan above is left out."""
    plan, upper = _pair(request, pk, item)
    form = OmissionForm(request.POST, auto_id=f"r{item}-%s")
    if not form.is_valid():
        return _difference(request, plan, (item, form))
    service.omit(plan, upper, reason=form.reason, by=request.viewer)
    messages.success(request, f"Причина указана: пункт {upper.number}.")
    return redirect("roadmaps:difference", pk=pk)


@require_POST
@for_members
def take(request: PortalRequest, pk: int, item: int) -> HttpResponse:
    """Put an item of the plan above into the draft."""
    plan, upper = _pair(request, pk, item)
    copy = service.take(plan, upper, by=request.viewer)
    messages.success(request, f"Пункт {upper.number} взят в план, у вас это п. {copy.number}.")
    return redirect("roadmaps:difference", pk=pk)


def _pair(request: PortalRequest, pk: int, item: int) -> tuple[Roadmap, Item]:
    """A plan and an item of the plan above it."""
    plan = plans.plan_of(request, pk)
    items = Item.objects.visible_to(request.viewer).filter(roadmap=plan.above_id)
    return plan, get_object_or_404(items, pk=item)


# Pairs


@for_members
def links(request: PortalRequest, pk: int) -> HttpResponse:
    """Which items belong together: stored links, or proposals to be confirmed; without a plan
    above, the choice of one."""
    plan = _edited(request, pk)
    if _above(request, plan) is None:
        return _choice(request, plan, MatchForm(viewer=request.viewer, plan=plan))
    if request.method == "POST":
        return _linked(request, plan)
    found, lower, is_stored = queries.proposals(plan, request.viewer)
    pairs = [_proposed(one, lower, is_stored) for one in found]
    context = plans.head(request, plan, "difference") | {
        "pairs": pairs,
        "is_stored": is_stored,
        "linked": sum(bool(one.ours) for one in found),
        "above_words": differences.ABOVE[Level(plan.above.owner.level)] if plan.above else "",
    }
    return render(request, "roadmaps/links.html", context)


def _choice(request: PortalRequest, plan: Roadmap, form: MatchForm) -> HttpResponse:
    context = plans.head(request, plan, "difference") | {"form": form}
    return render(request, "roadmaps/links.html", context)


def _edited(request: PortalRequest, pk: int) -> Roadmap:
    open_only_with(Permission.ROADMAP_EDIT, request.viewer)
    plan = plans.plan_of(request, pk)
    if not _may_edit(request, plan):
        raise NotAllowed("Пары пунктов меняют там, чей это план, пока он не завершён и не заменён.")
    return plan


def _proposed(one: queries.Proposal, lower: Sequence[Item], is_stored: bool) -> dict[str, Any]:
    """A row of the page: a select for each pair, one more for an item that was split."""
    alike = {pair.ours: pair for pair in one.pairs}
    chosen = [(ours, _likeness(alike.get(ours), is_stored)) for ours in one.ours]
    return {
        "item": one.item,
        "selects": [
            {"name": f"above-{one.item.pk}", "id": f"a{one.item.pk}-{n}", "likeness": words,
             "options": [(item, item.pk == ours) for item in lower]}
            for n, (ours, words) in enumerate(chosen or [(0, "")])
        ],
        "more": {"name": f"above-{one.item.pk}", "id": f"a{one.item.pk}-more",
                 "options": [(item, False) for item in lower]} if chosen else None,
    }  # fmt: skip


def _likeness(pair: Pair | None, is_stored: bool) -> str:
    if pair is None:
        return "указано вами" if is_stored else ""
    if pair.merged:
        return "его слова вошли в этот пункт"
    return next(words for least, words in LIKENESS if pair.likeness >= least)


def _linked(request: PortalRequest, plan: Roadmap) -> HttpResponse:
    shown = queries.shown_items(plan.above, request.viewer) if plan.above else []
    pairs = {
        (item.pk, int(ours))
        for item in shown
        for ours in request.POST.getlist(f"above-{item.pk}")
        if ours.isdecimal() and len(ours) < 19
    }
    service.link(plan, pairs, among=[item.pk for item in shown], by=request.viewer)
    messages.success(request, f"Пары сохранены: {len(pairs)}.")
    return redirect("roadmaps:difference", pk=plan.pk)


@require_POST
@for_members
def match(request: PortalRequest, pk: int) -> HttpResponse:
    """Name the plan above of a plan that came as a file of its own."""
    plan = _edited(request, pk)
    form = MatchForm(request.POST, viewer=request.viewer, plan=plan)
    if not form.is_valid():
        return _choice(request, plan, form)
    service.match(plan, form.cleaned_data["upper"], by=request.viewer)
    return redirect("roadmaps:links", pk=pk)
