"""The library of standard items: looked through, changed, taken into a draft."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from organizations.access import Permission
from organizations.errors import Conflict
from organizations.http import PortalRequest, for_members
from organizations.models import Organization
from organizations.templatetags.ru import plural
from organizations.views.sections import open_only_with
from roadmaps.forms.library import LibraryFilter, StandardForm, TakeForm
from roadmaps.models import Item, Roadmap, StandardItem
from roadmaps.services import library as service
from roadmaps.views.edit import draft_of

PER_PAGE = 100


@for_members
def library(request: PortalRequest) -> HttpResponse:
    """Own standard items and those of the levels above; with a draft named, to choose from."""
    open_only_with(Permission.ROADMAP_EDIT, request.viewer)
    asked = LibraryFilter(request.GET).asked
    plan = draft_of(request, asked["plan"]) if asked["plan"] else None
    found = _found(request, asked["q"] or "")
    context = {
        "form": LibraryFilter(request.GET),
        "asked": asked,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "plan": plan,
        "own": _own(request).values_list("pk", flat=True),
    }
    return render(request, "roadmaps/library.html", context)


def _visible(request: PortalRequest) -> QuerySet[StandardItem]:
    """Of the viewer's level and above: those of schools below are their own matter."""
    rows = StandardItem.objects.visible_to(request.viewer)
    return rows.filter(owner__level__lte=request.viewer.level).select_related("owner")


def _found(request: PortalRequest, words: str) -> QuerySet[StandardItem]:
    rows = _visible(request)
    for word in words.split()[:10]:
        rows = rows.filter(
            Q(title__icontains=word) | Q(result__icontains=word) | Q(bodies_text__icontains=word)
        )
    return rows.order_by("-owner__level", "title", "pk")


def _own(request: PortalRequest) -> QuerySet[StandardItem]:
    """Those the viewer may change."""
    rows = StandardItem.objects.open_to(request.viewer, Permission.ROADMAP_EDIT)
    return rows.filter(owner__level=request.viewer.level)


@for_members
def standard_new(request: PortalRequest) -> HttpResponse:
    open_only_with(Permission.ROADMAP_EDIT, request.viewer)
    form = StandardForm(request.POST or None)
    if form.is_valid():
        owner = Organization.objects.visible_to(request.viewer).get(
            pk=request.viewer.organization_id
        )
        try:
            service.add(owner, form.words, by=request.viewer)
        except Conflict as error:
            form.add_error("title", str(error))
        else:
            messages.success(request, "Пункт добавлен в библиотеку.")
            return redirect("roadmaps:library")
    return render(request, "roadmaps/standard.html", {"form": form, "standard": None})


@for_members
def standard(request: PortalRequest, pk: int) -> HttpResponse:
    """One standard item of one's own: its form, and the act."""
    open_only_with(Permission.ROADMAP_EDIT, request.viewer)
    row = get_object_or_404(_own(request), pk=pk)
    names = (*StandardForm.base_fields,)
    form = StandardForm(request.POST or None, initial={name: getattr(row, name) for name in names})
    if form.is_valid():
        service.change(row, form.words, by=request.viewer)
        messages.success(request, "Пункт библиотеки изменён. Планы, в которые он взят, прежние.")
        return redirect("roadmaps:library")
    return render(request, "roadmaps/standard.html", {"form": form, "standard": row})


@require_POST
@for_members
def standard_delete(request: PortalRequest, pk: int) -> HttpResponse:
    open_only_with(Permission.ROADMAP_EDIT, request.viewer)
    service.remove(get_object_or_404(_own(request), pk=pk), by=request.viewer)
    messages.success(request, "Пункт убран из библиотеки. Планы, в которые он взят, прежние.")
    return redirect("roadmaps:library")


@require_POST
@for_members
def keep(request: PortalRequest, pk: int, item: int) -> HttpResponse:
    """Put an item of a plan that is seen into the library of the viewer's own organization."""
    open_only_with(Permission.ROADMAP_EDIT, request.viewer)
    rows = Item.objects.visible_to(request.viewer).prefetch_related("responsible")
    row = get_object_or_404(rows, pk=item, roadmap=pk)
    owner = Organization.objects.visible_to(request.viewer).get(pk=request.viewer.organization_id)
    service.add(owner, service.words_of(row), by=request.viewer)
    messages.success(request, f"Пункт {row.number} взят в библиотеку.")
    return redirect("roadmaps:item", pk=pk, item=item)


@require_POST
@for_members
def take(request: PortalRequest, pk: int) -> HttpResponse:
    """Put the chosen standard items at the end of a draft."""
    plan: Roadmap = draft_of(request, pk)
    known: dict[int, Any] = {row.pk: row for row in _visible(request)}
    form = TakeForm(request.POST, keys=known)
    if not form.is_valid():
        raise Conflict("Пункта уже нет в библиотеке. Откройте её снова и отметьте нужные.")
    chosen = [known[key] for key in form.cleaned_data["standard"]]
    if not chosen:
        messages.warning(request, "Отметьте пункты, которые нужно взять в план.")
        return redirect(f"{reverse('roadmaps:library')}?plan={plan.pk}")
    items = service.insert(plan, chosen, by=request.viewer)
    words = plural(len(items), "пункт,пункта,пунктов")
    messages.success(request, f"В конец плана взято {len(items)} {words} из библиотеки.")
    return redirect("roadmaps:edit", pk=plan.pk)
