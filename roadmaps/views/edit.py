"""The page of a draft: everything that was understood, every doubt, corrected and saved at once."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from organizations.access import Permission
from organizations.errors import Conflict, PortalError
from organizations.http import PortalRequest, for_members
from organizations.services import guard
from organizations.templatetags.ru import plural
from roadmaps.forms.plans import ItemForm, Pair
from roadmaps.models import Cohort, Item, Roadmap
from roadmaps.names import OTHER, TITLES
from roadmaps.services import drafts, library
from roadmaps.terms import Period, read_term
from roadmaps.views import cures, sheets
from roadmaps.views.wording import reading

Doubt = dict[str, Any]
SAVING = ("save", "over", "library", "check")


@dataclass(frozen=True)
class Row:
    """An item as its form, with our reading of its term and the doubts about it, each with the
    act that cures it, if exact words are proposed."""

    form: ItemForm
    reading: str
    doubts: Sequence[tuple[Doubt, str]]


@for_members
def edit(request: PortalRequest, pk: int) -> HttpResponse:
    """Show a draft, rearrange its rows without saving, or save it."""
    plan = draft_of(request, pk)
    if request.method != "POST":
        return _page(request, plan, sheets.SheetForms(sheets.stored(plan), _cohorts(request, plan)))
    act = request.POST.get("act", "save")
    if act in SAVING:
        return _save(request, plan, act)
    raw = sheets.typed(request.POST)
    if act.startswith("keep:"):
        _keep(request, plan, raw, act)
    if act.startswith("cure:"):
        raw = _cured(plan, raw, act)
    changed = sheets.SheetForms(sheets.after(raw, act), _cohorts(request, plan))
    return _page(request, plan, changed, is_unsaved=True)


def draft_of(request: PortalRequest, pk: int) -> Roadmap:
    """A draft that the viewer may edit. Raises NotAllowed, or Conflict for a plan in force."""
    visible = Roadmap.objects.visible_to(request.viewer).select_related("owner__parent", "order")
    plan = get_object_or_404(visible, pk=pk)
    guard.require(request.viewer, Permission.ROADMAP_EDIT, plan)
    drafts.check_draft(plan)
    return plan


def _save(request: PortalRequest, plan: Roadmap, act: str) -> HttpResponse:
    bound = sheets.SheetForms(sheets.typed(request.POST), _cohorts(request, plan), request.POST)
    if not bound.is_valid():
        return _page(request, plan, bound, is_unsaved=True)
    read = "" if act == "over" else request.POST.get("read", "unknown")
    checked = bound.heading.cleaned_data["checked"]
    try:
        saved = drafts.save(plan, bound.sheet, by=request.viewer, read=read, checked=checked)
    except drafts.EditedMeanwhile as error:
        bound.heading.add_error(None, str(error))
        return _page(request, plan, bound, is_unsaved=True, is_crossed=True)
    except Conflict as error:
        bound.heading.add_error(None, str(error))
        return _page(request, plan, bound, is_unsaved=True)
    messages.success(request, f"Черновик сохранён. {_left(saved)}")
    if act == "library":
        return redirect(f"{reverse('roadmaps:library')}?plan={plan.pk}")
    return redirect("roadmaps:edit" if act == "save" else "roadmaps:roadmap", pk=plan.pk)


def _left(saved: Roadmap) -> str:
    count = len(saved.doubts)
    if not count:
        return "Сомнений нет."
    return f"Осталось {count} {plural(count, 'сомнение,сомнения,сомнений')}."


def _keep(request: PortalRequest, plan: Roadmap, raw: sheets.Raw, act: str) -> None:
    """Put a row's words into the library, typed as they are."""
    said = act.partition(":")[2]
    row = raw.rows[int(said)] if said.isdecimal() and int(said) < len(raw.rows) else {}
    names = {"title": "title", "term_text": "term_text", "bodies_text": "bodies",
             "result": "result", "evidence": "evidence"}  # fmt: skip
    words = {name: str(row.get(source, "")).strip() for name, source in names.items()}
    if not words["title"]:
        messages.warning(request, "В библиотеку не взято: в строке нет мероприятия.")
        return
    try:
        library.add(plan.owner, library.fitted(library.Words(**words)), by=request.viewer)
    except PortalError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"Взято в библиотеку: «{words['title'][:80]}».")


def _cured(plan: Roadmap, raw: sheets.Raw, act: str) -> sheets.Raw:
    """The row with what is proposed for one of its doubts; `cure:3:0` is the first of row 3."""
    said = act.split(":")[1:]
    with suppress(ValueError, IndexError):
        here, which = (int(one) for one in said)
        row = raw.rows[here]
        doubt = _by_item(plan).get(str(row["pk"]), [])[which]
        if changed := cures.cured(row, doubt):
            rows = [changed if place == here else one for place, one in enumerate(raw.rows)]
            return replace(raw, rows=rows)
    return raw


def _page(
    request: PortalRequest,
    plan: Roadmap,
    page: sheets.SheetForms,
    *,
    is_unsaved: bool = False,
    is_crossed: bool = False,
) -> HttpResponse:
    doubts = _by_item(plan)
    rows = [_row(n, form, _period(page), doubts) for n, form in enumerate(page.items)]
    shown = {id(doubt) for row in rows for doubt, _ in row.doubts}
    context = {
        "roadmap": plan,
        "page": page,
        "rows": rows,
        "faults": list(page.faults) if page.heading.is_bound else [],
        "whole": [one for one in plan.doubts if id(one) not in shown],
        "has_mended": any(drafts.is_of_file(one) for one in plan.doubts),
        "bodies": [words for code, words in TITLES.items() if code != OTHER],
        "is_unsaved": is_unsaved,
        "is_crossed": is_crossed,
        "read": request.POST.get("read") or drafts.revision(plan),
    }
    return render(request, "roadmaps/edit.html", context, status=409 if is_crossed else 200)


def _row(here: int, form: ItemForm, period: Period | None, doubts: dict[str, list[Doubt]]) -> Row:
    typed = {name: str(form[name].value() or "") for name in cures.WORDS}
    item = Item()
    drafts.put_term(item, read_term(typed["term_text"], period=period))
    told = [
        (doubt, f"cure:{here}:{n}" if cures.cured(typed, doubt) not in (None, typed) else "")
        for n, doubt in enumerate(doubts.get(str(form["pk"].value() or ""), ()))
    ]
    return Row(form, reading(item), told)


def _by_item(plan: Roadmap) -> dict[str, list[Doubt]]:
    """The doubts of saved items by their key: numbers may be typed over."""
    numbers: dict[str, list[Doubt]] = defaultdict(list)
    for doubt in plan.doubts:
        numbers[str(doubt["item"])].append(doubt)
    pairs = plan.items.values_list("pk", "number")
    return {str(pk): numbers[number] for pk, number in pairs if number in numbers}


def _period(page: sheets.SheetForms) -> Period | None:
    """The plan's period as it stands in the fields; none while one of them is not a day."""
    starts, ends = (_day(page.heading[name].value()) for name in ("starts_on", "ends_on"))
    return Period(starts, ends) if starts and ends and starts <= ends else None


def _day(value: object) -> datetime.date | None:
    if isinstance(value, datetime.date):
        return value
    for layout in ("%Y-%m-%d", "%d.%m.%Y"):
        with suppress(ValueError):
            return datetime.datetime.strptime(str(value), layout).date()  # noqa: DTZ007 - a day
    return None


def _cohorts(request: PortalRequest, plan: Roadmap) -> list[Pair]:
    """The groups the viewer knows of, and those the draft already has."""
    known = dict(Cohort.objects.visible_to(request.viewer).values_list("pk", "title"))
    used = plan.items.exclude(cohort=None).values_list("cohort", "cohort__title")
    return [(str(pk), title) for pk, title in sorted({**dict(used), **known}.items())]
