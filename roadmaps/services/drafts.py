"""Drafts: what stands on the page of a draft saved at once, its doubts found anew."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from organizations.access import Permission, Viewer
from organizations.errors import Conflict
from organizations.models import Document, DocumentKind, Event, Kind, Organization
from organizations.services import audit, guard
from roadmaps.bodies import read_bodies
from roadmaps.linter import ItemText, PlanText, lint
from roadmaps.models import Item, Responsible, Roadmap, Section
from roadmaps.terms import Period, Term, control_points, read_term

# What only the file itself can tell: such a doubt stands until somebody has looked at it.
OF_ROWS = frozenset({"page_break_repaired", "cells_repaired", "row_not_understood"})
# A body of the plan's words → the kind of organization it is beside the owner's territory.
BESIDE_OWNER = {"mouo": Kind.MOUO, "mms": Kind.MMS}
SEPARATOR = "; "
ITEM_FIELDS = (
    "section", "position", "number", "title", "term_text", "term_kind", "starts_on", "ends_on",
    "recurrence", "result", "evidence", "control_points", "cohort",
)  # fmt: skip


class EditedMeanwhile(Conflict):
    """Somebody else has saved the draft while it was being edited."""


@dataclass(frozen=True, slots=True)
class HeadingRow:
    """The order and the plan itself, as typed."""

    title: str
    starts_on: datetime.date | None
    ends_on: datetime.date | None
    number: str
    signed_on: datetime.date | None
    issuer: str
    order_title: str


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section; `key` is what rows of items name it by, `pk` is None for a new one."""

    key: str
    pk: int | None
    number: str
    title: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item in the plan's words; `lead` is the body that leads, empty for the first one."""

    pk: int | None
    number: str
    section: str
    title: str
    term_text: str
    bodies: str
    lead: str
    result: str
    evidence: str
    points: tuple[datetime.date, ...]
    cohort: int | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that the page of a draft holds."""

    heading: HeadingRow
    sections: Sequence[SectionRow]
    rows: Sequence[ItemRow]


def revision(roadmap: Roadmap) -> str:
    """What tells one saved state of a draft from the next."""
    return roadmap.updated_at.isoformat()


def held(roadmap: Roadmap, by: Viewer | None) -> Roadmap:
    """The draft as it is now, kept from others until the end of the transaction.

    Raises NotAllowed, or Conflict for a plan that is no draft.
    """
    if by is not None:
        guard.require(by, Permission.ROADMAP_EDIT, roadmap)
    rows = Roadmap.objects.select_for_update(of=("self",)).select_related("owner", "order")
    draft = rows.get(pk=roadmap.pk)
    check_draft(draft)
    return draft


def check_draft(roadmap: Roadmap) -> None:
    if roadmap.status != Roadmap.Status.DRAFT:
        raise Conflict(f"План уже {roadmap.get_status_display()}: менять можно только черновик.")


@transaction.atomic
def save(
    roadmap: Roadmap, sheet: Sheet, *, by: Viewer, read: str = "", checked: bool = False
) -> Roadmap:
    """Store what was typed; items keep their rows, and with them their links and their lineage.

    `read` is the revision the person began with, empty to save over whatever is there; `checked`
    drops the marks of mended rows. Raises NotAllowed, Conflict, EditedMeanwhile.
    """
    draft = held(roadmap, by)
    if read and read != revision(draft):
        raise EditedMeanwhile(_told(draft))
    heading_is_new = _store_heading(draft, sheet.heading)
    sections = _store_sections(draft, sheet.sections)
    untouched, counts = _store_rows(draft, sheet.rows, sections)
    kept = [] if checked else _kept(draft, untouched, heading_is_new=heading_is_new)
    recheck(draft, kept=kept)
    audit.record("roadmap.edited", draft, by=by, organization=draft.owner, **counts)
    return draft


def _told(draft: Roadmap) -> str:
    last = Event.objects.about(draft).exclude(action="roadmap.imported").first()
    who = f" ({last.user_name})" if last else ""
    at = timezone.localtime(draft.updated_at)
    return (
        f"Пока вы правили, черновик изменён{who}: {at:%d.%m.%Y в %H:%M}. Ваши правки стоят ниже и "
        "ещё не сохранены. Откройте сохранённое рядом, перенесите нужное и сохраните поверх."
    )


# The order and the plan


def free_number(
    owner: Organization, number: str, signed_on: datetime.date | None, *, but: int | None = None
) -> None:
    """Raise Conflict when the owner has another plan of this order."""
    same = Roadmap.objects.filter(owner=owner, order__number=number, order__signed_on=signed_on)
    same = same.exclude(pk__in=[but] if but else []).exclude(status=Roadmap.Status.SUPERSEDED)
    if number and same.exists():
        raise Conflict(
            f"План по приказу № {number} у «{owner}» уже есть. "
            "Удалите прежний черновик или назовите другой приказ."
        )


def _store_heading(draft: Roadmap, typed: HeadingRow) -> bool:
    """Tells whether the words of the order or the plan's title have changed."""
    order = draft.order or Document(organization=draft.owner, kind=DocumentKind.ORDER)
    before = (order.number, order.signed_on, order.issuer, order.title, draft.title)
    if (order.number, order.signed_on) != (typed.number, typed.signed_on):
        free_number(draft.owner, typed.number, typed.signed_on, but=draft.pk)
    order.number, order.signed_on = typed.number, typed.signed_on
    order.issuer, order.title = typed.issuer, typed.order_title or typed.title[:400]
    order.save()
    is_new = before != (order.number, order.signed_on, order.issuer, order.title, typed.title)
    draft.order, draft.title = order, typed.title
    draft.starts_on, draft.ends_on = typed.starts_on, typed.ends_on
    draft.save(update_fields=["order", "title", "starts_on", "ends_on", "updated_at"])
    return is_new


def period_of(roadmap: Roadmap) -> Period | None:
    """The days the plan is for, when both ends are known."""
    if roadmap.starts_on is None or roadmap.ends_on is None:
        return None
    return Period(roadmap.starts_on, roadmap.ends_on)


def _store_sections(draft: Roadmap, typed: Sequence[SectionRow]) -> dict[str, Section]:
    before = {section.pk: section for section in draft.sections.all()}
    found: dict[str, Section] = {}
    for position, row in enumerate(typed, start=1):
        section = before.pop(row.pk or 0, None) or Section(roadmap=draft)
        section.number, section.title, section.position = row.number, row.title, position
        found[row.key] = section
    fresh = [one for one in found.values() if one.pk is None]
    old = [one for one in found.values() if one.pk is not None]
    Section.objects.bulk_create(fresh)
    Section.objects.bulk_update(old, ["number", "title", "position"])
    # Items of a removed section stay: they are put elsewhere with the rest of the page.
    draft.items.filter(section__in=before).update(section=None)
    draft.sections.filter(pk__in=before).delete()
    return found


# Items


def _store_rows(
    draft: Roadmap, typed: Sequence[ItemRow], sections: Mapping[str, Section]
) -> tuple[dict[str, str], dict[str, int]]:
    """The old and the new number of each item whose words stayed, and what was done in numbers."""
    before = {item.pk: item for item in draft.items.prefetch_related("responsible")}
    period, numbers = period_of(draft), {pk: item.number for pk, item in before.items()}
    pairs = [(before.get(row.pk or 0) or Item(roadmap=draft), row) for row in typed]
    same = {item.pk for item, row in pairs if item.pk and _is_same(item, row)}
    changed = [(item, row) for item, row in pairs if not item.pk or _bodies_differ(item, row)]
    for position, (item, row) in enumerate(pairs, start=1):
        fill(item, row, period)
        item.position, item.section = position, sections.get(row.section)
    _write(draft, [item for item, _ in pairs])
    _store_bodies(draft.owner, changed)
    kept = {item.pk for item, _ in pairs if item.pk in before}
    counts = {
        "items": len(pairs),
        "added": len(pairs) - len(kept),
        "edited": len(kept - same),
        "removed": len(before) - len(kept),
    }
    return {numbers[item.pk]: row.number for item, row in pairs if item.pk in same}, counts


def _is_same(item: Item, row: ItemRow) -> bool:
    words = (item.title, item.term_text, bodies_text(item), item.result, item.evidence)
    return words == (row.title, row.term_text, row.bodies, row.result, row.evidence)


def fill(item: Item, row: ItemRow, period: Period | None) -> None:
    """Put the words of a row into an item and read its term; control points follow the term
    unless others were typed."""
    term = read_term(row.term_text, period=period)
    read = (item.term_text, item.term_kind, item.starts_on, item.ends_on)
    now = (row.term_text, term.kind, term.start, term.end)
    untyped = list(row.points) == (item.control_points if item.pk else [])
    if not untyped:
        item.control_points = sorted(set(row.points))
    elif item.pk is None or read != now:
        item.control_points = list(control_points(term, period))
    item.number, item.title, item.cohort_id = row.number, row.title, row.cohort
    item.result, item.evidence = row.result, row.evidence
    put_term(item, term)


def put_term(item: Item, term: Term) -> None:
    item.term_text, item.term_kind = term.text, term.kind
    item.starts_on, item.ends_on = term.start, term.end
    item.recurrence = term.recurrence or ""


def _write(draft: Roadmap, items: Sequence[Item]) -> None:
    """Positions are unique at every moment, so old items first step aside, then to their places."""
    old = [item for item in items if item.pk]
    draft.items.exclude(pk__in=[item.pk for item in old]).delete()
    aside = max(draft.items.aggregate(last=Max("position"))["last"] or 0, len(items))
    places = {item.pk: item.position for item in old}
    for item in old:
        item.position += aside
    Item.objects.bulk_update(old, ["position"])
    for item in old:
        item.position = places[item.pk]
    Item.objects.bulk_update(old, ITEM_FIELDS)
    Item.objects.bulk_create(item for item in items if not item.pk)


def append(draft: Roadmap, rows: Sequence[ItemRow]) -> list[Item]:
    """New items at the end of a held draft, with their bodies."""
    last = draft.items.aggregate(last=Max("position"))["last"] or 0
    pairs = [(Item(roadmap=draft), row) for row in rows]
    for position, (item, row) in enumerate(pairs, start=last + 1):
        fill(item, row, period_of(draft))
        item.position = position
    items = Item.objects.bulk_create([item for item, _ in pairs])
    _store_bodies(draft.owner, pairs)
    return items


# Bodies


def bodies_text(item: Item) -> str:
    """The bodies of an item as one text that can be edited and read again."""
    return SEPARATOR.join(body.text for body in item.responsible.all())


def lead_of(item: Item) -> str:
    return next((body.text for body in item.responsible.all() if body.is_lead), "")


def _bodies_differ(item: Item, row: ItemRow) -> bool:
    return (bodies_text(item), lead_of(item)) != (row.bodies, row.lead)


def _store_bodies(owner: Organization, pairs: Sequence[tuple[Item, ItemRow]]) -> None:
    """Read the bodies of these items anew."""
    known = bodies_of(owner)
    Responsible.objects.filter(item__in=[item for item, _ in pairs]).delete()
    Responsible.objects.bulk_create(
        body for item, row in pairs for body in _bodies(item, row, known)
    )


def _bodies(item: Item, row: ItemRow, known: Mapping[str, Organization]) -> list[Responsible]:
    found = [
        Responsible(
            item=item,
            position=position,
            text=body.text,
            body=body.code,
            organization=known.get(body.code),
        )
        for position, body in enumerate(read_bodies(row.bodies), start=1)
    ]
    if lead := next((body for body in found if row.lead and body.text == row.lead), None):
        lead.is_lead = True
    return found


def bodies_of(owner: Organization) -> dict[str, Organization]:
    """Body code → the organization it is for this owner; the regional ones by their own codes."""
    known = {row.code: row for row in Organization.objects.filter(level=1)}
    beside = Organization.objects.filter(parent=owner.territory_id)
    for code, kind in BESIDE_OWNER.items():
        if found := [row for row in beside if row.kind == kind]:
            known[code] = found[0]
    return known


# Doubts


def is_of_file(doubt: dict[str, Any]) -> bool:
    """Whether only the file explains a doubt: a mended row, or the words around the table."""
    return doubt["code"] in OF_ROWS or doubt["item"] is None


def of_file(draft: Roadmap) -> list[dict[str, Any]]:
    return [one for one in draft.doubts if is_of_file(one)]


def _kept(
    draft: Roadmap, untouched: Mapping[str, str], *, heading_is_new: bool
) -> list[dict[str, Any]]:
    """Doubts of the file as long as nobody has changed what they speak of."""
    kept = []
    for doubt in of_file(draft):
        number = doubt["item"]
        if number is not None and str(number) in untouched:
            kept.append(doubt | {"item": untouched[str(number)]})
        elif number is None and (doubt["code"] in OF_ROWS or not heading_is_new):
            kept.append(doubt)
    return kept


def recheck(draft: Roadmap, *, kept: Collection[dict[str, Any]] | None = None) -> None:
    """Find the doubts of a draft anew; those of its file stay and stand first."""
    draft.doubts = [*(of_file(draft) if kept is None else kept), *found_in(draft)]
    draft.save(update_fields=["doubts", "updated_at"])


def found_in(roadmap: Roadmap) -> list[dict[str, Any]]:
    """What the linter says of a stored plan. Two queries."""
    return [
        {
            "code": one.code,
            "item": one.item,
            "place": one.place,
            "message": one.message,
            "cure": one.cure,
        }
        for one in lint(_plan_text(roadmap))
    ]


def _plan_text(roadmap: Roadmap) -> PlanText:
    order, items = roadmap.order, list(roadmap.items.prefetch_related("responsible"))
    has_results = any(item.result for item in items)
    return PlanText(
        number=order.number if order else None,
        signed_on=order.signed_on if order else None,
        period=period_of(roadmap),
        items=tuple(_item_text(item, has_results=has_results) for item in items),
    )


def _item_text(item: Item, *, has_results: bool) -> ItemText:
    return ItemText(
        number=item.number,
        section=str(item.section_id or ""),
        title=item.title,
        term=item.term_text,
        bodies=tuple((body.text, body.body) for body in item.responsible.all()),
        result=item.result if has_results else None,
        evidence=item.evidence or None,
    )
